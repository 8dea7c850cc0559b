"""``spark trace``: who lights whom?"""

from __future__ import annotations

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.one_plan import OnePlan, finished, one_plan
from spark.cli.options import command_line, examples, other_command
from spark.cli.output import emit, timed
from spark.report import Frame, Next


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
@one_plan
@click.option("--world", type=click.IntRange(min=0), help="Also tell what happened in this world, step by step.")
@asked_options
def command(
    asked: Asked,
    wanted: OnePlan,
    world: int | None,
) -> None:
    """Say what carries the practice: which ties and organisations light whom, and what comes of each match."""
    from spark import study
    from spark.report.lighting import LightingAnswer

    scenario, why = asked.scenario(standard_error=False)
    drafts = wanted.draft(scenario)
    with timed(asked.output, "trace"):
        network = study.load(scenario)
        name, plan = finished(drafts, scenario, network)
        told, story = study.trace(network, scenario, plan, world)
    frame = Frame(command_line(), why, (Next("How far does it spread?", other_command("simulate", *wanted.words())),))
    emit(LightingAnswer(network, scenario.model, name, told, story, frame), asked.output, scenario.run)
