"""Who lit whom on the once clock, from when and why each person adopted."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.delays import delay_key, delay_of
from spark.kernels.draw import BLOCK_BITS, halves, tie_draw, u32, u64, world_key
from spark.kernels.interventions.bridges import bridge_draw
from spark.kernels.interventions.coins import accepted
from spark.kernels.interventions.levels import moments, peak
from spark.kernels.log import BY_ALREADY, BY_BROADCAST, BY_PARTNERS, BY_SEED, FIRST_BRIDGE, note
from spark.kernels.once.given import bridge_due
from spark.kernels.once.rows import BY_NOISE, Late
from spark.kernels.world import ALREADY, PARTNERS, SEED


@kernel
def tell_once(key, world, rows, incoming, changes, boost, why, when, by, lit):
    """Fill by int64[n] and the log `lit` (see `spark.problem.arrays.Trace`), given why uint8[n] and when int32[n] each
    person adopted, and the rows `boost` that people follow in this world, int32[n] or [0]. `incoming`: the reverse rows
    (indptr, sources, tie ids).

    What reached her in the step in which she adopted comes first: ties, then bridges; then what a boost has lifted.
    Of thresholds the largest dose counts, of equal ones, and of draws, the smallest id.
    """
    world = u64(world)
    in_indptr, in_sources, in_ties = incoming
    cascade, late = rows.cascade == 1, delay_key(key)
    levels, leveled = changes.boost_level, rows.receptivity.shape[0] > 1 and boost.size > 0
    delays = Late(rows.steps, rows.rate, rows.upto)
    bridged = changes.source.size > 0
    order = np.argsort(changes.target, kind="mergesort") if bridged else np.empty(0, np.int64)
    place = 0
    for v in range(when.size):
        while place < order.size and changes.target[order[place]] < v:
            place += 1
        if why[v] == 0:
            continue
        if why[v] == SEED or why[v] == ALREADY:
            by[v] = BY_SEED if why[v] == SEED else BY_ALREADY
            continue
        by[v] = BY_PARTNERS if why[v] == PARTNERS else BY_BROADCAST
        t = np.int64(when[v])
        row = boost[v] if leveled else -1
        first_lit = lit.size[0]
        rank, most, earliest, contact = 0, u64(0), np.int64(1) << 62, np.int64(BY_BROADCAST)
        ties = in_indptr[v + 1] - in_indptr[v]
        stop = place
        while stop < order.size and changes.target[order[stop]] == v:
            stop += 1
        for j in range(ties + stop - place):
            added = j >= ties
            e = order[place + j - ties] if added else in_ties[in_indptr[v] + j]
            u = changes.source[e] if added else in_sources[in_indptr[v] + j]
            if when[u] < 0 or when[u] >= t:
                continue
            if added:
                due = bridge_due(late, world, when[u], changes.opens[e], changes.tie[e], delays)
                if due >= changes.closes[e] or not accepted(key, world, u, np.int32(v), changes.accept, e):
                    continue
            else:
                due = when[u] + delay_of(late, world, e, rows.steps, rows.rate, rows.upto)
            if due > t or (not added and rows.targets[e] != v):
                continue
            now = peak(levels, row, due, t) if row >= 0 else 0
            before = peak(levels, row, due, t - 1) if row >= 0 and due < t else 0
            if cascade and added:
                draw = bridge_draw(key, world, changes.tie[e])
                whole = moments(draw, changes.chance, changes.more, now, e)
                earlier = moments(draw, changes.chance, changes.more, before, e)
            elif cascade:
                k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
                draw = u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1))
                if draw > u64(rows.loud[e]):
                    continue
                whole = moments(draw, rows.chance, rows.more, now, e)
                earlier = moments(draw, rows.chance, rows.more, before, e)
            else:
                whole = changes.dose[now, e] if added else rows.dose[now, e]
                earlier = changes.dose[before, e] if added else rows.dose[before, e]
            new = whole if due == t else whole - earlier
            if whole == u64(0):
                continue
            code = FIRST_BRIDGE - e if added else e
            here = (4 if due == t else 2) - (1 if added else 0)
            if new > u64(0) and (here > rank or (here == rank and not cascade and new > most)):
                rank, most, by[v] = here, new, code
            if why[v] == BY_NOISE:
                reached = due
                while row >= 0 and (changes.dose[peak(levels, row, due, reached), e] if added
                                    else rows.dose[peak(levels, row, due, reached), e]) == u64(0):  # fmt: skip
                    reached += 1
                if reached < earliest:
                    earliest, contact = reached, np.int64(code)
            note(lit, v, code, np.int64(whole if cascade else whole >> u64(24)))
        if why[v] == BY_NOISE and rank == 0:
            by[v] = contact
        if by[v] >= 0 or by[v] <= FIRST_BRIDGE:
            own_share(lit, first_lit, v, by[v])
        else:
            lit.size[0] = first_lit


@inlined
def own_share(lit, first, v, why):
    """Keep the shares from `first` on that weigh anything; who lit her has one in any case."""
    kept, found = first, False
    if lit.size[0] > lit.rows.shape[0]:
        lit.size[0] += 1  # there is no room, and the story is told again
        return
    for i in range(first, lit.size[0]):
        if lit.rows[i, 2] > 0:
            lit.rows[kept] = lit.rows[i]
            found = found or lit.rows[i, 1] == why
            kept += 1
    lit.size[0] = kept
    if not found:
        note(lit, v, why, 1)
