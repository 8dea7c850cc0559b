"""Estimates beside the figures that they must come to, in standard errors."""

import math

from spark.kernels.accelerate import COMPILED

WORLDS = {"python": 4000, "cpu": 50_000 if COMPILED else 4000}
"""Worlds for each backend: enough to tell the wrong models of the tests from the right ones."""

ERRORS = 4


def agrees(estimate, standard_error, figure):
    """Whether an estimate is within 4 standard errors of a figure; without an error it must hit the figure."""
    return abs(estimate - figure) <= max(ERRORS * standard_error, 1e-9)


def mean_agrees(spread, figure):
    return agrees(spread.mean, spread.standard_error, figure)


def chances_agree(spread, chances):
    """Whether the share of worlds in which each person practises agrees with her chance."""
    return all(
        agrees(float(found), math.sqrt(p * (1 - p) / spread.worlds), p)
        for found, p in zip(spread.chances, chances.clip(0, 1).tolist(), strict=True)
    )


def sizes_agree(spread, law):
    """Whether each number of adopters is as frequent as it should be."""
    counts = [int((spread.sizes == size).sum()) for size in range(len(law))]
    return sum(counts) == spread.worlds and all(
        agrees(count / spread.worlds, math.sqrt(max(p * (1 - p), 0) / spread.worlds), p)
        for count, p in zip(counts, law, strict=True)
    )
