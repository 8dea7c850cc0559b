"""The best mix: how long the demo trust takes, and how near the best of all sets the search comes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

import spark
from spark.backends import open_backend
from spark.generate import health_trust
from spark.model import Model
from spark.optimise.menu import TEMPLATES
from spark.optimise.mix import SLACK, one_by_one, search_mix
from spark.optimise.subsets import Subset
from spark.optimise.trials import Trials
from spark.plan import Boost, Bridge, Broadcast, Intervention, Mandate, Plan, Seeds, Sustain
from spark.problem.actions import plan_cost
from spark.worlds import Run
from spark.worlds.trying import watch_for

PEOPLE, THINGS, HORIZON, WORLDS = 10, 14, 5, 256
ALL_RUNS = 300_000


def measure_mixes(*, quick: bool) -> Iterable[str]:
    """Yield the lines of both tables."""
    yield "| demo trust, budget 15, 60 candidates, 2,000 worlds | first, CPU s | again, CPU s | practise in the end |"
    yield "|---|---:|---:|---:|"
    trust = health_trust(rng=1)
    terms = {"bridge": replace(TEMPLATES["bridge"], cost_each=0.002)}
    cases: list[tuple[str, Model, int | None, list[str]]] = [
        ("SIS(.03, .05), 24 steps, five verbs", spark.SIS(0.03, 0.05), 24, list(TEMPLATES)),
        (
            "WeightedCascade(partners=.02), four verbs",
            spark.WeightedCascade(partners=0.02),
            None,
            [verb for verb in TEMPLATES if verb != "sustain"],
        ),
    ]
    for name, model, horizon, verbs in cases[: 1 if quick else 2]:
        seconds = []
        for _ in range(2):
            start = time.process_time()
            listed = spark.candidates_for(
                trust, model, budget=15, verbs=verbs, templates=terms, horizon=horizon, rng=3, workers=1
            )
            mix = spark.choose_plan(trust, model, listed, budget=15, worlds=2000, horizon=horizon, rng=3, workers=1)
            seconds.append(time.process_time() - start)
        reached = f"{mix.spread.mean:.1f} ± {mix.spread.standard_error:.1f}"
        yield f"| {name} | {seconds[0]:.1f} | {seconds[1]:.1f} | {reached} |"
    yield ""
    yield from against_all_sets(range(40 if quick else 200))


def against_all_sets(seeds: Iterable[int]) -> Iterable[str]:
    """Yield what the search reaches of the increase of the best of all affordable sets, in the same worlds."""
    found: dict[str, list[float]] = {}
    for seed in seeds:
        name, share = share_of_best(seed)
        found.setdefault(name, []).append(share)
    yield "| 14 candidates of all kinds, exact search off | instances | mean share | worst | the best itself |"
    yield "|---|---:|---:|---:|---:|"
    found["all"] = [share for shares in found.values() for share in shares]
    for name, shares in found.items():
        best = sum(share >= 1 - 1e-12 for share in shares)
        yield f"| {name} | {len(shares)} | {np.mean(shares):.2%} | {min(shares):.2%} | {best} |"


MODELS: dict[str, Model] = {
    "IndependentCascade(.3)": spark.IndependentCascade(0.3),
    "ExamplesNeeded(2)": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.7)),
    "SIS(.25, .3)": spark.SIS(0.25, 0.3),
    "CountThreshold(2)": spark.CountThreshold(2),
}


def instance(seed: int) -> tuple[str, spark.Network, tuple[Intervention, ...], float]:
    """Return the name of a model, a random network, fourteen candidates with prices, and a budget."""
    rng = np.random.default_rng(seed)
    name = list(MODELS)[seed % len(MODELS)]
    pairs = [(u, v) for u, v in itertools.permutations(range(PEOPLE), 2) if rng.random() < 0.25] or [(0, 1)]
    source, target = zip(*pairs, strict=True)
    people = {"id": list(range(PEOPLE)), "organisation": [f"o{v % 3}" for v in range(PEOPLE)]}
    network = spark.Network.from_edges(source, target, people=people)
    kinds = ["boost", "bridge"]
    kinds += ["broadcast", "mandate"] if not isinstance(MODELS[name], spark.CountThreshold) else []
    kinds += ["sustain"] if isinstance(MODELS[name], spark.SIS) else []
    things: list[Intervention] = [
        Seeds((v,), cost_each=float(rng.integers(2, 6))) for v in rng.permutation(PEOPLE)[:6].tolist()
    ]
    while len(things) < THINGS:
        u, v = rng.permutation(PEOPLE)[:2].tolist()
        cost = float(rng.integers(1, 4))
        layer, group = f"added {len(things)}", f"o{rng.integers(3)}"
        strength = 1.0 if isinstance(MODELS[name], spark.CountThreshold) else float(rng.choice([0.5, 1.5]))
        offers: dict[str, Intervention] = {
            "boost": Boost(2.0, {"people": (u,)}, cost=cost),
            "bridge": Bridge({"people": (u,)}, {"people": (v,)}, dose=strength, layer=layer, cost=cost),
            "broadcast": Broadcast(probability=0.3, to={"people": (u, v)}, cost=cost),
            "mandate": Mandate([group], probability=0.1, stop=3, cost=cost),
            "sustain": Sustain(0.8, {"people": (u, v)}, cost=cost),
        }
        things.append(offers[kinds[int(rng.integers(len(kinds)))]])
    return name, network, tuple(things), float(rng.integers(6, 13))


def share_of_best(seed: int) -> tuple[str, float]:
    """Return the name of a model, and the share of the best increase that the search reaches."""
    name, network, listed, budget = instance(seed)
    model, things = MODELS[name], one_by_one(listed)
    horizon = HORIZON if isinstance(model, spark.SIS) else None
    costs = np.array([plan_cost(network, Plan(thing), horizon) for thing in things])
    watch = watch_for(network, Run(horizon=horizon), count=False)
    trials = Trials(network, model, things, (), open_backend(workers=1), watch, 1 + seed)
    effort = min(ALL_RUNS, trials.effort(tuple(range(len(things)))))
    chosen = search_mix(trials, costs, budget, WORLDS, effort, exact=False)
    every: list[Subset] = [()]
    for i in range(len(things)):
        every += [(*one, i) for one in every if costs[[*one, i]].sum() <= budget * SLACK]
    values = trials.means([*every, chosen], WORLDS)
    least = values[0]
    return name, float((values[-1] - least) / (values.max() - least)) if values.max() > least else 1.0
