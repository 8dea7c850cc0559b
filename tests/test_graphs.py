"""Graph objects of other libraries, a survey's silent people, and tables as spreadsheets write them."""

import networkx as nx
import numpy as np
import pytest
from test_files import assert_equal, write

import spark
from spark.errors import UsageError, WrongTypeError


class Vertex(int):
    """A vertex of graph-tool: its own position."""


class Edge:
    """An edge of graph-tool."""

    def __init__(self, source, target):
        self._ends = Vertex(source), Vertex(target)

    def source(self):
        return self._ends[0]

    def target(self):
        return self._ends[1]


class GraphTool:
    """What of graph-tool's Graph is used, as its documentation describes it; it cannot be installed by pip."""

    def __init__(self, size, edges, directed, names, weights):
        self._size, self._directed = size, directed
        self._edges = [Edge(*ends) for ends in edges]
        self.vertex_properties = {"name": dict(enumerate(names))} if names else {}
        self.edge_properties = {"weight": dict(zip(self._edges, weights, strict=True))}

    def is_directed(self):
        return self._directed

    def num_vertices(self):
        return self._size

    def vertices(self):
        return map(Vertex, range(self._size))

    def edges(self):
        return iter(self._edges)

    def get_edges(self):
        return np.array([(edge.source(), edge.target()) for edge in self._edges])


def of_igraph(size, edges, directed, names, weights):
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph(n=size, edges=edges, directed=directed)
    if names:
        graph.vs["name"] = names
    graph.es["weight"] = weights
    return graph


@pytest.mark.parametrize("library", [of_igraph, GraphTool])
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("names", [["amina", "bo", "cy", "dev"], None])
def test_a_graph_of_another_library_is_the_same_network(library, directed, names):
    edges, weights = [(2, 0), (0, 1)], [2.0, 0.5]
    network = spark.Network.from_graph(library(4, edges, directed, names, weights))
    ids = names or list(range(4))
    same = spark.Network.from_edges(
        [ids[source] for source, _ in edges],
        [ids[target] for _, target in edges],
        columns={"weight": weights},
        people={"id": ids},
        influence="source-to-target" if directed else "both",
    )
    assert_equal(network, same)
    assert network.reading.influence == same.reading.influence


def test_names_that_two_share_are_labels_and_no_ids():
    network = spark.Network.from_graph(GraphTool(2, [(0, 1)], True, ["Ann", "Ann"], [1.0]))
    assert list(network.people) == [0, 1]
    assert network.groups["name"].names == ("Ann",)


def test_the_one_door_also_takes_networkx_and_scipy():
    graph = nx.path_graph(3, create_using=nx.DiGraph)
    assert_equal(spark.Network.from_graph(graph), spark.Network.from_networkx(graph))
    matrix = pytest.importorskip("scipy.sparse").coo_array(np.eye(3, k=1))
    assert_equal(spark.Network.from_graph(matrix), spark.Network.from_scipy(matrix))
    with pytest.raises(WrongTypeError, match="a graph of networkx, igraph, graph-tool, scipy was expected, not dict"):
        spark.Network.from_graph({})
    with pytest.raises(UsageError, match="the graph is undirected, so influence runs both ways"):
        spark.Network.from_graph(GraphTool(2, [(0, 1)], False, None, [1.0]), influence="source-to-target")


def test_texts_as_keys_of_a_multigraph_are_layers_and_numbers_are_not():
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="advice")
    graph.add_edge("a", "b", key="lunch")
    assert spark.Network.from_networkx(graph).layers == ("advice", "lunch")
    graph.add_edge("a", "c")
    network = spark.Network.from_networkx(graph)
    assert network.layers == ("ties",)
    assert network.reading.merged == 1


def test_who_did_not_answer_is_no_isolate_and_the_summary_says_so(tmp_path):
    people = "id,answered\na,yes\nb,yes\nc,no\nd,no\ne,1\n"
    network = spark.read_network(write(tmp_path, ties_csv="source,target\na,b\nb,c\n", people_csv=people))
    assert network.answered.tolist() == [True, True, False, False, True]
    summary = network.summary()
    assert summary["isolates"] == 1
    assert summary["notes"] == [
        "2 of 5 people did not answer, so whom they name is not known; "
        "of these 1 have no tie here, and are not counted "
        "as isolates"
    ]
    everybody = spark.read_network(write(tmp_path, people_csv=people.replace("no", "yes")))
    assert everybody.summary()["isolates"] == 2
    assert not everybody.summary()["notes"]
    spark.write_network(network, tmp_path / "again.graphml")
    assert spark.read_network(tmp_path / "again.graphml").answered.tolist() == network.answered.tolist()


def test_tables_as_spreadsheets_write_them_are_read(tmp_path):
    folder = write(
        tmp_path,
        ties_csv="\ufeffsource;target;weight;hours;;\r\na;b;0,5;1,25;;\r\nb;c;2;3;;\r\nc;a;1;0,5\r\n",
        people_csv="id;readiness;;\na;0,5;;\nb;1\nc;1,5;;;;;\n",
    )
    network = spark.read_network(folder)
    assert network.columns["weight"].tolist() == [0.5, 2, 1]
    assert network.columns["hours"].tolist() == [1.25, 3, 0.5]
    assert network.readiness.tolist() == [0.5, 1, 1.5]
    assert network.reading.unused == ()
    assert network.reading.notes[0] == "ties.csv: weight: decimal commas are read as points"
    write(tmp_path, ties_csv="source;target;weight\na;b;1.234,5\n")
    with pytest.raises(spark.SparkError, match=r"ties\.csv:2: weight: '1\.234,5' is not a number"):
        spark.read_network(folder)


def test_cells_that_belong_to_no_column_are_still_told(tmp_path):
    folder = write(tmp_path, ties_csv="source;target;;\na;b;;x\nb;c;x;y;z\n")
    with pytest.raises(spark.SparkError, match=r"ties\.csv:3: 5 cells, but the header names 4"):
        spark.read_network(folder)
    assert spark.read_network(write(tmp_path, ties_csv="source;target;;\na;b;;x\n")).reading.unused == (
        "ties.csv: column 4 (it has no name)",
    )


def test_a_multilayer_edge_list_without_header_is_read_by_counting_also_where_a_number_is_a_cell(tmp_path):
    path = tmp_path / "layers.txt"
    path.write_text("advice amina bo 2\nlunch amina bo 1\nlunch bo carys 3\n")
    counted = {"layer": "1", "source": "2", "target": "3", "weight": "4"}
    network = spark.read_network(path, columns=counted)
    assert network.layers == ("advice", "lunch")
    assert network.columns["weight"].tolist() == [2, 1, 3]
