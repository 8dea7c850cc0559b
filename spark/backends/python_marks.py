"""The slow twin of clocks that ring again and again, written to be read; it shares no code with the kernels.

In each unit of time it writes down every ring of every clock in order, then goes through the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spark.backends.python_draws import KINDS, exponential, finalise, person_draw, tie_draw
from spark.problem.arrays import Actions, Problem, Trace

UNIT_OF_TIME = 1 << 32
_TOP = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Story:
    """Who practises at each whole unit of time, and what happened: (unit of time, person, tie or code of `Trace`)."""

    practising: list[set[int]]
    events: list[tuple[int, int, int]]


def _ring_key(key: int, t: int, ring: int) -> int:
    return finalise(finalise(key + t * 0x8CB92BA72F3D8DD7 & _TOP) + ring * 0xD6E8FEB86659FD93 & _TOP)


def _rings(gap: Callable[[int], int], end: int = UNIT_OF_TIME) -> Iterator[tuple[int, int]]:
    """(instant, number) of each ring before `end`, from the waiting time before each; one for each instant."""
    before, time, number = -1, gap(0), 0
    while time < end:
        if time > before:
            yield time, number
        number += 1
        before, time = time, time + gap(number)


def burn_marks(problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> Story:
    """One world to the horizon."""
    graph, law = problem.graph, problem.law
    people, ties = graph.people, graph.ties
    sources = [u for u in range(people) for _ in range(graph.indptr[u], graph.indptr[u + 1])]
    targets, left = graph.targets.tolist(), law.left.tolist()
    seeds = range(actions.seed_indptr[plan], actions.seed_indptr[plan + 1])
    due = [(int(actions.seed_start[i]), int(actions.seed_people[i])) for i in seeds]
    schedule = actions.schedule[plan].tolist() or [-1] * people
    practising = {v for v in range(people) if law.adopted[v]}
    events = [(0, v, Trace.ALREADY) for v in sorted(practising)]
    lapses = [0] * people
    history = []

    def clocks(t: int) -> list[tuple[int, int, int]]:
        """(instant, clock, number) of all rings in a unit of time; people, then ties, then broadcasts."""
        found = []
        for v in range(people):
            mean = int(law.duration[v])

            def lapse(ring: int, v: int = v, mean: int = mean) -> int:
                draw = person_draw(_ring_key(key, t, ring), "duration", world, v)
                return exponential(_TOP - draw) * mean >> 64

            if mean:
                found += [(time, v, ring) for time, ring in _rings(lapse)]
        for e in range(ties):
            mean = int(law.delay[e])

            def tie(ring: int, e: int = e, mean: int = mean) -> int:
                level = (tie_draw(_ring_key(key, t, ring), world, e) << 32) + (1 << 31)
                return exponential(_TOP - level) * mean >> 64

            if mean:
                found += [(time, people + e, ring) for time, ring in _rings(tie)]
        for v in range(people):
            dose = 0
            if schedule[v] >= 0 and t < actions.heard.shape[1]:
                dose = int(actions.heard[schedule[v], t]) - int(actions.heard[schedule[v], t - 1])

            def message(ring: int, v: int = v) -> int:
                return exponential(person_draw(_ring_key(key, t, ring), "broadcast", world, v))

            excess = max(dose.bit_length() - 32, 0)
            for part, ring in _rings(message, dose + 1) if dose else ():
                time = min((part >> excess) * UNIT_OF_TIME // (dose >> excess), UNIT_OF_TIME - 1)
                found.append((time, people + ties + v, ring))
        return sorted(found)

    def ready(t: int, ring: int, e: int, v: int) -> bool:
        draw = tie_draw(finalise(_ring_key(key, t, ring) ^ KINDS["ready"]), world, e)
        return lapses[v] == 0 or draw >> 8 < left[min(lapses[v], len(left) - 1)]

    for t in range(horizon + 1):
        came = dict.fromkeys(practising, -1)
        for time, clock, ring in clocks(t) if t else ():
            if clock < people:
                if clock in practising:
                    practising.remove(clock)
                    lapses[clock] = min(lapses[clock] + 1, 255)
                    events.append((t, clock, Trace.LAPSED))
                continue
            e = clock - people
            v = targets[e] if e < ties else e - ties
            convinced = e >= ties or (sources[e] in practising and came[sources[e]] < time and ready(t, ring, e, v))
            if convinced and v not in practising:
                practising.add(v)
                came[v] = time
                events.append((t, v, e if e < ties else Trace.BROADCAST))
        for v in [v for start, v in due if start == t and v not in practising]:
            practising.add(v)
            events.append((t, v, Trace.SEED))
        history.append(set(practising))
    return Story(history, events)
