"""``spark check``: is everything in order, and what was taken for what?"""

from __future__ import annotations

from pathlib import Path

import click

from spark.cli.help import Command
from spark.cli.options import (
    PATH,
    ModelOptions,
    NetworkOptions,
    OutputOptions,
    command_line,
    examples,
    model_options,
    network_options,
    other_command,
    output_options,
    plot_option,
)


@click.command(
    "check",
    cls=Command,
    short_help="Is everything in order? What was read?",
    epilog=examples("spark check my-trust", "spark check pilot.toml"),
)
@click.argument("path", type=PATH)
@model_options
@network_options
@output_options
@plot_option
def command(path: Path, network_options: NetworkOptions, model_options: ModelOptions, output: OutputOptions) -> None:
    """Read everything, run nothing: say all that is wrong, or what was read, what for, and what looks odd."""
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, timed
    from spark.cli.settings import is_scenario, scenario_of
    from spark.report import Frame, Next
    from spark.report.checked import CheckAnswer

    refuse_to_overwrite(output)
    scenario, why = scenario_of(path, network_options, model_options, several=True)
    with timed(output, "check"):
        network = study.load(scenario)
        study.check(network, scenario)
    if is_scenario(path) and len(scenario.plans) > 1:
        step = Next("Which plan is better?", other_command("compare"))
    else:
        step = Next(
            "Whom would spark start with?",
            other_command("plan", "--count", str(min(10, network.summary()["eligible"]))),
        )
    emit(CheckAnswer(str(path), network, scenario, Frame(command_line(), why, (step,))), output)
