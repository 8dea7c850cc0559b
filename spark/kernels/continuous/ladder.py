"""What comes next in time: people in buckets of equal width, of which only the one that is on is kept in order.

A ladder of buckets after Brown 1988 (doi:10.1145/63039.63045) and Tang, Goh & Thng 2005 (doi:10.1145/1103323.1103324).
An entry is a person and an instant within the bucket, (instant << digits) | person, so that it fills one word. Buckets
are lists of lines of eight words, the first of which links to the line before: a bucket is read line by line, and a
line that was read is the next to be written, so that all stay in the processor's cache. Instants beyond the last bucket
wait in a list, over which a new ladder is put when the one before is empty. Whatever the widths, the order is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.continuous.times import FOREVER
from spark.kernels.draw import u64

LINE = 8
NO_BUCKET = 0xFFFF


class Ladder(NamedTuple):
    """B buckets, at most 2^14 and a multiple of 64; all is empty before and after a world."""

    ends: NDArray[np.int32]  # [B], the place after the last entry in `lines`, 0 where a bucket is empty
    filled: NDArray[np.uint64]  # [B/64], which are not
    lines: NDArray[np.uint64]  # [8 (lines + 1)]; the first is never used
    spare: NDArray[np.int32]  # [lines], numbers of the lines that are free
    near: NDArray[np.uint64]  # the bucket that is on: a heap, in which each entry has four children
    far_time: NDArray[np.uint64]  # the list of what comes after the last bucket
    far_person: NDArray[np.int32]


def new_ladder(entries: int, buckets: int) -> Ladder:
    """Room for that many entries, which only takes memory as it is used."""
    lines = entries // (LINE - 1) + buckets + 1
    return Ladder(
        np.zeros(buckets, np.int32),
        np.zeros(buckets // 64, np.uint64),
        np.empty(LINE * (lines + 1), np.uint64),
        np.arange(lines, 0, -1, dtype=np.int32),
        np.empty(entries, np.uint64),
        np.empty(entries, np.uint64),
        np.empty(entries, np.int32),
    )


@inlined
def push(near, size, entry):
    """Put an entry on the heap; return its new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 2
        if near[parent] <= entry:
            break
        near[i] = near[parent]
        i = parent
    near[i] = entry
    return size + 1


@inlined
def drop_first(near, size):
    """Take the first entry off the heap; return its new size."""
    size -= 1
    entry = near[size]
    i = 0
    while True:
        first = 4 * i + 1
        if first >= size:
            break
        child, least = first, near[first]
        for other in range(first + 1, min(first + 4, size)):
            if near[other] < least:
                child, least = other, near[other]
        if least >= entry:
            break
        near[i] = least
        i = child
    near[i] = entry
    return size


@inlined
def put(ends, filled, lines, spare, free, bucket, entry):
    """Put an entry into a bucket; return how many lines are free."""
    place = np.int64(ends[bucket])
    if place & (LINE - 1) == 0:  # it is empty, or its last line is full
        free -= 1
        line = np.int64(spare[free]) * LINE
        lines[line] = u64(place)
        place = line + 1
        filled[bucket >> 6] |= u64(1) << u64(bucket & 63)
    lines[place] = entry
    ends[bucket] = place + 1
    return free


@kernel
def put_far(ladder, far, free, width, digits):
    """Put a new ladder over the list of `far` instants; return its first instant, how many lines are free, and how
    many instants are still beyond it.
    """
    base = FOREVER
    for i in range(far):
        base = min(base, ladder.far_time[i])
    left = 0
    for i in range(far):
        time, person = ladder.far_time[i], ladder.far_person[i]
        since = time - base
        bucket = since >> width
        if bucket < u64(ladder.ends.size):
            entry = (since & ((u64(1) << width) - u64(1))) << digits | u64(person)
            free = put(ladder.ends, ladder.filled, ladder.lines, ladder.spare, free, np.int64(bucket), entry)
        else:
            ladder.far_time[left] = time
            ladder.far_person[left] = person
            left += 1
    return base, free, left
