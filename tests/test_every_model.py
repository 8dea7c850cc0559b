"""What must hold for every model that has a name, so that a new one cannot be forgotten."""

import re
from dataclasses import MISSING, fields, replace

import numpy as np
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
    plans,
    several_examples,
    tables,
    thresholds,
)

import spark
from spark.backends import open_backend
from spark.errors import DataError, UsageError
from spark.model import MODELS
from spark.plan import as_plan
from spark.problem.arrays import Watch, Worlds, freeze
from spark.problem.keys import run_key
from spark.problem.together import lower_together

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
        noise=st.sampled_from((0.0, 0.2)),
        delay=delays(),
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
    "si": st.builds(spark.SI, CHANCE, SHARE, delays()),
    "sis": st.builds(spark.SIS, CHANCE, LAPSE, PARTS, SHARE, delays()),
    "sir": st.builds(spark.SIR, CHANCE, LAPSE, SHARE, delays()),
    "seir": st.builds(spark.SEIR, CHANCE, st.sampled_from((0.3, 1.0)), LAPSE, SHARE, delays()),
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


GOOD = {
    "probability": 0.1,
    "threshold": 1,
    "examples": 2,
    "tolerance": spark.UniformTolerance(),
    "rate": 0.1,
    "recovery": 0.1,
    "onset": 0.5,
    "p": 0.1,
    "q": 0.1,
    "adoption": 0.5,
    "awareness": 0.5,
}
BAD = (-1, float("nan"), True, object(), [], {"mail": -1}, "x y")
COLUMNS = {"probability", "weight", "strength", "delay", "adoption", "awareness", "hearsay", "dose", "turnover", "rate"}
"""Parameters for which a text is the name of a column."""
MORE = {"lapse_factor", "tolerance", "awareness", "organisation_threshold", "weight", "strength"}
"""Parameters that may be left out by None."""
RANGES = (
    r"\[0, 1\]|\(0, 1\]|, 1\]|at least|from \d|above 0|none of|the name of|is one|such as| are, |neither 0 nor|as given"
)


def parts_of(kind):
    return [item.name for item in fields(kind)]


def harmless(name, kind):
    needed = {item.name: GOOD[item.name] for item in fields(kind) if item.default is MISSING}
    return needed | ({"probability": 0.1, "organisation_threshold": 0.5} if name == "adoption" else {})


def bad_for(part, bad):
    return not (isinstance(bad, str) and part in COLUMNS | {"lapse_factor"})


@pytest.mark.parametrize("name", MODELS)
def test_a_bad_parameter_is_refused_by_name_and_value_with_what_would_be_right(name):
    kind = MODELS[name]
    for part in parts_of(kind):
        rest = harmless(name, kind) | ({"trial_time": 1} if part == "trial_visibility" else {})
        if (name, part) == ("adoption", "dose"):
            del rest["probability"]
        if (name, part) == ("adoption", "hearsay"):
            rest["awareness"] = 0.5
        for bad in (*BAD, *(() if part in MORE | {"probability", "dose"} else (None,))):
            if bad_for(part, bad):
                with pytest.raises(UsageError) as error:
                    kind(**rest | {part: bad})
                said = str(error.value)
                assert re.search(rf"\b{part.removesuffix('s')}|\b{part}", said), said
                assert re.search(RANGES, said), said
                assert said.lower().startswith(name.replace("-", " ")), said


@pytest.mark.parametrize("name", MODELS)
def test_all_that_is_wrong_with_a_model_is_said_at_once(name):
    kind = MODELS[name]
    wrong = {part: -1 for part in parts_of(kind) if (name, part) != ("adoption", "dose")}
    with pytest.raises(UsageError) as error:
        kind(**wrong)
    said = [str(fault) for fault in error.value.faults]
    for part in wrong:
        assert sum(re.search(rf"\b{part.removesuffix('s')}\w* ", words) is not None for words in said) >= 1, (
            part,
            said,
        )


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4)
@given(st.data())
def test_what_a_model_promises_holds_for_every_set_of_seeds(name, data):
    table = tables(most=3, most_ties=4, personal=name != "bass", partners=name != "bass")
    network, model, horizon = network_of(data.draw(table)), data.draw(ALL[name]), data.draw(st.integers(1, 3))
    promise = model.guarantee
    assert promise.statement
    assert not (promise.submodular and not promise.monotone)
    try:
        values = spark.exact.spread_of_every_set(network, model, horizon=horizon)
    except (UsageError, DataError):
        assume(False)
    assert not (promise.monotone and spark.exact.monotone_violations(values))
    assert not (promise.submodular and spark.exact.submodular_violations(values))


BROKEN = [
    (spark.SIR(1.0, lapse=1.0), "monotone", 3),
    (spark.SEIR(1.0, 1.0, lapse=1.0), "monotone", 6),
    (spark.CountThreshold(2), "submodular", 3),
    (spark.Adoption(probability=0.5, lapse=0, tolerance=spark.ErlangTolerance(2)), "submodular", 1),
    (spark.Adoption(probability=0.5, lapse=0, tolerance=spark.TableTolerance((1, 1), (0, 1))), "submodular", 1),
]


@pytest.mark.parametrize(("model", "what", "horizon"), BROKEN, ids=lambda x: type(x).__name__)
def test_what_a_model_does_not_promise_can_be_seen_to_fail(model, what, horizon):
    assert not getattr(model.guarantee, what)
    network = spark.Network.from_edges([0, 0, 1, 2], [1, 2, 3, 3]) if what == "submodular" else spark.generate.path(4)
    values = spark.exact.spread_of_every_set(network, model, horizon=horizon)
    violations = spark.exact.monotone_violations if what == "monotone" else spark.exact.submodular_violations
    assert violations(values)


DIALS = {
    "cascade": lambda k: spark.ExamplesNeeded(k, of=spark.IndependentCascade(0.6, partners=0.4, delay=(0.5, 0.5))),
    "erlang": lambda k: spark.GeneralThreshold(spark.ErlangTolerance(k), of=spark.IndependentCascade(0.6, delay=2)),
    "noise": lambda k: spark.GeneralThreshold(
        spark.ErlangTolerance(k), of=spark.LinearThreshold(totals="cap"), noise=0.1
    ),
    "count": lambda k: spark.CountThreshold(k, noise=0.1),
    "share": lambda k: spark.FractionalThreshold(f"{k}/5"),
    "adoption": lambda k: spark.Adoption(probability=0.6, partners=0.4, lapse=0, examples_needed=k, awareness=0.7),
    "trials": lambda k: spark.Adoption(
        probability=0.6, lapse=0, examples_needed=k, trial_end=0.5, trial_visibility=0.5
    ),
    "laws": lambda k: spark.Adoption(
        probability=0.6, lapse=0, tolerance=spark.ErlangTolerance(k + 1), simple=0.2, turnover=0.1
    ),
}


def who_adopts(network, model, plan, horizon, world):
    problem, actions = lower_together(network, model, {"": as_plan(plan)})
    watch = Watch(freeze(np.empty((0, network.size), np.int32)), 0, freeze(np.empty(0, np.int64)), horizon)
    worlds = Worlds(run_key(3, "evaluate"), world, 1)
    return open_backend("cpu", workers=1).run(problem, actions, watch, worlds).reached[0] > 0


@pytest.mark.parametrize("name", DIALS)
@settings(max_examples=8)
@given(st.data())
def test_whom_more_examples_are_needed_for_adopt_in_no_world_in_which_fewer_would_not_do(name, data):
    network = network_of(data.draw(tables(most=6, most_ties=16, personal=True, partners=True)))
    plan, horizon, k = (
        data.draw(plans(network.size, broadcasts=False)),
        data.draw(HORIZONS),
        data.draw(st.integers(1, 4)),
    )
    for world in range(10):
        fewer, more = (who_adopts(network, DIALS[name](needed), plan, horizon, world) for needed in (k, k + 1))
        assert (fewer | ~more).all()
