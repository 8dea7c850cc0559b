"""Who lit whom: the story of worlds in which people give up, shares, and what comes of each match."""

import numpy as np
import pytest
from estimates import agrees
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cascades, networks, plans, several_examples, thresholds

import spark
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.results import Replay, WhoLitWhom

RARELY = 40 if COMPILED else 8
LAPSES = st.one_of(
    st.builds(
        spark.SIS,
        st.sampled_from((0.4, 1.0, "chance")),
        st.sampled_from((0.3, 1.0)),
        st.sampled_from((0.0, 0.5, 1.0)),
        st.sampled_from((0.0, 0.5)),
    ),
    st.builds(spark.SIR, st.just("chance"), st.just(0.5)),
    st.builds(spark.ContinuousSIS, st.sampled_from((0.5, "strength")), st.just(0.7), st.sampled_from((0.5, 1.0))),
)
ONCE = cascades() | several_examples() | thresholds() | st.builds(spark.ContinuousSIR, st.just(0.7), st.just(0.3))


@settings(max_examples=RARELY)
@given(networks(personal=True, partners=True), LAPSES | ONCE, st.integers(0, 9), st.data())
def test_both_backends_tell_the_same_story_and_its_shares_add_up(network, model, world, data):
    plan = data.draw(plans(network.size))
    horizon = data.draw(st.integers(0, 6))
    stories = [
        spark.replay(network, model, plan, world=world, horizon=horizon, rng=3, backend=backend)
        for backend in ("python", "cpu")
    ]
    assert stories[0].to_dict() == stories[1].to_dict()
    assert Replay.from_dict(stories[0].to_dict()).to_dict() == stories[0].to_dict()
    for event in stories[0].events:
        if event.parts:
            assert event.cause == "tie"
            assert sum(part.share for part in event.parts) == pytest.approx(1)
            assert event.by in [part.by for part in event.parts]


@settings(max_examples=RARELY)
@given(networks(personal=True, partners=True), LAPSES, st.data())
def test_the_story_of_a_world_is_the_one_that_simulate_counts(network, model, data):
    plan, horizon = data.draw(plans(network.size)), data.draw(st.integers(0, 6))
    spread = spark.simulate(network, model, plan, worlds=6, horizon=horizon, rng=4)
    for world in range(6):
        practising, ever = set(), set()
        for event in spark.replay(network, model, plan, world=world, horizon=horizon, rng=4).events:
            if event.cause == "lapse":
                practising.remove(event.person)
                continue
            assert event.person not in practising
            assert event.by is None or event.by in ever
            practising.add(event.person)
            ever.add(event.person)
        assert len(practising) == spread.sizes[world]


def test_people_who_give_up_are_lit_again_by_whom_it_says():
    pair = spark.Network.from_edges(["u"], ["v"], influence="both")
    story = spark.replay(pair, spark.SIS(1, lapse=1), ["u"], horizon=3, rng=1)
    assert [(e.time, e.person, e.cause, e.by) for e in story.events] == [
        (0, "u", "seed", None),
        (1, "u", "lapse", None),
        (1, "v", "tie", "u"),
        (2, "v", "lapse", None),
        (2, "u", "tie", "v"),
        (3, "u", "lapse", None),
        (3, "v", "tie", "u"),
    ]
    assert repr(story) == "<Replay: world 0, 2 adopters, 3 times somebody gave up, in 3 steps>"
    assert list(story.tree().edges) == [("u", "v")]
    assert len(story.to_pandas()) == 7


def test_the_tree_of_a_world_leads_from_the_matches_to_everybody_lit():
    network = spark.generate.erdos_renyi(60, 240, rng=2)
    story = spark.replay(network, spark.IndependentCascade(0.4), [0, 1], rng=2)
    tree = story.tree()
    assert len(tree) == len(story.events) > 20
    assert sorted(v for v in tree if tree.in_degree(v) == 0) == [0, 1]
    assert all(tree.nodes[u]["time"] < tree.nodes[v]["time"] for u, v in tree.edges)


class TestSummed:
    def test_two_examples_at_once_share_what_they_light(self, backend):
        network = spark.Network.from_edges(["a", "b"], ["v", "v"])
        told = spark.who_lit_whom(
            network, spark.IndependentCascade(0.5), ["a", "b"], worlds=4000, rng=1, backend=backend
        )
        by = {match.name: match for match in told.matches}
        # 1 + P(alone) + P(both)/2
        assert all(agrees(by[u].mean, by[u].standard_error, 1 + 1 / 4 + 1 / 8) for u in "ab")
        assert not any(agrees(by[u].mean, by[u].standard_error, 1 + 1 / 2) for u in "ab")
        assert {c.name: c.mean for c in told.causes}["seed"] == 2
        assert sum(g.mean for g in told.generations) == pytest.approx(2 + sum(t.mean for t in told.ties))

    def test_convincing_moments_are_counted_where_two_are_needed(self):
        network = spark.Network.from_edges(["a", "b"], ["v", "v"], columns={"chance": [1.0, 0.5]})
        told = spark.who_lit_whom(network, spark.CountThreshold(2), ["a", "b"], worlds=2, rng=1)
        assert [(tie.source, tie.mean) for tie in told.ties] == [("a", 0.5), ("b", 0.5)]
        story = spark.replay(network, spark.ExamplesNeeded(2, of=spark.IndependentCascade("chance")), ["a", "b"], rng=1)
        assert {part.by for part in story.events[-1].parts} <= {"a", "b"}

    @settings(max_examples=RARELY)
    @given(networks(personal=True, partners=True), LAPSES | ONCE, st.data())
    def test_all_ways_to_count_come_to_the_same(self, network, model, data):
        plan = data.draw(plans(network.size))
        told = spark.who_lit_whom(network, model, plan, worlds=70, horizon=5, rng=2)
        causes = {cause.name: cause.mean for cause in told.causes}
        for parts in (told.layers, told.organisations, told.ties):
            assert sum(part.mean for part in parts) == pytest.approx(causes["tie"])
        assert sum(g.mean for g in told.generations) == pytest.approx(sum(causes.values()))
        assert sum(match.mean for match in told.matches) <= sum(causes.values()) + 1e-9
        if not causes["partners"] and not causes["broadcast"]:
            assert sum(match.mean for match in told.matches) == pytest.approx(sum(causes.values()))
        if not hasattr(model, "lapse") and not hasattr(model, "recovery"):
            spread = spark.simulate(network, model, plan, worlds=70, horizon=5, rng=2)
            assert sum(causes.values()) == pytest.approx(spread.mean)
        assert WhoLitWhom.from_dict(told.to_dict()).to_dict() == told.to_dict()
        other = spark.who_lit_whom(network, model, plan, worlds=70, horizon=5, rng=2, backend="python")
        assert other.to_dict() == told.to_dict()

    def test_a_chain_has_one_person_in_each_generation(self):
        told = spark.who_lit_whom(spark.generate.path(5), spark.ContinuousSI(9), [0], worlds=50, rng=1)
        assert [g.mean for g in told.generations] == [1, 1, 1, 1, 1]
        assert told.matches[0].mean == 5
        assert repr(told) == "<WhoLitWhom: 4.00 adoptions by ties a world, over 4 ties, 50 worlds>"
        assert len(told.to_pandas()) == 4
        assert "lights" in told._repr_html_()
        assert told.plot() is not None

    def test_organisations_are_told_apart(self):
        people = {"id": list("abc"), "organisation": ["x", "y", None]}
        network = spark.Network.from_edges(["a", "b"], ["b", "c"], people=people)
        told = spark.who_lit_whom(network, spark.IndependentCascade(1), ["a"], worlds=2, rng=1)
        assert [(o.source, o.target, o.mean) for o in told.organisations] == [("x", "y", 1), ("y", None, 1)]

    def test_what_has_no_story_is_refused(self):
        pair = spark.generate.path(2)
        with pytest.raises(UsageError, match="nobody is lit by one person"):
            spark.who_lit_whom(pair, spark.Bass(0.1, 0.1), [0], rng=1)
        with pytest.raises(UsageError, match="give a horizon"):
            spark.who_lit_whom(pair, spark.SIS(0.1), [0], rng=1)
        with pytest.raises(UsageError, match="worlds 1 is not a whole number of at least 2"):
            spark.who_lit_whom(pair, spark.IndependentCascade(0.1), [0], rng=1, worlds=1)
        assert np.isfinite(spark.who_lit_whom(pair, spark.IndependentCascade(0.1), (), rng=1).generations[0].mean)
