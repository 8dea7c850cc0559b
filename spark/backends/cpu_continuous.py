"""What the compiled backend needs for models of continuous time: their kernels, rows and working arrays."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import COMPILED
from spark.kernels.continuous import (
    FOREVER,
    REACH_CELLS,
    Crowd,
    CrowdWork,
    Paths,
    PathsWork,
    fill_reach,
    replay_paths,
    run_crowd,
    run_paths,
)
from spark.kernels.lanes import LANES
from spark.kernels.world import Start
from spark.problem.arrays import Problem, freeze

KERNELS = {"paths": (run_paths, replay_paths), "crowd": (run_crowd, None)}


def continuous_rows(problem: Problem) -> Paths | Crowd:
    """The rows that kernels read: ties that never convince lead to the sink, one mean stands for all that are alike."""
    graph, law = problem.graph, problem.law
    if law.family == "crowd":
        return Crowd(law.wait, law.hazard)
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
    )


def continuous_work(problem: Problem, starts: list[Start]) -> PathsWork | CrowdWork:
    """Working arrays of one worker."""
    people = problem.graph.people
    if problem.law.family == "crowd":
        return CrowdWork(np.empty(people, np.uint64), np.empty(people, np.uint8), np.empty(people, np.int32))
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
