"""Instants and people in order: a heap in which each entry has four children, of any instants whatever."""

from __future__ import annotations

from spark.kernels.accelerate import inlined


@inlined
def push_instant(work, size, time, person):
    """Put an instant on the heap in work.heap_time and work.heap_person; return its new size."""
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
def drop_first_instant(work, size):
    """Take the first instant off the heap; return its new size."""
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
