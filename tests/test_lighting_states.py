"""Who lit whom where people hear, try, adopt, give up and leave."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import networks, plans
from test_adoption import adoptions, without_bridges

import spark
from spark.kernels.accelerate import COMPILED
from spark.results import Replay

RARELY = 60 if COMPILED else 8
CHANCES = st.sampled_from((0.3, 1.0))
OTHERS = st.one_of(
    st.builds(spark.SEIR, CHANCES, CHANCES, st.sampled_from((0.0, 0.5)), st.sampled_from((0.0, 0.5))),
    st.builds(spark.Aware, adoption=CHANCES, awareness=st.sampled_from((0.5, 1.0)), hearsay=st.sampled_from((0, 0.4))),
)


def models(network):
    return st.one_of(OTHERS, adoptions(network.organisations))


def plan_for(data, network, model):
    plan = data.draw(plans(network.size))
    if isinstance(model, spark.Aware):
        kinds = spark.Seeds, spark.Broadcast, spark.Mandate
        return spark.Plan(*(action for action in plan.interventions if isinstance(action, kinds)))
    return without_bridges(plan) if model.delay == "days" else plan


@settings(max_examples=RARELY)
@given(networks(personal=True, partners=True), st.integers(0, 9), st.data())
def test_both_backends_tell_the_same_story_and_its_shares_add_up(network, world, data):
    model = data.draw(models(network))
    plan, horizon = plan_for(data, network, model), data.draw(st.integers(0, 6))
    stories = [
        spark.replay(network, model, plan, world=world, horizon=horizon, rng=3, backend=backend)
        for backend in ("python", "cpu")
    ]
    assert stories[0].to_dict() == stories[1].to_dict()
    assert Replay.from_dict(stories[0].to_dict()).to_dict() == stories[0].to_dict()
    for event in stories[0].events:
        if event.parts:
            assert event.cause in ("tie", "bridge")
            assert sum(part.share for part in event.parts) == pytest.approx(1)
            assert event.by in [part.by for part in event.parts]


@settings(max_examples=RARELY)
@given(networks(personal=True, partners=True), st.data())
def test_the_story_of_a_world_is_the_one_that_simulate_counts(network, data):
    model = data.draw(models(network))
    plan, horizon = plan_for(data, network, model), data.draw(st.integers(0, 6))
    spread = spark.simulate(network, model, plan, worlds=6, horizon=horizon, rng=4)
    ever_in_all = 0
    for world in range(6):
        practising, ever, passes_on = set(), set(), set()
        for event in spark.replay(network, model, plan, world=world, horizon=horizon, rng=4).events:
            if event.what == "stops":
                practising.remove(event.person)
                continue
            assert event.by is None or event.by in passes_on
            assert event.person not in practising
            passes_on.add(event.person)
            if event.what == "adopts":
                practising.add(event.person)
                ever.add(event.person)
        assert len(practising) == spread.sizes[world]
        ever_in_all += len(ever)
    assert ever_in_all == pytest.approx(6 * spread.ever_adopted)


def test_who_gets_ready_is_in_the_story_before_she_practises():
    line = spark.Network.from_edges(["a", "b"], ["b", "c"])
    story = spark.replay(line, spark.SEIR(1, 1, lapse=0), ["a"], horizon=4, rng=1)
    assert [(e.time, e.person, e.what, e.by) for e in story.events] == [
        (0, "a", "adopts", None),
        (1, "b", "tries", "a"),
        (2, "b", "adopts", "a"),
        (3, "c", "tries", "b"),
        (4, "c", "adopts", "b"),
    ]
    assert list(story.tree().edges) == [("a", "b"), ("b", "c")]


def test_word_may_come_through_somebody_who_does_not_adopt():
    network = spark.Network.from_edges(["a", "b"], ["b", "c"], people={"id": list("abc"), "chance": [1.0, 0.0, 1.0]})
    model = spark.Aware(adoption="chance", awareness=1, hearsay=1)
    story = spark.replay(network, model, ["a"], rng=1)
    assert [(e.time, e.person, e.what, e.by) for e in story.events] == [
        (0, "a", "adopts", None),
        (1, "b", "hears", "a"),
        (2, "c", "adopts", "b"),
    ]
    assert story.tree().nodes["b"]["what"] == "hears"
    assert repr(story) == "<Replay: world 0, 2 adopters in 2 steps>"
    told = spark.who_lit_whom(network, model, ["a"], worlds=2, rng=1)
    assert [(match.name, match.mean) for match in told.matches] == [("a", 2)]  # b is not counted, and hands on
    assert [(tie.source, tie.target, tie.mean) for tie in told.ties] == [("b", "c", 1)]


def test_doses_of_all_steps_since_the_start_have_a_share():
    network = spark.Network.from_edges(["a", "b"], ["v", "v"], people={"id": list("abv")})
    model = spark.Adoption(dose=0.4, lapse=0, tolerance=spark.TableTolerance((1.0, 1.0), (0.0, 1.0)))
    plan = spark.Plan(spark.Seeds(["a"]), spark.Seeds(["b"], start=1))
    last = spark.replay(network, model, plan, horizon=6, rng=1).events[-1]
    assert (last.time, last.person, last.by) == (2, "v", "a")  # 0.4 from a, then 0.8 from both
    assert [(part.by, pytest.approx(part.share, abs=1e-6)) for part in last.parts] == [("a", 2 / 3), ("b", 1 / 3)]


def test_who_leaves_stops_without_giving_up():
    pair = spark.Network.from_edges(["a"], ["b"])
    story = spark.replay(pair, spark.Adoption(probability=1, lapse=0, turnover=1), ["a"], horizon=2, rng=1)
    assert [(e.time, e.person, e.cause, e.what) for e in story.events] == [
        (0, "a", "seed", "adopts"),
        (1, "a", "leaves", "stops"),
        (1, "b", "tie", "adopts"),
        (2, "b", "leaves", "stops"),
    ]
