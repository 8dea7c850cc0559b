"""Random reverse-reachable sets: all who would have lit a person, in one draw of all chance each.

A set is drawn from its root against the direction of influence (Borgs, Brautbar, Chayes & Lucier 2014,
doi:10.1137/1.9781611973402.70); seeds light the root iff they meet the set. Cascade: one unit-exponential dose is
carried along rows and sets, so that a draw is paid per live tie and not per tie; of people who are lit by one tie at
most, the rest of the row is passed over once a tie is live.

What is lit without any seeds (people who practise already, broadcasts) covers a set for good; such sets are counted
and dropped, as are those that meet people marked as `SENTINEL`. Under strong contagion most sets are huge and meet the
same few: who is nearly always found together with a sentinel is marked as `COMPANION`. A set that meets one is taken
for covered right away with chance 1 - 1/COPIES; else it is drawn to its end and, if no sentinel is in it, stored COPIES
times, which keeps all counts right on average.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import mix, multiply_high, scaled
from spark.kernels.lanes import prefetch
from spark.kernels.reverse_rows import ALL_LIVE, ENDLESS, FIRST_ONLY
from spark.kernels.reverse_stream import GOLDEN, chunk_stream, waiting

u32 = np.uint32
u64 = np.uint64
i64 = np.int64

CHUNK = 256
ROOTS_AHEAD = 8
COPIES = 16
FREE, BASE, SENTINEL, COMPANION = 0, 1, 2, 3
STREAM, ENERGY, STAMP, USED, STORED, NEXT, ROOT, ENDURANCE = 0, 1, 2, 3, 4, 5, 6, 7
STATE = 8


class Base(NamedTuple):
    """What covers a set without being chosen.

    marks uint8[n or 0]: FREE, BASE (practises already), SENTINEL or, only where no base is, COMPANION; empty: nobody is
    marked. schedule int32[n or 0], heard uint64[S, H+1]: broadcasts as in `Actions`; empty: none. horizon: deepest path
    that counts, -1 for any. room: 1, or COPIES where companions are marked.
    """

    marks: Any
    schedule: Any
    heard: Any
    horizon: Any
    room: Any


class Store(NamedTuple):
    """What a run of sets fills; sets of one person are counted and not stored.

    members int32: the people of the stored sets, one set after another; ends int64: where each stops, ends[0] = 0.
    counts, singles int32[n]: stored sets of each person, and sets of her alone. visited uint32[n]: scratch.
    covered int64[3]: sets that met a mark, by code. state uint64[STATE]: where the run stands.
    """

    members: Any
    ends: Any
    counts: Any
    singles: Any
    visited: Any
    covered: Any
    state: Any


@inlined
def first_above(running, start, stop, value):
    """The first place in start..stop-1 whose running total is above `value`; there is one."""
    low = start
    high = stop - 1
    while low < high:
        middle = (low + high) >> 1
        if running[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low


@inlined
def partner_heat(partners, organisation):
    """Heat of an organisation (-1: of none) once all members of all its partners have adopted."""
    if organisation < 0 or partners.indptr[organisation + 1] == partners.indptr[organisation]:
        return u64(0)
    return partners.heat[partners.indptr[organisation + 1] - 1]


@kernel
def partner_member(partners, organisation, factor, point):
    """The member of a partner whose part of the heat, times `factor`, holds `point`: who, and where her part ends."""
    first = partners.indptr[organisation]
    low = first
    high = partners.indptr[organisation + 1] - 1
    while low < high:
        middle = (low + high) >> 1
        if scaled(partners.heat[middle], factor) > point:
            high = middle
        else:
            low = middle + 1
    before = partners.heat[low - 1] if low > first else u64(0)
    dose = partners.dose[low]
    left = partners.member_indptr[partners.sources[low]]
    right = partners.member_indptr[partners.sources[low] + 1] - 1
    while left < right:
        middle = (left + right) >> 1
        if scaled(before + scaled(dose, partners.brightness[middle]), factor) > point:
            right = middle
        else:
            left = middle + 1
    return i64(partners.members[left]), scaled(before + scaled(dose, partners.brightness[left]), factor)


@inlined
def meets(marks, members, start, stop, met):
    """The strongest mark among members[start:stop] and what was met before: BASE, SENTINEL, COMPANION, FREE."""
    for x in range(start, stop):
        mark = i64(marks[members[x]])
        if mark != FREE and (met == FREE or mark < met):
            met = mark
    return met


@inlined
def store_set(members, ends, counts, start, used, stored, copies):
    """Store the set members[start:used], so many times; returns where members end now, and how many sets are stored."""
    for x in range(start, used):
        counts[members[x]] += copies
    stored += 1
    ends[stored] = used
    size = used - start
    for _ in range(copies - 1):
        for x in range(used, used + size):
            members[x] = members[x - size]
        used += size
        stored += 1
        ends[stored] = used
    return used, stored


@kernel
def cascade_sets(rows, partners, base, roots, alone, store, key, last, large):
    """Draw sets of the cascade family from ``state[NEXT]`` up to `last`, or until `store` may not hold another one.

    roots int32: who the sets are drawn for; a set takes entry state[ROOT], which moves on by one and around.
    alone uint64[n or 0]: total hazard of the row of each entry of `roots`, if these are everybody in turn and a set is
    of the root alone exactly if no tie of hers is live. Such sets then leave no trace; singles[v] counts down others.
    large: whether the rows are too large for the caches, so that asking for them ahead pays.
    """
    indptr, sources, kind, step, total, tie = rows
    members, ends, counts, singles, visited, covered, state = store
    marks, schedule, heard, horizon = base.marks, base.schedule, base.heard, i64(base.horizon)
    n = visited.size
    has_marks, has_broadcasts, has_partners = marks.size > 0, schedule.size > 0, partners.indptr.size > 0
    once = partners.once
    only_sentinels = not has_broadcasts
    for v in range(marks.size):
        if marks[v] == BASE:
            only_sentinels = False
    plain = not has_broadcasts and not has_partners and horizon != 0
    counted_down = alone.size > 0
    stream, energy, stamp = state[STREAM], state[ENERGY], u32(state[STAMP])
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    room = i64(base.room)
    while i < last and used + room * n <= members.size and stored + room < ends.size:
        if i % CHUNK == 0:
            stream = chunk_stream(key, i // CHUNK) + GOLDEN
            energy = waiting(mix(stream))
        if counted_down:
            stop = min(last, (i // CHUNK + 1) * CHUNK, i + roots.size - root_at)
            begin = i
            shift = root_at - i
            while i < stop and energy >= alone[i + shift]:
                energy -= alone[i + shift]
                i += 1
            root_at += i - begin
            if root_at == roots.size:
                root_at = 0
            if i == stop:
                continue
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        i += 1
        if large:
            soon = i64(roots[min(root_at + ROOTS_AHEAD, roots.size - 1)])
            prefetch(total, soon)
            prefetch(step, soon)
            prefetch(indptr, soon)
            soon = i64(roots[min(root_at + ROOTS_AHEAD // 2, roots.size - 1)])
            prefetch(sources, indptr[soon])
            prefetch(visited, soon)
        if plain and energy >= total[root] and (not has_marks or marks[root] == FREE):
            energy -= total[root]
            singles[root] += 1
            continue
        if stamp == u32(0xFFFFFFFF):
            visited[:] = 0
            stamp = u32(0)
        stamp += u32(1)
        visited[root] = stamp
        members[used] = root
        start = used
        at = used
        used += 1
        level = used
        depth = i64(0)
        met = i64(FREE)
        copies = 1
        if has_marks:
            met = i64(marks[root])
        while at < used and met != BASE and not (met == SENTINEL and only_sentinels):
            if met == COMPANION:
                if copies == 1:
                    stream += GOLDEN
                    if mix(stream) % u64(COPIES) != u64(0):
                        met = i64(SENTINEL)
                        break
                    copies = COPIES
                met = i64(FREE)
            if at == level:
                depth += 1
                level = used
            fresh = used
            u = i64(members[at])
            at += 1
            if large:
                prefetch(sources, indptr[members[min(at + 1, used - 1)]])
            if has_broadcasts and schedule[u] >= 0:
                row = i64(schedule[u])
                step_at = i64(heard.shape[1] - 1)
                if horizon >= 0:
                    step_at = min(step_at, horizon - depth)
                if energy < heard[row, step_at]:
                    stream += GOLDEN
                    energy = waiting(mix(stream))
                    met = i64(BASE)
                    break
                energy -= heard[row, step_at]
            if depth == horizon:
                continue
            left = total[u]
            found = False
            if energy >= left:
                energy -= left
            elif step[u] != u64(0):
                e = indptr[u]
                each = step[u]
                while energy < left:
                    skipped = energy // each
                    left -= (skipped + u64(1)) * each
                    e += i64(skipped)
                    v = i64(sources[e])
                    e += 1
                    stream += GOLDEN
                    energy = waiting(mix(stream))
                    if visited[v] != stamp:
                        visited[v] = stamp
                        members[used] = v
                        used += 1
                        if large:
                            prefetch(total, v)
                            prefetch(step, v)
                            prefetch(indptr, v)
                energy -= left
            else:
                all_live = kind[u] == ALL_LIVE
                found = kind[u] == FIRST_ONLY
                for e in range(indptr[u], indptr[u + 1]):
                    if not all_live and tie[e] != ENDLESS:
                        if energy >= tie[e]:
                            energy -= tie[e]
                            continue
                        stream += GOLDEN
                        energy = waiting(mix(stream))
                    v = i64(sources[e])
                    if visited[v] != stamp:
                        visited[v] = stamp
                        members[used] = v
                        used += 1
                    if found:
                        break
            if has_partners and not found:
                organisation = i64(partners.organisation[u])
                heat = partner_heat(partners, organisation)
                if heat > u64(0) and kind[u] == FIRST_ONLY:
                    if energy >= once[u]:
                        energy -= once[u]
                    else:
                        factor = partners.receptivity[u]
                        stream += GOLDEN
                        point = multiply_high(mix(stream), scaled(heat, factor))
                        stream += GOLDEN
                        energy = waiting(mix(stream))
                        v, _ = partner_member(partners, organisation, factor, point)
                        if visited[v] != stamp:
                            visited[v] = stamp
                            members[used] = v
                            used += 1
                elif heat > u64(0):
                    factor = partners.receptivity[u]
                    reach = scaled(heat, factor)
                    passed = u64(0)
                    while energy < reach - passed:
                        v, passed = partner_member(partners, organisation, factor, passed + energy)
                        stream += GOLDEN
                        energy = waiting(mix(stream))
                        if visited[v] != stamp:
                            visited[v] = stamp
                            members[used] = v
                            used += 1
                    energy -= reach - passed
            if has_marks:
                met = meets(marks, members, fresh, used, met)
        if met in (BASE, SENTINEL):
            covered[met] += 1
            used = start
        elif used == start + 1:
            singles[root] += copies
            used = start
        else:
            if counted_down:
                singles[root] -= 1
            used, stored = store_set(members, ends, counts, start, used, stored, copies)
    state[STREAM], state[ENERGY], state[STAMP] = stream, energy, u64(stamp)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
