"""Networks from files: layouts, names of columns, ids byte for byte, what the reading says; real data sets."""

import csv
import gzip
import io
import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spark
from spark.errors import DataError, UsageError
from spark.files import table as table_module

DATA = os.environ.get("SPARK_DATA")
HARD_IDS = (
    "a,b",
    'say "hi"',
    "amina k",
    "007",
    "7",
    "🔥",
    "שלום",
    "line\nbreak",
    "a;b",
    "tab\there",
    "-0",
    "#1",
    "'",
    "é",
)


def write(folder, **files):
    """Write files into a folder; `ties_csv` is ties.csv."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def ties_of(network):
    return [
        (network.people[source], network.people[target])
        for source, target in zip(network.sources().tolist(), network.targets.tolist(), strict=True)
    ]


TWO_TIES = [("1", "2"), ("2", "3")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ties.csv", "source,target\n1,2\n2,3\n"),
        ("ties.csv", "source,target\r\n1,2\r\n2,3"),
        ("ties.csv", "source,target\r1,2\r2,3\r"),
        ("ties.csv", "\ufeffSource;Target\n1;2\n2;3\n"),
        ("ties.csv", '"source","target"\n"1","2"\n"2","3"\n\n\n'),
        ("ties.csv", "source, target\n1, 2\n2, 3\n"),
        ("ties.csv", "1, 2\n2, 3\n"),
        ("ties.csv", "\n\nsource,target\n1,2\n\n,\n2,3\n"),
        ("ties.csv", "# made by hand\nsource,target\n1,2\n2,3\n"),
        ("ties.csv", "note,target,source\nx,2,1\ny,3,2\n"),
        ("ties.tsv", "from\tto\n1\t2\n2\t3\n"),
        ("edges.txt", "# Directed graph\n# FromNodeId\tToNodeId\n1\t2\n2\t3\n"),
        ("edges.txt", "% asym unweighted\n1 2\n2 3\n"),
        ("edges.txt", "  1   2 \n2\t 3  \n\n"),
        ("edges.txt", "source target\n1 2\n2 3\n"),
        ("EDGES.CSV", "src,dst\n1,2\n2,3\n"),
        ("ties.csv", "From Node,To_Node\n1,2\n2,3\n"),
    ],
)
def test_a_table_of_ties_is_read_in_any_usual_layout(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode())
    for place in (path, tmp_path):
        network = spark.read_network(place)
        assert ties_of(network) == TWO_TIES
        assert network.reading.influence == "source-to-target"
    zipped = tmp_path / f"{name}.gz"
    zipped.write_bytes(gzip.compress(content.encode()))
    path.unlink()
    assert ties_of(spark.read_network(tmp_path)) == TWO_TIES


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50)), min_size=1, max_size=30),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["", "weight", "layer"]),
)
def test_the_fast_path_reads_exactly_what_the_slow_path_reads(tmp_path_factory, rows, delimiter, end, header, extra):
    folder = tmp_path_factory.mktemp("fast")
    header = header or bool(extra)
    lines = [["source", "target"] + [extra] * bool(extra)] if header else []
    more = {"": lambda i: [], "weight": lambda i: [f"{i / 8}"], "layer": lambda i: ["xy"[i % 2]]}[extra]
    lines += [[str(source), str(target), *more(i)] for i, (source, target) in enumerate(rows)]
    path = write(folder, ties_csv=end.join(delimiter.join(line) for line in lines) + end) / "ties.csv"
    fast = spark.read_network(path, merge="sum")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_module, "plain_columns", lambda *_: None)
        slow = spark.read_network(path, merge="sum")
    assert_equal(fast, slow)
    assert fast.reading == slow.reading


def assert_equal(one, other):
    """Compare two networks in everything but how they were read."""
    for name in ("people", "organisations", "teams"):
        assert list(map(str, getattr(one, name))) == list(map(str, getattr(other, name))), name
    for name in ("label", "given", "layers"):
        assert getattr(one, name) == getattr(other, name), name
    for name in (
        *("organisation", "team", "readiness", "visibility", "outlook", "cost", "value", "take_up"),
        *("adopted", "eligible", "answered"),
        *("indptr", "targets", "layer", "partner_source", "partner_target", "partner_weight"),
    ):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True, err_msg=name)
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        np.testing.assert_array_equal(column, other.columns[name], strict=True)
    assert list(one.numbers) == list(other.numbers)
    for name, column in one.numbers.items():
        np.testing.assert_array_equal(column, other.numbers[name], strict=True)
    assert list(one.groups) == list(other.groups)
    for name, group in one.groups.items():
        assert group.names == other.groups[name].names
        np.testing.assert_array_equal(group.codes, other.groups[name].codes, strict=True)


@given(st.lists(st.one_of(st.sampled_from(HARD_IDS), st.text(st.characters(codec="utf-8"), max_size=4)), min_size=2))
def test_ids_survive_byte_for_byte(tmp_path_factory, ids):
    ids = [text for text in dict.fromkeys(ids) if text.strip() and "\x00" not in text]
    rows = list(itertools.pairwise(ids))
    if not rows:
        return
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("source", "target"), *rows])
    folder = write(tmp_path_factory.mktemp("ids"), ties_csv=text.getvalue())
    network = spark.read_network(folder)
    assert list(network.people) == ids
    assert ties_of(network) == rows


def test_a_leading_zero_is_part_of_an_id_in_every_layout(tmp_path):
    for name, content in (
        ("a.csv", "source,target\n007,7\n7,8\n"),
        ("b.txt", "007 7\n7 8\n"),
        ("c.csv", "007,7\n7,8\n"),
    ):
        path = tmp_path / name
        path.write_text(content)
        assert list(spark.read_network(path).people) == ["007", "7", "8"]


def test_integer_ids_of_ties_match_a_table_of_people_with_text_ids(tmp_path):
    folder = write(tmp_path, ties_csv="source,target\n10,2\n", people_csv="id\n2\n007\n10\namina\n")
    network = spark.read_network(folder)
    assert list(network.people) == ["2", "007", "10", "amina"]
    assert ties_of(network) == [("10", "2")]


def test_ids_that_differ_only_in_blanks_stay_apart_and_are_pointed_out(tmp_path):
    network = spark.read_network(write(tmp_path, ties_csv="source,target\na,b\nc, b\n"))
    assert list(network.people) == ["a", "b", "c", " b"]
    assert "ids that begin or end with a blank: 1, such as ' b'" in network.reading.notes


def test_a_folder_gives_people_organisations_partners_and_says_what_it_took_for_what(tmp_path):
    folder = write(
        tmp_path / "trust",
        ties_csv="From,To,kind,Relation,hours,mood\na,b,x,work,2,-1\nb,a,y,work,0,1\nb,b,y,home,1,1\na,b,x,work,2,-1\n",
        nodes_csv="name,label,department,Ward,Susceptibility,cost,adopted,site,badge,pay\n"
        "a,Ann,North,w1,0.5,,yes,x,k1,1.5\nb,Bo,,w1,1,2,0,y,k2,2.5\n",
        partners_csv="source,target,weight\nNorth,East,1\n",
        notes_md="",
        distances_csv="",
    )
    (folder / ".hidden").write_text("")
    network = spark.read_network(folder)
    assert list(network.organisations) == ["North", "East"]
    assert list(network.teams) == ["w1"]
    assert network.readiness.tolist() == [0.5, 1]
    assert network.cost.tolist() == [1, 2]
    assert network.adopted.tolist() == [True, False]
    assert network.layers == ("home", "work")
    assert list(network.columns) == ["hours"]
    reading = network.reading
    assert reading.roles == {
        "ties.csv": {"source": "From", "target": "To", "layer": "Relation"},
        "nodes.csv": {
            "id": "name",
            "label": "label",
            "organisation": "department",
            "team": "Ward",
            "readiness": "Susceptibility",
            "cost": "cost",
            "adopted": "adopted",
        },
        "partners.csv": {"source": "source", "target": "target", "weight": "weight"},
    }
    assert reading.files == (("ties.csv", "ties", 4), ("nodes.csv", "people", 2), ("partners.csv", "partners", 1))
    assert reading.files_not_read == ("distances.csv", "notes.md")
    assert (reading.self_loops, reading.merged) == (1, 1)
    assert reading.unused == (
        "ties.csv: kind (text)",
        "ties.csv: mood (2 of 4 are negative)",
        "nodes.csv: pay (numbers without a role)",
    )
    assert "nodes.csv: cost: 1 empty, taken as 1" in reading.notes
    assert set(network.groups) == {"site", "badge"}
    assert network.summary()["files_not_read"] == ["distances.csv", "notes.md"]


def test_with_an_organisation_column_the_department_is_a_group(tmp_path):
    folder = write(tmp_path, ties_csv="source,target\na,b\n", people_csv="id,department,organisation\na,d,o\nb,d,p\n")
    network = spark.read_network(folder)
    assert list(network.organisations) == ["o", "p"]
    assert network.groups["department"].names == ("d",)


def test_of_several_id_columns_the_one_that_holds_the_ends_of_ties_is_taken(tmp_path):
    folder = write(tmp_path, ties_csv="source,target\nx1,x2\n", people_csv="id,node\n1,x1\n2,x2\n")
    network = spark.read_network(folder)
    assert list(network.people) == ["x1", "x2"]
    assert network.reading.unused == ("people.csv: id (another column plays this role)",)


def test_columns_can_be_named_ignored_or_counted(tmp_path):
    folder = write(
        tmp_path / "named",
        ties_csv="who,whom,rank,intensity\na,b,1,3\na,b,2,3\n",
        people_csv="badge,mood\na,2\nb,3\n",
        partners_csv="lender,borrower\no,p\n",
    )
    columns = {
        "source": "who",
        "target": "whom",
        "weight": "intensity",
        "ignore": ["rank"],
        "id": "badge",
        "people.readiness": "mood",
        "partners.source": "lender",
        "partners.target": "borrower",
    }
    network = spark.read_network(folder, columns=columns)
    assert ties_of(network) == [("a", "b")]
    assert network.columns["weight"].tolist() == [3]
    assert network.readiness.tolist() == [2, 3]
    assert list(network.organisations) == ["o", "p"]
    assert network.reading.merged == 1
    path = tmp_path / "plain.csv"
    path.write_text("a,x,b\nc,y,d\n")
    assert ties_of(spark.read_network(path, columns={"source": "3", "target": "1"})) == [("b", "a"), ("d", "c")]


def test_a_file_without_a_header_says_so_and_names_its_third_column_weight(tmp_path):
    path = tmp_path / "e.txt"
    path.write_text("a b 2\nb c 3\n")
    network = spark.read_network(path)
    assert network.columns["weight"].tolist() == [2, 3]
    assert network.reading.notes == ("e.txt: there is no header; line 1 is the first tie",)
    assert network.reading.roles == {"e.txt": {"source": "column 1", "target": "column 2", "weight": "column 3"}}


def test_a_first_row_that_may_be_a_header_or_a_tie_is_never_guessed(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("who,whom\namina,bo\n")
    with pytest.raises(DataError, match=r"e\.csv:1: it cannot be told whether 'who', 'whom' are names"):
        spark.read_network(path)
    assert spark.read_network(path, columns={"source": "who", "target": "whom"}).size == 2
    assert spark.read_network(path, columns={"source": "1", "target": "2"}).size == 4


@pytest.mark.parametrize("header", ["ego,alter", "nominator,nominee", "i,j", "Sender,Receiver", "source,alter"])
def test_the_names_of_a_survey_leave_influence_open_and_it_must_be_given(tmp_path, header):
    folder = write(tmp_path, ties_csv=f"{header}\na,b\n")
    with pytest.raises(UsageError, match="do not say which way influence runs; give influence"):
        spark.read_network(folder)
    assert ties_of(spark.read_network(folder, influence="target-to-source")) == [("b", "a")]
    assert ties_of(spark.read_network(folder, influence="both")) == [("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("out.moreno", "% sym unweighted\n1 2\n2 3\n"),
        ("graph.txt", "# Undirected graph: x.txt\n1\t2\n2\t3\n"),
        ("gephi.csv", "Source,Target,Type,Weight\n1,2,Undirected,1\n2,3,Undirected,2\n"),
    ],
)
def test_a_file_that_says_it_is_undirected_makes_influence_run_both_ways(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    network = spark.read_network(path)
    assert network.reading.influence == "both"
    assert network.tie_count == 4
    assert network.layers == ("ties",)
    assert "influence runs both ways" in network.reading.notes[-1]
    assert spark.read_network(path, influence="source-to-target").tie_count == 2


def test_layers_can_be_chosen_and_everybody_stays(tmp_path):
    folder = write(tmp_path, ties_csv="source,target,layer\na,b,x\nc,d,y\nb,c,z\nd,d,x\n")
    network = spark.read_network(folder, layers=["z", "y"])
    assert list(network.people) == ["a", "b", "c", "d"]
    assert network.layers == ("y", "z")
    assert ties_of(network) == [("b", "c"), ("c", "d")]
    assert network.layer.tolist() == [1, 0]
    assert network.reading.self_loops == 0
    assert network.reading.notes == ("rows of ties of other layers that are left out: 2",)
    with pytest.raises(UsageError, match=r"there is no layer 'xx'; did you mean 'x'\? \(layers: x, y, z\)"):
        spark.read_network(folder, layers=["xx"])


def test_layers_are_sorted_by_their_bytes_and_numbered_ones_stay_text(tmp_path):
    folder = write(tmp_path, ties_csv="source,target,layer\n1,2,10\n1,2,9\n1,2,01\n")
    assert spark.read_network(folder).layers == ("01", "10", "9")


def test_partner_ties_run_from_source_to_target_whatever_the_ties_do(tmp_path):
    folder = write(tmp_path, ties_csv="source,target\na,b\n", partners_csv="from,to,strength\no,p,2\n")
    network = spark.read_network(folder, influence="both")
    assert [(network.organisations[o], network.organisations[p]) for o, p in [(0, 1)]] == [("o", "p")]
    assert network.partner_source.tolist() == [0]
    assert network.partner_weight.tolist() == [2]
    assert network.reading.notes == ("partners.csv: partner ties run from source to target all the same",)


def test_other_encodings_are_read_when_they_are_named(tmp_path):
    text = "source,target\nandré,b\n"
    for encoding in ("windows-1252", "utf-16", "latin-1"):
        write(tmp_path, ties_csv=text.encode(encoding))
        assert list(spark.read_network(tmp_path, encoding=encoding).people) == ["andré", "b"]


def test_ties_without_rows_are_fine_when_there_are_people(tmp_path):
    network = spark.read_network(write(tmp_path, ties_csv="source,target\n", people_csv="id\na\n"))
    assert (network.size, network.tie_count) == (1, 0)


real = pytest.mark.skipif(DATA is None, reason="SPARK_DATA does not name the folder of real data sets")


@real
@pytest.mark.parametrize(
    ("name", "influence", "people", "ties", "layers", "organisations", "self_loops", "not_read"),
    [
        ("dhhs_tobacco_leaders", "both", 54, 894, 1, 11, 0, "README.md"),
        ("email_eu_core", None, 1005, 24929, 1, 42, 642, "README.md"),
        ("tobacco_partners_indiana", "both", 25, 878, 3, 0, 0, "README.md distances.csv"),
        ("nethept", "both", 15229, 62752, 1, 0, 0, "README.md multigraph.csv.gz"),
        ("epinions", None, 75879, 508837, 1, 0, 0, "README.md"),
        ("wiki_vote", None, 7115, 103689, 1, 0, 0, "README.md"),
    ],
)
def test_real_data_sets_are_read_as_they_are(
    name, influence, people, ties, layers, organisations, self_loops, not_read
):
    network = spark.read_network(Path(str(DATA)) / name, influence=influence)
    assert (network.size, network.tie_count) == (people, ties)
    assert (len(network.layers), len(network.organisations)) == (layers, organisations)
    assert network.reading.self_loops == self_loops
    assert " ".join(network.reading.files_not_read) == not_read
