"""The slow twin: one world after the other in plain Python, written to be read; it shares no code with the kernels.

Each step follows docs/model.md to the letter: everybody who does not practise yet looks at all that has reached her.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spark.backends.logs import together
from spark.backends.python_adoption import burn_adoption
from spark.backends.python_aware import burn_aware
from spark.backends.python_continuous import burn_time, still_there, trace_time, who_practises
from spark.backends.python_history import History, states_of, story_of
from spark.backends.python_marks import burn_marks
from spark.backends.python_once import burn, is_tie, shares_once
from spark.backends.python_periods import burn_periods
from spark.errors import UsageError
from spark.problem.arrays import I64, NO_REPLAY, Actions, Problem, Tally, Trace, Watch, Worlds

if TYPE_CHECKING:
    from spark.backends.components_python import PlainComponentWorlds
    from spark.backends.sets_python import PlainReverseSets


Practising = Sequence[Collection[int]]
"""Who practises at the end of each step of a world."""


def _group_curves(told: Sequence[Sequence[Practising]], watch: Watch) -> NDArray[np.int32]:
    """`Tally.group_curves` of the worlds of each plan, all of the same length."""
    curves = np.zeros((len(told), len(told[0][0]), watch.bin_count), np.int32)
    for plan, worlds in enumerate(told):
        for history in worlds if watch.bin_count else ():
            for t, who in enumerate(history):
                inside = [int(codes[v]) for codes in watch.groups for v in who if codes[v] >= 0]
                for g, begin in enumerate(watch.bins.tolist()):
                    if begin >= 0:
                        curves[plan, t, begin + inside.count(g)] += 1
    changed = np.flatnonzero((curves[:, 1:] != curves[:, :-1]).any(axis=(0, 2)))
    return curves[:, : changed.max(initial=-1) + 2]


class PythonBackend:
    """Plain Python, one world at a time; `workers` changes nothing."""

    name = "python"

    def __init__(self, workers: int | None = None, progress: Callable[[int], None] | None = None) -> None:
        self.progress = progress

    def finals(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> I64:
        """Count the adopters of every plan at the end of each world, or their value: int64[P, W]."""
        return self.run(problem, actions, watch, worlds).finals(watch)

    def run(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Tally:
        """Count the adopters of every plan in the given worlds."""
        told: list[list[Practising]] = []
        histories: list[list[History]] = []
        value, ever = (np.zeros((actions.plans, worlds.count), np.int64) for _ in range(2))
        lit = np.zeros((actions.plans, worlds.count, len(watch.groups)), np.int32)
        sums, squares = (np.zeros((actions.plans, watch.group_count), np.int64) for _ in range(2))
        reached = np.zeros((actions.plans, problem.graph.people), np.int64)
        for plan in range(actions.plans):
            told.append([])
            histories.append([])
            for row in range(worlds.count):
                world = worlds.first + row
                if problem.law.states is not None:
                    live = burn_aware if problem.law.family == "aware" else burn_adoption
                    found = live(problem, actions, plan, watch.horizon, worlds.key, world)
                    histories[plan].append(found)
                    adopters, ever[plan, row] = found.adopted, found.ever
                    told[plan].append(found.practising)
                elif problem.law.family == "marks":
                    story = burn_marks(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = sorted(story.practising[-1]), len({event[1] for event in story.events})
                    told[plan].append(story.practising)
                elif problem.law.continuous:
                    stays = burn_time(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = still_there(stays, watch.horizon), len(stays)
                    told[plan].append(who_practises(stays, watch.horizon))
                elif problem.law.lapse.size:
                    history = burn_periods(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = sorted(history[-1]), len(set().union(*history))
                    told[plan].append(history)
                else:
                    when, _ = burn(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters = [v for v, t in enumerate(when) if t >= 0]
                    last = max((when[v] for v in adopters), default=0)
                    ever[plan, row] = len(adopters)
                    told[plan].append([[v for v in adopters if when[v] <= t] for t in range(last + 1)])
                reached[plan, adopters] += 1
                value[plan, row] = sum(int(watch.value[v]) for v in adopters) if watch.value.size else 0
                for column, codes in enumerate(watch.groups):
                    lit[plan, row, column] = len({int(codes[v]) for v in adopters} - {-1})
                    size = np.bincount(codes[[v for v in adopters if codes[v] >= 0]], minlength=watch.group_count)
                    sums[plan] += size
                    squares[plan] += size * size
                if self.progress is not None:
                    self.progress(1)
        steps = max(len(history) for plan in told for history in plan)
        longer = [[[*history, *[history[-1]] * (steps - len(history))] for history in plan] for plan in told]
        whole = np.array([[[len(who) for who in history] for history in plan] for plan in longer], np.int32)
        changed = np.flatnonzero((whole[:, :, 1:] != whole[:, :, :-1]).any(axis=(0, 1)))
        kept, states = whole[:, :, : changed.max(initial=-1) + 2], states_of(histories, watch.horizon)
        return Tally(kept, value, ever, lit, sums, squares, reached, states, _group_curves(longer, watch))

    def replay(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Trace:
        """Replay single worlds of the first plan: who adopted when, and who lit whom."""
        law, people = problem.law, problem.graph.people
        if law.family == "crowd":
            raise UsageError(NO_REPLAY[law.family])
        when, by, logs, sharing = [], [], [], []
        for world in range(worlds.first, worlds.first + worlds.count):
            log: list[tuple[int, ...]] = []
            lit: list[tuple[int, int, int]] = []
            if law.states is not None:
                live = burn_aware if law.family == "aware" else burn_adoption
                log, lit = story_of(live(problem, actions, 0, watch.horizon, worlds.key, world))
            elif law.lapse.size:
                told: list[tuple[int, int, list[int]]] = []
                burn_periods(problem, actions, 0, watch.horizon, worlds.key, world, told)
                log = [(t, v, why[0]) for t, v, why in told]
                lit = [(i, e, 1) for i, (_, _, why) in enumerate(told) for e in sorted(why) if is_tie(e)]
            elif law.family == "marks":
                log = [*burn_marks(problem, actions, 0, watch.horizon, worlds.key, world).events]
                lit = [(i, e, 1) for i, (_, _, e) in enumerate(log) if e >= 0]
            if law.states is not None or (law.never_ends and not law.noise.size):
                adoptions = [row for row in reversed(log) if row[2] > Trace.LAPSED and row[3:] in ((), (Trace.ADOPTS,))]
                first = {row[1]: (row[0], row[2]) for row in adoptions}
                rows = [first.get(v, (-1, Trace.NEVER)) for v in range(people)]
                whens, causes = [t for t, _ in rows], [why for _, why in rows]
                logs.append(np.array(log, np.int64).reshape(-1, 3 if law.states is None else 4))
            elif law.continuous:
                whens, causes = trace_time(problem, actions, watch.horizon, worlds.key, world)
                lit = [(v, e, 1) for v, e in enumerate(causes) if e >= 0]
            else:
                whens, causes = burn(problem, actions, 0, watch.horizon, worlds.key, world)
                lit = shares_once(problem, actions, whens, causes, worlds.key, world)
            when.append(whens)
            by.append(causes)
            sharing.append(np.array(lit, np.int64).reshape(-1, 3))
        return together(when, by, logs, sharing)

    def reverse(
        self,
        problem: Problem,
        base: Actions | None,
        watch: Watch,
        key: int,
        *,
        independent: bool = False,
        given: Sequence[int] = (),
        companions: Sequence[int] = (),
    ) -> PlainReverseSets:
        """Reverse sets that grow on demand."""
        from spark.backends.sets_python import PlainReverseSets

        return PlainReverseSets(problem, base, watch, key, independent=independent, given=given, companions=companions)

    def components(self, problem: Problem, keys: Sequence[int]) -> tuple[PlainComponentWorlds, ...] | None:
        """Component worlds for each key, or None where ties are not undirected and alike."""
        from spark.backends.components_python import plain_worlds

        return plain_worlds(problem, keys)
