"""CHECKS section 1: the closed forms of independent cascade, exactly and by worlds."""

import itertools
from dataclasses import dataclass
from math import comb

import networkx as nx
import numpy as np
import pytest
from estimates import WORLDS, mean_agrees, sizes_agree
from hypothesis import given
from hypothesis import strategies as st
from strategies import network_of, tables

import spark
from spark import exact

HALF = spark.IndependentCascade(0.5)


def both_ways(graph):
    return spark.Network.from_networkx(graph)


def path(n):
    return both_ways(nx.path_graph(n))


def star(n):
    return both_ways(nx.star_graph(n - 1))


def cycle(n):
    return both_ways(nx.cycle_graph(n))


def clique(n):
    return both_ways(nx.complete_graph(n))


def tree(branches, depth):
    return spark.Network.from_networkx(nx.balanced_tree(branches, depth, create_using=nx.DiGraph))


DIAMOND = spark.Network.from_edges(["s", "s", "a", "b"], ["a", "b", "t", "t"])


@dataclass(frozen=True)
class Figure:
    """Expected adopters at p = .5, as printed and by its closed form in p."""

    network: spark.Network
    seeds: tuple
    mean: float
    closed_form: object


FIGURES = {
    "path from its end": Figure(path(5), (0,), 1.9375, lambda p: (1 - p**5) / (1 - p)),
    "path from the middle": Figure(path(5), (2,), 2.5, lambda p: 1 + 2 * (p + p**2)),
    "path from both ends": Figure(path(5), (0, 4), 3.5625, lambda p: 2 + 2 * (p + p**3 - p**4) + 2 * p**2 - p**4),
    "star from the hub": Figure(star(6), (0,), 3.5, lambda p: 1 + 5 * p),
    "star from a leaf": Figure(star(6), (1,), 2.5, lambda p: 1 + p + 4 * p**2),
    "cycle of 4": Figure(cycle(4), (0,), 2.5625, lambda p: 1 + sum(p**d + p ** (4 - d) - p**4 for d in (1, 2, 3))),
    "cycle of 6": Figure(cycle(6), (0,), 2.859375, lambda p: 1 + sum(p**d + p ** (6 - d) - p**6 for d in range(1, 6))),
    "clique of 3": Figure(clique(3), (0,), 2.25, lambda p: reed_frost(3, p) @ np.arange(4)),
    "clique of 4": Figure(clique(4), (0,), 3.25, lambda p: reed_frost(4, p) @ np.arange(5)),
    "binary tree of depth 3": Figure(tree(2, 3), (0,), 4.0, lambda p: sum((2 * p) ** i for i in range(4))),
    "diamond": Figure(DIAMOND, ("s",), 2.4375, lambda p: 1 + 2 * p + 1 - (1 - p**2) ** 2),
}


def reed_frost(n, p):
    """The law of sizes from one seed in a clique: by Gilbert's recursion, who is connected to her (Gilbert 1959)."""
    connected = [0.0, 1.0]
    for k in range(2, n + 1):
        smaller = sum(comb(k - 1, i - 1) * connected[i] * (1 - p) ** (i * (k - i)) for i in range(1, k))
        connected.append(1 - smaller)
    return np.array([0.0, *(comb(n - 1, k - 1) * connected[k] * (1 - p) ** (k * (n - k)) for k in range(1, n + 1))])


@pytest.mark.parametrize("name", FIGURES)
def test_the_closed_form_is_the_printed_figure(name):
    assert FIGURES[name].closed_form(0.5) == pytest.approx(FIGURES[name].mean, abs=1e-12)


@pytest.mark.parametrize("p", [0.5, 0.3])
@pytest.mark.parametrize("form", ["process", "live-edge"])
@pytest.mark.parametrize("name", FIGURES)
def test_the_exact_spread_is_the_closed_form(name, form, p):
    figure = FIGURES[name]
    spread = exact.spread(figure.network, spark.IndependentCascade(p), figure.seeds, form=form)
    assert spread == pytest.approx(figure.closed_form(p), abs=1e-9)


@pytest.mark.parametrize("name", FIGURES)
def test_worlds_come_to_the_closed_form_and_those_of_another_chance_do_not(name, backend):
    figure = FIGURES[name]
    run = {"worlds": WORLDS[backend], "rng": 1, "backend": backend}
    assert mean_agrees(spark.simulate(figure.network, HALF, figure.seeds, **run), figure.mean)
    for wrong in (0.45, 0.55):
        spread = spark.simulate(figure.network, spark.IndependentCascade(wrong), figure.seeds, **run)
        assert not mean_agrees(spread, figure.mean)
        assert mean_agrees(spread, figure.closed_form(wrong))


LAWS = {3: [0, 0.25, 0.25, 0.5], 4: [0, 0.125, 0.09375, 0.1875, 0.59375]}


@pytest.mark.parametrize("n", LAWS)
def test_sizes_in_a_clique_follow_the_reed_frost_law(n, backend):
    assert reed_frost(n, 0.5) == pytest.approx(LAWS[n], abs=1e-12)
    for form in ("process", "live-edge"):
        assert exact.sizes(clique(n), HALF, [0], form=form) == pytest.approx(LAWS[n], abs=1e-9)
    run = {"worlds": WORLDS[backend], "rng": 2, "backend": backend}
    assert sizes_agree(spark.simulate(clique(n), HALF, [0], **run), LAWS[n])
    assert not sizes_agree(spark.simulate(clique(n), spark.IndependentCascade(0.53), [0], **run), LAWS[n])


def test_the_far_end_of_the_diamond_is_reached_with_its_printed_chance(backend):
    spread = spark.simulate(DIAMOND, HALF, ["s"], worlds=WORLDS[backend], rng=3, backend=backend)
    far = DIAMOND.people.position("t")
    error = (0.4375 * 0.5625 / spread.worlds) ** 0.5
    assert abs(spread.chances[far] - 0.4375) < 4 * error
    assert exact.chances(DIAMOND, HALF, ["s"])[far] == pytest.approx(0.4375, abs=1e-9)
    assert abs(spread.chances[DIAMOND.people.position("a")] - 0.4375) > 4 * error


@given(tables(adopted=False, most=6, most_ties=12), st.data())
def test_certain_ties_light_whoever_can_be_reached_and_impossible_ones_nobody(table, data):
    network = network_of(table)
    seeds = data.draw(st.lists(st.integers(0, network.size - 1), max_size=3))
    graph = nx.DiGraph(zip(table["source"], table["target"], strict=True))
    graph.add_nodes_from(range(network.size))
    reachable = set(seeds).union(*(nx.descendants(graph, u) for u in seeds))
    for chance, lit in ((1.0, reachable), (0.0, set(seeds))):
        model = spark.IndependentCascade(chance)
        assert exact.outcomes(network, model, seeds) == {frozenset(lit): 1.0}
        for backend in ("python", "cpu"):
            spread = spark.simulate(network, model, seeds, worlds=5, rng=4, backend=backend)
            assert np.flatnonzero(spread.chances == 1).tolist() == sorted(lit)
            assert spread.sizes.tolist() == [len(lit)] * 5


@given(tables(adopted=False))
def test_without_seeds_nothing_happens(table):
    network = network_of(table)
    for model in (HALF, spark.WeightedCascade(), spark.LinearThreshold()):
        assert exact.spread(network, model) == 0
        for backend in ("python", "cpu"):
            spread = spark.simulate(network, model, worlds=5, rng=5, backend=backend)
            assert (spread.mean, spread.standard_error, spread.gain_over_no_action) == (0, 0, 0)


def undirected_law(n, seeds, p):
    """Sizes in a clique whose ties have one coin for both directions."""
    law = np.zeros(n + 1)
    pairs = list(itertools.combinations(range(n), 2))
    for live in itertools.product((False, True), repeat=len(pairs)):
        graph = nx.Graph(itertools.compress(pairs, live))
        graph.add_nodes_from(range(n))
        lit = set().union(*(nx.node_connected_component(graph, u) for u in seeds))
        law[len(lit)] += p ** sum(live) * (1 - p) ** (len(pairs) - sum(live))
    return law


@pytest.mark.parametrize("n", [3, 4])
def test_one_coin_for_both_directions_gives_the_same_law_of_sizes_from_any_seeds(n):
    for count in range(1, n + 1):
        for seeds in itertools.combinations(range(n), count):
            assert exact.sizes(clique(n), HALF, seeds) == pytest.approx(undirected_law(n, seeds, 0.5), abs=1e-9)


def test_two_coins_for_both_directions_tell_plans_apart_where_one_coin_would_not(backend):
    # with one coin, two people who are tied both ways light one another in the same worlds
    run = {"worlds": WORLDS[backend], "rng": 6, "backend": backend}
    sizes = [spark.simulate(clique(2), HALF, [seed], **run).sizes for seed in (0, 1)]
    differ = (sizes[0] != sizes[1]).mean()
    assert abs(differ - 0.5) < 4 * 0.5 / WORLDS[backend] ** 0.5
