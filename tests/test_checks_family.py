"""CHECKS section 3: one family. The share rule is dense weak ties, and worlds have the exact law of every model."""

from itertools import product

import numpy as np
import pytest
from estimates import WORLDS, chances_agree, mean_agrees, sizes_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    cascades,
    hard_thresholds,
    network_of,
    networks,
    plans,
    several_examples,
    tables,
    thresholds,
)

import spark
from spark import exact


def with_ties_for_shares(table, share, *, cascade):
    """The same network with a tie from every member of a partner organisation to every person of the other (MODEL
    section 3), on a layer of their own: dose a b_v/n_q of the whole, as a chance (cascade) or as a weight."""
    people, partners = table["people"], table["partners"]
    rows = list(zip(partners["source"], partners["target"], partners["weight"], strict=True))
    into = {o: sum(a for _, other, a in rows if other == o) for _, o, _ in rows}
    dense = {"source": [], "target": [], "chance": []}
    for q, o, a in rows:
        members, lookers = ([v for v, name in enumerate(people["organisation"]) if name == x] for x in (q, o))
        for u, v in product(members, lookers):
            part = a * people["outlook"][v] / len(members)
            if part > 0:
                dense["source"].append(u)
                dense["target"].append(v)
                dense["chance"].append(1 - (1 - share) ** part if cascade else share * part / into[o])
    chances = [*table["columns"]["chance"], *dense["chance"]]
    return network_of(
        {
            "source": [*table["source"], *dense["source"]],
            "target": [*table["target"], *dense["target"]],
            "layer": ["ties"] * len(table["source"]) + ["shares"] * len(dense["source"]),
            "columns": {"chance": chances},
            "people": {**people, "outlook": [1.0] * len(people["id"])},
        }
    )


PARTNERED = tables(most=4, most_ties=3, personal=True, partners=True).filter(lambda table: "partners" in table)


@settings(max_examples=150)
@given(PARTNERED, st.data())
def test_the_share_rule_is_dense_weak_ties_in_law(table, data):
    network = network_of(table)
    plan = data.draw(plans(network.size))
    cascade, share = data.draw(st.booleans()), data.draw(st.sampled_from((0.2, 0.5)))
    dense = with_ties_for_shares(table, share, cascade=cascade)
    if cascade:
        by_share, by_ties = spark.IndependentCascade("chance", share), spark.IndependentCascade("chance")
    else:
        by_share, by_ties = (
            spark.LinearThreshold("chance", share, totals="cap"),
            spark.LinearThreshold("chance", totals="cap"),
        )
    shares, ties = exact.outcomes(network, by_share, plan), exact.outcomes(dense, by_ties, plan)
    for people in shares.keys() | ties.keys():
        assert shares.get(people, 0) == pytest.approx(ties.get(people, 0), abs=1e-9)


TRUST = {
    "source": [0, 1, 3, 4, 6],
    "target": [1, 2, 4, 5, 7],
    "columns": {"chance": [0.5, 0.25, 0.5, 0.75, 0.5]},
    "people": {
        "id": list(range(8)),
        "organisation": ["a", "a", "a", "b", "b", "b", "c", "c"],
        "readiness": [1.0, 1.0, 0.5, 1.0, 1.5, 1.0, 0.75, 1.0],
        "visibility": [2.0, 1.0, 0.5, 1.0, 1.0, 0.0, 1.0, 1.0],
        "outlook": [1.0, 1.0, 1.0, 0.5, 1.0, 1.5, 1.0, 0.5],
    },
    "partners": {"source": ["a", "b", "a", "c"], "target": ["b", "c", "c", "a"], "weight": [1.0, 0.5, 0.25, 1.0]},
}


@pytest.mark.parametrize("rule", ["cascade", "threshold"])
def test_worlds_of_the_share_rule_have_the_law_of_dense_weak_ties(rule, backend):
    network, share = network_of(TRUST), 0.4
    dense = with_ties_for_shares(TRUST, share, cascade=rule == "cascade")
    if rule == "cascade":
        model, other = spark.IndependentCascade("chance", share), spark.IndependentCascade("chance")
        wrong = spark.IndependentCascade("chance", 0.46)
    else:
        model = spark.LinearThreshold("chance", share, totals="cap")
        other = spark.LinearThreshold("chance", totals="cap")
        wrong = spark.LinearThreshold("chance", 0.46, totals="cap")
    law = exact.sizes(dense, other, [0])
    run = {"worlds": WORLDS[backend], "rng": 11, "backend": backend}
    for spread in (spark.simulate(network, model, [0], **run), spark.simulate(dense, other, [0], **run)):
        assert sizes_agree(spread, law)
        assert mean_agrees(spread, law @ np.arange(network.size + 1))
        assert chances_agree(spread, exact.chances(dense, other, [0]))
    assert not mean_agrees(spark.simulate(network, wrong, [0], **run), law @ np.arange(network.size + 1))


@pytest.mark.statistics
@settings(max_examples=150)
@given(st.data())
def test_worlds_have_the_exact_law_whatever_is_in_the_model(data):
    network = data.draw(networks(personal=True, partners=True, layers=("day", "night"), most_ties=8))
    model = data.draw(cascades(True) | thresholds(True) | several_examples(True) | hard_thresholds())
    hard = isinstance(model, spark.CountThreshold | spark.FractionalThreshold)
    plan = data.draw(plans(network.size, broadcasts=not hard))
    horizon = data.draw(st.sampled_from((None, None, 1, 2, 3)))
    spread = spark.simulate(
        network, model, plan, worlds=WORLDS["cpu"] // 2, horizon=horizon, rng=data.draw(st.integers(0, 99))
    )
    assert sizes_agree(spread, exact.sizes(network, model, plan, horizon=horizon))
    assert chances_agree(spread, exact.chances(network, model, plan, horizon=horizon))


@pytest.mark.statistics
def test_the_expected_curve_is_the_exact_spread_at_each_horizon(backend):
    network = network_of(TRUST)
    news = spark.Plan(spark.Seeds([0]), spark.Seeds([6], start=2), spark.Broadcast(probability=0.1, start=2, stop=4))
    for model, wrong in (
        (spark.IndependentCascade("chance", 0.4), spark.IndependentCascade("chance", 0.5)),
        (spark.LinearThreshold(partners=0.4, totals="cap"), spark.LinearThreshold(partners=0.2, totals="cap")),
    ):
        run = {"worlds": WORLDS[backend], "rng": 12, "backend": backend}
        steps = spark.simulate(network, model, news, **run).over_time
        assert [step.time for step in steps] == list(range(len(steps)))
        assert len(steps) > 4
        for step in steps:
            assert mean_agrees(step, exact.spread(network, model, news, horizon=step.time))
        last = spark.simulate(network, wrong, news, **run).over_time[-1]
        assert not mean_agrees(last, exact.spread(network, model, news))


def test_a_need_for_two_examples_is_found_not_to_be_submodular():
    # from two people at once the third has twice the dose, and two hits are more than twice as likely
    network = spark.Network.from_edges([0, 1], [2, 2], people={"id": [0, 1, 2]})
    values = exact.spread_of_every_set(network, spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.3)))
    found = exact.submodular_violations(values)
    assert [(sorted(one.small), one.added, one.more) for one in found] == [([], 0, 1), ([], 1, 0)]
    assert not exact.monotone_violations(values)
    assert not exact.submodular_violations(exact.spread_of_every_set(network, spark.IndependentCascade(0.3)))


@given(networks(personal=True, partners=True, most=4, most_ties=6), st.data())
def test_one_example_needed_is_the_cascade_itself_in_law(network, data):
    model, plan = data.draw(cascades(partners=True)), data.draw(plans(network.size))
    assert exact.outcomes(network, spark.ExamplesNeeded(1, of=model), plan) == pytest.approx(
        exact.outcomes(network, model, plan), abs=1e-9
    )
