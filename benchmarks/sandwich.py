"""The sandwich: what is certified where two seeds can be worth more together, against the best of all sets."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

import spark
from spark.model import Model

MODELS: Mapping[str, Model] = {
    "examples needed, 2": spark.ExamplesNeeded(2, of=spark.IndependentCascade("p")),
    "examples needed, 3": spark.ExamplesNeeded(3, of=spark.IndependentCascade("p")),
    "count threshold 2": spark.CountThreshold(2),
    "count threshold 3": spark.CountThreshold(3),
    "fractional threshold 0.6": spark.FractionalThreshold("3/5"),
}
CONFIDENCE = 0.99
RISK = 1e-3
"""Of calling bounds untrue that are as true as they say."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was certified of one choice and is true of it; the most that any seeds gain by the bound, and in truth."""

    certified: float
    true: float
    bound: float
    best: float

    @property
    def violated(self) -> bool:
        """Whether the bound is below the best, by more than its four digits, or the certificate above the truth."""
        return self.certified > self.true + 1e-9 or self.bound * (1 + 5e-4) < self.best


def instance(number: int) -> spark.Network:
    """Return a random digraph of 5 to 8 people, with a chance on each tie."""
    rng = np.random.default_rng((number, 11))
    people = 5 + number % 4
    share = rng.uniform(0.2, 0.5)
    pairs = [(u, v) for u, v in itertools.permutations(range(people), 2) if rng.random() < share] or [(0, 1)]
    source, target = zip(*pairs, strict=True)
    table = {"id": list(range(people)), "readiness": rng.choice([0.5, 1.0, 1.5], people).tolist()}
    chances = {"p": rng.choice([0.2, 0.5, 0.8], len(pairs))}
    return spark.Network.from_edges(source, target, columns=chances, people=table)


def judged(model: Model, number: int) -> Judged:
    """Choose one to three seeds, and compare with every set of as many (`spark.exact`)."""
    network, count = instance(number), 1 + number % 3
    choice = spark.choose_seeds(
        network, model, count=count, worlds=4, rng=number, confidence=CONFIDENCE, workers=1, baselines=("random",)
    )
    best = spark.exact.best_seeds(network, model, count).mean
    certificate = choice.certificate
    assert certificate.ratio is not None
    bound = float(re.findall(r"no seeds gain more than ([\d.]+)", certificate.method)[0])
    return Judged(certificate.ratio, spark.exact.spread(network, model, choice.seeds) / best, bound, best)


def measure_sandwich(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table; fail if a bound is violated more often than it may be."""
    each, start = 10 if quick else 200, time.process_time()
    yield (
        f"| {each} digraphs of 5 to 8 people each, 1 to 3 seeds | bounds violated | certified ratio, median | worst | "
        "best | true share of the best, mean | worst |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    violated = 0
    for name, model in MODELS.items():
        found = [judged(model, number) for number in range(each)]
        ratios, shares = np.array([one.certified for one in found]), np.array([one.true for one in found])
        wrong = sum(one.violated for one in found)
        violated += wrong
        yield (
            f"| {name} | {wrong} | {np.median(ratios):.2f} | {ratios.min():.2f} | {ratios.max():.2f} | "
            f"{shares.mean():.1%} | {shares.min():.1%} |"
        )
    yield ""
    yield f"{violated} of {each * len(MODELS):,} bounds are violated. {time.process_time() - start:.0f} CPU seconds."
    if violated > binom.isf(RISK, each * len(MODELS), 1 - CONFIDENCE):
        raise SystemExit("bounds are violated more often than they say")
