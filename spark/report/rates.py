"""The models of continuous time in words."""

from __future__ import annotations

from collections.abc import Mapping

from spark.model import (
    Bass,
    ContinuousSEIR,
    ContinuousSI,
    ContinuousSIR,
    ContinuousSIS,
    ExponentialTime,
    FixedTime,
    GammaTime,
)
from spark.model.continuous import TimeLaw
from spark.report.layout import number


def in_time(model: ContinuousSI | ContinuousSIS | ContinuousSIR | ContinuousSEIR | Bass) -> str:
    """Say how the practice spreads at any moment.

    >>> in_time(Bass(0.03, 0.38))
    'everybody sees everybody: a person adopts at a rate of 0.03, and of 0.38 more once everybody else has'
    """
    if isinstance(model, Bass):
        rates = f"a person adopts at a rate of {number(model.p)}, and of {number(model.q)} more once everybody else has"
        return f"everybody sees everybody: {rates}"
    words = "everyone who practises convinces each person they can influence"
    delay = ExponentialTime() if isinstance(model, ContinuousSIS) else model.delay
    if isinstance(delay, str):
        words += f" after the time that the column {delay!r} holds"
        words += "" if model.rate == 1 else f", divided by {_rate(model.rate)}"
    elif isinstance(delay, ExponentialTime):
        words += f" {_often(model.rate)}"
    else:
        words += f" after {_law(delay)} time of 1 / {_rate(model.rate)} on average"
    words += ", as long as they practise" if _gives_up(model) else "; nobody gives up"
    if isinstance(model, ContinuousSEIR):
        words += (
            f"; who is convinced first tries, for {_law(model.latency)} time of {number(1 / model.onset)} on average"
        )
    if isinstance(model, ContinuousSI) or model.recovery == 0:
        return words
    if isinstance(model, ContinuousSIS):
        ready = f"but are only {number(model.rekindle)} as ready each time"
        again = "as easily as before" if model.rekindle == 1 else ready
        return f"{words}; they give up {_times(model.recovery)}, and can be convinced again {again}"
    if isinstance(model.duration, ExponentialTime):
        return f"{words}; they give up {_times(model.recovery)}, for good"
    return (
        f"{words}; they give up after {_law(model.duration)} time of {number(1 / model.recovery)} on average, for good"
    )


def _gives_up(model: object) -> bool:
    return getattr(model, "recovery", 0) > 0


def _times(rate: float) -> str:
    return f"{number(rate)} times per unit of time"


def _rate(rate: object) -> str:
    if isinstance(rate, Mapping):
        return "a rate for each layer"
    return f"the column {rate!r}" if isinstance(rate, str) else number(float(str(rate)))


def _often(rate: object) -> str:
    if isinstance(rate, Mapping):
        return ", ".join(f"on {layer!r} {_often(part)}" for layer, part in rate.items())
    if isinstance(rate, str):
        return f"as often per unit of time as the column {rate!r} says"
    assert isinstance(rate, int | float)
    return _times(rate)


def _law(law: TimeLaw) -> str:
    if isinstance(law, ExponentialTime):
        return "a memoryless"
    if isinstance(law, FixedTime):
        return "a fixed"
    if isinstance(law, GammaTime):
        return f"a gamma-distributed (shape {number(law.shape)})"
    return "a tabled"
