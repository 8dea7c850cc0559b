"""The interventions of a scenario's plans: from tables to nouns, and what is wrong with them in a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from spark.errors import Fault, SparkError
from spark.network import Network
from spark.plan import INTERVENTIONS, Intervention, Plan
from spark.problem.actions import lower_plans
from spark.problem.targets import Targets
from spark.scenario.origin import Origin
from spark.scenario.places import Path as Place
from spark.scenario.tables import INTERVENTION_TABLES, TermsTable


def action_of(kind: str, table: TermsTable) -> Intervention:
    """The intervention that a table says."""
    said = table.model_dump()
    said["pay"] = said["pay"].replace("-", "_")
    if kind == "broadcast" and said["stop"] is None:
        said["stop"] = said["start"] + 1
    if said["cost_each"] is None:
        del said["cost_each"]
    for key in ("to", "source", "target"):
        if said.get(key) is not None:
            said[key] = {column: tuple(names) for column, names in said[key].items()}
    for key in ("people", "organisations"):
        if key in said:
            said[key] = tuple(said[key])
    return INTERVENTIONS["seeds" if kind == "seed" else kind](**said)


def interventions_in(raw: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """The tables of interventions in a plan: their kind, their number in it, and what they say."""
    for kind in INTERVENTION_TABLES:
        for item, table in enumerate(raw[kind] if isinstance(raw.get(kind), list) else ()):
            if isinstance(table, Mapping):
                yield kind, item, table


def mandate_faults(place: Place, table: Any) -> Iterator[tuple[Place, str]]:
    """What the keys of a mandate do not say together."""
    try:
        action_of("mandate", table)
    except SparkError as error:
        for fault in error.faults:
            yield place, bare(fault)


def intervention_faults(origin: Origin, network: Network, place: Place, table: Mapping[str, Any]) -> list[Fault]:
    """Find what the interventions of one plan name that is not in the network, or what they cannot do together."""
    faults: list[Fault] = []
    sound: list[Intervention] = []
    targets = Targets(network)
    for kind, item, raw in interventions_in(table):
        where = (*place, kind, item)
        try:
            action = action_of(kind, INTERVENTION_TABLES[kind].model_validate(raw))
        except (ValidationError, SparkError):
            continue
        before = len(faults)
        for key in ("to", "source", "target", "people", "organisations"):
            names = getattr(action, key, None)
            if names is not None:
                to = {{"people": "people", "organisations": "organisation"}[key]: names} if _names(key) else names
                try:
                    targets.mask(to, kind)
                except SparkError as error:
                    faults += [origin.fault((*where, key), bare(fault)) for fault in error.faults]
        if len(faults) == before:
            try:
                lower_plans(network, {"": Plan(action)})
                sound.append(action)
            except SparkError as error:
                faults += [origin.fault(where, bare(fault)) for fault in error.faults]
    try:
        lower_plans(network, {"": Plan(*sound)})
    except SparkError as error:
        faults += [origin.fault(place, fault.message) for fault in error.faults]
    return faults


def _names(key: str) -> bool:
    """Whether a key holds names, and not groups of them."""
    return key in ("people", "organisations")


def bare(fault: Fault) -> str:
    """The message without the name of the thing, which the key says already."""
    return fault.message.partition(": ")[2] or fault.message
