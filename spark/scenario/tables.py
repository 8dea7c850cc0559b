"""The tables of a scenario.toml and what may stand in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from spark.errors import nearest
from spark.model import MODELS
from spark.plan import MOST_BOOST
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
_texts = {"type": "object", "additionalProperties": {"type": "string"}}
_points = {
    "type": "object",
    "properties": {"doses": _numbers, "chances": _numbers},
    "required": ["doses", "chances"],
    "additionalProperties": False,
}
_meeting = {
    "type": "object",
    "properties": {"meeting": {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {"type": "string"}]}},
    "required": ["meeting"],
    "additionalProperties": False,
}
Delay = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, _numbers, _meeting]})
]
Tolerance = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, _points, _texts]})]
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


def _people(value: Any) -> Any:
    names = [name for part in value.values() for name in _listed(part)] if isinstance(value, dict) else value
    if not isinstance(names, list):
        raise PydanticCustomError("list_type", "not a list")
    if not all(isinstance(name, str) for name in names):
        raise PydanticCustomError("string_type", "not text")
    return value


def _listed(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _numbers_by_group(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("dict_type", "not a table")
    numbers = [n for part in value.values() for n in (part.values() if isinstance(part, dict) else [part])]
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers):
        raise PydanticCustomError("int_type", "not a whole number")
    return value


_name_list = {"type": "array", "items": {"type": "string"}}
_whole = {"type": "integer", "minimum": 0}
People = Annotated[
    Any,
    PlainValidator(_people),
    WithJsonSchema({"anyOf": [_name_list, {"type": "object", "additionalProperties": _name_list}]}),
]
Numbers = Annotated[
    Any,
    PlainValidator(_numbers_by_group),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [_whole, {"type": "object", "additionalProperties": _whole}]},
        }
    ),
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
    observed: str | None = Field(None, description="who practises now: a file of ids, with steps_ago if wanted")
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
    tolerance: Tolerance = Field(
        None,
        description="general-threshold, adoption: exponential, uniform, erlang-2, {doses, chances}, {by = column, ...}",
    )
    simple: float = Field(0.0, description="the same: share of the people for whom one example can be enough")
    noise: float = Field(0.0, description="thresholds: chance per step that whom a tie has reached adopts all the same")
    lapse: float = Field(0.0334, description="sis, sir, seir, adoption: chance per step that an adopter gives up")
    rekindle: float = Field(
        1.0, description="sis, adoption, continuous-sis: how ready a person is after giving up, as a share of before"
    )
    rate: Rate = Field(
        None, description="continuous time: how often a tie convinces: a number, a column, or {layer: either}"
    )
    recovery: float = Field(0.0, description="continuous time: how often per unit of time an adopter gives up")
    onset: float | None = Field(
        None,
        description="continuous-seir: how often per unit of time who tries starts to practise; seir: chance per step",
    )
    delay: Delay = Field(
        None,
        description="steps that a tie takes: a number, a column, chances of 1, 2, ... steps, or {meeting = chance}; in "
        "continuous time the law of a tie's time: exponential, fixed, gamma:SHAPE, table:T,T,..., or a column",
    )
    duration: str = Field("exponential", description="continuous time: the law of the time that a person practises")
    latency: str = Field("exponential", description="continuous-seir: the law of the time of trying")
    p: float | None = Field(None, description="bass: rate at which a person adopts without an example")
    q: float | None = Field(None, description="bass: rate that is added once everybody else has adopted")
    dose: Rate = Field(None, description="adoption: the dose per tie and step, instead of a probability")
    awareness: Share = Field(None, description="adoption, aware: chance that an adopter makes a person aware")
    hearsay: Share = Field(0.0, description="adoption, aware: the same by who is aware and has not adopted")
    adoption: Share = Field(None, description="aware: chance that a person who is aware adopts: a number or a column")
    trial_time: int = Field(0, description="adoption: steps that a person tries before adopting")
    trial_end: float = Field(0.0, description="adoption: chance per step that a trial ends, instead of a time")
    trial_failure: float = Field(0.0, description="adoption: chance that a trial fails")
    trial_visibility: float = Field(0.0, description="adoption: what those who try give, as a share")
    lapse_factor: str | None = Field(None, description="adoption: the people column that multiplies lapse")
    peer_support: float = Field(0.0, description="adoption: how much adopters around a person keep them going")
    turnover: Share = Field(0.0, description="adoption: chance per step that a person leaves: a number or a column")
    organisation_threshold: Threshold = Field(None, description="adoption: share at which an organisation signs up")
    policy: float = Field(0.0, description="adoption: chance per step that having signed up convinces")
    policy_lapse: float = Field(1.0, description="adoption: what signing up leaves of the chance to give up")
    policy_visibility: float = Field(1.0, description="adoption: how much more its adopters are then seen")


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
    method: Literal[
        "best",
        "all",
        "random",
        "degree",
        "nomination",
        "acquaintance",
        "single-discount",
        "degree-discount",
        "pagerank",
        "k-core",
        "betweenness",
        "eigenvector",
        "collective-influence",
        "diffusion",
        "communication",
        "complex",
    ] = Field("best", description="how they are chosen")
    only: People = Field(None, description="nobody else may be chosen: ids, or {organisation = [...], ...}")
    exclude: People = Field(None, description="who may not be chosen, in the same form")
    apart: list[list[str]] = Field([], description="never these together: lists of ids")
    at_most: Numbers = Field({}, description="at most so many of each: {organisation = 2}, or {team = {icu = 1}}")
    at_least: Numbers = Field({}, description="at least so many of each, in the same form")
    target: People = Field(None, description="who counts: only they are to be reached")
    maximise: Literal["at-horizon", "adopter-periods"] | None = Field(None, description="what is counted")
    reach: float | None = Field(None, gt=0, le=1, description="make it likely that this share of the people practises")
    confidence: float | None = Field(
        None, gt=0, lt=1, description="with reach, instead of budget or count: the smallest budget with this chance"
    )
    worst_off: str | None = Field(None, description="make the smallest share of any organisation, or group, large")
    floor: dict[str, float] = Field({}, description="at least this share of each is to practise: {organisation = 0.1}")
    take_up: Annotated[Any, WithJsonSchema(_number_or_column)] = Field(
        None, description='chance that a person agrees: a number, or "take_up", the people column'
    )
    pay: Literal["on-offer", "on-acceptance"] = Field("on-offer", description="when a cost is due")


Groups = dict[str, list[str]]


class TermsTable(Table):
    """What every intervention may say of its price and of how many go along."""

    cost: float = Field(0.0, ge=0, description="what it costs as a whole")
    cost_each: float | None = Field(None, ge=0, description="what it costs for each unit it is offered to")
    take_up: float = Field(1.0, ge=0, le=1, description="chance that a person goes along")
    pay: Literal["on-offer", "on-acceptance"] = Field("on-offer", description="when cost-each is due")


class WindowTable(TermsTable):
    """What is done during some steps."""

    start: int = Field(1, ge=1, description="the first step in which it works")
    stop: int | None = Field(None, ge=2, description="the first step in which it no longer does; for ever without it")
    cost_per_period: float = Field(0.0, ge=0, description="what it costs in each of its steps")


class SeedTable(TermsTable):
    """People who are asked to start."""

    people: list[str] = Field(description="their ids")
    start: int = Field(0, ge=0, description="the step at whose end they start")


class BroadcastTable(WindowTable):
    """A message to a group of people during some steps; one step without a stop."""

    probability: float | None = Field(None, ge=0, lt=1, description="chance per step that it convinces a person")
    dose: float | None = Field(None, ge=0, description="the dose per step, instead of a probability")
    to: Groups | None = Field(None, description="who hears it: {organisation = [...], team = [...], ...}")


class MandateTable(WindowTable):
    """A policy of organisations: a dose for their staff, less giving up, or both."""

    organisations: list[str] = Field(min_length=1, description="whose staff; take-up is theirs")
    probability: float | None = Field(None, ge=0, lt=1, description="chance per step that it convinces a person")
    dose: float | None = Field(None, ge=0, description="the dose per step, instead of a probability")
    sustain: float = Field(0.0, ge=0, le=1, description="by how much the chance of giving up shrinks")


class BoostTable(WindowTable):
    """People who are readier: what reaches them from others counts 1 + amount times."""

    amount: float = Field(ge=0, le=MOST_BOOST, description="by how much readiness grows, as a share")
    to: Groups | None = Field(None, description="who: {organisation = [...], team = [...], ...}; everybody without it")


class SustainTable(WindowTable):
    """People who are helped to keep going."""

    share: float = Field(ge=0, le=1, description="by how much the chance of giving up shrinks")
    to: Groups | None = Field(None, description="who: {organisation = [...], team = [...], ...}; everybody without it")


class BridgeTable(WindowTable):
    """Ties between two groups of people."""

    source: Groups = Field(min_length=1, description="one end: {team = [...]}, {people = [...]}, ...")
    target: Groups = Field(min_length=1, description="the other end")
    probability: float | None = Field(None, ge=0, lt=1, description="chance that such a tie convinces")
    dose: float | None = Field(None, ge=0, description="its dose, instead of a probability")
    layer: str = Field("bridge", min_length=1, description="what the ties are called")
    both: bool = Field(True, description="influence runs both ways")


class PlanTable(Table):
    """One plan: seeds, or a request to choose them, and other interventions."""

    name: str = Field(min_length=1)
    seeds: list[str] | None = Field(None, description="ids of the people to start with; [] means nobody")
    choose: ChooseTable | None = None
    seed: list[SeedTable] = Field([], description="people to start with later, or who may decline")
    broadcast: list[BroadcastTable] = []
    mandate: list[MandateTable] = []
    boost: list[BoostTable] = []
    sustain: list[SustainTable] = []
    bridge: list[BridgeTable] = []


INTERVENTION_TABLES: dict[str, type[TermsTable]] = {
    "seed": SeedTable,
    "broadcast": BroadcastTable,
    "mandate": MandateTable,
    "boost": BoostTable,
    "sustain": SustainTable,
    "bridge": BridgeTable,
}
"""The keys of a plan that hold interventions, each a list of tables."""


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
    "too_short": "is empty",
    "bool_type": "is not true or false",
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
