"""Networks from the graph objects of other libraries, known by what they can do and never imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spark.errors import UsageError, WrongTypeError
from spark.network.build import network_from_edges
from spark.network.convert import network_from_networkx, network_from_scipy, numeric
from spark.network.ids import is_missing
from spark.network.network import Network
from spark.network.reading import Influence, Merge

KINDS = ("networkx", "igraph", "graph-tool", "scipy")


def network_from_graph(
    graph: Any, *, influence: Influence | None, partners: Mapping[str, Any] | None, merge: Merge
) -> Network:
    """Do the work of `Network.from_graph`."""
    if hasattr(graph, "tocoo"):
        return network_from_scipy(graph, influence=influence or "source-to-target", people=None, partners=partners)
    if all(hasattr(graph, name) for name in ("vs", "es", "get_edgelist")):
        read = _igraph(graph)
    elif all(hasattr(graph, name) for name in ("get_edges", "num_vertices", "vertex_properties", "edge_properties")):
        read = _graph_tool(graph)
    elif all(hasattr(graph, name) for name in ("nodes", "edges", "is_directed")):
        return network_from_networkx(graph, influence=influence, partners=partners, merge=merge)
    else:
        raise WrongTypeError(f"a graph of {', '.join(KINDS)} was expected, not {type(graph).__name__}")
    source, target, people, attributes = read
    if not graph.is_directed():
        if influence not in (None, "both"):
            raise UsageError(f"influence {influence!r}: the graph is undirected, so influence runs both ways")
        influence = "both"
    people = _with_names(people)
    ids = people["id"]
    layer = attributes.pop("layer", None)
    columns, unused = numeric(attributes, "edges")
    return network_from_edges(
        source if isinstance(ids, np.ndarray) else [ids[i] for i in source.tolist()],
        target if isinstance(ids, np.ndarray) else [ids[i] for i in target.tolist()],
        layer=layer,
        influence=influence or "source-to-target",
        columns=columns,
        people=people,
        partners=partners,
        merge=merge,
        unused=unused,
    )


_Read = tuple[Any, Any, dict[str, Any], dict[str, Any]]


def _igraph(graph: Any) -> _Read:
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    people = {name: graph.vs[name] for name in graph.vs.attributes()}
    attributes = {name: graph.es[name] for name in graph.es.attributes()}
    return ends[:, 0], ends[:, 1], {"id": np.arange(graph.vcount())} | _apart(people), attributes


def _graph_tool(graph: Any) -> _Read:
    edges = list(graph.edges())
    ends = np.array([(int(edge.source()), int(edge.target())) for edge in edges], dtype=np.int64).reshape(-1, 2)
    people = _maps(graph.vertex_properties, list(graph.vertices()))
    attributes = _maps(graph.edge_properties, edges)
    return ends[:, 0], ends[:, 1], {"id": np.arange(graph.num_vertices())} | _apart(people), attributes


def _maps(maps: Any, keys: Sequence[Any]) -> dict[str, list[Any]]:
    return {str(name): [values[key] for key in keys] for name, values in maps.items()}


def _apart(people: Mapping[str, Any]) -> dict[str, Any]:
    """Keep an attribute called id from taking the place of the positions."""
    return {("attribute id" if name == "id" else name): values for name, values in people.items()}


def _with_names(people: dict[str, Any]) -> dict[str, Any]:
    """Take the names as ids where they tell everybody apart, as the users of igraph and graph-tool know them."""
    names = people.get("name")
    if names is None or not _distinct(names):
        return people
    return {"id": list(names)} | {name: values for name, values in people.items() if name not in ("id", "name")}


def _distinct(names: Iterable[Any]) -> bool:
    names = list(names)
    try:
        return not any(map(is_missing, names)) and len(set(names)) == len(names)
    except TypeError:
        return False
