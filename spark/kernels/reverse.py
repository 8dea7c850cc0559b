"""Random reverse-reachable sets: all who would have lit a person, in one draw of all chance each.

A set is drawn from its root against the direction of influence (Borgs, Brautbar, Chayes & Lucier 2014,
doi:10.1137/1.9781611973402.70); seeds light the root iff they meet the set. Cascade: one unit-exponential dose is
carried along rows and sets, so that a draw is paid per live tie and not per tie. Threshold: at most one of the sources
of a person's dose counts, picked with its share of her uniform tolerance (Kempe, Kleinberg & Tardos 2003).

What is lit without any seeds (people who practise already, broadcasts) covers a set for good; such sets are counted
and dropped, as are those that meet the people marked as `SENTINEL`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import mix, scaled
from spark.kernels.reverse_rows import ALL_LIVE, ENDLESS, EQUAL, NO_TIES
from spark.kernels.reverse_stream import GOLDEN, chunk_stream, waiting

u8 = np.uint8
u32 = np.uint32
u64 = np.uint64
i64 = np.int64

CHUNK = 256
FREE, BASE, SENTINEL = 0, 1, 2
STREAM, ENERGY, STAMP, USED, STORED, NEXT, ROOT = 0, 1, 2, 3, 4, 5, 6
STATE = 7


class Base(NamedTuple):
    """What covers a set without being chosen.

    marks uint8[n or 0]: FREE, BASE (practises already) or SENTINEL; empty: nobody is marked. schedule int32[n or 0],
    heard uint64[S, H+1]: broadcasts as in `Actions`; empty: none. horizon: deepest path that counts, -1 for any.
    """

    marks: Any
    schedule: Any
    heard: Any
    horizon: Any


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
def first_above(running, start, stop, value):  # type: ignore[no-untyped-def]
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
def partner_heat(partners, organisation):  # type: ignore[no-untyped-def]
    """Heat of an organisation once all members of all its partners have adopted."""
    stop = partners.indptr[organisation + 1]
    if stop == partners.indptr[organisation]:
        return u64(0)
    return partners.heat[stop - 1]


@inlined
def partner_member(partners, organisation, factor, point):  # type: ignore[no-untyped-def]
    """The member of a partner whose part of the heat, times `factor`, holds `point`: (tie, place, where her part ends)."""
    low = partners.indptr[organisation]
    first = low
    high = partners.indptr[organisation + 1] - 1
    while low < high:
        middle = (low + high) >> 1
        if scaled(partners.heat[middle], factor) > point:
            high = middle
        else:
            low = middle + 1
    before = partners.heat[low - 1] if low > first else u64(0)
    q = partners.sources[low]
    left = partners.member_indptr[q]
    right = partners.member_indptr[q + 1] - 1
    dose = partners.dose[low]
    while left < right:
        middle = (left + right) >> 1
        if scaled(before + scaled(dose, partners.brightness[middle]), factor) > point:
            right = middle
        else:
            left = middle + 1
    return low, left, scaled(before + scaled(dose, partners.brightness[left]), factor)


@kernel
def cascade_sets(rows, partners, base, roots, store, key, last, keep):  # type: ignore[no-untyped-def]
    """Draw sets of the cascade family from ``state[NEXT]`` up to `last`, or until `store` may not hold another one.

    roots int32: who the sets are drawn for; set number i takes entry state[ROOT], which moves on by one and around.
    keep: 0 only to count what is covered by marks, 1 to store the rest.
    """
    indptr, sources, kind, step, total, tie = rows
    members, ends, counts, singles, visited, covered, state = store
    n = visited.size
    has_marks = base.marks.size > 0
    has_broadcasts = base.schedule.size > 0
    has_partners = partners.indptr.size > 0
    horizon = i64(base.horizon)
    plain = not has_broadcasts and not has_partners and horizon != 0
    stream, energy, stamp = state[STREAM], state[ENERGY], u32(state[STAMP])
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    while i < last and used + n <= members.size:
        if i % CHUNK == 0:
            stream = chunk_stream(key, i // CHUNK) + GOLDEN
            energy = waiting(mix(stream))
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        i += 1
        if has_marks and base.marks[root] != FREE:
            covered[base.marks[root]] += 1
            continue
        if plain and energy >= total[root]:
            energy -= total[root]
            singles[root] += keep
            continue
        if stamp == u32(0xFFFFFFFF):
            visited[:] = 0
            stamp = u32(0)
        stamp += u32(1)
        start = used
        members[used] = root
        used += 1
        visited[root] = stamp
        at = start
        depth = i64(0)
        level = used
        met = FREE
        while at < used and met != BASE:
            if at == level:
                depth += 1
                level = used
            u = i64(members[at])
            at += 1
            if has_broadcasts and base.schedule[u] >= 0:
                heard = base.heard[base.schedule[u]]
                hears = heard[heard.size - 1 if horizon < 0 else min(horizon - depth, heard.size - 1)]
                if energy < hears:
                    stream += GOLDEN
                    energy = waiting(mix(stream))
                    met = BASE
                    break
                energy -= hears
            if depth == horizon:
                continue
            row = kind[u]
            if energy >= total[u]:
                energy -= total[u]
            elif row == EQUAL:
                e = indptr[u]
                each = step[u]
                left = total[u]
                while energy < left:
                    skipped = energy // each
                    left -= (skipped + u64(1)) * each
                    e += i64(skipped)
                    v = i64(sources[e])
                    e += 1
                    stream += GOLDEN
                    energy = waiting(mix(stream))
                    if visited[v] != stamp:
                        if has_marks and base.marks[v] != FREE:
                            met = base.marks[v] if met != BASE else met
                            if has_broadcasts and met == SENTINEL:
                                pass
                        visited[v] = stamp
                        members[used] = v
                        used += 1
                energy -= left
        # PLACEHOLDER
    state[STREAM], state[ENERGY], state[STAMP] = stream, energy, u64(stamp)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
