"""What must hold for every model that has a name, so that a new one cannot be forgotten."""

from dataclasses import replace

import pytest
from estimates import WORLDS, agrees, mean_agrees
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import (
    cascades,
    delays,
    general_thresholds,
    hard_thresholds,
    network_of,
    several_examples,
    tables,
    thresholds,
)

import spark
from spark.errors import UsageError
from spark.model import MODELS

CHANCE = st.sampled_from((0.3, "chance"))
SHARE = st.sampled_from((0.0, 0.4))
LAPSE = st.sampled_from((0.0, 0.2, 0.6))
PARTS = st.sampled_from((0.0, 0.5, 1.0))
RATE = st.sampled_from((0.5, "strength"))
LAWS = st.sampled_from(
    (
        spark.UniformTolerance(),
        spark.ErlangTolerance(2),
        spark.TableTolerance((0.4, 0.4, 1.5), (0.2, 0.5, 0.8)),
    )
)


def adoptions(**options):
    return st.builds(
        spark.Adoption,
        probability=CHANCE,
        awareness=st.sampled_from((None, 0.5)),
        trial_time=st.integers(0, 1),
        lapse=LAPSE,
        rekindle=st.sampled_from((0.5, 1.0)),
        **options,
    )


ALL = {
    "independent-cascade": cascades(True, delays()).filter(lambda x: isinstance(x, spark.IndependentCascade)),
    "weighted-cascade": st.builds(spark.WeightedCascade, SHARE, delays()),
    "trivalency-cascade": st.builds(spark.TrivalencyCascade, st.just((0.7, 0.3)), st.integers(0, 9), SHARE, delays()),
    "linear-threshold": thresholds(True, delay=delays()),
    "examples-needed": several_examples(True, delays()),
    "fractional-threshold": hard_thresholds((0.0, 0.2), delays()).filter(
        lambda x: isinstance(x, spark.FractionalThreshold)
    ),
    "count-threshold": hard_thresholds((0.0, 0.2), delays()).filter(lambda x: isinstance(x, spark.CountThreshold)),
    "general-threshold": general_thresholds(True, delay=delays(), noise=(0.0, 0.2)),
    "si": st.builds(spark.SI, CHANCE, SHARE),
    "sis": st.builds(spark.SIS, CHANCE, LAPSE, PARTS, SHARE),
    "sir": st.builds(spark.SIR, CHANCE, LAPSE, SHARE),
    "seir": st.builds(spark.SEIR, CHANCE, st.sampled_from((0.3, 1.0)), LAPSE, SHARE),
    "adoption": st.one_of(adoptions(examples_needed=st.integers(1, 2)), adoptions(tolerance=LAWS, simple=SHARE)),
    "aware": st.builds(spark.Aware, adoption=PARTS, awareness=st.sampled_from((0.5, 1.0)), hearsay=SHARE),
    "continuous-si": st.builds(spark.ContinuousSI, RATE),
    "continuous-sis": st.builds(spark.ContinuousSIS, RATE, LAPSE, st.sampled_from((0.5, 1.0))),
    "continuous-sir": st.builds(spark.ContinuousSIR, RATE, LAPSE),
    "continuous-seir": st.builds(spark.ContinuousSEIR, RATE, st.sampled_from((0.5, 2.0)), LAPSE),
    "bass": st.builds(spark.Bass, st.sampled_from((0.03, 0.2)), st.sampled_from((0.3, 1.0))),
}
WITHOUT_READINESS = {"fractional-threshold", "count-threshold", "aware", "bass"}
"""Models in which readiness plays no part: they count people, pass word, or are a crowd."""
HORIZONS = st.integers(0, 4)


def test_every_model_is_among_those_tried_here():
    assert set(ALL) == set(MODELS)


def table_for(name):
    """Tables of networks that the model takes: a crowd knows no differences between people."""
    return tables(most=4, most_ties=6, personal=name != "bass", partners=name != "bass")


def chosen(data, network):
    return data.draw(st.sets(st.sampled_from(list(network.people)), max_size=2))


def final(network, model, seeds, horizon, **options):
    run = {"worlds": 40, "rng": 3, "workers": 1, "horizon": horizon} | options
    return spark.simulate(network, model, sorted(seeds), **run)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=8)
@given(st.data())
def test_one_more_seed_never_lights_fewer_in_any_world_where_the_model_says_so(name, data):
    network, model, horizon = network_of(data.draw(table_for(name))), data.draw(ALL[name]), data.draw(HORIZONS)
    assume(model.guarantee.monotone)
    seeds = chosen(data, network)
    more = {*seeds, data.draw(st.sampled_from(list(network.people)))}
    assert (final(network, model, more, horizon).sizes >= final(network, model, seeds, horizon).sizes).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name not in WITHOUT_READINESS])
@settings(max_examples=8)
@given(st.data())
def test_more_readiness_never_lights_fewer_in_any_world_where_the_model_says_so(name, data):
    network, model, horizon = network_of(data.draw(table_for(name))), data.draw(ALL[name]), data.draw(HORIZONS)
    assume(model.guarantee.monotone)
    readier = replace(network, readiness=network.readiness * data.draw(st.sampled_from((1.5, 4.0))))
    seeds = chosen(data, network)
    assert (final(readier, model, seeds, horizon).sizes >= final(network, model, seeds, horizon).sizes).all()


@pytest.mark.statistics
@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4)
@given(st.data())
def test_worlds_have_the_exact_mean(name, data):
    network, model, horizon = network_of(data.draw(table_for(name))), data.draw(ALL[name]), data.draw(st.integers(1, 3))
    seeds = chosen(data, network)
    figure = exact_mean(network, model, seeds, horizon)
    spread = final(network, model, seeds, horizon, worlds=WORLDS["cpu"] // 10)
    assert agrees(spread.mean, spread.standard_error + 1e-4, figure)


def test_a_wrong_model_has_another_mean():
    network = spark.generate.path(4)
    figure = exact_mean(network, spark.SI(0.3), [0], 3)
    run = {"worlds": WORLDS["cpu"] // 10}
    assert mean_agrees(final(network, spark.SI(0.3), [0], 3, **run), figure)
    assert not mean_agrees(final(network, spark.SI(0.4), [0], 3, **run), figure)


def exact_mean(network, model, seeds, horizon):
    try:
        return spark.exact.spread(network, model, sorted(seeds), horizon=horizon)
    except UsageError:
        assume(False)
