"""Reverse sets through time: those of the slow twin, true in the very world they are drawn in, and without bias."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks

import spark
from spark.backends import open_backend
from spark.backends.cpu_reverse import ReverseSets
from spark.backends.sets_python import PlainReverseSets
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.optimise.periods import PeriodsBackend
from spark.optimise.sources import setting_of
from spark.plan import Plan
from spark.problem.arrays import Worlds
from spark.problem.sandwich import upper_problem
from spark.question import COUNTED

needs_compiled = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
SIDE = Plan(spark.Seeds((1,), start=2), spark.Broadcast(probability=0.05, start=1, stop=3))
NOTHING = Plan()
PERIODS = spark.Adopters(counted="adopter-periods")
SMALL = {"worlds": 64, "rng": 3, "workers": 1}
GAMMA = spark.GammaTime(2.0)

LAPSING = st.sampled_from(
    [
        (spark.SIS("chance", lapse=0.3), "at-horizon", 4),
        (spark.SIS(0.3, lapse=0.2, partners=0.4), "ever-adopted", 3),
        (spark.SIS("chance", lapse=0.5, partners=0.2), "at-horizon", 5),
        (spark.SIS("chance", lapse=1.0), "at-horizon", 2),
        (spark.SI("chance", partners=0.3), "at-horizon", 3),
        (spark.SIS(1.0, lapse=0.6), "at-horizon", 0),
    ]
)
ONE_TIME = st.sampled_from(
    [
        (spark.SIR("chance", lapse=0.3), "ever-adopted", 4),
        (spark.SIR(0.4, lapse=1.0), "ever-adopted", 2),
        (spark.ContinuousSIR(0.5, 0.4), "ever-adopted", None),
        (spark.ContinuousSIR(0.5, 0.4, GAMMA, spark.FixedTime()), "ever-adopted", 3),
        (spark.ContinuousSIR("chance"), "at-horizon", 2),
        (spark.ContinuousSEIR(0.8, 2.0, 0.4), "ever-adopted", 3),
    ]
)
LATE = st.sampled_from(
    [
        (spark.IndependentCascade("chance", partners=0.3, delay=(0.3, 0.3, 0.4)), "at-horizon", 4),
        (spark.WeightedCascade(delay=spark.GeometricDelay(0.4)), "at-horizon", 6),
        (spark.IndependentCascade(0.7, delay=2), "at-horizon", 5),
        (spark.IndependentCascade(0.6, partners=0.2), "at-horizon", 3),
        (spark.LinearThreshold(totals="normalise", delay=spark.GeometricDelay(0.5)), "at-horizon", 4),
        (spark.LinearThreshold(totals="normalise", partners=0.3), "at-horizon", 3),
    ]
)
"""The last but two and the last take their time only because of SIDE's seeds, which start later."""


def both(network, model, objective, horizon, plan=NOTHING, key=7, **options):
    """The setting, and its sets by the kernel and by the twin."""
    setting = setting_of(network, model, plan, horizon, objective)
    arguments = setting.problem, setting.base, setting.watch, key
    return setting, ReverseSets(*arguments, workers=1, **options), PlainReverseSets(*arguments, **options)


@given(st.data(), st.booleans())
@settings(max_examples=80 if COMPILED else 10)
def test_the_twin_draws_the_same_sets(data, independent):
    network = data.draw(networks(personal=True, partners=True))
    model, objective, horizon = data.draw(st.one_of(LAPSING, ONE_TIME, LATE))
    plan = data.draw(st.sampled_from((NOTHING, SIDE)))
    if isinstance(model, spark.SIR):
        plan = NOTHING
    chosen = data.draw(st.sampled_from(((), (0,), (0, 1))))
    key = data.draw(st.integers(0, 2**64 - 1))
    setting, fast, slow = both(network, model, objective, horizon, plan, key, independent=independent, given=chosen)
    if setting.watch.value.size and not setting.watch.value.sum():
        return
    fast.grow(300)
    slow.grow(300)
    for name in ("members", "ends", "counts", "singles", "count", "given_covered"):
        assert np.array_equal(getattr(fast.sets, name), getattr(slow.sets, name))
    assert fast.base_covered == slow.base_covered


@given(st.data(), st.integers(0, 2**64 - 1))
@settings(max_examples=30 if COMPILED else 5)
def test_the_twin_draws_the_same_sets_of_a_model_above_beside_a_seed_that_starts_later(data, key):
    """For some people only the first way to be lit counts there."""
    network = data.draw(networks(personal=True, partners=True))
    model = spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.9, partners=0.3))
    setting = setting_of(network, model, Plan(spark.Seeds((0,), start=1)), 3)
    above = upper_problem(setting.problem)
    watch = replace(setting.watch, value=setting.watch.value[:0])
    fast, slow = (kind(above, setting.base, watch, key) for kind in (ReverseSets, PlainReverseSets))
    for sets in (fast, slow):
        sets.grow(300)
    for name in ("members", "ends", "counts", "singles", "count"):
        assert np.array_equal(getattr(fast.sets, name), getattr(slow.sets, name))
    assert fast.base_covered == slow.base_covered


def crowded(people=90, ties=400, seed=4):
    rng = np.random.default_rng(seed)
    return spark.Network.from_edges(rng.integers(0, people, ties), rng.integers(0, people, ties), merge="sum")


def test_the_twin_spares_the_same_large_sets():
    _, fast, slow = both(crowded(), spark.SIS(0.3, lapse=0.1), "at-horizon", 6, given=[3, 5], companions=[3, 5])
    fast.grow(256)
    slow.grow(256)
    assert np.array_equal(fast.sets.members, slow.sets.members)
    assert fast.given_covered == slow.given_covered
    sizes = np.diff(fast.sets.ends)
    assert (sizes[:-1] == sizes[1:]).any()


@pytest.mark.parametrize(
    ("model", "objective", "horizon"),
    [
        (spark.SIS(0.1, lapse=0.2), "at-horizon", 5),
        (spark.SIR(0.1, lapse=0.2), "ever-adopted", 5),
        (spark.ContinuousSIR(0.4, 1.0), "ever-adopted", 2),
    ],
)
def test_workers_change_nothing(model, objective, horizon, monkeypatch):
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    setting = setting_of(crowded(), model, NOTHING, horizon, objective)
    alone, together = (ReverseSets(setting.problem, None, setting.watch, 5, workers=workers) for workers in (1, 3))
    alone.grow(1_280)
    for count in (256, 1_280):
        together.grow(count)
    for name in ("members", "ends", "counts", "singles", "count"):
        assert np.array_equal(getattr(alone.sets, name), getattr(together.sets, name))


@given(st.data())
@settings(max_examples=20 if COMPILED else 5)
def test_seeds_reach_the_root_in_the_very_world_in_which_ties_take_their_time_iff_they_meet_its_set(data):
    network = data.draw(networks(personal=True, most=5))
    model, horizon = data.draw(
        st.sampled_from(
            (
                (spark.ContinuousSIR(0.7, 0.5), None),
                (spark.ContinuousSEIR(0.9, 1.5, 0.5), 2),
                (spark.IndependentCascade(0.7, delay=spark.GeometricDelay(0.5)), 4),
                (spark.IndependentCascade("chance", delay=(0.5, 0.2, 0.3)), 3),
            )
        )
    )
    plan = data.draw(st.sampled_from((NOTHING, SIDE)))
    setting, _, slow = both(network, model, "ever-adopted", horizon, plan)
    backend, key, watch = open_backend("cpu", workers=1), 7, setting.watch
    if watch.value.size:
        return
    sets = []
    for i, one in enumerate(slow._source):  # one after another: which root has which set
        if i == 40:
            break
        sets.append(one)
    for person in range(network.size):
        seeded = Plan(spark.Seeds((person,)), *plan.interventions)
        lowered = setting_of(network, model, seeded, horizon, "ever-adopted")
        trace = backend.replay(lowered.problem, lowered.base, watch, Worlds(key, 0, len(sets)))
        for world, one in enumerate(sets):
            assert (trace.when[world, one.root] >= 0) == (one.covered == "base" or person in one.members)


def exact_error(network, setting, sets, seeds, truth, scale):
    """How far an estimate is from the truth, in standard errors."""
    share = sets.sets.covered(np.array(seeds, np.int32)) / sets.count
    error = scale * math.sqrt(max(share * (1 - share), 1e-4) / sets.count)
    return (scale * share - truth) / error


PATH = spark.Network.from_edges(
    [0, 1, 2, 2, 3, 4, 0, 1],
    [1, 2, 0, 3, 4, 1, 3, 4],
    columns={"p": [0.3, 0.5, 0.2, 0.6, 0.4, 0.5, 0.6, 0.4]},
    people={"id": list(range(5))},
)


def truth_of(model, objective, horizon, seeds):
    if objective == "adopter-periods":
        return sum(spark.exact.spread(PATH, model, seeds, horizon=t) for t in range(1, horizon + 1))
    who = "ever" if objective == "ever-adopted" else "practising"
    return spark.exact.spread(PATH, model, seeds, horizon=horizon, who=who)


@needs_compiled
@pytest.mark.statistics
@pytest.mark.parametrize(
    ("model", "objective", "horizon"),
    [
        *((spark.SIS("p", lapse=0.3), objective, 3) for objective in COUNTED),
        (spark.SIS("p", lapse=0.6), "at-horizon", 4),
        (spark.SI("p"), "adopter-periods", 2),
        (spark.SIR("p", lapse=0.4), "ever-adopted", 3),
        (spark.SIR("p", lapse=0.4), "ever-adopted", 6),
        (spark.IndependentCascade("p", delay=spark.GeometricDelay(0.5)), "at-horizon", 3),
        (spark.LinearThreshold(weight="p", delay=(0.4, 0.6), totals="normalise"), "at-horizon", 4),
        (spark.WeightedCascade(delay=(0.4, 0.6)), "adopter-periods", 4),
    ],
)
def test_sets_are_met_as_often_as_all_possible_courses_say(model, objective, horizon):
    each_step = objective == "adopter-periods"
    setting = setting_of(PATH, model, NOTHING, horizon, "at-horizon" if each_step else objective)
    backend = open_backend("cpu", workers=1)
    backend = PeriodsBackend(backend) if each_step else backend
    sets = backend.reverse(setting.problem, None, setting.watch, 3)
    sets.grow(1 << 17)
    scale = PATH.size * (horizon if each_step else 1)
    apart = []
    for subset in range(1, 1 << PATH.size):
        seeds = [v for v in range(PATH.size) if subset >> v & 1]
        truth = truth_of(model, objective, horizon, seeds)
        apart.append(abs(exact_error(PATH, setting, sets, seeds, truth, scale)))
        careless = exact_error(PATH, setting, sets, seeds, 0.97 * truth, scale)
        assert abs(careless) > 4 or truth > 0.9 * scale
    assert max(apart) <= 4


@needs_compiled
@pytest.mark.statistics
@pytest.mark.parametrize(
    "model",
    [
        spark.IndependentCascade("p", partners=0.6, delay=spark.GeometricDelay(0.5)),
        spark.LinearThreshold(partners=0.5, delay=(0.4, 0.6)),
    ],
)
def test_sets_under_a_deadline_see_partners_and_what_is_done_beside_as_worlds_do(model):
    people = {"id": list(range(5)), "organisation": ["n", "n", "s", "s", "s"]}
    ties = {"p": [0.3, 0.5, 0.2, 0.6, 0.4, 0.5, 0.6, 0.4]}
    partners = {"source": ["n", "s"], "target": ["s", "n"], "weight": [1.0, 0.5]}
    network = spark.Network.from_edges(
        [0, 1, 2, 2, 3, 4, 0, 1], [1, 2, 0, 3, 4, 1, 3, 4], columns=ties, people=people, partners=partners
    )
    beside = Plan(spark.Seeds((1,), start=2), spark.Broadcast(probability=0.05, start=1, stop=3))
    if isinstance(model, spark.LinearThreshold):  # whose doses of broadcasts would pass 1
        beside = Plan(spark.Seeds((1,), start=2))
    setting = setting_of(network, model, beside, 3)
    sets = ReverseSets(setting.problem, setting.base, setting.watch, 3, workers=1)
    sets.grow(1 << 17)
    for seeds in ((), (0,), (2, 4), (0, 3)):
        plan = Plan(spark.Seeds(seeds), *beside.interventions)
        truth, hurried = (
            spark.simulate(network, model, plan, horizon=horizon, worlds=1 << 16, rng=5) for horizon in (3, 2)
        )
        covered = sets.base_covered + (sets.sets.covered(np.array(seeds, np.int32)) if seeds else 0)
        share = covered / sets.count
        error = math.sqrt(truth.standard_error**2 + 25 * share * (1 - share) / sets.count)
        assert abs(5 * share - truth.mean) < 4 * error
        assert 5 * share > hurried.mean + 4 * error


@needs_compiled
@pytest.mark.statistics
def test_one_time_of_practising_is_not_a_coin_for_each_tie():
    star = spark.Network.from_edges([0, 0, 0, 0], [1, 2, 3, 4])
    model = spark.SIR(0.3, lapse=0.3)
    setting = setting_of(star, model, NOTHING, 30, "ever-adopted")
    sets = ReverseSets(setting.problem, None, setting.watch, 3, workers=1)
    sets.grow(1 << 16)
    once = 0.3 / (1 - 0.7 * 0.7)  # a leaf is convinced before the hub gives up, tries in that step included
    assert abs(exact_error(star, setting, sets, [0], 1 + 4 * once, 5)) < 4
    spread = spark.simulate(star, model, [0], worlds=20_000, rng=1, horizon=30)
    assert abs(spread.ever_adopted - 1 - 4 * once) < 4 * spread.ever_standard_error
    # with a chain behind the leaves the shared time shows: both leaves or none
    diamond = spark.Network.from_edges([0, 0, 1, 2], [1, 2, 3, 3])
    setting = setting_of(diamond, model, NOTHING, 12, "ever-adopted")
    sets = ReverseSets(setting.problem, None, setting.watch, 4, workers=1)
    sets.grow(1 << 17)
    shared = spark.exact.spread(diamond, model, [0], horizon=12, who="ever")
    independent = spark.exact.spread(diamond, spark.IndependentCascade(once), [0])
    assert abs(exact_error(diamond, setting, sets, [0], shared, 4)) < 4
    assert abs(exact_error(diamond, setting, sets, [0], independent, 4)) > 4


@needs_compiled
@pytest.mark.statistics
def test_sparing_large_sets_changes_no_count_on_average():
    network = crowded()
    setting = setting_of(network, spark.SIS(0.25, lapse=0.3), NOTHING, 5)
    options = {"workers": 1, "given": [4, 9]}
    plain = ReverseSets(setting.problem, None, setting.watch, 9, **options)
    spared = ReverseSets(setting.problem, None, setting.watch, 10, companions=[4, 9], **options)
    for sets in (plain, spared):
        sets.grow(1 << 15)
    before, after = (one.sets.counts + one.sets.singles for one in (plain, spared))
    error = np.sqrt(before + 8.0 * before)
    assert (np.abs(after - before) <= 4.5 * error).all()
    assert (np.abs(after - 0.8 * before) > 4.5 * error).any()
    assert abs(spared.given_covered - plain.given_covered) < 4.5 * math.sqrt(9 * plain.given_covered)


class TestChoosing:
    def test_says_what_was_counted_and_certifies_it(self):
        for model, objective, horizon in (
            (spark.SIS(0.1, lapse=0.2), "at-horizon", 6),
            (spark.SIS(0.1, lapse=0.2), "adopter-periods", 6),
            (spark.SIR(0.1, lapse=0.2), "ever-adopted", 6),
            (spark.ContinuousSIR(0.2, 1.0), "ever-adopted", None),
        ):
            choice = spark.choose_seeds(
                crowded(), model, count=4, objective=spark.Adopters(counted=objective), horizon=horizon, **SMALL
            )
            assert choice.provenance.options.get("objective", "adopters") == COUNTED[objective]
            assert 0.3 < choice.certificate.ratio <= 1
            assert {"ever-adopted": "ever practise", "adopter-periods": "adopter-periods"}.get(objective, "") in (
                choice.certificate.statement
            )
            assert type(choice).from_dict(choice.to_dict()).to_dict() == choice.to_dict()

    def test_counts_those_whom_a_fixed_seed_that_starts_later_comes_too_late_for(self):
        """Of a chain of six whose first person starts at step 3, nobody else is lit by step 3."""
        chain = spark.Network.from_edges(range(5), range(1, 6))
        late = [spark.Seeds([0], start=3)]
        options = {"count": 1, "horizon": 3, "beside": late, **SMALL}
        choice = spark.choose_seeds(chain, spark.IndependentCascade(0.999), **options)
        assert choice.seeds[0] in (1, 2)
        assert choice.spread.mean > 4.9
        assert 0.9 < choice.certificate.ratio <= 1

    @pytest.mark.parametrize(
        "model",
        [
            spark.WeightedCascade(delay=spark.GeometricDelay(0.4)),
            spark.LinearThreshold(totals="normalise", delay=spark.GeometricDelay(0.4)),
        ],
    )
    def test_certifies_a_choice_under_a_deadline_with_delays(self, model):
        choice = spark.choose_seeds(crowded(), model, count=3, horizon=4, quality=0.95, **SMALL)
        assert 0.5 < choice.certificate.ratio <= 1

    @needs_compiled
    @pytest.mark.parametrize(
        ("model", "counted", "total"),
        [
            (spark.SIR(0.1, lapse=0.2), "ever-adopted", "ever_adopted"),
            (spark.SIS(0.1, lapse=0.2), "at-horizon", "mean"),
            (spark.SIS(0.1, lapse=0.2), "adopter-periods", "adopter_periods"),
            (spark.ContinuousSIR(0.3, 1.0), "ever-adopted", "ever_adopted"),
            (spark.WeightedCascade(delay=spark.GeometricDelay(0.4)), "at-horizon", "mean"),
        ],
    )
    def test_certifies_a_choice_of_people_who_may_say_no(self, model, counted, total):
        objective, half = spark.Adopters(counted=counted), spark.Asking(0.5)
        options = {"count": 4, "objective": objective, "horizon": 6, "worlds": 8192, "rng": 3, "workers": 1}
        sure = spark.choose_seeds(crowded(), model, **options)
        asked = spark.choose_seeds(crowded(), model, asking=half, **options)
        assert 0.5 < asked.certificate.ratio <= 1
        gains = sum(seed.gain for seed in asked.ranking)
        errors = math.hypot(*(seed.gain_standard_error for seed in asked.ranking))
        reached = getattr(asked.spread, total)
        assert abs(gains - reached) < 4 * errors + 0.01 * reached
        assert gains < 0.9 * getattr(sure.spread, total)

    def test_has_no_bound_for_those_who_practise_at_the_end_where_nobody_is_convinced_again(self):
        network = crowded(30, 90)
        choice = spark.choose_seeds(network, spark.SIR(0.2, lapse=0.2), count=2, horizon=6, worlds=32, rng=3)
        assert choice.certificate.ratio is None
        assert "ever-adopted" in choice.certificate.statement

    def test_refuses_an_end_at_which_nobody_practises_and_objectives_that_are_none(self):
        with pytest.raises(UsageError, match="everybody has given up in the end"):
            spark.choose_seeds(crowded(), spark.ContinuousSIR(0.2, 1.0), count=2)
        with pytest.raises(UsageError, match=r"did you mean .ever-adopted."):
            spark.Adopters(counted="ever_adopted")
        with pytest.raises(UsageError, match="to a horizon"):
            spark.choose_seeds(crowded(), spark.ContinuousSIR(0.2), count=2, objective=PERIODS)

    @pytest.mark.parametrize(
        ("model", "objective"), [(spark.SIS(0.2, lapse=0.3), "at-horizon"), (spark.SIR(0.2, 0.3), "ever-adopted")]
    )
    def test_backends_choose_the_same_and_certify_the_same(self, model, objective, monkeypatch):
        monkeypatch.setattr("spark.optimise.certificate.WANTED_HITS", 256)
        monkeypatch.setattr("spark.optimise.certificate.FIRST_SETS", 256)
        monkeypatch.setattr("spark.optimise.crossfit.FIRST_COUNT", 256)
        monkeypatch.setattr("spark.optimise.crossfit.FEWEST_COUNTS", 1)
        ring = list(range(12))
        network = spark.Network.from_edges(ring, [*ring[1:], 0], people={"id": ring})
        options = {"count": 2, "worlds": 16, "rng": 2, "quality": 0.8, "horizon": 3}
        options["objective"] = spark.Adopters(counted=objective)
        fast, slow = (spark.choose_seeds(network, model, backend=name, **options) for name in ("cpu", "python"))
        assert fast.to_dict() == slow.to_dict()

    def test_searches_worlds_where_there_are_no_sets(self):
        network = crowded(30, 90)
        for objective in COUNTED:
            choice = spark.choose_seeds(
                network,
                spark.SIS(0.3, lapse=0.2, rekindle=0.5),
                count=2,
                horizon=4,
                objective=spark.Adopters(counted=objective),
                worlds=32,
                rng=3,
            )
            assert choice.certificate.ratio is None
            assert choice.quality is None
