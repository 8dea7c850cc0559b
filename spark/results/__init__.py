"""What comes out: estimates with their errors, in the user's ids, and where they come from."""

from spark.results.choice import Baseline, Certificate, Choice, RankedSeed
from spark.results.comparison import Comparison, Difference, PlanResult, Verdict
from spark.results.estimate import mean_and_error
from spark.results.replay import Cause, Event, Replay
from spark.results.spread import GroupSpread, Spread, Step

__all__ = [
    "Baseline",
    "Cause",
    "Certificate",
    "Choice",
    "Comparison",
    "Difference",
    "Event",
    "GroupSpread",
    "PlanResult",
    "RankedSeed",
    "Replay",
    "Spread",
    "Step",
    "Verdict",
    "mean_and_error",
]
