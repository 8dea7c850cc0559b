"""``spark simulate``: how far does this plan spread?"""

from __future__ import annotations

from pathlib import Path

import click

from spark.cli.help import Command
from spark.cli.one_plan import OnePlan, finished, one_plan
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
from spark.errors import UsageError


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
@one_plan
@model_options
@network_options
@run_options
@output_options
@plot_option
def command(
    path: Path,
    wanted: OnePlan,
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
    drafts = wanted.draft(scenario)
    with timed(output, "simulate") as progress:
        network = study.load(scenario)
        name, plan = finished(drafts, scenario, network)
        fixed, spread = study.simulate(network, scenario, plan, progress=progress)
    choose = other_command("plan", "--count", str(len(spread.seeds) or min(10, network.size)))
    frame = Frame(command_line(), why, (Next("Whom would spark start with?", choose),))
    emit(SpreadAnswer(network, scenario.model, name, fixed, spread, frame), output, scenario.run)
