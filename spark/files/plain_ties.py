"""Runs of ties in GraphML that a program wrote alike, taken by whole arrays; the parser sees all that is between."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.files.graph import LARGEST, Graph, Values
from spark.files.integers import byte_cells, integer_cells, number_cells, text_cells

I64 = NDArray[np.int64]

_GIVEN = rb'[^"<&\x00-\x1f]*'
_TEXT = rb'[^"<>&\x00-\x1f]*'
_SPACE = rb"[ \t\r\n]*"
_TIE = re.compile(
    rb'<edge((?: (?:id|source|target)="%b")+) ?(?:/>|>((?:%b<data key="%b">%b</data>)*)%b</edge>)'
    % (_GIVEN, _SPACE, _GIVEN, _TEXT, _SPACE)
)
_NAME = re.compile(rb' ([a-z]+)="')
_KEY = re.compile(rb'<data key="([^"]*)">')
_NO_CHARACTERS = b"\xef\xbf"
"""How U+FFFE and U+FFFF begin, which cannot stand in XML."""


class PlainTies:
    """Takes ties of the form of the first of a run: the same attributes, the same data, no entities.

    Parameters
    ----------
    graph : where the ties go.
    """

    mark = b"<edge "

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._run: re.Pattern[bytes] | None = None
        self._ends = (0, 0)
        self._given = 0
        self._keys: list[str] = []
        self._closed = True

    def take(self, text: bytes, at: int, line: int, undirected: bool) -> int:
        """Take the ties that begin at a byte of the text.

        Parameters
        ----------
        text : UTF-8.
        at : where the first begins.
        line : of the first.
        undirected : whether they are.

        Returns
        -------
        Where they end; `at` if not even the first is plain.
        """
        if self._run is None or self._run.match(text, at) is None:
            self._learn(text, at)
        found = None if self._run is None else self._run.match(text, at)
        if found is None:
            return at
        end = found.end()
        if text.find(_NO_CHARACTERS, at, end) >= 0 or text.count(b"\r", at, end) != text.count(b"\r\n", at, end):
            return at
        return end if self._put(np.frombuffer(text, np.uint8, end - at, at), line, undirected) else at

    def _learn(self, text: bytes, at: int) -> None:
        """Learn the form of a tie."""
        first = _TIE.match(text, at)
        if first is None:
            return
        names, keys = _NAME.findall(first[1]), _KEY.findall(first[2] or b"")
        if len({*names}) < len(names) or len({*keys}) < len(keys) or not {b"source", b"target"} <= {*names}:
            return
        given = b"".join(b' %b="%b"' % (name, _GIVEN) for name in names)
        data = b"".join(b'%b<data key="%b">%b</data>' % (_SPACE, re.escape(key), _TEXT) for key in keys)
        self._closed = first[2] is None
        form = b"<edge%b ?/>" % given if self._closed else b"<edge%b ?>%b%b</edge>" % (given, data, _SPACE)
        self._run = re.compile(b"(?:%b%b)++" % (form, _SPACE))
        self._ends = names.index(b"source"), names.index(b"target")
        self._given = len(names)
        self._keys = [key.decode() for key in keys]

    def _put(self, text: NDArray[np.uint8], line: int, undirected: bool) -> bool:
        """Take the ties of a run; False, and nothing is taken, where a cell is not plain."""
        quotes = np.flatnonzero(text == ord('"')).reshape(-1, 2 * (self._given + len(self._keys)))
        brackets = np.flatnonzero(text == ord("<")).reshape(len(quotes), -1)
        columns: list[tuple[Values, Any]] = []
        for i, key in enumerate(self._keys):
            if key in self._graph.drawn:
                continue
            values = self._graph.ties.of.get(key)
            if values is None:
                return False
            column = _column(text, quotes[:, 2 * (self._given + i) + 1] + 2, brackets[:, 2 * i + 2], values)
            if column is None:
                return False
            columns.append((values, column))
        codes = self._codes(text, quotes)
        if codes is None:
            return False
        graph, row = self._graph, len(self._graph.lines)
        for column, code in zip((graph.source, graph.target), codes, strict=True):
            column.frombytes(code.astype(np.int32, copy=False).tobytes())
        newlines = np.flatnonzero(text == ord("\n"))
        graph.lines.frombytes((line + np.searchsorted(newlines, brackets[:, 0])).astype(np.uint32).tobytes())
        graph.undirected.frombytes(bytes([undirected]) * len(quotes))
        for values, column in columns:
            values.extend(row, column)
        return True

    def _codes(self, text: NDArray[np.uint8], quotes: I64) -> list[NDArray[Any]] | None:
        """Return what stands for the ids at both ends."""
        graph = self._graph
        if graph.whole:
            whole = [integer_cells(text, quotes[:, 2 * i] + 1, quotes[:, 2 * i + 1]) for i in self._ends]
            if all(column is not None and column.max() < LARGEST for column in whole):
                return [column for column in whole if column is not None]
        try:
            pieces = text.tobytes().decode().split('"')
        except UnicodeDecodeError:
            return None
        numbers, step = graph.number_ids(), 2 * (self._given + len(self._keys))
        names = [pieces[2 * i + 1 :: step] for i in self._ends]
        return [np.fromiter(map(numbers.__getitem__, column), np.int32, count=len(column)) for column in names]


def _column(text: NDArray[np.uint8], first: I64, last: I64, values: Values) -> Any:
    """Return the values of an attribute, None where one is not plain."""
    whole = integer_cells(text, first, last) if values.kind != "text" else None
    if whole is not None:
        return whole
    cells = byte_cells(text, first, last)
    if cells is None:
        return None
    return text_cells(cells) if values.kind == "text" else number_cells(cells)
