"""GraphML (Brandes, Eiglsperger, Herman, Himsolt & Marshall 2002), read as a stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.parsers import expat

from spark.files.graph import Attributes, Contents, Graph, ValueKind, labels_as_ids
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
    parse(path, encoding, reading.install)
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
        self.graph = Graph(file, faults)
        self.found = False
        self.by_igraph = False
        self._labels: set[str] = set()
        self._skipped: set[str] = set()
        self._partner_keys = {PARTNERS}
        # The attributes and row that <data> now belong to; None outside of nodes and ties.
        self._owner: tuple[Attributes, int] | None = None
        self._outer: list[tuple[tuple[Attributes, int] | None, bool]] = []
        self._undirected = False
        self._key = ""
        self._text: list[str] = []

    def install(self, parser: expat.XMLParserType) -> None:
        """Set the handlers."""
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CommentHandler = self._comment

    def _comment(self, text: str) -> None:
        self.by_igraph |= "created by igraph" in text.lower()

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "data":
            self._key = given.get("key", "")
            self._text = []
            if self._key not in self._skipped:
                self._parser.CharacterDataHandler = self._text.append
        elif tag == "edge":
            graph = self.graph
            undirected = self._undirected
            if "directed" in given:
                undirected = given["directed"].strip().lower() in ("false", "0")
            try:
                graph.tie(given["source"], given["target"], self._parser.CurrentLineNumber, undirected)
            except KeyError as missing:
                said = f"the tie has no {missing.args[0]}"
                raise graph.refuse(said, self._parser.CurrentLineNumber) from None
            self._owner = graph.ties, len(graph.source) - 1
        elif tag == "node":
            line = self._parser.CurrentLineNumber
            if "id" not in given:
                raise self.graph.refuse("the node has no id", line)
            self.graph.node(given["id"], line)
            self._owner = self.graph.people, len(self.graph.nodes) - 1
        else:
            self._rarer(tag.rpartition(":")[2], given)

    def _rarer(self, tag: str, given: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        if tag == "key":
            self._declare(given)
        elif tag == "default":
            self._text = []
            self._parser.CharacterDataHandler = self._text.append
        elif tag == "graph":
            if self.found and not self._outer:
                raise self.graph.refuse("a second graph begins here; keep one graph in a file", line)
            self.found = True
            self._outer.append((self._owner, self._undirected))
            self._undirected = given.get("edgedefault", "directed").strip().lower() == "undirected"
            self._owner = None
        elif tag == "hyperedge":
            raise self.graph.refuse("a hyperedge joins more than two people; make ties of it first", line)
        elif tag == "NodeLabel" and self._key in self._labels:
            self._text = []
            self._parser.CharacterDataHandler = self._text.append
        elif tag in ("node", "edge", "data"):
            raise self.graph.refuse("elements with a namespace prefix are not read; write GraphML without one", line)

    def _declare(self, given: dict[str, str]) -> None:
        """Take note of a <key>: the name and type of an attribute."""
        key, domain = given.get("id", ""), given.get("for", "all")
        self._key = key
        if "yfiles.type" in given or (given.keys() <= {"id", "for"} and ":" in key):
            self._skipped.add(key)
            if given.get("yfiles.type") == "nodegraphics":
                self._labels.add(key)
                self.graph.people.declare(key, "label")
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
        if tag == "data":
            self._parser.CharacterDataHandler = None
            if self._key not in self._skipped:
                text = self._text
                self._take(text[0] if len(text) == 1 else "".join(text))
        elif tag in ("edge", "node"):
            self._owner = None
        else:
            tag = tag.rpartition(":")[2]
            if tag == "graph":
                self._owner, self._undirected = self._outer.pop()
            elif tag == "NodeLabel" and self._key in self._labels:
                self._parser.CharacterDataHandler = None
                self._take("".join(self._text).strip())
            elif tag == "default":
                self._parser.CharacterDataHandler = None
                self._default("".join(self._text))

    def _default(self, text: str) -> None:
        for attributes in (self.graph.people, self.graph.ties):
            values = attributes.of.get(self._key)
            if values is not None:
                try:
                    values.default = text if values.kind == "text" else float(text)
                except ValueError:
                    self.graph.wrong(f"{text!r} is not a number", self._parser.CurrentLineNumber, values.name)

    def _take(self, text: str) -> None:
        """Take the value of an attribute."""
        if self._owner is None:
            if self._key in self._partner_keys:
                self.graph.partners = partner_rows(text, self.graph, self._parser.CurrentLineNumber)
            return
        attributes, row = self._owner
        if len(text) > LONGEST:
            said = f"a text is longer than {LONGEST:,} characters"
            raise self.graph.refuse(said, self._parser.CurrentLineNumber)
        try:
            attributes.put(self._key, row, text)
        except ValueError:
            name, line = attributes.of[self._key].name, self._parser.CurrentLineNumber
            self.graph.wrong(f"{text!r} is not a number of at least 0", line, name)


def partner_rows(text: str, graph: Graph, line: int) -> list[tuple[str, str, str]]:
    """Read partner ties from JSON: a list of [source, target, weight]."""
    try:
        rows: Any = json.loads(text)
        return [(str(source), str(target), str(weight)) for source, target, weight in rows]
    except (ValueError, TypeError, RecursionError):
        raise graph.refuse("partners is not a JSON list of [source, target, weight]", line) from None
