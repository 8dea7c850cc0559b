"""How many sets any choice can cover at most: a dual bound on maximum coverage.

For weights 0 <= w_T <= 1 on the sets, every choice S covers at most sum_T (1 - w_T) + sum_{v in S} W_v, with W_v the
sum of w_T over the sets T that hold v: a set that S misses counts 1 - w_T >= 0, and one that S meets in j >= 1 people
1 - w_T + j w_T >= 1. The best k people by W (with costs: the fractional knapsack) thus bound all choices at once.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import kernel

i64 = np.int64


@kernel
def starting_weights(members, ends, singles, seeds, allowed, weight, lone):
    """Fill the weights with which a greedy choice nearly certifies itself: weight float32[sets], lone float64[n].

    Sets that no seed meets weigh 1, those that one seed alone meets z / (all she alone meets), others 0; z is the
    largest gain that is left. lone: weights of the sets of one person.
    """
    n = singles.size
    which = np.full(n, -1, np.int32)
    alone = np.zeros(seeds.size, np.float64)
    for i in range(seeds.size):
        which[seeds[i]] = i
        alone[i] = singles[seeds[i]]
    owner = np.full(ends.size - 1, -1, np.int32)
    left = np.zeros(n, np.int64)
    for r in range(ends.size - 1):
        meets = 0
        for x in range(ends[r], ends[r + 1]):
            i = which[members[x]]
            if i >= 0:
                meets += 1
                owner[r] = i
                if meets == 2:
                    owner[r] = -2
                    break
        if meets == 1:
            alone[owner[r]] += 1.0
        elif meets == 0:
            for x in range(ends[r], ends[r + 1]):
                left[members[x]] += 1
    z = 1.0
    for v in range(n):
        if which[v] < 0 and allowed[v]:
            z = max(z, float(left[v] + singles[v]))
    for r in range(ends.size - 1):
        if owner[r] == -1:
            weight[r] = 1.0
        elif owner[r] == -2:
            weight[r] = 0.0
        else:
            weight[r] = min(1.0, z / alone[owner[r]])
    for v in range(n):
        lone[v] = 1.0
        if which[v] >= 0:
            lone[v] = min(1.0, z / max(alone[which[v]], 1.0))


@kernel
def add_weights(members, ends, singles, weight, lone, worth):
    """Fill worth float64[n] with W_v, and return the sum over the sets of 1 - w."""
    rest = 0.0
    for v in range(singles.size):
        worth[v] = lone[v] * singles[v]
        rest += (1.0 - lone[v]) * singles[v]
    for r in range(ends.size - 1):
        w = float(weight[r])
        rest += 1.0 - w
        if w > 0.0:
            for x in range(ends[r], ends[r + 1]):
                worth[members[x]] += w
    return rest


@kernel
def best_share(worth, allowed, most, cut, share):
    """Fill `share` with 1 for the `most` allowed people of largest worth, 0 for others; returns what they are worth.

    cut: the `most`-th largest worth. Of people with that worth, the first are taken.
    """
    total = 0.0
    taken = 0
    for v in range(worth.size):
        share[v] = 0.0
        if allowed[v] and worth[v] > cut:
            share[v] = 1.0
            total += worth[v]
            taken += 1
    for v in range(worth.size):
        if taken < most and allowed[v] and worth[v] == cut:
            share[v] = 1.0
            total += worth[v]
            taken += 1
    return total


@kernel
def improve_weights(members, ends, singles, share, excess, pace, weight, lone):
    """One subgradient step (Polyak): w_T -= eta (sum of `share` over T - 1), kept in [0, 1].

    share float64[n]: how much of each person the best choice for these weights takes, 0 to 1. eta is `pace` times the
    excess of the bound over the coverage that is known, per squared length of the step. Returns whether anything moved.
    """
    slope = np.empty(ends.size - 1, np.float32)
    length = 0.0
    for r in range(ends.size - 1):
        meets = -1.0
        for x in range(ends[r], ends[r + 1]):
            meets += share[members[x]]
        slope[r] = meets
        if (meets < 0.0 and weight[r] < 1.0) or (meets > 0.0 and weight[r] > 0.0):
            length += meets * meets
    for v in range(singles.size):
        if share[v] < 1.0 and lone[v] < 1.0:
            length += singles[v] * (1.0 - share[v]) ** 2
    if length == 0.0:
        return False
    eta = pace * excess / length
    for r in range(ends.size - 1):
        weight[r] = min(1.0, max(0.0, float(weight[r]) - eta * float(slope[r])))
    for v in range(singles.size):
        lone[v] = min(1.0, max(0.0, lone[v] + eta * (1.0 - share[v])))
    return True
