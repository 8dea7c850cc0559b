"""The compiled backend: chunks of worlds on a few threads, integers added in any order."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_adoption import KERNELS as STATE_KERNELS
from spark.backends.cpu_adoption import state_rows, state_work
from spark.backends.cpu_changes import changes_anything, changes_of
from spark.backends.cpu_continuous import KERNELS, ContinuousRows, ContinuousWork, continuous_rows, continuous_work
from spark.backends.cpu_counting import CountedRows, CountedWork, counted_rows, run_counted
from spark.backends.cpu_once import full_room, once_rows, period_rows, plain_rows, tell_once_clock
from spark.backends.cpu_stories import tell
from spark.backends.logs import together
from spark.backends.pool import default_workers, work_through
from spark.errors import RunError, UsageError
from spark.kernels.adoption import Course, Posts
from spark.kernels.aware import Word, WordWork
from spark.kernels.cascade import run_cascade, tell_cascade
from spark.kernels.continuous.changed import ChangedWork
from spark.kernels.once.rows import OnceRows, Room
from spark.kernels.once.world import run_once
from spark.kernels.periods import PeriodRows, run_periods
from spark.kernels.world import Count, Heat, Rows, Shares, Start, Work
from spark.problem.arrays import I64, NO_REPLAY, Actions, Problem, Tally, Trace, Watch, Worlds, freeze

if TYPE_CHECKING:
    from spark.backends.components import ComponentWorlds
    from spark.backends.cpu_lockstep import Lockstep
    from spark.backends.cpu_reverse import ReverseSets

MOST_TALLY_BYTES = 4 << 30
AnyRows = Rows | OnceRows | PeriodRows | ContinuousRows | Course | Word
AnyWork = Work | Room | CountedWork | ContinuousWork | Posts | WordWork
_ROWS: weakref.WeakKeyDictionary[Problem, dict[str, AnyRows]] = weakref.WeakKeyDictionary()
_KERNELS = {
    "cascade": (run_cascade, tell_cascade),
    "once": (run_once, tell_once_clock),
    "periods": (run_periods, run_periods),
    **KERNELS,
    **STATE_KERNELS,
}


class CpuBackend:
    """Numba kernels on `workers` threads (default: the processors this process may use)."""

    name = "cpu"

    def __init__(self, workers: int | None = None, progress: object = None) -> None:
        self.workers = workers or default_workers()
        self.progress = progress
        self._lockstep: Lockstep | None = None

    def run(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Tally:
        """Count the adopters of every plan in the given worlds."""
        shares = _shares(problem)
        starts = [_start(problem, actions, watch, plan) for plan in range(actions.plans)]
        tally = _Growing(actions.plans, worlds.count, watch, problem.graph.people)
        works: dict[int, AnyWork] = {}
        counts: dict[int, Count] = {}

        def work(worker: int, begin: int, end: int) -> None:
            if worker not in works:
                works[worker] = _counted_work(problem, starts) or _work(problem, starts)
            while begin < end:
                plan, row = divmod(begin, worlds.count)
                stop = min(row + end - begin, worlds.count)
                begin += _chunk(plan, row, stop, works[worker], worker)

        def _chunk(plan: int, row: int, stop: int, room: Any, worker: int) -> int:
            first, done, steps = worlds.first + row, 0, tally.steps
            place = worker * actions.plans + plan
            count = counts.setdefault(place, _count(watch, problem))
            kernel, rows, room = _means(problem, starts[plan], room)
            while done < stop - row:
                curves = tally.curves(count.curves, steps)
                counts[place] = count = _with_rows(count, stop - row, steps, watch)._replace(curves=curves)
                begin_row = done
                done = kernel[0](
                    np.uint64(worlds.key), first, done, stop - row, rows, shares, starts[plan], room, count
                )
                got = slice(begin_row, done)
                tally.put(plan, row + begin_row, count, got)
                steps *= 2
            return done

        work_through(actions.plans * worlds.count, self.workers, work, self.progress)  # type: ignore[arg-type]
        return tally.whole(counts)

    def finals(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> I64:
        """Count the adopters of every plan at the end of each world, or their value: int64[P, W]."""
        from spark.backends.cpu_lockstep import Lockstep, in_lockstep  # kernels that simulating does not need

        if not in_lockstep(problem, actions, watch):
            return self.run(problem, actions, watch, worlds).finals(watch)
        if self._lockstep is None or self._lockstep.problem is not problem:
            self._lockstep = Lockstep(problem)
        return self._lockstep.run(actions, watch, worlds, self.workers)

    def replay(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Trace:
        """Replay single worlds of the first plan: who adopted when, and who lit whom."""
        start, shares = _start(problem, actions, watch, 0), _shares(problem)
        (_, kernel), rows, room = _means(problem, start, _work(problem, [start]))
        if kernel is None:
            raise UsageError(NO_REPLAY[problem.law.family])
        count = _with_rows(_count(watch, problem), 1, max(start.horizon, 0) + 1, watch)
        stories = [
            tell(problem, kernel, rows, room, start, shares, count, np.uint64(worlds.key), worlds.first + row)
            for row in range(worlds.count)
        ]
        when, by, logs, sharing = zip(*stories, strict=True)
        return together(when, by, [log for log in logs if log is not None], sharing)

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
    ) -> ReverseSets:
        """Reverse sets that grow on demand."""
        from spark.backends.cpu_reverse import ReverseSets  # kernels of their own, which simulating does not need

        options = {"independent": independent, "given": given, "companions": companions}
        return ReverseSets(problem, base, watch, key, workers=self.workers, **options)  # type: ignore[arg-type]

    def components(self, problem: Problem, keys: Sequence[int]) -> tuple[ComponentWorlds, ...] | None:
        """Component worlds for each key, or None where ties are not undirected and alike."""
        from spark.backends.components import component_worlds_for

        return component_worlds_for(problem, keys, self.workers)


class _Growing:
    """A tally whose number of steps doubles when a cascade lasts longer than any before."""

    def __init__(self, plans: int, worlds: int, watch: Watch, people: int) -> None:
        self.plans, self.worlds, self.watch, self.people = plans, worlds, watch, people
        self._lock = threading.Lock()
        self._adopters = np.zeros((plans, worlds, 16), np.int32)
        self._value = np.zeros((plans, worlds), np.int64)
        self._ever = np.zeros((plans, worlds), np.int64)
        self._groups_lit = np.zeros((plans, worlds, len(watch.groups)), np.int32)

    @property
    def steps(self) -> int:
        return self._adopters.shape[2]

    def put(self, plan: int, row: int, count: Count, got: slice) -> None:
        """Take the rows `got` of what was counted; curves stay flat after their last step."""
        adopters = count.adopters[got]
        with self._lock:
            size, missing = adopters.shape[1], adopters.shape[1] - self.steps
            if missing > 0:
                if self.plans * self.worlds * size * 4 > MOST_TALLY_BYTES:
                    raise RunError(f"cascades last more than {self.steps:,} steps; set a horizon, or use fewer worlds")
                wider = np.empty((self.plans, self.worlds, size), np.int32)
                wider[:, :, : self.steps] = self._adopters
                wider[:, :, self.steps :] = self._adopters[:, :, -1:]
                self._adopters = wider
            self._adopters[plan, row : row + len(adopters), :size] = adopters
            self._adopters[plan, row : row + len(adopters), size:] = adopters[:, -1:]
            self._value[plan, row : row + len(adopters)] = count.value[got]
            self._ever[plan, row : row + len(adopters)] = count.ever[got]
            self._groups_lit[plan, row : row + len(adopters)] = count.groups_lit[got]

    def whole(self, counts: dict[int, Count]) -> Tally:
        """Return the tally, cut after the last step at which anything changed."""
        changed = (self._adopters[:, :, 1:] != self._adopters[:, :, :-1]).any(axis=(0, 1))
        last = int(np.flatnonzero(changed)[-1]) + 1 if changed.any() else 0
        groups = np.zeros((2, self.plans, self.watch.group_count), np.int64)
        reached = np.zeros((self.plans, self.people), np.int64)
        for place, count in counts.items():
            plan = place % self.plans
            groups[0, plan] += count.group_sum
            groups[1, plan] += count.group_squares
            reached[plan] += count.reached
        curves, states = self._adopters[:, :, : last + 1], self._states(counts)
        found = self._value, self._ever, self._groups_lit, groups[0], groups[1], reached, states
        return Tally(curves, *found, self._group_curves(counts))

    def curves(self, sums: NDArray[np.int32], steps: int) -> NDArray[np.int32]:
        """Sums over worlds of how many of a group practise, for more steps, if there is room."""
        if sums.shape[1] * steps * self.plans * 4 > MOST_TALLY_BYTES:
            raise RunError(
                f"curves of {sums.shape[1]:,} people over {steps:,} steps do not fit; ask for fewer columns in "
                "over_time_by, or set a horizon"
            )
        missing = steps - sums.shape[0]
        return np.pad(sums, ((0, missing), (0, 0)), mode="edge") if missing > 0 and sums.size else sums

    def _group_curves(self, counts: dict[int, Count]) -> NDArray[np.int32]:
        """The curves of groups, up to the last step at which anything changed."""
        steps = max((count.curves.shape[0] for count in counts.values()), default=1)
        whole = np.zeros((self.plans, steps, self.watch.bin_count), np.int32)
        for place, count in counts.items():
            whole[place % self.plans] += self.curves(count.curves, steps)
        if self.watch.horizon >= 0:
            whole = whole[:, : self.watch.horizon + 1]  # behind it nothing was counted
        changed = np.flatnonzero((whole[:, 1:] != whole[:, :-1]).any(axis=(0, 2)))
        return whole[:, : changed.max(initial=-1) + 2]

    def _states(self, counts: dict[int, Count]) -> NDArray[np.int64]:
        """Sums over worlds, up to the horizon, or the last step at which anything changed."""
        steps = max((count.states.shape[2] for count in counts.values()), default=0)
        states = np.zeros((self.plans, 2, 7, steps), np.int64)
        for place, count in counts.items():
            states[place % self.plans] += _longer(count.states, steps)
        if self.watch.horizon >= 0:
            return states[..., : self.watch.horizon + 1]
        changed = (states[..., 1:] != states[..., :-1]).any(axis=(0, 1, 2))
        return states[..., : (int(np.flatnonzero(changed)[-1]) + 2 if changed.any() else 1)]


def _rule(problem: Problem, changed: bool) -> str:
    """Which kernels compute the problem: one example needed, where no plan changes more than seeds and broadcasts, has
    some of its own.
    """
    law = problem.law
    if law.lapse.size:
        return "periods" if law.states is None else "adoption"
    if law.continuous or law.family == "aware":
        return law.family
    return "cascade" if law.family == "cascade" and not (changed or law.waits or law.examples > 1) else "once"


def _means(problem: Problem, start: Start, room: Any) -> tuple[Any, Any, Any]:
    """The kernels (run, tell) for a plan, and the rows and working arrays that they take."""
    changed = changes_anything(start.changes)
    rule = _rule(problem, changed)
    if isinstance(room, CountedWork):
        counted = counted_rows(problem)
        if counted is not None and not (start.schedule.size or changed):
            return (run_counted, None), CountedRows(counted, _rows(problem, rule)), room
        room = room.whole
    if isinstance(room, ChangedWork):
        if changed:
            return _KERNELS["changed " + rule], _rows(problem, rule), room
        room = room.plain
    if rule == "cascade" and isinstance(room, Room):
        room = room.work
    return _KERNELS[rule], _rows(problem, rule), room


def _rows(problem: Problem, rule: str) -> Any:
    """The rows that the kernels of a rule read, made once."""
    made = _ROWS.setdefault(problem, {})
    if rule not in made:
        if rule in ("once", "periods"):
            made[rule] = once_rows(problem) if rule == "once" else period_rows(problem)
        elif problem.law.states is not None:
            made[rule] = state_rows(problem)
        elif problem.law.continuous:
            made[rule] = continuous_rows(problem)
        else:
            made[rule] = plain_rows(problem)
    return made[rule]


def _shares(problem: Problem) -> Shares:
    graph, law = problem.graph, problem.law
    on = slice(None) if law.has_partners else slice(0)
    return Shares(
        graph.organisation,
        graph.member_indptr,
        graph.members,
        graph.partner_indptr,
        freeze(graph.partner_targets[on]),
        freeze(law.partner_dose[on]),
        law.visibility,
        law.receptivity,
    )


def _start(problem: Problem, actions: Actions, watch: Watch, plan: int) -> Start:
    seeds = slice(actions.seed_indptr[plan], actions.seed_indptr[plan + 1])
    return Start(
        freeze(np.flatnonzero(problem.law.adopted).astype(np.int32)),
        freeze(actions.seed_people[seeds]),
        freeze(actions.seed_start[seeds]),
        freeze(actions.schedule[plan] if (actions.schedule[plan] >= 0).any() else actions.schedule[plan, :0]),
        freeze(actions.heard),
        watch.horizon,
        changes_of(actions, plan),
    )


def _counted_work(problem: Problem, starts: list[Start]) -> CountedWork | None:
    """Working arrays where people can count ties; those for all else are made when a plan needs them."""
    if counted_rows(problem) is None:
        return None
    return CountedWork(problem.graph.people, _latest(starts), lambda: _work(problem, starts))


def _latest(starts: list[Start]) -> int:
    """The last step at which a seed is due."""
    return max((int(start.steps[-1]) for start in starts if start.steps.size), default=0)


def _work(problem: Problem, starts: list[Start]) -> AnyWork:
    if problem.law.states is not None:
        return state_work(problem, starts)
    if problem.law.continuous:
        return continuous_work(problem, starts)
    people, organisations = problem.graph.people, problem.graph.organisations
    lapsing = people if problem.law.lapse.size else 0
    steps = starts[0].heard.shape[1]
    seen = np.zeros(people + 1, np.uint8)
    seen[people] = 1
    work = Work(
        seen=seen,
        queue=np.empty(people + 1, np.int32),
        ends=np.empty(people + _latest(starts) + steps + 3, np.int64),
        dose=np.zeros(0, np.uint64),
        touched=np.empty(0, np.int32),
        arrival=np.zeros(steps + 1, np.int32),
        following=np.zeros(people if any(start.schedule.size for start in starts) else 0, np.int32),
        tolerance=np.zeros(people if problem.law.has_partners else 0, np.uint64),
        points=np.zeros(0, np.int32),
        heard_next=np.zeros(0, np.uint64),
        heard_points=np.zeros(0, np.int32),
        lapses=np.zeros(lapsing, np.uint8),
        lapsed=np.zeros(lapsing, np.uint8),
        ever=np.zeros(lapsing, np.uint8),
        active=np.zeros(lapsing, np.int32),
        heat=Heat(
            bright=np.zeros(organisations, np.uint64),
            newly=np.zeros(organisations, np.uint64),
            heat=np.zeros(organisations, np.uint64),
            changed=np.empty(organisations, np.int32),
            warmer=np.empty(organisations, np.int32),
            is_warmer=np.zeros(organisations, np.uint8),
        ),
    )
    changed = any(changes_anything(start.changes) for start in starts)
    return work if _rule(problem, changed) == "cascade" else full_room(problem, starts, work)


def _with_rows(count: Count, worlds: int, steps: int, watch: Watch) -> Count:
    """The same sums, with room for other worlds."""
    return count._replace(
        adopters=np.empty((worlds, steps), np.int32),
        value=np.empty(worlds, np.int64),
        ever=np.empty(worlds, np.int64),
        states=_longer(count.states, steps),
        groups_lit=np.empty((worlds, len(watch.groups)), np.int32),
    )


def _longer(states: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    """Sums over worlds in which nothing changes any more, for more steps."""
    missing = steps - states.shape[2]
    if missing <= 0 or not states.size:
        return states
    return np.pad(states, ((0, 0), (0, 0), (0, missing)), mode="edge")


def _count(watch: Watch, problem: Problem) -> Count:
    people = problem.graph.people
    return Count(
        freeze(watch.groups),
        freeze(watch.value),
        np.empty((0, 0), np.int32),
        np.empty(0, np.int64),
        np.empty(0, np.int64),
        np.empty((0, len(watch.groups)), np.int32),
        np.zeros(watch.group_count, np.int64),
        np.zeros(watch.group_count, np.int64),
        np.zeros(people, np.int64),
        np.zeros((2, 7, 0 if problem.law.states is None else 1), np.int64),
        np.zeros(watch.group_count, np.int64),
        freeze(watch.bins),
        np.zeros((1, watch.bin_count), np.int32),
    )
