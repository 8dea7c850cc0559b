"""Component worlds of the compiled backend: where all ties are undirected and share one chance."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_reverse_rows import prepared
from spark.backends.pool import default_workers, work_through
from spark.kernels.reverse_components import (
    BLOCK,
    compare_components,
    component_block,
    first_components,
    greedy_components,
    put_out,
)
from spark.problem.arrays import Problem

MOST_ENTRIES = 1 << 25


def undirected_ties(problem: Problem) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    """Both ends of each undirected tie, or None unless every tie runs both ways and all share one chance."""
    graph, law = problem.graph, problem.law
    if law.family != "cascade" or not graph.ties or law.never.any() or law.live.min() != law.live.max():
        return None
    if law.has_partners or law.picks.one.size:
        return None
    rows, _ = prepared(problem)
    if not (np.array_equal(rows.indptr, graph.indptr) and np.array_equal(rows.sources, graph.targets)):
        return None
    sources = np.repeat(np.arange(graph.people, dtype=np.int32), np.diff(graph.indptr))
    once = sources < graph.targets
    return sources[once], graph.targets[once]


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Worlds as components; read as sets: one for each world and person, of all who light her.

    Attributes
    ----------
    labels, starts, sizes : int32[B, n, BLOCK], int64[B], int32; see `spark.kernels.reverse_components`.
    sums : int64[n]; how many each person lights, over all worlds.
    """

    labels: NDArray[np.int32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int32]
    sums: NDArray[np.int64]
    given_covered: int = 0

    @property
    def count(self) -> int:
        """How many sets the worlds stand for."""
        return int(self.labels.size)

    def __add__(self, other: Components) -> Components:
        return Components(
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.starts, other.starts + self.sizes.size]),
            np.concatenate([self.sizes, other.sizes]),
            self.sums + other.sums,
        )

    def greedy(
        self, most: int, allowed: NDArray[np.uint8], *, given: Sequence[int] = ()
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """As `spark.backends.sets.Sets.greedy`, at equal costs."""
        sizes = self.sizes.copy()
        for v in given:
            put_out(self.labels, self.starts, sizes, v)
        seeds, gains = np.empty(most, np.int32), np.empty(most, np.int64)
        if not most:
            return seeds, gains
        picked = greedy_components(self.labels, self.starts, sizes, self.sums, len(given), allowed, seeds, gains)
        return seeds[:picked], gains[:picked]

    def sample(self) -> Components:
        """A few worlds, for rough questions."""
        return Components(self.labels[:2], self.starts[:2], self.sizes, self.sums)

    def first_covered(self, order: NDArray[np.int32]) -> NDArray[np.int64]:
        """As `spark.backends.sets.Sets.first_covered`."""
        covers = np.empty(order.size, np.int64)
        first_components(self.labels, self.starts, self.sizes.copy(), order, covers)
        return covers

    def compare(self, a: NDArray[np.int32], b: NDArray[np.int32]) -> tuple[int, int, int]:
        """Sets met by two choices, and the sum over independent worlds of their squared difference."""
        first, second, squares = compare_components(self.labels, self.starts, self.sizes, a, b)
        return int(first), int(second), int(squares)


def component_worlds_for(
    problem: Problem, keys: Sequence[int], workers: int | None = None
) -> tuple[ComponentWorlds, ...] | None:
    """Component worlds for each key, or None where ties are not undirected and alike."""
    ties = undirected_ties(problem)
    return None if ties is None else tuple(ComponentWorlds(problem, ties, key, workers) for key in keys)


class ComponentWorlds:
    """Component worlds that grow on demand; the same for any number of workers."""

    base_covered = 0

    def __init__(
        self, problem: Problem, ties: tuple[NDArray[np.int32], NDArray[np.int32]], key: int, workers: int | None = None
    ) -> None:
        self._left, self._right = ties
        self._step = np.uint64(prepared(problem)[0].step.max())  # 0 where every tie is always live
        self._people, self._key, self._workers = problem.graph.people, np.uint64(key), workers or default_workers()
        self.sets = self._drawn(0, 0)
        self.most = most_sets(self._people)

    @property
    def count(self) -> int:
        """How many sets there are: one for each world and person."""
        return self.sets.count

    def grow(self, count: int) -> None:
        """Draw worlds until they stand for `count` sets, rounded up to whole blocks of worlds."""
        have, want = self.sets.labels.shape[0], -(-count // (self._people * BLOCK))
        if want > have:
            more = self._drawn(have, want - have)
            self.sets = self.sets + more if have else more

    def _drawn(self, first: int, blocks: int) -> Components:
        labels = np.empty((blocks, self._people, BLOCK), np.int32)
        sizes = [np.empty(0, np.int32)] * blocks
        sums = np.zeros(self._people, np.int64)
        lock = threading.Lock()

        def work(worker: int, begin: int, end: int) -> None:
            found = np.zeros(self._people, np.int64)
            room = np.empty(self._people * BLOCK // 2 + 1, np.int32)
            for block in range(begin, end):
                used = component_block(
                    self._left, self._right, self._step, self._key, first + block, labels[block], room, found
                )
                sizes[block] = room[:used].copy()
            with lock:
                sums.__iadd__(found)

        work_through(blocks, min(self._workers, max(blocks, 1)), work)
        starts = np.cumsum([0, *(part.size for part in sizes)], dtype=np.int64)
        return Components(labels, starts[:-1], np.concatenate([np.empty(0, np.int32), *sizes]), sums)


def most_sets(people: int) -> int:
    """How many sets memory allows: whole blocks of worlds, at least one."""
    return max(1, MOST_ENTRIES // (people * BLOCK)) * people * BLOCK
