"""Reverse sets of the compiled backend: prepared once per problem, drawn in chunks on a few threads."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_reverse_rows import heads, partner_rows, prepared
from spark.backends.cpu_reverse_time import late_rows, path_base, path_rows, path_work, steps_base
from spark.backends.pool import default_workers, work_through
from spark.backends.sets import Sets
from spark.kernels.reverse import (
    BASE,
    CHUNK,
    COMPANION,
    COPIES,
    FREE,
    NEXT,
    ROOT,
    SENTINEL,
    STATE,
    STORED,
    USED,
    Base,
    Store,
    cascade_sets,
)
from spark.kernels.reverse_late import late_sets
from spark.kernels.reverse_paths import Arrivals, PathWork, path_sets
from spark.kernels.reverse_periods import Steps, period_sets
from spark.kernels.reverse_stream import people_by_value, permuted, uniform_people
from spark.kernels.reverse_walks import SHORT, WALKS, threshold_sets, threshold_walks
from spark.problem.arrays import Actions, Problem, Watch, freeze
from spark.problem.reverse import reverse_rule, value_scale

MOST_SETS_A_CALL = 1 << 20
PARALLEL_SETS = 1 << 12
CACHE_BYTES = 1 << 24
FEW_LIVE = 1 << 55
"""Half a live tie a person: below, most sets are of their root alone, and worth skipping fast."""
MOST_SETS = 1 << 24
MOST_ENTRIES = 1 << 25
_KERNELS = {"cascade": cascade_sets, "threshold": threshold_sets, "periods": period_sets}


def most_sets(count: int, entries: int) -> int:
    """How many sets of the size of the first `count`, of `entries` people together, a pool may hold."""
    return min(MOST_SETS, MOST_ENTRIES * count // max(entries, 1))


@dataclass(slots=True)
class _Room:
    """The working arrays of one thread."""

    store: Store
    work: PathWork | None
    roots: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))


class ReverseSets:
    """Reverse sets of a problem that grow on demand; the same for any number of workers.

    Parameters
    ----------
    base : fixed actions, of which the first plan counts: what they light, and who practises already, covers sets for
        good. None: no actions.
    watch : values, in proportion to which roots are drawn (empty: everybody alike), and the horizon.
    independent : roots are drawn one by one; else every person (or every stratum of value) in turn.
    given : people who are chosen already; sets that they meet are counted and not stored.
    companions : people whose sets nearly always meet `given` too, which spares most of the work on them (cascade
        family, where nothing is lit without seeds; else it is ignored). Where people may give up and be convinced again
        any companion says that large sets do.
    """

    def __init__(
        self,
        problem: Problem,
        base: Actions | None,
        watch: Watch,
        key: int,
        *,
        independent: bool = False,
        given: Sequence[int] = (),
        companions: Sequence[int] = (),
        workers: int | None = None,
    ) -> None:
        self._people = problem.graph.people
        self._rule = reverse_rule(problem, base, watch) or problem.law.family
        self._base: Base | Steps | Arrivals
        if self._rule in ("paths", "late"):
            self._base = path_base(problem, base, watch, given)
            self._new_work = partial(path_work, problem)
            if self._rule == "paths":
                self._along = partial(path_sets, path_rows(problem), self._base)
            else:
                self._along = partial(late_sets, late_rows(problem), partner_rows(problem), self._base)
        else:
            self._rows, self._partners = prepared(problem)
            if self._rule == "periods":
                self._base = steps_base(problem, base, watch, given, companions)
            else:
                self._base = _base(problem, base, watch, given, companions)
        self._copies = 1 if isinstance(self._base, Arrivals) else self._base.room
        plain = isinstance(self._base, Base) and not (
            self._base.marks.size or self._base.schedule.size or self._partners.indptr.size
        )
        self._large = (
            not isinstance(self._base, Arrivals) and 8 * (3 * self._people + self._rows.sources.size // 2) > CACHE_BYTES
        )
        self._only_walks = self._large and plain and self._rule == "threshold"
        if self._only_walks:
            self._head = heads(problem)
        self._key, self._independent = np.uint64(key), independent
        self._workers = workers or default_workers()
        self._scale = value_scale(watch.value, self._people, independent) if watch.value.size else None
        self._order = np.empty(0, np.int32)
        self._alone = np.empty(0, np.uint64)
        turns = plain and not independent and self._scale is None and watch.horizon != 0
        few = turns and self._rule == "cascade" and bool(np.median(self._rows.total) < FEW_LIVE)
        self._counted_down = few
        self._filled = 0
        self._rooms: dict[int, _Room] = {}
        self._room = self._new_room()
        self.count = 0

    def grow(self, count: int) -> None:
        """Draw sets until there are `count`, a multiple of the size of a chunk."""
        count = -(-count // CHUNK) * CHUNK
        if count <= self.count:
            return
        self._fill_order(count)
        if self._workers == 1 or count - self.count < PARALLEL_SETS:
            self._draw(self._room, self.count, count)
        else:
            self._draw_on_threads(self.count, count)
        self.count = count

    @property
    def entries(self) -> int:
        """People in all stored sets together."""
        return int(self._room.store.state[USED])

    @property
    def given_covered(self) -> int:
        """How many sets the people who were given meet, and the base does not: all that are not left, as counted."""
        left = int(self._room.store.state[STORED]) + int(self._singles().sum())
        empty = sum(int(room.store.covered[FREE]) for room in self._all_rooms())
        return max(0, self.count - self.base_covered - empty - left)

    @property
    def base_covered(self) -> int:
        """How many sets are covered without any seeds."""
        return sum(int(room.store.covered[BASE]) for room in self._all_rooms())

    @property
    def most(self) -> int:
        """How many sets memory allows, if they go on as they were so far."""
        return most_sets(self.count, self.entries)

    @property
    def sets(self) -> Sets:
        """The sets so far; views, good until the next `grow`."""
        store = self._room.store
        used, stored = int(store.state[USED]), int(store.state[STORED])
        counts, singles = store.counts, self._singles()
        for room in self._rooms.values():
            counts = counts + room.store.counts
        return Sets(store.members[:used], store.ends[: stored + 1], counts, singles, self.count, self.given_covered)

    def _singles(self) -> NDArray[np.int32]:
        """Sets of each person alone."""
        singles: NDArray[np.int32] = self._room.store.singles
        for room in self._rooms.values():
            singles = singles + room.store.singles
        if self._counted_down:
            turns, more = divmod(self.count, self._people)
            singles = singles + np.int32(turns)
            singles[self._order[:more]] += 1
        return singles

    def _all_rooms(self) -> list[_Room]:
        return [self._room, *self._rooms.values()]

    def _new_room(self) -> _Room:
        n = self._people
        store = Store(
            np.empty(n + (1 << 14), np.int32),
            np.zeros(1 << 10, np.int64),
            np.zeros(n, np.int32),
            np.zeros(n, np.int32),
            np.zeros(n, np.uint32),
            np.zeros(3, np.int64),
            np.zeros(STATE, np.uint64),
        )
        return _Room(store, self._new_work() if isinstance(self._base, Arrivals) else None)

    def _fill_order(self, count: int) -> None:
        """Extend the order in which everybody takes her turn as a root; no longer than needed on large networks."""
        if self._independent or self._scale is not None:
            return
        if not self._order.size:
            self._order = np.zeros(self._people, np.int32)
            if self._counted_down:
                self._alone = np.empty(self._people, np.uint64)
        last = min(count, self._people)
        if last > self._filled:
            side = math.isqrt(self._people - 1) + 1
            key = self._key ^ np.uint64(0x6F72646572)
            permuted(key, self._filled, side, self._people, self._order[self._filled : last])
            if self._counted_down:
                self._alone[self._filled : last] = self._rows.total[self._order[self._filled : last]]
            self._filled = last

    def _draw(self, room: _Room, first: int, last: int) -> None:
        """Draw the sets first..last-1 behind those in the room."""
        store, state = room.store, room.store.state
        state[NEXT] = first
        while int(state[NEXT]) < last:
            begin = int(state[NEXT])
            end = min(last, begin + MOST_SETS_A_CALL)
            roots = self._roots(room, begin, end)
            state[ROOT] = begin % self._people if roots is self._order else 0
            stored, used = int(state[STORED]), int(state[USED])
            copies = self._copies
            wanted = stored + max(end - begin, copies, WALKS) + 2
            if wanted > store.ends.size:
                store = store._replace(ends=_longer(store.ends, stored + 1, 2 * wanted))
            room_for = copies * self._people + SHORT
            if used + room_for > store.members.size:
                store = store._replace(members=_longer(store.members, used, 2 * used + room_for))
            if isinstance(self._base, Arrivals):
                self._along(roots, store, room.work, self._key, end)
            elif self._only_walks:
                threshold_walks(self._rows, self._head, self._base.horizon, roots, store, self._key, end)
            else:
                alone = self._alone[: roots.size]
                _KERNELS[self._rule](
                    self._rows, self._partners, self._base, roots, alone, store, self._key, end, self._large
                )
            room.store = store

    def _roots(self, room: _Room, begin: int, end: int) -> NDArray[np.int32]:
        if self._scale is None and not self._independent:
            return self._order
        if room.roots.size < end - begin:
            room.roots = np.empty(end - begin, np.int32)
        roots = room.roots[: end - begin]
        key = self._key ^ np.uint64(0x726F6F7473)
        if self._scale is None:
            uniform_people(key, begin, self._people, roots)
        else:
            people_by_value(key, begin, self._scale.upto, self._scale.strata, self._scale.guide, roots)
        return roots

    def _draw_on_threads(self, first: int, last: int) -> None:
        parts: list[tuple[int, NDArray[np.int32], NDArray[np.int64]]] = []
        lock = threading.Lock()

        def work(worker: int, begin: int, end: int) -> None:
            with lock:
                if worker not in self._rooms:
                    self._rooms[worker] = self._new_room()
                room = self._rooms[worker]
            room.store.state[STORED] = room.store.state[USED] = 0
            self._draw(room, first + begin * CHUNK, first + end * CHUNK)
            store = room.store
            used, stored = int(store.state[USED]), int(store.state[STORED])
            with lock:
                parts.append((begin, store.members[:used].copy(), np.diff(store.ends[: stored + 1])))

        work_through((last - first) // CHUNK, self._workers, work)
        parts.sort(key=lambda part: part[0])
        store, state = self._room.store, self._room.store.state
        used, stored = int(state[USED]), int(state[STORED])
        members = [store.members[:used], *(part[1] for part in parts)]
        sizes = [np.diff(store.ends[: stored + 1]), *(part[2] for part in parts)]
        store = store._replace(
            members=np.concatenate(members), ends=np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes]))
        )
        state[USED], state[STORED] = store.members.size, store.ends.size - 1
        self._room.store = store


def _base(
    problem: Problem, actions: Actions | None, watch: Watch, given: Sequence[int], companions: Sequence[int]
) -> Base:
    marks = np.where(problem.law.adopted != 0, np.uint8(BASE), np.uint8(FREE))
    people = np.asarray(given, np.int64)
    marks[people[marks[people] == FREE]] = SENTINEL
    schedule, heard = np.empty(0, np.int32), np.empty((0, 0), np.uint64)
    if actions is not None:
        seeds = slice(actions.seed_indptr[0], actions.seed_indptr[1])
        marks[actions.seed_people[seeds]] = BASE
        if actions.schedule.size and (actions.schedule[0] >= 0).any():
            schedule, heard = actions.schedule[0], actions.heard
    near = np.asarray(companions, np.int64)
    if problem.law.family == "cascade" and not schedule.size and not (marks == BASE).any():
        near = near[marks[near] == FREE]
        marks[near] = COMPANION
    else:
        near = near[:0]
    if not marks.any():
        marks = marks[:0]
    return Base(marks, freeze(schedule), freeze(heard), watch.horizon, COPIES if near.size else 1)


def _longer(array: NDArray[Any], used: int, size: int) -> NDArray[Any]:
    longer = np.empty(size, array.dtype)
    longer[:used] = array[:used]
    return longer
