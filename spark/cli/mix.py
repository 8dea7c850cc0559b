"""``spark mix``: where does the money go?"""

from __future__ import annotations

import click

from spark.cli.asked import Asked, asked_options
from spark.cli.help import Command
from spark.cli.options import command_line, examples, other_command
from spark.cli.output import emit, timed
from spark.errors import UsageError, nearest
from spark.plan import Plan
from spark.report import Frame, Next

VERBS_HELP = (
    "Kinds of intervention to choose from: of seed, boost, sustain, bridge and broadcast, separated by commas.  "
    "[default: all that the model can carry out]"
)


@click.command(
    "mix",
    cls=Command,
    short_help="Where does the money go?",
    epilog=examples(
        "spark mix my-trust --budget 20",
        "spark mix my-trust --budget 20 --verbs seed,boost,broadcast",
        "spark mix pilot.toml --budget 20000 --candidates 'all ideas'",
        "spark mix pilot.toml --budget 20000 --terms prices",
    ),
)
@click.option("--budget", type=click.FloatRange(min=0), required=True, help="What all that is done may cost together.")
@click.option("--verbs", metavar="LIST", help=VERBS_HELP)
@click.option(
    "--candidates",
    metavar="NAME",
    help="The plan of the scenario whose interventions are the candidates, each seed one of her own.",
)
@click.option(
    "--terms",
    metavar="NAME",
    help="The plan of the scenario whose interventions say how strong and how dear each kind is.",
)
@asked_options
def command(
    asked: Asked,
    budget: float,
    verbs: str | None,
    candidates: str | None,
    terms: str | None,
) -> None:
    """Choose the mix of seeds, boosts, help to keep going, introductions and broadcasts that lights most for a budget.

    Without --candidates spark makes a list: the best connected people, and every team or pair of teams that looks
    promising.
    """
    mixed(asked, budget, verbs, candidates, terms)


def mixed(
    asked: Asked, budget: float, verbs: str | None, candidates: str | None = None, terms: str | None = None
) -> None:
    """Choose and print."""
    from spark import study
    from spark.report.mix import MixAnswer

    if candidates is not None and (verbs is not None or terms is not None):
        raise UsageError("--candidates lists what there is to choose from; give no --verbs or --terms beside it")
    scenario, why = asked.scenario()
    known = {name: plan for name, plan in scenario.plans.items() if isinstance(plan, Plan)}
    wanted = {"--candidates": candidates, "--terms": terms}
    faults = [
        f"{option} {name}: the scenario has no plan of that name without a choice{nearest(name, known)}"
        for option, name in wanted.items()
        if name is not None and name not in known
    ]
    if faults:
        raise UsageError(*faults)
    with timed(asked.output, "mix") as progress:
        network = study.load(scenario)
        found = study.mix(
            network,
            scenario,
            budget,
            verbs=None if verbs is None else [verb.strip() for verb in verbs.split(",")],
            candidates=None if candidates is None else known[candidates],
            terms=None if terms is None else known[terms],
            progress=progress,
        )
    listed = (("--verbs", verbs), ("--candidates", candidates), ("--terms", terms))
    same = [word for option, value in listed if value is not None for word in (option, value)]
    more = other_command("mix", *same, "--budget", f"{2 * budget:g}")
    steps = (
        Next("What would twice the money do?", more),
        Next(
            "Whom would spark start with, if seeds were all there is?", other_command("plan", "--budget", f"{budget:g}")
        ),
    )
    made_up = () if candidates is not None else study.made_up(network, found, None if terms is None else known[terms])
    emit(
        MixAnswer(network, scenario.model, found, made_up, Frame(command_line(), why, steps)),
        asked.output,
        scenario.run,
    )
