"""spark.exact where people keep trying and may give up: figures worked out by hand, and the worlds of both backends."""

import math
from dataclasses import replace

import numpy as np
import pytest
from estimates import WORLDS, agrees, chances_agree, mean_agrees, sizes_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, networks, plans

import spark
from spark import exact
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED

HUB = {"source": ["hub", "hub"], "target": ["a", "b"]}
DIAMOND = {"source": list("ssab"), "target": list("abtt")}
PAIR = {"source": ["u"], "target": ["v"], "influence": "both"}


def close(a, b):
    return a == pytest.approx(b, abs=1e-9)


class TestByHand:
    def test_a_hub_lights_neither_of_two_leaves_in_a_third_of_the_worlds_of_continuous_time(self):
        sizes = exact.sizes(network_of(HUB), spark.ContinuousSIR(1, 1), ["hub"], who="ever")
        assert close(sizes, [0, 1 / 3, 1 / 3, 1 / 3])
        assert close(exact.sizes(network_of(HUB), spark.IndependentCascade(0.5), ["hub"])[1], 1 / 4)

    def test_the_sink_of_a_diamond_is_reached_less_often_than_by_independent_cascade(self):
        network = network_of(DIAMOND)
        assert close(exact.chances(network, spark.ContinuousSIR(1, 1), ["s"], who="ever")[3], 5 / 12)
        assert close(exact.chances(network, spark.IndependentCascade(0.5), ["s"])[3], 7 / 16)

    def test_a_hub_in_steps_lights_neither_of_two_leaves_in_a_seventh(self):
        sizes = exact.sizes(network_of(HUB), spark.SIR(0.5, lapse=0.5), ["hub"], horizon=60, who="ever")
        assert close(sizes[1], 1 / 7)

    def test_more_seeds_can_leave_fewer_practising_at_the_horizon(self):
        line = spark.generate.path(4)
        values = exact.spread_of_every_set(line, spark.SIR(1, lapse=1), horizon=3)
        assert (values[0b0001], values[0b0101]) == (1, 0)
        assert exact.monotone_violations(values)
        ever = exact.spread_of_every_set(line, spark.SIR(0.5, lapse=0.5), horizon=3, who="ever")
        assert not exact.monotone_violations(ever)
        assert not exact.submodular_violations(ever)

    def test_two_people_light_each_other_again_in_the_step_of_the_lapse(self):
        values = exact.spread_of_every_set(network_of(PAIR), spark.SIS(1, lapse=1), horizon=1)
        assert values.tolist() == [0, 1, 1, 2]

    def test_readiness_fades_with_every_lapse_and_certainty_does_not(self):
        # u always practises, v gives up in every step: what lights her again is what is left of the dose
        network = spark.Network.from_edges(["u"], ["v"], people={"id": ["u", "v"], "adopted": [True, False]})
        fading = spark.SIS(0.5, lapse=1, rekindle=0.5)
        assert close(exact.chances(network, fading, ["v"], horizon=1).tolist(), [0, 1 - 0.5**0.5])
        certain = exact.chances(network_of(PAIR), spark.SIS(1, lapse=1, rekindle=0.1), ["u", "v"], horizon=12)
        assert certain.tolist() == [1, 1]

    def test_seeds_and_broadcasts_come_when_they_are_due(self):
        network = network_of(HUB)
        plan = spark.Plan(
            spark.Seeds(["hub"], start=2), spark.Broadcast(dose=0.3, to={"people": ["a"]}, start=2, stop=3)
        )
        by_step = [exact.chances(network, spark.SI(0.5), plan, horizon=t)[1] for t in range(4)]
        assert close(by_step, [0, 0, 1 - math.exp(-0.3), 1 - 0.5 * math.exp(-0.3)])
        by_time = [exact.chances(network, spark.ContinuousSIR(0.5), plan, horizon=t)[1] for t in range(4)]
        assert close(by_time, [0, 0, 1 - math.exp(-0.3), 1 - math.exp(-0.8)])
        assert close(exact.chances(network, spark.ContinuousSIR(0.5), plan)[1], 1)

    def test_a_pure_lapse_falls_exponentially_and_a_crowd_follows_its_curve(self):
        alone = spark.Network.from_edges([], [], people={"id": ["u"]})
        assert close(exact.spread(alone, spark.ContinuousSIR(1, 0.3), ["u"], horizon=4), math.exp(-1.2))
        # two people: the first adopts at rate 2p, the second then at rate p + q
        p, q, t = 0.2, 0.5, 3
        one = 2 * p / (q - p) * (math.exp(-2 * p * t) - math.exp(-(p + q) * t))
        law = exact.sizes(spark.Network.from_edges([], [], people={"id": [0, 1]}), spark.Bass(p, q), horizon=t)
        assert close(law, [math.exp(-2 * p * t), one, 1 - one - math.exp(-2 * p * t)])

    def test_rates_as_fast_as_hundreds_a_unit_of_time_are_followed(self):
        assert close(exact.spread(network_of(PAIR), spark.ContinuousSIR(300, 500), ["u"], who="ever"), 1 + 3 / 8)
        fast = exact.chances(network_of(PAIR), spark.ContinuousSIR(300, 500), ["u"], who="ever", horizon=1)
        assert close(fast[1], 3 / 8)

    def test_each_tie_of_a_trivalency_cascade_has_the_value_that_its_worlds_use(self):
        ring = spark.generate.ring(14)
        for draw in (0, 1, 7):
            model = spark.TrivalencyCascade((1.0, 0.0, 0.0), draw=draw)
            reached = [spark.simulate(ring, model, [v], worlds=2, rng=1).mean for v in range(14)]
            assert reached == [exact.spread(ring, model, [v]) for v in range(14)]
        assert len(set(reached)) > 1
        other = spark.TrivalencyCascade((1.0, 0.0, 0.0), draw=8)
        assert reached != [exact.spread(ring, other, [v]) for v in range(14)]


LAPSES = st.one_of(
    st.builds(spark.SI, st.sampled_from((0.3, "chance")), st.sampled_from((0.0, 0.4))),
    st.builds(
        spark.SIS,
        st.sampled_from((0.3, "chance")),
        st.sampled_from((0.2, 0.6)),
        st.sampled_from((0.0, 0.5, 1.0)),
        st.sampled_from((0.0, 0.4)),
    ),
    st.builds(spark.SIR, st.sampled_from((0.3, "chance")), st.sampled_from((0.0, 0.5)), st.sampled_from((0.0, 0.4))),
)
RATES = st.sampled_from((0.5, "strength"))
FLOWS = st.builds(spark.ContinuousSIR, RATES, st.sampled_from((0, 0.4)))
STATISTICS = pytest.mark.skipif(not COMPILED, reason="too many worlds for kernels that run as plain Python")


def law_agrees(network, model, plan, horizon, *, worlds, rng, backend="cpu"):
    """Whether worlds have the exact law of who practises at the end, and ever did."""
    spread = spark.simulate(network, model, plan, worlds=worlds, horizon=horizon, rng=rng, backend=backend)
    ever = exact.spread(network, model, plan, horizon=horizon, who="ever")
    return (
        sizes_agree(spread, exact.sizes(network, model, plan, horizon=horizon))
        and chances_agree(spread, exact.chances(network, model, plan, horizon=horizon))
        and agrees(spread.ever_adopted, spread.ever_standard_error + 1e-4, ever)
    )


STAYS = st.sampled_from(
    (spark.ExponentialTime(), spark.FixedTime(), spark.GammaTime(3), spark.TableTime((0.1, 0.5, 2)))
)
FIXED = {"delay": st.sampled_from((spark.FixedTime(), spark.TableTime((0.7, 0.7)), "days"))}
TIMES = st.one_of(
    st.builds(spark.ContinuousSI, RATES, **FIXED),
    st.builds(spark.ContinuousSIR, RATES, st.sampled_from((0, 0.4)), duration=STAYS, **FIXED),
    st.builds(
        spark.ContinuousSEIR,
        RATES,
        st.just(0.8),
        st.just(0.3),
        duration=STAYS,
        latency=st.just(spark.FixedTime()),
        **FIXED,
    ),
)


@STATISTICS
@pytest.mark.statistics
@settings(max_examples=30)
@given(networks(most=4, most_ties=6, personal=True), TIMES, st.sampled_from((None, 0, 1, 3, 7)), st.data())
def test_worlds_have_the_exact_law_where_ties_take_fixed_times_and_people_stay_for_any(network, model, horizon, data):
    seeds = sorted(data.draw(st.sets(st.integers(0, network.size - 1), max_size=2)))
    plan = spark.Plan(spark.Seeds(seeds), spark.Seeds([0], start=data.draw(st.integers(0, 2))))
    assert law_agrees(network, model, plan, horizon, worlds=8_000, rng=data.draw(st.integers(0, 99)))


@pytest.mark.parametrize("backend", ["cpu", "python"])
def test_who_stays_for_longer_than_a_tie_takes_convinces_over_it(backend):
    network = spark.Network.from_edges(["a", "a", "b"], ["b", "c", "c"], columns={"months": [2.0, 5.0, 2.0]})
    model = spark.ContinuousSIR(1, 0.25, delay="months", duration=spark.TableTime((0, 2)))  # uniform from 0 to 8
    assert exact.chances(network, model, ["a"], who="ever").tolist() == pytest.approx(
        [1, 6 / 8, 1 - (2 / 8 + 3 / 8 * 2 / 8)]
    )
    at_four = exact.chances(network, model, ["a"], horizon=4)  # c is convinced by b at 4, by a at 5
    assert at_four.tolist() == pytest.approx([4 / 8, 6 / 8 * 6 / 8, 6 / 8 * 6 / 8])
    assert not np.allclose(at_four, exact.chances(network, replace(model, recovery=0.3), ["a"], horizon=4))
    spread = spark.simulate(network, model, ["a"], horizon=4, worlds=2_000, rng=1, backend=backend)
    assert chances_agree(spread, at_four)


def test_many_short_steps_of_a_table_come_near_the_law_without_memory():
    network = network_of(DIAMOND)
    levels = np.arange(2_000) / 2_000
    table = spark.TableTime((*(-np.log1p(-levels)).tolist(), 12.0))
    fixed = {"delay": spark.FixedTime()}
    near, whole = (
        exact.sizes(network, spark.ContinuousSIR(0.5, 0.4, duration=law, **fixed), ["s"], horizon=4)
        for law in (table, spark.ExponentialTime())
    )
    assert abs(near - whole).max() < 1e-3
    assert near.sum() == pytest.approx(1)


@STATISTICS
@pytest.mark.statistics
@settings(max_examples=50)
@given(st.data())
def test_worlds_have_the_exact_law_where_people_keep_trying(data):
    options = {"most": 4, "most_ties": 6, "personal": True, "layers": ("day", "night")}
    network = data.draw(networks(partners=True, **options))
    model = data.draw(LAPSES | FLOWS)
    plan = data.draw(plans(network.size))
    assert law_agrees(
        network, model, plan, data.draw(st.integers(0, 4)), worlds=12_000, rng=data.draw(st.integers(0, 99))
    )


ODD = {
    "source": [0, 1, 1, 2, 3],
    "target": [1, 0, 2, 3, 1],
    "columns": {"chance": [0.5, 0.25, 0.6, 0.75, 0.5]},
    "people": {"id": [0, 1, 2, 3], "readiness": [1.0, 0.5, 1.0, 2.0], "visibility": [1.0, 2.0, 1.0, 0.5]},
}
NEEDS = {"lapse": 0.3, "rekindle": 0.5, "tolerance": spark.TableTolerance((0.4, 0.4, 1.5), (0.2, 0.5, 0.8))}
WRONG = [
    (spark.SEIR("chance", 0.4, 0.3), spark.SEIR("chance", 0.8, 0.3)),
    (spark.Aware(adoption=0.5, awareness=0.8, hearsay=0.2), spark.Aware(adoption=0.3, awareness=0.8, hearsay=0.2)),
    (
        spark.Adoption(probability="chance", simple=0.3, **NEEDS),
        spark.Adoption(probability="chance", **NEEDS | {"tolerance": spark.ErlangTolerance(2)}),
    ),
    (
        spark.Adoption(probability=0.5, awareness=0.6, trial_end=0.5, trial_failure=0.3, **NEEDS),
        spark.Adoption(probability=0.5, awareness=0.6, trial_end=0.5, trial_failure=0.9, **NEEDS),
    ),
    (spark.SIS("chance", 0.3, rekindle=0.5), spark.SIS("chance", 0.3, rekindle=0.8)),
    (spark.SIR("chance", 0.3), spark.SIS("chance", 0.3)),
    (spark.SI("chance"), spark.SI(0.35)),
    (spark.ContinuousSIR("chance", 0.3), spark.ContinuousSIR("chance", 0.4)),
]


@pytest.mark.parametrize(("model", "wrong"), WRONG, ids=lambda model: type(model).__name__)
def test_both_backends_have_the_exact_law_and_a_wrong_model_has_not(model, wrong, backend):
    network, worlds = network_of(ODD), WORLDS[backend]
    plan = spark.Plan(spark.Seeds([0]), spark.Seeds([2], start=2), spark.Broadcast(dose=0.1, start=1, stop=3))
    horizon = 2 if isinstance(model, spark.Adoption) and model.simple else 4  # who is simple makes for many states
    assert law_agrees(network, model, plan, horizon, worlds=worlds, rng=4, backend=backend)
    spread = spark.simulate(network, wrong, plan, worlds=worlds, horizon=horizon, rng=4, backend=backend)
    assert not sizes_agree(spread, exact.sizes(network, model, plan, horizon=horizon))


def chance(rate, steps):
    """Of something that happens so often in a unit of time, in one of so many steps that make up the unit."""
    return -math.expm1(-rate / steps)


SHORT = {
    "SI": (spark.ContinuousSI(1.0), lambda n: spark.SI(chance(1.0, n))),
    "SIS": (
        spark.ContinuousSIS(1.0, 0.7),
        lambda n: spark.SIS(chance(1.0, n), chance(0.7, n)),
    ),
    "SIR": (spark.ContinuousSIR(1.0, 0.7), lambda n: spark.SIR(chance(1.0, n), chance(0.7, n))),
    "SEIR": (
        spark.ContinuousSEIR(1.0, 1.5, 0.7),
        lambda n: spark.SEIR(chance(1.0, n), chance(1.5, n), chance(0.7, n)),
    ),
}


@pytest.mark.parametrize("name", SHORT)
def test_short_steps_tend_to_continuous_time(name):
    path = spark.generate.path(3)
    continuous, discrete = SHORT[name]
    figure = exact.spread(path, continuous, [0], horizon=2)
    apart = {n: abs(exact.spread(path, discrete(n), [0], horizon=2 * n) - figure) for n in (2, 32)}
    assert apart[32] < 0.03 < apart[2]
    assert apart[32] < apart[2] / 8


def test_the_final_size_of_continuous_time_is_that_of_its_worlds(backend):
    network = network_of({**DIAMOND, "influence": "both"})
    model = spark.ContinuousSIR(1, 1)
    spread = spark.simulate(network, model, ["s"], worlds=WORLDS[backend], rng=5, backend=backend)
    assert agrees(spread.ever_adopted, spread.ever_standard_error, exact.spread(network, model, ["s"], who="ever"))
    assert not agrees(
        spread.ever_adopted,
        spread.ever_standard_error,
        exact.spread(network, spark.IndependentCascade(0.5), ["s"]),
    )
    assert mean_agrees(spread, exact.spread(network, model, ["s"]))


def test_susceptibles_who_come_back_are_monotone_and_submodular_at_the_horizon():
    network = network_of(ODD)
    for model in (spark.SIS(0.4, lapse=0.4), spark.SI(0.4)):
        values = exact.spread_of_every_set(network, model, horizon=3)
        assert not exact.monotone_violations(values)
        assert not exact.submodular_violations(values)
    faded = exact.spread_of_every_set(network, spark.SIS(0.4, lapse=0.4, rekindle=0), horizon=3)
    assert exact.submodular_violations(faded)


def test_what_has_no_end_or_no_chain_is_refused():
    network = network_of(PAIR)
    with pytest.raises(UsageError, match="SIS goes on for ever: give a horizon"):
        exact.spread(network, spark.SIS(0.5), ["u"])
    drawn = {"delay": spark.GammaTime(2), "latency": spark.TableTime((0, 1))}
    with pytest.raises(UsageError, match="time of a tie is drawn; .* latency is drawn"):
        exact.spread(network, spark.ContinuousSEIR(1, 1, 1, **drawn), ["u"])
    heard = spark.Plan(spark.Seeds(["u"]), spark.Broadcast(probability=0.1))
    with pytest.raises(UsageError, match="broadcasts are heard at moments that are drawn"):
        exact.spread(network, spark.ContinuousSIR(1, 1, delay=spark.FixedTime()), heard, horizon=3)
    with pytest.raises(UsageError, match="live-edge form exists for"):
        exact.spread(network, spark.ContinuousSIR(1, 1), ["u"], form="live-edge")
    with pytest.raises(UsageError, match="who 'evr' is none of practising, ever; did you mean 'ever'"):
        exact.spread(network, spark.SI(0.5), ["u"], horizon=1, who="evr")
    with pytest.raises(UsageError, match="outcomes of steps; there are more here"):
        exact.spread(spark.generate.ring(30), spark.SIS(0.5), list(range(30)), horizon=1)
    assert np.isclose(exact.sizes(network, spark.SIS(0.5), ["u"], horizon=3).sum(), 1)
