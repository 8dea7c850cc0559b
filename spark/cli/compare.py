"""``spark compare``: is plan A better than plan B?"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.one_plan import PLAN_HELP
from spark.cli.options import command_line, examples, other_command, with_other_models, with_other_probabilities
from spark.cli.output import emit, timed
from spark.cli.plans import finish, read_plans
from spark.cli.questions import share
from spark.errors import UsageError
from spark.report import Frame, Next

if TYPE_CHECKING:
    from spark.scenario import Clear, Scenario


@click.command(
    "compare",
    cls=Command,
    short_help="Is plan A better than plan B?",
    epilog=examples(
        "spark compare pilot.toml",
        "spark compare my-trust --plan A=amina,bo --plan B=@b.csv --plan C=choose:2",
        "spark compare my-trust --plan ten=choose-count:10 --plan all=broadcast:0.01",
        "spark compare my-trust --plan A=amina,bo --plan B=choose:2 --until-clear",
        "spark compare v/1 --networks v --plan A=degree:5 --plan B=random:5",
        "spark compare pilot.toml --model weighted-cascade --model linear-threshold",
    ),
)
@click.option(
    "--plan",
    "plans",
    multiple=True,
    metavar="NAME=PLAN",
    help=PLAN_HELP + " Without it: all of the scenario but for lists of terms and candidates.",
)
@click.option(
    "--smallest-difference",
    type=click.FloatRange(min=0),
    help="How many people more or less would not matter.  [default: 1 % of the larger plan]",
)
@click.option(
    "--until-clear",
    is_flag=True,
    help="Go on until it is clear which plan is best: 256, 512, 1024, ... worlds, at most --worlds.  [default: 65536]",
)
@click.option(
    "--error",
    metavar="SHARE",
    help="Until clear: the chance that luck makes a wrong winner, over all looks and pairs together.  [default: 5%]",
)
@click.option(
    "--question",
    type=click.Choice(["best", "every-pair"]),
    help="Until clear: which plan is best, or which of every pair is better.  [default: best]",
)
@click.option(
    "--spending",
    type=click.Choice(["pocock", "obrien-fleming"]),
    help="Until clear: obrien-fleming spends next to nothing of the error at first.  [default: pocock]",
)
@click.option(
    "--same-cost",
    metavar="NAME",
    help="Try each other plan also at the size that the money of this plan buys: more or fewer people, a longer or "
    "stronger broadcast.",
)
@click.option(
    "--shares",
    metavar="LIST",
    help="How often, and by when, do so many of all people practise? Shares such as 25%,50%.  [default: 50%]",
)
@click.option(
    "--networks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Other networks that may as well be the true one, each a folder or file in DIR: does the advice hold there?",
)
@asked_options
def command(
    asked: Asked,
    plans: tuple[str, ...],
    smallest_difference: float | None,
    until_clear: bool,
    error: str | None,
    question: str | None,
    spending: str | None,
    same_cost: str | None,
    shares: str | None,
    networks: Path | None,
) -> None:
    """Try plans in the same worlds and say which is better, or that it is too close to call.

    Several --model say whether the advice depends on the model, --networks whether it holds on other networks.
    """
    from spark import study
    from spark.report.comparison import ComparisonAnswer

    scenario, why = asked.scenario(several=True)
    if smallest_difference is not None:
        run = dataclasses.replace(scenario.run, smallest_difference=smallest_difference)
        scenario = dataclasses.replace(scenario, run=run)
    if networks is not None:
        scenario = dataclasses.replace(scenario, network=dataclasses.replace(scenario.network, others=networks))
    run = dataclasses.replace(scenario.run, until_clear=_clear(scenario, asked, until_clear, error, question, spending))
    if shares is not None:
        run = dataclasses.replace(run, shares=tuple(share("--shares", part.strip()) for part in shares.split(",")))
    scenario = dataclasses.replace(scenario, run=run)
    drafts = read_plans(plans or tuple(name for name in scenario.plans if name not in scenario.lists), scenario.plans)
    if len(drafts) < 2:
        raise UsageError("compare needs at least two plans: --plan A=a,b --plan B=c,d (--plan nothing= is no action)")
    with timed(asked.output, "compare") as progress:
        network = study.load(scenario)
        tried = finish(drafts, scenario.plans, network)
        same_cost = same_cost or (scenario.run.same_cost if scenario.run.same_cost in tried else None)
        if same_cost is not None:
            tried = study.same_cost(network, scenario, tried, same_cost)
        compared = study.compare(network, scenario, tried, progress=progress)
    named = [plan for plan in compared.comparison.plans if plan.name in drafts]
    best = max(named, key=lambda plan: plan.spread.mean).name
    told = [text for text in plans if best in (text, text.partition("=")[0])] or [best]
    words = [word for text in told for word in ("--plan", text)]
    first = scenario.model if len(asked.model.model) > 1 else None
    line = other_command("simulate", *words, model=first)
    steps = [Next("How does the plan with most adopters spread, step by step?", line)]
    if not scenario.probabilities and not scenario.also:
        steps.append(
            Next("Does the answer depend on how easily people are convinced?", with_other_probabilities(scenario.model))
        )
    if not scenario.also:
        steps.append(Next("Does the advice depend on the model?", with_other_models(scenario.model)))
    frame = Frame(command_line(), why, tuple(steps))
    emit(ComparisonAnswer(network, scenario.model, compared, frame), asked.output, scenario.run)


def _clear(
    scenario: Scenario, asked: Asked, until_clear: bool, error: str | None, question: str | None, spending: str | None
) -> Clear | None:
    """Return when the comparison is clear: what the scenario says, with what the options say instead."""
    from spark.scenario import Clear, read_scenario

    said: dict[str, Any] = {"question": question and question.replace("-", " "), "spending": spending}
    said |= {"error": None if error is None else share("--error", error)}
    said = {key: value for key, value in said.items() if value is not None}
    known = scenario.run.until_clear  # which --worlds takes the place of, where nothing else is said
    if until_clear and known is None and scenario.origin is not None:
        known = read_scenario(asked.path).run.until_clear
    if not until_clear and known is None:
        if said:
            raise UsageError(f"--{next(iter(said))} says when a comparison is clear: add --until-clear")
        return None
    if until_clear and asked.run.standard_error is not None:
        raise UsageError("give either --until-clear or --standard-error, not both")
    if asked.run.worlds is not None:
        said["most"] = asked.run.worlds
    return dataclasses.replace(known or Clear(), **said)
