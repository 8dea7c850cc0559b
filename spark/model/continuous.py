"""Continuous time: how long a tie takes to convince, how long a person practises, and the crowd of Bass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from spark.errors import UsageError
from spark.model.guarantee import CROWD, MONOTONE_TIME, REMOVED_TIME, Guarantee
from spark.model.values import Share, frozen

LEAST_SHAPE, MOST_SHAPE = 0.2, 1000.0
MOST_QUANTILES = 1 << 20
MOST_MEANS = 64.0


def rate_faults(model: str, name: str, value: object) -> list[str]:
    """Return what is wrong with a parameter that must be a rate: a number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value >= 0 and math.isfinite(value)):
        return [f"{model}: {name} {value!r} is not a number of at least 0"]
    return []


@dataclass(frozen=True, slots=True)
class ExponentialTime:
    """A time without memory, of mean 1/rate: the law of a constant hazard."""


@dataclass(frozen=True, slots=True)
class FixedTime:
    """A time of exactly 1/rate."""


@dataclass(frozen=True, slots=True)
class GammaTime:
    """A gamma-distributed time of mean 1/rate: with `shape` 1 exponential, above 1 ever closer to the fixed time, below
    1 mostly short and at times very long. Drawn from 4,096 quantiles, straight between them; the mean is kept exactly.

    Parameters
    ----------
    shape : from 0.2 to 1000; the coefficient of variation is 1/sqrt(shape).
    """

    shape: float

    def __post_init__(self) -> None:
        number = isinstance(self.shape, int | float) and not isinstance(self.shape, bool)
        if not (number and LEAST_SHAPE <= self.shape <= MOST_SHAPE):
            raise UsageError(f"gamma time: shape {self.shape!r} is not a number from {LEAST_SHAPE} to {MOST_SHAPE:g}")


@dataclass(frozen=True, slots=True)
class TableTime:
    """A time of any law, given by its quantiles and multiplied by 1/rate: with rate 1 they are times.

    Parameters
    ----------
    quantiles : 2 numbers or more in [0, 64], never falling: the quantiles of levels 0, 1/k, ..., 1 in equal steps,
        between which the law is straight. (2, 2) is always 2; (0, 1) is uniform between 0 and 1.
    """

    quantiles: tuple[float, ...]

    def __post_init__(self) -> None:
        values = tuple(self.quantiles)
        faults = []
        if not 2 <= len(values) <= MOST_QUANTILES:
            faults.append(f"table time: {len(values)} quantiles; it takes from 2 to {MOST_QUANTILES:,}")
        for value in values:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and 0 <= value <= MOST_MEANS):
                faults.append(f"table time: quantile {value!r} is not a number in [0, {MOST_MEANS:g}]; change the rate")
        if not faults and any(b < a for a, b in pairwise(values)):
            faults.append("table time: the quantiles fall; they are the times of rising levels 0, 1/k, ..., 1")
        if faults:
            raise UsageError(*faults[:20])
        object.__setattr__(self, "quantiles", values)


TimeLaw = ExponentialTime | FixedTime | GammaTime | TableTime


@dataclass(frozen=True, slots=True)
class ContinuousSIR:
    """Susceptible, infected, removed in continuous time: an adopter convinces each of her neighbours at a rate until
    she gives up, for good (Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118). With `recovery` 0 it is SI.

    A tie takes a time of its own; a person practises for ONE time that all her ties share, so that this is not
    independent cascade. Times of adoption are shortest paths over these times (Kiss, Miller & Simon 2017,
    doi:10.1007/978-3-319-50806-1, section 6.3). Steps of a horizon, of seeds and of broadcasts are whole units of time.
    Who gave up is not convinced again, by nobody and nothing. Partner ties are not used.

    Without a horizon a world ends when nothing can change any more: the mean counts who practises then, which is nobody
    where `recovery` is above 0; the final size is `ever_adopted`.

    Parameters
    ----------
    rate : how often per tie and unit of time an adopter convinces, >= 0: a number, a tie column, or
        ``{layer: either}``. Readiness of the target and visibility of the source multiply it.
    recovery : how often per unit of time an adopter gives up, >= 0.
    delay : the law of a tie's time, of mean 1/rate (`ExponentialTime`, `FixedTime`, `GammaTime`, `TableTime`).
    duration : the law of the time that a person practises, of mean 1/recovery.
    """

    rate: Share
    recovery: float = 0.0
    delay: TimeLaw = ExponentialTime()
    duration: TimeLaw = ExponentialTime()

    def __post_init__(self) -> None:
        rates = self.rate.items() if isinstance(self.rate, Mapping) else [("", self.rate)]
        faults = [
            fault
            for layer, rate in rates
            if not isinstance(rate, str)
            for fault in rate_faults("continuous SIR", f"rate[{layer}]" if layer else "rate", rate)
        ]
        faults += rate_faults("continuous SIR", "recovery", self.recovery)
        for name, law in (("delay", self.delay), ("duration", self.duration)):
            if not isinstance(law, TimeLaw):
                faults.append(f"continuous SIR: {name} {law!r} is not a law of times; spark.GammaTime(2) is one")
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "rate", frozen(self.rate))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_TIME if self.recovery == 0 else REMOVED_TIME


@dataclass(frozen=True, slots=True)
class Bass:
    """Innovation and imitation in a crowd in which everybody sees everybody (Bass 1969, doi:10.1287/mnsc.15.5.215): of
    n people a non-adopter adopts at rate p + q i/(n - 1) while i others practise. Nobody gives up; ties are not used.

    With many people and no seeds the share of adopters follows `spark.bass.share`. Steps are whole units of time.

    Parameters
    ----------
    p : coefficient of innovation, a rate >= 0 per unit of time; 0.03 is common per year.
    q : coefficient of imitation, likewise; 0.38 is common.
    """

    p: float
    q: float

    def __post_init__(self) -> None:
        faults = rate_faults("Bass", "p", self.p) + rate_faults("Bass", "q", self.q)
        if faults:
            raise UsageError(*faults)

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return CROWD
