"""Read a scenario.toml: everything that is wrong with it is said at once, with file, line and key."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spark.errors import DataError, Fault, SparkError, nearest
from spark.network import Network, unknown
from spark.plan import Plan, Seeds
from spark.request import ChoiceRequest
from spark.scenario import Clear, NetworkFile, Run, Scenario, load_network
from spark.scenario.choosing import MIXED, choose_faults, name_faults, request_of
from spark.scenario.interventions import action_of, intervention_faults, interventions_in, mandate_faults
from spark.scenario.models import read_models
from spark.scenario.origin import Origin
from spark.scenario.places import Found, Places, entries, find_places, sound
from spark.scenario.places import Path as Place
from spark.scenario.tables import (
    INTERVENTION_TABLES,
    ChooseTable,
    NetworkTable,
    PlanTable,
    RunTable,
    ScenarioTable,
    table_faults,
)


def read(path: Path) -> Scenario:
    """Read a scenario; see `spark.scenario.read_scenario`."""
    text = _text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(_syntax_fault(path, text, error)) from None
    origin = Origin(str(path), _with_lists(document), _listed(find_places(text)))
    found = _structure(origin.document)
    wrong = tuple(place for place, _ in found)
    scenario = Scenario(NetworkFile(path), origin=origin)
    for section, read_section in (("network", _network), ("model", read_models), ("run", _run), ("plan", _plans)):
        scenario = read_section(scenario, wrong, found)
        wrong += tuple(place for place, _ in found if place[:1] == (section,))
    if found:
        faults = [origin.fault(place, message) for place, message in found]
        faults += _network_faults(scenario, wrong)
        raise DataError(*sorted(faults, key=lambda fault: (fault.file != origin.file, fault.line or 0)))
    model = scenario.model if "model" in document else None
    origin = dataclasses.replace(origin, network=scenario.network, model=model, also=scenario.also)
    return dataclasses.replace(scenario, origin=origin)


def check_plans(origin: Origin, network: Network) -> None:
    """Check that the people and groups whom the plans of a scenario file name are in the network.

    Raises
    ------
    DataError
        With all who are not, each with its line.
    """
    faults = plan_faults(origin, network)
    if faults:
        raise DataError(*faults)


def plan_faults(origin: Origin, network: Network) -> list[Fault]:
    """Find the people and groups that the plans of a document name and that are not in the network."""
    faults = []
    for place, table in _plan_tables(origin.document):
        for item, person in enumerate(entries(table.get("seeds"))):
            if isinstance(person, str) and person not in network.people:
                faults.append(origin.fault((*place, "seeds", item), unknown(person, network.people)))
        faults += _choose_name_faults(origin, network, (*place, "choose"), table.get("choose"))
        faults += intervention_faults(origin, network, place, table)
    return faults


def _choose_name_faults(origin: Origin, network: Network, place: Place, raw: object) -> list[Fault]:
    try:
        ChooseTable.model_validate(raw)
    except ValidationError:  # also where there is none
        return []
    assert isinstance(raw, Mapping)
    return [origin.fault(where, text) for where, text in name_faults(network, place, raw)]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(Fault("is not UTF-8 text; save the file as UTF-8", str(path), line)) from None
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", str(path))) from None


def _syntax_fault(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Fault:
    message = str(error)
    match = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if match is None:
        message = message.replace(" (at end of document)", " at the end of the file")
        return Fault(message, str(path), text.count("\n") + 1)
    return Fault(f"{message[: match.start()]} (column {match[2]})", str(path), int(match[1]))


def _with_lists(document: dict[str, Any]) -> dict[str, Any]:
    """One [plan], or one intervention of a kind, stands for a list of one."""
    document = dict(document)
    if isinstance(document.get("plan"), dict):
        document["plan"] = [document["plan"]]
    if isinstance(document.get("plan"), list):
        document["plan"] = [
            table | {kind: [table[kind]] for kind in INTERVENTION_TABLES if isinstance(table.get(kind), dict)}
            if isinstance(table, dict)
            else table
            for table in document["plan"]
        ]
    return document


def _listed(places: Places) -> Places:
    lines = {}
    for place, line in places.lines.items():
        if place[0] == "plan" and isinstance(place[1:2] and place[1], str):
            place = ("plan", 0, *place[1:])
        if (
            place[:1] == ("plan",)
            and place[2:3]
            and place[2] in INTERVENTION_TABLES
            and isinstance(place[3:4] and place[3], str)
        ):
            place = (*place[:3], 0, *place[3:])
        lines[place] = line
    return Places(lines)


def _structure(document: Mapping[str, Any]) -> list[Found]:
    try:
        ScenarioTable.model_validate(document)
    except ValidationError as error:
        return table_faults(error, ScenarioTable)
    return []


def _network(scenario: Scenario, wrong: tuple[Place, ...], found: list[Found]) -> Scenario:
    if not sound(("network",), wrong):
        return scenario
    table = NetworkTable.model_validate(_document(scenario)["network"])
    path = scenario.network.path.parent / table.path
    if not path.exists():
        found.append((("network", "path"), f"there is no file or folder {str(path)!r}"))
    layers = None if table.layers is None else tuple(table.layers)
    others = None if table.others is None else scenario.network.path.parent / table.others
    if others is not None and not others.is_dir():
        found.append((("network", "others"), f"there is no folder {str(others)!r}"))
    observed = None if table.observed is None else scenario.network.path.parent / table.observed
    if observed is not None and not observed.is_file():
        found.append((("network", "observed"), f"there is no file {str(observed)!r}"))
    network = NetworkFile(path, table.columns, layers, table.influence, table.merge, table.encoding, others, observed)
    return dataclasses.replace(scenario, network=network)


def _run(scenario: Scenario, wrong: tuple[Place, ...], found: list[Found]) -> Scenario:
    if not sound(("run",), wrong):
        return scenario
    table = RunTable.model_validate(_document(scenario).get("run", {}))
    said = table.model_dump() | {"shares": tuple(table.shares), "over_time_by": tuple(table.over_time_by)}
    if (clear := table.until_clear) is not None:
        said["until_clear"] = Clear(
            clear.most, clear.error, "best" if clear.question == "best" else "every pair", clear.spending
        )
        if table.standard_error is not None:
            found.append((("run", "until-clear"), "give either until-clear or standard-error, not both"))
    return dataclasses.replace(scenario, run=Run(**said))


def _plans(scenario: Scenario, wrong: tuple[Place, ...], found: list[Found]) -> Scenario:
    tables: dict[str, tuple[Place, PlanTable]] = {}
    names: set[object] = set()
    for place, raw in _plan_tables(_document(scenario)):
        found += _plan_contradictions(place, raw, wrong)
        name = raw.get("name")
        if isinstance(name, str):
            if name in names:
                found.append(((*place, "name"), f'"{name}" is the name of another plan, too'))
            names.add(name)
        if sound(place, (*wrong, *(other for other, _ in found))):
            tables[str(name)] = place, PlanTable.model_validate(raw)
    plans = _named_by_one_another(tables, names, found)
    run = _document(scenario).get("run")
    same = run.get("same-cost") if isinstance(run, Mapping) else None
    if isinstance(same, str) and same not in names:
        known = [str(name) for name in names]
        found.append((("run", "same-cost"), f"there is no plan {same!r}{nearest(same, known)}".replace("'", '"')))
    requests = [table.choose for _, table in tables.values() if table.choose is not None]
    lists = {name for request in requests for name in (request.candidates, request.terms) if name is not None}
    return dataclasses.replace(scenario, plans=plans, lists=frozenset(lists))


def _named_by_one_another(
    tables: Mapping[str, tuple[Place, PlanTable]], names: set[object], found: list[Found]
) -> dict[str, Plan | ChoiceRequest]:
    """Return the plans; those who choose a mix among the interventions of another, or on its terms, have these."""
    fixed = {name: _fixed(table) for name, (_, table) in tables.items() if table.choose is None}
    plans: dict[str, Plan | ChoiceRequest] = {}
    for name, (place, table) in tables.items():
        if table.choose is None:
            plans[name] = fixed[name]
            continue
        wanted = {key: getattr(table.choose, key) for key in ("candidates", "terms")}
        unknown = {key: other for key, other in wanted.items() if other is not None and other not in fixed}
        for key, other in unknown.items():
            if other in tables or other not in names:
                said = "that plan is itself to be chosen" if other in tables else f'there is no plan "{other}"'
                hint = nearest(other, fixed).replace("'", '"')
                found.append(((*place, "choose", key), f"{said}{hint}"))
        if not unknown:
            plans[name] = request_of(table.choose, _fixed(table).interventions, fixed)
    return plans


def _plan_contradictions(place: Place, raw: Mapping[str, Any], wrong: tuple[Place, ...]) -> Iterator[Found]:
    if "seeds" in raw and "choose" in raw:
        yield place, "give either seeds or choose, not both"
    if not {"seeds", "choose", *INTERVENTION_TABLES} & raw.keys() and _whole(place, wrong):
        yield place, "does nothing: give seeds, choose, broadcast, boost, ... (seeds = [] means no action)"
    if isinstance(raw.get("choose"), Mapping):
        if "confidence" not in raw["choose"]:
            mixed = [key for key in MIXED if key in raw["choose"]]
            if mixed and "budget" not in raw["choose"] and _whole((*place, "choose"), wrong):
                yield (*place, "choose"), "give a budget for the mix"
            elif not mixed:
                yield from _either((*place, "choose"), raw["choose"], ("budget", "count"), wrong)
        if sound((*place, "choose"), wrong):
            yield from choose_faults((*place, "choose"), raw["choose"])
    for kind, item, table in interventions_in(raw):
        where = (*place, kind, item)
        if kind in ("broadcast", "bridge"):
            yield from _either(where, table, ("probability", "dose"), wrong)
        elif {"probability", "dose"} <= table.keys():
            yield (*where, "dose"), "give either a probability or a dose, not both"
        if sound(where, wrong):
            known = INTERVENTION_TABLES[kind].model_validate(table)
            start, stop = getattr(known, "start", 0), getattr(known, "stop", None)
            if stop is not None and stop <= start:
                yield (*where, "stop"), f"{stop} is not after start = {start}"
            elif kind == "mandate" and _whole(where, wrong) and not {"probability", "dose"} <= table.keys():
                yield from mandate_faults(where, known)


def _either(place: Place, raw: Mapping[str, Any], keys: tuple[str, str], wrong: tuple[Place, ...]) -> Iterator[Found]:
    given = [key for key in keys if key in raw]
    if len(given) == 2:
        yield (*place, keys[1]), f"give either a {keys[0]} or a {keys[1]}, not both"
    elif not given and _whole(place, wrong):
        yield place, f"give a {keys[0]} or a {keys[1]}"


def _whole(place: Place, wrong: tuple[Place, ...]) -> bool:
    """No key of the table is unknown: else the missing one may just be misspelt."""
    return not any(other[:-1] == place for other in wrong)


def _fixed(table: PlanTable) -> Plan:
    actions = tuple(action_of(kind, row) for kind in INTERVENTION_TABLES for row in getattr(table, kind))
    return Plan(*([] if table.seeds is None else [Seeds(tuple(table.seeds))]), *actions)


def _network_faults(scenario: Scenario, wrong: tuple[Place, ...]) -> list[Fault]:
    """What is wrong with the network, and with the names of the plans in it, where it can be told already."""
    if scenario.origin is None or not sound(("network",), wrong):
        return []
    try:
        network = load_network(scenario.network)
    except SparkError as error:
        return list(error.faults)
    return plan_faults(scenario.origin, network)


def _document(scenario: Scenario) -> Mapping[str, Any]:
    assert scenario.origin is not None
    return scenario.origin.document


def _plan_tables(document: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for item, raw in enumerate(entries(document.get("plan"))):
        if isinstance(raw, Mapping):
            yield ("plan", item), raw
