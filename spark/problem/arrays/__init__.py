"""The seam's nouns: arrays and integers only. Lowering makes them, backends read them.

Fixed point: doses and tolerances are uint64 in units of 2^-56 (`ONE` is a dose of 1) and stop at `CERTAIN`, a dose of
64, which no tolerance reaches; visibility and receptivity are uint64 in units of 2^-24; chances are uint32 thresholds
T-1 with T = round(p 2^32); node values are int64 in millionths.
"""

from __future__ import annotations

from spark.problem.arrays.actions import ALWAYS, FOR_EVER, UPTAKE_KINDS, Actions, Uptake
from spark.problem.arrays.backend import Backend
from spark.problem.arrays.graph import Graph
from spark.problem.arrays.law import (
    NO_DELAYS,
    NO_NOISE,
    NO_PICKS,
    NO_TOLERANCES,
    SIGNED_UP,
    STATES,
    WITH_EXAMPLE,
    Delays,
    Law,
    Picks,
    Problem,
    States,
    Tolerances,
)
from spark.problem.arrays.results import NO_REPLAY, Tally, Trace, Watch, Worlds
from spark.problem.arrays.units import (
    CERTAIN,
    I32,
    I64,
    NEVER_CONVINCED,
    ONE,
    U8,
    U32,
    U64,
    UNIT,
    VALUE_UNIT,
    digest,
    freeze,
)

__all__ = [
    "ALWAYS",
    "CERTAIN",
    "FOR_EVER",
    "I32",
    "I64",
    "NEVER_CONVINCED",
    "NO_DELAYS",
    "NO_NOISE",
    "NO_PICKS",
    "NO_REPLAY",
    "NO_TOLERANCES",
    "ONE",
    "SIGNED_UP",
    "STATES",
    "U8",
    "U32",
    "U64",
    "UNIT",
    "UPTAKE_KINDS",
    "VALUE_UNIT",
    "WITH_EXAMPLE",
    "Actions",
    "Backend",
    "Delays",
    "Graph",
    "Law",
    "Picks",
    "Problem",
    "States",
    "Tally",
    "Tolerances",
    "Trace",
    "Uptake",
    "Watch",
    "Worlds",
    "digest",
    "freeze",
]
