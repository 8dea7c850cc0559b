"""Epidemics in continuous time per CPU second, ours beside EoN's fast_SIR, taken in turn on the same ties."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec

import numpy as np

import spark
from spark import generate
from spark.backends import open_backend
from spark.plan import as_plan
from spark.problem.actions import lower_plans
from spark.problem.arrays import Watch, Worlds
from spark.problem.keys import run_key
from spark.problem.lowering import lower

PEOPLE, TIES, SEEDS, RECOVERY = 100_000, 1_000_000, 10, 1.0


def two_sample_distance(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """Largest distance of the two shares below a size (Kolmogorov, Smirnov), and what 1 in 1,000 pairs exceed."""
    sizes = np.array(ours + theirs)
    below = [np.searchsorted(np.sort(sample), sizes, side="right") / len(sample) for sample in (ours, theirs)]
    limit = np.sqrt(-np.log(0.0005) / 2 * (1 / len(ours) + 1 / len(theirs)))
    return float(np.abs(below[0] - below[1]).max()), float(limit)


def measure_epidemics(*, quick: bool, rounds: int) -> Iterable[str]:
    """Yield the lines of the table; raises AssertionError where the laws of the final size differ."""
    people, ties = (10_000, 100_000) if quick else (PEOPLE, TIES)
    network = generate.scale_free(people, ties, rng=1)
    order = np.argsort(-np.diff(network.indptr), kind="stable")[:SEEDS]
    seeds = [network.people[int(v)] for v in order]
    peer = find_spec("EoN") is not None
    graph = _peer_graph(network) if peer else None
    yield (
        f"| {people:,} people, {ties:,} ties | spark, worlds / CPU s | EoN fast_SIR | ratio | spark, mean final size "
        "| EoN | distance (limit) |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for rate in (0.05, 0.3):
        model = spark.ContinuousSIR(rate, RECOVERY)
        sample = _sampler(network, model, seeds)
        sample(0)
        ours: list[float] = []
        theirs: list[float] = []
        spent = [0.0, 0.0]
        for number in range(1, rounds + 1):
            start = time.process_time()
            sizes = sample(number)
            spent[0] += time.process_time() - start
            ours += sizes
            if graph is not None:
                start = time.process_time()
                theirs += [_peer_size(graph, rate, order.tolist(), 100 * number + i) for i in range(4)]
                spent[1] += time.process_time() - start
        case = f"rate {rate}, recovery {RECOVERY:g}"
        if graph is None:
            yield f"| {case} | {len(ours) / spent[0]:,.0f} | not installed | | {np.mean(ours):,.0f} | | |"
            continue
        distance, limit = two_sample_distance(ours, theirs)
        assert distance < limit, f"{case}: the laws of the final size differ by {distance:.3f}, more than {limit:.3f}"
        rates = len(ours) / spent[0], len(theirs) / spent[1]
        yield (
            f"| {case} | {rates[0]:,.1f} | {rates[1]:,.3f} | {rates[0] / rates[1]:,.0f} "
            f"| {np.mean(ours):,.0f} | {np.mean(theirs):,.0f} | {distance:.2f} ({limit:.2f}) |"
        )


def _sampler(network: spark.Network, model: spark.ContinuousSIR, seeds: list[str]) -> Callable[[int], list[float]]:
    """From an rng to the final sizes of 64 worlds, one by one; lowering is done before, as is the peer's graph."""
    watch = Watch(np.empty((0, network.size), np.int32), 0, np.empty(0, np.int64))
    problem, actions = lower(network, model), lower_plans(network, {"": as_plan(seeds)})
    backend = open_backend("cpu", workers=1)

    def sizes(rng: int) -> list[float]:
        ever = backend.run(problem, actions, watch, Worlds(run_key(rng, "evaluate"), 0, 64)).ever[0]
        return [float(size) for size in ever]

    return sizes


def _peer_graph(network: spark.Network) -> object:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(network.size))
    source = np.repeat(np.arange(network.size), np.diff(network.indptr))
    graph.add_edges_from(zip(source.tolist(), network.targets.tolist(), strict=True))
    return graph


def _peer_size(graph: object, rate: float, seeds: list[int], rng: int) -> float:
    import EoN

    random.seed(rng)
    np.random.seed(rng)  # noqa: NPY002 it draws from there
    removed = EoN.fast_SIR(graph, rate, RECOVERY, initial_infecteds=seeds)[3]
    return float(removed[-1])
