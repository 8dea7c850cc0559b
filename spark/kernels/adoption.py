"""The full model of adoption on the per-period clock: unaware, aware, trying, adopted, lapsed (docs/model.md).

One step, in this order: (1) people leave their posts, adopters draw their lapse, trials end; (2) everyone who
practised before the step, also who leaves or lapses in it, delivers, as do those who tried, and word passes on; (3)
everyone who is aware, and neither practises nor tries, and whom enough has reached since she last lapsed or failed,
starts to try, or adopts; then the seeds of the step; then organisations sign up. All draws of a step are keyed by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.accelerate import kernel, part
from spark.kernels.adoption_outside import hear, partner, partner_heat, tell
from spark.kernels.adoption_people import (
    ADOPTED,
    ADOPTERS,
    ENOUGH,
    KEPT,
    LEARNED,
    READY,
    STOPS,
    TRIERS,
    TRYING,
    UNTOLD,
    adopt,
    convince,
    count_around,
    drop_trier,
    end_trials,
    lapse,
    leave,
    make_ready,
    note,
    remember,
    stir,
    who_delivers,
    who_is_seen,
)
from spark.kernels.adoption_reach import WORD, deliver, deliver_bridges, deliver_doses
from spark.kernels.delays import delay_key
from spark.kernels.draw import BROADCAST, PARTNERS, TOLERANCE, mix, u64
from spark.kernels.interventions.coins import SEEDS_COIN, accepted, coin, follow
from spark.kernels.log import BY_ALREADY, BY_SEED, Log
from spark.kernels.log import note as write
from spark.kernels.periods import LAPSE, step_key
from spark.kernels.tolerance import SIMPLE, Laws
from spark.kernels.world import kind_key, record_final, record_step

TURNOVER = u64(0x7475726E6F766572)
TRIAL = u64(0x747269616C656E64)
TRIAL_END = u64(0x74726965646F7574)
AGAIN = u64(0x616761696E303031)
NOISE = u64(0x6E6F697365303031)

WHOLE = u64(1 << 24)


class Late(NamedTuple):
    """Delays as in `spark.problem.arrays`, and the longest that matters, 0 where there are none."""

    longest: int
    steps: NDArray[np.int32]
    rate: NDArray[np.uint64]
    upto: NDArray[np.uint64]


class Past(NamedTuple):
    """What ties with delays show: bit s % 64 W of the W words of a person says whether she practised, or tried, at the
    end of step s, one of the last 64 W; `last` is the last step at which she did either. All of size 0 without delays.
    """

    practised: NDArray[np.uint64]  # [n, W]
    tried: NDArray[np.uint64]  # [n, W]
    last: NDArray[np.int32]  # [n]
    senders: NDArray[np.int32]  # [n], who did either in one of the steps that still show


class Course(NamedTuple):
    """What the model says; n people, m ties, o organisations, X = L G variants of a tie: L levels of boost, and G = 2
    where adopters of an organisation that has signed up are seen more, else 1; variant = level * G + loud.

    indptr int64[n+1]; targets int32[m] (n, the sink, for ties that are never live); live uint32[G (m+16)]: a tie can
    hit iff its draw is <= live, at the highest level; chance uint64[X, m], T of 2^32, dose uint64[X, m], more
    uint64[X, k-1, m] at each variant, of size 0 where not read; needed k.
    The rest as in `spark.problem.arrays.Law` and `States`; `word` and `hearsay`, uint32[m+16], lead to `word_targets`
    and `hearsay_targets`, int32[m] or [0]; `first` uint8[m] or [0], whether a tie is the first between its two people;
    receptivity uint64[L, n]. `tolerances`: where they are given, doses add up instead of moments.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    live: NDArray[np.uint32]
    chance: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    more: NDArray[np.uint64]
    needed: int
    variants: int
    gate: bool
    lapse: NDArray[np.uint64]
    left: NDArray[np.uint64]
    word_targets: NDArray[np.int32]
    word: NDArray[np.uint32]
    hearsay_targets: NDArray[np.int32]
    hearsay: NDArray[np.uint32]
    trial_time: int
    trial_end: np.uint64
    trial_failure: np.uint64
    trial_visibility: np.uint64
    ties: NDArray[np.int32]
    first: NDArray[np.uint8]
    support: NDArray[np.uint64]
    support_start: NDArray[np.int64]
    turnover: NDArray[np.uint64]
    formal: NDArray[np.int64]
    policy_dose: np.uint64
    policy_lapse: np.uint64
    loudness: np.uint64
    receptivity: NDArray[np.uint64]
    tolerances: Laws
    late: Late
    noise: np.uint64


class Posts(NamedTuple):
    """Working arrays, made ready at the start of each world."""

    state: NDArray[np.uint8]  # [n+1], the sink adopted
    moments: NDArray[np.uint64]  # [n]: convincing moments since the last lapse or failed trial, or doses, see ENOUGH
    lapses: NDArray[np.uint8]  # [n]: how often, at most 255
    ever: NDArray[np.uint8]  # [n]
    active: NDArray[np.int32]  # [n], who has adopted
    trying: NDArray[np.int32]  # [n], who tries
    since: NDArray[np.int32]  # [n], from which step
    sources: NDArray[np.int32]  # [n], who delivers in this step: adopters, then those trying
    tellers: NDArray[np.int32]  # [n], who passes word and is no adopter
    ready: NDArray[np.int32]  # [n], whom enough has reached in this step
    learned: NDArray[np.int32]  # [n], who has heard in this step
    stopped: NDArray[np.int32]  # [n], who has left or lapsed in this step
    around: NDArray[np.int32]  # [n] or [0], how many who can influence a person have adopted
    inside: NDArray[np.int64]  # [o], how many members have adopted
    signed: NDArray[np.uint8]  # [o]
    bright: NDArray[np.uint64]  # [o]
    heat: NDArray[np.uint64]  # [o]
    counts: NDArray[np.int64]  # [8], see `spark.kernels.adoption_people`
    hazard: NDArray[np.uint64]  # [n], the chance of giving up of each of `active`
    seen: NDArray[np.int64]  # [7, T], what is counted in one world
    heard: NDArray[np.int32]  # [n], which row of broadcasts, boosts and help each person follows in this world, -1 none
    boost: NDArray[np.int32]  # [n]
    sustain: NDArray[np.int32]  # [n]
    there: NDArray[np.uint8]  # [b], whether both ends go along with an added tie
    was: NDArray[np.uint8]  # [n], zeros between calls
    reached: NDArray[np.uint8]  # [n], under noise: whether a tie has reached her since she last forgot; else [0]
    past: Past
    log: Log  # what reaches whom and what comes of it, where a story is asked for


@part
def hazards(t, count, active, chance, sustained, sustain, kept_going, support, support_start, around, policy, signed,
            organisation, hazard):  # fmt: skip
    """The chance of giving up of each of the first `count` of `active`, T of 2^32."""
    step = min(t, kept_going.shape[1] - 1)
    for i in range(count):
        u = active[i]
        h = chance[u]
        if sustained and sustain[u] >= 0:
            h = (h * kept_going[sustain[u], step]) >> u64(24)
        if policy != WHOLE and organisation[u] >= 0 and signed[organisation[u]] != 0:
            h = (h * policy) >> u64(24)
        if around.size > 0:
            h = (h * support[support_start[u] + around[u]]) >> u64(24)
        hazard[i] = h


@kernel
def run_adoption(key, first, begin_row, stop_row, course, shares, start, posts, count):
    """Count the worlds first + row for begin_row <= row < stop_row; return the row at which the tally's steps were too
    few, or stop_row.
    """
    last = start.horizon
    steps = count.adopters.shape[1]
    if last >= steps:
        return begin_row
    seen, active = posts.seen, posts.active
    for row in range(begin_row, stop_row):
        total = adoption_world(key, u64(first + row), course, shares, start, posts, count)
        for t in range(steps):
            count.adopters[row, t] = seen[ADOPTED, min(t, last)]
        for i in range(seen.shape[0]):
            for t in range(count.states.shape[2]):
                number = seen[i, min(t, last)]
                count.states[0, i, t] += number
                count.states[1, i, t] += number * number
        count.ever[row] = np.sum(posts.ever)
        record_final(row, active[:total], count)
    return stop_row


@part
def adoption_world(key, world, course, shares, start, posts, count):
    """Burn one world up to start.horizon; fill posts.seen, leave who has adopted in posts.active, return how many."""
    state, moments, lapses, ever = posts.state, posts.moments, posts.lapses, posts.ever
    active, trying, since, sources, tellers = posts.active, posts.trying, posts.since, posts.sources, posts.tellers
    ready, learned, stopped, around, counts = posts.ready, posts.learned, posts.stopped, posts.around, posts.counts
    inside, signed, hazard, seen = posts.inside, posts.signed, posts.hazard, posts.seen
    bright, heat = posts.bright, posts.heat
    organisation, indptr, ties = shares.organisation, course.indptr, course.ties
    formal, gate, failure, laws = course.formal, course.gate, course.trial_failure, course.tolerances
    dosed = laws.law.size > 0
    needed = ENOUGH if dosed else u64(course.needed)
    fresh, simple = kind_key(step_key(key, 0), TOLERANCE, world), kind_key(key, SIMPLE, world)
    seeds, due, horizon, changes = start.seeds, start.steps, start.horizon, start.changes
    partners = shares.partner_targets.size > 0
    people = moments.size
    late, past, reached, late_key, log = course.late, posts.past, posts.reached, delay_key(key), posts.log
    make_ready(gate, fresh, simple, laws, state, moments, reached, lapses, ever, around, inside, signed, counts)
    past.last[:] = -1
    levels, kept_going, sustained = changes.boost_level, changes.sustain_left, changes.sustain.size > 0
    added, there = changes.source.size, posts.there
    for b in range(added):
        there[b] = accepted(key, world, changes.source[b], changes.target[b], changes.accept, b)
    heard = posts.heard[: start.schedule.size]
    boost = posts.boost[: changes.boost.size]
    follow(start.schedule, changes.heard, organisation, key, world, heard)
    follow(changes.boost, changes.boosts, organisation, key, world, boost)
    follow(changes.sustain, changes.sustains, organisation, key, world, posts.sustain)
    for v in start.adopted:
        adopt(v, state, ever, active, counts, organisation, inside)
        write(log, 0, v, BY_ALREADY)
    seed = 0
    for t in range(horizon + 1):
        if t > 0:
            now = step_key(key, t)
            trial, fresh = kind_key(now, TRIAL, world), kind_key(now, TOLERANCE, world)
            adopters, triers = counts[ADOPTERS], counts[TRIERS]
            hearsay = course.hearsay.size > 0 and (counts[UNTOLD] > 0 or course.turnover.size > 0)
            told = who_delivers(hearsay, state, active, trying, counts, sources, tellers)
            if course.turnover.size > 0:
                turn = kind_key(now, TURNOVER, world)
                leave(t, turn, fresh, simple, laws, gate, course.turnover, state, lapses, moments, reached, counts, log)
            hazards(t, adopters, active, course.lapse, sustained, posts.sustain, kept_going, course.support,
                    course.support_start, around, course.policy_lapse, signed, organisation, hazard)  # fmt: skip
            lapse(t, kind_key(now, LAPSE, world), fresh, simple, laws, hazard, state, lapses, moments, reached, active,
                  stopped, counts, organisation, inside, log)  # fmt: skip
            if triers > 0:
                end_trials(t, trial, kind_key(now, TRIAL_END, world), fresh, simple, laws, t - course.trial_time,
                           course.trial_end, failure, state, moments, reached, trying, since, ever, active, counts,
                           organisation, inside, log)  # fmt: skip
            counts[READY] = 0
            counts[LEARNED] = 0
            senders, sending, others = sources, adopters, triers
            if late.longest > 0:
                senders, sending, others = past.senders, who_is_seen(t, late.longest, past.last, past.senders), 0
            if dosed:
                deliver_doses(t, world, senders, sending, others, needed, course.trial_visibility, course.variants,
                              boost, levels, indptr, course.targets, course.dose, course.left, lapses, state, moments,
                              ready, organisation, signed, counts, late, late_key, past, reached,
                              log)  # fmt: skip
            else:
                deliver(t, now, world, senders, sending, others, needed, course.trial_visibility, course.variants,
                        boost, levels, indptr, course.targets, course.live, course.chance, course.more, course.dose,
                        course.left, lapses, state, moments, ready, organisation, signed, counts, late, late_key,
                        past, log)  # fmt: skip
            if added > 0:
                deliver_bridges(t, now, world, sources, adopters, triers, dosed, needed, course.trial_visibility,
                                course.loudness, added, boost, levels, there, changes.source, changes.target,
                                changes.tie, changes.opens, changes.closes, changes.chance, changes.more, changes.dose,
                                course.left, lapses, state, moments, ready, learned, organisation, signed, counts,
                                posts.was, late, late_key, past, reached, log)  # fmt: skip
            if partners:
                partner_heat(sources, adopters, triers, course.trial_visibility, course.variants, course.loudness,
                             organisation, shares.visibility, shares.partner_indptr, shares.partner_targets,
                             shares.partner_dose, signed, bright, heat)  # fmt: skip
                partner(t, kind_key(now, PARTNERS, world), dosed, needed, boost, levels, shares.member_indptr,
                        shares.members, course.receptivity, course.left, heat, lapses, state, moments, ready,
                        counts, log)  # fmt: skip
            hear(kind_key(now, BROADCAST, world), t, dosed, needed, course.policy_dose, heard, start.heard,
                 organisation, signed, state, moments, learned, ready, counts, log)  # fmt: skip
            if counts[UNTOLD] > 0:
                word = mix(now ^ WORD)
                tell(word, world, sources, adopters, indptr, course.word_targets, course.word, state, learned, counts)
                if told > 0:
                    tell(word, world, tellers, told, indptr, course.hearsay_targets, course.hearsay, state, learned,
                         counts)  # fmt: skip
            if course.noise > u64(0):
                stir(kind_key(now, NOISE, world), course.noise, needed, state, moments, reached, ready, counts)
            takes_time = course.trial_time > 0 or course.trial_end > u64(0)
            again = kind_key(now, AGAIN, world)  # who lapses and fails a trial in one step has two tolerances
            convince(learned, counts[LEARNED], trial, again, simple, laws, t, needed, takes_time, failure, state,
                     moments, reached, trying, since, ever, active, counts, organisation, inside, log)  # fmt: skip
            convince(ready, counts[READY], trial, again, simple, laws, t, needed, takes_time, failure, state,
                     moments, reached, trying, since, ever, active, counts, organisation, inside, log)  # fmt: skip
        while seed < seeds.size and due[seed] == t:
            v = seeds[seed]
            willing = changes.seed_accept
            if willing.size == 0 or coin(key, SEEDS_COIN, world, v) < willing[seed]:
                if state[v] == TRYING:
                    drop_trier(v, trying, counts)
                if state[v] != ADOPTED:
                    write(log, t, v, BY_SEED)
                adopt(v, state, ever, active, counts, organisation, inside)
            seed += 1
        if around.size > 0:
            count_around(stopped, 0, counts[STOPS], -1, indptr, ties, course.first, around)
            count_around(active, counts[KEPT], counts[ADOPTERS], 1, indptr, ties, course.first, around)
        for o in range(formal.size):
            if inside[o] >= formal[o]:
                signed[o] = 1
        note(t, people, signed, inside, counts, seen)
        record_step(t, active[: counts[ADOPTERS]], count)
        if late.longest > 0:
            remember(t, state, past.practised, past.tried, past.last)
    return counts[ADOPTERS]
