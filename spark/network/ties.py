"""From rows of ties to sorted, distinct ties: docs/model.md on self-loops, duplicates and zero strength."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.network.tables import Faults, Place

F64 = NDArray[np.float64]

STRENGTHS = ("weight", "strength")
"""Tie columns of which a 0 says that there is no tie."""

STRICT = (*STRENGTHS, "probability", "prob", "p")
"""Tie columns that are meant for spark: what is wrong in them is an error, while others are then left unused."""

ADVICE = (
    "where rows disagree about the same tie, merge='sum' adds them up, a layer column keeps them apart, "
    "and columns={'ignore': ...} leaves a column out"
)


@dataclass(frozen=True, slots=True)
class Ties:
    """Distinct ties sorted by (source, target, layer), with counts of the rows that went."""

    source: NDArray[Any]
    target: NDArray[Any]
    layer: NDArray[Any]
    columns: Mapping[str, F64]
    self_loops: int
    merged: int
    zero_strength: int


def distinct_ties(
    source: NDArray[Any],
    target: NDArray[Any],
    layer: NDArray[Any],
    columns: Mapping[str, F64],
    *,
    ends: int,
    layers: int,
    both: bool,
    add: bool,
    chosen: NDArray[np.bool_] | None,
    place: Place,
    name: Callable[[int], str],
    faults: Faults,
) -> Ties:
    """Drop self-loops, merge duplicates, drop zero strength, double undirected ties, sort.

    Parameters
    ----------
    source, target, layer : integers[rows]; positions, in influence direction, -1 for ends that are faults already.
    columns : float64[rows] by name.
    ends, layers : how many of each there are.
    both : influence runs both ways: a row in the other direction is a duplicate.
    add : add up the columns of duplicates that disagree, instead of noting them as faults.
    chosen : bool[rows]; which rows to use, None for all.
    place, name, faults : for messages: of the rows, of the ends; and where they go.
    """
    all_rows = np.int64 if source.size >= 1 << 31 else np.int32
    kept: NDArray[Any] | None = None
    loop = (source == target) & (source >= 0)
    keep = ~loop
    if chosen is not None:
        loop &= chosen
        keep &= chosen
    self_loops = int(np.count_nonzero(loop))
    keep &= (source >= 0) & (target >= 0)
    if not keep.all():
        kept = np.flatnonzero(keep).astype(all_rows)
        source, target, layer = source[keep], target[keep], layer[keep]
    if both:
        source, target = np.minimum(source, target), np.maximum(source, target)
    order, same = _sorted(source, target, layer, ends, layers)
    if kept is not None:
        rows = kept[order]
    else:
        rows = np.arange(source.size, dtype=all_rows) if isinstance(order, slice) else order
    source, target, layer = source[order], target[order], layer[order]
    values = {key: column[rows] for key, column in columns.items()}
    merged = int(np.count_nonzero(same))
    if merged:
        first = ~same
        if add:
            group = np.cumsum(first) - 1
            values = {key: np.bincount(group, weights=column).astype(np.float64) for key, column in values.items()}
        else:
            for key, column in values.items():
                good = (column >= 0) & (column < np.inf)  # the others are faults already
                differs = np.flatnonzero(same & good & np.r_[False, (column[1:] != column[:-1]) & good[:-1]])
                for i in faults.room_for(differs):
                    tie = f"{name(int(source[i]))} -> {name(int(target[i]))}"
                    before = f"{column[i - 1]:g} in {place.name(int(rows[i - 1]))}"
                    faults.add(place.fault(int(rows[i]), key, f"{column[i]:g}, but {before}, for the same tie {tie}"))
                    faults.advise(ADVICE)
            values = {key: column[first] for key, column in values.items()}
        source, target, layer = source[first], target[first], layer[first]
    nothing = np.zeros(source.size, dtype=bool)
    for key, column in values.items():
        if key.lower() in STRENGTHS:
            nothing |= column == 0
    zero_strength = int(np.count_nonzero(nothing))
    if zero_strength:
        keep = ~nothing
        source, target, layer = source[keep], target[keep], layer[keep]
        values = {key: column[keep] for key, column in values.items()}
    if both:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
        layer = np.concatenate([layer, layer])
        order, _ = _sorted(source, target, layer, ends, layers)
        source, target, layer = source[order], target[order], layer[order]
        values = {key: np.concatenate([column, column])[order] for key, column in values.items()}
    return Ties(source, target, layer, values, self_loops, merged, zero_strength)


def _sorted(
    source: NDArray[Any], target: NDArray[Any], layer: NDArray[Any], ends: int, layers: int
) -> tuple[NDArray[Any] | slice, NDArray[np.bool_]]:
    """Return the stable order by (source, target, layer), and which rows of it equal the row before."""
    rows = source.size
    same = np.zeros(rows, dtype=bool)
    if ends * ends * layers < 1 << 63:
        key = source.astype(np.int64)
        key *= ends
        key += target
        if layers > 1:
            key *= layers
            key += layer
        if rows < 2 or bool((key[1:] > key[:-1]).all()):
            return slice(None), same
        if ends * ends * layers * rows < 1 << 63:
            # The row within the key is what makes the order stable, and where it stands afterwards: nothing is copied.
            key *= rows
            key += np.arange(rows, dtype=np.int32)
            key.sort()
            order: NDArray[Any] = np.empty(rows, dtype=np.int32)
            np.remainder(key, rows, out=order, casting="unsafe")
            key //= rows
        else:
            order = np.argsort(key, kind="stable")
            key = key[order]
        same[1:] = key[1:] == key[:-1]
        return order, same
    order = np.lexsort((layer, target, source))
    same[1:] = True
    for column in (source, target, layer):
        column = column[order]
        same[1:] &= column[1:] == column[:-1]
    return order, same


def why_unused(column: F64) -> str | None:
    """Say why an extra column cannot be used with ties, None if it can: it must be finite and at least 0."""
    missing = int(np.count_nonzero(~np.isfinite(column)))
    if missing:
        return f"{missing:,} of {column.size:,} are missing or infinite"
    negative = int(np.count_nonzero(column < 0))
    return f"{negative:,} of {column.size:,} are negative" if negative else None
