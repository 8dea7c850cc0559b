"""Covering sets: the fast greedy is the plain one, and the dual bound holds against every choice there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark.backends.sets import Sets
from spark.backends.sets_python import PlainSets


def made(people, lists, kind=Sets):
    """Sets from lists of people; those of one person are counted only."""
    stored = [list(x) for x in lists if len(x) > 1]
    members = np.array([v for x in stored for v in x], np.int32)
    ends = np.cumsum([0, *map(len, stored)], dtype=np.int64)
    singles = np.bincount([x[0] for x in lists if len(x) == 1], minlength=people).astype(np.int32)
    counts = np.bincount(members, minlength=people).astype(np.int32)
    return kind(members, ends, counts, singles, len(lists), 0)


@st.composite
def instances(draw, most_people=9):
    """How many people, some sets of them, who is allowed, and what each costs."""
    people = draw(st.integers(2, most_people))
    person = st.integers(0, people - 1)
    lists = draw(st.lists(st.lists(person, min_size=1, max_size=5, unique=True), max_size=40))
    allowed = np.array(draw(st.lists(st.sampled_from((0, 1, 1)), min_size=people, max_size=people)), np.uint8)
    costs = np.array(draw(st.lists(st.sampled_from((0.5, 1.0, 2.5)), min_size=people, max_size=people)))
    return people, lists, allowed, costs


def best(sets, allowed, fits):
    """The most sets that any allowed choice covers, by trying them all."""
    people = np.flatnonzero(allowed).tolist()
    choices = itertools.chain.from_iterable(itertools.combinations(people, size) for size in range(len(people) + 1))
    return max(sets.covered(np.array(choice, np.int32)) for choice in choices if fits(choice))


@given(instances(), st.integers(0, 6), st.booleans())
def test_the_fast_greedy_is_the_plain_one(instance, most, with_costs):
    people, lists, allowed, costs = instance
    options = {"costs": costs, "budget": 3.0} if with_costs else {}
    for chosen in ((), (0,), (0, 1)):
        fast = made(people, lists).greedy(most, allowed, given=chosen, **options)
        plain = made(people, lists, PlainSets).greedy(most, allowed, given=chosen, **options)
        assert [x.tolist() for x in fast] == [x.tolist() for x in plain]


@given(instances(), st.lists(st.integers(0, 1), max_size=9))
def test_coverage_is_counted_as_the_twin_counts_it(instance, order):
    people, lists, _, _ = instance
    order = np.array(list(dict.fromkeys(order)), np.int32)
    fast, plain = made(people, lists), made(people, lists, PlainSets)
    assert fast.covered(order) == plain.covered(order)
    assert fast.first_covered(order).tolist() == plain.first_covered(order).tolist()
    assert fast.first_covered(order).sum() == fast.covered(order)


@given(instances(), st.integers(0, 4))
def test_no_choice_covers_more_than_the_bound(instance, most):
    people, lists, allowed, _ = instance
    sets = made(people, lists)
    most = min(most, int(allowed.sum()))
    seeds, gains = sets.greedy(most, allowed)
    assert gains.sum() == sets.covered(seeds)
    assert list(gains) == sorted(gains, reverse=True)
    bound = sets.most_covered(seeds, most, allowed)
    top = best(sets, allowed, lambda choice: len(choice) <= most)
    assert gains.sum() <= top <= bound + 1e-9
    assert gains.sum() >= (1 - 1 / np.e) * top - 1e-9


@given(instances())
def test_no_choice_within_the_budget_covers_more_than_the_bound(instance):
    people, lists, allowed, costs = instance
    sets = made(people, lists)
    seeds, gains = sets.greedy(people, allowed, costs=costs, budget=3.0)
    bound = sets.most_covered(seeds, people, allowed, costs=costs, budget=3.0)
    top = best(sets, allowed, lambda choice: costs[list(choice)].sum() <= 3.0)
    assert costs[seeds].sum() <= 3.0
    assert gains.sum() <= top <= bound + 1e-9


def test_the_bound_is_close_where_greedy_is():
    rng = np.random.default_rng(4)
    lists = [rng.choice(200, size, replace=False) for size in rng.integers(1, 9, 3000)]
    sets, allowed = made(200, lists), np.ones(200, np.uint8)
    seeds, gains = sets.greedy(10, allowed)
    first = sets.most_covered(seeds, 10, allowed, steps=0)
    bound = sets.most_covered(seeds, 10, allowed)
    assert gains.sum() <= bound < first
    assert gains.sum() >= 0.9 * bound
    assert sets.most_covered(seeds, 10, allowed, enough=0.8) <= gains.sum() / 0.8


def test_greedy_reaches_three_quarters_on_its_tight_instance():
    sets = made(8, [[0, 1], [0, 1], [1], [1], [0, 2], [0, 2], [2], [2]])
    seeds, gains = sets.greedy(2, np.ones(8, np.uint8))
    assert seeds.tolist() == [0, 1]
    assert gains.tolist() == [4, 2]
    assert best(sets, np.array([1, 1, 1, 0, 0, 0, 0, 0]), lambda choice: len(choice) <= 2) == 8


@pytest.mark.parametrize("people", [400, 5000])
def test_leaving_out_people_in_few_sets_changes_nothing(people):
    rng = np.random.default_rng(people)
    lists = [rng.integers(0, people, 3) ** 2 // people for _ in range(600)]
    sets, allowed = made(people, [list(dict.fromkeys(x.tolist())) for x in lists]), np.ones(people, np.uint8)
    few = sets.greedy(40, allowed)
    every = sets.greedy(40, allowed, costs=np.ones(people))
    assert [x.tolist() for x in few] == [x.tolist() for x in every]
