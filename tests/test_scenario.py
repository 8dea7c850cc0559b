"""A scenario file is read as it says, and everything that is wrong with it is said at once, with its line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from spark.errors import DataError
from spark.model import MODELS, IndependentCascade, LinearThreshold, WeightedCascade
from spark.plan import Broadcast, Plan, Seeds
from spark.request import ChoiceRequest
from spark.scenario import Run, read_scenario
from spark.scenario.places import find_places, key_text
from spark.scenario.tables import ScenarioTable

# every whole number in this text is the number of its own line
EVERYWHERE = '''a.b.c = 1
"x.y" = """
[not.a.table] = 99
\\""" "" """
'q' = [ 5, # ] is not the end
  6, [ 6,
   7], {k = 7, m = [7,
   8]} ]
[t] # [u]
u = 10
date = 1979-05-27 07:32:00Z
[[p]]
n = 13
[[p.b]]
m = 15
[p.b.x]
y=17
[[p]]
b = [
  {d=20}]
[[p]]
[[p.b]]
z = { s = 23, "t,}" = 23 }
e = ""
f = \'\'
g = \'\'\'a\'\'\'\'\'
h = 27
[a.d]
i."j k".l = 29
'''


def numbers_in(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers_in(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from numbers_in(item, (*path, index))
    elif isinstance(value, int):
        yield path, value


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_line_of_every_key_and_item_is_found(newline):
    text = EVERYWHERE.replace("\n", newline)
    places = find_places(text)
    found = list(numbers_in(tomllib.loads(text)))
    assert len(found) == 17
    assert {path: places.lines[path] for path, _ in found} == dict(found)
    assert places.line(("p", 1)) == 18
    assert places.line(("t", "no such key")) == 9
    assert places.line(("nothing",)) is None


def test_keys_are_written_as_in_the_file():
    assert key_text(("plan", 0, "to", "site a")) == 'plan[0].to."site a"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("id,organisation,ward\namina,north,icu\nbo,north,icu\n007,south,\n")
    (tmp_path / "ties.csv").write_text("source,target,layer,p\namina,bo,works,0.5\nbo,007,advice,0.5\n")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "pilot.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(DataError) as caught:
        read_scenario(path)
    assert {fault.file for fault in caught.value.faults} == {str(path)}
    return [(fault.line, fault.key, fault.message) for fault in caught.value.faults]


def test_a_scenario_says_what_to_run(folder):
    scenario = read_scenario(
        write(
            folder,
            """
[network]
path = "."
influence = "both"
layers = ["works"]
columns = { team = "ward" }
[model]
name = "independent-cascade"
probability = [0.1, 0.2, 0.3]
partners = 0.01
[run]
worlds = 100
smallest-difference = 2
rng = 7
[[plan]]
name = "A"
seeds = ["007", "amina"]
[[plan]]
name = "B"
choose = { count = 1, method = "degree" }
[[plan.broadcast]]
probability = 0.1
to = { organisation = ["north"] }
start = 2
[[plan]]
name = "C"
[plan.broadcast]
dose = 0.5
stop = 4
[[plan]]
name = "nothing"
seeds = []
""",
        )
    )
    assert scenario.network.path == folder
    assert (scenario.network.layers, scenario.network.influence) == (("works",), "both")
    assert scenario.network.columns == {"team": "ward"}
    assert scenario.model == IndependentCascade(0.1, partners=0.01)
    assert scenario.probabilities == (0.2, 0.3)
    assert scenario.run == Run(worlds=100, smallest_difference=2, rng=7)
    message = Broadcast(probability=0.1, to={"organisation": ("north",)}, start=2, stop=3)
    assert dict(scenario.plans) == {
        "A": Plan(Seeds(("007", "amina"))),
        "B": ChoiceRequest(count=1, method="degree", beside=(message,)),
        "C": Plan(Broadcast(dose=0.5, stop=4)),
        "nothing": Plan(Seeds(())),
    }


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("", WeightedCascade()),
        ('[model]\nname = "linear-threshold"\nweight = "p"\ntotals = "cap"', LinearThreshold("p", totals="cap")),
        (
            '[model]\nname = "independent-cascade"\nprobability = { works = 0.1, advice = "p" }',
            IndependentCascade({"works": 0.1, "advice": "p"}),
        ),
    ],
)
def test_models_are_read(folder, table, model):
    assert read_scenario(write(folder, f'[network]\npath = "."\n{table}\n')).model == model


def test_ten_different_faults_are_all_reported_each_with_its_line(folder):
    path = write(
        folder,
        """[network]
path = "."
influense = "both"
[model]
name = "independent-cascade"
probability = 1.5
[run]
worlds = "many"
horizon = -1
standard_error = 0.1
[[plan]]
name = "A"
choose = { bugdet = 10 }
[[plan]]
name = "A"
seeds = ["amina", 7]
[[plan]]
name = "B"
seeds = ["amina"]
choose = { count = 1, budget = 2 }
[[plan.broadcast]]
probability = 0.1
start = 4
stop = 3
[plans]
""",
    )
    assert faults(path) == [
        (3, "network.influense", 'unknown key; did you mean "influence"?'),
        (6, "model.probability", "probability 1.5 is not a number in [0, 1]"),
        (8, "run.worlds", '"many" is not a whole number'),
        (9, "run.horizon", "-1 is not at least 0"),
        (10, "run.standard_error", 'unknown key; did you mean "standard-error"?'),
        (13, "plan[0].choose.bugdet", 'unknown key; did you mean "budget"?'),
        (15, "plan[1].name", '"A" is the name of another plan, too'),
        (16, "plan[1].seeds[1]", '7 is not text; write it in quotes: "..."'),
        (17, "plan[2]", "give either seeds or choose, not both"),
        (20, "plan[2].choose.count", "give either a budget or a count, not both"),
        (24, "plan[2].broadcast[0].stop", "3 is not after start = 4"),
        (25, "plans", 'unknown key; did you mean "plan"?'),
    ]


def test_people_and_groups_who_are_not_in_the_network_are_reported_beside_other_faults(folder):
    path = write(
        folder,
        """network = { path = "." }
[[plan]]
name = "A"
seeds = ["amina",
  "07"]
[[plan]]
broadcast = { probability = 0.1, to = { organisation = ["nort"] } }
""",
    )
    assert faults(path) == [
        (5, "plan[0].seeds[1]", "'07' is not in the network (3 people); did you mean '007'?"),
        (6, "plan[1].name", "is missing"),
        (7, "plan[1].broadcast[0].to", "no organisation is called 'nort'; did you mean 'north'?"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("a = 1\nb = = 2\n", 2, None, "Invalid value (column 5)"),
        ("a = 1\nb = '", 2, None, 'Expected "\'" at the end of the file'),
        ("a = 1\n[x]\n[x]\n", 3, None, "Cannot declare ('x',) twice (column 3)"),
        ("a = 1\n\na = 2", 3, None, "Cannot overwrite a value at the end of the file"),
        ("[network]\npath = 3", 2, "network.path", '3 is not text; write it in quotes: "..."'),
        ("network = 3", 1, "network", "3 is not a table; write {key = value}"),
        ('[network]\npath="."\nlayers="works"', 3, "network.layers", '"works" is not a list; write [...]'),
        ('[network]\npath="."\ncolumns={id=3}', 3, "network.columns.id", '3 is not text; write it in quotes: "..."'),
        ('[network]\npath="no"', 2, "network.path", "there is no file or folder"),
        ('[network]\npath="."\nmerge="add"', 3, "network.merge", '"add" is none of refuse, sum'),
        ('[network]\npath="."\n[run]\nworlds=1.5', 4, "run.worlds", "1.5 is not a whole number"),
        ('[network]\npath="."\n[run]\nworlds=true', 4, "run.worlds", "true is not a whole number"),
        ('[network]\npath="."\n[run]\nstandard-error=0', 4, "run.standard-error", "0 is not greater than 0"),
        ('[network]\npath="."\n[run]\nstandard-error=nan', 4, "run.standard-error", "nan is not a finite number"),
        ('[network]\npath="."\n[model]', 3, "model.name", "is missing"),
        (
            '[network]\npath="."\n[model]\nname="linear"',
            4,
            "model.name",
            f'"linear" is none of {", ".join(MODELS)}; did you mean "linear-threshold"?',
        ),
        (
            '[network]\npath="."\n[model]\nname="weighted-cascade"\nprobability=0.1',
            5,
            "model.probability",
            "weighted-cascade has no probability; it has partners, delay, examples-needed",
        ),
        (
            '[network]\npath="."\n[model]\nname="independent-cascade"',
            3,
            "model",
            "independent-cascade needs a probability",
        ),
        (
            '[network]\npath="."\n[model]\nname="independent-cascade"\nprobability=[0.1,\n2]',
            6,
            "model.probability[1]",
            "probability 2 is not a number in [0, 1]",
        ),
        (
            '[network]\npath="."\n[model]\nname="independent-cascade"\nprobability={works=true}',
            5,
            "model.probability",
            "probability[works] True is not a number in [0, 1]",
        ),
        ('[network]\npath="."\n[[plan]]\nname=""\nseeds=[]', 4, "plan[0].name", '"" is empty'),
        ('[network]\npath="."\n[[plan]]\nname="A"', 3, "plan[0]", "does nothing"),
        ('[network]\npath="."\n[[plan]]\nname="A"\nchoose={}', 5, "plan[0].choose", "give a budget or a count"),
        (
            '[network]\npath="."\n[[plan]]\nname="A"\nchoose={count=1, method="pagrank"}',
            5,
            "plan[0].choose.method",
            '"pagrank" is none of best, all, random, degree, nomination, acquaintance, ',
        ),
        (
            '[network]\npath="."\n[[plan]]\nname="A"\nchoose={count=1, at-most={team="x"}}',
            5,
            "plan[0].choose.at-most",
            "a table is not a whole number",
        ),
        (
            '[network]\npath="."\n[[plan]]\nname="A"\nchoose={count=1, reach=0.5, worst-off="team"}',
            5,
            "plan[0].choose.worst-off",
            "give only one of reach, worst-off",
        ),
        (
            '[network]\npath="."\n[[plan]]\nname="A"\nchoose={count=1, reach=0.5, confidence=0.5}',
            5,
            "plan[0].choose.count",
            "is what a confidence looks for; leave it out",
        ),
        (
            '[network]\npath="."\n[[plan]]\nname="A"\n[plan.broadcast]\nprobability=1',
            6,
            "plan[0].broadcast[0].probability",
            "1 is not less than 1",
        ),
    ],
)
def test_each_fault_is_said_with_its_line_and_key(folder, text, line, key, message):
    ((found_line, found_key, found_message),) = faults(write(folder, text))
    assert (found_line, found_key) == (line, key)
    assert found_message.startswith(message)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(folder):
    path = folder / "pilot.toml"
    path.write_bytes(b'a = 1\nb = "caf\xe9"\n')
    assert faults(path) == [(2, None, "is not UTF-8 text; save the file as UTF-8")]


def test_a_byte_order_mark_and_windows_line_ends_are_read(folder):
    path = folder / "pilot.toml"
    path.write_bytes('\ufeff[network]\r\npath = "."\r\n'.encode())
    assert read_scenario(path).network.path == folder


def test_faults_of_the_network_files_stand_beside_those_of_the_scenario(folder):
    (folder / "ties.csv").write_text("source,target\namina,nobody\n")
    path = write(folder, '[network]\npath = "."\n[run]\nworld = 3\n')
    with pytest.raises(DataError) as caught:
        read_scenario(path)
    first, second = caught.value.faults
    assert (first.file, first.line) == (str(path), 4)
    assert second.file is not None
    assert second.file.endswith("ties.csv")


def test_the_published_schema_for_editors_is_that_of_the_code():
    published = json.loads((Path(__file__).parents[1] / "docs/schemas/scenario.json").read_text())
    assert published == ScenarioTable.model_json_schema()
