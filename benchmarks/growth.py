"""How the time of a warm run grows: with the ties, and with the worlds. Both should be straight lines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable

import numpy as np

import spark
from benchmarks.cases import most_connected
from spark import generate


def _median_cpu(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure_growth(*, quick: bool, rounds: int) -> Iterable[str]:
    """Yield the lines of the table. p = 0.3 on 10 ties a person, so that most ties are tried in every world."""
    model = spark.IndependentCascade(0.3)
    yield "| ties | worlds | CPU s | nanoseconds a tie and world |"
    yield "|---:|---:|---:|---:|"
    ties = (50_000, 100_000) if quick else (125_000, 250_000, 500_000, 1_000_000, 2_000_000)
    points = [(count, 256) for count in ties] + [(ties[1], worlds) for worlds in (512, 1024, 2048)[: 1 if quick else 3]]
    for count, worlds in points:
        network = generate.scale_free(count // 10, count, rng=1)
        seeds = most_connected(network)

        def work(network: spark.Network = network, seeds: list[str] = seeds, worlds: int = worlds) -> object:
            return spark.simulate(network, model, seeds, worlds=worlds, rng=1, workers=1)

        work()
        spent = _median_cpu(work, rounds)
        yield f"| {count:,} | {worlds:,} | {spent:.2f} | {spent / (count * np.float64(worlds)) * 1e9:.2f} |"
