"""Reverse sets where ties take a time and people practise for one: paths back from the root, with a deadline.

Who ever adopts is reached over ties that take less time than their source practises, a time that all her ties share,
which is why this is not independent cascade. Set i is drawn in world i of its key, whose times are functions of (key,
world, tie or person) as in `spark.kernels.continuous`: seeds that practise from the start have its root adopt in that
very world iff they meet the set. Under a deadline paths are followed in order of their length (Dijkstra 1959).

In whole steps a tie tries once per step and its source gives up with a chance per step: both times are geometric, which
is exponential and rounded up, and a try in the step of giving up still counts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.continuous.heap import drop_first_instant, push_instant
from spark.kernels.continuous.paths import latent_time
from spark.kernels.continuous.times import (
    DURATION,
    FOREVER,
    LATENCY,
    hearing_instant,
    last_instant,
    standard_time,
    tie_time,
)
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    exponential_tolerance,
    halves,
    multiply_high,
    person_draw,
    tie_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.reverse import BASE, FREE, NEXT, ROOT, SENTINEL, STORED, USED
from spark.kernels.reverse_rows import ENDLESS
from spark.kernels.world import kind_key

i64 = np.int64
MOST_STEPS = u64(1 << 29)


class PathRows(NamedTuple):
    """Ties by target: indptr int64[n+1], sources int32[m], ties int64[m] (ids). In continuous time delay uint64[m],
    duration and latency uint64[n] and the quantiles are as in `spark.problem.arrays.Law`; in whole steps delay and
    duration are the hazards per step, ENDLESS where a step surely suffices. never uint8[m or 0]: ties that never
    convince. whole: 1 for whole steps.
    """

    indptr: Any
    sources: Any
    ties: Any
    delay: Any
    delay_quantiles: Any
    duration: Any
    duration_quantiles: Any
    latency: Any
    latency_quantiles: Any
    never: Any
    whole: Any


class Arrivals(NamedTuple):
    """What covers a set without being chosen: starts uint64[n or 0], when each person practises in any case (FOREVER:
    not so), schedule and heard as in `Actions`, given uint8[n or 0]: 1 for people who are chosen already; and the last
    step that counts, or -1.
    """

    starts: Any
    schedule: Any
    heard: Any
    given: Any
    horizon: Any


class PathWork(NamedTuple):
    """What a run writes to: arrival uint64[n], FOREVER before and after each set; a heap of instants."""

    arrival: Any
    heap_time: Any
    heap_person: Any


@inlined
def steps_until(draw, hazard):
    """How many whole steps it takes, as an instant, until an event that comes with a hazard per step."""
    if hazard == ENDLESS:
        return u64(1) << u64(32)
    if hazard == u64(0):
        return FOREVER
    return (u64(1) + min(exponential_tolerance(draw) // hazard, MOST_STEPS)) << u64(32)


@inlined
def time_taken(draw, mean, quantiles, whole):
    """The time of a tie from its 32 bits."""
    if whole:
        return steps_until(u64(~draw) << u64(32) ^ u64(0x80000000), mean)
    return tie_time(draw, quantiles, mean)


@inlined
def set_down(work, size, store, start, used, stored, met):
    """Store the set in members[start:used], unless it is covered, and leave no trace of it in `work`; returns where
    members end now, and how many sets are stored.
    """
    members = store.members
    for x in range(start, used):
        work.arrival[members[x]] = FOREVER
    for x in range(size):
        work.arrival[work.heap_person[x]] = FOREVER
    if met != FREE:
        store.covered[met] += 1
        return start, stored
    members[start + 1 : used].sort()
    for x in range(start, used):
        store.counts[members[x]] += 1
    store.ends[stored + 1] = used
    return used, stored + 1


@kernel
def path_sets(rows, base, roots, store, work, key, last):
    """Draw sets from ``state[NEXT]`` up to `last`, or until `store` may not hold another one; roots and store as in
    `spark.kernels.reverse`. A set holds its root, then the others in the order of people.
    """
    indptr, sources, ties, delay, delay_quantiles, duration, duration_quantiles, latency, _, never, whole = rows
    members, ends, singles, state = store.members, store.ends, store.singles, store.state
    starts, schedule, heard, given, horizon = base
    arrival, heap_person = work.arrival, work.heap_person
    n = arrival.size
    deadline = last_instant(i64(horizon))
    ordered = i64(horizon) >= 0
    only_given = starts.size == 0 and schedule.size == 0
    used, stored, root_at = i64(state[USED]), i64(state[STORED]), i64(state[ROOT])
    i = i64(state[NEXT])
    while i < last and used + n <= members.size and stored + 1 < ends.size:
        root = i64(roots[root_at])
        root_at += 1
        if root_at == roots.size:
            root_at = 0
        world = u64(i)
        stay_key, hear_key = kind_key(key, DURATION, world), kind_key(key, BROADCAST, world)
        latent_key = kind_key(key, LATENCY, world)
        i += 1
        arrival[root] = u64(0)
        size = push_instant(work, i64(0), u64(0), root)
        start = used
        met = i64(FREE)
        block = -1
        k0, k1 = u32(0), u32(0)
        while size > 0:
            now, u = work.heap_time[0], i64(heap_person[0])
            size = drop_first_instant(work, size)
            if now > arrival[u]:
                continue
            members[used] = u
            used += 1
            if starts.size and starts[u] <= deadline - now:
                met = i64(BASE)
                break
            if given.size and given[u]:
                met = i64(SENTINEL)
                if only_given:
                    break
            if latency.size:  # whoever convinces her does so before she tries
                now += latent_time(latent_key, u, rows)
                if now > deadline:
                    continue
            if schedule.size and schedule[u] >= 0 and heard.shape[1] > 1:
                hears = hearing_instant(exponential_tolerance(person_draw(hear_key, u)), heard[schedule[u]])
                if hears <= deadline - now:
                    met = i64(BASE)
                    break
            for x in range(indptr[u], indptr[u + 1]):
                v = i64(sources[x])
                if arrival[v] <= now:
                    continue
                e = ties[x]
                if delay[e] == u64(0) or (never.size and never[e]):
                    continue
                if e >> BLOCK_BITS != block:
                    block = e >> BLOCK_BITS
                    k0, k1 = halves(world_key(key, world, u64(block)))
                draw = tie_draw(u32(e & 0xFFFFFFFF), k0, k1)
                takes = time_taken(draw, delay[e], delay_quantiles, whole)
                if takes > deadline - now:
                    continue
                if whole:
                    if takes > steps_until(person_draw(stay_key, v), duration[v]):
                        continue
                elif duration[v] > u64(0):
                    stay = multiply_high(standard_time(person_draw(stay_key, v), duration_quantiles), duration[v])
                    if takes >= stay:
                        continue
                come = now + takes if ordered else u64(0)
                if come < arrival[v]:
                    arrival[v] = come
                    size = push_instant(work, size, come, v)
        if used == start + 1 and met == FREE:
            arrival[root] = FOREVER
            singles[root] += 1
            used = start
        else:
            used, stored = set_down(work, size, store, start, used, stored, met)
    state[USED], state[STORED], state[NEXT], state[ROOT] = u64(used), u64(stored), u64(i), u64(root_at)
