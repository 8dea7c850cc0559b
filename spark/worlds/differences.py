"""Two plans in the same worlds: the difference with its interval, the verdict, and what a plan may cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spark.plan import Plan
from spark.results import Decision, Difference, PlanResult, Price, Spread, Verdict
from spark.worlds.estimates import exact
from spark.worlds.looks import UntilClear

TWO_SIDED_95 = 1.959963984540054
_FEWEST_APART = 10
"""Worlds in which two plans must differ before a run ends early on them: fewer say little of how much they differ."""


def interval_between(a: NDArray[np.int32], b: NDArray[np.int32], critical: float) -> tuple[float, float, float]:
    """Return the mean of a - b, int32[W] each, and `critical` standard errors to either side."""
    mean, error = exact(a.astype(np.int64) - b)
    return mean, mean - critical * error, mean + critical * error


def smallest_that_matters(a: NDArray[np.int32], b: NDArray[np.int32], smallest: float | None) -> float:
    """Return `smallest`, or 1 % of the larger mean."""
    return 0.01 * max(exact(a)[0], exact(b)[0]) if smallest is None else smallest


def verdict_of(low: float, high: float, smallest: float) -> Verdict:
    """Say what an interval of a - b means (docs/model.md)."""
    if -smallest <= low and high <= smallest:
        return "no-difference"
    if low > 0:
        return "a"
    return "b" if high < 0 else "too-close"


def difference_between(
    a: PlanResult, b: PlanResult, smallest: float | None, critical: float = TWO_SIDED_95
) -> Difference:
    """Return the paired difference of two plans; its interval reaches `critical` standard errors to either side."""
    ours, theirs = a.spread.sizes.astype(np.int64), b.spread.sizes.astype(np.int64)
    smallest = smallest_that_matters(a.spread.sizes, b.spread.sizes, smallest)
    mean, low, high = interval_between(a.spread.sizes, b.spread.sizes, critical)
    return Difference(
        a=a.name,
        b=b.name,
        mean=mean,
        low=low,
        high=high,
        probability_a_beats_b=float((ours > theirs).mean()),
        probability_tie=float((ours == theirs).mean()),
        probability_a_tenth_better=float(((10 * ours >= 11 * theirs) & (ours > theirs)).mean()),
        probability_b_tenth_better=float(((10 * theirs >= 11 * ours) & (theirs > ours)).mean()),
        smallest_difference=smallest,
        verdict=verdict_of(low, high, smallest),
        break_even_a=_break_even(a, b, exact(ours - theirs)[1]),
        break_even_b=_break_even(b, a, exact(ours - theirs)[1]),
    )


def price_of(cost: float, gain: float, low: float, high: float) -> Price:
    """Return the cost per adopter; `cost` is fixed, and the gain is estimated with the interval `low` to `high`."""
    if high <= 0:
        return Price(None, None, None)
    return Price(cost / gain if gain > 0 else None, cost / high, cost / low if low > 0 else None)


def _break_even(plan: PlanResult, other: PlanResult, error: float) -> Price | None:
    """Return at what cost `plan` is as good value as `other`; `error` is the standard error of their difference.

    The ratio of two gains in the same worlds has Fieller's interval (Fieller 1954,
    doi:10.1111/j.2517-6161.1954.tb00159.x).
    """
    g, h = plan.spread.gain_over_no_action, other.spread.gain_over_no_action
    if other.cost <= 0 or h <= 0:
        return None
    g2, h2 = plan.spread.gain_standard_error**2, other.spread.gain_standard_error**2
    both = (g2 + h2 - error**2) / 2
    z2 = TWO_SIDED_95**2
    lead, middle, last = h * h - z2 * h2, g * h - z2 * both, g * g - z2 * g2
    if lead <= 0:
        return Price(other.cost * g / h, None, None)
    root = math.sqrt(max(middle * middle - lead * last, 0.0))
    low, high = (max(0.0, other.cost * (middle + sign * root) / lead) for sign in (-1, 1))
    return Price(other.cost * g / h, low, high)


def is_clear(until: UntilClear, plans: Sequence[Plan], smallest: float | None, sizes: NDArray[np.int32]) -> bool:
    """Whether the question is answered at a look; `sizes` int32[P, W] are the adopters at the end."""
    return _decide(until, plans, smallest, sizes)[0]


def _decide(
    until: UntilClear, plans: Sequence[Plan], smallest: float | None, sizes: NDArray[np.int32]
) -> tuple[bool, int | None]:
    """Say whether the question is answered, and which plan is best.

    Parameters
    ----------
    sizes : int32[P, W]; adopters at the end, at one of the looks.
    """
    worlds = sizes.shape[1]
    critical = until.critical(len(plans))[until.looks.index(worlds)]
    better = np.zeros((len(plans), len(plans)), bool)
    level = np.eye(len(plans), dtype=bool)
    for i in range(len(plans)):
        for j in range(i + 1, len(plans)):
            a, b = sizes[i], sizes[j]
            _, low, high = interval_between(a, b, critical)
            verdict = verdict_of(low, high, smallest_that_matters(a, b, smallest))
            if plans[i] != plans[j] and int((a != b).sum()) < _FEWEST_APART and worlds < until.most:
                continue
            better[i, j], better[j, i] = verdict == "a", verdict == "b"
            level[i, j] = level[j, i] = verdict == "no-difference"
    winners = np.flatnonzero((better | level).all(axis=1))
    best = int(max(winners, key=lambda i: (int(sizes[i].sum()), -i))) if winners.size else None
    if until.question == "best":
        return best is not None, best
    return bool((better | better.T | level).all()), best


def decision_of(
    until: UntilClear, plans: Mapping[str, Plan], smallest: float | None, spreads: Sequence[Spread]
) -> Decision:
    """Say how a run came to its end."""
    sizes = np.stack([spread.sizes for spread in spreads])
    clear, best = _decide(until, list(plans.values()), smallest, sizes)
    return Decision(
        question=until.question,
        clear=clear,
        best=None if best is None else list(plans)[best],
        error=until.error,
        per_pair=until.error / until.shared_by(len(plans)),
        spending=until.spending,
        looks=until.looks,
        critical=until.critical(len(plans)),
        stopped=sizes.shape[1],
    )
