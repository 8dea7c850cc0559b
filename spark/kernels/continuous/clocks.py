"""When clocks ring that ring again and again: a function of key, world, unit of time and whose clock it is.

Waiting times are without memory (exponential), so that a clock starts anew at each whole unit of time and after each
ring. Instants within a unit are int64 in units of 2^-32; mean times are uint64 as in `spark.problem.arrays.Law`.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.continuous.times import DURATION, WHOLE, tie_time
from spark.kernels.draw import (
    BLOCK_BITS,
    BROADCAST,
    exponential_tolerance,
    halves,
    mix,
    multiply_high,
    person_draw,
    tie_draw,
    u32,
    u64,
    world_key,
)
from spark.kernels.world import kind_key

LAYER = u64(0x626F6F7374303031)
NO_TIMES = np.empty(0, np.uint64)


@kernel
def fill_rings(delay, rings):
    """Fill in the largest draw of each tie that rings within a unit of time, by bisection; times rise with draws."""
    for e in range(delay.size):
        low, high = 0, 0xFFFFFFFF
        while low < high:
            middle = (low + high + 1) // 2
            if tie_time(middle, NO_TIMES, delay[e]) < WHOLE:
                low = middle
            else:
                high = middle - 1
        rings[e] = low


@kernel
def fill_gone(duration, gone):
    """Likewise, for people, whose draws have 64 bits."""
    for v in range(duration.size):
        low, high = u64(0), u64(0xFFFFFFFFFFFFFFFF)
        while low < high:
            middle = high - (high - low) // u64(2)
            if multiply_high(exponential_tolerance(~middle), duration[v]) < WHOLE:
                low = middle
            else:
                high = middle - u64(1)
        gone[v] = low


@inlined
def ring_key(key, t, ring):
    """The key of the draws for one ring of every clock within unit of time t."""
    return mix(mix(key + u64(t) * u64(0x8CB92BA72F3D8DD7)) + u64(ring) * u64(0xD6E8FEB86659FD93))


@inlined
def ring_draw(key, world, tie):
    """32 bits for a tie."""
    k0, k1 = halves(world_key(key, world, tie >> u64(BLOCK_BITS)))
    return tie_draw(u32(tie & u64(0xFFFFFFFF)), k0, k1)


@inlined
def layer_key(key, layer):
    """The key of the clocks of a layer: those of the ties themselves, or one more that a boost adds."""
    return key if layer == 0 else mix(key ^ (LAYER + u64(layer)))


@inlined
def next_ring(key, world, t, tie, mean, after):
    """When a tie (its id, uint64) rings next after an instant of a unit of time (-1: not within it), and the number of
    that ring.
    """
    time, ring = np.int64(0), 0
    while True:
        gap = tie_time(ring_draw(ring_key(key, t, ring), world, tie), NO_TIMES, mean)
        if gap >= WHOLE - u64(time):
            return np.int64(-1), ring
        time += np.int64(gap)
        if time > after:
            return time, ring
        ring += 1


@inlined
def next_lapse(key, world, t, v, mean, after):
    """When a person's own clock rings next, -1 if it does not in this unit of time, and the number of that ring."""
    time, ring = np.int64(0), 0
    while True:
        draw = person_draw(kind_key(ring_key(key, t, ring), DURATION, world), v)
        gap = multiply_high(exponential_tolerance(~draw), mean)
        if gap >= WHOLE - u64(time):
            return np.int64(-1), ring
        time += np.int64(gap)
        if time > after:
            return time, ring
        ring += 1


@inlined
def next_message(key, world, t, v, dose, after):
    """When a broadcast, whose dose comes evenly within the unit of time, convinces a person next; -1 if not in it."""
    part, ring = u64(0), 0
    while True:
        tolerance = exponential_tolerance(person_draw(kind_key(ring_key(key, t, ring), BROADCAST, world), v))
        if tolerance > dose - part:
            return np.int64(-1)
        part += tolerance
        above, whole = part, dose
        while whole >= WHOLE:
            above >>= u64(1)
            whole >>= u64(1)
        time = min(np.int64((above << u64(32)) // whole), np.int64(0xFFFFFFFF))
        if time > after:
            return time
        ring += 1


@inlined
def push(work, size, time, clock, ring, source):
    """Put a ring on the heap, ordered by time, then clock; return its new size."""
    heap_time, heap_clock, heap_ring, heap_source = work.heap_time, work.heap_clock, work.heap_ring, work.heap_source
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if heap_time[parent] < time or (heap_time[parent] == time and heap_clock[parent] < clock):
            break
        heap_time[i] = heap_time[parent]
        heap_clock[i] = heap_clock[parent]
        heap_ring[i] = heap_ring[parent]
        heap_source[i] = heap_source[parent]
        i = parent
    heap_time[i] = time
    heap_clock[i] = clock
    heap_ring[i] = ring
    heap_source[i] = source
    return size + 1


@inlined
def drop_first(work, size):
    """Take the first ring off the heap; return its new size."""
    heap_time, heap_clock, heap_ring, heap_source = work.heap_time, work.heap_clock, work.heap_ring, work.heap_source
    size -= 1
    time, clock, ring, source = heap_time[size], heap_clock[size], heap_ring[size], heap_source[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            heap_time[other] < heap_time[child]
            or (heap_time[other] == heap_time[child] and heap_clock[other] < heap_clock[child])
        ):
            child = other
        if time < heap_time[child] or (time == heap_time[child] and clock < heap_clock[child]):
            break
        heap_time[i] = heap_time[child]
        heap_clock[i] = heap_clock[child]
        heap_ring[i] = heap_ring[child]
        heap_source[i] = heap_source[child]
        i = child
    heap_time[i] = time
    heap_clock[i] = clock
    heap_ring[i] = ring
    heap_source[i] = source
    return size
