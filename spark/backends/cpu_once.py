"""What the compiled backend needs for the once clock in full, and for lapses: rows at each level of readiness, working
arrays, and stories of single worlds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.kernels.lanes import LANES
from spark.kernels.log import Log
from spark.kernels.once.rows import NOT_YET, OnceRows, Room
from spark.kernels.once.world import run_once
from spark.kernels.periods import PeriodRows
from spark.kernels.tolerance import Laws
from spark.kernels.world import Count, Rows, Shares, Start, Work
from spark.problem.arrays import ONE, Law, Problem, freeze

LONGEST_DRAW = 45 * ONE  # an exponential draw is at most 64 ln 2
LEAST_BUFFER = 4096
_NO_WAY_BACK = (freeze(np.empty(0, np.int64)), freeze(np.empty(0, np.int32)), freeze(np.empty(0, np.int64)))


def plain_rows(problem: Problem) -> Rows:
    """The rows of a cascade with one example needed."""
    targets, live, _ = _draws(problem, (problem.law,))
    law = problem.law
    return Rows(problem.graph.indptr, targets, live, law.more, law.tolerance, law.dose, law.lapse, law.left)


def once_rows(problem: Problem) -> OnceRows:
    """The rows of a problem at each of its levels: ties that are never live lead to the sink."""
    graph, law, laws = problem.graph, problem.law, problem.levels or (problem.law,)
    targets, loud, chance = _draws(problem, laws)
    way_back = graph.incoming if len(laws) > 1 else _NO_WAY_BACK
    return OnceRows(
        graph.indptr,
        targets,
        int(law.family == "cascade"),
        loud,
        chance,
        _levels([level.more for level in laws]),
        _levels([level.dose for level in laws]),
        _levels([level.receptivity for level in laws]),
        way_back[0],
        way_back[1],
        way_back[2],
        law.tolerance,
        Laws(*(freeze(part) for part in law.tolerances)),
        freeze(law.delays.steps),
        freeze(law.delays.rate),
        freeze(law.delays.upto),
        freeze(law.noise),
    )


def period_rows(problem: Problem) -> PeriodRows:
    """The same where people can give up."""
    law, laws = problem.law, problem.levels or (problem.law,)
    targets, loud, chance = _draws(problem, laws)
    dose, receptivity = _levels([level.dose for level in laws]), _levels([level.receptivity for level in laws])
    return PeriodRows(problem.graph.indptr, targets, loud, chance, dose, receptivity, law.lapse, law.left)


def _levels(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """The arrays of all levels as one, without a copy where there is one level."""
    return freeze(np.stack(arrays)) if len(arrays) > 1 else freeze(arrays[0][np.newaxis])


def _draws(problem: Problem, laws: tuple[Law, ...]) -> tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.uint64]]:
    """Where ties lead, thresholds of the highest level, padded for 16 at once, and T of 2^32 of all levels if several;
    of size 0 where ties have doses.
    """
    graph = problem.graph
    if problem.law.family != "cascade":
        return graph.targets, freeze(np.empty(0, np.uint32)), freeze(np.empty((len(laws), 0), np.uint64))
    dead = np.logical_and.reduce([level.never != 0 for level in laws])
    loud = np.zeros(graph.ties + LANES, np.uint32)
    for level in laws:
        np.maximum(loud[: graph.ties], np.where(level.never != 0, np.uint32(0), level.live), out=loud[: graph.ties])
    chance = np.empty((len(laws), 0), np.uint64)
    if len(laws) > 1:
        chance = np.stack([np.where(law.never != 0, np.uint64(0), law.live + np.uint64(1)) for law in laws])
    targets = freeze(np.where(dead, np.int32(graph.people), graph.targets)) if dead.any() else graph.targets
    return targets, freeze(loud), freeze(chance)


def full_room(problem: Problem, starts: list[Start], work: Work) -> Room:
    """Working arrays of one worker, for all plans of a run."""
    law, people, levels = problem.law, problem.graph.people, len(problem.levels)
    once, cascade = not law.lapse.size, law.family == "cascade"
    boosted = once and levels > 1 and any(start.changes.boost.size for start in starts)
    bridges = max((start.changes.source.size for start in starts), default=0)
    partners, leveled = law.has_partners, levels > 1 and once
    later = (bridges + people * bool(law.noise.size or law.delays.some)) if once else 0
    calendar = _longest_wait(problem, starts) + 1 if later else 0
    heard = any(start.schedule.size for start in starts)
    listed = once and (boosted or partners or heard or calendar)
    several = people if once and cascade else 0
    work = work._replace(
        dose=np.zeros(people if once else 0, np.uint64),
        touched=np.empty(people, np.int32),
        points=np.zeros(several, np.int32),
        heard_next=np.zeros(several, np.uint64),
        heard_points=np.zeros(several, np.int32),
    )
    return Room(
        work,
        heard=np.empty(people, np.int32),
        boost=np.empty(people, np.int32),
        sustain=np.empty(people, np.int32),
        came=np.empty(people + 1, np.int32),
        when=np.full(people if boosted else 0, NOT_YET, np.int32),
        partner=np.zeros(people if partners and leveled else 0, np.uint64),
        mass=np.zeros((people if partners and leveled else 0, max(levels, 1)), np.uint64),
        before=np.zeros(problem.graph.organisations if leveled else 0, np.uint64),
        rising=np.empty(people if boosted else 0, np.int32),
        head=np.zeros(people if bridges else 0, np.int32),
        calendar=np.zeros(calendar, np.int64),
        later=np.empty(later + (problem.graph.ties if law.delays.some else 0), np.int64),
        to=np.empty(max(people, LEAST_BUFFER) if listed else 0, np.int32),
        amount=np.empty(max(people, LEAST_BUFFER) if listed else 0, np.uint64),
        told=np.zeros(0, np.uint8),
        told_when=np.empty(0, np.int32),
        log=Log(np.empty((0, 3), np.int64), np.zeros(1, np.int64)),
    )


def _longest_wait(problem: Problem, starts: list[Start]) -> int:
    """Steps until the latest event that can be brought about now; beyond the horizon nothing is noted."""
    law = problem.law
    rates = [int(rate.min()) for rate in (law.delays.rate, law.noise) if rate.size]
    drawn = [LONGEST_DRAW // rate + 2 for rate in rates]
    opens = [int(start.changes.opens.max(initial=0)) for start in starts]
    longest = max([1, int(law.delays.steps.max(initial=1)), law.delays.upto.size, *drawn, *opens])
    return longest if starts[0].horizon < 0 else min(longest, starts[0].horizon + 1)


def tell_once_clock(
    key: np.uint64,
    world: int,
    rows: OnceRows,
    shares: Shares,
    start: Start,
    room: Room,
    why: NDArray[np.uint8],
    when: NDArray[np.int32],
) -> None:
    """Fill why uint8[n] and when int32[n] each person adopted in one world."""
    none = np.empty(0, np.int64)
    count = Count(
        np.empty((0, 0), np.int32),
        none,
        np.empty((0, 0), np.int32),
        none,
        none,
        np.empty((0, 0), np.int32),
        none,
        none,
        none,
        np.empty((2, 7, 0), np.int64),
        none,
        none,
        np.empty((0, 0), np.int32),
    )
    run_once(key, world, 0, 1, rows, shares, start, room._replace(told=why, told_when=when), count)
