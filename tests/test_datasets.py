"""Data sets: the sample that is always there, a folder of the user's own, and the commands."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from json_schema import violations
from test_files import assert_equal

import spark
import spark.cli
from spark import datasets
from spark.errors import DataError, UsageError
from spark.generate import health_trust

SCHEMA = Path(__file__).parents[1] / "docs" / "schemas" / "datasets.json"
DATA = os.environ.get("SPARK_DATA")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of two data sets, a survey and one that no index knows, and what is none."""
    monkeypatch.delenv("SPARK_DATA", raising=False)
    place = tmp_path / "sets"
    for name in ("ward", "club", "papers"):
        (place / name).mkdir(parents=True)
    (place / "ward" / "edges.csv").write_text("source,target,layer\na,b,advice\nb,c,lunch\n")
    (place / "ward" / "README.md").write_text("# ward: who asks whom\nSource names target.\n")
    (place / "club" / "ties.csv").write_text("source,target\nx,y\n")
    (place / "papers" / "notes.txt").write_text("none")
    (place / "INDEX.csv").write_text(
        "name,nodes,edge_rows,directed,layers\nward,3,2,True,\"{'advice': 1, 'lunch': 1}\"\ngone,1,1,False,\n"
    )
    return place


def run(*line):
    return CliRunner().invoke(spark.cli.command, line)


def test_the_sample_is_there_without_any_folder(monkeypatch):
    monkeypatch.delenv("SPARK_DATA", raising=False)
    (sample,) = datasets.catalogue()
    assert sample.name == "health-trust"
    assert_equal(datasets.load("health-trust"), health_trust())
    with pytest.raises(UsageError, match="takes no columns, layers or influence"):
        datasets.load("health-trust", influence="both")


def test_a_folder_is_listed_with_what_its_index_and_readmes_say(folder, monkeypatch):
    known = {one.name: one for one in datasets.catalogue(folder)}
    assert list(known) == ["health-trust", "club", "ward"]
    ward = known["ward"]
    assert (ward.title, ward.people, ward.rows, ward.directed) == ("who asks whom", 3, 2, True)
    assert ward.layers == ("advice", "lunch")
    assert (known["club"].people, known["club"].directed) == (None, None)
    monkeypatch.setenv("SPARK_DATA", str(folder))
    assert datasets.catalogue() == datasets.catalogue(folder)


def test_the_direction_of_a_survey_is_never_guessed(folder):
    with pytest.raises(UsageError, match="the ties of ward have a direction; give influence"):
        datasets.load("ward", folder)
    network = datasets.load("ward", folder, influence="target-to-source", layers=["advice"])
    assert (network.reading.influence, network.tie_count) == ("target-to-source", 1)
    assert datasets.load("club", folder).reading.influence == "source-to-target"
    index = folder / "INDEX.csv"
    index.write_text(index.read_text().replace("True", "False"))
    assert datasets.load("ward", folder).reading.influence == "both"


def test_what_is_not_there_is_told_with_the_nearest(folder, monkeypatch):
    with pytest.raises(
        UsageError, match=r"no data set 'wrad'; did you mean 'ward'\? \(known: health-trust, club, ward\)"
    ):
        datasets.load("wrad", folder)
    with pytest.raises(UsageError, match="set SPARK_DATA, for others"):
        datasets.load("ward")
    monkeypatch.setenv("SPARK_DATA", str(folder / "nowhere"))
    with pytest.raises(UsageError, match=r"nowhere \(SPARK_DATA\): there is no such folder of data sets"):
        datasets.catalogue()
    (folder / "INDEX.csv").write_text("title\nx\n")
    with pytest.raises(DataError, match=r"INDEX\.csv:1: no column holds the names \(columns: title\)"):
        datasets.catalogue(folder)


def test_the_commands_list_show_and_export(folder, tmp_path):
    listed = run("datasets", "list", "--data", str(folder))
    assert listed.exit_code == 0
    assert "ward" in listed.stdout
    assert "who asks whom" in listed.stdout
    assert all(len(line) <= 80 for line in listed.stdout.splitlines())
    document = json.loads(run("datasets", "list", "--data", str(folder), "--json").stdout)
    assert not list(violations(document, json.loads(SCHEMA.read_text())))
    assert [one["name"] for one in document["datasets"]] == ["health-trust", "club", "ward"]
    assert "ward,3,2,yes,advice lunch,who asks whom" in run("datasets", "list", "--data", str(folder), "--csv").stdout
    assert "Source names target." in run("datasets", "show", "ward", "--data", str(folder)).stdout
    path = tmp_path / "ward.graphml"
    line = ("datasets", "export", "ward", "--data", str(folder), "--influence", "target-to-source", "-o", str(path))
    exported = run(*line)
    assert exported.exit_code == 0, exported.stderr
    assert "3 people, 2 ties" in exported.stdout
    assert_equal(spark.read_network(path), datasets.load("ward", folder, influence="target-to-source"))
    assert run(*line).exit_code == 2
    assert run(*line, "--force", "--quiet").stdout == ""


def test_the_direction_is_asked_for_in_the_words_of_the_command_line(folder, tmp_path):
    refused = run("datasets", "export", "ward", "--data", str(folder), "-o", str(tmp_path / "x"))
    assert refused.exit_code == 2
    assert "give --influence" in refused.stderr


@pytest.mark.skipif(DATA is None, reason="SPARK_DATA does not name the folder of real data sets")
def test_the_folder_of_real_data_sets_is_listed_and_loaded():
    known = {one.name: one for one in datasets.catalogue()}
    assert known["aucs"].directed is False
    assert known["lazega_lawfirm"].layers == ("advice", "cowork", "friendship")
    network = datasets.load("aucs")
    assert (network.size, network.reading.influence) == (known["aucs"].people, "both")
