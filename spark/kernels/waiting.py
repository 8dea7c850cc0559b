"""The once clock with delays and noise: what is on its way waits in a calendar, a list of events for each step to come.

A tie delivers `delay` steps after its source adopted, a function of (key, world, tie). Under noise a person whom a tie
has reached adopts after a wait of her own, whatever she lacks: a chance per step, since such waits have no memory. One
kernel serves cascades and thresholds; without delays and noise others, which are faster, give the same bytes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    PARTNERS,
    TOLERANCE,
    exponential_tolerance,
    halves,
    mix,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    uniform_tolerance,
    world_key,
)
from spark.kernels.examples import points_up_to
from spark.kernels.threshold import outside_dose
from spark.kernels.tolerance import NEVER_CONVINCED, SIMPLE, Laws, tolerance_of
from spark.kernels.world import (
    ALREADY,
    BROADCASTS,
    SEED,
    TIE,
    Rows,
    Work,
    begin,
    clear,
    kind_key,
    light_seeds,
    record_final,
    record_grown,
    warm,
)
from spark.kernels.world import PARTNERS as BY_PARTNERS

DELAY = u64(0x64656C6179303031)
NOISE = u64(0x6E6F697365303031)
BY_NOISE = 6


class WaitingRows(NamedTuple):
    """`rows`; `cascade`: 1 where ties have thresholds of draws, `live` uint32[m], instead of doses; laws of tolerances;
    delays and noise as in `spark.problem.arrays`.
    """

    rows: Rows
    cascade: int
    live: NDArray[np.uint32]
    laws: Laws
    steps: NDArray[np.int32]
    rate: NDArray[np.uint64]
    upto: NDArray[np.uint64]
    noise: NDArray[np.uint64]


class WaitingWork(NamedTuple):
    """Arrays that a world may write to: those of all rules, and
    calendar int64[longest delay + 1], zeros before and after: the first event due in each step to come, plus one;
    later int64[m + n]: the next event of the same step, plus one; events are ties, then people (noise);
    came int32[n]: the step at which the person in that place of the queue adopted.
    """

    work: Work
    calendar: NDArray[np.int64]
    later: NDArray[np.int64]
    came: NDArray[np.int32]


@inlined
def tie_delay(e, draw, steps, rate, upto):
    """The steps that tie e takes, from its 32 bits."""
    if steps.size > 0:
        return np.int64(steps[0] if steps.size == 1 else steps[e])
    if rate.size > 0:
        wait = exponential_tolerance((u64(draw) << u64(32)) | u64(0x80000000))
        return np.int64(wait // (rate[0] if rate.size == 1 else rate[e])) + 1
    low, high = 0, upto.size - 1
    while low < high:
        middle = (low + high) // 2
        if upto[middle] > u64(draw):
            high = middle
        else:
            low = middle + 1
    return np.int64(low) + 1


@inlined
def delay_key(key):
    """The key of the draws of delays."""
    return mix(key ^ DELAY)


@kernel
def waiting_world(key, world, rows, shares, start, room):
    """Burn one world; fill work.queue and room.came, return how many ever adopt."""
    work = room.work
    indptr, targets, tie_dose, fixed = rows.rows.indptr, rows.rows.targets, rows.rows.dose, rows.rows.tolerance
    live, more, steps, rate, upto = rows.live, rows.rows.more, rows.steps, rows.rate, rows.upto
    seen, queue, missing, dosed = work.seen, work.queue, work.dose, work.touched
    calendar, later, came = room.calendar, room.later, room.came
    schedule, heard = start.schedule, start.heard
    organisation, receptivity = shares.organisation, shares.receptivity
    cascade, given, general = rows.cascade == 1, fixed.size > 0, rows.laws.law.size > 0
    noise = rows.noise[0] if rows.noise.size > 0 else u64(0)
    drawn_delays = rate.size > 0 or upto.size > 0
    slots, ties, most = calendar.size, targets.size, 1 + more.shape[0]
    person_key, simple_key = kind_key(key, TOLERANCE, world), kind_key(key, SIMPLE, world)
    noise_key, late_key = kind_key(key, NOISE, world), delay_key(key)
    partner_key, broadcast_key = kind_key(key, PARTNERS, world), kind_key(key, BROADCAST, world)
    share = shares.partner_targets.size > 0
    heat = work.heat if share else work.heat[:0]
    last_heard = heard.shape[1] - 1 if schedule.size > 0 else 0
    block, k0, k1, d0, d1 = -1, u32(0), u32(0), u32(0), u32(0)
    total, seed = begin(start, work)
    for i in range(total):
        came[i] = 0
    first, t, touched, waiting = 0, 0, 0, 0
    while (waiting > 0 or first < total or seed < start.seeds.size or t < last_heard) and t != start.horizon:
        t += 1
        end = total
        for i in range(first, end):
            u = queue[i]
            for e in range(indptr[u], indptr[u + 1]):
                if seen[targets[e]] != 0 or (not cascade and tie_dose[e] == u64(0)):
                    continue
                if (cascade or drawn_delays) and e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                    d0, d1 = halves(world_key(late_key, world, u64(block)))
                if cascade and tie_draw(u32(e & 0xFFFFFFFF), k0, k1) > live[e]:
                    continue
                due = t
                if drawn_delays:
                    due += tie_delay(e, tie_draw(u32(e & 0xFFFFFFFF), d0, d1), steps, rate, upto) - 1
                elif steps.size > 0:
                    due += steps[0 if steps.size == 1 else e] - 1
                if start.horizon < 0 or due <= start.horizon:
                    later[e] = calendar[due % slots]
                    calendar[due % slots] = e + 1
                    waiting += 1
        event = calendar[t % slots] - 1
        calendar[t % slots] = 0
        while event >= 0:
            e = event
            event = later[e] - 1
            waiting -= 1
            v = targets[e] if e < ties else np.int32(e - ties)
            if seen[v] != 0:
                continue
            if e >= ties:
                seen[v] = BY_NOISE
                queue[total] = v
                total += 1
                continue
            got = u64(1)
            if not cascade:
                got = tie_dose[e]
            elif most > 1:
                if e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                    d0, d1 = halves(world_key(late_key, world, u64(block)))
                draw = u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1))
                for j in range(more.shape[0]):
                    if draw >= more[j, e]:
                        break
                    got += u64(1)
            lacks = missing[v]
            at_once = False
            if lacks == u64(0):
                dosed[touched] = v
                touched += 1
                lacks = u64(most)
                if not cascade:
                    lacks = uniform_tolerance(person_draw(person_key, v))
                    if given:
                        lacks = fixed[v]
                    elif general:
                        lacks = tolerance_of(v, person_key, simple_key, rows.laws)
                if noise > u64(0):
                    due = t + np.int64(exponential_tolerance(person_draw(noise_key, v)) // noise)
                    at_once = due == t
                    if not at_once and (start.horizon < 0 or due <= start.horizon):
                        later[ties + v] = calendar[due % slots]
                        calendar[due % slots] = ties + v + 1
                        waiting += 1
            if lacks == NEVER_CONVINCED:
                got = u64(0)
            missing[v] = lacks - min(got, lacks - u64(1))
            if not cascade:
                got += outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
            if got >= lacks or at_once:
                seen[v] = TIE
                queue[total] = v
                total += 1
        if share:
            for i in range(warm(shares, work, first, end)):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] != 0:
                        continue
                    lacks = missing[v]
                    if cascade:
                        dose = scaled(work.heat[o], receptivity[v])
                        got = u64(points_up_to(dose, partner_key, v, work.tolerance, work.points, most))
                        if got == u64(0):
                            continue
                        if lacks == u64(0):
                            lacks = u64(most)
                            dosed[touched] = v
                            touched += 1
                        missing[v] = lacks - min(got, lacks - u64(1))
                    else:
                        got = outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
                        if lacks == u64(0):
                            lacks = uniform_tolerance(person_draw(person_key, v))
                            if given:
                                lacks = fixed[v]
                            elif general:
                                lacks = tolerance_of(v, person_key, simple_key, rows.laws)
                    if got >= lacks:
                        seen[v] = BY_PARTNERS
                        queue[total] = v
                        total += 1
        if t <= last_heard:
            for v in range(schedule.size):
                if schedule[v] < 0 or seen[v] != 0 or heard[schedule[v], t] == heard[schedule[v], t - 1]:
                    continue
                lacks = missing[v]
                if cascade:
                    dose = heard[schedule[v], t]
                    got = u64(points_up_to(dose, broadcast_key, v, work.heard_next, work.heard_points, most))
                    if got == u64(0):
                        continue
                    if lacks == u64(0):
                        lacks = u64(most)
                        dosed[touched] = v
                        touched += 1
                    missing[v] = lacks - min(got, lacks - u64(1))
                else:
                    got = outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
                    if lacks == u64(0):
                        lacks = uniform_tolerance(person_draw(person_key, v))
                        if given:
                            lacks = fixed[v]
                        elif general:
                            lacks = tolerance_of(v, person_key, simple_key, rows.laws)
                if got >= lacks:
                    seen[v] = BROADCASTS
                    queue[total] = v
                    total += 1
        total, seed = light_seeds(start, work, t, total, seed)
        for i in range(end, total):
            came[i] = t
        first = end
    for i in range(touched):
        missing[dosed[i]] = u64(0)
    if share and cascade:
        for o in range(work.heat.size):
            if work.heat[o] > u64(0):
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    work.points[shares.members[j]] = 0
    if schedule.size > 0 and cascade:
        work.heard_next[:] = u64(0)
        work.heard_points[:] = 0
    return total


@kernel
def run_waiting(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    steps = count.adopters.shape[1]
    for row in range(begin_row, stop_row):
        total = waiting_world(key, u64(first + row), rows, shares, start, room)
        fits = total == 0 or room.came[total - 1] < steps
        if fits:
            i = 0
            for t in range(steps):
                while i < total and room.came[i] <= t:
                    i += 1
                count.adopters[row, t] = i
            count.ever[row] = total
            record_final(row, room.work.queue[:total], count)
            record_grown(row, room.work.queue, count)
        clear(room.work, shares, total)
        if not fits:
            return row
    return stop_row


@kernel
def replay_waiting(key, world, rows, incoming, shares, start, room, when, by):
    """Replay one world: fill when int32[n] and by int64[n] (see `spark.problem.arrays.Trace`); return adopters.
    `incoming`: the reverse rows (indptr, sources, tie ids).
    """
    work = room.work
    cascade = rows.cascade == 1
    total = waiting_world(key, u64(world), rows, shares, start, room)
    for i in range(total):
        when[work.queue[i]] = room.came[i]
    in_indptr, in_sources, in_ties = incoming
    for i in range(total):
        v = work.queue[i]
        why = work.seen[v]
        if why == SEED:
            by[v] = -2
            continue
        if why == ALREADY:
            by[v] = -3
            continue
        by[v] = -4 if why == BY_PARTNERS else -5
        best, earliest, first_tie = u64(0), np.int64(1) << 62, -1
        for j in range(in_indptr[v], in_indptr[v + 1]):
            e, u = in_ties[j], in_sources[j]
            if when[u] < 0 or rows.rows.targets[e] != v or (not cascade and rows.rows.dose[e] == u64(0)):
                continue
            if cascade:
                k0, k1 = halves(world_key(key, u64(world), u64(e >> BLOCK_BITS)))
                if tie_draw(u32(e & 0xFFFFFFFF), k0, k1) > rows.live[e]:
                    continue
            due = np.int64(when[u]) + 1
            if rows.steps.size > 0 or rows.rate.size > 0 or rows.upto.size > 0:
                d0, d1 = halves(world_key(delay_key(key), u64(world), u64(e >> BLOCK_BITS)))
                draw = tie_draw(u32(e & 0xFFFFFFFF), d0, d1)
                due += tie_delay(e, draw, rows.steps, rows.rate, rows.upto) - 1
            weight = u64(1) if cascade else rows.rows.dose[e]
            if due == when[v] and weight > best:
                best = weight
                by[v] = e
            if due < earliest:
                earliest, first_tie = due, e
        if why == BY_NOISE and best == u64(0):
            by[v] = first_tie
    clear(work, shares, total)
    return total
