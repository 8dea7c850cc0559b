"""What single people do in one step of the full model: adopt, lapse, leave, end their trial, be convinced."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, part
from spark.kernels.draw import person_draw, u64
from spark.kernels.log import FINDS, FORGETS, LEFT, STARTS
from spark.kernels.log import LAPSED as GAVE_UP
from spark.kernels.log import note as write
from spark.kernels.tolerance import NEVER_CONVINCED, tolerance_of

UNAWARE, AWARE, TRYING, ADOPTED, LAPSED = 0, 1, 2, 3, 4
"""TRYING and ADOPTED, and no others, have the bit 2: they need no convincing."""

ADOPTERS, TRIERS, UNTOLD, GONE, READY, LEARNED, STOPS, KEPT = 0, 1, 2, 3, 4, 5, 6, 7
"""What is counted of the people of a world: who has adopted, tries, is unaware, has lapsed; in the step whom enough has
reached, who has heard, who has left or lapsed; and how many at the front of the list of adopters were so before it.
"""

ENOUGH = u64(1 << 63)
"""What `moments` have to reach under laws of tolerances: they hold ENOUGH less what a person still lacks."""


@inlined
def nothing_yet(v, fresh_key, simple_key, laws):
    """Where a person starts: at no moments, or as far from ENOUGH as her tolerance is; at 0 where nothing will do."""
    if laws.law.size == 0:
        return u64(0)
    tolerance = tolerance_of(v, fresh_key, simple_key, laws)
    return u64(0) if tolerance == NEVER_CONVINCED else ENOUGH - tolerance


@inlined
def forget(v, fresh_key, simple_key, laws, moments, reached):
    """What has reached a person counts no more, and what she needs is drawn anew."""
    moments[v] = nothing_yet(v, fresh_key, simple_key, laws)
    if reached.size > 0:
        reached[v] = 0


@part
def make_ready(gate, fresh_key, simple_key, laws, state, moments, reached, lapses, ever, around, inside, signed,
               counts):  # fmt: skip
    """Leave everybody as she was before anything happened."""
    for v in range(moments.size):
        state[v] = UNAWARE if gate else AWARE
        forget(v, fresh_key, simple_key, laws, moments, reached)
        lapses[v] = 0
        ever[v] = 0
    for v in range(around.size):
        around[v] = 0
    for o in range(inside.size):
        inside[o] = 0
        signed[o] = 0
    for i in range(counts.size):
        counts[i] = 0
    counts[UNTOLD] = moments.size if gate else 0


@part
def who_delivers(hearsay, state, active, trying, counts, sources, tellers):
    """List adopters and those who try; with hearsay also who is aware and no adopter, and return how many these are."""
    adopters, triers, told = counts[ADOPTERS], counts[TRIERS], 0
    for i in range(adopters):
        sources[i] = active[i]
    for i in range(triers):
        sources[adopters + i] = trying[i]
    if hearsay:
        for v in range(state.size - 1):
            if state[v] != UNAWARE and state[v] != ADOPTED:
                tellers[told] = v
                told += 1
    return told


@part
def adopt(v, state, ever, active, counts, organisation, inside):
    """Let a person adopt, whatever she did before."""
    before = state[v]
    if before == ADOPTED:
        return
    if before == UNAWARE:
        counts[UNTOLD] -= 1
    elif before == LAPSED:
        counts[GONE] -= 1
    state[v] = ADOPTED
    ever[v] = 1
    active[counts[ADOPTERS]] = v
    counts[ADOPTERS] += 1
    if organisation[v] >= 0:
        inside[organisation[v]] += 1


@part
def drop_trier(v, trying, counts):
    """Take a person off the list of those who try."""
    kept = 0
    for i in range(counts[TRIERS]):
        if trying[i] != v:
            trying[kept] = trying[i]
            kept += 1
    counts[TRIERS] = kept


@part
def leave(t, key, fresh_key, simple_key, laws, unaware, turnover, state, lapses, moments, reached, counts, log):
    """Refill the posts of those who leave in this step; who had adopted, or tried, is still on the list."""
    for v in range(turnover.size):
        if (person_draw(key, v) >> u64(32)) < turnover[v]:
            if state[v] == LAPSED:
                counts[GONE] -= 1
            if unaware and state[v] != UNAWARE:
                counts[UNTOLD] += 1
            state[v] = UNAWARE if unaware else AWARE
            lapses[v] = 0
            forget(v, fresh_key, simple_key, laws, moments, reached)
            write(log, t, v, FORGETS)


@part
def lapse(t, key, fresh_key, simple_key, laws, hazard, state, lapses, moments, reached, active, stopped, counts,
          organisation, inside, log):  # fmt: skip
    """Let adopters lapse, each with the chance hazard[i] of her place in the list, and take them, and those who have
    left, off it.
    """
    kept, stops = 0, 0
    for i in range(counts[ADOPTERS]):
        u = active[i]
        stays = state[u] == ADOPTED
        if not stays:
            write(log, t, u, LEFT)
        if stays and (person_draw(key, u) >> u64(32)) < hazard[i]:
            stays = False
            write(log, t, u, GAVE_UP)
            state[u] = LAPSED
            counts[GONE] += 1
            lapses[u] = min(np.int64(lapses[u]) + 1, 255)
            forget(u, fresh_key, simple_key, laws, moments, reached)
        if stays:
            active[kept] = u
            kept += 1
        else:
            stopped[stops] = u
            stops += 1
            if organisation[u] >= 0:
                inside[organisation[u]] -= 1
    counts[ADOPTERS] = kept
    counts[KEPT] = kept
    counts[STOPS] = stops


@part
def end_trials(t, key, end_key, fresh_key, simple_key, laws, until, ends, failure, state, moments, reached, trying,
               since, ever, active, counts, organisation, inside, log):  # fmt: skip
    """Let trials end, in adoption or in going back to being aware: those that began at step `until` or before, or each
    with the chance `ends`, T of 2^32, where that is not 0.
    """
    kept = 0
    for i in range(counts[TRIERS]):
        v = trying[i]
        if state[v] != TRYING:
            continue
        lasts = since[v] > until
        if ends > u64(0):
            lasts = (person_draw(end_key, v) >> u64(32)) >= ends
        if lasts:
            trying[kept] = v
            kept += 1
        elif (person_draw(key, v) >> u64(32)) < failure:
            state[v] = AWARE
            forget(v, fresh_key, simple_key, laws, moments, reached)
            write(log, t, v, FORGETS)
        else:
            adopt(v, state, ever, active, counts, organisation, inside)
            write(log, t, v, FINDS)
    counts[TRIERS] = kept


@part
def convince(who, count, key, fresh_key, simple_key, laws, t, needed, takes_time, failure, state, moments, reached,
             trying, since, ever, active, counts, organisation, inside, log):  # fmt: skip
    """Let those of the first `count` of `who` whom enough has reached, and who are aware, start to try, or adopt."""
    for i in range(count):
        v = who[i]
        before = state[v]
        if before == UNAWARE or (before & 2) != 0 or moments[v] < needed:
            continue
        if takes_time:
            state[v] = TRYING
            since[v] = t
            trying[counts[TRIERS]] = v
            counts[TRIERS] += 1
            write(log, t, v, STARTS)
        elif failure > u64(0) and (person_draw(key, v) >> u64(32)) < failure:
            state[v] = AWARE
            forget(v, fresh_key, simple_key, laws, moments, reached)
            write(log, t, v, FORGETS)
        else:
            adopt(v, state, ever, active, counts, organisation, inside)
            write(log, t, v, FINDS)
            continue
        if before == LAPSED:
            counts[GONE] -= 1


@part
def stir(key, noise, needed, state, moments, reached, ready, counts):
    """Let noise convince some of those whom a tie has reached, who know, and whom not enough has reached."""
    for v in range(reached.size):
        if reached[v] == 0 or state[v] == UNAWARE or (state[v] & 2) != 0 or moments[v] >= needed:
            continue
        if (person_draw(key, v) >> u64(32)) < noise:
            moments[v] = needed
            ready[counts[READY]] = v
            counts[READY] += 1


@part
def remember(t, state, practised, tried, last):
    """Write down who practises, and who tries, at the end of step t: bit t % 64 W of the W words of a person."""
    slot = t % (64 * practised.shape[1])
    word, bit = slot >> 6, u64(1) << u64(slot & 63)
    for v in range(last.size):
        kept, attempts = practised[v, word] & ~bit, tried[v, word] & ~bit
        if state[v] == ADOPTED:
            kept |= bit
            last[v] = t
        elif state[v] == TRYING:
            attempts |= bit
            last[v] = t
        practised[v, word] = kept
        tried[v, word] = attempts


@part
def who_is_seen(t, longest, last, senders):
    """List who practised or tried at the end of any of the last `longest` steps, and return how many they are."""
    found = 0
    for v in range(last.size):
        if last[v] >= 0 and last[v] + longest >= t:
            senders[found] = v
            found += 1
    return found


@part
def count_around(who, begin, end, change, indptr, targets, first, around):
    """Tell those whom people can influence that these have adopted (1) or stopped (-1)."""
    for i in range(begin, end):
        for e in range(indptr[who[i]], indptr[who[i] + 1]):
            if first[e] != 0:
                around[targets[e]] += change


@part
def note(t, people, signed, inside, counts, seen):
    """Count the people of each state, and organisations, at the end of step t."""
    seen[UNAWARE, t] = counts[UNTOLD]
    seen[TRYING, t] = counts[TRIERS]
    seen[ADOPTED, t] = counts[ADOPTERS]
    seen[LAPSED, t] = counts[GONE]
    seen[AWARE, t] = people - counts[UNTOLD] - counts[TRIERS] - counts[ADOPTERS] - counts[GONE]
    signatures, alive = 0, 0
    for o in range(inside.size):
        signatures += signed[o]
        alive += inside[o] > 0
    seen[5, t] = signatures
    seen[6, t] = alive
