"""Whether certificates are true: a thousand tiny networks, of which every choice that is allowed is known exactly."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

import spark
from spark.errors import InfeasibleError

KINDS = ("count", "costs", "horizon", "at most", "apart", "values", "take-up", "all of these")
TITLES = {
    "count": "so many seeds",
    "costs": "costs and a budget",
    "horizon": "a horizon of 2 steps",
    "at most": "one of each organisation",
    "apart": "two pairs never together",
    "values": "values",
    "take-up": "people who may say no",
    "all of these": "all of these, without costs",
}
CONFIDENCE = 0.99
RISK = 1e-3
"""Of calling certificates untrue that are as true as they say."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A tiny network and a question about it."""

    kind: str
    network: spark.Network
    model: spark.IndependentCascade | spark.LinearThreshold
    asked: Mapping[str, Any]
    apart: tuple[tuple[int, int], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def _instance(kind: str, number: int) -> Instance:
    rng = np.random.default_rng((number, 7))
    size = int(rng.integers(5, 9))
    ties = size + int(rng.integers(0, 4))
    every = kind == "all of these"
    people: dict[str, Any] = {"id": list(range(size)), "organisation": rng.integers(0, 3, size).tolist()}
    if kind == "costs":
        people["cost"] = rng.integers(1, 4, size).astype(float).tolist()
    if kind == "values" or every:
        people["value"] = rng.integers(1, 5, size).astype(float).tolist()
    if kind == "take-up" or every:
        people["take_up"] = rng.choice([0.3, 0.6, 0.9], size).tolist()
    source, target = rng.integers(0, size, ties), rng.integers(0, size, ties)
    network = spark.Network.from_edges(source, target, people=people, merge="sum")
    chance = float(rng.choice([0.2, 0.4, 0.6]))
    model = spark.IndependentCascade(chance) if number % 2 else spark.LinearThreshold()
    much = int(rng.integers(1, 4))
    asked: dict[str, Any] = {"budget": 1.0 + much} if kind == "costs" else {"count": much}
    apart: tuple[tuple[int, int], ...] = ()
    if kind == "apart" or every:
        names = rng.permutation(size)[:4].tolist()
        apart = ((names[0], names[1]), (names[2], names[3]))
    options: dict[str, Any] = {"horizon": 2} if kind == "horizon" or every else {}
    if kind == "take-up" or every:
        options["asking"] = spark.Asking(take_up="take_up")
    if kind in ("at most", "apart") or every:
        at_most = {"organisation": 1} if kind == "at most" or every else {}
        options["constraints"] = spark.Constraints(apart=apart, at_most=at_most)
    return Instance(kind, network, model, asked, apart, options)


def _increases(instance: Instance) -> NDArray[np.float64]:
    """Exact increase over no action of every set of people who are asked, float64[2^n]."""
    network, size = instance.network, instance.network.size
    values = np.empty(1 << size)
    for people in range(1 << size):
        seeds = [v for v in range(size) if people >> v & 1]
        chances = spark.exact.chances(network, instance.model, seeds, horizon=instance.options.get("horizon"))
        values[people] = chances @ network.value
    if "asking" in instance.options:  # whoever is asked is a seed with her chance, independently
        for v, agrees in enumerate(network.take_up.tolist()):
            pairs = values.reshape(-1, 2, 1 << v)
            pairs[:, 1] = agrees * pairs[:, 1] + (1 - agrees) * pairs[:, 0]
    increases: NDArray[np.float64] = values - values[0]
    return increases


def _fits(instance: Instance, people: int) -> bool:
    who = [v for v in range(instance.network.size) if people >> v & 1]
    if "budget" in instance.asked:
        return bool(instance.network.cost[who].sum() <= instance.asked["budget"])
    if len(who) > instance.asked["count"] or any({a, b} <= set(who) for a, b in instance.apart):
        return False
    constraints = instance.options.get("constraints")
    if constraints is None or not constraints.at_most:
        return True
    groups = [instance.network.organisation[v] for v in who]
    return len(set(groups)) == len(groups)


def _judged(instance: Instance, rng: int) -> tuple[float, float] | None:
    """What is certified of a choice and what is true of it; None where nothing can be chosen as asked."""
    try:
        choice = spark.choose_seeds(
            instance.network,
            instance.model,
            **instance.asked,
            **instance.options,
            confidence=CONFIDENCE,
            worlds=4,
            rng=rng,
            workers=1,
        )
    except InfeasibleError:
        return None
    increases = _increases(instance)
    best = max(increases[people] for people in range(increases.size) if _fits(instance, people))
    assert choice.certificate.ratio is not None
    chosen = sum(1 << v for v in instance.network.index(choice.seeds).tolist())
    assert _fits(instance, chosen), f"{instance.kind}: the choice breaks what was asked"
    return choice.certificate.ratio, float(increases[chosen] / best)


def measure_certificates(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table; fail if certificates are untrue more often than they may be."""
    each = 10 if quick else 125
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    start = time.process_time()
    for kind in KINDS:
        number = 0
        while len(found[kind]) < each:
            judged = _judged(_instance(kind, number), number)
            if judged is not None:
                found[kind].append(judged)
            number += 1
    yield (
        f"| {each * len(KINDS):,} networks of 5 to 8 people | certificates that are true | median gap to the truth | "
        "largest gap | choices that are the best |"
    )
    yield "|---|---:|---:|---:|---:|"
    for kind in KINDS:
        yield _row(TITLES[kind], found[kind])
    every = [pair for kind in KINDS for pair in found[kind]]
    yield _row("together", every)
    untrue = sum(_untrue(*pair) for pair in every)
    most = int(binom.isf(RISK, len(every), 1 - CONFIDENCE))
    yield ""
    yield (
        f"{untrue} of {len(every):,} are untrue; with {CONFIDENCE:.0%} confidence more than {most} would be in less "
        f"than one run of {1 / RISK:,.0f}. {time.process_time() - start:.0f} CPU seconds."
    )
    if untrue > most:
        raise SystemExit("certificates are untrue more often than they say")


def _untrue(certified: float, true: float) -> bool:
    return certified > true + 1e-9


def _row(title: str, pairs: list[tuple[float, float]]) -> str:
    certified, true = np.array(pairs).T
    holds = 1 - np.mean([_untrue(*pair) for pair in pairs])
    gap = true - certified
    return f"| {title} | {holds:.1%} | {np.median(gap):.3f} | {gap.max():.3f} | {np.mean(true > 1 - 1e-9):.1%} |"
