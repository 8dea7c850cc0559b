"""A file as a table of columns, and in which line each row stands."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault
from spark.files.bytes import UnreadableError, text_bytes
from spark.files.integers import plain_numbers
from spark.files.layout import WHITESPACE, Kind, Layout, Records, layout_of, lines_of, quoting
from spark.network.tables import Faults, Place

_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read: by name of the column int64, float64 or a list of texts."""

    layout: Layout
    columns: Mapping[str, Any]
    place: Place
    rows: int


def read_table(
    path: Path,
    kind: Kind,
    *,
    encoding: str,
    wanted: Mapping[str, str],
    exact_columns: Callable[[Layout], list[int]],
    faults: Faults,
) -> Table | None:
    """Read a file; None if what is wrong, noted in `faults`, leaves no table.

    Parameters
    ----------
    path, encoding : the file.
    kind : what it holds.
    wanted : columns that the user named, by role.
    exact_columns : gives the positions of the columns that must survive as text, such as ids, all others being
        numbers if they are used.
    faults : where what is wrong is noted.
    """
    file = path.name
    try:
        data = text_bytes(path, file, encoding)
        layout = layout_of(data, path, kind, wanted)
    except UnreadableError as wrong:
        faults.add(wrong.fault)
        return None
    names = layout.names
    repeated = dict.fromkeys(name for i, name in enumerate(names) if name and name in names[:i])
    for name in repeated:
        faults.add(Fault("two columns have this name", file, layout.line - 1, name))
    if repeated:
        return None
    exact = exact_columns(layout)
    numbers = plain_numbers(*_plain_body(data, layout), len(names), exact) if kind != "people" and exact else None
    if numbers is not None:
        place = Place(kind, file, lambda row: layout.line + row)
        return Table(layout, dict(zip(names, numbers, strict=True)), place, numbers[0].size)
    cells, lines = _cells(data, layout, file, exact if kind == "people" else None, faults)
    place = Place(kind, file, lambda row: int(lines[row]))
    return Table(layout, dict(zip(names, cells, strict=True)), place, lines.size)


def _plain_body(data: bytes, layout: Layout) -> tuple[bytes, int]:
    """Return the rows as the fast path wants them, and the byte of the delimiter."""
    body = data[layout.body :]
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    if layout.delimiter == WHITESPACE:
        body = body.replace(b"\t", b" ")
        if b"  " in body or b" \n" in body or b"\n " in body or body[:1] == b" ":
            body = re.sub(rb" *\n *", b"\n", re.sub(rb"  +", b" ", body)).lstrip(b" ")
    elif layout.padded:
        body = body.replace(f"{layout.delimiter} ".encode(), layout.delimiter.encode())
    if not body.endswith(b"\n") or body.endswith(b"\n\n"):
        body = body.rstrip() + b"\n" if body.strip() else b""
    return body, ord(layout.delimiter)


def _cells(
    data: bytes, layout: Layout, file: str, kept: list[int] | None, faults: Faults
) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Return the cells as text, column by column, and the line of each row.

    Rows of another width are noted, and left out; or only their cells at the positions `kept` stay, so that an id in
    such a row is not called unknown as well.
    """
    width = len(layout.names)
    records = Records(data, layout.body, layout.delimiter, layout.padded)
    columns: list[list[str]] = [[] for _ in range(width)]
    lines = array("q")
    line = layout.line
    shared: dict[str, str] = {}
    more = True
    while more:
        batch: list[list[str]] = []
        wrong: csv.Error | None = None
        try:
            batch.extend(islice(records.rows, _BATCH))
        except csv.Error as error:
            wrong = error
        more = len(batch) == _BATCH
        good = []
        for row in batch:
            if len(row) == width and any(row):
                good.append(row)
                lines.append(line)
            elif any(row):
                names = "the header names" if layout.header else "the first row has"
                count = f"{len(row)} {'cell' if len(row) == 1 else 'cells'}"
                faults.add(Fault(f"{count}, but {names} {width}", file, line))
                if kept is not None:
                    good.append([row[i] if i in kept and i < len(row) else "" for i in range(width)])
                    lines.append(line)
            line += lines_of(row)
        for column, cells in zip(columns, zip(*good, strict=True), strict=False):
            column.extend([shared.setdefault(cell, cell) for cell in cells])
        if wrong is not None:
            faults.add(Fault(quoting(wrong), file, line))
            more = False
    return columns, np.array(lines, dtype=np.int64)
