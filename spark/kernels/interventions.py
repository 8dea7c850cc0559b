"""Interventions on the once clock: boosts, bridges and take-up, for cascades and for thresholds.

A tie delivers once; from then on it counts with the highest level of readiness that its target has had (the largest
dose that the source has had so far), so that a boost that comes later lifts what was delivered before, and coming
earlier never hurts. A bridge delivers in the step after its source adopted, or in the first step of its window if that
is later. A plan that uses none of this has a kernel of its own, with which these agree in every world.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    CERTAIN,
    PARTNERS,
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
from spark.kernels.examples import points_up_to
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.world import ALREADY, BROADCASTS, SEED, TIE, Work, clear, kind_key, record, warm
from spark.kernels.world import PARTNERS as BY_PARTNERS

COIN = u64(0x636F696E00000000)
SEEDS_COIN, MANDATE_COIN, BRIDGE_COIN = 0, 2, 5
ALWAYS = u64(1 << 32)
NOT_YET = 1 << 30


class LevelRows(NamedTuple):
    """Ties by source at each of L levels of readiness; what the family does not need is of size 0.

    targets lead to the sink, n, where a tie is live at no level; loud uint32[m+16] are the thresholds of the loudest
    level; chance uint64[L, m] the T of 2^32 and more uint64[L, k-1, m] those of further hits; dose uint64[L, m];
    receptivity uint64[L, n]; in_indptr, in_sources, in_ties: the reverse rows, of size 0 where there is one level; the
    others as in `spark.problem.arrays.Law`. Higher levels have larger chances and doses.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    loud: NDArray[np.uint32]
    chance: NDArray[np.uint64]
    more: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]
    in_indptr: NDArray[np.int64]
    in_sources: NDArray[np.int32]
    in_ties: NDArray[np.int64]
    tolerance: NDArray[np.uint64]
    lapse: NDArray[np.uint64]
    left: NDArray[np.uint64]


class Room(NamedTuple):
    """Working arrays: those of every world, and which rows people follow in this one, int32[n] each, -1 for none."""

    work: Work
    heard: NDArray[np.int32]
    boost: NDArray[np.int32]
    sustain: NDArray[np.int32]
    partner: NDArray[np.uint64]  # [n], what partners have given so far
    mass: NDArray[np.uint64]  # [n, L], the heat behind it, by the highest level since it came
    when: NDArray[np.int32]  # [n], the step at which each person adopted, in the steps before; else NOT_YET
    rising: NDArray[np.int32]  # [n], who is at a higher level than before in this step
    before: NDArray[np.uint64]  # [o], the heat before this step
    head: NDArray[np.int32]  # [n], a person's first bridge, plus one; zeros between calls
    due: NDArray[np.int32]  # [b], the bridges that deliver in this step


@kernel
def coin(key, kind, world, who):
    """32 bits: the coin of a kind of intervention (its place in `UPTAKE_KINDS`), the same in every plan and step."""
    return person_draw(kind_key(key, COIN + u64(kind), world), who) >> u64(32)


@kernel
def follow(rows, questions, organisation, key, world, out):
    """Fill `out` int32[n] with the row that each person follows in a world; she starts at `rows`, int32[n] or [0]."""
    if rows.size == 0:
        out[:] = -1
        return
    for v in range(rows.size):
        row = rows[v]
        if questions.kind.size > 0:
            while row >= 0 and questions.accept[row] < ALWAYS:
                kind = np.int64(questions.kind[row])
                who = organisation[v] if kind == MANDATE_COIN else v
                accepts = coin(key, kind, world, who) < questions.accept[row]
                row = questions.yes[row] if accepts else questions.no[row]
        out[v] = row


@kernel
def settle(key, world, shares, start, room, first_world):
    """Let the coins of a world fall; without coins only the first world of a call has anything to do."""
    changes = start.changes
    if first_world or changes.heard.kind.size > 0:
        follow(start.schedule, changes.heard, shares.organisation, key, world, room.heard)
    if first_world or changes.boosts.kind.size > 0:
        follow(changes.boost, changes.boosts, shares.organisation, key, world, room.boost)
    if first_world or changes.sustains.kind.size > 0:
        follow(changes.sustain, changes.sustains, shares.organisation, key, world, room.sustain)


@kernel
def enter_bridges(changes, head, on):
    """Say where the bridges of each source begin, or take that back."""
    for b in range(changes.source.size - 1, -1, -1):
        head[changes.source[b]] = b + 1 if on else 0


@kernel
def light_willing_seeds(key, world, start, work, t, total, seed):
    """Light the seeds that are due at the end of step t and whose coins allow it."""
    accept = start.changes.seed_accept
    while seed < start.seeds.size and start.steps[seed] == t:
        v = start.seeds[seed]
        if work.seen[v] == 0 and (accept.size == 0 or coin(key, SEEDS_COIN, world, v) < accept[seed]):
            work.seen[v] = SEED
            work.queue[total] = v
            total += 1
        seed += 1
    return total, seed


@kernel
def begin_willing(key, world, start, work):
    """Light those who practise already and the willing seeds of step 0; return how many burn and the next seed."""
    total = 0
    for v in start.adopted:
        work.seen[v] = ALREADY
        work.queue[total] = v
        total += 1
    return light_willing_seeds(key, world, start, work, 0, total, 0)


@kernel
def bridges_due(key, world, changes, room, first, end, t):
    """List in `room.due` the bridges that deliver in step t, before anybody is lit in it; return how many."""
    count = 0
    seen, queue = room.work.seen, room.work.queue
    for i in range(first, end):
        u = queue[i]
        b = room.head[u] - 1
        while b >= 0 and b < changes.source.size and changes.source[b] == u:
            if changes.opens[b] < t < changes.closes[b] and accepted(key, world, changes, b):
                room.due[count] = b
                count += 1
            b += 1
    for b in range(changes.source.size):
        if changes.opens[b] == t and seen[changes.source[b]] != 0 and accepted(key, world, changes, b):
            room.due[count] = b
            count += 1
    return count


@kernel
def accepted(key, world, changes, b):
    """Whether both ends of a bridge go along."""
    if changes.accept.size == 0 or changes.accept[b] >= ALWAYS:
        return True
    accept = changes.accept[b]
    return (
        coin(key, BRIDGE_COIN, world, changes.source[b]) < accept
        and coin(key, BRIDGE_COIN, world, changes.target[b]) < accept
    )


@kernel
def list_rising(boost, levels, seen, rising, t):
    """List in `rising` those not lit yet whose level is higher in step t than in the step before; return how many."""
    count = 0
    if t < 2 or t >= levels.shape[1]:
        return 0
    for row in range(levels.shape[0]):
        if levels[row, t] > levels[row, t - 1]:
            for v in range(boost.size):
                if boost[v] == row and seen[v] == 0:
                    rising[count] = v
                    count += 1
    return count


@inlined
def peak(levels, row, first, last):
    """The highest level of a row in the steps first..last."""
    highest = 0
    for t in range(min(first, levels.shape[1] - 1), min(last, levels.shape[1] - 1) + 1):
        highest = max(highest, np.int64(levels[row, t]))
    return highest


@inlined
def partner_total(mass, receptivity, v):
    """What partners have given person v, saturating: the heat at each level with what she makes of it."""
    total = u64(0)
    for level in range(mass.shape[1]):
        if mass[v, level] > u64(0):
            total = min(total + scaled(mass[v, level], receptivity[level, v]), CERTAIN)
    return total


@kernel
def lift_heat(room, receptivity, levels, v, t):
    """Count all heat that has come to v at her level in step t; return whether that gives her more."""
    level = np.int64(levels[room.boost[v], t])
    for lower in range(level):
        room.mass[v, level] += room.mass[v, lower]
        room.mass[v, lower] = u64(0)
    before = room.partner[v]
    room.partner[v] = partner_total(room.mass, receptivity, v)
    return room.partner[v] > before


@inlined
def hits_at(draw, chance, more, level, tie):
    """How many convincing moments a tie with this draw gives at a level."""
    if draw >= chance[level, tie]:
        return 0
    hits = 1
    for j in range(more.shape[1]):
        if draw >= more[level, j, tie]:
            break
        hits += 1
    return hits


@kernel
def tie_gain(key, world, rows, levels, row, e, delivered_at, t):
    """How many more moments tie e, which delivered before step t, gives in step t."""
    now, before = np.int64(levels[row, t]), peak(levels, row, delivered_at, t - 1)
    if now <= before:
        return 0
    k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
    draw = u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1))
    return hits_at(draw, rows.chance, rows.more, now, e) - hits_at(draw, rows.chance, rows.more, before, e)


@kernel
def bridge_gain(key, world, changes, row, b, delivered_at, t):
    """How many more moments bridge b, which delivered before step t, gives in step t."""
    levels = changes.boost_level
    now, before = np.int64(levels[row, t]), peak(levels, row, delivered_at, t - 1)
    if now <= before:
        return 0
    draw = bridge_draw(key, world, changes.tie[b])
    return hits_at(draw, changes.chance, changes.more, now, b) - hits_at(draw, changes.chance, changes.more, before, b)


@inlined
def bridge_step(changes, when, seen, b):
    """The step in which bridge b delivers, as far as is known now; -1 for never."""
    u = changes.source[b]
    if seen[u] == 0:
        return -1
    step = max(np.int64(when[u]) + 1, np.int64(changes.opens[b]))
    return step if step < changes.closes[b] else -1


@inlined
def level_of(boost, levels, v, t):
    """The level of readiness of person v for what is delivered in step t."""
    row = boost[v]
    return np.int64(levels[row, min(t, levels.shape[1] - 1)]) if row >= 0 else 0


@kernel
def bridge_draw(key, world, tie):
    """The draw of an added tie."""
    k0, k1 = halves(world_key(key, world, tie >> u64(BLOCK_BITS)))
    return u64(tie_draw(u32(tie & u64(0xFFFFFFFF)), k0, k1))


@kernel
def last_opening(changes):
    """The last step in which a bridge opens."""
    last = 0
    for t in changes.opens:
        last = max(last, t)
    return last


@kernel
def cool(shares, room):
    """Forget what partners have given, before the heat itself is forgotten."""
    heat = room.work.heat
    for o in range(heat.size):
        if heat[o] > u64(0):
            for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                v = shares.members[j]
                room.partner[v] = u64(0)
                room.mass[v, :] = u64(0)
                if room.work.points.size > 0:
                    room.work.points[v] = 0
            room.before[o] = u64(0)


@kernel
def changed_cascade_world(key, world, rows, shares, start, room):
    """Burn one world of a cascade, with one example needed or several; see `spark.kernels.examples`."""
    indptr, targets, loud, chance, more = rows.indptr, rows.targets, rows.loud, rows.chance, rows.more
    work, changes = room.work, start.changes
    seen, queue, moments, dosed = work.seen, work.queue, work.dose, work.touched
    schedule, heard, boost, levels = room.heard, start.heard, room.boost, changes.boost_level
    boosted = changes.boost.size > 0
    most = 1 + more.shape[1]
    needed = u64(most)
    block = -1
    k0, k1 = u32(0), u32(0)
    total, seed = begin_willing(key, world, start, work)
    work.ends[0] = total
    share = shares.partner_targets.size > 0
    partner_key = kind_key(key, PARTNERS, world)
    broadcast_key = kind_key(key, BROADCAST, world)
    last_heard = heard.shape[1] - 1 if start.schedule.size > 0 else 0
    last_event = max(last_heard, last_opening(changes), levels.shape[1] - 1 if boosted else 0)
    for i in range(total):
        room.when[queue[i]] = 0
    first, t, last, touched = 0, 0, 0, 0
    while (first < total or seed < start.seeds.size or t < last_event) and t != start.horizon:
        t += 1
        end = total
        now = min(t, levels.shape[1] - 1)
        bridges = bridges_due(key, world, changes, room, first, end, t) if changes.source.size > 0 else 0
        rising = list_rising(boost, levels, seen, room.rising, t) if boosted else 0
        for i in range(first, end):
            u = queue[i]
            e, stop = indptr[u], indptr[u + 1]
            while e < stop:
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
                    if seen[v] == 0:
                        level = 0
                        if boosted and boost[v] >= 0:
                            level = np.int64(levels[boost[v], now])
                        draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                        if draw < chance[level, tie]:
                            if moments[v] == u64(0):
                                dosed[touched] = v
                                touched += 1
                            moments[v] += u64(1)
                            for j in range(most - 1):
                                if draw >= more[level, j, tie]:
                                    break
                                moments[v] += u64(1)
                            if moments[v] >= needed:
                                seen[v] = TIE
                                queue[total] = v
                                total += 1
                e = min(e + LANES, within)
        for i in range(bridges):
            b = room.due[i]
            v = changes.target[b]
            if seen[v] == 0:
                level = level_of(boost, levels, v, t)
                draw = bridge_draw(key, world, changes.tie[b])
                if draw < changes.chance[level, b]:
                    if moments[v] == u64(0):
                        dosed[touched] = v
                        touched += 1
                    moments[v] += u64(1)
                    for j in range(most - 1):
                        if draw >= changes.more[level, j, b]:
                            break
                        moments[v] += u64(1)
                    if moments[v] >= needed:
                        seen[v] = TIE
                        queue[total] = v
                        total += 1
        for i in range(rising):
            v = room.rising[i]
            gain = 0
            for j in range(rows.in_indptr[v], rows.in_indptr[v + 1]):
                u = rows.in_sources[j]
                if seen[u] != 0 and room.when[u] + 1 < t:
                    gain += tie_gain(key, world, rows, levels, boost[v], rows.in_ties[j], room.when[u] + 1, t)
            for b in range(changes.source.size):
                if changes.target[b] == v:
                    step = bridge_step(changes, room.when, seen, b)
                    if 0 <= step < t and accepted(key, world, changes, b):
                        gain += bridge_gain(key, world, changes, boost[v], b, step, t)
            if gain > 0 and seen[v] == 0:
                if moments[v] == u64(0):
                    dosed[touched] = v
                    touched += 1
                moments[v] += u64(gain)
                if moments[v] >= needed:
                    seen[v] = TIE
                    queue[total] = v
                    total += 1
        if share:
            for i in range(rising):
                v = room.rising[i]
                if seen[v] == 0 and lift_heat(room, rows.receptivity, levels, v, t):
                    new = points_up_to(room.partner[v], partner_key, v, work.tolerance, work.points, most)
                    if new > 0:
                        if moments[v] == u64(0):
                            dosed[touched] = v
                            touched += 1
                        moments[v] += u64(new)
                        if moments[v] >= needed:
                            seen[v] = BY_PARTNERS
                            queue[total] = v
                            total += 1
            for i in range(warm(shares, work, first, end)):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] == 0:
                        room.mass[v, level_of(boost, levels, v, t)] += work.heat[o] - room.before[o]
                        room.partner[v] = partner_total(room.mass, rows.receptivity, v)
                        new = points_up_to(room.partner[v], partner_key, v, work.tolerance, work.points, most)
                        if new > 0:
                            if moments[v] == u64(0):
                                dosed[touched] = v
                                touched += 1
                            moments[v] += u64(new)
                            if moments[v] >= needed:
                                seen[v] = BY_PARTNERS
                                queue[total] = v
                                total += 1
                room.before[o] = work.heat[o]
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
        total, seed = light_willing_seeds(key, world, start, work, t, total, seed)
        work.ends[t] = total
        for i in range(end, total):
            room.when[queue[i]] = t
        if total > end:
            last = t
        first = end
    for i in range(touched):
        moments[dosed[i]] = u64(0)
    for i in range(total):
        room.when[queue[i]] = NOT_YET
    if share:
        cool(shares, room)
    if start.schedule.size > 0:
        work.heard_next[:] = u64(0)
        work.heard_points[:] = 0
    return last, total


@kernel
def dose_gain(rows, changes, room, row, v, t, key, world):
    """How much more what was delivered to v before step t counts in step t."""
    seen, when, levels = room.work.seen, room.when, changes.boost_level
    now, gain = np.int64(levels[row, t]), u64(0)
    for j in range(rows.in_indptr[v], rows.in_indptr[v + 1]):
        u, e = rows.in_sources[j], rows.in_ties[j]
        if seen[u] != 0 and when[u] + 1 < t:
            before = peak(levels, row, when[u] + 1, t - 1)
            if now > before:
                gain = min(gain + rows.dose[now, e] - rows.dose[before, e], CERTAIN)
    for b in range(changes.source.size):
        if changes.target[b] == v:
            step = bridge_step(changes, when, seen, b)
            if 0 <= step < t and accepted(key, world, changes, b):
                before = peak(levels, row, step, t - 1)
                if now > before:
                    gain = min(gain + changes.dose[now, b] - changes.dose[before, b], CERTAIN)
    return gain


@kernel
def changed_threshold_world(key, world, rows, shares, start, room):
    """Burn one world of a threshold model; see `spark.kernels.threshold`."""
    indptr, targets, tie_dose, fixed = rows.indptr, rows.targets, rows.dose, rows.tolerance
    work, changes = room.work, start.changes
    seen, queue, missing, dosed = work.seen, work.queue, work.dose, work.touched
    schedule, heard, boost, levels = room.heard, start.heard, room.boost, changes.boost_level
    partner, boosted, given = room.partner, changes.boost.size > 0, fixed.size > 0
    person_key = kind_key(key, TOLERANCE, world)
    share, heard_by = shares.partner_targets.size > 0, start.schedule.size > 0
    total, seed = begin_willing(key, world, start, work)
    work.ends[0] = total
    last_heard = heard.shape[1] - 1 if heard_by else 0
    last_event = max(last_heard, last_opening(changes), levels.shape[1] - 1 if boosted else 0)
    for i in range(total):
        room.when[queue[i]] = 0
    first, t, last, touched = 0, 0, 0, 0
    while (first < total or seed < start.seeds.size or t < last_event) and t != start.horizon:
        t += 1
        end = total
        now, by_now = min(t, levels.shape[1] - 1), min(t, heard.shape[1] - 1)
        bridges = bridges_due(key, world, changes, room, first, end, t) if changes.source.size > 0 else 0
        rising = list_rising(boost, levels, seen, room.rising, t) if boosted else 0
        for i in range(first, end + 1 if bridges > 0 else end):
            added = i == end  # the bridges come last, as if one more person delivered them
            u = queue[i] if not added else 0
            e, stop = (0, bridges) if added else (indptr[u], indptr[u + 1])
            while e < stop:
                b = np.int64(room.due[e]) if added else 0
                v = changes.target[b] if added else targets[e]
                if seen[v] == 0:
                    level = 0
                    if boosted and boost[v] >= 0:
                        level = np.int64(levels[boost[v], now])
                    got = changes.dose[level, b] if added else tie_dose[level, e]
                    if got > u64(0):
                        lacks = missing[v]
                        if lacks == u64(0):
                            lacks = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                            dosed[touched] = v
                            touched += 1
                        missing[v] = lacks - min(got, lacks - u64(1))
                        if share:
                            got += partner[v]
                        if heard_by and schedule[v] >= 0:
                            got += heard[schedule[v], by_now]
                        if got >= lacks:
                            seen[v] = TIE
                            queue[total] = v
                            total += 1
                e += 1
        for i in range(rising):
            v = room.rising[i]
            got = dose_gain(rows, changes, room, boost[v], v, t, key, world) if seen[v] == 0 else u64(0)
            if got > u64(0):
                lacks = missing[v]
                if lacks == u64(0):
                    lacks = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                    dosed[touched] = v
                    touched += 1
                missing[v] = lacks - min(got, lacks - u64(1))
                if share:
                    got += partner[v]
                if heard_by and schedule[v] >= 0:
                    got += heard[schedule[v], by_now]
                if got >= lacks:
                    seen[v] = TIE
                    queue[total] = v
                    total += 1
        if share:
            for i in range(rising):
                v = room.rising[i]
                if seen[v] == 0 and lift_heat(room, rows.receptivity, levels, v, t):
                    outside = partner[v]
                    if heard_by and schedule[v] >= 0:
                        outside += heard[schedule[v], by_now]
                    drawn = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                    if outside >= (missing[v] if missing[v] > u64(0) else drawn):
                        seen[v] = BY_PARTNERS
                        queue[total] = v
                        total += 1
            for i in range(warm(shares, work, first, end)):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] == 0:
                        room.mass[v, level_of(boost, levels, v, t)] += work.heat[o] - room.before[o]
                        partner[v] = partner_total(room.mass, rows.receptivity, v)
                        outside = partner[v]
                        if heard_by and schedule[v] >= 0:
                            outside += heard[schedule[v], by_now]
                        drawn = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                        if outside >= (missing[v] if missing[v] > u64(0) else drawn):
                            seen[v] = BY_PARTNERS
                            queue[total] = v
                            total += 1
                room.before[o] = work.heat[o]
        if t <= last_heard:
            for v in range(schedule.size):
                if schedule[v] >= 0 and seen[v] == 0 and heard[schedule[v], t] > heard[schedule[v], t - 1]:
                    outside = heard[schedule[v], t]
                    if share:
                        outside += partner[v]
                    drawn = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                    if outside >= (missing[v] if missing[v] > u64(0) else drawn):
                        seen[v] = BROADCASTS
                        queue[total] = v
                        total += 1
        total, seed = light_willing_seeds(key, world, start, work, t, total, seed)
        work.ends[t] = total
        for i in range(end, total):
            room.when[queue[i]] = t
        if total > end:
            last = t
        first = end
    for i in range(touched):
        missing[dosed[i]] = u64(0)
    for i in range(total):
        room.when[queue[i]] = NOT_YET
    if share:
        cool(shares, room)
    return last, total


@kernel
def run_changed_cascade(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    done = stop_row
    enter_bridges(start.changes, room.head, True)
    for row in range(begin_row, stop_row):
        settle(key, u64(first + row), shares, start, room, row == begin_row)
        last, total = changed_cascade_world(key, u64(first + row), rows, shares, start, room)
        if last < count.adopters.shape[1]:
            record(row, last, total, room.work, count)
        clear(room.work, shares, total)
        if last >= count.adopters.shape[1]:
            done = row
            break
    enter_bridges(start.changes, room.head, False)
    return done


@kernel
def run_changed_threshold(key, first, begin_row, stop_row, rows, shares, start, room, count):
    """As `run_changed_cascade`, for thresholds."""
    done = stop_row
    enter_bridges(start.changes, room.head, True)
    for row in range(begin_row, stop_row):
        settle(key, u64(first + row), shares, start, room, row == begin_row)
        last, total = changed_threshold_world(key, u64(first + row), rows, shares, start, room)
        if last < count.adopters.shape[1]:
            record(row, last, total, room.work, count)
        clear(room.work, shares, total)
        if last >= count.adopters.shape[1]:
            done = row
            break
    enter_bridges(start.changes, room.head, False)
    return done


@kernel
def delivered(changes, when, b, v):
    """Whether bridge b delivered to v in the step in which she adopted; `accepted` is another question."""
    u = changes.source[b]
    if changes.target[b] != v or when[u] < 0 or when[u] >= when[v]:
        return False
    return max(when[u] + 1, changes.opens[b]) == when[v] and when[v] < changes.closes[b]


@kernel
def replay_changed_cascade(key, world, rows, incoming, shares, start, room, when, by):
    """Replay one world: fill when int32[n] and by int64[n] (see `spark.problem.arrays.Trace`); return adopters.
    `incoming`: the reverse rows (indptr, sources, tie ids).
    """
    world, work, changes = u64(world), room.work, start.changes
    enter_bridges(changes, room.head, True)
    settle(key, world, shares, start, room, True)
    last, total = changed_cascade_world(key, world, rows, shares, start, room)
    for t in range(last + 1):
        for i in range(work.ends[t - 1] if t > 0 else 0, work.ends[t]):
            when[work.queue[i]] = t
    in_indptr, in_sources, in_ties = incoming
    for i in range(total):
        v = work.queue[i]
        why = work.seen[v]
        if why in (SEED, ALREADY):
            by[v] = -2 if why == SEED else -3
            continue
        by[v] = -4 if why == BY_PARTNERS else -5
        t = np.int64(when[v])
        level = level_of(room.boost, changes.boost_level, v, t)
        row = room.boost[v]
        if row >= 0 and 2 <= t < changes.boost_level.shape[1]:
            for b in range(changes.source.size - 1, -1, -1):
                step = bridge_step(changes, when, work.seen, b) if changes.target[b] == v else -1
                known = 0 <= step < t and accepted(key, world, changes, b)
                if known and bridge_gain(key, world, changes, row, b, step, t) > 0:
                    by[v] = -6 - b
            for j in range(in_indptr[v + 1] - 1, in_indptr[v] - 1, -1):
                u = in_sources[j]
                if 0 <= when[u] < t - 1 and tie_gain(
                    key, world, rows, changes.boost_level, row, in_ties[j], when[u] + 1, t
                ):
                    by[v] = in_ties[j]
        for b in range(changes.source.size):
            here = delivered(changes, when, b, v) and accepted(key, world, changes, b)
            if here and bridge_draw(key, world, changes.tie[b]) < changes.chance[level, b]:
                by[v] = -6 - b
                break
        for j in range(in_indptr[v], in_indptr[v + 1]):
            e = in_ties[j]
            if when[in_sources[j]] == when[v] - 1:
                k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
                if u64(tie_draw(u32(e & 0xFFFFFFFF), k0, k1)) < rows.chance[level, e]:
                    by[v] = e
                    break
    clear(work, shares, total)
    enter_bridges(changes, room.head, False)
    return total


@kernel
def replay_changed_threshold(key, world, rows, incoming, shares, start, room, when, by):
    """As `replay_changed_cascade`, for thresholds."""
    world, work, changes = u64(world), room.work, start.changes
    enter_bridges(changes, room.head, True)
    settle(key, world, shares, start, room, True)
    last, total = changed_threshold_world(key, world, rows, shares, start, room)
    for t in range(last + 1):
        for i in range(work.ends[t - 1] if t > 0 else 0, work.ends[t]):
            when[work.queue[i]] = t
    in_indptr, in_sources, in_ties = incoming
    for i in range(total):
        v = work.queue[i]
        why = work.seen[v]
        if why in (SEED, ALREADY):
            by[v] = -2 if why == SEED else -3
            continue
        by[v] = -4 if why == BY_PARTNERS else -5
        t = np.int64(when[v])
        level = level_of(room.boost, changes.boost_level, v, t)
        row, best = room.boost[v], u64(0)
        if row >= 0 and 2 <= t < changes.boost_level.shape[1]:
            for b in range(changes.source.size):
                step = bridge_step(changes, when, work.seen, b) if changes.target[b] == v else -1
                if 0 <= step < t and accepted(key, world, changes, b):
                    gain = changes.dose[level, b] - changes.dose[peak(changes.boost_level, row, step, t - 1), b]
                    if level > peak(changes.boost_level, row, step, t - 1) and gain > best:
                        best = gain
                        by[v] = -6 - b
            best = u64(0)
            for j in range(in_indptr[v], in_indptr[v + 1]):
                u, e = in_sources[j], in_ties[j]
                if 0 <= when[u] < t - 1:
                    before = peak(changes.boost_level, row, when[u] + 1, t - 1)
                    if level > before and rows.dose[level, e] - rows.dose[before, e] > best:
                        best = rows.dose[level, e] - rows.dose[before, e]
                        by[v] = e
        best = u64(0)
        for b in range(changes.source.size):
            if delivered(changes, when, b, v) and accepted(key, world, changes, b) and changes.dose[level, b] > best:
                best = changes.dose[level, b]
                by[v] = -6 - b
        best = u64(0)
        for j in range(in_indptr[v], in_indptr[v + 1]):
            e = in_ties[j]
            if when[in_sources[j]] == when[v] - 1 and rows.dose[level, e] > best:
                best = rows.dose[level, e]
                by[v] = e
    clear(work, shares, total)
    enter_bridges(changes, room.head, False)
    return total
