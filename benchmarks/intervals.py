"""Whether intervals and verdicts are as sure as they say: a thousand comparisons of what is known exactly."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations

import spark
from spark import generate
from spark.optimise import baseline_seeds

FIXED = 1000
"""Worlds of a comparison that does not end early."""

Case = tuple[str, spark.Network, spark.IndependentCascade, Mapping[str, list[int]]]


def _star_and_path() -> spark.Network:
    """A hub with five others, beside a path of six."""
    return spark.Network.from_edges([0] * 5 + [6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 7, 8, 9, 10, 11])


def _cases() -> list[Case]:
    """Plans of which the difference is known exactly; the last two are equal in the mean, one by rare large worlds."""
    apart = _star_and_path()
    chances = {"chance": [0.05, *([1.0] * 9), 0.5]}
    rare = spark.Network.from_edges([0, *([1] * 9), 11], [1, *range(2, 11), 12], columns=chances)
    half = spark.IndependentCascade(0.5)
    return [
        ("a little apart", apart, half, {"hub and start": [0, 6], "hub and middle": [0, 8]}),
        ("far apart", apart, half, {"hub": [0], "start": [6]}),
        ("three plans", apart, half, {"hub": [0], "start": [6], "middle": [8]}),
        ("one world in twenty is large", rare, spark.IndependentCascade("chance"), {"gate": [0], "start": [11]}),
    ]


def _alike() -> list[Case]:
    twins = spark.Network.from_edges([1, 1, 1, 2, 2, 2, 3, 3, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12])
    model = spark.IndependentCascade(0.3)
    return [
        ("two plans", twins, model, {"one": [1], "other": [2]}),
        ("three plans", twins, model, {"one": [1], "other": [2], "third": [3]}),
    ]


def measure_intervals(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the tables."""
    times = 100 if quick else 1000
    ways: dict[str, int | spark.UntilClear] = {
        f"{FIXED:,} worlds": FIXED,
        "until clear": spark.UntilClear(most=16_384),
        "until clear, O'Brien-Fleming": spark.UntilClear(most=16_384, spending="obrien-fleming"),
    }
    yield f"| plans equal in law, {times:,} comparisons | worlds | some winner |"
    yield "|---|---|---:|"
    for name, network, model, plans in _alike():
        for way, worlds in ways.items():
            wrong = 0
            for rng in range(times):
                found = spark.compare(network, model, plans, worlds=worlds, smallest_difference=0, rng=rng, workers=1)
                wrong += any(d.verdict in ("a", "b") for d in found.differences)
            yield f"| {name} | {way} | {wrong / times:.1%} |"
    yield ""
    yield f"| exact difference, {times:,} comparisons | worlds | mean worlds | intervals that hold it | wrong winners |"
    yield "|---|---|---:|---:|---:|"
    for name, network, model, plans in _cases():
        exact = {plan: spark.exact.spread(network, model, seeds) for plan, seeds in plans.items()}
        for way, worlds in ways.items():
            yield _held(name, network, model, plans, exact, way, worlds, times)
    yield ""
    yield from _paired(quick=quick)


def _held(
    name: str,
    network: spark.Network,
    model: spark.IndependentCascade,
    plans: Mapping[str, list[int]],
    exact: Mapping[str, float],
    way: str,
    worlds: int | spark.UntilClear,
    times: int,
) -> str:
    """Count the intervals of differences that hold the exact difference, and winners that are none."""
    held = wrong = ran = 0
    for rng in range(times):
        found = spark.compare(network, model, plans, worlds=worlds, rng=rng, workers=1)
        ran += found.worlds
        for d in found.differences:
            truth = exact[d.a] - exact[d.b]
            held += d.low <= truth <= d.high
            wrong += (d.verdict == "a" and truth <= 0) or (d.verdict == "b" and truth >= 0)
    pairs = times * (len(plans) * (len(plans) - 1) // 2)
    return f"| {name} | {way} | {ran / times:,.0f} | {held / pairs:.1%} | {wrong / pairs:.1%} |"


def _paired(*, quick: bool) -> Iterable[str]:
    """Yield what trying plans in the same worlds is worth, on the plans of `spark demo`."""
    network, model = generate.health_trust(rng=1), spark.WeightedCascade(partners=0.02)
    plans: dict[str, spark.Plan | spark.Broadcast | tuple[Hashable, ...]] = {
        "chosen by spark": spark.choose_seeds(network, model, count=10, rng=0, workers=1).seeds,
        "most connected": baseline_seeds(network, "degree", count=10, rng=0),
        "at random": baseline_seeds(network, "random", count=10, rng=0),
        "thin message": spark.Broadcast(probability=10 / network.size),
    }
    comparison = spark.compare(network, model, plans, worlds=512 if quick else 4096, rng=0, workers=1)
    yield "| plans of `spark demo` | variance of the difference, same worlds | independent worlds | worlds saved |"
    yield "|---|---:|---:|---:|"
    for a, b in combinations(comparison.plans, 2):
        ours, theirs = a.spread.sizes.astype(float), b.spread.sizes.astype(float)
        paired, unpaired = (ours - theirs).var(ddof=1), ours.var(ddof=1) + theirs.var(ddof=1)
        yield f"| {a.name} - {b.name} | {paired:,.0f} | {unpaired:,.0f} | {1 - paired / unpaired:.0%} |"
