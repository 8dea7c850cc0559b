"""Choosing seeds: warm CPU time, the spread reached, and what is certified.

On the networks of papers the spread stands beside the best known one, which several codes and long runs agree on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import spark
from benchmarks.cases import LARGE, SMALL, Graph
from spark import generate


@dataclass(frozen=True, slots=True)
class Case:
    """A network, a model, how many seeds, the best spread that is known, and the worlds that evaluate each plan."""

    name: str
    load: Callable[[], spark.Network]
    model: spark.WeightedCascade | spark.LinearThreshold
    count: int
    best: float | None = None
    worlds: int = 4096


def _made_up(graph: Graph) -> Case:
    return Case(
        f"{graph.people:,} people, {graph.ties:,} ties, weighted cascade",
        lambda: generate.scale_free(graph.people, graph.ties, rng=1),
        spark.WeightedCascade(),
        50,
        worlds=4096 if graph is SMALL else 256,
    )


def _cases(*, quick: bool) -> list[Case]:
    cases = [_made_up(graph) for graph in ((SMALL,) if quick else (SMALL, LARGE))]
    data = os.environ.get("SPARK_DATA")
    if data is None:
        return cases

    def nethept() -> spark.Network:
        return spark.read_network(Path(data) / "nethept", influence="both")

    return [
        *cases,
        Case("NetHEPT, weighted cascade", nethept, spark.WeightedCascade(), 50, 969),
        Case("NetHEPT, weighted cascade", nethept, spark.WeightedCascade(), 200, 2328),
        Case("NetHEPT, linear threshold", nethept, spark.LinearThreshold(), 50, 1300),
    ]


def measure_choosing(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    yield "| case | seeds | worlds | CPU s | mean spread | of the best known | certified |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for case in _cases(quick=quick):
        network = case.load()
        spark.choose_seeds(network, case.model, count=case.count, worlds=256, rng=0, workers=1)
        start = time.process_time()
        choice = spark.choose_seeds(network, case.model, count=case.count, worlds=case.worlds, rng=1, workers=1)
        spent = time.process_time() - start
        mean = choice.spread.mean
        share = "" if case.best is None else f"{mean / case.best:.1%} of {case.best:,.0f}"
        certified = "no bound" if choice.certificate.ratio is None else f"at least {choice.certificate.ratio:.0%}"
        yield (f"| {case.name} | {case.count} | {case.worlds:,} | {spent:.2f} | {mean:,.1f} | {share} | {certified} |")
