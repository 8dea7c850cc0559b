"""Where conditions are right: against exact chances, against simulate, and what blocks a team."""

from __future__ import annotations

import math

import numpy as np
import pytest

import spark
from spark.errors import UsageError
from spark.results import Conditions
from spark.worlds import matches

WORLDS = 4000


def star(leaves: int, p: float) -> tuple[spark.Network, spark.IndependentCascade]:
    ids = [f"leaf {i}" for i in range(leaves)]
    return spark.Network.from_edges(["hub"] * leaves, ids), spark.IndependentCascade(p)


def binomial_tail(n: int, p: float, m: int) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(m, n + 1))


def by_id(found: Conditions) -> dict:
    return {person.id: person for person in found.people}


def test_the_chance_of_a_star_is_a_binomial_tail_and_that_of_fewer_others_is_not():
    network, model = star(12, 0.3)
    hub = by_id(spark.conditions(network, model, others=5, worlds=WORLDS, rng=1))["hub"]
    exact = binomial_tail(12, 0.3, 5)
    assert hub.chance_standard_error == pytest.approx(math.sqrt(exact * (1 - exact) / WORLDS), rel=0.05)
    assert abs(hub.chance - exact) < 4 * hub.chance_standard_error
    assert abs(hub.reach - (1 + 12 * 0.3)) < 4 * hub.reach_standard_error
    # the twin that fails: at least 4, or more than 5, are other chances
    for wrong in (4, 6):
        assert abs(hub.chance - binomial_tail(12, 0.3, wrong)) > 4 * hub.chance_standard_error


def test_the_chance_along_a_path_is_a_power_of_that_of_its_ties():
    network = spark.Network.from_edges(range(6), range(1, 7))
    found = by_id(spark.conditions(network, spark.IndependentCascade(0.7), others=2, worlds=WORLDS, rng=2))
    for start in range(7):
        exact = 0.7**2 if start <= 4 else 0.0
        assert abs(found[start].chance - exact) <= 4 * found[start].chance_standard_error
        reach = sum(0.7**k for k in range(7 - start))
        assert abs(found[start].reach - reach) <= 4 * found[start].reach_standard_error
    assert found[6].reach == 1


@pytest.mark.parametrize(
    ("model", "horizon"),
    [
        (spark.IndependentCascade(0.3), None),
        (spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.6)), None),
        (spark.LinearThreshold(), 3),
        (spark.SIS(0.3, lapse=0.2), 5),
        (spark.ContinuousSIR(0.4, recovery=0.5), 4),
    ],
)
def test_each_person_is_tried_in_the_worlds_of_simulate(model, horizon):
    trust = spark.generate.small_world(people=30, rng=3).with_adopted([5])
    found = spark.conditions(trust, model, others=3, worlds=300, horizon=horizon, rng=4)
    assert 5 not in by_id(found)
    assert found.able == found.tried == 29
    nothing = spark.simulate(trust, model, worlds=300, horizon=horizon, rng=4)
    for person in found.people[::7]:
        alone = spark.simulate(trust, model, [person.id], worlds=300, horizon=horizon, rng=4)
        assert person.reach == pytest.approx(alone.ever_adopted - nothing.ever_adopted, abs=1e-12)
        if not isinstance(model, spark.SIS | spark.ContinuousSIR):
            assert person.chance == ((alone.sizes - nothing.sizes) > 3).mean()


def test_the_answer_depends_neither_on_workers_nor_on_blocks_nor_on_the_backend(monkeypatch):
    trust = spark.generate.health_trust(staff=150, rng=1)
    model = spark.IndependentCascade(0.2, partners=0.1)
    given = {"others": 4, "worlds": 300, "rng": 5}
    one = spark.conditions(trust, model, **given, workers=1).to_dict()
    assert spark.conditions(trust, model, **given, workers=2).to_dict() == one
    assert spark.conditions(trust, model, **{**given, "rng": 6}).to_dict() != one
    monkeypatch.setattr(matches, "BLOCK", 70)
    monkeypatch.setattr(matches, "MOST_TALLY", 70 * 151 * 7)
    assert spark.conditions(trust, model, **given).to_dict() == one
    trust = spark.generate.small_world(people=12, rng=1).with_adopted([3])
    few = {**given, "others": 2, "worlds": 12}
    cpu, twin = (spark.conditions(trust, model, **few, backend=name).to_dict() for name in ("cpu", "python"))
    assert cpu == twin


def test_a_team_is_the_mean_of_its_members_with_the_error_of_that_mean():
    trust = spark.generate.health_trust(staff=150, rng=2)
    found = spark.conditions(trust, spark.IndependentCascade(0.2), others=3, worlds=200, rng=1)
    model = spark.IndependentCascade(0.2)
    team = next(team for team in found.teams if team.people >= 3)
    members = [person for person in found.people if person.team == team.name]
    sizes = np.array([spark.simulate(trust, model, [p.id], worlds=200, rng=1).sizes for p in members])
    means = sizes.mean(axis=0)
    assert team.reach == pytest.approx(means.mean())
    assert team.reach_standard_error == pytest.approx(means.std(ddof=1) / math.sqrt(200))
    assert team.chance == pytest.approx(np.mean([p.chance for p in members]))
    assert team.best == members[0].id
    assert team.best_chance == members[0].chance


def blocks(network: spark.Network, model: spark.SIS | spark.IndependentCascade, **options: int) -> dict:
    found = spark.conditions(network, model, others=1, worlds=4, rng=1, **options)
    return {place.name: place.blocked for place in (*found.teams, *found.organisations)}


def test_each_block_is_said_where_it_is_and_nowhere_else():
    people = {
        "id": list("abcdefgh"),
        "team": ["one", "one", "two", "two", "far", "far", "open", "open"],
        "organisation": ["o", "o", "o", "o", "p", "p", "o", "o"],
        "readiness": [1, 1, 1, 1, 1, 1, 0.5, 0.5],
        "lapsing": [0.1, 0.1, 0.3, 0.3, 0.1, 0.1, 0.1, 0.1],
    }
    ties = [("a", "b"), ("b", "c"), ("d", "g"), ("h", "c"), ("e", "f")]
    network = spark.Network.from_edges(*zip(*ties, strict=True), people=people)
    assert blocks(network, spark.IndependentCascade(0.5)) == {
        "one": ("lone spanner",),
        "two": (),
        "far": ("isolated",),
        "open": ("low readiness",),
        "o": ("isolated",),
        "p": ("isolated",),
    }
    partners = {"source": ["o"], "target": ["p"]}
    joined = spark.Network.from_edges(*zip(*ties, strict=True), people=people, partners=partners)
    said = blocks(joined, spark.IndependentCascade(0.5))
    assert (said["o"], said["p"], said["far"]) == ((), (), ("isolated",))
    found = spark.conditions(network, spark.IndependentCascade(0.5), others=1, worlds=4, rng=1)
    assert {team.name: team.lone_spanner for team in found.teams if team.lone_spanner} == {"one": "b"}


def test_high_lapse_is_said_of_those_who_give_up_more():
    people = {"id": list("abcd"), "team": ["x", "x", "y", "y"], "lapsing": [0.1, 0.1, 0.4, 0.4]}
    network = spark.Network.from_edges(["a", "b", "c", "d"], ["c", "d", "a", "b"], people=people)
    assert blocks(network, spark.SIS(0.5, lapse=0.2), horizon=3) == {"x": (), "y": ()}
    adoption = spark.Adoption(probability=0.5, lapse=0.2, lapse_factor="lapsing")
    assert blocks(network, adoption, horizon=3) == {"x": (), "y": ("high lapse",)}


def test_a_whole_network_or_one_that_did_not_answer_is_not_isolated():
    alone = {"id": ["a", "b"], "team": ["x", "x"]}
    assert blocks(spark.Network.from_edges(["a"], ["b"], people=alone), spark.IndependentCascade(0.5)) == {"x": ()}
    silent = {"id": ["a", "b", "c"], "team": ["x", "x", "y"], "answered": [True, True, False]}
    assert blocks(spark.Network.from_edges(["a"], ["b"], people=silent), spark.IndependentCascade(0.5)) == {
        "x": ("isolated",),
        "y": (),
    }


def test_of_many_people_the_best_connected_are_tried():
    network, model = star(20, 0.5)
    found = spark.conditions(network, model, others=3, most=1, worlds=20, rng=1)
    assert (found.able, found.tried, [person.id for person in found.people]) == (21, 1, ["hub"])


def test_results_survive_json_and_draw(tmp_path):
    trust = spark.generate.health_trust(staff=150, rng=1)
    found = spark.conditions(trust, spark.IndependentCascade(0.2), worlds=20, rng=1)
    assert found.others == 10
    assert Conditions.from_dict(found.to_dict()).to_dict() == found.to_dict()
    assert repr(found).startswith("<Conditions: at least 10 others from one match, best ")
    assert "<table>" in found._repr_html_()
    assert len(found.to_pandas()) == found.tried
    pytest.importorskip("matplotlib")
    assert found.plot().get_xlabel().startswith("readiness")


def test_all_that_is_wrong_is_said_at_once():
    network, model = star(3, 0.5)
    with pytest.raises(UsageError) as error:
        spark.conditions(network, model, others=4, most=0)
    assert [fault.message[:9] for fault in error.value.faults] == ["others 4:", "most 0 is"]
    with pytest.raises(UsageError, match="others 0 is not"):
        spark.conditions(network, model, others=0)
    with pytest.raises(UsageError, match="goes on for ever"):
        spark.conditions(network, spark.SIS(0.1), others=1)


def test_where_all_are_equally_ready_the_chances_are_drawn():
    pytest.importorskip("matplotlib")
    network = spark.Network.from_edges(["a", "a", "b"], ["b", "c", "c"])
    even = spark.conditions(network, spark.IndependentCascade(0.5), others=1, worlds=64, rng=1)
    axes = even.plot()
    assert axes.get_xlabel().startswith("chance that one match lights at least 1 other\n")
    assert [label.get_text() for label in axes.get_yticklabels()] == [str(person.id) for person in even.people]
