"""Every example runs, and says something about whom to start with."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NEEDS_DATA = {"adoption_curves.py", "dhhs_tobacco.py"}


ON_A_PAGE = {"icu.py"}
"""Run by the test that holds a page against it."""


@pytest.mark.parametrize(
    "example", sorted(p.name for p in EXAMPLES.iterdir() if p.suffix in {".py", ".sh"} and p.name not in ON_A_PAGE)
)
def test_the_example_runs(example: str, tmp_path: Path, shell: dict[str, str]) -> None:
    if example in NEEDS_DATA and "SPARK_DATA" not in os.environ:
        pytest.skip("SPARK_DATA does not name a folder of real networks")
    interpreter = [sys.executable] if example.endswith(".py") else ["bash"]
    done = subprocess.run(
        [*interpreter, str(EXAMPLES / example)],
        cwd=tmp_path,
        env=shell,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "start with" in done.stdout.lower()
    if example == "adoption_curves.py":
        page = (EXAMPLES.parent / "docs" / "how-to" / "adoption-curves.md").read_text(encoding="utf-8")
        assert rows_of_records(done.stdout) == re.findall(r"^\| [^|]+: [\d,]+ .*\|$", page, re.M)


def rows_of_records(printed: str) -> list[str]:
    """What the example on recorded curves prints, as the rows of the table of its page."""
    rows = []
    for block in printed.strip().split("\n\n"):
        if (head := re.match(r"(.+): (\d+) people", block)) is None:
            continue
        name = head[1].replace("brazilian", "Brazilian").replace("korean", "Korean")
        who = "doctors" if "medical" in name else "people"
        end, periods, unit = re.search(r"(\d+) adopted within (\d+) (\w+)s", block).groups()  # type: ignore[union-attr]
        half = re.search(r"recorded: half of them by (\w+ \d+)", block)
        fits = re.findall(r"needed: half by (\w+ \d+), (\d+) in the end, at most (\d+)%", block)
        cells = [f"{count}, {when}; {off} % off" for when, count, off in fits]
        first = f"{name}: {int(head[2]):,} {who}, {periods} {unit}s"
        rows.append(f"| {' | '.join([first, f'{end}, half by {half[1]}', *cells])} |")  # type: ignore[index]
    return rows


def test_the_page_on_intensive_care_says_what_its_example_and_its_commands_print(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    page = (EXAMPLES.parent / "docs" / "how-to" / "intensive-care.md").read_text(encoding="utf-8")
    shown = [line for block in re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S) for line in block.splitlines()]
    lines = [line for line in shown if line.startswith(("spark ", "python "))]
    assert [line.split()[1] for line in lines] == ["examples/icu.py", "map", "mix", "compare", "plan"]
    example = [sys.executable, str(EXAMPLES / "icu.py"), *shlex.split(lines[0])[2:]]
    printed: set[str] = set()
    for command in (example, *map(shlex.split, lines[1:])):
        done = subprocess.run(command, cwd=tmp_path, env=shell, capture_output=True, text=True, check=True)
        printed.update(done.stdout.splitlines())
    assert [line for line in shown if line not in printed and line not in lines] == []
    assert (tmp_path / "mix.png").stat().st_size > 10_000


def test_the_scenario_of_the_example_asks_what_the_example_asks() -> None:
    specification = importlib.util.spec_from_file_location("icu", EXAMPLES / "icu.py")
    assert specification is not None
    assert specification.loader is not None
    icu = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(icu)
    prices = {table: rows for table, rows in tomllib.loads(icu.SCENARIO)["plan"][0].items() if table != "name"}
    assert set(prices) == set(icu.TERMS)
    for verb, terms in icu.TERMS.items():
        ((_, row),) = enumerate(prices[verb])
        assert row["cost-each"] == terms.cost_each
        assert row.get("amount", row.get("probability")) == getattr(terms, "amount", getattr(terms, "probability", 0))
        assert row.get("stop") == terms.stop
