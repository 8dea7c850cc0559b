"""``spark show``: print a saved result again, in any form, without running anything."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from spark.cli.help import Command
from spark.cli.options import (
    PATH,
    NetworkOptions,
    OutputOptions,
    examples,
    network_options,
    output_options,
    plot_file,
    plot_option,
)
from spark.errors import UsageError


@click.command(
    "show",
    cls=Command,
    short_help="Print a saved result again.",
    epilog=examples(
        "spark plan my-trust --count 10 --output plan.json",
        "spark show plan.json",
        "spark show plan.json --csv --output plan.csv",
        "spark show plan.json --plot plan.png --network my-trust",
    ),
)
@click.argument("file", type=PATH)
@click.option(
    "--network", "path", type=PATH, metavar="PATH", help="The network of the result: --plot then draws its map, too."
)
@network_options
@output_options
@plot_option
def command(file: Path, path: Path | None, network_options: NetworkOptions, output: OutputOptions) -> None:
    """Print what a command wrote with --output result.json once more, in any form, without running anything."""
    from spark import study
    from spark.cli.output import emit, refuse_to_overwrite
    from spark.cli.settings import network_of
    from spark.files.saved import read_saved
    from spark.report.saved import SavedAnswer

    refuse_to_overwrite(output)
    given = any(getattr(network_options, item.name) for item in dataclasses.fields(network_options))
    if (path is not None or given) and plot_file() is None:
        raise UsageError("--network and how to read it are for the map of --plot FILE")
    if path is None and given:
        raise UsageError("give --network PATH with the options that say how to read it")
    network = None if path is None else study.load(network_of(path, network_options))
    emit(SavedAnswer(read_saved(file), network), output)
