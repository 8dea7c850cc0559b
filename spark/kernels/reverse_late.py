"""Reverse sets under a deadline where ties take their time, or where who is fixed beforehand starts later.

Who is live is drawn as without delays; a live tie takes its delay, and paths back from the root are followed in order
of their length (Dijkstra 1959), up to the deadline (Chen, Lu & Zhang 2012, doi:10.1609/aaai.v26i1.8203). Set i is drawn
in world i of its key: ties and delays of a cascade are those of that very world; whose share holds a uniform tolerance,
and which members of partners convince, are so in law.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import kernel
from spark.kernels.continuous.heap import drop_first_instant, push_instant
from spark.kernels.continuous.times import FOREVER
from spark.kernels.delays import delay_key, tie_delay
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    PARTNERS,
    TOLERANCE,
    exponential_tolerance,
    halves,
    mix,
    multiply_high,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    uniform_tolerance,
    world_key,
)
from spark.kernels.reverse import BASE, FREE, NEXT, ROOT, SENTINEL, STORED, USED, partner_heat, partner_member
from spark.kernels.reverse_paths import set_down
from spark.kernels.reverse_stream import GOLDEN, waiting
from spark.kernels.world import kind_key

i64 = np.int64


class LateRows(NamedTuple):
    """Ties by target: indptr int64[n+1], sources int32[m], ties int64[m] (ids). cascade: 1 where ties have thresholds
    of draws, live uint32[m] and never uint8[m or 0], 0 where they have doses, dose uint64[m]. steps, rate, upto:
    delays; one uint8[n or 0]: people for whom only the first way that is live counts.
    """

    indptr: Any
    sources: Any
    ties: Any
    cascade: Any
    live: Any
    never: Any
    dose: Any
    steps: Any
    rate: Any
    upto: Any
    one: Any


@kernel
def late_sets(rows, partners, base, roots, store, work, key, last):
    """Draw sets from ``state[NEXT]`` up to `last`, or until `store` may not hold another one; as
    `spark.kernels.reverse_paths.path_sets`. A set holds its root, then the others in the order of people.
    """
    indptr, sources, ties = rows.indptr, rows.sources, rows.ties
    live, never, dose, one = rows.live, rows.never, rows.dose, rows.one
    steps, rate, upto = rows.steps, rows.rate, rows.upto
    members, ends, singles, state = store.members, store.ends, store.singles, store.state
    starts, schedule, heard, given, horizon = base
    arrival, heap_person = work.arrival, work.heap_person
    n = arrival.size
    cascade, has_partners = rows.cascade == 1, partners.indptr.size > 0
    varied = steps.size + rate.size + upto.size > 0
    deadline, late_key = u64(horizon), delay_key(key)
    only_given = starts.size == 0 and schedule.size == 0
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    while i < last and used + n <= members.size and stored + 1 < ends.size:
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        world = u64(i)
        hear_key, person_key = kind_key(key, BROADCAST, world), kind_key(key, TOLERANCE, world)
        partner_key = kind_key(key, PARTNERS, world)
        i += 1
        arrival[root] = u64(0)
        size = push_instant(work, i64(0), u64(0), root)
        start = used
        met = i64(FREE)
        block = -1
        k0, k1, d0, d1 = u32(0), u32(0), u32(0), u32(0)
        while size > 0:
            now, u = work.heap_time[0], i64(heap_person[0])
            size = drop_first_instant(work, size)
            if now > arrival[u]:
                continue
            members[used] = u
            used += 1
            left = deadline - now
            if starts.size and starts[u] >> u64(32) <= left:
                met = i64(BASE)
                break
            if given.size and given[u]:
                met = i64(SENTINEL)
                if only_given:
                    break
            hears = u64(0)
            if schedule.size and schedule[u] >= 0:
                hears = heard[schedule[u], min(i64(left), heard.shape[1] - 1)]
            if cascade and hears > u64(0) and exponential_tolerance(person_draw(hear_key, u)) <= hears:
                met = i64(BASE)
                break
            if left == u64(0):
                continue
            first_only = one.size > 0 and one[u] != 0
            found = False
            point = u64(0) if cascade else uniform_tolerance(person_draw(person_key, u)) - u64(1)
            for x in range(indptr[u], indptr[u + 1]):
                e, v = ties[x], i64(sources[x])
                if not cascade and point >= dose[e]:
                    point -= dose[e]
                    continue
                if cascade and ((never.size and never[e]) or (arrival[v] <= now and not first_only)):
                    continue
                if (cascade or varied) and e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                    d0, d1 = halves(world_key(late_key, world, u64(block)))
                if cascade and tie_draw(u32(e & 0xFFFFFFFF), k0, k1) > live[e]:
                    continue
                takes = u64(1)
                if varied:
                    takes = u64(tie_delay(e, tie_draw(u32(e & 0xFFFFFFFF), d0, d1), steps, rate, upto))
                if takes <= left and now + takes < arrival[v]:
                    arrival[v] = now + takes
                    size = push_instant(work, size, arrival[v], v)
                found = not cascade or first_only
                if found:
                    break
            if found:
                continue
            heat = u64(0)
            organisation = i64(-1)
            if has_partners:
                organisation = i64(partners.organisation[u])
                heat = partner_heat(partners, organisation)
            factor = partners.receptivity[u] if heat > u64(0) else u64(0)
            reach = scaled(heat, factor)
            if not cascade:
                if point < reach:
                    v, _ = partner_member(partners, organisation, factor, point)
                    if now + u64(1) < arrival[v]:
                        arrival[v] = now + u64(1)
                        size = push_instant(work, size, arrival[v], v)
                elif point - reach < hears:
                    met = i64(BASE)
                    break
                continue
            if reach == u64(0):
                continue
            stream = person_draw(partner_key, u) + GOLDEN
            energy = waiting(mix(stream))
            passed = u64(0)
            if first_only:
                if energy >= partners.once[u]:
                    continue
                stream += GOLDEN
                passed = multiply_high(mix(stream), reach)
                energy = u64(0)
            while energy < reach - passed:
                v, passed = partner_member(partners, organisation, factor, passed + energy)
                if now + u64(1) < arrival[v]:
                    arrival[v] = now + u64(1)
                    size = push_instant(work, size, arrival[v], v)
                if first_only:
                    break
                stream += GOLDEN
                energy = waiting(mix(stream))
        if used == start + 1 and met == FREE:
            arrival[root] = FOREVER
            singles[root] += 1
            used = start
        else:
            used, stored = set_down(work, size, store, start, used, stored, met)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
