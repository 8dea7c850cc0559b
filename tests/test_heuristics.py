"""Rules of thumb rank people as their papers say, deterministically, and everybody once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks

import spark
from spark.errors import UsageError
from spark.optimise.heuristics import HEURISTICS, diffusion_centrality, order_by


@settings(max_examples=25)
@given(networks(least=2, most=5), st.sampled_from(sorted(HEURISTICS)), st.integers(0, 2**40))
def test_every_rule_ranks_everybody_once_and_the_same_way_again(network, method, key):
    order = order_by(method, network, key)
    assert sorted(order.tolist()) == list(range(network.size))
    assert order.tolist() == order_by(method, network, key).tolist()


@pytest.mark.parametrize("method", sorted(set(HEURISTICS) - {"random", "nomination", "acquaintance"}))
def test_the_hub_of_a_star_with_a_tail_comes_first(method):
    star = [("hub", f"leaf{i}") for i in range(12)] + [("leaf0", "tail"), ("tail", "end")]
    network = spark.Network.from_edges([u for u, _ in star], [v for _, v in star], influence="both")
    assert network.people[int(order_by(method, network, 3)[0])] == "hub"


def test_random_people_name_people_with_more_ties_than_their_own():
    star = spark.generate.star(10)
    degrees = np.diff(star.indptr)
    assert degrees.mean() == 1.8
    named = [degrees[order_by("nomination", star, key)[0]] for key in range(4000)]
    assert abs(np.mean(named) - 8.2) < 4 * np.std(named) / 4000**0.5


def test_a_chosen_neighbour_is_discounted():
    ties = [("a", x) for x in "bcde"] + [("b", x) for x in "acd"] + [("f", x) for x in "gh"] + [("b", "e")]
    network = spark.Network.from_edges([u for u, _ in ties], [v for _, v in ties])
    names = [network.people[v] for v in order_by("degree", network, 0)[:2].tolist()]
    assert names == ["a", "b"]
    discounted = [network.people[v] for v in order_by("degree-discount", network, 0)[:3].tolist()]
    assert discounted.index("f") < 3
    assert diffusion_centrality(spark.generate.path(3), 0.5, 2).tolist() == [1.0, 1.5, 1.0]


def test_an_unknown_rule_is_named_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'pagerank'"):
        order_by("page-rank", spark.generate.star(3), 0)
