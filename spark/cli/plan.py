"""``spark plan``: whom do we start with?"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.options import command_line, examples, other_command, with_other_probabilities
from spark.cli.output import emit, timed
from spark.cli.questions import QuestionOptions, asking_of, constraints_of, objective_of, question_options, share
from spark.errors import UsageError, nearest
from spark.question import ALL, ANYBODY, BEST, CERTAINLY, EVERYBODY, RULES
from spark.report import Frame, Next
from spark.request import ChoiceRequest

if TYPE_CHECKING:
    from spark.model import Model
    from spark.results import Choice
    from spark.scenario import Scenario

_MOST_TYPED = 10


@click.command(
    "plan",
    cls=Command,
    short_help="Whom do we start with?",
    epilog=examples(
        "spark plan my-trust --budget 10",
        "spark plan my-trust --count 10 --probability .05,.1,.2",
        "spark plan my-trust --budget 10 --exclude bo --at-most organisation=2",
        "spark plan my-trust --count 5 --worst-off organisation",
        "spark plan my-trust --reach 30% --confidence 80%",
        "spark plan my-trust --budget 10 --method all",
        "spark plan trust --count 5 --model weighted-cascade --model linear-threshold",
        "spark plan pilot.toml --output plan.csv",
    ),
)
@click.option(
    "--budget", type=click.FloatRange(min=0), help="What the people may cost together; cost is 1 without a cost column."
)
@click.option("--count", type=click.IntRange(min=0), help="How many people, whatever they cost.")
@click.option("--plan", "name", metavar="NAME", help="The plan of the scenario whose people are to be chosen.")
@click.option(
    "--verbs", metavar="LIST", help="Choose more than seeds, as spark mix does: seed,boost,sustain,bridge,broadcast."
)
@click.option(
    "--method",
    metavar="NAME",
    help="best; all, which also tries every simple rule in the same worlds; or the rule to follow: "
    f"{', '.join(RULES)}.  [default: best]",
)
@click.option(
    "--quality",
    metavar="SHARE",
    help="Stop looking once the choice reaches this share of what any effort of this kind would find, by estimate: "
    "99.8% for the last few people.  [default: 99%]",
)
@click.option(
    "--explain", is_flag=True, help="Say why these people, what is lost without each, and who could take her place."
)
@click.option(
    "--across",
    type=click.Choice(["worst", "mean"]),
    help="With several --model: do well where the choice does worst, or on average.  [default: worst]",
)
@question_options
@asked_options
def command(
    asked: Asked,
    budget: float | None,
    count: int | None,
    name: str | None,
    verbs: str | None,
    method: str | None,
    quality: str | None,
    explain: bool,
    across: str | None,
    question: QuestionOptions,
) -> None:
    """Choose the people to start with, and say how good the choice is, compared with what, and how sure."""
    from spark import study
    from spark.cli.mix import Wanted, mixed, mixes_of
    from spark.report.choice import ChoiceAnswer

    others = (count, method, quality, across, explain or None)
    more = any(other is not None for other in others) or any(getattr(question, item.name) for item in fields(question))
    if verbs is not None and (more or (budget is None and name is None)):
        raise UsageError("--verbs chooses for a --budget, and asks nothing else; spark mix --help says more")
    if verbs is not None:
        mixed(asked, Wanted(budget, name, verbs))
        return
    if budget is not None and count is not None:
        raise UsageError("give either --budget or --count, not both")
    scenario, why = asked.scenario(several=True)
    mixes = mixes_of(scenario)
    if name in mixes or (
        mixes and name is None and (budget, count) == (None, None) and set(mixes) == _chosen(scenario)
    ):
        if more:
            raise UsageError("a mix is chosen for a --budget, and is asked nothing else; spark mix --help says more")
        mixed(asked, Wanted(budget, name))
        return
    request = _request(scenario, budget, count, name, method, quality, question)
    scenario, request = _across(scenario, request, across, several=len(asked.model.model) > 1, explain=explain)
    with timed(asked.output, "plan") as progress:
        network = study.load(scenario)
        chosen = study.choose(network, scenario, request, progress=progress)
        why_they = study.explain(network, scenario, request, chosen.choice) if explain else None
    frame = Frame(
        command_line(), why, _next(chosen.choice, scenario.model, bool(scenario.probabilities or request.robust))
    )
    emit(ChoiceAnswer(network, scenario.model, chosen, frame, why_they), asked.output, scenario.run)


def _chosen(scenario: Scenario) -> set[str]:
    return {name for name, plan in scenario.plans.items() if isinstance(plan, ChoiceRequest)}


def _across(
    scenario: Scenario, request: ChoiceRequest, across: str | None, *, several: bool, explain: bool
) -> tuple[Scenario, ChoiceRequest]:
    """Return the request for all models that are named, or for the one model without the others of a file."""
    goal = across or request.robust or ("worst" if several else None)
    if goal is None:
        return replace(scenario, also=()), request
    if not scenario.also:
        raise UsageError("--across needs several models: give --model twice or more, or [[model.also]] in the file")
    if explain:
        raise UsageError("--explain knows one model; leave out --explain, or all but one --model")
    return scenario, replace(request, robust=goal)


def _request(
    scenario: Scenario,
    budget: float | None,
    count: int | None,
    name: str | None,
    method: str | None,
    quality: str | None,
    question: QuestionOptions,
) -> ChoiceRequest:
    """Return what is to be chosen: the scenario's request, with what the options say instead."""
    known = {key: plan for key, plan in scenario.plans.items() if isinstance(plan, ChoiceRequest) and not plan.among}
    if name is not None and name not in known:
        which = f"those that choose are {', '.join(known)}" if known else "PATH has no plan with choose = {...}"
        raise UsageError(f"--plan {name}: there is no plan of that name to be chosen; {which}{nearest(name, known)}")
    usual = [key for key, plan in known.items() if plan.method in (BEST, ALL)] or list(known)
    if name is None and len(usual) == 1:
        name = usual[0]
    sure = None if question.sure is None else share("--confidence", question.sure)
    if sure is not None and (budget is not None or count is not None):
        raise UsageError("--confidence asks for the smallest budget; give no --budget or --count beside it")
    asked = known[name] if name is not None else ChoiceRequest(count=0)
    parts: dict[str, Any] = {}
    for part, default, said in (
        ("objective", EVERYBODY, objective_of(question)),
        ("constraints", ANYBODY, constraints_of(question)),
        ("asking", CERTAINLY, asking_of(question)),
    ):
        parts[part] = getattr(asked, part) if said == default else said
    if method is not None:
        parts["method"] = method
    if quality is not None:
        parts["quality"] = share("--quality", quality)
    if sure is not None or budget is not None or count is not None:
        return replace(asked, budget=budget, count=count, chance=sure, **parts)
    if name is None:
        which = f"--plan with one of {', '.join(known)}, or " if known else ""
        raise UsageError(f"say how many: {which}--budget 10 (what they cost) or --count 10 (people)")
    return replace(asked, **parts)


def _next(choice: Choice, model: Model, sensitive: bool) -> tuple[Next, ...]:
    from spark.report.layout import csv_record

    steps = []
    if len(choice.seeds) <= _MOST_TYPED:
        record = csv_record(choice.seeds)
        seeds = f"@{record}" if record.startswith("@") else record
    else:
        seeds = "@plan.csv"
        steps.append(Next("Keep the list:", f"{command_line()} --output plan.csv"))
    if not choice.under:  # which takes one model
        steps.append(Next("How does it spread, step by step?", other_command("simulate", "--seeds", seeds)))
    steps += [
        Next(
            "Is it better than your own idea? Put your people in the place of THEM:",
            other_command("compare", "--plan", f"spark={seeds}", "--plan") + " mine=THEM",
        ),
    ]
    if not sensitive:
        steps.append(
            Next("Does the answer depend on how easily people are convinced?", with_other_probabilities(model))
        )
    return tuple(steps)
