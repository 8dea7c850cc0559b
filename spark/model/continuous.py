"""Continuous time: how long a tie takes to convince, how long a person practises, and the crowd of Bass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from spark.errors import UsageError
from spark.model.guarantee import CROWD, MONOTONE_TIME, REKINDLED_TIME, REMOVED_TIME, RINGING_TIME, Guarantee
from spark.model.values import Share, frozen, unit_interval_faults

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


def time_law(text: str) -> TimeLaw | None:
    """Read a law of times as it is written on a command line; None where it is none.

    >>> time_law("gamma:2"), time_law("table:0,1,3"), time_law("months")
    (GammaTime(shape=2.0), TableTime(quantiles=(0.0, 1.0, 3.0)), None)
    """
    name, colon, rest = text.partition(":")
    if not colon:
        return ExponentialTime() if name == "exponential" else FixedTime() if name == "fixed" else None
    if name not in ("gamma", "table"):
        return None
    try:
        numbers = tuple(float(part) for part in rest.split(","))
    except ValueError:
        raise UsageError(f"{name} time: {rest!r} is not a list of numbers") from None
    if name == "table":
        return TableTime(numbers)
    if len(numbers) != 1:
        raise UsageError(f"gamma time: {rest!r} is not one number, its shape")
    return GammaTime(numbers[0])


def law_in_short(law: TimeLaw) -> str:
    """Write a law of times as `time_law` reads it.

    >>> law_in_short(TableTime((0, 1.5)))
    'table:0,1.5'
    """
    if isinstance(law, GammaTime):
        return f"gamma:{law.shape:g}"
    if isinstance(law, TableTime):
        return f"table:{','.join(f'{value:g}' for value in law.quantiles)}"
    return "fixed" if isinstance(law, FixedTime) else "exponential"


def _rates_faults(model: str, rate: Share) -> list[str]:
    rates = rate.items() if isinstance(rate, Mapping) else [("", rate)]
    return [
        fault
        for layer, part in rates
        if not isinstance(part, str)
        for fault in rate_faults(model, f"rate[{layer}]" if layer else "rate", part)
    ]


def _law_faults(model: str, **laws: object) -> list[str]:
    return [
        f"{model}: {name} {law!r} is not a law of times: exponential, fixed, gamma:2 and table:0,1,3 are, "
        "spark.GammaTime(2) in Python"
        for name, law in laws.items()
        if not (isinstance(law, TimeLaw) or (name == "delay" and isinstance(law, str) and law))
    ]


def _read(law: TimeLaw | str) -> TimeLaw | str:
    """A law that is written as text, or the name of a column."""
    return (time_law(law) or law) if isinstance(law, str) else law


@dataclass(frozen=True, slots=True)
class ContinuousSI:
    """Susceptible, infected in continuous time: an adopter convinces each of her neighbours at a rate, and nobody gives
    up. It is `ContinuousSIR` with `recovery` 0, world by world.

    Parameters
    ----------
    rate, delay : as in `ContinuousSIR`.
    """

    rate: Share
    delay: TimeLaw | str = ExponentialTime()

    def __post_init__(self) -> None:
        faults = _rates_faults("continuous SI", self.rate) + _law_faults("continuous SI", delay=self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "rate", frozen(self.rate))
        object.__setattr__(self, "delay", _read(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_TIME


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
    delay : the law of a tie's time, of mean 1/rate (`ExponentialTime`, `FixedTime`, `GammaTime`, `TableTime`), or the
        tie column that holds the time, which is then divided by the rate: with rate 1 it is taken as it is.
    duration : the law of the time that a person practises, of mean 1/recovery.
    """

    rate: Share
    recovery: float = 0.0
    delay: TimeLaw | str = ExponentialTime()
    duration: TimeLaw = ExponentialTime()

    def __post_init__(self) -> None:
        faults = _rates_faults("continuous SIR", self.rate) + rate_faults("continuous SIR", "recovery", self.recovery)
        object.__setattr__(self, "duration", _read(self.duration))
        faults += _law_faults("continuous SIR", delay=self.delay, duration=self.duration)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "rate", frozen(self.rate))
        object.__setattr__(self, "delay", _read(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_TIME if self.recovery == 0 else REMOVED_TIME


@dataclass(frozen=True, slots=True)
class ContinuousSEIR:
    """Susceptible, exposed, infected, removed: as `ContinuousSIR`, but who is convinced tries for a while before she
    practises, is counted and convinces others (Anderson & May 1991, ISBN 978-0-19-854040-3, chapter 3, for epidemics).

    Seeds practise at once. A time of trying is drawn once per person; it delays, and changes nobody's final fate.

    Parameters
    ----------
    rate, recovery, delay, duration : as in `ContinuousSIR`.
    onset : how often per unit of time somebody who tries starts to practise, > 0.
    latency : the law of the time of trying, of mean 1/onset.
    """

    rate: Share
    onset: float
    recovery: float = 0.0
    delay: TimeLaw | str = ExponentialTime()
    latency: TimeLaw = ExponentialTime()
    duration: TimeLaw = ExponentialTime()

    def __post_init__(self) -> None:
        faults = _rates_faults("continuous SEIR", self.rate)
        if onset := rate_faults("continuous SEIR", "onset", self.onset):
            faults += onset
        elif self.onset == 0:
            faults.append("continuous SEIR: onset 0 is not a rate above 0: who is convinced would never practise")
        faults += rate_faults("continuous SEIR", "recovery", self.recovery)
        for name in ("latency", "duration"):
            object.__setattr__(self, name, _read(getattr(self, name)))
        laws = {name: getattr(self, name) for name in ("delay", "latency", "duration")}
        faults += _law_faults("continuous SEIR", **laws)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "rate", frozen(self.rate))
        object.__setattr__(self, "delay", _read(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_TIME if self.recovery == 0 else REMOVED_TIME


@dataclass(frozen=True, slots=True)
class ContinuousSIS:
    """Susceptible, infected, susceptible in continuous time: who gave up can be convinced again (Harris 1974,
    doi:10.1214/aop/1176996493: the contact process). Needs a horizon where `recovery` is above 0.

    Every tie has a clock that rings at its rate, every person one that rings at the rate `recovery`, whether somebody
    practises or not: the same in every plan. When a tie's clock rings and its source practises, it convinces; when hers
    rings, she gives up. Times are without memory; partner ties are not used.

    Parameters
    ----------
    rate, recovery : as in `ContinuousSIR`; at most 1,024 per unit of time.
    rekindle : in [0, 1]: each time she gives up, a person's readiness is multiplied by it; 1 is SIS, 0 is SIR but for
        late seeds and broadcasts, which reach her still, between is burnt ground.
    """

    rate: Share
    recovery: float
    rekindle: float = 1.0

    def __post_init__(self) -> None:
        faults = _rates_faults("continuous SIS", self.rate) + rate_faults("continuous SIS", "recovery", self.recovery)
        faults += unit_interval_faults("continuous SIS", "rekindle", self.rekindle)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "rate", frozen(self.rate))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        if self.recovery == 0 or self.rekindle == 1:
            return RINGING_TIME
        return REKINDLED_TIME


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
