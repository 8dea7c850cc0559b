"""What is asked for: who may be chosen, what each costs, and how many or how much; refused where it cannot be met."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError, UsageError
from spark.network import Network
from spark.optimise.limits import Limits, limits_of, who_may
from spark.question import Constraints

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
    limits : who may be chosen together; None: everybody. With limits nobody is free: who costs nothing takes a place
        in her groups.
    """

    allowed: NDArray[np.uint8]
    free: NDArray[np.int32]
    most: int
    costs: NDArray[np.float64] | None
    budget: float | None
    cost: NDArray[np.float64]
    limits: Limits | None = None

    @property
    def everybody(self) -> bool:
        """Whether all who may be chosen are, so that there is no other choice."""
        return self.most >= int(self.allowed.sum()) and self.costs is None and self.limits is None


def wish_for(
    network: Network,
    budget: float | None,
    count: int | None,
    taken: NDArray[np.int64],
    constraints: Constraints | None = None,
) -> Wish:
    """Check what is asked for against who may be chosen.

    Parameters
    ----------
    taken : people whom a plan beside seeds already; they are not chosen again.
    constraints : who may be chosen, and who together; whether that can be met is checked by
        `spark.optimise.feasible.check`.

    Raises
    ------
    UsageError
        Both a budget and a count, or neither, or not a number of at least 0.
    InfeasibleError
        More people than may be chosen, or a budget above what all of them cost together.
    """
    if (budget is None) == (count is None):
        raise UsageError("choose_seeds: give either a budget or a count, not both")
    constraints = constraints or Constraints()
    may = network.eligible & ~network.adopted & who_may(network, constraints)
    may[taken] = False
    limits = limits_of(network, constraints, may)
    people = int(may.sum())
    if count is not None:
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
            raise UsageError(f"count {count!r} is not a whole number of at least 0")
        if count > people:
            raise InfeasibleError(
                f"count {count:,} is more than the {people:,} of {network.size:,} people who may be chosen"
                f"{_why_not(network, constraints)}"
            )
        nobody, nothing = np.empty(0, np.int32), np.zeros(network.size)
        return Wish(may.astype(np.uint8), nobody, int(count), None, None, nothing, limits)
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not budget >= 0:
        raise UsageError(f"budget {budget!r} is not a number of at least 0")
    total = math.fsum(network.cost[may].tolist())
    if budget > total * (1 + SLACK):
        raise InfeasibleError(
            f"budget {budget:,g} is more than {total:,g}, what all {people:,} of {network.size:,} people who may be "
            f"chosen cost together{_why_not(network, constraints)}"
        )
    return _within(network, may, float(budget), limits)


def _within(network: Network, may: NDArray[np.bool_], budget: float, limits: Limits | None) -> Wish:
    free = np.flatnonzero(may & (network.cost == 0)).astype(np.int32)
    if limits is not None and free.size:
        return _priced(network, may, free[:0], budget, limits)
    paid = may & (network.cost > 0)
    prices = np.unique(network.cost[paid])
    if prices.size > 1:
        return _priced(network, paid, free, budget, limits)
    most = min(int(budget / prices[0] * (1 + SLACK)), int(paid.sum())) if prices.size else 0
    return Wish(paid.astype(np.uint8), free, most, None, None, network.cost, limits)


def _priced(
    network: Network, may: NDArray[np.bool_], free: NDArray[np.int32], budget: float, limits: Limits | None
) -> Wish:
    """Whoever can be paid for, where costs differ."""
    budget *= 1 + SLACK
    affordable = may & (network.cost <= budget)
    most = int(np.searchsorted(np.cumsum(np.sort(network.cost[affordable])), budget, side="right"))
    return Wish(affordable.astype(np.uint8), free, most, network.cost, budget, network.cost, limits)


def _why_not(network: Network, constraints: Constraints) -> str:
    """Why some people may not be chosen."""
    adopted, barred = int(network.adopted.sum()), int((~network.eligible & ~network.adopted).sum())
    left_out = int((network.eligible & ~network.adopted & ~who_may(network, constraints)).sum())
    reasons = [f"{adopted:,} practise already"] * bool(adopted) + [f"{barred:,} are not eligible"] * bool(barred)
    names = " and ".join(["only"] * (constraints.only is not None) + ["exclude"] * bool(constraints.exclude))
    reasons += [f"{left_out:,} are left out by {names}"] * bool(left_out)
    return f" ({', '.join(reasons)})" if reasons else ""
