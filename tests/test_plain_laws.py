"""Tolerances, delays and noise as the command line and scenario files write them."""

import json

import pytest
from click.testing import CliRunner

import spark
from spark.cli import command
from spark.errors import DataError, UsageError
from spark.model.parameters import in_short, make_model, written
from spark.model.plain import delay_from, delay_in_words, tolerance_from, tolerance_in_words
from spark.report.words import model_in_words
from spark.scenario import read_scenario

NEEDS = spark.ToleranceByGroup("profession", {"nurse": spark.ErlangTolerance(2)}, spark.UniformTolerance())
MODELS = (
    spark.IndependentCascade(0.1, delay=3),
    spark.ExamplesNeeded(2, of=spark.WeightedCascade(delay="days")),
    spark.LinearThreshold(0.2, delay=(0.5, 0.5)),
    spark.FractionalThreshold("1/3", noise=0.1, delay=spark.GeometricDelay(0.25)),
    spark.CountThreshold(2, delay=spark.GeometricDelay("often")),
    spark.GeneralThreshold(spark.TableTolerance((0.5, 2.0), (0.2, 1.0)), of=spark.IndependentCascade(0.1, delay=2)),
    spark.GeneralThreshold(NEEDS, of=spark.LinearThreshold(totals="cap"), simple=0.25, noise=0.01),
    spark.GeneralThreshold(spark.ExponentialTolerance()),
    spark.Adoption(probability=0.1, tolerance=NEEDS, simple=0.25, trial_end=0.5),
    spark.SEIR(0.1, 0.3),
)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_is_written_and_made_again_and_said_in_words(model):
    assert make_model(*written(model)) == model
    assert model_in_words(model)


def test_laws_are_read_as_they_are_written():
    for text in ("exponential", "uniform", "erlang-3", "0.5=0.2,2=1", "by=team,a=erlang-2,otherwise=uniform"):
        assert tolerance_in_words(tolerance_from(text)) == text
    for text in ("3", "days", "0.5,0.25,0.25", "meeting=0.3", "meeting=often"):
        assert delay_in_words(delay_from(text)) == text
    for wrong in ("erlang", "erlang-x", "half", 3, {"by": "team", "a": {"by": "team"}}):
        with pytest.raises(UsageError, match="tolerance"):
            tolerance_from(wrong)


def test_the_short_form_names_what_is_not_as_usual():
    assert in_short(MODELS[0]) == "independent-cascade:probability=0.1,delay=3"
    assert in_short(MODELS[3]) == "fractional-threshold:threshold=1/3,noise=0.1,delay=meeting=0.25"
    assert in_short(MODELS[5]) == "general-threshold:tolerance=0.5=0.2,2=1,probability=0.1,delay=2"


@pytest.fixture
def ties(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("source,target,days\na,b,1\na,c,5\nb,c,2\n")
    return path


def run(*words):
    return CliRunner().invoke(command, [*map(str, words), "--json", "--quiet", "--worlds", "256"])


def test_the_command_line_gives_what_python_gives(ties):
    network = spark.read_network(ties, influence="source-to-target")
    asked = {
        ("--probability", ".5", "--delay", "days", "--horizon", "4"): spark.IndependentCascade(0.5, delay="days"),
        ("--model", "count-threshold", "--threshold", "2", "--noise", ".2", "--horizon", "4"): spark.CountThreshold(
            2, noise=0.2
        ),
        ("--model", "general-threshold:tolerance=0.5=0.2,2=1", "--weight", ".4", "--horizon", "4"): (
            spark.GeneralThreshold(spark.TableTolerance((0.5, 2.0), (0.2, 1.0)), of=spark.LinearThreshold(0.4))
        ),
    }
    for words, model in asked.items():
        done = run("simulate", ties, "--seeds", "a", *words)
        assert done.exit_code == 0, done.output
        mean = spark.simulate(network, model, ["a"], worlds=256, rng=0, horizon=4).mean
        assert json.loads(done.stdout)["mean"] == mean


def test_the_command_line_says_what_is_wrong(ties):
    for words, says in (
        (("--probability", ".5", "--delay", "0"), "delay 0 is not a whole number of steps"),
        (("--model", "general-threshold"), "general-threshold needs --tolerance, such as --tolerance erlang-2"),
        (("--model", "general-threshold", "--tolerance", "half"), "is not a law of tolerances"),
        (("--model", "weighted-cascade", "--noise", ".1"), "--noise belongs to fractional-threshold, count-threshold"),
        (("--model", "count-threshold", "--threshold", "2", "--noise", ".1"), "it needs a horizon"),
    ):
        done = run("simulate", ties, "--seeds", "a", *words)
        assert done.exit_code == 2
        assert says in " ".join(done.stderr.split())


def scenario(tmp_path, ties, model):
    path = tmp_path / "scenario.toml"
    path.write_text(f'[network]\npath = "{ties.name}"\ninfluence = "source-to-target"\n\n{model}')
    return path


def test_a_scenario_says_the_same(tmp_path, ties):
    path = scenario(
        tmp_path,
        ties,
        '[model]\nname = "general-threshold"\nprobability = 0.1\ndelay = {meeting = 0.3}\nsimple = 0.5\n'
        '[model.tolerance]\nby = "profession"\notherwise = "erlang-2"\n'
        "nurse = {doses = [0.5, 2], chances = [0.2, 1]}\n",
    )
    table = spark.TableTolerance((0.5, 2), (0.2, 1))
    law = spark.ToleranceByGroup("profession", {"nurse": table}, spark.ErlangTolerance(2))
    of = spark.IndependentCascade(0.1, delay=spark.GeometricDelay(0.3))
    assert read_scenario(path).model == spark.GeneralThreshold(law, of=of, simple=0.5)


def test_a_scenario_and_the_command_line_give_the_full_model_a_law_and_seir_its_onset(tmp_path, ties):
    law = '[model.tolerance]\nby = "profession"\notherwise = "uniform"\nnurse = "erlang-2"\n'
    path = scenario(
        tmp_path, ties, f'[model]\nname = "adoption"\nprobability = 0.1\nsimple = 0.25\ntrial-end = 0.5\n{law}'
    )
    assert read_scenario(path).model == MODELS[-2]
    path = scenario(tmp_path, ties, '[model]\nname = "seir"\nprobability = 0.1\nonset = 0.3\n')
    assert read_scenario(path).model == MODELS[-1]
    words = ["simulate", str(ties), "--seeds", "a", "--horizon", "3", "--worlds", "64", "--json", "--model"]
    said = run(*words, "adoption:tolerance=erlang-2,probability=.4")
    assert "erlang" in str(json.loads(said.output)["provenance"]["model"]["tolerance"]).lower()
    assert run(*words, "seir:onset=.3", "-p", ".4").exit_code == 0


def test_a_scenario_names_every_wrong_key_with_its_line(tmp_path, ties):
    path = scenario(
        tmp_path, ties, '[model]\nname = "general-threshold"\ntolerance = "half"\nsimple = 2\ndelay = [0.5, 0.4]\n'
    )
    with pytest.raises(DataError) as caught:
        read_scenario(path)
    said = {fault.line: fault.message for fault in caught.value.faults}
    assert "not a law of tolerances" in said[7]
    assert "not a number in [0, 1]" in said[8]
    assert "add up to 0.9" in said[9]
