"""The tables of a scenario.toml and what may stand in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from spark.errors import nearest
from spark.model import MODELS
from spark.scenario.places import Path

_number_or_column: dict[str, Any] = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}
_rate_or_column: dict[str, Any] = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
_per_layer = {"type": "object", "additionalProperties": _number_or_column}
_numbers = {"type": "array", "items": {"type": "number"}}
Share = Annotated[Any, WithJsonSchema({"anyOf": [*_number_or_column["anyOf"], _per_layer]})]
Shares = Annotated[
    Any,
    WithJsonSchema({"anyOf": [*_number_or_column["anyOf"], _per_layer, _numbers]}),
]
Rate = Annotated[
    Any,
    WithJsonSchema({"anyOf": [*_rate_or_column["anyOf"], {"type": "object", "additionalProperties": _rate_or_column}]}),
]
Threshold = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]})]


def _one_or_more_names(value: Any) -> Any:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise PydanticCustomError("string_type", "not text")
    return value


ColumnNames = Annotated[
    Any,
    PlainValidator(_one_or_more_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class Table(BaseModel):
    """A table whose keys are the kebab-case forms of the names below, and no others."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class NetworkTable(Table):
    """The people and ties, and how to read them."""

    path: str = Field(description="a folder with people.csv and ties.csv, or one file of ties; relative to this file")
    columns: dict[str, ColumnNames] = Field({}, description="which column plays which role: role = name of the column")
    layers: list[str] | None = Field(None, description="the layers of ties to use; all without this key")
    influence: Literal["source-to-target", "target-to-source", "both"] | None = Field(
        None, description="which way influence runs along a tie"
    )
    merge: Literal["refuse", "sum"] = Field("refuse", description="what to do with conflicting rows for one tie")
    encoding: str = Field("utf-8", description="the encoding of the files")
    others: str | None = Field(None, description="compare: a folder of networks that may as well be the true one")


class OneModelTable(Table):
    """A model and its parameters."""

    name: str = Field(json_schema_extra={"enum": list(MODELS)})
    probability: Shares = Field(None, description="chance per tie: a number, a column, {layer: either}, or a list")
    partners: float = Field(0.0, description="how much partner organisations carry")
    strength: str | None = Field(None, description="the tie column that multiplies the dose")
    weight: Share = Field(None, description="weight per tie: a number, a column, or {layer: either}")
    totals: Literal["refuse", "normalise", "cap"] = Field("refuse", description="what to do where weights pass 1")
    examples_needed: int = Field(1, description="convincing moments that a person needs, under any cascade")
    threshold: Threshold = Field(None, description="count-threshold: a whole number; fractional-threshold: a share")
    values: list[float] = Field([], description="trivalency-cascade: the chances, of which each tie has one")
    draw: int = Field(0, description="trivalency-cascade: which draw of the chances")
    lapse: float = Field(0.0334, description="sis, sir: chance per step that an adopter gives up")
    rekindle: float = Field(
        1.0, description="sis, continuous-sis: how ready a person is after giving up, as a share of before"
    )
    rate: Rate = Field(
        None, description="continuous time: how often a tie convinces: a number, a column, or {layer: either}"
    )
    recovery: float = Field(0.0, description="continuous time: how often per unit of time an adopter gives up")
    onset: float | None = Field(
        None, description="continuous-seir: how often per unit of time somebody who tries starts to practise"
    )
    delay: str = Field(
        "exponential",
        description="continuous time: the law of a tie's time: exponential, fixed, gamma:SHAPE, table:T,T,..., or a "
        "column of the ties",
    )
    duration: str = Field("exponential", description="continuous time: the law of the time that a person practises")
    latency: str = Field("exponential", description="continuous-seir: the law of the time of trying")
    p: float | None = Field(None, description="bass: rate at which a person adopts without an example")
    q: float | None = Field(None, description="bass: rate that is added once everybody else has adopted")


class ModelTable(OneModelTable):
    """How the practice spreads."""

    also: list[OneModelTable] = Field([], description="other models, to see whether the advice depends on the model")


class RunTable(Table):
    """How the worlds are run."""

    worlds: int = Field(4096, ge=2, description="how many worlds to try every plan in")
    until_clear: int | None = Field(
        None, ge=2, le=1 << 20, description="compare: go on until the decision is clear, in at most so many worlds"
    )
    standard_error: float | None = Field(None, gt=0, description="go on until the standard error is this small")
    horizon: int | None = Field(None, ge=0, description="the last step; without it, until nothing can change")
    rng: int = Field(0, description="start of the random numbers: the same number gives the same answer")
    smallest_difference: float | None = Field(None, ge=0, description="a difference in adopters that would not matter")
    workers: int | None = Field(None, ge=1, description="how many processor cores to use")
    backend: str = Field("cpu", description="what runs the worlds")


class ChooseTable(Table):
    """Seeds that are still to be chosen."""

    budget: float | None = Field(None, ge=0, description="what the seeds may cost together")
    count: int | None = Field(None, ge=0, description="how many seeds, costs ignored")
    method: Literal["best", "random", "degree", "nomination"] = Field("best", description="how they are chosen")


class BroadcastTable(Table):
    """A message to a group of people during some steps."""

    probability: float | None = Field(None, ge=0, lt=1, description="chance per step that it convinces a person")
    dose: float | None = Field(None, ge=0, description="the dose per step, instead of a probability")
    to: dict[str, list[str]] | None = Field(None, description="who hears it: {organisation = [...], team = [...], ...}")
    start: int = Field(1, ge=1, description="the first step in which it is heard")
    stop: int | None = Field(None, ge=2, description="the first step in which it is no longer heard")
    cost: float = Field(0.0, ge=0, description="what it costs as a whole")


class PlanTable(Table):
    """One plan: seeds, or a request to choose them, and broadcasts."""

    name: str = Field(min_length=1)
    seeds: list[str] | None = Field(None, description="ids of the people to start with; [] means nobody")
    choose: ChooseTable | None = None
    broadcast: list[BroadcastTable] = []


class ScenarioTable(Table):
    """A scenario of spark."""

    network: NetworkTable
    model: ModelTable | None = None
    run: RunTable | None = None
    plan: list[PlanTable] = []


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
        return f"unknown key{suggest(path[-1], choices)}" if choices else "unknown key"
    if kind == "literal_error":
        return none_of(given, _choices_at(table, path))
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{_written(given)} {words} {found['ctx'][bound]:g}"
    return f"{_written(given)} {_KINDS[kind]}" if kind in _KINDS else f"{_written(given)}: {found['msg'].lower()}"


def suggest(word: object, choices: list[str]) -> str:
    """Suggest the nearest of `choices` as it would be written in TOML."""
    return nearest(word, choices).replace("'", '"')


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


def none_of(given: object, choices: list[str]) -> str:
    """Say that something is not among the choices, and which of them is nearest."""
    return f"{_written(given)} is none of {', '.join(choices)}{suggest(given, choices)}"


def _choices_at(table: type[Table], path: Path) -> list[str]:
    for part in path[:-1]:
        if isinstance(part, str):
            table = _table_in(_field(table, part).annotation) or table
    return _literals(_field(table, str(path[-1])).annotation)


def _literals(annotation: Any) -> list[str]:
    parts = getattr(annotation, "__args__", ())
    if all(isinstance(part, str) for part in parts):
        return list(parts)
    return next(filter(None, map(_literals, parts)), [])
