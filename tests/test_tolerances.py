"""Tolerances of any law, noise and delays: the same law as the exact process, the live-edge form, and their kin."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from estimates import WORLDS, chances_agree, mean_agrees, sizes_agree
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import (
    TOLERANCES,
    cascades,
    delays,
    general_thresholds,
    hard_thresholds,
    networks,
    plans,
    thresholds,
    waiting,
)

import spark
from spark import exact
from spark.errors import DataError, UsageError
from spark.model.tolerance import concave_with

SMALL = {"personal": True, "partners": True, "most": 4, "most_ties": 5}
TWO = spark.Network.from_edges(["a"], ["b"])
LINE = spark.Network.from_edges(["a", "b"], ["b", "c"])
PAIR = spark.Network.from_edges(["a", "b"], ["v", "v"])


def same_law(network, plan, *models, horizon=None, form="process"):
    laws = [exact.outcomes(network, model, plan, horizon=horizon, form=form) for model in models]
    return all(
        one.get(people, 0) == pytest.approx(other.get(people, 0), abs=1e-9)
        for one, other in pairwise(laws)
        for people in one.keys() | other.keys()
    )


@given(networks(**SMALL), st.data())
def test_exponential_tolerances_are_the_cascade_and_uniform_ones_linear_threshold_in_law(network, data):
    plan, cascade = data.draw(plans(network.size)), data.draw(cascades(True))
    assert same_law(network, plan, spark.GeneralThreshold(spark.ExponentialTolerance(), of=cascade), cascade)
    linear = data.draw(thresholds(True))
    assert same_law(network, plan, spark.GeneralThreshold(spark.UniformTolerance(), of=linear), linear)


@given(networks(**SMALL), st.integers(1, 4), st.data())
def test_erlang_tolerances_are_several_examples_needed_in_law(network, k, data):
    plan, cascade = data.draw(plans(network.size)), data.draw(cascades(True))
    erlang = spark.GeneralThreshold(spark.ErlangTolerance(k), of=cascade)
    assert same_law(network, plan, erlang, spark.ExamplesNeeded(k, of=cascade))


@settings(max_examples=100)
@given(networks(personal=True, partners=True, most=4, most_ties=3), st.integers(1, 4), st.data())
def test_under_delays_and_a_deadline_process_and_live_edge_form_have_one_law(network, horizon, data):
    model = data.draw(cascades(delay=delays()) | thresholds(totals=("normalise",), delay=delays()))
    plan = data.draw(plans(network.size))
    assert same_law(network, plan, model, model, horizon=horizon)
    forms = [exact.outcomes(network, model, plan, horizon=horizon, form=form) for form in ("process", "live-edge")]
    for people in forms[0].keys() | forms[1].keys():
        assert forms[0].get(people, 0) == pytest.approx(forms[1].get(people, 0), abs=1e-9)


@settings(max_examples=40)
@given(networks(**SMALL), st.data())
def test_without_a_deadline_delays_change_nobody_in_any_world(network, data):
    model = data.draw(waiting(True))
    inner = model.of if isinstance(model, spark.ExamplesNeeded | spark.GeneralThreshold) else model
    prompt = replace(inner, delay=1)
    prompt = prompt if inner is model else replace(model, of=prompt)
    plan = data.draw(plans(network.size))
    late, now = (spark.simulate(network, x, plan, worlds=60, rng=1, workers=1) for x in (model, prompt))
    assert late.sizes.tolist() == now.sizes.tolist()
    assert late.chances.tolist() == now.chances.tolist()


@pytest.mark.statistics
@settings(max_examples=25)
@given(st.data())
def test_worlds_have_the_exact_law_of_every_tolerance_delay_and_noise(data):
    network = data.draw(networks(**SMALL, layers=("day", "night")))
    noise, delay = (0.0, 0.25), delays()
    model = data.draw(general_thresholds(True) | waiting(True, noise=noise) | hard_thresholds(noise=noise, delay=delay))
    hard = isinstance(model, spark.CountThreshold | spark.FractionalThreshold)
    plan = data.draw(plans(network.size, broadcasts=not hard))
    horizon = data.draw(st.integers(1, 3))
    try:
        law = exact.sizes(network, model, plan, horizon=horizon)
    except UsageError:
        assume(False)
    spread = spark.simulate(network, model, plan, worlds=WORLDS["cpu"] // 10, horizon=horizon, rng=7)
    assert sizes_agree(spread, law)
    assert chances_agree(spread, exact.chances(network, model, plan, horizon=horizon))


@settings(max_examples=40)
@given(networks(**SMALL), st.sampled_from(TOLERANCES), st.data())
def test_more_seeds_and_more_simple_people_never_light_fewer_in_any_world(network, law, data):
    plan, horizon = data.draw(plans(network.size)), data.draw(st.sampled_from((None, 3)))
    seeds = spark.Seeds([data.draw(st.integers(0, network.size - 1))])
    of = data.draw(waiting(True).filter(lambda model: not hasattr(model, "of")))
    model = spark.GeneralThreshold(law, of=of)
    run = {"worlds": 40, "rng": 2, "workers": 1, "horizon": horizon}
    fewer = spark.simulate(network, model, plan, **run).sizes
    assert (spark.simulate(network, model, spark.Plan(*plan.interventions, seeds), **run).sizes >= fewer).all()
    if isinstance(law, spark.ErlangTolerance):
        assert (spark.simulate(network, replace(model, simple=0.5), plan, **run).sizes >= fewer).all()
        harder = replace(model, tolerance=spark.ErlangTolerance(law.moments + 1))
        assert (spark.simulate(network, harder, plan, **run).sizes <= fewer).all()


@pytest.mark.parametrize(("meeting", "horizon"), [(0.5, 1), (0.5, 3), (0.2, 4)])
def test_a_geometric_delay_meets_a_deadline_with_its_chance_and_another_one_does_not(meeting, horizon, backend):
    p = 0.8
    figure = 1 + p * (1 - (1 - meeting) ** horizon)
    model = spark.IndependentCascade(p, delay=spark.GeometricDelay(meeting))
    assert exact.spread(TWO, model, ["a"], horizon=horizon) == pytest.approx(figure, abs=1e-9)
    run = {"worlds": WORLDS[backend], "rng": 1, "backend": backend, "horizon": horizon}
    assert mean_agrees(spark.simulate(TWO, model, ["a"], **run), figure)
    other = replace(model, delay=spark.GeometricDelay(meeting + 0.1))
    assert not mean_agrees(spark.simulate(TWO, other, ["a"], **run), figure)


def test_a_geometric_delay_comes_from_a_column_as_well():
    network = spark.Network.from_edges(["a", "a"], ["b", "c"], columns={"often": [1.0, 0.25]})
    model = spark.IndependentCascade(1.0, delay=spark.GeometricDelay("often"))
    assert exact.spread(network, model, ["a"], horizon=2) == pytest.approx(2 + 1 - 0.75**2)
    spread = spark.simulate(network, model, ["a"], horizon=2, worlds=20_000, rng=1)
    assert mean_agrees(spread, 2 + 1 - 0.75**2)


def test_given_delays_are_kept_to_the_step_and_told_in_replays(backend):
    network = spark.Network.from_edges(["a", "b", "a"], ["b", "c", "c"], columns={"days": [3.0, 1.0, 9.0]})
    events = spark.replay(network, spark.IndependentCascade(1.0, delay="days"), ["a"], rng=1, backend=backend).events
    assert [(event.person, event.time, event.by) for event in events] == [("a", 0, None), ("b", 3, "a"), ("c", 4, "b")]
    spread = spark.simulate(network, spark.LinearThreshold(delay="days"), ["a"], worlds=3000, rng=1, backend=backend)
    assert len(spread.over_time) - 1 == 9  # c may need both, the second of whom comes after nine steps
    slow = spark.simulate(network, spark.CountThreshold(2, delay=5), ["a"], worlds=2, rng=1, backend=backend)
    assert slow.mean == 1


@pytest.mark.parametrize("noise", [0.1, 0.3])
def test_noise_makes_one_adopter_enough_with_its_chance_per_step(noise, backend):
    horizon = 5
    model = spark.CountThreshold(2, noise=noise)
    figure = 2 - (1 - noise) ** horizon
    assert exact.spread(TWO, model, ["a"], horizon=horizon) == pytest.approx(figure, abs=1e-9)
    run = {"worlds": WORLDS[backend], "rng": 3, "backend": backend, "horizon": horizon}
    assert mean_agrees(spark.simulate(TWO, model, ["a"], **run), figure)
    assert not mean_agrees(spark.simulate(TWO, replace(model, noise=noise + 0.05), ["a"], **run), figure)


def test_a_table_is_drawn_as_given_with_jumps_and_with_people_whom_nothing_convinces(backend):
    law = spark.TableTolerance((0.5, 0.5, 2.0), (0.25, 0.5, 0.75))
    doses = (0.25, 0.499, 0.5, 1.25, 2.0, 60.0)
    figures = np.array([1, 0.125, 0.2495, 0.5, 0.625, 0.75, 0.75])
    network = spark.Network.from_edges([0] * 6, range(1, 7), columns={"dose": doses})
    model = spark.GeneralThreshold(law, of=spark.LinearThreshold("dose", totals="cap"))
    assert exact.chances(network, model, [0]) == pytest.approx(figures, abs=1e-9)
    run = {"worlds": WORLDS[backend], "rng": 5, "backend": backend}
    assert chances_agree(spark.simulate(network, model, [0], **run), figures)
    other = replace(model, tolerance=spark.TableTolerance((0.5, 0.5, 2.0), (0.25, 0.5, 0.8)))
    assert not chances_agree(spark.simulate(network, other, [0], **run), figures)


def test_each_group_has_its_own_law():
    people = {"id": ["a", "n", "p"], "profession": ["nurse", "nurse", "porter"]}
    network = spark.Network.from_edges(["a", "a"], ["n", "p"], people=people)
    rule = spark.ToleranceByGroup("profession", {"nurse": spark.ErlangTolerance(2)})
    model = spark.GeneralThreshold(rule, of=spark.IndependentCascade(0.5))
    dose = math.log(2)
    figures = np.array([1, 1 - 0.5 * (1 + dose), 0.5])
    assert exact.chances(network, model, ["a"]) == pytest.approx(figures)
    for backend in ("python", "cpu"):
        assert chances_agree(
            spark.simulate(network, model, ["a"], worlds=WORLDS[backend], rng=1, backend=backend), figures
        )
    wrong = replace(model, tolerance=spark.ToleranceByGroup("profession", {"nurse": spark.ErlangTolerance(3)}))
    assert not chances_agree(spark.simulate(network, wrong, ["a"], worlds=50_000, rng=1), figures)


@pytest.mark.parametrize(("moments", "least"), [(2, 1 / 2), (3, 1 / 3), (4, 2 / 5), (5, 27 / 51)])
def test_returns_diminish_from_the_share_of_simple_people_on_at_which_the_mixture_is_concave(moments, least):
    law = spark.ErlangTolerance(moments)
    assert concave_with(law, least + 1e-9)
    assert not concave_with(law, least - 1e-3)
    x = np.linspace(0, 12, 40_001)
    for simple, concave in ((least + 1e-6, True), (least - 1e-2, False)):
        erlang = 1 - sum(np.exp(-x) * x**i / math.factorial(i) for i in range(moments))
        mixture = (1 - simple) * erlang + simple * (1 - np.exp(-x))
        assert (np.diff(mixture, 2) <= 1e-12).all() == concave


@given(networks(personal=True, most=4, most_ties=6), st.data())
def test_concave_laws_diminish_in_expectation_on_every_network(network, data):
    model = data.draw(general_thresholds(totals=("normalise",)))
    assume(model.guarantee.submodular)
    values = exact.spread_of_every_set(network, model)
    assert not exact.submodular_violations(values)
    assert not exact.monotone_violations(values)


def test_laws_that_are_not_concave_are_found_out():
    for law, simple in ((spark.ErlangTolerance(2), 0.45), (spark.TableTolerance((1, 2), (0.2, 1)), 0.0)):
        dose = 0.1 if simple else 1.0
        model = spark.GeneralThreshold(law, of=spark.IndependentCascade(1 - math.exp(-dose)), simple=simple)
        assert not model.guarantee.submodular
        assert exact.submodular_violations(exact.spread_of_every_set(PAIR, model), 1e-12)
    half = spark.GeneralThreshold(spark.ErlangTolerance(2), of=spark.IndependentCascade(0.1), simple=0.5)
    assert half.guarantee.submodular
    assert not half.guarantee.live_edge
    assert not exact.submodular_violations(exact.spread_of_every_set(PAIR, half), 1e-12)


def test_models_name_all_that_is_wrong_and_what_would_be_right():
    bad = {
        lambda: spark.IndependentCascade(1.5, delay=0): r"probability 1.5 .*\[0, 1\].*delay 0 is not a whole number",
        lambda: spark.WeightedCascade(delay=(0.5, 0.4)): "add up to 0.9, not to 1",
        lambda: spark.GeometricDelay(0.0): "is not a chance",
        lambda: spark.CountThreshold(0, noise=1.0): "threshold 0 .*noise 1.0 is neither 0 nor",
        lambda: spark.ErlangTolerance(0): "from 1 to 16",
        lambda: spark.TableTolerance((1, 0.5), (0.5, 2)): r"chance 2 is not a number in \[0, 1\]",
        lambda: spark.TableTolerance((1, 0.5), (0.5, 0.6)): "the doses fall",
        lambda: spark.TableTolerance((0, 1), (0.5, 1)): "whom nobody has to convince",
        lambda: spark.GeneralThreshold("erlang", simple=2, noise=-1): "simple 2 .*noise -1 .*not a law of tolerances",
        lambda: spark.ToleranceByGroup("team", {"x": 3}): "x 3 is not a law",
        lambda: spark.ToleranceByGroup("team", {}): "laws {} name no group",
        lambda: spark.ToleranceByGroup("team", "nurse"): "laws 'nurse' name no group",
    }
    for make, words in bad.items():
        with pytest.raises(UsageError, match=f"(?s){words}"):
            make()
    days = spark.Network.from_edges(["a"], ["b"], columns={"days": [1.5], "often": [0.0]})
    with pytest.raises(DataError, match=r"tie 'a' -> 'b': days 1.5 is not a whole number of steps"):
        spark.simulate(days, spark.IndependentCascade(0.1, delay="days"), rng=1)
    with pytest.raises(UsageError, match="does not have"):
        spark.simulate(days, spark.IndependentCascade(0.1, delay="day"), rng=1)
    with pytest.raises(UsageError, match="give a horizon"):
        spark.simulate(TWO, spark.CountThreshold(2, noise=0.1), rng=1)
    grouped = spark.ToleranceByGroup("profesion", {"nurse": spark.ErlangTolerance(2)})
    with pytest.raises(UsageError, match="no column of groups 'profesion'"):
        spark.simulate(TWO, spark.GeneralThreshold(grouped), rng=1)


def test_a_deadline_that_delays_do_not_leave_time_for_changes_who_is_chosen():
    model = spark.IndependentCascade(0.5, delay=2)
    unhurried, hurried = (
        spark.choose_seeds(LINE, model, count=1, rng=1, worlds=64, horizon=horizon) for horizon in (None, 2)
    )
    assert (unhurried.certificate.ratio or 0) > 0.9
    assert (hurried.certificate.ratio or 0) > 0.9
    assert hurried.spread.mean < unhurried.spread.mean
