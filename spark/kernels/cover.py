"""Which people cover the most sets: lazy greedy over an index that is inverted once.

Sets come as `members` int32 (one set after another), `ends` int64[sets + 1] with ends[0] = 0, and `singles` int32[n]:
how many sets of one person there are, which are not stored. counts int32[n]: stored sets of each person. Of people
whose gains per cost are equal, the first is taken, so that the answer does not depend on how it is found.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel

i32 = np.int32
i64 = np.int64


@inlined
def before(key, who, a, b):
    """Whether heap entry a comes before entry b: the larger key, then the smaller person."""
    return key[a] > key[b] or (key[a] == key[b] and who[a] < who[b])


@kernel
def sift_down(key, who, at, size):
    """Restore the heap below entry `at`, whose key has fallen."""
    while True:
        best = at
        left = 2 * at + 1
        if left < size and before(key, who, left, best):
            best = left
        if left + 1 < size and before(key, who, left + 1, best):
            best = left + 1
        if best == at:
            return
        key[at], key[best] = key[best], key[at]
        who[at], who[best] = who[best], who[at]
        at = best


@kernel
def count_at_rank(counts, singles, allowed, rank):
    """The largest count that at least `rank` allowed people reach; 1 where fewer are in any set at all."""
    most = i64(0)
    for v in range(counts.size):
        most = max(most, i64(counts[v]) + singles[v])
    people = np.zeros(most + 1, np.int64)
    for v in range(counts.size):
        if allowed[v]:
            people[i64(counts[v]) + singles[v]] += 1
    level = most
    reached = i64(0)
    while level > 1:
        reached += people[level]
        if reached >= rank:
            return level
        level -= 1
    return i64(1)


@kernel
def invert(members, ends, counts, place, first, sets):
    """Fill `sets` (int32) with the sets of each candidate c, from first[c] on; place[v] int32: -1 or her candidate."""
    free = first[:-1].copy()
    for r in range(ends.size - 1):
        for x in range(ends[r], ends[r + 1]):
            c = place[members[x]]
            if c >= 0:
                sets[free[c]] = r
                free[c] += 1


@kernel
def greedy_cover(members, ends, counts, singles, allowed, costs, given, budget, least, seeds, gains):
    """Lazy greedy by gain per cost (Minoux 1978; Leskovec et al. 2007) among allowed people with count/cost >= `least`.

    allowed uint8[n]; costs float64[n], above 0, or empty: everybody costs 1; given int32: people whose sets are covered
    from the start. Fills seeds (int32) and gains (int64) in the order of choice, as far as these and the budget reach;
    whoever costs more than what is left is passed over. Returns how many, and whether nobody outside could come first.
    """
    n = counts.size
    place = np.full(n, -1, np.int32)
    candidates = i64(0)
    for v in range(n):
        weight = costs[v] if costs.size else 1.0
        if allowed[v] and i64(counts[v]) + singles[v] >= max(1.0, least * weight):
            place[v] = candidates
            candidates += 1
    for v in given:
        if place[v] < 0:
            place[v] = candidates
            candidates += 1
    who = np.empty(candidates, np.int32)
    key = np.empty(candidates, np.float64)
    first = np.zeros(candidates + 1, np.int64)
    for v in range(n):
        if place[v] >= 0:
            first[place[v] + 1] = counts[v]
    for c in range(candidates):
        first[c + 1] += first[c]
    sets = np.empty(first[candidates], np.int32)
    invert(members, ends, counts, place, first, sets)
    stop = first[1:].copy()
    covered = np.zeros(ends.size - 1, np.uint8)
    chosen = np.zeros(n, np.uint8)
    for v in given:
        chosen[v] = 1
        for x in range(first[place[v]], first[place[v] + 1]):
            covered[sets[x]] = 1
    size = i64(0)
    for v in range(n):
        if place[v] >= 0 and allowed[v] and not chosen[v]:
            who[size] = v
            key[size] = (i64(counts[v]) + singles[v]) / (costs[v] if costs.size else 1.0)
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        sift_down(key, who, at, size)
    picked = i64(0)
    left = budget
    while picked < seeds.size and size > 0:
        v = i64(who[0])
        cost = costs[v] if costs.size else 1.0
        if key[0] < least:
            break
        gain = i64(-1)
        if cost <= left:
            begin = first[place[v]]
            kept = begin
            for x in range(begin, stop[place[v]]):  # drops the sets that are covered by now from her list
                r = sets[x]
                sets[kept] = r
                kept += 1 - covered[r]
            stop[place[v]] = kept
            gain = kept - begin + singles[v]
            if gain / cost < key[0]:
                key[0] = gain / cost
                sift_down(key, who, 0, size)
                continue
        if gain == 0:
            break
        if gain > 0:
            seeds[picked] = v
            gains[picked] = gain
            picked += 1
            left -= cost
            for x in range(first[place[v]], stop[place[v]]):
                covered[sets[x]] = 1
        size -= 1
        key[0] = key[size]
        who[0] = who[size]
        sift_down(key, who, 0, size)
    return picked, least <= 1.0 or picked == seeds.size


@kernel
def count_covered(members, ends, singles, chosen):
    """How many sets, single ones included, hold somebody with chosen[v] = 1 (uint8[n])."""
    covered = i64(0)
    for v in range(singles.size):
        if chosen[v]:
            covered += singles[v]
    for r in range(ends.size - 1):
        for x in range(ends[r], ends[r + 1]):
            if chosen[members[x]]:
                covered += 1
                break
    return covered


@kernel
def count_both(members, ends, singles, chosen):
    """How many sets hold somebody of a first choice, of a second, and of exactly one of them.

    chosen uint8[n]: bit 0 for the first choice, bit 1 for the second.
    """
    a = i64(0)
    b = i64(0)
    one = i64(0)
    for v in range(singles.size):
        a += (chosen[v] & 1) * singles[v]
        b += (chosen[v] >> 1) * singles[v]
        if chosen[v] == 1 or chosen[v] == 2:
            one += singles[v]
    for r in range(ends.size - 1):
        met = 0
        for x in range(ends[r], ends[r + 1]):
            met |= chosen[members[x]]
            if met == 3:
                break
        a += met & 1
        b += met >> 1
        if met == 1 or met == 2:
            one += 1
    return a, b, one


@kernel
def first_to_cover(members, ends, singles, rank, covers):
    """Add to covers[i] (int64) the sets whose first member in an order is the i-th; rank int32[n], -1: not in it."""
    for v in range(singles.size):
        if rank[v] >= 0:
            covers[rank[v]] += singles[v]
    for r in range(ends.size - 1):
        earliest = i32(covers.size)
        for x in range(ends[r], ends[r + 1]):
            at = rank[members[x]]
            if 0 <= at < earliest:
                earliest = at
        if earliest < covers.size:
            covers[earliest] += 1
