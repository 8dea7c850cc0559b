"""What MkDocs is told about our pages: the reference from docstrings, the help of commands, and how blocks look.

On a page of the reference, a line ``::: spark.model`` stands for all public names that live in that module, and
``::: command plan`` for the help of a command, so that neither can be forgotten. In mkdocs.yml, a name with a star
in the navigation stands for all pages that it fits.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click

import spark
from spark.cli import command as spark_command

DOCS = Path(__file__).parent
PAGES = DOCS / "reference"
MARK = re.compile(r"^::: (?P<what>spark\.\w+|command [\w-]+)$", re.MULTILINE)
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
WITH_PARTS = {"results", "model", "errors"}
"""Modules of which users also meet nouns that they never make themselves."""
WIDTH = 90
TERMINAL = 80


def on_config(config: Any) -> Any:
    """Put all pages that fit in the place of each star in the navigation, by title."""
    config.nav = _expand(config.nav)
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Expand the marks of the reference, and show files with their names and sessions of Python as such."""
    if page.file.src_uri.startswith("reference/"):
        markdown = expand(markdown)
    markdown = re.sub(r"^<!-- file: (.+?) -->\n```(\w*)\n", r'```\2 title="\1"\n', markdown, flags=re.MULTILINE)
    return re.sub(r"^```python\n(?=>>> )", "```pycon\n", markdown, flags=re.MULTILINE)


def expand(markdown: str) -> str:
    """Put what they stand for in the place of all marks of a page."""
    return MARK.sub(lambda mark: _what(mark["what"]), markdown)


def _what(what: str) -> str:
    if what.startswith("command "):
        return command_help(what.removeprefix("command "))
    name = what.removeprefix("spark.")
    if name in spark._MODULES:
        return module_reference(getattr(spark, name))
    parts = importlib.import_module(what)
    public = [known for known, home in spark._HOME.items() if home == name]
    others = getattr(parts, "__all__", None) or [part for part in vars(parts) if not part.startswith("_")]
    others = others if name in WITH_PARTS else []
    nouns = [part for part in others if part not in public and _is_noun(getattr(parts, part))]
    texts = [object_reference(f"spark.{known}", getattr(spark, known)) for known in public]
    if nouns:
        texts.append("## Parts of these\n")
        texts += [object_reference(part, getattr(parts, part), level=3) for part in nouns]
    return "\n".join(texts)


def _is_noun(value: Any) -> bool:
    return inspect.isclass(value) and value.__module__.startswith("spark.") and bool(inspect.getdoc(value))


def _expand(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if isinstance(item, str) and "*" in item:
            named = {name for name in _names(items) if "*" not in name}
            pages = [page.relative_to(DOCS).as_posix() for page in DOCS.glob(item)]
            found += sorted((page for page in pages if page not in named), key=_title)
        elif isinstance(item, dict):
            found += [{key: _expand(value) if isinstance(value, list) else value} for key, value in item.items()]
        else:
            found.append(item)
    return found


def _names(items: list[Any]) -> Iterator[str]:
    for item in items:
        if isinstance(item, str):
            yield item
        else:
            for value in item.values():
                yield from [value] if isinstance(value, str) else _names(value)


def _title(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8").partition("\n")[0].lower()


def command_help(name: str) -> str:
    """Return the help of a command, and of each command below it."""
    context = click.Context(spark_command, info_name="spark", terminal_width=TERMINAL, max_content_width=TERMINAL)
    command = spark_command.get_command(context, name)
    if command is None:
        raise ValueError(f"there is no command {name!r}")
    return "\n".join(_help(command, name, context))


def _help(command: click.Command, name: str, above: click.Context) -> Iterator[str]:
    context = click.Context(command, parent=above, info_name=name, terminal_width=TERMINAL, max_content_width=TERMINAL)
    anchor = context.command_path.replace(" ", "-")
    yield f"## {context.command_path} {{ #{anchor} }}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _help(found, below, context)


def module_reference(module: ModuleType) -> str:
    """Return the documentation of a public module and of its public names."""
    public = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    parts = [(name, getattr(module, name)) for name in public]
    constants = [f"- `{name} = {value!r}`" for name, value in parts if isinstance(value, int | float)]
    texts = [f"## {module.__name__} {{ #{module.__name__} }}\n\n{prose(inspect.getdoc(module) or '')}\n"]
    texts += [
        object_reference(f"{module.__name__}.{name}", value, level=3)
        for name, value in parts
        if inspect.isclass(value) or callable(value)
    ]
    return "\n".join([*texts, *constants])


def object_reference(name: str, value: Any, *, level: int = 2) -> str:
    """Return the documentation of a class or function: signature, docstring, and the methods of a class."""
    if not (inspect.isclass(value) or callable(value)):
        return f"{'#' * level} {name} {{ #{name} }}\n\nThe version, `{value!r}`.\n" if name.endswith("__") else ""
    short = name.rpartition(".")[2]
    texts = [f"{'#' * level} {name} {{ #{name} }}\n", _signature(short, value), docstring(inspect.getdoc(value) or "")]
    if inspect.isclass(value):
        for method, found in _methods(value):
            texts += [
                f"{'#' * (level + 1)} {short}.{method} {{ #{name}.{method} }}\n",
                _signature(method, found),
                docstring(inspect.getdoc(found) or ""),
            ]
    return "\n".join(texts)


def _methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of a class that are ours and have something to say."""
    for base in kind.__mro__:
        if not base.__module__.startswith("spark"):
            continue
        for name, found in vars(base).items():
            value = found.__func__ if isinstance(found, classmethod | staticmethod) else found
            known = inspect.isfunction(value) or isinstance(value, property)
            if not name.startswith("_") and known and inspect.getdoc(value):
                yield name, value


def _signature(name: str, value: Any) -> str:
    if isinstance(value, property):
        return ""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    parameters = [parameter for parameter in signature.parameters.values() if parameter.name not in ("self", "cls")]
    if inspect.isclass(value) and issubclass(value, Exception):
        return ""
    if inspect.isclass(value):
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    text = f"{name}({', '.join(_parameters(parameters))}){_returned(signature)}"
    if len(text) > WIDTH:
        lines = "".join(f"    {part},\n" for part in _parameters(parameters))
        text = f"{name}(\n{lines}){_returned(signature)}"
    return f"```python\n{text}\n```\n"


def _returned(signature: inspect.Signature) -> str:
    found = signature.return_annotation
    return "" if found is inspect.Signature.empty else f" -> {_annotation(found)}"


def _parameters(parameters: list[inspect.Parameter]) -> list[str]:
    parts: list[str] = []
    starred = False
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
        starred = starred or parameter.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL)
        stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        kind = "" if parameter.annotation is inspect.Parameter.empty else f": {_annotation(parameter.annotation)}"
        default = "" if parameter.default is inspect.Parameter.empty else f" = {_default(parameter.default)}"
        parts.append(f"{stars}{parameter.name}{kind}{default}")
    return parts


def _annotation(value: Any) -> str:
    return value if isinstance(value, str) else getattr(value, "__name__", str(value))


def _default(value: Any) -> str:
    return "..." if "object at" in repr(value) or "factory" in repr(value) else repr(value)


def docstring(text: str) -> str:
    """Turn a docstring of our kind (numpydoc; a parameter and what it means on one line) into Markdown."""
    starts = list(SECTION.finditer(text))
    body = prose(text[: starts[0].start()] if starts else text)
    parts = [f"{body}\n"]
    for at, found in enumerate(starts):
        stop = starts[at + 1].start() if at + 1 < len(starts) else len(text)
        content = text[found.end() : stop].strip("\n")
        parts.append(f"**{found[1]}**\n\n{_LAYOUT.get(found[1], prose)(content)}\n")
    return "\n".join(parts)


def _entries(text: str) -> str:
    """Lay out lines of ``name, name : what it means``, each with the indented lines that follow it."""
    lines: list[str] = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        whole = " ".join(part.strip() for part in entry.splitlines())
        names, colon, meaning = whole.partition(" : ")
        if colon:
            listed = ", ".join(f"`{name}`" for name in names.split(", "))
            lines.append(f"- {listed}: {inline(meaning)}")
        else:
            lines.append(f"- {inline(whole)}")
    return "\n".join(lines)


def _faults(text: str) -> str:
    entries = re.split(r"\n(?=\S)", text.strip())
    lines = []
    for entry in entries:
        name, _, why = entry.partition("\n")
        lines.append(f"- `{name}`: {inline(' '.join(part.strip() for part in why.splitlines()))}")
    return "\n".join(lines)


def _session(text: str) -> str:
    return f"```pycon\n{text}\n```"


_LAYOUT: dict[str, Callable[[str], str]] = {
    "Parameters": _entries,
    "Attributes": _entries,
    "Raises": _faults,
    "Examples": _session,
}


def prose(text: str) -> str:
    """Turn running text into Markdown; indented blocks stay as they are, and sessions of Python become blocks."""
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join(
        _session(paragraph)
        if paragraph.startswith(">>> ")
        else paragraph
        if paragraph.startswith("    ")
        else inline(paragraph)
        for paragraph in paragraphs
    )


def inline(text: str) -> str:
    """Escape what Markdown would take for markup, outside of what stands in backquotes."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([*_])", r"\\\1", piece).replace("<", "&lt;") for piece in pieces
    )
