"""What the compiled backend needs for models of continuous time: their kernels, rows and working arrays."""

from __future__ import annotations

import numpy as np

from spark.backends.cpu_changes import changes_anything
from spark.kernels.accelerate import COMPILED
from spark.kernels.continuous.changed import ChangedWork, replay_changed_paths, run_changed_paths
from spark.kernels.continuous.clocks import fill_gone, fill_rings
from spark.kernels.continuous.crowd import Crowd, CrowdWork, run_crowd
from spark.kernels.continuous.ladder import NO_BUCKET, new_ladder
from spark.kernels.continuous.marks import Marks, MarksWork, most_layers, replay_marks, run_marks
from spark.kernels.continuous.paths import Paths, PathsWork, replay_paths, run_paths
from spark.kernels.continuous.times import FOREVER, REACH_CELLS, fill_reach
from spark.kernels.lanes import LANES
from spark.kernels.world import Start
from spark.problem.arrays import U64, Problem, freeze

KERNELS = {
    "paths": (run_paths, replay_paths),
    "changed paths": (run_changed_paths, replay_changed_paths),
    "marks": (run_marks, replay_marks),
    "crowd": (run_crowd, None),
}

ContinuousRows = Paths | Marks | Crowd
ContinuousWork = PathsWork | ChangedWork | MarksWork | CrowdWork


def continuous_rows(problem: Problem) -> ContinuousRows:
    """The rows that kernels read: ties that never convince lead to the sink, one mean stands for all that are alike."""
    graph, law = problem.graph, problem.law
    if law.family == "crowd":
        return Crowd(law.wait, law.hazard)
    if law.family == "marks":
        return _marks(problem)
    some = law.delay[law.delay > 0]
    dead = law.delay == 0
    reach = np.empty(REACH_CELLS if COMPILED else 16, np.int64)  # fewer only let more ties be looked at
    fill_reach(law.delay_quantiles, reach)
    digits = graph.people.bit_length()
    return Paths(
        graph.indptr,
        freeze(np.where(dead, np.int32(graph.people), graph.targets)) if dead.any() else graph.targets,
        freeze(some[:1]) if _alike(some) else law.delay,
        some.min() if some.size else np.uint64(0),
        law.delay_quantiles,
        freeze(reach),
        freeze(law.duration[:1]) if _alike(law.duration) else law.duration,
        law.duration_quantiles,
        law.latency,
        law.latency_quantiles,
        np.uint64(_bucket_width(some, law.duration[law.duration > 0], graph.people, digits)),
        np.uint64(digits),
    )


def _alike(values: U64) -> bool:
    return bool(values.size and values.min() == values.max())


def _buckets(people: int) -> int:
    """Buckets of the queue: a few people in each, and so many that all stay in the processor's cache."""
    return int(min(max(64, 1 << (people // 8).bit_length()), 1 << 14))


def _bucket_width(delay: U64, duration: U64, people: int, digits: int) -> int:
    """Binary digits of the width of a bucket: the ladder spans 32 means of what is common and short; any is right."""
    means = [float(np.median(values)) for values in (delay, duration) if values.size]
    instants = min(means, default=2.0**40) / 2**8
    return max(0, min(int(np.log2(instants * 32 / _buckets(people))), 63 - digits))


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
        clocks = max(
            (problem.graph.ties + start.changes.source.size) * (1 + int(most_layers(start.changes))) for start in starts
        )
        entries = clocks + 2 * people + 1  # those of ties, each person's, and her broadcast's
        practises = np.zeros(people + 1, np.uint8)
        practises[people] = 1
        return MarksWork(
            practises=practises,
            listed=np.zeros(people, np.uint8),
            lapses=np.zeros(people, np.uint8),
            ever=np.zeros(people, np.uint8),
            waits=np.zeros(clocks, np.uint8),
            active=np.empty(people, np.int32),
            heap_time=np.empty(entries, np.int64),
            heap_clock=np.empty(entries, np.int64),
            heap_ring=np.empty(entries, np.int32),
            heap_source=np.empty(entries, np.int32),
            heard=np.full(people, -1, np.int32),
            boost=np.full(people, -1, np.int32),
            sustain=np.full(people, -1, np.int32),
            head=np.zeros(people, np.int32),
        )
    settled = np.zeros((people + 64) // 64, np.uint64)
    settled[people >> 6] = np.uint64(1 << (people & 63))  # the sink
    entries = problem.graph.ties + 3 * people + 1  # each tie, and each person as adopter, as seed and as hearer, once
    plain = PathsWork(
        settled,
        np.full(people, NO_BUCKET, np.uint16),
        np.empty(people, np.int32),
        np.empty(people, np.uint64),
        np.empty(people, np.uint64),
        new_ladder(entries, _buckets(people)),
    )
    bridges = max((start.changes.source.size for start in starts), default=0)
    if not any(changes_anything(start.changes) for start in starts):
        return plain
    arrival = np.full(people + 1, FOREVER, np.uint64)
    arrival[people] = 0
    return ChangedWork(
        plain,
        arrival,
        np.empty(entries + bridges, np.uint64),
        np.empty(entries + bridges, np.int32),
        np.full(people, -1, np.int32),
        np.full(people, -1, np.int32),
        np.full(people, -1, np.int32),
        np.zeros(people, np.int32),
    )
