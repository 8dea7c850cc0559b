"""A certificate is true as often as it says, is not idle, and a careless one is found out."""

import numpy as np
import pytest
from scipy.stats import binom

import spark
from spark.backends import open_backend
from spark.kernels.accelerate import COMPILED
from spark.optimise.certificate import Bounds, count_bounds
from spark.optimise.sources import setting_of
from spark.optimise.wish import wish_for
from spark.plan import Plan

pytestmark = [
    pytest.mark.statistics,
    pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels"),
]
RUNS = 240
CONFIDENCE = 0.8

TIES = ([0, 0, 1, 2, 3, 4, 5, 1, 6], [1, 2, 3, 3, 4, 5, 0, 6, 2])
PEOPLE = {
    "id": list(range(7)),
    "organisation": ["a", "a", "b", "b", "b", "c", "c"],
    "adopted": [False] * 6 + [True],
    "cost": [3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0],
    "value": [1.0, 1.0, 1.0, 4.0, 1.0, 2.0, 1.0],
}
PARTNERS = {"source": ["b", "c"], "target": ["c", "a"]}
CASES = {
    "plain": ({"id": PEOPLE["id"]}, None, spark.IndependentCascade(0.4), {"count": 2}, ()),
    "two seeds that light each other": ({"id": PEOPLE["id"]}, None, spark.IndependentCascade(0.9), {"count": 3}, ()),
    "threshold": ({"id": PEOPLE["id"]}, None, spark.LinearThreshold(0.3), {"count": 2}, ()),
    "everything": (
        {key: PEOPLE[key] for key in ("id", "organisation", "adopted", "value")},
        PARTNERS,
        spark.IndependentCascade(0.3, partners=0.5),
        {"count": 2},
        (spark.Broadcast(probability=0.1),),
    ),
    "costs": ({key: PEOPLE[key] for key in ("id", "cost")}, None, spark.IndependentCascade(0.3), {"budget": 3.0}, ()),
}


def truth(network, model, wish, beside):
    """The increase over no action of every set of seeds, by exact enumeration, and of the best that is allowed."""
    values = np.zeros(1 << network.size)
    nothing = spark.exact.chances(network, model, Plan(*beside)) @ network.value
    able = [v for v in range(network.size) if network.eligible[v] and not network.adopted[v]]
    best = 0.0
    for s in range(1 << network.size):
        people = [v for v in range(network.size) if s >> v & 1]
        if not set(people) <= set(able):
            continue
        fits = len(people) <= wish["count"] if "count" in wish else network.cost[people].sum() <= wish["budget"]
        if fits:
            plan = Plan(spark.Seeds(tuple(people)), *beside)
            values[s] = spark.exact.chances(network, model, plan) @ network.value - nothing
            best = max(best, values[s])
    return values, best


@pytest.mark.parametrize("name", CASES)
def test_certificates_hold_as_often_as_they_say_and_careless_ones_do_not(name, monkeypatch):
    monkeypatch.setattr("spark.optimise.certificate.WANTED_HITS", 1 << 11)
    monkeypatch.setattr("spark.optimise.certificate.FIRST_SETS", 1 << 9)
    people, partners, model, asked, beside = CASES[name]
    network = spark.Network.from_edges(*TIES, people=people, partners=partners)
    values, best = truth(network, model, asked, beside)
    setting = setting_of(network, model, Plan(*beside), None)
    wish = wish_for(network, asked.get("budget"), asked.get("count"), np.empty(0, np.int64))
    backend = open_backend("cpu", workers=1)
    chosen = np.array(spark.choose_seeds(network, model, **asked, beside=beside, rng=1, worlds=4).seeds, np.int32)
    reached = values[sum(1 << int(v) for v in chosen)]
    people = network.size / network.value.sum()  # bounds are told as if everybody counted alike
    bounds = [count_bounds(backend, setting, wish, chosen, 1000 * run) for run in range(RUNS)]
    miss = (1 - CONFIDENCE) / 2
    least, most = (np.array([getattr(b, side)(miss) for b in bounds]) for side in ("least", "best"))
    careless = np.array([b.sure + b.people * b.met / b.count for b in bounds])
    certified = np.array([b.ratio(CONFIDENCE) for b in bounds])
    assert (certified > reached / best + 1e-12).sum() <= binom.isf(1e-3, RUNS, 1 - CONFIDENCE)
    assert (least > people * reached + 1e-9).sum() <= binom.isf(1e-3, RUNS, miss)
    assert (most < people * best - 1e-9).sum() <= binom.isf(1e-3, RUNS, miss)
    assert (careless > people * reached).sum() > binom.isf(1e-3, RUNS, miss)
    assert reached / best - np.median(certified) <= 0.1


def test_bounds_are_the_exact_ones_of_the_binomial():
    bounds = Bounds(met=40, most=60.0, count=100, sure=0, people=10)
    miss = 0.005
    low = binom.isf(miss, 100, np.linspace(0, 1, 20_001))
    least = np.linspace(0, 1, 20_001)[low < 40].max()
    high = binom.ppf(miss, 100, np.linspace(0, 1, 20_001))
    most = np.linspace(0, 1, 20_001)[high <= 60].max()
    assert bounds.ratio(0.99) == pytest.approx(least / most, abs=2e-4)
    assert Bounds(0, 5.0, 100, 0, 10).ratio(0.99) == 0
    assert Bounds(0, 0.0, 10**6, 3, 10).ratio(0.99) == pytest.approx(1, abs=1e-4)
    assert Bounds(100, 100.0, 100, 0, 10).ratio(0.99) == pytest.approx(0.005 ** (1 / 100), abs=1e-9)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_certificates_of_a_hundred_random_networks_are_below_the_truth_and_close_to_it(count):
    rng = np.random.default_rng(count)
    gaps, failures = [], 0
    for run in range(40):
        source, target = rng.integers(0, 7, 10), rng.integers(0, 7, 10)
        network = spark.Network.from_edges(source, target, people={"id": list(range(7))}, merge="sum")
        model = spark.IndependentCascade(0.3) if run % 2 else spark.LinearThreshold()
        every = spark.exact.spread_of_every_set(network, model)
        sizes = np.array([s.bit_count() for s in range(every.size)])
        choice = spark.choose_seeds(network, model, count=count, rng=run, worlds=4, workers=1)
        true = every[sum(1 << v for v in choice.seeds)] / every[sizes == count].max()
        failures += choice.certificate.ratio > true + 1e-12
        gaps.append(true - choice.certificate.ratio)
    assert failures <= binom.isf(1e-4, 40, 0.01)
    assert np.median(gaps) <= 0.1
