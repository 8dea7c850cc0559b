"""Interventions in continuous time: the slow twin, laws of every world, Markov chains; each beside what must fail."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
from estimates import sizes_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, tables
from test_continuous import HORIZONS, LAWS, RATES, STATISTICS, TICKS, simulate
from test_interventions_worlds import interventions
from test_optimise import needs_compiled

import spark
from spark.backends import open_backend
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
from spark.problem.arrays import Watch, Worlds
from spark.problem.together import lower_together

REMOVED = st.one_of(
    st.builds(spark.ContinuousSIR, RATES, st.sampled_from((0.3, 2)), TICKS, LAWS),
    st.builds(spark.ContinuousSEIR, RATES, st.sampled_from((0.4, 3)), st.just(0.5), TICKS, LAWS, LAWS),
)
FOR_GOOD = st.builds(spark.ContinuousSI, RATES, TICKS)
RETURNING = st.builds(spark.ContinuousSIS, RATES, st.sampled_from((0.3, 2)), st.sampled_from((0.4, 1)))


def tally(network, model, plan, worlds=32, horizon=-1):
    problem, actions = lower_together(network, model, {"": plan})
    watch = Watch(np.empty((0, network.size), np.int32), 0, np.empty(0, np.int64), horizon)
    return open_backend("cpu").run(problem, actions, watch, Worlds(5, 0, worlds))


def path_of_three(**options):
    return spark.Network.from_edges(["a", "b"], ["b", "c"], **options)


class TestTheSlowTwin:
    @settings(max_examples=60 if COMPILED else 5)
    @given(
        tables(layers=("day", "night"), personal=True), REMOVED | RETURNING, HORIZONS, st.integers(0, 2**63), st.data()
    )
    def test_gives_the_same_bytes_for_any_number_of_workers(self, table, model, horizon, rng, data):
        network = network_of(table)
        if isinstance(model, spark.ContinuousSIS):  # which goes on for ever
            horizon = horizon or 3
        tried = {"one": data.draw(interventions(network, sustain=True)), "two": Plan(Seeds([0]))}
        answers = [
            spark.compare(network, model, tried, worlds=8, rng=rng, horizon=horizon, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert answers[0] == answers[1] == answers[2]

    @settings(max_examples=60 if COMPILED else 5)
    @given(
        tables(layers=("day", "night"), personal=True),
        REMOVED | FOR_GOOD | RETURNING,
        HORIZONS,
        st.integers(0, 9),
        st.data(),
    )
    def test_tells_the_same_story_of_one_world(self, table, model, horizon, world, data):
        network = network_of(table)
        if isinstance(model, spark.ContinuousSIS):
            horizon = horizon or 3
        plan = data.draw(interventions(network, sustain=not isinstance(model, spark.ContinuousSI)))
        stories = [
            spark.replay(network, model, plan, world=world, horizon=horizon, rng=3, backend=backend).to_dict()
            for backend in ("python", "cpu")
        ]
        assert stories[0] == stories[1]


class TestLaws:
    @settings(max_examples=40 if COMPILED else 5)
    @given(tables(personal=True), FOR_GOOD | RETURNING, HORIZONS, st.data())
    def test_where_nobody_gives_up_for_good_more_of_anything_never_leaves_fewer(self, table, model, horizon, data):
        network = network_of(table)
        if isinstance(model, spark.ContinuousSIS):
            model, horizon = replace(model, rekindle=1), horizon or 3
        plan = data.draw(interventions(network))
        someone = {"people": [data.draw(st.integers(0, network.size - 1))]}
        start = data.draw(st.integers(1, 3))
        more = data.draw(
            st.sampled_from(
                (
                    Boost(0.7, someone, start=start, stop=start + 1),
                    Bridge({"people": [0]}, someone, dose=0.4, layer="more", start=start),
                    Seeds([0], start=start),
                    Broadcast(dose=0.3, to=someone, start=start, stop=start + 1),
                )
            )
        )
        if isinstance(more, Broadcast) and isinstance(model, spark.ContinuousSIS):
            return  # what is heard earlier may be forgotten again by the end
        end = -1 if horizon is None else horizon
        a, b = (tally(network, model, chosen, horizon=end) for chosen in (plan, Plan(*plan.interventions, more)))
        steps = min(a.adopters.shape[2], b.adopters.shape[2])
        assert (b.adopters[:, :, :steps] >= a.adopters[:, :, :steps]).all()
        assert (b.ever >= a.ever).all()

    @settings(max_examples=40 if COMPILED else 5)
    @given(tables(personal=True), st.data())
    def test_a_boost_from_the_start_and_help_to_keep_going_never_leave_fewer_who_ever_practised(self, table, data):
        network = network_of(table)
        model = data.draw(REMOVED)
        stop = data.draw(st.sampled_from((None, 2, 4)))
        plan = Plan(Seeds([0]), Boost(0.5, stop=stop))
        more = data.draw(st.sampled_from((Boost(1.0, stop=stop), Seeds([1]))))
        a, b = (tally(network, model, chosen) for chosen in (plan, Plan(*plan.interventions, more)))
        assert (b.ever >= a.ever).all()
        kept = tally(network, model, Plan(Seeds([0]), Sustain(0.5)))
        assert (kept.ever >= tally(network, model, Plan(Seeds([0]))).ever).all()

    def test_lighting_before_a_window_can_be_too_early(self):
        model = spark.ContinuousSIR(0.25, 1, spark.FixedTime(), spark.FixedTime())  # 4 to convince, 1 to practise
        plan = [Seeds(["a"], start=4), Boost(9.0, start=5, stop=6)]
        assert simulate(path_of_three(), model, Plan(*plan)).ever_adopted > 1
        assert simulate(path_of_three(), model, Plan(Seeds(["a"]), *plan)).ever_adopted == 1

    @settings(max_examples=30 if COMPILED else 5)
    @given(tables(personal=True), REMOVED, HORIZONS)
    def test_a_boost_of_everybody_for_ever_is_readiness_and_what_changes_nothing_is_nothing(
        self, table, model, horizon
    ):
        network, end = network_of(table), -1 if horizon is None else horizon
        people = network.people
        plain = tally(network, model, Plan(Seeds([0])), horizon=end)
        for nothing in (Boost(0.0), Sustain(0.0), Bridge({"people": [people[0]]}, {"people": [people[1]]}, dose=0.0)):
            same = tally(network, model, Plan(Seeds([0]), nothing), horizon=end)
            assert (same.ever == plain.ever).all()
            assert np.array_equal(same.adopters, plain.adopters)
        rate = model.rate if isinstance(model.rate, str) else 2 * model.rate
        boosted = tally(network, model, Plan(Seeds([0]), Boost(1.0)), horizon=end)
        ready = replace(network, readiness=network.readiness * (2 if isinstance(model.rate, str) else 1))
        twice = tally(ready, replace(model, rate=rate), Plan(Seeds([0])), horizon=end)
        assert np.array_equal(boosted.ever, twice.ever)
        assert np.array_equal(boosted.adopters, twice.adopters)

    def test_times_that_are_fixed_show_what_the_clocks_do(self):
        model = spark.ContinuousSIR(0.25, 0.125, spark.FixedTime(), spark.FixedTime())  # 4 to convince, 8 to practise

        def curve(*plan):
            spread = simulate(path_of_three(), model, Plan(Seeds(["a"]), *plan), horizon=20)
            return "".join(f"{step.mean:.0f}" for step in spread.over_time)

        ends = {"people": ["a"]}, {"people": ["c"]}
        assert curve() == "11112222222211110"  # b comes at 4, c at 8, when a stops
        assert curve(Boost(1.0)) == "1122333322110"  # b at 2, c at 4
        assert curve(Boost(1.0, stop=3)) == "112222332211110"  # b at 2, c at 6
        assert (
            curve(Boost(3.0, {"people": ["b"]}, start=2, stop=3)) == "112222332211110"
        )  # b has waited 1, then 4 x 3/4
        assert curve(Sustain(1.0, {"people": ["a"]}, start=3, stop=6)) == "11112222333211110"  # a stops at 11
        assert curve(Bridge(*ends, dose=1.0, start=3)) == "1112333322210"  # c at 2 + 1
        assert curve(Bridge(*ends, dose=0.5, start=2, stop=4)) == "1112333322210"  # c at 1 + 2, as it closes
        assert curve(Bridge(*ends, dose=0.5, start=2, stop=3)) == curve()  # it closes too early


def markov(rates, recovery, steps, seeds, horizon, after="R"):
    """Chances of how many of three people practise at a horizon, where `rates(u, v, t)`, `outside(v, t)` hold in step t
    and u gives up at the rate recovery(u, t), to be convinced again where `after` is S.
    """
    states = list(itertools.product("SIR", repeat=3))
    place = {state: i for i, state in enumerate(states)}
    chance = np.zeros(len(states))
    chance[place[tuple("I" if v in seeds else "S" for v in range(3))]] = 1
    for t in range(1, horizon + 1):
        flow = np.zeros((len(states), len(states)))
        for state in states:
            for v, now in enumerate(state):
                lit = sum(rates(u, v, t) for u in range(3) if state[u] == "I") + steps(v, t)
                rate, then = {"S": (lit, "I"), "I": (recovery(v, t), after), "R": (0.0, "R")}[now]
                if rate:
                    flow[place[state], place[(*state[:v], then, *state[v + 1 :])]] += rate
        flow -= np.diag(flow.sum(axis=1))
        chance = chance @ scipy.linalg.expm(flow)
    return [math.fsum(chance[place[s]] for s in states if s.count("I") == size) for size in range(4)]


@STATISTICS
class TestMarkovChains:
    NETWORK = spark.Network.from_edges(
        ["a", "b", "c"], ["b", "c", "a"], people={"id": list("abc"), "organisation": list("xyy")}
    )
    MODEL = spark.ContinuousSIR(0.4, 0.3)

    def law(self, *, boost=1.0, bridge=0.0, keep=1.0, outside=0.0, take_up=1.0, opens=2, after="R"):
        def rates(u, v, t):
            tie = 0.4 if (u, v) in {(0, 1), (1, 2), (2, 0)} else 0.0
            return (tie + (bridge if (u, v) == (0, 2) and t == 2 else 0.0)) * (boost if v == 1 and t >= opens else 1.0)

        def law_from(seeds):
            return markov(
                rates,
                lambda u, t: 0.3 * (keep if t <= 2 else 1.0),
                lambda v, t: outside if v > 0 and t <= 2 else 0.0,
                seeds,
                4,
                after,
            )

        return np.array(law_from({0})) * take_up + np.array(law_from(set())) * (1 - take_up)

    @pytest.mark.parametrize(("model", "after"), [(MODEL, "R"), (spark.ContinuousSIS(0.4, 0.3), "S")])
    @pytest.mark.parametrize(
        ("plan", "right", "wrong"),
        [
            ([Seeds(["a"]), Boost(1.6, {"people": ["b"]}, start=2)], {"boost": 2.6}, {"boost": 3.0, "opens": 3}),
            ([Seeds(["a"]), Boost(2.0, {"people": ["b"]}, start=2)], {"boost": 3.0}, {"boost": 3.0, "opens": 3}),
            ([Seeds(["a"]), Bridge({"people": ["a"]}, {"people": ["c"]}, dose=1.5, start=2, stop=3)], {"bridge": 1.5},
             {"bridge": 1.0}),
            ([Seeds(["a"]), Sustain(0.75, stop=3)], {"keep": 0.25}, {"keep": 0.75}),
            ([Seeds(["a"]), Mandate(["y"], dose=0.3, stop=3)], {"outside": 0.3}, {}),
            ([Seeds(["a"], take_up=0.6), Broadcast(dose=0.3, to={"organisation": ["y"]}, stop=3)],
             {"outside": 0.3, "take_up": 0.6}, {"outside": 0.3}),
        ],
        ids=["boost by a part", "boost", "bridge", "sustain", "mandate", "take-up"],
    )  # fmt: skip
    def test_agree_with_every_intervention_beside_one_that_must_not(self, plan, right, wrong, model, after):
        spread = simulate(self.NETWORK, model, Plan(*plan), horizon=4, worlds=40_000)
        assert sizes_agree(spread, self.law(**right, after=after))
        assert not sizes_agree(spread, self.law(**wrong, after=after))


class TestRefusals:
    @pytest.mark.parametrize(
        ("model", "action", "words"),
        [
            (spark.ContinuousSI(1), Sustain(0.5), "ContinuousSI has nobody to help to keep going: nobody gives up"),
            (spark.ContinuousSIS(1, 1), Boost(200), "multiply to 201; in continuous time .* at most 127 times"),
            (spark.Bass(0.1, 0.2), Boost(1), "knows no differences between people, .*ContinuousSIR carries boosts"),
            (spark.Bass(0.1, 0.2), Seeds(["b"], take_up=0.5), "ContinuousSIR knows take-up"),
            (spark.Bass(0.1, 0.2), Bridge({"people": ["a"]}, {"people": ["c"]}, dose=1), "has no ties"),
            (spark.Bass(0.1, 0.2), Sustain(0.5), "Bass has nobody to help to keep going"),
            (spark.ContinuousSIR(1, 1), Boost(200), "multiply to 201; in continuous time .* at most 127 times"),
            (spark.ContinuousSIR(1, 1), Bridge({"people": ["a"]}, {"people": ["c"]}, dose=1e-9),
             "the rate from 'a' to 'c', .* is neither 0 nor between .* and 64: choose another unit of time"),
            (spark.ContinuousSIR(1, 1), Bridge({"people": ["a"]}, {"people": ["c"]}, dose=100), "and 64: choose"),
        ],
    )  # fmt: skip
    def test_say_what_to_do(self, model, action, words):
        with pytest.raises(UsageError, match=words):
            simulate(path_of_three(), model, Plan(Seeds(["a"]), action), horizon=2)


@needs_compiled
@pytest.mark.parametrize("model", [spark.ContinuousSIR(0.3, 0.2), spark.SIR(0.3, 0.2)], ids=["continuous", "steps"])
def test_what_is_known_of_a_model_alone_is_not_promised_beside_a_late_boost(model):
    """Whoever is lit before the boost begins may have given up by then: lighting nobody early can be better."""
    network = spark.Network.from_edges(["a", "b", "c", "d"], ["b", "c", "d", "a"])
    options = {"count": 1, "horizon": 9, "worlds": 64, "rng": 1, "workers": 1}
    alone = spark.choose_seeds(network, model, **options)
    assert "greedy choice comes with a certified bound" in alone.certificate.statement
    late = [spark.Boost(9.0, {"people": ["b"]}, start=4, stop=8)]
    beside = spark.choose_seeds(network, model, beside=late, **options)
    assert beside.certificate.ratio is None
    assert "no bound: with boosts" in beside.certificate.statement
    assert "certified" not in beside.certificate.statement
    assert "never" not in beside.certificate.statement
