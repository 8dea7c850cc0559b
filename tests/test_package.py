"""What holds of the package as a whole: light to import, whole, and described by its own papers."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import spark
from spark.cli import COMMANDS
from spark.model import Model

ROOT = Path(__file__).parents[1]
HEAVY = {"numba", "scipy", "networkx", "pydantic", "rich", "pandas", "matplotlib", "cynetdiff"}


def loaded_after(statement: str) -> set[str]:
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "statement",
    [
        "import spark",
        "import spark; spark.Network.from_edges([1], [2]); spark.IndependentCascade(0.1); spark.Seeds([1])",
        "import spark.cli",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement: str) -> None:
    assert not loaded_after(statement) & HEAVY


def test_the_check_for_heavy_imports_can_see_one() -> None:
    assert "networkx" in loaded_after("import networkx")


@pytest.mark.parametrize("name", spark.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(spark, name)
    assert name in dir(spark)
    assert name == "__version__" or (value.__doc__ or "").strip()


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="simulat"):
        spark.simulat  # noqa: B018


def test_every_module_can_be_imported_and_says_what_it_is_for() -> None:
    for path in sorted((ROOT / "spark").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        assert (module.__doc__ or "").strip(), path


def test_papers_and_package_name_the_same_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(spark.__version__)}$", citation, re.MULTILINE)
    assert f"[{spark.__version__}]" in changes or "[Unreleased]" in changes


def test_the_tools_of_the_tests_are_an_extra_and_a_group() -> None:
    # The pip that comes with Python 3.11 knows extras, but not dependency groups.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = project["project"]["optional-dependencies"]["test"]
    assert any(requirement.startswith("pytest") for requirement in extra)
    assert "test" in project["dependency-groups"]["dev"][0]


def test_the_layers_of_the_import_contract_are_all_there_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    named = {name.strip("() ") for layer in contract["layers"] for name in layer.split("|")}
    modules = {p.stem for p in (ROOT / "spark").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert modules - {"__init__", "__main__"} <= named
    assert contract["exhaustive"] is True


@pytest.mark.parametrize("model", [kind.__name__ for kind in get_args(Model)])
def test_every_model_is_on_the_page_of_the_model(model: str) -> None:
    assert f"`{model}" in (ROOT / "docs" / "model.md").read_text(encoding="utf-8")


def test_every_command_is_on_the_page_of_commands() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`spark {name}" not in page] == []


def test_every_link_within_the_papers_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
