"""Choosing seeds: the answer, what is said about it, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, networks, thresholds

import spark
from spark.errors import InfeasibleError, UsageError
from spark.kernels.accelerate import COMPILED
from spark.optimise import baseline_seeds

SMALL = {"worlds": 64, "rng": 5, "workers": 1}
needs_compiled = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")


@pytest.fixture(autouse=True)
def fewer_sets_where_kernels_are_not_compiled(monkeypatch):
    """So that every line runs as plain Python in bearable time; what needs many sets is marked."""
    if not COMPILED:
        few_sets(monkeypatch)


def few_sets(monkeypatch):
    monkeypatch.setattr("spark.optimise.certificate.WANTED_HITS", 256)
    monkeypatch.setattr("spark.optimise.certificate.FIRST_SETS", 256)
    monkeypatch.setattr("spark.optimise.crossfit.FEWEST_COUNTS", 1)
    monkeypatch.setattr("spark.optimise.crossfit.FIRST_COUNT", 256)
    monkeypatch.setattr("spark.optimise.search.WORLDS", 16)
    monkeypatch.setattr("spark.optimise.search.FEWEST_RUNS", 256)
    monkeypatch.setattr("spark.optimise.search.MOST_RUNS", 256)
    monkeypatch.setattr("spark.optimise.sandwich.JUDGED", 64)


def scattered(people=120, ties=400, seed=3, **columns):
    """A random network in which some are better connected than others."""
    rng = np.random.default_rng(seed)
    source = (people * rng.random(ties) ** 2).astype(int)
    table = {"id": list(range(people))} | columns
    return spark.Network.from_edges(source, rng.integers(0, people, ties), people=table, merge="sum")


def star(leaves=6, **columns):
    people = {"id": ["hub", *(f"leaf {i}" for i in range(leaves))]} | columns
    return spark.Network.from_edges(["hub"] * leaves, people["id"][1:], people=people)


MODELS = (
    spark.IndependentCascade(0.2),
    spark.WeightedCascade(),
    spark.LinearThreshold(),
    spark.LinearThreshold(0.4, totals="cap"),
    spark.ExamplesNeeded(2, of=spark.WeightedCascade()),
)


@pytest.mark.parametrize("model", MODELS)
def test_the_hub_of_a_star_is_chosen_first(model):
    choice = spark.choose_seeds(star(), model, count=2, **SMALL)
    assert choice.seeds[0] == "hub" or not model.guarantee.live_edge
    assert len(choice.seeds) == len(choice.ranking) == 2
    assert [seed.id for seed in choice.ranking] == list(choice.seeds)


def test_the_spread_is_what_simulate_prints_for_these_seeds():
    network, model = scattered(), spark.IndependentCascade(0.15)
    choice = spark.choose_seeds(network, model, count=3, worlds=100, rng=11)
    again = spark.simulate(network, model, choice.seeds, worlds=100, rng=11)
    assert choice.spread.mean == again.mean
    assert choice.spread.sizes.tolist() == again.sizes.tolist()


@pytest.mark.parametrize("model", MODELS)
def test_workers_change_nothing(model, monkeypatch):
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    network = scattered(40, 120)
    alone, together = (
        spark.choose_seeds(network, model, count=3, worlds=64, rng=2, workers=workers).to_dict() for workers in (1, 3)
    )
    assert alone == together


@pytest.mark.parametrize("model", [spark.IndependentCascade(0.3), spark.LinearThreshold()])
@pytest.mark.parametrize("both_ways", [False, True])
def test_backends_choose_the_same_and_certify_the_same(model, both_ways, monkeypatch):
    few_sets(monkeypatch)
    monkeypatch.setattr("spark.optimise.sources.LARGE", 1.0)
    ring = list(range(12))
    influence = "both" if both_ways else "source-to-target"
    network = spark.Network.from_edges(ring, [*ring[1:], 0], influence=influence, people={"id": ring})
    options = {"count": 2, "worlds": 16, "rng": 2, "quality": 0.8}
    fast, slow = (spark.choose_seeds(network, model, backend=name, **options) for name in ("cpu", "python"))
    assert fast.to_dict() == slow.to_dict()


@needs_compiled
@given(st.data())
@settings(max_examples=25)
def test_choices_on_tiny_networks_are_near_the_best_there_is_and_certified_no_higher(data):
    network = data.draw(networks(personal=False, partners=True, most=5, most_ties=6))
    model = data.draw(st.one_of(cascades(partners=True), thresholds(partners=True, totals=("normalise",))))
    able = int((network.eligible & ~network.adopted).sum())
    count = data.draw(st.integers(0, min(able, 2)))
    choice = spark.choose_seeds(network, model, count=count, **SMALL)
    nothing = spark.exact.spread(network, model, ())
    best = spark.exact.best_seeds(network, model, count)
    gain, most = (spark.exact.spread(network, model, seeds) - nothing for seeds in (choice.seeds, best.seeds))
    assert gain >= 0.96 * most - 1e-9
    assert choice.certificate.ratio * most <= gain + 1e-9
    assert not set(choice.seeds) & {v for v, a in zip(network.people, network.adopted, strict=True) if a}


@needs_compiled
def test_every_smaller_count_is_a_prefix_with_gains_that_shrink():
    choice = spark.choose_seeds(scattered(), spark.WeightedCascade(), count=12, **SMALL)
    gains = [seed.gain for seed in choice.ranking]
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == pytest.approx(choice.spread.mean, rel=0.1)
    assert all(0 < seed.gain_standard_error < 0.3 * seed.gain for seed in choice.ranking)
    first = spark.choose_seeds(scattered(), spark.WeightedCascade(), count=3, **SMALL)
    assert set(first.seeds) <= set(choice.seeds[:6])


@needs_compiled
def test_simple_rules_stand_beside_the_choice_and_do_no_better():
    network = scattered()
    choice = spark.choose_seeds(network, spark.WeightedCascade(), count=5, worlds=2000, rng=5)
    rows = {row.name: row for row in choice.baselines}
    assert list(rows)[:4] == ["no action", "random", "highest degree", "one-hop nomination"]
    assert rows["no action"].mean == 0
    assert all(rows[name].mean < choice.spread.mean for name in ("random", "one-hop nomination"))
    assert rows["highest degree"].mean <= choice.spread.mean + 3 * choice.spread.standard_error
    name, more = list(rows.items())[4]
    assert name == f"random with {len(more.seeds) - 5:,} more seeds"
    assert more.seeds[:5] == rows["random"].seeds
    assert more.mean == pytest.approx(choice.spread.mean, rel=0.08)
    for method, row in (("random", "random"), ("degree", "highest degree"), ("nomination", "one-hop nomination")):
        assert baseline_seeds(network, method, count=5, rng=5) == rows[row].seeds


def test_degree_takes_those_who_can_influence_most_and_nomination_only_those_who_can_influence():
    network = star()
    assert baseline_seeds(network, "degree", count=1, rng=1) == ("hub",)
    assert all(baseline_seeds(network, "nomination", count=1, rng=rng) == ("hub",) for rng in range(20))
    assert any(baseline_seeds(network, "random", count=1, rng=rng) != ("hub",) for rng in range(20))
    with pytest.raises(UsageError, match="none of random, degree, nomination"):
        baseline_seeds(network, "closeness", count=1)


def test_only_who_may_be_chosen_is_and_who_practises_already_is_not():
    network = star(adopted=[False, True, *[False] * 5], eligible=[False, *[True] * 6])
    choice = spark.choose_seeds(network, spark.IndependentCascade(0.5), count=5, **SMALL)
    assert set(choice.seeds) == {f"leaf {i}" for i in range(1, 6)}
    assert choice.certificate.ratio == 1.0
    assert choice.spread.gain_over_no_action == 5
    for row in choice.baselines:
        assert not {"hub", "leaf 0"} & set(row.seeds)


def test_what_broadcasts_light_is_not_worth_lighting():
    network = spark.Network.from_edges(["a", "b", "b"], ["c", "d", "e"])
    told = spark.Broadcast(probability=0.999, to={"people": ("b",)})
    alone = spark.choose_seeds(network, spark.IndependentCascade(1.0), count=1, **SMALL)
    beside = spark.choose_seeds(network, spark.IndependentCascade(1.0), count=1, beside=[told], **SMALL)
    assert alone.seeds == ("b",)
    assert beside.seeds == ("a",)
    assert "beside" in beside.certificate.statement
    seeded = spark.choose_seeds(network, spark.IndependentCascade(1.0), count=1, beside=[spark.Seeds(("b",))], **SMALL)
    assert seeded.seeds == ("a",)


def test_a_deadline_changes_who_is_best():
    network = spark.Network.from_edges(["hub", "hub", "hub", 0, 1, 2, 3, 4], ["x", "y", "z", 1, 2, 3, 4, 5])
    model = spark.IndependentCascade(1.0)
    assert spark.choose_seeds(network, model, count=1, horizon=1, **SMALL).seeds == ("hub",)
    assert spark.choose_seeds(network, model, count=1, **SMALL).seeds == ("0",) or spark.choose_seeds(
        network, model, count=1, **SMALL
    ).seeds == (0,)


def test_value_decides_where_people_differ_in_value():
    network = star(value=[1, 1, 1, 1, 1, 1, 50])
    choice = spark.choose_seeds(network, spark.IndependentCascade(0.1), count=1, **SMALL)
    assert choice.seeds == ("leaf 5",)
    assert choice.ranking[0].gain == pytest.approx(50, rel=0.02)
    assert "value" in choice.baselines[1].note


class TestBudgets:
    def test_buy_as_many_as_they_can_where_all_cost_the_same(self):
        network = star(cost=[2.5] * 7)
        choice = spark.choose_seeds(network, spark.IndependentCascade(0.5), budget=7.5, **SMALL)
        assert len(choice.seeds) == 3
        assert choice.cost == 7.5
        assert [seed.cost for seed in choice.ranking] == [2.5] * 3

    def test_are_not_missed_by_a_rounding_error(self):
        network = star(cost=[0.1] * 7)
        assert len(spark.choose_seeds(network, spark.IndependentCascade(0.5), budget=0.3, **SMALL).seeds) == 3

    def test_buy_the_free_first(self):
        network = star(cost=[1, 0, 0, 1, 1, 1, 1])
        choice = spark.choose_seeds(network, spark.IndependentCascade(0.5), budget=1, **SMALL)
        assert choice.seeds == ("leaf 0", "leaf 1", "hub")
        assert choice.certificate.ratio > 0.8
        nothing = spark.choose_seeds(network, spark.IndependentCascade(0.5), budget=0, **SMALL)
        assert nothing.seeds == ("leaf 0", "leaf 1")

    def test_buy_the_best_single_person_where_the_cheap_are_worth_little(self):
        network = star(20, cost=[10.0, 0.5, *[1.0] * 19])
        choice = spark.choose_seeds(network, spark.IndependentCascade(1.0), budget=10, **SMALL)
        assert choice.seeds[0] == "hub"
        assert choice.certificate.ratio > 0.8

    def test_weigh_gain_against_cost(self):
        source = ["dear"] * 4 + ["cheap"] * 3 + ["fair"] * 3
        network = spark.Network.from_edges(
            source,
            list("abcdefghij"),
            people={"id": ["dear", "cheap", "fair", *"abcdefghij"], "cost": [2.0, 1.0, 1.0, *[9.0] * 10]},
        )
        choice = spark.choose_seeds(network, spark.IndependentCascade(1.0), budget=2, **SMALL)
        assert set(choice.seeds) == {"cheap", "fair"}
        assert choice.certificate.ratio > 0.8

    @needs_compiled
    @given(st.data())
    @settings(max_examples=15)
    def test_are_kept_and_certified_no_higher_than_the_truth(self, data):
        network = data.draw(networks(most=5, most_ties=6, adopted=False))
        costs = data.draw(st.lists(st.sampled_from((0.0, 1.0, 1.5, 4.0)), min_size=5, max_size=5))[: network.size]
        tables = {
            "source": np.repeat(np.arange(network.size), np.diff(network.indptr)),
            "target": network.targets,
            "columns": {"chance": network.columns["chance"]},
            "people": {"id": list(range(network.size)), "cost": costs},
        }
        network, model = spark.Network.from_edges(**tables), spark.IndependentCascade("chance")
        budget = min(3.0, sum(costs))
        choice = spark.choose_seeds(network, model, budget=budget, **SMALL)
        every = spark.exact.spread_of_every_set(network, model)
        cost = [sum(c for v, c in enumerate(costs) if s >> v & 1) for s in range(every.size)]
        best = max(value for value, c in zip(every, cost, strict=True) if c <= budget + 1e-9)
        reached = every[sum(1 << v for v in choice.seeds)]
        assert choice.cost <= budget + 1e-9
        assert reached >= 0.405 * best
        assert choice.certificate.ratio * best <= reached + 1e-9


class TestRefusals:
    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            ({}, "either a budget or a count"),
            ({"count": 1, "budget": 1.0}, "either a budget or a count"),
            ({"count": -1}, "count -1 is not a whole number of at least 0"),
            ({"count": 1.5}, "count 1.5 is not a whole number"),
            ({"budget": -1.0}, "budget -1.0 is not a number of at least 0"),
            ({"budget": float("nan")}, "budget nan is not a number of at least 0"),
            ({"count": 1, "quality": 1.0}, "quality 1.0 is not a number between 0 and 1"),
            ({"count": 1, "confidence": "high"}, "confidence 'high' is not a number between 0 and 1"),
            ({"count": 1, "worlds": 1}, "worlds 1 is not"),
        ],
    )
    def test_say_what_is_wrong_with_the_call(self, wish, words):
        with pytest.raises(UsageError, match=words):
            spark.choose_seeds(star(), spark.IndependentCascade(0.5), **wish)

    def test_say_how_many_may_be_chosen_and_why_not_more(self):
        network = star(adopted=[True, *[False] * 6], eligible=[True, *[True] * 4, False, False])
        with pytest.raises(InfeasibleError, match=r"count 5 is more than the 4 of 7 people .*1 practise already"):
            spark.choose_seeds(network, spark.IndependentCascade(0.5), count=5)
        with pytest.raises(InfeasibleError, match=r"budget 4.5 is more than 4, .*2 are not eligible"):
            spark.choose_seeds(network, spark.IndependentCascade(0.5), budget=4.5)

    def test_ask_for_a_horizon_where_a_model_goes_on_for_ever(self):
        with pytest.raises(UsageError, match="give a horizon"):
            spark.choose_seeds(star(), spark.SIS(0.2, 0.1), count=1)


def test_without_a_live_edge_form_a_search_says_that_it_is_one():
    network = scattered(30, 90)
    capped = spark.choose_seeds(network, spark.LinearThreshold(0.5, totals="cap"), count=2, **SMALL)
    table = spark.GeneralThreshold(spark.TableTolerance([0.5, 2], [0.2, 1]))
    bent = spark.choose_seeds(network, table, count=2, **SMALL)
    assert 0 < capped.certificate.ratio <= 1
    assert "the choice is a search" in capped.certificate.statement
    assert bent.certificate.ratio is None
    assert bent.certificate.statement.startswith("no bound")
    for choice in (capped, bent):
        assert choice.quality is None
        assert len(choice.seeds) == 2


def test_choosing_nobody_is_possible():
    for wish in ({"count": 0}, {"budget": 0.0}, {"budget": 0.5}):
        choice = spark.choose_seeds(star(), spark.IndependentCascade(0.5), **wish, **SMALL)
        assert choice.seeds == ()
        assert choice.certificate.ratio == 1.0


def test_ties_that_are_always_or_never_live_are_no_trouble():
    network = scattered(30, 60)
    for model in (spark.IndependentCascade(1.0), spark.IndependentCascade(0.0), spark.LinearThreshold(0.0)):
        choice = spark.choose_seeds(network, model, count=4, **SMALL)
        assert len(choice.seeds) == 4
        assert choice.spread.mean >= 4


@needs_compiled
def test_strong_contagion_in_which_nobody_points_to_some():
    rng = np.random.default_rng(8)
    source, target = rng.integers(0, 400, 6000), rng.integers(0, 300, 6000)
    network = spark.Network.from_edges(source, target, merge="sum")
    choice = spark.choose_seeds(network, spark.IndependentCascade(0.3), count=20, **SMALL)
    lonely = set(network.people) - {network.people[v] for v in network.targets.tolist()}
    assert len(set(choice.seeds) & lonely) >= 18
    assert choice.spread.mean == pytest.approx(network.size - len(lonely) + 20, rel=0.01)
    assert choice.certificate.ratio > 0.8


@needs_compiled
def test_undirected_ties_with_one_chance_are_chosen_on_components(monkeypatch):
    monkeypatch.setattr("spark.optimise.sources.LARGE", 0.0)
    ring = list(range(40))
    network = spark.Network.from_edges([*ring, 0, 0], [*ring[1:], 0, 13, 27], influence="both")
    model = spark.IndependentCascade(0.5)
    worlds = spark.choose_seeds(network, model, count=6, worlds=4000, rng=3)
    monkeypatch.setattr("spark.optimise.sources.LARGE", 1e9)
    sets = spark.choose_seeds(network, model, count=6, worlds=4000, rng=3)
    assert worlds.spread.mean == pytest.approx(sets.spread.mean, rel=0.02)
    assert worlds.ranking[0].gain == pytest.approx(sets.ranking[0].gain, rel=0.08)
    assert worlds.seeds[0] == sets.seeds[0] == 0
