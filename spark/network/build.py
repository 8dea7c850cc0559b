"""Making a network of tables: the order of people, the numbering of ties, all that is wrong at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, UsageError, nearest
from spark.network.ids import I64, Ids, as_column, is_missing, missing_rows
from spark.network.network import Network
from spark.network.numbering import coded, positions, shown
from spark.network.people import as_number, not_a_number, people_columns
from spark.network.reading import Influence, Merge, Reading
from spark.network.roles import PEOPLE_ROLES
from spark.network.tables import Faults, PeopleTable, Place, TieTable
from spark.network.ties import Ties, distinct_ties

ONE_LAYER = "ties"
MANY_LAYERS = 1 << 16


def network_from_edges(
    source: Any,
    target: Any,
    *,
    layer: Any,
    influence: Influence,
    columns: Mapping[str, Any],
    people: Mapping[str, Any] | None,
    partners: Mapping[str, Any] | None,
    merge: Merge,
    unused: tuple[str, ...] = (),
) -> Network:
    """Do the work of `Network.from_edges`, which says what the parameters are."""
    faults = Faults()
    ties = tie_table("ties", source, target, layer, columns, faults)
    table = None if people is None else people_table(people)
    partner_table = None
    if partners is not None:
        for end in ("source", "target"):
            if end not in partners:
                raise UsageError(f"partners: there is no column {end!r}{nearest(end, partners)}")
        partner_columns = {"weight": partners["weight"]} if "weight" in partners else {}
        partner_table = tie_table("partners", partners["source"], partners["target"], None, partner_columns, faults)
    faults.refuse()
    roles = {"ties": {"source": "source", "target": "target"}}
    if people is not None:
        roles["people"] = {role: role for role in people if role in PEOPLE_ROLES}
    reading = Reading(roles=roles, unused=unused)
    return build(ties, table, partner_table, influence=influence, merge=merge, reading=reading)


def tie_table(name: str, source: Any, target: Any, layer: Any, columns: Mapping[str, Any], faults: Faults) -> TieTable:
    """Check the shapes and types of columns of ties that come from Python."""
    place = Place(name)
    (sources, targets), ids = coded(as_column(source, "source"), as_column(target, "target"))
    rows = sources.size
    layers = None
    if isinstance(layer, str):
        layers = [layer] * rows
    elif layer is not None:
        names = list(as_column(layer, "layer"))
        for row in faults.room_for(missing_rows(names)):
            faults.add(place.fault(row, "layer", "the layer is missing"))
        layers = list(map(str, names))
    numbers: dict[str, NDArray[np.float64]] = {}
    cells: dict[str, Any] = {}
    for key, values in columns.items():
        if key in ("source", "target", "layer"):
            raise UsageError(f"{name}: a numeric column cannot be called {key!r}")
        column = as_column(values, key)
        if isinstance(column, np.ndarray):
            numbers[key] = column.astype(np.float64)
        else:
            floats = map(as_number, column)
            numbers[key] = np.array([math.nan if number is None else number for number in floats])
        cells[key] = column
    lengths = {"source": rows, "target": targets.size} | {key: column.size for key, column in numbers.items()}
    if layers is not None:
        lengths["layer"] = len(layers)
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{key} {length:,}" for key, length in lengths.items())
        raise UsageError(f"{name}: the columns have different lengths: {counts}")
    return TieTable(sources, targets, ids, layers, numbers, cells, place)


def people_table(people: Mapping[str, Any]) -> PeopleTable:
    """Check the shapes and types of columns of people that come from Python."""
    if "id" not in people:
        raise UsageError(f"people: there is no column 'id'{nearest('id', people)}")
    columns = {name: as_column(people[name], name) for name in people}
    if len(set(map(len, columns.values()))) > 1:
        counts = ", ".join(f"{key} {len(column):,}" for key, column in columns.items())
        raise UsageError(f"people: the columns have different lengths: {counts}")
    return PeopleTable(columns.pop("id"), columns, Place("people"))


def build(
    ties: TieTable,
    people: PeopleTable | None,
    partners: TieTable | None,
    *,
    influence: Influence,
    merge: Merge,
    reading: Reading,
    text: bool = False,
    layers: Sequence[str] | None = None,
    faults: Faults | None = None,
) -> Network:
    """Make a network of tables.

    Parameters
    ----------
    ties, people, partners : the tables; people None means those who occur in the ties.
    influence, merge : as in `Network.from_edges`.
    reading : what is known already of the reading; counts, unused columns and notes are added.
    text : ids are text, also where they are stored as integers.
    layers : names of the layers to use, None for all; the people are those of all layers.
    faults : what is wrong already; all is raised together.
    """
    for option, value, choices in (("influence", influence, get_args(Influence)), ("merge", merge, get_args(Merge))):
        if value not in choices:
            raise UsageError(f"{option} {value!r} is none of {', '.join(choices)}{nearest(value, choices)}")
    faults = faults or Faults()
    source, target, known = positions(ties, people, faults, text=text)
    if influence == "target-to-source":
        source, target = target, source
    names, layer = _layers(ties)
    chosen = None if layers is None else _chosen(ties, names, layer, layers)
    _check_columns(ties, faults)
    staff = distinct_ties(
        source,
        target,
        layer,
        ties.columns,
        ends=max(1, len(known)),
        layers=len(names),
        both=influence == "both",
        add=merge == "sum",
        chosen=chosen,
        place=ties.place,
        name=lambda position: repr(known[position]),
        faults=faults,
    )
    made = people_columns(people, len(known), faults, text=text)
    organisations, between = _partners(partners, made.organisations, merge, faults, text)
    if not len(known) and not faults:
        faults.add(Fault("the network is empty: there are no people and no ties", ties.place.file))
    faults.refuse()
    notes = _odd_organisations(made.organisations, organisations)
    if text and known.integers is None:
        padded = [name for name in known if name != name.strip()]
        if padded:
            notes.append(f"ids that begin or end with a blank: {len(padded):,}, such as {padded[0]!r}")
    if chosen is not None:
        notes.append(f"rows of ties of other layers that are left out: {int(np.count_nonzero(~chosen)):,}")
    used, layer = names, staff.layer
    if layers is not None:
        used = tuple(name for name in names if name in layers)
        layer = np.searchsorted([names.index(name) for name in used], layer)
    n = len(known)
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(staff.source, minlength=n), out=indptr[1:])
    return Network(
        people=known,
        organisations=organisations,
        organisation=made.organisation,
        teams=made.teams,
        team=made.team,
        label=made.label,
        readiness=made.numbers["readiness"],
        visibility=made.numbers["visibility"],
        outlook=made.numbers["outlook"],
        cost=made.numbers["cost"],
        value=made.numbers["value"],
        take_up=made.numbers["take_up"],
        adopted=made.switches["adopted"],
        eligible=made.switches["eligible"],
        answered=made.switches["answered"],
        given=frozenset(made.given),
        groups=made.groups,
        numbers=made.other_numbers,
        layers=used,
        indptr=indptr,
        targets=staff.target.astype(np.int32, copy=False),
        layer=layer.astype(np.uint16, copy=False),
        columns=staff.columns,
        partner_source=between.source.astype(np.int32),
        partner_target=between.target.astype(np.int32),
        partner_weight=between.columns["weight"],
        reading=replace(
            reading,
            influence=influence,
            self_loops=staff.self_loops,
            merged=staff.merged,
            zero_strength=staff.zero_strength,
            partner_self_loops=between.self_loops,
            partner_merged=between.merged,
            partner_zero_strength=between.zero_strength,
            unused=(*reading.unused, *made.unused),
            notes=(*reading.notes, *made.notes, *notes),
        ),
    )


def _layers(ties: TieTable) -> tuple[tuple[str, ...], I64]:
    """Return the names of the layers, sorted by UTF-8 bytes, and the position of each row's."""
    rows = ties.source.size
    if ties.layer is None:
        return (ONE_LAYER,), np.zeros(rows, dtype=np.uint16)
    names = sorted(set(ties.layer), key=lambda name: str(name).encode()) or [ONE_LAYER]
    if len(names) > MANY_LAYERS:
        raise UsageError(f"{ties.place.file or 'ties'}: {len(names):,} layers are more than {MANY_LAYERS:,}")
    position = {name: i for i, name in enumerate(names)}
    return tuple(names), np.fromiter(map(position.__getitem__, ties.layer), dtype=np.uint16, count=rows)


def _chosen(ties: TieTable, names: tuple[str, ...], layer: I64, layers: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows are of the layers that the user wants."""
    unknown_layers = [name for name in layers if name not in names]
    if unknown_layers:
        file = ties.place.file or "ties"
        raise UsageError(
            *(
                f"{file}: there is no layer {name!r}{nearest(name, names)} (layers: {', '.join(names)})"
                for name in unknown_layers
            )
        )
    return np.isin(layer, [names.index(name) for name in layers])


def _odd_organisations(with_people: Ids, all_of_them: Ids) -> list[str]:
    """Tell of organisations that only partner ties name: where others have people, they may be misspelt."""
    empty = list(all_of_them)[len(with_people) :]
    if not len(with_people) or not empty:
        return []
    near = nearest(empty[0], with_people)
    return [f"organisations of partner ties that have no people: {len(empty):,}, such as {empty[0]!r}{near}"]


def _check_columns(table: TieTable, faults: Faults) -> None:
    for key, column in table.columns.items():
        for row in faults.room_for(np.flatnonzero(~((column >= 0) & (column < np.inf)))):
            cell = table.cells[key][row]
            faults.add(table.place.fault(row, key, "the cell is empty" if cell in ("", None) else not_a_number(cell)))


def _partners(table: TieTable | None, known: Ids, merge: Merge, faults: Faults, text: bool) -> tuple[Ids, Ties]:
    """Return all organisations, those without people last, and the partner ties."""
    if table is None:
        nothing = np.zeros(0, dtype=np.int64)
        return known, Ties(nothing, nothing, nothing, {"weight": np.zeros(0)}, 0, 0, 0)
    rows = table.source.size
    weights = next(iter(table.columns.values()), np.ones(rows))
    _check_columns(table, faults)
    lookup = {value: i for i, value in enumerate(known)}
    ends = np.empty((rows, 2), dtype=np.int64)
    for row, codes in enumerate(zip(table.source.tolist(), table.target.tolist(), strict=True)):
        for i, code in enumerate(codes):
            value = table.end(code)
            if is_missing(value):
                faults.add(table.place.fault(row, ("source", "target")[i], "the id is missing"))
                ends[row, i] = -1
            else:
                ends[row, i] = lookup.setdefault(shown(value, text), len(lookup))
    organisations: Sequence[Any] = list(lookup)
    made = distinct_ties(
        ends[:, 0],
        ends[:, 1],
        np.zeros(rows, dtype=np.int64),
        {"weight": weights},
        ends=max(1, len(lookup)),
        layers=1,
        both=False,
        add=merge == "sum",
        chosen=None,
        place=table.place,
        name=lambda position: repr(organisations[position]),
        faults=faults,
    )
    return Ids(organisations, text=text), made
