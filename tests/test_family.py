"""From one example to several, and hard thresholds: one family, in every world (CHECKS sections 3 and 5)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, network_of, networks, tables

import spark
from spark.errors import UsageError
from spark.problem.fixed_point import hit_thresholds


def sizes(network, model, seeds, **options):
    return spark.simulate(network, model, seeds, **{"worlds": 2, "rng": 1, "workers": 1, **options}).sizes


def final(network, model, seeds):
    """Adopters at the end and the steps they took, of a model without chance."""
    spread = spark.simulate(network, model, seeds, worlds=2, rng=1)
    assert spread.standard_error == 0
    return int(spread.mean), len(spread.over_time) - 1


@given(st.floats(0, 60), st.integers(2, 6))
def test_hits_have_the_tails_of_the_poisson_law(dose, most):
    tails = hit_thresholds([dose], most)[:, 0] / 2**32
    exact = [1 - math.fsum(math.exp(-dose) * dose**i / math.factorial(i) for i in range(j)) for j in range(2, most + 1)]
    assert tails == pytest.approx(exact, abs=2**-31)
    assert (hit_thresholds([math.inf], most) == 2**32).all()


@settings(max_examples=30)
@given(tables(partners=True, personal=True), cascades(partners=True), st.data())
def test_one_example_needed_is_the_cascade_itself_and_more_examples_light_a_subset(table, cascade, data):
    network = network_of(table)
    seeds = data.draw(st.sets(st.sampled_from(list(network.people))))
    plan = spark.Plan(spark.Seeds(seeds), spark.Broadcast(probability=0.2, stop=3))
    chosen = {
        k: [
            {event.person for event in spark.replay(network, model, plan, world=world, rng=3).events}
            for world in range(12)
        ]
        for k, model in [(0, cascade), *((k, spark.ExamplesNeeded(k, of=cascade)) for k in (1, 2, 3))]
    }
    assert chosen[1] == chosen[0]
    for k in (1, 2):
        assert all(more <= fewer for more, fewer in zip(chosen[k + 1], chosen[k], strict=True))


@settings(max_examples=30)
@given(networks(partners=True, personal=True), st.sampled_from((2, 3)), st.data())
def test_one_more_seed_never_lights_fewer_when_several_examples_are_needed(network, k, data):
    model = spark.ExamplesNeeded(k, of=spark.IndependentCascade(0.6, partners=0.5))
    seeds = data.draw(st.sets(st.sampled_from(list(network.people))))
    fewer = sizes(network, model, seeds, worlds=50)
    more = sizes(network, model, {*seeds, data.draw(st.sampled_from(list(network.people)))}, worlds=50)
    assert (more >= fewer).all()


def test_two_examples_that_reinforce_each_other_break_diminishing_returns():
    network = spark.Network.from_edges(["a", "b"], ["v", "v"])
    model = spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.3))
    alone = spark.simulate(network, model, ["a"], worlds=20_000, rng=1)
    both = spark.simulate(network, model, ["a", "b"], worlds=20_000, rng=1)
    dose = -math.log(0.7)
    for spread, total in ((alone, dose), (both, 2 * dose)):
        exact = len(spread.seeds) + 1 - math.exp(-total) * (1 + total)
        assert abs(spread.mean - exact) < 4 * spread.standard_error
    assert both.mean - alone.mean - 1 > 2 * (alone.mean - 1)


def test_count_thresholds_on_rings_and_tori_come_out_as_known():
    ring = spark.generate.ring(100)
    assert final(ring, spark.CountThreshold(2), [0, 1]) == (100, 49)
    assert final(ring, spark.CountThreshold(2), [0, 50]) == (2, 0)
    assert final(ring, spark.CountThreshold(3), list(range(10))) == (10, 0)
    moore = spark.generate.grid(30, 30, diagonals=True, torus=True)

    def block(side):
        return [30 * row + column for row in range(side) for column in range(side)]

    assert final(moore, spark.CountThreshold(3), block(3)) == (900, 40)
    assert final(moore, spark.CountThreshold(3), block(2)) == (4, 0)
    assert final(moore, spark.CountThreshold(4), block(5)) == (25, 0)
    neumann = spark.generate.grid(30, 30, torus=True)
    assert final(neumann, spark.CountThreshold(1), [0]) == (900, 30)
    assert final(neumann, spark.CountThreshold(2), block(5)) == (25, 0)


@pytest.mark.statistics
@pytest.mark.parametrize(
    ("degree", "seeds", "low", "high"), [(4, 100, 0.9, 1), (0.8, 100, 0, 0.01), (7, 100, 0, 0.01), (7, 500, 0.99, 1)]
)
def test_watts_window_lets_a_few_seeds_light_everybody_only_inside(degree, seeds, low, high):
    people = 100_000
    network = spark.generate.erdos_renyi(people, int(people * degree / 2), rng=1)
    start = np.random.default_rng(2).permutation(people)[:seeds].tolist()
    assert low <= sizes(network, spark.FractionalThreshold(0.18), start)[0] / people <= high


@pytest.mark.statistics
@pytest.mark.parametrize(("degree", "figure", "other"), [(0.8, 0.0048, 0.7), (7, 0.004, 9)])
def test_outside_watts_window_as_few_are_lit_as_is_known_and_with_another_degree_not_so(degree, figure, other):
    people, draw = 100_000, np.random.default_rng(2)

    def share(degree):
        network = spark.generate.erdos_renyi(people, int(people * degree / 2), rng=1)
        starts = (draw.permutation(people)[:100].tolist() for _ in range(40))
        return np.mean([sizes(network, spark.FractionalThreshold(0.18), start)[0] / people for start in starts])

    assert abs(share(degree) - figure) < 5e-4
    assert abs(share(other) - figure) > 5e-4


def test_a_share_is_an_exact_fraction_of_distinct_neighbours():
    people = [f"u{i}" for i in range(10)]
    network = spark.Network.from_edges(people * 2, ["v"] * 20, layer=["mail"] * 10 + ["ward"] * 10)
    assert final(network, spark.FractionalThreshold(0.3), people[:3])[0] == 4
    assert final(network, spark.FractionalThreshold(0.3), people[:2])[0] == 2
    assert final(network, spark.FractionalThreshold("1/3"), people[:3])[0] == 3
    assert final(network, spark.CountThreshold(4), people[:4])[0] == 5


def test_nobody_without_in_ties_is_lit_by_ties():
    network = spark.Network.from_edges(["a"], ["b"])
    assert final(network, spark.FractionalThreshold(0.01), ["b"]) == (1, 0)


def test_trivalency_draws_each_tie_once_and_for_all():
    network = spark.generate.erdos_renyi(2000, 2500, rng=1)
    first = spark.simulate(network, spark.TrivalencyCascade((0.0, 1.0)), [0], worlds=3, rng=1)
    again = spark.simulate(network, spark.TrivalencyCascade((0.0, 1.0)), [0], worlds=3, rng=2)
    other = spark.simulate(network, spark.TrivalencyCascade((0.0, 1.0), draw=1), [0], worlds=3, rng=1)
    assert first.mean == again.mean != other.mean
    assert first.standard_error == 0


def test_models_name_everything_that_is_wrong_with_them():
    for make in (
        lambda: spark.ExamplesNeeded(0),
        lambda: spark.ExamplesNeeded(2, of=spark.LinearThreshold()),
        lambda: spark.FractionalThreshold(1.5),
        lambda: spark.FractionalThreshold("a third"),
        lambda: spark.CountThreshold(0),
        lambda: spark.TrivalencyCascade((0.1, 1.2)),
        lambda: spark.TrivalencyCascade(()),
    ):
        with pytest.raises(UsageError):
            make()
    network = spark.Network.from_edges(["a"], ["b"])
    with pytest.raises(UsageError, match="a broadcast or a mandate is nobody"):
        spark.simulate(network, spark.CountThreshold(1), spark.Broadcast(dose=1.0), rng=1)


def test_every_model_says_what_it_guarantees():
    assert spark.ExamplesNeeded(1).guarantee.live_edge
    assert not spark.ExamplesNeeded(2).guarantee.submodular
    assert spark.LinearThreshold().guarantee.submodular
    assert not spark.LinearThreshold(totals="cap").guarantee.live_edge
    assert "a loose bound at best" in spark.CountThreshold(2).guarantee.statement
