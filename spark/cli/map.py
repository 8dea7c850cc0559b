"""``spark map``: where are conditions right?"""

from __future__ import annotations

import dataclasses
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
from spark.errors import UsageError

WORLDS = 1000


@click.command(
    "map",
    cls=Command,
    short_help="Where are conditions right, and what blocks a team?",
    epilog=examples(
        "spark map my-trust",
        "spark map my-trust --others 20 --probability 0.1",
        "spark map pilot.toml --plot map.png",
    ),
)
@click.argument("path", type=PATH)
@click.option(
    "--others",
    type=int,
    metavar="M",
    help="How many others a single match is to light.  [default: 10, or a tenth of fewer than 100 people]",
)
@click.option("--most", type=int, default=2000, show_default=True, help="Try at most so many, the best connected.")
@model_options
@network_options
@run_options
@output_options
@plot_option
def command(
    path: Path,
    others: int | None,
    most: int,
    network_options: NetworkOptions,
    model_options: ModelOptions,
    run_options: RunOptions,
    output: OutputOptions,
) -> None:
    """Try a match at each person alone, in the same worlds (1,000 unless --worlds says otherwise): the chance that it
    lights at least so many others, by person, team and organisation, and what blocks a team.
    """
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, timed
    from spark.cli.settings import scenario_of
    from spark.report import Frame, Next
    from spark.report.conditions import ConditionsAnswer

    refuse_to_overwrite(output)
    scenario, why = scenario_of(path, network_options, model_options, run_options)
    if scenario.run.standard_error is not None:
        raise UsageError("map takes a number of --worlds, not a --standard-error")
    if scenario.probabilities and model_options.probability:
        raise UsageError("map takes one --probability; plan and compare take a list")
    run = dataclasses.replace(scenario.run, worlds=run_options.worlds or WORLDS)
    scenario = dataclasses.replace(scenario, run=run)
    with timed(output, "map") as progress:
        network = study.load(scenario)
        found = study.find_conditions(network, scenario, others=others, most=most, progress=progress)
    choose = other_command("plan", "--count", str(min(10, network.size)))
    frame = Frame(command_line(), why, (Next("Whom would spark start with, all together?", choose),))
    emit(ConditionsAnswer(network, scenario.model, found, frame), output, scenario.run)
