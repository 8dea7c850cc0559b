"""Excel workbooks: sheets of ties, people and partners, read with openpyxl where it is installed."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from spark.errors import Fault, UsageError
from spark.files.bytes import UnreadableError
from spark.files.graph import Contents, given_table, number_text
from spark.files.layout import Kind, has_header
from spark.files.matrix import matrix_of_rows
from spark.files.table import Table
from spark.network.roles import Wanted
from spark.network.tables import Faults

LARGEST = 1 << 30
"""Bytes of a workbook once unzipped."""


def read_workbook(path: Path, stems: Mapping[Kind, Sequence[str]], wanted: Wanted, faults: Faults) -> Contents:
    """Read the sheets of a workbook that are called as files of a folder are; one sheet alone holds ties.

    Parameters
    ----------
    path : the workbook, .xlsx or .xlsm.
    stems : for each table, how its sheet may be called.
    wanted : columns that the user named.
    faults : where what is wrong is noted.

    Raises
    ------
    UsageError
        If openpyxl is not installed.
    UnreadableError
        If it is no workbook, or no sheet holds ties.
    """
    sheets = _cells(path)
    found: dict[Kind, str] = {}
    for kind, names in stems.items():
        called = [name for name in sheets if name.strip().lower() in names]
        if len(called) > 1:
            raise UnreadableError(Fault(f"the sheets {' and '.join(called)} are both there; keep one", path.name))
        if called:
            found[kind] = called[0]
    if not found and len(sheets) == 1:
        found["ties"] = next(iter(sheets))
    if "ties" not in found:
        raise UnreadableError(Fault(f"no sheet is called ties or edges (sheets: {', '.join(sheets)})", path.name))
    contents = Contents({}, not_read=tuple(f"{path.name} ({name})" for name in sheets if name not in found.values()))
    for kind, name in found.items():
        file = f"{path.name} ({name})"
        lines = [i for i, row in enumerate(sheets[name], 1) if any(row)]
        rows = [row for row in sheets[name] if any(row)]
        if not rows:
            raise UnreadableError(Fault("the sheet is empty", file))
        matrix = matrix_of_rows(rows, lines, file, faults) if kind == "ties" else None
        if matrix is None:
            contents.tables[kind] = _table(rows, lines, kind, file, wanted)
        else:
            contents.notes += matrix.notes
            contents.tables |= {
                kind: table for kind, table in matrix.tables.items() if kind not in found or kind == "ties"
            }
    return contents


def _cells(path: Path) -> dict[str, list[list[str]]]:
    """Return the cells of all sheets as texts."""
    try:
        import openpyxl
    except ImportError:
        raise UsageError(
            f"{path.name}: Excel workbooks are read with openpyxl, which is not installed: "
            "pip install 'orgspark[tables]', or save the sheets as CSV (UTF-8)"
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise UnreadableError(Fault(f"unzips to more than {LARGEST >> 30} GiB; save it as CSV", path.name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not know: drop-down lists, colours
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                return {
                    sheet.title: [list(map(_text, row)) for row in sheet.iter_rows(values_only=True)]
                    for sheet in book.worksheets
                }
            finally:
                book.close()
    except OSError as wrong:
        raise UnreadableError(Fault(f"cannot be read: {wrong.strerror or wrong}", path.name)) from None
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as wrong:
        raise UnreadableError(Fault(f"is no Excel workbook, or a damaged one ({wrong})", path.name)) from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _table(rows: list[list[str]], lines: list[int], kind: Kind, file: str, wanted: Wanted) -> Table:
    sample = list(islice(rows[1:], 10_000))
    header = has_header(rows[0], sample, kind, wanted.of(kind), ",", file, lines[0])
    width = max(i + 1 for row in rows for i, cell in enumerate(row) if cell)
    names = [cell.strip() for cell in rows[0][:width]] if header else [f"column {i + 1}" for i in range(width)]
    twice = next((name for i, name in enumerate(names) if name and name in names[:i]), None)
    if twice is not None:
        raise UnreadableError(Fault("two columns have this name", file, lines[0], twice))
    body, lines = (rows[1:], lines[1:]) if header else (rows, lines)
    columns = {}
    for i, name in enumerate(names):
        cells = [row[i] for row in body]
        if name or any(cells):
            columns[name or f"column {i + 1}"] = cells
    return given_table(kind, columns, len(body), file=file, line=lambda row: lines[row], header=header)
