"""Who gives up and comes back: clocks that ring again and again (Harris 1974, doi:10.1214/aop/1176996493).

Every tie and every person has a clock; its rings are a function of (key, world, tie or person, whole unit of time,
number of the ring in it), whether anybody practises or not: waiting times are without memory, so that a clock may start
anew at each whole unit. A tie that rings while its source practises convinces its target; a person who rings gives up.
Of rings at the same instant (2^-32 of a unit) people come first, then ties, then broadcasts, each in order of ids; a
tie of somebody who adopts at that very instant does not count yet.

Plans thin these clocks or add to them. Help to keep going lets some rings of a person pass. Where a boost makes what
reaches a person count f times, each tie to her has a second clock, a third and so on, of the same rate: f - 1 clocks,
and of a part of one that part of the rings. Added ties have clocks like those of the network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel, lean
from spark.kernels.continuous.changed import FIRST_BRIDGE, USUAL
from spark.kernels.continuous.clocks import (
    LAYER,
    drop_first,
    layer_key,
    next_lapse,
    next_message,
    next_ring,
    push,
    ring_draw,
    ring_key,
)
from spark.kernels.continuous.times import DURATION
from spark.kernels.draw import (
    BLOCK_BITS,
    halves,
    mix,
    person_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.interventions.bridges import enter_bridges
from spark.kernels.interventions.coins import SEEDS_COIN, accepted, coin, settle
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.log import BY_ALREADY, BY_BROADCAST, BY_SEED, LAPSED, Log, note
from spark.kernels.world import kind_key, record_final, record_moves

READY = u64(0x7265616479303031)
NOT_YET = -1


class Marks(NamedTuple):
    """Ties by source: indptr int64[n+1]; targets int32[m] (n, the sink, for ties that never ring); mean times
    `delay` uint64[m], `duration` uint64[n], and `left`, as in `spark.problem.arrays.Law`; rings uint32[m+16]: the
    largest draw of a tie that rings within a unit of time; gone uint64[n]: that of a person.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    delay: NDArray[np.uint64]
    duration: NDArray[np.uint64]
    rings: NDArray[np.uint32]
    gone: NDArray[np.uint64]
    left: NDArray[np.uint64]


class MarksWork(NamedTuple):
    """Arrays that a world may write to; the flags are 0 (`practises` of the sink 1) before and after it."""

    practises: NDArray[np.uint8]  # [n+1]
    listed: NDArray[np.uint8]  # [n], who stands in `active`
    lapses: NDArray[np.uint8]  # [n], how often each gave up, at most 255
    ever: NDArray[np.uint8]  # [n], who ever practised
    waits: NDArray[np.uint8]  # [x], clocks of ties on the heap: x = (1 + further layers) (m + added ties)
    active: NDArray[np.int32]  # [n]
    heap_time: NDArray[np.int64]  # [x + 2n + 1], instants within the unit of time
    heap_clock: NDArray[np.int64]  # [x + 2n + 1], person v, tie n + e, or broadcast n + x + v
    heap_ring: NDArray[np.int32]  # [x + 2n + 1], number of the ring within the unit of time
    heap_source: NDArray[np.int32]  # [x + 2n + 1], source of a tie
    heard: NDArray[np.int32]  # [n], which row each person follows in this world, -1 for none
    boost: NDArray[np.int32]
    sustain: NDArray[np.int32]
    head: NDArray[np.int32]  # [n], a person's first bridge, plus one; zeros between calls


@lean
def schedule(key, world, t, marks, work, size, u, after):
    """Put on the heap when the clock of a person who practises, and those of her ties, ring next; return its size."""
    targets, delay, rings, waits, duration = marks.targets, marks.delay, marks.rings, work.waits, marks.duration
    people, sink = marks.indptr.size - 1, np.int32(marks.indptr.size - 1)
    first = ring_key(key, t, 0)
    if duration[u] > u64(0) and person_draw(kind_key(first, DURATION, world), u) <= marks.gone[u]:
        time, ring = next_lapse(key, world, t, u, duration[u], after)
        if time >= 0:
            size = push(work, size, time, u, ring, u)
    e, stop = marks.indptr[u], marks.indptr[u + 1]
    block = -1
    k0, k1 = u32(0), u32(0)
    while e < stop:
        if e >> BLOCK_BITS != block:
            block = e >> BLOCK_BITS
            k0, k1 = halves(world_key(first, world, u64(block)))
        ahead = min(stop, (block + 1) << BLOCK_BITS)
        mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, rings, e)
        if ahead - e < LANES:
            mask &= (u64(1) << u64(ahead - e)) - u64(1)
        while mask != u64(0):
            tie = e + lowest_bit(mask)
            mask &= mask - u64(1)
            if targets[tie] == sink or waits[tie] != 0:
                continue
            time, ring = next_ring(key, world, t, u64(tie), delay[tie], after)
            if time >= 0:
                waits[tie] = 1
                size = push(work, size, time, people + tie, ring, u)
        e = min(e + LANES, ahead)
    return size


@lean
def speed_of(changes, row, t):
    """How many times what reaches a person counts in a unit of time, units of 2^-24; `row` is the boost she follows."""
    return USUAL if row < 0 else changes.boost_speed[row, min(t, changes.boost_speed.shape[1] - 1)]


@inlined
def further_layers(speed):
    """How many clocks a boost adds to each tie."""
    return np.int64((speed - u64(1)) >> u64(24)) if speed > u64(0) else np.int64(0)


@lean
def most_layers(changes):
    """How many clocks any boost adds to a tie."""
    most = USUAL
    if changes.boost.size > 0:
        for row in range(changes.boost_speed.shape[0]):
            for t in range(changes.boost_speed.shape[1]):
                most = max(most, changes.boost_speed[row, t])
    return further_layers(most)


@lean
def add_ring(key, world, t, work, size, x, layer, tie, mean, u, after):
    """Put on the heap when the clock of place `x` rings next; return its size."""
    if work.waits[x] != 0:
        return size
    time, ring = next_ring(layer_key(key, layer), world, t, tie, mean, after)
    if time < 0:
        return size
    work.waits[x] = 1
    return push(work, size, time, work.lapses.size + x, ring, u)


@lean
def schedule_more(key, world, t, marks, changes, work, size, u, after):
    """Likewise for the clocks that a plan adds to the ties of a person who practises, and for those of added ties."""
    indptr, targets, people = marks.indptr, marks.targets, work.lapses.size
    every = targets.size + changes.source.size
    if changes.boost.size > 0:
        for e in range(indptr[u], indptr[u + 1]):
            v = targets[e]
            if v == people or work.boost[v] < 0:
                continue
            for layer in range(1, further_layers(speed_of(changes, work.boost[v], t)) + 1):
                x = layer * every + e
                size = add_ring(key, world, t, work, size, x, layer, u64(e), marks.delay[e], u, after)
    b = np.int64(work.head[u]) - 1
    while b >= 0 and b < changes.source.size and changes.source[b] == u:
        v = changes.target[b]
        here = changes.opens[b] <= t and t < changes.closes[b] and changes.dose[0, b] > u64(0)
        if here and accepted(key, world, u, v, changes.accept, b):
            for layer in range(further_layers(speed_of(changes, work.boost[v], t)) + 1):
                x = layer * every + targets.size + b
                size = add_ring(key, world, t, work, size, x, layer, changes.tie[b], changes.dose[0, b], u, after)
        b += 1
    return size


@lean
def marks_world(key, world, marks, start, work, adopters, log):
    """Burn one world up to start.horizon; fill adopters int32[T] (who practise at each whole unit of time) and
    work.ever; return how many practise at the end, who stand in work.active, and are still marked there.
    """
    people, ties = marks.indptr.size - 1, marks.targets.size
    practises, listed, lapses, active = work.practises, work.listed, work.lapses, work.active
    left, last_left = marks.left, marks.left.size - 1
    changes, boost = start.changes, work.boost
    more, kept_going = changes.boost.size + changes.source.size > 0, changes.sustain.size > 0
    every = ties + changes.source.size
    clocks = every * (1 + most_layers(changes))
    last_heard = start.heard.shape[1] - 1 if start.schedule.size > 0 else 0
    count, size, seed = 0, 0, 0
    for v in start.adopted:
        note(log, 0, v, BY_ALREADY)
        practises[v] = 1
        listed[v] = 1
        work.ever[v] = 1
        active[count] = v
        count += 1
    for t in range(start.horizon + 1):
        if t > 0 and (count > 0 or t <= last_heard):
            for i in range(count):
                size = schedule(key, world, t, marks, work, size, active[i], -1)
                if more:
                    size = schedule_more(key, world, t, marks, changes, work, size, active[i], -1)
            if t <= last_heard:
                for v in range(people):
                    row = work.heard[v]
                    if row >= 0 and start.heard[row, t] > start.heard[row, t - 1]:
                        time = next_message(key, world, t, v, start.heard[row, t] - start.heard[row, t - 1], -1)
                        if time >= 0:
                            size = push(work, size, time, people + clocks + v, 0, v)
            while size > 0:
                time, clock, ring = work.heap_time[0], work.heap_clock[0], work.heap_ring[0]
                source = work.heap_source[0]
                size = drop_first(work, size)
                if clock < people:
                    row = work.sustain[source]
                    if kept_going and row >= 0:
                        stays = changes.sustain_left[row, min(t, changes.sustain_left.shape[1] - 1)]
                        passed = kind_key(mix(ring_key(key, t, ring) ^ READY), DURATION, world)
                        if person_draw(passed, source) >> u64(40) >= stays:
                            after, number = next_lapse(key, world, t, source, marks.duration[source], time)
                            if after >= 0:
                                size = push(work, size, after, source, number, source)
                            continue
                    practises[source] = 0
                    lapses[source] = min(np.int64(lapses[source]) + 1, 255)
                    note(log, t, source, LAPSED)
                    continue
                v, why, convinces = source, BY_BROADCAST, True
                if clock < people + clocks:
                    x = clock - people
                    work.waits[x] = 0
                    if practises[source] == 0:
                        continue
                    layer, e, ringing = np.int64(0), x, key
                    if x >= ties:
                        layer, e = x // every, x % every
                        ringing = layer_key(key, layer)
                    if e < ties:
                        v, why, tie, mean = marks.targets[e], e, u64(e), marks.delay[e]
                    else:
                        b = e - ties
                        v, why, tie, mean = changes.target[b], FIRST_BRIDGE - b, changes.tie[b], changes.dose[0, b]
                    ring_at = ring_key(ringing, t, ring)
                    if layer > 0:
                        part = speed_of(changes, boost[v], t) - (u64(layer) << u64(24))
                        convinces = u64(ring_draw(mix(ring_at ^ LAYER), world, tie) >> u32(8)) < part
                    if convinces and practises[v] == 0 and lapses[v] > 0:
                        share = left[min(np.int64(lapses[v]), last_left)]
                        convinces = u64(ring_draw(mix(ring_at ^ READY), world, tie) >> u32(8)) < share
                    after, number = next_ring(ringing, world, t, tie, mean, time)
                    if after >= 0:
                        work.waits[x] = 1
                        size = push(work, size, after, clock, number, source)
                else:
                    row = work.heard[v]
                    after = next_message(key, world, t, v, start.heard[row, t] - start.heard[row, t - 1], time)
                    if after >= 0:
                        size = push(work, size, after, clock, 0, v)
                if practises[v] == 0 and convinces:
                    note(log, t, v, why)
                    practises[v] = 1
                    work.ever[v] = 1
                    if listed[v] == 0:
                        listed[v] = 1
                        active[count] = v
                        count += 1
                    size = schedule(key, world, t, marks, work, size, v, time)
                    if more:
                        size = schedule_more(key, world, t, marks, changes, work, size, v, time)
        while seed < start.seeds.size and start.steps[seed] == t:
            v, accept = start.seeds[seed], changes.seed_accept
            willing = accept.size == 0 or coin(key, SEEDS_COIN, world, v) < accept[seed]
            seed += 1
            if practises[v] == 0 and willing:
                note(log, t, v, BY_SEED)
                practises[v] = 1
                work.ever[v] = 1
                if listed[v] == 0:
                    listed[v] = 1
                    active[count] = v
                    count += 1
        kept_count = 0
        for i in range(count):
            v = active[i]
            if practises[v] == 0:
                listed[v] = 0
            else:
                active[kept_count] = v
                kept_count += 1
        count = kept_count
        adopters[t] = count
    return count


@lean
def clear_marks(work, total):
    """Leave the working arrays as they were before the world."""
    for i in range(total):
        work.practises[work.active[i]] = 0
        work.listed[work.active[i]] = 0
    work.lapses[:] = 0
    work.ever[:] = 0


@kernel
def run_marks(key, first, begin_row, stop_row, marks, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    enter_bridges(start.changes.source, work.head, True)
    log = Log(np.empty((1024 if count.bins.size > 0 else 0, 3), np.int64), np.zeros(1, np.int64))
    for row in range(begin_row, stop_row):
        adopters = count.adopters[row]
        log.size[0] = 0
        settle(
            key, u64(first + row), shares.organisation, start, work.heard, work.boost, work.sustain, row == begin_row
        )
        total = marks_world(key, u64(first + row), marks, start, work, adopters, log)
        if count.bins.size > 0:
            if log.size[0] > log.rows.shape[0]:  # once more, with room for all that happens
                clear_marks(work, total)
                log = Log(np.empty((2 * log.size[0], 3), np.int64), np.zeros(1, np.int64))
                total = marks_world(key, u64(first + row), marks, start, work, adopters, log)
            record_moves(start.horizon, log.rows[: log.size[0]], LAPSED, count)
        adopters[start.horizon :] = adopters[start.horizon]
        record_final(row, work.active[:total], count)
        count.ever[row] = np.sum(work.ever)
        clear_marks(work, total)
    enter_bridges(start.changes.source, work.head, False)
    return stop_row


@kernel
def replay_marks(key, world, marks, incoming, shares, start, work, log, lit):
    """Write down what happens in one world; a ring has one source, so that nothing is shared."""
    adopters = np.empty(start.horizon + 1, np.int32)
    enter_bridges(start.changes.source, work.head, True)
    settle(key, u64(world), shares.organisation, start, work.heard, work.boost, work.sustain, True)
    clear_marks(work, marks_world(key, u64(world), marks, start, work, adopters, log))
    enter_bridges(start.changes.source, work.head, False)
    for i in range(min(log.size[0], log.rows.shape[0])):
        if log.rows[i, 2] >= 0:
            note(lit, i, log.rows[i, 2], 1)
