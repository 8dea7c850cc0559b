"""What a comparison answers: outcomes of each plan, money, and ends that are as sure as they say."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import spark
from spark.errors import InfeasibleError, UsageError
from spark.results import Comparison
from spark.worlds.differences import price_of
from spark.worlds.looks import UntilClear, boundaries
from spark.worlds.outcomes import cost_effectiveness

PEOPLE = {
    "id": ["ann", "bo", "cy", "di", "eve", "fay", "gus"],
    "organisation": ["ward", "ward", "ward", "clinic", "clinic", "home", "home"],
    "cost": [3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0],
}


@pytest.fixture(scope="module")
def trust():
    return spark.Network.from_edges(
        ["ann", "ann", "ann", "bo", "cy", "di", "eve"], ["bo", "cy", "di", "cy", "di", "eve", "fay"], people=PEOPLE
    )


MODEL = spark.IndependentCascade(0.5)


@pytest.fixture(scope="module")
def comparison(trust):
    plans = {"ann": ["ann"], "cheap": ["bo", "di"], "nothing": [], "dear": ["gus", "ann"], "poor": ["gus", "fay"]}
    return spark.compare(trust, MODEL, plans, worlds=2000, rng=4, shares=(0.5, 1 / 7, 1.0))


def each_world(trust, seeds, worlds=2000):
    return [spark.replay(trust, MODEL, seeds, world=w, rng=4).events for w in range(worlds)]


def test_each_plan_answers_what_its_worlds_come_to(trust, comparison):
    worlds = each_world(trust, ["ann"], 200)
    found = spark.compare(trust, MODEL, {"ann": ["ann"]}, worlds=200, rng=4, shares=(0.5, 1 / 7)).plans[0]
    sizes = np.array([len(events) for events in worlds])
    assert found.spread.sizes.tolist() == sizes.tolist()
    assert found.median == np.median(sizes)
    homes = dict(zip(PEOPLE["id"], PEOPLE["organisation"], strict=True))
    lit = [len({homes[event.person] for event in events}) for events in worlds]
    assert found.organisations_reached == pytest.approx(np.mean(lit))
    assert found.organisations_standard_error == pytest.approx(np.std(lit, ddof=1) / math.sqrt(200))
    half, first = found.times
    when = [sorted(event.time for event in events) for events in worlds]
    reached = sorted(times[3] for times in when if len(times) >= 4)
    assert (half.people, half.reached) == (4, len(reached) / 200)
    assert half.mean == pytest.approx(np.mean(reached))
    assert half.median == (reached[99] if len(reached) >= 100 else None)
    assert (first.people, first.reached, first.median) == (1, 1, 0)
    assert (found.worst_off.organisation, found.worst_off.people) == ("home", 2)
    assert found.worst_off.share == pytest.approx(found.spread.chances[-2:].sum() / 2)


def test_no_organisations_no_answer_about_them():
    pair = spark.Network.from_edges([1], [2])
    found = spark.compare(pair, MODEL, {"a": [1]}, worlds=20, rng=1).plans[0]
    assert (found.organisations_reached, found.worst_off) == (None, None)


def test_ties_for_the_best_are_split(comparison):
    shares = [plan.probability_best for plan in comparison.plans]
    assert sum(shares) == pytest.approx(1)
    sizes = np.stack([plan.spread.sizes for plan in comparison.plans])
    top = sizes == sizes.max(axis=0)
    assert shares == pytest.approx((top / top.sum(axis=0)).mean(axis=1).tolist())


def test_a_tenth_better_counts_worlds_with_whole_numbers(comparison):
    d = comparison.differences[0]
    a, b = (plan.spread.sizes for plan in comparison.plans[:2])
    assert d.probability_a_tenth_better == ((a > b) & (10 * a >= 11 * b)).mean()
    assert d.probability_b_tenth_better == ((b > a) & (10 * b >= 11 * a)).mean()


def test_the_frontier_has_rising_prices_and_leaves_out_what_others_do_for_less(comparison):
    rows = {row.name: row for row in comparison.cost_effectiveness}
    costs = [row.cost for row in comparison.cost_effectiveness]
    assert costs == sorted(costs) == [0, 2, 3, 3, 4]
    assert rows["nothing"].standing == "frontier"
    assert {rows["cheap"].standing, rows["ann"].standing} == {"frontier", "dominated"}
    on = [row for row in comparison.cost_effectiveness if row.standing == "frontier" and row.extra_cost]
    prices = [row.cost_per_extra_adopter.value for row in on]
    assert prices == sorted(prices)
    for row in on:
        assert row.cost_per_extra_adopter.value == pytest.approx(row.extra_cost / row.extra_adopters)
    gains = {plan.name: plan.spread.gain_over_no_action for plan in comparison.plans}
    for row in comparison.cost_effectiveness:
        if row.standing == "dominated":
            assert rows[row.by[0]].cost <= row.cost
            assert gains[row.by[0]] >= row.gain
        if row.standing == "extended":
            low, high = (rows[name] for name in row.by)
            share = (row.cost - low.cost) / (high.cost - low.cost)
            assert (1 - share) * low.gain + share * high.gain >= row.gain


def test_standings_are_those_of_the_textbook(comparison):
    """Costs and effects of five made-up programmes: 2 is dominated by 1, 4 by a mix of 3 and 5."""
    template = comparison.plans[0]

    def programme(name, cost, gain):
        sizes = np.full(2000, gain, np.int32)
        spread = replace(template.spread, sizes=sizes, mean=gain, gain_over_no_action=gain, gain_standard_error=0.0)
        return replace(template, name=name, cost=cost, spread=spread)

    plans = [programme(*row) for row in (("1", 10, 10), ("2", 20, 8), ("3", 30, 20), ("4", 55, 22), ("5", 70, 30))]
    pairs = [(a, b) for i, a in enumerate(plans) for b in plans[i + 1 :]]
    d = comparison.differences[0]
    gaps = [(a, b, a.spread.mean - b.spread.mean) for a, b in pairs]
    differences = [replace(d, a=a.name, b=b.name, mean=gap, low=gap, high=gap) for a, b, gap in gaps]
    rows = cost_effectiveness(plans, differences)
    assert [row.standing for row in rows] == ["frontier", "dominated", "frontier", "extended", "frontier"]
    assert [row.by for row in rows] == [(), ("1",), (), ("3", "5"), ()]
    assert [row.sure for row in rows] == [True] * 5
    assert [row.cost_per_extra_adopter and row.cost_per_extra_adopter.value for row in rows] == [1, None, 2, None, 4]


def test_prices_follow_the_interval_of_the_gain():
    assert price_of(10, 5, 4, 6).value == 2
    assert price_of(10, 5, 4, 6).low == pytest.approx(10 / 6)
    assert price_of(10, 5, -1, 6).high is None
    assert price_of(10, -1, -3, 1).value is None
    assert price_of(10, -2, -3, -1).low is None


def test_at_the_break_even_price_two_plans_cost_the_same_a_person(comparison):
    plans = {plan.name: plan for plan in comparison.plans}
    d = comparison.differences[0]
    a, b = plans[d.a], plans[d.b]
    assert d.break_even_a.value / a.spread.gain_over_no_action == pytest.approx(b.cost_per_extra_adopter.value)
    assert d.break_even_b.value / b.spread.gain_over_no_action == pytest.approx(a.cost_per_extra_adopter.value)
    assert d.break_even_a.low < d.break_even_a.value < d.break_even_a.high
    against_nothing = next(d for d in comparison.differences if d.b == "nothing")
    assert against_nothing.break_even_a is None


def test_the_interval_of_a_break_even_price_holds_the_truth_about_as_often_as_it_says(trust):
    """Fieller's interval of a ratio of two gains in the same worlds; made twice too narrow it must fail."""
    exact = {name: spark.exact.spread(trust, MODEL, seeds) for name, seeds in (("a", ["ann"]), ("b", ["bo", "di"]))}
    truth = 3.0 * exact["a"] / exact["b"]
    held = narrow = 0
    for rng in range(300):
        d = spark.compare(trust, MODEL, {"a": ["ann"], "b": ["bo", "di"]}, worlds=400, rng=rng).differences[0]
        price = d.break_even_a
        held += price.low <= truth <= price.high
        narrow += abs(truth - price.value) <= (price.high - price.low) / 4
    assert 0.91 <= held / 300 <= 0.985
    assert narrow / 300 < 0.85


def test_a_plan_is_scaled_to_what_the_money_buys_and_never_costs_more(trust):
    seeds = spark.scale_plan(trust, ["bo", "di", "gus"], 3)
    assert seeds.seeds == ("bo", "di")
    assert spark.scale_plan(trust, ["bo"], 5, order=["ann", "bo", "di", "cy"]).seeds == ("bo", "ann", "cy")
    assert spark.scale_plan(trust, ["ann"], 2).seeds == ()
    staged = spark.Plan(spark.Seeds(["bo"]), spark.Seeds(["cy"], start=3, cost_each=4), spark.Broadcast(dose=1, cost=1))
    assert spark.scale_plan(trust, staged, 5).seeds == ("bo",)
    assert spark.scale_plan(trust, staged, 6).seeds == ("bo", "cy")
    with pytest.raises(InfeasibleError, match="does not pay"):
        spark.scale_plan(trust, staged, 0.5)
    leaflet = spark.Broadcast(dose=0.2, cost=10)
    assert spark.scale_plan(trust, leaflet, 25).interventions == (spark.Broadcast(dose=0.5, cost=25),)
    campaign = spark.Broadcast(dose=0.2, start=2, stop=4, cost=5, cost_per_period=10)
    assert spark.scale_plan(trust, campaign, 39).interventions == (
        spark.Broadcast(dose=0.2, start=2, stop=5, cost=5, cost_per_period=10),
    )
    assert spark.scale_plan(trust, campaign, 8).interventions == ()
    for wrong in (spark.Broadcast(dose=0.1), spark.Boost(1.0, cost=3)):
        with pytest.raises(UsageError):
            spark.scale_plan(trust, wrong, 3)


def test_a_comparison_survives_json_whole(trust):
    plans = {"A": ["ann"], "B": ["bo"]}
    found = spark.compare(trust, MODEL, plans, worlds=UntilClear(most=600), rng=1)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    again = Comparison.from_dict(data)
    assert again.to_dict() == found.to_dict()
    assert (again.plans[0].times, again.decision) == (found.plans[0].times, found.decision)
    assert again.cost_effectiveness == found.cost_effectiveness
    assert again.plans_to_pandas().loc["A", "cost"] == 3
    assert "break_even_a_low" in again.to_pandas().columns


def test_critical_values_are_those_of_the_published_tables():
    """Five equal looks, 5 % in all: Lan & DeMets boundaries as printed by several packages."""
    equal = (0.2, 0.4, 0.6, 0.8, 1.0)
    assert boundaries(equal, 0.05, "pocock") == pytest.approx((2.4380, 2.4268, 2.4101, 2.3966, 2.3859), abs=5e-4)
    known = (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)
    assert boundaries(equal, 0.05, "obrien-fleming") == pytest.approx(known, abs=5e-4)
    assert boundaries((1.0,), 0.05) == pytest.approx((1.96,), abs=2e-4)


@pytest.mark.parametrize("spending", ["pocock", "obrien-fleming"])
def test_all_looks_together_miss_the_truth_as_rarely_as_they_may(spending):
    """Sums of normal draws at doubling looks: with the critical value of a single look it happens far more often."""
    until = UntilClear(most=256 * 64, spending=spending)
    blocks = np.diff([0, *until.looks])
    draws = np.random.default_rng(5).standard_normal((40_000, blocks.size)) * np.sqrt(blocks)
    z = np.abs(np.cumsum(draws, axis=1)) / np.sqrt(until.looks)
    missed = (z > until.critical(2)).any(axis=1).mean()
    assert missed == pytest.approx(0.05, abs=0.004)
    assert (z > 1.96).any(axis=1).mean() > 0.15


def test_it_ends_as_soon_as_the_decision_is_clear_and_not_before(trust):
    plans = {"A": ["ann"], "B": ["bo"]}
    clear = spark.compare(trust, MODEL, plans, worlds=UntilClear(), rng=1)
    assert (clear.worlds, clear.decision.clear, clear.decision.best) == (256, True, "A")
    assert clear.differences[0].verdict == "a"
    fixed = spark.compare(trust, MODEL, plans, worlds=256, rng=1)
    assert fixed.plans[0].spread.sizes.tolist() == clear.plans[0].spread.sizes.tolist()
    assert clear.differences[0].low < fixed.differences[0].low
    close = {"A": ["ann"], "B": ["bo", "di", "gus"]}
    open_ = spark.compare(trust, MODEL, close, worlds=UntilClear(most=300), smallest_difference=0, rng=1)
    assert open_.decision.looks == (256, 300)
    assert open_.decision.clear == (open_.differences[0].verdict in ("a", "b"))
    again = spark.compare(trust, MODEL, close, worlds=UntilClear(most=300), smallest_difference=0, rng=1, workers=2)
    assert again.to_dict() == open_.to_dict()


def test_the_best_may_be_clear_while_two_others_are_not(trust):
    plans = {"A": ["ann", "di", "gus"], "B": ["gus"], "C": ["fay"]}
    best = spark.compare(trust, MODEL, plans, worlds=UntilClear(), smallest_difference=0, rng=1)
    assert (best.worlds, best.decision.best, best.decision.per_pair) == (256, "A", 0.025)
    every = UntilClear(most=1024, question="every pair")
    pairs = spark.compare(trust, MODEL, plans, worlds=every, smallest_difference=0, rng=1)
    assert pairs.decision.per_pair == pytest.approx(0.05 / 3)
    same = spark.compare(trust, MODEL, {"A": ["ann"], "B": ["ann"]}, worlds=UntilClear(), rng=1)
    assert (same.worlds, same.differences[0].verdict, same.differences[0].high) == (256, "no-difference", 0)


def test_what_rarely_differs_is_not_called_equal_after_a_glance():
    rare = spark.Network.from_edges([0] * 50, list(range(1, 51)), people={"id": [*range(51), "x"]})
    plans = {"A": ["x", 0], "B": ["x", 0, 1]}
    model = spark.IndependentCascade(0.999)
    found = spark.compare(rare, model, plans, worlds=UntilClear(most=2048), rng=1)
    assert found.decision.stopped == 2048


def test_wrong_options_of_a_decision_are_all_named():
    with pytest.raises(UsageError) as caught:
        UntilClear(most=1, error=0.7, question="all", spending="pococ")  # type: ignore[arg-type]
    assert len(caught.value.faults) == 4
    assert "did you mean 'pocock'" in str(caught.value)
    pair = spark.Network.from_edges([1], [2])
    with pytest.raises(UsageError, match="not both"):
        spark.compare(pair, MODEL, {"a": [1]}, worlds=UntilClear(), standard_error=0.1)
    with pytest.raises(UsageError, match=r"shares: 0 is not in"):
        spark.compare(pair, MODEL, {"a": [1]}, shares=(0,))


def test_two_plans_equal_in_law_rarely_have_a_winner_whenever_it_ends():
    """100 comparisons of two seeds that are alike; the full thousand is `python -m benchmarks --only statistics`."""
    twins = spark.Network.from_edges([1, 1, 1, 2, 2, 2], [3, 4, 5, 6, 7, 8])
    model, plans = spark.IndependentCascade(0.3), {"A": [1], "B": [2]}
    until = UntilClear(most=4096)
    early = [spark.compare(twins, model, plans, worlds=until, smallest_difference=0, rng=r) for r in range(100)]
    fixed = [spark.compare(twins, model, plans, worlds=1024, smallest_difference=0, rng=r) for r in range(100)]
    for found in (early, fixed):
        assert sum(c.differences[0].verdict in ("a", "b") for c in found) <= 12
