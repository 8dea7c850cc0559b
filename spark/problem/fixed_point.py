"""Chances, doses and fixed point, the same on every machine.

Only operations that IEEE 754 rounds exactly (+, -, *, /, rint, frexp, ldexp) are used, one numpy call each, never the
system's log or exp, whose last bits differ between machines: the thresholds that come out decide every world.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spark.problem.arrays import CERTAIN, ONE

Floats = NDArray[np.float64]

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# fdlibm e_log.c: log((1+s)/(1-s)) = 2s + s R(s^2)
_LOG = (0.1479819860511658591, 0.1531383769920937332, 0.1818357216161805012, 0.2222219843214978396,
        0.2857142874366239149, 0.3999999999940941908, 0.6666666666666735130)  # fmt: skip


def logarithm(x: ArrayLike) -> Floats:
    """Natural logarithm of x > 0, within one unit in the last place or so (after fdlibm's e_log.c, Sun 1993)."""
    mantissa, exponent = np.frexp(np.asarray(x, np.float64))
    low = mantissa < np.sqrt(0.5)
    f = np.where(low, 2 * mantissa, mantissa) - 1.0
    k = exponent - low.astype(np.float64)
    s = f / (2.0 + f)
    z = s * s
    r = np.zeros_like(z)
    for coefficient in _LOG:
        r = z * (r + coefficient)
    half = 0.5 * f * f
    return np.asarray(k * _LN2_HIGH - ((half - (s * (half + r) + k * _LN2_LOW)) - f))


def exponential(x: ArrayLike) -> Floats:
    """e^x for finite x <= 0, by Taylor's series on |r| <= ln(2)/2."""
    x = np.maximum(np.asarray(x, np.float64), -745.0)
    k = np.rint(x * 1.4426950408889634)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    total = np.ones_like(r)
    for i in range(14, 0, -1):
        total = 1.0 + r * total / i
    return np.asarray(np.ldexp(total, k.astype(np.int32)))


def dose_of(chance: ArrayLike) -> Floats:
    """-ln(1-p) for chances p in [0, 1]; infinite at 1 (Kahan's correction keeps small p exact)."""
    p = np.asarray(chance, np.float64)
    u = 1.0 - p
    inside = (u > 0) & (u < 1)
    safe = np.where(inside, u, 0.5)
    dose = np.where(inside, logarithm(safe) * (p / (safe - 1.0)), p)
    return np.where(u == 0, np.inf, dose)


def chance_of(dose: ArrayLike) -> Floats:
    """1 - e^-h for doses h in [0, inf]."""
    h = np.asarray(dose, np.float64)
    u = exponential(-np.minimum(h, 800.0))
    inside = (u > 0) & (u < 1) & (u - 1.0 != -1.0)
    safe = np.where(inside, u, 0.5)
    chance = np.where(inside, (safe - 1.0) * (np.minimum(h, 800.0) / logarithm(safe)), np.where(h < 0.5, h, 1.0))
    return np.asarray(np.minimum(chance, 1.0))


def thresholds(chance: ArrayLike) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Lower chances to (live, never): T = round(p 2^32), half to even; live = T - 1, and never where T = 0."""
    whole = np.rint(np.asarray(chance, np.float64) * 4294967296.0).astype(np.int64)
    never = whole == 0
    return (whole - ~never).astype(np.uint32), never.astype(np.uint8)


def chances(live: NDArray[np.uint32], never: NDArray[np.uint8]) -> Floats:
    """The chances that thresholds stand for, exactly: T / 2^32."""
    return np.where(never != 0, 0.0, (live.astype(np.float64) + 1.0) / 4294967296.0)


def fixed(dose: ArrayLike, unit: int = ONE) -> NDArray[np.uint64]:
    """Lower doses >= 0 to fixed point, rounded to the nearest unit, at most CERTAIN; a dose above 0 stays above 0."""
    h = np.asarray(dose, np.float64)
    whole = np.rint(np.minimum(h, CERTAIN / unit) * float(unit)).astype(np.uint64)
    return np.where((whole == 0) & (h > 0), np.uint64(1), whole)


def hit_thresholds(dose: ArrayLike, most: int) -> NDArray[np.uint64]:
    """T_j = round(2^32 P(N >= j)) for Poisson N of mean `dose` (float64[m]) and j = 2..most, as uint64[most-1, m];
    infinite doses give 2^32. Tails are summed from the small end, so that they keep their digits.
    """
    values, place = np.unique(np.asarray(dose, np.float64), return_inverse=True)
    h = np.minimum(values, 64.0)
    zero = exponential(-h)  # P(N = 0)
    tails = np.empty((most - 1, values.size))
    term, below = np.ones_like(h), np.zeros_like(h)  # h^i/i!, and the sum of these terms for i < j
    for j in range(1, most + 1):
        below = below + term
        term = term * h / j
        if j >= 2:
            rest, part = np.zeros_like(h), term
            for i in range(j + 1, j + 160):
                rest = rest + part
                part = part * h / i
            tails[j - 2] = np.where(h < 16, rest * zero, 1.0 - below * zero)
    tails[:, np.isinf(values)] = 1.0
    whole = np.rint(np.minimum(tails, 1.0) * 4294967296.0).astype(np.uint64)
    return np.asarray(np.minimum.accumulate(whole, axis=0)[:, place.reshape(-1)])
