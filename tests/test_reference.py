"""Every public name, every command and every schema is documented; the reference is made by docs/hooks.py."""

import importlib.util
import inspect
import re
import sys
from pathlib import Path

import click
import pytest

import spark
from spark.cli import COMMANDS
from spark.cli import command as spark_command

DOCS = Path(__file__).parents[1] / "docs"


def load_hooks():
    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


hooks = load_hooks()
REFERENCE = {page.name: hooks.expand(page.read_text(encoding="utf-8")) for page in (DOCS / "reference").glob("*.md")}
WHOLE = "\n".join(REFERENCE.values())


def commands(command=spark_command, path="spark"):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), f"{path} {name}")


COMMAND_PATHS = [path for path, _ in commands() if path != "spark"]


@pytest.mark.parametrize("name", [name for name in spark.__all__ if name != "__version__"])
def test_every_public_name_says_what_it_is_and_stands_in_the_reference(name):
    documented = inspect.getdoc(getattr(spark, name))
    assert documented, f"spark.{name} has no docstring"
    assert len(documented.split()) >= 4
    assert f"{{ #spark.{name} }}" in WHOLE, (
        f"spark.{name} stands on no page of docs/reference: add a line '::: spark.MODULE' for the module it lives in"
    )


@pytest.mark.parametrize("path", COMMAND_PATHS)
def test_every_command_stands_in_the_reference_and_in_the_list_of_commands(path):
    anchor = f"{{ #{path.replace(' ', '-')} }}"
    assert anchor in WHOLE, f"docs/reference/commands.md: add the line '::: command {path.split()[1]}'"
    assert f"spark {path.split()[1]}" in (DOCS / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMAND_PATHS)
def test_every_option_of_a_command_says_what_it_does(path):
    found = dict(commands())[path]
    assert found.help
    for parameter in found.params:
        assert isinstance(parameter, click.Argument) or parameter.help, f"{path}: {parameter.opts[0]} has no help"


def test_the_reference_shows_signatures_parameters_errors_and_examples():
    page = REFERENCE["verbs.md"]
    shown = page[page.index("{ #spark.simulate }") : page.index("{ #spark.compare }")]
    assert "worlds: int = 4096" in shown
    assert re.search(r"^- `standard_error`: run until", shown, re.MULTILINE)
    assert "**Raises**" in shown
    assert "```pycon\n>>> network = " in shown
    assert "{ #spark.Network.from_edges }" in REFERENCE["networks.md"]


def test_what_markdown_would_take_for_markup_is_escaped():
    assert hooks.inline("s*r*k and `a*b` and <x>") == r"s\*r\*k and `a*b` and &lt;x>"
    assert hooks.docstring("Short.\n\nParameters\n----------\na, b : one_two\n    and more.\n") == (
        "Short.\n\n**Parameters**\n\n- `a`, `b`: one\\_two and more.\n"
    )


def test_a_name_that_lives_nowhere_would_be_seen():
    assert "{ #spark.no_such_name }" not in WHOLE
    with pytest.raises(ValueError, match="no command"):
        hooks.command_help("no-such-command")


def test_every_schema_is_linked_from_the_page_of_schemas():
    page = (DOCS / "schemas" / "index.md").read_text(encoding="utf-8")
    missing = [path.name for path in (DOCS / "schemas").glob("*.json") if f"]({path.name})" not in page]
    assert not missing


def test_no_page_links_out_of_the_documentation():
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            found = (page.parent / target).resolve()
            assert found.is_relative_to(DOCS.resolve()), f"{page.relative_to(DOCS)}: {target}"
            assert found.exists(), f"{page.relative_to(DOCS)}: {target}"


def test_every_model_by_name_has_a_page_that_the_model_page_links():
    linked = (DOCS / "model.md").read_text(encoding="utf-8")
    for page in (DOCS / "models").glob("*.md"):
        assert f"models/{page.name}" in linked, f"docs/model.md does not link models/{page.name}"


def test_commands_are_listed_once():
    listed = re.findall(r"^::: command (\S+)$", (DOCS / "reference" / "commands.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)
