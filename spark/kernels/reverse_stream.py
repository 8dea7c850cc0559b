"""Where the chance of reverse sets comes from: a stream of 64-bit draws for each chunk of sets, or set, and the roots.

The draws of a chunk depend on (key, chunk) and on nothing else, so that sets are the same for any number of workers.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import LN2, mix, multiply_high
from spark.kernels.lanes import lowest_bit

u32 = np.uint32
u64 = np.uint64
i64 = np.int64

GOLDEN = u64(0x9E3779B97F4A7C15)
FEISTEL_ROUNDS = 4


def _waiting_tables() -> tuple[Any, Any]:
    """-ln(c/2) in units of 2^-56 and 2^32 / c for the centres c = 1 + (i + 1/2)/256."""
    with localcontext() as context:
        context.prec = 50
        centres = [1 + Decimal(2 * i + 1) / 512 for i in range(256)]
        logs = np.array([int((-(c / 2).ln() * (1 << 56)).to_integral_value()) for c in centres], np.int64)
        inverses = np.array([int((Decimal(1 << 32) / c).to_integral_value()) for c in centres], np.int64)
        return logs, inverses


LOG_HALF_CENTRE, INVERSE_32 = _waiting_tables()


@inlined
def chunk_stream(key, chunk):
    """Start of the stream of a chunk; its draws are mix(start + GOLDEN), mix(start + 2 GOLDEN), ..."""
    return mix(mix(key + u64(chunk) * u64(0xD1342543DE82EF95)) ^ u64(0x726576657273652B))


@inlined
def set_stream(key, i):
    """Start of the stream of one set; its draws follow as in a chunk."""
    return mix((key ^ u64(0x7468726573686F6C)) + u64(i) * u64(0xD1342543DE82EF95))


@inlined
def waiting(draw):
    """The dose, in units of 2^-56 and rounded down, until the first hit of a unit Poisson process: -ln(U), U uniform.

    U = 2^-z m/2 with m in [1, 2): the trailing zeros of the low 24 bits give z, the 40 high bits m. ln m = ln c +
    ln(1 + t) with the nearest of 256 centres c and four terms in t; within 2^-41 of the logarithm.
    """
    low = draw & u64(0xFFFFFF)
    zeros = i64(24) + lowest_bit(mix(draw) | u64(1 << 63)) if low == u64(0) else lowest_bit(low)
    centre = i64(draw >> u64(56))
    exact = (i64((draw >> u64(24)) & u64(0xFFFFFFFF)) - i64(1 << 31)) * INVERSE_32[centre]  # t, units of 2^-72
    t = exact >> i64(32)
    square = t * t
    t2 = square >> i64(32)
    third = (((t2 * t) >> i64(32)) * i64(21845)) >> i64(16)
    log = (exact >> i64(16)) - (square >> i64(25)) + third - ((t2 * t2) >> i64(42))
    return u64(zeros * i64(LN2) + LOG_HALF_CENTRE[centre] - log)


@kernel
def permuted(key, first, side, n, people):
    """Fill `people`, int32, with places first, first + 1, ... of a keyed permutation of 0..n-1.

    A Feistel network (Luby & Rackoff 1988) on the numbers left * side + right with left, right < side, side^2 >= n,
    walked until it falls below n (Black & Rogaway 2002).
    """
    side = u64(side)
    for i in range(people.size):
        x = u64(first + i)
        while True:
            left = x // side
            right = x % side
            for round_ in range(FEISTEL_ROUNDS):
                left += ((mix(right + key + u64(round_) * GOLDEN) >> u64(32)) * side) >> u64(32)
                if left >= side:
                    left -= side
                left, right = right, left
            x = left * side + right
            if x < u64(n):
                break
        people[i] = x


@kernel
def uniform_people(key, first, n, people):
    """Fill `people`, int32, with independent uniform people for the sets first, first + 1, ..."""
    for i in range(people.size):
        people[i] = multiply_high(mix(key + u64(first + i) * GOLDEN), u64(n))


@kernel
def people_by_value(key, first, upto, strata, guide, people):
    """Fill `people`, int32, with people drawn with chances in proportion to value, for the sets first, first + 1, ...

    upto uint64[n]: running total of value, scaled to end at 2^62 or just below. strata: 1 for independent draws, else
    set i draws from the stratum i mod `strata` of equal parts of the total, turn after turn at places that follow
    Weyl's sequence from a random start. guide int32[strata]: the first person who reaches into each stratum.
    """
    whole = upto[upto.size - 1]
    width = whole // u64(strata)
    rest = whole % u64(strata)
    for i in range(people.size):
        stratum = u64(first + i) % u64(strata)
        start = stratum * width + min(stratum, rest)
        wide = width + (u64(1) if stratum < rest else u64(0))
        if strata == 1:
            place = mix(key + u64(first + i) * GOLDEN)
        else:
            place = mix(key + stratum * GOLDEN) + (u64(first + i) // u64(strata)) * GOLDEN
        point = start + multiply_high(place, wide)
        low = i64(guide[i64(stratum)])
        if strata == 1:
            high = i64(upto.size - 1)
            while low < high:
                middle = (low + high) >> 1
                if upto[middle] > point:
                    high = middle
                else:
                    low = middle + 1
        while upto[low] <= point:
            low += 1
        people[i] = low
