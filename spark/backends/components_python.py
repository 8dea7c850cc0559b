"""The slow twin of component worlds: plain Python, the same components."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spark.backends.components import Components, most_sets, undirected_ties
from spark.backends.python_draws import exponential
from spark.backends.reverse_python import chunk_hits
from spark.kernels.reverse_components import BLOCK
from spark.problem.arrays import Problem


class PlainComponentWorlds:
    """As `spark.backends.components.ComponentWorlds`."""

    base_covered = 0

    def __init__(self, problem: Problem, key: int) -> None:
        ties = undirected_ties(problem)
        assert ties is not None
        self._ties = list(zip(ties[0].tolist(), ties[1].tolist(), strict=True))
        live = int(problem.law.live[0])
        self._dose = None if live == 2**32 - 1 else exponential((2**32 - 1 - live) << 32)
        self._people, self._key = problem.graph.people, key
        self.most = most_sets(self._people)
        nothing = np.empty((0, self._people, BLOCK), np.int32)
        self.sets = Components(nothing, np.empty(0, np.int64), np.empty(0, np.int32), np.zeros(self._people, np.int64))

    @property
    def count(self) -> int:
        """How many sets there are: one for each world and person."""
        return self.sets.count

    def grow(self, count: int) -> None:
        """Draw worlds until they stand for `count` sets, rounded up to whole blocks of worlds."""
        for block in range(self.sets.labels.shape[0], -(-count // (self._people * BLOCK))):
            firsts = np.array([self._world(block * BLOCK + w) for w in range(BLOCK)])
            labels = np.arange(BLOCK)[:, None] * self._people + firsts + 1
            sizes = np.bincount(labels.reshape(-1), minlength=labels.size + 1).astype(np.int32)
            sizes[0] = 1
            sums = sizes[labels].sum(axis=0, dtype=np.int64)
            self.sets = self.sets + Components(labels.T[None].astype(np.int32), np.zeros(1, np.int64), sizes, sums)

    def _world(self, world: int) -> list[int]:
        """The first person of each person's component."""
        hits = chunk_hits(self._key, world)
        live = self._ties if self._dose is None else [tie for tie in self._ties if hits.hit(self._dose)]
        near: list[list[int]] = [[] for _ in range(self._people)]
        for a, b in live:
            near[a].append(b)
            near[b].append(a)
        label = [-1] * self._people
        for first in range(self._people):
            found = [first] if label[first] < 0 else []
            for v in found:
                if label[v] < 0:
                    label[v] = first
                    found += near[v]
        return label


def plain_worlds(problem: Problem, keys: Sequence[int]) -> tuple[PlainComponentWorlds, ...] | None:
    """Component worlds for each key, or None where ties are not undirected and alike."""
    if undirected_ties(problem) is None:
        return None
    return tuple(PlainComponentWorlds(problem, key) for key in keys)
