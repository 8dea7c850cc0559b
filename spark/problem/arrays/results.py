"""What is counted in which worlds, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spark.problem.arrays.units import I32, I64, freeze


@dataclass(frozen=True, eq=False)
class Watch:
    """What to count. `groups`: int32[d, n], -1 for none; codes of different rows do not overlap; `group_count` in all.
    `value`: int64[n], or [0] where it is not asked for. `horizon`: last step, or -1 to run until nothing can change.
    `counted`: what choosing counts (`spark.Adopters`); a `Tally` holds all of it.
    `bins`: int64[G], where the bins of a group begin, one for each number 0, 1, ... of its people, or -1 where its
    curve is not asked for; [0] where none is. `bin_count` in all.
    """

    groups: I32
    group_count: int
    value: I64
    horizon: int = -1
    counted: str = "at-horizon"
    bins: I64 = field(default_factory=lambda: freeze(np.empty(0, np.int64)))
    bin_count: int = 0


@dataclass(frozen=True)
class Worlds:
    """The worlds first, ..., first + count - 1 of a key (see `spark.problem.keys`)."""

    key: int
    first: int
    count: int


@dataclass(frozen=True, eq=False)
class Tally:
    """What a run counted; P plans, W worlds, T+1 steps 0..T.

    Attributes
    ----------
    adopters : int32[P, W, T+1]; how many practise at the end of each step.
    value : int64[P, W]; total value of the final adopters, millionths.
    ever : int64[P, W]; how many practised at any time.
    groups_lit : int32[P, W, d]; in how many groups of each row of `Watch.groups` somebody practises at the end.
    group_sum, group_squares : int64[P, G]; over worlds, of the final adopters in each group.
    reached : int64[P, n]; in how many worlds each person practises at the end.
    states : int64[P, 2, 7, T'+1]; sums and sums of squares over worlds of how many people are in each of `STATES` at
        the end of each step, of organisations that have signed up, and of those with an adopter. [P, 2, 7, 0] where the
        model has no states.
    group_curves : int32[P, T''+1, B]; in how many worlds so many people of a group practise at the end of each step, by
        `Watch.bins`; what is not there is as in the last step. [P, 1, 0] where no curve is asked for.
    """

    adopters: I32
    value: I64
    ever: I64
    groups_lit: I32
    group_sum: I64
    group_squares: I64
    reached: I64
    states: I64 = field(default_factory=lambda: freeze(np.zeros((0, 2, 7, 0), np.int64)))
    group_curves: I32 = field(default_factory=lambda: freeze(np.zeros((0, 1, 0), np.int32)))

    def finals(self, watch: Watch) -> I64:
        """Return the adopters at the end of each world, or their value in millionths where it is asked for."""
        return self.value if watch.value.size else self.adopters[:, :, -1].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Trace:
    """Single worlds replayed; W worlds.

    Attributes
    ----------
    when : int32[W, n]; the step at which each person adopted, -1 never; in continuous time the step by which she had.
    by : int64[W, n]; the tie id that lit her (the smallest id among the live ties from those who adopted one step
        before; threshold family: the largest dose among these, then the smallest id), or one of the codes below;
        ``BRIDGE - b`` for the added tie number b of the plan, where no tie of the network did. Where no tie delivered
        in that step, what a boost lifted then.
    log : int64[E, 5], where people can give up or have states: world's row, step, person, what lit her, `LAPSED` or
        `LEFT`, and what she does: `ADOPTS` (or stops), `TRIES`, or `HEARS` without adopting; in order. Else empty.
        `when` and `by` hold the first adoption of each person.
    lit : int64[S, 4]: world's row, place of the adoption (in `log` within its world; else the person), tie or
        ``BRIDGE - b``, weight: who had a share in adoptions by ties. One example needed: the ties that were live at the
        time, alike; several: their convincing moments; thresholds: their doses.
    """

    when: I32
    by: I64
    log: I64 = field(default_factory=lambda: np.empty((0, 5), np.int64))
    lit: I64 = field(default_factory=lambda: np.empty((0, 4), np.int64))

    NEVER = -1
    SEED = -2
    ALREADY = -3
    PARTNERS = -4
    BROADCAST = -5
    BRIDGE = -6
    LAPSED = -(1 << 62)
    LEFT = LAPSED - 1

    ADOPTS, TRIES, HEARS = 0, 1, 2


NO_REPLAY = {
    "crowd": "in a crowd nobody is lit by one person, so that there is nothing to replay; simulate shows its curve",
}
"""Why there is no `Trace` of some families."""
