"""Several examples needed, on the once clock: convincing moments add up until there are enough (docs/model.md).

A tie gives N moments, Poisson with its dose: N >= j iff the tie's draw is below T_j, so that one example is independent
cascade bit for bit, and who adopts at k + 1 adopts at k. Partners, and broadcasts, give the points of one unit Poisson
process a person up to the dose.
"""

from __future__ import annotations

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    PARTNERS,
    exponential_tolerance,
    halves,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.world import (
    ALREADY,
    BROADCASTS,
    SEED,
    TIE,
    begin,
    clear,
    kind_key,
    light_seeds,
    record,
    warm,
)
from spark.kernels.world import PARTNERS as BY_PARTNERS


@inlined
def next_point(key, v, point):
    """The gap before point number `point` of a unit Poisson process; the first is the tolerance of one example."""
    return exponential_tolerance(person_draw(key + u64(point) * u64(0xD6E8FEB86659FD93), v))


@inlined
def points_up_to(dose, key, v, following, passed, most):
    """Move a person's process on to `dose`; return how many points were passed, as far as they matter."""
    if following[v] == u64(0):
        following[v] = next_point(key, v, 0)
    new = 0
    while dose >= following[v] and passed[v] < most:
        passed[v] += 1
        new += 1
        following[v] += next_point(key, v, passed[v])
    return new


@kernel
def examples_world(key, world, rows, shares, start, work):
    """Burn one world; fill work.queue and work.ends, return (last step in which anything changed, adopters)."""
    indptr, targets, live, more = rows.indptr, rows.targets, rows.law, rows.more
    seen, queue, moments, dosed = work.seen, work.queue, work.dose, work.touched
    schedule, heard = start.schedule, start.heard
    needed = u64(1 + more.shape[0])
    most = 1 + more.shape[0]
    block = -1
    k0, k1 = u32(0), u32(0)
    total, seed = begin(start, work)
    work.ends[0] = total
    share = shares.partner_targets.size > 0
    partner_key = kind_key(key, PARTNERS, world)
    broadcast_key = kind_key(key, BROADCAST, world)
    last_heard = heard.shape[1] - 1 if schedule.size > 0 else 0
    first, t, last, touched = 0, 0, 0, 0
    while (first < total or seed < start.seeds.size or t < last_heard) and t != start.horizon:
        t += 1
        end = total
        for i in range(first, end):
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
                    tie = e + lowest_bit(mask)
                    mask &= mask - u64(1)
                    v = targets[tie]
                    if seen[v] == 0:
                        if moments[v] == u64(0):
                            dosed[touched] = v
                            touched += 1
                        draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                        moments[v] += u64(1)
                        for j in range(more.shape[0]):
                            if draw >= more[j, tie]:
                                break
                            moments[v] += u64(1)
                        if moments[v] >= needed:
                            seen[v] = TIE
                            queue[total] = v
                            total += 1
                e = min(e + LANES, within)
        if share:
            for i in range(warm(shares, work, first, end)):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] == 0:
                        dose = scaled(work.heat[o], shares.receptivity[v])
                        new = points_up_to(dose, partner_key, v, work.tolerance, work.points, most)
                        if new > 0:
                            if moments[v] == u64(0):
                                dosed[touched] = v
                                touched += 1
                            moments[v] += u64(new)
                            if moments[v] >= needed:
                                seen[v] = BY_PARTNERS
                                queue[total] = v
                                total += 1
        if t <= last_heard:
            for v in range(schedule.size):
                if schedule[v] >= 0 and seen[v] == 0 and heard[schedule[v], t] > heard[schedule[v], t - 1]:
                    dose = heard[schedule[v], t]
                    new = points_up_to(dose, broadcast_key, v, work.heard_next, work.heard_points, most)
                    if new > 0:
                        if moments[v] == u64(0):
                            dosed[touched] = v
                            touched += 1
                        moments[v] += u64(new)
                        if moments[v] >= needed:
                            seen[v] = BROADCASTS
                            queue[total] = v
                            total += 1
        total, seed = light_seeds(start, work, t, total, seed)
        work.ends[t] = total
        if total > end:
            last = t
        first = end
    for i in range(touched):
        moments[dosed[i]] = u64(0)
    if share:
        for o in range(work.heat.size):
            if work.heat[o] > u64(0):
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    work.points[shares.members[j]] = 0
    if schedule.size > 0:
        work.heard_next[:] = u64(0)
        work.heard_points[:] = 0
    return last, total


@kernel
def run_examples(key, first, begin_row, stop_row, rows, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    for row in range(begin_row, stop_row):
        last, total = examples_world(key, u64(first + row), rows, shares, start, work)
        if last >= count.adopters.shape[1]:
            clear(work, shares, total)
            return row
        record(row, last, total, work, count)
        clear(work, shares, total)
    return stop_row


@kernel
def replay_examples(key, world, rows, incoming, shares, start, work, when, by):
    """Replay one world: fill when int32[n] and by int64[n] (see `spark.problem.arrays.Trace`); return adopters.
    `incoming`: the reverse rows (indptr, sources, tie ids).
    """
    last, total = examples_world(key, u64(world), rows, shares, start, work)
    for t in range(last + 1):
        for i in range(work.ends[t - 1] if t > 0 else 0, work.ends[t]):
            when[work.queue[i]] = t
    in_indptr, in_sources, in_ties = incoming
    for i in range(total):
        v = work.queue[i]
        why = work.seen[v]
        if why == SEED:
            by[v] = -2
        elif why == ALREADY:
            by[v] = -3
        else:
            by[v] = -4 if why == BY_PARTNERS else -5
            for j in range(in_indptr[v], in_indptr[v + 1]):
                e = in_ties[j]
                if when[in_sources[j]] == when[v] - 1 and rows.targets[e] == v:
                    k0, k1 = halves(world_key(key, u64(world), u64(e >> BLOCK_BITS)))
                    if tie_draw(u32(e & 0xFFFFFFFF), k0, k1) <= rows.law[e]:
                        by[v] = e
                        break
    clear(work, shares, total)
    return total
