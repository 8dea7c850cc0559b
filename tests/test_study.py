"""What stands between a scenario and the verbs: requests resolved once, and what other probabilities would change."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from spark import study
from spark.errors import DataError, UsageError
from spark.model import IndependentCascade, WeightedCascade
from spark.network import Network
from spark.plan import Broadcast, Plan, Seeds
from spark.request import ChoiceRequest
from spark.scenario import NetworkFile, Run, Scenario, read_scenario
from spark.worlds import compare, simulate

STAR, CHAIN = [f"leaf {i}" for i in range(5)], [f"link {i}" for i in range(12)]
RUN = Run(worlds=2000, rng=1)


@pytest.fixture(scope="module")
def network() -> Network:
    """A star, which is worth more where people are hard to convince, and a chain, worth more where they are easy."""
    ends = [("hub", leaf) for leaf in STAR] + list(pairwise(CHAIN))
    return Network.from_edges([source for source, _ in ends], [target for _, target in ends])


def scenario(probability: float, *others: float) -> Scenario:
    return Scenario(NetworkFile(Path("unread")), IndependentCascade(probability), others, run=RUN)


def test_a_choice_that_depends_on_the_probability_is_said_to(network):
    answer = study.choose(network, scenario(0.2, 0.3, 1.0), ChoiceRequest(count=1))
    assert answer.choice.seeds == ("hub",)
    same, other = answer.sensitivity
    assert (same.probability, same.seeds, same.overlap, same.changes) == (0.3, ("hub",), 1, False)
    assert (other.probability, other.seeds, other.overlap, other.changes) == (1.0, ("link 0",), 0, True)
    assert (other.main.mean, other.there.mean, other.against.mean) == (6, 12, -6)


def test_a_comparison_that_depends_on_the_probability_is_said_to(network):
    plans = {"star": Plan(Seeds(("hub",))), "chain": Plan(Seeds(("link 0",)))}
    answer = study.compare(network, scenario(0.2, 0.3, 1.0), plans)
    assert answer.comparison.differences[0].verdict == "a"
    same, other = answer.sensitivity
    assert same.changed == ()
    assert other.changed == (("star", "chain"),)
    assert other.comparison.differences[0].verdict == "b"


def test_without_other_probabilities_nothing_is_said_about_them(network):
    plans = {"star": Plan(Seeds(("hub",))), "nothing": Plan()}
    assert study.compare(network, scenario(0.2), plans).sensitivity == ()
    assert study.choose(network, scenario(0.2), ChoiceRequest(count=1)).sensitivity == ()


def test_what_is_to_be_chosen_is_chosen_once_for_the_main_probability(network):
    message = Broadcast(probability=0.1)
    plans = {"chosen": ChoiceRequest(count=1, beside=(message,)), "chain": Plan(Seeds(("link 0",)))}
    answer = study.compare(network, scenario(0.2, 1.0), plans)
    assert answer.plans["chosen"] == Plan(Seeds(("hub",)), message)
    assert answer.choices["chosen"].seeds == ("hub",)
    assert [result.spread.seeds for result in answer.sensitivity[0].comparison.plans] == [("hub",), ("link 0",)]


def test_the_verbs_are_called_with_what_the_scenario_says(network):
    asked = Scenario(
        NetworkFile(Path("unread")),
        WeightedCascade(),
        run=Run(worlds=300, horizon=2, rng=4, workers=1, backend="python", smallest_difference=7),
    )
    plan = Plan(Seeds(("hub",)))
    _, spread = study.simulate(network, asked, plan)
    direct = simulate(network, WeightedCascade(), plan, worlds=300, horizon=2, rng=4)
    assert (spread.mean, spread.sizes.tolist()) == (direct.mean, direct.sizes.tolist())
    plans = {"a": plan, "b": Plan()}
    verdict = study.compare(network, asked, plans).comparison.differences[0]
    assert (
        verdict
        == compare(network, WeightedCascade(), plans, worlds=300, horizon=2, rng=4, smallest_difference=7).differences[
            0
        ]
    )


@pytest.mark.parametrize(("method", "seeds"), [("degree", ("hub",)), ("nomination", None), ("random", None)])
def test_people_can_be_chosen_by_a_simple_rule(network, method, seeds):
    plan, _ = study.simulate(network, scenario(1.0), ChoiceRequest(count=1, method=method))
    assert len(plan.seeds) == 1
    assert seeds is None or plan.seeds == seeds


def test_several_probabilities_need_a_model_that_has_one(network):
    asked = Scenario(NetworkFile(Path("unread")), WeightedCascade(), (0.1,), run=RUN)
    with pytest.raises(UsageError, match="WeightedCascade takes none"):
        study.compare(network, asked, {"a": Plan(), "b": Plan()})


def test_people_who_are_not_in_the_network_are_the_fault_of_the_scenario_file(tmp_path):
    (tmp_path / "ties.csv").write_text("source,target\namina,bo\n")
    file = tmp_path / "pilot.toml"
    file.write_text('[network]\npath = "ties.csv"\n[[plan]]\nname = "A"\nseeds = ["amina",\n"bob"]\n')
    with pytest.raises(DataError) as caught:
        study.load(read_scenario(file))
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.key) == (str(file), 6, "plan[0].seeds[1]")


def test_checking_finds_a_model_that_does_not_fit_the_network(tmp_path):
    (tmp_path / "ties.csv").write_text("source,target,weight\namina,cy,0.7\nbo,cy,0.7\n")
    file = tmp_path / "pilot.toml"
    file.write_text('[network]\npath = "ties.csv"\n[model]\nname = "linear-threshold"\nweight = "weight"\n')
    asked = read_scenario(file)
    with pytest.raises(DataError, match="cy"):
        study.check(study.load(asked), asked)
