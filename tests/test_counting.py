"""Where ties into a person weigh the same she counts them: the same worlds as with doses, by another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import hard_thresholds, networks, plans

import spark
from spark.backends import cpu_counting
from spark.problem.arrays import ONE
from spark.problem.lowering import lower


def counts(network, model):
    return cpu_counting.counted_rows(lower(network, model)) is not None


LAWS = st.sampled_from(
    (
        spark.ErlangTolerance(2),
        spark.UniformTolerance(),
        spark.TableTolerance((0.4, 0.4, 1.5), (0.2, 0.5, 0.8)),
    )
)
DOSES = st.sampled_from(
    (spark.LinearThreshold(), spark.WeightedCascade(), spark.IndependentCascade(0.4), spark.IndependentCascade(1))
)
GENERAL = st.builds(spark.GeneralThreshold, LAWS, DOSES, st.sampled_from((0.0, 0.3)))


@settings(max_examples=100)
@given(networks(most=6, most_ties=16), hard_thresholds() | st.just(spark.LinearThreshold()) | GENERAL, st.data())
def test_counting_gives_the_worlds_of_the_slow_twin(network, model, data):
    plan = data.draw(plans(network.size, broadcasts=False))
    assert counts(network, model)
    run = {"worlds": 12, "rng": data.draw(st.integers(0, 99)), "horizon": data.draw(st.sampled_from((None, 0, 2)))}
    fast, slow = (spark.simulate(network, model, plan, backend=name, **run) for name in ("cpu", "python"))
    assert fast.sizes.tolist() == slow.sizes.tolist()
    assert fast.chances.tolist() == slow.chances.tolist()
    assert fast.over_time == slow.over_time


def test_worlds_in_which_the_last_tie_may_decide_are_left_to_doses(monkeypatch):
    monkeypatch.setattr(cpu_counting, "MOST_REST", ONE)
    ties = {"source": [0, 1, 2, 3, 3], "target": [3, 3, 3, 4, 5]}
    network = spark.Network.from_edges(**ties, columns={"weight": [0.25, 0.25, 0.375, 0.5, 1.0]})
    model = spark.LinearThreshold("weight")
    assert counts(network, model)
    for seeds in ([0], [2], [0, 2], [0, 1, 2]):
        fast, slow = (
            spark.simulate(network, model, seeds, worlds=400, rng=1, backend=name) for name in ("cpu", "python")
        )
        assert fast.sizes.tolist() == slow.sizes.tolist()
        assert fast.chances.tolist() == slow.chances.tolist()


@pytest.mark.parametrize("model", [spark.LinearThreshold(), spark.CountThreshold(2)])
def test_it_makes_no_difference_whether_needs_are_drawn_first(model):
    network = spark.generate.scale_free(400, 4000, rng=1)
    few, many = [int(np.argmin(network.in_degree()))], list(network.people)[:60]
    together = spark.compare(network, model, {"few": few, "many": many}, worlds=64, rng=2, workers=2).plans
    for plan, seeds in zip(together, (few, many), strict=True):
        alone = spark.simulate(network, model, seeds, worlds=64, rng=2, workers=1)
        assert plan.spread.sizes.tolist() == alone.sizes.tolist()


def test_unequal_weights_and_noise_are_not_counted():
    network = spark.Network.from_edges([0, 1], [2, 2], columns={"weight": [0.25, 0.5]})
    assert counts(network, spark.LinearThreshold())
    assert not counts(network, spark.LinearThreshold("weight"))
    assert not counts(network, spark.CountThreshold(1, noise=0.1))
