"""A model with diminishing returns that lights at least as many as one in which several examples are needed.

A person who needs k convincing moments adopts with chance Psi(x) = 1 - e^-x sum_{i<k} x^i/i! at dose x, which bends
upwards while x is small: two adopters together are worth more than the sum of each alone. With her total dose X,

- Psi(x) <= c x with c the largest Psi(y)/y for y that her doses can come to: linear threshold with weights c w, where
  c X <= 1;
- Psi(x) <= 1 - e^(-c' x) with c' = 1 - ln(sum_{i<k} X^i/i!)/X, because -ln(1 - Psi) is convex: independent cascade.

The first is the lower one where it may be used, and everybody takes hers: whose ties are live is drawn for each person
on her own, so that both kinds stand in one world (triggering sets, Kempe, Kleinberg & Tardos 2003). Who has one live
tie at most, tie i with chance w_i, goes through her ties in turn: tie i is live with chance w_i / (1 - w_1 - ... -
w_{i-1}), and whatever follows the first live one is not looked at. The best choices under such a model can be
certified, which bounds what any seeds reach under the real one: the sandwich of Lu, Chen & Lakshmanan (2015,
doi:10.14778/2850578.2850581), here with a factor of each person's own.

Whoever adopts once so many, or such a share, of the people tied to her have, which is once their dose reaches her
tolerance phi, adopts under a uniform tolerance and weights w / phi, too: min(1, w / phi) is 1 from phi on. That is
concave (Mossel & Roch 2010, doi:10.1137/080714452), but has no live-edge worlds, as weights add up to more than 1.
Whoever is not lit by everybody together has no weights at all.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.problem.arrays import NO_DELAYS, ONE, UNIT, Law, Picks, Problem, freeze
from spark.problem.fixed_point import chance_of, chances, dose_of, exponential, fixed, logarithm, thresholds

_MOST_DOSE = 64.0
_ROUNDED_UP = 1 + 2.0**-30
_PICKED_UP, _LEFT_OVER, _PART = 1 + 2.0**-12, 2.0**-19, 1 << 40
"""Chances of 32 bits, each up to 2^-31 too large, take from those that follow: weights that are larger by the first
factor make up for it, as long as the second number times the ties of a person is left of her total.
"""


def upper_problem(problem: Problem) -> Problem | None:
    """Return a problem with diminishing returns whose spread, without a horizon, is at least that of `problem` for all
    seeds, or None if none is known: that of a cascade in which several examples are needed, without lapse, which has
    live-edge worlds and bounds it at every horizon, and that of hard thresholds without noise, which has none.
    """
    law = replace(problem.law, delays=NO_DELAYS)  # who is lit later is lit at most as often
    if law.family == "threshold" and law.tolerance.size and not law.lapse.size and not law.noise.size:
        return replace(problem, law=_shares(law, problem.graph.targets))
    if law.family != "cascade" or law.examples == 1 or law.lapse.size:
        return None
    dose = np.minimum(dose_of(chances(law.live, law.never)), _MOST_DOSE)
    targets, people = problem.graph.targets, problem.graph.people
    total = np.bincount(targets, weights=dose, minlength=people) + _partner_total(problem)
    total = np.minimum(total, _MOST_DOSE * 64)
    smallest = np.full(people, np.inf)
    if not law.has_partners:  # partner doses come in parts as small as one member's
        np.minimum.at(smallest, targets, np.where(dose > 0, dose, np.inf))
    slope = _slopes(law.examples, np.where(np.isfinite(smallest), smallest, 0.0), total)
    if (slope * total <= 1 + 2.0**-41).all():
        return replace(problem, law=_threshold(law, dose, slope, targets))
    one = slope * total * _PICKED_UP <= 1 - _LEFT_OVER * (1 + np.bincount(targets, minlength=people))
    hazard = _hazards(law.examples, total)
    if not (one & (total > 0)).any():
        return replace(problem, law=_cascade(law, dose, hazard, targets))
    return replace(problem, law=_mixture(law, dose, slope * _PICKED_UP, hazard, one, problem))


def _shares(law: Law, targets: NDArray[np.int32]) -> Law:
    """Linear threshold with weights w / phi that may add up to more than 1, rounded up."""
    total = np.bincount(targets, weights=law.dose.astype(np.float64), minlength=law.tolerance.size)
    lit = (total >= law.tolerance.astype(np.float64) * (1 - 2.0**-40))[targets]
    share = law.dose.astype(np.float64) / law.tolerance.astype(np.float64)[targets] * _ROUNDED_UP
    weight = fixed(np.where(lit, np.minimum(share, _MOST_DOSE - 1), 0.0))
    return replace(law, dose=freeze(weight), tolerance=freeze(np.empty(0, np.uint64)), capped=True)


def _convinced(examples: int, dose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Psi at doses, float64; the terms of Poisson's tail are all positive, so that none of it cancels."""
    term, tail = exponential(-dose), np.zeros_like(dose)
    for i in range(1, examples + 400):
        term = term * dose / i
        tail += term if i >= examples else 0.0
    return np.asarray(np.where(dose > 40 + 10 * examples, 1.0, np.minimum(tail, 1.0)))


def _slopes(examples: int, least: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest Psi(x)/x for least <= x <= total, rounded up; Psi(x)/x rises to one peak and falls."""
    grid = np.linspace(1e-3, 4.0 * examples + 4, 1 << 16)
    peak = float(grid[np.argmax(_convinced(examples, grid) / grid)])
    at = np.clip(peak, np.minimum(least, total), total)
    inside = at > 0
    safe = np.where(inside, at, 1.0)
    slope = np.minimum(_convinced(examples, safe) / safe * (1 + 2.0**-20), 1.0 / safe)
    return np.asarray(np.where(inside, slope, 0.0))


def _hazards(examples: int, total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return c' of each person, rounded up."""
    safe = np.where(total > 0, total, 1.0)
    series = sum(safe**i / math.factorial(i) for i in range(examples))
    return np.asarray(np.where(total > 0, (1 - logarithm(series) / safe) * _ROUNDED_UP, 0.0))


def _threshold(law: Law, dose: NDArray[np.float64], slope: NDArray[np.float64], targets: NDArray[np.int32]) -> Law:
    weight = np.ceil(dose * slope[targets] * float(ONE) * (1 - 2.0**-40)).astype(np.uint64)
    none32, none8 = np.empty(0, np.uint32), np.empty(0, np.uint8)
    return replace(
        law,
        family="threshold",
        live=freeze(none32),
        never=freeze(none8),
        more=freeze(np.empty((0, 0), np.uint64)),
        dose=freeze(weight),
        receptivity=freeze(_bent(law.receptivity, slope)),
    )


def _cascade(law: Law, dose: NDArray[np.float64], hazard: NDArray[np.float64], targets: NDArray[np.int32]) -> Law:
    live, never = thresholds(chance_of(dose * hazard[targets]))
    live = np.where(never != 0, live, np.minimum(live, np.uint32(0xFFFFFFFE)) + np.uint32(1)).astype(np.uint32)
    return replace(
        law,
        live=freeze(live),
        never=freeze(never),
        more=freeze(np.empty((0, 0), np.uint64)),
        receptivity=freeze(_bent(law.receptivity, hazard)),
    )


def _mixture(
    law: Law,
    dose: NDArray[np.float64],
    slope: NDArray[np.float64],
    hazard: NDArray[np.float64],
    one: NDArray[np.bool_],
    problem: Problem,
) -> Law:
    """Linear threshold for those who are marked in `one`, bool[n], and independent cascade for all others."""
    targets, people = problem.graph.targets, problem.graph.people
    above = _cascade(law, dose, np.where(one, 0.0, hazard), targets)
    picked = one[targets]
    ties = np.flatnonzero(picked)[np.argsort(targets[picked], kind="stable")]
    who = targets[ties]
    weight = np.ceil(dose[ties] * slope[who] * _PART).astype(np.int64)
    upto = np.cumsum(weight)
    first = np.searchsorted(who, np.arange(people))
    whole = np.concatenate([np.zeros(1, np.int64), upto])
    before = whole[:-1] - whole[first[who]]
    of_hers = whole[np.searchsorted(who, np.arange(people), side="right")] - whole[first]
    some = weight > 0
    live, never = above.live.copy(), above.never.copy()
    chance = weight / (_PART - before)
    live[ties], never[ties] = np.minimum(np.ceil(chance * 2.0**32), 2.0**32 - 1).astype(np.uint32), ~some
    partners = np.empty(0, np.uint64)
    if law.has_partners:
        left = 1 - of_hers / _PART
        partners = fixed(dose_of(np.where(one, slope * _partner_total(problem) / left, 0.0)) * _ROUNDED_UP)
    return replace(
        above,
        live=freeze(live),
        never=freeze(never),
        receptivity=freeze(np.where(one, law.receptivity, above.receptivity)),
        picks=Picks(freeze(one.astype(np.uint8)), freeze(partners)),
    )


def _bent(receptivity: NDArray[np.uint64], factor: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Receptivity times a factor of each person, rounded up."""
    return fixed(np.ceil(receptivity * factor) / UNIT, UNIT)


def _partner_total(problem: Problem) -> NDArray[np.float64]:
    """The partner dose of each person once everybody in every partner organisation has adopted, or a little more."""
    graph, law = problem.graph, problem.law
    if not law.has_partners:
        return np.zeros(graph.people)
    inside = graph.organisation >= 0
    bright = np.bincount(
        graph.organisation[inside], weights=law.visibility[inside] / UNIT, minlength=graph.organisations
    )
    sources = np.repeat(np.arange(graph.organisations), np.diff(graph.partner_indptr))
    heat = np.bincount(
        graph.partner_targets, weights=law.partner_dose / ONE * bright[sources], minlength=graph.organisations
    )
    whole = np.append(heat, 0.0)[graph.organisation] * (law.receptivity / UNIT)
    return np.asarray(whole * _ROUNDED_UP)
