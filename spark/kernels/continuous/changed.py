"""Who adopts once, under a plan that boosts, sustains, introduces people to one another, or asks them.

What has a time, a tie that takes one to convince or a person who practises for one, has a clock that runs until then. A
boost of the target makes the clocks of her in-ties run faster, help to keep going makes a person's own run slower, and
the clock of an added tie runs in its window only. Windows are whole units of time: step t lasts from t - 1 to t.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.continuous.heap import drop_first_instant, push_instant
from spark.kernels.continuous.paths import PathsWork, count_stays, latent_time
from spark.kernels.continuous.times import (
    ALREADY,
    BY_BROADCAST,
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
from spark.kernels.interventions.bridges import bridge_draw, enter_bridges
from spark.kernels.interventions.coins import SEEDS_COIN, accepted, coin, follow
from spark.kernels.world import kind_key

USUAL = u64(1 << 24)
ENDLESS = (1 << 31) - 1
FIRST_BRIDGE = -6


class ChangedWork(NamedTuple):
    """Arrays that a world may write to; arrival uint64[n+1] is FOREVER (the sink 0) before and after it."""

    plain: PathsWork  # for plans that change nothing; order, came and went are those of every world
    arrival: NDArray[np.uint64]
    heap_time: NDArray[np.uint64]  # [m + b + 3n + 1]
    heap_person: NDArray[np.int32]
    heard: NDArray[np.int32]  # [n], which row each person follows in this world, -1 for none
    boost: NDArray[np.int32]
    sustain: NDArray[np.int32]
    head: NDArray[np.int32]  # [n], a person's first bridge, plus one; zeros between calls


@inlined
def lasting(left, speed):
    """How long a clock of a speed in units of 2^-24 has to run until `left` has passed on it."""
    if speed == u64(0):
        return FOREVER
    whole = left // speed
    if whole >= u64(1 << 38):
        return FOREVER
    return (whole << u64(24)) + ((left - whole * speed << u64(24)) + speed - u64(1)) // speed


@kernel
def instant_after(now, need, speeds, row, opens, closes):
    """When a clock that is started at `now` has run for `need`: in the steps opens <= t < closes only, at the speed
    speeds[row, t], the last for ever, or as usual (row -1). FOREVER if never.
    """
    time, left = now, need
    if opens > 1:
        time = max(time, u64(opens - 1) << u64(32))
    last = speeds.shape[1] - 1
    while time < FOREVER:
        t = np.int64(time >> u64(32)) + 1
        if t >= closes:
            return FOREVER
        endless = row < 0 or t >= last
        speed = USUAL if row < 0 else speeds[row, min(t, last)]
        run = lasting(left, speed)
        until = u64(t) << u64(32)
        if endless:
            until = FOREVER if closes == ENDLESS else u64(closes - 1) << u64(32)
        if run <= until - time:
            return time + run
        if endless:
            return FOREVER
        left -= (until - time) * speed >> u64(24)
        time = until
    return FOREVER


@inlined
def willing(key, world, start, i):
    """Whether seed i goes along."""
    accept = start.changes.seed_accept
    return accept.size == 0 or coin(key, SEEDS_COIN, world, start.seeds[i]) < accept[i]


@kernel
def begin_changed(key, world, paths, start, work, last):
    """Put on the heap who practises already, the willing seeds, and whom broadcasts convince; return its size."""
    size = 0
    arrival = work.arrival
    for v in start.adopted:
        arrival[v] = u64(0)
        size = push_instant(work, size, u64(0), v)
    for i in range(start.seeds.size):
        v, time = start.seeds[i], u64(start.steps[i]) << u64(32)
        if time <= last and time < arrival[v] and willing(key, world, start, i):
            arrival[v] = time
            size = push_instant(work, size, time, v)
    if start.schedule.size > 0 and start.heard.shape[1] > 1:
        hear = kind_key(key, BROADCAST, world)
        latent_key = kind_key(key, LATENCY, world)
        for v in range(start.schedule.size):
            row = work.heard[v]
            if row >= 0:
                time = hearing_instant(exponential_tolerance(person_draw(hear, v)), start.heard[row])
                if paths.latency.size > 0:
                    time += latent_time(latent_key, v, paths)
                if time <= last and time < arrival[v]:
                    arrival[v] = time
                    size = push_instant(work, size, time, v)
    return size


@kernel
def gives_up(stay_key, paths, start, work, u, now):
    """When somebody gives up who adopts at an instant."""
    mean = paths.duration[0] if paths.duration.size == 1 else paths.duration[u]
    if mean == u64(0):
        return FOR_GOOD
    stay = multiply_high(standard_time(person_draw(stay_key, u), paths.duration_quantiles), mean)
    return instant_after(now, stay, start.changes.sustain_left, work.sustain[u], 0, ENDLESS)


@kernel
def over_tie(key, world, paths, start, work, e, v, now):
    """When a tie convinces person v whose source adopts at an instant."""
    k0, k1 = halves(world_key(key, world, u64(e >> BLOCK_BITS)))
    mean = paths.delay[0] if paths.delay.size == 1 else paths.delay[e]
    takes = tie_time(tie_draw(u32(e & 0xFFFFFFFF), k0, k1), paths.delay_quantiles, mean)
    return instant_after(now, takes, start.changes.boost_speed, work.boost[v], 0, ENDLESS)


@kernel
def over_bridge(key, world, paths, start, work, b, now):
    """Likewise for an added tie; its mean time stands in place of a dose, 0 for never."""
    changes = start.changes
    if changes.dose[0, b] == u64(0) or not accepted(
        key, world, changes.source[b], changes.target[b], changes.accept, b
    ):
        return FOREVER
    takes = tie_time(bridge_draw(key, world, changes.tie[b]), paths.delay_quantiles, changes.dose[0, b])
    row = work.boost[changes.target[b]]
    return instant_after(now, takes, changes.boost_speed, row, changes.opens[b], changes.closes[b])


@inlined
def come_to(work, size, v, heard, latent, went, last):
    """Let person v be convinced at an instant, if the source practises then; return the size of the heap."""
    come = heard + latent
    if heard < went and come <= last and come < work.arrival[v]:
        work.arrival[v] = come
        return push_instant(work, size, come, v)
    return size


@kernel
def changed_paths_world(key, world, paths, shares, start, work):
    """Burn one world; fill order, came and went of work.plain, return how many ever adopt."""
    changes, last = start.changes, last_instant(start.horizon)
    follow(start.schedule, changes.heard, shares.organisation, key, world, work.heard)
    follow(changes.boost, changes.boosts, shares.organisation, key, world, work.boost)
    follow(changes.sustain, changes.sustains, shares.organisation, key, world, work.sustain)
    arrival, targets, indptr, head = work.arrival, paths.targets, paths.indptr, work.head
    size = begin_changed(key, world, paths, start, work, last)
    stay_key, latent_key = kind_key(key, DURATION, world), kind_key(key, LATENCY, world)
    tries = paths.latency.size > 0
    total = 0
    while size > 0:
        now, u = work.heap_time[0], work.heap_person[0]
        size = drop_first_instant(work, size)
        if now > arrival[u]:
            continue
        went = gives_up(stay_key, paths, start, work, u, now)
        work.plain.order[total] = u
        work.plain.came[total] = now
        work.plain.went[total] = went
        total += 1
        for e in range(indptr[u], indptr[u + 1]):
            v = targets[e]
            if arrival[v] > now:
                latent = latent_time(latent_key, v, paths) if tries else u64(0)
                size = come_to(work, size, v, over_tie(key, world, paths, start, work, e, v, now), latent, went, last)
        b = head[u] - 1
        while b >= 0 and b < changes.source.size and changes.source[b] == u:
            v = changes.target[b]
            if arrival[v] > now:
                latent = latent_time(latent_key, v, paths) if tries else u64(0)
                size = come_to(work, size, v, over_bridge(key, world, paths, start, work, b, now), latent, went, last)
            b += 1
    return total


@kernel
def run_changed_paths(key, first, begin_row, stop_row, paths, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    if start.horizon >= count.adopters.shape[1]:
        return begin_row
    enter_bridges(start.changes.source, work.head, True)
    row = begin_row
    while row < stop_row:
        total = changed_paths_world(key, u64(first + row), paths, shares, start, work)
        for i in range(total):
            work.arrival[work.plain.order[i]] = FOREVER
        if not count_stays(row, total, last_instant(start.horizon), work.plain, count):
            break
        row += 1
    enter_bridges(start.changes.source, work.head, False)
    return row


@kernel
def replay_changed_paths(key, world, paths, incoming, shares, start, work, when, by):
    """Fill in when int32[n], the step by which each person had adopted, and by int64[n], what lit her."""
    world, changes, arrival = u64(world), start.changes, work.arrival
    enter_bridges(changes.source, work.head, True)
    total = changed_paths_world(key, world, paths, shares, start, work)
    enter_bridges(changes.source, work.head, False)
    in_indptr, in_source, in_tie = incoming
    latent_key = kind_key(key, LATENCY, world)
    tries = paths.latency.size > 0
    went = np.zeros(when.size, np.uint64)
    for i in range(total):
        went[work.plain.order[i]] = work.plain.went[i]
    for v in start.adopted:
        by[v] = ALREADY
    for i in range(start.seeds.size):
        v, time = start.seeds[i], u64(start.steps[i]) << u64(32)
        if by[v] == NEVER and arrival[v] == time and willing(key, world, start, i):
            by[v] = SEED
    for i in range(total):
        v = work.plain.order[i]
        when[v] = whole_step(arrival[v])
        if by[v] != NEVER:
            continue
        by[v] = BY_BROADCAST
        latent = latent_time(latent_key, v, paths) if tries else u64(0)
        for b in range(changes.source.size - 1, -1, -1):
            u = changes.source[b]
            if changes.target[b] == v and arrival[u] <= arrival[v]:
                heard = over_bridge(key, world, paths, start, work, b, arrival[u])
                if heard + latent == arrival[v] and heard < went[u]:
                    by[v] = FIRST_BRIDGE - b
        for j in range(in_indptr[v + 1] - 1, in_indptr[v] - 1, -1):
            u, tie = in_source[j], in_tie[j]
            if paths.targets[tie] == v and arrival[u] <= arrival[v]:
                heard = over_tie(key, world, paths, start, work, tie, v, arrival[u])
                if heard + latent == arrival[v] and heard < went[u]:
                    by[v] = tie
    for i in range(total):
        work.arrival[work.plain.order[i]] = FOREVER
