"""Curves of organisations, teams and groups: the twin, curves that are known, and the ways to ask for them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from json_schema import violations
from strategies import network_of
from test_every_model import ALL, HORIZONS, chosen, table_for
from test_interventions_worlds import interventions

import spark
import spark.cli
from spark.errors import SparkError, UsageError
from spark.model import MODELS
from spark.results import Spread

FEW = {"worlds": 12, "rng": 3, "workers": 1}


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4)
@given(st.data())
def test_kernel_and_twin_agree_and_people_of_all_groups_are_all_people(name, data):
    table, horizon = data.draw(table_for(name)), data.draw(HORIZONS)
    size = len(table["people"]["id"])
    table["people"]["half"] = ["one", "two"][: min(size, 2)] + data.draw(
        st.lists(st.sampled_from(("one", "two")), min_size=max(size - 2, 0), max_size=max(size - 2, 0))
    )
    table["people"]["all"] = ["everybody"] * size
    network, model = network_of(table), data.draw(ALL[name])
    plan = data.draw(interventions(network)) if data.draw(st.booleans()) else spark.Plan(*seeds(chosen(data, network)))
    run = FEW | {"horizon": horizon, "over_time_by": ["half", "all"]}
    try:
        fast = spark.simulate(network, model, plan, **run)
    except SparkError:  # the model does not carry the plan
        fast = spark.simulate(network, model, chosen(data, network), **run)
        plan = spark.Plan(*seeds(fast.seeds))
    slow = spark.simulate(network, model, plan, **run | {"backend": "python"})
    assert fast.over_time_by == slow.over_time_by
    assert [curve.name for curve in fast.over_time_by["half"]] == ["one", "two"]
    (everybody,) = fast.over_time_by["all"]
    assert everybody.over_time[: len(fast.over_time)] == fast.over_time[: len(everybody.over_time)]
    halves = [curve.over_time for curve in fast.over_time_by["half"]]
    for step, parts in zip(everybody.over_time, zip(*halves, strict=True), strict=False):
        assert step.mean == pytest.approx(sum(part.mean for part in parts))
    for half, group in zip(halves, fast.by_group["half"], strict=True):
        assert (half[-1].mean, half[-1].standard_error) == (group.mean, group.standard_error)


def seeds(people):
    return [spark.Seeds(sorted(people))] if people else []


def path_of_two_wards():
    people = {"id": list("abcd"), "organisation": ["north", "north", "south", "south"], "site": ["x", "y", "x", "y"]}
    return spark.Network.from_edges(list("abc"), list("bcd"), people=people)


def test_a_chain_lights_one_ward_after_the_other():
    spread = spark.simulate(
        path_of_two_wards(), spark.IndependentCascade(1.0), ["a"], worlds=4, over_time_by=["organisation"], rng=1
    )
    north, south = spread.over_time_by["organisation"]
    assert (north.name, north.people) == ("north", 2)
    assert [step.mean for step in north.over_time] == [1, 2, 2, 2]
    assert [step.mean for step in south.over_time] == [0, 0, 1, 2]
    assert {step.standard_error for step in south.over_time} == {0.0}


def test_who_moves_on_is_seen_though_their_number_stays_the_same():
    spread = spark.simulate(
        path_of_two_wards(), spark.SIR(1.0, lapse=1.0), ["a"], worlds=4, horizon=3, over_time_by=["organisation"], rng=1
    )
    assert len(spread.over_time) == 1
    north, south = spread.over_time_by["organisation"]
    assert [step.mean for step in north.over_time] == [1, 1, 0]
    assert [step.mean for step in south.over_time] == [0, 0, 1]


def test_workers_and_looks_change_nothing_and_bands_are_those_of_the_worlds():
    trust = spark.generate.health_trust(rng=1)
    model, ask = spark.SIS(0.02, lapse=0.1), {"horizon": 8, "over_time_by": ["organisation", "team"], "rng": 2}
    precise = spark.simulate(trust, model, ["m1"], standard_error=2.0, **ask, workers=2)
    whole = spark.simulate(trust, model, ["m1"], worlds=precise.worlds, **ask, workers=1)
    assert precise.over_time_by == whole.over_time_by
    assert set(whole.over_time_by) == {"organisation", "team"}
    plain = spark.simulate(trust, model, ["m1"], worlds=precise.worlds, horizon=8, rng=2)
    assert plain.over_time == whole.over_time
    assert plain.over_time_by == {}
    alone = replace(
        trust, groups={**trust.groups, "all": spark.network.Group(np.zeros(trust.size, np.int32), ("all",))}
    )
    (curve,) = spark.simulate(alone, model, ["m1"], worlds=300, horizon=8, rng=2, over_time_by=["all"]).over_time_by[
        "all"
    ]
    assert curve.over_time == spark.simulate(alone, model, ["m1"], worlds=300, horizon=8, rng=2).over_time


def test_curves_travel_and_are_drawn():
    spread = spark.simulate(
        path_of_two_wards(), spark.SI(0.5), ["a"], worlds=20, horizon=4, over_time_by=["organisation", "site"], rng=1
    )
    back = Spread.from_dict(spread.to_dict())
    assert back.over_time_by == spread.over_time_by
    axes = spread.plot_by("organisation")
    assert [line.get_label() for line in axes.get_lines()] == ["north", "south"]
    assert axes.get_ylabel() == "share who practise"
    with pytest.raises(UsageError, match="there are no curves by 'team'"):
        spread.plot_by("team")


def test_a_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UsageError, match=r"'sites'.*organisation, site; did you mean 'site'"):
        spark.simulate(path_of_two_wards(), spark.SI(0.5), ["a"], horizon=2, over_time_by=["sites"])
    with pytest.raises(UsageError, match=r"over_time_by 'site' is not a list of columns"):
        spark.simulate(path_of_two_wards(), spark.SI(0.5), ["a"], horizon=2, over_time_by="site")


def test_the_command_line_and_a_scenario_ask_for_curves_in_every_form(tmp_path):
    spark.write_network(path_of_two_wards(), tmp_path / "ward")
    asked = ["--seeds", "a", "--probability", "1", "--worlds", "4", "--quiet", "--over-time-by", "organisation"]
    line = ["simulate", tmp_path / "ward", *asked]
    document = json.loads(run(*line, "--json"))
    schema = json.loads((Path(__file__).parents[1] / "docs/schemas/simulate.json").read_text(encoding="utf-8"))
    assert [*violations(document, schema)] == []
    _, south = document["over_time_by"]["organisation"]
    assert [step["mean"] for step in south["over_time"]] == [0, 0, 1, 2]
    rows = run(*line, "--csv").splitlines()
    assert rows[0] == "column,group,people,step,mean,standard_error,median,low,high"
    assert rows[-1] == "organisation,south,2,3,2.0,0.0,2.0,2.0,2.0"
    assert len(rows) == 1 + 2 * 4
    text = run(*line, "--plot", tmp_path / "curves.svg")
    assert "Over time by organisation" in text
    assert "share who practise" in (tmp_path / "curves.svg").read_text(encoding="utf-8")
    scenario = tmp_path / "ward.toml"
    scenario.write_text(
        '[network]\npath = "ward"\n[model]\nname = "independent-cascade"\nprobability = 1\n'
        '[run]\nworlds = 4\nover-time-by = ["organisation"]\n[[plan]]\nname = "A"\nseeds = ["a"]\n'
    )
    assert json.loads(run("simulate", scenario, "--json", "--quiet"))["over_time_by"] == document["over_time_by"]
    assert "did you mean 'site'" in run(*line[:-1], "sit", code=2)


def run(*words, code=0):
    result = CliRunner().invoke(spark.cli.command, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output
