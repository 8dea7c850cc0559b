"""The slow twin of continuous time, in plain Python, written to be read; it shares no code with the kernels.

Times are integers in units of 2^-32 of a unit of time. A world of paths is relaxed until nothing gets earlier; a world
of a crowd goes from one adoption, or seed, to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from spark.backends.python import exponential, person_draw, tie_draw
from spark.problem.arrays import CERTAIN, Actions, Problem, Trace

UNIT_OF_TIME = 1 << 32
_TOP = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Stay:
    """When a person adopted, and when she gave up (None: never)."""

    came: int
    went: int | None

    def practises(self, time: int) -> bool:
        """Whether she practises at an instant; who gives up at it does not."""
        return self.came <= time and (self.went is None or time < self.went)


def standard_time(level: int, quantiles: list[int]) -> int:
    """The time of mean 1, in units of 2^-56, at a level in units of 2^-64."""
    if not quantiles:
        return exponential(_TOP - level)
    i, part = divmod(level * (len(quantiles) - 1), 1 << 64)
    return quantiles[i] + ((quantiles[i + 1] - quantiles[i]) * part >> 64)


def whole_step(time: int) -> int:
    """The first whole unit of time that is not before an instant."""
    return -(-time // UNIT_OF_TIME)


def burn_time(problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> dict[int, Stay]:
    """One world: everybody who ever adopts."""
    law = problem.law
    first = {v: 0 for v in range(problem.graph.people) if law.adopted[v]}
    for i in range(actions.seed_indptr[plan], actions.seed_indptr[plan + 1]):
        v, time = int(actions.seed_people[i]), int(actions.seed_start[i]) * UNIT_OF_TIME
        first[v] = min(first.get(v, time), time)
    if law.family == "crowd":
        return _burn_crowd(problem, first, horizon, key, world)
    for v, heard in _hear(problem, actions, plan, key, world).items():
        time = heard + _tries(problem, v, key, world)
        first[v] = min(first.get(v, time), time)
    last = horizon * UNIT_OF_TIME if horizon >= 0 else (1 << 62) - 1
    ties = _ties(problem, key, world)
    stays: dict[int, Stay] = {}
    for v, time in first.items():
        if time <= last:
            stays[v] = Stay(time, _went(problem, v, time, key, world))
    earlier = True
    while earlier:
        earlier = False
        for u, v, _, takes in ties:
            if u not in stays or takes is None:
                continue
            heard, went = stays[u].came + takes, stays[u].went
            come = heard + _tries(problem, v, key, world)
            if come <= last and (went is None or heard < went) and (v not in stays or come < stays[v].came):
                stays[v] = Stay(come, _went(problem, v, come, key, world))
                earlier = True
    return stays


def _ties(problem: Problem, key: int, world: int) -> list[tuple[int, int, int, int | None]]:
    """(source, target, tie id, how long it takes or None for ever) of each tie."""
    indptr, targets, delay = problem.graph.indptr.tolist(), problem.graph.targets.tolist(), problem.law.delay.tolist()
    quantiles = problem.law.delay_quantiles.tolist()
    ties = []
    for u in range(problem.graph.people):
        for e in range(indptr[u], indptr[u + 1]):
            level = (tie_draw(key, world, e) << 32) + (1 << 31)
            takes = standard_time(level, quantiles) * delay[e] >> 64 if delay[e] else None
            ties.append((u, targets[e], e, takes))
    return ties


def _tries(problem: Problem, v: int, key: int, world: int) -> int:
    """How long somebody tries who is convinced, before she practises."""
    if not problem.law.latency.size:
        return 0
    level = person_draw(key, "latency", world, v)
    return standard_time(level, problem.law.latency_quantiles.tolist()) * int(problem.law.latency[v]) >> 64


def _went(problem: Problem, v: int, came: int, key: int, world: int) -> int | None:
    """When somebody gives up who adopts at an instant."""
    mean = int(problem.law.duration[v])
    if not mean:
        return None
    level = person_draw(key, "duration", world, v)
    return came + (standard_time(level, problem.law.duration_quantiles.tolist()) * mean >> 64)


def _hear(problem: Problem, actions: Actions, plan: int, key: int, world: int) -> dict[int, int]:
    """When broadcasts convince whom: the dose of a step comes evenly within it."""
    instants = {}
    for v, row in enumerate(actions.schedule[plan].tolist()):
        heard = actions.heard[row].tolist() if row >= 0 else [0]
        tolerance = exponential(person_draw(key, "broadcast", world, v))
        for t in range(1, len(heard)):
            if heard[t - 1] < tolerance <= heard[t]:
                part, whole = tolerance - heard[t - 1], heard[t] - heard[t - 1]
                excess = max(whole.bit_length() - 32, 0)
                instants[v] = (t - 1) * UNIT_OF_TIME + (part >> excess) * UNIT_OF_TIME // (whole >> excess)
    return instants


def _burn_crowd(problem: Problem, first: dict[int, int], horizon: int, key: int, world: int) -> dict[int, Stay]:
    """All non-adopters share one dose, which grows at the hazard of the moment; each adopts at her tolerance."""
    people, wait, hazard = range(problem.graph.people), problem.law.wait.tolist(), problem.law.hazard.tolist()
    tolerance = {v: exponential(person_draw(key, "tolerance", world, v)) for v in people}
    last = horizon * UNIT_OF_TIME if horizon >= 0 else (1 << 62) - 1
    stays = {v: Stay(0, None) for v, time in first.items() if problem.law.adopted[v]}
    due = sorted((time, v) for v, time in first.items() if v not in stays)
    now, dose = 0, 0  # `now` in units of 2^-96
    while True:
        rest = [v for v in people if v not in stays]
        events = []
        due = [(time, v) for time, v in due if v not in stays]
        if rest and wait[len(stays)]:
            nearest = min(rest, key=lambda v: (tolerance[v], v))
            events.append((now + (tolerance[nearest] - dose) * wait[len(stays)], 1, nearest))
        if due:
            events.append((due[0][0] << 64, 0, due[0][1]))
        if not events:
            return stays
        time, own, v = min((time >> 64, own, v) for time, own, v in events)
        if time > last:
            return stays
        if own:
            now, dose = events[0][0], tolerance[v]
        else:
            more = min((time - (now >> 64)) * hazard[len(stays)] >> 24, CERTAIN)
            now, dose = time << 64, min(dose + more, min(tolerance[u] for u in rest))
        stays[v] = Stay(time, None)


def curve_of(stays: dict[int, Stay], horizon: int) -> list[int]:
    """How many practise at each whole unit of time, to the horizon or until nothing changes any more."""
    changes = [stay.came for stay in stays.values()]
    changes += [stay.went for stay in stays.values() if stay.went is not None]
    last = max(map(whole_step, changes), default=0) if horizon < 0 else horizon
    return [sum(stay.practises(t * UNIT_OF_TIME) for stay in stays.values()) for t in range(last + 1)]


def still_there(stays: dict[int, Stay], horizon: int) -> list[int]:
    """Who practises at the horizon, or for good."""
    if horizon < 0:
        return sorted(v for v, stay in stays.items() if stay.went is None)
    return sorted(v for v, stay in stays.items() if stay.practises(horizon * UNIT_OF_TIME))


def trace_time(problem: Problem, actions: Actions, horizon: int, key: int, world: int) -> tuple[list[int], list[int]]:
    """One world of the first plan: the whole step by which each person adopted, -1 for never, and what lit her."""
    stays = burn_time(problem, actions, 0, horizon, key, world)
    starts = range(actions.seed_indptr[0], actions.seed_indptr[1])
    seeded = {int(actions.seed_people[i]): int(actions.seed_start[i]) * UNIT_OF_TIME for i in starts}
    when = [whole_step(stays[v].came) if v in stays else -1 for v in range(problem.graph.people)]
    by = [Trace.BROADCAST if v in stays else Trace.NEVER for v in range(problem.graph.people)]
    for u, v, e, takes in reversed(_ties(problem, key, world)):
        if u in stays and v in stays and takes is not None:
            heard, went = stays[u].came + takes, stays[u].went
            if heard + _tries(problem, v, key, world) == stays[v].came and (went is None or heard < went):
                by[v] = e
    for v, stay in stays.items():
        if problem.law.adopted[v]:
            by[v] = Trace.ALREADY
        elif seeded.get(v) == stay.came:
            by[v] = Trace.SEED
    return when, by
