"""What the compiled backend needs for models of continuous time: their kernels, rows and working arrays."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import COMPILED
from spark.kernels.continuous.crowd import Crowd, CrowdWork, run_crowd
from spark.kernels.continuous.marks import Marks, MarksWork, fill_gone, fill_rings, replay_marks, run_marks
from spark.kernels.continuous.paths import Paths, PathsWork, replay_paths, run_paths
from spark.kernels.continuous.times import FOREVER, REACH_CELLS, fill_reach
from spark.kernels.lanes import LANES
from spark.kernels.world import Start
from spark.problem.arrays import Problem, freeze

KERNELS = {"paths": (run_paths, replay_paths), "marks": (run_marks, replay_marks), "crowd": (run_crowd, None)}

ContinuousRows = Paths | Marks | Crowd
ContinuousWork = PathsWork | MarksWork | CrowdWork


def continuous_rows(problem: Problem) -> ContinuousRows:
    """The rows that kernels read: ties that never convince lead to the sink, one mean stands for all that are alike."""
    graph, law = problem.graph, problem.law
    if law.family == "crowd":
        return Crowd(law.wait, law.hazard)
    if law.family == "marks":
        return _marks(problem)
    some = law.delay[law.delay > 0]
    alike = some.size > 0 and some.min() == some.max()
    dead = law.delay == 0
    reach = np.empty(REACH_CELLS if COMPILED else 16, np.int64)  # fewer only let more ties be looked at
    fill_reach(law.delay_quantiles, reach)
    return Paths(
        graph.indptr,
        freeze(np.where(dead, np.int32(graph.people), graph.targets)) if dead.any() else graph.targets,
        freeze(some[:1]) if alike else law.delay,
        some.min() if some.size else np.uint64(0),
        law.delay_quantiles,
        freeze(reach),
        law.duration,
        law.duration_quantiles,
        law.latency,
        law.latency_quantiles,
    )


def _marks(problem: Problem) -> Marks:
    """Ties that never ring lead to the sink; each law is looked through once for all that share it."""
    graph, law = problem.graph, problem.law
    means, which = np.unique(law.delay, return_inverse=True)
    rings = np.zeros(means.size, np.uint32)
    fill_rings(means, rings)
    padded = np.zeros(graph.ties + LANES, np.uint32)
    padded[: graph.ties] = rings[which]
    stays, whose = np.unique(law.duration, return_inverse=True)
    gone = np.zeros(stays.size, np.uint64)
    fill_gone(stays, gone)
    dead = law.delay == 0
    targets = freeze(np.where(dead, np.int32(graph.people), graph.targets)) if dead.any() else graph.targets
    return Marks(graph.indptr, targets, law.delay, law.duration, freeze(padded), freeze(gone[whose]), law.left)


def continuous_work(problem: Problem, starts: list[Start]) -> ContinuousWork:
    """Working arrays of one worker."""
    people = problem.graph.people
    if problem.law.family == "crowd":
        return CrowdWork(np.empty(people, np.uint64), np.empty(people, np.uint8), np.empty(people, np.int32))
    if problem.law.family == "marks":
        entries = problem.graph.ties + 2 * people + 1  # each tie's clock, each person's, and her broadcast's
        practises = np.zeros(people + 1, np.uint8)
        practises[people] = 1
        return MarksWork(
            practises=practises,
            listed=np.zeros(people, np.uint8),
            lapses=np.zeros(people, np.uint8),
            ever=np.zeros(people, np.uint8),
            waits=np.zeros(problem.graph.ties, np.uint8),
            active=np.empty(people, np.int32),
            heap_time=np.empty(entries, np.int64),
            heap_clock=np.empty(entries, np.int64),
            heap_ring=np.empty(entries, np.int32),
            heap_source=np.empty(entries, np.int32),
        )
    arrival = np.full(people + 1, FOREVER, np.uint64)
    arrival[people] = 0
    entries = problem.graph.ties + 3 * people + 1  # each tie, and each person as adopter, as seed and as hearer, once
    return PathsWork(
        arrival,
        np.empty(people, np.int32),
        np.empty(people, np.uint64),
        np.empty(people, np.uint64),
        np.empty(entries, np.uint64),
        np.empty(entries, np.int32),
        np.empty(LANES, np.uint32),
    )
