"""Lower the models of continuous time: rates to mean times, laws of times to tables of quantiles.

Times are uint64 in units of 2^-32 of a unit of time; means in units of 2^-40, so that a mean and a time of a law of
mean 1 (2^-56) multiply to a time by the high half of the product. A rate above 0 lies between 2^-23 and 2^20.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, UsageError
from spark.model import (
    Bass,
    ContinuousSEIR,
    ContinuousSI,
    ContinuousSIR,
    ContinuousSIS,
    ExponentialTime,
    FixedTime,
    GammaTime,
    Model,
    Share,
    TableTime,
)
from spark.model.continuous import TimeLaw
from spark.network import Network
from spark.problem.arrays import ONE, Law
from spark.problem.fixed_point import Floats, exponential, logarithm
from spark.problem.laws.columns import MOST_FAULTS, column_of
from spark.problem.laws.law import left_after_lapses, lower_law, make_law
from spark.problem.laws.ties import bends, per_tie

SLOWEST, FASTEST = 2.0**-23, 2.0**20
OFTENEST = 1024.0  # rings of a clock per unit of time
GAMMA_CELLS = 4096
_NO_TIMES = np.empty(0, np.uint64)


@lower_law.register
def _(model: ContinuousSI | ContinuousSIR | ContinuousSEIR, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    delay, law = _delays(network, model.rate, model.delay)
    recovery, duration = (
        (0.0, ExponentialTime()) if isinstance(model, ContinuousSI) else (model.recovery, model.duration)
    )
    _refuse_rate(model, "recovery", recovery)
    latency, latency_law = _NO_TIMES, _NO_TIMES
    if isinstance(model, ContinuousSEIR):
        _refuse_rate(model, "onset", model.onset)
        latency, latency_law = _means(np.full(network.size, float(model.onset))), quantiles(model.latency)
    return make_law(
        network,
        np.zeros(network.partner_weight.size, np.uint64),
        "paths",
        delay=delay,
        delay_quantiles=quantiles(law),
        duration=_means(np.full(network.size, float(recovery))),
        duration_quantiles=quantiles(duration),
        latency=latency,
        latency_quantiles=latency_law,
    )


@lower_law.register
def _(model: ContinuousSIS, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    if model.recovery == 0:
        return lower_law(ContinuousSI(model.rate), network, heard)
    delay, _ = _delays(network, model.rate, ExponentialTime(), OFTENEST)
    _refuse_rate(model, "recovery", model.recovery, OFTENEST)
    return make_law(
        network,
        np.zeros(network.partner_weight.size, np.uint64),
        "marks",
        delay=delay,
        duration=_means(np.full(network.size, float(model.recovery))),
        left=left_after_lapses(model.rekindle),
    )


def _delays(
    network: Network, share: Share, delay: TimeLaw | str, most: float = FASTEST
) -> tuple[NDArray[np.uint64], TimeLaw]:
    """Mean times of all ties, and their law; a column of times is a fixed time for each tie."""
    rate = per_tie(network, share, "rate")
    if bends(network):
        rate = rate * network.visibility[network.sources()] * network.readiness[network.targets]
    if isinstance(delay, str):
        time = column_of(network, delay, "delay")
        _refuse_ties(network, time <= 0, lambda e: f"{delay} {time[e]:g} is not a time above 0")
        rate = rate / time
    _refuse_ties(network, _outside(rate, most), lambda e: _out_of_range(rate[e], most))
    return _means(rate), FixedTime() if isinstance(delay, str) else delay


def _refuse_ties(network: Network, wrong: NDArray[np.bool_], said: Callable[[int], str]) -> None:
    found = np.flatnonzero(wrong)
    faults = [
        f"tie {network.people[u]!r} -> {network.people[network.targets[e]]!r}: {said(e)}"
        for e in found[:MOST_FAULTS].tolist()
        for u in [int(np.searchsorted(network.indptr, e, side="right")) - 1]
    ]
    if found.size > MOST_FAULTS:
        faults.append(f"... and {found.size - MOST_FAULTS:,} more ties")
    if faults:
        raise DataError(*faults)


def _refuse_rate(model: Model, name: str, rate: float, most: float = FASTEST) -> None:
    if _outside(np.array([rate]), most).any():
        words = type(model).__name__.replace("Continuous", "continuous ")
        raise UsageError(f"{words}: {name}: {_out_of_range(rate, most)}")


@lower_law.register
def _(model: Bass, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    faults = [
        f"Bass knows no differences between people: {name} must be 1 for everybody; spark.ContinuousSIR knows them"
        for name, column in (("readiness", network.readiness), ("visibility", network.visibility))
        if (column != 1).any()
    ]
    if heard is not None:
        faults.append(
            "Bass has no broadcasts and mandates: its p is what reaches everybody from outside; ContinuousSI has them"
        )
    hazard = model.p + model.q * np.arange(network.size) / max(network.size - 1, 1)
    if _outside(np.minimum(hazard, 2.0**13)).any() or (hazard > 2.0**13).any():
        faults.append(
            f"Bass: p + q i/(n - 1) runs from {hazard.min():g} to {hazard.max():g}; where it is not 0 it has to lie "
            f"between {SLOWEST:.3g} and {2**13:,}: choose another unit of time"
        )
    if faults:
        raise UsageError(*faults)
    return make_law(
        network,
        np.zeros(network.partner_weight.size, np.uint64),
        "crowd",
        wait=_means(hazard),
        hazard=np.rint(hazard * 2.0**48).astype(np.uint64),
    )


def _outside(rate: Floats, most: float = FASTEST) -> NDArray[np.bool_]:
    return np.asarray((rate != 0) & ~((rate >= SLOWEST) & (rate <= most)))


def _out_of_range(rate: float, most: float) -> str:
    return f"a rate of {rate:g} is neither 0 nor between {SLOWEST:.3g} and {most:,.0f}: choose another unit of time"


def _means(rate: Floats) -> NDArray[np.uint64]:
    """1/rate in units of 2^-40, 0 where the rate is 0."""
    some = rate > 0
    means = np.rint(2.0**40 / np.where(some, rate, 1.0)).astype(np.uint64)
    return np.where(some, means, np.uint64(0))


def quantiles(law: TimeLaw) -> NDArray[np.uint64]:
    """Quantiles of a law of times of mean 1 in units of 2^-56, at equal steps of level; [0] for the exponential law."""
    if isinstance(law, ExponentialTime) or (isinstance(law, GammaTime) and law.shape == 1):
        return _NO_TIMES
    if isinstance(law, FixedTime):
        return np.full(2, ONE, np.uint64)
    if isinstance(law, TableTime):
        return np.rint(np.array(law.quantiles, np.float64) * float(ONE)).astype(np.uint64)
    return np.rint(gamma_quantiles(float(law.shape), GAMMA_CELLS) * float(ONE)).astype(np.uint64)


@lru_cache(maxsize=64)
def gamma_quantiles(shape: float, cells: int) -> Floats:
    """Quantiles of the gamma law of mean 1 at levels 0, 1/cells, ..., 1; the last one makes the mean of the law that is
    straight between them 1.
    """
    level = np.arange(1, cells) / cells
    low, high = np.zeros(level.size), np.full(level.size, shape + 12 * np.sqrt(shape) + 40)
    for _ in range(80):
        middle = (low + high) / 2
        below = _gamma_share(shape, middle) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    inner = high / shape
    total = 0.0
    for value in inner.tolist():  # in order: numpy's sums depend on the machine
        total += value
    return np.concatenate([[0.0], inner, [max(2 * (cells - total), inner[-1])]])


def _gamma_share(shape: float, x: Floats) -> Floats:
    """P(X <= x) for the gamma law of that shape and rate 1: x^a e^-x / Gamma(a+1) sum_i x^i / ((a+1)...(a+i))."""
    safe = np.maximum(x, 1e-300)
    term = np.ones_like(safe)
    total = np.ones_like(safe)
    index = shape
    while True:
        index += 1.0
        term = term * safe / index
        total = total + term
        if (term <= total * 2.0**-54).all():
            break
    power = shape * logarithm(safe) - safe - _log_gamma(shape + 1) + logarithm(total)
    return np.asarray(exponential(np.minimum(power, 0.0)))


def _log_gamma(x: float) -> float:
    """Return ln Gamma(x), by Stirling's series at x + 20."""
    shift = 0.0
    for i in range(20):
        shift += float(logarithm(x + i))
    y = x + 20
    series = (1 / 12 - (1 / 360 - 1 / (1260 * y * y)) / (y * y)) / y
    return float((y - 0.5) * logarithm(y) - y + 0.5 * logarithm(2 * np.pi)) + series - shift
