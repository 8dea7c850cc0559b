"""Fractional thresholds per CPU second, ours beside ndlib's, from the same people; nothing is left to chance."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import spark
from benchmarks.cases import LARGE, SMALL, Graph, load_spark, most_connected

SHARE = 0.18
WORLDS = 256
NEEDED = ("ndlib", "six", "tqdm", "dynetx")
"""What ndlib imports, and does not always bring along."""


def compare_thresholds(folder: Path, *, quick: bool, rounds: int) -> Iterable[str]:
    """Yield the lines of the table; raises AssertionError where the two light different numbers of people."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    yield "| case | spark, worlds / CPU s | ndlib | ratio | spark, adopters | ndlib |"
    yield "|---|---:|---:|---:|---:|---:|"
    for graph in (SMALL,) if quick else (SMALL, LARGE):
        yield _case(graph, graph.write(folder), rounds, missing)


def _case(graph: Graph, path: Path, rounds: int, missing: list[str]) -> str:
    network = load_spark(path)
    seeds = most_connected(network)

    def ours() -> float:
        run = spark.simulate(network, spark.FractionalThreshold(SHARE), seeds, worlds=WORLDS, rng=1, workers=1)
        return run.mean

    theirs = _ndlib(path, [int(seed) for seed in seeds]) if not missing else None
    ours()
    rates: list[list[float]] = [[], []]
    sizes = [0.0, 0.0]
    for _ in range(rounds):
        sizes[0] = _turn(ours, WORLDS, rates[0])
        if theirs is not None and len(rates[1]) < 3:  # it takes seconds and tells the same each time
            sizes[1] = _turn(theirs, 1, rates[1])
    case = f"{graph.people:,} people, {graph.ties:,} ties, a share of {SHARE}"
    rate = statistics.median(rates[0])
    if theirs is None:
        return f"| {case} | {rate:,.0f} | skipped: {', '.join(missing)} not installed | | {sizes[0]:,.0f} | |"
    assert sizes[0] == sizes[1], f"{case}: {sizes[0]:g} and {sizes[1]:g} adopters"
    other = statistics.median(rates[1])
    return f"| {case} | {rate:,.0f} | {other:.3g} | {rate / other:,.0f} | {sizes[0]:,.0f} | {sizes[1]:,.0f} |"


def _turn(sample: Callable[[], float], worlds: int, rates: list[float]) -> float:
    start = time.process_time()
    size = sample()
    rates.append(worlds / (time.process_time() - start))
    return size


def _ndlib(path: Path, seeds: list[int]) -> Callable[[], float]:
    import ndlib.models.epidemics as epidemics
    import networkx
    from ndlib.models.ModelConfig import Configuration

    rows = np.loadtxt(path, dtype=np.int64, delimiter=",", skiprows=1)
    graph = networkx.DiGraph()
    graph.add_edges_from(rows.tolist())

    def sample() -> float:
        model = epidemics.ThresholdModel(graph)
        settings = Configuration()
        settings.add_model_initial_configuration("Infected", seeds)
        for person in graph:
            settings.add_node_configuration("threshold", person, SHARE)
        model.set_initial_status(settings)
        before = -1
        while True:
            now = model.iteration(node_status=False)["node_count"][1]
            if now == before and model.actual_iteration > 2:
                return float(now)
            before = now

    return sample
