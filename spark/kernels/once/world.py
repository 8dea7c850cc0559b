"""One world on the once clock, step by step, and the counting of many."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import lean, spliced
from spark.kernels.draw import (
    BLOCK_BITS,
    TOLERANCE,
    halves,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    uniform_tolerance,
    world_key,
)
from spark.kernels.interventions.bridges import enter_bridges
from spark.kernels.interventions.coins import light_willing_seeds, settle
from spark.kernels.interventions.levels import list_rising
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.once.given import (
    NOISE,
    absorb,
    broadcast,
    cool,
    lift_bridges,
    lift_partners,
    lift_ties,
    need_of,
    noise_after,
    post,
    take_due,
    warm_people,
)
from spark.kernels.once.rows import NOT_YET, Boosts, Bridges, Events, Late, People, Reach
from spark.kernels.tolerance import NEVER_CONVINCED, SIMPLE
from spark.kernels.world import ALREADY, BROADCASTS, PARTNERS, TIE, clear, kind_key, record_final, record_grown, warm


@spliced
def once_world(key, world, rows, shares, start, room):
    """Burn one world; fill work.queue and room.came, return how many ever adopt."""
    indptr, targets, loud, chance, more = rows.indptr, rows.targets, rows.loud, rows.chance, rows.more
    tie_dose, fixed, laws, noise = rows.dose, rows.tolerance, rows.laws, rows.noise
    work, changes, came, when = room.work, start.changes, room.came, room.when
    seen, queue, missing, dosed, heat = work.seen, work.queue, work.dose, work.touched, work.heat
    boost, levels, horizon, seeds, steps = room.boost, changes.boost_level, start.horizon, start.seeds, start.steps
    cascade, leveled = rows.cascade == 1, rows.receptivity.shape[0] > 1
    most = u64(1 + more.shape[1]) if cascade else u64(0)
    boosted, share = when.size > 0 and changes.boost.size > 0, shares.partner_targets.size > 0
    drawn = fixed.size + laws.law.size == 0
    schedule = room.heard if start.schedule.size > 0 else room.heard[:0]
    late = Late(rows.steps, rows.rate, rows.upto)
    added = Bridges(changes.source, changes.target, changes.tie, changes.opens, changes.closes, changes.accept,
                    changes.chance, changes.more, changes.dose)  # fmt: skip
    reach = Reach(fixed, laws, noise, shares.organisation, heat.heat if share else heat.heat[:0], rows.receptivity,
                  room.partner, schedule, start.heard)  # fmt: skip
    people = People(seen, queue, missing, dosed)
    events, boosts = Events(room.calendar, room.later, room.to, room.amount), Boosts(boost, levels)
    organisation, partner, heard = shares.organisation, room.partner, start.heard
    waits, bridges = rows.steps.size + rows.rate.size + rows.upto.size > 0, added.source.size
    others = share or schedule.size > 0
    person_key, simple_key = kind_key(key, TOLERANCE, world), kind_key(key, SIMPLE, world)
    noise_key = kind_key(key, NOISE, world)
    last_heard = start.heard.shape[1] - 1 if schedule.size > 0 else 0
    last_event = max(last_heard, levels.shape[1] - 1 if boosted else 0)
    by_tie, by_partners, by_broadcast = np.uint8(TIE), np.uint8(PARTNERS), np.uint8(BROADCASTS)
    block, k0, k1 = -1, u32(0), u32(0)
    nothing = np.int64(0)  # a plain 0 is a type of its own, and what it is passed to is compiled once more
    first, t, touched, waiting, put, total = nothing, nothing, nothing, nothing, nothing, nothing
    for v in start.adopted:
        seen[v] = ALREADY
        queue[total] = v
        total += 1
    total, seed = light_willing_seeds(key, world, seeds, steps, changes.seed_accept, seen, queue, t, total, nothing)
    for i in range(total):
        came[i] = 0
    while (waiting > 0 or first < total or seed < seeds.size or t < last_event) and t != horizon:
        t += 1
        end = total
        now = min(t, levels.shape[1] - 1)
        if when.size > 0:
            for i in range(put, end):
                when[queue[i]] = came[i]
            put = end
        rising = list_rising(boost, levels, seen, room.rising, t) if boosted else nothing
        if waits or bridges > 0:
            waiting += post(key, world, t, first, end, horizon, cascade, seen, queue, room.head, indptr, targets, loud,
                            tie_dose, late, added, events)  # fmt: skip
        for i in range(first, end if not waits else first):
            u = queue[i]
            e, stop = indptr[u], indptr[u + 1]
            while cascade and e < stop:
                if e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                within = min(stop, (block + 1) << BLOCK_BITS)
                mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, loud, e)
                if within - e < LANES:
                    mask &= (u64(1) << u64(within - e)) - u64(1)
                while mask != u64(0):
                    tie = e + lowest_bit(mask)
                    mask &= mask - u64(1)
                    v = targets[tie]
                    if seen[v] != 0:
                        continue
                    draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                    level = 0
                    if leveled:
                        if boosted and boost[v] >= 0:
                            level = np.int64(levels[boost[v], now])
                        if draw >= chance[level, tie]:
                            continue
                    got = u64(1)
                    for j in range(more.shape[1]):
                        if draw >= more[level, j, tie]:
                            break
                        got += u64(1)
                    lacks = missing[v]
                    if lacks == u64(0):
                        lacks = most
                        dosed[touched] = v
                        touched += 1
                    missing[v] = lacks - min(got, lacks - u64(1))
                    if got >= lacks:
                        seen[v] = TIE
                        queue[total] = v
                        total += 1
                e = min(e + LANES, within)
            while not cascade and e < stop:
                v = targets[e]
                if seen[v] == 0:
                    level = 0
                    if boosted and boost[v] >= 0:
                        level = np.int64(levels[boost[v], now])
                    got = tie_dose[level, e]
                    if got > u64(0):
                        at_once = False
                        lacks = missing[v]
                        if lacks == u64(0):
                            lacks = uniform_tolerance(person_draw(person_key, v))
                            if not drawn:
                                lacks = need_of(v, fixed, laws, person_key, simple_key)
                            dosed[touched] = v
                            touched += 1
                            if noise.size > 0:
                                due = noise_after(
                                    v, t, start.horizon, noise[0], noise_key, room.calendar, room.later, bridges
                                )
                                at_once = due == t
                                waiting += due > t
                        if lacks == NEVER_CONVINCED:
                            got = u64(0)
                        missing[v] = lacks - min(got, lacks - u64(1))
                        if others:
                            if partner.size > 0:
                                got += partner[v]
                            elif share and organisation[v] >= 0:
                                got += scaled(heat.heat[organisation[v]], rows.receptivity[0, v])
                            if schedule.size > 0 and schedule[v] >= 0:
                                got += heard[schedule[v], min(t, heard.shape[1] - 1)]
                        if got >= lacks or at_once:
                            seen[v] = TIE
                            queue[total] = v
                            total += 1
                e += 1
        while waiting > 0 and room.calendar[t % room.calendar.size] != 0:
            count, taken = take_due(key, world, t, cascade, leveled, seen, targets, chance, more, tie_dose, boosts,
                                    added, events)  # fmt: skip
            total, touched, noted = absorb(
                count, by_tie, key, world, t, horizon, most, bridges, total, touched, people, reach, events
            )
            waiting += noted - taken
        if rising > 0:
            count = lift_ties(key, world, t, rising, room.rising, cascade, seen, when, rows.in_indptr, rows.in_sources,
                              rows.in_ties, chance, more, tie_dose, late, boosts, events)  # fmt: skip
            b = nothing
            while True:
                total, touched, noted = absorb(
                    count, by_tie, key, world, t, horizon, most, bridges, total, touched, people, reach, events
                )
                waiting += noted
                if b >= bridges:
                    break
                count, b = lift_bridges(key, world, t, b, cascade, seen, when, late, boosts, added, events)
        if share:
            count = nothing
            if rising > 0:
                count = lift_partners(key, world, t, most, rising, room.rising, seen, reach, room.mass, boosts,
                                      work.tolerance, work.points, events)  # fmt: skip
                total, touched, _ = absorb(
                    count, by_partners, key, world, t, horizon, most, bridges, total, touched, people, reach, events
                )
            warmer = warm(shares, heat, queue, first, end)
            if warmer > 0:
                count = warm_people(key, world, t, most, warmer, heat.warmer, shares.member_indptr, shares.members,
                                    seen, reach, room.mass, room.before, boosts, work.tolerance, work.points,
                                    events)  # fmt: skip
                total, touched, _ = absorb(
                    count, by_partners, key, world, t, horizon, most, bridges, total, touched, people, reach, events
                )
        if t <= last_heard:
            count = broadcast(key, world, t, most, seen, schedule, start.heard, work.heard_next, work.heard_points,
                              events)  # fmt: skip
            total, touched, _ = absorb(
                count, by_broadcast, key, world, t, horizon, most, bridges, total, touched, people, reach, events
            )
        total, seed = light_willing_seeds(key, world, seeds, steps, changes.seed_accept, seen, queue, t, total, seed)
        for i in range(end, total):
            came[i] = t
        first = end
    for i in range(touched):
        missing[dosed[i]] = u64(0)
    for i in range(put):
        when[queue[i]] = NOT_YET
    if share:
        cool(heat.heat, shares.member_indptr, shares.members, room.partner, room.mass, room.before, work.points)
    if schedule.size > 0:
        work.heard_next[:] = u64(0)
        work.heard_points[:] = 0
    return total


@lean
def run_once(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row. Where `room.told` is not of size 0, tell the last of them there instead.
    """
    steps, done = count.adopters.shape[1], stop_row
    work, came = room.work, room.came
    enter_bridges(start.changes.source, room.head, True)
    for row in range(begin_row, stop_row):
        world = u64(first + row)
        settle(key, world, shares.organisation, start, room.heard, room.boost, room.sustain, row == begin_row)
        total = once_world(key, world, rows, shares, start, room)
        fits = total == 0 or came[total - 1] < steps
        if room.told.size > 0:
            for i in range(total):
                room.told[work.queue[i]] = work.seen[work.queue[i]]
                room.told_when[work.queue[i]] = came[i]
            fits = True
        elif fits:
            i = 0
            for t in range(steps):
                while i < total and came[i] <= t:
                    i += 1
                count.adopters[row, t] = i
            count.ever[row] = total
            record_final(row, work.queue[:total], count)
            record_grown(row, work.queue, count)
        clear(work.seen, work.queue, total, shares, work.heat, work.tolerance)
        if not fits:
            done = row
            break
    enter_bridges(start.changes.source, room.head, False)
    return done
