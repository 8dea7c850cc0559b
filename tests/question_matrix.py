"""What may be asked of which model: every question put to every model on a tiny network."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any
from unittest import mock

import spark
from spark.errors import SparkError

PEOPLE = {"id": list("abcdefgh"), "organisation": list("xxxyyyzz")}
VALUE = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0]
TIES = ("aabbcddeefg", "bcdeefghghh")
WHO = {"organisation": ["y", "z"]}
MODELS: dict[str, spark.Model] = {
    "independent cascade": spark.IndependentCascade(0.5),
    "the same with delays": spark.IndependentCascade(0.5, delay=2),
    "weighted cascade": spark.WeightedCascade(),
    "trivalency cascade": spark.TrivalencyCascade((0.6, 0.3), draw=1),
    "linear threshold": spark.LinearThreshold(),
    "linear threshold, capped": spark.LinearThreshold(0.6, totals="cap"),
    "examples needed: 2": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.5)),
    "fractional threshold": spark.FractionalThreshold(0.5),
    "count threshold": spark.CountThreshold(2),
    "general threshold": spark.GeneralThreshold(spark.TableTolerance([0.5, 2], [0.2, 1])),
    "SI": spark.SI(0.3),
    "SIS": spark.SIS(0.3, lapse=0.2),
    "SIS with delays": spark.SIS(0.3, lapse=0.2, delay=2),
    "SIS, rekindle 0.5": spark.SIS(0.3, lapse=0.2, rekindle=0.5),
    "SIR": spark.SIR(0.3, lapse=0.2),
    "adoption": spark.Adoption(probability=0.3, trial_time=1, lapse=0.1),
    "aware": spark.Aware(adoption=0.5, awareness=0.8, hearsay=0.2),
    "continuous SI": spark.ContinuousSI(0.5),
    "continuous SIS": spark.ContinuousSIS(0.5, 0.3),
    "continuous SIR": spark.ContinuousSIR(0.5, 0.3),
    "continuous SEIR": spark.ContinuousSEIR(0.5, 1.0, 0.3),
}
EVER = spark.Adopters(counted="ever-adopted")
PERIODS = spark.Adopters(counted="adopter-periods")
QUESTIONS: dict[str, dict[str, Any]] = {
    "k seeds": {},
    "costs": {"budget": 4.0},
    "values": {"values": True},
    "target group": {"objective": spark.Adopters(of=WHO)},
    "limits": {"constraints": spark.Constraints(at_most={"organisation": 1}, apart=[("a", "d")])},
    "may say no": {"asking": spark.Asking(0.6)},
    "ever": {"objective": EVER},
    "ever, values": {"objective": EVER, "values": True},
    "periods": {"objective": PERIODS},
    "periods, target": {"objective": spark.Adopters(of=WHO, counted="adopter-periods"), "values": True},
    "chance": {"objective": spark.Reaching(0.4)},
    "worst-off": {"objective": spark.WorstOff()},
    "floor": {"objective": spark.Floor(0.01), "count": 4},
    "all": {
        "objective": spark.Adopters(of=WHO, counted="adopter-periods"),
        "values": True,
        "asking": spark.Asking(0.6),
        "constraints": spark.Constraints(at_most={"organisation": 1}),
    },
    "smallest budget": {"smallest": True},
}
BOUND, SEARCH, REFUSED = "bound", "search", "refused"


def network(*, values: bool = False, costs: bool = False) -> spark.Network:
    people: dict[str, Any] = dict(PEOPLE)
    if values:
        people["value"] = VALUE
    if costs:
        people["cost"] = [1.0, 2.0, 3.0, 1.0, 2.0, 1.0, 1.0, 2.0]
    return spark.Network.from_edges(list(TIES[0]), list(TIES[1]), people=people)


def asked(model: spark.Model, question: dict[str, Any], **run: Any) -> spark.Choice:
    """Put one question to one model, on five steps."""
    options = {"horizon": 5, "worlds": 16, "rng": 1, "workers": 1} | run
    options |= {key: value for key, value in question.items() if key not in ("values", "smallest")}
    trust = network(values="values" in question, costs="budget" in question)
    if "smallest" in question:
        return spark.smallest_budget(trust, model, spark.Reaching(0.1), chance=0.2, **options)
    options.setdefault("quality", 0.9)
    options |= {} if {"budget", "count"} & options.keys() else {"count": 2}
    return spark.choose_seeds(trust, model, baselines=("degree",), **options)


def outcome(model: spark.Model, question: dict[str, Any]) -> tuple[str, str]:
    """What a model answers: how sure, and in which words."""
    try:
        choice = asked(model, question)
    except SparkError as error:
        return REFUSED, str(error)
    json.dumps(choice.to_dict())
    said = choice.certificate.statement
    return (SEARCH if said.startswith("no bound") else BOUND), said


def small() -> Any:
    """Patches under which an answer takes a few milliseconds."""
    sizes = {
        "search.WORLDS": 8,
        "search.FEWEST_RUNS": 100,
        "search.VISITS": 1000,
        "reaching.MOST_LOOKS": 8,
        "reaching.DECIDING": 1,
        "sandwich.JUDGED": 64,
        "means.FEWEST_WORLDS": 8,
        "means.MOST_WORLDS": 16,
        "sandwich.ANYWAY_SETS": 256,
        "aims.WORTH_SETS": 256,
        "answer.EXPLAIN_SETS": 256,
        "certificate.WANTED_HITS": 256,
        "certificate.FIRST_SETS": 256,
        "fairness.FIRST_SETS": 512,
        "fairness.MOST_SETS": 1024,
        "fairness.CERTIFY_SETS": 512,
        "smallest.CERTIFY_SETS": 256,
        "crossfit.FEWEST_COUNTS": 1,
    }
    patches = ExitStack()
    for name, value in sizes.items():
        patches.enter_context(mock.patch(f"spark.optimise.{name}", value))
    return patches


TITLES = {
    "k seeds": "k seeds by a deadline",
    "costs": "costs and a budget",
    "values": "values",
    "target group": "a target group",
    "limits": "limits on who, and who together",
    "may say no": "people who may say no",
    "ever": "who ever practises",
    "ever, values": "the same, by value",
    "periods": "adopter-periods",
    "periods, target": "the same, of a target group by value",
    "chance": "the chance of a share",
    "worst-off": "the worst-off organisation",
    "floor": "a floor for each organisation",
    "all": "adopter-periods, target group, values, limits, people who may say no",
    "smallest budget": "the smallest budget for a share",
}


def matrix() -> str:
    """The table for the documentation: models that answer alike share a column."""
    with small():
        found = {
            name: tuple(outcome(model, question)[0] for question in QUESTIONS.values())
            for name, model in MODELS.items()
        }
    columns: dict[tuple[str, ...], list[str]] = {}
    for name, answers in found.items():
        columns.setdefault(answers, []).append(name)
    signs = {BOUND: "✓", SEARCH: "search", REFUSED: "no"}
    letters = [chr(ord("A") + at) for at in range(len(columns))]
    lines = [f"- **{letter}**: {', '.join(names)}" for letter, names in zip(letters, columns.values(), strict=True)]
    lines += ["", f"| question | {' | '.join(letters)} |", f"|---|{':---:|' * len(letters)}"]
    for at, title in enumerate(QUESTIONS):
        lines.append(f"| {TITLES[title]} | {' | '.join(signs[answers[at]] for answers in columns)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(matrix())
