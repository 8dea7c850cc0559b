"""What all tables of a scenario.toml share, and which keys each may have."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from spark.scenario.places import Path


class Table(BaseModel):
    """A table whose keys are the kebab-case forms of the names below, and no others."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        alias_generator=lambda name: name.replace("_", "-"),
    )


def keys_of(table: type[Table], path: Path) -> list[str]:
    """Return the keys that the table at `path` may have."""
    for part in path:
        if isinstance(part, str):
            inner = _table_in(_field(table, part).annotation)
            if inner is None:
                return []
            table = inner
    return [str(known.alias) for known in table.model_fields.values()]


def _field(table: type[Table], alias: str) -> Any:
    return next(known for known in table.model_fields.values() if known.alias == alias)


def _table_in(annotation: Any) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next(filter(None, map(_table_in, getattr(annotation, "__args__", ()))), None)


def choices_at(table: type[Table], path: Path) -> list[str]:
    """Return the words of which the value at `path`, or each item of the list there, must be one."""
    while isinstance(path[-1], int):
        path = path[:-1]
    for part in path[:-1]:
        if isinstance(part, str):
            table = _table_in(_field(table, part).annotation) or table
    return _literals(_field(table, str(path[-1])).annotation)


def _literals(annotation: Any) -> list[str]:
    parts = getattr(annotation, "__args__", ())
    if all(isinstance(part, str) for part in parts):
        return list(parts)
    return next(filter(None, map(_literals, parts)), [])
