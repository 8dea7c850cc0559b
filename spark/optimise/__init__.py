"""Choosing whom to start with."""

from __future__ import annotations

from spark.optimise.choose import baseline_seeds, choose_seeds

__all__ = ["baseline_seeds", "choose_seeds"]
