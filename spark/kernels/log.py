"""What happened in a world, written down where that is asked for; and who had a share in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import BLOCK_BITS, halves, tie_draw, u32, u64, world_key

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
def share_once(key, world, incoming, law, examples, when, by, lit):
    """List who had a share in each adoption by a tie, where ties deliver once: rows person, tie, weight. `law` is
    (live, never, more, dose), with `dose` of size 0 for cascades.
    """
    in_indptr, in_source, in_tie = incoming
    live, never, more, dose = law
    for v in range(when.size):
        if by[v] < 0:
            continue
        found = False
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, e = in_source[j], in_tie[j]
            if when[u] < 0 or when[u] >= when[v] or (examples == 1 and dose.size == 0 and when[u] != when[v] - 1):
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
