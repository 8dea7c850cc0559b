"""How many steps a tie takes: a function of (key, world, tie)."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined
from spark.kernels.draw import BLOCK_BITS, exponential_tolerance, halves, mix, tie_draw, u32, u64, world_key

DELAY = u64(0x64656C6179303031)


@inlined
def tie_delay(e, draw, steps, rate, upto):
    """The steps that tie e takes, from its 32 bits."""
    if steps.size > 0:
        return np.int64(steps[0] if steps.size == 1 else steps[e])
    if rate.size > 0:
        wait = exponential_tolerance((u64(draw) << u64(32)) | u64(0x80000000))
        return np.int64(wait // (rate[0] if rate.size == 1 else rate[e])) + 1
    low, high = 0, upto.size - 1
    while low < high:
        middle = (low + high) // 2
        if upto[middle] > u64(draw):
            high = middle
        else:
            low = middle + 1
    return np.int64(low) + 1


@inlined
def delay_key(key):
    """The key of the draws of delays."""
    return mix(key ^ DELAY)


@inlined
def delay_of(late, world, e, steps, rate, upto):
    """The steps that tie e takes in a world; `late` is the `delay_key`, and ids of added ties have bit 63 set."""
    if steps.size + rate.size + upto.size == 0:
        return 1
    if steps.size == 1:
        return np.int64(steps[0])
    k0, k1 = halves(world_key(late, world, u64(e) >> u64(BLOCK_BITS)))
    return tie_delay(e, tie_draw(u32(u64(e) & u64(0xFFFFFFFF)), k0, k1), steps, rate, upto)
