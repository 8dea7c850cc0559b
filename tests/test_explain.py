"""An explanation says of each seed what exact enumeration says on tiny networks."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import networks

import spark
from spark.kernels.accelerate import COMPILED
from spark.optimise.explaining import explain
from spark.results.explanation import Explanation

pytestmark = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
MODEL = spark.IndependentCascade(0.4)


@pytest.mark.parametrize("on_sets", [False, True])
@given(network=networks(least=4, most=5, most_ties=7))
@settings(max_examples=12)
def test_losses_and_replacements_on_tiny_networks_are_those_of_every_choice(on_sets, network):
    if int((network.eligible & ~network.adopted).sum()) < 2:
        return
    choice = spark.choose_seeds(network, MODEL, count=2, worlds=2000, rng=5)
    whole = spark.exact.spread(network, MODEL, choice.seeds)
    taken = set(choice.seeds) | {v for v, a in zip(network.people, network.adopted, strict=True) if a}
    with mock.patch("spark.optimise.explaining.MANY", 0 if on_sets else 99):
        found = explain(network, MODEL, choice)
    for size, point in enumerate(found.curve):
        height = spark.exact.spread(network, MODEL, choice.seeds[:size])
        assert abs(point.mean - height) <= 4.5 * point.standard_error + 1e-2
    for seed in found.seeds:
        others = [v for v in choice.seeds if v != seed.id]
        lost = whole - spark.exact.spread(network, MODEL, others)
        assert abs(seed.loss - lost) <= 4.5 * seed.loss_standard_error + 1e-2
        able = [v for v in network.people if v not in taken]
        worth = {v: spark.exact.spread(network, MODEL, [*others, v]) for v in able}
        assert (seed.replacement is None) == (not able)
        if able:
            assert worth[seed.replacement] >= max(worth.values()) - (0.02 if on_sets else 0.15)
            assert abs(seed.replaced - worth[seed.replacement]) <= 4.5 * seed.replaced_standard_error + 1e-2


def test_what_she_reaches_first_and_the_shape_of_the_curve():
    people = {"id": list("habcd"), "organisation": ["x", "x", "y", "z", None], "readiness": [1, 2, 1, 1, 4]}
    network = spark.Network.from_edges(list("hhhh"), list("abcd"), people=people)
    choice = spark.choose_seeds(network, MODEL, count=1, worlds=500, rng=3)
    found = explain(network, MODEL, choice)
    seed = found.seeds[0]
    assert (seed.id, seed.reaches, seed.bridges, seed.readiness) == ("h", 4, 2, 2.0)
    assert dict(seed.by_organisation) == {None: 1, "x": 1, "y": 1, "z": 1}
    assert found.curve[-1].mean == choice.spread.mean
    assert found.shape == "diminishing"
    assert Explanation.from_dict(found.to_dict()).to_dict() == found.to_dict()
    assert explain(network, MODEL, choice, workers=3).to_dict() == found.to_dict()


def test_a_pair_that_is_needed_together_is_a_critical_mass():
    network = spark.Network.from_edges(["a"] * 9 + ["b"] * 9, [*range(9)] * 2)
    choice = spark.choose_seeds(network, spark.CountThreshold(2), count=2, worlds=64, rng=3)
    found = explain(network, spark.CountThreshold(2), choice)
    assert set(choice.seeds) == {"a", "b"}
    assert found.shape == "critical mass"
    assert [point.rises for point in found.curve] == [False, False, True]
    assert np.isclose(found.seeds[0].loss, 10)


def test_many_seeds_are_explained_on_sets_as_in_worlds_and_the_same_for_any_workers_and_backend():
    people = {"id": list(range(40)), "organisation": [f"{v % 5}" for v in range(40)], "adopted": [1] + [0] * 39}
    rng = np.random.default_rng(4)
    ties = rng.integers(0, 40, (2, 90))
    network = spark.Network.from_edges(*ties, people=people, merge="sum")
    model, limits = spark.IndependentCascade(0.3), spark.Constraints(at_most={"organisation": 4}, exclude=[7])
    asking = spark.Asking(0.7)
    choice = spark.choose_seeds(network, model, count=17, worlds=2000, rng=3, constraints=limits, asking=asking)
    options = {"constraints": limits, "asking": asking}
    told = explain(network, model, choice, **options)
    with mock.patch("spark.optimise.explaining.MANY", 99):
        in_worlds = explain(network, model, choice, **options)
    for one, other in zip(told.seeds, in_worlds.seeds, strict=True):
        error = np.hypot(one.loss_standard_error, other.loss_standard_error)
        assert abs(one.loss - other.loss) <= 4.5 * error + 1e-3
        assert one.replacement not in {0, 7, *choice.seeds}
        assert one.replaced >= other.replaced - 4.5 * (one.replaced_standard_error + other.replaced_standard_error)
        assert one.reaches == other.reaches
    with mock.patch("spark.optimise.worth.MOST_SETS", 1 << 12):
        one, two, slow = (
            explain(network, model, choice, **options, **run).to_dict()
            for run in ({"workers": 1}, {"workers": 2}, {"backend": "python"})
        )
    assert one == two == slow


def test_sets_too_large_to_tell_seeds_apart_are_left_to_worlds():
    network, model = spark.generate.clique(8), spark.IndependentCascade(0.5)
    choice = spark.choose_seeds(network, model, count=2, worlds=16, rng=3)
    with mock.patch("spark.optimise.explaining.MANY", 1), mock.patch("spark.optimise.worth.HUGE", 2.0):
        found = explain(network, model, choice)
    assert found.curve[-1].mean == choice.spread.mean
