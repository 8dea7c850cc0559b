"""The slow twin of continuous time, in plain Python, written to be read; it shares no code with the kernels.

Times are integers in units of 2^-32 of a unit of time. A world of paths asks whoever is next in time, and never again;
a world of a crowd goes from one adoption, or seed, to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from spark.backends.python_changes import PlainChanges
from spark.backends.python_draws import exponential, person_draw, tie_draw
from spark.problem.arrays import CERTAIN, FOR_EVER, Actions, Problem, Trace

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
    return _burn(problem, actions, PlainChanges(problem, actions, plan, key, world), horizon, key, world)


def _burn(
    problem: Problem, actions: Actions, changes: PlainChanges, horizon: int, key: int, world: int
) -> dict[int, Stay]:
    law = problem.law
    first = {v: 0 for v in range(problem.graph.people) if law.adopted[v]}
    for v, step in changes.due.items():
        first[v] = min(first.get(v, step * UNIT_OF_TIME), step * UNIT_OF_TIME)
    if law.family == "crowd":
        return _burn_crowd(problem, first, horizon, key, world)
    for v, instant in _hear(actions, changes, key, world).items():
        time = instant + _tries(problem, v, key, world)
        first[v] = min(first.get(v, time), time)
    last = horizon * UNIT_OF_TIME if horizon >= 0 else (1 << 62) - 1
    ties = _ties(problem, changes, key, world)
    stays: dict[int, Stay] = {}

    def joins(v: int, time: int) -> None:
        stays[v] = Stay(time, _went(problem, changes, v, time, key, world))

    for v, time in first.items():
        if time <= last:
            joins(v, time)
    todo = sorted(stays, key=lambda v: stays[v].came)
    done: set[int] = set()
    while todo:
        u = min(todo, key=lambda v: stays[v].came)
        todo.remove(u)
        done.add(u)
        for tie in ties:
            if tie.source != u or tie.target in done:
                continue
            heard, went, v = tie.heard(stays[u].came), stays[u].went, tie.target
            if heard is None or (went is not None and heard >= went):
                continue
            come = heard + _tries(problem, v, key, world)
            if come <= last and (v not in stays or come < stays[v].came):
                if v not in stays:
                    todo.append(v)
                joins(v, come)
    return stays


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie of the network or one that the plan adds; `why` is what stands in a trace if it lights somebody."""

    source: int
    target: int
    why: int
    takes: int | None
    speeds: list[int]
    opens: int = 1
    closes: int | None = None

    def heard(self, came: int) -> int | None:
        """When it convinces, of a source who adopts at an instant."""
        return None if self.takes is None else ends(came, self.takes, self.speeds, self.opens, self.closes)


def ends(start: int, need: int, speeds: list[int], opens: int = 1, closes: int | None = None) -> int | None:
    """When a clock has run for `need` that starts at an instant and runs in the steps opens <= t < closes, at
    speeds[t] / 2^24, the last for ever; None: never.
    """
    time = max(start, (opens - 1) * UNIT_OF_TIME)
    while True:
        t = time // UNIT_OF_TIME + 1
        if closes is not None and t >= closes:
            return None
        speed = speeds[min(t, len(speeds) - 1)]
        run = -(-(need << 24) // speed) if speed else None
        if t >= len(speeds) - 1:
            last = 1 << 62 if closes is None else (closes - 1) * UNIT_OF_TIME
            return time + run if run is not None and time + run <= last else None
        until = t * UNIT_OF_TIME
        if run is not None and time + run <= until:
            return time + run
        need -= (until - time) * speed >> 24
        time = until


def _ties(problem: Problem, changes: PlainChanges, key: int, world: int) -> list[Tie]:
    """All ties of a world, those of the network first."""
    indptr, targets, delay = problem.graph.indptr.tolist(), problem.graph.targets.tolist(), problem.law.delay.tolist()
    quantiles = problem.law.delay_quantiles.tolist()

    def takes(tie: int, mean: int) -> int | None:
        level = (tie_draw(key, world, tie) << 32) + (1 << 31)
        return standard_time(level, quantiles) * mean >> 64 if mean else None

    ties = []
    for u in range(problem.graph.people):
        own = range(indptr[u], indptr[u + 1])
        ties += [Tie(u, targets[e], e, takes(e, delay[e]), changes.speeds(targets[e])) for e in own]
    for added in sorted((added for into in changes.added for added in into), key=lambda added: added.place):
        mean = int(changes.actions.bridge_dose[0, added.row])
        closes = None if added.closes == FOR_EVER else added.closes
        why, speeds = Trace.BRIDGE - added.place, changes.speeds(added.target)
        window = max(added.opens, 1), closes
        ties.append(Tie(added.source, added.target, why, takes(added.tie, mean), speeds, *window))
    return ties


def _tries(problem: Problem, v: int, key: int, world: int) -> int:
    """How long somebody tries who is convinced, before she practises."""
    if not problem.law.latency.size:
        return 0
    level = person_draw(key, "latency", world, v)
    return standard_time(level, problem.law.latency_quantiles.tolist()) * int(problem.law.latency[v]) >> 64


def _went(problem: Problem, changes: PlainChanges, v: int, came: int, key: int, world: int) -> int | None:
    """When somebody gives up who adopts at an instant."""
    mean = int(problem.law.duration[v])
    if not mean:
        return None
    level = person_draw(key, "duration", world, v)
    return ends(came, standard_time(level, problem.law.duration_quantiles.tolist()) * mean >> 64, changes.stays(v))


def _hear(actions: Actions, changes: PlainChanges, key: int, world: int) -> dict[int, int]:
    """When broadcasts convince whom: the dose of a step comes evenly within it."""
    instants = {}
    for v, row in enumerate(changes.schedule):
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


def who_practises(stays: dict[int, Stay], horizon: int) -> list[list[int]]:
    """Who practises at each whole unit of time, to the horizon or until nothing changes any more."""
    changes = [stay.came for stay in stays.values()]
    changes += [stay.went for stay in stays.values() if stay.went is not None]
    last = max(map(whole_step, changes), default=0) if horizon < 0 else horizon
    return [[v for v, stay in stays.items() if stay.practises(t * UNIT_OF_TIME)] for t in range(last + 1)]


def still_there(stays: dict[int, Stay], horizon: int) -> list[int]:
    """Who practises at the horizon, or for good."""
    if horizon < 0:
        return sorted(v for v, stay in stays.items() if stay.went is None)
    return sorted(v for v, stay in stays.items() if stay.practises(horizon * UNIT_OF_TIME))


def trace_time(problem: Problem, actions: Actions, horizon: int, key: int, world: int) -> tuple[list[int], list[int]]:
    """One world of the first plan: the whole step by which each person adopted, -1 for never, and what lit her."""
    changes = PlainChanges(problem, actions, 0, key, world)
    stays = _burn(problem, actions, changes, horizon, key, world)
    seeded = {v: step * UNIT_OF_TIME for v, step in changes.due.items()}
    when = [whole_step(stays[v].came) if v in stays else -1 for v in range(problem.graph.people)]
    by = [Trace.BROADCAST if v in stays else Trace.NEVER for v in range(problem.graph.people)]
    ties = _ties(problem, changes, key, world)
    for tie in sorted(
        ties, key=lambda tie: (tie.why >= 0, abs(tie.why)), reverse=True
    ):  # of several the first ties count
        if tie.source in stays and tie.target in stays:
            heard, went = tie.heard(stays[tie.source].came), stays[tie.source].went
            if heard is None or (went is not None and heard >= went):
                continue
            if heard + _tries(problem, tie.target, key, world) == stays[tie.target].came:
                by[tie.target] = tie.why
    for v, stay in stays.items():
        if problem.law.adopted[v]:
            by[v] = Trace.ALREADY
        elif seeded.get(v) == stay.came:
            by[v] = Trace.SEED
    return when, by
