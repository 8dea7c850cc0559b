"""Seeds at different steps, and plans made again from what was observed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spark
from spark.errors import DataError, UsageError
from spark.files.observed import read_observed
from spark.network import Network

MONOTONE = [
    spark.IndependentCascade(0.3),
    spark.LinearThreshold(),
    spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.4)),
    spark.CountThreshold(2),
    spark.SI(0.2),
]
GRAPH = spark.generate.scale_free(40, 160, rng=3)


@given(st.data(), st.integers(0, 2**64 - 1))
def test_in_no_world_do_seeds_light_more_by_the_horizon_when_they_start_later(data, key):
    model = data.draw(st.sampled_from(MONOTONE))
    people = data.draw(st.lists(st.integers(0, 39), min_size=1, max_size=6, unique=True))
    later = data.draw(st.lists(st.integers(0, 5), min_size=len(people), max_size=len(people)))
    now = spark.Plan(spark.Seeds(people))
    staged = spark.Plan(*(spark.Seeds([who], start=when) for who, when in zip(people, later, strict=True)))
    both = spark.compare(GRAPH, model, {"now": now, "staged": staged}, worlds=40, horizon=7, rng=key)
    early, late = (plan.spread for plan in both.plans)
    assert (late.sizes <= early.sizes).all()
    assert late.adopter_periods <= early.adopter_periods
    if model is MONOTONE[0]:
        ever = spark.compare(GRAPH, model, {"now": now, "staged": staged}, worlds=40, rng=key).plans
        assert ever[0].spread.sizes.tolist() == ever[1].spread.sizes.tolist()


@pytest.mark.parametrize("model", [spark.SIR(0.9, lapse=0.5), spark.SIS(0.9, lapse=0.5)])
def test_where_people_give_up_starting_later_can_light_more(model):
    """So the law above does not hold for want of trying."""
    hub = Network.from_edges([0] * 8, range(1, 9))
    plans = {"now": spark.Seeds([0]), "later": spark.Seeds([0], start=5)}
    found = spark.compare(hub, model, plans, worlds=400, horizon=7, rng=1)
    assert found.differences[0].verdict == "b"


def test_from_an_observed_state_the_future_has_its_law_given_what_was_seen():
    """Worlds of the whole story that look as observed after step 2, beside runs from there; a fresh start must fail."""
    network = Network.from_edges([0, 0, 0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 4, 5, 6, 6])
    model = spark.IndependentCascade(0.5)
    ends = []
    for world in range(6000):
        when = {event.person: event.time for event in spark.replay(network, model, [0], world=world, rng=2).events}
        if {person: t for person, t in when.items() if t <= 2} == {0: 0, 1: 1, 2: 1, 4: 2}:
            ends.append(len(when))
    assert len(ends) > 200
    error = np.std(ends, ddof=1) / len(ends) ** 0.5
    state = network.with_adopted([0, 1, 2, 4], spent=[0, 1, 2])
    onwards = spark.simulate(state, model, worlds=4000, rng=3)
    assert abs(onwards.mean - np.mean(ends)) < 4 * (error**2 + onwards.standard_error**2) ** 0.5
    fresh = spark.simulate(network.with_adopted([0, 1, 2, 4]), model, worlds=4000, rng=3)
    assert abs(fresh.mean - np.mean(ends)) > 6 * (error**2 + fresh.standard_error**2) ** 0.5


def test_who_practises_now_takes_the_place_of_who_did():
    network = Network.from_edges([1, 2], [2, 3], people={"id": [1, 2, 3], "adopted": [1, 0, 0]})
    now = network.with_adopted([2, 3], spent=[3])
    assert (now.adopted.tolist(), now.visibility.tolist()) == ([False, True, True], [1, 1, 0])
    assert (network.adopted.tolist(), network.given) == ([True, False, False], {"adopted"})
    assert network.with_adopted([]).adopted.sum() == 0
    with pytest.raises(UsageError, match="1 is spent"):
        network.with_adopted([2], spent=[1])
    with pytest.raises(UsageError, match="not in the network"):
        network.with_adopted([9])


def test_observed_people_are_read_with_every_fault_and_its_line(tmp_path):
    people = Network.from_edges(["amina", "bo"], ["bo", "cy"]).people
    file = tmp_path / "observed.csv"
    file.write_text("id,ward,steps_ago\namina,x,2\n\nbo,y\n", encoding="utf-8-sig")
    assert read_observed(file, people) == {"amina": 2, "bo": 0}
    file.write_text("amina\ncy\n")
    assert read_observed(file, people) == {"amina": 0, "cy": 0}
    file.write_text("id,steps_ago\namin,1\nbo,-1\nbo,1\n")
    with pytest.raises(DataError) as caught:
        read_observed(file, people)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(2, "id"), (3, "steps_ago"), (4, "id")]
    assert "did you mean 'amina'" in str(caught.value)
    file.write_text("ids,steps_ago\namina,1\n")
    with pytest.raises(DataError, match="no column id; did you mean 'ids'"):
        read_observed(file, people)
