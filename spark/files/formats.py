"""Which reader a single file needs: by its ending, and for a few formats by how it begins."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from spark.errors import UsageError, nearest
from spark.files.graph import Contents
from spark.files.layout import Kind
from spark.network.roles import Wanted
from spark.network.tables import Faults

GRAPHS = {
    ".graphml": "graphml.read_graphml",
    ".gexf": "gexf.read_gexf",
    ".gml": "gml.read_gml",
    ".net": "pajek.read_pajek",
    ".paj": "pajek.read_pajek",
    ".dl": "ucinet.read_dl",
}
"""The reader of each ending, loaded when it is needed; all but these hold tables."""

WORKBOOKS = (".xlsx", ".xlsm")

_BEGINNINGS = (
    (re.compile(rb"\s*dl\s*(?:n|nr|nc|nm|format)\s*=?\s*\w", re.IGNORECASE), ".dl"),
    (re.compile(rb"\s*(?:%[^\n]*\n\s*)*\*(?:vertices|network)\b", re.IGNORECASE), ".net"),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<graphml\b", re.DOTALL), ".graphml"),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<gexf\b", re.DOTALL), ".gexf"),
)
_LOOK = 4096
_TEXTS = (".txt", ".dat", ".xml", "")


def format_of(path: Path) -> str:
    """Return the ending that says how a file is read, "" for a table of ties."""
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix in GRAPHS or suffix in WORKBOOKS or suffix == ".npz":
        return suffix
    if suffix in _TEXTS:
        start = _start(path)
        return next((ending for begins, ending in _BEGINNINGS if begins.match(start)), "")
    return ""


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return gzip.GzipFile(fileobj=raw).read(_LOOK) if zipped else raw.read(_LOOK)
    except (OSError, EOFError, ValueError):
        return b""  # said where the file is read


def read_contents(
    path: Path, ending: str, wanted: Wanted, encoding: str, stems: Mapping[Kind, Sequence[str]], faults: Faults
) -> tuple[Contents, Wanted]:
    """Read a file that is no table of ties, and say which columns are still to be looked for.

    Raises
    ------
    UnreadableError, UsageError
        As the reader of the format; also if no node has the attribute that is to hold the ids.
    """
    if ending == ".npz":
        from spark.files.arrays import read_arrays

        return read_arrays(path), wanted
    if ending in WORKBOOKS:
        from spark.files.sheets import read_workbook

        return read_workbook(path, stems, wanted, faults), wanted
    module, _, name = GRAPHS[ending].partition(".")
    read: Any = getattr(import_module(f"spark.files.{module}"), name)
    own = wanted.of("people").get("id")
    contents: Contents = read(path, encoding, faults, own)
    if own is None or own == "id":
        return contents, wanted
    people = contents.tables.get("people")
    if people is None or contents.id_column != own:
        names = [name for name in people.columns if name != "id"] if people is not None else []
        raise UsageError(
            f"columns: the nodes of {path.name} have no attribute {own!r}{nearest(own, names)} "
            f"(attributes: {', '.join(names)})"
        )
    others = {role: column for role, column in wanted.of("people").items() if role != "id"}
    return contents, replace(wanted, columns={**wanted.columns, "people": others})
