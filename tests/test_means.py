"""Bounds from what everybody adds on average, where there are no reverse sets but returns diminish."""

import numpy as np
import pytest
from feasible import every_choice, gain_of_every_choice
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, tables
from test_optimise import needs_compiled

import spark
from spark.backends import open_backend
from spark.optimise.means import greedy_on_means, most_on_means
from spark.optimise.search import means
from spark.optimise.sources import setting_of
from spark.optimise.wish import wish_for

CASES = {
    "count threshold": (spark.CountThreshold(2), {}),
    "the same, in two steps": (spark.CountThreshold(2, delay=2), {"horizon": 3}),
    "fractional threshold": (spark.FractionalThreshold(0.6), {}),
    "capped weights": (spark.LinearThreshold(0.6, totals="cap"), {}),
    "capped weights by a deadline": (spark.LinearThreshold(0.6, totals="cap"), {"horizon": 1}),
    "a concave law": (spark.GeneralThreshold(spark.TableTolerance((0.5, 2.0), (0.6, 0.9))), {}),
    "simple for good": (spark.GeneralThreshold(spark.ErlangTolerance(2), simple=0.6), {"horizon": 2}),
}


@needs_compiled
@pytest.mark.parametrize("name", CASES)
@settings(max_examples=5)
@given(tables(least=4, most=6, most_ties=12, adopted=True), st.data())
def test_no_choice_is_better_than_the_certificate_says(name, table, data):
    model, options = CASES[name]
    size = len(table["people"]["id"])
    kind = data.draw(st.sampled_from(("count", "budget", "values", "limits")))
    constraints, asked = spark.Constraints(), {"count": data.draw(st.integers(1, 2))}
    if kind == "budget":
        table["people"]["cost"] = [data.draw(st.sampled_from((0.0, 1.0, 2.0, 3.0))) for _ in range(size)]
    if kind == "values":
        table["people"]["value"] = [1.0, *(data.draw(st.sampled_from((0.0, 1.0, 2.5))) for _ in range(size - 1))]
    if kind == "limits":
        table["people"]["organisation"] = [data.draw(st.sampled_from("xy")) for _ in range(size)]
        constraints = spark.Constraints(at_most={"organisation": 1})
    network = network_of(table)
    if kind == "budget":
        asked = {"budget": min(3.0, float(network.cost[~network.adopted].sum()))}
    run = {"worlds": 4, "rng": 5, "workers": 1, "baselines": ("random",), "constraints": constraints} | options
    if network.adopted.all() or (kind == "limits" and (~network.adopted).sum() < 2):
        return
    asked = {"count": 1} if "count" in asked and (~network.adopted).sum() < 2 else asked
    if kind == "limits" and len(set(np.array(table["people"]["organisation"])[~network.adopted])) < 2:
        asked = {"count": 1}
    choice = spark.choose_seeds(network, model, **asked, **run)
    every = every_choice(network, constraints, **asked)
    gains = gain_of_every_choice(network, model, every, **options)
    mine = gains[every.index(tuple(sorted(network.index(choice.seeds).tolist())))]
    assert choice.certificate.ratio is not None
    assert choice.certificate.ratio * gains.max() <= mine + 1e-9


def people_who_matter():
    """Ten who light one another by chance, with costs."""
    rng = np.random.default_rng(3)
    source, target = rng.integers(0, 10, 40), rng.integers(0, 10, 40)
    people = {"id": list(range(10)), "cost": rng.integers(1, 4, 10).astype(float).tolist()}
    return spark.Network.from_edges(source, target, people=people, merge="sum")


@needs_compiled
def test_the_bound_is_above_the_best_of_all_sets_and_not_far_and_a_careless_one_is_not():
    network, model = people_who_matter(), spark.LinearThreshold(0.35, totals="cap")
    backend = open_backend("cpu", workers=1)
    setting = setting_of(network, model, spark.Plan(), None)
    for asked in ({"count": 1}, {"count": 3}, {"budget": 4.0}):
        wish = wish_for(network, asked.get("budget"), asked.get("count"), np.empty(0, np.int64))
        greedy = greedy_on_means(backend, setting, wish, 11)
        every = every_choice(network, spark.Constraints(), **asked)
        true = means(backend, setting, [list(chosen) for chosen in every], 99, 4096)
        most, how = most_on_means(backend, setting, wish, greedy, 17, 0.01)
        assert true.max() <= most <= 1.35 * true.max(), (asked, how)
        assert means(backend, setting, [greedy.tolist()], 99, 4096)[0] >= 0.95 * true.max()
        without_gains = means(backend, setting, [greedy.tolist()[:-1]], 17, 4096)[0]
        assert without_gains < true.max()


@needs_compiled
def test_where_trying_everybody_takes_too_long_the_bound_is_who_can_be_reached_at_all(monkeypatch):
    monkeypatch.setattr("spark.optimise.means.VISITS", 1000)
    monkeypatch.setattr("spark.optimise.means.GREEDY_VISITS", 1000)
    source, target = zip(*((u, v) for v in (4, 5) for u in range(4)), strict=True)
    network = spark.Network.from_edges([*source, 0], [*target, 6], people={"id": list(range(9))})
    choice = spark.choose_seeds(network, spark.CountThreshold(2), count=2, worlds=4, rng=1, workers=1)
    assert choice.spread.mean == 4  # two of the first four, and both whom they convince together
    assert choice.certificate.ratio == 1.0
    assert "no more than 4 can be reached at all" in choice.certificate.method


@needs_compiled
def test_what_lights_everybody_is_the_best_and_it_is_not_called_loose():
    choice = spark.choose_seeds(spark.generate.cycle(6), spark.CountThreshold(1), count=1, worlds=4, rng=1)
    assert choice.certificate.ratio == 1.0
    assert "loose" not in choice.certificate.statement


@needs_compiled
@pytest.mark.parametrize(
    ("model", "beside", "asking"),
    [
        (spark.IndependentCascade("chance"), (spark.Boost(1.0, start=2, stop=3),), spark.Asking(0.5)),
        (
            spark.WeightedCascade(),
            (spark.Bridge({"people": [0]}, {"people": [5]}, probability=0.5), spark.Seeds([1], take_up=0.5)),
            spark.Asking(),
        ),
        (spark.SIS("chance", lapse=0.3), (spark.Boost(1.0), spark.Sustain(0.5)), spark.Asking()),
        (spark.ContinuousSIS("chance", 0.3), (), spark.Asking()),
    ],
)
def test_beside_what_reverse_sets_do_not_know_a_bound_comes_from_worlds_and_holds(model, beside, asking):
    rng = np.random.default_rng(8)
    source, target = rng.integers(0, 7, 14), rng.integers(0, 7, 14)
    table = {"id": list(range(7)), "adopted": [v == 6 for v in range(7)]}
    chance = {"chance": np.full(14, 0.3)}
    network = spark.Network.from_edges(source, target, columns=chance, people=table, merge="sum")
    options = {"worlds": 4096, "rng": 2, "workers": 1, "horizon": 3, "beside": beside, "asking": asking}
    choice = spark.choose_seeds(network, model, count=2, baselines=("random",), **options)
    assert "fresh worlds" in choice.certificate.method
    run = {"worlds": 16_384, "rng": 9, "horizon": 3}
    reached = {
        seeds: spark.simulate(network, model, spark.Plan(spark.Seeds(seeds, take_up=asking.take_up), *beside), **run)
        for seeds in [(u, v) for u in range(6) for v in range(u + 1, 6)]
    }
    nothing = spark.simulate(network, model, spark.Plan(*beside), **run).mean
    best = max(spread.mean for spread in reached.values()) - nothing
    mine = reached[tuple(sorted(choice.seeds))].mean - nothing
    assert 0.4 < choice.certificate.ratio <= mine / best + 0.02
