"""What reaches people in a step beside the ties that deliver at once: it is listed in `events.to` and `events.amount`,
as convincing moments (cascades) or dose (thresholds), and taken in by `absorb`.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, part
from spark.kernels.delays import delay_key, delay_of, tie_delay
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    CERTAIN,
    PARTNERS,
    TOLERANCE,
    exponential_tolerance,
    halves,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    uniform_tolerance,
    world_key,
)
from spark.kernels.interventions.bridges import bridge_draw
from spark.kernels.interventions.coins import accepted
from spark.kernels.interventions.levels import level_of, lift_heat, moments, partner_total, peak
from spark.kernels.once.rows import AT_ONCE, BY_NOISE
from spark.kernels.points import points_up_to
from spark.kernels.tolerance import NEVER_CONVINCED, SIMPLE, tolerance_of
from spark.kernels.world import kind_key

NOISE = u64(0x6E6F697365303031)


@part
def need_of(v, fixed, laws, person_key, simple_key):
    """The dose that a person needs."""
    if fixed.size > 0:
        return fixed[v]
    if laws.law.size > 0:
        return tolerance_of(v, person_key, simple_key, laws)
    return uniform_tolerance(person_draw(person_key, v))


@inlined
def noise_after(v, t, horizon, noise, noise_key, calendar, later, place):
    """Note when noise makes a person adopt whom something reaches in step t; return that step, 0 where it is never."""
    due = t + np.int64(exponential_tolerance(person_draw(noise_key, v)) // noise)
    if horizon >= 0 and due > horizon:
        return 0
    if due > t:
        slot = due % calendar.size
        later[place + v] = calendar[slot]
        calendar[slot] = place + v + 1
    return due


@part
def absorb(count, why, key, world, t, horizon, most, place, total, touched, people, reach, events):
    """Let the first `count` of `events.to` take in what reaches them, and light those for whom it is enough; `most`
    moments are needed, 0 where doses count. Return (people in the queue, people touched, events noted).
    """
    seen, queue, missing, dosed = people.seen, people.queue, people.missing, people.dosed
    to, amount, heat, partner, schedule = events.to, events.amount, reach.heat, reach.partner, reach.schedule
    organisation, receptivity, heard = reach.organisation, reach.receptivity, reach.heard
    drawn, by_now = reach.fixed.size + reach.laws.law.size == 0, min(t, heard.shape[1] - 1)
    person_key, simple_key = kind_key(key, TOLERANCE, world), kind_key(key, SIMPLE, world)
    noise_key = kind_key(key, NOISE, world)
    noted = 0
    for j in range(count):
        v, got = to[j], amount[j]
        if seen[v] != 0:
            continue
        if got == AT_ONCE:
            seen[v] = BY_NOISE
            queue[total] = v
            total += 1
            continue
        lacks, at_once = missing[v], False
        if lacks == u64(0):
            lacks = most
            if most == u64(0) and drawn:
                lacks = uniform_tolerance(person_draw(person_key, v))
            elif most == u64(0):
                lacks = need_of(v, reach.fixed, reach.laws, person_key, simple_key)
            if got > u64(0):
                dosed[touched] = v
                touched += 1
                if reach.noise.size > 0:
                    due = noise_after(v, t, horizon, reach.noise[0], noise_key, events.calendar, events.later, place)
                    at_once = due == t
                    noted += due > t
        taken = u64(0) if lacks == NEVER_CONVINCED else got
        if got > u64(0):
            missing[v] = lacks - min(taken, lacks - u64(1))
        if most == u64(0):  # a call that takes arrays costs more than all the rest
            if partner.size > 0:
                taken += partner[v]
            elif heat.size > 0 and organisation[v] >= 0:
                taken += scaled(heat[organisation[v]], receptivity[0, v])
            if schedule.size > 0 and schedule[v] >= 0:
                taken += heard[schedule[v], by_now]
        if taken >= lacks or at_once:
            seen[v] = why
            queue[total] = v
            total += 1
    return total, touched, noted


@part
def post(key, world, t, first, end, horizon, cascade, seen, queue, head, indptr, targets, loud, dose, late, bridges,
         events):  # fmt: skip
    """Note in the calendar what the ties, where they take their time, and the bridges of queue[first:end], who adopted
    in the step before t, will deliver; return how many events.
    """
    calendar, later, steps, rate, upto = events.calendar, events.later, late.steps, late.rate, late.upto
    top, count, people = dose.shape[0] - 1, bridges.source.size, indptr.size - 1
    drawn = rate.size > 0 or upto.size > 0
    late_key = delay_key(key)
    block, k0, k1, d0, d1 = -1, u32(0), u32(0), u32(0), u32(0)
    noted = 0
    for i in range(first, end):
        u = queue[i]
        b = head[u] - 1 if count > 0 else -1
        while 0 <= b < count and bridges.source[b] == u:
            if seen[bridges.target[b]] == 0:
                due = bridge_due(late_key, world, t - 1, bridges.opens[b], bridges.tie[b], late)
                soon = due < bridges.closes[b] and (horizon < 0 or due <= horizon)
                if soon and accepted(key, world, bridges.source[b], bridges.target[b], bridges.accept, b):
                    later[b] = calendar[due % calendar.size]
                    calendar[due % calendar.size] = b + 1
                    noted += 1
            b += 1
        stop = indptr[u + 1] if steps.size > 0 or drawn else indptr[u]
        for e in range(indptr[u], stop):
            if seen[targets[e]] != 0 or (not cascade and dose[top, e] == u64(0)):
                continue
            if (cascade or drawn) and e >> BLOCK_BITS != block:
                block = e >> BLOCK_BITS
                k0, k1 = halves(world_key(key, world, u64(block)))
                d0, d1 = halves(world_key(late_key, world, u64(block)))
            if cascade and tie_draw(u32(e & 0xFFFFFFFF), k0, k1) > loud[e]:
                continue
            due = t - 1
            if drawn:
                due += tie_delay(e, tie_draw(u32(e & 0xFFFFFFFF), d0, d1), steps, rate, upto)
            else:
                due += steps[0 if steps.size == 1 else e]
            if horizon < 0 or due <= horizon:
                place = count + people + e
                later[place] = calendar[due % calendar.size]
                calendar[due % calendar.size] = place + 1
                noted += 1
    return noted


@inlined
def bridge_due(late_key, world, adopted, opens, tie, late):
    """The step in which an added tie delivers whose source adopted in step `adopted`, if its window is open then."""
    return max(np.int64(adopted) + delay_of(late_key, world, tie, late.steps, late.rate, late.upto), np.int64(opens))


@part
def take_due(key, world, t, cascade, leveled, seen, targets, chance, more, dose, boosts, bridges, events):
    """List what the events of step t give, in part; return (how many, how many events were taken from the calendar)."""
    calendar, later, to, amount = events.calendar, events.later, events.to, events.amount
    added, people = bridges.source.size, seen.size - 1
    slot = t % calendar.size
    event = calendar[slot] - 1
    count, taken = 0, 0
    while event >= 0 and count < to.size:
        e = event
        event = later[e] - 1
        taken += 1
        got = u64(0)
        if e < added:
            v = bridges.target[e]
            if seen[v] == 0:
                level = level_of(boosts.row, boosts.levels, v, t)
                got = bridges.dose[level, e]
                if cascade:
                    got = moments(bridge_draw(key, world, bridges.tie[e]), bridges.chance, bridges.more, level, e)
        elif e < added + people:
            v = np.int32(e - added)
            got = AT_ONCE
        else:
            e -= added + people
            v = targets[e]
            if seen[v] == 0:
                level = level_of(boosts.row, boosts.levels, v, t) if leveled else 0
                got = u64(1)
                if not cascade:
                    got = dose[level, e]
                elif leveled or more.shape[1] > 0:
                    k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
                    got = moments(u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1)), chance, more, level, e)
        if got > u64(0):
            to[count] = v
            amount[count] = got
            count += 1
    calendar[slot] = event + 1
    return count, taken


@part
def lift_ties(key, world, t, rising, rising_people, cascade, seen, when, in_indptr, in_sources, in_ties, chance, more,
              dose, late, boosts, events):  # fmt: skip
    """List what the network's ties that delivered before step t give more in it to the `rising` first of
    `rising_people`; return how many.
    """
    late_key = delay_key(key)
    count = 0
    for i in range(rising):
        v = rising_people[i]
        total = u64(0)
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, e = in_sources[j], in_ties[j]
            if seen[u] != 0 and when[u] < t:
                due = when[u] + delay_of(late_key, world, e, late.steps, late.rate, late.upto)
                if due < t:
                    now, before = around(boosts, v, due, t)
                    if now > before and not cascade:
                        total = min(total + dose[now, e] - dose[before, e], CERTAIN)
                    elif now > before:
                        k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
                        draw = u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1))
                        total += moments(draw, chance, more, now, e) - moments(draw, chance, more, before, e)
        if total > u64(0):
            events.to[count] = v
            events.amount[count] = total
            count += 1
    return count


@inlined
def around(boosts, v, due, t):
    """The level of person v in step t, and her highest in the steps due..t-1."""
    row, levels = boosts.row[v], boosts.levels
    return np.int64(levels[row, min(t, levels.shape[1] - 1)]), peak(levels, row, due, t - 1)


@part
def lift_bridges(key, world, t, begin, cascade, seen, when, late, boosts, bridges, events):
    """List what added ties, from number `begin` on, that delivered before step t give more in it; return (how many, the
    number to go on from).
    """
    row, levels, late_key = boosts.row, boosts.levels, delay_key(key)
    count, b = 0, begin
    while b < bridges.source.size and count < events.to.size:
        u, v = bridges.source[b], bridges.target[b]
        waits = row[v] >= 0 and seen[v] == 0 and seen[u] != 0 and when[u] < t
        if waits and levels[row[v], t] > levels[row[v], t - 1]:
            due = bridge_due(late_key, world, when[u], bridges.opens[b], bridges.tie[b], late)
            if due < t and due < bridges.closes[b] and accepted(key, world, u, v, bridges.accept, b):
                now, before = around(boosts, v, due, t)
                got = u64(0)
                if now > before and not cascade:
                    got = bridges.dose[now, b] - bridges.dose[before, b]
                elif now > before:
                    draw = bridge_draw(key, world, bridges.tie[b])
                    got = moments(draw, bridges.chance, bridges.more, now, b)
                    got -= moments(draw, bridges.chance, bridges.more, before, b)
                if got > u64(0):
                    events.to[count] = v
                    events.amount[count] = got
                    count += 1
        b += 1
    return count, b


@part
def lift_partners(key, world, t, most, rising, rising_people, seen, reach, mass, boosts, process, passed, events):
    """List to whom the heat of partners that came before step t gives more in it; return how many."""
    partner_key = kind_key(key, PARTNERS, world)
    count = 0
    for i in range(rising):
        v = rising_people[i]
        level = np.int64(boosts.levels[boosts.row[v], t])
        if seen[v] == 0 and lift_heat(mass, reach.partner, reach.receptivity, level, v):
            got = 0
            if most > u64(0):
                got = points_up_to(reach.partner[v], partner_key, v, process, passed, np.int64(most))
            if got > 0 or most == u64(0):
                events.to[count] = v
                events.amount[count] = u64(got)
                count += 1
    return count


@part
def warm_people(key, world, t, most, warmer, organisations, member_indptr, members, seen, reach, mass, before, boosts,
                process, passed, events):  # fmt: skip
    """List to whom the `warmer` first of `organisations`, whose partners give more, pass it on; return how many."""
    leveled = reach.partner.size > 0
    partner_key = kind_key(key, PARTNERS, world)
    count = 0
    for i in range(warmer):
        o = organisations[i]
        for j in range(member_indptr[o], member_indptr[o + 1]):
            v = members[j]
            if seen[v] != 0:
                continue
            if leveled:
                mass[v, level_of(boosts.row, boosts.levels, v, t)] += reach.heat[o] - before[o]
                reach.partner[v] = partner_total(mass, reach.receptivity, v)
            got = 0
            if most > u64(0):
                dose = reach.partner[v] if leveled else scaled(reach.heat[o], reach.receptivity[0, v])
                got = points_up_to(dose, partner_key, v, process, passed, np.int64(most))
            if got > 0 or most == u64(0):
                events.to[count] = v
                events.amount[count] = u64(got)
                count += 1
        if leveled:
            before[o] = reach.heat[o]
    return count


@part
def broadcast(key, world, t, most, seen, schedule, heard, process, passed, events):
    """List to whom broadcasts and policies give more in step t; return how many."""
    broadcast_key = kind_key(key, BROADCAST, world)
    count = 0
    for v in range(schedule.size):
        if schedule[v] >= 0 and seen[v] == 0 and heard[schedule[v], t] > heard[schedule[v], t - 1]:
            got = 0
            if most > u64(0):
                got = points_up_to(heard[schedule[v], t], broadcast_key, v, process, passed, np.int64(most))
            if got > 0 or most == u64(0):
                events.to[count] = v
                events.amount[count] = u64(got)
                count += 1
    return count


@part
def cool(heat, member_indptr, members, partner, mass, before, passed):
    """Forget what partners have given, before the heat itself is forgotten."""
    for o in range(heat.size):
        if heat[o] > u64(0):
            for j in range(member_indptr[o], member_indptr[o + 1]):
                v = members[j]
                if partner.size > 0:
                    partner[v] = u64(0)
                    mass[v, :] = u64(0)
                if passed.size > 0:
                    passed[v] = 0
            if before.size > 0:
                before[o] = u64(0)
