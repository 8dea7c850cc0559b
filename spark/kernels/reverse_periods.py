"""Reverse sets where adopters may give up and be convinced again: a walk back through steps and people.

Somebody practises at the end of a step if she did before and kept on, or if a live tie leads to her from somebody who
practised before the step: each step turns who practises into a union, one part for each person, whatever the others do
(an additive process, which has a dual; Harris 1976, doi:10.1214/aop/1176996049). Drawn backwards, a set holds all who
would have the root practise at the step that is looked at, had they practised at step 0; it may be empty. One unit
exponential is carried along the ties that are tried, as in `spark.kernels.reverse`, another along who may give up.

Where it counts whether the root EVER practised, she is looked at in every step: the union of all those sets.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import kernel
from spark.kernels.draw import mix, scaled
from spark.kernels.reverse import (
    BASE,
    CHUNK,
    ENDURANCE,
    ENERGY,
    FREE,
    NEXT,
    ROOT,
    SENTINEL,
    STAMP,
    STORED,
    STREAM,
    USED,
    meets,
    partner_heat,
    partner_member,
    store_set,
)
from spark.kernels.reverse_rows import ALL_LIVE, ENDLESS, hazard
from spark.kernels.reverse_stream import GOLDEN, chunk_stream, waiting

u32 = np.uint32
u64 = np.uint64
i64 = np.int64

MANY = 64
"""People at one step from which on a walk back rarely ends, so that nearly all sentinels are in it."""


class Steps(NamedTuple):
    """What covers a set without being chosen, and how people give up.

    marks uint8[n or 0]: FREE, BASE (practises at step 0 in any case) or SENTINEL; empty: nobody is marked. schedule,
    heard: broadcasts as in `Actions`. horizon: the last step. due_indptr int64[horizon + 2], due int32: who is made to
    practise at each step from 1 on. lapse uint64[n]: hazard of giving up per step, ENDLESS where it is certain.
    ever: whether the root is looked at in every step, and not at the end only. room: 1, or how often a set counts that
    came to hold MANY people and was drawn to its end; only where no base is.
    """

    marks: Any
    schedule: Any
    heard: Any
    horizon: Any
    due_indptr: Any
    due: Any
    lapse: Any
    ever: Any
    room: Any


@kernel
def lapse_hazards(lapse, hazards):
    """Fill `hazards` with -ln(1 - T/2^32) for the chances T of giving up, both uint64[n]; ENDLESS where T is 2^32."""
    for v in range(lapse.size):
        if lapse[v] == u64(0):
            hazards[v] = u64(0)
        elif lapse[v] >= u64(1 << 32):
            hazards[v] = ENDLESS
        else:
            hazards[v] = hazard(u32(lapse[v] - u64(1)))


@kernel
def period_sets(rows, partners, base, roots, alone, store, key, last, large):
    """Draw sets from ``state[NEXT]`` up to `last`, or until `store` may not hold another one.

    The arguments are those of `spark.kernels.reverse.cascade_sets`; `alone` and `large` are not read. covered[FREE]
    counts the sets in which nobody is. A set that comes to hold MANY people is taken for covered right away with chance
    1 - 1/room; else it is drawn to its end and counts `room` times, which keeps all counts right on average.
    """
    indptr, sources, kind, step, total, tie = rows
    members, ends, counts, singles, visited, covered, state = store
    marks, schedule, heard, horizon = base.marks, base.schedule, base.heard, i64(base.horizon)
    due_indptr, due, lapse, ever = base.due_indptr, base.due, base.lapse, i64(base.ever)
    n = visited.size
    has_marks, has_broadcasts, has_partners = marks.size > 0, schedule.size > 0, partners.indptr.size > 0
    has_due = due.size > 0
    last_heard = i64(heard.shape[1] - 1) if has_broadcasts else i64(0)
    stream, energy, endurance = state[STREAM], state[ENERGY], state[ENDURANCE]
    stamp = u32(state[STAMP])
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    room = i64(base.room)
    now = np.empty(n, np.int32)
    before = np.empty(n, np.int32)
    while i < last and used + room * n <= members.size and stored + room < ends.size:
        if i % CHUNK == 0:
            stream = chunk_stream(key, i // CHUNK) + GOLDEN
            energy = waiting(mix(stream))
            stream += GOLDEN
            endurance = waiting(mix(stream))
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        i += 1
        t = horizon
        if stamp >= u32(0xFFFFFFFF) - u32(horizon + 2):
            visited[:] = 0
            stamp = u32(0)
        stamp += u32(1)
        visited[root] = stamp
        now[0] = root
        count = i64(1)
        met = i64(FREE)
        copies = i64(1)
        while t > 0 and count > 0:
            if copies < room and count >= MANY:
                stream += GOLDEN
                if mix(stream) % u64(room) != u64(0):
                    met = i64(SENTINEL)
                    break
                copies = room
            if has_due:
                for x in range(due_indptr[t], due_indptr[t + 1]):
                    if visited[due[x]] == stamp:
                        met = i64(BASE)
            if met == BASE:
                break
            stamp += u32(1)
            earlier = i64(0)
            if ever:
                visited[root] = stamp
                before[0] = root
                earlier = 1
            for a in range(count):
                u = i64(now[a])
                if has_broadcasts and schedule[u] >= 0 and t <= last_heard:
                    dose = heard[i64(schedule[u]), t] - heard[i64(schedule[u]), t - 1]
                    if energy < dose:
                        stream += GOLDEN
                        energy = waiting(mix(stream))
                        met = i64(BASE)
                        break
                    energy -= dose
                if endurance >= lapse[u]:
                    endurance -= lapse[u]
                    if visited[u] != stamp:
                        visited[u] = stamp
                        before[earlier] = u
                        earlier += 1
                elif lapse[u] != ENDLESS:
                    stream += GOLDEN
                    endurance = waiting(mix(stream))
                left = total[u]
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
                            before[earlier] = v
                            earlier += 1
                    energy -= left
                else:
                    all_live = kind[u] == ALL_LIVE
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
                            before[earlier] = v
                            earlier += 1
                if has_partners:
                    organisation = i64(partners.organisation[u])
                    heat = partner_heat(partners, organisation)
                    if heat > u64(0):
                        factor = partners.receptivity[u]
                        reach = scaled(heat, factor)
                        passed = u64(0)
                        while energy < reach - passed:
                            v, passed = partner_member(partners, organisation, factor, passed + energy)
                            stream += GOLDEN
                            energy = waiting(mix(stream))
                            if visited[v] != stamp:
                                visited[v] = stamp
                                before[earlier] = v
                                earlier += 1
                        energy -= reach - passed
            now, before = before, now
            count = earlier
            t -= 1
        if met == FREE and has_marks:
            met = meets(marks, now, 0, count, met)
        if met != FREE:
            covered[met] += 1
        elif count == 0:
            covered[FREE] += copies
        elif count == 1:
            singles[now[0]] += copies
        else:
            start = used
            for x in range(count):
                members[used] = now[x]
                used += 1
            used, stored = store_set(members, ends, counts, start, used, stored, copies)
    state[STREAM], state[ENERGY], state[ENDURANCE], state[STAMP] = stream, energy, endurance, u64(stamp)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
