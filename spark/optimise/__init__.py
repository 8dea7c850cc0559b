"""Choosing whom to start with, and what else to do."""

from __future__ import annotations

from spark.optimise.asked import seeds_plan
from spark.optimise.choose import baseline_seeds, choose_seeds
from spark.optimise.explaining import explain
from spark.optimise.menu import candidates_for
from spark.optimise.mix import choose_plan
from spark.optimise.robust import choose_robustly
from spark.optimise.smallest import smallest_budget

__all__ = [
    "baseline_seeds",
    "candidates_for",
    "choose_plan",
    "choose_robustly",
    "choose_seeds",
    "explain",
    "seeds_plan",
    "smallest_budget",
]
