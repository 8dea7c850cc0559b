"""Making a network of tables: the order of people, the numbering of ties, all that is wrong at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, UsageError, WrongTypeError, nearest
from spark.network.ids import I64, Ids, as_column, is_missing, unknown
from spark.network.network import Influence, Merge, Network, Reading
from spark.network.people import as_number, not_a_number, people_columns
from spark.network.roles import PEOPLE_ROLES
from spark.network.tables import Column, Faults, PeopleTable, Place, TieTable
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
    ends = as_column(source, "source"), as_column(target, "target")
    rows = len(ends[0])
    layers = None
    if isinstance(layer, str):
        layers = [layer] * rows
    elif layer is not None:
        names = list(as_column(layer, "layer"))
        for row in faults.room_for([row for row, value in enumerate(names) if is_missing(value)]):
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
    lengths = {"source": rows, "target": len(ends[1])} | {key: column.size for key, column in numbers.items()}
    if layers is not None:
        lengths["layer"] = len(layers)
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{key} {length:,}" for key, length in lengths.items())
        raise UsageError(f"{name}: the columns have different lengths: {counts}")
    return TieTable(*ends, layers, numbers, cells, place)


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
    source, target, known = _positions(ties, people, faults, text)
    if influence == "target-to-source":
        source, target = target, source
    names, layer = _layers(ties)
    chosen = None if layers is None else _chosen(ties, names, layer, layers)
    _check_columns(ties, faults)
    made = people_columns(people, len(known), faults, text=text)
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
    organisations, between = _partners(partners, made.organisations, merge, faults, text)
    if not len(known) and not faults:
        faults.add(Fault("the network is empty: there are no people and no ties", ties.place.file))
    faults.refuse()
    notes = _odd_organisations(made.organisations, organisations)
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
        adopted=made.switches["adopted"],
        eligible=made.switches["eligible"],
        given=frozenset(made.given),
        groups=made.groups,
        layers=used,
        indptr=indptr,
        targets=staff.target.astype(np.int32),
        layer=layer.astype(np.uint16),
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


def _positions(ties: TieTable, people: PeopleTable | None, faults: Faults, text: bool) -> tuple[I64, I64, Ids]:
    """Return the positions of both ends of each row, -1 for faults, and who the people are."""
    columns = [ties.source, ties.target] + ([] if people is None else [people.ids])
    if all(isinstance(column, np.ndarray) for column in columns):
        source, target = np.asarray(ties.source), np.asarray(ties.target)
        if people is None:
            return _numbered(source, target, text)
        known = _distinct_people(people, faults, text)
        found = known.find_integers(source), known.find_integers(target)
    else:
        texts = [_as_list(column, text) for column in columns]
        for end, column in (("source", texts[0]), ("target", texts[1])):
            for row in faults.room_for([row for row, value in enumerate(column) if is_missing(value)]):
                faults.add(ties.place.fault(row, end, "the id is missing"))
        if people is None:
            try:
                lookup: dict[Any, int] = {}
                pairs = chain.from_iterable(zip(texts[0], texts[1], strict=True))
                codes = np.array([lookup.setdefault(value, len(lookup)) for value in pairs], dtype=np.int64)
            except TypeError as wrong:
                raise WrongTypeError(f"ids must be texts, numbers or other hashable values: {wrong}") from None
            return codes[0::2].copy(), codes[1::2].copy(), Ids(list(lookup), text=text)
        known = _distinct_people(replace(people, ids=texts[2]), faults, text)
        found = known.find(texts[0]), known.find(texts[1])
    _strangers(ties, found, known, faults, text)
    return found[0], found[1], known


def _strangers(ties: TieTable, found: tuple[I64, I64], known: Ids, faults: Faults, text: bool) -> None:
    """Note the ids of the ties that are not in the people table, each once."""
    strangers: dict[Any, tuple[int, str]] = {}
    for row in np.flatnonzero((found[0] < 0) | (found[1] < 0)).tolist():
        for end, column, at in (("source", ties.source, found[0]), ("target", ties.target, found[1])):
            value = _shown(column[row], text)
            if at[row] < 0 and not is_missing(value):
                strangers.setdefault(value, (row, end))
    values = list(strangers)
    for i in faults.room_for(list(range(len(values)))):
        row, end = strangers[values[i]]
        faults.add(ties.place.fault(row, end, unknown(values[i], known)))


def _shown(value: Any, text: bool) -> Any:
    return str(value) if text else value.item() if isinstance(value, np.generic) else value


def _as_list(column: Column, text: bool) -> list[Any]:
    values = column.tolist() if isinstance(column, np.ndarray) else column
    return [str(value) for value in values] if text and isinstance(column, np.ndarray) else values


def _distinct_people(people: PeopleTable, faults: Faults, text: bool) -> Ids:
    """Return the ids of the people table, the first of each, and note duplicates and gaps."""
    seen: dict[Any, int] = {}
    for row, value in enumerate(people.ids.tolist() if isinstance(people.ids, np.ndarray) else people.ids):
        if is_missing(value):
            faults.add(people.place.fault(row, "id", "the id is missing"))
        elif seen.setdefault(value, row) != row:
            first = people.place.name(seen[value])
            faults.add(people.place.fault(row, "id", f"{_shown(value, text)!r} stands already in {first}"))
    if isinstance(people.ids, np.ndarray):
        return Ids(np.array(list(seen), dtype=np.int64), text=text)
    return Ids(list(seen), text=text)


def _numbered(source: I64, target: I64, text: bool) -> tuple[I64, I64, Ids]:
    """Number integer ids in order of first appearance, row by row, source before target."""
    if not source.size:
        return source, target, Ids(source, text=text)
    low = int(min(source.min(), target.min()))
    reach = int(max(source.max(), target.max())) - low + 1
    rows = source.size
    if reach <= 8 * rows + 1024:
        source, target = source - low, target - low
        values = np.arange(reach, dtype=np.int64)
    else:
        values, codes = np.unique(np.concatenate([source, target]), return_inverse=True)
        source, target = codes[:rows], codes[rows:]
        low = 0
    never = 2 * rows
    first = np.full(values.size, never, dtype=np.int64)
    backwards = np.arange(rows - 1, -1, -1, dtype=np.int64)
    # Of equal indices numpy keeps the last assignment, here the smallest row.
    first[target[::-1]] = 2 * backwards + 1
    of_source = np.full(values.size, never, dtype=np.int64)
    of_source[source[::-1]] = 2 * backwards
    np.minimum(first, of_source, out=first)
    present = np.flatnonzero(first < never)
    order = present[np.argsort(first[present])]
    position = np.empty(values.size, dtype=np.int64)
    position[order] = np.arange(order.size)
    return position[source], position[target], Ids(values[order] + low, text=text)


def _layers(ties: TieTable) -> tuple[tuple[str, ...], I64]:
    """Return the names of the layers, sorted by UTF-8 bytes, and the position of each row's."""
    rows = len(ties.source)
    if ties.layer is None:
        return (ONE_LAYER,), np.zeros(rows, dtype=np.int64)
    names = sorted(set(ties.layer), key=lambda name: str(name).encode()) or [ONE_LAYER]
    if len(names) > MANY_LAYERS:
        raise UsageError(f"{ties.place.file or 'ties'}: {len(names):,} layers are more than {MANY_LAYERS:,}")
    position = {name: i for i, name in enumerate(names)}
    return tuple(names), np.fromiter((position[name] for name in ties.layer), dtype=np.int64, count=rows)


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
    weights = next(iter(table.columns.values()), np.ones(len(table.source)))
    _check_columns(table, faults)
    lookup = {value: i for i, value in enumerate(known)}
    texts = [_as_list(table.source, text), _as_list(table.target, text)]
    for row, pair in enumerate(zip(*texts, strict=True)):
        for end, value in zip(("source", "target"), pair, strict=True):
            if is_missing(value):
                faults.add(table.place.fault(row, end, "the id is missing"))
            else:
                lookup.setdefault(value, len(lookup))
    source, target = (np.array([lookup.get(value, -1) for value in column], dtype=np.int64) for column in texts)
    organisations: Sequence[Any] = list(lookup)
    made = distinct_ties(
        source,
        target,
        np.zeros(len(table.source), dtype=np.int64),
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
