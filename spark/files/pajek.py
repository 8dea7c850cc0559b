"""Pajek networks (.net): vertices with labels, arcs and edges in lists or matrices, several relations."""

from __future__ import annotations

import re
from pathlib import Path

from spark.files.bytes import text_bytes
from spark.files.graph import Contents, Graph, labels_as_ids, too_many
from spark.network.people import as_number
from spark.network.tables import Faults

_CELL = re.compile(r'"([^"]*)"|(\S+)')
_RELATION = re.compile(r'\s*:?\s*(\d+)?\s*(?:"([^"]*)"|(\S.*?))?\s*$')
_NUMBERED = re.compile(r"\s*(\d+)\s*:\s*(.*)")
_UNDIRECTED = {"edges", "edgeslist"}
_TIES = {"arcs", "edges", "arcslist", "edgeslist", "matrix"}


def read_pajek(path: Path, encoding: str, faults: Faults, id_column: str | None) -> Contents:
    """Read a Pajek network; the parameters and errors are those of `read_graphml`.

    The ids are the labels of the vertices where these tell all apart, else their numbers. A tie without value weighs 1;
    relations are layers.
    """
    text = text_bytes(path, path.name, encoding).decode()
    reading = _Reading(Graph(path.name, faults), len(text))
    for line, row in enumerate(text.splitlines(), 1):
        if row.strip() and not row.lstrip().startswith("%"):
            reading.take(row, line)
    graph = reading.whole()
    why = f"the ids are in the attribute {id_column}"
    if id_column is None:
        id_column = labels_as_ids(graph, "label")
        why = "the labels of the vertices are the ids, for they tell all apart"
    return graph.contents(id_column, why)


class _Reading:
    """Which section the lines belong to."""

    def __init__(self, graph: Graph, size: int) -> None:
        self.graph, self._size = graph, size
        self._count: int | None = None
        self._known: set[str] = set()
        self._section = ""
        self._relation = ""
        self._row = 0
        self._skipped: set[str] = set()
        graph.people.declare("label", "label")

    def take(self, row: str, line: int) -> None:
        """Read one line."""
        if row.lstrip().startswith("*"):
            self._begin(row.strip()[1:], line)
        elif self._section == "vertices":
            self._vertex(row, line)
        elif self._section in ("arcs", "edges"):
            self._pair(row, line)
        elif self._section in ("arcslist", "edgeslist"):
            first, *others = row.split()
            for other in others:
                self._tie(first, other.lstrip("-"), None, line)
        elif self._section == "matrix":
            self._matrix_row(row, line)
        elif not self._section:
            raise self.graph.refuse("a Pajek network begins with *Vertices and their number", line)

    def whole(self) -> Graph:
        """Return the graph once all lines are read."""
        if self._count is None:
            raise self.graph.refuse("there is no *Vertices; is it a Pajek network?", None)
        for number in map(str, range(1, self._count + 1)):
            if number not in self._known:
                self.graph.node(number, 1)
                self.graph.people.put("label", len(self.graph.nodes) - 1, number)
        if self._skipped:
            self.graph.notes.append(f"{self.graph.file}: parts that are not read: {', '.join(sorted(self._skipped))}")
        return self.graph

    def _begin(self, title: str, line: int) -> None:
        name, _, rest = title.partition(" ") if " " in title else title.partition("\t")
        name, colon, number = name.partition(":")
        self._section = name.lower()
        if self._section == "network":
            self._section = "vertices" if self._count is None else "network"
            if self._count is not None:
                raise self.graph.refuse("a second network begins here; keep one in a file", line)
        elif self._section == "vertices":
            counts = rest.split()
            if self._count is not None:
                raise self.graph.refuse("a second network begins here; keep one in a file", line)
            if len(counts) > 1:
                raise self.graph.refuse("a two-mode network holds no ties between people; project it first", line)
            if not counts or not counts[0].isdecimal():
                raise self.graph.refuse("*Vertices needs the number of vertices", line)
            self._count = int(counts[0])
            if too_many(self._count, self._size):
                raise self.graph.refuse(f"{self._count:,} vertices are more than the file can tell of", line)
        elif self._section in _TIES:
            if self._count is None:
                raise self.graph.refuse("ties stand before *Vertices", line)
            found = _RELATION.match(f"{colon}{number} {rest}")
            assert found is not None
            self._relation = found[2] or found[3] or found[1] or ""
            self._row = 0
        else:
            self._skipped.add(f"*{name}")

    def _vertex(self, row: str, line: int) -> None:
        cells = [first or second for first, second in _CELL.findall(row)]
        number = cells[0]
        if not self._is_vertex(number, line):
            return
        if number in self._known:
            self.graph.wrong(f"vertex {number} stands twice", line)
            return
        self._known.add(number)
        self.graph.node(number, line)
        label = cells[1] if len(cells) > 1 else number
        self.graph.people.put("label", len(self.graph.nodes) - 1, label)

    def _pair(self, row: str, line: int) -> None:
        numbered = _NUMBERED.match(row)
        relation = self._relation
        if numbered:
            relation, row = numbered[1], numbered[2]
        cells = row.split()
        if len(cells) < 2:
            self.graph.wrong("a tie needs two vertices", line)
            return
        value = cells[2] if len(cells) > 2 and as_number(cells[2]) is not None else None
        self._tie(cells[0], cells[1], value, line, relation)

    def _matrix_row(self, row: str, line: int) -> None:
        assert self._count is not None
        cells = row.split()
        self._row += 1
        if len(cells) != self._count or self._row > self._count:
            said = f"{len(cells):,} cells in row {self._row:,}, but there are {self._count:,} vertices"
            self.graph.wrong(said, line)
            return
        for i, cell in enumerate(cells, 1):
            if as_number(cell) != 0:
                self._tie(str(self._row), str(i), cell, line)

    def _tie(self, source: str, target: str, value: str | None, line: int, relation: str | None = None) -> None:
        if not (self._is_vertex(source, line) and self._is_vertex(target, line)):
            return
        graph = self.graph
        graph.tie(source, target, line, self._section in _UNDIRECTED)
        row = len(graph.source) - 1
        relation = self._relation if relation is None else relation
        if relation or "layer" in graph.ties.of:
            if "layer" not in graph.ties.of:
                graph.ties.declare("layer", "layer").default = "ties"
            graph.ties.put("layer", row, relation or "ties")
        if value is not None:
            try:
                graph.ties.put("weight", row, value)
            except ValueError:
                graph.wrong(f"{value!r} is not a number of at least 0", line, "weight")

    def _is_vertex(self, number: str, line: int) -> bool:
        assert self._count is not None
        if number.isdecimal() and 1 <= int(number) <= self._count and str(int(number)) == number:
            return True
        self.graph.wrong(f"{number!r} is none of the vertices 1 to {self._count:,}", line)
        return False
