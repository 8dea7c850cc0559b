"""A file as a table of columns, and in which line each row stands."""

from __future__ import annotations

import csv
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from spark.errors import Fault
from spark.files.bytes import UnreadableError
from spark.files.integers import plain_columns
from spark.files.layout import WHITESPACE, Kind, Layout, Records, layout_of, lines_of, quoting
from spark.network.tables import Faults, Place

_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read: by name of the column int64, float64 or a list of texts.

    In a table of ties the ids are integers: positions in `names`, or the ids themselves where that is None.
    """

    layout: Layout
    columns: Mapping[str, Any]
    names: list[str] | None
    place: Place
    rows: int


def read_table(
    data: bytes,
    path: Path,
    kind: Kind,
    *,
    wanted: Mapping[str, str],
    exact_columns: Callable[[Layout], tuple[list[int], list[int]]],
    faults: Faults,
) -> Table | None:
    """Read a text; None if what is wrong, noted in `faults`, leaves no table.

    Parameters
    ----------
    data : the text, clean UTF-8.
    path : its file.
    kind : what it holds.
    wanted : columns that the user named, by role.
    exact_columns : gives the positions of the columns that hold ids, and of others that must survive as text.
    faults : where what is wrong is noted.
    """
    file = path.name
    try:
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
    keys = [name or f"column {i}" for i, name in enumerate(names, 1)]
    ids, texts = exact_columns(layout)
    if kind != "people" and len(ids) == 2:
        plain = plain_columns(*_plain_body(data, layout), len(names), ids, texts)
        if plain is not None:
            place = Place(kind, file, lambda row: layout.line + row)
            return Table(layout, dict(zip(keys, plain, strict=True)), None, place, len(plain[0]))
    rows = _Rows(data, layout, file, ids, kind == "people", faults)
    place = Place(kind, file, lambda row: rows.lines[row])
    return Table(layout, dict(zip(keys, rows.columns(), strict=True)), list(rows.names), place, len(rows.lines))


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


class _Rows:
    """The slow path: all cells as text, column by column, and the line of each row.

    Spreadsheets leave empty cells at the end of some rows and not of others: these are taken away or added.

    Rows of another width are noted and left out. Of people the ids in such a row stay, so that they are not called
    unknown as well; of ties the ids are numbered while they are read.
    """

    def __init__(self, data: bytes, layout: Layout, file: str, ids: list[int], people: bool, faults: Faults) -> None:
        self.names: defaultdict[str, int] = defaultdict()
        self.names.default_factory = self.names.__len__
        self.lines = array("q")
        self._layout, self._file, self._faults = layout, file, faults
        self._kept = ids if people else None
        self._coded = [] if people else ids
        self._columns: list[Any] = [array("q") if i in self._coded else [] for i in range(len(layout.names))]
        self._shared: dict[str, str] = {}
        self._line = layout.line
        self._read(Records(data, layout.body, layout.delimiter, layout.padded), b'"' not in data)

    def columns(self) -> list[Any]:
        """Return the columns: int64 for the ids of ties, lists of texts for all others."""
        return [np.array(column, dtype=np.int64) if isinstance(column, array) else column for column in self._columns]

    def _read(self, records: Records, plain: bool) -> None:
        blank = [""] * len(self._columns)
        wrong: csv.Error | None = None
        batch = [blank]
        while batch and wrong is None:
            batch = []
            try:
                batch.extend(islice(records.rows, _BATCH))
            except csv.Error as error:
                wrong = error
            if plain and batch and blank not in batch and set(map(len, batch)) == {len(blank)}:
                self.lines.extend(range(self._line, self._line + len(batch)))
                self._line += len(batch)
                self._take(batch)
            else:
                self._take(self._checked(batch))
        if wrong is not None:
            self._faults.add(Fault(quoting(wrong), self._file, self._line))

    def _checked(self, batch: list[list[str]]) -> list[list[str]]:
        """Return the rows of the right width, and count lines one by one."""
        width = len(self._columns)
        named = max((i + 1 for i, name in enumerate(self._layout.names) if name), default=0)
        good = []
        for row in batch:
            if len(row) != width and len(row) >= named and not any(row[width:]):
                row = row[:width] + [""] * (width - len(row))
            if len(row) == width and any(row):
                good.append(row)
                self.lines.append(self._line)
            elif any(row):
                names = "the header names" if self._layout.header else "the first row has"
                count = f"{len(row)} {'cell' if len(row) == 1 else 'cells'}"
                self._faults.add(Fault(f"{count}, but {names} {width}", self._file, self._line))
                if self._kept is not None:
                    good.append([row[i] if i in self._kept and i < len(row) else "" for i in range(width)])
                    self.lines.append(self._line)
            self._line += lines_of(row)
        return good

    def _take(self, rows: list[list[str]]) -> None:
        for i, cells in enumerate(zip(*rows, strict=True)):
            if i in self._coded:
                self._columns[i].extend(map(self.names.__getitem__, cells))
            else:
                self._columns[i].extend([self._shared.setdefault(cell, cell) for cell in cells])
