"""What each command says: golden files for the text, schemas for the JSON, and every id as it was in the files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from json_schema import violations

import spark
import spark.cli
from spark.model import MODELS
from spark.model.parameters import parameters_of
from spark.report.layout import display_width

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
HARD_IDS = [
    "Smith, Jo",
    'the "boss"',
    "007",
    "7",
    "zoë 🔥",
    "👩‍⚕️",
    "مريم",
    " leading space",
    "semi;colon",
    "O'Hara & <b>",
    "=1+1",
    "@home",
    "日本",
    "two\nlines",
    "x=y",
]


def run(*args: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(spark.cli.command, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return str(result.stdout)


def document(name: str, *args: str | Path) -> dict[str, Any]:
    """Run a command with --json, and hold what it prints to its schema."""
    data = json.loads(run(name, *args, "--json"))
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    assert [*violations(data, schema)] == []
    assert next(iter(data)) == "schema"
    return data


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "my-trust"
    run("init", folder)
    return folder


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """A folder whose ids are hard to write: a chain, each person influencing the next for sure."""
    folder = tmp_path / "hard"
    folder.mkdir()
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "label", "organisation"])
        rows.writerows([name, f"label of {name}", f"works with {name}"] for name in HARD_IDS)
    with (folder / "ties.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["source", "target"])
        rows.writerows(pairwise(HARD_IDS))
    return folder


GOLDEN_LINES = {
    "demo": "demo",
    "check-scenario": "check scenario.toml",
    "simulate-seeds": "simulate . --seeds amina,bo",
    "simulate-plan": "simulate scenario.toml --plan 'a message to the hospital' --horizon 3",
    "plan-scenario": "plan scenario.toml",
    "plan-count": "plan . --count 3 --worlds 512",
    "plan-fair": "plan . --count 2 --worst-off organisation --exclude bo --at-most organisation=1 --worlds 512",
    "plan-methods": "plan . --count 3 --method all --worlds 512",
    "plan-explain": "plan . --count 3 --explain --worlds 512",
    "plan-models": "plan . --count 2 --model weighted-cascade --model linear-threshold --worlds 512",
    "plan-smallest": "plan . --reach 50% --confidence 80% --worlds 512",
    "mix": "mix . --budget 2 --verbs seed,boost,bridge --worlds 256",
    "map": "map . --others 3 --model sis -p .2 --horizon 6",
    "compare-scenario": "compare scenario.toml",
    "compare-plans": "compare . --plan A=amina,bo --plan B=choose-count:2 --plan C=broadcast:0.1 --plan none= --rng 3",
}


@pytest.mark.parametrize("name", GOLDEN_LINES)
def test_the_text_is_as_in_the_golden_file_and_fits_80_columns(name, starter, monkeypatch):
    monkeypatch.chdir(starter)
    text = run(*shlex.split(GOLDEN_LINES[name]))
    assert text.endswith("\n")
    assert [line for line in text.splitlines() if display_width(line) > 80 and "spark " not in line] == []
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("SPARK_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOLDEN_LINES)
def test_what_is_suggested_next_can_be_typed_as_it_stands(name, starter, monkeypatch):
    monkeypatch.chdir(starter)
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")  # what it prints, as the test above says
    lines = re.findall(r"^    (spark .*)$", text, re.MULTILINE)
    assert lines or name.startswith("compare")
    for line in lines:
        run(*shlex.split(line.replace("THEM", "bo"))[1:])


def test_every_json_document_is_as_its_schema_says(starter):
    scenario = starter / "scenario.toml"
    document("check", scenario)
    document("doctor")
    document("mix", starter, "--budget", "2", "--verbs", "seed,broadcast", "--worlds", "64")
    spread = document("simulate", scenario, "--plan", "the ward", "--worlds", "64")
    plan = document("plan", scenario, "--worlds", "64")
    compared = document("compare", scenario, "--worlds", "64")
    assert [other["probability"] for other in plan["sensitivity"]] == [0.1, 0.3]
    assert [other["probability"] for other in compared["sensitivity"]] == [0.1, 0.3]
    assert spread["provenance"]["command"] == shlex.join(
        ["spark", "simulate", str(scenario), "--plan", "the ward", "--worlds", "64"]
    )
    assert "sensitivity" not in document("plan", starter, "--count", "2", "--worlds", "64")


def test_simulating_the_chosen_seeds_reprints_the_spread_of_the_plan(starter):
    options = (starter, "--probability", "0.2", "--rng", "5", "--worlds", "256")
    plan = document("plan", *options, "--count", "2")
    spread = document("simulate", *options, "--seeds", ",".join(plan["seeds"]))
    for key in ("mean", "standard_error", "by_organisation", "over_time"):
        assert spread[key] == plan["spread"][key]


def test_options_override_the_scenario(starter):
    scenario = starter / "scenario.toml"
    spread = document("simulate", scenario, "--plan", "the ward", "--worlds", "32", "--probability", "1", "--rng", "9")
    assert (spread["worlds"], spread["provenance"]["rng"]) == (32, 9)
    assert spread["provenance"]["model"]["probability"] == 1
    assert spread["provenance"]["model"]["partners"] == 0.02
    spread = document("simulate", scenario, "--plan", "the ward", "--model", "weighted-cascade", "--worlds", "32")
    assert spread["provenance"]["model"] == {"name": "WeightedCascade", "partners": 0.0, "delay": 1}


@pytest.mark.parametrize(
    ("options", "model", "why"),
    [
        ([], "WeightedCascade", "the default"),
        (["--probability", "0.5"], "IndependentCascade", "taken because --probability is given"),
        (["--model", "linear-threshold"], "LinearThreshold", "named by --model"),
    ],
)
def test_the_model_and_the_reason_for_it_are_always_printed(starter, options, model, why):
    line = ("simulate", starter, "--seeds", "amina", "--worlds", "8", *options)
    assert json.loads(run(*line, "--json"))["provenance"]["model"]["name"] == model
    assert why in " ".join(run(*line).split())


def test_probabilities_may_differ_by_layer(starter):
    spread = document(
        *("simulate", starter, "--seeds", "amina", "--worlds", "8"),
        *("--probability", "works with=1", "--probability", "asks for advice=0"),
    )
    assert spread["provenance"]["model"]["probability"] == {"works with": 1.0, "asks for advice": 0.0}
    assert spread["standard_error"] == 0


def test_hard_ids_survive_to_json_csv_and_text(hard):
    spread = document("simulate", hard, "--seeds", '"Smith, Jo"', "--worlds", "8")
    assert spread["mean"] == len(HARD_IDS)
    assert spread["seeds"] == ["Smith, Jo"]
    assert [row["organisation"] for row in spread["by_organisation"]] == [f"works with {name}" for name in HARD_IDS]
    table = list(
        csv.DictReader(io.StringIO(run("simulate", hard, "--seeds", "7", "--worlds", "8", "--csv"), newline=""))
    )
    assert [row["id"] for row in table] == HARD_IDS
    assert [row["label"] for row in table] == [f"label of {name}" for name in HARD_IDS]
    assert [row["id"] for row in table if row["chance"] == "0.0"] == HARD_IDS[: HARD_IDS.index("7")]
    text = run("plan", hard, "--count", str(len(HARD_IDS)), "--worlds", "8")
    for name in HARD_IDS:
        assert name.replace("\n", "\\n") in text


def test_hard_ids_survive_from_the_ranking_back_to_seeds(hard, tmp_path):
    chosen = tmp_path / "chosen.csv"
    run("plan", hard, "--count", str(len(HARD_IDS)), "--worlds", "8", "--output", chosen)
    with chosen.open(encoding="utf-8", newline="") as file:
        assert sorted(row["id"] for row in csv.DictReader(file)) == sorted(HARD_IDS)
    again = document("simulate", hard, "--seeds", f"@{chosen}", "--worlds", "8")
    assert again["seeds"] == HARD_IDS
    plan = document("compare", hard, "--plan", f"all=@{chosen}", "--plan", 'one=007,"x=y"', "--worlds", "8")
    assert [result["seeds"] for result in plan["plans"]] == [HARD_IDS, ["007", "x=y"]]


def test_the_lines_to_type_next_quote_hard_ids(hard):
    text = run("plan", hard, "--count", "2", "--worlds", "8")
    (line,) = re.findall(r"^    spark (simulate .*)$", text, re.MULTILINE)
    assert (
        document(*shlex.split(line))["seeds"]
        == json.loads(run("plan", hard, "--count", "2", "--worlds", "8", "--json"))["seeds"]
    )


def test_an_id_that_begins_with_an_at_sign_is_written_with_two(hard):
    assert document("simulate", hard, "--seeds", "@@home,7", "--worlds", "8")["seeds"] == ["7", "@home"]


def test_plans_of_the_command_line_add_up_under_one_name(starter):
    compared = document(
        *("compare", starter, "--worlds", "8", "--plan", "A=amina", "--plan", "A=bo", "--plan", "A=broadcast:0.5"),
        *("--plan", "B=choose:2", "--plan", "B=broadcast:0.1"),
    )
    kinds = {name: [action["kind"] for action in plan] for name, plan in compared["provenance"]["plans"].items()}
    assert kinds == {"A": ["seeds", "broadcast"], "B": ["seeds", "broadcast"]}
    assert compared["plans"][0]["seeds"] == ["amina", "bo"]


MIXES = """
[[plan]]
name = "prices"
[[plan.boost]]
amount = 0.5
cost-each = 0.05

[[plan]]
name = "ideas"
seeds = ["amina", "kit"]
[[plan.boost]]
amount = 1.0
to = { team = ["Ward 4"] }
cost = 0.5

[[plan]]
name = "best"
choose = { budget = 2, verbs = ["seed", "boost"], terms = "prices", most = 10 }

[[plan]]
name = "of ideas"
choose = { budget = 1.5, candidates = "ideas" }
[[plan.broadcast]]
probability = 0.02

[[plan]]
name = "two"
choose = { count = 2 }
"""


def test_a_mix_can_be_a_plan_of_a_scenario(starter, tmp_path):
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(f'[network]\npath = "{starter.as_posix()}"\n[run]\nworlds = 64\n{MIXES}')
    best = document("mix", scenario, "--plan", "best")
    spoken = document("mix", scenario, "--budget", "2", "--verbs", "seed,boost", "--terms", "prices", "--most", "10")
    same = ("plan", "parts", "margins", "frontier", "rivals", "spread", "assumptions")
    assert [best[key] for key in same] == [spoken[key] for key in same]
    assert run("plan", scenario, "--plan", "best") == run("mix", scenario, "--plan", "best")
    assert len(best["provenance"]["options"]["candidates"]) <= 10
    ideas = document("mix", scenario, "--plan", "of ideas")
    assert [part["kind"] for part in ideas["provenance"]["options"]["beside"]] == ["broadcast"]
    assert ideas["plan"][0]["kind"] == "broadcast"
    assert document("mix", scenario, "--plan", "of ideas", "--budget", "1")["cost"] <= 1
    compared = document("compare", scenario)
    assert [plan["name"] for plan in compared["plans"]] == ["best", "of ideas", "two"]
    assert compared["plans"][0]["mean"] == best["spread"]["mean"]
    assert "the best mix that spark finds, a budget of 2." in run("check", scenario)
    assert document("simulate", scenario, "--plan", "best")["mean"] == best["spread"]["mean"]
    line = document("compare", starter, "--plan", "A=mix:2:seed+boost", "--plan", "B=choose:2", "--worlds", "64")
    assert [plan["name"] for plan in line["plans"]] == ["A", "B"]


def test_what_does_not_go_with_a_mix_is_refused(starter, tmp_path):
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(f'[network]\npath = "{starter.as_posix()}"\n[run]\nworlds = 64\n{MIXES}')
    for line in (
        ("mix", scenario),
        ("mix", starter),
        ("mix", scenario, "--plan", "two"),
        ("mix", scenario, "--candidates", "idea", "--budget", "1"),
        ("mix", scenario, "--candidates", "ideas", "--most", "3", "--budget", "1"),
        ("mix", starter, "--terms", "prices", "--budget", "1"),
        ("mix", starter, "--budget", "nan"),
        ("mix", starter, "--budget", "1", "--verbs", ""),
        ("plan", scenario, "--plan", "best", "--explain"),
        ("plan", starter, "--verbs", "seed", "--budget", "1", "--method", "degree"),
        ("compare", starter, "--plan", "A=mix:2:sed", "--plan", "B="),
    ):
        assert run(*line, code=2) == ""
    assert run("mix", starter, "--budget", "0.01", "--verbs", "seed", code=4) == ""


def test_a_mix_takes_candidates_and_terms_from_plans_of_the_scenario(starter):
    scenario = starter / "ideas.toml"
    scenario.write_text(
        '[network]\npath = "."\n\n[[plan]]\nname = "ideas"\nseeds = ["amina", "bo"]\n\n'
        '[[plan.boost]]\namount = 1.0\ncost = 0.5\nto = { people = ["bo"] }\n',
        encoding="utf-8",
    )
    line = ("mix", scenario, "--budget", "1.5", "--worlds", "64")
    found = document(*line, "--candidates", "ideas")
    assert {part["what"]["kind"] for part in found["parts"]} <= {"seeds", "boost"}
    assert found["cost"] <= 1.5
    priced = document(*line, "--terms", "ideas")
    boosts = [part for part in priced["parts"] if part["what"]["kind"] == "boost"]
    assert all(part["what"]["amount"] == 1.0 for part in boosts)
    assert all("made up" not in said for said in priced["assumptions"])
    verbs = ("--verbs", "seed", "--budget", "2", "--worlds", "64")
    assert json.loads(run("plan", starter, *verbs, "--json"))["parts"] == document("mix", starter, *verbs)["parts"]
    for wrong, said in (
        (("--candidates", "idea"), "did you mean 'ideas'"),
        (("--candidates", "ideas", "--verbs", "seed"), "give no --verbs"),
    ):
        result = CliRunner().invoke(spark.cli.command, [*map(str, line), *wrong])
        assert result.exit_code == 2
        assert said in result.stderr


def test_plans_of_a_scenario_are_picked_by_name(starter):
    line = ("compare", starter / "scenario.toml", "--worlds", "8", "--plan", "the ward", "--plan", "mine=kit")
    assert [plan["name"] for plan in document(*line)["plans"]] == ["the ward", "mine"]
    assert (
        "did you mean 'the ward'"
        in CliRunner().invoke(spark.cli.command, [*map(str, line[:4]), "--plan", "teh ward"]).stderr
    )


def test_the_budget_counts_costs_and_the_count_does_not(starter):
    dear = document("plan", starter, "--budget", "2", "--worlds", "64")
    assert dear["cost"] <= 2
    assert len(document("plan", starter, "--count", "2", "--worlds", "64")["seeds"]) == 2
    assert "Costs are those of the cost column." in run("plan", starter, "--budget", "2", "--worlds", "64")


def test_a_budget_of_the_scenario_is_overridden_by_the_command_line(starter):
    plan = document("plan", starter / "scenario.toml", "--count", "3", "--probability", "0.2", "--worlds", "64")
    assert len(plan["seeds"]) == 3
    assert "sensitivity" not in plan


def test_init_writes_files_that_work_and_refuses_to_overwrite_them(tmp_path):
    folder = tmp_path / "a" / "trust"
    run("init", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["partners.csv", "people.csv", "scenario.toml", "ties.csv"]
    (folder / "people.csv").write_text("mine")
    run("init", folder, code=2)
    assert (folder / "people.csv").read_text() == "mine"
    run("init", folder, "--force", "--quiet")
    assert document("check", folder / "scenario.toml")["network"]["people"] == 12


def test_generated_networks_can_be_read_back(tmp_path):
    run("generate", "ring", "--people", "10", "--reach", "2", "--output", tmp_path / "ring")
    assert document("check", tmp_path / "ring")["network"]["ties"] == 40
    run("generate", "ring", "--people", "12", "--output", tmp_path / "ring", code=2)
    run("generate", "health-trust", "--people", "150", "--rng", "2", "--output", tmp_path / "trust")
    assert document("check", tmp_path / "trust")["network"]["people"] == 150


def test_check_says_what_was_dropped_and_what_looks_odd(tmp_path):
    (tmp_path / "people.csv").write_text("id\na\nb\nalone\n")
    (tmp_path / "ties.csv").write_text("source,target,weight\na,a,1\na,b,2\na,b,2\n")
    (tmp_path / "notes.txt").write_text("x")
    text = " ".join(run("check", tmp_path).split())
    for said in ("1 tie", "1 repeated row", "notes.txt", "1 person has no tie at all", "weight", "from the source"):
        assert said in text, said


def test_doctor_ends_with_0_even_where_it_finds_something_wrong(monkeypatch):
    from importlib import metadata

    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"spark": ["orgspark", "spark"]})
    found = document("doctor")
    assert not found["healthy"]
    (trouble,) = [finding["trouble"] for finding in found["findings"] if finding["what"] == "distribution"]
    assert "uninstall spark" in trouble


def test_the_demo_says_that_it_is_made_up_and_chooses_better_than_the_usual_ideas():
    demo = document("demo")
    assert demo["made_up"] is True
    assert [*violations(demo["plan"], json.loads((ROOT / "docs" / "schemas" / "plan.json").read_text()))] == []
    verdicts = {(d["a"], d["b"]): d["verdict"] for d in demo["compare"]["differences"]}
    for other in ("most connected", "at random", "thin message"):
        assert verdicts["chosen by spark", other] == "a"
    assert len(demo["plan"]["seeds"]) == 10


def test_the_plan_does_not_depend_on_workers(starter):
    line = [sys.executable, "-m", "spark", "plan", str(starter), "--count", "2", "--probability", ".2,.4"]
    one, two = (
        subprocess.run([*line, "--workers", workers], capture_output=True, check=True).stdout for workers in ("1", "2")
    )
    assert one == two
    assert b"Does the answer depend on the probability?" in one


MODELS_ON_THE_LINE = {
    "independent-cascade -p .2": "IndependentCascade",
    "weighted-cascade": "WeightedCascade",
    "weighted-cascade --examples-needed 2": "ExamplesNeeded",
    "examples-needed --examples-needed 2 -p .4": "ExamplesNeeded",
    "trivalency-cascade --values .5,.1 --draw 3": "TrivalencyCascade",
    "linear-threshold": "LinearThreshold",
    "fractional-threshold --threshold 1/3": "FractionalThreshold",
    "count-threshold --threshold 2": "CountThreshold",
    "general-threshold --tolerance erlang-2 -p .4": "GeneralThreshold",
    "si -p .2 --horizon 6": "SI",
    "sis -p .2 --lapse .3 --rekindle .5 --horizon 6": "SIS",
    "sir -p .2 --lapse .3 --horizon 6": "SIR",
    "seir -p .2 --onset .5 --lapse .3 --horizon 6": "SEIR",
    "adoption -p .2 --awareness .5 --trial-time 1 --turnover .01 --horizon 6": "Adoption",
    "aware --adoption .5 --awareness .8 --hearsay .1": "Aware",
    "continuous-si --rate .2 --delay fixed --horizon 9": "ContinuousSI",
    "continuous-sis --rate .2 --recovery .3 --rekindle .5 --horizon 6": "ContinuousSIS",
    "continuous-sir --rate .2 --recovery .3 --delay gamma:2 --duration table:0,1,3": "ContinuousSIR",
    "continuous-seir --rate .2 --onset 2 --recovery .3 --latency fixed": "ContinuousSEIR",
    "bass --p .03 --q .38 --horizon 6": "Bass",
}


def test_no_model_is_forgotten_on_the_line():
    assert {line.split()[0] for line in MODELS_ON_THE_LINE} == set(MODELS)


@pytest.mark.parametrize("model", MODELS_ON_THE_LINE)
def test_every_model_runs_from_the_command_line_and_is_said_in_words(starter, model):
    line = ("simulate", starter, "--seeds", "amina,bo", "--worlds", "64", "--model", *model.split())
    assert document(*line)["provenance"]["model"]["name"] == MODELS_ON_THE_LINE[model]
    text = " ".join(run(*line).split())
    name = model.split()[0]
    assert re.search(
        rf"How it spreads: (?!{MODELS_ON_THE_LINE[model]}\().*\([^)]*{name}[^)]*\); named by --model", text
    )
    assert "What is known of this model: " in text
    gives_up = {"sis", "sir", "seir", "adoption", "continuous-sis", "continuous-sir", "continuous-seir"}
    assert ("ever practised" in text) == (name in gives_up)
    assert ("adopter-periods" in text) == (name in gives_up and "--horizon" in model)


def test_trace_says_who_lights_whom_and_tells_the_story_of_one_world(starter):
    line = ("trace", starter, "--seeds", "amina,bo", "--model", "sis", "-p", ".3", "--horizon", "6", "--worlds", "40")
    told = document(*line, "--world", "2")
    assert {"already", "seed", "tie"} <= {event["cause"] for event in told["events"]}
    assert [match["name"] for match in told["matches"]][-2:] == ["amina", "bo"]  # behind who practises already
    assert document(*line)["events"] is None
    text = run(*line, "--world", "2")
    assert "What happened in world 2" in text
    assert "What comes of each match, itself included" in text
    assert run(*line, "--csv").startswith("source,target,layer,mean,standard_error")
    crowd = ["trace", str(starter), "--seeds", "amina", "--model", "bass", "--p", ".1", "--q", ".1"]
    refused = CliRunner().invoke(spark.cli.command, crowd)
    assert refused.exit_code == 2


def test_map_says_where_conditions_are_right_and_what_blocks_a_team(starter, tmp_path):
    line = ("map", starter, "--others", "2", "--worlds", "64", "--rng", "3")
    found = document(*line)
    assert (found["others"], found["worlds"], found["tried"]) == (2, 64, found["able"])
    best = found["people"][0]
    assert all(person["chance"] <= best["chance"] for person in found["people"])
    rows = list(csv.DictReader(io.StringIO(run(*line, "--csv"))))
    assert [row["id"] for row in rows] == [person["id"] for person in found["people"]]
    assert f"{found['tried'] - 1} best connected" not in run(*line)
    few = run(*line, "--most", "2")
    assert "the 2 best connected of" in " ".join(few.split())
    assert len(document(*line, "--most", "2")["people"]) == 2
    run(*line, "--output", tmp_path / "map.json", "--plot", tmp_path / "map.svg")
    assert run("show", tmp_path / "map.json") == run(*line)
    run("show", tmp_path / "map.json", "--plot", tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == (tmp_path / "map.svg").read_bytes()
    run("map", starter, "--others", "12", code=2)
    run("map", starter, "-p", ".1,.2", code=2)
    run("map", starter, "--standard-error", "1", code=2)


@pytest.mark.parametrize("model", MODELS_ON_THE_LINE)
def test_conditions_are_mapped_under_every_model(starter, model):
    found = document("map", starter, "--worlds", "16", "--model", *model.split())
    assert found["people"]


@pytest.mark.parametrize("model", MODELS_ON_THE_LINE)
def test_seeds_can_be_chosen_under_every_model(starter, model):
    until = ("--horizon", "9") if "--recovery" in model and "--horizon" not in model else ()
    chosen = document("plan", starter, "--count", "2", "--worlds", "64", *until, "--model", *model.split())
    assert len(chosen["seeds"]) == 2
    assert chosen["certificate"]["statement"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "--model independent-cascade -p .1 --lapse .1",
            "not take --lapse: --lapse belongs to sis, sir, seir, adoption",
        ),
        (
            "--model sir -p .1 --rekindle .5 --horizon 3",
            "not take --rekindle: --rekindle belongs to sis, adoption",
        ),
        ("--model linear-threshold --examples-needed 2", "belongs to independent-cascade, weighted-cascade, trivalen"),
        ("--model sis -p .1", "sis goes on for ever: it needs a horizon, the step at which to look, such as --horizon"),
        ("--model count-threshold", "count-threshold needs --threshold, such as --threshold 2"),
        ("--model count-threshold --threshold .5", "is not a whole number from 1 to"),
        ("--model fractional-threshold --threshold 2", "is not a share in (0, 1]"),
        ("--model examples-needed", "examples-needed needs --examples-needed, such as --examples-needed 2"),
        ("--examples-needed 0", "examples 0 is not a whole number from 1 to 64"),
        ("--model trivalency-cascade --values .1,x", "--values: 'x' is not a number"),
        ("--model sis:lapse=.1,laps=2 -p .1", "is not a number"),
        ("--model sis:laps=2 -p .1", "write sis:PARAMETER=VALUE|has no laps"),
        ("--model weighted-cascade:lapse=.1", "has no lapse; it has partners, delay, examples-needed"),
        ("--model weighted-cascade --model linear-threshold", "give one --model; compare takes several"),
        ("--model continuous-sir", "continuous-sir needs --rate, such as --rate 0.1"),
        ("--model continuous-sir --rate 1 --delay gamma:x", "gamma time: 'x' is not a list of numbers"),
        ("--model continuous-sir --rate 1 --duration gama:2", "duration 'gama:2' is not a law of times"),
        ("--model continuous-sir --rate 1 --delay months", "names the tie column 'months', which the network does not"),
        ("--model continuous-sis --rate 1 --recovery 1", "continuous-sis goes on for ever: it needs a horizon"),
        ("--model continuous-seir --rate 1 --onset 0", "onset 0 is not a rate above 0"),
        ("--model seir -p .2 --horizon 4", "seir needs --onset, such as --onset 0.3"),
        ("--model seir -p .2 --onset 2 --horizon 4", "onset 2.0 is not a chance per step in"),
        ("--model adoption -p .2 --tolerance half --horizon 4", "'half' is not a law of tolerances"),
        ("--model bass --p .03", "bass needs --q, such as --q 0.38"),
        ("--model sir -p .2 --recovery 1 --horizon 4", "--recovery belongs to continuous-sis, continuous-sir, contin"),
    ],
)
def test_what_a_model_does_not_take_is_refused_in_words(starter, options, message):
    result = CliRunner().invoke(
        spark.cli.command, ["simulate", str(starter), "--seeds", "amina", "--quiet", *options.split()]
    )
    assert result.exit_code == 2
    assert any(part in result.stderr for part in message.split("|")), result.stderr


@pytest.fixture
def crowd_and_chain(tmp_path: Path) -> Path:
    """A clique of seven, in which examples add up, and a hub of six who each see nobody else."""
    clique = [f"c{i}" for i in range(7)]
    ends = [(a, b) for a in clique for b in clique if a != b] + [("hub", f"leaf{i}") for i in range(6)]
    (tmp_path / "ties.csv").write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in ends))
    return tmp_path


def test_the_advice_can_depend_on_the_model_and_then_says_where_the_ranking_flips(crowd_and_chain):
    plans = ("--plan", "hub=hub", "--plan", "crowd=c0,c1", "--worlds", "64")
    simple, complex_ = "count-threshold:threshold=1", "count-threshold:threshold=2"
    independent = "independent-cascade:probability=0.05"
    models = [word for model in (independent, simple, complex_) for word in ("--model", model)]
    line = ("compare", crowd_and_chain, *plans, *models)
    data = document(*line)
    assert [under["model"] for under in data["models"]] == [independent, simple, complex_]
    assert [plan["mean"] for plan in data["models"][2]["plans"]] == [1, 7]
    assert data["differences"] == data["models"][0]["differences"]
    one_model = document("compare", crowd_and_chain, *plans, "--model", complex_)
    assert "models" not in one_model
    assert one_model["differences"] == data["models"][2]["differences"]
    weak = ("--model", simple, "--model", "weighted-cascade")
    flipped = document("compare", crowd_and_chain, "--plan", "hub=hub", "--plan", "one=c0", *weak, "--worlds", "64")
    assert flipped["advice"]["changes"] is False
    line = ("compare", crowd_and_chain, "--plan", "hub=hub,c0", "--plan", "crowd=c0,c1", "--worlds", "64")
    line += ("--model", "weighted-cascade", "--model", complex_)
    advice = document(*line)["advice"]
    assert advice["changes"] is True
    assert advice["flips"] == [
        {"a": "hub", "b": "crowd", "a_better_under": ["weighted-cascade"], "b_better_under": [complex_]}
    ]
    text = " ".join(run(*line).split())
    assert "It does: the ranking flips. hub beats crowd under weighted-cascade; crowd beats hub under" in text
    assert "Does the advice depend on the model?" in text


def test_a_comparison_can_go_on_until_it_is_clear_which_plan_is_best(starter, tmp_path):
    line = ("compare", starter, "--plan", "A=amina,bo", "--plan", "B=", "--until-clear")
    data = document(*line)
    assert (data["worlds"], data["decision"]["clear"]) == (256, True)
    assert data["decision"]["looks"][-1] == 65_536
    text = " ".join(run(*line).split())
    assert "It is clear that A is best, after 256 worlds and 1 look." in text
    assert document(*line, "--worlds", "300")["decision"]["looks"] == [256, 300]
    level = run(*line[:-2], "B=bo,amina", "--until-clear")
    assert "no difference that matters" in " ".join(level.split())
    both = run(*line, "--standard-error", "0.1", code=2)
    assert both == ""
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        f'[network]\npath = "{starter.as_posix()}"\n[run]\nuntil-clear = 512\n'
        '[[plan]]\nname = "A"\nseeds = ["amina", "bo"]\n[[plan]]\nname = "B"\nseeds = []\n'
    )
    assert document("compare", scenario)["decision"]["looks"] == [256, 512]
    assert "decision" not in document("compare", scenario, "--worlds", "300")


def test_when_it_is_clear_can_be_said_on_the_command_line_and_in_a_scenario(starter, tmp_path):
    plans = ("--plan", "A=amina,bo", "--plan", "B=")
    how = ("--error", "1%", "--question", "every-pair", "--spending", "obrien-fleming")
    line = document("compare", starter, *plans, "--until-clear", *how, "--worlds", "1024")
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        f'[network]\npath = "{starter.as_posix()}"\n'
        "[run]\nuntil-clear = { most = 1024, error = 0.01, question = 'every-pair', spending = 'obrien-fleming' }\n"
        '[[plan]]\nname = "A"\nseeds = ["amina", "bo"]\n[[plan]]\nname = "B"\nseeds = []\n'
    )
    file = document("compare", scenario)
    assert line["decision"] == file["decision"]
    assert line["plans"] == file["plans"]
    assert file["decision"]["question"] == "every pair"
    assert (file["decision"]["error"], file["decision"]["spending"]) == (0.01, "obrien-fleming")
    assert file["provenance"]["options"] == {
        "until_clear": {"most": 1024, "error": 0.01, "question": "every pair", "spending": "obrien-fleming"}
    }
    assert run("compare", scenario) == run("compare", scenario, "--workers", "1")
    assert document("compare", scenario, "--error", "0.02")["decision"]["error"] == 0.02
    fewer = document("compare", scenario, "--until-clear", "--worlds", "300")["decision"]
    assert (fewer["looks"], fewer["error"]) == ([256, 300], 0.01)
    assert "decision" not in document("compare", scenario, "--worlds", "300")
    assert run("compare", starter, *plans, "--error", "1%", code=2) == ""
    assert run("compare", starter, *plans, "--until-clear", "--error", "70%", code=2) == ""


def test_the_time_until_several_shares_practise_can_be_asked_for(starter, tmp_path):
    line = ("compare", starter, "--plan", "A=amina,bo", "--plan", "B=", "--worlds", "64", "--smallest-difference", "2")
    spoken = document(*line, "--shares", "25%,0.9")
    assert [time["share"] for time in spoken["plans"][0]["times"]] == [0.25, 0.9]
    assert spoken["provenance"]["options"] == {"smallest_difference": 2.0, "shares": [0.25, 0.9]}
    assert "25 % of all people (3): A in" in run(*line, "--shares", "25%")
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        f'[network]\npath = "{starter.as_posix()}"\n[run]\nshares = [0.25, 0.9]\nworlds = 64\n'
        '[[plan]]\nname = "A"\nseeds = ["amina", "bo"]\n[[plan]]\nname = "B"\nseeds = []\n'
    )
    assert document("compare", scenario)["plans"] == spoken["plans"]
    assert run(*line, "--shares", "0", code=2) == ""


def test_a_scenario_can_ask_for_the_same_money(starter, tmp_path):
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        f'[network]\npath = "{starter.as_posix()}"\n[run]\nsame-cost = "three"\nworlds = 64\n'
        '[[plan]]\nname = "three"\nseeds = ["amina", "bo", "kit"]\n[[plan]]\nname = "one"\nseeds = ["dee"]\n'
        '[[plan]]\nname = "none"\nseeds = []\n'
    )
    names = [plan["name"] for plan in document("compare", scenario)["plans"]]
    assert names == ["three", "one", "none", "one for the money of three", "none for the money of three"]
    two = [plan["name"] for plan in document("compare", scenario, "--plan", "one", "--plan", "none")["plans"]]
    assert two == ["one", "none"]
    other = document("compare", scenario, "--same-cost", "one")["plans"]
    assert [plan["name"] for plan in other][3:] == ["three for the money of one", "none for the money of one"]


def test_a_comparison_can_be_held_against_other_networks(tmp_path):
    said = run("generate", "scale-free", "--people", "60", "--ties", "240", "--copies", "4", "--output", tmp_path / "g")
    assert "spark compare" in said
    assert sorted(place.name for place in (tmp_path / "g").iterdir()) == ["1", "2", "3", "4"]
    line = (
        "compare",
        tmp_path / "g" / "1",
        "--networks",
        tmp_path / "g",
        "--plan",
        "A=degree:3",
        "--plan",
        "B=random:3",
    )
    line += ("--worlds", "128")
    data = document(*line)
    assert [row["name"] for row in data["across"]["networks"]] == ["1", "2", "3", "4"]
    assert len({row["digest"] for row in data["across"]["networks"]}) == 4
    assert "Does the advice hold on other networks?" in run(*line)
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        '[network]\npath = "g/1"\nothers = "g"\n[run]\nworlds = 128\n'
        '[[plan]]\nname = "A"\nchoose = {count = 3, method = "degree"}\n'
        '[[plan]]\nname = "B"\nchoose = {count = 3, method = "random"}\n'
    )
    assert document("compare", scenario)["across"]["plans"] == data["across"]["plans"]
    (tmp_path / "g" / "5").mkdir()
    run(*line, code=3)
    run("generate", "star", "--people", "9", "--copies", "2", "--output", tmp_path / "s", code=2)


def test_a_plan_can_be_made_again_from_who_practises_now(tmp_path):
    (tmp_path / "ties.csv").write_text("source,target\namina,bo\namina,cy\nbo,di\ndi,eve\n")
    (tmp_path / "observed.csv").write_text("id,steps_ago\namina,3\nbo,0\n")
    (tmp_path / "now.txt").write_text("amina\nbo\n")
    ties, sure = tmp_path / "ties.csv", ("--probability", "1", "--worlds", "64")
    assert document("simulate", ties, "--seeds", "", "--from", tmp_path / "observed.csv", *sure)["mean"] == 4
    assert document("simulate", ties, "--seeds", "", "--from", tmp_path / "now.txt", *sure)["mean"] == 5
    line = ("plan", ties, "--count", "1", "--from", tmp_path / "observed.csv", *sure)
    assert document(*line)["seeds"] == ["cy"]
    assert "1 of them has had their say" in " ".join(run(*line).split())
    line = ("compare", ties, "--plan", "A=cy", "--plan", "B=eve", "--from", tmp_path / "observed.csv")
    assert document(*line, *sure)["plans"][0]["mean"] == 5
    run(*line, "--model", "linear-threshold", code=2)
    assert document(*line, "--model", "count-threshold", "--threshold", "1")["plans"][1]["mean"] == 5
    scenario = tmp_path / "pilot.toml"
    scenario.write_text(
        '[network]\npath = "ties.csv"\nobserved = "observed.csv"\n[model]\nname = "independent-cascade"\n'
        'probability = 1\n[[plan]]\nname = "A"\nseeds = ["cy"]\n'
    )
    assert document("simulate", scenario)["mean"] == 5
    (tmp_path / "observed.csv").write_text("id\nnobody\n")
    run("simulate", scenario, code=3)


def test_plans_can_be_compared_at_the_size_that_the_same_money_buys(tmp_path):
    (tmp_path / "ties.csv").write_text("source,target\nhub,a\nhub,b\nhub,c\na,b\nb,c\nc,d\n")
    line = ("compare", tmp_path / "ties.csv", "--plan", "three=a,b,c", "--plan", "one=hub", "--plan", "rule=degree:1")
    data = document(*line, "--plan", "leaflet=broadcast:0.1", "--same-cost", "three", "--worlds", "64")
    seeds = {plan["name"]: plan["seeds"] for plan in data["plans"]}
    assert len(seeds["one for the money of three"]) == len(seeds["rule for the money of three"]) == 3
    assert "hub" in seeds["one for the money of three"]
    assert "leaflet for the money of three" not in seeds
    text = run(*line, "--same-cost", "three", "--worlds", "64")
    suggested = re.findall(r"^    (spark simulate .*)$", text, re.MULTILINE)
    assert all("for the money of" not in suggestion for suggestion in suggested)
    run(*line, "--same-cost", "tree", code=2)


def test_a_scenario_may_name_further_models_and_options_override_them(crowd_and_chain):
    scenario = crowd_and_chain / "pilot.toml"
    scenario.write_text(
        '[network]\npath = "ties.csv"\n[model]\nname = "weighted-cascade"\n'
        '[[model.also]]\nname = "count-threshold"\nthreshold = 2\n[run]\nworlds = 64\n'
        '[[plan]]\nname = "hub"\nseeds = ["hub", "c0"]\n[[plan]]\nname = "crowd"\nseeds = ["c0", "c1"]\n'
    )
    data = document("compare", scenario)
    assert [under["model"] for under in data["models"]] == ["weighted-cascade", "count-threshold:threshold=2"]
    assert data["advice"]["changes"] is True
    assert "models" not in document("compare", scenario, "--model", "linear-threshold")
    document("check", scenario)
    document("simulate", scenario, "--plan", "hub")


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_page_that_the_readme_and_the_commands_lead_to(name):
    page = "si-sis-sir" if name in {"si", "sis", "sir", "seir"} else name
    page = "continuous-time" if name.startswith("continuous-") else page
    text = (ROOT / f"docs/models/{page}.md").read_text(encoding="utf-8")
    assert "https://doi.org/" in text
    assert f"--model {name}" in text or name in {"si", "continuous-si"}
    assert "guarantee" in text
    assert "![" in text
    assert f"docs/models/{page}.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    commands = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert f"[`{name}`](models/{page}.md)" in commands
    for parameter in parameters_of(name):
        assert f"--{parameter.replace('_', '-')}" in commands


def test_an_explanation_is_as_its_schema_says(starter):
    data = document("plan", starter, "--count", "2", "--worlds", "64", "--explain")
    assert [seed["id"] for seed in data["explanation"]["seeds"]] == [seed["id"] for seed in data["ranking"]]


def test_quality_is_asked_for_on_the_command_line_and_in_a_scenario(starter, tmp_path):
    spoken = document("plan", starter, "--count", "2", "--quality", "99.9%", "--worlds", "64")
    scenario = f'[network]\npath = {json.dumps(str(starter))}\n[[plan]]\nname = "two"\nchoose = {{ %s }}\n'
    (tmp_path / "two.toml").write_text(scenario % "count = 2, quality = 0.999", encoding="utf-8")
    written = document("plan", tmp_path / "two.toml", "--worlds", "64")
    assert spoken["provenance"]["options"]["quality"] == written["provenance"]["options"]["quality"] == 0.999
    assert spoken["ranking"] == written["ranking"]
    for asked in ("count = 2, quality = 1.5", "reach = 0.5, confidence = 0.8, quality = 0.9"):
        (tmp_path / "two.toml").write_text(scenario % asked, encoding="utf-8")
        refused = CliRunner().invoke(spark.cli.command, ["check", str(tmp_path / "two.toml")])
        assert (refused.exit_code, "quality" in refused.stderr) == (3, True)
    refused = CliRunner().invoke(spark.cli.command, ["plan", str(starter), "--count", "2", "--quality", "120%"])
    assert (refused.exit_code, "quality 1.2 is not a number between 0 and 1" in refused.stderr) == (2, True)


def test_a_simple_rule_that_did_better_is_named(starter):

    from spark.report.choice import baselines

    network = spark.read_network(starter)
    choice = spark.choose_seeds(network, spark.IndependentCascade(0.3), count=2, rng=3, worlds=256)
    assert "did better" not in baselines(network, choice)
    degree = next(b for b in choice.baselines if b.method == "degree")
    lucky = replace(degree, mean=choice.spread.mean + 1, standard_error=0.01)
    said = baselines(network, replace(choice, baselines=(lucky,)))
    assert " ".join(said.split()).count("highest degree did better here, by 1.0") == 1
