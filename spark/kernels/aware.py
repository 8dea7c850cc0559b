"""Word that spreads once, and a private decision of each person who hears it (Banerjee et al. 2013).

A tie passes word in the step after its source heard: iff its draw is below q_P from an adopter, q_N from another. Who
was aware and is made an adopter later passes on again: what q_P adds to q_N.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import BLOCK_BITS, BROADCAST, exponential_tolerance, halves, person_draw, u32, u64, world_key
from spark.kernels.interventions.coins import SEEDS_COIN, coin, follow
from spark.kernels.lanes import LANES, live_mask, lowest_bit
from spark.kernels.world import kind_key, record_final, record_grown

WILLING = u64(0x77696C6C696E6721)
UNAWARE, AWARE, ADOPTED = 0, 1, 3


class Word(NamedTuple):
    """What the model says: indptr int64[n+1]; word and hearsay, uint32[m+16], lead to word_targets and hearsay_targets,
    int32[m]; willing uint64[n], T of 2^32.
    """

    indptr: NDArray[np.int64]
    word_targets: NDArray[np.int32]
    word: NDArray[np.uint32]
    hearsay_targets: NDArray[np.int32]
    hearsay: NDArray[np.uint32]
    willing: NDArray[np.uint64]


class WordWork(NamedTuple):
    """Working arrays of one worker."""

    state: NDArray[np.uint8]  # [n+1], the sink an adopter
    queue: NDArray[np.int32]  # [2n]: who passes word, in order; nobody more than twice
    adopters: NDArray[np.int32]  # [n]
    ends: NDArray[np.int64]  # [3, n + last seed step + H + 3]: at the end of each step, how many people are aware, how
    # many have adopted, and in how many organisations somebody has
    inside: NDArray[np.int64]  # [o], how many members have adopted
    heard: NDArray[np.int32]  # [n], which row of broadcasts each person follows in this world, -1 for none
    told: NDArray[np.int32]  # [3, n], where a story is asked for, else [3, 0]: when each person heard and adopted, and
    # what made her: see `spark.kernels.adoption_story.tell_aware`


@kernel
def aware_world(key, world, course, organisation, start, work):
    """Burn one world; fill work.ends, return (last step in which anything changed, adopters, entries of the queue)."""
    state, queue, adopters, ends = work.state, work.queue, work.adopters, work.ends
    indptr, willing, inside = course.indptr, course.willing, work.inside
    schedule = start.schedule
    people = state.size - 1
    told, telling = work.told, work.told.shape[1] > 0
    state[:people] = UNAWARE
    choice = kind_key(key, WILLING, world)
    last_arrival = start.heard.shape[1] - 1 if schedule.size > 0 else 0
    heard = work.heard[: schedule.size]
    follow(schedule, start.changes.heard, organisation, key, world, heard)
    hear = kind_key(key, BROADCAST, world)
    willing_seeds = start.changes.seed_accept
    total, chosen, known, seed = 0, 0, 0, 0
    alive = 0
    for o in range(inside.size):
        inside[o] = 0
    for v in start.adopted:
        alive += first_inside(organisation[v], inside)
        state[v] = ADOPTED
        adopters[chosen] = v
        queue[chosen] = v
        chosen += 1
        if telling:
            told[0, v], told[1, v], told[2, v] = 0, 0, 2
    known = chosen
    total = chosen
    first, t, last = 0, -1, 0
    while t < 0 or ((first < total or seed < start.seeds.size or t < last_arrival) and t != start.horizon):
        t += 1
        end = total
        block = -1
        k0, k1 = u32(0), u32(0)
        if t > 0:
            for i in range(first, end):
                u = queue[i]
                adopter = state[u] == ADOPTED
                live = course.word if adopter else course.hearsay
                targets = course.word_targets if adopter else course.hearsay_targets
                e, stop = indptr[u], indptr[u + 1]
                while e < stop and live.size > 0:
                    if e >> BLOCK_BITS != block:
                        block = e >> BLOCK_BITS
                        k0, k1 = halves(world_key(key, world, u64(block)))
                    within = min(stop, (block + 1) << BLOCK_BITS)
                    mask = live_mask(u32(e & 0xFFFFFFFF), k0, k1, live, e)
                    if within - e < LANES:
                        mask &= (u64(1) << u64(within - e)) - u64(1)
                    while mask != u64(0):
                        v = targets[e + lowest_bit(mask)]
                        mask &= mask - u64(1)
                        if state[v] == UNAWARE:
                            state[v] = AWARE
                            queue[total] = v
                            total += 1
                    e = min(e + LANES, within)
            if schedule.size > 0 and t <= last_arrival:
                for v in range(schedule.size):
                    if heard[v] >= 0 and state[v] == UNAWARE:
                        dose = start.heard[heard[v], t]
                        if dose > u64(0) and dose >= exponential_tolerance(person_draw(hear, v)):
                            state[v] = AWARE
                            queue[total] = v
                            total += 1
            for i in range(end, total):
                v = queue[i]
                known += 1
                if telling:
                    told[0, v] = t
                if (person_draw(choice, v) >> u64(32)) < willing[v]:
                    state[v] = ADOPTED
                    alive += first_inside(organisation[v], inside)
                    adopters[chosen] = v
                    chosen += 1
                    if telling:
                        told[1, v] = t
        while seed < start.seeds.size and start.steps[seed] == t:
            v = start.seeds[seed]
            comes = willing_seeds.size == 0 or coin(key, SEEDS_COIN, world, v) < willing_seeds[seed]
            if comes and state[v] != ADOPTED:
                if telling:
                    told[0, v] = t if state[v] == UNAWARE else told[0, v]
                    told[1, v], told[2, v] = t, 3 if state[v] == UNAWARE else 1
                if state[v] == UNAWARE:
                    known += 1
                    queue[total] = v
                    total += 1
                elif not_yet_told(queue, end, total, v):
                    queue[total] = v
                    total += 1
                state[v] = ADOPTED
                alive += first_inside(organisation[v], inside)
                adopters[chosen] = v
                chosen += 1
            seed += 1
        ends[0, t] = known
        ends[1, t] = chosen
        ends[2, t] = alive
        if t > 0 and (ends[0, t] > ends[0, t - 1] or ends[1, t] > ends[1, t - 1]):
            last = t
        first = end if t > 0 else 0
    return last, chosen


@inlined
def first_inside(o, inside):
    """Count one more adopter of an organisation, -1 for none; return whether she is its first."""
    if o < 0:
        return 0
    inside[o] += 1
    return 1 if inside[o] == 1 else 0


@kernel
def not_yet_told(queue, first, end, v):
    """Whether a person is not among those who heard in this step, and will pass word in the next anyway."""
    found = 0
    for i in range(first, end):
        found += queue[i] == v
    return found == 0


@kernel
def run_aware(key, first, begin_row, stop_row, course, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    steps = count.adopters.shape[1]
    people = work.state.size - 1
    for row in range(begin_row, stop_row):
        last, total = aware_world(key, u64(first + row), course, shares.organisation, start, work)
        if last >= steps:
            return row
        for t in range(steps):
            known, adopted, alive = work.ends[0, min(t, last)], work.ends[1, min(t, last)], work.ends[2, min(t, last)]
            count.adopters[row, t] = adopted
            count.states[0, 0, t] += people - known
            count.states[0, 1, t] += known - adopted
            count.states[0, 3, t] += adopted
            count.states[0, 6, t] += alive
            count.states[1, 0, t] += (people - known) * (people - known)
            count.states[1, 1, t] += (known - adopted) * (known - adopted)
            count.states[1, 3, t] += adopted * adopted
            count.states[1, 6, t] += alive * alive
        count.ever[row] = total
        record_final(row, work.adopters[:total], count)
        record_grown(row, work.adopters, count)
    return stop_row
