"""CHECKS section 7, what needs no optimiser: what reverse sets estimate, and instances whose best seeds are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, tables

import spark
from spark import exact

HALF = spark.IndependentCascade(0.5)
TRIANGLE = spark.Network.from_edges([0, 0, 1], [1, 2, 2], influence="both")


def met_by_reverse_sets(table, model, seeds):
    """n times the chance that the set of a random root meets the seeds: who lights her, with all ties turned round."""
    turned = network_of({**table, "source": table["target"], "target": table["source"]})
    sets = [exact.outcomes(turned, model, [root]) for root in range(turned.size)]
    return sum(chance for law in sets for people, chance in law.items() if people & set(seeds))


def test_reverse_sets_of_a_triangle_are_met_as_often_as_a_seed_reaches():
    table = {"source": [0, 0, 1, 1, 2, 2], "target": [1, 2, 0, 2, 0, 1]}
    assert met_by_reverse_sets(table, HALF, [0]) == pytest.approx(2.25, abs=1e-9)
    assert exact.spread(TRIANGLE, HALF, [0]) == pytest.approx(2.25, abs=1e-9)
    assert met_by_reverse_sets(table, spark.IndependentCascade(0.45), [0]) < 2.2


@settings(max_examples=100)
@given(tables(adopted=False), st.data())
def test_reverse_sets_are_met_as_often_as_seeds_reach(table, data):
    network, model = network_of(table), spark.IndependentCascade("chance")
    seeds = data.draw(st.lists(st.integers(0, network.size - 1), unique=True, max_size=3))
    spread = exact.spread(network, model, seeds)
    assert met_by_reverse_sets(table, model, seeds) == pytest.approx(spread, abs=1e-9)


def test_the_tight_instance_of_greedy_has_a_best_pair_that_greedy_can_miss():
    sets = {"a": [1, 2, 5, 6], "b": [1, 2, 3, 4], "c": [5, 6, 7, 8]}
    ties = [(name, person) for name, people in sets.items() for person in people]
    network = spark.Network.from_edges([str(u) for u, _ in ties], [str(v) for _, v in ties])
    certain = spark.IndependentCascade(1.0)
    best = exact.best_seeds(network, certain, 2)
    assert best == exact.BestSeeds(("b", "c"), 10.0, 10.0)
    assert exact.best_seeds(network, certain, 1).seeds == ("a",)  # the first of three that are equally good
    after_a = [exact.spread(network, certain, ["a", other]) for other in "bc"]
    assert [(value - 2) / (best.mean - 2) for value in after_a] == [0.75, 0.75]


def test_greedy_on_exact_spreads_keeps_its_bound():
    rng = np.random.default_rng(5)
    ratios = []
    for _ in range(12):
        pairs = [pair for pair in itertools.permutations(range(6), 2) if rng.random() < 0.3]
        people = {"id": list(range(6))}
        network = spark.Network.from_edges([u for u, _ in pairs], [v for _, v in pairs], people=people)
        chosen: list[int] = []
        for _ in range(3):
            chosen += exact.best_seeds(network, HALF, 1, beside=chosen).seeds
        ratios.append(exact.spread(network, HALF, chosen) / exact.best_seeds(network, HALF, 3).mean)
    assert min(ratios) >= 1 - 1 / np.e
    assert max(ratios) <= 1 + 1e-12
