"""Sixty-four worlds in a word: what chance decides in them before any plan is tried.

Bit w of a word stands for the world first + w of a key. The draws are those of every other kernel, so that a plan that
is tried in lockstep comes to the same in each world.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import BLOCK_BITS, exponential_tolerance, halves, mix, person_draw, scaled, u32, u64, world_key
from spark.kernels.lanes import worlds_mask
from spark.kernels.world import kind_key

WORLDS = 64


@inlined
def coins_below(key, kind_salt, first, who, accept):
    """In which worlds the coin of a person is below `accept`, T of 2^32."""
    mask = u64(0)
    salted = mix(key ^ kind_salt)
    for w in range(WORLDS):
        coin = person_draw(world_key(salted, u64(first + w), u64(0)), who) >> u64(32)
        mask |= u64(coin < accept) << u64(w)
    return mask


@kernel
def draw_ties_together(key, first, ties, chance, out):
    """Fill `out` uint64[m] with the worlds in which each tie is live; ids uint64[m], chance uint64[m] T of 2^32."""
    high, low = np.empty(WORLDS, np.uint32), np.empty(WORLDS, np.uint32)
    known, block = False, u64(0)
    for i in range(ties.size):
        if chance[i] == u64(0):
            out[i] = u64(0)
            continue
        if not known or ties[i] >> u64(BLOCK_BITS) != block:
            known, block = True, ties[i] >> u64(BLOCK_BITS)
            for w in range(WORLDS):
                high[w], low[w] = halves(world_key(key, u64(first + w), block))
        tie, live = u32(ties[i] & u64(0xFFFFFFFF)), u32(chance[i] - u64(1))
        mask = worlds_mask(tie, high, low, live, 0)
        mask |= worlds_mask(tie, high, low, live, 16) << u64(16)
        mask |= worlds_mask(tie, high, low, live, 32) << u64(32)
        out[i] = mask | worlds_mask(tie, high, low, live, 48) << u64(48)


@kernel
def keep_willing(key, salt, first, who, accept, out):
    """Keep of `out` uint64[c] only the worlds in which the coins of `who`, int32[c], are below accept uint64[c]."""
    for i in range(who.size):
        if accept[i] < u64(1 << 32):
            out[i] &= coins_below(key, salt, first, who[i], accept[i])


@kernel
def draw_lapses_together(key, salt, first, hazard, out):
    """Fill `out` uint64[n] with the worlds in which each person's coin is below hazard, uint64[n] T of 2^32."""
    keys = np.empty(WORLDS, np.uint64)
    for w in range(WORLDS):
        keys[w] = kind_key(key, salt, u64(first + w))
    for v in range(hazard.size):
        mask = u64(0)
        if hazard[v] > u64(0):
            for w in range(WORLDS):
                mask |= u64((person_draw(keys[w], v) >> u64(32)) < hazard[v]) << u64(w)
        out[v] = mask


@kernel
def draw_points_together(key, salt, first, out):
    """Fill `out` uint64[k, n, 64] with the first k points of each person's unit Poisson process in each world."""
    keys = np.empty(WORLDS, np.uint64)
    for w in range(WORLDS):
        keys[w] = kind_key(key, salt, u64(first + w))
    for v in range(out.shape[1]):
        for w in range(WORLDS):
            point = u64(0)
            for j in range(out.shape[0]):
                point += exponential_tolerance(person_draw(keys[w] + u64(j) * u64(0xD6E8FEB86659FD93), v))
                out[j, v, w] = point


@kernel
def list_reachable(points, organisation, hottest, receptivity, members, needs, begin):
    """List who can be convinced by partners at all: by organisation and world, those whose first point, points
    uint64[n, 64], is not above what the hottest heat uint64[o] makes of the highest receptivity uint64[n].

    Fills begin int64[o * 64 + 1], members int32[c], needs uint64[c]; returns c, and fills nothing but `begin` where
    members are too few.
    """
    begin[:] = 0
    for v in range(organisation.size):
        o = organisation[v]
        if o >= 0 and hottest[o] > u64(0):
            most = scaled(hottest[o], receptivity[v])
            for w in range(WORLDS):
                begin[o * WORLDS + w + 1] += points[v, w] <= most
    for i in range(begin.size - 1):
        begin[i + 1] += begin[i]
    total = begin[begin.size - 1]
    if total > members.size:
        return total
    filled = begin.copy()
    for v in range(organisation.size):
        o = organisation[v]
        if o >= 0 and hottest[o] > u64(0):
            most = scaled(hottest[o], receptivity[v])
            for w in range(WORLDS):
                if points[v, w] <= most:
                    place = filled[o * WORLDS + w]
                    members[place], needs[place] = v, points[v, w]
                    filled[o * WORLDS + w] += 1
    return total


@kernel
def find_places(names, table, places, count, out, first):
    """Number names, uint64[b], in order of first appearance from `count` on; fill `out` int64[b] with their numbers.

    table uint64[2^s] and places int64[2^s], -1 where free, hold what was numbered before, and must have room;
    `first` int64[b] is filled with where each new name stands first. Returns how many are numbered now.
    """
    mask = u64(table.size - 1)
    before = count
    for i in range(names.size):
        slot = (names[i] ^ (names[i] >> u64(32))) & mask
        while places[slot] >= 0 and table[slot] != names[i]:
            slot = (slot + u64(1)) & mask
        if places[slot] < 0:
            table[slot], places[slot] = names[i], count
            first[count - before] = i
            count += 1
        out[i] = places[slot]
    return count
