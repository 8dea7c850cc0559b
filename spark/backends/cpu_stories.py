"""What happened in single worlds: who adopted when, who lit whom, and who had a share in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_once import once_rows
from spark.backends.logs import first_adoptions, in_order, summed
from spark.kernels.adoption_story import tell_adoption, tell_aware
from spark.kernels.log import Log
from spark.kernels.once.rows import OnceRows, Room
from spark.kernels.once.story import tell_once
from spark.kernels.periods import tell_periods
from spark.kernels.world import Count, Shares, Start
from spark.problem.arrays import I64, Problem, Trace

Story = tuple[NDArray[np.int32], I64, I64 | None, I64]
"""When each person adopted and what lit her, the log where people can give up, and who had a share."""
Run = Callable[[Any], None]
"""Runs the world with these working arrays."""


def tell(
    problem: Problem,
    kernel: Any,
    rows: Any,
    room: Any,
    start: Start,
    shares: Shares,
    count: Count,
    key: np.uint64,
    world: int,
) -> Story:
    """Tell one world; `count` has room for one, and is not looked at."""
    law, graph = problem.law, problem.graph
    given = (key, world, rows, graph.incoming, shares, start, room)

    def run(room: Any) -> None:
        kernel(key, world, 0, 1, rows, shares, start, room, count)

    if law.states is not None:
        log, lit = in_order(*_states(run, problem, rows, room, key, world))
        return (*first_adoptions(log, graph.people), log, lit)
    if law.family == "marks":
        log, lit = written_down(2, lambda *logs: kernel(*given, *logs))  # in order of instants
        return (*first_adoptions(log, graph.people), log, lit)
    if law.lapse.size:
        log, lit = in_order(*_lapses(run, problem, rows, room, start, key, world))
        return (*first_adoptions(log, graph.people), log, lit)
    when, by = np.full(graph.people, -1, np.int32), np.full(graph.people, Trace.NEVER, np.int64)
    if law.family == "paths":
        kernel(*given, when, by)
        lit_people = np.flatnonzero(by >= 0)  # a time has one tie
        return when, by, None, np.column_stack([lit_people, by[lit_people], np.ones_like(lit_people)])
    why = np.zeros(graph.people, np.uint8)
    kernel(key, world, rows, shares, start, room, why, when)
    boost = room.boost if isinstance(room, Room) else np.empty(0, np.int32)
    full = rows if isinstance(rows, OnceRows) else once_rows(problem)
    told = (key, world, full, graph.incoming, start.changes, boost, why, when, by)
    (lit,) = written_down(1, lambda lit: tell_once(*told, lit))
    return when, by, None, lit


def _lapses(run: Run, problem: Problem, rows: Any, room: Room, start: Start, key: np.uint64, world: int) -> list[I64]:
    """What happens where people give up, written down, and which ties had a share in it."""
    (log,) = written_down(1, lambda log: run(room._replace(log=log)))

    def share(lit: Log) -> None:
        tell_periods(key, world, rows, problem.graph.incoming, start, room, log, lit)

    return [log, *written_down(1, share)]


def _states(run: Run, problem: Problem, rows: Any, room: Any, key: np.uint64, world: int) -> tuple[I64, I64]:
    """What happens where people hear, try, adopt and leave, and who had a share in it."""
    law, people = problem.law, problem.graph.people
    if law.family == "aware":
        told = np.full((3, people), -1, np.int32)
        told[2] = 0
        run(room._replace(told=told))
        given = (key, world, rows, problem.graph.incoming, told[0], told[1], told[2].astype(np.uint8))
        log, lit = written_down(2, lambda *logs: tell_aware(*given, *logs), 4)
    else:
        (raw,) = written_down(1, lambda log: run(room._replace(log=log)), 4)
        dosed = law.tolerances.law.size > 0
        log, lit = written_down(2, lambda *logs: tell_adoption(raw, people, dosed, *logs), 4)
    return log, summed(lit[:, :3])


def written_down(count: int, kernel: Any, columns: int = 3) -> list[I64]:
    """Run what writes to `count` logs, again with more room where that did not suffice."""
    room = 1024
    while True:
        logs = [Log(np.empty((room, columns), np.int64), np.zeros(1, np.int64)) for _ in range(count)]
        kernel(*logs)
        most = max(int(log.size[0]) for log in logs)
        if most <= room:
            return [log.rows[: log.size[0]].copy() for log in logs]
        room = 2 * most
