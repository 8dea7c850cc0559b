"""Levels of readiness, and what a boost adds to what was delivered before: of each source the largest dose counts."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, lean
from spark.kernels.draw import CERTAIN, scaled, u64


@inlined
def peak(levels, row, first, last):
    """The highest level of a row in the steps first..last."""
    highest = 0
    for t in range(min(first, levels.shape[1] - 1), min(last, levels.shape[1] - 1) + 1):
        highest = max(highest, np.int64(levels[row, t]))
    return highest


@inlined
def level_of(boost, levels, v, t):
    """The level of readiness of person v for what is delivered in step t."""
    row = boost[v]
    return np.int64(levels[row, min(t, levels.shape[1] - 1)]) if row >= 0 else 0


@lean
def list_rising(boost, levels, seen, rising, t):
    """List in `rising` those not lit yet whose level is higher in step t than in the step before; return how many."""
    count = 0
    if t < 2 or t >= levels.shape[1]:
        return 0
    for row in range(levels.shape[0]):
        if levels[row, t] > levels[row, t - 1]:
            for v in range(boost.size):
                if boost[v] == row and seen[v] == 0:
                    rising[count] = v
                    count += 1
    return count


@inlined
def moments(draw, chance, more, level, tie):
    """How many convincing moments a tie with this draw gives at a level; `chance` [L, 0]: the draw was looked at."""
    if chance.shape[1] > 0 and draw >= chance[level, tie]:
        return u64(0)
    hits = u64(1)
    for j in range(more.shape[1]):
        if draw >= more[level, j, tie]:
            break
        hits += u64(1)
    return hits


@inlined
def partner_total(mass, receptivity, v):
    """What partners have given person v, saturating: the heat at each level with what she makes of it."""
    total = u64(0)
    for level in range(mass.shape[1]):
        if mass[v, level] > u64(0):
            total = min(total + scaled(mass[v, level], receptivity[level, v]), CERTAIN)
    return total


@lean
def lift_heat(mass, partner, receptivity, level, v):
    """Count all heat that has come to v at this level; return whether that gives her more."""
    for lower in range(level):
        mass[v, level] += mass[v, lower]
        mass[v, lower] = u64(0)
    before = partner[v]
    partner[v] = partner_total(mass, receptivity, v)
    return partner[v] > before
