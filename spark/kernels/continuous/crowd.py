"""Everybody sees everybody: one sorted list of tolerances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import kernel
from spark.kernels.continuous.times import FOREVER, last_instant, whole_step
from spark.kernels.draw import TOLERANCE, exponential_tolerance, multiply_high, person_draw, scaled, u64
from spark.kernels.world import kind_key, record_final, record_grown


class Crowd(NamedTuple):
    """What a non-adopter waits per unit of tolerance, and her hazard, while i practise: uint64[n] each."""

    wait: NDArray[np.uint64]
    hazard: NDArray[np.uint64]


class CrowdWork(NamedTuple):
    """Arrays that a world may write to."""

    tolerance: NDArray[np.uint64]  # [n]
    practises: NDArray[np.uint8]  # [n]
    final: NDArray[np.int32]  # [n]


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
        record_grown(row, work.final, count)
        count.ever[row] = total
    return stop_row
