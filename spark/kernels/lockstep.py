"""Sixty-four worlds in a word: plans of every kind in cascades on both clocks, step by step in all worlds at once.

A bit operation does for 64 worlds what other kernels do world by world; who practises in the end is the same in every
world. Only sums at the end come out: no curves, and nobody's story.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import CERTAIN, scaled, u64
from spark.kernels.lanes import lowest_bit
from spark.kernels.lockstep_draws import WORLDS, coins_below

NOWHERE, EVERYWHERE = u64(0), u64(0xFFFFFFFFFFFFFFFF)


class Lots(NamedTuple):
    """What chance decides in 64 worlds, whatever the plan; T steps (one on the once clock), L levels, k examples.

    live uint64[L, k, T, m] and bridged uint64[L, k, T, c]: where a tie of the network (by target on the clock per
    period), or one of those that plans add, gives so many moments; lapsing uint64[R, T, n]; heard uint64[T, k, n, 64]:
    points of the process of broadcasts; begin int64[T, o * 64 + 1], members int32, needs uint64: who can be convinced
    by partners, by organisation and world, and from which dose on. What is not needed is of size 0.
    """

    live: NDArray[np.uint64]
    bridged: NDArray[np.uint64]
    lapsing: NDArray[np.uint64]
    heard: NDArray[np.uint64]
    begin: NDArray[np.int64]
    members: NDArray[np.int32]
    needs: NDArray[np.uint64]


class Network(NamedTuple):
    """Ties by source and by target, and partner ties, as in `spark.problem.arrays`; without signs, so that numba need
    not look for indices from the end.
    """

    indptr: NDArray[np.uint64]
    targets: NDArray[np.uint32]
    in_indptr: NDArray[np.uint64]
    in_sources: NDArray[np.uint32]
    in_ties: NDArray[np.uint64]
    organisation: NDArray[np.int32]
    partner_indptr: NDArray[np.int64]
    partner_targets: NDArray[np.int32]
    partner_dose: NDArray[np.uint64]
    visibility: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]  # [L, n]
    adopted: NDArray[np.int32]
    removed: bool  # who gave up is not convinced by people again
    worth: NDArray[np.int64]  # [n], what an adopter counts


class Plans(NamedTuple):
    """The plans, as in `spark.problem.arrays.Actions`; `row` int32[b] is the place of a bridge in `Lots.bridged`, and
    `lapse_row` uint8[R, H+1] the place of what is left of the chance to lapse in `Lots.lapsing`.
    """

    seed_indptr: NDArray[np.int64]
    seed_people: NDArray[np.int32]
    seed_start: NDArray[np.int32]
    seed_accept: NDArray[np.uint64]
    schedule: NDArray[np.int32]
    heard: NDArray[np.uint64]
    boost: NDArray[np.int32]
    boost_level: NDArray[np.uint8]
    sustain: NDArray[np.int32]
    lapse_row: NDArray[np.uint8]
    bridge_indptr: NDArray[np.int64]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    opens: NDArray[np.int32]
    closes: NDArray[np.int32]
    row: NDArray[np.int64]
    horizon: int


@kernel
def set_levels(rows, table, t, out):
    """Fill `out` uint8[n] with the entry of each person's row in step t, 0 where she follows none."""
    step = min(t, table.shape[1] - 1)
    for v in range(out.size):
        out[v] = table[rows[v], step] if rows[v] >= 0 else 0


@kernel
def light_due(key, salt, first, plans, seed, stop, t, practising, new):
    """Add to `new` uint64[n] the worlds in which seeds that are due in step t are lit; return the next seed."""
    while seed < stop and plans.seed_start[seed] == t:
        v = plans.seed_people[seed]
        willing = EVERYWHERE
        if plans.seed_accept.size > 0 and plans.seed_accept[seed] < u64(1 << 32):
            willing = coins_below(key, salt, first, v, plans.seed_accept[seed])
        new[v] |= willing & ~practising[v]
        seed += 1
    return seed


@kernel
def shine(network, bright, heat):
    """Fill heat uint64[o, 64] with what partners give by the brightness uint64[o, 64] of each organisation."""
    heat[:] = u64(0)
    for q in range(bright.shape[0]):
        for j in range(network.partner_indptr[q], network.partner_indptr[q + 1]):
            o, dose = network.partner_targets[j], network.partner_dose[j]
            for w in range(WORLDS):
                if bright[q, w] > u64(0):
                    heat[o, w] = min(heat[o, w] + scaled(dose, bright[q, w]), CERTAIN)


@kernel
def warm_together(network, heat, level, begin, members, needs, new):
    """Add to `new` the worlds in which the heat of her organisation convinces a person."""
    receptivity = network.receptivity
    for o in range(heat.shape[0]):
        for w in range(WORLDS):
            if heat[o, w] > u64(0):
                for i in range(begin[o * WORLDS + w], begin[o * WORLDS + w + 1]):
                    v = members[i]
                    if scaled(heat[o, w], receptivity[level[v], v]) >= needs[i]:
                        new[v] |= u64(1) << u64(w)


@kernel
def brighten(network, worlds, bright):
    """Add the visibility of each person to the brightness of her organisation, in the worlds uint64[n]."""
    for v in range(worlds.size):
        q, more, rest = network.organisation[v], network.visibility[v], worlds[v]
        if q >= 0 and network.partner_indptr[q] < network.partner_indptr[q + 1]:
            while rest != NOWHERE:
                bright[q, lowest_bit(rest)] += more
                rest &= rest - u64(1)


@kernel
def dim_together(network, worlds, bright):
    """Take the visibility of each person away again, in the worlds uint64[n]."""
    for v in range(worlds.size):
        q, less, rest = network.organisation[v], network.visibility[v], worlds[v]
        if q >= 0 and network.partner_indptr[q] < network.partner_indptr[q + 1]:
            while rest != NOWHERE:
                bright[q, lowest_bit(rest)] -= less
                rest &= rest - u64(1)


@kernel
def count_together(worth, practising, out):
    """Add up what the adopters of each world count, into out int64[64]."""
    out[:] = 0
    for v in range(practising.size):
        mask = practising[v]
        if mask != NOWHERE and worth[v] != 0:
            for w in range(WORLDS):
                out[w] += worth[v] * np.int64((mask >> u64(w)) & u64(1))


@kernel
def pull(practising, in_indptr, in_sources, live, t, level, new):
    """Fill `new` uint64[n] with the worlds in which a tie of step t from somebody who practises convinces."""
    for v in range(new.size):
        ties, mask = live[level[v], 0, t], NOWHERE
        for i in range(in_indptr[v], in_indptr[v + 1]):
            mask |= practising[in_sources[i]] & ties[i]
        new[v] = mask


@kernel
def run_periods_together(key, salt, first, begin_plan, stop_plan, network, lots, plans, out):
    """Fill out int64[P, 64] with the worth of those who practise at the horizon, for begin_plan <= p < stop_plan, on
    the per-period clock; see `spark.kernels.periods`.
    """
    live, bridged, lapsing = lots.live, lots.bridged, lots.lapsing
    people, organisations = network.in_indptr.size - 1, network.partner_indptr.size - 1
    shares = network.partner_targets.size > 0
    practising, new, lapsed = np.empty(people, np.uint64), np.empty(people, np.uint64), np.empty(people, np.uint64)
    gone, level, left = np.empty(people, np.uint64), np.zeros(people, np.uint8), np.zeros(people, np.uint8)
    bright = np.zeros((organisations, WORLDS), np.uint64)
    heat = np.zeros((organisations, WORLDS), np.uint64)
    for p in range(begin_plan, stop_plan):
        practising[:] = NOWHERE
        gone[:] = NOWHERE
        bright[:] = u64(0)
        for v in network.adopted:
            practising[v] = EVERYWHERE
        new[:] = NOWHERE
        stop = plans.seed_indptr[p + 1]
        seed = light_due(key, salt, first, plans, plans.seed_indptr[p], stop, 0, practising, new)
        for v in range(people):
            practising[v] |= new[v]
        if shares:
            brighten(network, practising, bright)
        boosted, sustained = np.any(plans.boost[p] >= 0), np.any(plans.sustain[p] >= 0)
        level[:] = 0
        left[:] = 0
        last_heard = plans.heard.shape[1] - 1 if plans.schedule.shape[1] > 0 else 0
        for t in range(1, plans.horizon + 1):
            if boosted:
                set_levels(plans.boost[p], plans.boost_level, t, level)
            if sustained:
                set_levels(plans.sustain[p], plans.lapse_row, t, left)
            for v in range(people):
                lapsed[v] = practising[v] & lapsing[left[v], t, v]
                gone[v] |= lapsed[v]
            pull(practising, network.in_indptr, network.in_sources, live, t, level, new)
            for b in range(plans.bridge_indptr[p], plans.bridge_indptr[p + 1]):
                burning = practising[plans.source[b]]
                if burning != NOWHERE and plans.opens[b] <= t < plans.closes[b]:
                    v = plans.target[b]
                    new[v] |= burning & bridged[level[v], 0, t, plans.row[b]]
            if shares:
                shine(network, bright, heat)
                warm_together(network, heat, level, lots.begin[t], lots.members, lots.needs, new)
            if network.removed:
                for v in range(people):
                    new[v] &= ~gone[v]
            if t <= last_heard:
                heed_periods(plans.heard, plans.schedule[p], lots.heard[t, 0], t, new)
            for v in range(people):
                lapsed[v] = practising[v] & ~lapsed[v]  # who goes on
            seed = light_due(key, salt, first, plans, seed, stop, t, lapsed, new)
            for v in range(people):
                now = lapsed[v] | new[v]
                new[v], lapsed[v] = now & ~practising[v], practising[v] & ~now
                practising[v] = now
            if shares:
                brighten(network, new, bright)
                dim_together(network, lapsed, bright)
        count_together(network.worth, practising, out[p])


@kernel
def heed_periods(doses, rows, points, t, new):
    """Add to `new` the worlds in which what is heard in step t alone convinces; points uint64[n, 64] of that step."""
    for v in range(rows.size):
        if rows[v] >= 0:
            dose = doses[rows[v], t] - doses[rows[v], t - 1]
            if dose > u64(0):
                mask = u64(0)
                for w in range(WORLDS):
                    mask |= u64(points[v, w] <= dose) << u64(w)
                new[v] |= mask


@inlined
def add_moments(v, moments, hits, new):
    """Give v one more moment in some worlds; moments uint64[k-1, n]: where she has had 1, 2, ..., k-1."""
    needed = moments.shape[0]
    if needed == 0:
        new[v] |= hits
        return
    new[v] |= hits & moments[needed - 1, v]
    for j in range(needed - 1, 0, -1):
        moments[j, v] |= hits & moments[j - 1, v]
    moments[0, v] |= hits


@kernel
def run_cascade_together(key, salt, first, begin_plan, stop_plan, network, lots, plans, out):
    """Fill out int64[P, 64] with the worth of all adopters, for begin_plan <= p < stop_plan, on the once clock; see
    `spark.kernels.cascade`, `examples` and `interventions`.
    """
    indptr, targets, live, bridged = network.indptr, network.targets, lots.live, lots.bridged
    people, organisations, examples = indptr.size - 1, network.partner_indptr.size - 1, live.shape[1]
    shares, ties = network.partner_targets.size > 0, live[0, 0, 0]
    seen, new, fresh = np.empty(people, np.uint64), np.zeros(people, np.uint64), np.zeros(people, np.uint64)
    front, level = np.empty(people, np.int32), np.zeros(people, np.uint8)
    before = np.zeros(people, np.uint8)
    moments = np.zeros((examples - 1, people), np.uint64)
    bright = np.zeros((organisations, WORLDS), np.uint64)
    heat = np.zeros((organisations, WORLDS), np.uint64)
    for p in range(begin_plan, stop_plan):
        begin, end = plans.bridge_indptr[p], plans.bridge_indptr[p + 1]
        delivered = np.zeros(end - begin, np.uint64)
        boosted = np.any(plans.boost[p] >= 0)
        last_heard = plans.heard.shape[1] - 1 if plans.schedule.shape[1] > 0 else 0
        last_event = max(last_heard, plans.boost_level.shape[1] - 1 if boosted else 0)
        for b in range(begin, end):
            last_event = max(last_event, plans.opens[b])
        seen[:] = NOWHERE
        fresh[:] = NOWHERE
        moments[:] = NOWHERE
        bright[:] = u64(0)
        level[:] = 0
        for v in network.adopted:
            fresh[v] = EVERYWHERE
        stop = plans.seed_indptr[p + 1]
        seed = light_due(key, salt, first, plans, plans.seed_indptr[p], stop, 0, seen, fresh)
        burning, t = 0, 0
        while True:
            # who was lit in step t is `fresh`; they deliver in the next
            burning = 0
            for v in range(people):
                if fresh[v] != NOWHERE:
                    front[burning] = v
                    burning += 1
                    seen[v] |= fresh[v]
            if shares:
                brighten(network, fresh, bright)
            if t == plans.horizon or (burning == 0 and seed >= stop and t >= last_event):
                break
            t += 1
            if boosted:
                before[:] = level
                set_levels(plans.boost[p], plans.boost_level, t, level)
            for i in range(burning):
                u = front[i]
                from_u = fresh[u]
                if examples == 1:
                    for e in range(indptr[u], indptr[u + 1]):
                        new[targets[e]] |= from_u & ties[e]
                else:
                    for e in range(indptr[u], indptr[u + 1]):
                        v = targets[e]
                        for j in range(examples):
                            add_moments(v, moments, from_u & live[level[v], j, 0, e], new)
            if boosted and examples == 1:
                for v in range(people):
                    if level[v] != 0:
                        lively = live[level[v], 0, 0]
                        for i in range(network.in_indptr[v], network.in_indptr[v + 1]):
                            new[v] |= fresh[network.in_sources[i]] & lively[network.in_ties[i]]
            for b in range(begin, end):
                u, v = plans.source[b], plans.target[b]
                from_u = NOWHERE
                if plans.opens[b] < t < plans.closes[b]:
                    from_u = fresh[u]
                elif plans.opens[b] == t:
                    from_u = seen[u]
                if from_u != NOWHERE:
                    delivered[b - begin] |= from_u
                    new[v] |= from_u & bridged[level[v], 0, 0, plans.row[b]] if examples == 1 else NOWHERE
                    for j in range(examples if examples > 1 else 0):
                        add_moments(v, moments, from_u & bridged[level[v], j, 0, plans.row[b]], new)
            if boosted and t >= 2:
                for v in range(people):
                    if level[v] != before[v] and seen[v] != EVERYWHERE:
                        for i in range(network.in_indptr[v], network.in_indptr[v + 1]):
                            u = network.in_sources[i]
                            new[v] |= seen[u] & ~fresh[u] & live[level[v], 0, 0, network.in_ties[i]]
                for b in range(begin, end):
                    v = plans.target[b]
                    if level[v] != before[v]:
                        new[v] |= delivered[b - begin] & bridged[level[v], 0, 0, plans.row[b]]
            if shares:
                shine(network, bright, heat)
                warm_together(network, heat, level, lots.begin[0], lots.members, lots.needs, new)
            if t <= last_heard:
                for j in range(examples):
                    hear_moments(plans.heard, plans.schedule[p], lots.heard[0, j], t, moments, new)
            for v in range(people):
                fresh[v] = new[v] & ~seen[v]
                new[v] = NOWHERE
            for v in range(people):
                seen[v] |= fresh[v]
            seed = light_due(key, salt, first, plans, seed, stop, t, seen, fresh)
        count_together(network.worth, seen, out[p])


@kernel
def hear_moments(doses, rows, points, t, moments, new):
    """Count the points, uint64[n, 64], that the broadcasts pass in step t."""
    for v in range(rows.size):
        if rows[v] >= 0 and doses[rows[v], t] > doses[rows[v], t - 1]:
            mask = u64(0)
            for w in range(WORLDS):
                mask |= u64(doses[rows[v], t - 1] < points[v, w] <= doses[rows[v], t]) << u64(w)
            add_moments(v, moments, mask, new)
