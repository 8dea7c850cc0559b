"""Sets with what everybody still adds, while people are chosen and given up again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.kernels.cover_gains import gain_by_group, leave, meet, reached_by_group, sets_by_person, sum_weights


class Gains:
    """Who is chosen of `allowed` people, and what everybody else would add.

    Parameters
    ----------
    sets : `spark.backends.sets.Sets`. allowed : uint8[n]; who can be chosen here.
    label : int32[n]; the group of each person, -1 for none; a set belongs to the group of the person whom it was drawn
        for. None: no groups.
    weight : int64[groups]; what a set of each group is worth; None: every set is worth 1.

    Attributes
    ----------
    left : int64[n]; what each person would add.
    """

    def __init__(
        self,
        sets: Any,
        allowed: NDArray[np.uint8],
        label: NDArray[np.int32] | None = None,
        weight: NDArray[np.int64] | None = None,
    ) -> None:
        self._members, self._ends, self._singles = sets.members, sets.ends, sets.singles
        self._label = label
        self._root = None if label is None else label[sets.first_members()]
        first = np.zeros(allowed.size + 1, np.int64)
        np.cumsum(np.where(allowed != 0, sets.counts, 0), out=first[1:])
        self._first, self._sets = first, np.empty(int(first[-1]), np.int32)
        sets_by_person(self._members, self._ends, allowed, first, self._sets)
        self.times = np.zeros(self._ends.size - 1, np.int32)
        self._chosen = np.zeros(allowed.size, bool)
        self.weigh(weight)

    def weigh(self, weight: NDArray[np.int64] | None) -> None:
        """Give up everybody, and value sets anew."""
        self.times[:] = 0
        self._chosen[:] = False
        stored = self._ends.size - 1
        if weight is None or self._label is None or self._root is None:
            self._weight, self._alone = np.ones(stored, np.int64), self._singles.astype(np.int64)
        else:
            worth = np.append(weight, 0)
            self._weight = worth[self._root]
            self._alone = worth[self._label] * self._singles
        self.left = self._alone.copy()
        sum_weights(self._members, self._ends, self._weight, self.left)

    def add(self, v: int) -> int:
        """Choose somebody who is not chosen; returns what she adds."""
        gain = int(self.left[v])
        meet(self._members, self._ends, self._weight, self._mine(v), self.times, self.left)
        self.left[v] -= self._alone[v]
        self._chosen[v] = True
        return gain

    def remove(self, v: int) -> int:
        """Give somebody up who was chosen; returns what she had added to the others."""
        leave(self._members, self._ends, self._weight, self._mine(v), self.times, self.left)
        self.left[v] += self._alone[v]
        self._chosen[v] = False
        return int(self.left[v])

    def reached(self, groups: int) -> NDArray[np.int64]:
        """How many sets of each group are met, int64[groups]."""
        assert self._label is not None
        assert self._root is not None
        reached = np.zeros(groups, np.int64)
        reached_by_group(self._ends, self.times, self._root, reached)
        people = np.flatnonzero(self._chosen & (self._label >= 0))
        np.add.at(reached, self._label[people], self._singles[people])
        return reached

    def gain_of(self, v: int, gain: NDArray[np.int64]) -> None:
        """Fill gain int64[groups] with how many sets of each group somebody would add."""
        assert self._label is not None
        assert self._root is not None
        gain[:] = 0
        gain_by_group(self._mine(v), self.times, self._root, gain)
        if self._label[v] >= 0:
            gain[self._label[v]] += self._singles[v]

    def _mine(self, v: int) -> NDArray[np.int32]:
        return self._sets[self._first[v] : self._first[v + 1]]


class PlainGains:
    """The slow twin of `Gains`: looks at every set every time."""

    def __init__(
        self,
        sets: Any,
        allowed: NDArray[np.uint8],
        label: NDArray[np.int32] | None = None,
        weight: NDArray[np.int64] | None = None,
    ) -> None:
        self._label = label
        alone = [[v] * count for v, count in enumerate(sets.singles.tolist())]
        roots = [int(v) for v in sets.first_members()] + [v for many in alone for v in many]
        stored = [part.tolist() for part in np.split(sets.members, sets.ends[1:-1])] if sets.ends.size > 1 else []
        people = stored + [[v] for many in alone for v in many]
        self._sets = list(zip(roots, map(frozenset, people), strict=True))
        self._people = allowed.size
        self.weigh(weight)

    def weigh(self, weight: NDArray[np.int64] | None) -> None:
        """As `Gains.weigh`."""
        self._chosen: set[int] = set()
        self._weight = weight

    def _worth(self, root: int) -> int:
        if self._weight is None or self._label is None:
            return 1
        return int(self._weight[self._label[root]]) if self._label[root] >= 0 else 0

    @property
    def left(self) -> NDArray[np.int64]:
        """As `Gains.left`."""
        left = [0] * self._people
        for root, people in self._sets:
            if self._chosen.isdisjoint(people):
                for v in people:
                    left[v] += self._worth(root)
        return np.array(left, np.int64)

    def add(self, v: int) -> int:
        """As `Gains.add`."""
        gain = int(self.left[v])
        self._chosen.add(v)
        return gain

    def remove(self, v: int) -> int:
        """As `Gains.remove`."""
        self._chosen.remove(v)
        return int(self.left[v])

    def reached(self, groups: int) -> NDArray[np.int64]:
        """As `Gains.reached`."""
        met = [root for root, people in self._sets if not self._chosen.isdisjoint(people)]
        return self._count(met, groups)

    def gain_of(self, v: int, gain: NDArray[np.int64]) -> None:
        """As `Gains.gain_of`."""
        new = [root for root, people in self._sets if v in people and self._chosen.isdisjoint(people)]
        gain[:] = self._count(new, gain.size)

    def _count(self, roots: list[int], groups: int) -> NDArray[np.int64]:
        assert self._label is not None
        labels = [int(self._label[root]) for root in roots]
        return np.array([labels.count(g) for g in range(groups)], np.int64)
