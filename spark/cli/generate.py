"""``spark generate``: made-up networks."""

from __future__ import annotations

import inspect
import shlex
from pathlib import Path
from typing import Any

import click

from spark.cli.options import examples
from spark.errors import UsageError

KINDS = (
    "health-trust",
    "scale-free",
    "small-world",
    "erdos-renyi",
    "ring",
    "grid",
    "tree",
    "star",
    "path",
    "cycle",
    "clique",
    "r-mat",
)


@click.command(
    "generate",
    short_help="Make up a network, to try things on.",
    epilog=examples(
        "spark generate health-trust --output made-up",
        "spark generate scale-free --people 1000 --ties 5000 --output big",
    ),
)
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder to write.",
)
@click.option("--people", type=int, help="How many people.")
@click.option("--ties", type=int, help="How many ties.")
@click.option("--reach", type=int, help="ring, small-world: neighbours on each side.")
@click.option("--rewired", type=float, help="small-world: share of ties that lead elsewhere.")
@click.option("--rows", type=int, help="grid: how many rows.")
@click.option("--columns", type=int, help="grid: how many columns.")
@click.option("--branches", type=int, help="tree: children a person.")
@click.option("--depth", type=int, help="tree: generations.")
@click.option("--scale", type=int, help="r-mat: 2 to this power is the number of people.")
@click.option("--rng", type=int, help="Start of the random numbers; the same number, the same network.")
@click.option(
    "--copies",
    type=click.IntRange(min=2),
    help="Make so many, in the folders 1, 2, ... of DIR; --rng is that of the first.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing.")
def command(kind: str, folder: Path, copies: int | None, force: bool, quiet: bool, **sizes: Any) -> None:
    """Write a made-up network of one KIND to a folder that the other commands read.

    KIND is health-trust, scale-free, small-world, erdos-renyi, ring, grid, tree, star, path, cycle, clique or r-mat.
    """
    from spark import generate
    from spark.files import write_network

    make = getattr(generate, kind.replace("-", "_"))
    given = {key: value for key, value in sizes.items() if value is not None}
    if kind == "health-trust" and "people" in given:
        given["staff"] = given.pop("people")
    known = inspect.signature(make).parameters
    wrong = [key for key in given if key not in known]
    missing = [key for key, value in known.items() if value.default is inspect.Parameter.empty and key not in given]
    faults = [f"{kind} takes no --{key}" for key in wrong] + [f"{kind} needs --{key}" for key in missing]
    if faults:
        raise UsageError(*faults)
    if copies is not None and "rng" not in known:
        raise UsageError(f"{kind} is not drawn: all copies would be the same")
    network = make(**given)
    if copies is None:
        write_network(network, folder, overwrite=force)
    else:
        _write_copies(make, given, folder, copies, force)
    if copies is not None and not quiet:
        first = shlex.quote(str(folder / f"{1:0{len(str(copies))}}"))
        click.echo(f"Made up, and written to {folder}: {copies:,} networks of about {network.size:,} people.\n")
        click.echo("What to type next\n  Does a rule of thumb hold on all of them?")
        others = f"--networks {shlex.quote(str(folder))}"
        click.echo(f"    spark compare {first} {others} --plan degree=degree:10 --plan random=random:10")
    elif not quiet:
        click.echo(f"Made up, and written to {folder}: {network.size:,} people, {network.tie_count:,} ties.\n")
        click.echo("What to type next\n  Whom would spark start with?")
        click.echo(f"    spark plan {shlex.quote(str(folder))} --count 10")


def _write_copies(make: Any, given: dict[str, Any], folder: Path, copies: int, force: bool) -> None:
    """Write networks that differ in their `rng` alone, to folders whose names sort in order."""
    from spark.files import write_network

    start = given.get("rng", inspect.signature(make).parameters["rng"].default) or 0
    for copy in range(copies):
        network = make(**{**given, "rng": start + copy})
        write_network(network, folder / f"{copy + 1:0{len(str(copies))}}", overwrite=force)
