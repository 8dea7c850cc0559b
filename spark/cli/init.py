"""``spark init``: files to fill in."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from spark.cli.options import examples
from spark.errors import UsageError

FILES = ("scenario.toml", "people.csv", "ties.csv", "partners.csv")


@click.command("init", short_help="Make a folder with files to fill in.", epilog=examples("spark init my-trust"))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing.")
def command(folder: Path, force: bool, quiet: bool) -> None:
    """Write a commented scenario.toml with people.csv, ties.csv and partners.csv, which work as they are."""
    from spark.cli.output import write_file

    in_the_way = [name for name in FILES if (folder / name).exists()]
    if in_the_way and not force:
        raise UsageError(
            f"{folder} has {', '.join(in_the_way)} already; add --force to overwrite, or choose another DIR"
        )
    folder.mkdir(parents=True, exist_ok=True)
    starter = files("spark.cli") / "starter"
    for name in FILES:
        write_file(folder / name, (starter / name).read_bytes())
    if not quiet:
        scenario = shlex.quote(str(folder / "scenario.toml"))
        click.echo(f"Written to {folder}: {', '.join(FILES)}.\n")
        click.echo("What to type next")
        for reason, line in (
            ("Is everything in order? (again, once your own people and ties are in)", "check"),
            ("Which plan is better?", "compare"),
            ("Whom would spark start with?", "plan"),
        ):
            click.echo(f"  {reason}\n    spark {line} {scenario}")
