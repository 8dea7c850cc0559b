"""Say in our words what pydantic found wrong with a table."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from spark.errors import nearest
from spark.scenario.places import Path
from spark.scenario.tables.table import Table, choices_at, keys_of


def table_faults(error: ValidationError, table: type[Table]) -> list[tuple[Path, str]]:
    """Say what pydantic found in our words: where in the document, and what is wrong."""
    return [(found["loc"], _message(dict(found), table)) for found in error.errors(include_url=False)]


_KINDS = {
    "string_type": 'is not text; write it in quotes: "..."',
    "list_type": "is not a list; write [...]",
    "dict_type": "is not a table; write {key = value}",
    "model_type": "is not a table; write {key = value}",
    "model_attributes_type": "is not a table; write {key = value}",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "bool_type": "is not true or false",
    "clear": "is neither a number of worlds nor a table; write {error = 0.05}",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "is not at least"),
    "greater_than": ("gt", "is not greater than"),
    "less_than": ("lt", "is not less than"),
    "less_than_equal": ("le", "is not at most"),
}


def _message(found: dict[str, Any], table: type[Table]) -> str:
    kind, given, path = found["type"], found["input"], found["loc"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        choices = keys_of(table, path[:-1])
        return f"unknown key{_suggest(path[-1], choices)}" if choices else "unknown key"
    if kind == "literal_error":
        return none_of(given, choices_at(table, path))
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{_written(given)} {words} {found['ctx'][bound]:g}"
    return f"{_written(given)} {_KINDS[kind]}" if kind in _KINDS else f"{_written(given)}: {found['msg'].lower()}"


def _suggest(word: object, choices: list[str]) -> str:
    """Suggest the nearest of `choices` as it would be written in TOML."""
    return nearest(word, choices).replace("'", '"')


def none_of(given: object, choices: list[str]) -> str:
    """Say that something is not among the choices, and which of them is nearest."""
    return f"{_written(given)} is none of {', '.join(choices)}{_suggest(given, choices)}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return str(value)
