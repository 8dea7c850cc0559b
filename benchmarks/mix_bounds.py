"""Whether the bounds of mixes are true: tiny networks, on which every affordable mix is known exactly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

import spark
from spark.optimise.mix import SLACK, one_by_one
from spark.plan import Broadcast, Intervention, Plan, Seeds
from spark.problem.actions import plan_cost

CONFIDENCES = (0.99, 0.9, 0.6)
WORLDS = 128
"""Few, so that luck has a say: with many, no bound comes near the truth."""
RISK = 1e-3
"""Of calling bounds untrue that are as true as they say."""
KINDS = ("seeds", "seeds and broadcasts", "the same, a horizon of 2 steps", "the same, beside a broadcast")


@dataclass(frozen=True, slots=True)
class Instance:
    """A tiny network, what there is to choose from, and what every affordable mix of it comes to."""

    kind: str
    network: spark.Network
    model: spark.IndependentCascade | spark.LinearThreshold
    things: tuple[Intervention, ...]
    beside: tuple[Intervention, ...]
    budget: float
    horizon: int | None

    def exactly(self, things: Iterable[Intervention]) -> float:
        """Return the expected spread of some of the things beside what is done in any case, without error."""
        return spark.exact.spread(self.network, self.model, Plan(*self.beside, *things), horizon=self.horizon)

    def best(self) -> float:
        """Return the most that the budget buys."""
        costs = [plan_cost(self.network, Plan(thing), self.horizon) for thing in self.things]
        return max(
            self.exactly(self.things[i] for i in chosen)
            for size in range(len(costs) + 1)
            for chosen in itertools.combinations(range(len(costs)), size)
            if sum(costs[i] for i in chosen) <= self.budget * SLACK
        )


def instance(kind: str, number: int) -> Instance:
    """Make an instance at random."""
    rng = np.random.default_rng((number, 11))
    size = int(rng.integers(5, 8))
    ties = size + int(rng.integers(0, 4))
    source, target = rng.integers(0, size, ties), rng.integers(0, size, ties)
    network = spark.Network.from_edges(source, target, people={"id": list(range(size))}, merge="sum")
    seeds = [Seeds((v,), cost_each=float(rng.integers(2, 5))) for v in rng.permutation(size)[:4].tolist()]
    told = [
        Broadcast(
            probability=float(rng.choice([0.1, 0.3])),
            to={"people": tuple(rng.permutation(size)[:2].tolist())},
            start=int(rng.integers(1, 3)),
            cost=float(rng.integers(1, 3)),
        )
        for _ in range(3)
    ]
    alone = kind == "seeds"
    model = spark.LinearThreshold() if alone and number % 2 else spark.IndependentCascade(float(rng.choice([0.2, 0.5])))
    beside = (Broadcast(probability=0.1, stop=3),) if "beside" in kind else ()
    things = tuple(seeds if alone else [*seeds, *told])
    return Instance(kind, network, model, things, beside, float(rng.integers(4, 8)), 2 if "horizon" in kind else None)


def measure_mix_bounds(*, quick: bool) -> Iterable[str]:
    """Yield the lines of a table."""
    each = 15 if quick else 75
    yield (
        f"| {len(KINDS) * each} instances, bounds from {WORLDS} worlds | "
        + " | ".join(f"{confidence:.0%}: untrue" for confidence in CONFIDENCES)
        + " | bound, of the best | truth | CPU s |"
    )
    yield "|---|" + "---:|" * (len(CONFIDENCES) + 3)
    untrue = dict.fromkeys(CONFIDENCES, 0)
    for kind in KINDS:
        start = time.process_time()
        here, bounds, truths = dict.fromkeys(CONFIDENCES, 0), [], []
        for number in range(each):
            case = instance(kind, number)
            nothing, best = case.exactly(()), case.best()
            for confidence in CONFIDENCES:
                bound, truth = tried(case, confidence, number, nothing, best)
                here[confidence] += bound > truth + 1e-9
                bounds += [bound] if confidence == CONFIDENCES[0] else []
                truths += [truth] if confidence == CONFIDENCES[0] else []
        for confidence in CONFIDENCES:
            untrue[confidence] += here[confidence]
        counts = " | ".join(str(count) for count in here.values())
        spent = time.process_time() - start
        yield f"| {kind} | {counts} | {np.mean(bounds):.3f} | {np.mean(truths):.3f} | {spent:.1f} |"
    total = len(KINDS) * each
    allowed = [int(binom.ppf(1 - RISK, total, 1 - confidence)) for confidence in CONFIDENCES]
    yield "| all | " + " | ".join(str(count) for count in untrue.values()) + " | | | |"
    yield "| as many as there may be, but for a risk of 1 in 1,000 | " + " | ".join(map(str, allowed)) + " | | | |"
    held = all(count <= most for count, most in zip(untrue.values(), allowed, strict=True))
    yield ""
    yield (
        "The bounds hold at the rates that they say." if held else "THE BOUNDS DO NOT HOLD AT THE RATES THAT THEY SAY."
    )


def tried(case: Instance, confidence: float, rng: int, nothing: float, best: float) -> tuple[float, float]:
    """Return what is promised of the best possible increase, and what is reached, exactly."""
    mix = spark.choose_plan(
        case.network,
        case.model,
        one_by_one(case.things),
        budget=case.budget,
        beside=case.beside,
        confidence=confidence,
        worlds=WORLDS,
        horizon=case.horizon,
        rng=rng,
        workers=1,
    )
    bound = mix.certificate.ratio
    assert bound is not None, mix.certificate.statement
    reached = case.exactly(part.intervention for part in mix.parts)
    return bound, (reached - nothing) / (best - nothing) if best > nothing else 1.0
