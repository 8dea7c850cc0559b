"""``spark map``: where are conditions right?"""

from __future__ import annotations

import dataclasses

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.options import command_line, examples, other_command
from spark.cli.output import emit, timed
from spark.report import Frame, Next

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
@click.option(
    "--others",
    type=int,
    metavar="M",
    help="How many others a single match is to light.  [default: 10, or a tenth of fewer than 100 people]",
)
@click.option("--most", type=int, default=2000, show_default=True, help="Try at most so many, the best connected.")
@asked_options
def command(
    asked: Asked,
    others: int | None,
    most: int,
) -> None:
    """Try a match at each person alone, in the same worlds (1,000 unless --worlds says otherwise): the chance that it
    lights at least so many others, by person, team and organisation, and what blocks a team.
    """
    from spark import study
    from spark.report.conditions import ConditionsAnswer

    scenario, why = asked.scenario(standard_error=False)
    run = dataclasses.replace(scenario.run, worlds=asked.run.worlds or WORLDS)
    scenario = dataclasses.replace(scenario, run=run)
    with timed(asked.output, "map") as progress:
        network = study.load(scenario)
        found = study.find_conditions(network, scenario, others=others, most=most, progress=progress)
    choose = other_command("plan", "--count", str(min(10, network.size)))
    frame = Frame(command_line(), why, (Next("Whom would spark start with, all together?", choose),))
    emit(ConditionsAnswer(network, scenario.model, found, frame), asked.output, scenario.run)
