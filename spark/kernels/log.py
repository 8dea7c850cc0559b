"""What happened in a world, written down where that is asked for; and who had a share in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import BLOCK_BITS, halves, tie_draw, u32, u64, world_key
from spark.kernels.waiting import delay_key, tie_delay

LAPSED = -(1 << 62)  # these as in `spark.problem.arrays.Trace`
BY_SEED, BY_ALREADY, BY_PARTNERS, BY_BROADCAST = -2, -3, -4, -5


class Log(NamedTuple):
    """What happened, int64[c, 3]: time, person, why (a tie, or a code of `spark.problem.arrays.Trace`); size int64[1]
    counts on where there is no room.
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


@kernel
def share_once(key, world, incoming, law, examples, delays, when, by, lit):
    """List who had a share in each adoption by a tie, where ties deliver once: rows person, tie, weight. `law` is
    (live, never, more, dose), with `dose` of size 0 for cascades; delays as in `spark.problem.arrays.Delays`.
    """
    in_indptr, in_source, in_tie = incoming
    live, never, more, dose = law
    steps, rate, upto = delays
    late = delay_key(key)
    for v in range(when.size):
        if by[v] < 0:
            continue
        found = False
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, e = in_source[j], in_tie[j]
            if when[u] < 0 or when[u] >= when[v]:
                continue
            due = np.int64(when[u]) + 1
            if steps.size > 0 or rate.size > 0 or upto.size > 0:
                d0, d1 = halves(world_key(late, u64(world), u64(e >> BLOCK_BITS)))
                due += tie_delay(e, tie_draw(u32(e & 0xFFFFFFFF), d0, d1), steps, rate, upto) - 1
            if due > when[v] or (examples == 1 and dose.size == 0 and due != when[v]):
                continue
            if dose.size > 0:
                weight = np.int64(dose[e] >> u64(24))
            else:
                k0, k1 = halves(world_key(key, u64(world), u64(e >> BLOCK_BITS)))
                draw = tie_draw(u32(e & 0xFFFFFFFF), k0, k1)
                weight = np.int64(0)
                if never[e] == 0 and draw <= live[e]:
                    weight = np.int64(1)
                    for i in range(more.shape[0]):
                        weight += np.int64(u64(draw) < more[i, e])
            if weight > 0:
                note(lit, v, e, weight)
                found = found or e == by[v]
        if not found:
            note(lit, v, by[v], 1)
