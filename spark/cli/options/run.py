"""The options that say how the worlds are run, and where the results go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from spark.cli.help import head
from spark.cli.options.bundle import bundle
from spark.errors import UsageError


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How the worlds are run."""

    worlds: int | None
    standard_error: float | None
    horizon: int | None
    rng: int | None
    workers: int | None
    backend: str | None


run_options = bundle(
    "run_options",
    RunOptions,
    click.option("--worlds", type=click.IntRange(min=2), help="How many ways things may go to try.  [default: 4096]"),
    click.option(
        "--standard-error",
        type=click.FloatRange(min=0, min_open=True),
        help="Go on until the mean is known this well, in people, instead of a fixed number of worlds.",
    ),
    click.option("--horizon", type=click.IntRange(min=0), help="Stop after this step.  [default: when all is over]"),
    click.option(
        "--rng", type=int, help="Start of the random numbers; the same number, the same answer.  [default: 0]"
    ),
    click.option(
        "--workers", type=click.IntRange(min=1), help="Cores to use; changes no result.  [default: all of them]"
    ),
    click.option("--backend", help="What runs the worlds; changes no result.  [default: cpu]"),
)


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where the results go, and in which form."""

    json: bool
    csv: bool
    output: Path | None
    force: bool
    quiet: bool

    def __post_init__(self) -> None:
        if self.json and self.csv:
            raise UsageError("give either --json or --csv, not both")

    @property
    def form(self) -> str:
        """``text``, ``json`` or ``csv``; without an option, what the name of the file says."""
        if self.json or self.csv:
            return "json" if self.json else "csv"
        suffix = self.output.suffix.lower() if self.output else ""
        return suffix[1:] if suffix in {".json", ".csv"} else "text"


output_options = bundle(
    "output",
    OutputOptions,
    click.option("--json", is_flag=True, help="One JSON document; see docs/schemas."),
    click.option("--csv", is_flag=True, help="One table as CSV."),
    click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write to this file; .json and .csv choose the form.",
    ),
    click.option("--force", is_flag=True, help="Overwrite files that exist."),
    click.option("--quiet", "-q", is_flag=True, help="No progress and no remarks."),
)


PICTURES = (".png", ".svg", ".pdf")
_PLOT = "spark.plot"


def _keep_plot(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None and value.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"{str(value)!r} does not end in {', '.join(PICTURES[:-1])} or {PICTURES[-1]}")
    context.meta[_PLOT] = value


head(OutputOptions, ["plot"])
plot_option = click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    expose_value=False,
    callback=_keep_plot,
    help="Also draw it: a .png, .svg or .pdf (needs matplotlib).",
)
"""For commands whose answers have a picture; `spark.cli.output.emit` draws it."""


def plot_file() -> Path | None:
    """Return the file of --plot, if there is one."""
    found: Path | None = click.get_current_context().meta.get(_PLOT)
    return found
