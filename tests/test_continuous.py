"""Continuous time: the slow twin, closed forms of epidemics, percolation and Bass, each beside what must fail."""

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from estimates import agrees, sizes_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, plans, tables

import spark
from spark.backends import open_backend
from spark.errors import DataError, UsageError
from spark.kernels.accelerate import COMPILED, kernel
from spark.kernels.wide import leading_zeros, multiply_high
from spark.plan import as_plan
from spark.problem.actions import lower_plans
from spark.problem.arrays import Watch, Worlds
from spark.problem.lowering import lower

STATISTICS = pytest.mark.skipif(not COMPILED, reason="too many people for kernels that run as plain Python")
LAWS = st.one_of(
    st.just(spark.ExponentialTime()),
    st.just(spark.FixedTime()),
    st.builds(spark.GammaTime, st.sampled_from((0.5, 2, 30))),
    st.builds(spark.TableTime, st.lists(st.floats(0, 3), min_size=2, max_size=4).map(sorted).map(tuple)),
)
RATES = st.sampled_from((0.0, 0.4, 1, "strength", "chance"))
TICKS = st.one_of(LAWS, st.just("strength"))
MODELS = st.one_of(
    st.builds(spark.ContinuousSIR, RATES, st.sampled_from((0, 0.3, 2)), TICKS, LAWS),
    st.builds(spark.ContinuousSEIR, RATES, st.sampled_from((0.4, 3)), st.sampled_from((0, 0.3, 2)), TICKS, LAWS, LAWS),
    st.builds(spark.ContinuousSI, RATES, TICKS),
)
AGAIN = st.builds(spark.ContinuousSIS, RATES, st.sampled_from((0.3, 2, 40)), st.sampled_from((0.0, 0.5, 1.0)))
BASS = st.builds(spark.Bass, st.sampled_from((0, 0.03, 2)), st.sampled_from((0, 0.4, 3)))
HORIZONS = st.sampled_from((None, 0, 1, 3, 9))


def simulate(network, model, plan, **options):
    return spark.simulate(network, model, plan, **{"worlds": 8, "rng": 1, **options})


class TestTheSlowTwin:
    @settings(max_examples=100 if COMPILED else 10)
    @given(tables(layers=("day", "night"), personal=True), MODELS, HORIZONS, st.integers(0, 2**63), st.data())
    def test_gives_the_same_bytes_for_any_number_of_workers(self, table, model, horizon, rng, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        spreads = [
            simulate(network, model, plan, horizon=horizon, rng=rng, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert spreads[0] == spreads[1] == spreads[2]

    @settings(max_examples=60 if COMPILED else 10)
    @given(tables(layers=("day", "night"), personal=True), MODELS, HORIZONS, st.integers(0, 9), st.data())
    def test_tells_the_same_story_of_one_world(self, table, model, horizon, world, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        stories = [
            spark.replay(network, model, plan, world=world, horizon=horizon, rng=3, backend=backend).to_dict()
            for backend in ("python", "cpu")
        ]
        assert stories[0] == stories[1]

    @settings(max_examples=60 if COMPILED else 10)
    @given(tables(layers=("day", "night"), personal=True), AGAIN, st.integers(0, 6), st.integers(0, 2**63), st.data())
    def test_gives_the_same_clocks_that_ring_again_and_again(self, table, model, horizon, rng, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        spreads = [
            simulate(network, model, plan, horizon=horizon, rng=rng, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert spreads[0] == spreads[1] == spreads[2]

    @settings(max_examples=60 if COMPILED else 10)
    @given(tables(), BASS, HORIZONS, st.integers(0, 2**63), st.data())
    def test_gives_the_same_crowds(self, table, model, horizon, rng, data):
        network = network_of(table)
        plan = data.draw(plans(network.size, broadcasts=False))
        spreads = [
            simulate(network, model, plan, horizon=horizon, rng=rng, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert spreads[0] == spreads[1] == spreads[2]


class TestTheQueue:
    @pytest.mark.parametrize("width", [0, 20, 55])
    def test_gives_the_same_worlds_whatever_the_width_of_its_buckets(self, width, monkeypatch):
        rates = np.random.default_rng(1).choice([1e-5, 0.1, 3.0, 1000.0], 600)
        ends = np.random.default_rng(2).integers(0, 60, (2, 600))
        network = spark.Network.from_edges(*ends, columns={"rate": rates}, merge="sum")
        model = spark.ContinuousSEIR("rate", 2, 0.5, latency=spark.GammaTime(0.3))
        usual = simulate(network, model, [0, 1], rng=3)
        monkeypatch.setattr("spark.backends.cpu_continuous._bucket_width", lambda *given: width)
        again = simulate(replace(network), model, [0, 1], rng=3)
        assert again.to_dict() == usual.to_dict()
        assert usual.ever_adopted > 10

    def test_multiplies_as_integers_do(self):
        numbers = [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, 0x9E3779B97F4A7C15]
        for a in numbers:
            for b in numbers:
                assert int(high_product(np.uint64(a), np.uint64(b))) == a * b >> 64
            assert a == 0 or int(zeros_above(np.uint64(a))) == 64 - a.bit_length()


@kernel
def high_product(a, b):
    return multiply_high(a, b)


@kernel
def zeros_above(x):
    return leading_zeros(x)


def tally(network, model, seeds, worlds, horizon=-1):
    """What a run counts, world by world."""
    problem, actions = lower(network, model), lower_plans(network, {"": as_plan(seeds)})
    watch = Watch(np.empty((0, network.size), np.int32), 0, np.empty(0, np.int64), horizon)
    return open_backend("cpu").run(problem, actions, watch, Worlds(5, 0, worlds))


def share_agrees(hits, figure):
    """Whether the share of worlds in which something happened is within 4 standard errors of a figure."""
    p = float(np.mean(hits))
    return agrees(p, math.sqrt(max(p * (1 - p), 1e-9) / len(hits)), figure)


def steps_agree(spread, figures, people=1, more=0):
    """Whether, of `people` who follow the same law, the share that practises at each whole unit of time agrees."""
    means = [spread.over_time[min(t, len(spread.over_time) - 1)].mean for t in figures]
    shares = [(mean - more) / people for mean in means]
    return all(
        agrees(share, math.sqrt((p * (1 - p) + 1e-5) / (people * spread.worlds)), p)
        for share, p in zip(shares, figures.values(), strict=True)
    )


class TestOnePeriodIsSharedByAllTiesOfAPerson:
    def test_a_hub_lights_neither_of_two_leaves_in_a_third_of_the_worlds(self):
        hub = spark.Network.from_edges(["hub", "hub"], ["a", "b"])
        nobody = tally(hub, spark.ContinuousSIR(1, 1), ["hub"], 50_000 if COMPILED else 4000).ever[0] == 1
        assert share_agrees(nobody, 1 / 3)
        assert not share_agrees(nobody, 1 / 4)  # independent cascade with p = beta / (beta + mu)

    @STATISTICS
    def test_the_sink_of_a_diamond_is_reached_less_often_than_by_independent_cascade(self):
        diamond = spark.Network.from_edges(["s", "s", "a", "b"], ["a", "b", "t", "t"])
        spread = simulate(diamond, spark.ContinuousSIR(1, 1), ["s"], worlds=400_000)
        assert agrees(spread.ever_adopted, spread.ever_standard_error, 2 + 5 / 12)
        assert not agrees(spread.ever_adopted, spread.ever_standard_error, 2 + 7 / 16)


class TestFinalSizes:
    @STATISTICS
    def test_a_random_network_burns_to_the_share_that_its_reproduction_number_says(self):
        network = spark.generate.erdos_renyi(100_000, 500_000, rng=1)
        sizes = {1.5: 0.582812, 2: 0.796812, 3: 0.940480}
        for number in sizes:
            model = spark.ContinuousSIR(number / (10 - number), 1)  # each of 10 ties is used with chance number / 10
            spread = simulate(network, model, list(range(20)), worlds=4)
            fits = {other: abs(spread.ever_adopted / 100_000 - size) < 0.01 for other, size in sizes.items()}
            assert fits == {other: other == number for other in sizes}

    @STATISTICS
    @pytest.mark.parametrize(
        ("duration", "figure", "other"),
        [(spark.ExponentialTime(), 0.5, 0.203188), (spark.FixedTime(), 0.203188, 0.5)],
    )
    def test_one_match_goes_out_as_often_as_its_branching_process(self, duration, figure, other):
        network = spark.generate.clique(500)
        model = spark.ContinuousSIR(2 / 499, 1, duration=duration)
        out = tally(network, model, [0], 4000).ever[0] < 100
        assert share_agrees(out, figure)
        assert not share_agrees(out, other)

    @STATISTICS
    def test_bonds_of_a_three_regular_network_percolate(self):
        people = 50_000
        stubs = np.random.default_rng(1).permutation(np.repeat(np.arange(people), 3))
        network = spark.Network.from_edges(stubs[::2], stubs[1::2], influence="both", people={"id": range(people)})
        figures = {0.6: 0.703704, 0.75: 0.962963}
        for chance in figures:
            model = spark.ContinuousSIR(-math.log(1 - chance), 1, duration=spark.FixedTime())
            sizes = tally(network, model, [0], 40).ever[0] / people
            size = sizes[sizes > 0.05].mean()
            fits = {other: abs(size - figure) < 0.01 for other, figure in figures.items()}
            assert fits == {other: other == chance for other in figures}


class TestTimes:
    @STATISTICS
    @pytest.mark.parametrize("model", [spark.ContinuousSIR(0.001), spark.Bass(0, 0.009)])
    def test_a_clique_of_ten_is_complete_when_it_should_be(self, model):
        curves = tally(spark.generate.clique(10), model, [0], 40_000).adopters[0]
        times = ((curves < 10).sum(axis=1) - 0.5) / 1000  # whole steps end half a step late
        error = times.std(ddof=1) / math.sqrt(len(times))
        assert agrees(times.mean(), error, 0.565794)
        assert not agrees(times.mean(), error, 0.565794 * 9 / 10)  # the rate of q/(n-1) per pair, not q/n

    def test_without_ties_survivors_fall_exponentially(self):
        network = spark.Network.from_edges(["x"], ["y"], people={"id": [*range(50), "x", "y"]})
        spread = simulate(network, spark.ContinuousSIR(1, 0.5), list(range(50)), worlds=400, horizon=6)
        assert steps_agree(spread, {t: math.exp(-0.5 * t) for t in range(7)}, 50)
        assert not steps_agree(spread, {t: 0.5**t for t in range(7)}, 50)  # one draw a step
        assert spread.ever_adopted == 50

    @pytest.mark.parametrize(
        ("law", "share"),
        [
            (spark.ExponentialTime(), scipy.stats.expon(scale=2).cdf),
            (spark.GammaTime(0.5), scipy.stats.gamma(0.5, scale=4).cdf),
            (spark.GammaTime(1), scipy.stats.expon(scale=2).cdf),
            (spark.GammaTime(9), scipy.stats.gamma(9, scale=2 / 9).cdf),
            (spark.TableTime((0, 1, 3)), lambda t: np.interp(t, [0, 2, 6], [0, 0.5, 1])),
        ],
        ids=lambda value: type(value).__name__ if callable(value) else str(value),
    )
    def test_follow_their_law_along_a_tie_and_while_practising(self, law, share):
        figures = {t: float(share(t)) for t in range(1, 8)}
        options = {"worlds": 40_000 if COMPILED else 2000, "horizon": 7}
        adopt = simulate(spark.generate.path(2), spark.ContinuousSIR(0.5, delay=law), [0], **options)
        assert steps_agree(adopt, figures, more=1)
        assert not steps_agree(adopt, {t: float(share(t / 2)) for t in figures}, more=1)  # rate 0.25
        stop = simulate(spark.generate.path(2), spark.ContinuousSIR(0, 0.5, duration=law), [0], **options)
        assert steps_agree(stop, {t: 1 - p for t, p in figures.items()})

    def test_that_a_column_gives_are_taken_as_they_are(self):
        network = spark.Network.from_edges([0, 1, 0], [1, 2, 2], columns={"months": [1.5, 0.5, 3.0]})
        spread = simulate(network, spark.ContinuousSI(1, delay="months"), [0])
        assert [step.mean for step in spread.over_time] == [1, 1, 3]
        twice = simulate(network, spark.ContinuousSI(2, delay="months"), [0])
        assert [step.mean for step in twice.over_time] == [1, 3]

    @pytest.mark.parametrize("latency", [spark.FixedTime(), spark.GammaTime(2)])
    def test_of_trying_come_before_practising_and_change_nobodys_fate(self, latency):
        network = spark.generate.ring(30, 2)
        plain, trying = spark.ContinuousSIR(1, 1), spark.ContinuousSEIR(1, 0.25, 1, latency=latency)
        a, b = (tally(network, model, [0, 7], 300) for model in (plain, trying))
        assert (a.ever == b.ever).all()
        assert (a.adopters[0].sum(axis=1) > 0).all()
        slow = simulate(
            spark.generate.path(2), spark.ContinuousSEIR(1, 0.5, 0, spark.FixedTime(), latency), [0], horizon=5
        )
        fixed = latency == spark.FixedTime()
        assert slow.over_time[2].mean == 1 if fixed else 1 < slow.over_time[2].mean < 2
        assert slow.over_time[3].mean == 2 if fixed else slow.over_time[3].mean < 2

    def test_that_are_fixed_pass_along_a_path_like_clockwork(self):
        model = spark.ContinuousSIR(0.5, 0.25, spark.FixedTime(), spark.FixedTime())
        spread = simulate(spark.generate.path(4), model, spark.Plan(spark.Seeds([0]), spark.Seeds([3], start=1)))
        assert [step.mean for step in spread.over_time] == [1, 2, 3, 4, 3, 2, 1, 0]

    @STATISTICS
    def test_a_discrete_step_tends_to_continuous_time_as_it_gets_short(self):
        network = spark.generate.clique(5)
        worlds = 60_000 if COMPILED else 2000
        exact = simulate(network, spark.ContinuousSIR(0.5, 0.5), [0], horizon=2, worlds=worlds)
        apart = {}
        for steps in (1, 4, 64):
            chance = -math.expm1(-0.5 / steps)
            spread = simulate(network, spark.SIR(chance, lapse=chance), [0], horizon=2 * steps, worlds=worlds, rng=2)
            apart[steps] = abs(spread.mean - exact.mean) / math.hypot(spread.standard_error, exact.standard_error)
        assert apart[64] < 4 < apart[1]


class TestComingBack:
    @STATISTICS
    def test_a_pair_that_lights_each_other_again_dies_out_when_it_should(self):
        pair = spark.Network.from_edges(["u"], ["v"], influence="both")
        fine = 16  # units of time in one of the rates 1 and 1
        model = spark.ContinuousSIS(1 / fine, 1 / fine)
        for seeds, mean in ((["u"], 1.5), (["u", "v"], 2)):
            curves = tally(pair, model, seeds, 20_000, horizon=30 * fine).adopters[0]
            times = ((curves > 0).sum(axis=1) - 0.5) / fine
            error = times.std(ddof=1) / math.sqrt(len(times))
            assert agrees(times.mean(), error + 0.001, mean)
            assert not agrees(times.mean(), error + 0.001, 2 if mean == 1.5 else 1.5)

    @STATISTICS
    def test_a_crowd_settles_at_one_less_the_inverse_of_its_reproduction_number(self):
        people, numbers = 400, (1.5, 2, 4)
        network = spark.generate.clique(people)
        for number in numbers:
            model = spark.ContinuousSIS(number / (people - 1), 1)
            spread = simulate(network, model, list(range(people // 2)), worlds=8, horizon=20)
            level = np.mean([step.mean for step in spread.over_time[12:]]) / people
            fits = {other: abs(level - (1 - 1 / other)) < 0.02 for other in numbers}
            assert fits == {other: other == number for other in numbers}

    @settings(max_examples=40 if COMPILED else 5)
    @given(tables(personal=True), RATES, st.integers(0, 5), st.data())
    def test_each_world_is_monotone_and_submodular_in_the_seeds(self, table, rate, horizon, data):
        network = network_of(table)
        model = spark.ContinuousSIS(rate, 0.7)
        beside = data.draw(plans(network.size))
        one, two = data.draw(st.integers(0, network.size - 1)), data.draw(st.integers(0, network.size - 1))
        nobody, a, b, both = (
            tally(network, model, spark.Plan(*beside.interventions, spark.Seeds(seeds)), 64, horizon).adopters[0, :, -1]
            for seeds in ([], [one], [two], [one, two])
        )
        assert (both >= a).all()
        assert (b >= nobody).all()
        assert (a - nobody >= both - b).all()

    def test_without_a_way_back_readiness_stays_lost(self):
        network = spark.generate.clique(4)
        for nu in (0.0, 0.5, 1.0):
            worlds = 20_000 if COMPILED else 1500
            spread = simulate(network, spark.ContinuousSIS(0.6, 0.5, nu), [0], horizon=3, worlds=worlds)
            sizes = {other: spark.exact.sizes(network, spark.ContinuousSIS(0.6, 0.5, other), [0], horizon=3)
                     for other in (0.0, 1.0)}  # fmt: skip
            fits = {other: sizes_agree(spread, law) for other, law in sizes.items()}
            assert fits == {other: other == nu for other in sizes}

    def test_it_needs_a_horizon_unless_nobody_gives_up(self):
        pair = spark.Network.from_edges(["u"], ["v"], influence="both")
        with pytest.raises(UsageError, match="ContinuousSIS goes on for ever: give a horizon"):
            simulate(pair, spark.ContinuousSIS(1, 1), ["u"])
        with pytest.raises(UsageError, match="recovery: a rate of 5000 is neither 0 nor between .* and 1,024"):
            simulate(pair, spark.ContinuousSIS(1, 5000), ["u"], horizon=1)
        forever = simulate(pair, spark.ContinuousSIS(1, 0), ["u"])
        assert forever.sizes.tolist() == simulate(pair, spark.ContinuousSI(1), ["u"]).sizes.tolist()


class TestBass:
    def test_many_people_follow_the_curve(self):
        people = 10_000 if COMPILED else 500
        spread = simulate(spark.generate.ring(people), spark.Bass(0.03, 0.38), [], horizon=12, worlds=16)
        shares = [step.mean / people for step in spread.over_time]
        curve = {q: [spark.bass.share(t, 0.03, q) for t in range(13)] for q in (0.38, 0.3)}
        assert max(abs(a - b) for a, b in zip(shares, curve[0.38], strict=True)) < 0.02
        assert max(abs(a - b) for a, b in zip(shares, curve[0.3], strict=True)) > 0.05

    def test_the_curve_has_its_peak_where_it_says(self):
        p, q = 0.03, 0.38
        assert spark.bass.peak_time(p, q) == pytest.approx(6.192619, abs=1e-6)
        assert spark.bass.peak(p, q) == pytest.approx(0.110592, abs=1e-6)
        assert spark.bass.share(5, p, q) == pytest.approx(0.331199, abs=1e-6)
        at = spark.bass.peak_time(p, q)
        assert spark.bass.share(at, p, q) == pytest.approx(spark.bass.share_at_peak(p, q), abs=1e-12)
        assert spark.bass.share_at_peak(p, q) == 0.5 - p / (2 * q)
        steepest = (spark.bass.share(at + 1e-4, p, q) - spark.bass.share(at - 1e-4, p, q)) / 2e-4
        assert steepest == pytest.approx(spark.bass.peak(p, q), abs=1e-6)

    def test_is_infection_on_the_complete_network_with_a_broadcast_to_all(self):
        worlds = 40_000 if COMPILED else 2000
        network = spark.generate.clique(5)
        crowd = simulate(network, spark.Bass(0.2, 0.8), [0], horizon=2, worlds=worlds)
        news = spark.Plan(spark.Seeds([0]), spark.Broadcast(dose=0.2, start=1, stop=3))
        ties = simulate(network, spark.ContinuousSIR(0.2), news, horizon=2, worlds=worlds, rng=2)
        weaker = simulate(network, spark.ContinuousSIR(0.16), news, horizon=2, worlds=worlds, rng=2)
        assert sizes_alike(crowd, ties)
        assert not sizes_alike(crowd, weaker)

    @pytest.mark.parametrize(("p", "q"), [(0, 0.3), (0.03, -1), (float("nan"), 0.3)])
    def test_a_curve_without_innovation_is_refused(self, p, q):
        with pytest.raises(UsageError, match="Bass"):
            spark.bass.share(1, p, q)
        with pytest.raises(UsageError):
            spark.bass.peak(0.5, 0.3)
        with pytest.raises(UsageError, match="time"):
            spark.bass.share(-1, 0.1, 0.3)


def sizes_alike(a, b):
    """Whether each number of adopters is as frequent in both, within 4.5 standard errors."""
    top = int(max(a.sizes.max(), b.sizes.max()))
    for size in range(top + 1):
        p, q = float((a.sizes == size).mean()), float((b.sizes == size).mean())
        if abs(p - q) > 4.5 * math.sqrt(max(p * (1 - p) / a.worlds + q * (1 - q) / b.worlds, 1e-12)):
            return False
    return True


class TestLaws:
    @settings(max_examples=60 if COMPILED else 5)
    @given(tables(personal=True), RATES, LAWS, LAWS, HORIZONS, st.data())
    def test_one_more_seed_never_leaves_fewer_who_ever_practised(self, table, rate, delay, duration, horizon, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        more = spark.Plan(*plan.interventions, spark.Seeds([data.draw(st.integers(0, network.size - 1))]))
        end = -1 if horizon is None else horizon
        for recovery in (0, 1):
            model = spark.ContinuousSIR(rate, recovery, delay, duration)
            a, b = (tally(network, model, chosen, 32, end) for chosen in (plan, more))
            assert (b.ever >= a.ever).all()
            if not recovery:
                assert (b.adopters[:, :, -1] >= a.adopters[:, :, -1]).all()

    def test_lighting_too_early_can_leave_fewer_practising_at_the_horizon(self):
        line = spark.generate.path(4)
        model = spark.ContinuousSIR(1, 2 / 3, spark.FixedTime(), spark.FixedTime())
        assert simulate(line, model, [0], horizon=4).mean == 1
        assert simulate(line, model, [0, 2], horizon=4).mean == 0

    def test_without_a_horizon_everybody_has_given_up_in_the_end_and_the_final_size_stands_beside(self):
        spread = simulate(spark.generate.star(5), spark.ContinuousSIR(1, 1), [0], worlds=200)
        assert spread.mean == 0
        assert 2 < spread.ever_adopted < 5
        assert spread.over_time[-1].mean == 0 < spread.over_time[-2].mean

    def test_each_layer_has_its_rate(self):
        network = spark.Network.from_edges([0, 0], [1, 2], layer=["day", "night"])
        model = spark.ContinuousSIR({"day": 0.5}, delay=spark.FixedTime())
        assert [step.mean for step in simulate(network, model, [0]).over_time] == [1, 1, 2]


class TestFaults:
    def test_all_that_is_wrong_with_a_model_is_said_at_once(self):
        with pytest.raises(UsageError) as error:
            spark.ContinuousSIR({"day": -1, "night": True}, math.inf, delay="", duration=None)
        assert len(error.value.faults) == 5
        with pytest.raises(UsageError, match=r"Bass: p -1 .*\n.*Bass: q 'x'"):
            spark.Bass(-1, "x")

    @pytest.mark.parametrize("quantiles", [(1,), (2, 1), (0, 65), (-1, 1), (0, math.nan), (0, True)])
    def test_a_table_of_times_has_rising_quantiles(self, quantiles):
        with pytest.raises(UsageError, match="table time"):
            spark.TableTime(quantiles)

    @pytest.mark.parametrize("shape", [0, 0.1, 1001, math.nan, "2", True])
    def test_a_gamma_time_has_a_shape_in_range(self, shape):
        with pytest.raises(UsageError, match="gamma time: shape"):
            spark.GammaTime(shape)

    def test_rates_that_no_clock_can_tell_apart_are_refused_with_their_ties(self):
        network = spark.Network.from_edges(["a", "b"], ["b", "c"], columns={"rate": [1e-9, 1.0]})
        with pytest.raises(DataError, match=r"tie 'a' -> 'b': a rate of 1e-09 .* choose another unit of time"):
            simulate(network, spark.ContinuousSIR("rate"), ["a"])
        with pytest.raises(UsageError, match="recovery: a rate of 1e"):
            simulate(network, spark.ContinuousSIR(1, 1e9), ["a"])
        with pytest.raises(UsageError, match="Bass: p"):
            simulate(network, spark.Bass(1e-9, 0), ["a"])

    def test_bass_refuses_what_it_cannot_know(self):
        network = spark.Network.from_edges([0], [1], people={"id": [0, 1], "readiness": [1, 2]})
        news = spark.Plan(spark.Broadcast(dose=1))
        with pytest.raises(UsageError, match="differences") as error:
            simulate(network, spark.Bass(0.1, 0.1), news)
        assert len(error.value.faults) == 2
        for backend in ("cpu", "python"):
            with pytest.raises(UsageError, match="nobody is lit by one person"):
                spark.replay(spark.generate.path(2), spark.Bass(0.1, 0.1), [0], rng=1, backend=backend)
