"""Which people cover the most sets: greedy over an index of the sets by person.

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
def level_of_rank(left, allowed, rank):
    """The largest level >= 1 that at least `rank` allowed people reach, or 1; and the level of the highest."""
    most = i64(0)
    for v in range(left.size):
        if allowed[v]:
            most = max(most, i64(left[v]))
    people = np.zeros(most + 1, np.int64)
    for v in range(left.size):
        if allowed[v] and left[v] > 0:
            people[left[v]] += 1
    level = most
    reached = i64(0)
    while level > 1:
        reached += people[level]
        if reached >= rank:
            break
        level -= 1
    return max(level, i64(1)), most


@kernel
def invert(members, ends, covered, place, first, sets):
    """Fill `sets` (int32) with the open sets of each candidate c, from first[c] on; place int32[n]: -1 or candidate."""
    free = first[:-1].copy()
    for r in range(ends.size - 1):
        if not covered[r]:
            for x in range(ends[r], ends[r + 1]):
                c = place[members[x]]
                if c >= 0:
                    sets[free[c]] = r
                    free[c] += 1


@inlined
def close(members, ends, r, covered, left):
    """Mark a set as covered, and take it away from what its people may still add."""
    covered[r] = 1
    for x in range(ends[r], ends[r + 1]):
        left[members[x]] -= 1


@kernel
def greedy_cover(members, ends, counts, singles, allowed, given, rank, seeds, gains):
    """Greedy choice, one by one, of the allowed person who adds most; returns how many were chosen.

    allowed uint8[n]; given int32: people whose sets are covered from the start. Fills seeds (int32) and gains (int64);
    ends early when nobody adds anything. What each person still adds is kept exact (int32) as sets are covered. Only
    the `rank` people who add most are indexed; should that not be enough, those who add most by then follow.
    People wait in one list per level, of what they added when last seen. Nobody ever rises, so that at the highest
    level one pass in the order of people finds all that are chosen there.
    """
    n = counts.size
    left = counts + singles
    covered = np.zeros(ends.size - 1, np.uint8)
    if given.size:
        chosen = np.zeros(n, np.uint8)
        for v in given:
            chosen[v] = 1
        for r in range(ends.size - 1):
            for x in range(ends[r], ends[r + 1]):
                if chosen[members[x]]:
                    close(members, ends, r, covered, left)
                    break
        for v in given:
            left[v] = -1
    place = np.empty(n, np.int32)
    picked = i64(0)
    while picked < seeds.size:
        least, most = level_of_rank(left, allowed, rank)
        if most == 0:
            break
        candidates = i64(0)
        for v in range(n):
            place[v] = -1
            if allowed[v] and left[v] >= least:
                place[v] = candidates
                candidates += 1
        who = np.empty(candidates, np.int32)
        first = np.zeros(candidates + 1, np.int64)
        head = np.full(most + 1, -1, np.int32)
        following = np.empty(candidates, np.int32)
        for v in range(n):
            c = place[v]
            if c >= 0:
                who[c] = v
                first[c + 1] = first[c] + left[v] - singles[v]
                following[c] = head[left[v]]
                head[left[v]] = c
        sets = np.empty(first[candidates], np.int32)
        invert(members, ends, covered, place, first, sets)
        here = np.empty(candidates, np.int32)
        level = most
        while level >= least and picked < seeds.size:
            size = i64(0)
            c = head[level]
            while c >= 0:
                soon = following[c]
                still = left[who[c]]
                if still == level:
                    here[size] = c
                    size += 1
                elif still >= least:
                    following[c] = head[still]
                    head[still] = c
                c = soon
            here[:size].sort()
            for x in range(size):
                c = here[x]
                v = who[c]
                still = left[v]
                if still == level:
                    if picked < seeds.size:
                        seeds[picked] = v
                        gains[picked] = level
                        picked += 1
                        for y in range(first[c], first[c + 1]):
                            if not covered[sets[y]]:
                                close(members, ends, sets[y], covered, left)
                        left[v] = -1
                elif still >= least:
                    following[c] = head[still]
                    head[still] = c
            level -= 1
        rank *= 8
    return picked


@kernel
def greedy_budget(members, ends, counts, singles, allowed, costs, given, budget, seeds, gains):
    """Lazy greedy by gain per cost (Minoux 1978; Leskovec et al. 2007) among allowed people, within a budget.

    costs float64[n], above 0 for all who are allowed. Whoever costs more than what is left is passed over. Otherwise as
    `greedy_cover`.
    """
    n = counts.size
    place = np.full(n, -1, np.int32)
    candidates = i64(0)
    for v in range(n):
        if allowed[v]:
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
    stop = first[1:].copy()
    covered = np.zeros(ends.size - 1, np.uint8)
    invert(members, ends, covered, place, first, sets)
    chosen = np.zeros(n, np.uint8)
    for v in given:
        chosen[v] = 1
        for x in range(first[place[v]], first[place[v] + 1]):
            covered[sets[x]] = 1
    size = i64(0)
    for v in range(n):
        if allowed[v] and not chosen[v]:
            who[size] = v
            key[size] = (i64(counts[v]) + singles[v]) / costs[v]
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        sift_down(key, who, at, size)
    picked = i64(0)
    while picked < seeds.size and size > 0 and key[0] > 0.0:
        v = i64(who[0])
        if costs[v] <= budget:
            begin = first[place[v]]
            kept = begin
            for x in range(begin, stop[place[v]]):  # drops the sets that are covered by now from her list
                r = sets[x]
                sets[kept] = r
                kept += 1 - covered[r]
            stop[place[v]] = kept
            gain = kept - begin + singles[v]
            if gain / costs[v] < key[0]:
                key[0] = gain / costs[v]
                sift_down(key, who, 0, size)
                continue
            seeds[picked] = v
            gains[picked] = gain
            picked += 1
            budget -= costs[v]
            for x in range(first[place[v]], stop[place[v]]):
                covered[sets[x]] = 1
        size -= 1
        key[0] = key[size]
        who[0] = who[size]
        sift_down(key, who, 0, size)
    return picked


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
