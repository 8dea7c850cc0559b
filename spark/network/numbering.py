"""Who the people are, in which order, and the positions of both ends of each row of ties."""

from __future__ import annotations

from collections import defaultdict
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import WrongTypeError
from spark.network.ids import I64, Ids, is_missing, missing_rows, unknown
from spark.network.tables import Column, Faults, PeopleTable, TieTable

Whole = NDArray[Any]
"""int32 or int64, whichever is at hand."""


def coded(*columns: Column) -> tuple[list[I64], list[Any] | None]:
    """Return columns of ids as integers, and the ids that these stand for; None where they are the ids themselves.

    Raises
    ------
    WrongTypeError
        If an id is not hashable.
    """
    arrays = [column for column in columns if isinstance(column, np.ndarray)]
    if len(arrays) == len(columns):
        return arrays, None
    codes: defaultdict[Any, int] = defaultdict()
    codes.default_factory = codes.__len__
    try:
        made = [
            np.fromiter(map(codes.__getitem__, column), dtype=np.int64, count=len(column))
            for column in (column.tolist() if isinstance(column, np.ndarray) else column for column in columns)
        ]
    except TypeError as wrong:
        raise WrongTypeError(f"ids must be texts, numbers or other hashable values: {wrong}") from None
    return made, list(codes)


def positions(ties: TieTable, people: PeopleTable | None, faults: Faults, *, text: bool) -> tuple[Whole, Whole, Ids]:
    """Return the positions of both ends of each row, and who the people are.

    Parameters
    ----------
    ties : its ends.
    people : its order is that of the people; None: order of first appearance, row by row, source before target.
    faults : where missing and unknown ids are noted; their positions are -1.
    text : ids are text.
    """
    _note_missing(ties, faults)
    source: Whole
    target: Whole
    if people is None:
        source, target, order = _numbered(ties.source, ties.target)
        ids = order.astype(np.int64) if ties.names is None else [ties.names[code] for code in order.tolist()]
        return source, target, Ids(ids, text=text)
    known = _distinct_people(people, faults, text)
    if ties.names is None and known.integers is not None:
        source, target = known.find_integers(ties.source), known.find_integers(ties.target)
    elif ties.names is None:
        values, codes = np.unique(np.concatenate([ties.source, ties.target]), return_inverse=True)
        found = known.find([shown(value, text) for value in values.tolist()])[codes]
        source, target = found[: ties.source.size], found[ties.source.size :]
    elif len(ties.names) == len(known) and all(map(is_, ties.names, known)):
        source, target = ties.source.astype(np.int32), ties.target.astype(np.int32)  # numbered by the people already
    else:
        found = known.find(ties.names).astype(np.int32)  # half the memory of what is long
        source, target = found[ties.source], found[ties.target]
    _note_strangers(ties, source, target, known, faults, text)
    return source, target, known


def shown(value: Any, text: bool) -> Any:
    """Return an id as the user knows it."""
    return str(value) if text else value


def _note_missing(ties: TieTable, faults: Faults) -> None:
    missing = missing_rows(ties.names or ())
    if missing:
        for end, column in (("source", ties.source), ("target", ties.target)):
            for row in faults.room_for(np.flatnonzero(np.isin(column, missing))):
                faults.add(ties.place.fault(row, end, "the id is missing"))


def _note_strangers(ties: TieTable, source: Whole, target: Whole, known: Ids, faults: Faults, text: bool) -> None:
    """Note the ids of the ties that are not in the people table, each once."""
    strangers: dict[Any, tuple[int, str]] = {}
    for row in np.flatnonzero((source < 0) | (target < 0)).tolist():
        for end, column, at in (("source", ties.source, source), ("target", ties.target, target)):
            value = ties.end(int(column[row]))
            if at[row] < 0 and not is_missing(value):
                strangers.setdefault(shown(value, text), (row, end))
    values = list(strangers)
    for i in faults.room_for(list(range(len(values)))):
        row, end = strangers[values[i]]
        faults.add(ties.place.fault(row, end, unknown(values[i], known)))


def _distinct_people(people: PeopleTable, faults: Faults, text: bool) -> Ids:
    """Return the ids of the people table, the first of each, and note duplicates and gaps."""
    if _distinct(people.ids):
        return Ids(people.ids, text=text)
    seen: dict[Any, int] = {}
    for row, value in enumerate(people.ids.tolist() if isinstance(people.ids, np.ndarray) else people.ids):
        if is_missing(value):
            faults.add(people.place.fault(row, "id", "the id is missing"))
        elif seen.setdefault(value, row) != row:
            first = people.place.name(seen[value])
            faults.add(people.place.fault(row, "id", f"{shown(value, text)!r} stands already in {first}"))
    if isinstance(people.ids, np.ndarray):
        return Ids(np.array(list(seen), dtype=np.int64), text=text)
    return Ids(list(seen), text=text)


def _distinct(column: Column) -> bool:
    """Tell whether no id is missing and none stands twice, without a table of all."""
    if isinstance(column, np.ndarray):
        in_order = np.sort(column)
        return not bool((in_order[1:] == in_order[:-1]).any())
    try:
        return len(set(column)) == len(column) and not any(map(is_missing, column))
    except TypeError:
        return False


def _numbered(source: I64, target: I64) -> tuple[I64, I64, I64]:
    """Number integers in order of first appearance; return both columns so numbered, and the integers in order."""
    if not source.size:
        return source, target, source
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
    first_source = first.copy()
    backwards = np.arange(rows - 1, -1, -1, dtype=np.int64)
    # Of equal indices numpy keeps the last assignment, here the smallest row.
    first[target[::-1]] = 2 * backwards + 1
    first_source[source[::-1]] = 2 * backwards
    np.minimum(first, first_source, out=first)
    present = np.flatnonzero(first < never)
    order = present[np.argsort(first[present])]
    position = np.empty(values.size, dtype=np.int64)
    position[order] = np.arange(order.size)
    return position[source], position[target], values[order] + low
