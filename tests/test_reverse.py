"""Reverse sets: the compiled sampler draws the sets of its slow twin, and sets estimate spread without bias."""

import math
from itertools import islice
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, networks, thresholds

import spark
from spark.backends.cpu_reverse import ReverseSets
from spark.backends.reverse_python import reverse_sets, waiting
from spark.kernels.accelerate import COMPILED
from spark.kernels.reverse_stream import waiting as compiled_waiting
from spark.problem.actions import lower_plans
from spark.problem.arrays import VALUE_UNIT, Watch
from spark.problem.lowering import lower

needs_compiled = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
RNG = np.random.default_rng(20180612)


def watch(people, value=(), horizon=-1):
    return Watch(np.empty((0, people), np.int32), 0, np.array(value, np.int64), horizon)


def lowered(network, model, plan=None):
    """A problem and the fixed actions beside it."""
    if plan is None:
        return lower(network, model), None
    actions = lower_plans(network, {"": plan})
    heard = None
    if actions.schedule.size:
        heard = np.append(actions.heard[:, -1], np.uint64(0))[actions.schedule[0]]
    return lower(network, model, heard), actions


def as_lists(sets):
    """The stored sets, one list each."""
    return [part.tolist() for part in np.split(sets.members, sets.ends[1:-1])] if sets.ends.size > 1 else []


class TestTheTwins:
    @given(st.data(), st.booleans(), st.booleans())
    @settings(max_examples=150 if COMPILED else 15)
    def test_draw_the_same_sets(self, data, independent, large):
        network = data.draw(networks(layers=("a", "b"), personal=True, partners=True))
        model = data.draw(st.one_of(cascades(partners=True), thresholds(partners=True, totals=("normalise",))))
        size = network.size
        broadcast = spark.Broadcast(dose=0.25, to=data.draw(st.sampled_from((None, {"people": [0]}))), start=2, stop=4)
        plan = data.draw(st.sampled_from((None, spark.Plan(broadcast), spark.Plan(spark.Seeds([1])))))
        problem, actions = lowered(network, model, plan)
        value = data.draw(st.sampled_from(((), tuple(range(3, 3 + size)), (0,) * (size - 1) + (7,))))
        looking = watch(size, value, data.draw(st.sampled_from((-1, 0, 1, 3))))
        chosen = data.draw(st.sampled_from(((), (0,), (0, 1))))
        key = data.draw(st.integers(0, 2**64 - 1))

        near = data.draw(st.sampled_from(((), (size - 1,))))
        options = {"independent": independent, "given": chosen, "companions": near}
        with mock.patch("spark.backends.cpu_reverse.CACHE_BYTES", 0 if large else 1 << 30):
            drawn = ReverseSets(problem, actions, looking, key, workers=1, **options)
        drawn.grow(300)
        twins = list(islice(reverse_sets(problem, actions, looking, key, **options), drawn.count))
        kept = [copy for twin in twins if twin.covered is None for copy in [twin] * twin.copies]
        assert as_lists(drawn.sets) == [list(twin.members) for twin in kept if len(twin.members) > 1]
        alone = [twin.root for twin in kept if len(twin.members) == 1]
        assert drawn.sets.singles.tolist() == np.bincount(alone, minlength=size).tolist()
        assert drawn.base_covered == sum(twin.covered == "base" for twin in twins)
        assert drawn.given_covered == max(0, drawn.count - drawn.base_covered - len(kept))
        assert near or drawn.given_covered == sum(twin.covered == "given" for twin in twins)
        assert drawn.sets.counts.tolist() == np.bincount(drawn.sets.members, minlength=size).tolist()

    def test_wait_as_long_for_the_same_draw(self):
        draws = RNG.integers(0, 2**64, 3000, dtype=np.uint64)
        edges = [0, 2**64 - 1, 2**24, 2**63, 2**64 - 2**24, 1, 2**56 - 1, 255 << 56]
        for draw in [*draws.tolist(), *edges]:
            assert int(compiled_waiting(np.uint64(draw))) == waiting(draw) >= 0


def test_the_wait_for_a_hit_is_the_logarithm_of_a_uniform_number():
    for draw in RNG.integers(0, 2**64, 2000, dtype=np.uint64).tolist():
        low = draw % 2**24
        zeros = (low & -low).bit_length() - 1
        uniform = 2.0**-zeros * (1 + ((draw >> 24) + 0.0) / 2**40) / 2
        assert waiting(draw) / 2**56 == pytest.approx(-math.log(uniform), abs=2.0**-41)


def test_waits_have_the_exponential_law_and_hits_fall_as_often_as_they_should():
    waits = np.array([waiting(x) for x in RNG.integers(0, 2**64, 40_000, dtype=np.uint64).tolist()]) / 2**56
    for dose in (0.001, 0.05, 0.5, 1.0, 3.0):
        chance = -math.expm1(-dose)
        error = math.sqrt(chance * (1 - chance) / waits.size)
        assert abs((waits < dose).mean() - chance) < 4 * error
        assert abs((waits < dose).mean() - 1.2 * chance / (1 + 0.2 * chance)) > 1.5 * error or dose < 0.01


@pytest.mark.parametrize("workers", [2, 3])
def test_sets_do_not_depend_on_the_number_of_workers_nor_on_how_they_grow(workers, monkeypatch):
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    network = spark.Network.from_edges(RNG.integers(0, 300, 900), RNG.integers(0, 300, 900), merge="sum")
    for model in (spark.WeightedCascade(), spark.IndependentCascade(0.2), spark.LinearThreshold()):
        problem = lower(network, model)
        alone = ReverseSets(problem, None, watch(network.size), 5, workers=1)
        alone.grow(5_120)
        together = ReverseSets(problem, None, watch(network.size), 5, workers=workers)
        for count in (256, 3_000, 5_120):
            together.grow(count)
        for name in ("members", "ends", "counts", "singles", "count"):
            assert np.array_equal(getattr(alone.sets, name), getattr(together.sets, name))


@pytest.mark.parametrize("people", [1, 2, 5, 64, 500])
def test_everybody_takes_her_turn_as_a_root(people):
    network = spark.Network.from_edges([], [], people={"id": list(range(people))})
    sets = ReverseSets(lower(network, spark.IndependentCascade(0.5)), None, watch(people), 3, workers=1)
    sets.grow(3 * people)
    singles = sets.sets.singles
    assert singles.sum() == sets.count
    assert singles.max() - singles.min() <= 1


def test_roots_are_drawn_in_proportion_to_value():
    values = np.array([0, 1, 2.5, 10, 0, 0.5]) * VALUE_UNIT
    network = spark.Network.from_edges([], [], people={"id": list(range(6))})
    problem = lower(network, spark.IndependentCascade(0.5))
    for independent in (False, True):
        sets = ReverseSets(problem, None, watch(6, values), 3, workers=1, independent=independent)
        sets.grow(5_120)
        share = sets.sets.singles / sets.count
        allowed = 4 * np.sqrt(share * (1 - share) / sets.count) if independent else np.full(6, 6 / sets.count)
        assert (np.abs(share - values / values.sum()) <= allowed).all()


def estimates(network, model, key, count=10_240, **options):
    """People whom each person alone lights, by the sets that hold her, and all sets."""
    problem, actions = lowered(network, model, options.pop("plan", None))
    sets = ReverseSets(problem, actions, watch(network.size, **options), key, workers=1)
    sets.grow(count)
    return sets


def test_a_triangle_is_lit_by_one_of_three_as_far_as_it_must():
    triangle = spark.Network.from_edges([0, 0, 1], [1, 2, 2], influence="both")
    sets = estimates(triangle, spark.IndependentCascade(0.5), 7).sets
    estimate = 3 * sets.covered(np.array([0], np.int32)) / sets.count
    error = 3 * math.sqrt(0.75 * 0.25 / sets.count)
    assert abs(estimate - 2.25) < 4 * error
    assert abs(estimate - 2.125) > 4 * error


@needs_compiled
@pytest.mark.statistics
@given(st.data())
@settings(max_examples=40)
def test_sets_estimate_the_exact_spread_of_every_set_of_seeds(data):
    network = data.draw(networks(personal=True, partners=True, most=4, most_ties=5))
    model = data.draw(st.one_of(cascades(partners=True), thresholds(partners=True, totals=("normalise",))))
    sets = estimates(network, model, data.draw(st.integers(0, 1000)), 8192)
    nothing = spark.exact.spread(network, model, ())
    for seeds in ([0], [1], [0, 1], [network.size - 1]):
        exact = spark.exact.spread(network, model, seeds) - nothing
        share = exact / network.size
        error = network.size * math.sqrt(max(share * (1 - share), 1e-4) / sets.count)
        estimate = network.size * sets.sets.covered(np.array(seeds, np.int32)) / sets.count
        assert abs(estimate - exact) < 5 * error


@needs_compiled
@pytest.mark.statistics
@pytest.mark.parametrize("model", [spark.IndependentCascade(0.4, partners=0.6), spark.LinearThreshold(partners=0.3)])
@pytest.mark.parametrize("horizon", [1, 2, 3, None])
def test_sets_agree_with_worlds_under_a_deadline_with_broadcasts_and_those_who_practise_already(model, horizon):
    network = spark.Network.from_edges(
        [0, 1, 2, 3, 4, 5, 0, 6],
        [1, 2, 3, 4, 5, 6, 4, 7],
        people={
            "id": list(range(8)),
            "organisation": ["a", "a", "b", "b", "b", "c", "c", None],
            "adopted": [False] * 5 + [True, False, False],
            "readiness": [1, 1, 0.5, 1, 1, 1, 0.8, 1],
            "value": [1, 2, 1, 1, 3, 1, 1, 1],
        },
        partners={"source": ["a", "b"], "target": ["b", "c"]},
    )
    if isinstance(model, spark.LinearThreshold):
        model = spark.LinearThreshold(partners=0.3, totals="normalise")
    broadcast = spark.Broadcast(dose=0.1, start=1, stop=3)
    problem, actions = lowered(network, model, spark.Plan(broadcast))
    value = np.rint(network.value * VALUE_UNIT).astype(np.int64)
    looking = watch(8, value, -1 if horizon is None else horizon)
    sets = ReverseSets(problem, actions, looking, 11, workers=1, independent=True)
    sets.grow(40_960)
    total = network.value.sum()
    options = {"worlds": 30_000, "rng": 3, "horizon": horizon, "workers": 1}
    nothing = spark.simulate(network, model, spark.Plan(broadcast), **options)
    share = sets.base_covered / sets.count
    allowed = 4.5 * (nothing.value_standard_error + total * math.sqrt(share * (1 - share) / sets.count))
    assert abs(total * share - nothing.mean_value) < allowed
    for seeds in ([0], [2, 4], [1, 7]):
        spread = spark.simulate(network, model, spark.Plan(spark.Seeds(seeds), broadcast), **options)
        share = (sets.sets.covered(np.array(seeds, np.int32)) + sets.base_covered) / sets.count
        allowed = 4.5 * (spread.value_standard_error + total * math.sqrt(share * (1 - share) / sets.count))
        assert abs(total * share - spread.mean_value) < allowed
        assert abs(total * share - spread.mean_value * 1.05) > allowed / 3


def test_long_walks_are_drawn_to_their_end():
    ring = list(range(200))
    network = spark.Network.from_edges(ring, [*ring[1:], 0])
    model = spark.LinearThreshold(0.995)
    with mock.patch("spark.backends.cpu_reverse.CACHE_BYTES", 0):
        together = ReverseSets(lower(network, model), None, watch(200), 5, workers=1)
    together.grow(512)
    alone = ReverseSets(lower(network, model), None, watch(200), 5, workers=1)
    alone.grow(512)
    assert np.array_equal(together.sets.members, alone.sets.members)
    assert np.diff(together.sets.ends).max() == 200


@needs_compiled
def test_companions_change_no_count_on_average():
    network = spark.Network.from_edges(RNG.integers(0, 60, 260), RNG.integers(0, 60, 260), merge="sum")
    problem = lower(network, spark.IndependentCascade(0.25))
    plain = ReverseSets(problem, None, watch(network.size), 9, workers=1, given=[4])
    helped = ReverseSets(problem, None, watch(network.size), 10, workers=1, given=[4], companions=[7, 9, 20, 31, 40])
    plain.grow(1 << 17)
    helped.grow(1 << 17)
    before, after = (one.sets.counts + one.sets.singles for one in (plain, helped))
    error = np.sqrt(before + 16.0 * before)
    assert (np.abs(after - before) <= 4.5 * error).all()
    assert np.abs(after - before)[7] > 0
    careless = np.where(np.isin(np.arange(60), [7, 9, 20, 31, 40]), 0, before)
    assert (np.abs(careless - before) > 4.5 * error).any()
    assert abs(helped.given_covered - plain.given_covered) < 4.5 * math.sqrt(17 * plain.given_covered)


@needs_compiled
def test_people_who_were_given_take_their_sets_away_and_nothing_else():
    network = spark.Network.from_edges(RNG.integers(0, 60, 240), RNG.integers(0, 60, 240), merge="sum")
    problem = lower(network, spark.IndependentCascade(0.15))
    plain = ReverseSets(problem, None, watch(network.size), 9, workers=1)
    without = ReverseSets(problem, None, watch(network.size), 9, workers=1, given=[4, 17])
    plain.grow(65_536)
    without.grow(65_536)
    both, neither = np.array([4, 17], np.int32), np.array([2, 5, 4, 17], np.int32)
    error = math.sqrt(0.25 * plain.count * 2)
    assert abs(without.given_covered - plain.sets.covered(both)) < 4 * error
    assert abs(without.given_covered + without.sets.covered(neither) - plain.sets.covered(neither)) < 4 * error
    assert not np.isin(without.sets.members, [4, 17]).any()
