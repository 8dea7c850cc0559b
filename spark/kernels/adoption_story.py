"""Who lit whom where people hear, try, adopt, give up and leave."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import BLOCK_BITS, halves, tie_draw, u32, u64, world_key
from spark.kernels.log import (
    ADOPTS,
    BY_ALREADY,
    BY_BROADCAST,
    BY_PARTNERS,
    BY_SEED,
    FINDS,
    FIRST_BRIDGE,
    FORGETS,
    HEARS,
    LAPSED,
    LEFT,
    STARTS,
    TRIES,
    note,
    note_more,
)


@inlined
def rank_of(why):
    """Ties come first, then added ties, partners, and messages."""
    if why >= 0:
        return 3
    return 2 if why <= FIRST_BRIDGE else 1 if why == BY_PARTNERS else 0


@kernel
def tell_adoption(raw, people, dosed, told, lit):
    """Put down in the log `told` int64[E, 4] (step, person, why, what) who starts to try, adopts, gives up and leaves,
    and in `lit` (number of the event, tie, weight) all that has reached her over ties since she last forgot; `raw`
    int64[c, 4] says in order what reached whom, and what came of it.

    Why: what reached her in the last step in which anything did; of ties that of the smallest id, where doses add up
    that of the largest dose.
    """
    head, before = np.zeros(people, np.int64), np.zeros(raw.shape[0], np.int64)
    for i in range(raw.shape[0]):
        t, v, why = raw[i, 0], raw[i, 1], raw[i, 2]
        if why == FORGETS:
            head[v] = 0
        elif why in (LAPSED, LEFT):
            head[v] = 0
            note_more(told, t, v, why, ADOPTS)
        elif why in (BY_SEED, BY_ALREADY):
            note_more(told, t, v, why, ADOPTS)
        elif why in (STARTS, FINDS):
            chosen = _last_reason(raw, before, head[v], dosed)
            by = raw[chosen, 2] if chosen >= 0 else np.int64(BY_BROADCAST)
            j = head[v] if rank_of(by) > 1 else 0
            while j > 0:
                weight = raw[j - 1, 3] >> 24 if dosed else raw[j - 1, 3]
                weight = max(weight, 1) if j - 1 == chosen else weight
                if rank_of(raw[j - 1, 2]) > 1 and weight > 0:
                    note(lit, told.size[0], raw[j - 1, 2], weight)
                j = before[j - 1]
            note_more(told, t, v, by, TRIES if why == STARTS else ADOPTS)
        else:
            before[i] = head[v]
            head[v] = i + 1


@inlined
def _last_reason(raw, before, head, dosed):
    """The row of what convinced a person to whom came last what stands in row `head` - 1; -1 for nothing."""
    chosen = head - 1
    j = head
    while j > 0 and raw[j - 1, 0] == raw[head - 1, 0]:
        rank, best = rank_of(raw[j - 1, 2]), rank_of(raw[chosen, 2])
        more = raw[j - 1, 3] - raw[chosen, 3] if dosed else 0
        first = abs(raw[j - 1, 2]) < abs(raw[chosen, 2])
        if rank > best or (rank == best and (more > 0 or (more == 0 and first))):
            chosen = j - 1
        j = before[j - 1]
    return chosen


@kernel
def tell_aware(key, world, course, incoming, heard, adopted, made, told, lit):
    """The same where word spreads once: heard and adopted int32[n], when people did, -1 never; made uint8[n]: 0 where a
    person heard and decided herself, 1 a seed who had heard before, 2 who practised already, 3 a seed who had not.
    """
    world = u64(world)
    in_indptr, in_sources, in_ties = incoming
    for v in range(heard.size):
        t = np.int64(heard[v])
        if t < 0:
            continue
        if made[v] > 1:
            note_more(told, adopted[v], v, BY_SEED if made[v] == 3 else BY_ALREADY, ADOPTS)
            continue
        why = np.int64(BY_BROADCAST)
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, e = in_sources[j], in_ties[j]
            if heard[u] < 0 or (heard[u] != t - 1 and adopted[u] != t - 1):
                continue
            convinced = 0 <= adopted[u] < t
            live = course.word if convinced else course.hearsay
            targets = course.word_targets if convinced else course.hearsay_targets
            if live.size == 0 or targets[e] != v:
                continue
            k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
            if tie_draw(u32(e & 0xFFFFFFFF), k0, k1) <= live[e]:
                note(lit, told.size[0], e, 1)
                why = e if why < 0 else min(why, e)
        note_more(told, t, v, why, ADOPTS if made[v] == 0 and adopted[v] == t else HEARS)
        if made[v] == 1:
            note_more(told, adopted[v], v, BY_SEED, ADOPTS)
