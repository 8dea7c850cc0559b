"""Interventions in worlds: both backends, any workers and chunks, and the altered networks that they amount to."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, delays, general_thresholds, hard_thresholds, networks, several_examples, thresholds
from test_laws import KEYS, MIXED, assert_never_fewer, assert_same, longer

import spark
from spark.backends import open_backend
from spark.backends.cpu import CpuBackend, _count, _shares, _start, _with_rows, _work
from spark.backends.cpu_once import full_room, once_rows
from spark.kernels.once.world import run_once
from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
from spark.problem.arrays import VALUE_UNIT, Trace, Watch, Worlds
from spark.problem.together import lower_together

ONCE = cascades(partners=True) | thresholds(partners=True) | several_examples(partners=True)
LAWS = general_thresholds(partners=True, totals=("cap",), noise=(0.0, 0.3))
LATE = delays().filter(lambda delay: delay != "days")
WAITING = (
    cascades(True, LATE)
    | thresholds(True, ("cap",), LATE)
    | several_examples(True, LATE)
    | general_thresholds(True, ("cap",), LATE, (0.0, 0.3))
)
LAPSING = st.builds(
    spark.SIS,
    st.sampled_from((0.3, "chance")),
    lapse=st.sampled_from((0.0, 0.2, 0.7)),
    rekindle=st.sampled_from((0.0, 0.5, 1.0)),
    partners=st.sampled_from((0.0, 0.3)),
)
TAKE_UP = st.sampled_from((1.0, 1.0, 0.5, 0.25))
AMOUNT = st.sampled_from((0.5, 1.0))


@st.composite
def interventions(draw, network, *, sustain=False, broadcasts=True, boosts=True):
    """A plan of anything, in windows, with and without take-up."""
    size = network.size

    def who():
        choices = [None, {"people": sorted(draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=3)))}]
        if len(network.organisations):
            choices.append({"organisation": [draw(st.sampled_from(list(network.organisations)))]})
        return draw(st.sampled_from(choices))

    def window():
        start = draw(st.integers(1, 3))
        return {"start": start, "stop": draw(st.sampled_from((None, start + 1, start + 2)))}

    actions = [Seeds(draw(st.lists(st.integers(0, size - 1), max_size=2)), take_up=draw(TAKE_UP))]
    if draw(st.booleans()):
        actions.append(Seeds([draw(st.integers(0, size - 1))], start=draw(st.integers(1, 3)), take_up=draw(TAKE_UP)))
    boosted = range(draw(st.integers(0, 2)) if boosts else 0)
    actions += [Boost(draw(AMOUNT), who(), **window(), take_up=draw(TAKE_UP)) for _ in boosted]
    for layer in draw(st.sampled_from(([], ["one"], ["one", "two"]))):
        ends = [{"people": [draw(st.integers(0, size - 1))]} for _ in range(2)]
        strength = {"dose": draw(st.sampled_from((0.1, 0.3, 1.5)))}
        both = draw(st.booleans())
        actions.append(Bridge(*ends, **strength, layer=layer, both=both, **window(), take_up=draw(TAKE_UP)))
    if broadcasts and draw(st.booleans()):
        stop = draw(st.integers(2, 4))
        actions.append(Broadcast(dose=0.1, to=who(), stop=stop, take_up=draw(TAKE_UP)))
    if broadcasts and len(network.organisations) and draw(st.booleans()):
        name = draw(st.sampled_from(list(network.organisations)))
        keeps = draw(st.sampled_from((0.0, 0.5))) if sustain else 0.0
        actions.append(Mandate([name], dose=0.2, sustain=keeps, stop=draw(st.integers(2, 3)), take_up=draw(TAKE_UP)))
    sustained = range(draw(st.integers(0, 2)) if sustain else 0)
    share = st.sampled_from((0.5, 1.0))
    actions += [Sustain(draw(share), who(), **window(), take_up=draw(TAKE_UP)) for _ in sustained]
    return Plan(*actions)


def lowered(network, model, tried, horizon=-1):
    problem, actions = lower_together(network, model, {f"plan {i}": plan for i, plan in enumerate(tried)})
    value = np.rint(network.value * VALUE_UNIT).astype(np.int64)
    return problem, actions, Watch(network.organisation.reshape(1, -1), len(network.organisations), value, horizon)


def run(network, model, tried, worlds, *, horizon=-1, backend="cpu", workers=1):
    problem, actions, watch = lowered(network, model, tried, horizon)
    return open_backend(backend, workers=workers).run(problem, actions, watch, worlds)


def capped(model):
    """Linear thresholds whose totals no intervention makes the model refuse."""
    if isinstance(model, spark.GeneralThreshold):
        return replace(model, of=capped(model.of))
    return replace(model, totals="cap") if isinstance(model, spark.LinearThreshold) else model


def practise_at(log, t):
    """How many practise at the end of step t by what was written down."""
    return sum(1 if why != Trace.LAPSED else -1 for _, time, _, why, _ in log.tolist() if time <= t)


@st.composite
def cases(draw):
    """A network, a model, plans and a horizon."""
    network = draw(networks(**MIXED, most=4))
    kind = draw(st.sampled_from(("once", "lapse", "hard", "waits")))
    if kind == "lapse":
        tried = [draw(interventions(network, sustain=True)) for _ in range(2)]
        return network, draw(LAPSING), tried, draw(st.sampled_from((0, 1, 5)))
    if kind == "hard":
        model = draw(st.just(spark.CountThreshold(2)) | hard_thresholds((0.0, 0.3), LATE))
        tried = [draw(interventions(network, broadcasts=False)) for _ in range(2)]
        if isinstance(model, spark.FractionalThreshold):
            tried = [Plan(*(a for a in plan.interventions if not isinstance(a, Bridge))) for plan in tried]
        return network, model, tried, 4 if model.noise else -1
    tried = [draw(interventions(network)) for _ in range(2)]
    if kind == "waits":
        return network, capped(draw(LAWS | WAITING)), tried, draw(st.sampled_from((0, 2, 6)))
    return network, capped(draw(ONCE)), tried, draw(st.sampled_from((-1, -1, 0, 2)))


class TestSameBytes:
    @settings(max_examples=250)
    @given(cases(), KEYS)
    def test_from_both_backends(self, case, key):
        network, model, tried, horizon = case
        worlds = Worlds(key, 5, 8)
        assert_same(*(run(network, model, tried, worlds, horizon=horizon, backend=name) for name in ("python", "cpu")))

    @settings(max_examples=150)
    @given(cases(), KEYS)
    def test_of_replays_from_both_backends(self, case, key):
        network, model, tried, horizon = case
        problem, actions, watch = lowered(network, model, tried, horizon)
        traces = [open_backend(name).replay(problem, actions, watch, Worlds(key, 3, 4)) for name in ("python", "cpu")]
        assert_same(*traces)

    @settings(max_examples=150)
    @given(cases(), KEYS)
    def test_of_a_replay_and_of_the_run_that_it_tells(self, case, key):
        network, model, tried, horizon = case
        problem, actions, watch = lowered(network, model, tried[:1], horizon)
        backend, worlds = open_backend("cpu"), Worlds(key, 3, 4)
        tally, trace = backend.run(problem, actions, watch, worlds), backend.replay(problem, actions, watch, worlds)
        for row, curve in enumerate(tally.adopters[0].tolist()):
            told = (
                [practise_at(trace.log[trace.log[:, 0] == row], t) for t in range(len(curve))]
                if isinstance(model, spark.SIS)
                else [int(((trace.when[row] >= 0) & (trace.when[row] <= t)).sum()) for t in range(len(curve))]
            )
            assert told == curve
        assert (trace.when >= 0).sum() == tally.ever.sum()

    @given(cases(), KEYS)
    def test_from_any_number_of_workers_and_any_chunks(self, case, key):
        network, model, tried, horizon = case
        whole = run(network, model, tried, Worlds(key, 0, 100), horizon=horizon)
        assert_same(whole, run(network, model, tried, Worlds(key, 0, 100), horizon=horizon, workers=3))
        parts = [
            run(network, model, tried, Worlds(key, a, b - a), horizon=horizon) for a, b in pairwise([0, 1, 37, 100])
        ]
        steps = whole.adopters.shape[2]
        assert np.concatenate([longer(part, steps) for part in parts], axis=1).tolist() == whole.adopters.tolist()
        assert sum(part.reached for part in parts).tolist() == whole.reached.tolist()

    @given(cases(), KEYS)
    def test_whatever_other_plans_are_tried(self, case, key):
        network, model, tried, horizon = case
        both = run(network, model, tried, Worlds(key, 0, 50), horizon=horizon)
        for row, plan in enumerate(tried):
            alone = run(network, model, [plan], Worlds(key, 0, 50), horizon=horizon)
            steps = max(both.adopters.shape[2], alone.adopters.shape[2])
            assert longer(both, steps)[row].tolist() == longer(alone, steps)[0].tolist()

    @given(st.data(), KEYS)
    def test_from_the_kernel_of_the_whole_once_clock_where_a_faster_one_would_do(self, data, key):
        network = data.draw(networks(**MIXED))
        model = data.draw(cascades(partners=True) | thresholds())
        seeds = Seeds(data.draw(st.lists(st.integers(0, network.size - 1), max_size=2)))
        plan = Plan(seeds, Broadcast(dose=0.05, stop=3), Seeds([0], start=2))
        problem, actions, watch = lowered(network, model, [plan], 4)
        start = _start(problem, actions, watch, 0)
        room = full_room(problem, [start], getattr(work := _work(problem, [start]), "work", work))
        count = _with_rows(_count(watch, problem), 40, 16, watch)
        run_once(np.uint64(key), 0, 0, 40, once_rows(problem), _shares(problem), start, room, count)
        plain = CpuBackend(1).run(problem, actions, watch, Worlds(key, 0, 40))
        steps = plain.adopters.shape[2]
        assert count.adopters[:, :steps].tolist() == plain.adopters[0].tolist()
        assert count.reached.tolist() == plain.reached[0].tolist()


class TestAlteredNetworks:
    @given(st.data(), KEYS, AMOUNT)
    def test_a_boost_of_everybody_for_ever_is_another_readiness(self, data, key, amount):
        network = data.draw(networks(**MIXED))
        lapsing = data.draw(st.booleans())
        model = data.draw(LAPSING) if lapsing else data.draw(ONCE | LAWS | WAITING)
        model = capped(model) if data.draw(st.booleans()) else model
        seeds = Seeds(data.draw(st.lists(st.integers(0, network.size - 1), max_size=2)))
        readier = replace(network, readiness=network.readiness * (1 + amount))
        horizon = 4 if lapsing or getattr(model, "noise", 0) else -1
        boosted = run(network, model, [Plan(seeds, Boost(amount))], Worlds(key, 0, 60), horizon=horizon)
        assert_same(boosted, run(readier, model, [Plan(seeds)], Worlds(key, 0, 60), horizon=horizon))

    @given(st.data(), KEYS, AMOUNT)
    def test_a_boost_of_some_for_ever_is_their_readiness(self, data, key, amount):
        network = data.draw(networks(**MIXED))
        model = capped(data.draw(ONCE | LAPSING))
        some = sorted(data.draw(st.sets(st.integers(0, network.size - 1), min_size=1)))
        factor = np.ones(network.size)
        factor[some] = 1 + amount
        readier = replace(network, readiness=network.readiness * factor)
        seeds = Seeds([0])
        horizon = 4 if isinstance(model, spark.SIS) else -1
        plan = Plan(seeds, Boost(amount, {"people": some}))
        boosted = run(network, model, [plan], Worlds(key, 0, 60), horizon=horizon)
        assert_same(boosted, run(readier, model, [Plan(seeds)], Worlds(key, 0, 60), horizon=horizon))

    @given(st.data(), KEYS)
    def test_a_boost_that_nobody_takes_up_or_that_comes_after_the_horizon_is_nothing(self, data, key):
        network = data.draw(networks(**MIXED))
        model = capped(data.draw(ONCE))
        nothing = [
            Boost(1.0, take_up=0.0),
            Boost(1.0, start=50, stop=60),
            Bridge({"people": [0]}, {"people": [1]}, dose=0),
        ]
        tried = [Plan(Seeds([0])), *(Plan(Seeds([0]), action) for action in nothing)]
        tally = run(network, model, tried, Worlds(key, 0, 60), horizon=40)
        for row in (1, 2, 3):
            assert tally.adopters[row].tolist() == tally.adopters[0].tolist()

    def test_a_boost_lifts_what_was_delivered_before_it(self, backend):
        network = spark.Network.from_edges(["a"], ["b"])
        model = spark.IndependentCascade(0.5)
        tried = [Plan(Seeds(["a"]), Boost(1.0, start=start, stop=start + 1)) for start in (1, 7)]
        early, late = run(network, model, tried, Worlds(5, 0, 400), backend=backend).adopters
        assert early[:, -1].tolist() == late[:, -1].tolist()
        assert (late[:, 6] == early[:, 6]).mean() < 1
        assert abs(late[:, -1].mean() - 1.75) < 0.1

    @given(st.data(), KEYS)
    def test_full_sustaining_is_a_model_in_which_nobody_lapses(self, data, key):
        network = data.draw(networks(**MIXED))
        model = data.draw(LAPSING)
        kept = run(network, model, [Plan(Seeds([0]), Sustain(1.0))], Worlds(key, 0, 60), horizon=5)
        never = run(network, replace(model, lapse=0.0), [Plan(Seeds([0]))], Worlds(key, 0, 60), horizon=5)
        assert kept.adopters.tolist() == never.adopters.tolist()


@pytest.mark.parametrize("more", ["boost", "bridge", "take-up"])
@given(st.data(), KEYS)
def test_more_of_an_intervention_never_lights_fewer(more, data, key):
    network = data.draw(networks(**MIXED))
    model = capped(data.draw(ONCE | LAWS | WAITING))
    plan = data.draw(interventions(network))
    added = {
        "boost": Boost(0.5, {"people": [0, 1]}, start=data.draw(st.integers(1, 2))),
        "bridge": Bridge({"people": [0]}, {"people": [1]}, dose=0.4, layer="new", start=data.draw(st.integers(1, 3))),
    }
    if more == "take-up":
        other = Plan(*(replace(action, take_up=1.0) for action in plan.interventions))
    else:
        other = Plan(*plan.interventions, added[more])
    tally = run(network, model, [other, plan], Worlds(key, 0, 60), horizon=5)
    assert_never_fewer(tally, tally, 0, 1)
