"""The verbs that try plans in worlds: simulate, compare, replay, who_lit_whom, conditions.

Every plan is tried in the same worlds, so that a difference between plans is never a difference in luck.
"""

from spark.problem.scaling import scale_plan
from spark.worlds.across import Networks, PlanOn, compare_across
from spark.worlds.lighting import who_lit_whom
from spark.worlds.looks import UntilClear
from spark.worlds.matches import conditions
from spark.worlds.run import PlanLike, Progress, Run
from spark.worlds.story import replay
from spark.worlds.trying import try_plans
from spark.worlds.verbs import compare, simulate

__all__ = [
    "Networks",
    "PlanLike",
    "PlanOn",
    "Progress",
    "Run",
    "UntilClear",
    "compare",
    "compare_across",
    "conditions",
    "replay",
    "scale_plan",
    "simulate",
    "try_plans",
    "who_lit_whom",
]
