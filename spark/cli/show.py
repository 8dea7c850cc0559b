"""``spark show``: print a saved result again, in any form, without running anything."""

from __future__ import annotations

from pathlib import Path

import click

from spark.cli.help import Command
from spark.cli.options import PATH, OutputOptions, examples, output_options, plot_option


@click.command(
    "show",
    cls=Command,
    short_help="Print a saved result again.",
    epilog=examples(
        "spark plan my-trust --count 10 --output plan.json",
        "spark show plan.json",
        "spark show plan.json --csv --output plan.csv",
        "spark show plan.json --plot plan.png",
    ),
)
@click.argument("file", type=PATH)
@output_options
@plot_option
def command(file: Path, output: OutputOptions) -> None:
    """Print what a command wrote with --output result.json once more, in any form, without running anything."""
    from spark.cli.output import emit, refuse_to_overwrite
    from spark.files.saved import read_saved
    from spark.report.saved import SavedAnswer

    refuse_to_overwrite(output)
    emit(SavedAnswer(read_saved(file)), output)
