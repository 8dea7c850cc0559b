"""``spark demo``: the whole job on a made-up health trust."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spark.cli.help import Command
from spark.cli.options import OutputOptions, examples, output_options

if TYPE_CHECKING:
    from spark.report import Next

MATCHES = 10
PARTNERS = 0.02


@click.command(
    "demo",
    cls=Command,
    short_help="See the whole job on a made-up health trust.",
    epilog=examples("spark demo", "spark demo --write made-up-trust"),
)
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the made-up network to this folder, too, to try the other commands on it.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Cores to use; changes no result.  [default: all of them]")
@output_options
def command(folder: Path | None, workers: int | None, output: OutputOptions) -> None:
    """Make up a health trust and its partners, choose ten people to start with, and compare them with ten people at
    random, the ten most connected, and a thin message to everybody.
    """
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite, remark, timed
    from spark.files import write_network
    from spark.generate import health_trust
    from spark.model import WeightedCascade
    from spark.plan import Broadcast, Plan, Seeds
    from spark.report import Frame
    from spark.report.demo import DemoAnswer
    from spark.request import ChoiceRequest
    from spark.scenario import NetworkFile, Run, Scenario

    refuse_to_overwrite(output)
    network = health_trust(rng=1)
    if folder is not None:
        write_network(network, folder, overwrite=output.force)
    scenario = Scenario(
        NetworkFile(folder or Path("made-up-trust")), WeightedCascade(partners=PARTNERS), run=Run(workers=workers)
    )
    remark(output, "working; the first time on a machine this takes up to half a minute")
    with timed(output, "demo") as progress:
        chosen = study.choose(network, scenario, ChoiceRequest(count=MATCHES), progress=progress)
        plans: dict[str, Plan | ChoiceRequest] = {
            "chosen by spark": Plan(Seeds(chosen.choice.seeds)),
            "most connected": ChoiceRequest(count=MATCHES, method="degree"),
            "at random": ChoiceRequest(count=MATCHES, method="random"),
            "thin message": Plan(Broadcast(probability=MATCHES / network.size)),
        }
        compared = study.compare(network, scenario, plans, progress=progress)
    answer = DemoAnswer(network, scenario.model, chosen, compared, Frame("spark demo", next=_next(folder)))
    emit(answer, output, scenario.run)


def _next(folder: Path | None) -> tuple[Next, ...]:
    from spark.report import Next

    trust = shlex.quote(str(folder or "made-up-trust"))
    first = (
        []
        if folder
        else [Next("Keep the made-up trust in a folder, to try things on it:", f"spark demo --write {trust}")]
    )
    return (
        *first,
        Next("What was read, and does it look right?", f"spark check {trust}"),
        Next(
            "Whom to start with, the same question once more:",
            f"spark plan {trust} --count {MATCHES} --partners {PARTNERS}",
        ),
        Next("Your own people and ties:", "spark init my-trust"),
    )
