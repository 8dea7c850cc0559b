"""People who give up: the order of one step, known laws, and what is documented NOT to hold (CHECKS 4 and 8)."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks

import spark
from spark.errors import UsageError
from spark.problem.lowering import lower


def spread(network, model, seeds, horizon, **options):
    return spark.simulate(network, model, seeds, **{"worlds": 2, "rng": 1, "horizon": horizon, **options})


def share(spread, wanted):
    """The share of worlds with `wanted` at the end, and its standard error."""
    p = float((spread.sizes == wanted).mean())
    return p, math.sqrt(max(p * (1 - p), 1e-9) / spread.worlds)


def pair(*names):
    return spark.Network.from_edges(names[:-1], names[1:], influence="both")


def test_more_seeds_can_leave_fewer_practising_when_lapsed_people_stay_out():
    line = spark.generate.path(4)
    assert spread(line, spark.SIR(1, lapse=1), [0], 3).mean == 1
    assert spread(line, spark.SIR(1, lapse=1), [0, 2], 3).mean == 0


def test_people_who_lapse_are_lit_again_in_the_same_step():
    two = pair("u", "v")
    assert spread(two, spark.SIS(1, lapse=1), ["u"], 1).mean == 1
    assert spread(two, spark.SIS(1, lapse=1), ["u", "v"], 1).mean == 2


def test_one_infectious_period_is_shared_by_all_ties_of_a_person():
    hub = spark.Network.from_edges(["hub", "hub"], ["a", "b"])
    nobody = float((sir_ever(hub, 40_000) == 1).mean())
    error = math.sqrt(nobody * (1 - nobody) / 40_000)
    assert abs(nobody - 1 / 7) < 4 * error
    assert abs(nobody - 1 / 9) > 4 * error


def sir_ever(network, worlds):
    """How many ever practised in each world, through the tally itself."""
    from spark.backends import open_backend
    from spark.plan import as_plan
    from spark.problem.actions import lower_plans
    from spark.problem.arrays import Watch, Worlds
    from spark.problem.lowering import lower

    problem = lower(network, spark.SIR(0.5, lapse=0.5))
    watch = Watch(np.empty((0, network.size), np.int32), 0, np.empty(0, np.int64), 60)
    actions = lower_plans(network, {"": as_plan(["hub"])})
    return open_backend("cpu").run(problem, actions, watch, Worlds(5, 0, worlds)).ever[0]


def test_without_ties_practice_decays_geometrically():
    network = spark.Network.from_edges(["x"], ["y"], people={"id": [f"p{i}" for i in range(100)] + ["x", "y"]})
    result = spread(network, spark.SIS(0.5, lapse=0.1), [f"p{i}" for i in range(100)], 10, worlds=500)
    for step in result.over_time:
        assert abs(step.mean - 100 * 0.9**step.time) <= 4 * max(step.standard_error, 1e-9)
    months = sum(100 * 0.9**t for t in range(1, 11))
    assert abs(result.adopter_periods - months) < 4 * result.adopter_periods_standard_error
    assert result.ever_adopted == 100


def test_a_pair_of_susceptibles_follows_its_markov_chain():
    p, mu, steps = 0.3, 0.4, 6
    chance = {0: 0.0, 1: 1.0, 2: 0.0}  # how many practise
    for _ in range(steps):
        one = {0: mu * (1 - p)}
        one[1] = (1 - mu) * (1 - p) + mu * p
        one[2] = (1 - mu) * p
        kept = {k: math.comb(2, k) * (1 - mu) ** k * mu ** (2 - k) for k in range(3)}
        relit = p  # each lapsed one is lit again by the other, who practised one step before
        two = {0: kept[0] * (1 - relit) ** 2, 1: kept[1] * (1 - relit) + kept[0] * 2 * relit * (1 - relit)}
        two[2] = 1 - two[0] - two[1]
        chance = {
            0: chance[0] + chance[1] * one[0] + chance[2] * two[0],
            1: chance[1] * one[1] + chance[2] * two[1],
            2: chance[1] * one[2] + chance[2] * two[2],
        }
    result = spread(pair("u", "v"), spark.SIS(p, lapse=mu), ["u"], steps, worlds=40_000)
    for size in range(3):
        found, error = share(result, size)
        assert abs(found - chance[size]) < 4 * error


@settings(max_examples=40)
@given(networks(partners=True, personal=True), st.data())
def test_one_more_seed_never_leaves_fewer_when_readiness_comes_back_whole(network, data):
    model = spark.SIS(0.4, lapse=0.4, partners=0.4)
    seeds = data.draw(st.sets(st.sampled_from(list(network.people))))
    more = {*seeds, data.draw(st.sampled_from(list(network.people)))}
    a, b = (spread(network, model, chosen, 5, worlds=40) for chosen in (seeds, more))
    assert (b.sizes >= a.sizes).all()


@settings(max_examples=20)
@given(networks(partners=True, personal=True), st.sampled_from((0.0, 0.5, 1.0)), st.integers(1, 20), st.data())
def test_both_backends_and_any_number_of_workers_agree(network, rekindle, horizon, data):
    model = spark.SIS(0.5, lapse=0.3, rekindle=rekindle, partners=0.5)
    plan = spark.Plan(
        spark.Seeds(data.draw(st.sets(st.sampled_from(list(network.people))))), spark.Broadcast(dose=0.3, stop=4)
    )
    results = [
        spread(network, model, plan, horizon, worlds=20, **options).to_dict()
        for options in ({"backend": "python"}, {"workers": 1}, {"workers": 2})
    ]
    assert results[0] == results[1] == results[2]


def test_rekindling_lies_between_never_again_and_as_before():
    network = spark.generate.erdos_renyi(200, 800, rng=1)
    ends = [
        spread(network, spark.SIS(0.2, lapse=0.2, rekindle=nu), [0, 1, 2], 30, worlds=400).mean for nu in (0, 0.5, 1)
    ]
    assert ends[0] < ends[1] < ends[2]
    assert ends[0] == spread(network, spark.SIR(0.2, lapse=0.2), [0, 1, 2], 30, worlds=400).mean


def test_nobody_gives_up_under_si_and_it_is_sis_without_lapse():
    network = spark.generate.erdos_renyi(50, 200, rng=1)
    si = spread(network, spark.SI(0.1), [0], 5, worlds=50)
    assert si.sizes.tolist() == spread(network, spark.SIS(0.1, lapse=0), [0], 5, worlds=50).sizes.tolist()
    assert [step.mean for step in si.over_time] == sorted(step.mean for step in si.over_time)


def test_a_model_that_goes_on_for_ever_asks_for_a_horizon():
    with pytest.raises(UsageError, match="give a horizon"):
        spark.simulate(pair("u", "v"), spark.SIS(0.1), ["u"], rng=1)
    with pytest.raises(UsageError, match="give a horizon"):
        spark.replay(pair("u", "v"), spark.SIS(0.1), ["u"], rng=1)
    with pytest.raises(UsageError) as error:
        spark.SIS(1.5, lapse=-1, rekindle=2)
    assert len(error.value.faults) == 3


ONE_STEP = [1, (1.0,), spark.GeometricDelay(1), "once"]
"""Delays of one step, however they are given."""


@pytest.mark.parametrize("delay", ONE_STEP, ids=str)
@pytest.mark.parametrize(
    "model", [spark.SI(0.3), spark.SIS(0.3, rekindle=0.5), spark.SIR(0.3), spark.Adoption(probability=0.3)]
)
def test_a_delay_of_one_step_is_none(model, delay):
    ring = spark.Network.from_edges([0, 1, 2], [1, 2, 0], columns={"once": [1.0] * 3})
    assert lower(ring, replace(model, delay=delay)).digest == lower(ring, model).digest


@pytest.mark.parametrize("backend", ["cpu", "python"])
def test_what_is_on_its_way_arrives_though_its_source_has_given_up(backend):
    pair = spark.Network.from_edges([0], [1])
    run = {"horizon": 5, "worlds": 4, "rng": 1, "backend": backend}
    spread = spark.simulate(pair, spark.SIS(1.0, lapse=1.0, delay=3), [0], **run)
    assert [step.mean for step in spread.over_time] == [1, 0, 0, 1, 0]
    assert spread.ever_adopted == 2


@pytest.mark.parametrize("backend", ["cpu", "python"])
def test_delays_of_a_column_are_those_of_their_ties_however_long(backend):
    path = spark.Network.from_edges([0, 1, 2], [1, 2, 3], columns={"steps": [2.0, 70.0, 1.0]})
    spread = spark.simulate(path, spark.SI(1.0, delay="steps"), [0], horizon=80, worlds=2, rng=1, backend=backend)
    means = [step.mean for step in spread.over_time]
    assert [t for t in range(1, len(means)) if means[t] != means[t - 1]] == [2, 72, 73]


def test_people_meet_after_a_geometric_time_and_a_wrong_chance_is_seen():
    pair = spark.Network.from_edges([0], [1])
    model = spark.SI(1.0, delay=spark.GeometricDelay(0.4))
    means = [step.mean - 1 for step in spark.simulate(pair, model, [0], horizon=6, worlds=20_000, rng=1).over_time]
    for t in range(1, 7):
        assert abs(means[t] - (1 - 0.6**t)) < 0.015
        assert abs(means[t] - (1 - 0.5**t)) > 0.015


def test_whom_a_tie_has_reached_noise_convinces_with_its_chance_in_every_step():
    star = spark.Network.from_edges([0], [1], people={"id": [0, 1, 2]})
    model = spark.Adoption(dose=1e-6, lapse=0.0, examples_needed=3, noise=0.25)
    means = [step.mean - 1 for step in spark.simulate(star, model, [0], horizon=6, worlds=20_000, rng=1).over_time]
    for t in range(1, 7):
        assert abs(means[t] - (1 - 0.75**t)) < 0.015
        assert abs(means[t] - (1 - 0.7**t)) > 0.015
