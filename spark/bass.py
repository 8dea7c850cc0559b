"""The curve of Bass in closed form (Bass 1969, doi:10.1287/mnsc.15.5.215): what many people without ties tend to.

p is the coefficient of innovation, q that of imitation; shares are of all who adopt in the end. `spark.Bass` is the
same for people one by one.
"""

from __future__ import annotations

import math

from spark.errors import UsageError


def _check(p: float, q: float, least: str = "") -> None:
    faults = [] if p > 0 and math.isfinite(p) else [f"Bass: p {p!r} is not a number above 0"]
    if not (q >= 0 and math.isfinite(q)):
        faults.append(f"Bass: q {q!r} is not a number of at least 0")
    if least and not faults and q <= p:
        faults.append(f"Bass: q {q:g} is not above p {p:g}: adoption is fastest at the start, there is no {least}")
    if faults:
        raise UsageError(*faults)


def share(time: float, p: float, q: float) -> float:
    """Return F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t), the share that has adopted by `time` >= 0.

    >>> round(share(5, 0.03, 0.38), 6)
    0.331199
    """
    _check(p, q)
    if not time >= 0:
        raise UsageError(f"Bass: time {time!r} is not a number of at least 0")
    left = math.exp(-(p + q) * time)
    return -math.expm1(-(p + q) * time) / (1 + q / p * left)


def peak_time(p: float, q: float) -> float:
    """Return ln(q/p)/(p + q), the time at which adoption is fastest; q > p.

    >>> round(peak_time(0.03, 0.38), 6)
    6.192619
    """
    _check(p, q, "peak")
    return math.log(q / p) / (p + q)


def peak(p: float, q: float) -> float:
    """Return (p + q)^2/4q, the share that adopts per unit of time when adoption is fastest; q > p.

    >>> round(peak(0.03, 0.38), 6)
    0.110592
    """
    _check(p, q, "peak")
    return (p + q) ** 2 / (4 * q)


def share_at_peak(p: float, q: float) -> float:
    """Return 1/2 - p/2q, the share that has adopted when adoption is fastest; q > p.

    >>> round(share_at_peak(0.03, 0.38), 6)
    0.460526
    """
    _check(p, q, "peak")
    return 0.5 - p / (2 * q)
