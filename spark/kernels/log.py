"""What happened in a world, written down where that is asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined

LAPSED = -(1 << 62)  # these as in `spark.problem.arrays.Trace`
LEFT = LAPSED - 1
ADOPTS, TRIES, HEARS = 0, 1, 2
STARTS, FINDS, FORGETS = LEFT - 1, LEFT - 2, LEFT - 3  # a trial; adoption after one, or at once; what has reached her
BY_SEED, BY_ALREADY, BY_PARTNERS, BY_BROADCAST, FIRST_BRIDGE = -2, -3, -4, -5, -6


class Log(NamedTuple):
    """What happened, int64[c, 3]: time, person, why (a tie, or a code of `spark.problem.arrays.Trace`), and where
    models have states a fourth column; size int64[1] counts on where there is no room.
    """

    rows: NDArray[np.int64]
    size: NDArray[np.int64]


@inlined
def note(log, time, person, why):
    """Write down what happened, where that is asked for."""
    if log.rows.shape[0] > 0:
        i = log.size[0]
        if i < log.rows.shape[0]:
            log.rows[i, 0] = time
            log.rows[i, 1] = person
            log.rows[i, 2] = why
        log.size[0] = i + 1


@inlined
def note_more(log, time, person, why, more):
    """The same with a fourth column: how much was given, or what she does."""
    i = log.size[0]
    note(log, time, person, why)
    if i < log.rows.shape[0]:
        log.rows[i, 3] = np.int64(more)
