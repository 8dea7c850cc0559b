"""Whether the certificate of a mix is true: tiny networks on which every affordable set is known exactly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.stats import binom

import spark
from spark.model import Model
from spark.plan import Broadcast, Intervention, Mandate, Plan, Seeds
from spark.problem.actions import plan_cost

PEOPLE = 5
CONFIDENCE, RISK = 0.9, 1e-3
MODELS: Mapping[str, Model] = {
    "independent cascade": spark.IndependentCascade(0.4),
    "weighted cascade": spark.WeightedCascade(),
    "linear threshold": spark.LinearThreshold(0.15),
}


def instance(number: int) -> tuple[spark.Network, tuple[Intervention, ...], float]:
    """Return a random digraph, seeds, broadcasts and mandates with prices, and a budget for some of them."""
    rng = np.random.default_rng((number, 13))
    pairs = [(u, v) for u, v in itertools.permutations(range(PEOPLE), 2) if rng.random() < 0.35] or [(0, 1)]
    source, target = zip(*pairs, strict=True)
    people = {"id": list(range(PEOPLE)), "organisation": [f"o{v % 2}" for v in range(PEOPLE)]}
    network = spark.Network.from_edges(source, target, people=people)

    def price() -> float:
        return float(rng.choice([0.5, 1.0, 1.5, 2.0]))

    things: list[Intervention] = [Seeds([v], cost_each=price()) for v in rng.permutation(PEOPLE)[:3].tolist()]
    for _ in range(2):
        to = {"people": rng.permutation(PEOPLE)[:2].tolist()}
        things.append(Broadcast(dose=0.08, to=to, start=1, stop=3, cost=price()))
    things += [Mandate([name], dose=0.02, start=1, stop=3, cost=price()) for name in ("o0", "o1")]
    return network, tuple(things), float(rng.choice([1.5, 2.5, 4.0]))


def judged(model: Model, number: int) -> tuple[float, float]:
    """Return the certified share of the best increase, and the true one."""
    network, things, budget = instance(number)
    options = {"budget": budget, "worlds": 512, "rng": number, "confidence": CONFIDENCE, "workers": 1}
    mix = spark.choose_plan(network, model, things, **options)  # type: ignore[arg-type]
    cost = [plan_cost(network, Plan(thing)) for thing in things]
    best = max(
        spark.exact.spread(network, model, Plan(*(things[i] for i in chosen)))
        for size in range(len(things) + 1)
        for chosen in itertools.combinations(range(len(things)), size)
        if sum(cost[i] for i in chosen) <= budget
    )
    assert mix.certificate.ratio is not None
    return mix.certificate.ratio, spark.exact.spread(network, model, mix.plan) / best


def measure_mix_bounds(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table; fail if certificates are untrue more often than they may be."""
    each, start = 5 if quick else 200, time.process_time()
    yield (
        f"| {each} digraphs of {PEOPLE} people each, 7 candidates | certificates that are true | median gap to the "
        "truth | largest gap | true share of the best, mean | worst |"
    )
    yield "|---|---:|---:|---:|---:|---:|"
    untrue = 0
    for name, model in MODELS.items():
        certified, true = np.array([judged(model, number) for number in range(each)]).T
        wrong = certified > true + 1e-9
        untrue += int(wrong.sum())
        yield (
            f"| {name} | {1 - wrong.mean():.1%} | {np.median(true - certified):.3f} | {(true - certified).max():.3f} | "
            f"{true.mean():.1%} | {true.min():.1%} |"
        )
    most = int(binom.isf(RISK, each * len(MODELS), 1 - CONFIDENCE))
    yield ""
    yield (
        f"{untrue} of {each * len(MODELS)} are untrue; with {CONFIDENCE:.0%} confidence more than {most} would be in "
        f"less than one run of {1 / RISK:,.0f}. {time.process_time() - start:.0f} CPU seconds."
    )
    if untrue > most:
        raise SystemExit("certificates of mixes are untrue more often than they say")
