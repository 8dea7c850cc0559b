"""Choosing under constraints: they are met, the bound holds against every other choice, and refusals say why."""

import numpy as np
import pytest
from feasible import allowed, every_choice, gain_of_every_choice
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import tables

import spark
from spark.errors import InfeasibleError, UsageError
from spark.kernels.accelerate import COMPILED

SMALL = {"worlds": 16, "rng": 5, "workers": 1, "quality": 0.97}
needs_compiled = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
IDS = st.integers(0, 5)


def crowd(people=40, ties=160, seed=3):
    """A random network of four organisations, with costs and professions."""
    rng = np.random.default_rng(seed)
    table = {
        "id": list(range(people)),
        "organisation": ["north", "south", "east", "west"] * (people // 4),
        "profession": ["nurse", "nurse", "doctor"] * (people // 3) + ["nurse"] * (people % 3),
        "cost": [1.0 + v % 3 for v in range(people)],
    }
    source = (people * rng.random(ties) ** 2).astype(int)
    return spark.Network.from_edges(source, rng.integers(0, people, ties), people=table, merge="sum")


@st.composite
def constraints(draw):
    pairs = draw(st.lists(st.lists(IDS, min_size=2, max_size=3, unique=True), max_size=2))
    organisations = {name: draw(st.integers(0, 2)) for name in draw(st.sets(st.sampled_from("ab")))}
    return spark.Constraints(
        only=draw(st.sampled_from((None, (0, 1, 2, 4, 5)))),
        exclude=draw(st.sampled_from(((), (3,)))),
        apart=tuple(map(tuple, pairs)),
        at_most=draw(st.sampled_from(({}, {"organisation": 1}, {"profession": 1}, {"organisation": organisations}))),
        at_least=draw(st.sampled_from(({}, {}, {"organisation": 1}, {"profession": {"nurse": 1}}))),
    )


@st.composite
def questions(draw):
    """A tiny network, a size and constraints."""
    table = draw(tables(least=6, most=6, most_ties=7, adopted=False))
    table["people"] |= {
        "organisation": list("aabbba"),
        "profession": ["nurse", "doctor", "nurse", "doctor", "doctor", "nurse"],
        "cost": draw(st.lists(st.sampled_from((1.0, 1.0, 2.0, 0.0)), min_size=6, max_size=6)),
    }
    size = draw(st.sampled_from(({"count": 2}, {"count": 3}, {"budget": 3.0}, {"budget": 2.0})))
    return spark.Network.from_edges(**table), size, draw(constraints())


@needs_compiled
@given(questions())
@settings(max_examples=120)
def test_no_choice_that_constraints_allow_is_better_than_the_certificate_says(question):
    network, size, wanted = question
    model = spark.IndependentCascade(0.4)
    choices = every_choice(network, wanted, **size)
    full = [c for c in choices if len(c) == size["count"]] if "count" in size else choices
    try:
        choice = spark.choose_seeds(network, model, **size, constraints=wanted, **SMALL)
    except InfeasibleError:
        total = network.cost[[v for v in range(6) if allowed(network, spark.Constraints(only=wanted.only), [v])]].sum()
        assert not full or size.get("budget", 0) > total - 2.0 * bool(wanted.exclude)
        return
    chosen = tuple(sorted(network.index(choice.seeds).tolist()))
    assert chosen in choices
    gains = gain_of_every_choice(network, model, choices)
    reached, most = gains[choices.index(chosen)], gains.max()
    assert reached >= 0.6 * most - 1e-9
    assert choice.certificate.ratio * most <= reached + 1e-9


@needs_compiled
def test_choices_under_constraints_are_near_the_best_there_is_on_average():
    rng, shares = np.random.default_rng(8), []
    people = {"id": list(range(7)), "organisation": list("aaabbbb"), "cost": [2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 2.0]}
    wanted = spark.Constraints(at_most={"organisation": 2}, apart=[(0, 3), (1, 4)])
    for turn in range(12):
        pairs = [(u, v) for u in range(7) for v in range(7) if u != v and rng.random() < 0.2]
        network = spark.Network.from_edges([u for u, _ in pairs], [v for _, v in pairs], people=people)
        size = ({"count": 3}, {"budget": 4.0})[turn % 2]
        choices = every_choice(network, wanted, **size)
        gains = gain_of_every_choice(network, spark.IndependentCascade(0.5), choices)
        choice = spark.choose_seeds(network, spark.IndependentCascade(0.5), **size, constraints=wanted, **SMALL)
        shares.append(gains[choices.index(tuple(sorted(network.index(choice.seeds))))] / gains.max())
    assert np.mean(shares) > 0.99
    assert min(shares) > 0.9


@pytest.mark.parametrize("size", [{"count": 4}, {"budget": 7}])
@pytest.mark.parametrize(
    "model",
    [spark.IndependentCascade(0.15), spark.LinearThreshold(), spark.ExamplesNeeded(2, of=spark.WeightedCascade())],
)
def test_workers_and_backends_change_no_choice_under_constraints(size, model, monkeypatch):
    for name, value in (("certificate.WANTED_HITS", 256), ("certificate.FIRST_SETS", 256), ("sandwich.JUDGED", 8)):
        monkeypatch.setattr(f"spark.optimise.{name}", value)
    monkeypatch.setattr("spark.optimise.crossfit.FEWEST_COUNTS", 1)
    monkeypatch.setattr("spark.optimise.search.FEWEST_RUNS", 64)
    monkeypatch.setattr("spark.optimise.search.MOST_RUNS", 64)
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    wanted = spark.Constraints(at_most={"organisation": 2}, at_least={"profession": 1}, apart=[(0, 1), (2, 3, 5)])
    options = {"constraints": wanted, "rng": 4, "worlds": 8, "quality": 0.8}
    one, two, slow = (
        spark.choose_seeds(crowd(16, 40), model, **size, **options, **run).to_dict()
        for run in ({"workers": 1}, {"workers": 2}, {"backend": "python"})
    )
    assert one == two == slow


def test_simple_rules_meet_the_constraints_too():
    network = crowd()
    wanted = spark.Constraints(at_most={"organisation": 1}, at_least={"profession": {"doctor": 2}}, exclude=[0, 1])
    choice = spark.choose_seeds(network, spark.WeightedCascade(), count=4, constraints=wanted, worlds=16, rng=1)
    for seeds in (choice.seeds, *(b.seeds for b in choice.baselines if b.seeds)):
        assert allowed(network, wanted, network.index(seeds).tolist(), count=4)
    assert len(choice.baselines) == 4
    assert choice.provenance.options["constraints"] == [
        "not 0, 1",
        "at most 1 of each organisation",
        "at least 2 of profession doctor",
    ]


REFUSED = {
    "more than the groups allow": (
        {"count": 9},
        {"at_most": {"organisation": 2}},
        "count 9 is more than the 8 who may be chosen together under at_most organisation; a count of 8, or looser "
        "limits, would do",
    ),
    "more groups than people": (
        {"count": 3},
        {"at_least": {"organisation": 1}},
        "at least 1 of each of 4 groups of organisation are 4 people in all, more than the count, 3; 4 people or a "
        "lower at_least for organisation would do",
    ),
    "minimum above the budget": (
        {"budget": 2},
        {"at_least": {"organisation": 1}},
        "at least 1 of each of 4 groups of organisation are 4 people in all and cost 4 or more, above the budget of 2; "
        "a budget of 4 or a lower at_least for organisation would do",
    ),
    "minimum above the maximum": (
        {"count": 2},
        {"at_least": {"organisation": {"north": 3}}, "at_most": {"organisation": {"north": 2}}},
        "at least 3 but at most 2 of organisation north: raise at_most to 3 or lower at_least to 2",
    ),
    "minimum above the people": (
        {"count": 3},
        {"only": [0, 1, 2, 5], "at_least": {"organisation": {"north": 2}}},
        "at least 2 of organisation north: only 1 person there may be chosen; lower at_least to 1, or let more of them "
        "be chosen",
    ),
    "all apart": (
        {"count": 2},
        {"only": [0, 1, 2], "apart": [(0, 1, 2)]},
        "count 2 is more than the 1 who may be chosen together under apart; a count of 1, or looser limits, would do",
    ),
    "apart against a minimum": (
        {"count": 3},
        {"only": [0, 4, 1, 2], "apart": [(0, 4)], "at_least": {"organisation": {"north": 2}}},
        "no choice meets all of apart, at_least organisation; they could be met without apart or without at_least "
        "organisation",
    ),
    "two groupings": (
        {"count": 2},
        {"only": [0, 1, 2, 3, 4], "at_least": {"organisation": {"north": 2}, "profession": {"doctor": 1}}},
        "no choice meets all of at_least organisation, at_least profession with this count; a count of 3 would do, or "
        "they could be met without at_least organisation or without at_least profession",
    ),
    "nobody left": (
        {"count": 1},
        {"only": {"organisation": ["north"]}, "exclude": {"organisation": ["north"]}},
        "count 1 is more than the 0 of 40 people who may be chosen (40 are left out by only and exclude)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_meets_is_refused_with_the_limit_and_a_way_out(case):
    size, wanted, message = REFUSED[case]
    with pytest.raises(InfeasibleError) as caught:
        spark.choose_seeds(crowd(), spark.WeightedCascade(), **size, constraints=spark.Constraints(**wanted), **SMALL)
    assert str(caught.value) == message
    assert caught.value.exit_code == 4


def test_all_names_that_are_not_in_the_network_are_said_at_once():
    wanted = spark.Constraints(
        only={"organisaton": ["north"]}, exclude=[777], apart=[(0, 888)], at_most={"organisation": {"nort": 1}}
    )
    with pytest.raises(UsageError) as caught:
        spark.choose_seeds(crowd(), spark.WeightedCascade(), count=2, constraints=wanted)
    assert [str(fault) for fault in caught.value.faults] == [
        "only: 'organisaton' is not one of people, organisation, team, profession; did you mean 'organisation'?",
        "exclude: 777 is not in the network (40 people)",
        "apart: 888 is not in the network (40 people)",
        "at_most: no organisation is called 'nort'; did you mean 'north'?",
    ]


def test_badly_written_constraints_are_refused_all_at_once():
    with pytest.raises(UsageError) as caught:
        spark.Constraints(only="amina", apart=["bo"], at_most={"organisation": -1, "team": {"a": 0.5}}, at_least=3)
    assert len(caught.value.faults) == 5
