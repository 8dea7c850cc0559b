"""Graphs, workbooks, Parquet and NumPy archives: they come in whole, go out and come back equal."""

import gzip
import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_files import assert_equal, ties_of
from test_files_write import networks

import spark
from spark.errors import SparkError, UsageError

WORDS = st.text("abcxyzé ,;'<&>0123456789", min_size=1, max_size=5).map(str.strip).filter(bool)
WEIGHTS = st.one_of(st.integers(1, 9).map(float), st.floats(1e-9, 1e9))


@st.composite
def graphs(draw, words=WORDS, layers=("ties",)):
    """Ids, and ties with a layer and a weight each."""
    ids = draw(st.lists(words, min_size=2, max_size=6, unique_by=str.lower))
    pairs = [(*pair, layer) for pair in itertools.permutations(ids, 2) for layer in layers]
    ties = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=8))
    return ids, {tie: draw(WEIGHTS) for tie in ties}


def weights_of(network):
    layers = [network.layers[layer] for layer in network.layer.tolist()]
    ends = ties_of(network)
    return {
        (*tie, layer): weight
        for tie, layer, weight in zip(ends, layers, network.columns["weight"].tolist(), strict=True)
    }


def read(folder, name, content, **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return spark.read_network(path, **options)


def without_order_of_columns(network):
    """Make the order of tie columns that of their names; GEXF keeps the weight apart from the others."""
    object.__setattr__(network, "columns", dict(sorted(network.columns.items()) if network.tie_count else ()))
    return network


def holds_control_characters(network):
    """Tell whether some text cannot stand in XML."""
    names = [*network.people, *network.organisations, *network.teams, *network.layers, *(network.label or ())]
    return any((sign < " " and sign not in "\t\n\r") or sign in "\ufffe\uffff" for name in names for sign in name)


@pytest.mark.parametrize("ending", [".graphml", ".graphml.gz", ".gexf", ".npz", ".parquet"])
@given(network=networks())
def test_a_network_reads_back_equal_from_every_format_that_is_written(tmp_path_factory, ending, network):
    place = tmp_path_factory.mktemp("written") / f"trust{ending}"
    if ending not in (".npz", ".parquet") and holds_control_characters(network):
        with pytest.raises(UsageError, match="cannot stand in"):
            spark.write_network(network, place)
        return
    spark.write_network(network, place)
    back = spark.read_network(place)
    if ending == ".gexf":
        same_label = network.label == tuple(network.people.texts())
        back, network = without_order_of_columns(back), without_order_of_columns(network)
        if same_label:
            return  # in GEXF every node has a label, and the id stands for none
    assert_equal(back, network)


@given(graphs(), st.booleans())
def test_gml_of_networkx_is_read_whole(tmp_path_factory, graph, directed):
    ids, ties = graph
    made = nx.DiGraph() if directed else nx.Graph()
    made.add_nodes_from(ids)
    for (source, target, _), weight in ties.items():
        made.add_edge(source, target, weight=weight)
    path = tmp_path_factory.mktemp("gml") / "g.gml"
    nx.write_gml(made, path)
    network = spark.read_network(path)
    assert_equal(network, spark.Network.from_networkx(made))
    assert network.reading.influence == ("source-to-target" if directed else "both")


@given(graphs(layers=("advice", "work with")))
def test_pajek_relations_are_layers_and_labels_are_ids(tmp_path_factory, graph):
    ids, ties = graph
    number = {name: i for i, name in enumerate(ids, 1)}
    lines = [f"*Vertices {len(ids)}", *(f'{i} "{name}" 0.5 0.5' for name, i in number.items())]
    for layer in ("advice", "work with"):
        lines.append(f'*Arcs :{len(lines)} "{layer}"')
        lines += [f"{number[u]} {number[v]} {w!r}" for (u, v, kind), w in ties.items() if kind == layer]
    network = read(tmp_path_factory.mktemp("net"), "g.net", "\r\n".join(lines))
    assert list(network.people) == ids
    assert weights_of(network) == ties


@given(graphs(words=WORDS.filter(lambda word: "," not in word and not word.isdecimal())), st.booleans())
def test_ucinet_matrices_and_edge_lists_hold_the_same_ties(tmp_path_factory, graph, matrix):
    ids, ties = graph
    lines = [f"DL n={len(ids)} format={'fullmatrix' if matrix else 'edgelist1'}", "labels:"]
    lines += [f'"{name}"' for name in ids]
    lines.append("data:")
    if matrix:
        lines += [" ".join(repr(ties.get((u, v, "ties"), 0)) for v in ids) for u in ids]
    else:
        lines += [f'"{u}" "{v}" {w!r}' for (u, v, _), w in ties.items()]
    network = read(tmp_path_factory.mktemp("dl"), "g.txt", "\n".join(lines))
    assert list(network.people) == ids
    assert weights_of(network) == ties


@given(graphs(words=WORDS.filter(lambda word: "," not in word and ";" not in word)), st.sampled_from([",", ";", "\t"]))
def test_an_adjacency_matrix_gives_people_and_weights(tmp_path_factory, graph, delimiter):
    ids, ties = graph
    lines = [delimiter.join(["", *ids])]
    for u in ids:
        cells = [repr(ties[u, v, "ties"]) if (u, v, "ties") in ties else "0" for v in ids]
        if delimiter == ";":
            cells = [cell.replace(".", ",") for cell in cells]
        lines.append(delimiter.join([u, *cells]))
    network = read(tmp_path_factory.mktemp("matrix"), "m.csv", "\n".join(lines))
    assert list(network.people) == ids
    assert weights_of(network) == ties


@given(graphs(layers=("a", "b")), st.booleans())
def test_a_workbook_with_sheets_of_people_ties_and_partners_is_read(tmp_path_factory, graph, spaced):
    openpyxl = pytest.importorskip("openpyxl")
    ids, ties = graph
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "People"
    if spaced:
        sheet.append([])
    sheet.append(["id", "organisation", "readiness", None, None])
    for i, name in enumerate(ids):
        sheet.append([name, "North" if i else "South", 0.5])
    sheet = book.create_sheet("ties")
    sheet.append(["source", "target", "layer", "weight"])
    for (u, v, layer), weight in ties.items():
        sheet.append([u, v, layer, weight])
    sheet = book.create_sheet("partners")
    sheet.append(["source", "target"])
    sheet.append(["North", "South"])
    book.create_sheet("notes")
    path = tmp_path_factory.mktemp("xlsx") / "trust.xlsx"
    book.save(path)
    network = spark.read_network(path)
    assert list(network.people) == ids
    assert weights_of(network) == pytest.approx(ties)
    assert network.readiness.tolist() == [0.5] * len(ids)
    assert network.partner_source.size == 1
    assert network.reading.files_not_read == ("trust.xlsx (notes)",)


def test_integer_ids_of_a_workbook_are_not_called_7_0_and_lines_are_those_of_the_sheet(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["source", "target", "weight"], [7, 8, 1], [], ["007", 8, -1]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(SparkError, match=r"t\.xlsx \(Sheet\):4: weight: -1\.?0? is not a number of at least 0"):
        spark.read_network(tmp_path / "t.xlsx")
    book.active.cell(4, 3, 2)
    book.save(tmp_path / "t.xlsx")
    assert list(spark.read_network(tmp_path / "t.xlsx").people) == ["7", "8", "007"]


def test_arrays_and_sparse_matrices_of_numpy_and_scipy_are_read(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    np.savez(tmp_path / "t.npz", source=np.array([3, 1]), target=np.array([1, 2]), hours=np.array([1.5, 2]))
    network = spark.read_network(tmp_path / "t.npz")
    assert ties_of(network) == [("3", "1"), ("1", "2")]
    assert network.columns["hours"].tolist() == [1.5, 2]
    matrix = np.array([[0, 2, 0], [0, 0, 3.5], [1, 0, 0]])
    for kind in ("csr", "csc", "coo"):
        sparse.save_npz(tmp_path / f"{kind}.npz", sparse.coo_array(matrix).asformat(kind))
        assert weights_of(spark.read_network(tmp_path / f"{kind}.npz")) == {
            ("0", "1", "ties"): 2,
            ("1", "2", "ties"): 3.5,
            ("2", "0", "ties"): 1,
        }


GRAPHML = '<graphml><graph edgedefault="{kind}"><node id="a"/><node id="b"/>{edges}</graph></graphml>'
GEXF = '<gexf><graph defaultedgetype="{kind}"><nodes><node id="a"/><node id="b"/></nodes>'
GEXF += "<edges>{edges}</edges></graph></gexf>"


@pytest.mark.parametrize(
    ("name", "undirected", "mixed"),
    [
        (
            "g.graphml",
            GRAPHML.format(kind="undirected", edges='<edge source="a" target="b"/>'),
            GRAPHML.format(
                kind="directed",
                edges='<node id="c"/><edge source="a" target="b" directed="false"/><edge source="b" target="c"/>',
            ),
        ),
        (
            "g.gexf",
            GEXF.format(kind="undirected", edges='<edge source="a" target="b"/>'),
            GEXF.format(
                kind="directed",
                edges='<edge source="a" target="b" type="undirected"/><edge source="b" target="c"/>',
            ).replace("</nodes>", '<node id="c"/></nodes>'),
        ),
        (
            "g.net",
            "*Vertices 2\n1 a\n2 b\n*Edges\n1 2\n",
            "*Vertices 3\n1 a\n2 b\n3 c\n*Edges\n1 2\n*Arcs\n2 3\n",
        ),
    ],
)
def test_directedness_comes_from_the_file_and_is_told(tmp_path, name, undirected, mixed):
    network = read(tmp_path, name, undirected)
    assert ties_of(network) == [("a", "b"), ("b", "a")]
    assert network.reading.influence == "both"
    assert "influence runs both ways, for the file says that its ties are undirected" in network.reading.notes[-1]
    assert ties_of(read(tmp_path, name, undirected, influence="source-to-target")) == [("a", "b")]
    network = read(tmp_path, name, mixed)
    assert ties_of(network) == [("a", "b"), ("b", "a"), ("b", "c")]
    assert network.reading.influence == "source-to-target"
    assert "undirected ties beside directed ones, read both ways: 1" in network.reading.notes[-1]


def test_attributes_become_columns_of_people_and_ties_and_what_is_missing_is_told(tmp_path):
    content = """<graphml><key id="k" for="node" attr.name="organisation"/><key id="r" for="node" attr.name="readiness"
        attr.type="double"><default>0.5</default></key><key id="w" for="edge" attr.name="weight" attr.type="int"/>
        <key id="l" for="edge" attr.name="layer"/><graph>
        <node id="a"><data key="k">North &amp; East</data></node><node id="b"><data key="r">2</data></node>
        <edge source="a" target="b"><data key="l">x</data><data key="w">3</data></edge>
        <edge source="b" target="a"><data key="l">y</data></edge></graph></graphml>"""
    network = read(tmp_path, "g.graphml.gz", gzip.compress(content.encode()))
    assert list(network.organisations) == ["North & East"]
    assert network.readiness.tolist() == [0.5, 2]
    assert network.layers == ("x", "y")
    assert network.columns["weight"].tolist() == [3, 1]
    assert "weight: 1 missing, taken as 1" in network.reading.notes[0]


def test_ids_may_be_taken_from_an_attribute(tmp_path):
    content = GRAPHML.format(kind="directed", edges='<edge source="a" target="b"/>')
    for node, name in (("a", "amina"), ("b", "bo")):
        content = content.replace(f'<node id="{node}"/>', f'<node id="{node}"><data key="who">{name}</data></node>')
    assert ties_of(read(tmp_path, "g.graphml", content, columns={"id": "who"})) == [("amina", "bo")]
    with pytest.raises(UsageError, match="have no attribute 'whom'; did you mean 'who'"):
        spark.read_network(tmp_path / "g.graphml", columns={"id": "whom"})


def test_the_names_that_igraph_keeps_beside_its_numbers_are_the_ids(tmp_path):
    igraph = pytest.importorskip("igraph")
    graph = igraph.Graph([(0, 1), (1, 2)], directed=True)
    graph.vs["name"] = ["amina", "bo", "cy"]
    for ending in ("graphml", "gml", "net"):
        path = tmp_path / f"g.{ending}"
        {"graphml": graph.write_graphml, "gml": graph.write_gml, "net": graph.write_pajek}[ending](str(path))
        assert ties_of(spark.read_network(path)) == [("amina", "bo"), ("bo", "cy")]


@pytest.mark.parametrize("ending", ["", ".graphml", ".gexf", ".parquet", ".npz"])
def test_results_are_written_beside_the_people_and_read_by_others(tmp_path, ending):
    network = spark.Network.from_edges(["amina", "bo"], ["bo", "cy"], columns={"weight": [1, 2]})
    place = tmp_path / f"trust{ending}"
    attributes = {"chance": np.array([1, 0.25, 0.5]), "seed": [True, False, False]}
    spark.write_network(network, place, attributes=attributes)
    back = spark.read_network(place)
    assert ties_of(back) == ties_of(network)
    assert any("chance (numbers without a role)" in unused for unused in back.reading.unused)
    assert "seed" in back.groups
    if ending in (".graphml", ".gexf"):
        other = {".graphml": nx.read_graphml, ".gexf": nx.read_gexf}[ending](place)
        assert nx.get_node_attributes(other, "chance") == {"amina": 1, "bo": 0.25, "cy": 0.5}
        assert other.edges["amina", "bo"]["weight"] == 1
    with pytest.raises(UsageError, match="is there already"):
        spark.write_network(network, place)
    spark.write_network(network, place, overwrite=True)


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"cost": [1, 2]}, "attributes: 'cost' is the name of a column of people already"),
        ({"chance": [1]}, "attributes: chance has 1 values, but there are 2 people"),
    ],
)
def test_attributes_that_do_not_fit_are_refused(tmp_path, attributes, said):
    with pytest.raises(UsageError, match=said):
        spark.write_network(spark.Network.from_edges(["a"], ["b"]), tmp_path / "x.graphml", attributes=attributes)
    assert not (tmp_path / "x.graphml").exists()


def test_what_yed_draws_in_a_node_is_its_label(tmp_path):
    content = """<graphml><key for="node" id="d6" yfiles.type="nodegraphics"/>
        <graph xmlns:y="y" edgedefault="directed"><node id="n0"><data key="d6"><y:ShapeNode><y:Fill color="#F00"/>
        <y:NodeLabel>Ward 3</y:NodeLabel></y:ShapeNode></data></node><node id="n1"/><edge source="n0" target="n1"/>
        </graph></graphml>"""
    network = read(tmp_path, "g.graphml", content)
    assert network.label == ("Ward 3", "")
    assert ties_of(network) == [("n0", "n1")]


def test_nodes_within_nodes_are_people_too(tmp_path):
    content = """<graphml><key id="o" for="node" attr.name="organisation"/><graph edgedefault="directed">
        <node id="a"><graph edgedefault="undirected"><node id="b"/><node id="c"/><edge source="b" target="c"/></graph>
        <data key="o">North</data></node><edge source="a" target="b"/></graph></graphml>"""
    network = read(tmp_path, "g.graphml", content)
    assert list(network.people) == ["a", "b", "c"]
    assert network.organisation.tolist() == [0, -1, -1]
    assert ties_of(network) == [("a", "b"), ("b", "c"), ("c", "b")]
    gexf = """<gexf><attributes/><graph defaultedgetype="directed"><attributes class="node">
        <attribute id="0" title="readiness" type="float"><default>0.5</default></attribute></attributes><nodes>
        <node id="a"><nodes><node id="b"><attvalues><attvalue for="0" value="2"/></attvalues></node></nodes>
        <attvalues><attvalue for="0" value="3" start="1"/></attvalues></node></nodes>
        <edges><edge source="a" target="b" kind="work"/></edges></graph></gexf>"""
    network = read(tmp_path, "g.gexf", gexf)
    assert network.readiness.tolist() == [3, 2]
    assert network.layers == ("work",)
    assert "what changes over time is read as it is in the end" in network.reading.notes[0]


def test_a_matrix_in_a_folder_keeps_the_table_of_people(tmp_path):
    (tmp_path / "people.csv").write_text("id,organisation\nc,North\nb,South\na,North\nd,South\n")
    (tmp_path / "ties.csv").write_text("id,a,b,c\nb,1,0,0\na,0,1,0\nc,0,0,0\n")
    network = spark.read_network(tmp_path)
    assert list(network.people) == ["c", "b", "a", "d"]
    assert sorted(ties_of(network)) == [("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    "content", ["*Network x\n*Vertices 2\n*Arcs\n1 2\n", "% made by hand\n*vertices 2\n*arcs\n1 2\n"]
)
def test_a_format_is_known_by_how_a_text_begins(tmp_path, content):
    assert ties_of(read(tmp_path, "g.txt", content)) == [("1", "2")]
    assert ties_of(read(tmp_path, "g.xml", GRAPHML.format(kind="directed", edges="<edge source='a' target='b'/>")))
