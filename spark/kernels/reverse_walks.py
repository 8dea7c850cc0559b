"""Reverse sets of the threshold family: walks, one after another or many at a time.

At most one of the sources of a person's dose counts, picked with its share of her uniform tolerance (Kempe, Kleinberg &
Tardos 2003, doi:10.1145/956750.956769), so that a set is a walk. A walk jumps through
memory and waits at every step; several that take their steps in turn wait together. They give the sets that one at a
time gives, but know no partners, broadcasts and marks.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import mix, scaled
from spark.kernels.lanes import prefetch
from spark.kernels.reverse import (
    BASE,
    FREE,
    NEXT,
    ROOT,
    STAMP,
    STORED,
    USED,
    first_above,
    partner_heat,
    partner_member,
    store_set,
)
from spark.kernels.reverse_rows import EQUAL
from spark.kernels.reverse_stream import GOLDEN, set_stream

u32 = np.uint32
u64 = np.uint64
i64 = np.int64

WALKS = 16
SHORT = 64
NOBODY = -1


@inlined
def place_of_source(head, tie, person, point):
    """Where in the rows stands who holds `point` of the tolerance of a person; NOBODY where the point is above all."""
    if point >= head[person, 0]:
        return i64(NOBODY)
    if head[person, 1] != u64(0):
        return min(i64(head[person, 2] + point // head[person, 1]), i64(head[person, 3]) - 1)
    return first_above(tie, i64(head[person, 2]), i64(head[person, 3]), point)


@kernel
def threshold_sets(rows, partners, base, roots, alone, store, key, last, large):
    """Draw sets of the threshold family, as `cascade_sets`: walks to the one in whose share the tolerance falls."""
    indptr, sources, kind, step, total, tie = rows
    members, ends, counts, singles, visited, covered, state = store
    marks, schedule, heard, horizon = base.marks, base.schedule, base.heard, i64(base.horizon)
    n = visited.size
    has_marks, has_broadcasts, has_partners = marks.size > 0, schedule.size > 0, partners.indptr.size > 0
    stamp = u32(state[STAMP])
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    while i < last and used + n <= members.size and stored + 1 < ends.size:
        stream = set_stream(key, i)
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        i += 1
        if stamp == u32(0xFFFFFFFF):
            visited[:] = 0
            stamp = u32(0)
        stamp += u32(1)
        start = used
        u = root
        depth = i64(0)
        met = i64(FREE)
        while True:
            visited[u] = stamp
            members[used] = u
            used += 1
            if has_marks and marks[u] != FREE:
                met = i64(marks[u])
                if met == BASE:
                    break
            if depth == horizon or (total[u] == u64(0) and not has_partners and not has_broadcasts):
                break
            stream += GOLDEN
            point = mix(stream) >> u64(8)
            v = i64(-1)
            if point < total[u]:
                if kind[u] == EQUAL:
                    place = min(indptr[u] + i64(point // step[u]), indptr[u + 1] - 1)
                else:
                    place = first_above(tie, indptr[u], indptr[u + 1], point)
                v = i64(sources[place])
            else:
                point -= total[u]
                if has_partners:
                    organisation = i64(partners.organisation[u])
                    heat = partner_heat(partners, organisation)
                    reach = scaled(heat, partners.receptivity[u]) if heat > u64(0) else u64(0)
                    if point < reach:
                        v, _ = partner_member(partners, organisation, partners.receptivity[u], point)
                    else:
                        point -= reach
                if v < 0 and has_broadcasts and schedule[u] >= 0:
                    step_at = i64(heard.shape[1] - 1)
                    if horizon >= 0:
                        step_at = min(step_at, horizon - depth)
                    if point < heard[i64(schedule[u]), step_at]:
                        met = i64(BASE)
            if v < 0 or visited[v] == stamp:
                break
            u = v
            depth += 1
        if met != FREE:
            covered[met] += 1
            used = start
        elif used == start + 1:
            singles[root] += 1
            used = start
        else:
            used, stored = store_set(members, ends, counts, start, used, stored, 1)
    state[STAMP] = u64(stamp)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)


@kernel
def threshold_walks(rows, head, horizon, roots, store, key, last):
    """Draw sets from ``state[NEXT]`` up to `last`, or until `store` may not hold another one.

    head uint64[n, 4]: total, step, start and end of each person's row, side by side.
    """
    sources, tie = rows.sources, rows.tie
    members, ends, counts, singles, visited, state = (
        store.members,
        store.ends,
        store.counts,
        store.singles,
        store.visited,
        store.state,
    )
    n = visited.size
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    stamp = u32(state[STAMP])
    i = i64(state[NEXT])
    walks = np.empty((WALKS, SHORT), np.int32)
    length = np.empty(WALKS, np.int64)
    stream = np.empty(WALKS, np.uint64)
    place = np.empty(WALKS, np.int64)
    going = np.empty(WALKS, np.int64)
    longest = max(n, i64(SHORT))
    while i < last and used + longest <= members.size and stored + WALKS < ends.size:
        width = min(i64(WALKS), last - i)
        for lane in range(width):
            root = roots[root_at]
            root_at += 1
            if root_at == roots.size:
                root_at = 0
            walks[lane, 0] = root
            length[lane] = 1
            stream[lane] = set_stream(key, i + lane)
            going[lane] = lane
            prefetch(head, 4 * i64(root))
        active = width
        while active > 0:
            still = 0
            for x in range(active):
                lane = going[x]
                at = length[lane] - 1
                u = i64(walks[lane, at])
                if at == horizon or head[u, 0] == u64(0) or at == SHORT - 1:
                    continue
                stream[lane] += GOLDEN
                place[lane] = place_of_source(head, tie, u, mix(stream[lane]) >> u64(8))
                if place[lane] >= 0:
                    prefetch(sources, place[lane])
                    going[still] = lane
                    still += 1
            active = still
            still = 0
            for x in range(active):
                lane = going[x]
                v = sources[place[lane]]
                again = False
                for y in range(length[lane]):
                    again |= walks[lane, y] == v
                if not again:
                    prefetch(head, 4 * i64(v))
                    walks[lane, length[lane]] = v
                    length[lane] += 1
                    going[still] = lane
                    still += 1
            active = still
        done = i64(0)
        while done < width and used + longest <= members.size:
            lane = done
            done += 1
            start = used
            for y in range(length[lane]):
                members[used] = walks[lane, y]
                used += 1
            if length[lane] == SHORT:
                if stamp == u32(0xFFFFFFFF):
                    visited[:] = 0
                    stamp = u32(0)
                stamp += u32(1)
                used = walk_on(sources, tie, head, horizon, members, visited, stamp, stream[lane], start, used)
            if used == start + 1:
                singles[members[start]] += 1
                used = start
            else:
                used, stored = store_set(members, ends, counts, start, used, stored, 1)
        i += done
        root_at -= width - done  # those for whom there was no room are drawn again
        if root_at < 0:
            root_at += roots.size
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
    state[STAMP] = u64(stamp)


@kernel
def walk_on(sources, tie, head, horizon, members, visited, stamp, stream, start, used):
    """Go on with a long walk, members[start:used], to its end; returns where that is."""
    for x in range(start, used):
        visited[members[x]] = stamp
    while used - start - 1 != horizon:
        u = i64(members[used - 1])
        if head[u, 0] == u64(0):
            break
        stream += GOLDEN
        place = place_of_source(head, tie, u, mix(stream) >> u64(8))
        if place < 0 or visited[sources[place]] == stamp:
            break
        members[used] = sources[place]
        visited[sources[place]] = stamp
        used += 1
    return used
