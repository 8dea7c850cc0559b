"""Interventions on the per-period clock: boosts, bridges, help to keep going, and take-up.

As `spark.kernels.periods`, step by step; what reaches a person in step t is that of her level of readiness in step t,
and the chance that she lapses in step t is what is left of it then. A bridge delivers in every step of its window.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    CERTAIN,
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
from spark.kernels.interventions import (
    SEEDS_COIN,
    accepted,
    bridge_draw,
    coin,
    enter_bridges,
    level_of,
    settle,
)
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.periods import LAPSE, dim, step_key
from spark.kernels.world import kind_key, record_final, record_step


@kernel
def changed_periods_world(key, world, rows, shares, start, room, adopters, tally):
    """Burn one world up to start.horizon; fill adopters int32[T] (who practise at the end of each step) and work.ever,
    and return how many practise at the end, who stand in work.active.
    """
    indptr, targets, loud, chance = rows.indptr, rows.targets, rows.loud, rows.chance
    lapse, tie_dose, left = rows.lapse, rows.dose, rows.left
    work, changes = room.work, start.changes
    practising, times, lapsed, ever, active = work.seen, work.lapses, work.lapsed, work.ever, work.active
    schedule, heard, newly = room.heard, start.heard, work.touched
    boost, levels, sustain, kept_going = room.boost, changes.boost_level, room.sustain, changes.sustain_left
    share, bridged = shares.partner_targets.size > 0, changes.source.size > 0
    boosted, sustained = changes.boost.size > 0, changes.sustain.size > 0
    bends = tie_dose.shape[1] > 0
    never_again = left[left.size - 1] == u64(0)
    last_heard = heard.shape[1] - 1 if start.schedule.size > 0 else 0
    count, seed = 0, 0
    for v in start.adopted:
        practising[v] = 1
        active[count] = v
        count += 1
    for t in range(start.horizon + 1):
        size = count
        if t > 0:
            if count == 0 and seed >= start.seeds.size and t > last_heard:
                adopters[t] = 0
                record_step(t, active[:0], tally)
                continue
            now = step_key(key, t)
            lapse_key = kind_key(now, LAPSE, world)
            for i in range(count):
                u = active[i]
                hazard = lapse[u]
                if sustained and sustain[u] >= 0:
                    hazard = (hazard * kept_going[sustain[u], min(t, kept_going.shape[1] - 1)]) >> u64(24)
                if (person_draw(lapse_key, u) >> u64(32)) < hazard:
                    lapsed[u] = 1
                    practising[u] = 0
                    times[u] = min(np.int64(times[u]) + 1, 255)
            block = -1
            k0, k1 = u32(0), u32(0)
            warmer = dim(shares, work, active, count) if share else 0
            step = min(t, levels.shape[1] - 1)
            for i in range(count):
                u = active[i]
                e, stop = indptr[u], indptr[u + 1]
                while e < stop:
                    if e >> BLOCK_BITS != block:
                        block = e >> BLOCK_BITS
                        k0, k1 = halves(world_key(now, world, u64(block)))
                    within = min(stop, (block + 1) << BLOCK_BITS)
                    mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, loud, e)
                    if within - e < LANES:
                        mask &= (u64(1) << u64(within - e)) - u64(1)
                    while mask != u64(0):
                        tie = e + lowest_bit(mask)
                        mask &= mask - u64(1)
                        v = targets[tie]
                        if practising[v] != 0 or (times[v] > 0 and never_again):
                            continue
                        level = 0
                        if boosted and boost[v] >= 0:
                            level = np.int64(levels[boost[v], step])
                        draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                        if draw >= chance[level, tie]:
                            continue
                        if times[v] > 0 and bends and tie_dose[level, tie] < CERTAIN:
                            need = exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000))
                            if scaled(tie_dose[level, tie], left[min(np.int64(times[v]), left.size - 1)]) < need:
                                continue
                        practising[v] = 1
                        newly[size - count] = v
                        size += 1
                    e = min(e + LANES, within)
                b = room.head[u] - 1 if bridged else -1
                while b >= 0 and b < changes.source.size and changes.source[b] == u:
                    v = changes.target[b]
                    open_now = changes.opens[b] <= t < changes.closes[b]
                    if open_now and practising[v] == 0 and not (times[v] > 0 and never_again):
                        level = level_of(boost, levels, v, t)
                        draw = bridge_draw(now, world, changes.tie[b])
                        convinces = draw < changes.chance[level, b] and accepted(key, world, changes, b)
                        if convinces and times[v] > 0 and bends and changes.dose[level, b] < CERTAIN:
                            need = exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000))
                            dose = scaled(changes.dose[level, b], left[min(np.int64(times[v]), left.size - 1)])
                            convinces = dose >= need
                        if convinces:
                            practising[v] = 1
                            newly[size - count] = v
                            size += 1
                    b += 1
            if share:
                partner_key = kind_key(now, PARTNERS, world)
                for i in range(warmer):
                    o = work.warmer[i]
                    for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                        v = shares.members[j]
                        if practising[v] == 0:
                            dose = scaled(work.heat[o], rows.receptivity[level_of(boost, levels, v, t), v])
                            if times[v] > 0:
                                dose = scaled(dose, left[min(np.int64(times[v]), left.size - 1)])
                            if dose >= exponential_tolerance(person_draw(partner_key, v)):
                                practising[v] = 1
                                newly[size - count] = v
                                size += 1
            if t <= last_heard:
                hear_key = kind_key(now, BROADCAST, world)
                for v in range(schedule.size):
                    if schedule[v] >= 0 and practising[v] == 0:
                        dose = heard[schedule[v], t] - heard[schedule[v], t - 1]
                        if dose > u64(0) and dose >= exponential_tolerance(person_draw(hear_key, v)):
                            practising[v] = 1
                            newly[size - count] = v
                            size += 1
        while seed < start.seeds.size and start.steps[seed] == t:
            v = start.seeds[seed]
            accept = changes.seed_accept
            if practising[v] == 0 and (accept.size == 0 or coin(key, SEEDS_COIN, world, v) < accept[seed]):
                practising[v] = 1
                newly[size - count] = v
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
            active[kept] = newly[i]
            kept += 1
        count = kept
        for i in range(count):
            ever[active[i]] = 1
        adopters[t] = count
        record_step(t, active[:count], tally)
    return count


@kernel
def run_changed_periods(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    work = room.work
    enter_bridges(start.changes, room.head, True)
    for row in range(begin_row, stop_row):
        settle(key, u64(first + row), shares, start, room, row == begin_row)
        adopters = count.adopters[row]
        total = changed_periods_world(key, u64(first + row), rows, shares, start, room, adopters, count)
        adopters[start.horizon :] = adopters[start.horizon]
        record_final(row, work.active[:total], count)
        count.ever[row] = np.sum(work.ever)
        work.ever[:] = 0
        work.lapses[:] = 0
        work.seen[: work.ever.size] = 0
    enter_bridges(start.changes, room.head, False)
    return stop_row
