"""``spark simulate``: how far does this plan spread?"""

from __future__ import annotations

from pathlib import Path

import click

from spark.cli.help import Command
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
)
from spark.cli.plans import Draft, finish, read_plans, read_seeds
from spark.errors import UsageError

SEEDS_HELP = (
    "People to start with: ids as one CSV record (a,b), @FILE with one id a line or an id column, @- for standard "
    "input; @@ is a literal @. Repeatable. '' is nobody."
)


PLAN_HELP = (
    "NAME of a plan of the scenario, or NAME=PLAN, where PLAN is ids or @FILE as in --seeds, choose:10 (a budget), "
    "choose-count:10, random:10, degree:10, nomination:10, broadcast:0.02 (everybody, once, chance 0.02), or "
    "boost:team=icu:0.5 and other interventions. The same NAME twice adds up."
)


@click.command(
    "simulate",
    cls=Command,
    short_help="How far does this plan spread?",
    epilog=examples(
        "spark simulate my-trust --seeds amina,bo",
        "spark simulate my-trust --seeds @first-ten.csv --probability 0.1",
        "spark simulate pilot.toml --plan A",
    ),
)
@click.argument("path", type=PATH)
@click.option("--seeds", "-s", multiple=True, metavar="IDS", help=SEEDS_HELP)
@click.option("--plan", "plans", multiple=True, metavar="NAME", help=PLAN_HELP)
@model_options
@network_options
@run_options
@output_options
@plot_option
def command(
    path: Path,
    seeds: tuple[str, ...],
    plans: tuple[str, ...],
    network_options: NetworkOptions,
    model_options: ModelOptions,
    run_options: RunOptions,
    output: OutputOptions,
) -> None:
    """Try one plan in many worlds: how many people practise in the end, where, and when."""
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, timed
    from spark.cli.settings import scenario_of
    from spark.report import Frame, Next
    from spark.report.spread import SpreadAnswer

    refuse_to_overwrite(output)
    scenario, why = scenario_of(path, network_options, model_options, run_options)
    if scenario.probabilities and model_options.probability:
        raise UsageError("simulate takes one --probability; plan and compare take a list")
    drafts = read_plans(plans or (() if seeds else tuple(scenario.plans)), scenario.plans)
    if seeds:
        drafts[""] = Draft(read_seeds(seeds))
    if len(drafts) != 1:
        names = f"--plan with one of {', '.join(scenario.plans)}" if scenario.plans else "--seeds '' for nobody"
        raise UsageError(f"give one plan: --seeds a,b or --seeds @FILE, or {names}")
    with timed(output, "simulate") as progress:
        network = study.load(scenario)
        ((name, plan),) = finish(drafts, scenario.plans, network).items()
        fixed, spread = study.simulate(network, scenario, plan, progress=progress)
    choose = other_command("plan", "--count", str(len(spread.seeds) or min(10, network.size)))
    frame = Frame(command_line(), why, (Next("Whom would spark start with?", choose),))
    emit(SpreadAnswer(network, scenario.model, name, fixed, spread, frame), output, scenario.run)
