"""What the compiled backend needs for reverse sets through time: where people give up, or ties take a time."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.kernels.continuous.times import FOREVER
from spark.kernels.reverse import BASE, FREE, SENTINEL
from spark.kernels.reverse_late import LateRows
from spark.kernels.reverse_paths import Arrivals, PathRows, PathWork
from spark.kernels.reverse_periods import Steps, lapse_hazards
from spark.kernels.reverse_rows import tie_hazards
from spark.problem.arrays import Actions, Problem, Watch, freeze

FEWER = 8
_PATHS: weakref.WeakKeyDictionary[Problem, PathRows] = weakref.WeakKeyDictionary()


def steps_base(
    problem: Problem, actions: Actions | None, watch: Watch, given: Sequence[int], companions: Sequence[int]
) -> Steps:
    """Who practises, hears and gives up when, whatever is chosen; with companions large sets are spared."""
    law, horizon = problem.law, watch.horizon
    marks = np.where(law.adopted != 0, np.uint8(BASE), np.uint8(FREE))
    people, starts = _seeds(actions)
    marks[people[starts == 0]] = BASE
    schedule, heard = _broadcasts(actions)
    nothing = not (marks.any() or schedule.size or (starts > 0).any())
    chosen = np.asarray(given, np.int64)
    marks[chosen[marks[chosen] == FREE]] = SENTINEL
    later = (starts > 0) & (starts <= horizon)
    due_indptr = np.zeros(horizon + 2, np.int64)
    np.cumsum(np.bincount(starts[later], minlength=horizon + 1), out=due_indptr[1:])
    hazards = np.empty(law.lapse.size, np.uint64)
    lapse_hazards(law.lapse, hazards)
    return Steps(
        freeze(marks if marks.any() else marks[:0]),
        schedule,
        heard,
        horizon,
        freeze(due_indptr),
        freeze(people[later]),
        freeze(hazards),
        int(watch.counted == "ever-adopted"),
        FEWER if nothing and len(companions) else 1,
    )


def path_rows(problem: Problem) -> PathRows:
    """In-ties with the times that they take, made once per problem."""
    found = _PATHS.get(problem)
    if found is None:
        graph, law = problem.graph, problem.law
        if law.continuous:
            none = freeze(np.empty(0, np.uint8))
            laws = law.delay, law.delay_quantiles, law.duration, law.duration_quantiles
            found = PathRows(*graph.incoming, *laws, law.latency, law.latency_quantiles, none, 0)
        else:
            hazards, lapse = np.empty(law.live.size, np.uint64), np.empty(law.lapse.size, np.uint64)
            tie_hazards(law.live, hazards)
            lapse_hazards(law.lapse, lapse)
            none = freeze(np.empty(0, np.uint64))
            never = law.never if law.never.any() else law.never[:0]
            found = PathRows(*graph.incoming, freeze(hazards), none, freeze(lapse), none, none, none, freeze(never), 1)
        _PATHS[problem] = found
    return found


def late_rows(problem: Problem) -> LateRows:
    """In-ties that take their time, or that lead to people who practise later."""
    law = problem.law
    never = law.never if law.never.any() else law.never[:0]
    cascade = int(law.family == "cascade")
    return LateRows(*problem.graph.incoming, cascade, law.live, never, law.dose, *law.delays, law.picks.one)


def path_base(problem: Problem, actions: Actions | None, watch: Watch, given: Sequence[int]) -> Arrivals:
    """When who practises or hears, whatever is chosen."""
    starts = np.full(problem.graph.people, FOREVER, np.uint64)
    people, steps = _seeds(actions)
    np.minimum.at(starts, people, steps.astype(np.uint64) << np.uint64(32))
    starts[problem.law.adopted != 0] = 0
    chosen = np.zeros(problem.graph.people, np.uint8)
    chosen[np.asarray(given, np.int64)] = 1
    return Arrivals(
        freeze(starts if (starts < FOREVER).any() else starts[:0]),
        *_broadcasts(actions),
        freeze(chosen if chosen.any() else chosen[:0]),
        watch.horizon,
    )


def path_work(problem: Problem) -> PathWork:
    """Working arrays of one worker."""
    # each tie is looked at once, and of all partners together only the first who could have convinced a person counts
    entries = problem.graph.ties + problem.graph.people + 1
    arrival = np.full(problem.graph.people, FOREVER, np.uint64)
    return PathWork(arrival, np.empty(entries, np.uint64), np.empty(entries, np.int32))


def _seeds(actions: Actions | None) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Who is made to practise, and when."""
    if actions is None:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    first = slice(actions.seed_indptr[0], actions.seed_indptr[1])
    return actions.seed_people[first], actions.seed_start[first]


def _broadcasts(actions: Actions | None) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Who follows which broadcast, and what is heard; empty where nobody hears any."""
    if actions is None or not actions.schedule.size or not (actions.schedule[0] >= 0).any():
        return freeze(np.empty(0, np.int32)), freeze(np.empty((0, 0), np.uint64))
    return freeze(actions.schedule[0]), freeze(actions.heard)
