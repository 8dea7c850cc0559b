"""How far choices spread, by worlds that had no part in choosing, beside the best spreads that are known.

The networks are those of papers, read from the folder that SPARK_DATA names. The best known spreads are the best of
several codes and of long runs.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import spark
from spark.backends import open_backend
from spark.network import Influence
from spark.optimise.sources import SetBackend, choose_on_sets, setting_of
from spark.optimise.wish import wish_for
from spark.plan import Plan
from spark.problem.keys import run_key

RUNS = 5
WORLDS = 20_000
"""Worlds in which each of the choices is judged: 100,000 in all."""
STRONG = 1024
"""The same where most of a large network is reached in each."""
QUALITY = 0.99
Model = spark.WeightedCascade | spark.LinearThreshold | spark.IndependentCascade
WC, LT = spark.WeightedCascade(), spark.LinearThreshold()


@dataclass(frozen=True, slots=True)
class Case:
    """A folder of SPARK_DATA, how its ties are read, a model, how many seeds, and the best spread that is known."""

    folder: str
    influence: Influence
    name: str
    model: Model
    count: int
    best: float | None = None
    worlds: int = WORLDS


def _cases() -> list[Case]:
    nethept: list[tuple[str, Model, int, float]] = [
        ("weighted cascade", WC, 50, 969),
        ("weighted cascade", WC, 200, 2328),
        ("linear threshold", LT, 50, 1300),
        ("linear threshold", LT, 200, 3054),
        ("p = 0.1", spark.IndependentCascade(0.1), 50, 974),
        ("p = 0.1", spark.IndependentCascade(0.1), 200, 1404),
        ("p = 0.01", spark.IndependentCascade(0.01), 50, 73.05),
        ("p = 0.01", spark.IndependentCascade(0.01), 200, 257),
    ]
    cases = [Case("nethept", "both", f"NetHEPT, {name}", model, k, best) for name, model, k, best in nethept]
    for count in (10, 50, 200):
        cases += [
            Case("wiki_vote", "source-to-target", "wiki_vote, weighted cascade", WC, count),
            Case("wiki_vote", "source-to-target", "wiki_vote, linear threshold", LT, count),
            Case(
                "wiki_vote",
                "source-to-target",
                "wiki_vote, p = 0.01",
                spark.IndependentCascade(0.01),
                count,
                592 if count == 200 else None,
            ),
        ]
    weak, strong = spark.IndependentCascade(0.01), spark.IndependentCascade(0.1)
    return [
        *cases,
        Case("epinions", "source-to-target", "Epinions, weighted cascade", WC, 50, 12_090),
        Case("epinions", "source-to-target", "Epinions, linear threshold", LT, 50, 16_270),
        Case("epinions", "source-to-target", "Epinions, p = 0.01", weak, 50, 687),
        Case("epinions", "source-to-target", "Epinions, p = 0.1", strong, 50, 10_484, STRONG),
    ]


def measure_spreads(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    data = os.environ.get("SPARK_DATA")
    if data is None:
        yield "SPARK_DATA names no folder with the networks of papers."
        return
    yield "| case | seeds | CPU s | worlds | mean spread, median | of the best known | worst |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    loaded: dict[str, spark.Network] = {}
    for case in _cases()[: 2 if quick else None]:
        if case.folder not in loaded:
            loaded = {case.folder: spark.read_network(Path(data) / case.folder, influence=case.influence)}
        yield _row(case, loaded[case.folder], 1000 if quick else case.worlds)


def _row(case: Case, network: spark.Network, worlds: int) -> str:
    """Choose with several rng, and simulate each choice."""
    backend: SetBackend = open_backend("cpu", workers=1)  # type: ignore[assignment]
    setting = setting_of(network, case.model, Plan(), None)
    wish = wish_for(network, None, case.count, np.empty(0, np.int64))
    seconds, spreads = [], []
    for run in range(-1, RUNS):  # the first one loads compiled code
        start = time.thread_time()
        found = choose_on_sets(backend, setting, wish, run_key(abs(run), "choose"), QUALITY)
        seconds.append(time.thread_time() - start)
        people = [network.people[v] for v in found.seeds.tolist()]
        if run >= 0:
            spreads.append(spark.simulate(network, case.model, people, worlds=worlds, rng=99, workers=1))
    means = sorted(spread.mean for spread in spreads)
    middle = statistics.median(means)
    share = "" if case.best is None else f"{middle / case.best:.1%} of {case.best:,.6g}"
    worst = "" if case.best is None else f"{means[0] / case.best:.1%}"
    return (
        f"| {case.name} | {case.count} | {statistics.median(seconds[1:]):.3f} | {RUNS} x {worlds:,} | "
        f"{middle:,.1f} ± {spreads[0].standard_error:.1f} | {share} | {worst} |"
    )
