"""The options that say how to read the network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from spark.cli.options.bundle import bundle


def _assignment(text: str) -> tuple[str, str]:
    role, equals, name = text.partition("=")
    if not (role and equals and name):
        raise click.BadParameter(f"{text!r} is not of the form role=name, such as source=sender")
    return role, name


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How to read the network."""

    columns: tuple[tuple[str, str], ...]
    layer: tuple[str, ...]
    influence: str | None
    merge: str | None
    encoding: str | None
    observed: Path | None


network_options = bundle(
    "network_options",
    NetworkOptions,
    click.option(
        "--columns",
        multiple=True,
        type=_assignment,
        metavar="ROLE=NAME",
        help="Which column plays a role, such as source=sender. Repeatable.",
    ),
    click.option("--layer", multiple=True, help="Use only this layer of ties. Repeatable."),
    click.option(
        "--influence",
        type=click.Choice(["source-to-target", "target-to-source", "both"]),
        help="Which way influence runs along a tie. 'amina names bo as her adviser' is target-to-source.",
    ),
    click.option(
        "--merge",
        type=click.Choice(["refuse", "sum"]),
        help="Rows for the same tie that disagree: refuse them, or add their columns.  [default: refuse]",
    ),
    click.option("--encoding", help="Encoding of the files.  [default: utf-8]"),
    click.option(
        "--from",
        "observed",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Who practises now: ids, one a line or in a column id; steps_ago says since when. In place of 'adopted'.",
    ),
)
