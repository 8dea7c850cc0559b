"""Put what worlds wrote down in order, the same on every backend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.problem.arrays import Trace

I64 = NDArray[np.int64]


def in_order(log: I64, lit: I64) -> tuple[I64, I64]:
    """Sort int64[E, 3] (time, person, why) by step, lapses first, then by person; and who had a share along with it."""
    order = np.lexsort((log[:, 1], log[:, 2] != Trace.LAPSED, log[:, 0]))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    lit = np.column_stack([place[lit[:, 0]], lit[:, 1:]]) if lit.size else lit
    return log[order], lit[np.lexsort((lit[:, 1], lit[:, 0]))]


def first_adoptions(log: I64, people: int) -> tuple[NDArray[np.int32], I64]:
    """When each person adopted first, int32[n], -1 for never, and what lit her, int64[n]."""
    when, by = np.full(people, -1, np.int32), np.full(people, Trace.NEVER, np.int64)
    adoptions = log[log[:, 2] != Trace.LAPSED][::-1]
    when[adoptions[:, 1]] = adoptions[:, 0]
    by[adoptions[:, 1]] = adoptions[:, 2]
    return when, by


def together(when: Sequence[object], by: Sequence[object], logs: Sequence[I64], sharing: Sequence[I64]) -> Trace:
    """Return the trace of several worlds."""
    none = np.empty((0, 4), np.int64)
    return Trace(
        np.array(when, np.int32),
        np.array(by, np.int64),
        np.concatenate([none, *(np.insert(log, 0, row, axis=1) for row, log in enumerate(logs))]),
        np.concatenate([none, *(np.insert(lit, 0, row, axis=1) for row, lit in enumerate(sharing))]),
    )
