"""Thresholds on the once clock: a person adopts when the doses that have reached her add up to her tolerance, which is
fixed, or uniform and drawn (linear threshold).
"""

from __future__ import annotations

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import TOLERANCE, person_draw, scaled, u64, uniform_tolerance
from spark.kernels.world import (
    ALREADY,
    BROADCASTS,
    PARTNERS,
    SEED,
    TIE,
    begin,
    clear,
    kind_key,
    light_seeds,
    record,
    warm,
)


@inlined
def outside_dose(v, t, heat, organisation, receptivity, schedule, heard):
    """What has reached person v by step t from partners (heat of size 0: none) and broadcasts (schedule likewise)."""
    dose = u64(0)
    if heat.size > 0 and organisation[v] >= 0:
        dose += scaled(heat[organisation[v]], receptivity[v])
    if schedule.size > 0 and schedule[v] >= 0:
        dose += heard[schedule[v], min(t, heard.shape[1] - 1)]
    return dose


@kernel
def threshold_world(key, world, rows, shares, start, work):
    """Burn one world; fill work.queue and work.ends, return (last step in which anything changed, adopters)."""
    indptr, targets, tie_dose, fixed = rows.indptr, rows.targets, rows.law, rows.tolerance
    seen, queue, missing, dosed = work.seen, work.queue, work.dose, work.touched
    person_key = kind_key(key, TOLERANCE, world)
    share = shares.partner_targets.size > 0
    heat = work.heat if share else work.heat[:0]
    given, others = fixed.size > 0, share or start.schedule.size > 0
    # a call that takes arrays costs more than all the rest of a tie, so the usual case has none
    organisation, receptivity, schedule, heard = shares.organisation, shares.receptivity, start.schedule, start.heard
    # missing[v]: what person v still lacks after her ties, 0 where no tie has delivered to her yet
    total, seed = begin(start, work)
    work.ends[0] = total
    last_heard = heard.shape[1] - 1 if schedule.size > 0 else 0
    first, t, last, touched = 0, 0, 0, 0
    while (first < total or seed < start.seeds.size or t < last_heard) and t != start.horizon:
        t += 1
        end = total
        for i in range(first, end):
            u = queue[i]
            for e in range(indptr[u], indptr[u + 1]):
                v = targets[e]
                if seen[v] == 0 and tie_dose[e] > u64(0):
                    lacks = missing[v]
                    if lacks == u64(0):
                        lacks = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                        dosed[touched] = v
                        touched += 1
                    got = tie_dose[e]
                    missing[v] = lacks - min(got, lacks - u64(1))
                    if others:
                        got += outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
                    if got >= lacks:
                        seen[v] = TIE
                        queue[total] = v
                        total += 1
        if share:
            for i in range(warm(shares, work, first, end)):
                o = work.warmer[i]
                for j in range(shares.member_indptr[o], shares.member_indptr[o + 1]):
                    v = shares.members[j]
                    if seen[v] == 0:
                        outside = outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
                        drawn = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                        if outside >= (missing[v] if missing[v] > u64(0) else drawn):
                            seen[v] = PARTNERS
                            queue[total] = v
                            total += 1
        if t <= last_heard:
            for v in range(schedule.size):
                if schedule[v] >= 0 and seen[v] == 0 and heard[schedule[v], t] > heard[schedule[v], t - 1]:
                    outside = outside_dose(v, t, heat, organisation, receptivity, schedule, heard)
                    drawn = fixed[v] if given else uniform_tolerance(person_draw(person_key, v))
                    if outside >= (missing[v] if missing[v] > u64(0) else drawn):
                        seen[v] = BROADCASTS
                        queue[total] = v
                        total += 1
        total, seed = light_seeds(start, work, t, total, seed)
        work.ends[t] = total
        if total > end:
            last = t
        first = end
    for i in range(touched):
        missing[dosed[i]] = u64(0)
    return last, total


@kernel
def run_threshold(key, first, begin_row, stop_row, rows, shares, start, work, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    for row in range(begin_row, stop_row):
        last, total = threshold_world(key, u64(first + row), rows, shares, start, work)
        if last >= count.adopters.shape[1]:
            clear(work, shares, total)
            return row
        record(row, last, total, work, count)
        clear(work, shares, total)
    return stop_row


@kernel
def replay_threshold(key, world, rows, incoming, shares, start, work, when, by):
    """Replay one world: fill when int32[n] and by int64[n] (see `spark.problem.arrays.Trace`); return adopters.
    `incoming`: the reverse rows (indptr, sources, tie ids).
    """
    last, total = threshold_world(key, u64(world), rows, shares, start, work)
    for t in range(last + 1):
        for i in range(work.ends[t - 1] if t > 0 else 0, work.ends[t]):
            when[work.queue[i]] = t
    in_indptr, in_sources, in_ties = incoming
    for i in range(total):
        v = work.queue[i]
        why = work.seen[v]
        if why == SEED:
            by[v] = -2
        elif why == ALREADY:
            by[v] = -3
        else:
            by[v] = -4 if why == PARTNERS else -5
            best = u64(0)
            for j in range(in_indptr[v], in_indptr[v + 1]):
                e = in_ties[j]
                if when[in_sources[j]] == when[v] - 1 and rows.law[e] > best:
                    best = rows.law[e]
                    by[v] = e
    clear(work, shares, total)
    return total
