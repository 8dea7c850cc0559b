"""Rules of thumb rank people as their papers say, deterministically, and everybody once."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import networks

import spark
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.optimise import baseline_seeds
from spark.optimise.centralities import candidates, communication_centrality, complex_centrality
from spark.optimise.heuristics import _through, diffusion_centrality, influence
from spark.optimise.rules import ORDERS, order_by, too_slow, wanted
from spark.question import RULES


@pytest.fixture(autouse=True)
def fewer_sets(monkeypatch):
    """The rank of a hub needs few, and they are slow where kernels are not compiled."""
    monkeypatch.setattr("spark.optimise.centralities.COMMUNICATION_SETS", 1 << 12 if COMPILED else 1 << 8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(least=2, most=5), st.sampled_from(sorted(ORDERS)), st.integers(0, 2**40))
def test_every_rule_ranks_everybody_once_and_the_same_way_again(network, method, key):
    order = order_by(method, network, key)
    assert sorted(order.tolist()) == list(range(network.size))
    assert order.tolist() == order_by(method, network, key).tolist()


@pytest.mark.parametrize("method", sorted(set(ORDERS) - {"random", "nomination", "acquaintance"}))
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


def test_betweenness_is_that_of_networkx():
    rng = np.random.default_rng(8)
    for size, ties in ((12, 30), (40, 90), (30, 25)):
        network = spark.Network.from_edges(*rng.integers(0, size, (2, ties)), merge="sum")
        graph = nx.from_scipy_sparse_array(influence(network), create_using=nx.DiGraph)
        known = nx.betweenness_centrality(graph, normalized=False)
        rows = influence(network)
        found = sum(_through(rows.indptr, rows.indices, v) for v in range(network.size))
        assert np.allclose(found, [known[v] for v in range(network.size)])


def test_collective_influence_is_the_same_however_many_people_are_looked_at_together(monkeypatch):
    network = spark.generate.scale_free(60, 200, rng=3)
    rows = influence(network)
    excess = np.maximum(np.diff(rows.indptr) - 1.0, 0.0)
    dense = rows.toarray()
    ball = (dense @ dense > 0) & ~np.eye(60, dtype=bool)
    whole = order_by("collective-influence", network, 0)
    assert np.array_equal(whole, np.argsort(-excess * (ball @ excess), kind="stable"))
    monkeypatch.setattr("spark.optimise.heuristics.PAIRS_AT_A_TIME", 7)
    assert np.array_equal(order_by("collective-influence", network, 0), whole)


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


def test_every_rule_has_a_name_a_title_and_a_source():
    assert list(ORDERS) == list(RULES)
    assert [name for name, rule in RULES.items() if not rule.source] == ["random", "degree"]
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


@pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
def test_communication_centrality_counts_each_person_once():
    # a triangle, chance 1/2, two steps: each other is told directly with chance 3/4, or else over the third with
    # chance 1/4; diffusion centrality counts walks instead, also those that come back
    triangle = spark.Network.from_edges([0, 0, 1], [1, 2, 2], influence="both")
    once = 1 + 2 * (3 / 4 + 1 / 4 * 1 / 4)
    found = communication_centrality(triangle, 7, 0.5, 2, 1 << 18)
    error = 3 * (once / 3 * (1 - once / 3) / 2**18) ** 0.5
    assert np.abs(found - once).max() < 4 * error
    assert diffusion_centrality(triangle, 0.5, 2).tolist() == [2.0, 2.0, 2.0]
    one_way = communication_centrality(spark.Network.from_edges(["a", "b"], ["b", "c"]), 7, 0.5, 2, 1 << 18)
    assert one_way == pytest.approx([1 + 3 / 4 + 1 / 4, 1 + 3 / 4, 1], abs=4 * 3 * (0.25 / 2**18) ** 0.5)


def test_complex_centrality_follows_wide_bridges_only():
    # a strip of triangles carries what needs two examples to its end; a chain carries it nowhere
    strip = [(i, j) for i in range(6) for j in (i + 1, i + 2) if j < 6]
    network = spark.Network.from_edges([u for u, _ in strip], [v for _, v in strip], influence="both")
    assert complex_centrality(network, 0) == (1 + 1 + 2 + 2 + 3) / 6
    assert complex_centrality(network, 2) == (1 + 1 + 1 + 1 + 2) / 6
    chain = spark.generate.path(6)
    assert [complex_centrality(chain, v) for v in (0, 2)] == [1 / 6, 2 / 6]
    assert complex_centrality(chain, 0, needed=1) == (1 + 2 + 3 + 4 + 5) / 6
    assert network.people[int(order_by("complex", network, 0)[0])] in (0, 5)


def test_rules_too_slow_for_a_large_network_are_left_out_in_words(monkeypatch):
    network = spark.generate.star(40)
    assert wanted(network, "all") == (tuple(RULES), ())
    assert wanted(network, "degree") == (("degree",), ())
    monkeypatch.setattr("spark.optimise.rules.LARGE_TIES", 10)
    monkeypatch.setattr("spark.optimise.rules.MOST_PAIRS", 10)
    monkeypatch.setattr("spark.optimise.heuristics.SAMPLED_WORK", 10)
    monkeypatch.setattr("spark.optimise.centralities.SAMPLED_WORK", 10)
    names, left_out = wanted(network, "all")
    assert set(RULES) - set(names) == {name for name in RULES if too_slow(name, network)} != set()
    assert "PageRank: too slow for 78 ties" in left_out
    assert candidates(network) == 32
    assert sorted(order_by("complex", network, 0).tolist()) == list(range(40))
    with pytest.raises(UsageError, match="'k-cores' is none of all, random.*did you mean 'k-core'"):
        wanted(network, ["k-cores"])


@pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
def test_all_rules_stand_beside_a_choice_in_the_same_worlds_and_one_can_be_followed():
    rng = np.random.default_rng(3)
    network = spark.Network.from_edges((60 * rng.random(150) ** 2).astype(int), rng.integers(0, 60, 150), merge="sum")
    options = {"count": 4, "worlds": 256, "rng": 5}
    choice = spark.choose_seeds(network, spark.IndependentCascade(0.2), baselines="all", **options)
    rows = {row.method: row for row in choice.baselines if row.method}
    assert list(rows) == list(RULES)
    for method, row in rows.items():
        assert row.seeds == baseline_seeds(network, method, count=4, rng=5)
        assert row.mean == spark.simulate(network, spark.IndependentCascade(0.2), row.seeds, worlds=256, rng=5).mean
        assert row.source == RULES[method].source
    assert spark.Choice.from_dict(choice.to_dict()).to_dict() == choice.to_dict()
    followed = spark.choose_seeds(network, spark.IndependentCascade(0.2), method="pagerank", **options)
    assert followed.seeds == rows["pagerank"].seeds
    assert followed.spread.mean == rows["pagerank"].mean
    assert sum(seed.gain for seed in followed.ranking) == pytest.approx(followed.spread.mean, rel=0.1)
    assert followed.certificate.ratio <= 1
    assert followed.quality is None
    assert [row.mean for row in followed.baselines if row.method == "best"] == [
        pytest.approx(choice.spread.mean, rel=0.05)
    ]
    searched = spark.choose_seeds(network, spark.CountThreshold(2), method="degree", **options)
    assert searched.certificate.statement == "no bound: a simple rule was followed"
    with pytest.raises(UsageError, match="knows nothing of an objective"):
        spark.choose_seeds(
            network, spark.IndependentCascade(0.2), method="degree", objective=spark.Reaching(0.5), **options
        )
