"""Interventions are checked where they are made, lowered to rows once, and priced as they say."""

import numpy as np
import pytest

import spark
from spark.errors import UsageError
from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
from spark.problem.actions import lower_plans, plan_cost
from spark.problem.arrays import ALWAYS, FOR_EVER, ONE, UNIT
from spark.problem.together import lower_together
from spark.provenance import describe_plan, read_plan


def network():
    people = {"id": list("abcdef"), "organisation": list("xxxyyy"), "team": list("112233"), "cost": [1, 2, 3, 4, 5, 6]}
    return spark.Network.from_edges(["a", "b"], ["b", "c"], people=people)


ALL = Plan(
    Seeds(["a", "b"], take_up=0.5, pay="on_acceptance"),
    Broadcast(dose=0.5, to={"organisation": ["x"]}, stop=3, cost=2, cost_per_period=1, take_up=0.25),
    Mandate(["y"], dose=0.25, sustain=0.5, stop=4, cost_each=10, take_up=0.5, pay="on_acceptance"),
    Boost(1.0, {"team": ["1"]}, start=2, stop=4, cost_each=3),
    Boost(0.5, {"people": ["a"]}),
    Sustain(0.25, {"organisation": ["y"]}, cost=7),
    Bridge({"team": ["1"]}, {"team": ["3"]}, probability=0.5, take_up=0.5, cost_each=8, pay="on_acceptance"),
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Seeds(["a"], take_up=1.5), "seeds: take_up 1.5 is not in [0, 1]"),
        (lambda: Seeds(["a"], pay="later"), "seeds: pay 'later' is none of on_offer, on_acceptance"),
        (lambda: Seeds(["a"], cost_each=-1), "seeds: cost_each -1 is not a number of at least 0"),
        (lambda: Broadcast(dose=1, take_up=float("nan")), "broadcast: take_up nan is not in [0, 1]"),
        (lambda: Broadcast(dose=1, to={"team": "icu"}), "broadcast: to team is a list, not the single text 'icu'"),
        (lambda: Mandate("x", dose=1, stop=2), "mandate: organisations is a list, not the single text 'x'"),
        (lambda: Mandate(["x"]), "mandate: give a probability, a dose or sustain"),
        (lambda: Mandate(["x"], dose=1), "mandate: a dose in every step for ever convinces everybody"),
        (lambda: Mandate(["x"], sustain=2), "mandate: sustain 2 is not in [0, 1]"),
        (lambda: Boost(-0.1), "boost: amount -0.1 is not a number from 0 to 1,000"),
        (lambda: Boost(1, start=0), "boost: start 0 is not a step from 1 on"),
        (lambda: Sustain(1.5), "sustain: share 1.5 is not in [0, 1]"),
        (lambda: Sustain(0.5, start=3, stop=3), "sustain: the window 3 <= t < 3 has no step from 1 on"),
        (lambda: Bridge({}, {"people": ["a"]}, dose=1), "bridge: source says nobody"),
        (lambda: Bridge({"people": ["b"]}, {"people": ["a"]}), "bridge: give either a probability or a dose"),
        (lambda: Bridge({"people": ["b"]}, {"people": ["a"]}, dose=1, layer=""), "bridge: layer '' is not a name"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(make, message):
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_a_plan_that_was_described_is_read_again():
    assert read_plan(describe_plan(ALL)) == ALL
    assert describe_plan(Plan(Seeds(["a"]))) == [{"kind": "seeds", "people": ["a"], "start": 0}]


def test_everything_that_does_not_fit_the_network_is_said_at_once():
    plan = Plan(
        Seeds(["z"]),
        Boost(1, {"team": ["9"], "organisation": ["zz"]}),
        Sustain(0.5, {"tem": ["1"]}),
        Mandate(["w"], sustain=0.5),
        Bridge({"people": ["aa"]}, {"people": ["a"]}, dose=1, start=2_000_000),
    )
    with pytest.raises(UsageError) as caught:
        lower_plans(network(), {"A": plan})
    assert [fault.message for fault in caught.value.faults] == [
        "plan 'A': 'z' is not in the network (6 people)",
        "plan 'A': boost: no team is called '9'",
        "plan 'A': boost: no organisation is called 'zz'",
        "plan 'A': sustain: 'tem' is not one of people, organisation, team; did you mean 'team'?",
        "plan 'A': mandate: no organisation is called 'w'",
        "plan 'A': bridge: step 2,000,000 is later than 1,000,000",
        "plan 'A': 'aa' is not in the network (6 people); did you mean 'a'?",
    ]


def test_costs_are_those_of_the_offers_or_what_they_come_to_on_average():
    net = network()
    assert plan_cost(net, Plan(Seeds(["a", "b"]), Seeds(["b"], start=2))) == 3
    assert plan_cost(net, Plan(Seeds(["a", "f"], cost=10, cost_each=2, take_up=0.5))) == 14
    assert plan_cost(net, ALL) == 1.5 + (2 + 2) + 5 + 6 + 0 + 7 + 8 * 4 * 0.25
    assert plan_cost(net, Plan(Boost(1, start=3, cost_per_period=2)), horizon=12) == 20
    with pytest.raises(UsageError, match="its cost_per_period has no end; give a stop, or a horizon"):
        plan_cost(net, Plan(Boost(1, cost_per_period=2)))


def test_boosts_are_levels_over_time():
    actions = lower_plans(network(), {"A": ALL, "B": Plan(Seeds(["a"]))})
    assert actions.factors == (1.0, 1.5, 2.0, 3.0)
    of = [[actions.factors[level] for level in row] for row in actions.boost_level.tolist()]
    assert [of[row] if row >= 0 else None for row in actions.boost[0].tolist()[:3]] == [
        [1, 1.5, 3, 3, 1.5],
        [1, 1, 2, 2, 1],
        None,
    ]
    assert (actions.boost[1] == -1).all()


def test_who_is_sustained_by_two_keeps_the_product():
    actions = lower_plans(network(), {"A": Plan(Mandate(["y"], sustain=0.5, stop=3), Sustain(0.5, start=2))})
    left = actions.sustain_left[actions.sustain[0]] / UNIT
    assert left.tolist() == [[1, 1, 0.5, 0.5]] * 3 + [[1, 0.5, 0.25, 0.5]] * 3


def test_take_up_leads_from_row_to_row():
    plan = Plan(
        Broadcast(dose=0.5, take_up=0.25),
        Broadcast(dose=0.25, take_up=0.75),
        Mandate(["x"], dose=1, stop=2, take_up=0.5),
    )
    actions = lower_plans(network(), {"A": plan})
    uptake = actions.heard_uptake

    def doses(row, coins):
        while row >= 0 and uptake.accept[row] < ALWAYS:
            asked = coins[uptake.kind[row]] < uptake.accept[row] / ALWAYS
            row = (uptake.yes if asked else uptake.no)[row]
        return 0 if row < 0 else actions.heard[row, -1] / ONE

    for person, mandated in ((0, 1.0), (5, 0.0)):
        for listens, heard in ((0.2, 0.75), (0.5, 0.25), (0.8, 0.0)):
            for complies in (0.4, 0.6):
                whole = doses(actions.schedule[0, person], {1: listens, 2: complies})
                assert whole == heard + mandated * (complies < 0.5)


def test_bridges_are_ties_with_ids_of_their_own():
    one = Bridge({"team": ["1"]}, {"people": ["a", "f"]}, probability=0.5, start=2)
    actions = lower_plans(network(), {"A": Plan(one), "B": Plan(), "C": Plan(one)})
    assert actions.bridge_indptr.tolist() == [0, 6, 6, 12]
    pairs = list(zip(actions.bridge_source[:6].tolist(), actions.bridge_target[:6].tolist(), strict=True))
    assert pairs == [(0, 1), (0, 5), (1, 0), (1, 5), (5, 0), (5, 1)]
    assert (actions.bridge_id >> np.uint64(63) == 1).all()
    assert np.unique(actions.bridge_id).size == 6
    assert (actions.bridge_id[:6] == actions.bridge_id[6:]).all()
    assert set(actions.bridge_chance[0].tolist()) == {1 << 31}
    assert set(actions.bridge_stop.tolist()) == {FOR_EVER}


def test_a_pair_that_is_bridged_twice_has_the_stronger_tie_or_is_refused():
    ends = {"people": ["a"]}, {"people": ["f"]}
    twice = Plan(Bridge(*ends, dose=0.5, both=False), Bridge(*ends, dose=1.5, both=False))
    assert (lower_plans(network(), {"": twice}).bridge_dose / ONE).tolist() == [[1.5]]
    with pytest.raises(UsageError, match="'a' and 'f' are tied twice with different windows"):
        lower_plans(network(), {"": Plan(Bridge(*ends, dose=0.5), Bridge(*ends, dose=0.5, start=2))})


def test_a_model_that_cannot_carry_an_intervention_refuses_it():
    with pytest.raises(UsageError, match="IndependentCascade has nobody to help to keep going: nobody gives up"):
        lower_together(network(), spark.IndependentCascade(0.5), {"": Plan(Sustain(0.5))})
    with pytest.raises(UsageError, match="Aware carries no boosts"):
        lower_together(network(), spark.Aware(awareness=0.5, adoption=0.4), {"": Plan(Boost(0.5))})


def test_a_broadcast_without_a_stop_lasts_one_step():
    assert Broadcast(dose=1, start=4) == Broadcast(dose=1, start=4, stop=5)
    assert Broadcast(dose=1) == Broadcast(dose=1, start=1, stop=2)
    with pytest.raises(UsageError, match=r"window 4 <= t < 2"):
        Broadcast(dose=1, start=4, stop=2)
