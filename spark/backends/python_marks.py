"""The slow twin of clocks that ring again and again, written to be read; it shares no code with the kernels.

In each unit of time it writes down every ring of every clock in order, then goes through the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spark.backends.python_changes import PlainChanges
from spark.backends.python_draws import KINDS, exponential, finalise, person_draw, tie_draw
from spark.problem.arrays import FOR_EVER, Actions, Problem, Trace

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


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of a tie, `number` in the order of all of them: the tie's own, or one that a boost adds."""

    number: int
    layer: int
    source: int
    target: int
    tie: int
    mean: int
    why: int
    opens: int = 0
    closes: int = FOR_EVER


class _Burn:
    def __init__(self, problem: Problem, actions: Actions, plan: int, key: int, world: int) -> None:
        self.problem, self.law, self.actions = problem, problem.law, actions
        self.key, self.world = key, world
        self.changes = PlainChanges(problem, actions, plan, key, world)
        self.people = range(problem.graph.people)
        self.clocks = self.all_clocks(plan)
        self.practising = {v for v in self.people if self.law.adopted[v]}
        self.came = dict.fromkeys(self.practising, -1)
        self.lapses = [0] * len(self.people)
        self.events = [(0, v, Trace.ALREADY) for v in sorted(self.practising)]

    def all_clocks(self, plan: int) -> list[Clock]:
        graph, changes = self.problem.graph, self.changes
        ties = [
            Clock(e, 0, u, int(graph.targets[e]), e, int(self.law.delay[e]), e)
            for u in self.people
            for e in range(graph.indptr[u], graph.indptr[u + 1])
        ]
        every = len(ties)
        for added in sorted((added for into in changes.added for added in into), key=lambda added: added.place):
            mean, why = int(self.actions.bridge_dose[0, added.row]), Trace.BRIDGE - added.place
            window = added.opens, added.closes
            ties.append(Clock(graph.ties + added.place, 0, added.source, added.target, added.tie, mean, why, *window))
        if self.actions.bridge_id.size:
            first, end = self.actions.bridge_indptr[plan : plan + 2]
            every += int(end - first)
        most = -(-max((speed for v in self.people for speed in changes.speeds(v)), default=1) >> 24)
        return [
            replace(clock, number=layer * every + clock.number, layer=layer)
            for layer in range(max(1, most + 1))
            for clock in ties
            if clock.mean
        ]

    def ring_key(self, t: int, ring: int, layer: int = 0) -> int:
        key = finalise(self.key ^ KINDS["layer"] + layer) if layer else self.key
        return _ring_key(key, t, ring)

    def speed(self, v: int, t: int) -> int:
        speeds = self.changes.speeds(v)
        return speeds[min(t, len(speeds) - 1)]

    def rings(self, t: int) -> list[tuple[int, int, int, int, Clock | None]]:
        """(instant, kind, number or person, number of the ring, clock) of all that rings in a unit of time, in order:
        people, then ties, then broadcasts.
        """
        found: list[tuple[int, int, int, int, Clock | None]] = []
        for v in self.people:
            mean = int(self.law.duration[v])

            def lapse(ring: int, v: int = v, mean: int = mean) -> int:
                draw = person_draw(self.ring_key(t, ring), "duration", self.world, v)
                return exponential(_TOP - draw) * mean >> 64

            found += [(time, 0, v, ring, None) for time, ring in (_rings(lapse) if mean else ())]
        for clock in self.clocks:

            def tie(ring: int, clock: Clock = clock) -> int:
                draw = tie_draw(self.ring_key(t, ring, clock.layer), self.world, clock.tie)
                return exponential(_TOP - (draw << 32) - (1 << 31)) * clock.mean >> 64

            found += [(time, 1, clock.number, ring, clock) for time, ring in _rings(tie)]
        for v, row in enumerate(self.changes.schedule):
            dose = 0
            if row >= 0 and t < self.actions.heard.shape[1]:
                dose = int(self.actions.heard[row, t]) - int(self.actions.heard[row, t - 1])

            def message(ring: int, v: int = v) -> int:
                return exponential(person_draw(self.ring_key(t, ring), "broadcast", self.world, v))

            excess = max(dose.bit_length() - 32, 0)
            for part, ring in _rings(message, dose + 1) if dose else ():
                time = min((part >> excess) * UNIT_OF_TIME // (dose >> excess), UNIT_OF_TIME - 1)
                found.append((time, 2, v, ring, None))
        return sorted(found, key=lambda ring: ring[:3])

    def stays(self, v: int, t: int, ring: int) -> bool:
        """Whether help to keep going lets this ring of a person pass."""
        left = self.changes.stays(v)
        draw = person_draw(finalise(self.ring_key(t, ring) ^ KINDS["ready"]), "duration", self.world, v)
        return draw >> 40 >= left[min(t, len(left) - 1)]

    def convinces(self, clock: Clock, t: int, time: int, ring: int) -> bool:
        """Whether a ring counts: its source practises, its window is open, its layer is there, its target is ready."""
        u, v, key = clock.source, clock.target, self.ring_key(t, ring, clock.layer)
        if u not in self.practising or self.came[u] >= time or not clock.opens <= t < clock.closes:
            return False
        if clock.layer:
            part = self.speed(v, t) - (clock.layer << 24)
            if tie_draw(finalise(key ^ KINDS["layer"]), self.world, clock.tie) >> 8 >= part:
                return False
        left = self.law.left.tolist()
        draw = tie_draw(finalise(key ^ KINDS["ready"]), self.world, clock.tie)
        return self.lapses[v] == 0 or draw >> 8 < left[min(self.lapses[v], len(left) - 1)]

    def go_through(self, t: int) -> None:
        """All that rings in a unit of time."""
        self.came = dict.fromkeys(self.practising, -1)
        for time, kind, v, ring, clock in self.rings(t):
            if kind == 0:
                if v in self.practising and not self.stays(v, t, ring):
                    self.practising.remove(v)
                    self.lapses[v] = min(self.lapses[v] + 1, 255)
                    self.events.append((t, v, Trace.LAPSED))
                continue
            if clock is not None and not self.convinces(clock, t, time, ring):
                continue
            target, why = (v, Trace.BROADCAST) if clock is None else (clock.target, clock.why)
            if target not in self.practising:
                self.practising.add(target)
                self.came[target] = time
                self.events.append((t, target, why))


def burn_marks(problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> Story:
    """One world to the horizon."""
    burn = _Burn(problem, actions, plan, key, world)
    history = []
    for t in range(horizon + 1):
        if t:
            burn.go_through(t)
        for v in sorted(v for v, start in burn.changes.due.items() if start == t and v not in burn.practising):
            burn.practising.add(v)
            burn.events.append((t, v, Trace.SEED))
        history.append(set(burn.practising))
    return Story(history, burn.events)
