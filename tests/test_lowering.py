"""Lowering: chances, doses and totals come out exactly, and combinations that do not fit are refused in words."""

import tracemalloc
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cascades, hard_thresholds, networks
from strategies import thresholds as linear_thresholds

from spark.errors import DataError, UsageError
from spark.generate import scale_free
from spark.model import IndependentCascade, LinearThreshold, WeightedCascade
from spark.network import Network
from spark.plan import Broadcast, Plan, Seeds
from spark.problem.actions import lower_plans, plan_cost
from spark.problem.arrays import ONE
from spark.problem.fixed_point import chance_of, chances, dose_of, fixed, thresholds
from spark.problem.laws import ties
from spark.problem.lowering import lower


def network(**options):
    return Network.from_edges(["a", "b", "c", "a"], ["b", "c", "b", "c"], **options)


def chance_of_ties(net, model):
    law = lower(net, model).law
    return chances(law.live, law.never)


@given(st.floats(1e-15, 1 - 1e-15))
def test_doses_and_chances_are_right_to_the_last_digits(p):
    with localcontext() as context:
        context.prec = 40
        exact = -(1 - Decimal(p)).ln()
        assert abs(Decimal(float(dose_of(p))) / exact - 1) < Decimal("1e-15")
        assert abs(Decimal(float(chance_of(p))) / (1 - (-Decimal(p)).exp()) - 1) < Decimal("1e-15")


def test_thresholds_round_half_to_even_and_keep_the_ends():
    live, never = thresholds([0.0, 2.0**-33, 2.0**-33 * 1.01, 1.5 * 2.0**-32, 2.5 * 2.0**-32, 0.5, 1.0])
    assert never.tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert chances(live, never).tolist() == [0, 0, 2.0**-32, 2.0**-31, 2.0**-31, 0.5, 1.0]


def test_a_dose_that_is_not_zero_never_becomes_zero():
    assert fixed([0.0, 1e-30]).tolist() == [0, 1]


def test_a_probability_is_used_as_it_stands_where_nothing_bends_it():
    assert (chance_of_ties(network(), IndependentCascade(0.1)) == np.rint(0.1 * 2**32) / 2**32).all()


def test_readiness_visibility_and_strength_bend_the_dose_and_not_the_chance():
    people = {"id": ["a", "b", "c"], "readiness": [1, 2, 0], "visibility": [0.5, 1, 1]}
    net = network(people=people, columns={"contact": [1.0, 1.0, 3.0, 1.0]})
    got = chance_of_ties(net, IndependentCascade(0.2, strength="contact"))  # a->b, a->c, b->c, c->b
    assert got == pytest.approx([1 - 0.8 ** (1 * 2 * 0.5), 0, 0, 1 - 0.8 ** (3 * 2)], abs=2**-32)


@given(networks(most=5, most_ties=20), st.data())
def test_ties_lowered_some_at_a_time_come_out_as_all_at_once(net, data):
    model = data.draw(cascades(partners=True) | linear_thresholds(partners=True) | hard_thresholds())
    whole = lower(net, model).digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ties, "BLOCK", 1)  # blocks of as many ties as there are people
        assert lower(net, model).digest == whole


@pytest.mark.parametrize(
    ("model", "bytes_a_tie"), [(WeightedCascade(), 5), (LinearThreshold(), 8)], ids=["cascade", "linear"]
)
def test_lowering_takes_little_more_memory_than_the_law_that_comes_out(model, bytes_a_tie):
    net = scale_free(50_000, 2_000_000, rng=1)
    tracemalloc.start()
    lower(net, model)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.3 * bytes_a_tie * net.tie_count + 200 * net.size


def test_a_certain_tie_ignores_positive_factors_and_dies_with_a_zero():
    people = {"id": ["a", "b", "c"], "readiness": [1, 0.01, 0]}
    assert chance_of_ties(network(people=people), IndependentCascade(1)).tolist() == [1, 0, 0, 1]


def test_weighted_cascade_counts_people_and_splits_the_dose_over_layers():
    net = Network.from_edges(["a", "a", "b"], ["c", "c", "c"], layer=["mail", "ward", "mail"])
    got = chance_of_ties(net, WeightedCascade())
    assert got == pytest.approx([1 - 0.5**0.5, 1 - 0.5**0.5, 0.5], abs=2**-31)


@given(st.integers(1, 40), st.integers(1, 3), st.sampled_from([0.0, 0.3, 1 / 3, 1.0]))
def test_equal_weights_of_linear_threshold_add_up_to_exactly_one(neighbours, layers, partners):
    sources = [f"u{i}" for i in range(neighbours) for _ in range(layers)]
    layer = [f"l{i}" for _ in range(neighbours) for i in range(layers)]
    people = {"id": ["v", *dict.fromkeys(sources)], "organisation": ["o"] + ["q"] * neighbours}
    net = Network.from_edges(
        sources,
        ["v"] * len(sources),
        layer=layer,
        people=people,
        partners={"source": ["q"], "target": ["o"], "weight": [2.5]},
    )
    law = lower(net, LinearThreshold(partners=partners)).law
    assert sum(law.dose.tolist()) + int(law.partner_dose[0]) * neighbours == ONE


def test_weights_above_one_are_refused_by_name_and_can_be_scaled_or_capped():
    net = network(columns={"weight": [0.7, 0.2, 0.5, 0.6]})  # a->b, b->c, c->b, a->c
    with pytest.raises(DataError, match=r"(?s)weights of 'b' add up to 1\.\d+, more than 1.*normalise"):
        lower(net, LinearThreshold("weight"))
    scaled = lower(net, LinearThreshold("weight", totals="normalise")).law
    assert ONE * 0.999999 < int(scaled.dose[0]) + int(scaled.dose[3]) <= ONE
    assert scaled.dose[0] / scaled.dose[3] == pytest.approx(0.7 / 0.5)
    assert lower(net, LinearThreshold("weight", totals="cap")).law.capped


def test_readiness_and_broadcasts_count_towards_the_total_of_linear_threshold():
    with pytest.raises(DataError, match="'b' add up to 2"):
        lower(network(people={"id": ["a", "b", "c"], "readiness": [1, 2, 1]}), LinearThreshold())
    net = network()
    with pytest.raises(DataError, match=r"'b' add up to 1\.1"):
        lower(net, LinearThreshold(), np.full(3, ONE // 10, np.uint64))


def test_of_many_whose_weights_are_too_large_three_are_named_and_what_to_do():
    ready = {"id": list(range(20)), "readiness": [1 + v / 10 for v in range(20)]}
    net = Network.from_edges(list(range(20)), [(v + 1) % 20 for v in range(20)], people=ready)
    with pytest.raises(DataError) as error:
        lower(net, LinearThreshold())
    said = list(map(str, error.value.faults))
    assert [words.split("'")[0].split(" add")[0] for words in said[:3]] == [
        f"linear threshold: the weights of {v}" for v in (19, 18, 17)
    ]
    assert said[3] == "... and those of 16 more people of 20"
    assert "normalise" in said[4]
    assert len(said) == 5
    with pytest.raises(DataError, match="broadcasts and added ties alone are above 1"):
        lower(network(), LinearThreshold(totals="normalise"), np.full(3, 2 * ONE, np.uint64))


def test_a_column_or_layer_that_is_not_there_is_named_with_the_nearest():
    net = network(columns={"weight": [1.0, 1.0, 1.0, 1.0]}, layer=["mail"] * 4)
    with pytest.raises(UsageError, match="'wieght'.*did you mean 'weight'"):
        lower(net, IndependentCascade("wieght"))
    with pytest.raises(UsageError, match="'mial'.*did you mean 'mail'"):
        lower(net, IndependentCascade({"mial": 0.1}))


def test_a_column_that_holds_no_probabilities_names_every_tie():
    net = network(columns={"weight": [2.0, 0.5, 3.0, 1.0]})
    with pytest.raises(DataError) as error:
        lower(net, IndependentCascade("weight"))
    text = str(error.value)
    assert "tie 'a' -> 'b': weight 2 is not" in text
    assert "tie 'c' -> 'b': weight 3 is not" in text
    assert "a weight is not a probability" in text


def test_a_layer_that_is_not_named_carries_nothing():
    net = Network.from_edges(["a", "a"], ["b", "b"], layer=["mail", "ward"])
    assert chance_of_ties(net, IndependentCascade({"ward": 0.5})).tolist() == [0, 0.5]


def test_the_digest_of_the_graph_does_not_depend_on_the_law_and_that_of_the_problem_does():
    net = network()
    a, b = lower(net, IndependentCascade(0.1)), lower(net, IndependentCascade(0.2))
    assert a.graph.digest == b.graph.digest == lower(network(), WeightedCascade()).graph.digest
    assert a.digest != b.digest


def test_plans_name_every_unknown_person_and_group_at_once():
    net = network(people={"id": ["a", "b", "c"], "organisation": ["ward", "ward", "clinic"]})
    plans = {
        "A": Plan(Seeds(["a", "bb"])),
        "B": Plan(Broadcast(probability=0.1, to={"organisation": ["wards"]})),
        "C": Plan(Broadcast(probability=0.1, to={"organization": ["ward"]})),
    }
    with pytest.raises(UsageError) as error:
        lower_plans(net, plans)
    text = str(error.value)
    assert "plan 'A'" in text
    assert "'bb'" in text
    assert "plan 'B': broadcast: no organisation is called 'wards'; did you mean 'ward'?" in text
    assert "plan 'C': broadcast: 'organization' is not one of" in text


def test_a_person_seeded_twice_starts_at_the_earlier_step_and_costs_once():
    net = network(people={"id": ["a", "b", "c"], "cost": [5, 2, 1]})
    plan = Plan(Seeds(["a", "b"], start=3), Seeds(["b"]), Broadcast(probability=0.1, cost=10))
    actions = lower_plans(net, {"": plan})
    assert list(zip(actions.seed_people, actions.seed_start, strict=True)) == [(1, 0), (0, 3)]
    assert plan_cost(net, plan) == 17


def test_broadcast_doses_add_up_step_by_step_over_their_windows():
    net = network()
    plan = Plan(Broadcast(dose=0.5, start=2, stop=4), Broadcast(dose=1.0, to={"people": ["c"]}, start=1, stop=2))
    actions = lower_plans(net, {"": plan})
    heard = actions.heard[actions.schedule[0]] / ONE
    assert heard.tolist() == [[0, 0, 0.5, 1.0], [0, 0, 0.5, 1.0], [0, 1.0, 1.5, 2.0]]


def test_a_visibility_beyond_all_measure_is_refused():
    with pytest.raises(DataError, match="'b' has the most"):
        lower(network(people={"id": ["a", "b", "c"], "visibility": [1, 1e12, 1]}), WeightedCascade())
