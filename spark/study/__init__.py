"""Answer the question of a scenario: read its network, resolve what is still to be chosen, call one verb.

This is the only room that knows both scenarios and optimisers.
"""

from spark.study.answers import ChoiceAnswer, ComparisonAnswer, OtherChoice, OtherComparison, Pair, UnderModel
from spark.study.choosing import choose, explain
from spark.study.comparing import compare, same_cost
from spark.study.mixing import made_up, mix
from spark.study.networks import check, load
from spark.study.simulating import find_conditions, simulate, trace

__all__ = [
    "ChoiceAnswer",
    "ComparisonAnswer",
    "OtherChoice",
    "OtherComparison",
    "Pair",
    "UnderModel",
    "check",
    "choose",
    "compare",
    "explain",
    "find_conditions",
    "load",
    "made_up",
    "mix",
    "same_cost",
    "simulate",
    "trace",
]
