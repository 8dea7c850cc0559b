"""``spark datasets``: the made-up sample, and the data sets of a folder."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from spark.cli.options import examples

_FOLDER = click.option(
    "--data",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder with one folder a data set; else the environment variable SPARK_DATA.",
)


@click.group(
    "datasets",
    short_help="Data sets to try things on.",
    epilog=examples(
        "spark datasets list",
        "spark datasets show health-trust",
        "spark datasets export health-trust --output trust.graphml",
    ),
)
def command() -> None:
    """List, show and export data sets: a made-up sample, and those of a folder of your own.

    spark ships no data of others; docs/datasets.md says where the classic ones are to be had.
    """


@command.command("list", short_help="What there is.")
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="Write one JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="Write one table.")
def list_(folder: Path | None, as_json: bool, as_csv: bool) -> None:
    """List the data sets: name, people, rows of ties, what it is."""
    from spark import datasets
    from spark.report.catalogue import CatalogueAnswer

    answer = CatalogueAnswer(datasets.catalogue(folder))
    click.echo(answer.json() if as_json else answer.csv() if as_csv else answer.text(), nl=False)


@command.command("show", short_help="What is known of one.")
@click.argument("name")
@_FOLDER
def show(name: str, folder: Path | None) -> None:
    """Say what is known of the data set NAME, before it is read."""
    from spark import datasets
    from spark.report.catalogue import shown

    click.echo(shown(datasets.describe(name, folder)), nl=False)


@command.command("export", short_help="Write one in any format.")
@click.argument("name")
@_FOLDER
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PATH",
    help="A folder for csv files, or a name that ends in .graphml, .gexf, .npz or .parquet.",
)
@click.option("--layer", multiple=True, metavar="NAME", help="Only this layer; repeat for more.")
@click.option(
    "--influence",
    type=click.Choice(["source-to-target", "target-to-source", "both"]),
    help="Which way influence runs along the ties.",
)
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave this column out; repeat for more.")
@click.option("--merge", type=click.Choice(["refuse", "sum"]), default="refuse", help="Rows for the same tie.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing.")
def export(
    name: str,
    folder: Path | None,
    output: Path,
    layer: tuple[str, ...],
    influence: str | None,
    ignore: tuple[str, ...],
    merge: str,
    force: bool,
    quiet: bool,
) -> None:
    """Write the data set NAME as other programs, or the other commands, read it; influence runs source to target."""
    from spark import datasets
    from spark.files import write_network

    network = datasets.load(
        name,
        folder,
        columns={"ignore": list(ignore)} if ignore else None,
        layers=list(layer) or None,
        influence=influence,  # type: ignore[arg-type]  # click has checked it
        merge=merge,  # type: ignore[arg-type]
    )
    write_network(network, output, overwrite=force)
    if not quiet:
        click.echo(f"Written to {output}: {network.size:,} people, {network.tie_count:,} ties.\n")
        click.echo("What to type next\n  What was read, and is it in order?")
        click.echo(f"    spark check {shlex.quote(str(output))}")
