"""The draw: every chance is a function of (key, world, tie or person), and of nothing else (docs/decisions/draw.md).

All integers are unsigned and wrap around. A tie's draw is 32 bits, a person's 64; a live tie has draw <= threshold.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.wide import leading_zeros
from spark.kernels.wide import multiply_high as multiply_high

u32 = np.uint32
u64 = np.uint64

GOLDEN_32 = u32(0x9E3779B1)
BLOCK_BITS = 24

# What a person's draw is for; each kind of draw has worlds of its own.
TOLERANCE = u64(0x746F6C6572616E63)
PARTNERS = u64(0x706172746E657273)
BROADCAST = u64(0x62726F6164636173)


@inlined
def mix(x):
    """The splitmix64 finaliser (Steele, Lea & Flood 2014)."""
    x ^= x >> u64(30)
    x *= u64(0xBF58476D1CE4E5B9)
    x ^= x >> u64(27)
    x *= u64(0x94D049BB133111EB)
    return x ^ (x >> u64(31))


@inlined
def world_key(key, world, block):
    """Key of the ties ``block << 24 <= e < (block + 1) << 24`` in a world; all uint64."""
    start = world * u64(0x9E3779B97F4A7C15) + key * u64(0xD1342543DE82EF95)
    return mix(mix(start + block * u64(0xA0761D6478BD642F) + u64(0x2545F4914F6CDD1D)))


@inlined
def tie_draw(tie, k0, k1):
    """32 uniform bits for a tie id (its low 32 bits, uint32), with the high (k0) and low (k1) half of a world key."""
    x = u32(u32(tie * GOLDEN_32) ^ k0)
    x ^= x >> u32(16)
    x = u32(x * u32(0x7FEB352D))
    x ^= x >> u32(15)
    x ^= k1
    x = u32(x * u32(0x846CA68B))
    return u32(x ^ (x >> u32(16)))


@inlined
def halves(key):
    """The two 32-bit halves (high, low) of a world key."""
    return u32(key >> u64(32)), u32(key & u64(0xFFFFFFFF))


@inlined
def person_draw(key, person):
    """64 uniform bits for a person, from the world key of the kind of draw."""
    return mix(key + (u64(person) + u64(1)) * u64(0x9E3779B97F4A7C15))


CERTAIN = u64(1 << 62)


@inlined
def scaled(dose, factor):
    """floor(dose * factor / 2^24) for a dose and a factor in units of 2^-24, saturating at CERTAIN."""
    high = multiply_high(dose, factor)
    if high >= u64(1 << 22):
        return CERTAIN
    return min((high << u64(40)) | ((dose * factor) >> u64(24)), CERTAIN)


@inlined
def uniform_tolerance(draw):
    """A tolerance uniform on the doses 1, ..., ONE, in units of 2^-56."""
    return (draw >> u64(8)) + u64(1)


def _logarithm_tables() -> tuple[Any, Any, int]:
    """Ln c and 2^64 / c for the centres c = 1 + (i + 1/2)/256, and ln 2; logarithms in units of 2^-60 and 2^-56."""
    with localcontext() as context:
        context.prec = 50
        centres = [1 + (Decimal(2 * i + 1)) / 512 for i in range(256)]
        logs = np.array([int((c.ln() * (1 << 60)).to_integral_value()) for c in centres], np.uint64)
        inverses = np.array([int((Decimal(1 << 64) / c).to_integral_value()) for c in centres], np.uint64)
        return logs, inverses, int((Decimal(2).ln() * (1 << 56)).to_integral_value())


LOG_CENTRE, INVERSE_CENTRE, _LN2 = _logarithm_tables()
LN2 = u64(_LN2)


@inlined
def exponential_tolerance(draw):
    """-ln(U) for U = (draw | 1) / 2^64, at least one unit of 2^-56: a tolerance with the unit exponential law.

    U = 2^-(z+1) m with m in [1, 2); ln m = ln c + ln(1 + t) with the nearest of 256 centres c and six terms in t.
    """
    x = draw | u64(1)
    zeros = leading_zeros(x)
    x <<= zeros
    i = np.int64((x >> u64(55)) & u64(255))
    centre = u64(1 << 63) + (u64(2 * i + 1) << u64(54))
    below = x < centre
    distance = centre - x if below else x - centre
    t = multiply_high(distance << u64(9), INVERSE_CENTRE[i])  # |t| in units of 2^-72
    t2 = multiply_high(t, t)
    t3 = multiply_high(t2, t)
    t4 = multiply_high(t3, t)
    t5 = multiply_high(t4, t)
    t6 = multiply_high(t5, t)
    odd = (t >> u64(12)) + (t3 >> u64(28)) // u64(3) + (t5 >> u64(44)) // u64(5)
    even = (t2 >> u64(21)) + (t4 >> u64(38)) + (t6 >> u64(52)) // u64(6)
    log = LOG_CENTRE[i] - odd - even if below else LOG_CENTRE[i] + odd - even
    whole = (zeros + u64(1)) * LN2
    part = (log + u64(8)) >> u64(4)
    return max(whole - part, u64(1)) if whole > part else u64(1)


@kernel
def draw_ties(ties, key, first, out):
    """The draws of tie ids `ties` (uint64[c]) in the worlds first, first + 1, ...; fills `out`, uint32[W, c]."""
    for w in range(out.shape[0]):
        for i in range(ties.size):
            block = ties[i] >> u64(BLOCK_BITS)
            k0, k1 = halves(world_key(key, u64(first + w), block))
            out[w, i] = tie_draw(u32(ties[i] & u64(0xFFFFFFFF)), k0, k1)
