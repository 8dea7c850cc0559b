"""``spark compare``: is plan A better than plan B?"""

from __future__ import annotations

from pathlib import Path

import click

from spark.cli.help import Command
from spark.cli.one_plan import PLAN_HELP
from spark.cli.options import (
    PATH,
    ModelOptions,
    NetworkOptions,
    OutputOptions,
    RunOptions,
    command_line,
    examples,
    model_options,
    network_options,
    other_command,
    output_options,
    plot_option,
    run_options,
    with_other_models,
    with_other_probabilities,
)
from spark.cli.plans import finish, read_plans
from spark.errors import UsageError

MOST_UNTIL_CLEAR = 65_536


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
@click.argument("path", type=PATH)
@click.option(
    "--plan", "plans", multiple=True, metavar="NAME=PLAN", help=PLAN_HELP + " Without it: all of the scenario."
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
    "--same-cost",
    metavar="NAME",
    help="Try each other plan also at the size that the money of this plan buys: more or fewer people, a longer or "
    "stronger broadcast.",
)
@click.option(
    "--networks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Other networks that may as well be the true one, each a folder or file in DIR: does the advice hold there?",
)
@model_options
@network_options
@run_options
@output_options
@plot_option
def command(
    path: Path,
    plans: tuple[str, ...],
    smallest_difference: float | None,
    until_clear: bool,
    same_cost: str | None,
    networks: Path | None,
    network_options: NetworkOptions,
    model_options: ModelOptions,
    run_options: RunOptions,
    output: OutputOptions,
) -> None:
    """Try plans in the same worlds and say which is better, or that it is too close to call.

    Several --model say whether the advice depends on the model, --networks whether it holds on other networks.
    """
    import dataclasses

    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, timed
    from spark.cli.settings import scenario_of
    from spark.report import Frame, Next
    from spark.report.comparison import ComparisonAnswer

    refuse_to_overwrite(output)
    scenario, why = scenario_of(path, network_options, model_options, run_options, several="models")
    if smallest_difference is not None:
        run = dataclasses.replace(scenario.run, smallest_difference=smallest_difference)
        scenario = dataclasses.replace(scenario, run=run)
    if networks is not None:
        scenario = dataclasses.replace(scenario, network=dataclasses.replace(scenario.network, others=networks))
    if until_clear:
        if run_options.standard_error is not None:
            raise UsageError("give either --until-clear or --standard-error, not both")
        most = run_options.worlds or scenario.run.until_clear or MOST_UNTIL_CLEAR
        scenario = dataclasses.replace(scenario, run=dataclasses.replace(scenario.run, until_clear=most))
    drafts = read_plans(plans or tuple(scenario.plans), scenario.plans)
    if len(drafts) < 2:
        raise UsageError("compare needs at least two plans: --plan A=a,b --plan B=c,d (--plan nothing= is no action)")
    with timed(output, "compare") as progress:
        network = study.load(scenario)
        tried = finish(drafts, scenario.plans, network)
        if same_cost is not None:
            tried = study.same_cost(network, scenario, tried, same_cost)
        compared = study.compare(network, scenario, tried, progress=progress)
    named = [plan for plan in compared.comparison.plans if plan.name in drafts]
    best = max(named, key=lambda plan: plan.spread.mean).name
    told = [text for text in plans if best in (text, text.partition("=")[0])] or [best]
    words = [word for text in told for word in ("--plan", text)]
    first = scenario.model if len(model_options.model) > 1 else None
    line = other_command("simulate", *words, model=first)
    steps = [Next("How does the plan with most adopters spread, step by step?", line)]
    if not scenario.probabilities and not scenario.also:
        steps.append(
            Next("Does the answer depend on how easily people are convinced?", with_other_probabilities(scenario.model))
        )
    if not scenario.also:
        steps.append(Next("Does the advice depend on the model?", with_other_models(scenario.model)))
    frame = Frame(command_line(), why, tuple(steps))
    emit(ComparisonAnswer(network, scenario.model, compared, frame), output, scenario.run)
