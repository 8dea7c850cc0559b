"""Independent cascade on the once clock: a live tie convinces, in the step after its source adopted."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import lean
from spark.kernels.draw import (
    BLOCK_BITS,
    PARTNERS,
    exponential_tolerance,
    halves,
    person_draw,
    scaled,
    u32,
    u64,
    world_key,
)
from spark.kernels.lanes import LANES, live_mask, lowest_bit, prefetch
from spark.kernels.world import (
    BROADCASTS,
    TIE,
    begin,
    clear,
    kind_key,
    light_seeds,
    plan_arrivals,
    record,
    warm,
)
from spark.kernels.world import PARTNERS as BY_PARTNERS

u8 = np.uint8
ROWS_AHEAD, TIES_AHEAD = 12, 5  # how far ahead of the queue row starts and ties are asked for


@lean
def cascade_world(key, world, rows, shares, start, work):
    """Burn one world; fill work.queue and work.ends, return (last step in which anything changed, adopters)."""
    indptr, targets, live = rows.indptr, rows.targets, rows.law
    seen, queue, heat = work.seen, work.queue, work.heat
    block = -1
    k0, k1 = u32(0), u32(0)
    total, seed = begin(start, work)
    work.ends[0] = total
    arrivals = plan_arrivals(key, world, start, work) if start.schedule.size > 0 else 0
    share = shares.partner_targets.size > 0
    partner_key = kind_key(key, PARTNERS, world) if share else u64(0)
    first, t, last = 0, 0, 0
    while (first < total or seed < start.seeds.size or t < arrivals) and t != start.horizon:
        t += 1
        end = total
        for i in range(first, end):
            prefetch(indptr, queue[min(i + ROWS_AHEAD, end - 1)])
            soon = indptr[queue[min(i + TIES_AHEAD, end - 1)]]
            prefetch(live, soon)
            prefetch(targets, soon)
            u = queue[i]
            e, stop = indptr[u], indptr[u + 1]
            while e < stop:
                if e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                within = min(stop, (block + 1) << BLOCK_BITS)
                mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, live, e)
                if within - e < LANES:
                    mask &= (u64(1) << u64(within - e)) - u64(1)
                while mask != u64(0):
                    v = targets[e + lowest_bit(mask)]
                    mask &= mask - u64(1)
                    queue[total] = v  # without a branch, which would be guessed wrong half the time
                    total += seen[v] == 0
                    seen[v] = max(seen[v], u8(TIE))
                e = min(e + LANES, within)
        if share:
            for i in range(warm(shares, heat, queue, first, end)):
                o = heat.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] == 0:
                        if work.tolerance[v] == u64(0):
                            work.tolerance[v] = exponential_tolerance(person_draw(partner_key, v))
                        if scaled(heat.heat[o], shares.receptivity[v]) >= work.tolerance[v]:
                            seen[v] = BY_PARTNERS
                            queue[total] = v
                            total += 1
        if t <= arrivals:
            v = work.arrival[t] - 1
            while v >= 0:
                if seen[v] == 0:
                    seen[v] = BROADCASTS
                    queue[total] = v
                    total += 1
                v = work.following[v] - 1
        total, seed = light_seeds(start, work, t, total, seed)
        work.ends[t] = total
        if total > end:
            last = t
        first = end
    return last, total


@lean
def run_cascade(key, first, begin_row, stop_row, rows, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    for row in range(begin_row, stop_row):
        last, total = cascade_world(key, u64(first + row), rows, shares, start, work)
        if last >= count.adopters.shape[1]:
            clear(work.seen, work.queue, total, shares, work.heat, work.tolerance)
            return row
        record(row, last, total, work, count)
        clear(work.seen, work.queue, total, shares, work.heat, work.tolerance)
    return stop_row


@lean
def tell_cascade(key, world, rows, shares, start, work, why, when):
    """Fill why uint8[n] and when int32[n] each person adopted in one world."""
    last, total = cascade_world(key, u64(world), rows, shares, start, work)
    for t in range(last + 1):
        for i in range(work.ends[t - 1] if t > 0 else 0, work.ends[t]):
            when[work.queue[i]] = t
            why[work.queue[i]] = work.seen[work.queue[i]]
    clear(work.seen, work.queue, total, shares, work.heat, work.tolerance)
