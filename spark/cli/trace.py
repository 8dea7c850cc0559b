"""``spark trace``: who lights whom?"""

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
    run_options,
)
from spark.cli.plans import Draft, finish, read_plans, read_seeds
from spark.cli.simulate import PLAN_HELP, SEEDS_HELP
from spark.errors import UsageError


@click.command(
    "trace",
    cls=Command,
    short_help="Who lights whom?",
    epilog=examples(
        "spark trace my-trust --seeds amina,bo",
        "spark trace my-trust --seeds amina,bo --world 17",
        "spark trace pilot.toml --plan A --json",
    ),
)
@click.argument("path", type=PATH)
@click.option("--seeds", "-s", multiple=True, metavar="IDS", help=SEEDS_HELP)
@click.option("--plan", "plans", multiple=True, metavar="NAME", help=PLAN_HELP)
@click.option("--world", type=click.IntRange(min=0), help="Also tell what happened in this world, step by step.")
@model_options
@network_options
@run_options
@output_options
def command(
    path: Path,
    seeds: tuple[str, ...],
    plans: tuple[str, ...],
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
    drafts = read_plans(plans or (() if seeds else tuple(scenario.plans)), scenario.plans)
    if seeds:
        drafts[""] = Draft(read_seeds(seeds))
    if len(drafts) != 1:
        names = f"--plan with one of {', '.join(scenario.plans)}" if scenario.plans else "--seeds '' for nobody"
        raise UsageError(f"give one plan: --seeds a,b or --seeds @FILE, or {names}")
    with timed(output, "trace"):
        network = study.load(scenario)
        ((name, plan),) = finish(drafts, scenario.plans, network).items()
        told, story = study.trace(network, scenario, plan, world)
    asked = [("--seeds", text) for text in seeds] + [("--plan", text) for text in plans]
    options = [word for pair in asked for word in pair]
    frame = Frame(command_line(), why, (Next("How far does it spread?", other_command("simulate", *options)),))
    emit(LightingAnswer(network, scenario.model, name, told, story, frame), output, scenario.run)
