"""CHECKS section 2: the closed forms of linear threshold, exactly and by worlds."""

from dataclasses import dataclass
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from estimates import WORLDS, chances_agree, mean_agrees
from hypothesis import given
from hypothesis import strategies as st

import spark
from spark import exact

EQUAL = spark.LinearThreshold()
DIAMOND = spark.Network.from_edges(["s", "s", "a", "b"], ["a", "b", "t", "t"])


def both_ways(graph):
    return spark.Network.from_networkx(graph)


@dataclass(frozen=True)
class Figure:
    """Expected adopters under a model, and a model of other weights that has another figure."""

    network: spark.Network
    seeds: tuple
    model: spark.LinearThreshold
    mean: float
    wrong: spark.LinearThreshold


FIGURES = {
    "diamond": Figure(DIAMOND, ("s",), spark.LinearThreshold(0.5), 2.5, spark.LinearThreshold(0.45)),
    "cycle of 4": Figure(both_ways(nx.cycle_graph(4)), (0,), EQUAL, 2.75, spark.LinearThreshold(0.45)),
    "cycle of 7": Figure(both_ways(nx.cycle_graph(7)), (0,), EQUAL, 3 - 2.0**-5, spark.LinearThreshold(0.45)),
    "star of 4 from a leaf": Figure(both_ways(nx.star_graph(3)), (1,), EQUAL, 2, spark.LinearThreshold(0.3)),
    "star of 9 from a leaf": Figure(both_ways(nx.star_graph(8)), (1,), EQUAL, 2, spark.LinearThreshold(0.1)),
    "star of 9 from the hub": Figure(both_ways(nx.star_graph(8)), (0,), EQUAL, 9, spark.LinearThreshold(0.12)),
    "clique of 3": Figure(both_ways(nx.complete_graph(3)), (0,), EQUAL, 2.5, spark.LinearThreshold(0.45)),
    "clique of 4": Figure(both_ways(nx.complete_graph(4)), (0,), EQUAL, 26 / 9, spark.LinearThreshold(0.3)),
    "clique of 5": Figure(both_ways(nx.complete_graph(5)), (0,), EQUAL, 3.21875, spark.LinearThreshold(0.22)),
}


@pytest.mark.parametrize("form", ["process", "live-edge"])
@pytest.mark.parametrize("name", FIGURES)
def test_the_exact_spread_is_the_printed_figure(name, form):
    figure = FIGURES[name]
    assert exact.spread(figure.network, figure.model, figure.seeds, form=form) == pytest.approx(figure.mean, abs=1e-9)
    assert abs(exact.spread(figure.network, figure.wrong, figure.seeds, form=form) - figure.mean) > 1e-3


@pytest.mark.parametrize("name", FIGURES)
def test_worlds_come_to_the_printed_figure_and_those_of_other_weights_do_not(name, backend):
    figure = FIGURES[name]
    run = {"worlds": WORLDS[backend], "rng": 1, "backend": backend}
    assert mean_agrees(spark.simulate(figure.network, figure.model, figure.seeds, **run), figure.mean)
    assert not mean_agrees(spark.simulate(figure.network, figure.wrong, figure.seeds, **run), figure.mean)


def test_the_far_end_of_the_diamond_is_reached_with_its_printed_chance(backend):
    far = DIAMOND.people.position("t")
    half = spark.LinearThreshold(0.5)
    assert exact.chances(DIAMOND, half, ["s"])[far] == pytest.approx(0.5, abs=1e-9)
    spread = spark.simulate(DIAMOND, half, ["s"], worlds=WORLDS[backend], rng=3, backend=backend)
    assert chances_agree(spread, np.array([1, 0.5, 0.5, 0.5]))
    assert not chances_agree(spread, exact.chances(DIAMOND, spark.IndependentCascade(0.5), ["s"]))


@pytest.mark.parametrize("n", [2, 3, 5, 9, 33])
def test_a_full_star_lights_everybody_from_its_hub_in_every_world(n, backend):
    spread = spark.simulate(both_ways(nx.star_graph(n - 1)), EQUAL, [0], worlds=200, rng=4, backend=backend)
    assert spread.sizes.tolist() == [n] * 200


@given(st.data())
def test_everybody_whose_neighbours_all_adopt_adopts_in_every_world(data):
    size = data.draw(st.integers(2, 12))
    pairs = data.draw(st.lists(st.tuples(st.integers(0, size - 2), st.integers(0, 1)), unique=True, min_size=1))
    network = spark.Network.from_edges(
        [u for u, _ in pairs], [size - 1] * len(pairs), layer=["day" if on else "night" for _, on in pairs]
    )
    seeds = sorted({u for u, _ in pairs})
    for backend in ("python", "cpu"):
        spread = spark.simulate(network, EQUAL, seeds, worlds=20, rng=5, backend=backend)
        assert spread.sizes.tolist() == [network.size] * 20


@given(st.data())
def test_without_cycles_chances_add_up_over_the_weights(data):
    size = data.draw(st.integers(2, 8))
    pairs = [(u, v) for v in range(size) for u in range(v)]
    ties = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    into = [[u for u, w in ties if w == v] for v in range(size)]
    seeds = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=2))
    chance = []
    for v in range(size):
        chance.append(
            Fraction(1) if v in seeds else sum((chance[u] for u in into[v]), Fraction(0)) / max(len(into[v]), 1)
        )
    network = spark.Network.from_edges([u for u, _ in ties], [v for _, v in ties], people={"id": list(range(size))})
    found = exact.chances(network, EQUAL, seeds)
    assert found == pytest.approx([float(p) for p in chance], abs=1e-9)
    spread = spark.simulate(network, EQUAL, seeds, worlds=2000, rng=data.draw(st.integers(0, 1000)))
    assert chances_agree(spread, found)


@pytest.mark.parametrize("people", [3, 5, 6, 7, 10, 49])
def test_weights_that_add_up_to_1_but_for_rounding_are_1(people, backend):
    network = spark.Network.from_edges(list(range(people)), ["v"] * people)
    run = {"worlds": 16, "rng": 1, "backend": backend}
    everybody = spark.simulate(network, spark.LinearThreshold(1 / people), list(range(people)), **run)
    assert everybody.mean == people + 1
    with pytest.raises(spark.errors.DataError, match="more than 1"):
        spark.simulate(network, spark.LinearThreshold(1.0001 / people), [0], **run)


def test_broadcasts_may_fill_what_weights_leave_to_the_last_digit():
    network = spark.Network.from_edges([0, 1, 2, 3], [4] * 4)
    for dose, steps in ((0.1, 2), (0.2, 1), (0.05, 4)):
        plan = spark.Plan(spark.Seeds([0, 1, 2, 3]), spark.Broadcast(dose=dose, to={"people": [4]}, stop=1 + steps))
        assert spark.simulate(network, spark.LinearThreshold(0.2), plan, worlds=16, rng=1).mean == 5
