"""Cascades in which people give up again, on the per-period clock (docs/model.md: one step t, in this order).

(1) everyone practising at t-1 draws her lapse; (2) everyone practising at t-1, also those lapsing now, delivers, along
ties and along added ties whose window is open; (3) everyone not practising after (1) adopts if what reaches her
convinces, at her level of readiness in step t. Every draw is keyed by its step, so that nothing depends on who was
visited first. The j-th lapse leaves readiness r nu^j.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel, lean, part, spliced
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
from spark.kernels.interventions.bridges import bridge_draw, enter_bridges
from spark.kernels.interventions.coins import SEEDS_COIN, accepted, coin, settle
from spark.kernels.interventions.levels import level_of
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.log import BY_ALREADY, BY_BROADCAST, BY_PARTNERS, BY_SEED, FIRST_BRIDGE, LAPSED, note
from spark.kernels.world import kind_key, record_final, record_step, warm

LAPSE = u64(0x6C61707365643031)


class PeriodRows(NamedTuple):
    """Ties by source at each of L levels of readiness: indptr int64[n+1]; targets int32[m] (n, the sink, where a tie is
    live at no level); loud uint32[m+16], the thresholds of the highest level; chance uint64[L, m], T of 2^32, [L, 0]
    where L is 1; dose uint64[L, m] or [L, 0]; receptivity uint64[L, n]; lapse and left as in the law.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    loud: NDArray[np.uint32]
    chance: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]
    lapse: NDArray[np.uint64]
    left: NDArray[np.uint64]


@inlined
def step_key(key, t):
    """The key of all draws of step t, where draws are repeated in time."""
    return mix(key + u64(t) * u64(0x8CB92BA72F3D8DD7))


@inlined
def may_reach(dose, draw):
    """Whether a dose is not certain to be below the exponential tolerance of a draw: -ln U is at least 1 - U."""
    return (~draw >> u64(8)) <= dose + u64(1 << 16)


@inlined
def bent_dose_convinces(dose, left, times, draw):
    """Whether a live tie convinces a person who gave up `times` times before: what is left of its dose must do."""
    if dose >= CERTAIN:
        return True
    need = exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000))
    return scaled(dose, left[min(times, left.size - 1)]) >= need


@lean
def dim(shares, heat, active, practisers):
    """Let the heat of partner organisations be what those practising now give, nothing kept from before."""
    for o in range(heat.heat.size):
        heat.heat[o] = u64(0)
        heat.bright[o] = u64(0)
    return warm(shares, heat, active, np.int64(0), practisers)


@part
def bridge_convinces(now, key, world, t, b, level, times, changes, dose, left):
    """Whether added tie b, whose source practises, makes its target adopt in step t, who does not practise and has
    given up `times` times; `dose` [L, 0] where a lapse takes all readiness or none.
    """
    gone = times > 0 and left[left.size - 1] == u64(0)
    if gone or not changes.opens[b] <= t < changes.closes[b]:
        return False
    draw = bridge_draw(now, world, changes.tie[b])
    if draw >= changes.chance[level, b]:
        return False
    if not accepted(key, world, changes.source[b], changes.target[b], changes.accept, b):
        return False
    return times == 0 or dose.shape[1] == 0 or bent_dose_convinces(changes.dose[level, b], left, times, draw)


@spliced
def periods_world(key, world, rows, shares, start, room, adopters, tally):
    """Burn one world up to start.horizon; fill adopters int32[T] (who practise at the end of each step) and work.ever,
    count curves of groups in `tally`, and return how many practise at the end, who stand in work.active.
    """
    indptr, targets, loud, chance, tie_dose, left = (
        rows.indptr,
        rows.targets,
        rows.loud,
        rows.chance,
        rows.dose,
        rows.left,
    )
    work, changes, lapse, log, heat = room.work, start.changes, rows.lapse, room.log, room.work.heat
    practising, times, lapsed, ever, active = work.seen, work.lapses, work.lapsed, work.ever, work.active
    schedule, heard, newly = room.heard, start.heard, work.touched
    boost, levels, sustain, kept_going = room.boost, changes.boost_level, room.sustain, changes.sustain_left
    share, bridges, people = shares.partner_targets.size > 0, changes.source.size, ever.size
    leveled, sustained = chance.shape[1] > 0, changes.sustain.size > 0
    boosted = leveled and changes.boost.size > 0
    bends = tie_dose.shape[1] > 0
    never_again = left[left.size - 1] == u64(0)
    last_heard = heard.shape[1] - 1 if start.schedule.size > 0 else 0
    accept, source, target, added, reach = (
        changes.seed_accept,
        changes.source,
        changes.target,
        changes.tie,
        changes.chance,
    )
    opens, closes, unasked = changes.opens, changes.closes, changes.accept.size == 0
    count, seed = 0, 0
    for v in start.adopted:
        note(log, 0, v, BY_ALREADY)
        practising[v] = 1
        ever[v] = 1
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
                    note(log, t, u, LAPSED)
            block = -1
            k0, k1 = u32(0), u32(0)
            warmer = dim(shares, heat, active, count) if share else 0
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
                        if practising[v] != 0 or (never_again and times[v] > 0):
                            continue
                        level = 0
                        if leveled:
                            if boosted and boost[v] >= 0:
                                level = np.int64(levels[boost[v], step])
                            if u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1)) >= chance[level, tie]:
                                continue
                        if bends and times[v] > 0:
                            draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                            if not bent_dose_convinces(tie_dose[level, tie], left, np.int64(times[v]), draw):
                                continue
                        practising[v] = 1
                        newly[size - count] = v
                        note(log, t, v, tie)
                        size += 1
                    e = min(e + LANES, within)
            if bridges > 0:
                for i in range(count):
                    b = room.head[active[i]] - 1
                    while 0 <= b < bridges and source[b] == active[i]:
                        v = target[b]
                        level = level_of(boost, levels, v, t) if boosted else 0
                        may = practising[v] == 0 and opens[b] <= t < closes[b] and not (never_again and times[v] > 0)
                        may = may and bridge_draw(now, world, added[b]) < reach[level, b]
                        simple = unasked and times[v] == 0  # the call takes many arrays, and is worth avoiding
                        if may and (
                            simple
                            or bridge_convinces(
                                now, key, world, t, b, level, np.int64(times[v]), changes, tie_dose, left
                            )
                        ):
                            practising[v] = 1
                            newly[size - count] = v
                            note(log, t, v, FIRST_BRIDGE - b)
                            size += 1
                        b += 1
            if share:
                partner_key = kind_key(now, PARTNERS, world)
                for i in range(warmer):
                    o = heat.warmer[i]
                    for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                        v = shares.members[j]
                        if practising[v] == 0:
                            level = level_of(boost, levels, v, t) if boosted else 0
                            dose = scaled(heat.heat[o], rows.receptivity[level, v])
                            if times[v] > 0:
                                dose = scaled(dose, left[min(np.int64(times[v]), left.size - 1)])
                            if dose >= exponential_tolerance(person_draw(partner_key, v)):
                                practising[v] = 1
                                newly[size - count] = v
                                note(log, t, v, BY_PARTNERS)
                                size += 1
            if 0 < t <= last_heard:
                hear_key = kind_key(now, BROADCAST, world)
                for v in range(people):
                    if schedule[v] >= 0 and practising[v] == 0:
                        dose = heard[schedule[v], t] - heard[schedule[v], t - 1]
                        draw = person_draw(hear_key, v)
                        if dose > u64(0) and may_reach(dose, draw) and dose >= exponential_tolerance(draw):
                            practising[v] = 1
                            newly[size - count] = v
                            note(log, t, v, BY_BROADCAST)
                            size += 1
        while seed < start.seeds.size and start.steps[seed] == t:
            v = start.seeds[seed]
            if practising[v] == 0 and (accept.size == 0 or coin(key, SEEDS_COIN, world, v) < accept[seed]):
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
        record_step(t, active[:count], tally)
    return count


@lean
def run_periods(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row. What happens is written to `room.log`, where that has room.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    work = room.work
    enter_bridges(start.changes.source, room.head, True)
    for row in range(begin_row, stop_row):
        world = u64(first + row)
        settle(key, world, shares.organisation, start, room.heard, room.boost, room.sustain, row == begin_row)
        adopters = count.adopters[row]
        total = periods_world(key, world, rows, shares, start, room, adopters, count)
        adopters[start.horizon :] = adopters[start.horizon]
        record_final(row, work.active[:total], count)
        count.ever[row] = np.sum(work.ever)
        work.ever[:] = 0
        work.lapses[:] = 0
        work.seen[: work.ever.size] = 0
    enter_bridges(start.changes.source, room.head, False)
    return stop_row


@kernel
def tell_periods(key, world, rows, incoming, start, room, log, lit):
    """Find which ties had a share in each adoption of a world that was written down, `log` int64[E, 3], and note them
    in the log `lit`; the smallest id lit her, of ties before that of bridges, and that is put in its place in `log`.
    `incoming`: the reverse rows (indptr, sources, tie ids).
    """
    in_indptr, in_source, in_tie = incoming
    changes, left, world = start.changes, rows.left, u64(world)
    people, levels, boosted = in_indptr.size - 1, changes.boost_level, rows.chance.shape[1] > 0
    practised, times = np.zeros(people, np.uint8), room.work.lapses
    first = 0
    while first < log.shape[0]:
        t, end = log[first, 0], first
        now = step_key(key, t)
        while end < log.shape[0] and log[end, 0] == t:
            if log[end, 2] == LAPSED:
                times[log[end, 1]] = min(np.int64(times[log[end, 1]]) + 1, 255)
            end += 1
        for i in range(first, end):
            why = log[i, 2]
            if why < 0 and (why > FIRST_BRIDGE or why == LAPSED):
                continue
            v, least = log[i, 1], np.int64(BY_SEED)
            level = level_of(room.boost, levels, v, t) if boosted else 0
            for j in range(in_indptr[v], in_indptr[v + 1]):
                e = in_tie[j]
                if practised[in_source[j]] == 0 or rows.targets[e] != v:
                    continue
                k0, k1 = halves(world_key(now, world, u64(e >> BLOCK_BITS)))
                draw = u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1))
                if draw > u64(rows.loud[e]) or (boosted and draw >= rows.chance[level, e]):
                    continue
                bends = times[v] > 0 and rows.dose.shape[1] > 0
                if bends and not bent_dose_convinces(rows.dose[level, e], left, np.int64(times[v]), draw):
                    continue
                note(lit, i, e, 1)
                least = e if least < 0 else least
            for b in range(changes.source.size):
                here = changes.target[b] == v and practised[changes.source[b]] != 0
                if here and bridge_convinces(
                    now, key, world, t, b, level, np.int64(times[v]), changes, rows.dose, left
                ):
                    note(lit, i, FIRST_BRIDGE - b, 1)
                    least = np.int64(FIRST_BRIDGE - b) if least == BY_SEED else least
            log[i, 2] = least
        for i in range(first, end):
            practised[log[i, 1]] = 0 if log[i, 2] == LAPSED else 1
        first = end
    times[:] = 0
