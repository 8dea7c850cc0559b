"""Thresholds where all ties into a person weigh the same: she counts them, and no dose is looked up at a tie.

The same worlds as those of `spark.kernels.once`, byte for byte. With weights of 1/d the remainder of the rounding
is on the last tie, and can decide only if her tolerance lies within it: then, about once in 10^12 draws, the world is
left to the other kernel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import TOLERANCE, person_draw, u64, uniform_tolerance
from spark.kernels.lanes import prefetch
from spark.kernels.tolerance import NEVER_CONVINCED, SIMPLE, Laws, tolerance_of
from spark.kernels.world import kind_key, record_final, record_grown

ROWS_AHEAD, TIES_AHEAD = 16, 6  # how far ahead of the queue row starts and ties are asked for
MANY = 4  # from one tie tried for so many people on, everybody's need is drawn before the world begins
ENOUGH = 1 << 30  # a need that no number of ties meets


class Counted(NamedTuple):
    """Ties by source: indptr int64[n+1]; targets int32[m] (n, the sink, for ties without weight). What a tie gives
    person v, `each` uint64[n], what the last one gives beside, `rest` uint64[n], and how many there are, `degree`
    int32[n]; or how many she needs, `needed` int32[n], else [0]; and laws of tolerances, where they are not uniform.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    each: NDArray[np.uint64]
    rest: NDArray[np.uint64]
    degree: NDArray[np.int32]
    needed: NDArray[np.int32]
    laws: Laws


class CountingWork(NamedTuple):
    """Arrays that a world may write to: left int32[n+1], ties that a person still lacks, zeros before and after,
    negative once she has adopted; queue int32[n+1]; ends int64[n + last seed step + 3]; touched int32[n].
    """

    left: NDArray[np.int32]
    queue: NDArray[np.int32]
    ends: NDArray[np.int64]
    touched: NDArray[np.int32]


@inlined
def ties_needed(tolerance, each, rest, degree):
    """How many of her ties make a person adopt: -1 where it depends on which."""
    if each == u64(0) or tolerance == NEVER_CONVINCED:
        return ENOUGH
    whole = (tolerance - u64(1)) // each
    count = np.int64(min(whole, u64(ENOUGH - 1))) + 1
    if tolerance - u64(1) - whole * each < rest:  # the last tie alone would do what one more does
        return np.int64(degree) if count == degree + 1 else -1
    return count


@kernel
def counting_world(key, world, rows, start, work, eager):
    """Burn one world; fill work.queue and work.ends, return (last step in which anything changed, adopters, ties
    tried); -1 adopters where it is left to the other kernel. `eager`: draw everybody's need first; changes nothing.
    """
    indptr, targets, left, queue = rows.indptr, rows.targets, work.left, work.queue
    each, rest, degree, needed, dosed = rows.each, rows.rest, rows.degree, rows.needed, work.touched
    people = indptr.size - 1
    person_key, simple_key = kind_key(key, TOLERANCE, world), kind_key(key, SIMPLE, world)
    given, general = needed.size > 0, rows.laws.law.size > 0
    sound = True
    if eager:
        if given:
            left[:people] = needed
        else:
            for v in range(people):
                if general:
                    tolerance = tolerance_of(v, person_key, simple_key, rows.laws)
                else:
                    tolerance = uniform_tolerance(person_draw(person_key, v))
                need = ties_needed(tolerance, each[v], rest[v], degree[v])
                sound = sound and need > 0
                left[v] = need
        left[people] = ENOUGH
    else:
        left[people] = -1
    total, seed, touched, tried = 0, 0, 0, 0
    for v in start.adopted:
        left[v] = -1
        queue[total] = v
        total += 1
    first, t, last = 0, 0, 0
    while seed < start.seeds.size and start.steps[seed] == 0:
        v = start.seeds[seed]
        if left[v] >= 0:
            left[v] = -1
            queue[total] = v
            total += 1
        seed += 1
    work.ends[0] = total
    while sound and (first < total or seed < start.seeds.size) and t != start.horizon:
        t += 1
        end = total
        for i in range(first, end):
            prefetch(indptr, queue[min(i + ROWS_AHEAD, end - 1)])
            prefetch(targets, indptr[queue[min(i + TIES_AHEAD, end - 1)]])
            u = queue[i]
            e, stop = indptr[u], indptr[u + 1]
            tried += stop - e
            if eager:
                while e < stop:
                    v = targets[e]
                    lacks = left[v] - np.int32(1)
                    left[v] = lacks
                    queue[total] = v  # without a branch, which would be guessed wrong often
                    total += lacks == 0
                    e += 1
            else:
                while e < stop:
                    v = targets[e]
                    e += 1
                    lacks = np.int64(left[v])
                    if lacks < 0:
                        continue
                    if lacks == 0:
                        dosed[touched] = v
                        touched += 1
                        if given:
                            lacks = np.int64(needed[v])
                        else:
                            if general:
                                tolerance = tolerance_of(v, person_key, simple_key, rows.laws)
                            else:
                                tolerance = uniform_tolerance(person_draw(person_key, v))
                            lacks = ties_needed(tolerance, each[v], rest[v], degree[v])
                            if lacks < 0:
                                sound = False
                                lacks = ENOUGH
                    left[v] = lacks - 1
                    if lacks == 1:
                        left[v] = -1
                        queue[total] = v
                        total += 1
        while seed < start.seeds.size and start.steps[seed] == t:
            v = start.seeds[seed]
            if left[v] > 0 or (left[v] == 0 and not eager):
                left[v] = -1
                queue[total] = v
                total += 1
            seed += 1
        work.ends[t] = total
        if total > end:
            last = t
        first = end
    if eager:
        left[:] = 0
    else:
        for i in range(touched):
            left[dosed[i]] = 0
        for i in range(total):
            left[queue[i]] = 0
    return last, total if sound else -1, tried


@kernel
def run_counting(key, first, begin_row, stop_row, rows, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row, or -1 - row where that world is left to the other kernel.
    """
    people = rows.indptr.size - 1
    eager = False
    for row in range(begin_row, stop_row):
        last, total, tried = counting_world(key, u64(first + row), rows, start, work, eager)
        if total < 0:
            return -1 - row
        if last >= count.adopters.shape[1]:
            return row
        for t in range(count.adopters.shape[1]):
            count.adopters[row, t] = work.ends[min(t, last)]
        count.ever[row] = total
        record_final(row, work.queue[:total], count)
        record_grown(row, work.queue, count)
        eager = tried * MANY > people
    return stop_row
