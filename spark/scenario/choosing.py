"""The requests to choose seeds in a scenario.toml: from tables to questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from spark.errors import SparkError
from spark.network import Network
from spark.plan import Intervention, Plan
from spark.problem.targets import Targets
from spark.question import (
    ANYBODY,
    CERTAINLY,
    EVERYBODY,
    RULES,
    Adopters,
    Asking,
    Constraints,
    Floor,
    Objective,
    Reaching,
    Who,
    WorstOff,
)
from spark.request import MOST, Among, ChoiceRequest
from spark.scenario.places import Path as Place
from spark.scenario.tables import ChooseTable

GOALS = ("maximise", "reach", "worst-off", "floor")
MIXED = ("verbs", "terms", "candidates", "most")
LIMITS = ("only", "exclude", "apart", "at-most", "at-least")


def request_of(
    table: ChooseTable, beside: tuple[Intervention, ...], plans: Mapping[str, Plan] = MappingProxyType({})
) -> ChoiceRequest:
    """Return what a table asks for; the errors are those of the questions.

    Parameters
    ----------
    plans : by name, where the table may name some.
    """
    if (among := _among(table, plans)) is not None:
        return ChoiceRequest(table.budget, beside=beside, among=among)
    return ChoiceRequest(
        table.budget,
        table.count,
        table.method,
        beside,
        objective=_objective(table),
        constraints=_constraints(table),
        asking=CERTAINLY if table.take_up is None else Asking(table.take_up, table.pay.replace("-", "_")),
        chance=table.confidence,
        robust=table.robust,
        quality=table.quality,
    )


def _among(table: ChooseTable, plans: Mapping[str, Plan]) -> Among | None:
    if all(getattr(table, key) is None for key in MIXED):
        return None
    return Among(
        None if table.candidates is None else plans[table.candidates].interventions,
        None if table.verbs is None else tuple(table.verbs),
        () if table.terms is None else plans[table.terms].interventions,
        MOST if table.most is None else table.most,
    )


def choose_faults(place: Place, raw: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Say which keys of a table do not go together, and what is wrong with what they say."""
    mixed = [key for key in MIXED if key in raw]
    if mixed:
        for key in [key for key in raw if key not in (*MIXED, "budget")]:
            yield (*place, key), f"a mix ({', '.join(mixed)}) is chosen for a budget, and is asked nothing else"
        if "candidates" in mixed and len(mixed) > 1:
            others = ", ".join(key for key in mixed if key != "candidates")
            yield (*place, "candidates"), f"are all there is to choose from; give no {others} beside them"
        return
    goals = [key for key in GOALS if key in raw]
    if len(goals) > 1:
        yield (*place, goals[1]), f"give only one of {', '.join(goals)}: each says what is to be as large as possible"
        return
    if "target" in raw and goals and goals[0] in ("worst-off", "floor"):
        yield (*place, "target"), f"with {goals[0]} everybody in a group counts"
        return
    if len(raw.get("floor", {})) > 1:
        yield (*place, "floor"), "give the floor of one grouping: {organisation = 0.1}"
        return
    unknown = [key for key in (*GOALS, "target") if key in raw]
    if raw.get("method") in RULES and unknown:
        yield (*place, "method"), f"a rule of thumb knows nothing of {', '.join(unknown)}; leave the method out"
        return
    against = [key for key in (*GOALS, "target", "method") if key in raw and raw[key] not in ("best", "all")]
    if "robust" in raw and against:
        yield (*place, "robust"), f"a choice for several models takes no {against[0]}; leave one of them out"
        return
    for key in ("confidence", "budget", "count"):
        if "confidence" in raw and key in raw and (key != "confidence" or "reach" not in raw):
            why = "needs a reach" if key == "confidence" else "is what a confidence looks for; leave it out"
            yield (*place, key), why
            return
    if "confidence" in raw and "quality" in raw:
        yield (*place, "quality"), "the smallest budget is looked for without a quality; leave it out"
        return
    for key in (*goals, *LIMITS, "take-up"):
        if key in raw:
            try:
                request_of(ChooseTable.model_validate({"count": 1, key: raw[key]}), ())
            except SparkError as error:
                said = [fault.message.partition(": ")[2] or fault.message for fault in error.faults]
                yield from (((*place, key), text) for text in said)


def name_faults(network: Network, place: Place, raw: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Find the people, groupings and groups that a sound table names and that are not in the network."""
    targets = Targets(network)

    def tried(key: str, look: Callable[[], object]) -> Iterator[tuple[Place, str]]:
        try:
            look()
        except SparkError as error:
            yield from (((*place, key), str(fault).removeprefix(f"{key}: ")) for fault in error.faults)

    for key in ("only", "exclude", "target"):
        if key in raw:
            who = _who(raw[key])
            mapping = who if isinstance(who, Mapping) else {"people": who}
            yield from tried(key, lambda mapping=mapping, key=key: targets.mask(mapping, key))  # type: ignore[misc]
    for item, pair in enumerate(raw.get("apart", [])):
        for found in tried("apart", lambda pair=pair: network.index(pair)):  # type: ignore[misc]
            yield (*place, "apart", item), found[1]
    for key in ("at-most", "at-least"):
        for by, numbers in raw.get(key, {}).items():
            names = {by: tuple(numbers) if isinstance(numbers, Mapping) else ()}
            yield from tried(key, lambda names=names, key=key: targets.mask(names, key))  # type: ignore[misc]
    for key in ("worst-off", "floor"):
        for by in raw.get(key, {}) if key == "floor" else [raw[key]] if key in raw else []:
            yield from tried(key, lambda by=by, key=key: targets.grouping(by, key))  # type: ignore[misc]


def _objective(table: ChooseTable) -> Objective:
    of = None if table.target is None else _who(table.target)
    if table.reach is not None:
        return Reaching(table.reach, of)
    if table.worst_off is not None:
        return WorstOff(table.worst_off)
    for by, share in table.floor.items():
        return Floor(share, by)
    if of is None and table.maximise in (None, "at-horizon"):
        return EVERYBODY
    return Adopters(of, table.maximise or "at-horizon")


def _constraints(table: ChooseTable) -> Constraints:
    asked = Constraints(
        only=None if table.only is None else _who(table.only),
        exclude=() if table.exclude is None else _who(table.exclude),
        apart=tuple(map(tuple, table.apart)),
        at_most=table.at_most,
        at_least=table.at_least,
    )
    return asked or ANYBODY


def _who(value: Any) -> Who:
    if isinstance(value, Mapping):
        return {key: tuple([names] if isinstance(names, str) else names) for key, names in value.items()}
    return tuple(value)
