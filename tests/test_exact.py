"""spark.exact against figures worked out by hand, and its two forms against each other."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, network_of, networks, plans, thresholds

import spark
from spark import exact
from spark.errors import DataError, InfeasibleError, UsageError

IC, WC, LT = spark.IndependentCascade, spark.WeightedCascade, spark.LinearThreshold
FORMS = ("process", "live-edge")


def close(a, b):
    return a == pytest.approx(b, abs=1e-9)


def one_tie(*, strength=1.0, readiness=1.0, visibility=1.0, outlook=1.0):
    return spark.Network.from_edges(
        ["u"],
        ["v"],
        columns={"strong": [strength]},
        people={
            "id": ["u", "v"],
            "readiness": [1.0, readiness],
            "visibility": [visibility, 1.0],
            "outlook": [1.0, outlook],
        },
    )


def partnership(**people):
    """Organisation q of two people, without ties to o, of one: v; q -> o has weight 2."""
    return spark.Network.from_edges(
        [],
        [],
        people={"id": ["q1", "q2", "v"], "organisation": ["q", "q", "o"], **people},
        partners={"source": ["q"], "target": ["o"], "weight": [2.0]},
    )


@pytest.mark.parametrize("form", FORMS)
class TestByHand:
    def test_strength_readiness_and_visibility_are_exponents(self, form):
        network = one_tie(strength=2, readiness=0.5, visibility=3, outlook=7)
        assert close(exact.chances(network, IC(0.5, strength="strong"), ["u"], form=form)[1], 1 - 0.5**3)
        assert close(exact.chances(network, IC(0.5), ["u"], form=form)[1], 1 - 0.5**1.5)

    @pytest.mark.parametrize("what", ["readiness", "visibility"])
    def test_a_certain_tie_stays_certain_unless_a_factor_is_0(self, form, what):
        assert exact.chances(one_tie(**{what: 0.1}), IC(1.0), ["u"], form=form).tolist() == [1, 1]
        assert exact.chances(one_tie(**{what: 0.0}), IC(1.0), ["u"], form=form).tolist() == [1, 0]

    def test_broadcasts_add_their_dose_in_every_step_of_their_window(self, form):
        network = one_tie(readiness=0.0)
        news = spark.Broadcast(probability=0.2, to={"people": ["v"]}, start=2, stop=5)
        by_step = [exact.chances(network, IC(0.5), news, horizon=t, form=form)[1] for t in range(7)]
        assert close(by_step, [0, 0, 0.2, 1 - 0.8**2, 1 - 0.8**3, 1 - 0.8**3, 1 - 0.8**3])
        by_step = [exact.chances(network, LT(), news, horizon=t, form=form)[1] for t in range(7)]
        dose = -math.log(0.8)
        assert close(by_step, [0, 0, dose, 2 * dose, 3 * dose, 3 * dose, 3 * dose])

    def test_broadcasts_reach_those_who_match_every_key(self, form):
        network = spark.Network.from_edges(
            [],
            [],
            people={
                "id": list("abcd"),
                "organisation": ["x", "x", "y", None],
                "team": ["t", "s", "t", "t"],
                "job": ["nurse", "nurse", "nurse", "cook"],
            },
        )

        def hear(**to):
            return exact.chances(network, IC(0.5), spark.Broadcast(dose=math.log(2), to=to), form=form).tolist()

        assert hear() == [0.5, 0.5, 0.5, 0.5]
        assert hear(organisation=["x"]) == [0.5, 0.5, 0, 0]
        assert hear(organisation=["x", "y"], team=["t"]) == [0.5, 0, 0.5, 0]
        assert hear(job=["cook"]) == [0, 0, 0, 0.5]
        assert hear(job=["nurse"], people=["b", "d"]) == [0, 0.5, 0, 0]
        for to in ({"organisation": ["z"]}, {"jobs": ["cook"]}):
            with pytest.raises(UsageError, match="did you mean" if "jobs" in to else "no organisation"):
                hear(**to)

    def test_partners_count_by_the_share_that_has_adopted(self, form):
        model = IC(0.9, partners=0.36)  # weight 2, so half of q means the chance 0.36, and all of it 1 - 0.64^2
        assert close(exact.chances(partnership(), model, ["q1"], form=form)[2], 0.36)
        assert close(exact.chances(partnership(), model, ["q1", "q2"], form=form)[2], 1 - 0.64**2)
        assert exact.chances(partnership(), IC(0.9), ["q1", "q2"], form=form)[2] == 0
        far = partnership(outlook=[1, 1, 0.5], readiness=[1, 1, 3], visibility=[0.5, 1, 1])
        assert close(exact.chances(far, model, ["q1"], form=form)[2], 1 - 0.64 ** (0.5 * 0.5 * 3))

    def test_partners_carry_a_share_of_the_weights_of_linear_threshold(self, form):
        network = spark.Network.from_edges(
            ["x", "y"],
            ["v", "v"],
            people={"id": ["q1", "q2", "r1", "v", "x", "y"], "organisation": ["q", "q", "r", "o", None, None]},
            partners={"source": ["q", "r"], "target": ["o", "o"], "weight": [3.0, 1.0]},
        )
        weights = {"q1": 0.15, "q2": 0.15, "r1": 0.1, "x": 0.3, "y": 0.3}
        for seeds in (["q1"], ["r1"], ["x"], ["q1", "q2", "y"], list(weights)):
            wanted = sum(weights[u] for u in seeds)
            assert close(exact.chances(network, LT(partners=0.4), seeds, form=form)[3], wanted)

    def test_equal_weights_are_split_over_the_layers_of_a_pair(self, form):
        network = spark.Network.from_edges(["a", "a", "b"], ["v", "v", "v"], layer=["day", "night", "day"])
        for model, one in ((WC(), 0.5), (LT(), 0.5)):
            assert close(exact.chances(network, model, ["a"], form=form)[1], one)
            assert close(exact.chances(network, model, ["b"], form=form)[1], one)
        certain = spark.Network.from_edges(["a", "a"], ["v", "v"], layer=["day", "night"])
        assert exact.chances(certain, WC(), ["a"], form=form).tolist() == [1, 1]
        assert close(exact.chances(network, IC({"night": 0.3}), ["a", "b"], form=form)[1], 0.3)

    def test_seeds_who_come_late_deliver_in_the_step_after(self, form):
        path = spark.Network.from_edges([1, 2], [2, 3])
        late = spark.Seeds([1], start=2)
        assert [exact.spread(path, IC(1.0), late, horizon=t, form=form) for t in range(6)] == [0, 0, 1, 2, 3, 3]
        assert exact.spread(path, IC(1.0), late, form=form) == 3

    def test_those_who_practise_already_spread_it_without_seeds(self, form):
        network = spark.Network.from_edges([1, 2], [2, 3], people={"id": [1, 2, 3], "adopted": [True, False, False]})
        assert exact.spread(network, IC(0.5), form=form) == 1.75
        assert exact.outcomes(network, IC(0.5), form=form) == {
            frozenset({1}): 0.5,
            frozenset({1, 2}): 0.25,
            frozenset({1, 2, 3}): 0.25,
        }

    def test_weights_above_1_are_refused_scaled_or_capped(self, form):
        network = spark.Network.from_edges([1, 2], [3, 3], columns={"w": [0.9, 0.6]})
        with pytest.raises(DataError, match=r"weights of 3 add up to 1\.5"):
            exact.spread(network, LT("w"), [1], form=form)
        assert close(exact.chances(network, LT("w", totals="normalise"), [1], form=form)[1], 0.6)
        if form == "process":
            assert close(exact.chances(network, LT("w", totals="cap"), [1], form=form)[1], 0.9)
            assert close(exact.chances(network, LT("w", totals="cap"), [1, 2], form=form)[1], 1)
        else:
            with pytest.raises(UsageError, match="no live-edge form"):
                exact.spread(network, LT("w", totals="cap"), [1], form=form)

    def test_a_column_that_holds_no_chances_is_refused(self, form):
        network = spark.Network.from_edges([1], [2], columns={"calls": [3.0]})
        with pytest.raises(DataError, match=r"calls: 3 is not a number in \[0, 1\]"):
            exact.spread(network, IC("calls"), [1], form=form)
        with pytest.raises(UsageError, match="did you mean 'calls'"):
            exact.spread(network, IC("cals"), [1], form=form)


def whole(network, model, plan, horizon=None):
    """The law of who practises at the end in both forms."""
    return [exact.outcomes(network, model, plan, horizon=horizon, form=form) for form in FORMS]


def assert_same_law(a, b):
    assert math.isclose(sum(a.values()), 1, abs_tol=1e-9)
    for people in a.keys() | b.keys():
        assert a.get(people, 0) == pytest.approx(b.get(people, 0), abs=1e-9)


@settings(max_examples=200)
@given(st.data())
def test_exponential_tolerances_and_live_ties_have_the_same_law(data):
    network = data.draw(networks(personal=True, layers=("day", "night"), most_ties=6))
    plan = data.draw(plans(network.size))
    horizon = data.draw(st.sampled_from((None, 1, 2, 3)))
    assert_same_law(*whole(network, data.draw(cascades()), plan, horizon))


@settings(max_examples=200)
@given(st.data())
def test_uniform_tolerances_and_picked_ties_have_the_same_law(data):
    network = data.draw(networks(personal=True, layers=("day", "night")))
    plan = data.draw(plans(network.size))
    horizon = data.draw(st.sampled_from((None, 1, 2, 3)))
    assert_same_law(*whole(network, data.draw(thresholds(totals=("normalise",))), plan, horizon))


@settings(max_examples=200)
@given(st.data())
def test_both_forms_have_the_same_law_with_partner_shares(data):
    network = data.draw(networks(personal=True, partners=True, most=4, most_ties=4))
    plan = data.draw(plans(network.size))
    model = data.draw(cascades(partners=True) | thresholds(partners=True, totals=("normalise",)))
    assert_same_law(*whole(network, model, plan))


def test_a_wrong_tie_shows_in_the_law():
    table = {"source": [0, 1], "target": [1, 2], "columns": {"chance": [0.5, 0.25]}}
    right = network_of(table)
    wrong = network_of({**table, "columns": {"chance": [0.5, 0.26]}})
    with pytest.raises(AssertionError):
        assert_same_law(exact.outcomes(right, IC("chance"), [0]), exact.outcomes(wrong, IC("chance"), [0]))


@given(st.data())
def test_spread_chances_sizes_and_outcomes_tell_the_same(data):
    network = data.draw(networks(partners=True, most_ties=6))
    model, plan = data.draw(cascades(True) | thresholds(True)), data.draw(plans(network.size))
    outcomes = exact.outcomes(network, model, plan)
    law, chances = exact.sizes(network, model, plan), exact.chances(network, model, plan)
    spread = exact.spread(network, model, plan)
    assert close(law.sum(), 1)
    assert close(law @ np.arange(network.size + 1), spread)
    assert close(chances.sum(), spread)
    for v in range(network.size):
        assert close(chances[v], sum(p for people, p in outcomes.items() if v in people))


@settings(max_examples=200)
@given(st.data())
def test_spread_is_monotone_and_submodular_under_exponential_and_uniform_tolerances(data):
    network = data.draw(networks(personal=True, partners=True, most=4, most_ties=6))
    model = data.draw(cascades(partners=True) | thresholds(partners=True))
    beside = data.draw(plans(network.size))
    values = exact.spread_of_every_set(network, model, beside=beside)
    assert not exact.monotone_violations(values)
    assert not exact.submodular_violations(values)


def test_several_hits_have_the_tail_of_the_poisson_law():
    network = spark.Network.from_edges(["a", "b"], ["v", "v"], people={"id": list("abv"), "readiness": [1, 1, 1.5]})
    for k, tail in ((1, lambda x: 1 - math.exp(-x)), (2, lambda x: 1 - math.exp(-x) * (1 + x))):
        for seeds in (["a"], ["a", "b"]):
            dose = -math.log(0.6) * 1.5 * len(seeds)
            model = spark.ExamplesNeeded(k, of=IC(0.4))
            assert close(exact.chances(network, model, seeds)[2], tail(dose))
    news = spark.Plan(spark.Seeds(["a"]), spark.Broadcast(dose=0.25, to={"people": ["v"]}, start=2, stop=4))
    dose = 0.5 - 1.5 * math.log(0.6)
    assert close(exact.chances(network, spark.ExamplesNeeded(2, of=IC(0.4)), news)[2], 1 - math.exp(-dose) * (1 + dose))


def test_hard_thresholds_count_distinct_neighbours():
    network = spark.Network.from_edges(list("aabc"), list("vvvv"), layer=["day", "night", "day", "day"])
    for model, needed in (
        (spark.CountThreshold(2), 2),
        (spark.FractionalThreshold("1/3"), 1),
        (spark.FractionalThreshold(0.34), 2),
        (spark.FractionalThreshold(1), 3),
        (spark.CountThreshold(4), 4),
    ):
        for seeds in ("a", "ab", "abc"):
            assert exact.chances(network, model, list(seeds))[1] == (len(seeds) >= needed)


def test_models_without_live_ties_have_no_live_edge_form():
    with pytest.raises(UsageError, match="exists for independent cascade and linear threshold only"):
        exact.spread(one_tie(), spark.ExamplesNeeded(2), ["u"], form="live-edge")
    assert exact.spread(one_tie(), spark.ExamplesNeeded(1), ["u"], form="live-edge") == 2


def test_an_organisational_threshold_is_found_not_to_be_submodular():
    # four people without ties whose organisation makes them all adopt once half of them have (CHECKS section 8)
    values = np.array([0.0, 1, 1, 4, 1, 4, 4, 4, 1, 4, 4, 4, 4, 4, 4, 4])
    found = exact.submodular_violations(values)
    assert exact.Violation(frozenset({0}), 1, 2, 3.0) not in found
    assert exact.Violation(frozenset(), 0, 1, 2.0) in found
    assert len(found) == 12
    assert not exact.monotone_violations(values)


def test_a_set_that_is_worth_less_with_one_member_more_is_found():
    assert exact.monotone_violations(np.array([0.0, 2.0, 1.0, 1.5])) == (exact.Violation(frozenset({0}), 1, None, 0.5),)


def test_one_world_of_tolerances_is_not_submodular():
    worlds = np.array([0.0, 0.0, 0.0, 1.0])  # two ties of weight .5 and the tolerance .8 (MODEL section 7)
    assert exact.submodular_violations(worlds)


@given(st.data())
def test_the_best_seeds_are_the_best_of_all_sets(data):
    network = data.draw(networks(most=4))
    model = data.draw(cascades() | thresholds())
    able = [v for v in range(network.size) if not network.adopted[v]]
    count = data.draw(st.integers(0, len(able)))
    best = exact.best_seeds(network, model, count)
    spreads = {seeds: exact.spread(network, model, seeds) for seeds in itertools.combinations(able, count)}
    assert best.seeds in spreads
    assert close(best.mean, max(spreads.values()))
    assert close(best.mean, spreads[best.seeds])


def test_best_seeds_weigh_people_by_their_value():
    people = {"id": list("abc"), "value": [1.0, 1.0, 5.0]}
    network = spark.Network.from_edges(["a"], ["b"], people=people)
    assert exact.best_seeds(network, IC(0.5), 1) == exact.BestSeeds(("c",), 1.0, 5.0)
    assert exact.best_seeds(network, IC(0.5), 1, beside=["c"]).seeds == ("a",)


def test_best_seeds_are_chosen_among_the_eligible():
    people = {"id": list("abcd"), "eligible": [False, True, True, True], "adopted": [False, False, True, False]}
    network = spark.Network.from_edges(list("aaa"), list("bcd"), people=people)
    assert exact.best_seeds(network, IC(0.5), 1).seeds == ("b",)
    with pytest.raises(InfeasibleError, match="3 seeds are wanted, but only 2 people are eligible"):
        exact.best_seeds(network, IC(0.5), 3)


def test_networks_too_large_to_enumerate_are_refused_with_the_limit():
    with pytest.raises(UsageError, match="at most 64 people; this one has 65"):
        exact.spread(spark.Network.from_edges(range(64), range(1, 65)), IC(0.5), [0])
    path = spark.Network.from_edges(range(19), range(1, 20))
    assert close(exact.spread(path, IC(0.5), [0]), 2 - 0.5**19)
    star = spark.Network.from_edges([0] * 30, range(1, 31))
    with pytest.raises(UsageError, match="at most 4,194,304 outcomes of steps; there are more here"):
        exact.spread(star, IC(0.5), [0])
    clique = spark.Network.from_edges(*zip(*itertools.permutations(range(6), 2), strict=True))
    with pytest.raises(UsageError, match="at most 262,144 worlds; the live-edge form has 33,554,432 here"):
        exact.spread(clique, IC(0.5), [0], form="live-edge")
    with pytest.raises(UsageError, match="at most 16,384 are tried"):
        exact.best_seeds(spark.Network.from_edges(range(40), range(1, 41)), IC(0.5), 10)
    with pytest.raises(UsageError, match="at most 14 people; here are 20"):
        exact.spread_of_every_set(path, IC(0.5))


def test_wrong_options_are_refused():
    network = one_tie()
    with pytest.raises(UsageError, match="form 'live' is none of process, live-edge; did you mean 'live-edge'"):
        exact.spread(network, IC(0.5), ["u"], form="live")
    with pytest.raises(UsageError, match="horizon -1 is not a step"):
        exact.spread(network, IC(0.5), ["u"], horizon=-1)
    with pytest.raises(UsageError, match="'w' is not in the network"):
        exact.spread(network, IC(0.5), ["w"])
    with pytest.raises(UsageError, match="does not know the model"):
        exact.spread(network, "independent-cascade", ["u"])
    with pytest.raises(UsageError, match="no layer 'nights'"):
        exact.spread(network, IC({"nights": 0.5}), ["u"])
