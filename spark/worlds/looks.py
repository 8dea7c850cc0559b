"""When to look, and how wide intervals must be so that looking often does not make winners of luck.

Group-sequential tests by spending (Lan & DeMets 1983, doi:10.1093/biomet/70.3.659): the chance of an error, `error`, is
spent over the looks as a fixed function of the share of worlds that are done, so that all looks together spend it once.
The intervals at a look, mean ± critical value times standard error, are repeated confidence intervals (Jennison &
Turnbull 1989, doi:10.1111/j.2517-6161.1989.tb01433.x): with chance 1 - `error` they hold the truth at every look,
however it was decided to stop. The means are taken for normal; the 256 worlds of the first look are to make that so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, nearest
from spark.results import Question

FIRST_LOOK = 256
_NORMAL = NormalDist()
_WIDEST = 8.0
"""Standard errors beyond which nothing is spent: fewer than 10^-14 lie there."""
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(160)


def _pocock(share: float, error: float) -> float:
    return error * math.log(1 + (math.e - 1) * share)


def _obrien_fleming(share: float, error: float) -> float:
    return 4 * (1 - _NORMAL.cdf(_NORMAL.inv_cdf(1 - error / 4) / math.sqrt(share)))  # half of it to either side


SPENDING: Mapping[str, Callable[[float, float], float]] = {"pocock": _pocock, "obrien-fleming": _obrien_fleming}
"""Lan & DeMets 1983: how much of the error is spent once a share of the worlds is done."""

QUESTIONS: tuple[Question, ...] = ("best", "every pair")


@dataclass(frozen=True, slots=True, kw_only=True)
class UntilClear:
    """Go on until the decision is clear: give it as the number of worlds of `compare`.

    Looked at after 256, 512, 1024, ... worlds, at last after `most`.

    Parameters
    ----------
    most : worlds at which it ends in any case, from 2 to 2^20.
    error : chance of a wrong winner, over all looks and pairs together, in (0, 0.5].
    question : ``"best"``: which plan is best; each plan is held against the best one, so that `error` is shared
        by one pair less than there are plans (Bonferroni). ``"every pair"``: which of any two; shared by all pairs.
    spending : ``"pocock"`` ends early also where the difference is middling; ``"obrien-fleming"`` spends next to
        nothing at first, and the interval at the end is hardly wider than with a fixed number of worlds.
    """

    most: int = 65_536
    error: float = 0.05
    question: Question = "best"
    spending: str = "pocock"

    def __post_init__(self) -> None:
        faults = []
        if isinstance(self.most, bool) or not isinstance(self.most, int | np.integer) or not 2 <= self.most <= 1 << 20:
            faults.append(f"until clear: most {self.most!r} is not a whole number of worlds from 2 to 2^20")
        if not 0 < self.error <= 0.5:
            faults.append(f"until clear: error {self.error!r} is not in (0, 0.5]")
        for name, value, known in (("question", self.question, QUESTIONS), ("spending", self.spending, SPENDING)):
            if value not in known:
                faults.append(f"until clear: {name} {value!r} is not one of {', '.join(known)}{nearest(value, known)}")
        if faults:
            raise UsageError(*faults)

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of worlds at which it may end."""
        doubled = [FIRST_LOOK << j for j in range(20) if FIRST_LOOK << j < self.most]
        return (*doubled, int(self.most))

    def shared_by(self, plans: int) -> int:
        """Return how many pairs share the error."""
        return max(1, plans - 1 if self.question == "best" else plans * (plans - 1) // 2)

    def critical(self, plans: int) -> tuple[float, ...]:
        """Return how many standard errors an interval reaches to either side at each look."""
        shares = tuple(look / self.most for look in self.looks)
        return boundaries(shares, self.error / self.shared_by(plans), self.spending)


@cache
def boundaries(shares: tuple[float, ...], error: float, spending: str = "pocock") -> tuple[float, ...]:
    """Return two-sided critical values for looks at these shares of the worlds, rounded up to four decimals.

    The density of the sum so far, as far as no boundary was crossed, is carried from look to look by Gauss-Legendre
    quadrature (Armitage, McPherson & Rowe 1969, doi:10.2307/2343787).

    >>> boundaries((0.2, 0.4, 0.6, 0.8, 1.0), 0.05, "obrien-fleming")
    (4.8769, 3.3571, 2.6803, 2.2899, 2.0311)
    """
    spend = SPENDING[spending]
    found: list[float] = []
    points, weights = np.zeros(1), np.ones(1)
    spent = before = 0.0
    for share in shares:
        step = math.sqrt(share - before)
        wanted = spend(share, error) - spent
        low, high = 0.0, _WIDEST
        while high - low > 1e-7:
            middle = (low + high) / 2
            low, high = (
                (middle, high)
                if _crossing(middle * math.sqrt(share), step, points, weights) > wanted
                else (low, middle)
            )
        z = math.ceil(high * 1e4) / 1e4
        edge = z * math.sqrt(share)
        spent += _crossing(edge, step, points, weights)
        ahead = _POINTS * edge
        density = np.exp(-0.5 * ((ahead[:, None] - points) / step) ** 2) @ weights / (step * math.sqrt(2 * math.pi))
        points, weights, before = ahead, density * _WEIGHTS * edge, share
        found.append(z)
    return tuple(found)


def _crossing(edge: float, step: float, points: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Chance that the sum, so far at `points` with these weights, lies beyond ± `edge` after one more step."""
    from scipy.special import ndtr  # where the number of worlds is fixed, it is not needed

    return float(weights @ (ndtr((points - edge) / step) + ndtr((-points - edge) / step)))
