"""What reaches people in one step of the full model beside ties: partners, broadcasts, policies, and word of mouth."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import part
from spark.kernels.adoption_people import AWARE, LEARNED, UNAWARE, UNTOLD
from spark.kernels.adoption_reach import learn, moments_within, receive
from spark.kernels.draw import BLOCK_BITS, CERTAIN, halves, scaled, u32, u64, world_key
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.log import BY_BROADCAST, BY_PARTNERS, note_more


@part
def partner_heat(sources, adopters, triers, trial_visibility, variants, loudness, organisation, visibility,
                 partner_indptr, partner_targets, partner_dose, signed, bright, heat):  # fmt: skip
    """Let organisations see how much of their partners practises."""
    for o in range(heat.size):
        bright[o] = u64(0)
        heat[o] = u64(0)
    for i in range(adopters + triers):
        u = sources[i]
        q = organisation[u]
        if q >= 0:
            seen = visibility[u]
            if variants > 1 and signed[q] != 0:
                seen = scaled(seen, loudness)
            if i >= adopters:
                seen = scaled(seen, trial_visibility)
            bright[q] += seen
    for q in range(bright.size):
        if bright[q] > u64(0):
            for j in range(partner_indptr[q], partner_indptr[q + 1]):
                o = partner_targets[j]
                heat[o] = min(heat[o] + scaled(partner_dose[j], bright[q]), CERTAIN)


@part
def partner(t, key, dosed, needed, boost, levels, member_indptr, members, receptivity, left, heat, lapses, state,
            moments, ready, counts, log):  # fmt: skip
    """Let people take the heat that their organisation sees."""
    telling = log.rows.shape[0] > 0
    for o in range(heat.size):
        if heat[o] > u64(0):
            for j in range(member_indptr[o], member_indptr[o + 1]):
                v = members[j]
                lacks = moments[v] < needed and not (dosed and moments[v] == u64(0))
                if (state[v] & 2) == 0 and (lacks or telling):
                    level = 0
                    if boost.size > 0 and boost[v] >= 0:
                        level = np.int64(levels[boost[v], min(t, levels.shape[1] - 1)])
                    got = scaled(heat[o], receptivity[level, v])
                    if lapses[v] > 0:
                        got = scaled(got, left[min(np.int64(lapses[v]), left.size - 1)])
                    if not dosed:
                        got = u64(moments_within(got, key, v, np.int64(needed)))
                    if telling and got > u64(0):
                        note_more(log, t, v, BY_PARTNERS, got)
                    if lacks:
                        receive(v, got, needed, moments, ready, counts)


@part
def hear(key, t, dosed, needed, policy_dose, schedule, heard, organisation, signed, state, moments, learned, ready,
         counts, log):  # fmt: skip
    """Let broadcasts and policies be heard, and who hears them be aware."""
    sent, telling = schedule.size > 0 and t < heard.shape[1], log.rows.shape[0] > 0
    policy = False
    for o in range(signed.size):
        policy = policy or signed[o] != 0
    if not (sent or policy):
        return
    for v in range(moments.size):
        got = u64(0)
        if sent and schedule[v] >= 0:
            got = heard[schedule[v], t] - heard[schedule[v], t - 1]
        ours = policy and organisation[v] >= 0 and signed[organisation[v]] != 0
        if ours:
            got = min(got + policy_dose, CERTAIN)
        if (ours or got > u64(0)) and state[v] == UNAWARE:
            learn(v, state, learned, counts)
        lacks = moments[v] < needed and not (dosed and moments[v] == u64(0))
        if got > u64(0) and (state[v] & 2) == 0 and (lacks or telling):
            if not dosed:
                got = u64(moments_within(got, key, v, np.int64(needed)))
            if telling and got > u64(0):
                note_more(log, t, v, BY_BROADCAST, got)
            if lacks:
                receive(v, got, needed, moments, ready, counts)


@part
def tell(key, world, who, count, indptr, targets, live, state, learned, counts):
    """Pass word along the ties of the first `count` of `who`."""
    found = counts[LEARNED]
    before = found
    block = -1
    k0, k1 = u32(0), u32(0)
    for i in range(count):
        u = who[i]
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
                if state[v] == UNAWARE:
                    state[v] = AWARE
                    learned[found] = v
                    found += 1
            e = min(e + LANES, within)
    counts[LEARNED] = found
    counts[UNTOLD] -= found - before
