"""The verbs that try plans: estimates with errors, verdicts, stops, replays, and results that survive JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest

import spark
from spark.backends import open_backend
from spark.errors import UsageError
from spark.results import Choice, Comparison, Spread
from spark.worlds.differences import difference_between


@pytest.fixture
def trust():
    people = {
        "id": ["ann", "bo", "cy", "di", "eve", "fay"],
        "organisation": ["ward", "ward", "ward", "clinic", "clinic", "clinic"],
        "adopted": [0, 0, 0, 0, 0, 1],
        "value": [1.0, 2.5, 1.0, 1.0, 1.0, 4.0],
    }
    return spark.Network.from_edges(
        ["ann", "ann", "bo", "cy", "di", "fay"],
        ["bo", "cy", "cy", "di", "eve", "eve"],
        people=people,
        partners={"source": ["ward"], "target": ["clinic"], "weight": [1.0]},
    )


MODEL = spark.IndependentCascade(0.4, partners=0.3)


def test_no_action_is_who_practises_already_and_what_they_light(trust):
    nothing = spark.simulate(trust, MODEL, worlds=2000, rng=1)
    assert nothing.gain_over_no_action == 0
    assert nothing.mean == pytest.approx(1.4, abs=0.1)
    plan = spark.simulate(trust, MODEL, ["ann"], worlds=2000, rng=1)
    assert plan.gain_over_no_action == pytest.approx(plan.mean - nothing.mean)


def test_groups_chances_values_and_curves_add_up_to_the_mean(trust):
    spread = spark.simulate(trust, MODEL, ["ann"], worlds=500, rng=2)
    assert sum(group.mean for group in spread.by_organisation) == pytest.approx(spread.mean)
    assert spread.chances.sum() == pytest.approx(spread.mean)
    assert spread.over_time[-1].mean == spread.mean
    assert spread.over_time[0].mean == 2
    assert spread.mean_value == pytest.approx(spread.chances @ trust.value)
    assert np.mean(spread.sizes) == pytest.approx(spread.mean)
    assert spread.standard_error == pytest.approx(np.std(spread.sizes, ddof=1) / 500**0.5)


def test_the_horizon_cuts_the_curve_and_nothing_before_it(trust):
    whole = spark.simulate(trust, MODEL, ["ann"], worlds=500, rng=2)
    cut = spark.simulate(trust, MODEL, ["ann"], worlds=500, rng=2, horizon=1)
    assert cut.over_time == whole.over_time[:2]


def test_a_wanted_standard_error_is_reached_on_the_worlds_that_a_fixed_number_gives(trust):
    spread = spark.simulate(trust, MODEL, ["ann"], standard_error=0.05, rng=3)
    assert spread.standard_error <= 0.05
    assert spread.worlds > 256
    fixed = spark.simulate(trust, MODEL, ["ann"], worlds=spread.worlds, rng=3)
    assert fixed.sizes.tolist() == spread.sizes.tolist()
    assert spark.simulate(trust, MODEL, ["ann"], worlds=spread.worlds // 2, rng=3).standard_error > 0.05


def test_a_generator_gives_one_number_that_is_recorded_and_none_gives_fresh_entropy(trust):
    drawn = spark.simulate(trust, MODEL, ["ann"], worlds=50, rng=np.random.default_rng(5))
    again = spark.simulate(trust, MODEL, ["ann"], worlds=50, rng=drawn.provenance.rng)
    assert drawn.sizes.tolist() == again.sizes.tolist()
    fresh = {spark.simulate(trust, MODEL, ["ann"], worlds=2).provenance.rng for _ in range(3)}
    assert len(fresh) == 3


def test_every_plan_is_tried_in_the_same_worlds(trust):
    both = spark.compare(trust, MODEL, {"A": ["ann"], "again": ["ann"], "B": ["di"]}, worlds=300, rng=4)
    same, against = both.differences[0], both.differences[1]
    assert (same.mean, same.low, same.high, same.probability_tie, same.verdict) == (0, 0, 0, 1, "no-difference")
    alone = spark.simulate(trust, MODEL, ["di"], worlds=300, rng=4)
    assert both.plans[2].spread.sizes.tolist() == alone.sizes.tolist()
    paired = np.subtract(both.plans[0].spread.sizes, alone.sizes)
    assert against.probability_a_beats_b == (paired > 0).mean()


@pytest.mark.parametrize(
    ("shift", "smallest", "verdict"),
    [(2, 0.0, "a"), (-2, 0.0, "b"), (0, 0.0, "too-close"), (0, 1.0, "no-difference"), (2, 1.0, "a"), (1, 1.2, "a")],
)
def test_the_verdict_follows_the_interval_of_the_paired_difference(trust, shift, smallest, verdict):
    spread = spark.simulate(trust, MODEL, ["ann"], worlds=400, rng=1)
    fields = {name: getattr(spread, name) for name in spread.__slots__}
    b = Spread(**{**fields, "sizes": np.full(400, 100, np.int32)})
    wobble = np.tile([-5, 5], 200)  # standard error 0.25, so the interval is the shift +- 0.49
    a = Spread(**{**fields, "sizes": (b.sizes + shift + wobble).astype(np.int32)})
    (one,) = spark.compare(trust, MODEL, {"A": ["ann"]}, worlds=20, rng=1).plans
    got = difference_between(replace(one, spread=a), replace(one, name="B", spread=b), smallest)
    assert (got.low, got.high) == (pytest.approx(shift - 0.4906, abs=1e-3), pytest.approx(shift + 0.4906, abs=1e-3))
    assert got.verdict == verdict


def test_a_replay_tells_who_lit_whom_along_ties_of_the_network(trust):
    seen = set()
    for world in range(40):
        story = spark.replay(trust, MODEL, ["ann"], world=world, rng=6)
        when = {event.person: event.time for event in story.events}
        assert [event.time for event in story.events] == sorted(event.time for event in story.events)
        for event in story.events:
            seen.add(event.cause)
            if event.cause == "tie":
                assert when[event.by] == event.time - 1
                assert event.layer == "ties"
        size = spark.simulate(trust, MODEL, ["ann"], worlds=40, rng=6).sizes[world]
        assert len(story.events) == size
    assert seen == {"seed", "already", "tie", "partners"}


def test_results_survive_json(trust):
    spread = spark.simulate(trust, MODEL, ["ann"], worlds=20, rng=1)
    comparison = spark.compare(trust, MODEL, {"A": ["ann"], "B": spark.Broadcast(dose=0.1)}, worlds=20, rng=1)
    for result, kind in ((spread, Spread), (comparison, Comparison)):
        data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert kind.from_dict(data).to_dict() == result.to_dict()
    assert Choice.__name__ in spark.__all__


def test_results_become_frames_and_tables(trust):
    spread = spark.simulate(trust, MODEL, ["ann"], worlds=20, rng=1)
    assert spread.to_pandas()["mean"].tolist() == [step.mean for step in spread.over_time]
    assert "<table>" in spread._repr_html_()
    named = spark.compare(trust, MODEL, {"<b>": ["ann"], "B": ["bo"]}, worlds=20, rng=1)
    assert "<b>" not in named._repr_html_()
    assert named.to_pandas()["verdict"].tolist() == [named.differences[0].verdict]


def test_wrong_options_are_all_named_at_once(trust):
    with pytest.raises(UsageError) as error:
        spark.simulate(trust, MODEL, ["ann"], worlds=1, standard_error=-1.0, horizon=-2, rng=1)
    assert len(error.value.faults) == 3
    with pytest.raises(UsageError, match="did you mean 'python'"):
        open_backend("pyton")
    with pytest.raises(UsageError, match="'anne'.*did you mean 'ann'"):
        spark.simulate(trust, MODEL, ["anne"], worlds=2, rng=1)
    with pytest.raises(UsageError, match="is not a model"):
        spark.simulate(trust, 0.1, ["ann"], worlds=2, rng=1)


def test_progress_ends_at_the_number_of_worlds_and_an_interrupt_passes_through(trust):
    told = []
    spark.simulate(trust, MODEL, ["ann"], worlds=100, rng=1, workers=2, progress=lambda *now: told.append(now))
    assert told[-1] == (100, 100)
    assert told == sorted(told)

    def interrupt(done, total):
        raise KeyboardInterrupt

    for workers in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            spark.simulate(trust, MODEL, ["ann"], worlds=10_000, rng=1, workers=workers, progress=interrupt)


def test_a_cascade_of_many_steps_is_counted_to_its_end():
    line = spark.generate.path(200)
    spread = spark.simulate(line, spark.IndependentCascade(1), [line.people[0]], worlds=3, rng=1)
    assert [step.mean for step in spread.over_time] == list(range(1, 201))
