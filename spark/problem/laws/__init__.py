"""What each model is lowered to: a module for each family, registered with `lower_law`."""

from __future__ import annotations

from spark.problem.laws import adoption, cascade, continuous, linear, needs, tolerances
from spark.problem.laws.law import lower_law

__all__ = ["adoption", "cascade", "continuous", "linear", "lower_law", "needs", "tolerances"]
