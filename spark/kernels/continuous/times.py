"""Times from draws, and instants."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import exponential_tolerance, multiply_high, u64

DURATION = u64(0x6475726174696F6E)
LATENCY = u64(0x6C6174656E637931)
FOREVER = u64(1 << 62)
FOR_GOOD = u64((1 << 64) - 1)
WHOLE = u64(1 << 32)
REACH_CELLS, CELL_BITS = 1024, 6  # cells of 1/64 of the mean, up to 16 means
ALREADY, SEED, BY_BROADCAST, NEVER = -3, -2, -5, -1  # as in `spark.problem.arrays.Trace`


@inlined
def standard_time(level, quantiles):
    """The time of mean 1 at a level in units of 2^-64, in units of 2^-56; `quantiles` empty: exponential."""
    if quantiles.size == 0:
        return exponential_tolerance(~level)
    cells = u64(quantiles.size - 1)
    i = np.int64(multiply_high(level, cells))
    return quantiles[i] + multiply_high(quantiles[i + 1] - quantiles[i], level * cells)


@inlined
def tie_time(draw, quantiles, mean):
    """The time of a tie from its 32 bits: the middle of the levels that they stand for."""
    return multiply_high(standard_time((u64(draw) << u64(32)) | u64(0x80000000), quantiles), mean)


@kernel
def fill_reach(quantiles, reach):
    """Fill in the largest draw whose time of mean 1 is below (i+1)/64, by bisection; times rise with draws."""
    for i in range(reach.size):
        limit = u64(i + 1) << u64(56 - CELL_BITS)
        low, high = -1, 0xFFFFFFFF
        while low < high:
            middle = (low + high + 1) // 2
            if standard_time((u64(middle) << u64(32)) | u64(0x80000000), quantiles) < limit:
                low = middle
            else:
                high = middle - 1
        reach[i] = low


@kernel
def hearing_instant(tolerance, heard):
    """When the total dose heard, which grows evenly within a step, reaches a tolerance; `heard` uint64[H+1]."""
    final = heard.size - 1
    if tolerance > heard[final]:
        return FOREVER
    low, high = 1, final
    while low < high:
        middle = (low + high) // 2
        if heard[middle] >= tolerance:
            high = middle
        else:
            low = middle + 1
    part, whole = tolerance - heard[low - 1], heard[low] - heard[low - 1]
    while whole >= WHOLE:
        part >>= u64(1)
        whole >>= u64(1)
    return (u64(low - 1) << u64(32)) + (part << u64(32)) // whole


@inlined
def last_instant(horizon):
    """The last instant of a world that counts."""
    return u64(horizon) << u64(32) if horizon >= 0 else FOREVER - u64(1)


@inlined
def whole_step(instant):
    """The first whole unit of time at which something has happened that happens at an instant."""
    return np.int64((instant + (WHOLE - u64(1))) >> u64(32))
