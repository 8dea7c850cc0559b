"""GEXF, the format of Gephi (1.1 to 1.3), read as a stream."""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

from spark.files.graph import Attributes, Contents, Graph, ValueKind
from spark.files.graphml import partner_rows
from spark.files.xml import parse
from spark.network.tables import Faults

PARTNERS = "partner ties: "
"""What the description of a file begins with that holds partner ties, as a JSON list."""

_KINDS: dict[str, ValueKind] = {
    "integer": "whole",
    "long": "whole",
    "short": "whole",
    "byte": "whole",
    "float": "number",
    "double": "number",
}
_LABEL, _WEIGHT, _KIND = " label", " weight", " kind"


def read_gexf(path: Path, encoding: str, faults: Faults, id_column: str | None) -> Contents:
    """Read a GEXF file; the parameters and errors are those of `read_graphml`."""
    reading = _Reading(path.name, faults)
    parse(path, encoding, reading.install)
    graph = reading.graph
    if not reading.found:
        raise graph.refuse("holds no <graph>; is it GEXF?", None)
    labels = graph.people.of.get(_LABEL)
    if labels is not None and labels.column(len(graph.nodes)) == graph.nodes and id_column != labels.name:
        del graph.people.of[_LABEL]  # the label that a file must have where there is none
    if reading.dynamic:
        graph.notes.append(f"{path.name}: what changes over time is read as it is in the end")
    return graph.contents(id_column, f"the ids are in the attribute {id_column}")


class _Reading:
    """What is known so far while the elements pass by."""

    def __init__(self, file: str, faults: Faults) -> None:
        self.graph = Graph(file, faults)
        self.found = False
        self.dynamic = False
        self._default = "undirected"
        self._declared: Attributes | None = None
        self._key = ""
        self._owner: tuple[Attributes, int] | None = None
        self._outer: list[tuple[Attributes, int] | None] = []
        self._text: list[str] = []

    def install(self, parser: expat.XMLParserType) -> None:
        """Set the handlers."""
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "attvalue":
            if self._owner is not None:
                self._put(given.get("for", given.get("id", "")), given.get("value", ""))
                self.dynamic |= "start" in given or "end" in given
        elif tag == "edge":
            self._edge(given)
        elif tag == "node":
            self._node(given)
        elif tag == "attribute" and self._declared is not None:
            self._key = given.get("id", "")
            name = given.get("title", self._key)
            self._declared.declare(self._key, name, _KINDS.get(given.get("type", "string"), "text"))
        elif tag == "attributes":
            self._declared = {"node": self.graph.people, "edge": self.graph.ties}.get(given.get("class", "node"))
            self.dynamic |= given.get("mode") == "dynamic"
        elif tag in ("default", "description"):
            self._text = []
            self._parser.CharacterDataHandler = self._text.append
        elif tag == "graph":
            if self.found:
                line = self._parser.CurrentLineNumber
                raise self.graph.refuse("a second graph begins here; keep one graph in a file", line)
            self.found = True
            self._default = given.get("defaultedgetype", "undirected")

    def _put(self, key: str, text: str) -> None:
        assert self._owner is not None
        attributes, row = self._owner
        try:
            attributes.put(key, row, text)
        except ValueError:
            name, line = attributes.of[key].name, self._parser.CurrentLineNumber
            self.graph.wrong(f"{text!r} is not a number of at least 0", line, name)

    def _node(self, given: dict[str, str]) -> None:
        graph, line = self.graph, self._parser.CurrentLineNumber
        if "id" not in given:
            raise graph.refuse("the node has no id", line)
        self._outer.append(self._owner)
        graph.node(given["id"], line)
        self._owner = graph.people, len(graph.nodes) - 1
        if "label" in given:
            if _LABEL not in graph.people.of:
                graph.people.declare(_LABEL, "label")
            self._put(_LABEL, given["label"])

    def _edge(self, given: dict[str, str]) -> None:
        graph, line = self.graph, self._parser.CurrentLineNumber
        kind = given.get("type", self._default)
        try:
            graph.tie(given["source"], given["target"], line, kind in ("undirected", "mutual"))
        except KeyError as missing:
            raise graph.refuse(f"the tie has no {missing.args[0]}", line) from None
        self._owner = graph.ties, len(graph.source) - 1
        if "weight" in given and (_WEIGHT in graph.ties.of or not graph.ties.has("weight")):
            if _WEIGHT not in graph.ties.of:
                graph.ties.declare(_WEIGHT, "weight")
            self._put(_WEIGHT, given["weight"])
        if "kind" in given:
            if _KIND not in graph.ties.of:
                graph.ties.declare(_KIND, "kind" if graph.ties.has("layer") else "layer")
            self._put(_KIND, given["kind"])

    def _end(self, tag: str) -> None:
        if tag == "node":
            self._owner = self._outer.pop()
        elif tag == "edge":
            self._owner = None
        elif tag in ("default", "description"):
            self._parser.CharacterDataHandler = None
            text = "".join(self._text)
            if tag == "description":
                if text.startswith(PARTNERS):
                    line = self._parser.CurrentLineNumber
                    self.graph.partners = partner_rows(text.removeprefix(PARTNERS), self.graph, line)
            elif self._declared is not None and self._key in self._declared.of:
                values = self._declared.of[self._key]
                try:
                    values.default = text if values.kind == "text" else float(text)
                except ValueError:
                    self.graph.wrong(f"{text!r} is not a number", self._parser.CurrentLineNumber, values.name)
        elif tag == "attributes":
            self._declared = None
