"""``spark doctor``: does everything work on this machine?"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spark.cli.help import Command
from spark.cli.options import OutputOptions, examples, output_options
from spark.version import __version__

if TYPE_CHECKING:
    from spark.report.health import Finding

DISTRIBUTION = "orgspark"
NEEDED = ("click", "networkx", "numpy", "numba", "llvmlite", "scipy", "rich", "pydantic")
WANTED = ("matplotlib", "pandas", "pyarrow")


@click.command(
    "doctor", cls=Command, short_help="Does everything work on this machine?", epilog=examples("spark doctor")
)
@output_options
def command(output: OutputOptions) -> None:
    """Say what is installed and whether it works; ends with code 0 whatever is found."""
    from spark.cli.output import emit, refuse_to_overwrite
    from spark.report.health import DoctorAnswer

    refuse_to_overwrite(output)
    emit(DoctorAnswer(tuple(examine())), output)


def examine() -> Iterator[Finding]:
    """Look at what spark needs, one thing after the other."""
    from spark.report.health import Finding

    home = Path(__file__).parents[1]
    yield Finding("spark", f"{__version__} in {home}")
    yield Finding("Python", f"{platform.python_version()} in {sys.prefix}")
    yield Finding("system", f"{platform.system()} {platform.machine()}")
    yield _cores()
    for name in NEEDED:
        version = _version(name)
        yield Finding(name, version or "not installed", "" if version else f"install it: pip install {name}")
    for name in WANTED:
        yield Finding(f"{name} (optional)", _version(name) or "not installed")
    yield _cache(home)
    yield _kernels()
    yield _owners()
    yield _overwritten(home)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _cores() -> Finding:
    from spark.report.health import Finding

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("cores", f"{usable} to be used, {os.cpu_count()} in all")


def _cache(home: Path) -> Finding:
    from spark.report.health import Finding

    named = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(named) if named else home / "kernels" / "__pycache__"
    if os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return Finding("compiled code", f"kept in {folder}")
    trouble = (
        "the folder cannot be written, so the first run may be slow each time; set NUMBA_CACHE_DIR to one that can"
    )
    return Finding("compiled code", f"should be kept in {folder}", trouble if named else "")


def _kernels() -> Finding:
    """Run the same worlds compiled and in plain Python."""
    from spark.report.health import Finding

    try:
        from spark.generate import ring
        from spark.model import IndependentCascade
        from spark.worlds import simulate

        network, model = ring(20), IndependentCascade(0.3)
        compiled, plain = (simulate(network, model, [0], worlds=64, rng=1, backend=name) for name in ("cpu", "python"))
    except Exception as error:  # whatever it is, the doctor says it
        return Finding("kernels", "do not run", f"{type(error).__name__}: {error}")
    if compiled.sizes.tolist() != plain.sizes.tolist():
        return Finding("kernels", "give wrong numbers", "compiled and plain code disagree; please report this")
    return Finding("kernels", "run, and agree with plain Python")


def _owners() -> Finding:
    from spark.report.health import Finding

    owners = sorted(set(metadata.packages_distributions().get("spark", ())))
    others = [name for name in owners if name != DISTRIBUTION]
    if not others:
        return Finding("distribution", ", ".join(owners) or "run from its source")
    names = " and ".join(others)
    trouble = f"{names} also installs a package called 'spark': uninstall {names}, then reinstall {DISTRIBUTION}"
    return Finding("distribution", ", ".join(owners), trouble)


def _overwritten(home: Path) -> Finding:
    """Whether our files are still as they were installed; an editable install keeps no record of them."""
    from spark.report.health import Finding

    try:
        recorded = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        return Finding("our files", "not recorded")
    changed = []
    for file in recorded:
        path = Path(str(file.locate()))
        if file.hash is None or file.suffix != ".py" or home not in path.parents:
            continue
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest() if path.exists() else b""
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            changed.append(str(file))
    if changed:
        shown = ", ".join(changed[:3]) + (", ..." if len(changed) > 3 else "")
        return Finding("our files", f"{len(changed)} changed", f"{shown}: reinstall {DISTRIBUTION}")
    return Finding("our files", "as installed")
