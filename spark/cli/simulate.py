"""``spark simulate``: how far does this plan spread?"""

from __future__ import annotations

import dataclasses

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.one_plan import OnePlan, finished, one_plan
from spark.cli.options import command_line, examples, other_command
from spark.cli.output import emit, timed
from spark.report import Frame, Next


@click.command(
    "simulate",
    cls=Command,
    short_help="How far does this plan spread?",
    epilog=examples(
        "spark simulate my-trust --seeds amina,bo",
        "spark simulate my-trust --seeds @first-ten.csv --probability 0.1",
        "spark simulate pilot.toml --plan A",
        "spark simulate pilot.toml --plan A --over-time-by organisation",
    ),
)
@one_plan
@click.option(
    "--over-time-by",
    multiple=True,
    metavar="COLUMN",
    help="A curve for each group of this column of the people, such as organisation or team (repeatable); --csv then "
    "holds the curves.",
)
@asked_options
def command(asked: Asked, wanted: OnePlan, over_time_by: tuple[str, ...]) -> None:
    """Try one plan in many worlds: how many people practise in the end, where, and when."""
    from spark import study
    from spark.report.spread import SpreadAnswer

    scenario, why = asked.scenario()
    if over_time_by:
        scenario = dataclasses.replace(scenario, run=dataclasses.replace(scenario.run, over_time_by=over_time_by))
    drafts = wanted.draft(scenario)
    with timed(asked.output, "simulate") as progress:
        network = study.load(scenario)
        name, plan = finished(drafts, scenario, network)
        fixed, spread = study.simulate(network, scenario, plan, progress=progress)
    choose = other_command("plan", "--count", str(len(spread.seeds) or min(10, network.size)))
    frame = Frame(command_line(), why, (Next("Whom would spark start with?", choose),))
    emit(SpreadAnswer(network, scenario.model, name, fixed, spread, frame), asked.output, scenario.run)
