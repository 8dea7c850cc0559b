"""Run the benchmarks and print their tables as Markdown."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numba
import numpy as np

import spark
from benchmarks.adoption import measure_adoption
from benchmarks.beside import compare_speed
from benchmarks.certificates import measure_certificates
from benchmarks.choosers import measure_choosers
from benchmarks.choosing import measure_choosing
from benchmarks.continuous import measure_epidemics
from benchmarks.graphml import measure_graphml
from benchmarks.growth import measure_growth
from benchmarks.intervals import measure_intervals
from benchmarks.large import measure_large
from benchmarks.mix_bounds import measure_mix_bounds
from benchmarks.mixes import measure_mixes
from benchmarks.peers import measure_peers
from benchmarks.sandwich import measure_sandwich
from benchmarks.spreads import measure_spreads
from benchmarks.start import compare_starts
from benchmarks.thresholds import compare_thresholds

TABLES = (
    "speed",
    "thresholds",
    "choosing",
    "spreads",
    "choosers",
    "large",
    "certificates",
    "sandwich",
    "epidemics",
    "adoption",
    "mixes",
    "mix-bounds",
    "start",
    "graphml",
    "growth",
    "statistics",
    "peers",
)


def main() -> None:
    """Parse the options, run what they name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the case of 15,000 people only, cascades only")
    parser.add_argument("--only", choices=TABLES, help="one table only")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each system (default 5)")
    options = parser.parse_args()
    print(
        f"spark {spark.__version__}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"numba {numba.__version__}; {platform.system()} {platform.machine()}; one worker; CPU time; medians"
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        tables: Mapping[str, tuple[str, Iterable[str]]] = {
            "speed": ("Cascades", compare_speed(folder, quick=options.quick, rounds=options.rounds)),
            "thresholds": ("Thresholds", compare_thresholds(folder, quick=options.quick, rounds=options.rounds)),
            "choosing": ("Choosing seeds", measure_choosing(quick=options.quick)),
            "spreads": ("Spreads of choices", measure_spreads(quick=options.quick)),
            "choosers": ("Choosing beside others", measure_choosers(folder, quick=options.quick)),
            "large": ("A very large network", measure_large(quick=options.quick)),
            "certificates": ("Certificates", measure_certificates(quick=options.quick)),
            "sandwich": ("The sandwich", measure_sandwich(quick=options.quick)),
            "epidemics": ("Epidemics", measure_epidemics(quick=options.quick, rounds=options.rounds)),
            "adoption": ("The full model", measure_adoption(quick=options.quick, rounds=options.rounds)),
            "mixes": ("The best mix", measure_mixes(quick=options.quick)),
            "mix-bounds": ("Bounds of mixes", measure_mix_bounds(quick=options.quick)),
            "start": ("Starting", compare_starts(folder, quick=options.quick)),
            "graphml": ("Reading GraphML", measure_graphml(folder, quick=options.quick)),
            "growth": ("Growth", measure_growth(quick=options.quick, rounds=options.rounds)),
            "peers": ("Beside the others", measure_peers(folder, quick=options.quick)),
            "statistics": ("How sure comparisons are", measure_intervals(quick=options.quick)),
        }
        chosen = [options.only] if options.only else ["speed"] if options.quick else list(tables)
        for key in chosen:
            title, lines = tables[key]
            print(f"\n### {title}\n")
            for line in lines:
                print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
