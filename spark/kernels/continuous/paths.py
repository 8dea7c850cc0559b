"""Who adopts once: shortest paths over keyed times.

A tie's time and the time for which a person practises are functions of (key, world, tie or person); a tie convinces if
its time is shorter than the one for which its source practises, which all her ties share. Arrivals are final in order
of time (Dijkstra 1959, doi:10.1007/BF01386390); entries of the heap that are superseded are dropped when they come up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.continuous.times import (
    ALREADY,
    BY_BROADCAST,
    CELL_BITS,
    DURATION,
    FOR_GOOD,
    FOREVER,
    LATENCY,
    NEVER,
    SEED,
    hearing_instant,
    last_instant,
    standard_time,
    tie_time,
    whole_step,
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
from spark.kernels.lanes import LANES, live_mask, lowest_bit, prefetch
from spark.kernels.world import kind_key, record_final


class Paths(NamedTuple):
    """Ties by source: indptr int64[n+1]; targets int32[m] (n, the sink, for ties that never convince); mean times
    `delay` uint64[m], or [1] where all are the same, the `fastest` of them (0: none); laws as in
    `spark.problem.arrays.Law`; reach int64[1024]: the largest draw whose time is below (i+1)/64 means, -1 for none.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    delay: NDArray[np.uint64]
    fastest: np.uint64
    delay_quantiles: NDArray[np.uint64]
    reach: NDArray[np.int64]
    duration: NDArray[np.uint64]
    duration_quantiles: NDArray[np.uint64]
    latency: NDArray[np.uint64]
    latency_quantiles: NDArray[np.uint64]


class PathsWork(NamedTuple):
    """Arrays that a world may write to; arrival uint64[n+1] is FOREVER (the sink 0) before and after it."""

    arrival: NDArray[np.uint64]
    order: NDArray[np.int32]  # [n], people in order of adoption
    came: NDArray[np.uint64]  # [n], in that order: when they adopt, and when they stop practising
    went: NDArray[np.uint64]
    heap_time: NDArray[np.uint64]  # [m + n + seeds + 1]
    heap_person: NDArray[np.int32]
    live: NDArray[np.uint32]  # [LANES]


@inlined
def push(work, size, time, person):
    """Put an arrival on the heap, in which each entry has four children; return its new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 2
        if work.heap_time[parent] <= time:
            break
        work.heap_time[i] = work.heap_time[parent]
        work.heap_person[i] = work.heap_person[parent]
        i = parent
    work.heap_time[i] = time
    work.heap_person[i] = person
    return size + 1


@inlined
def drop_first(work, size):
    """Take the first arrival off the heap; return its new size."""
    size -= 1
    time, person = work.heap_time[size], work.heap_person[size]
    i = 0
    while True:
        first = 4 * i + 1
        if first >= size:
            break
        child = first
        for other in range(first + 1, min(first + 4, size)):
            if work.heap_time[other] < work.heap_time[child]:
                child = other
        if work.heap_time[child] >= time:
            break
        work.heap_time[i] = work.heap_time[child]
        work.heap_person[i] = work.heap_person[child]
        i = child
    work.heap_time[i] = time
    work.heap_person[i] = person
    return size


@inlined
def latent_time(latent_key, v, paths):
    """How long a person tries before she practises."""
    return multiply_high(standard_time(person_draw(latent_key, v), paths.latency_quantiles), paths.latency[v])


@kernel
def begin_paths(key, world, paths, start, work, last):
    """Put on the heap who practises already, the seeds, and whom broadcasts convince; return its size."""
    size = 0
    arrival = work.arrival
    for v in start.adopted:
        arrival[v] = u64(0)
        size = push(work, size, u64(0), v)
    for i in range(start.seeds.size):
        v, time = start.seeds[i], u64(start.steps[i]) << u64(32)
        if time <= last and time < arrival[v]:
            arrival[v] = time
            size = push(work, size, time, v)
    if start.schedule.size > 0:
        hear = kind_key(key, BROADCAST, world)
        latent_key = kind_key(key, LATENCY, world)
        tries = paths.latency.size > 0
        for v in range(start.schedule.size):
            row = start.schedule[v]
            if row >= 0 and start.heard.shape[1] > 1:
                time = hearing_instant(exponential_tolerance(person_draw(hear, v)), start.heard[row])
                if tries:
                    time += latent_time(latent_key, v, paths)
                if time <= last and time < arrival[v]:
                    arrival[v] = time
                    size = push(work, size, time, v)
    return size


@kernel
def paths_world(key, world, paths, start, work):
    """Burn one world; fill work.order, came and went, return how many ever adopt."""
    arrival, targets, delay, reach, live = work.arrival, paths.targets, paths.delay, paths.reach, work.live
    last = last_instant(start.horizon)
    size = begin_paths(key, world, paths, start, work, last)
    stay_key, latent_key = kind_key(key, DURATION, world), kind_key(key, LATENCY, world)
    tries = paths.latency.size > 0
    alike = delay.size == 1
    cell = max(paths.fastest >> u64(8 + CELL_BITS), u64(1))
    block = -1
    k0, k1 = u32(0), u32(0)
    total = 0
    while size > 0:
        now, u = work.heap_time[0], work.heap_person[0]
        size = drop_first(work, size)
        if now > arrival[u]:
            continue
        if size > 0:
            prefetch(targets, paths.indptr[work.heap_person[0]])  # who most likely comes next
        work.order[total] = u
        work.came[total] = now
        within = last - now + u64(1)  # a tie's time has to be below this
        work.went[total] = FOR_GOOD
        if paths.duration[u] > u64(0):
            stay = multiply_high(standard_time(person_draw(stay_key, u), paths.duration_quantiles), paths.duration[u])
            work.went[total] = now + stay
            within = min(within, stay)
        total += 1
        e, stop = paths.indptr[u], paths.indptr[u + 1]
        if e == stop or paths.fastest == u64(0):
            continue
        place = within // cell
        bound = reach[np.int64(place)] if place < u64(reach.size) else 0xFFFFFFFF
        if bound < 0:
            continue
        for i in range(LANES):
            live[i] = u32(bound)
        while e < stop:
            if e >> BLOCK_BITS != block:
                block = e >> BLOCK_BITS
                k0, k1 = halves(world_key(key, world, u64(block)))
            ahead = min(stop, (block + 1) << BLOCK_BITS)
            mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, live, 0)
            if ahead - e < LANES:
                mask &= (u64(1) << u64(ahead - e)) - u64(1)
            while mask != u64(0):
                tie = e + lowest_bit(mask)
                mask &= mask - u64(1)
                v = targets[tie]
                if arrival[v] <= now:
                    continue
                draw = tie_draw(u32(tie & 0xFFFFFFFF), k0, k1)
                takes = tie_time(draw, paths.delay_quantiles, delay[0] if alike else delay[tie])
                if takes >= within:
                    continue
                come = now + takes
                if tries:
                    come += latent_time(latent_key, v, paths)
                if come < arrival[v] and come <= last:
                    arrival[v] = come
                    size = push(work, size, come, v)
            e = min(e + LANES, ahead)
    return total


@kernel
def run_paths(key, first, begin_row, stop_row, paths, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    last = last_instant(start.horizon)
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    for row in range(begin_row, stop_row):
        total = paths_world(key, u64(first + row), paths, start, work)
        adopters = count.adopters[row]
        adopters[:] = 0
        steps = adopters.size
        kept = 0
        fits = True
        for i in range(total):
            u = work.order[i]
            came, went = work.came[i], work.went[i]
            work.arrival[u] = FOREVER
            for instant, change in ((came, 1), (went, -1)):
                if instant <= last:
                    step = whole_step(instant)
                    if step < steps:
                        adopters[step] += change
                    else:
                        fits = False
            if went > last:
                work.order[kept] = u
                kept += 1
        if not fits:
            return row
        for step in range(1, steps):
            adopters[step] += adopters[step - 1]
        record_final(row, work.order[:kept], count)
        count.ever[row] = total
    return stop_row


@kernel
def replay_paths(key, world, paths, incoming, shares, start, work, when, by):
    """Fill in when int32[n], the step by which each person had adopted, and by int64[n], what lit her."""
    total = paths_world(key, u64(world), paths, start, work)
    in_indptr, in_source, in_tie = incoming
    latent_key = kind_key(key, LATENCY, u64(world))
    tries = paths.latency.size > 0
    went = np.zeros(when.size, np.uint64)
    for i in range(total):
        went[work.order[i]] = work.went[i]
    for v in start.adopted:
        by[v] = ALREADY
    for i in range(start.seeds.size):
        v = start.seeds[i]
        if by[v] == NEVER and work.arrival[v] == u64(start.steps[i]) << u64(32):
            by[v] = SEED
    for i in range(total):
        v = work.order[i]
        when[v] = whole_step(work.arrival[v])
        if by[v] != NEVER:
            continue
        by[v] = BY_BROADCAST
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, tie = in_source[j], in_tie[j]
            if paths.targets[tie] != v or work.arrival[u] > work.arrival[v]:
                continue
            k0, k1 = halves(world_key(key, u64(world), u64(tie >> BLOCK_BITS)))
            mean = paths.delay[0] if paths.delay.size == 1 else paths.delay[tie]
            takes = tie_time(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1), paths.delay_quantiles, mean)
            heard = work.arrival[u] + takes
            come = heard + latent_time(latent_key, v, paths) if tries else heard
            if come == work.arrival[v] and heard < went[u]:
                by[v] = tie
                break
    for i in range(total):
        work.arrival[work.order[i]] = FOREVER
