"""GML (Himsolt 1997): nested lists of keys and values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from spark.files.bytes import text_bytes
from spark.files.graph import Attributes, Contents, Graph, labels_as_ids
from spark.network.tables import Faults

_TOKEN = re.compile(rb'\[|\]|"[^"]*"|[^\s\[\]"]+|"')
_COMMENT = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)


def read_gml(path: Path, encoding: str, faults: Faults, id_column: str | None) -> Contents:
    """Read a GML file; the parameters and errors are those of `read_graphml`.

    The ids are the labels where these tell all nodes apart, as networkx takes them, else the numbers of the file.
    """
    data = _COMMENT.sub(b"", text_bytes(path, path.name, encoding))
    graph = Graph(path.name, faults)
    reading = _Reading(graph, data)
    reading.top()
    why = f"the ids are in the attribute {id_column}"
    if id_column is None:
        id_column = labels_as_ids(graph, "label")
        why = "the labels are the ids, for they tell all nodes apart"
        if id_column is None and reading.by_igraph:
            id_column = labels_as_ids(graph, "name")
            why = "igraph wrote the ids as the attribute name"
    return graph.contents(id_column, why)


class _Reading:
    """The tokens of a file, and how many lines have passed."""

    def __init__(self, graph: Graph, data: bytes) -> None:
        self._graph, self._data = graph, data
        self._tokens = _TOKEN.finditer(data)
        self._line, self._offset = 1, 0
        self.by_igraph = False

    def _next(self) -> tuple[str, int]:
        found = next(self._tokens, None)
        if found is None:
            return "", len(self._data)
        if found[0] == b'"':
            raise self._graph.refuse("the quote that opens here is never closed", self._line_of(found.start()))
        return found[0].decode(), found.start()

    def _line_of(self, offset: int) -> int:
        self._line += self._data.count(b"\n", self._offset, offset)
        self._offset = offset
        return self._line

    def top(self) -> None:
        """Read up to the end of the file; the one graph must be there."""
        found = False
        while True:
            key, at = self._next()
            if not key:
                break
            value, _ = self._next()
            if key.lower() == "graph" and value == "[":
                if found:
                    raise self._graph.refuse("a second graph begins here; keep one graph in a file", self._line_of(at))
                found = True
                self._read_graph()
            elif value == "[":
                self._skip(at)
            elif key.lower() == "creator":
                self.by_igraph = "igraph" in value.lower()
        if not found:
            raise self._graph.refuse("holds no graph [ ... ]; is it GML?", None)

    def _pairs(self, start: int) -> Iterator[tuple[str, str, int]]:
        """Give the keys and values of a list up to its end; the value of an inner list is "["."""
        while True:
            key, at = self._next()
            if key == "]":
                return
            value, _ = self._next() if key else ("", 0)
            if not value or value == "]" or key[0] in '["':
                said = "the [ that opens here is never closed" if not key else "a key and its value were expected"
                raise self._graph.refuse(said, self._line_of(start if not key else at))
            yield key, value, at

    def _skip(self, start: int) -> None:
        depth = 1
        while depth:
            token, _ = self._next()
            if not token:
                raise self._graph.refuse("the [ that opens here is never closed", self._line_of(start))
            depth += (token == "[") - (token == "]")

    def _read_graph(self) -> None:
        graph = self._graph
        undirected = True
        for key, value, at in self._pairs(self._offset):
            if key == "directed":
                undirected = value != "1"
            elif key == "node" and value == "[":
                cells, line = self._cells(at)
                if "id" not in cells:
                    raise graph.refuse("the node has no id", line)
                graph.node(cells.pop("id"), line)
                self._put(graph.people, len(graph.nodes) - 1, cells, line)
            elif key == "edge" and value == "[":
                cells, line = self._cells(at)
                for end in ("source", "target"):
                    if end not in cells:
                        raise graph.refuse(f"the tie has no {end}", line)
                graph.tie(cells.pop("source"), cells.pop("target"), line, False)
                self._put(graph.ties, len(graph.source) - 1, cells, line)
            elif value == "[":
                self._skip(at)
        if undirected:
            graph.undirected[:] = type(graph.undirected)("b", [1] * len(graph.undirected))

    def _cells(self, start: int) -> tuple[dict[str, str], int]:
        """Read the values of a node or tie; what is nested deeper (how it is drawn) is left out."""
        cells = {}
        line = self._line_of(start)
        for key, value, at in self._pairs(start):
            if value == "[":
                self._skip(at)
            else:
                cells[key] = html.unescape(value[1:-1]) if value[0] == '"' else value
        return cells, line

    def _put(self, attributes: Attributes, row: int, cells: dict[str, str], line: int) -> None:
        for key, text in cells.items():
            try:
                attributes.put(key, row, text)
            except ValueError:
                self._graph.wrong(f"{text!r} is not a number of at least 0", line, key)
