"""Adjacency matrices in tables: the names of the people stand in the first row and in the first column."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Sequence
from itertools import islice

import numpy as np

from spark.errors import Fault
from spark.files.bytes import UnreadableError
from spark.files.graph import Contents, given_table
from spark.files.layout import WHITESPACE, Records, lines_of
from spark.network.people import as_number
from spark.network.tables import Faults

_DELIMITERS = (",", ";", "\t", WHITESPACE)
_NOTHING = ("", "0", "0.0", "0,0", ".")
_SMALLEST_BARE = 4


def matrix_of_text(data: bytes, file: str, faults: Faults) -> Contents | None:
    """Return the ties of a matrix, or None where the text is none.

    Raises
    ------
    UnreadableError
        If it is a matrix without names, or its rows and columns have different names.
    """
    start, line = _first_row(data)
    for delimiter in _DELIMITERS:
        if delimiter != WHITESPACE and delimiter.encode() not in data[start : start + 1_000_000].split(b"\n", 1)[0]:
            continue
        try:
            first_rows = list(islice(Records(data, start, delimiter, False).rows, 3))
            if not _may_be_matrix(first_rows):
                continue
            rows, lines = [], []
            at = line
            for row in Records(data, start, delimiter, False).rows:
                if any(row):
                    rows.append(row)
                    lines.append(at)
                at += lines_of(row)
        except csv.Error:
            return None
        return matrix_of_rows(rows, lines, file, faults, decimal_comma=delimiter == ";")
    return None


def _first_row(data: bytes) -> tuple[int, int]:
    """Return where the first row begins that is neither blank nor a comment, and its line."""
    start, line = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        row = data[start:end].strip()
        if row and not row.startswith((b"#", b"%")):
            break
        start, line = end + 1, line + 1
    return start, line


def _may_be_matrix(rows: Sequence[Sequence[str]]) -> bool:
    """Judge by the first rows: their first cells are the first names above, or all cells are numbers."""
    if len(rows) < 3:
        return False
    head = [cell.strip() for cell in rows[0]]
    shift = len(rows[1]) - len(head)
    names = head[1:] if shift == 0 else head
    if shift in (0, 1) and len(names) > 1 and rows[1] and rows[2]:
        second = [row[0].strip() for row in rows[1:3]]
        if len({*second}) == 2 and {*second} <= {*names} and head[0] not in ("source", "from"):
            return True
    return len(head) >= _SMALLEST_BARE and shift == 0 and all(map(_is_number, (*rows[0], *rows[1])))


def _is_number(cell: str) -> bool:
    return as_number(cell) is not None


def matrix_of_rows(
    rows: Sequence[Sequence[str]], lines: Sequence[int], file: str, faults: Faults, *, decimal_comma: bool = False
) -> Contents | None:
    """Return the ties of a matrix of cells; the parameters and errors are those of `matrix_of_text`.

    Parameters
    ----------
    rows, lines : the cells of each row, blank rows left out, and where it stands.
    decimal_comma : 0,5 is a half.
    """
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell.strip()), default=0)
    rows = [row[:width] for row in rows]  # spreadsheets leave empty columns behind
    if len(rows) < 2:
        return None
    n = len(rows)
    if n >= _SMALLEST_BARE and all(len(row) == n for row in rows) and all(map(_is_number, rows[0])):
        if all(row[i] in _NOTHING for i, row in enumerate(rows)) and all(_is_number(c) for row in rows for c in row):
            said = "looks like a matrix without names; put the names of the people into the first row and first column"
            raise UnreadableError(Fault(said, file, lines[0]))
        return None
    head = [cell.strip() for cell in rows[0]]
    body = rows[1:]
    columns = head if len(body[0]) == len(head) + 1 else head[1:]
    names = [row[0].strip() if row else "" for row in body]
    if {*names} != {*columns} or len({*names}) != len(names) or len(columns) != len(names):
        return _refuse_near(names, columns, file, lines)
    source, target, weight, places = array("q"), array("q"), array("d"), array("q")
    at = [names.index(name) for name in columns] if names != columns else list(range(len(names)))
    for i, (row, line) in enumerate(zip(body, lines[1:], strict=True)):
        cells = row[1:]
        if len(cells) > len(columns):
            faults.add(
                Fault(f"{len(cells):,} cells beside the name, but there are {len(columns):,} columns", file, line)
            )
        for j, cell in enumerate(cells[: len(columns)]):
            if cell.strip() in _NOTHING:
                continue
            number = as_number(cell.replace(",", ".") if decimal_comma else cell)
            if number is None:
                faults.add(Fault(f"{cell!r} is not a number of at least 0", file, line, columns[j]))
            elif number != 0:
                source.append(i)
                target.append(at[j])
                weight.append(number)
                places.append(line)
    ends = {"source": np.array(source, dtype=np.int64), "target": np.array(target, dtype=np.int64)}
    table = {**ends, "weight": np.array(weight, dtype=np.float64)}
    notes = [
        f"{file}: a matrix of {len(names):,} people; a row is taken to influence the columns, "
        "and influence 'target-to-source' says that a row names those who influence it"
    ]
    return Contents(
        {
            "ties": given_table("ties", table, len(source), file=file, line=lambda row: places[row], names=names),
            "people": given_table("people", {"id": names}, len(names), file=file, line=lambda row: lines[row + 1]),
        },
        notes=notes,
    )


def _refuse_near(names: list[str], columns: list[str], file: str, lines: Sequence[int]) -> Contents | None:
    """Say which names differ where most are the same: that is a matrix with a mistake, not a table."""
    same = {*names} & {*columns}
    if len(same) * 2 <= max(len(names), len(columns)) or len(names) < 2:
        return None
    if len({*names}) < len(names) or len({*columns}) < len(columns):
        among = names if len({*names}) < len(names) else columns
        twice = next(name for i, name in enumerate(among) if name in among[:i])
        raise UnreadableError(Fault(f"{twice!r} stands twice among the names of the matrix", file, lines[0]))
    only_rows = [name for name in names if name not in same]
    only_columns = [name for name in columns if name not in same]
    parts = [
        f"{len(extra):,} only {where}, such as {extra[0]!r}"
        for extra, where in ((only_rows, "in the first column"), (only_columns, "in the first row"))
        if extra
    ]
    said = f"the rows and columns of a matrix of ties have the same names; {' and '.join(parts)}"
    raise UnreadableError(Fault(said, file, lines[0]))
