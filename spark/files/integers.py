"""The fast path: tables of plain numbers, parsed by whole arrays instead of cell by cell."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

CHUNK = 1 << 20
DIGITS = 18
"""More could pass the range of int64."""

_NEWLINE = 10
_WIDEST = 32


def plain_numbers(body: bytes, delimiter: int, width: int, exact: Collection[int]) -> list[I64 | F64] | None:
    """Parse rows of numbers, or return None where anything is not plain: the slow path then says what, and where.

    Plain are rows of `width` cells with one delimiter between and none empty, no quotes, no blank lines; exact columns
    hold non-negative integers written in the usual way (not 007), the others anything that ``float`` takes.

    Parameters
    ----------
    body : the rows, each ended by a newline.
    delimiter : its byte.
    width : cells in a row.
    exact : positions of the columns that must survive as text, such as ids.

    Returns
    -------
    One array a column: int64 for exact ones, int64 or float64 for others.
    """
    if not body or b'"' in body:
        return None
    parts: list[list[I64 | F64]] = []
    start = 0
    while start < len(body):
        end = body.find(b"\n", min(start + CHUNK, len(body) - 1)) + 1
        part = _chunk(np.frombuffer(body, dtype=np.uint8, count=end - start, offset=start), delimiter, width, exact)
        if part is None:
            return None
        parts.append(part)
        start = end
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _chunk(text: NDArray[np.uint8], delimiter: int, width: int, exact: Collection[int]) -> list[I64 | F64] | None:
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
    columns: list[I64 | F64] = []
    for i in range(width):
        first, last = starts[i::width], separators[i::width]
        column: I64 | F64 | None = _integers(text, first, last)
        if column is None and i not in exact:
            column = _floats(text, first, last)
        if column is None:
            return None
        columns.append(column)
    return columns


def _integers(text: NDArray[np.uint8], first: I64, last: I64) -> I64 | None:
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


def _floats(text: NDArray[np.uint8], first: I64, last: I64) -> F64 | None:
    length = last - first
    widest = int(length.max())
    if int(length.min()) < 1 or widest > _WIDEST:
        return None
    offsets = np.arange(widest)
    inside = offsets < length[:, None]
    cells = np.where(inside, text[np.where(inside, first[:, None] + offsets, 0)], 0).astype(np.uint8)
    if bool((cells == ord("_")).any()):
        return None
    try:
        return cells.view(f"S{widest}")[:, 0].astype(np.float64)
    except ValueError:
        return None
