"""Wrong graphs, workbooks and archives: what is said, with file and line, and nothing can explode."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spark
from spark.errors import DataError, SparkError, UsageError

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<graphml><graph><node id="&lol2;"/></graph></graphml>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/hostname">]>
<gexf><graph><nodes><node id="&xxe;"/></nodes></graph></gexf>"""
KEY = '<key id="w" for="edge" attr.name="weight" attr.type="double"/>'


def said_of(folder, name, content, error=DataError, **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error) as caught:
        spark.read_network(path, **options)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("g.graphml", BOMB, "g.graphml:2: document types and entities are refused"),
        ("g.gexf", OUTSIDE, "g.gexf:2: document types and entities are refused"),
        ("g.graphml", "<!DOCTYPE graphml>\n<graphml/>", "g.graphml:1: document types and entities are refused"),
        ("g.graphml.gz", gzip.compress(BOMB.encode()), "g.graphml.gz:2: document types and entities are refused"),
        ("g.graphml.gz", gzip.compress(b"<graphml>", mtime=0)[:-9], "the gzip file is damaged or cut off"),
        ("g.graphml", "<graphml><graph>\n<node id='a'></graph>", "g.graphml:2: is no XML from here on: mismatched tag"),
        ("g.graphml", "<graphml>\n", "g.graphml:2: is no XML from here on: no element found"),
        ("g.graphml", "<svg/>", "g.graphml: holds no <graph>; is it GraphML?"),
        ("g.graphml", "<graphml><graph>\n<edge source='a'/></graph></graphml>", "g.graphml:2: the tie has no target"),
        ("g.graphml", "<graphml><graph>\n<node/></graph></graphml>", "g.graphml:2: the node has no id"),
        ("g.graphml", "<graphml><graph/>\n<graph/></graphml>", "g.graphml:2: a second graph begins here"),
        ("g.graphml", "<graphml><graph>\n<hyperedge/></graph></graphml>", "g.graphml:2: a hyperedge joins more"),
        (
            "g.graphml",
            f"<graphml>{KEY}<graph>\n<node id='a'/><node id='b'/>\n<edge source='a' target='b'>\n"
            "<data key='w'>many</data></edge></graph></graphml>",
            "g.graphml:4: weight: 'many' is not a number of at least 0",
        ),
        (
            "g.graphml",
            f"<graphml>{KEY}<graph>\n<node id='a'/><node id='b'/>\n<edge source='a' target='b'>"
            "<data key='w'>-2</data></edge></graph></graphml>",
            "g.graphml:3: weight: -2.0 is not a number of at least 0",
        ),
        (
            "g.graphml",
            "<graphml><graph>\n<node id='amina'/>\n<edge source='amina' target='amna'/></graph></graphml>",
            "g.graphml:3: target: 'amna' is not in the network (1 person); did you mean 'amina'?",
        ),
        (
            "g.graphml",
            "<graphml><graph>\n<node id='a'/>\n<node id='a'/></graph></graphml>",
            "g.graphml:3: id: 'a' stands already in line 2",
        ),
        ("g.gexf", "<gexf/>", "g.gexf: holds no <graph>; is it GEXF?"),
        (
            "g.gexf",
            "<gexf><graph><edges>\n<edge target='a'/></edges></graph></gexf>",
            "g.gexf:2: the tie has no source",
        ),
        (
            "g.gexf",
            "<gexf><graph><nodes><node id='a'/><node id='b'/></nodes><edges>\n"
            "<edge source='a' target='b' weight='x'/></edges></graph></gexf>",
            "g.gexf:2: weight: 'x' is not a number of at least 0",
        ),
        ("g.gml", "nothing", "g.gml: holds no graph [ ... ]; is it GML?"),
        ("g.gml", "graph [\n node [ id 1 ]\n", "the [ that opens here is never closed"),
        ("g.gml", 'graph [\n node [ id 1 label "x ]\n]', "g.gml:2: the quote that opens here is never closed"),
        ("g.gml", "graph [\n node [ id 1 ]\n edge [ source 1 ]\n]", "g.gml:3: the tie has no target"),
        ("g.net", "1 2\n", "g.net:1: a Pajek network begins with *Vertices"),
        ("g.net", "*Vertices 3 2\n", "g.net:1: a two-mode network holds no ties between people"),
        ("g.net", "*Vertices x\n", "g.net:1: *Vertices needs the number of vertices"),
        ("g.net", "*Vertices 2\n1 a\n2 b\n*Arcs\n1 3\n", "g.net:5: '3' is none of the vertices 1 to 2"),
        ("g.net", "*Vertices 2\n1 a\n1 b\n", "g.net:3: vertex 1 stands twice"),
        ("g.net", "*Vertices 2\n*Matrix\n0 1\n0\n", "g.net:4: 1 cells in row 2, but there are 2 vertices"),
        ("g.dl", "n=3\n", "g.dl:1: does not begin with DL"),
        ("g.dl", "DL n=2\nformat=full\ndata:\n", "g.dl:2: format 'full' is none of fullmatrix, upperhalf"),
        ("g.dl", "DL n=2\nsize=3\n", "g.dl:2: 'size=3' was not expected"),
        ("g.dl", "DL n=99999999999\ndata:\n", "g.dl:1: 99,999,999,999 people are more than the file can tell of"),
        ("g.net", "*Vertices 99999999999\n", "g.net:1: 99,999,999,999 vertices are more than the file can tell of"),
        ("t.csv", "amina;\nbo\n", "t.csv:1: it cannot be told whether 'amina', '' are names of columns"),
        ("g.dl", "DL n=2\ndata:\n0 1\n1", "g.dl:4: the data end before the matrix does"),
        ("g.dl", "DL n=2\ndata:\n0 1\n1 0\n5", "g.dl:5: there are more data than the matrix has cells"),
        ("g.dl", "DL n=2\ndata:\n0 1\nx 0\n", "g.dl:4: weight: 'x' is not a number of at least 0"),
        ("g.dl", "DL n=2 format=edgelist1\ndata:\n1 3\n", "g.dl:3: '3' is neither a label nor a number of 1 to 2"),
        ("g.dl", "DL nr=2 nc=3\ndata:\n0 1 1 0 0 0\n", "g.dl:1: a two-mode matrix holds no ties between people"),
        ("m.csv", ",a,b,c\na,0,1,0\nb,1,x,0\nc,0,0,0\n", "m.csv:3: b: 'x' is not a number of at least 0"),
        ("m.csv", ",a,b,c\na,0,1,0\nb,1,0,0\nd,0,0,0\n", "1 only in the first column, such as 'd'"),
        ("m.csv", "0,1,0,1\n1,0,0,0\n0,0,0,1\n1,0,1,0\n", "m.csv:1: looks like a matrix without names"),
        ("t.npz", b"nothing", "t.npz: is no archive of plain arrays"),
        ("t.xlsx", b"nothing", "t.xlsx: is no Excel workbook, or a damaged one"),
        ("ties.parquet", b"nothing", "ties.parquet: is no Parquet file, or a damaged one"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path, name, content, said):
    if name.endswith(".xlsx"):
        pytest.importorskip("openpyxl")
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    found = said_of(tmp_path, name, content)
    assert said in found[0]
    assert len(found[0]) < 700


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"source": np.array([1])}, "there is no array 'target' (arrays: source)"),
        ({"source": np.array([1, 2]), "target": np.array([1])}, "different lengths: source 2, target 1"),
        ({"source": np.array([[1]]), "target": np.array([1])}, "source: has 2 dimensions, not 1"),
        ({"source": np.array([{}]), "target": np.array([1])}, "Python objects are refused"),
        ({"source": [1], "target": [2], "weight": [np.nan]}, "t.npz:1: weight: nan is not a number of at least 0"),
        ({"source": [""], "target": ["b"]}, "t.npz:1: source: the id is missing"),
        ({"format": "csr", "shape": np.array([2, 3]), "data": np.array([1])}, "the matrix is 2 x 3, not square"),
    ],
)
def test_arrays_that_do_not_fit_are_told(tmp_path, arrays, said):
    np.savez(tmp_path / "t.npz", **arrays)
    with pytest.raises(DataError) as caught:
        spark.read_network(tmp_path / "t.npz")
    assert said in str(caught.value)


def test_a_workbook_without_a_sheet_of_ties_names_its_sheets(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.create_sheet("other")
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"no sheet is called ties or edges \(sheets: Sheet, other\)"):
        spark.read_network(tmp_path / "t.xlsx")


def test_a_format_whose_library_is_missing_says_how_to_get_it(tmp_path, monkeypatch):
    for module, name in (("openpyxl", "t.xlsx"), ("pyarrow", "ties.parquet")):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        (said,) = said_of(tmp_path, name, b"x", UsageError)
        assert "pip install 'orgspark[tables]'" in said


GOOD = {
    "g.graphml": f'<graphml>{KEY}<graph edgedefault="directed"><node id="a"/><node id="b"/>'
    '<edge source="a" target="b"><data key="w">2</data></edge></graph></graphml>',
    "g.gexf": '<gexf><graph><attributes class="edge"><attribute id="0" title="p" type="float"/></attributes><nodes>'
    '<node id="a" label="A"/><node id="b"/></nodes><edges><edge source="a" target="b" weight="2"><attvalues>'
    '<attvalue for="0" value="1"/></attvalues></edge></edges></graph></gexf>',
    "g.gml": 'graph [ directed 1 node [ id 1 label "a" ] node [ id 2 ] edge [ source 1 target 2 weight 2 ] ]',
    "g.net": '*Vertices 2\n1 "a b" 0.5\n2 c\n*Arcs :1 "x"\n1 2 3\n*Edgeslist\n1 2\n*Matrix :2\n0 1\n1 0\n',
    "g.dl": "DL n=2 nm=2 format=fullmatrix\nlabels:\na,b\nmatrix labels:\nx,y\ndata:\n0 1\n1 0\n0 0\n1 0\n",
    "e.dl": "dl n=2 format=edgelist1 labels embedded data:\na b 1\nb a 2\n",
    "m.csv": ";a;b;c\na;0;1,5;0\nb;1;0;0\nc;0;0;2\n",
    "t.csv": "source;target;weight;;\na;b;0,5;;\nb;c;1\n",
}


@pytest.mark.parametrize("name", GOOD)
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), st.binary(max_size=3)), max_size=4))
@settings(max_examples=250)
def test_no_damage_to_a_file_gives_anything_but_a_network_or_an_error_in_words(tmp_path_factory, name, cuts):
    data = GOOD[name].encode()
    for at, length, instead in cuts:
        data = data[:at] + instead + data[at + length :]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    try:
        network = spark.read_network(path)
    except SparkError as wrong:
        assert all(fault.message for fault in wrong.faults)  # noqa: PT017
    else:
        assert network.size
