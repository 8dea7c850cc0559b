"""How the text of a file is laid out: comments, separator, header."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from spark.errors import Fault
from spark.files.bytes import UnreadableError
from spark.network.roles import OPEN_ENDS, PLAIN_ENDS, is_role_name, plain

Kind = Literal["ties", "people", "partners"]

WHITESPACE = " "

_SAMPLE = 10_000
_BLANKS = re.compile(r"[ \t]+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_LONG_ENDS = {name for pair in PLAIN_ENDS + OPEN_ENDS for name in pair if len(name) > 2}
_QUOTING = (
    ("unexpected end of data", "the quote that opens here is never closed"),
    ("expected after", "a quoted cell goes on after its closing quote"),
    ("field limit", "a cell is longer than 131,072 characters"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text of a file is laid out.

    Attributes
    ----------
    delimiter : between cells; a blank stands for any blanks and tabs.
    padded : a blank follows each delimiter and does not belong to the cells.
    names : of the columns; ``column 1``, ... without a header.
    header : whether the names stand in the file.
    body, line : where the first row begins: offset in bytes, and line, counted from 1.
    comments : the lines above that begin with # or %.
    """

    delimiter: str
    padded: bool
    names: tuple[str, ...]
    header: bool
    body: int
    line: int
    comments: tuple[str, ...]


def layout_of(data: bytes, path: Path, kind: Kind, wanted: Mapping[str, str]) -> Layout:
    """Look at a file and say how it is laid out.

    Parameters
    ----------
    data : the content, UTF-8.
    path : the file; its suffix is a hint.
    kind : what it holds.
    wanted : columns that the user named, by role; numbers count the columns of a file without a header.

    Raises
    ------
    UnreadableError
        If the file is empty, or it cannot be told whether it has a header.
    """
    comments: list[str] = []
    start, line = 0, 1
    while True:
        text, after = _line_at(data, start)
        if after == start:
            raise UnreadableError(Fault("the file is empty", path.name))
        if _is_comment(text, path):
            comments.append(text)
        elif text.strip():
            break
        start, line = after, line + 1
    delimiter = _delimiter(text, path, kind)
    padded = delimiter != WHITESPACE and 0 < text.count(f"{delimiter} ") == text.count(delimiter)
    records = Records(data, start, delimiter, padded)
    try:
        first = next(records.rows)
    except csv.Error as wrong:
        raise UnreadableError(Fault(quoting(wrong), path.name, line)) from None
    lines = lines_of(first)
    for _ in range(lines):
        _, start = _line_at(data, start)
    try:
        sample = [row for row in islice(records.rows, _SAMPLE if kind != "people" else 0) if row]
    except csv.Error:
        sample = []  # said where the rows are read
    if has_header(first, sample, kind, wanted, delimiter, path.name, line):
        names = tuple(name.strip() for name in first)
        return Layout(delimiter, padded, names, True, start, line + lines, tuple(comments))
    names = tuple(f"column {i + 1}" for i in range(len(first)))
    return Layout(delimiter, padded, names, False, _offset(data, line), line, tuple(comments))


class Records:
    """The rows of a file from an offset on, as lists of cells; `rows` gives an empty list for a blank line."""

    def __init__(self, data: bytes, start: int, delimiter: str, padded: bool) -> None:
        stream = io.BytesIO(data)
        stream.seek(start)
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        self.rows: Iterator[list[str]]
        if delimiter == WHITESPACE:
            self.rows = (_BLANKS.split(text) if text else [] for text in (line.strip(" \t\r\n") for line in self._text))
        else:
            self.rows = csv.reader(self._text, delimiter=delimiter, strict=True, skipinitialspace=padded)


def quoting(wrong: csv.Error) -> str:
    """Say what is wrong with the quotes of a row."""
    return next((said for part, said in _QUOTING if part in str(wrong)), str(wrong))


def lines_of(row: list[str]) -> int:
    """Return how many lines a row takes, with the line breaks inside its quoted cells."""
    lines = 1
    for cell in row:
        if "\n" in cell or "\r" in cell:
            lines += cell.count("\n") + cell.count("\r") - cell.count("\r\n")
    return lines


def _line_at(data: bytes, start: int) -> tuple[str, int]:
    """Return the line that begins at an offset, and where the next begins."""
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    carriage = data.find(b"\r", start, end)
    if 0 <= carriage < end - 1 or (carriage >= 0 and end == len(data)):
        return data[start:carriage].decode(), carriage + 1
    return data[start:end].rstrip(b"\r").decode(), min(end + 1, len(data))


def _offset(data: bytes, line: int) -> int:
    start = 0
    for _ in range(line - 1):
        _, start = _line_at(data, start)
    return start


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _is_comment(text: str, path: Path) -> bool:
    if not text.startswith(("#", "%")):
        return False
    return _suffix(path) not in (".csv", ".tsv") or text[1:2] in ("", " ", "\t", "#", "%")


def _delimiter(text: str, path: Path, kind: Kind) -> str:
    """Choose the separator that makes most names of roles of the first line, else the commonest."""
    order = ("\t", ",", ";") if _suffix(path) == ".tsv" else (",", ";", "\t")
    found = [delimiter for delimiter in order if delimiter in text]
    if not found or (found == ["\t"] and (" \t" in text or "\t " in text)):
        return WHITESPACE if kind != "people" and len(text.split()) > 1 else order[0]

    def names_and_cells(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            cells = []  # said where the row is read
        return sum(is_role_name(cell, kind) for cell in cells), text.count(delimiter)

    return max(found, key=names_and_cells)


def has_header(
    first: list[str],
    sample: list[list[str]],
    kind: Kind,
    wanted: Mapping[str, str],
    delimiter: str,
    file: str,
    line: int,
) -> bool:
    """Tell whether the first row names the columns.

    Raises
    ------
    UnreadableError
        If it cannot be told.
    """
    if kind == "people":
        return True
    if wanted:
        counted = all(map(str.isdecimal, wanted.values()))
        return not counted or all(name in first for name in wanted.values())
    usual = [plain(cell) for cell in first]
    if any(pair[0] in usual and pair[1] in usual for pair in PLAIN_ENDS + OPEN_ENDS):
        return True
    if all(_INTEGER.fullmatch(cell.strip()) for cell in first[:2]):
        return False
    if any(len(name) > 2 and is_role_name(name, kind) for name in usual):
        return True
    if any(len(name) > 3 and difflib.get_close_matches(name, _LONG_ENDS, 1, 0.75) for name in usual):
        return True
    if not sample:
        return False
    if all(_INTEGER.fullmatch(cell.strip()) for row in sample for cell in row[:2]):
        return True
    if len(first) > 2 and not _numeric(first[2]) and all(_numeric(row[2]) for row in sample if len(row) > 2):
        return True
    if len(first) < 2:
        return True  # one column holds no ties, which is said where the ends are looked for
    if delimiter == WHITESPACE or not {*first[:2]}.isdisjoint(cell for row in sample for cell in row[:2]):
        return False
    shown = ", ".join(map(repr, first[:2]))
    raise UnreadableError(
        Fault(
            f"it cannot be told whether {shown} are names of columns or a tie; name the columns with "
            f"columns={{'source': {first[0]!r}, 'target': {first[1]!r}}}, or count them with "
            "columns={'source': '1', 'target': '2'} if there is no header",
            file,
            line,
        )
    )


def _numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
