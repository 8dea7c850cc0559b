"""UCINET DL files: full and half matrices, edge lists and node lists, with labels."""

from __future__ import annotations

import re
from pathlib import Path

from spark.files.bytes import text_bytes
from spark.files.graph import Contents, Graph, too_many
from spark.network.people import as_number
from spark.network.tables import Faults

_CELL = re.compile(r'"([^"]*)"|([^\s,"]+)')
_KEY = re.compile(
    r"\s*,?\s*(?:"
    r"(nr|nc|nm|n|format|diagonal)(?:\s*=\s*|\s+)([\w-]+)"
    r"|((?:row|col|column|matrix|level)?\s*labels)\s*(embedded|:)"
    r"|(data)\s*:"
    r")",
    re.IGNORECASE,
)
_FORMATS = {
    "fullmatrix": "fullmatrix",
    "fm": "fullmatrix",
    "upperhalf": "upperhalf",
    "uh": "upperhalf",
    "lowerhalf": "lowerhalf",
    "lh": "lowerhalf",
    "edgelist1": "edgelist1",
    "el1": "edgelist1",
    "nodelist1": "nodelist1",
    "nl1": "nodelist1",
}


def read_dl(path: Path, encoding: str, faults: Faults, id_column: str | None) -> Contents:
    """Read a UCINET DL file; the parameters and errors are those of `read_graphml`.

    The ids are the labels, or the numbers 1 to n without any. Several matrices are layers.
    """
    graph = Graph(path.name, faults)
    _Reading(graph, text_bytes(path, path.name, encoding).decode()).read()
    return graph.contents(id_column, f"the ids are in the attribute {id_column}")


class _Reading:
    """The header of a file, and where its data begin."""

    def __init__(self, graph: Graph, text: str) -> None:
        self._graph, self._text = graph, text
        self._format = "fullmatrix"
        self._diagonal = True
        self._people = 0
        self._matrices = 1
        self._labels: list[str] = []
        self._layers: list[str] = []
        self._embedded = False
        self._known: dict[str, str] = {}

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def read(self) -> None:
        """Read the header, then the data."""
        begin = re.match(r"\s*dl\b", self._text, re.IGNORECASE)
        if begin is None:
            raise self._graph.refuse("does not begin with DL; is it a UCINET DL file?", 1)
        at = begin.end()
        while True:
            found = _KEY.match(self._text, at)
            if found is None:
                rest = self._text[at:].lstrip()
                word = rest.split(None, 1)[:1] or ["the end of the file"]
                said = (
                    f"{word[0]!r} was not expected: the header has n, nm, format, diagonal, labels and ends with data:"
                )
                raise self._graph.refuse(said, self._line(len(self._text) - len(rest)))
            at = found.end()
            if found[5]:
                break
            at = self._key(found, at)
        if self._people < 1:
            raise self._graph.refuse("the header does not say how many people: n=...", 1)
        for many, what in ((self._people, "people"), (self._matrices, "matrices")):
            if too_many(many, len(self._text)):
                raise self._graph.refuse(f"{many:,} {what} are more than the file can tell of", 1)
        for number, label in enumerate(self._labels or map(str, range(1, self._people + 1)), 1):
            self._graph.node(label, 1)
            self._known[label.lower()] = label
            if not self._embedded:
                self._known.setdefault(str(number), label)
        if self._labels and len(self._labels) != self._people and not self._embedded:
            raise self._graph.refuse(f"{len(self._labels):,} labels, but n={self._people:,}", 1)
        if self._format.startswith(("edge", "node")):
            self._lists(at)
        else:
            self._full(at)

    def _key(self, found: re.Match[str], at: int) -> int:
        """Take one entry of the header; return where it ends."""
        line = self._line(found.end())
        if found[3]:
            what = found[3].lower().replace(" ", "")
            if found[4] != ":":
                self._embedded = True
                return at
            end = re.compile(r"\n\s*(?=(?:\w+ )?labels\b|data\s*:|format\b|n\s*=)", re.IGNORECASE).search(
                self._text, at
            )
            stop = end.start() if end else len(self._text)
            cells = [first or second for first, second in _CELL.findall(self._text[at:stop])]
            if what == "matrixlabels" or what == "levellabels":
                self._layers = cells
            elif not self._labels:
                self._labels = cells
            elif cells != self._labels:
                raise self._graph.refuse("rows and columns have different labels; project the two modes first", line)
            return stop
        key, value = found[1].lower(), found[2].lower()
        if key == "format":
            if value not in _FORMATS:
                raise self._graph.refuse(
                    f"format {value!r} is none of {', '.join(dict.fromkeys(_FORMATS.values()))}", line
                )
            self._format = _FORMATS[value]
        elif key == "diagonal":
            self._diagonal = value != "absent"
        elif not value.isdecimal():
            raise self._graph.refuse(f"{key}={value} is not a number", line)
        elif key == "nm":
            self._matrices = int(value)
        elif key in ("nr", "nc") and self._people and self._people != int(value):
            raise self._graph.refuse("a two-mode matrix holds no ties between people; project it first", line)
        else:
            self._people = int(value)
        return at

    def _tie(self, source: str, target: str, value: str | None, matrix: int, at: int) -> None:
        graph, line = self._graph, self._line(at)
        graph.tie(source, target, line, self._format in ("upperhalf", "lowerhalf"))
        row = len(graph.source) - 1
        if self._matrices > 1:
            graph.ties.put("layer", row, self._layers[matrix] if matrix < len(self._layers) else str(matrix + 1))
        if value is not None:
            try:
                graph.ties.put("weight", row, value)
            except ValueError:
                graph.wrong(f"{value!r} is not a number of at least 0", line, "weight")

    def _full(self, at: int) -> None:
        """Read matrices, cell by cell; line breaks mean nothing."""
        cells = [(found[1] or found[2], found.start()) for found in _CELL.finditer(self._text, at)]
        n = self._people
        names = [name for name, _ in cells[:n]] if self._embedded else list(self._known.values())[:n]
        if self._embedded:
            self._graph.nodes.clear()
            del self._graph.node_lines[:]
            for name in names:
                self._graph.node(name, self._line(at))
        else:
            names = list(self._graph.nodes)
        place = 0
        for matrix in range(self._matrices):
            place += n if self._embedded else 0
            for i in range(n):
                place += self._embedded
                for j in self._columns(i):
                    if place >= len(cells):
                        raise self._graph.refuse("the data end before the matrix does", self._line(len(self._text)))
                    cell, start = cells[place]
                    if as_number(cell) != 0:
                        self._tie(names[i], names[j], cell, matrix, start)
                    place += 1
        if place < len(cells):
            raise self._graph.refuse("there are more data than the matrix has cells", self._line(cells[place][1]))

    def _columns(self, row: int) -> list[int]:
        n = self._people
        among = {"fullmatrix": range(n), "upperhalf": range(row, n), "lowerhalf": range(row + 1)}[self._format]
        return [column for column in among if self._diagonal or column != row]

    def _lists(self, at: int) -> None:
        """Read ties, line by line; ``!`` begins the next matrix."""
        matrix = 0
        for row in self._text[at:].splitlines(keepends=True):
            cells = [first or second for first, second in _CELL.findall(row)]
            if cells and cells[0].startswith("!"):
                matrix += 1
            elif cells:
                value = None
                others = cells[1:]
                if self._format == "edgelist1":
                    value = cells[2] if len(cells) > 2 else None
                    others = cells[1:2]
                    if not others:
                        self._graph.wrong("a tie needs two ends", self._line(at))
                for other in others:
                    ends = [self._name(end, at) for end in (cells[0], other)]
                    if ends[0] is not None and ends[1] is not None:
                        self._tie(ends[0], ends[1], value, matrix, at)
            at += len(row)

    def _name(self, cell: str, at: int) -> str | None:
        """Return the label that a cell stands for; embedded labels are made known as they come."""
        if cell.lower() in self._known:
            return self._known[cell.lower()]
        if not self._embedded:
            said = f"{cell!r} is neither a label nor a number of 1 to {self._people:,}"
            self._graph.wrong(said, self._line(at))
            return None
        if (
            not self._labels
            and len(self._known)
            and self._known == {str(i): str(i) for i in range(1, self._people + 1)}
        ):
            self._known.clear()
            self._graph.nodes.clear()
            del self._graph.node_lines[:]
        self._known[cell.lower()] = cell
        self._graph.node(cell, self._line(at))
        return cell
