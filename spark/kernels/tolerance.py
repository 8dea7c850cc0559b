"""Tolerances of any law, drawn once a person and world."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined
from spark.kernels.draw import CERTAIN, exponential_tolerance, multiply_high, person_draw, u64

SIMPLE = u64(0x73696D706C653031)
NEVER_CONVINCED = u64((1 << 64) - 1)


class Laws(NamedTuple):
    """Laws of tolerances as in `spark.problem.arrays.Tolerances`; law of size 0 where there are none."""

    law: NDArray[np.int32]
    laws: NDArray[np.int64]
    pieces: NDArray[np.uint64]
    simple: NDArray[np.uint64]


@inlined
def tolerance_of(v, person_key, simple_key, laws):
    """The tolerance of person v; keys of the draws of kind `TOLERANCE` and `SIMPLE` in this world."""
    level = person_draw(person_key, v)
    if laws.simple.size > 0 and person_draw(simple_key, v) <= laws.simple[0]:
        return exponential_tolerance(level)
    row = laws.law[v]
    moments = laws.laws[row, 0]
    if moments > 0:
        total = exponential_tolerance(level)
        for i in range(1, moments):
            total += exponential_tolerance(person_draw(person_key + u64(i) * u64(0xD6E8FEB86659FD93), v))
        return min(total, CERTAIN)
    low, high = laws.laws[row, 1], laws.laws[row, 2] - 1
    while low < high:
        middle = (low + high) // 2
        if laws.pieces[middle, 0] >= level:
            high = middle
        else:
            low = middle + 1
    dose, slope = laws.pieces[low, 2], laws.pieces[low, 3]
    if slope == u64(0):
        return dose
    return dose + multiply_high((level - laws.pieces[low, 1]) << laws.pieces[low, 4], slope) + u64(1)
