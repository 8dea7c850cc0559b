"""``spark trace``: who lights whom?"""

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
    "trace",
    cls=Command,
    short_help="Who lights whom?",
    epilog=examples(
        "spark trace my-trust --seeds amina,bo",
        "spark trace my-trust --seeds amina,bo --world 17",
        "spark trace my-trust --seeds amina,bo --plot trace.png",
        "spark trace pilot.toml --plan A --json",
    ),
)
@click.argument("path", type=PATH)
@one_plan
@click.option("--world", type=click.IntRange(min=0), help="Also tell what happened in this world, step by step.")
@model_options
@network_options
@run_options
@output_options
@plot_option
def command(
    path: Path,
    wanted: OnePlan,
    world: int | None,
    network_options: NetworkOptions,
    model_options: ModelOptions,
    run_options: RunOptions,
    output: OutputOptions,
) -> None:
    """Say what carries the practice: which ties and organisations light whom, and what comes of each match."""
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, timed
    from spark.cli.settings import scenario_of
    from spark.report import Frame, Next
    from spark.report.lighting import LightingAnswer

    refuse_to_overwrite(output)
    scenario, why = scenario_of(path, network_options, model_options, run_options)
    if scenario.run.standard_error is not None:
        raise UsageError("trace takes a number of --worlds, not a --standard-error")
    drafts = wanted.draft(scenario)
    with timed(output, "trace"):
        network = study.load(scenario)
        name, plan = finished(drafts, scenario, network)
        told, story = study.trace(network, scenario, plan, world)
    frame = Frame(command_line(), why, (Next("How far does it spread?", other_command("simulate", *wanted.words())),))
    emit(LightingAnswer(network, scenario.model, name, told, story, frame), output, scenario.run)
