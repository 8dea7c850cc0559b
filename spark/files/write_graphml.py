"""Networks as GraphML, which Gephi, igraph, networkx, yEd and we ourselves read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

from spark.files.graphml import PARTNERS
from spark.network.people import NUMBERS, SWITCHES, as_number

_BATCH = 1 << 16
_IN_TEXT = {"\r": "&#13;"}
_IN_ATTRIBUTE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def in_text(cell: str) -> str:
    """Return a cell as the text of an element."""
    return escape(cell, _IN_TEXT)


def in_attribute(cell: str) -> str:
    """Return a cell as the value of an attribute, line breaks and tabs kept."""
    return escape(cell, _IN_ATTRIBUTE)


def kind_of(name: str, cells: Sequence[str], results: Collection[str]) -> str:
    """Say whether a column of people holds double, boolean or string."""
    if name in NUMBERS:
        return "double"
    if name in SWITCHES:
        return "boolean"
    if name in results and all(cell == "" or as_number(cell) is not None for cell in cells):
        return "double"
    return "string"


def boolean(cell: str) -> str:
    """Return a switch of a table as XML writes it."""
    return "true" if cell == "1" else "false"


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a new file, zipped if it will be called so."""
    if ".gz." in path.name or path.name.endswith(".gz"):
        with (
            path.open("xb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as zipped,
        ):
            import io

            with io.TextIOWrapper(zipped, encoding="utf-8", newline="\n") as text:
                yield text
    else:
        with path.open("x", encoding="utf-8", newline="\n") as text:
            yield text


def write_lines(file: TextIO, lines: Iterable[str]) -> None:
    """Write many short texts in few calls."""
    lines = iter(lines)
    while batch := list(islice(lines, _BATCH)):
        file.write("".join(batch))


def write(
    path: Path,
    people: Mapping[str, list[str]],
    results: Collection[str],
    ties: Iterator[Sequence[str]],
    partners: list[list[str]],
) -> None:
    """Write a file.

    Parameters
    ----------
    path : a new file.
    people : columns of texts, ``id`` first.
    results : which of them are results.
    ties : the header, then one row a tie.
    partners : source, target and weight of each partner tie; they stand in an attribute of the graph.
    """
    ids = list(map(in_attribute, people["id"]))
    columns = {name: cells for name, cells in people.items() if name != "id"}
    kinds = {name: kind_of(name, cells, results) for name, cells in columns.items()}
    writers = [
        _cells(f"n{i}", columns[name], boolean if kinds[name] == "boolean" else in_text)
        for i, name in enumerate(columns)
    ]
    header = next(ties)[2:]
    with opened(path) as file:
        file.write(_HEAD)
        for i, (name, kind) in enumerate(kinds.items()):
            file.write(_key(f"n{i}", "node", name, kind))
        for i, name in enumerate(header):
            file.write(_key(f"e{i}", "edge", name, "string" if i == 0 and name == "layer" else "double"))
        if partners:
            file.write(_key(PARTNERS, "graph", PARTNERS, "string"))
        file.write('<graph edgedefault="directed">\n')
        if partners:
            file.write(f'<data key="{PARTNERS}">{in_text(json.dumps(partners))}</data>\n')
        rows = zip(ids, *writers, strict=True)
        write_lines(file, (f'<node id="{name}">{"".join(cells)}</node>\n' for name, *cells in rows))
        write_lines(file, (_edge(*row) for row in ties))
        file.write("</graph>\n</graphml>\n")


def _cells(key: str, cells: list[str], written: Callable[[str], str]) -> Iterator[str]:
    return (f'<data key="{key}">{written(cell)}</data>' if cell else "" for cell in cells)


def _key(key: str, domain: str, name: str, kind: str) -> str:
    return f'<key id="{key}" for="{domain}" attr.name="{in_attribute(name)}" attr.type="{kind}"/>\n'


def _edge(source: str, target: str, *cells: str) -> str:
    data = "".join(f'<data key="e{i}">{in_text(cell)}</data>' for i, cell in enumerate(cells))
    return f'<edge source="{in_attribute(source)}" target="{in_attribute(target)}">{data}</edge>\n'
