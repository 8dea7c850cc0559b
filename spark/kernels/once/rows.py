"""What the kernels of the once clock read and write."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.kernels.log import Log
from spark.kernels.tolerance import Laws
from spark.kernels.world import Work

BY_NOISE = 6
NOT_YET = 1 << 30
AT_ONCE = np.uint64((1 << 64) - 1)  # the amount of what convinces whatever is lacking


class OnceRows(NamedTuple):
    """Ties by source at each of L levels of readiness; what the family does not need is of size 0.

    targets lead to the sink, n, where a tie is live at no level; cascade 1 where ties have thresholds of draws instead
    of doses: loud uint32[m+16] those of the highest level, chance uint64[L, m] the T of 2^32 ([L, 0] where L is 1),
    more uint64[L, k-1, m] those of further hits; dose uint64[L, m]; receptivity uint64[L, n]; in_indptr, in_sources,
    in_ties: the reverse rows, of size 0 where L is 1; the others as in `spark.problem.arrays.Law`. Higher levels have
    larger chances and doses.
    """

    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    cascade: int
    loud: NDArray[np.uint32]
    chance: NDArray[np.uint64]
    more: NDArray[np.uint64]
    dose: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]
    in_indptr: NDArray[np.int64]
    in_sources: NDArray[np.int32]
    in_ties: NDArray[np.int64]
    tolerance: NDArray[np.uint64]
    laws: Laws
    steps: NDArray[np.int32]
    rate: NDArray[np.uint64]
    upto: NDArray[np.uint64]
    noise: NDArray[np.uint64]


class Reach(NamedTuple):
    """How much people need, and what comes to them from outside, of size 0 where nothing does. Groups of arrays are
    small because each one that is passed on costs time to compile.
    """

    fixed: NDArray[np.uint64]
    laws: Laws
    noise: NDArray[np.uint64]
    organisation: NDArray[np.int32]
    heat: NDArray[np.uint64]
    receptivity: NDArray[np.uint64]
    partner: NDArray[np.uint64]
    schedule: NDArray[np.int32]
    heard: NDArray[np.uint64]


class People(NamedTuple):
    """Who has adopted and why, in which order, what each still lacks, and of whom that is not zero."""

    seen: NDArray[np.uint8]
    queue: NDArray[np.int32]
    missing: NDArray[np.uint64]
    dosed: NDArray[np.int32]


class Events(NamedTuple):
    """The calendar of events to come, and what of those of this step reaches whom; see `Room`."""

    calendar: NDArray[np.int64]
    later: NDArray[np.int64]
    to: NDArray[np.int32]
    amount: NDArray[np.uint64]


class Bridges(NamedTuple):
    """Added ties, as in `spark.kernels.world.Changes`."""

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    tie: NDArray[np.uint64]
    opens: NDArray[np.int32]
    closes: NDArray[np.int32]
    accept: NDArray[np.uint64]
    chance: NDArray[np.uint64]
    more: NDArray[np.uint64]
    dose: NDArray[np.uint64]


class Late(NamedTuple):
    """How many steps ties take, as in `spark.problem.arrays.Delays`."""

    steps: NDArray[np.int32]
    rate: NDArray[np.uint64]
    upto: NDArray[np.uint64]


class Boosts(NamedTuple):
    """Which row of levels each person follows, and the levels by step."""

    row: NDArray[np.int32]
    levels: NDArray[np.uint8]


class Room(NamedTuple):
    """Working arrays: those of every world, and others, each of size 0 where no plan needs it."""

    work: Work
    heard: NDArray[np.int32]  # [n], which row of broadcasts each person follows in this world, -1 for none
    boost: NDArray[np.int32]  # [n], likewise
    sustain: NDArray[np.int32]  # [n], likewise
    came: NDArray[np.int32]  # [n+1], the step at which the person in that place of the queue adopted
    when: NDArray[np.int32]  # [n], the step at which each person adopted, in the steps before; else NOT_YET
    partner: NDArray[np.uint64]  # [n], what partners have given so far, where there are levels
    mass: NDArray[np.uint64]  # [n, L], the heat behind it, by the highest level since it came
    before: NDArray[np.uint64]  # [o], the heat before this step
    rising: NDArray[np.int32]  # [n], who is at a higher level than before in this step
    head: NDArray[np.int32]  # [n], a person's first bridge, plus one; zeros between calls
    calendar: NDArray[np.int64]  # [longest wait + 1], the first event due in each step to come, plus one; else zeros
    later: NDArray[np.int64]  # [b + n + m], the next event of the same step, plus one: bridges, people (noise), ties
    to: NDArray[np.int32]  # whom something reaches in this step, in part
    amount: NDArray[np.uint64]  # how many moments, or how much dose
    told: NDArray[np.uint8]  # [n], why each person adopted in the last world, where a story is asked for
    told_when: NDArray[np.int32]  # [n], likewise
    log: Log  # what happens where people give up, likewise
