"""What reaches people in one step of the full model: from ties, of the network and added.

Several moments at once: a tie gives N, Poisson with its dose, N >= j iff its draw is below T_j. Where only a share of
the dose counts, one moment is kept if that share is at least -ln(1 - draw); of several each is kept by a coin.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, part
from spark.kernels.adoption_people import AWARE, LEARNED, READY, UNAWARE, UNTOLD
from spark.kernels.delays import delay_of, tie_delay
from spark.kernels.draw import (
    BLOCK_BITS,
    CERTAIN,
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
from spark.kernels.log import FIRST_BRIDGE, note_more
from spark.kernels.world import kind_key

WORD = u64(0x776F72646F666D6F)
SHARE = u64(0x736861726573686F)
LOUD = u64(0x6C6F756474696573)
WHOLE = u64(1 << 24)


@inlined
def kept_moments(moments, part, key, tie):
    """How many of the moments of a tie are kept where only `part`, in units of 2^-24, of its dose counts."""
    kept = u64(0)
    for j in range(moments):
        coin = mix(key + u64(tie) * u64(0x9E3779B97F4A7C15) + u64(j) * u64(0xD6E8FEB86659FD93))
        if coin >> u64(40) < part:
            kept += u64(1)
    return kept


@inlined
def moments_within(dose, key, v, most):
    """How many points of a person's unit Poisson process of this step lie within a dose, as far as they matter."""
    if dose >= CERTAIN:
        return most
    passed = 0
    reach = exponential_tolerance(person_draw(key, v))
    while dose >= reach and passed < most:
        passed += 1
        reach += exponential_tolerance(person_draw(key + u64(passed) * u64(0xD6E8FEB86659FD93), v))
    return passed


@inlined
def was_seen(t, steps, row, practised, tried):
    """Whether a person practised, 1, or tried, 2, `steps` steps before step t, else 0; `row` is hers of both."""
    if steps > t:
        return 0
    slot = (t - steps) % (64 * practised.shape[1])
    word, shift = slot >> 6, u64(slot & 63)
    if (practised[row, word] >> shift) & u64(1) != u64(0):
        return 1
    return 2 if (tried[row, word] >> shift) & u64(1) != u64(0) else 0


@part
def deliver(t, now, world, sources, adopters, triers, needed, trial_visibility, variants, boost, levels, indptr,
            targets, live, chance, more, dose, left, lapses, state, moments, ready, organisation, signed, counts,
            late, late_key, past, log):  # fmt: skip
    """Let the first `adopters` of `sources`, and the `triers` behind them, deliver along their ties; with delays each
    tie shows what its source did as many steps ago.
    """
    delayed, steps, rate, upto = late.longest > 0, late.steps, late.rate, late.upto
    practised, tried, telling = past.practised, past.tried, log.rows.shape[0] > 0
    drawn, same = rate.size > 0 or upto.size > 0, np.int64(steps[0]) if steps.size > 0 else np.int64(1)
    d0, d1 = u32(0), u32(0)
    lane = indptr[indptr.size - 1] + LANES
    fades, leveled, loud = left[left.size - 1] < WHOLE, chance.shape[1] > 0, variants > 1
    step = min(t, levels.shape[1] - 1)
    found = counts[READY]
    share_key = kind_key(now, SHARE, world)
    block = -1
    k0, k1 = u32(0), u32(0)
    for i in range(adopters + triers):
        u = sources[i]
        gives = WHOLE if i < adopters else trial_visibility
        if gives == u64(0):
            continue
        louder = 0
        if loud and organisation[u] >= 0 and signed[organisation[u]] != 0:
            louder = 1
        simple = needed == u64(1) and gives == WHOLE and not fades and not leveled and not delayed
        e, stop = indptr[u], indptr[u + 1]
        while e < stop:
            if e >> BLOCK_BITS != block:
                block = e >> BLOCK_BITS
                k0, k1 = halves(world_key(now, world, u64(block)))
                if drawn:
                    d0, d1 = halves(world_key(late_key, world, u64(block)))
            within = min(stop, (block + 1) << BLOCK_BITS)
            mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, live, louder * lane + e)
            if within - e < LANES:
                mask &= (u64(1) << u64(within - e)) - u64(1)
            while mask != u64(0):
                tie = e + lowest_bit(mask)
                mask &= mask - u64(1)
                v = targets[tie]
                if (state[v] & 2) != 0:
                    continue
                before = moments[v]
                if before >= needed and not telling:
                    continue
                hits = u64(1)
                if not simple:
                    part = gives
                    if delayed:
                        ago = same if steps.size < 2 else np.int64(steps[tie])
                        if drawn:
                            ago = tie_delay(tie, tie_draw(u32(tie & 0xFFFFFFFF), d0, d1), steps, rate, upto)
                        seen = was_seen(t, ago, u, practised, tried)
                        if seen == 0:
                            continue
                        part = WHOLE if seen == 1 else trial_visibility
                        if part == u64(0):
                            continue
                    if fades and lapses[v] > 0:
                        part = (part * left[min(np.int64(lapses[v]), left.size - 1)]) >> u64(24)
                        if part == u64(0):
                            continue
                    variant = louder
                    draw = u64(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1))
                    if leveled:
                        if boost.size > 0 and boost[v] >= 0:
                            variant += np.int64(levels[boost[v], step]) * variants
                        if draw >= chance[variant, tie]:
                            continue
                    if needed == u64(1):
                        if part < WHOLE and dose[variant, tie] < CERTAIN:
                            need = exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000))
                            if scaled(dose[variant, tie], part) < need:
                                continue
                    else:
                        for j in range(more.shape[1]):
                            if draw >= more[variant, j, tie]:
                                break
                            hits += u64(1)
                        if part < WHOLE and dose[variant, tie] < CERTAIN:
                            hits = kept_moments(hits, part, share_key, tie)
                            if hits == u64(0):
                                continue
                if telling:
                    note_more(log, t, v, tie, hits)
                    if before >= needed:
                        continue
                moments[v] = before + hits
                if before + hits >= needed:
                    ready[found] = v
                    found += 1
            e = min(e + LANES, within)
    counts[READY] = found


@part
def deliver_doses(t, world, sources, adopters, triers, needed, trial_visibility, variants, boost, levels, indptr,
                  targets, dose, left, lapses, state, moments, ready, organisation, signed, counts, late, late_key,
                  past, reached, log):  # fmt: skip
    """As `deliver`, where doses add up until they are enough: nothing but delays is drawn."""
    delayed, steps, rate, upto = late.longest > 0, late.steps, late.rate, late.upto
    practised, tried, noisy, telling = past.practised, past.tried, reached.size > 0, log.rows.shape[0] > 0
    drawn, same = rate.size > 0 or upto.size > 0, np.int64(steps[0]) if steps.size > 0 else np.int64(1)
    block, d0, d1 = -1, u32(0), u32(0)
    loud, boosted = variants > 1, boost.size > 0
    step = min(t, levels.shape[1] - 1)
    found = counts[READY]
    for i in range(adopters + triers):
        u = sources[i]
        gives = WHOLE if i < adopters else trial_visibility
        louder = 0
        if loud and organisation[u] >= 0 and signed[organisation[u]] != 0:
            louder = 1
        for e in range(indptr[u], indptr[u + 1]):
            v = targets[e]
            if (state[v] & 2) != 0:
                continue
            before = moments[v]
            if (before >= needed or before == u64(0)) and not (noisy or telling):
                continue
            part = gives
            if delayed:
                ago = same if steps.size < 2 else np.int64(steps[e])
                if drawn:
                    if e >> BLOCK_BITS != block:
                        block = e >> BLOCK_BITS
                        d0, d1 = halves(world_key(late_key, world, u64(block)))
                    ago = tie_delay(e, tie_draw(u32(e & 0xFFFFFFFF), d0, d1), steps, rate, upto)
                seen = was_seen(t, ago, u, practised, tried)
                if seen == 0:
                    continue
                part = WHOLE if seen == 1 else trial_visibility
            if lapses[v] > 0:
                part = (part * left[min(np.int64(lapses[v]), left.size - 1)]) >> u64(24)
            if part == u64(0):
                continue
            variant = louder
            if boosted and boost[v] >= 0:
                variant += np.int64(levels[boost[v], step]) * variants
            got = dose[variant, e]
            if part < WHOLE and got < CERTAIN:
                got = scaled(got, part)
            if got > u64(0) and noisy:
                reached[v] = 1
            if got > u64(0) and telling:
                note_more(log, t, v, e, got)
            if (noisy or telling) and (before >= needed or before == u64(0)):
                continue
            moments[v] = before + got
            if before + got >= needed:
                ready[found] = v
                found += 1
    counts[READY] = found


@inlined
def receive(v, hits, needed, moments, ready, counts):
    """Moments, or a dose, reach a person who does not practise or try, and who has not enough yet."""
    moments[v] += u64(hits)
    if moments[v] >= needed:
        ready[counts[READY]] = v
        counts[READY] += 1


@part
def deliver_bridges(t, now, world, sources, adopters, triers, dosed, needed, trial_visibility, loudness, added, boost,
                    levels, there, source, target, ids, opens, closes, chance, more, dose, left, lapses, state, moments,
                    ready, learned, organisation, signed, counts, was, late, late_key, past, reached,
                    log):  # fmt: skip
    """Let added ties deliver; who gets a moment over one of them is aware."""
    delayed, noisy = late.longest > 0, reached.size > 0
    share_key, loud_key = kind_key(now, SHARE, world), kind_key(now, LOUD, world)
    for i in range(adopters + triers):
        was[sources[i]] = 1 if i < adopters else 2
    for b in range(added):
        u, v, tie = source[b], target[b], ids[b]
        seen = np.int64(was[u])
        if delayed:
            ago = delay_of(late_key, world, tie, late.steps, late.rate, late.upto)
            seen = was_seen(t, ago, u, past.practised, past.tried)
        if seen == 0 or there[b] == 0 or not opens[b] <= t < closes[b]:
            continue
        if (state[v] & 2) != 0:
            continue
        level = 0
        if boost.size > 0 and boost[v] >= 0:
            level = np.int64(levels[boost[v], min(t, levels.shape[1] - 1)])
        part = WHOLE if seen == 1 else trial_visibility
        if lapses[v] > 0:
            part = (part * left[min(np.int64(lapses[v]), left.size - 1)]) >> u64(24)
        if part == u64(0):
            continue
        k0, k1 = halves(world_key(now, world, tie >> u64(BLOCK_BITS)))
        draw = u64(tie_draw(u32(tie & u64(0xFFFFFFFF)), k0, k1))
        whole = dose[level, b]
        louder = organisation[u] >= 0 and signed[organisation[u]] != 0 and loudness > WHOLE and whole < CERTAIN
        hits = u64(0)
        if dosed:
            if louder:
                whole = scaled(whole, loudness)
            hits = scaled(whole, part) if part < WHOLE and whole < CERTAIN else whole
        elif draw < chance[level, b]:
            hits = u64(1)
            for j in range(more.shape[1]):
                if draw >= more[level, j, b]:
                    break
                hits += u64(1)
        if not dosed and part < WHOLE and whole < CERTAIN and hits > u64(0):
            if needed == u64(1):
                if scaled(whole, part) < exponential_tolerance((~(draw << u64(32))) ^ u64(0x80000000)):
                    hits = u64(0)
            else:
                hits = kept_moments(hits, part, share_key, tie)
        if not dosed and louder:
            extra = scaled(scaled(whole, loudness) - whole, part)
            hits += u64(moments_within(extra, loud_key, tie, np.int64(needed)))
        if hits > u64(0):
            if state[v] == UNAWARE:
                learn(v, state, learned, counts)
            if noisy:
                reached[v] = 1
            if log.rows.shape[0] > 0:
                note_more(log, t, v, FIRST_BRIDGE - b, hits)
            if moments[v] < needed and not (dosed and moments[v] == u64(0)):
                receive(v, hits, needed, moments, ready, counts)
    for i in range(adopters + triers):
        was[sources[i]] = 0


@inlined
def learn(v, state, learned, counts):
    """A person hears of the practice."""
    state[v] = AWARE
    learned[counts[LEARNED]] = v
    counts[LEARNED] += 1
    counts[UNTOLD] -= 1
