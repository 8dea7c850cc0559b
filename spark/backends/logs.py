"""Put what worlds wrote down in order, the same on every backend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.problem.arrays import Trace

I64 = NDArray[np.int64]


def in_order(log: I64, lit: I64) -> tuple[I64, I64]:
    """Sort (time, person, why, what) by step, who stops first, then by person; and who had a share along with it."""
    order = np.lexsort((log[:, 1], log[:, 2] > Trace.LAPSED, log[:, 0]))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    lit = np.column_stack([place[lit[:, 0]], lit[:, 1:]]) if lit.size else lit
    return log[order], lit[np.lexsort((lit[:, 1], lit[:, 0]))]


def first_adoptions(log: I64, people: int) -> tuple[NDArray[np.int32], I64]:
    """When each person adopted first, int32[n], -1 for never, and what lit her, int64[n]."""
    when, by = np.full(people, -1, np.int32), np.full(people, Trace.NEVER, np.int64)
    adoptions = (log[log[:, 2] > Trace.LAPSED] if log.shape[1] == 3 else log[is_adoption(log[:, 2:])])[::-1]
    when[adoptions[:, 1]] = adoptions[:, 0]
    by[adoptions[:, 1]] = adoptions[:, 2]
    return when, by


def together(when: Sequence[object], by: Sequence[object], logs: Sequence[I64], sharing: Sequence[I64]) -> Trace:
    """Return the trace of several worlds."""
    none = np.empty((0, 4), np.int64)
    logs = [log if log.shape[1] == 4 else np.insert(log, 3, Trace.ADOPTS, axis=1) for log in logs]
    return Trace(
        np.array(when, np.int32),
        np.array(by, np.int64),
        np.concatenate([np.empty((0, 5), np.int64), *(np.insert(log, 0, row, axis=1) for row, log in enumerate(logs))]),
        np.concatenate([none, *(np.insert(lit, 0, row, axis=1) for row, lit in enumerate(sharing))]),
    )


def is_adoption(why: I64) -> NDArray[np.bool_]:
    """Which rows int64[E, 2] (why, what) are adoptions."""
    return np.asarray((why[:, 0] > Trace.LAPSED) & (why[:, 1] == Trace.ADOPTS))


def summed(lit: I64) -> I64:
    """Who had a share int64[S, 3], each tie once an event, with all that it gave."""
    pairs, place = np.unique(lit[:, :2], axis=0, return_inverse=True)
    weight = np.zeros(len(pairs), np.int64)
    np.add.at(weight, place.reshape(-1), lit[:, 2])
    return np.column_stack([pairs, weight])
