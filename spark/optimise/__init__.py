"""Choosing whom to start with."""

from __future__ import annotations

from spark.optimise.asked import seeds_plan
from spark.optimise.choose import baseline_seeds, choose_seeds
from spark.optimise.explaining import explain
from spark.optimise.smallest import smallest_budget

__all__ = ["baseline_seeds", "choose_seeds", "explain", "seeds_plan", "smallest_budget"]
