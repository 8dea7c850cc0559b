"""What is guaranteed of choosing, by trying all sets of tiny instances: every "yes" holds, every "no" is seen.

Interventions other than seeds are in test_checks_interventions.py, bounds in test_sandwich.py and test_means.py.
"""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import cascades, delays, general_thresholds, network_of, networks, plans, tables, thresholds
from test_optimise import needs_compiled
from test_optimise_sets import best, made

import spark
from spark import exact
from spark.errors import UsageError
from spark.exact import monotone_violations, submodular_violations
from spark.network import Network
from spark.optimise.greedy import one_by_one
from spark.optimise.wish import wish_for
from spark.question import ANYBODY


def worth_of_every_set(network, model, beside=(), horizon=None):
    """The exact value of those who practise in the end, for every set of seeds."""
    worth = np.empty(1 << network.size)
    for people in range(worth.size):
        seeds = spark.Seeds([v for i, v in enumerate(network.people) if people >> i & 1])
        worth[people] = exact.chances(network, model, spark.Plan(seeds, *beside), horizon=horizon) @ network.value
    return worth


def holds(values):
    return not monotone_violations(values) and not submodular_violations(values)


class TestLiveEdges:
    @settings(max_examples=25)
    @given(networks(most=3, most_ties=5, personal=True, partners=True), st.data())
    def test_beside_delays_deadlines_values_shares_and_broadcasts_each_seed_adds_less(self, network, data):
        model = data.draw(cascades(True, delays()) | thresholds(True, ("normalise",), delays()))
        beside = data.draw(plans(network.size)).interventions
        horizon = data.draw(st.sampled_from((None, 1, 2, 3)))
        try:
            worth = worth_of_every_set(network, model, beside, horizon)
        except UsageError:  # too much to enumerate
            assume(False)
        assert holds(worth)

    def test_what_is_tried_would_show_a_model_in_which_two_are_worth_more_together(self):
        network = Network.from_edges([0, 1], [2, 2], people={"id": [0, 1, 2], "value": [1.0, 1.0, 2.0]})
        two = spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.5))
        assert not holds(worth_of_every_set(network, two, horizon=2))
        assert holds(worth_of_every_set(network, spark.IndependentCascade(0.5), horizon=2))


class TestConcaveLaws:
    @settings(max_examples=25)
    @given(networks(personal=True, partners=True, most=3, most_ties=5), st.data())
    def test_each_seed_adds_less_on_average_with_delays_and_a_deadline_too(self, network, data):
        model = data.draw(general_thresholds(True, ("normalise", "cap"), delays()))
        assume(model.guarantee.submodular)
        try:
            values = exact.spread_of_every_set(network, model, horizon=data.draw(st.sampled_from((None, 1, 2, 3))))
        except UsageError:
            assume(False)
        assert holds(values)

    @settings(max_examples=25)
    @given(networks(personal=True, partners=True, most=4, most_ties=6), st.data())
    def test_weights_that_are_capped_have_diminishing_returns_as_well(self, network, data):
        model = data.draw(thresholds(True, ("cap",)))
        assert model.guarantee.submodular
        assert holds(exact.spread_of_every_set(network, model))

    def test_a_law_that_bends_upwards_is_seen(self):
        network = Network.from_edges([0, 1], [2, 2])
        bent = spark.GeneralThreshold(
            spark.TableTolerance((0.5, 1.0), (0.1, 1.0)), of=spark.LinearThreshold(0.5, totals="cap")
        )
        assert not bent.guarantee.submodular
        assert submodular_violations(exact.spread_of_every_set(network, bent))


class TestCosts:
    @needs_compiled
    @settings(max_examples=40)
    @given(st.integers(0, 10_000))
    def test_greedy_by_gain_or_by_gain_per_cost_is_within_its_factor_of_the_best(self, seed):
        rng = np.random.default_rng(seed)
        people, budget = int(rng.integers(3, 9)), float(rng.integers(2, 8))
        lists = [rng.choice(people, min(people, int(rng.integers(1, 4))), False).tolist() for _ in range(40)]
        cost = rng.choice([0.5, 1.0, 2.0, 4.0], people)
        budget = min(budget, float(cost.sum()))
        sets = made(people, lists)
        table = {"id": list(range(people)), "cost": cost.tolist()}
        wish = wish_for(Network.from_edges([], [], people=table), budget, None, np.empty(0, np.int64), ANYBODY)
        ways = (False, True) if wish.costs is not None else (False,)
        found = max(sets.covered(one_by_one(sets.gains(wish.allowed), wish, by_cost=way)) for way in ways)
        most = best(sets, np.ones(people, np.uint8), lambda chosen: cost[list(chosen)].sum() <= budget + 1e-9)
        assert found >= 0.405 * most

    @needs_compiled
    def test_gain_per_cost_alone_can_be_far_below_it(self):
        sets = made(2, [[0]] * 2 + [[1]] * 40)
        people = {"id": [0, 1], "cost": [0.1, 4.0]}
        wish = wish_for(Network.from_edges([], [], people=people), 4.0, None, np.empty(0, np.int64), ANYBODY)
        alone, per_cost = (one_by_one(sets.gains(wish.allowed), wish, by_cost=way) for way in (False, True))
        assert sets.covered(per_cost) < 0.405 * sets.covered(alone)


class TestGivingUp:
    @settings(max_examples=25)
    @given(networks(personal=True, most=3, most_ties=4), st.data())
    def test_who_is_convinced_again_as_before_adds_less_at_every_step_and_in_adopter_periods(self, network, data):
        model = spark.SIS(data.draw(st.sampled_from((0.3, "chance"))), data.draw(st.sampled_from((0.2, 0.7))))
        steps = [exact.spread_of_every_set(network, model, horizon=t) for t in (1, 2, 3)]
        assert all(holds(values) for values in [*steps, np.sum(steps, axis=0)])

    def test_who_is_harder_to_convince_again_can_be_lit_too_early(self):
        network = spark.generate.path(4)
        for rekindle in (0.0, 0.5):
            model = spark.SIS(0.9, lapse=1.0, rekindle=rekindle)
            assert not model.guarantee.monotone
            assert monotone_violations(exact.spread_of_every_set(network, model, horizon=3))

    @settings(max_examples=25)
    @given(networks(personal=True, most=3, most_ties=4), st.data())
    def test_under_sir_each_seed_adds_less_to_those_who_ever_practised(self, network, data):
        chance, horizon = data.draw(st.sampled_from((0.3, "chance"))), data.draw(st.sampled_from((1, 2, 4)))
        lapse = data.draw(st.sampled_from((0.2, 0.7, 1.0)))
        models = spark.SIR(chance, lapse), spark.ContinuousSIR(0.5, lapse)
        for model in models:
            assert holds(exact.spread_of_every_set(network, model, horizon=horizon, who="ever"))

    def test_under_sir_who_practises_in_the_end_is_neither(self):
        values = exact.spread_of_every_set(spark.generate.path(4), spark.SIR(1.0, lapse=1.0), horizon=3)
        assert monotone_violations(values)
        assert submodular_violations(values)

    def test_help_to_keep_going_in_a_window_can_leave_fewer_who_ever_practised_under_sir(self, backend):
        # a gives up at once unless she is kept going from step 2 on: lit by s she tries for ever, as a seed only once
        network = Network.from_edges(["s", "a"], ["a", "b"], columns={"chance": [1.0, 0.5]})
        model, kept = spark.SIR("chance", lapse=1.0), spark.Sustain(1.0, {"people": ["a"]}, start=2)
        options = {"worlds": 400 if backend == "python" else 4000, "rng": 3, "backend": backend, "horizon": 16}
        few = spark.simulate(network, model, spark.Plan(spark.Seeds(["s"]), kept), **options)
        more = spark.simulate(network, model, spark.Plan(spark.Seeds(["s", "a"]), kept), **options)
        assert few.ever_adopted == pytest.approx(3, abs=4 * few.ever_standard_error + 1e-3)
        assert more.ever_adopted == pytest.approx(2.5, abs=4 * more.ever_standard_error)
        steady = [exact.spread(network, model, seeds, horizon=16, who="ever") for seeds in (["s"], ["s", "a"])]
        assert steady == pytest.approx([2.5, 2.5])  # without the window nothing is lost


class TestFairAndRobust:
    def test_the_worst_off_group_can_gain_from_two_what_it_gains_from_neither(self):
        network = Network.from_edges([], [], people={"id": ["a", "b"], "organisation": ["x", "y"]})
        values = self.worst_off(network, spark.IndependentCascade(0.5))
        assert values.tolist() == [0, 0, 0, 1]
        assert submodular_violations(values)

    @settings(max_examples=15)
    @given(tables(most=4, most_ties=6, adopted=False), st.lists(st.sampled_from("xy"), min_size=4, max_size=4))
    def test_one_more_seed_never_leaves_the_worst_off_group_or_the_worst_model_with_fewer(self, table, names):
        size = len(table["people"]["id"])
        table["people"]["organisation"] = ["x", "y", *names][:size]
        network = network_of(table)
        models = spark.IndependentCascade("chance"), spark.CountThreshold(2)
        assert all(not monotone_violations(self.worst_off(network, model)) for model in models)
        assert not monotone_violations(np.min([exact.spread_of_every_set(network, m) for m in models], axis=0))

    def test_the_worse_of_two_models_can_gain_from_two_seeds_together(self):
        columns = {"one": [1.0, 0.0], "other": [0.0, 1.0]}
        network = Network.from_edges(["a", "b"], ["x", "y"], columns=columns)
        each = [exact.spread_of_every_set(network, spark.IndependentCascade(name)) for name in columns]
        assert all(holds(values) for values in each)
        assert submodular_violations(np.min(each, axis=0))

    @staticmethod
    def worst_off(network, model):
        """Smallest share of an organisation that practises, for every set of seeds."""
        reached = np.array(
            [
                exact.chances(network, model, [v for i, v in enumerate(network.people) if s >> i & 1])
                for s in range(1 << network.size)
            ]
        )
        groups = range(len(network.organisations))
        return np.min([reached[:, network.organisation == group].mean(axis=1) for group in groups], axis=0)


class TestStages:
    """Waiting until each cascade has ended: what one more seed is then worth on average, given who practises."""

    @settings(max_examples=20)
    @given(tables(most=4, most_ties=8, adopted=False))
    def test_under_independent_cascade_a_seed_is_worth_less_the_more_was_seen_to_be_lit(self, table):
        size = len(table["people"]["id"])
        for u in range(size):
            worth = {}
            for lit in range(1 << size):
                if not lit >> u & 1:
                    worth[lit] = exact.spread(self.without(table, lit), spark.IndependentCascade("chance"), [u])
            assert all(worth[b] <= worth[a] + 1e-9 for a, b in itertools.product(worth, worth) if a & ~b == 0)

    def test_under_linear_threshold_it_can_be_worth_more(self):
        # v, who has withstood s, has a tolerance above one half: of what is left of it, u gives the whole
        before = Network.from_edges(["s", "u"], ["v", "v"], columns={"weight": [0.5, 0.5]})
        after = Network.from_edges(["u"], ["v"], columns={"weight": [0.5 / (1 - 0.5)]})
        model = spark.LinearThreshold("weight")
        alone, seen = exact.spread(before, model, ["u"]), exact.spread(after, model, ["u"])
        assert (alone, seen) == (1.5, 2.0)
        whole = exact.spread(before, model, ["s", "u"])
        assert whole == pytest.approx(0.5 * (2 + 1) + 0.5 * (1 + seen))  # s lights v or not, then u comes

    @staticmethod
    def without(table, lit):
        """The network of those who are not lit; of the ties that lead out of those who are, none was live."""
        ties = [
            i
            for i, pair in enumerate(zip(table["source"], table["target"], strict=True))
            if not any(lit >> v & 1 for v in pair)
        ]
        return Network.from_edges(
            [table["source"][i] for i in ties],
            [table["target"][i] for i in ties],
            columns={"chance": [table["columns"]["chance"][i] for i in ties]},
            people={"id": [v for v in table["people"]["id"] if not lit >> v & 1]},
        )
