"""What everybody still adds, kept exact while people are chosen and given up again.

Sets come as in `spark.kernels.cover`. weight int64[sets]: what each set is worth; times int32[sets]: by how many of the
chosen it is met; left int64[n]: what each person would add.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import kernel

i64 = np.int64


@kernel
def sets_by_person(members, ends, allowed, first, sets):
    """Fill `sets` (int32) with the sets of each allowed person v (uint8[n]), from first[v] to first[v + 1]."""
    free = first[:-1].copy()
    for r in range(ends.size - 1):
        for x in range(ends[r], ends[r + 1]):
            v = members[x]
            if allowed[v]:
                sets[free[v]] = r
                free[v] += 1


@kernel
def sum_weights(members, ends, weight, left):
    """Add to left[v] the weight of the sets that hold v."""
    for r in range(ends.size - 1):
        for x in range(ends[r], ends[r + 1]):
            left[members[x]] += weight[r]


@kernel
def meet(members, ends, weight, mine, times, left):
    """Choose somebody who is in the sets `mine` (int32)."""
    for i in range(mine.size):
        r = mine[i]
        times[r] += 1
        if times[r] == 1:
            for x in range(ends[r], ends[r + 1]):
                left[members[x]] -= weight[r]


@kernel
def leave(members, ends, weight, mine, times, left):
    """Give somebody up who was chosen."""
    for i in range(mine.size):
        r = mine[i]
        times[r] -= 1
        if times[r] == 0:
            for x in range(ends[r], ends[r + 1]):
                left[members[x]] += weight[r]


@kernel
def reached_by_group(ends, times, label, reached):
    """Count into reached[g] (int64) the sets of group g, label int32[sets] or -1, that somebody chosen meets."""
    for r in range(ends.size - 1):
        if times[r] > 0 and label[r] >= 0:
            reached[label[r]] += 1


@kernel
def gain_by_group(mine, times, label, gain):
    """Count into gain[g] (int64) the sets of group g among `mine` that nobody meets yet."""
    for i in range(mine.size):
        r = mine[i]
        if times[r] == 0 and label[r] >= 0:
            gain[label[r]] += 1
