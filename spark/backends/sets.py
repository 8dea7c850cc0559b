"""Sets that are there: whom to choose to cover the most of them, and how many any choice could cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.sets_gains import Gains
from spark.kernels.cover import count_both, count_covered, first_to_cover, greedy_budget, greedy_cover
from spark.kernels.cover_bound import add_weights, best_share, improve_weights, starting_weights

FEWEST_CANDIDATES = 256
CANDIDATES_PER_SEED = 8
PATIENCE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of people, each as good as the other to meet; n people.

    Attributes
    ----------
    members, ends : int32, int64[stored + 1]; the people of the stored sets, and where each set stops.
    counts, singles : int32[n]; stored sets that hold each person, and sets that hold her alone and are not stored.
    count : all sets drawn, those that are covered in any case included.
    given_covered : sets that people chosen beforehand meet; not stored.
    drawn_for : int32[stored]; whom each stored set was drawn for, where that need not be its first member, else None.
    empty : int64[n]; sets drawn for each person that nobody who may be chosen can meet, and that are not stored; None:
        no such sets.
    """

    members: NDArray[np.int32]
    ends: NDArray[np.int64]
    counts: NDArray[np.int32]
    singles: NDArray[np.int32]
    count: int
    given_covered: int
    drawn_for: NDArray[np.int32] | None = None
    empty: NDArray[np.int64] | None = None

    def __add__(self, other: Sets) -> Sets:
        return Sets(
            np.concatenate([self.members, other.members]),
            np.concatenate([self.ends, other.ends[1:] + self.ends[-1]]),
            self.counts + other.counts,
            self.singles + other.singles,
            self.count + other.count,
            self.given_covered + other.given_covered,
            None if self.drawn_for is None else np.concatenate([self.first_members(), other.first_members()]),
            None if self.empty is None or other.empty is None else self.empty + other.empty,
        )

    def greedy(
        self,
        most: int,
        allowed: NDArray[np.uint8],
        *,
        costs: NDArray[np.float64] | None = None,
        budget: float | None = None,
        given: Sequence[int] = (),
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Choose up to `most` allowed people one by one, each the one whose further sets per cost are the most.

        Parameters
        ----------
        allowed : uint8[n]. costs : float64[n], above 0 for all who are allowed; None: everybody costs 1.
        budget : what they may cost together; None: no limit.
        given : people whose sets are covered from the start.

        Returns
        -------
        who, in order, and how many sets each adds; only people who add some.
        """
        seeds, gains = np.empty(most, np.int32), np.empty(most, np.int64)
        sets = self.members, self.ends, self.counts, self.singles, allowed
        first = np.asarray(given, np.int32)
        if costs is None:
            rank = max(FEWEST_CANDIDATES, CANDIDATES_PER_SEED * most)
            picked = greedy_cover(*sets, first, rank, seeds, gains)
        else:
            limit = np.inf if budget is None else float(budget)
            picked = greedy_budget(*sets, costs, first, limit, seeds, gains)
        return seeds[:picked], gains[:picked]

    def sample(self) -> Sets:
        """A part that is large enough for rough questions: all of them."""
        return self

    def covered(self, people: NDArray[np.int32]) -> int:
        """How many sets these people meet, beside those that were covered in any case."""
        chosen = np.zeros(self.counts.size, np.uint8)
        chosen[people] = 1
        return int(count_covered(self.members, self.ends, self.singles, chosen))

    def compare(self, a: NDArray[np.int32], b: NDArray[np.int32]) -> tuple[int, int, int]:
        """How many sets the people of one choice meet, those of another, and of exactly one of the two."""
        chosen = np.zeros(self.counts.size, np.uint8)
        chosen[a] |= 1
        chosen[b] |= 2
        first, second, one = count_both(self.members, self.ends, self.singles, chosen)
        return int(first), int(second), int(one)

    def first_covered(self, order: NDArray[np.int32]) -> NDArray[np.int64]:
        """How many sets each of `order` meets that nobody before her meets."""
        rank = np.full(self.counts.size, -1, np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        covers = np.zeros(order.size, np.int64)
        first_to_cover(self.members, self.ends, self.singles, rank, covers)
        return covers

    def gains(
        self,
        allowed: NDArray[np.uint8],
        label: NDArray[np.int32] | None = None,
        weight: NDArray[np.int64] | None = None,
    ) -> Any:
        """What everybody adds, while `allowed` people are chosen and given up (see `spark.backends.sets_gains`)."""
        return Gains(self, allowed, label, weight)

    def first_members(self) -> NDArray[np.int32]:
        """Whom each stored set was drawn for, int32[stored]."""
        return self.members[self.ends[:-1]] if self.drawn_for is None else self.drawn_for

    def roots(self) -> NDArray[np.int64]:
        """How many sets were drawn for each person, those that are covered in any case left out."""
        roots = np.bincount(self.first_members(), minlength=self.singles.size) + self.singles
        return roots if self.empty is None else roots + self.empty

    def without_roots(self) -> Sets:
        """The sets without the people whom they were drawn for; who is alone in hers leaves an empty set."""
        others = np.ones(self.members.size, bool)
        others[self.ends[:-1]] = False
        members = self.members[others]
        ends = self.ends - np.arange(self.ends.size)
        counts = np.bincount(members, minlength=self.counts.size).astype(np.int32)
        return Sets(members, ends, counts, np.zeros_like(self.singles), self.count, self.given_covered)

    def most_covered(
        self,
        seeds: NDArray[np.int32],
        most: int,
        allowed: NDArray[np.uint8],
        *,
        costs: NDArray[np.float64] | None = None,
        budget: float | None = None,
        steps: int = 30,
        enough: float = 1.0,
        modular: Callable[[NDArray[np.float64], NDArray[np.float64]], float] | None = None,
    ) -> float:
        """Bound from above how many sets any allowed choice covers (see `spark.kernels.cover_bound`).

        Parameters
        ----------
        seeds : a good choice, from which the bound is started; who costs nothing is among them.
        most, allowed, costs, budget : what may be chosen, as in `greedy`.
        steps : subgradient steps. enough : stop as soon as `seeds` is seen to cover this share of the bound.
        modular : the most that any choice is worth where everybody is worth a fixed sum, float64[n]; fills how much of
            each person it takes. None: by `most`, or by costs and budget.
        """
        sets = self.ends.size - 1
        weight, lone = np.empty(sets, np.float32), np.empty(self.counts.size, np.float64)
        worth, share = np.empty(self.counts.size, np.float64), np.empty(self.counts.size, np.float64)
        starting_weights(self.members, self.ends, self.singles, seeds, allowed, weight, lone)
        known = float(self.covered(seeds))
        best, pace, since = np.inf, 1.0, 0
        for step in range(steps + 1):
            rest = add_weights(self.members, self.ends, self.singles, weight, lone, worth)
            if modular is not None:
                bound = rest + modular(worth, share)
            elif costs is None:
                eligible = worth[allowed != 0]
                cut = np.partition(eligible, eligible.size - most)[eligible.size - most] if most else np.inf
                bound = rest + best_share(worth, allowed, most, cut, share)
            else:
                bound = rest + _knapsack(worth, allowed, costs, budget, share)
            if bound < best:
                best, since = bound, 0
            else:
                since += 1
                if since == PATIENCE:
                    pace, since = 0.6 * pace, 0
            if known >= enough * best or step == steps:
                break
            if not improve_weights(self.members, self.ends, self.singles, share, bound - known, pace, weight, lone):
                break
        return best


def _knapsack(
    worth: NDArray[np.float64],
    allowed: NDArray[np.uint8],
    costs: NDArray[np.float64],
    budget: float | None,
    share: NDArray[np.float64],
) -> float:
    """Worth of the best fractional choice within the budget; fills how much of each person it takes."""
    people = np.flatnonzero(allowed)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(costs[people] > 0, worth[people] / costs[people], np.inf)
    people = people[np.argsort(-density, kind="stable")]
    left, total = np.inf if budget is None else budget, 0.0
    share[:] = 0.0
    for v in people.tolist():
        if costs[v] > left:
            share[v] = left / costs[v]
            total += float(worth[v]) * float(share[v])
            break
        share[v] = 1.0
        left -= float(costs[v])
        total += float(worth[v])
    return total
