"""The command line. One thin file a command: it parses, calls `spark.study`, and renders with `spark.report`."""

from __future__ import annotations

from spark.cli.group import LazyGroup
from spark.version import __version__

COMMANDS = {
    "demo": "spark.cli.demo",
    "init": "spark.cli.init",
    "check": "spark.cli.check",
    "simulate": "spark.cli.simulate",
    "plan": "spark.cli.plan",
    "mix": "spark.cli.mix",
    "compare": "spark.cli.compare",
    "map": "spark.cli.map",
    "trace": "spark.cli.trace",
    "show": "spark.cli.show",
    "generate": "spark.cli.generate",
    "datasets": "spark.cli.datasets",
    "doctor": "spark.cli.doctor",
    "completion": "spark.cli.completion",
}
"""The module of each command, in the order of the help."""

HELP = """Where to light the first matches, so that a practice spreads.

\b
New here?   spark demo             the whole job on a made-up health trust
Your data:  spark init my-trust    a folder with files to fill in

PATH, in the commands below, is a folder with people.csv and ties.csv (and partners.csv), one file of ties, or a
scenario.toml. Results go to standard output, everything else to standard error.

\b
Exit codes: 0 done, 1 the run failed, 2 something wrong on the command line,
3 something wrong in a file, 4 a wish that cannot be met, 130 interrupted.
"""

command = LazyGroup("spark", commands=COMMANDS, help=HELP, version=__version__)


def main() -> None:
    """Run the command line; the executables `spark` and `orgspark` start here."""
    command()
