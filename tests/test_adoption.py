"""The full model of adoption: the same worlds as the simpler models, the twin, known laws, and what does NOT hold."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks
from test_interventions_worlds import interventions

import spark
from spark.backends import open_backend
from spark.errors import DataError, SparkError, UsageError
from spark.plan import as_plan
from spark.problem.arrays import Watch, Worlds, freeze
from spark.problem.keys import run_key
from spark.problem.laws.adoption import states_of
from spark.problem.lowering import lower
from spark.problem.together import lower_together

KEY = run_key(3, "evaluate")


def tally(network, model, plan, horizon, *, backend="cpu", worlds=30, workers=None, general=False):
    """What a plan comes to; `general`: by the general kernel, whether or not it is needed."""
    problem, actions = lower_together(network, model, {"": as_plan(plan)})
    if general:
        problem = with_states(network, model, as_plan(plan), problem)
    watch = Watch(freeze(np.empty((0, network.size), np.int32)), 0, freeze(np.empty(0, np.int64)), horizon)
    return open_backend(backend, workers=workers).run(problem, actions, watch, Worlds(KEY, 0, worlds))


def with_states(network, model, plan, problem):
    """The same problem, as if its states were in use."""
    bent, _ = lower_together(network, spark.SIS(model.probability, model.lapse, 0.5, model.partners), {"": plan})
    laws = [
        replace(law, dose=other.dose, states=states_of(model, network, law))
        for law, other in zip(problem.levels or (problem.law,), bent.levels or (bent.law,), strict=True)
    ]
    return replace(problem, law=laws[0], levels=tuple(laws) if problem.levels else ())


def same(a, b):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("adopters", "ever", "value", "reached", "states")
    )


def ends(network, model, seeds, horizon, worlds=40):
    return spark.simulate(network, model, seeds, horizon=horizon, worlds=worlds, rng=5).sizes


def without_bridges(plan):
    """A bridge has no entry in a column of ties."""
    return spark.Plan(*(action for action in plan.interventions if not isinstance(action, spark.Bridge)))


def lone_people(count, **columns):
    """People without ties."""
    people = {"id": [f"p{i}" for i in range(count)] + ["x", "y"]} | columns
    return spark.Network.from_edges(["x"], ["y"], people=people)


CHANCES = st.sampled_from((0.0, 0.2, 0.5, 1.0))
PARTS = st.sampled_from((0.0, 0.3, 1.0))
SOME = spark.TableTolerance((0.4, 0.4, 2.0), (0.3, 0.6, 0.8))
"""Three in ten need up to 0.4, three in ten exactly that, two in ten up to 2, and two in ten nothing convinces."""
DELAYS = st.sampled_from((1, 1, 3, (0.2, 0.0, 0.5, 0.3), spark.GeometricDelay(0.4), "days"))
LAWS = (
    None,
    spark.UniformTolerance(),
    spark.ErlangTolerance(2),
    SOME,
)


@st.composite
def adoptions(draw, organisations, **fixed):
    """All options together."""
    given_dose = draw(st.booleans())
    awareness = draw(st.sampled_from((None, 0.5, 1.0, "chance")))
    hearsay = draw(st.sampled_from((0.0, 0.3))) if awareness in (0.5, 1.0) else 0.0
    trial_time = draw(st.integers(0, 2))
    trial_end = draw(st.sampled_from((0.0, 0.4, 1.0))) if trial_time == 0 else 0.0
    of_one = [
        spark.ToleranceByGroup("organisation", {name: SOME}, spark.ErlangTolerance(3)) for name in organisations[:1]
    ]
    tolerance = draw(st.sampled_from((*LAWS, *of_one)))
    examples = draw(st.integers(1, 3)) if tolerance is None else 1
    options = {
        "dose": draw(st.sampled_from((0.2, 0.8))) if given_dose else None,
        "probability": None if given_dose else draw(st.sampled_from((0.3, 1.0, "chance"))),
        "partners": draw(st.sampled_from((0.0, 0.4))),
        "examples_needed": examples,
        "tolerance": tolerance,
        "simple": draw(PARTS) if examples > 1 or tolerance is not None else 0.0,
        "awareness": awareness,
        "hearsay": hearsay,
        "trial_time": trial_time,
        "trial_end": trial_end,
        "trial_failure": draw(CHANCES),
        "trial_visibility": draw(PARTS) if trial_time or trial_end else 0.0,
        "lapse": draw(CHANCES),
        "lapse_factor": draw(st.sampled_from((None, "readiness"))),
        "peer_support": draw(st.sampled_from((0.0, 1.5))),
        "rekindle": draw(PARTS),
        "turnover": draw(st.sampled_from((0.0, 0.2))),
        "noise": draw(st.sampled_from((0.0, 0.0, 0.3))),
        "delay": draw(DELAYS),
    }
    if organisations and draw(st.booleans()):
        options |= {
            "organisation_threshold": draw(st.sampled_from((0.3, "1/2", 1.0))),
            "policy": draw(st.sampled_from((0.0, 0.3, 1.0))),
            "policy_lapse": draw(PARTS),
            "policy_visibility": draw(st.sampled_from((1.0, 2.5))),
        }
    return spark.Adoption(**(options | fixed))


@settings(max_examples=80)
@given(networks(partners=True, personal=True), st.integers(0, 9), st.data())
def test_kernel_and_twin_agree_with_all_options_together(network, horizon, data):
    model = data.draw(adoptions(network.organisations))
    plan = data.draw(interventions(network, sustain=True))
    if model.delay == "days":
        plan = without_bridges(plan)
    results = [
        tally(network, model, plan, horizon, backend=backend, workers=workers)
        for backend, workers in (("python", None), ("cpu", 1), ("cpu", 2))
    ]
    assert same(results[0], results[1])
    assert same(results[1], results[2])
    if results[0].states.size:
        assert results[0].states[0, 0, :5].sum(axis=0).tolist() == [30 * network.size] * (horizon + 1)


@settings(max_examples=60)
@given(networks(partners=True, personal=True), st.integers(0, 9), PARTS, CHANCES, st.data())
def test_with_no_state_in_use_it_is_the_simpler_model_and_so_is_its_general_kernel(
    network, horizon, rekindle, lapse, data
):
    model = spark.Adoption(probability=0.4, partners=0.3, lapse=lapse, rekindle=rekindle)
    plan = data.draw(interventions(network, sustain=True))
    assert lower(network, model).digest == lower(network, spark.SIS(0.4, lapse, rekindle, partners=0.3)).digest
    a, b = (tally(network, model, plan, horizon, general=general) for general in (False, True))
    assert not a.states.size
    assert b.states.size
    assert same(a, replace(b, states=a.states))


@settings(max_examples=60)
@given(networks(partners=True, personal=True), st.data())
def test_word_spreads_the_same_in_the_kernel_and_the_twin(network, data):
    awareness, hearsay = data.draw(st.sampled_from(((0.5, 0.2), (1.0, 0.0), ("chance", 0.0), (0.7, 0.7))))
    alpha = data.draw(st.sampled_from((0.0, 0.4, 1.0)))
    model = spark.Aware(adoption=alpha, awareness=awareness, hearsay=hearsay)
    plan = data.draw(interventions(network, boosts=False))
    plan = spark.Plan(*(action for action in plan.interventions if not isinstance(action, spark.Bridge)))
    horizon = data.draw(st.sampled_from((-1, 0, 2)))
    results = [
        tally(network, model, plan, horizon, backend=backend, workers=workers)
        for backend, workers in (("python", None), ("cpu", 1), ("cpu", 2))
    ]
    assert same(results[0], results[1])
    assert same(results[1], results[2])


@settings(max_examples=80)
@given(networks(partners=True, personal=True), st.integers(1, 8), st.data())
def test_one_more_seed_never_leaves_fewer_in_any_world_where_the_model_says_so(network, horizon, data):
    lasting = {"lapse": 0.0, "trial_failure": 0.0}
    forgetting = {"rekindle": 1.0, "examples_needed": 1, "awareness": None, "hearsay": 0.0, "trial_time": 0}
    forgetting |= {"trial_visibility": 0.0, "trial_end": 0.0, "tolerance": None, "simple": 0.0, "noise": 0.0}
    fixed = data.draw(st.sampled_from((lasting, forgetting)))
    model = data.draw(adoptions(network.organisations, **fixed))
    assert model.guarantee.monotone
    seeds = data.draw(st.sets(st.sampled_from(list(network.people))))
    more = {*seeds, data.draw(st.sampled_from(list(network.people)))}
    a, b = (tally(network, model, sorted(chosen), horizon).adopters for chosen in (seeds, more))
    steps = max(a.shape[2], b.shape[2])
    a, b = (np.pad(x, ((0, 0), (0, 0), (0, steps - x.shape[2])), mode="edge") for x in (a, b))
    assert (b >= a).all()


@settings(max_examples=50)
@given(networks(partners=True, personal=True), st.integers(1, 6), st.data())
def test_a_monotone_model_without_turnover_or_lapse_gains_from_readiness_too(network, horizon, data):
    options = {"lapse": 0.0, "turnover": 0.0, "trial_failure": 0.0, "policy_visibility": 1.0}
    model = data.draw(adoptions((), **options))
    seeds = data.draw(st.sets(st.sampled_from(list(network.people)), max_size=2))
    worse = tally(network, model, sorted(seeds), horizon)
    better = replace(network, readiness=network.readiness * 2)
    assert (tally(better, model, sorted(seeds), horizon).adopters[..., -1] >= worse.adopters[..., -1]).all()


@settings(max_examples=60)
@given(networks(partners=True, personal=True), st.data())
def test_one_more_seed_never_leaves_fewer_when_only_word_spreads(network, data):
    model = spark.Aware(adoption=0.4, awareness=0.6, hearsay=data.draw(st.sampled_from((0.0, 0.3, 0.6))))
    seeds = data.draw(st.sets(st.sampled_from(list(network.people))))
    more = {*seeds, data.draw(st.sampled_from(list(network.people)))}
    a, b = (tally(network, model, sorted(chosen), -1).adopters[0, :, -1] for chosen in (seeds, more))
    assert (b >= a).all()


def test_more_seeds_can_leave_fewer_where_nobody_can_be_convinced_again():
    line = spark.generate.path(4)
    model = spark.Adoption(probability=1, lapse=1, rekindle=0)
    assert ends(line, model, [0], 3).tolist() == [1] * 40
    assert ends(line, model, [0, 2], 3).tolist() == [0] * 40


def test_an_organisational_threshold_makes_the_second_seed_worth_more_than_the_first():
    four = lone_people(4, organisation=["a"] * 4 + [None, None])
    model = spark.Adoption(probability=0, lapse=0, organisation_threshold="1/2", policy=1)
    assert not model.guarantee.submodular
    assert "signs up" in model.guarantee.statement
    sizes = [ends(four, model, [f"p{i}" for i in range(k)], 3).mean() for k in (0, 1, 2, 3)]
    assert sizes == [0, 1, 4, 4]  # the first is worth 1, the second 3


def test_a_trial_that_fails_and_takes_time_can_make_an_earlier_seed_a_worse_one():
    # a person in a trial hears nothing: lit early she fails, lit once more she is still trying
    network = spark.Network.from_edges(["a", "b"], ["v", "v"])
    model = spark.Adoption(probability=1, lapse=0, trial_time=2, trial_failure=0.5)
    assert not model.guarantee.monotone
    early = spark.Plan(spark.Seeds(["a"]), spark.Seeds(["b"], start=1))
    late = spark.Plan(spark.Seeds(["b"], start=1))
    a, b = (ends(network, model, plan, 4, worlds=200) for plan in (early, late))
    assert ((a - 1) < b).any()  # one seed more, and v is not with them
    assert ((a - 1) > b).any()
    sure = replace(model, trial_failure=0.0)
    assert sure.guarantee.submodular
    assert ((ends(network, sure, early, 4) - 1) >= ends(network, sure, late, 4)).all()


def test_a_trial_that_takes_time_can_hurt_where_people_give_up():
    pair = spark.Network.from_edges(["a"], ["v"])
    model = spark.Adoption(probability=0.5, lapse=0.5, trial_time=1)
    assert not model.guarantee.monotone
    early, late = ([spark.Seeds(["a"], start=start)] for start in (0, 1))
    a, b = (ends(pair, model, spark.Plan(*plan, spark.Seeds(["a"], start=2)), 4, worlds=2000) for plan in (early, late))
    assert (a < b).any()


def test_awareness_as_a_gate_before_a_dose_is_not_submodular():
    # one neighbour tells, the other convinces
    network = spark.Network.from_edges(["a", "b"], ["v", "v"], columns={"tells": [1.0, 0.0], "convinces": [0.0, 1.0]})
    model = spark.Adoption(probability="convinces", awareness="tells", lapse=0)
    assert model.guarantee.monotone
    assert not model.guarantee.submodular
    assert [ends(network, model, seeds, 2).mean() for seeds in ([], ["a"], ["b"], ["a", "b"])] == [0, 1, 1, 3]


def test_peers_who_keep_one_another_going_are_worth_more_together():
    pair = spark.Network.from_edges(["u"], ["v"], influence="both")
    model = spark.Adoption(probability=0, lapse=0.5, peer_support=math.log(2))
    assert model.guarantee.monotone
    assert not model.guarantee.submodular
    one, both = (ends(pair, model, seeds, 1, worlds=20_000) for seeds in (["u"], ["u", "v"]))
    assert abs(one.mean() - 0.5) < 4 * math.sqrt(0.25 / 20_000)
    assert abs(both.mean() - 1.5) < 4 * math.sqrt(0.375 / 20_000)  # each stays with 1 - 0.5 / 2


@pytest.mark.parametrize("lapse", [0.0334, 0.2])
def test_who_only_lapses_lasts_a_geometric_time_and_a_wrong_rate_is_seen(lapse):
    network = lone_people(200, factor=[2.0] * 202)
    model = spark.Adoption(probability=0.5, lapse=lapse / 2, lapse_factor="factor", turnover=0.0)
    seeds = [f"p{i}" for i in range(200)]
    spread = spark.simulate(network, model, seeds, horizon=12, worlds=400, rng=2)
    expected, wrong = 200 * (1 - lapse) ** 12, 200 * (1 - lapse / 2) ** 12
    assert abs(spread.mean - expected) < 4 * spread.standard_error
    assert abs(spread.mean - wrong) > 4 * spread.standard_error


def test_people_who_leave_take_their_practice_with_them():
    network = lone_people(200, leave=[0.1, 0.3] * 101)
    seeds = [f"p{i}" for i in range(200)]
    model = spark.Adoption(probability=0.5, lapse=0, turnover="leave")
    spread = spark.simulate(network, model, seeds, horizon=5, worlds=400, rng=2)
    expected = 100 * (0.9**5 + 0.7**5)
    assert abs(spread.mean - expected) < 4 * spread.standard_error
    assert spread.ever_adopted == 200


def test_awareness_on_a_path_of_three_is_as_published():
    line = spark.Network.from_edges(["a", "b"], ["b", "c"])
    model = spark.Aware(adoption=0.5, awareness=0.8, hearsay=0.1)
    spread = spark.simulate(line, model, ["a"], worlds=40_000, rng=1)
    error = math.sqrt(0.18 * 0.82 / 40_000)
    assert abs(spread.chances[2] - 0.18) < 4 * error
    unaware = tally(line, model, ["a"], -1, worlds=40_000).states[0, 0, 0, -1] / 40_000
    assert abs(unaware - (0.2 + 0.64)) < 4 * math.sqrt(0.5 / 40_000)  # P(third aware) = .36
    wrong = spark.simulate(line, replace(model, hearsay=0.3), ["a"], worlds=40_000, rng=1)
    assert abs(wrong.chances[2] - 0.18) > 4 * error


def test_only_word_spreading_is_submodular_by_brute_force_over_small_networks():
    from itertools import combinations

    network = spark.Network.from_edges(["a", "b", "a", "c", "d"], ["b", "c", "d", "a", "c"])
    model = spark.Aware(adoption=0.5, awareness=0.7, hearsay=0.2)
    people = list(network.people)
    value = {
        frozenset(chosen): exact_aware(network, model, chosen) for k in range(5) for chosen in combinations(people, k)
    }
    for small in value:
        for large in value:
            if small <= large:
                for x in set(people) - large:
                    assert value[small | {x}] - value[small] >= value[large | {x}] - value[large] - 1e-9


def exact_aware(network, model, seeds):
    """Expected adopters, by enumerating who would adopt and which ties are live for whom."""
    from itertools import product

    people = {name: i for i, name in enumerate(network.people)}
    ties = list(zip(network.sources().tolist(), network.targets.tolist(), strict=True))
    chance = (1 - model.awareness, model.awareness - model.hearsay, model.hearsay)  # dead, live from adopters, live
    total = 0.0
    start = {people[s] for s in seeds}
    for willing in product((0, 1), repeat=len(people)):
        weight = math.prod(model.adoption if w else 1 - model.adoption for w in willing)
        for kinds in product((0, 1, 2), repeat=len(ties)):
            known, front = set(start), list(start)
            while front:
                u = front.pop()
                for (source, target), kind in zip(ties, kinds, strict=True):
                    passes = kind == 2 or (kind == 1 and (willing[u] or u in start))
                    if source == u and passes and target not in known:
                        known.add(target)
                        front.append(target)
            adopters = sum(willing[v] or v in start for v in known)
            total += weight * math.prod(chance[kind] for kind in kinds) * adopters
    return total


def test_a_policy_brings_awareness_a_dose_less_lapse_and_more_visibility():
    network = spark.Network.from_edges(
        ["a"], ["x"], people={"id": ["a", "b", "x"], "organisation": ["one", "one", "two"]}
    )
    model = spark.Adoption(
        probability=0.5,
        awareness=1.0,
        lapse=0.5,
        organisation_threshold=0.5,
        policy=1,
        policy_lapse=0,
        policy_visibility=3,
    )
    spread = spark.simulate(network, model, ["a"], horizon=1, worlds=20_000, rng=1)
    error = math.sqrt(0.25 / 20_000)
    assert spread.chances[0] == 1  # nobody in a signed-up organisation lapses
    assert spread.chances[1] == 1  # unaware before, convinced by the policy
    assert abs(spread.chances[2] - (1 - 0.5**3)) < 4 * error


def test_wrong_parameters_are_refused_all_at_once_in_words():
    with pytest.raises(UsageError) as error:
        spark.Adoption(
            probability=2,
            dose=-1,
            examples_needed=0,
            hearsay=0.1,
            trial_visibility=0.5,
            lapse=-1,
            peer_support=-2,
            policy=0.5,
        )
    assert len(error.value.faults) == 9
    for options, words in (
        ({}, "give either a probability or a dose"),
        ({"probability": 0.1, "awareness": 0.1, "hearsay": 0.2}, "hearsay 0.2 is above awareness 0.1"),
        ({"probability": 0.1, "organisation_threshold": 1.5}, "organisation_threshold 1.5 is not a share"),
        ({"probability": 0.1, "trial_time": 1.5}, "trial_time 1.5 is not a whole number"),
        ({"probability": 0.1, "policy_visibility": 0.5, "organisation_threshold": 1}, "not a number of at least 1"),
    ):
        with pytest.raises(UsageError, match=words):
            spark.Adoption(**options)
    with pytest.raises(UsageError, match="adoption 2 is not a number in"):
        spark.Aware(adoption=2, awareness=0.5)


def test_columns_and_organisations_that_are_not_there_are_named():
    network = spark.Network.from_edges(
        ["a"], ["b"], people={"id": ["a", "b"], "fatigue": [0.5, 1.5]}, columns={"tells": [0.5], "says": [0.7]}
    )
    with pytest.raises(UsageError, match="people column 'fatige', which the network does not have .* 'fatigue'"):
        lower(network, spark.Adoption(probability=0.1, lapse_factor="fatige"))
    with pytest.raises(UsageError, match="no organisations"):
        lower(network, spark.Adoption(probability=0.1, organisation_threshold=0.5))
    with pytest.raises(DataError, match="hearsay 0.7 is above awareness 0.5"):
        lower(network, spark.Adoption(probability=0.1, awareness="tells", hearsay="says"))
    with pytest.raises(DataError, match="'b': fatigue 1.5 is not a number in"):
        lower(network, spark.Adoption(probability=0.1, turnover="fatigue"))
    with pytest.raises(SparkError, match="goes on for ever"):
        spark.simulate(network, spark.Adoption(probability=0.1, turnover=0.1), ["a"], rng=1)


def test_states_are_estimates_that_add_up_travel_and_are_drawn():
    network = spark.generate.erdos_renyi(30, 120, rng=1)
    model = spark.Adoption(probability=0.2, awareness=0.5, trial_time=1, lapse=0.1)
    spread = spark.simulate(network, model, [0, 1], horizon=6, worlds=50, rng=1)
    steps = spread.states_over_time
    assert [step.time for step in steps] == list(range(7))
    for step in steps:
        assert abs(step.unaware + step.aware + step.trying + step.adopted + step.lapsed - 30) < 1e-9
    assert steps[-1].adopted == spread.mean
    assert steps[-1].adopted_standard_error == spread.standard_error
    assert steps[-1].with_example == 0  # there are no organisations
    again = spark.Spread.from_dict(spread.to_dict())
    assert again.states_over_time == steps
    assert spread.to_pandas().loc[6, "unaware"] == steps[-1].unaware
    assert spread.plot_states().get_ylabel() == "people"
    plain = spark.simulate(network, spark.SIS(0.2), [0], horizon=6, worlds=10, rng=1)
    assert plain.states_over_time == ()
    assert "states_over_time" not in plain.to_dict()
    with pytest.raises(UsageError, match="SIS has no states to draw"):
        plain.plot_states()


def test_more_worlds_join_and_chunks_and_precision_change_nothing():
    network = spark.generate.erdos_renyi(30, 120, rng=1)
    model = spark.Aware(adoption=0.5, awareness=0.3, hearsay=0.1)
    precise = spark.simulate(network, model, [0], standard_error=0.2, rng=1)
    whole = spark.simulate(network, model, [0], worlds=precise.worlds, rng=1)
    assert precise.worlds > 256
    assert precise.states_over_time == whole.states_over_time
    assert precise.sizes.tolist() == whole.sizes.tolist()


EXACT_CASES = {
    "late": {"probability": 0.5, "lapse": 0.4, "rekindle": 0.5, "delay": (0.3, 0.4, 0.3)},
    "late moments": {"dose": 0.7, "lapse": 0.3, "examples_needed": 2, "delay": 2, "awareness": 0.6},
    "late trials": {"probability": 0.6, "trial_time": 1, "trial_visibility": 0.5, "delay": spark.GeometricDelay(0.5)},
    "noise": {"probability": 0.3, "lapse": 0.4, "examples_needed": 3, "noise": 0.3, "turnover": 0.2},
    "late noise": {"dose": 0.4, "lapse": 0.4, "tolerance": SOME, "noise": 0.3, "awareness": 0.7, "delay": (0.5, 0.5)},
    "sis": {"probability": 0.4, "lapse": 0.3, "partners": 0.4},
    "words": {"probability": 0.5, "lapse": 0.2, "awareness": 0.6, "hearsay": 0.2},
    "moments": {"dose": 0.7, "lapse": 0.3, "examples_needed": 2, "rekindle": 0.5},
    "trials": {"probability": 0.6, "lapse": 0.2, "trial_time": 2, "trial_failure": 0.4, "trial_visibility": 0.5},
    "failing at once": {"probability": 0.6, "trial_failure": 0.4, "turnover": 0.2, "awareness": 0.7},
    "peers": {"probability": 0.3, "lapse": 0.6, "peer_support": 1.0, "lapse_factor": "strain"},
    "leaving": {"probability": 0.5, "turnover": "strain", "lapse": 0.1, "rekindle": 0.0},
    "policies": {
        "probability": 0.3,
        "lapse": 0.5,
        "examples_needed": 2,
        "trial_time": 1,
        "trial_visibility": 0.5,
        "organisation_threshold": "1/2",
        "policy": 0.6,
        "policy_lapse": 0.4,
        "policy_visibility": 2.5,
        "partners": 0.5,
    },
}


@pytest.mark.parametrize("name", EXACT_CASES)
def test_states_have_the_chances_of_the_exact_chain_and_a_wrong_parameter_is_seen(name):
    from spark.exact import adoption_states

    people = {"id": list("abcd"), "organisation": ["one", "one", "two", "two"], "strain": [0.25, 0.5, 0.25, 0.75]}
    people |= {"readiness": [1.0, 1.5, 0.5, 1.0], "visibility": [1.0, 0.5, 2.0, 1.0]}
    partners = {"source": ["one"], "target": ["two"], "weight": [1.0]}
    network = spark.Network.from_edges(list("aabcd"), list("bccda"), people=people, partners=partners)
    model = spark.Adoption(**EXACT_CASES[name])
    worlds, horizon = 40_000, 3
    exact = adoption_states(network, model, ["a"], horizon=horizon)
    counts = tally(
        network, model, ["a"], horizon, worlds=worlds, general=not model.has_states and not model.lapse_factor
    )
    found = counts.reached[0] / worlds
    error = np.sqrt(np.maximum(exact[:, 3] * (1 - exact[:, 3]), 1e-9) / worlds)
    assert (abs(found - exact[:, 3]) < 4.5 * error).all()
    states = counts.states[0, 0, :5, -1] / worlds
    spread = np.sqrt(np.maximum(counts.states[0, 1, :5, -1] / worlds - states**2, 1e-9) / worlds)
    assert (abs(states - exact.sum(axis=0)) < 4.5 * spread + 1e-6).all()
    wrong = adoption_states(network, replace(model, lapse=min(model.lapse + 0.15, 1)), ["a"], horizon=horizon)
    assert (abs(found - wrong[:, 3]) > 4.5 * error).any()
