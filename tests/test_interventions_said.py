"""Interventions are written in scenario files and on the command line; what is recorded of them can be run again."""

import json
from pathlib import Path

import pytest

import spark
from spark.cli.plans import finish, read_plans
from spark.errors import UsageError
from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
from spark.provenance import read_plan
from spark.report.spread import in_words
from spark.request import ChoiceRequest
from spark.scenario import load_network, read_scenario

WARD = Path(__file__).parent / "broken_scenarios/ward"
EVERY_KIND = """
[network]
path = "ward"
[model]
name = "sis"
probability = 0.2
[run]
horizon = 6
[[plan]]
name = "A"
seeds = ["bo"]
broadcast = { probability = 0.1, start = 2 }
[[plan.seed]]
people = ["amina"]
start = 2
take-up = 0.5
pay = "on-acceptance"
[[plan.mandate]]
organisations = ["north"]
dose = 0.1
sustain = 0.5
stop = 3
cost-each = 4
[plan.boost]
amount = 1
to = { team = ["icu"], profession = ["nurse"] }
cost = 2
[plan.sustain]
share = 0.25
start = 3
cost-per-period = 1.5
[plan.bridge]
source = { people = ["amina"] }
target = { team = ["ward"] }
probability = 0.5
layer = "visits"
both = false
[[plan]]
name = "B"
choose = { count = 1 }
[[plan.boost]]
amount = 0.5
"""
A = Plan(
    Seeds(["bo"]),
    Seeds(["amina"], start=2, take_up=0.5, pay="on_acceptance"),
    Broadcast(probability=0.1, start=2, stop=3),
    Mandate(["north"], dose=0.1, sustain=0.5, stop=3, cost_each=4),
    Boost(1, {"team": ("icu",), "profession": ("nurse",)}, cost=2),
    Sustain(0.25, start=3, cost_per_period=1.5),
    Bridge({"people": ("amina",)}, {"team": ("ward",)}, probability=0.5, layer="visits", both=False),
)


@pytest.fixture
def scenario(tmp_path):
    (tmp_path / "ward").symlink_to(WARD)
    (tmp_path / "all.toml").write_text(EVERY_KIND)
    return read_scenario(tmp_path / "all.toml")


def test_a_scenario_says_every_kind_of_intervention(scenario):
    assert dict(scenario.plans) == {"A": A, "B": ChoiceRequest(count=1, beside=(Boost(0.5),))}


def test_what_is_recorded_of_a_plan_runs_again_to_the_same_bytes(scenario):
    network = load_network(scenario.network)
    once = spark.simulate(network, scenario.model, scenario.plans["A"], worlds=300, horizon=6, rng=4)
    recorded = json.loads(json.dumps(once.to_dict()))["provenance"]["plans"][""]
    again = spark.simulate(network, scenario.model, read_plan(recorded), worlds=300, horizon=6, rng=4)
    assert json.dumps(again.to_dict()) == json.dumps(once.to_dict())
    other = spark.simulate(network, scenario.model, Plan(*A.interventions[:-1]), worlds=300, horizon=6, rng=4)
    assert json.dumps(other.to_dict()) != json.dumps(once.to_dict())


def test_each_is_said_in_a_sentence():
    assert [in_words(action) for action in A.interventions[1:]] == [
        "1 person to start with after step 2; each person goes along with chance 0.5.",
        "Broadcast to everybody: convinces each person with chance 0.1 in step 2.",
        "Mandate in north: gives each person a dose of 0.1 and cuts the chance of giving up by 50 % in each of the "
        "steps 1 to 2.",
        "Boost of team icu and profession nurse: what reaches them counts 2 times.",
        "Sustain everybody: the chance of giving up is 25 % smaller from step 3 on.",
        "Bridge between people amina and team ward, from the first to the second: each tie convinces with chance 0.5.",
    ]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("broadcast:0.1", Broadcast(probability=0.1)),
        ("broadcast:team=icu:0.1;start=3", Broadcast(probability=0.1, to={"team": ("icu",)}, start=3, stop=4)),
        ("boost:0.5", Boost(0.5)),
        (
            "boost:organisation=north+south&profession=nurse:0.5;start=2;stop=6;cost-each=40;take-up=0.5;pay=on-acceptance",
            Boost(
                0.5,
                {"organisation": ("north", "south"), "profession": ("nurse",)},
                start=2,
                stop=6,
                cost_each=40,
                take_up=0.5,
                pay="on_acceptance",
            ),
        ),
        ("sustain:people=amina+bo:1", Sustain(1, {"people": ("amina", "bo")})),
        ("mandate:organisation=north:0.1;stop=3;sustain=0.2", Mandate(("north",), 0.1, sustain=0.2, stop=3)),
        ("mandate:organisation=north:0;sustain=0.2", Mandate(("north",), sustain=0.2)),
        (
            "bridge:team=icu:people=dev:0.3;both=false;layer=visits",
            Bridge({"team": ("icu",)}, {"people": ("dev",)}, 0.3, layer="visits", both=False),
        ),
        ("seeds:amina,bo;take-up=0.5;start=2", Seeds(("amina", "bo"), 2, 0.5)),
    ],
)
def test_the_command_line_says_it_in_one_word(text, action):
    plans = finish(read_plans([f"A={text}", "A=amina"], {}), {}, spark.read_network(WARD, influence="source-to-target"))
    assert plans == {"A": Plan(Seeds(("amina",)), action)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boost:much", "--plan A: 'much' is not a number"),
        ("boost:-1", "--plan A: boost: amount -1.0 is not a number from 0 to 1,000"),
        ("boost:icu:0.5", "--plan A: 'icu' says no group; boost is written as in boost:0.5 or boost:team=icu:0.5"),
        ("boost:team=icu:0.5;cots=3", "--plan A: boost has no 'cots'; it has cost, cost-each,"),
        ("boost:team=icu:0.5;stop=soon", "--plan A: stop 'soon' is not a whole number"),
        ("bridge:team=icu:0.5", "--plan A: bridge:team=icu:0.5 is not of the form bridge:team=icu:team=ward:0.2"),
        ("mandate:team=icu:0.5;stop=3", "--plan A: a mandate is for organisations, as in mandate:organisation=north"),
        ("mandate:organisation=north:0.5", "--plan A: mandate: a dose in every step for ever"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said(text, message):
    with pytest.raises(UsageError) as caught:
        read_plans([f"A={text}"], {})
    assert str(caught.value).startswith(message)
