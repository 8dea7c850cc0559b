"""GraphML (Brandes, Eiglsperger, Herman, Himsolt & Marshall 2002), read as a stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.parsers import expat

from spark.files.graph import Attributes, Contents, Graph, ValueKind, Values, labels_as_ids
from spark.files.plain_ties import PlainTies
from spark.files.xml import LONGEST, parse
from spark.network.tables import Faults

PARTNERS = "partners"
"""The attribute of the graph that holds partner ties, as a JSON list of [source, target, weight]."""

_KINDS: dict[str, ValueKind] = {"int": "whole", "long": "whole", "float": "number", "double": "number"}


def read_graphml(path: Path, encoding: str, faults: Faults, id_column: str | None) -> Contents:
    """Read a GraphML file.

    Parameters
    ----------
    path, encoding : the file.
    faults : where what is wrong is noted.
    id_column : the attribute of nodes that holds the ids; None means the file's own ids.

    Raises
    ------
    UnreadableError
        If it is no GraphML, holds hyperedges or several graphs, or declares entities.
    """
    reading = _Reading(path.name, faults)
    parse(path, encoding, reading.install, reading)
    graph = reading.graph
    if not reading.found:
        raise graph.refuse("holds no <graph>; is it GraphML?", None)
    why = f"the ids are in the attribute {id_column}"
    if id_column is None and reading.by_igraph:
        # igraph numbers its nodes n0, n1, ... and keeps the ids of its users as names.
        key = next((key for key, values in graph.people.of.items() if values.name == "name"), "")
        id_column = labels_as_ids(graph, key)
        why = "igraph wrote the ids as the attribute name"
    return graph.contents(id_column, why)


class _Reading:
    """What is known so far while the elements pass by."""

    def __init__(self, file: str, faults: Faults) -> None:
        self.graph = Graph(file, faults, whole=True)
        self.found = False
        self.by_igraph = False
        self._plain = PlainTies(self.graph)
        self._partner_keys = {PARTNERS}
        # The text that yEd draws in a node, and the keys under which it keeps its drawing.
        self._label: Values | None = None
        self._drawings: set[str] = set()
        # What <data> now belong to: the attributes of nodes or ties, None outside of them, and the row.
        self._owner: Attributes | None = None
        self._row = 0
        self._outer: list[tuple[Attributes | None, int, bool]] = []
        self._undirected = False
        self._key = ""
        self._text: list[str] = []

    def install(self, parser: expat.XMLParserType) -> None:
        """Set the handlers; what happens a million times stands here, where names are found fastest."""
        self._parser = parser
        graph, skipped = self.graph, self.graph.drawn
        code, ties = graph.code, graph.ties
        add_source, add_target, add_line = graph.source.append, graph.target.append, graph.lines.append
        add_undirected = graph.undirected.append
        values: Values | None = None

        def start(tag: str, given: dict[str, str]) -> None:
            nonlocal values
            if tag == "data":
                self._key = key = given.get("key", "")
                if key in skipped:
                    return
                if self._owner is not None:
                    values = self._owner.of.get(key) or self._owner.declare(key, key)
                self._text = []
                parser.CharacterDataHandler = self._text.append
            elif tag == "edge" and "source" in given and "target" in given:
                add_source(code(given["source"]))
                add_target(code(given["target"]))
                add_line(parser.CurrentLineNumber)
                directed = given.get("directed")
                add_undirected(self._undirected if directed is None else directed.strip().lower() in ("false", "0"))
                self._owner, self._row = ties, len(graph.lines) - 1
            else:
                self._start(tag, given)

        def end(tag: str) -> None:
            nonlocal values
            if tag == "edge":
                self._owner = None
            elif tag == "data" and values is not None:
                parser.CharacterDataHandler = None
                self._put(values)
                values = None
            else:
                self._end(tag)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CommentHandler = self._comment

    @property
    def mark(self) -> bytes:
        """How a tie begins."""
        return self._plain.mark

    def take(self, text: bytes, at: int, line: int) -> int:
        """Take the ties that begin at a byte of the text; return where they end, `at` if they are the parser's."""
        if self._owner is not None or not self._outer or self._parser.CharacterDataHandler is not None:
            return at
        return self._plain.take(text, at, line, self._undirected)

    def _comment(self, text: str) -> None:
        self.by_igraph |= "created by igraph" in text.lower()

    def _put(self, values: Values) -> None:
        """Take the value of an attribute."""
        text = self._text[0] if len(self._text) == 1 else "".join(self._text)
        if len(text) > LONGEST:
            said = f"a text is longer than {LONGEST:,} characters"
            raise self.graph.refuse(said, self._parser.CurrentLineNumber)
        try:
            values.put(self._row, text)
        except ValueError:
            said = f"{text!r} is not a number of at least 0"
            self.graph.wrong(said, self._parser.CurrentLineNumber, values.name)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        graph, line = self.graph, self._parser.CurrentLineNumber
        if tag == "node":
            if "id" not in given:
                raise graph.refuse("the node has no id", line)
            graph.node(given["id"], line)
            self._owner, self._row = graph.people, len(graph.node_lines) - 1
            return
        if tag == "edge":
            missing = next(end for end in ("source", "target") if end not in given)
            raise graph.refuse(f"the tie has no {missing}", line)
        tag = tag.rpartition(":")[2]
        if tag == "key":
            self._declare(given)
        elif tag == "default" or (tag == "NodeLabel" and self._key in self._drawings):
            self._text = []
            self._parser.CharacterDataHandler = self._text.append
        elif tag == "graph":
            if self.found and not self._outer:
                raise graph.refuse("a second graph begins here; keep one graph in a file", line)
            self.found = True
            self._outer.append((self._owner, self._row, self._undirected))
            self._undirected = given.get("edgedefault", "directed").strip().lower() == "undirected"
            self._owner = None
        elif tag == "hyperedge":
            raise graph.refuse("a hyperedge joins more than two people; make ties of it first", line)
        elif tag in ("node", "edge", "data"):
            raise graph.refuse("elements with a namespace prefix are not read; write GraphML without one", line)

    def _declare(self, given: dict[str, str]) -> None:
        """Take note of a <key>: the name and type of an attribute."""
        key, domain = given.get("id", ""), given.get("for", "all")
        self._key = key
        if "yfiles.type" in given or (given.keys() <= {"id", "for"} and ":" in key):
            self.graph.drawn.add(key)
            if given.get("yfiles.type") == "nodegraphics":
                self._drawings.add(key)
                self._label = self._label or self.graph.people.declare(f" {key}", "label")
            return
        name = given.get("attr.name", key)
        if domain == "graph" and name == PARTNERS:
            self._partner_keys.add(key)
        kind = _KINDS.get(given.get("attr.type", "string"), "text")
        if domain in ("node", "all"):
            self.graph.people.declare(key, name)
        if domain in ("edge", "all"):
            self.graph.ties.declare(key, name, kind)

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "node":
            self._owner = None
        elif tag == "graph":
            self._owner, self._row, self._undirected = self._outer.pop()
        elif tag == "data":
            self._parser.CharacterDataHandler = None
            if self._key in self._partner_keys:
                self.graph.partners = partner_rows("".join(self._text), self.graph, self._parser.CurrentLineNumber)
        elif tag == "default":
            self._parser.CharacterDataHandler = None
            self._default("".join(self._text))
        elif tag == "NodeLabel" and self._label is not None and self._key in self._drawings:
            self._parser.CharacterDataHandler = None
            self._text = ["".join(self._text).strip()]
            self._put(self._label)

    def _default(self, text: str) -> None:
        for attributes in (self.graph.people, self.graph.ties):
            values = attributes.of.get(self._key)
            if values is not None:
                try:
                    values.default = text if values.kind == "text" else float(text)
                except ValueError:
                    self.graph.wrong(f"{text!r} is not a number", self._parser.CurrentLineNumber, values.name)


def partner_rows(text: str, graph: Graph, line: int) -> list[tuple[str, str, str]]:
    """Read partner ties from JSON: a list of [source, target, weight]."""
    try:
        rows: Any = json.loads(text)
        return [(str(source), str(target), str(weight)) for source, target, weight in rows]
    except (ValueError, TypeError, RecursionError):
        raise graph.refuse("partners is not a JSON list of [source, target, weight]", line) from None
