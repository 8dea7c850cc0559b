"""Networks from networkx graphs, scipy matrices and data frames, taken by what they can do and never imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spark.errors import UsageError, WrongTypeError
from spark.network.build import build, network_from_edges, people_table, tie_table
from spark.network.ids import is_missing
from spark.network.network import Network
from spark.network.reading import Influence, Merge, Reading
from spark.network.roles import (
    default_influence,
    ends_missing,
    id_missing,
    people_roles,
    tie_roles,
    wanted_columns,
)
from spark.network.tables import Faults, TieTable
from spark.network.ties import STRICT, why_unused


def network_from_networkx(
    graph: Any, *, influence: Influence | None, partners: Mapping[str, Any] | None, merge: Merge
) -> Network:
    """Do the work of `Network.from_networkx`."""
    if not all(hasattr(graph, name) for name in ("nodes", "edges", "is_directed")):
        raise WrongTypeError(f"a networkx graph was expected, not {type(graph).__name__}")
    if not graph.is_directed():
        if influence not in (None, "both"):
            raise UsageError(f"influence {influence!r}: the graph is undirected, so influence runs both ways")
        influence = "both"
    nodes = list(graph.nodes(data=True))
    keyed = bool(getattr(graph, "is_multigraph", bool)())
    triples = list(graph.edges(keys=True)) if keyed else []
    edges = list(graph.edges(data=True))
    people = {"id": [node for node, _ in nodes], **_attributes([data for _, data in nodes])}
    attributes = _attributes([data for _, _, data in edges])
    layer = attributes.pop("layer", None)
    if layer is None and triples and all(isinstance(key, str) for _, _, key in triples):
        layer = [key for _, _, key in triples]  # networkx numbers parallel edges; a text as key is a kind of tie
    if "weight" in attributes:
        # A missing weight is 1 by networkx's own custom.
        attributes["weight"] = [1 if value is None else value for value in attributes["weight"]]
    columns, unused = numeric(attributes, "edges")
    return network_from_edges(
        [source for source, _, _ in edges],
        [target for _, target, _ in edges],
        layer=layer,
        influence=influence or "source-to-target",
        columns=columns,
        people=people,
        partners=partners,
        merge=merge,
        unused=unused,
    )


def _attributes(rows: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    """Turn the attributes of nodes or edges into columns, None where one is missing."""
    names = dict.fromkeys(key for data in rows for key in data)
    return {str(name): [data.get(name) for data in rows] for name in names}


def numeric(columns: Mapping[str, Any], table: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the columns that can stand beside ties, and why the others cannot."""
    used: dict[str, Any] = {}
    unused = []
    for name, values in columns.items():
        if name.strip().lower() in STRICT:
            used[name] = values
            continue
        try:
            column = np.array([np.nan if is_missing(value) else value for value in values])
            numbers = column.astype(np.float64) if column.dtype.kind in "iufb" else None
        except ValueError:
            numbers = None
        why = "text" if numbers is None else why_unused(numbers)
        if why is None:
            used[name] = numbers
        else:
            unused.append(f"{table}: {name} ({why})")
    return used, tuple(unused)


def network_from_scipy(
    matrix: Any, *, influence: Influence, people: Mapping[str, Any] | None, partners: Mapping[str, Any] | None
) -> Network:
    """Do the work of `Network.from_scipy`."""
    if not hasattr(matrix, "tocoo"):
        raise WrongTypeError(f"a scipy sparse matrix was expected, not {type(matrix).__name__}")
    rows, columns = matrix.shape
    if rows != columns:
        raise UsageError(f"the matrix has {rows:,} rows but {columns:,} columns; ties need as many of both")
    entries = matrix.tocoo(copy=True)
    entries.sum_duplicates()  # by scipy's own custom
    source, target = entries.row.astype(np.int64), entries.col.astype(np.int64)
    if people is None:
        people = {"id": np.arange(rows)}
    elif "id" in people and len(people["id"]) == rows:
        ids = people_table(people).ids
        source, target = ([ids[i] for i in end.tolist()] for end in (source, target))
    else:
        raise UsageError(f"people: a column 'id' with one id for each of the {rows:,} rows of the matrix is needed")
    weights = {} if entries.data.dtype.kind == "b" else {"weight": entries.data}
    return network_from_edges(
        source,
        target,
        layer=None,
        influence=influence,
        columns=weights,
        people=people,
        partners=partners,
        merge="refuse",
    )


def network_from_frames(
    ties: Any,
    people: Any,
    partners: Any,
    *,
    columns: Mapping[str, str | Sequence[str]] | None,
    influence: Influence | None,
    merge: Merge,
) -> Network:
    """Do the work of `Network.from_pandas`."""
    wanted = wanted_columns(columns)
    faults = Faults()
    unused: list[str] = []
    roles: dict[str, Mapping[str, str]] = {}
    tables: dict[str, TieTable] = {}
    for name, frame in (("ties", ties), ("partners", partners)):
        if frame is None:
            continue
        data = {key: values for key, values in _frame(frame, name).items() if key not in wanted.ignored}
        roles[name] = own = tie_roles(name, list(data), wanted.of(name))
        missing = ends_missing(name, list(data), own)
        if missing:
            raise UsageError(f"{name}: {missing}")
        ends = {own[role]: role for role in ("source", "target", "layer") if role in own}
        renamed = {column: role for role, column in own.items() if column not in ends}
        extras = {renamed.get(key, key): values for key, values in data.items() if key not in ends}
        numbers, rejected = numeric(extras, name)
        unused += rejected
        layer = data[own["layer"]] if "layer" in own else None
        tables[name] = tie_table(name, data[own["source"]], data[own["target"]], layer, numbers, faults)
    table = None
    if people is not None:
        data = {key: values for key, values in _frame(people, "people").items() if key not in wanted.ignored}
        roles["people"] = own = people_roles("people", list(data), wanted.of("people"))
        if "id" not in own:
            raise UsageError(f"people: {id_missing(list(data))}")
        renamed = {column: role for role, column in own.items()}
        table = people_table({renamed.get(key, key): values for key, values in data.items()})
    if influence is None:
        influence = default_influence("ties", roles["ties"]["source"], roles["ties"]["target"])
    reading = Reading(roles=roles, unused=tuple(unused))
    return build(
        tables["ties"],
        table,
        tables.get("partners"),
        influence=influence,
        merge=merge,
        reading=reading,
        faults=faults,
    )


def _frame(frame: Any, name: str) -> dict[str, Any]:
    if not hasattr(frame, "columns"):
        raise WrongTypeError(f"{name}: a data frame was expected, not {type(frame).__name__}")
    return {str(column): frame[column] for column in frame.columns}
