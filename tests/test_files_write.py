"""Networks to files: they read back equal, nothing is overwritten unasked, nothing is left half-written."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_files import HARD_IDS, assert_equal

import spark
from spark.errors import RunError, UsageError
from spark.files import write as write_module

IDS = st.one_of(
    st.sampled_from(HARD_IDS),
    st.integers(-5, 300).map(str),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=5),
).filter(lambda text: "\x00" not in text)
NUMBERS = st.one_of(st.integers(0, 9).map(float), st.floats(0, 1e300))
NAMES = st.sampled_from(["site", "department", "name", "type", "Ward", "susceptibility", "a,b", "é", "x;y", "node"])


@st.composite
def networks(draw):
    """A network with everything that a file can hold."""
    people = draw(st.lists(IDS, min_size=1, max_size=7, unique=True))
    n = len(people)
    pairs = [(u, v) for u in people for v in people if u != v]
    layers = draw(st.lists(IDS.filter(lambda text: text == text.strip()), min_size=1, max_size=2, unique=True))
    ties = [(*pair, layer) for pair in pairs for layer in layers]
    rows = draw(st.lists(st.sampled_from(ties), unique=True, max_size=12)) if ties else []
    table = {"id": people}

    def column(values):
        return st.lists(values, min_size=n, max_size=n)

    optional = {
        "organisation": column(st.one_of(st.none(), st.sampled_from(["o", "p", "007", "7"]))),
        "team": column(st.one_of(st.none(), IDS)),
        "label": column(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3)),
        "readiness": column(NUMBERS),
        "visibility": column(NUMBERS),
        "outlook": column(NUMBERS),
        "cost": column(NUMBERS),
        "value": column(NUMBERS),
        "take_up": column(st.floats(0, 1)),
        "adopted": column(st.booleans()),
        "eligible": column(st.booleans()),
        "answered": column(st.booleans()),
        "years": column(st.one_of(st.none(), st.floats(-1e9, 1e9))),
    }
    for name, values in optional.items():
        if draw(st.booleans()):
            table[name] = draw(values)
    for name in draw(st.lists(NAMES, unique=True, max_size=2)):
        table[name] = draw(column(st.one_of(st.none(), st.sampled_from(["x", "12", "y z"]))))
    columns = {
        name: draw(st.lists(NUMBERS.filter(bool), min_size=len(rows), max_size=len(rows)))
        for name in draw(st.lists(st.sampled_from(["weight", "p", "type", "hours, weekly"]), unique=True, max_size=2))
    }
    organisations = ["o", "p", "q", "r", "7"]
    between = [(q, o) for q in organisations for o in organisations if q != o]
    partners = draw(st.lists(st.sampled_from(between), unique=True, max_size=6))
    return spark.Network.from_edges(
        [row[0] for row in rows],
        [row[1] for row in rows],
        layer=[row[2] for row in rows] if len(layers) > 1 else None,
        columns=columns,
        people=table,
        partners={
            "source": [q for q, _ in partners],
            "target": [o for _, o in partners],
            "weight": draw(st.lists(NUMBERS.filter(bool), min_size=len(partners), max_size=len(partners))),
        },
    )


@given(networks())
def test_a_network_that_is_written_reads_back_equal(tmp_path_factory, network):
    folder = tmp_path_factory.mktemp("written")
    paths = spark.write_network(network, folder)
    assert sorted(os.listdir(folder)) == sorted(path.name for path in paths)
    back = spark.read_network(folder)
    assert_equal(back, network)
    assert (back.reading.self_loops, back.reading.merged, back.reading.zero_strength) == (0, 0, 0)
    assert not back.reading.files_not_read


def test_a_second_writing_gives_the_same_bytes(tmp_path):
    network = spark.Network.from_edges([3, 1], [1, 2], layer=["x", "y"], columns={"weight": [0.1, 2]})
    spark.write_network(network, tmp_path / "one")
    spark.write_network(spark.read_network(tmp_path / "one"), tmp_path / "two")
    assert (tmp_path / "one" / "ties.csv").read_text() == "source,target,layer,weight\n3,1,x,0.1\n1,2,y,2\n"
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


NETWORK = spark.Network.from_edges(["a"], ["b"])
PARTNERS = spark.Network.from_edges(["a"], ["b"], partners={"source": ["o"], "target": ["p"]})


def test_nothing_is_overwritten_unless_asked(tmp_path):
    (tmp_path / "ties.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"ties\.csv: is there already"):
        spark.write_network(NETWORK, tmp_path)
    assert (tmp_path / "ties.csv").read_text() == "mine"
    assert os.listdir(tmp_path) == ["ties.csv"]
    spark.write_network(NETWORK, tmp_path, overwrite=True)
    assert spark.read_network(tmp_path).size == 2


def test_partner_ties_of_an_earlier_network_do_not_stay_behind(tmp_path):
    spark.write_network(PARTNERS, tmp_path)
    spark.write_network(NETWORK, tmp_path, overwrite=True)
    assert not len(spark.read_network(tmp_path).organisations)


def test_a_table_that_would_be_read_beside_ours_is_in_the_way(tmp_path):
    (tmp_path / "edges.csv.gz").write_text("")
    with pytest.raises(UsageError, match=r"edges\.csv\.gz: would be read beside the new files"):
        spark.write_network(NETWORK, tmp_path, overwrite=True)
    assert os.listdir(tmp_path) == ["edges.csv.gz"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    path = tmp_path / "trust"
    path.write_text("mine")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        spark.write_network(NETWORK, path, overwrite=True)
    assert path.read_text() == "mine"


def test_a_writing_that_fails_leaves_the_old_files_and_nothing_half_written(tmp_path, monkeypatch):
    spark.write_network(NETWORK, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path, rows):
        path.write_text("half")
        if path.name.startswith(".ties"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_module, "_write", full)
    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        spark.write_network(PARTNERS, tmp_path, overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (spark.Network.from_edges([1, "1"], ["a", "b"]), "two ids (person) would both be written as '1'"),
        (spark.Network.from_edges(["a\x00"], ["b"]), "person 'a\\x00' cannot stand in a file"),
        (spark.Network.from_edges(["\ud800"], ["b"]), "cannot stand in a file"),
        (spark.Network.from_edges(["a"], ["b"], layer=" x"), "layer ' x' cannot stand in a file"),
        (spark.Network.from_edges(["a"], ["b"], columns={"": np.ones(1)}), "tie column '' cannot stand in a file"),
    ],
)
def test_what_would_not_read_back_is_refused_before_anything_is_written(tmp_path, network, said):
    with pytest.raises(UsageError) as caught:
        spark.write_network(network, tmp_path / "trust")
    assert said in str(caught.value)
    assert not (tmp_path / "trust").exists()
