"""Continuous time: shortest paths over keyed times; or, where everybody sees everybody, one sorted list of tolerances.

Instants are uint64 in units of 2^-32 of a unit of time. A tie's time and the time for which a person practises are
functions of (key, world, tie or person); a tie convinces if its time is shorter than the one for which its source
practises, which all her ties share. Arrivals are final in order of time (Dijkstra 1959, doi:10.1007/BF01386390), with a
heap from which superseded entries are dropped when they come up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    TOLERANCE,
    exponential_tolerance,
    halves,
    multiply_high,
    person_draw,
    scaled,
    tie_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.lanes import LANES, live_mask, lowest_bit, prefetch
from spark.kernels.world import kind_key, record_final

DURATION = u64(0x6475726174696F6E)
FOREVER = u64(1 << 62)
FOR_GOOD = u64((1 << 64) - 1)
WHOLE = u64(1 << 32)
REACH_CELLS, CELL_BITS = 1024, 6  # cells of 1/64 of the mean, up to 16 means
ALREADY, SEED, BY_BROADCAST, NEVER = -3, -2, -5, -1  # as in `spark.problem.arrays.Trace`


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


class PathsWork(NamedTuple):
    """Arrays that a world may write to; arrival uint64[n+1] is FOREVER (the sink 0) before and after it."""

    arrival: NDArray[np.uint64]
    order: NDArray[np.int32]  # [n], people in order of adoption
    came: NDArray[np.uint64]  # [n], in that order: when they adopt, and when they stop practising
    went: NDArray[np.uint64]
    heap_time: NDArray[np.uint64]  # [m + n + seeds + 1]
    heap_person: NDArray[np.int32]
    live: NDArray[np.uint32]  # [LANES]


class Crowd(NamedTuple):
    """What a non-adopter waits per unit of tolerance, and her hazard, while i practise: uint64[n] each."""

    wait: NDArray[np.uint64]
    hazard: NDArray[np.uint64]


class CrowdWork(NamedTuple):
    """Arrays that a world may write to."""

    tolerance: NDArray[np.uint64]  # [n]
    practises: NDArray[np.uint8]  # [n]
    final: NDArray[np.int32]  # [n]


@inlined
def standard_time(level, quantiles):
    """The time of mean 1 at a level in units of 2^-64, in units of 2^-56; `quantiles` empty: exponential."""
    if quantiles.size == 0:
        return exponential_tolerance(~level)
    cells = u64(quantiles.size - 1)
    i = np.int64(multiply_high(level, cells))
    return quantiles[i] + multiply_high(quantiles[i + 1] - quantiles[i], level * cells)


@inlined
def tie_time(draw, quantiles, mean):
    """The time of a tie from its 32 bits: the middle of the levels that they stand for."""
    return multiply_high(standard_time((u64(draw) << u64(32)) | u64(0x80000000), quantiles), mean)


@kernel
def fill_reach(quantiles, reach):
    """Fill in the largest draw whose time of mean 1 is below (i+1)/64, by bisection; times rise with draws."""
    for i in range(reach.size):
        limit = u64(i + 1) << u64(56 - CELL_BITS)
        low, high = -1, 0xFFFFFFFF
        while low < high:
            middle = (low + high + 1) // 2
            if standard_time((u64(middle) << u64(32)) | u64(0x80000000), quantiles) < limit:
                low = middle
            else:
                high = middle - 1
        reach[i] = low


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


@kernel
def hearing_instant(tolerance, heard):
    """When the total dose heard, which grows evenly within a step, reaches a tolerance; `heard` uint64[H+1]."""
    final = heard.size - 1
    if tolerance > heard[final]:
        return FOREVER
    low, high = 1, final
    while low < high:
        middle = (low + high) // 2
        if heard[middle] >= tolerance:
            high = middle
        else:
            low = middle + 1
    part, whole = tolerance - heard[low - 1], heard[low] - heard[low - 1]
    while whole >= WHOLE:
        part >>= u64(1)
        whole >>= u64(1)
    return (u64(low - 1) << u64(32)) + (part << u64(32)) // whole


@inlined
def last_instant(horizon):
    """The last instant of a world that counts."""
    return u64(horizon) << u64(32) if horizon >= 0 else FOREVER - u64(1)


@inlined
def whole_step(instant):
    """The first whole unit of time at which something has happened that happens at an instant."""
    return np.int64((instant + (WHOLE - u64(1))) >> u64(32))


@kernel
def begin_paths(key, world, start, work, last):
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
        for v in range(start.schedule.size):
            row = start.schedule[v]
            if row >= 0 and start.heard.shape[1] > 1:
                time = hearing_instant(exponential_tolerance(person_draw(hear, v)), start.heard[row])
                if time <= last and time < arrival[v]:
                    arrival[v] = time
                    size = push(work, size, time, v)
    return size


@kernel
def paths_world(key, world, paths, start, work):
    """Burn one world; fill work.order, came and went, return how many ever adopt."""
    arrival, targets, delay, reach, live = work.arrival, paths.targets, paths.delay, paths.reach, work.live
    last = last_instant(start.horizon)
    size = begin_paths(key, world, start, work, last)
    stay_key = kind_key(key, DURATION, world)
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
                if takes < within and now + takes < arrival[v]:
                    arrival[v] = now + takes
                    size = push(work, size, now + takes, v)
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
            come = work.arrival[u] + takes
            if come == work.arrival[v] and come < went[u]:
                by[v] = tie
                break
    for i in range(total):
        work.arrival[work.order[i]] = FOREVER


@kernel
def crowd_world(key, world, crowd, start, work, adopters):
    """Burn one world of a crowd: one cumulative hazard for all, whose tolerances it passes in order. Fill adopters
    int32[T] with how many adopt in each step, and work.final; return how many there are, or -1 if T is too small.
    """
    people = work.tolerance.size
    last = last_instant(start.horizon)
    tolerance_key = kind_key(key, TOLERANCE, world)
    for v in range(people):
        work.tolerance[v] = exponential_tolerance(person_draw(tolerance_key, v))
    work.practises[:] = 0
    adopters[:] = 0
    order = np.argsort(work.tolerance)
    total, seed, place = 0, 0, 0
    now, low, dose = u64(0), u64(0), u64(0)  # `low` holds 64 bits of the instant below its unit
    for v in start.adopted:
        work.practises[v] = 1
        work.final[total] = v
        total += 1
    adopters[0] = total
    while True:
        while place < people and work.practises[order[place]] != 0:
            place += 1
        next_time, next_low = FOREVER, u64(0)
        if place < people and crowd.wait[total] > u64(0):
            gap = work.tolerance[order[place]] - dose
            next_low = low + gap * crowd.wait[total]
            next_time = now + multiply_high(gap, crowd.wait[total]) + u64(1 if next_low < low else 0)
        due = u64(start.steps[seed]) << u64(32) if seed < start.seeds.size else FOREVER
        if min(due, next_time) > last:
            return total
        step = whole_step(min(due, next_time))
        if step >= adopters.size:
            return -1
        if due <= next_time:
            if place < people:
                dose = min(dose + scaled(due - now, crowd.hazard[total]), work.tolerance[order[place]])
            now, low = due, u64(0)
            v = start.seeds[seed]
            seed += 1
        else:
            dose = work.tolerance[order[place]]
            now, low = next_time, next_low
            v = order[place]
        if work.practises[v] == 0:
            work.practises[v] = 1
            work.final[total] = v
            total += 1
            adopters[step] += 1


@kernel
def run_crowd(key, first, begin_row, stop_row, crowd, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    for row in range(begin_row, stop_row):
        adopters = count.adopters[row]
        total = crowd_world(key, u64(first + row), crowd, start, work, adopters)
        if total < 0:
            return row
        for step in range(1, adopters.size):
            adopters[step] += adopters[step - 1]
        record_final(row, work.final[:total], count)
        count.ever[row] = total
    return stop_row
