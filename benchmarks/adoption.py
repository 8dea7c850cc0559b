"""The full model of adoption on a large network, and what a draw costs in it beside plain SIR, taken in turn."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

import spark
from spark import generate
from spark.backends import open_backend
from spark.network.ids import Ids
from spark.plan import as_plan
from spark.problem.arrays import Tally, Watch, Worlds, freeze
from spark.problem.keys import run_key
from spark.problem.together import lower_together

PEOPLE, TIES, ORGANISATIONS, MONTHS, WORLDS = 100_000, 1_000_000, 1_000, 36, 100

DELAY = (0.5, 0.3, 0.2)
"""Chances of 1, 2 and 3 steps."""

EVERYTHING = spark.Adoption(
    probability=0.02,
    awareness=0.05,
    hearsay=0.01,
    trial_time=1,
    trial_failure=0.2,
    trial_visibility=0.3,
    peer_support=0.5,
    rekindle=0.5,
    turnover=0.01,
    organisation_threshold=0.3,
    policy=0.01,
    policy_lapse=0.7,
    policy_visibility=1.5,
)


def measure_adoption(*, quick: bool, rounds: int) -> Iterable[str]:
    """Yield the lines of the table: CPU seconds of all worlds, and nanoseconds a draw evaluated."""
    people, ties, organisations = (5_000, 50_000, 50) if quick else (PEOPLE, TIES, ORGANISATIONS)
    worlds = 10 if quick else WORLDS
    network = generate.scale_free(people, ties, rng=1)
    codes = (np.arange(people) * organisations // people).astype(np.int32)
    network = replace(network, organisations=Ids([f"org {i}" for i in range(organisations)]), organisation=codes)
    order = np.argsort(-np.diff(network.indptr), kind="stable")[:20]
    seeds = [network.people[int(v)] for v in order]
    models = {"SIR": spark.SIR(0.02), "all states": EVERYTHING}
    delayed = {f"{name}, delays": replace(model, delay=DELAY) for name, model in models.items()}
    models |= delayed
    spent: dict[str, list[float]] = {name: [] for name in models}
    draws, means = {}, {}
    backend = open_backend("cpu", workers=1)
    watch = Watch(freeze(network.organisation.reshape(1, -1)), organisations, freeze(np.empty(0, np.int64)), MONTHS)
    for turn in range(rounds + 1):
        for name, model in models.items():
            problem, actions = lower_together(network, model, {"": as_plan(seeds)})
            part = worlds // rounds if turn else 1  # the first turn compiles
            start = time.process_time()
            tally = backend.run(problem, actions, watch, Worlds(run_key(turn, "evaluate"), 0, part))
            if turn:
                spent[name].append((time.process_time() - start) / part)
                draws[name] = draws_of(network, model, tally) / part
                means[name] = float(tally.adopters[0, :, -1].mean())
    yield (
        f"| {people:,} people, {ties:,} ties, {organisations:,} organisations, {MONTHS} steps | adopters at the end "
        f"| CPU s for {worlds} worlds | draws a world | ns a draw |"
    )
    yield "|---|---:|---:|---:|---:|"
    cost = {name: float(np.median(spent[name])) / draws[name] * 1e9 for name in models}
    for name in models:
        row = f"| {name} | {means[name]:,.0f} | {float(np.mean(spent[name])) * worlds:.2f} |"
        yield f"{row} | |" if name in delayed else f"{row} {draws[name]:,.0f} | {cost[name]:.2f} |"
    yield f"| ratio | | | | {cost['all states'] / cost['SIR']:.2f} |"


def draws_of(network: spark.Network, model: spark.SIR | spark.Adoption, tally: Tally) -> float:
    """How many draws the worlds of a tally evaluated, from who was in which state before each step: one a tie that
    delivers, one a tie that may pass word, one a person who may lapse, or leave.
    """
    degree = network.tie_count / network.size
    practising = float(tally.adopters[0, :, :-1].sum())
    if isinstance(model, spark.SIR):
        return practising * (degree + 1)
    unaware, aware, trying, adopted, lapsed = tally.states[0, 0, :5, :-1].astype(np.float64)
    telling = unaware > 0
    word = (adopted + aware + trying + lapsed)[telling].sum()
    worlds = tally.adopters.shape[1]
    posts = network.size * MONTHS * worlds
    return float((adopted + trying).sum() * degree + word * degree + adopted.sum() + posts)
