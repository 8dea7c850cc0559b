"""What comes out: estimates with their errors, in the user's ids, and where they come from."""

from spark.results.across import ComparisonAcross, DifferenceAcross, OnNetwork, PlanAcross
from spark.results.choice import Aim, Baseline, BudgetStep, Certificate, Choice, RankedSeed, UnderModel
from spark.results.comparison import (
    Comparison,
    CostEffect,
    Decision,
    Difference,
    PlanResult,
    Price,
    Question,
    Standing,
    TimeTo,
    Verdict,
    WorstOff,
    plan_row,
)
from spark.results.conditions import Block, Conditions, PersonConditions, PlaceConditions
from spark.results.estimate import mean_and_error
from spark.results.explanation import CurvePoint, ExplainedSeed, Explanation
from spark.results.lighting import Lit, OrganisationsLit, TieLit, WhoLitWhom
from spark.results.mix import Mix, MixedIn, Point, Rival, Worth
from spark.results.replay import Cause, Event, Part, Replay, What
from spark.results.spread import GroupCurve, GroupSpread, Spread, Step
from spark.results.states import StateStep

__all__ = [
    "Aim",
    "Baseline",
    "Block",
    "BudgetStep",
    "Cause",
    "Certificate",
    "Choice",
    "Comparison",
    "ComparisonAcross",
    "Conditions",
    "CostEffect",
    "CurvePoint",
    "Decision",
    "Difference",
    "DifferenceAcross",
    "Event",
    "ExplainedSeed",
    "Explanation",
    "GroupCurve",
    "GroupSpread",
    "Lit",
    "Mix",
    "MixedIn",
    "OnNetwork",
    "OrganisationsLit",
    "Part",
    "PersonConditions",
    "PlaceConditions",
    "PlanAcross",
    "PlanResult",
    "Point",
    "Price",
    "Question",
    "RankedSeed",
    "Replay",
    "Rival",
    "Spread",
    "Standing",
    "StateStep",
    "Step",
    "TieLit",
    "TimeTo",
    "UnderModel",
    "Verdict",
    "What",
    "WhoLitWhom",
    "WorstOff",
    "Worth",
    "mean_and_error",
    "plan_row",
]
