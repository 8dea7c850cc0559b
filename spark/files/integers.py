"""The fast path: tables of ties between plain integers, parsed by whole arrays instead of cell by cell."""

from __future__ import annotations

import sys
from collections.abc import Collection
from itertools import chain

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

CHUNK = 1 << 20
DIGITS = 18
"""More could pass the range of int64."""

_NEWLINE = 10
_WIDEST = 32


def plain_columns(
    body: bytes, delimiter: int, width: int, ids: Collection[int], texts: Collection[int]
) -> list[I64 | F64 | list[str]] | None:
    """Parse rows of integers and other plain cells, or return None where anything is not plain.

    The slow path then says what is wrong, and where. Plain are rows of `width` cells with one delimiter between, no
    quotes and no blank lines, where ids are non-negative integers written in the usual way (not 007).

    Parameters
    ----------
    body : the rows, each ended by a newline.
    delimiter : its byte.
    width : cells in a row.
    ids : positions of the columns that hold ids.
    texts : positions of other columns that must survive as text; the rest are numbers where all of their cells are.

    Returns
    -------
    One column each: int64 where all cells are such integers, else float64 or texts.
    """
    if not body or b'"' in body:
        return None
    parts: list[list[I64 | F64 | list[str]]] = []
    start = 0
    while start < len(body):
        end = body.find(b"\n", min(start + CHUNK, len(body) - 1)) + 1
        text = np.frombuffer(body, dtype=np.uint8, count=end - start, offset=start)
        part = _chunk(text, delimiter, width, ids, texts)
        if part is None:
            return None
        parts.append(part)
        start = end
    columns: list[I64 | F64 | list[str]] = []
    for pieces in zip(*parts, strict=True):
        arrays = [piece for piece in pieces if isinstance(piece, np.ndarray)]
        if len(arrays) == len(pieces):
            columns.append(np.concatenate(arrays))
        elif not arrays:
            columns.append(list(chain.from_iterable(pieces)))
        else:
            return None
    return columns


def _chunk(
    text: NDArray[np.uint8], delimiter: int, width: int, ids: Collection[int], texts: Collection[int]
) -> list[I64 | F64 | list[str]] | None:
    separators = np.flatnonzero((text == delimiter) | (text == _NEWLINE))
    if separators.size % width:
        return None
    starts = np.empty_like(separators)
    starts[0] = 0
    starts[1:] = separators[:-1] + 1
    if not (text[separators[width - 1 :: width]] == _NEWLINE).all():
        return None
    if int(np.count_nonzero(text == _NEWLINE)) * width != separators.size:
        return None
    columns: list[I64 | F64 | list[str]] = []
    for i in range(width):
        first, last = starts[i::width], separators[i::width]
        column: I64 | F64 | list[str] | None = integer_cells(text, first, last)
        if column is None and i not in ids:
            cells = byte_cells(text, first, last)
            if cells is not None:
                column = number_cells(cells) if i not in texts else None
                column = text_cells(cells) if column is None else column
        if column is None:
            return None
        columns.append(column)
    return columns


def integer_cells(text: NDArray[np.uint8], first: I64, last: I64) -> I64 | None:
    """Return the integers that stand in the bytes first <= i < last, None unless all are written the usual way."""
    length = last - first
    shortest, longest = int(length.min()), int(length.max())
    if shortest < 1 or longest > DIGITS:
        return None
    digits = text - np.uint8(ord("0"))  # what is no digit wraps to above 9
    if bool(((digits[first] == 0) & (length > 1)).any()):
        return None
    values = np.zeros(length.size, dtype=np.int64)
    for place in range(longest):
        has = slice(None) if place < shortest else np.flatnonzero(length > place)
        digit = digits[last[has] - 1 - place]
        if int(digit.max()) > 9:
            return None
        values[has] += digit * np.int64(10**place)
    return values


def byte_cells(text: NDArray[np.uint8], first: I64, last: I64) -> NDArray[np.bytes_] | None:
    """Return these cells as byte strings, None if one is long."""
    length = last - first
    widest = max(1, int(length.max()))
    if widest > _WIDEST:
        return None
    offsets = np.arange(widest)
    inside = offsets < length[:, None]
    cells = np.where(inside, text[np.where(inside, first[:, None] + offsets, 0)], 0).astype(np.uint8)
    return cells.view(f"S{widest}")[:, 0]


def number_cells(cells: NDArray[np.bytes_]) -> F64 | None:
    """Return the cells as numbers, None unless all are."""
    try:
        numbers = cells.astype(np.float64)
    except ValueError:
        return None
    return None if bool((np.char.find(cells, b"_") >= 0).any()) else numbers


def text_cells(cells: NDArray[np.bytes_]) -> list[str]:
    """Return the cells as texts, the same object for what is the same."""
    names, codes = np.unique(cells, return_inverse=True)
    decoded = [sys.intern(name.decode()) for name in names.tolist()]
    return [decoded[code] for code in codes.tolist()]
