"""Cascades in which people give up again, on the per-period clock (docs/model.md: one step t, in this order).

(1) everyone practising at t-1 draws her lapse; (2) everyone practising at t-1, also those lapsing now, delivers; (3)
everyone not practising after (1) adopts if what reaches her convinces. Every draw is keyed by its step, so that nothing
depends on who was visited first. The j-th lapse leaves readiness r nu^j.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    CERTAIN,
    PARTNERS,
    exponential_tolerance,
    halves,
    mix,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.log import BY_ALREADY, BY_BROADCAST, BY_PARTNERS, BY_SEED, LAPSED, Log, note
from spark.kernels.world import kind_key, record_final, record_moves, warm

LAPSE = u64(0x6C61707365643031)


@inlined
def step_key(key, t):
    """The key of all draws of step t, where draws are repeated in time."""
    return mix(key + u64(t) * u64(0x8CB92BA72F3D8DD7))


@kernel
def dim(shares, work, active, practisers):
    """Let the heat of partner organisations be what those practising now give, nothing kept from before."""
    for o in range(work.heat.size):
        work.heat[o] = u64(0)
        work.bright[o] = u64(0)
    for i in range(practisers):
        work.queue[i] = active[i]
    return warm(shares, work, 0, practisers)


@kernel
def periods_world(key, world, rows, shares, start, work, adopters, log):
    """Burn one world up to start.horizon; fill adopters int32[T] (who practise at the end of each step) and work.ever,
    and return how many practise at the end, who stand in work.active.
    """
    indptr, targets, live, chance, tie_dose, left = (
        rows.indptr,
        rows.targets,
        rows.law,
        rows.lapse,
        rows.dose,
        rows.left,
    )
    practising, times, lapsed, ever, active = work.seen, work.lapses, work.lapsed, work.ever, work.active
    schedule, heard, newly = start.schedule, start.heard, work.touched
    share = shares.partner_targets.size > 0
    bends = tie_dose.size > 0
    never_again = left[left.size - 1] == u64(0)
    last_heard = heard.shape[1] - 1 if schedule.size > 0 else 0
    count, seed = 0, 0
    for v in start.adopted:
        note(log, 0, v, BY_ALREADY)
        practising[v] = 1
        active[count] = v
        count += 1
    while seed < start.seeds.size and start.steps[seed] == 0:
        v = start.seeds[seed]
        if practising[v] == 0:
            note(log, 0, v, BY_SEED)
            practising[v] = 1
            active[count] = v
            count += 1
        seed += 1
    for i in range(count):
        ever[active[i]] = 1
    adopters[0] = count
    for t in range(1, start.horizon + 1):
        if count == 0 and seed >= start.seeds.size and t > last_heard:
            adopters[t] = 0
            continue
        now = step_key(key, t)
        lapse_key = kind_key(now, LAPSE, world)
        for i in range(count):
            u = active[i]
            if (person_draw(lapse_key, u) >> u64(32)) < chance[u]:
                lapsed[u] = 1
                practising[u] = 0
                times[u] = min(np.int64(times[u]) + 1, 255)
                note(log, t, u, LAPSED)
        size = count
        block = -1
        k0, k1 = u32(0), u32(0)
        warmer = dim(shares, work, active, count) if share else 0
        for i in range(count):
            u = active[i]
            e, stop = indptr[u], indptr[u + 1]
            while e < stop:
                if e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(now, world, u64(block)))
                within = min(stop, (block + 1) << BLOCK_BITS)
                mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, live, e)
                if within - e < LANES:
                    mask &= (u64(1) << u64(within - e)) - u64(1)
                while mask != u64(0):
                    tie = e + lowest_bit(mask)
                    mask &= mask - u64(1)
                    v = targets[tie]
                    if practising[v] != 0:
                        continue
                    if times[v] > 0:
                        if never_again:
                            continue
                        if bends and tie_dose[tie] < CERTAIN:
                            draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                            need = exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000))
                            if scaled(tie_dose[tie], left[min(np.int64(times[v]), left.size - 1)]) < need:
                                continue
                    practising[v] = 1
                    newly[size - count] = v
                    note(log, t, v, tie)
                    size += 1
                e = min(e + LANES, within)
        if share:
            partner_key = kind_key(now, PARTNERS, world)
            for i in range(warmer):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if practising[v] == 0:
                        dose = scaled(work.heat[o], shares.receptivity[v])
                        if times[v] > 0:
                            dose = scaled(dose, left[min(np.int64(times[v]), left.size - 1)])
                        if dose >= exponential_tolerance(person_draw(partner_key, v)):
                            practising[v] = 1
                            newly[size - count] = v
                            note(log, t, v, BY_PARTNERS)
                            size += 1
        if t <= last_heard:
            hear_key = kind_key(now, BROADCAST, world)
            for v in range(schedule.size):
                if schedule[v] >= 0 and practising[v] == 0:
                    dose = heard[schedule[v], t] - heard[schedule[v], t - 1]
                    if dose > u64(0) and dose >= exponential_tolerance(person_draw(hear_key, v)):
                        practising[v] = 1
                        newly[size - count] = v
                        note(log, t, v, BY_BROADCAST)
                        size += 1
        while seed < start.seeds.size and start.steps[seed] == t:
            v = start.seeds[seed]
            if practising[v] == 0:
                practising[v] = 1
                newly[size - count] = v
                note(log, t, v, BY_SEED)
                size += 1
            seed += 1
        kept = 0
        for i in range(count):
            u = active[i]
            if lapsed[u] == 0:
                active[kept] = u
                kept += 1
            lapsed[u] = 0
        for i in range(size - count):
            v = newly[i]
            active[kept] = v
            ever[v] = 1
            kept += 1
        count = kept
        adopters[t] = count
    return count


@kernel
def run_periods(key, first, begin_row, stop_row, rows, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    log = Log(np.empty((1024 if count.bins.size > 0 else 0, 3), np.int64), np.zeros(1, np.int64))
    for row in range(begin_row, stop_row):
        adopters = count.adopters[row]
        log.size[0] = 0
        total = periods_world(key, u64(first + row), rows, shares, start, work, adopters, log)
        if count.bins.size > 0:
            if log.size[0] > log.rows.shape[0]:  # once more, with room for all that happens
                tidy(work)
                log = Log(np.empty((2 * log.size[0], 3), np.int64), np.zeros(1, np.int64))
                total = periods_world(key, u64(first + row), rows, shares, start, work, adopters, log)
            record_moves(start.horizon, log.rows[: log.size[0]], LAPSED, count)
        adopters[start.horizon :] = adopters[start.horizon]
        record_final(row, work.active[:total], count)
        count.ever[row] = np.sum(work.ever)
        tidy(work)
    return stop_row


@kernel
def tidy(work):
    """Leave the working arrays as they were before the world."""
    work.ever[:] = 0
    work.lapses[:] = 0
    work.seen[: work.ever.size] = 0


@kernel
def replay_periods(key, world, rows, incoming, shares, start, work, log, lit):
    """Write down what happens in one world, and which ties had a share in each adoption; the smallest id lit her."""
    people = work.ever.size
    total = periods_world(key, u64(world), rows, shares, start, work, np.empty(start.horizon + 1, np.int32), log)
    in_indptr, in_source, in_tie = incoming
    practised, times = np.zeros(people, np.uint8), work.lapses
    times[:] = 0
    work.ever[:] = 0
    work.seen[:people] = 0
    first = 0
    events = min(log.size[0], log.rows.shape[0])
    while first < events:
        t, end = log.rows[first, 0], first
        now = step_key(key, t)
        while end < events and log.rows[end, 0] == t:
            if log.rows[end, 2] == LAPSED:
                times[log.rows[end, 1]] = min(np.int64(times[log.rows[end, 1]]) + 1, 255)
            end += 1
        for i in range(first, end):
            if log.rows[i, 2] < 0:
                continue
            v, least = log.rows[i, 1], np.int64(-1)
            for j in range(in_indptr[v], in_indptr[v + 1]):
                e = in_tie[j]
                if practised[in_source[j]] == 0 or rows.targets[e] != v:
                    continue
                k0, k1 = halves(world_key(now, u64(world), u64(e >> BLOCK_BITS)))
                draw = tie_draw(u32(e & 0xFFFFFFFF), k0, k1)
                if draw > rows.law[e]:
                    continue
                if times[v] > 0 and rows.dose.size > 0 and rows.dose[e] < CERTAIN:
                    need = exponential_tolerance((~(u64(draw) << u64(32))) ^ u64(0x80000000))
                    if scaled(rows.dose[e], rows.left[min(np.int64(times[v]), rows.left.size - 1)]) < need:
                        continue
                note(lit, i, e, 1)
                least = e if least < 0 else least
            log.rows[i, 2] = least
        for i in range(first, end):
            practised[log.rows[i, 1]] = 0 if log.rows[i, 2] == LAPSED else 1
        first = end
    times[:] = 0
    return total
