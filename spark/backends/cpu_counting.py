"""What the compiled backend needs where people count ties of equal weight: rows, working arrays, and the way back."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spark.kernels.counting import ENOUGH, Counted, CountingWork, run_counting
from spark.kernels.once.rows import OnceRows
from spark.kernels.once.world import run_once
from spark.kernels.tolerance import Laws
from spark.kernels.world import Count, Shares, Start
from spark.problem.arrays import Problem, freeze

MOST_REST = 1 << 24
"""What the last tie may give beside, units of 2^-56: more would often leave worlds to the other kernel."""
_COUNTED: weakref.WeakKeyDictionary[Problem, Counted | None] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class CountedRows:
    """Rows for counting, and those of doses for the worlds that counting leaves."""

    counted: Counted
    doses: OnceRows


class CountedWork:
    """Working arrays for counting, and those for all else, made when they are first needed."""

    def __init__(self, people: int, latest: int, make: Callable[[], Any]) -> None:
        self.counting = CountingWork(
            left=np.zeros(people + 1, np.int32),
            queue=np.empty(people + 1, np.int32),
            ends=np.empty(people + latest + 4, np.int64),
            touched=np.empty(people, np.int32),
        )
        self._make = make
        self._whole: Any = None

    @property
    def whole(self) -> Any:
        """Those for all else."""
        if self._whole is None:
            self._whole = self._make()
        return self._whole


def run_counted(
    key: np.uint64,
    first: int,
    begin_row: int,
    stop_row: int,
    rows: CountedRows,
    shares: Shares,
    start: Start,
    room: CountedWork,
    count: Count,
) -> int:
    """Run as the kernels do; a world that counting leaves is computed from doses."""
    while begin_row < stop_row:
        done = int(run_counting(key, first, begin_row, stop_row, rows.counted, shares, start, room.counting, count))
        if done >= 0:
            return done
        row = -1 - done
        if run_once(key, first, row, row + 1, rows.doses, shares, start, room.whole, count) == row:
            return row
        begin_row = row + 1
    return stop_row


def counted_rows(problem: Problem) -> Counted | None:
    """The rows for counting, or None where ties into one person differ, or partners give doses."""
    law = problem.law
    if law.family != "threshold" or law.waits or law.has_partners:
        return None
    if problem not in _COUNTED:
        _COUNTED[problem] = _counted(problem)
    return _COUNTED[problem]


def _counted(problem: Problem) -> Counted | None:
    graph, law = problem.graph, problem.law
    on = law.dose > 0
    targets = graph.targets[on]
    degree = np.bincount(targets, minlength=graph.people)
    last = np.zeros(graph.people, np.int64)
    last[targets] = np.flatnonzero(on)  # later ties overwrite earlier ones
    some = degree > 0
    most = np.where(some, law.dose[last] if law.dose.size else np.uint64(0), np.uint64(0))
    each = np.zeros(graph.people, np.uint64)
    others = np.flatnonzero(on & (np.arange(law.dose.size) != last[graph.targets]))
    each[graph.targets[others]] = law.dose[others]
    each = np.where(degree == 1, most, each)
    uneven = (law.dose[others] != each[graph.targets[others]]).any()
    if uneven or (most < each).any() or (most - each > MOST_REST).any():
        return None
    needed = np.empty(0, np.int32)
    if law.tolerance.size:
        if (most != each).any():
            return None
        part = np.where(some, each, np.uint64(1))
        whole = (law.tolerance - np.uint64(1)) // part + np.uint64(1)
        needed = np.where(some, np.minimum(whole, np.uint64(ENOUGH)), np.uint64(ENOUGH)).astype(np.int32)
    return Counted(
        graph.indptr,
        graph.targets if on.all() else freeze(np.where(on, graph.targets, np.int32(graph.people))),
        freeze(each),
        freeze(most - each),
        freeze(degree.astype(np.int32)),
        freeze(needed),
        Laws(*law.tolerances),
    )
