"""What is asked for: who may be chosen, what each costs, and how many or how much; refused where it cannot be met."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError, UsageError
from spark.network import Network

SLACK = 1e-9
"""Budgets are sums of decimal costs: 0.1 + 0.2 must buy what costs 0.3."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """A choice that can be made; n people.

    Attributes
    ----------
    allowed : uint8[n]; who may be chosen and costs something. free : int32; who may be chosen and costs nothing; they
        are chosen first.
    most : how many of `allowed` can be chosen at most.
    costs, budget : float64[n] and what they may cost together where costs differ, else None.
    cost : float64[n]; what each person costs, 0 for everybody where costs are ignored.
    """

    allowed: NDArray[np.uint8]
    free: NDArray[np.int32]
    most: int
    costs: NDArray[np.float64] | None
    budget: float | None
    cost: NDArray[np.float64]

    @property
    def everybody(self) -> bool:
        """Whether all who may be chosen are, so that there is no other choice."""
        return self.most >= int(self.allowed.sum()) and self.costs is None


def wish_for(network: Network, budget: float | None, count: int | None, taken: NDArray[np.int64]) -> Wish:
    """Check what is asked for against who may be chosen.

    Parameters
    ----------
    taken : people whom a plan beside seeds already; they are not chosen again.

    Raises
    ------
    UsageError
        Both a budget and a count, or neither, or not a number of at least 0.
    InfeasibleError
        More people than may be chosen, or a budget above what all of them cost together.
    """
    if (budget is None) == (count is None):
        raise UsageError("choose_seeds: give either a budget or a count, not both")
    may = network.eligible & ~network.adopted
    may[taken] = False
    people = int(may.sum())
    if count is not None:
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
            raise UsageError(f"count {count!r} is not a whole number of at least 0")
        if count > people:
            raise InfeasibleError(
                f"count {count:,} is more than the {people:,} of {network.size:,} people who may be chosen"
                f"{_why_not(network)}"
            )
        nobody, nothing = np.empty(0, np.int32), np.zeros(network.size)
        return Wish(may.astype(np.uint8), nobody, int(count), None, None, nothing)
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not budget >= 0:
        raise UsageError(f"budget {budget!r} is not a number of at least 0")
    total = math.fsum(network.cost[may].tolist())
    if budget > total * (1 + SLACK):
        raise InfeasibleError(
            f"budget {budget:,g} is more than {total:,g}, what all {people:,} of {network.size:,} people who may be "
            f"chosen cost together{_why_not(network)}"
        )
    return _within(network, may, float(budget))


def _within(network: Network, may: NDArray[np.bool_], budget: float) -> Wish:
    free = np.flatnonzero(may & (network.cost == 0)).astype(np.int32)
    paid = may & (network.cost > 0)
    prices = np.unique(network.cost[paid])
    if prices.size > 1:
        affordable = paid & (network.cost <= budget * (1 + SLACK))
        cheapest = np.cumsum(np.sort(network.cost[affordable]))
        most = int(np.searchsorted(cheapest, budget * (1 + SLACK), side="right"))
        return Wish(affordable.astype(np.uint8), free, most, network.cost, budget * (1 + SLACK), network.cost)
    most = min(int(budget / prices[0] * (1 + SLACK)), int(paid.sum())) if prices.size else 0
    return Wish(paid.astype(np.uint8), free, most, None, None, network.cost)


def _why_not(network: Network) -> str:
    """Why some people may not be chosen."""
    adopted, barred = int(network.adopted.sum()), int((~network.eligible & ~network.adopted).sum())
    reasons = [f"{adopted:,} practise already"] * bool(adopted) + [f"{barred:,} are not eligible"] * bool(barred)
    return f" ({', '.join(reasons)})" if reasons else ""
