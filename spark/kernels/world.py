"""What one world needs whatever the rule: its inputs, its working arrays, the share rule, and the counting.

A world is computed as a queue of people in the order in which they adopt; ``ends[t]`` is the length of the queue after
step t. Beside each person stands why she adopted, so that "seen" costs one byte a person.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, lean
from spark.kernels.draw import BROADCAST, CERTAIN, exponential_tolerance, mix, person_draw, scaled, u64, world_key

TIE, PARTNERS, BROADCASTS, SEED, ALREADY = 1, 2, 3, 4, 5


class Rows(NamedTuple):
    """Ties by source: indptr int64[n+1]; targets int32[m] (n, the sink, for ties that are live in no world); law:
    uint32[m+16] thresholds (cascade) or uint64[m] doses (threshold); the others as in the law.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    law: NDArray[np.uint32] | NDArray[np.uint64]
    more: NDArray[np.uint64]
    tolerance: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    lapse: NDArray[np.uint64]
    left: NDArray[np.uint64]


class Shares(NamedTuple):
    """Partner ties, as in `spark.problem.arrays`; all of size 0 where there are none."""

    organisation: NDArray[np.int32]
    member_indptr: NDArray[np.int64]
    members: NDArray[np.int32]
    partner_indptr: NDArray[np.int64]
    partner_targets: NDArray[np.int32]
    partner_dose: NDArray[np.uint64]
    visibility: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]


class Questions(NamedTuple):
    """Which row a person follows where that depends on her coins: see `spark.problem.arrays.Uptake`; [0] where none."""

    kind: NDArray[np.uint8]
    accept: NDArray[np.uint64]
    yes: NDArray[np.int32]
    no: NDArray[np.int32]


class Changes(NamedTuple):
    """What one plan changes beside seeds and broadcasts, as in `spark.problem.arrays.Actions`; all of size 0 where it
    changes nothing. Rows of people are int32[n] or [0]; bridges are those of the plan alone, sorted by source. Boosts
    are levels, uint8[B, H+1], and factors, uint64[B, H+1] in units of 2^-24, of what is delivered in each step.
    """

    seed_accept: NDArray[np.uint64]
    heard: Questions
    boost: NDArray[np.int32]
    boost_level: NDArray[np.uint8]
    boosts: Questions
    sustain: NDArray[np.int32]
    sustain_left: NDArray[np.uint64]
    sustains: Questions
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    tie: NDArray[np.uint64]
    opens: NDArray[np.int32]
    closes: NDArray[np.int32]
    accept: NDArray[np.uint64]
    chance: NDArray[np.uint64]
    more: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    boost_speed: NDArray[np.uint64]


class Start(NamedTuple):
    """One plan: who practises already int32[a], seeds int32[s] with their steps int32[s] in order, who hears which
    broadcasts int32[n] or [0], total dose heard uint64[S, H+1], the last step or -1, and what else it changes.
    """

    adopted: NDArray[np.int32]
    seeds: NDArray[np.int32]
    steps: NDArray[np.int32]
    schedule: NDArray[np.int32]
    heard: NDArray[np.uint64]
    horizon: int
    changes: Changes


class Heat(NamedTuple):
    """What organisations give one another: working arrays, zeros between worlds."""

    bright: NDArray[np.uint64]  # [o], visibility of the adopted members
    newly: NDArray[np.uint64]  # [o], the part of it that is new
    heat: NDArray[np.uint64]  # [o]
    changed: NDArray[np.int32]  # [o], organisations whose brightness changed
    warmer: NDArray[np.int32]  # [o], organisations whose heat changed
    is_warmer: NDArray[np.uint8]  # [o]


class Work(NamedTuple):
    """Arrays that a world may write to, and leaves as it found them (zeros; the sink seen)."""

    seen: NDArray[np.uint8]  # [n+1]
    queue: NDArray[np.int32]  # [n+1]
    ends: NDArray[np.int64]  # [n + last seed step + H + 3]
    dose: NDArray[np.uint64]  # [n], threshold family and several examples, else [0]
    touched: NDArray[np.int32]  # [n], likewise
    arrival: NDArray[np.int32]  # [H+2], first person lit by broadcasts at each step, plus one
    following: NDArray[np.int32]  # [n], the next one, plus one
    tolerance: NDArray[np.uint64]  # [n], of partner doses; with several examples the next point of the process
    points: NDArray[np.int32]  # [n], several examples: points of the process that have been passed
    heard_next: NDArray[np.uint64]  # [n], several examples: the same two for broadcasts
    heard_points: NDArray[np.int32]  # [n]
    lapses: NDArray[np.uint8]  # [n], where people can give up, else [0]: how often each has, at most 255
    lapsed: NDArray[np.uint8]  # [n], likewise: who gives up in this step
    ever: NDArray[np.uint8]  # [n], likewise: who practised at any time
    active: NDArray[np.int32]  # [n], likewise: who practises
    heat: Heat


class Count(NamedTuple):
    """What to count: groups int32[d, n], value int64[n] or [0]; and where: adopters int32[W, T], value and
    ever int64[W], groups_lit int32[W, d], sums and squares int64[G], reached int64[n], those of states int64[2, 7, T]
    or [2, 7, 0], and a working array int64[G] of zeros; bins int64[G] or [0] and curves int32[T, B], see `Watch.bins`.
    """

    groups: NDArray[np.int32]
    person_value: NDArray[np.int64]
    adopters: NDArray[np.int32]
    value: NDArray[np.int64]
    ever: NDArray[np.int64]
    groups_lit: NDArray[np.int32]
    group_sum: NDArray[np.int64]
    group_squares: NDArray[np.int64]
    reached: NDArray[np.int64]
    states: NDArray[np.int64]
    group_now: NDArray[np.int64]
    bins: NDArray[np.int64]
    curves: NDArray[np.int32]


@inlined
def kind_key(key, kind, world):
    """World key of the draws of one kind (`TOLERANCE`, `PARTNERS`, `BROADCAST`)."""
    return world_key(mix(key ^ kind), world, u64(0))


@inlined
def begin(start, work):
    """Light those who practise already and the seeds of step 0; return how many burn and the next seed."""
    total = 0
    for v in start.adopted:
        work.seen[v] = ALREADY
        work.queue[total] = v
        total += 1
    return light_seeds(start, work, 0, total, 0)


@inlined
def light_seeds(start, work, t, total, seed):
    """Light the seeds that are due at the end of step t."""
    while seed < start.seeds.size and start.steps[seed] == t:
        v = start.seeds[seed]
        if work.seen[v] == 0:
            work.seen[v] = SEED
            work.queue[total] = v
            total += 1
        seed += 1
    return total, seed


@lean
def plan_arrivals(key, world, start, work):
    """List, for each step, whom the broadcasts alone light then (exponential tolerances); return the last such step."""
    last = 0
    hear = kind_key(key, BROADCAST, world)
    work.arrival[:] = 0
    final = start.heard.shape[1] - 1
    for v in range(start.schedule.size):
        row = start.schedule[v]
        if row < 0 or start.heard[row, final] == u64(0):
            continue
        tolerance = exponential_tolerance(person_draw(hear, v))
        if tolerance > start.heard[row, final]:
            continue
        low, high = 0, final
        while low < high:
            middle = (low + high) // 2
            if start.heard[row, middle] >= tolerance:
                high = middle
            else:
                low = middle + 1
        work.following[v] = work.arrival[low]
        work.arrival[low] = v + 1
        last = max(last, low)
    return last


@lean
def warm(shares, heat, queue, first, end):
    """Pass on what queue[first:end], who adopted in the step before, add to the heat of partner organisations; list in
    `heat.warmer` whose heat changed, and return how many.
    """
    count = 0
    for i in range(first, end):
        u = queue[i]
        q = shares.organisation[u]
        if q >= 0 and shares.visibility[u] > u64(0) and shares.partner_indptr[q] < shares.partner_indptr[q + 1]:
            if heat.newly[q] == u64(0):
                heat.changed[count] = q
                count += 1
            heat.newly[q] += shares.visibility[u]
    warmer = 0
    for i in range(count):
        q = heat.changed[i]
        before = heat.bright[q]
        now = before + heat.newly[q]
        heat.bright[q] = now
        heat.newly[q] = u64(0)
        for j in range(shares.partner_indptr[q], shares.partner_indptr[q + 1]):
            o = shares.partner_targets[j]
            more = scaled(shares.partner_dose[j], now) - scaled(shares.partner_dose[j], before)
            if more > u64(0):
                heat.heat[o] = min(heat.heat[o] + more, CERTAIN)
                if heat.is_warmer[o] == 0:
                    heat.is_warmer[o] = 1
                    heat.warmer[warmer] = o
                    warmer += 1
    for i in range(warmer):
        heat.is_warmer[heat.warmer[i]] = 0
    return warmer


@lean
def clear(seen, queue, total, shares, heat, tolerance):
    """Leave the working arrays as they were before the world."""
    for i in range(total):
        seen[queue[i]] = 0
    if shares.partner_targets.size > 0:
        for o in range(heat.heat.size):
            if heat.heat[o] > u64(0):
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    tolerance[shares.members[j]] = u64(0)
            heat.heat[o] = u64(0)
            heat.bright[o] = u64(0)


@lean
def record(row, last, total, work, count):
    """Count the world that stands in the queue as row `row` of the tally; `last` is its last step."""
    for t in range(count.adopters.shape[1]):
        count.adopters[row, t] = work.ends[min(t, last)]
    count.ever[row] = total
    record_final(row, work.queue[:total], count)
    record_grown(row, work.queue, count)


@lean
def record_grown(row, queue, count):
    """Count the curve of each group of a world that is in its row of `count.adopters`, where nobody gives up; `queue`
    holds the people in the order in which they adopted.
    """
    if count.bins.size == 0:
        return
    adopters, groups, bins, curves, now = count.adopters[row], count.groups, count.bins, count.curves, count.group_now
    seen = 0
    for t in range(adopters.size):
        while seen < adopters[t]:
            for d in range(groups.shape[0]):
                g = groups[d, queue[seen]]
                if g >= 0:
                    now[g] += 1
            seen += 1
        for g in range(bins.size):
            if bins[g] >= 0:
                curves[t, bins[g] + now[g]] += 1
    now[:] = 0


@lean
def record_step(t, who, count):
    """Count for the curve of each group who practises at the end of step t."""
    if count.bins.size == 0:
        return
    groups, bins, curves, now = count.groups, count.bins, count.curves, count.group_now
    for v in who:
        for d in range(groups.shape[0]):
            g = groups[d, v]
            if g >= 0:
                now[g] += 1
    for g in range(bins.size):
        if bins[g] >= 0:
            curves[t, bins[g] + now[g]] += 1
    now[:] = 0


@lean
def record_moves(last, moves, gone, count):
    """Count for the curve of each group the people who come and go: rows (step, person, why) in order of steps, of
    which `gone` is the reason of those who stop.
    """
    groups, bins, curves, now = count.groups, count.bins, count.curves, count.group_now
    seen = 0
    for t in range(last + 1):
        while seen < moves.shape[0] and moves[seen, 0] == t:
            for d in range(groups.shape[0]):
                g = groups[d, moves[seen, 1]]
                if g >= 0:
                    now[g] += -1 if moves[seen, 2] == gone else 1
            seen += 1
        for g in range(bins.size):
            if bins[g] >= 0:
                curves[t, bins[g] + now[g]] += 1
    now[:] = 0


@lean
def record_final(row, final, count):
    """Count the people who practise at the end of a world."""
    value = np.int64(0)
    valued = count.person_value.size > 0
    for v in final:
        count.reached[v] += 1
        if valued:
            value += count.person_value[v]
        for d in range(count.groups.shape[0]):
            g = count.groups[d, v]
            if g >= 0:
                count.group_now[g] += 1
    count.value[row] = value
    for d in range(count.groups.shape[0]):
        count.groups_lit[row, d] = 0
    for v in final:
        for d in range(count.groups.shape[0]):
            g = count.groups[d, v]
            if g >= 0 and count.group_now[g] > 0:
                count.groups_lit[row, d] += 1
                count.group_sum[g] += count.group_now[g]
                count.group_squares[g] += count.group_now[g] * count.group_now[g]
                count.group_now[g] = 0
