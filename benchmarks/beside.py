"""Cascades per CPU second, ours beside cynetdiff's, taken in turn so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.cases import (
    LARGE,
    MODELS,
    SMALL,
    Graph,
    Sampler,
    cynetdiff_sampler,
    load_cynetdiff,
    load_spark,
    spark_sampler,
)

TURN_SECONDS = 0.6
"""CPU seconds that one turn of one system takes, about."""


@dataclass(slots=True)
class Runs:
    """All turns of one system on one case."""

    rates: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def turn(sample: Sampler, worlds: int, rng: int, runs: Runs) -> None:
    start = time.process_time()
    sizes = sample(worlds, rng)
    runs.rates.append(worlds / (time.process_time() - start))
    runs.sizes.extend(sizes.tolist())


def worlds_a_turn(sample: Sampler, *, block: int) -> int:
    """Whole blocks of worlds that fill a turn, after a first call that compiles."""
    sample(block, 0)
    worlds = block
    while True:
        start = time.process_time()
        sample(worlds, 0)
        spent = time.process_time() - start
        if spent > TURN_SECONDS / 4:
            return max(block, round(worlds * TURN_SECONDS / spent / block) * block)
        worlds *= 2


def agree(ours: Runs, theirs: Runs) -> float:
    """Difference of the two means in standard errors."""
    errors = [np.var(runs.sizes, ddof=1) / len(runs.sizes) for runs in (ours, theirs)]
    return float((np.mean(ours.sizes) - np.mean(theirs.sizes)) / np.sqrt(sum(errors)))


def compare_speed(folder: Path, *, quick: bool, rounds: int) -> Iterable[str]:
    """Yield the lines of the table; raises AssertionError where the two disagree by more than 4.5 standard errors."""
    peer = find_spec("cynetdiff") is not None
    yield "| case | spark, cascades / CPU s | cynetdiff | ratio | spark, mean spread | cynetdiff | apart (s.e.) |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for graph in (SMALL,) if quick else (SMALL, LARGE):
        yield from _graph(graph, graph.write(folder), rounds, peer=peer)


def _graph(graph: Graph, path: Path, rounds: int, *, peer: bool) -> Iterable[str]:
    network = load_spark(path)
    rows = load_cynetdiff(path) if peer else None
    for model in MODELS:
        ours, theirs = Runs(), Runs()
        sample = spark_sampler(network, model)
        worlds = worlds_a_turn(sample, block=256)
        other = None if rows is None else cynetdiff_sampler(rows, model)
        other_worlds = 0 if other is None else worlds_a_turn(other, block=8)
        for number in range(1, rounds + 1):
            turn(sample, worlds, number, ours)
            if other is not None:
                turn(other, other_worlds, number, theirs)
        mean = f"{np.mean(ours.sizes):,.1f}"
        case = f"{graph.people:,} people, {graph.ties:,} ties, {model}"
        if other is None:
            yield f"| {case} | {ours.rate:,.0f} | not installed | | {mean} | | |"
            continue
        apart = agree(ours, theirs)
        assert abs(apart) < 4.5, f"{case}: the mean spreads are {apart:.1f} standard errors apart"
        yield (
            f"| {case} | {ours.rate:,.0f} | {theirs.rate:,.0f} | {ours.rate / theirs.rate:.1f} "
            f"| {mean} | {np.mean(theirs.sizes):,.1f} | {apart:+.1f} |"
        )
