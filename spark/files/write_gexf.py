"""Networks as GEXF 1.2, the format of Gephi."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from spark.files.gexf import PARTNERS
from spark.files.write_graphml import boolean, in_attribute, in_text, kind_of, opened, write_lines

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">
"""


def write(
    path: Path,
    people: Mapping[str, list[str]],
    results: Collection[str],
    ties: Iterator[Sequence[str]],
    partners: list[list[str]],
) -> None:
    """Write a file; the parameters are those of `write_graphml.write`. Without labels the ids stand for them."""
    ids = people["id"]
    labels = people.get("label", ids)
    columns = {name: cells for name, cells in people.items() if name not in ("id", "label")}
    kinds = {name: kind_of(name, cells, results) for name, cells in columns.items()}
    header = next(ties)[2:]
    weight = header.index("weight") if "weight" in header else None
    with opened(path) as file:
        file.write(_HEAD)
        if partners:
            description = in_text(PARTNERS + json.dumps(partners))
            file.write(f"<meta><creator>spark</creator><description>{description}</description></meta>\n")
        file.write('<graph defaultedgetype="directed" mode="static">\n')
        file.write(_attributes("node", kinds))
        edge_kinds = {
            name: "string" if i == 0 and name == "layer" else "double" for i, name in enumerate(header) if i != weight
        }
        file.write(_attributes("edge", edge_kinds))
        file.write("<nodes>\n")
        write_lines(
            file,
            (
                f'<node id="{in_attribute(ids[i])}" label="{in_attribute(labels[i])}">'
                + _values([boolean(c[i]) if kinds[name] == "boolean" else c[i] for name, c in columns.items()])
                + "</node>\n"
                for i in range(len(ids))
            ),
        )
        file.write("</nodes>\n<edges>\n")
        write_lines(file, (_edge(i, row, weight) for i, row in enumerate(ties)))
        file.write("</edges>\n</graph>\n</gexf>\n")


def _attributes(domain: str, kinds: Mapping[str, str]) -> str:
    if not kinds:
        return ""
    rows = "".join(
        f'<attribute id="{i}" title="{in_attribute(name)}" type="{kind}"/>\n'
        for i, (name, kind) in enumerate(kinds.items())
    )
    return f'<attributes class="{domain}">\n{rows}</attributes>\n'


def _values(cells: Sequence[str]) -> str:
    data = "".join(f'<attvalue for="{i}" value="{in_attribute(cell)}"/>' for i, cell in enumerate(cells) if cell)
    return f"<attvalues>{data}</attvalues>" if data else ""


def _edge(number: int, row: Sequence[str], weight: int | None) -> str:
    source, target, *cells = row
    weighted = f' weight="{cells.pop(weight)}"' if weight is not None else ""
    ends = f'source="{in_attribute(source)}" target="{in_attribute(target)}"'
    return f'<edge id="{number}" {ends}{weighted}>{_values(cells)}</edge>\n'
