"""The slow twin of `spark.backends.sets` and of its source: plain Python, the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_reverse import most_sets
from spark.backends.reverse_python import CHUNK, reverse_sets
from spark.backends.sets import Sets
from spark.backends.sets_gains import PlainGains
from spark.problem.arrays import Actions, Problem, Watch


class PlainSets(Sets):
    """Sets that answer by looking at every one of them."""

    def _lists(self) -> list[frozenset[int]]:
        stored = [frozenset(part.tolist()) for part in np.split(self.members, self.ends[1:-1])]
        alone = [frozenset([v]) for v, count in enumerate(self.singles.tolist()) for _ in range(count)]
        return (stored if self.ends.size > 1 else []) + alone

    def __add__(self, other: Sets) -> Sets:
        both = Sets.__add__(self, other)
        return PlainSets(**{item.name: getattr(both, item.name) for item in fields(both)})

    def greedy(
        self,
        most: int,
        allowed: NDArray[np.uint8],
        *,
        costs: NDArray[np.float64] | None = None,
        budget: float | None = None,
        given: Sequence[int] = (),
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """As `Sets.greedy`."""
        left = float("inf") if budget is None else float(budget)
        cost = [1.0] * allowed.size if costs is None else costs.tolist()
        open_sets = [people for people in self._lists() if people.isdisjoint(given)]
        candidates = set(np.flatnonzero(allowed).tolist()) - set(given)
        seeds: list[int] = []
        gains: list[int] = []
        while len(seeds) < most:
            gain = dict.fromkeys(candidates, 0)
            for people in open_sets:
                for v in people & candidates:
                    gain[v] += 1
            able = [v for v in candidates if cost[v] <= left and gain[v]]
            if not able:
                break
            best = min(able, key=lambda v: (-gain[v] / cost[v], v))
            # whoever would have come before her but costs too much is passed over for good
            candidates -= {v for v in candidates if (-gain[v] / cost[v], v) <= (-gain[best] / cost[best], best)}
            seeds.append(best)
            gains.append(gain[best])
            left -= cost[best]
            open_sets = [people for people in open_sets if best not in people]
        return np.array(seeds, np.int32), np.array(gains, np.int64)

    def gains(
        self,
        allowed: NDArray[np.uint8],
        label: NDArray[np.int32] | None = None,
        weight: NDArray[np.int64] | None = None,
    ) -> Any:
        """As `Sets.gains`."""
        return PlainGains(self, allowed, label, weight)

    def covered(self, people: NDArray[np.int32]) -> int:
        """As `Sets.covered`."""
        return sum(not members.isdisjoint(people.tolist()) for members in self._lists())

    def compare(self, a: NDArray[np.int32], b: NDArray[np.int32]) -> tuple[int, int, int]:
        """As `Sets.compare`."""
        met = [(not people.isdisjoint(a.tolist()), not people.isdisjoint(b.tolist())) for people in self._lists()]
        return sum(x for x, _ in met), sum(y for _, y in met), sum(x != y for x, y in met)

    def first_covered(self, order: NDArray[np.int32]) -> NDArray[np.int64]:
        """As `Sets.first_covered`."""
        covers, rank = [0] * order.size, {v: i for i, v in enumerate(order.tolist())}
        for people in self._lists():
            places = [rank[v] for v in people if v in rank]
            if places:
                covers[min(places)] += 1
        return np.array(covers, np.int64)


class PlainReverseSets:
    """As `spark.backends.cpu_reverse.ReverseSets`; drawn from the first on at every look."""

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
    ) -> None:
        self._people = problem.graph.people
        self._source = reverse_sets(
            problem, base, watch, key, independent=independent, given=given, companions=companions
        )
        self._stored: list[tuple[int, ...]] = []
        self._singles = [0] * self._people
        self.count = self.base_covered = self._empty = 0

    def grow(self, count: int) -> None:
        """Draw sets until there are `count`, rounded up to whole chunks."""
        count = -(-count // CHUNK) * CHUNK
        for one in islice(self._source, max(0, count - self.count)):
            self.base_covered += one.covered == "base"
            if one.covered is None and len(one.members) > 1:
                self._stored += [one.members] * one.copies
            elif one.covered is None and one.members:
                self._singles[one.members[0]] += one.copies
            self._empty += 0 if one.members else one.copies
        self.count = max(count, self.count)

    @property
    def given_covered(self) -> int:
        """How many sets the people who were given meet, and the base does not: all that are not left, as counted."""
        return max(0, self.count - self.base_covered - self._empty - len(self._stored) - sum(self._singles))

    @property
    def entries(self) -> int:
        """People in all stored sets together."""
        return sum(map(len, self._stored))

    @property
    def most(self) -> int:
        """How many sets a pool may hold."""
        return most_sets(self.count, self.entries)

    @property
    def sets(self) -> Sets:
        """The sets so far."""
        members = np.array([v for people in self._stored for v in people], np.int32)
        ends = np.cumsum([0, *map(len, self._stored)], dtype=np.int64)
        counts = np.bincount(members, minlength=self._people).astype(np.int32)
        return PlainSets(members, ends, counts, np.array(self._singles, np.int32), self.count, self.given_covered)
