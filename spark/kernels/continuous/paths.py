"""Who adopts once: shortest paths over keyed times.

A tie's time and the time for which a person practises are functions of (key, world, tie or person); a tie convinces if
its time is shorter than the one for which its source practises, which all her ties share. Arrivals are final in order
of time (Dijkstra 1959, doi:10.1007/BF01386390); entries of the queue that are superseded are dropped when they come up.
Memory is what takes time: one bit says who has adopted, and who comes next is fetched a bucket of the queue ahead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel, lean
from spark.kernels.continuous.ladder import LINE, NO_BUCKET, Ladder, drop_first, push, put, put_far
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
from spark.kernels.lanes import LANES, alike_mask, lowest_bit, prefetch
from spark.kernels.world import kind_key, record_final, record_moves


class Paths(NamedTuple):
    """Ties by source: indptr int64[n+1]; targets int32[m] (n, the sink, for ties that never convince); mean times
    `delay` uint64[m] and `duration` uint64[n], or [1] where all are the same, the `fastest` of the ties (0: none); laws
    as in `spark.problem.arrays.Law`; reach int64[1024]: the largest draw whose time is below (i+1)/64 means, -1 for
    none; a bucket of the queue is 2^width instants wide, and a person has that many binary `digits`.
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
    width: np.uint64
    digits: np.uint64


class PathsWork(NamedTuple):
    """Arrays that a world may write to; before and after it nobody but the sink is settled, and nobody has a bucket."""

    settled: NDArray[np.uint64]  # [(n + 64) // 64], a bit for each person: she has adopted
    bucket: NDArray[np.uint16]  # [n], the first bucket of the ladder in which she stands
    order: NDArray[np.int32]  # [n], people in order of adoption
    came: NDArray[np.uint64]  # [n], in that order: when they adopt, and when they stop practising
    went: NDArray[np.uint64]
    ladder: Ladder


@inlined
def latent_time(latent_key, v, paths):
    """How long a person tries before she practises."""
    return multiply_high(standard_time(person_draw(latent_key, v), paths.latency_quantiles), paths.latency[v])


@lean
def begin_paths(key, world, paths, start, work, last):
    """List who practises already, the seeds, and whom broadcasts convince; return how many instants that are."""
    far_time, far_person = work.ladder.far_time, work.ladder.far_person
    size = 0
    for v in start.adopted:
        far_time[size] = u64(0)
        far_person[size] = v
        size += 1
    for i in range(start.seeds.size):
        time = u64(start.steps[i]) << u64(32)
        if time <= last:
            far_time[size] = time
            far_person[size] = start.seeds[i]
            size += 1
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
                if time <= last:
                    far_time[size] = time
                    far_person[size] = v
                    size += 1
    return size


@lean
def paths_world(key, world, paths, start, work):
    """Burn one world; fill work.order, came and went, return how many ever adopt."""
    indptr, targets, delay, reach, duration = paths.indptr, paths.targets, paths.delay, paths.reach, paths.duration
    delay_quantiles, duration_quantiles = paths.delay_quantiles, paths.duration_quantiles
    settled, in_bucket, order, came, went = work.settled, work.bucket, work.order, work.came, work.went
    ends, filled, lines, spare, near, far_time, far_person = work.ladder
    width, digits = paths.width, paths.digits
    within_bucket, person_bits = (u64(1) << width) - u64(1), (u64(1) << digits) - u64(1)
    last = last_instant(start.horizon)
    stay_key, latent_key = kind_key(key, DURATION, world), kind_key(key, LATENCY, world)
    tries = paths.latency.size > 0
    alike, together = delay.size == 1, duration.size == 1
    cell = max(paths.fastest >> u64(8 + CELL_BITS), u64(1))
    block = -1
    k0, k1 = u32(0), u32(0)
    far, free, size, total = begin_paths(key, world, paths, start, work, last), np.int64(spare.size), 0, 0
    word = filled.size  # of the bucket that is on: the ladder is empty
    base, begins, closes = u64(0), u64(0), u64(0)
    while True:
        if size == 0:
            while word < filled.size and filled[word] == u64(0):
                word += 1
            if word >= filled.size:
                if far == 0:
                    return total
                base, free, far = put_far(work.ladder, far, free, width, digits)
                word = 0
                continue
            number = (word << 6) + lowest_bit(filled[word])
            filled[word] &= filled[word] - u64(1)
            place = np.int64(ends[number])
            ends[number] = 0
            if filled[word] != u64(0):
                prefetch(lines, np.int64(ends[(word << 6) + lowest_bit(filled[word])]) - 1)
            begins = base + (u64(number) << width)
            closes = begins + (u64(1) << width)
            while place != 0:
                line = (place - 1) & ~(LINE - 1)
                for i in range(line + 1, place):
                    v = np.int64(lines[i] & person_bits)
                    if (settled[v >> 6] >> u64(v & 63)) & u64(1) == u64(0):
                        prefetch(indptr, v)
                        size = push(near, size, lines[i])
                spare[free] = line // LINE
                free += 1
                place = np.int64(lines[line])
            for i in range(size):
                e = indptr[np.int64(near[i] & person_bits)]
                prefetch(targets, e)
                prefetch(targets, e + 12)
            continue
        u = np.int64(near[0] & person_bits)
        now = begins + (near[0] >> digits)
        size = drop_first(near, size)
        bit = u64(1) << u64(u & 63)
        if settled[u >> 6] & bit != u64(0):
            continue
        settled[u >> 6] |= bit
        order[total] = u
        came[total] = now
        within = last - now + u64(1)  # a tie's time has to be below this
        went[total] = FOR_GOOD
        lasts = duration[0] if together else duration[u]
        if lasts > u64(0):
            stay = multiply_high(standard_time(person_draw(stay_key, u), duration_quantiles), lasts)
            went[total] = now + stay
            within = min(within, stay)
        total += 1
        e, stop = indptr[u], indptr[u + 1]
        if e == stop or paths.fastest == u64(0):
            continue
        cells = within // cell
        bound = reach[np.int64(cells)] if cells < u64(reach.size) else 0xFFFFFFFF
        if bound < 0:
            continue
        while e < stop:
            if e >> BLOCK_BITS != block:
                block = e >> BLOCK_BITS
                k0, k1 = halves(world_key(key, world, u64(block)))
            ahead = min(stop, (block + 1) << BLOCK_BITS)
            mask = alike_mask(u32(e & 0xFFFFFFFF), k0, k1, u32(bound))
            if ahead - e < LANES:
                mask &= (u64(1) << u64(ahead - e)) - u64(1)
            while mask != u64(0):
                tie = e + lowest_bit(mask)
                mask &= mask - u64(1)
                v = targets[tie]
                if (settled[v >> 6] >> u64(v & 63)) & u64(1) != u64(0):
                    continue
                draw = tie_draw(u32(tie & 0xFFFFFFFF), k0, k1)
                takes = tie_time(draw, delay_quantiles, delay[0] if alike else delay[tie])
                if takes >= within:
                    continue
                come = now + takes
                if tries:
                    come += latent_time(latent_key, v, paths)
                if come > last:
                    continue
                if come < closes:
                    size = push(near, size, (come - begins) << digits | u64(v))
                    continue
                since = come - base
                number = since >> width
                if number >= u64(ends.size):
                    far_time[far] = come
                    far_person[far] = v
                    far += 1
                elif number <= u64(in_bucket[v]):
                    in_bucket[v] = number
                    entry = (since & within_bucket) << digits | u64(v)
                    free = put(ends, filled, lines, spare, free, np.int64(number), entry)
            e = min(e + LANES, ahead)


@inlined
def unsettle(settled, in_bucket, v):
    """Leave no trace of a person."""
    settled[v >> 6] &= ~(u64(1) << u64(v & 63))
    in_bucket[v] = NO_BUCKET


@kernel
def count_stays(row, total, last, work, count):
    """Count the first `total` people of work.order as row `row` of the tally; whether its steps were enough."""
    order = work.order
    adopters = count.adopters[row]
    adopters[:] = 0
    steps = adopters.size
    kept, moved = 0, 0
    asked = count.bins.size > 0
    moves = np.empty((2 * total if asked else 0, 3), np.int64)
    for i in range(total):
        went = work.went[i]
        for instant, change in ((work.came[i], 1), (went, -1)):
            if instant <= last:
                step = whole_step(instant)
                if step >= steps:
                    return False
                adopters[step] += change
                if asked:
                    moves[moved, 0] = step
                    moves[moved, 1] = order[i]
                    moves[moved, 2] = change
                    moved += 1
        if went > last:
            order[kept] = order[i]
            kept += 1
    for step in range(1, steps):
        adopters[step] += adopters[step - 1]
    if asked:
        told = np.empty((moved, 3), np.int64)
        by_step = np.argsort(moves[:moved, 0])
        for i in range(moved):
            for j in range(3):
                told[i, j] = moves[by_step[i], j]
        record_moves(steps - 1, told, -1, count)
    record_final(row, order[:kept], count)
    count.ever[row] = total
    return True


@kernel
def run_paths(key, first, begin_row, stop_row, paths, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    last = last_instant(start.horizon)
    settled, in_bucket, order = work.settled, work.bucket, work.order
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    for row in range(begin_row, stop_row):
        total = paths_world(key, u64(first + row), paths, start, work)
        for i in range(total):
            unsettle(settled, in_bucket, order[i])
        if not count_stays(row, total, last, work, count):
            return row
    return stop_row


@kernel
def replay_paths(key, world, paths, incoming, shares, start, work, when, by):
    """Fill in when int32[n], the step by which each person had adopted, and by int64[n], what lit her."""
    total = paths_world(key, u64(world), paths, start, work)
    in_indptr, in_source, in_tie = incoming
    latent_key = kind_key(key, LATENCY, u64(world))
    tries = paths.latency.size > 0
    arrival, went = np.full(when.size, FOREVER, np.uint64), np.zeros(when.size, np.uint64)
    for i in range(total):
        arrival[work.order[i]] = work.came[i]
        went[work.order[i]] = work.went[i]
        unsettle(work.settled, work.bucket, work.order[i])
    for v in start.adopted:
        by[v] = ALREADY
    for i in range(start.seeds.size):
        v = start.seeds[i]
        if by[v] == NEVER and arrival[v] == u64(start.steps[i]) << u64(32):
            by[v] = SEED
    for i in range(total):
        v = work.order[i]
        when[v] = whole_step(arrival[v])
        if by[v] != NEVER:
            continue
        by[v] = BY_BROADCAST
        for j in range(in_indptr[v], in_indptr[v + 1]):
            u, tie = in_source[j], in_tie[j]
            if paths.targets[tie] != v or arrival[u] > arrival[v]:
                continue
            k0, k1 = halves(world_key(key, u64(world), u64(tie >> BLOCK_BITS)))
            mean = paths.delay[0] if paths.delay.size == 1 else paths.delay[tie]
            takes = tie_time(tie_draw(u32(tie & 0xFFFFFFFF), k0, k1), paths.delay_quantiles, mean)
            heard = arrival[u] + takes
            come = heard + latent_time(latent_key, v, paths) if tries else heard
            if come == arrival[v] and heard < went[u]:
                by[v] = tie
                break
