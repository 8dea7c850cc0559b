"""Wrong files: what is said, with which file and line, all at once, with the right exit code, and quickly."""

import gzip
import os
import tracemalloc

import numpy as np
import pytest

import spark
from spark.errors import DataError, UsageError
from spark.files import bytes as bytes_module


def faults_of(folder, error=DataError, /, path=None, options=None, **files):
    """Write the files, read the folder, and return what is said."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_", ".")).write_bytes(data)
    with pytest.raises(error) as caught:
        spark.read_network(path or folder, **(options or {}))
    return [str(fault) for fault in caught.value.faults]


def test_all_faults_of_all_files_are_told_at_once_with_their_lines(tmp_path):
    said = faults_of(
        tmp_path,
        people_csv='id,team,readiness,cost,adopted\na,w,1,2,yes\n"b\n,b",w,-0.2,nan,maybe\na,w,x,-1,0\n\nc,w,1\n,w,1,1,1\n',
        ties_csv="source,target,weight\na,amina,1\na,c,-1\nc,a,inf\nc,a,\na,amina,x\n,a,2\n",
        partners_csv="source,target,weight\nX,Y,1\nX,Y,2\nX\n",
    )
    assert said[:-1] == [
        "people.csv:3: readiness: -0.2 is not a number of at least 0",
        "people.csv:3: cost: nan is not a number of at least 0",
        "people.csv:3: adopted: 'maybe' is none of 0, 1, true, false, yes, no",
        "people.csv:5: id: 'a' stands already in line 2",
        "people.csv:5: readiness: 'x' is not a number of at least 0",
        "people.csv:5: cost: -1 is not a number of at least 0",
        "people.csv:7: 3 cells, but the header names 5",
        "people.csv:8: id: the id is missing",
        "partners.csv:3: weight: 2, but 1 in line 2, for the same tie 'X' -> 'Y'",
        "partners.csv:4: 1 cell, but the header names 3",
        "ties.csv:2: target: 'amina' is not in the network (3 people)",
        "ties.csv:3: weight: -1 is not a number of at least 0",
        "ties.csv:4: weight: inf is not a number of at least 0",
        "ties.csv:5: weight: the cell is empty",
        "ties.csv:6: weight: 'x' is not a number of at least 0",
        "ties.csv:7: source: the id is missing",
    ]
    assert said[-1].startswith("where rows disagree about the same tie, merge='sum' adds them up")


def test_each_fault_knows_its_file_line_and_key(tmp_path):
    (tmp_path / "ties.csv").write_text('source,target,weight\n"a\r\nb",c,1\n\nc,d,-1\n')
    with pytest.raises(DataError) as caught:
        spark.read_network(tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.key) == ("ties.csv", 5, "weight")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_also_through_quoted_line_breaks_and_blank_lines(tmp_path, ending):
    lines = ["source,target", "a,b", "", '"c', ',c",d', "e,f,g"]
    assert faults_of(tmp_path, ties_csv=ending.join(lines)) == ["ties.csv:6: 3 cells, but the header names 2"]


def test_many_ragged_rows_are_listed_up_to_twenty_and_the_rest_counted(tmp_path):
    said = faults_of(tmp_path, ties_csv="source,target\n" + "a,b,c\n" * 10_000)
    assert len(said) == 21
    assert said[0] == "ties.csv:2: 3 cells, but the header names 2"
    assert said[-1] == "and 9,980 more"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "ties.csv: the file is empty"),
        ("\n \n\n", "ties.csv: the file is empty"),
        ("source,target\n", "ties.csv: the network is empty: there are no people and no ties"),
        ("sorce,target\na,b\n", "ties.csv:1: no column is the source (columns: sorce, target); name it: "),
        ("ego,friend\na,b\n", "ties.csv:1: no column is the target (columns: ego, friend); name it: "),
        ("source,target,source\na,b,c\n", "ties.csv:1: source: two columns have this name"),
        ('source,target\na,b\n"c,d\ne,f\n', "ties.csv:3: the quote that opens here is never closed"),
        ('source,target\na,b\n"c"d,e\n', "ties.csv:3: a quoted cell goes on after its closing quote"),
        ("source,target,weight\na,b,one\n", "ties.csv:2: weight: 'one' is not a number of at least 0"),
        ('source,target,weight\na,b,"0,5"\n', "decimals are written with a point"),
        ("source,target,layer\na,b,\n", "ties.csv:2: layer: the layer is missing"),
        ("Source,Target,Type\n1,2,Directed\n2,3,Undirected\n", "Type: directed and undirected ties in one file"),
        (
            b"source,target\na,b\nandr\xe9,b\n",
            "ties.csv:3: byte 0xe9 is not UTF-8; it looks as if the file is encoded in ",
        ),
        (b"source,target\na,b\n\xff\xfe\x81,b\n", "ties.csv:3: byte 0xff is not UTF-8"),
        ("source,target\na,b\n".encode("utf-16"), "the file is encoded in UTF-16, not in UTF-8"),
        ("source,target\na,b\n".encode("utf-16-le"), "the file is encoded in UTF-16-LE, not in UTF-8"),
        ("source,target\na,b\n".encode("utf-16-be"), "the file is encoded in UTF-16-BE, not in UTF-8"),
        (b"source,target\na,b\n\x00,c\n", "ties.csv: is a binary file"),
        (b"PK\x03\x04rest", "ties.csv: is not a text file, but an Excel workbook or another zip archive"),
        (np.random.default_rng(1).bytes(5000), "ties.csv: is a binary file"),
        ("a," + "x" * 200_000 + "\n", "ties.csv:1: a cell is longer than 131,072 characters"),
        ("x" * 100_000 + "\n", "ties.csv:1: no column is the target"),
        ("who,whom\namina,bo\n", "it cannot be told whether 'who', 'whom' are names of columns or a tie"),
    ],
)
def test_a_file_that_is_no_table_of_ties_is_refused_in_words(tmp_path, content, said):
    found = faults_of(tmp_path, ties_csv=content)
    assert said in found[0]
    assert len(found) == 1
    assert len(found[0]) < 700


def test_the_nearest_column_stands_in_the_advice(tmp_path):
    (said,) = faults_of(tmp_path, ties_csv="sorce,target\na,b\n")
    assert said.endswith("name it: columns={'source': 'sorce'}")


@pytest.mark.parametrize("start", [b"", b"source,target\na,b\n"])
def test_a_line_of_100_megabytes_is_refused_before_it_fills_the_memory(tmp_path, start):
    path = tmp_path / "ties.csv"
    path.write_bytes(start + b"x" * 100_000_000)
    tracemalloc.start()
    try:
        said = faults_of(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said == [f"ties.csv:{1 + start.count(b'x') + 2 * bool(start)}: {LONG}"]
    assert peak < 10_000_000


LONG = f"the line is longer than {bytes_module.LONGEST_LINE:,} bytes; this is no table of ids"


def test_a_long_line_is_found_across_the_chunks_of_a_file(tmp_path):
    lines = b"aaaaaaa,b\n" * 100_000
    assert faults_of(tmp_path, ties_csv=lines + b"x" * (bytes_module.LONGEST_LINE + 1)) == [f"ties.csv:100001: {LONG}"]


def test_a_damaged_gzip_file_is_said_to_be_one(tmp_path):
    whole = gzip.compress(b"source,target\n1,2\n")
    for broken in (whole[:-9], whole[:12] + b"\xff\xff" + whole[14:]):
        (said,) = faults_of(tmp_path, ties_csv_gz=broken)
        assert said.startswith("ties.csv.gz: the gzip file is damaged or cut off")


def test_a_path_that_does_not_exist_is_a_matter_of_usage_with_the_nearest_name(tmp_path):
    (tmp_path / "trust").mkdir()
    (said,) = faults_of(tmp_path, UsageError, path=tmp_path / "trsut")
    assert said == f"{tmp_path / 'trsut'}: there is no such file or folder; did you mean 'trust'?"


def test_a_folder_without_ties_names_what_it_found_and_the_nearest(tmp_path):
    folder = tmp_path / "trust"
    folder.mkdir()
    assert faults_of(folder) == ["trust: there is no ties.csv or edges.csv (the folder is empty)"]
    assert faults_of(folder, tie_csv="", people_csv="") == [
        "trust: there is no ties.csv or edges.csv (found: people.csv, tie.csv); did you mean 'tie.csv'?"
    ]


def test_two_tables_of_the_same_role_are_refused(tmp_path):
    folder = tmp_path / "trust"
    folder.mkdir()
    said = faults_of(folder, ties_csv="source,target\na,b\n", edges_csv_gz=b"")
    assert said == ["trust: edges.csv.gz and ties.csv are both there; keep one of them"]


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "people.csv: the file is empty"),
        ("badge,team\nb1,x\n", "people.csv:1: no column holds the ids (columns: badge, team); name it: "),
        ("id\nb\n", "ties.csv:2: source: 'a' is not in the network (1 person)"),
    ],
)
def test_a_wrong_table_of_people_is_told(tmp_path, people, said):
    assert any(said in found for found in faults_of(tmp_path, ties_csv="source,target\na,b\n", people_csv=people))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": {"source": "whoo"}}, "columns: ties.csv has no column 'whoo'; did you mean 'who'?"),
        ({"columns": {"sorce": "who"}}, "columns: there is no role 'sorce'; did you mean 'source'?"),
        ({"columns": {"id": "who"}}, "columns: there is no file of people in "),
        ({"columns": {"source": ["who"]}}, "is played by one column, not by ['who']"),
        ({"columns": {"ignore": "rnak", "source": "who", "target": "whom"}}, "no file has a column 'rnak' to ignore"),
        ({"columns": {"source": "3", "target": "4"}}, "ties.csv has no column 'column 3'"),
        ({"columns": {"source": "who", "target": "whom"}, "influence": "up"}, "influence 'up' is none of"),
        ({"columns": {"source": "who", "target": "whom"}, "merge": "add"}, "merge 'add' is none of"),
        ({"encoding": "utf-9"}, "there is no encoding 'utf-9'"),
    ],
)
def test_a_wrong_option_is_a_matter_of_usage(tmp_path, options, said):
    found = faults_of(tmp_path, UsageError, options=options, ties_csv="who,whom\nx,y\n")
    assert said in found[0]


def test_rows_of_a_survey_that_disagree_name_both_lines_and_the_ways_out(tmp_path):
    content = "source,target,rank\na,b,1\nc,b,1\na,b,2\n"
    said = faults_of(tmp_path, ties_csv=content)
    assert said[0] == "ties.csv:4: rank: 2, but 1 in line 2, for the same tie 'a' -> 'b'"
    assert "merge='sum'" in said[1]
    assert "layer" in said[1]
    assert spark.read_network(tmp_path, columns={"ignore": ["rank"]}).tie_count == 2
    assert spark.read_network(tmp_path, merge="sum").columns["rank"].tolist() == [3, 1]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is readable to root")
def test_a_file_that_may_not_be_opened_is_told(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("source,target\na,b\n")
    path.chmod(0)
    (said,) = faults_of(tmp_path)
    assert said == "ties.csv: cannot be read: Permission denied"
