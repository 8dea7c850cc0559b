"""Networks from Python: ids, the numbering of ties, what is dropped, merged or refused, graphs and frames."""

import json
import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from spark.errors import DataError, UsageError, WrongTypeError
from spark.network import Ids, Network, unknown
from spark.network.ids import canonical_integers

IDS = st.one_of(st.integers(0, 6), st.sampled_from(["a", "b", "é", "x y", "007"]))
ROWS = st.lists(st.tuples(IDS, IDS, st.sampled_from(["b", "a", "ä"]), st.integers(0, 2)), min_size=1, max_size=25)


def ties_of(network):
    """Every tie as (source, target, layer), in the order of the tie ids."""
    return [
        (network.people[source], network.people[target], network.layers[layer])
        for source, target, layer in zip(
            network.sources().tolist(), network.targets.tolist(), network.layer.tolist(), strict=True
        )
    ]


def by_hand(rows, influence):
    """The rules of MODEL section 2 once more, row by row: ties in order with their weight, and the three counts."""
    people = list(dict.fromkeys(end for row in rows for end in row[:2]))
    weights, self_loops, merged = {}, 0, 0
    for source, target, layer, weight in rows:
        if source == target:
            self_loops += 1
            continue
        ends = {
            "source-to-target": (source, target),
            "target-to-source": (target, source),
            "both": tuple(sorted((source, target), key=people.index)),
        }[influence]
        if (*ends, layer) in weights:
            merged += 1
        weights[(*ends, layer)] = weights.get((*ends, layer), 0) + weight
    ties = {tie: weight for tie, weight in weights.items() if weight}
    zero = len(weights) - len(ties)
    if influence == "both":
        ties |= {(target, source, layer): weight for (source, target, layer), weight in ties.items()}
    order = sorted(ties, key=lambda tie: (people.index(tie[0]), people.index(tie[1]), tie[2].encode()))
    return people, order, [ties[tie] for tie in order], (self_loops, merged, zero)


@given(ROWS, st.sampled_from(["source-to-target", "target-to-source", "both"]))
def test_ties_are_merged_dropped_and_numbered_as_by_hand(rows, influence):
    source, target, layer, weight = zip(*rows, strict=True)
    network = Network.from_edges(
        source, target, layer=layer, columns={"weight": weight}, influence=influence, merge="sum"
    )
    people, order, weights, counts = by_hand(rows, influence)
    reading = network.reading
    assert list(network.people) == people
    assert ties_of(network) == order
    assert network.columns["weight"].tolist() == weights
    assert (reading.self_loops, reading.merged, reading.zero_strength) == counts
    assert network.layers == tuple(sorted(set(layer), key=str.encode))


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=25), st.integers(1, 10**12))
def test_integer_ids_are_numbered_alike_whether_dense_far_apart_or_text(rows, spread):
    near = Network.from_edges(*np.array(rows).T)
    far = Network.from_edges(*(np.array(rows).T * spread))
    text = Network.from_edges(*([str(end) for end in ends] for ends in zip(*rows, strict=True)))
    assert [value * spread for value in near.people] == list(far.people)
    assert list(map(str, near.people)) == list(text.people)
    for other in (far, text):
        assert near.indptr.tolist() == other.indptr.tolist()
        assert near.targets.tolist() == other.targets.tolist()


@given(ROWS)
def test_a_people_table_fixes_the_order_of_people_and_keeps_isolates(rows):
    source, target, layer, _ = zip(*rows, strict=True)
    people = sorted({*source, *target, "isolate"}, key=str)
    network = Network.from_edges(source, target, layer=layer, people={"id": people})
    assert list(network.people) == people
    expected = sorted(
        {row[:3] for row in rows if row[0] != row[1]}, key=lambda t: (str(t[0]), str(t[1]), t[2].encode())
    )
    assert ties_of(network) == expected
    position = people.index("isolate")
    assert network.in_degree()[position] == network.out_degree()[position] == 0


def test_degrees_count_distinct_people_and_not_layers():
    network = Network.from_edges(["a", "a", "b"], ["c", "c", "c"], layer=["x", "y", "x"])
    assert network.tie_count == 3
    assert network.in_degree().tolist() == [0, 2, 0]
    assert network.out_degree().tolist() == [1, 0, 1]


def test_a_row_in_both_directions_is_a_duplicate_when_influence_runs_both_ways():
    network = Network.from_edges(["a", "b", "b"], ["b", "a", "c"], influence="both")
    assert network.tie_count == 4
    assert network.reading.merged == 1


def test_equal_duplicates_are_merged_and_disagreeing_ones_name_both_rows():
    equal = Network.from_edges(["a", "a"], ["b", "b"], columns={"rank": [1, 1]})
    assert (equal.tie_count, equal.reading.merged) == (1, 1)
    with pytest.raises(DataError) as caught:
        Network.from_edges(["a", "x", "a"], ["b", "y", "b"], columns={"rank": [1, 5, 2]})
    assert "ties[2].rank: 2, but 1 in row 0, for the same tie 'a' -> 'b'" in str(caught.value)
    assert "merge='sum'" in str(caught.value)


def test_people_who_occur_only_in_dropped_rows_stay_as_isolates():
    network = Network.from_edges(["a", "b"], ["a", "c"], columns={"weight": [1, 0]})
    assert list(network.people) == ["a", "b", "c"]
    assert network.tie_count == 0
    assert network.summary()["isolates"] == 3


def test_zero_drops_a_tie_by_its_strength_but_not_by_other_columns():
    assert Network.from_edges(["a"], ["b"], columns={"probability": [0]}).tie_count == 1
    assert Network.from_edges(["a"], ["b"], columns={"strength": [0]}).reading.zero_strength == 1


def test_all_faults_of_all_tables_are_told_at_once():
    with pytest.raises(DataError) as caught:
        Network.from_edges(
            ["a", "zoe", None],
            ["b", "a", "b"],
            columns={"weight": [1, -2, np.nan]},
            people={"id": ["a", "b", "a"], "readiness": [-0.2, "x", np.inf], "adopted": [1, "maybe", False]},
            partners={"source": ["X"], "target": ["Y"], "weight": [-1]},
        )
    found = {str(fault) for fault in caught.value.faults}
    assert found == {
        "ties[1].source: 'zoe' is not in the network (2 people)",
        "ties[2].source: the id is missing",
        "ties[1].weight: -2 is not a number of at least 0",
        "ties[2].weight: nan is not a number of at least 0",
        "people[2].id: 'a' stands already in row 0",
        "people[0].readiness: -0.2 is not a number of at least 0",
        "people[1].readiness: 'x' is not a number of at least 0",
        "people[2].readiness: inf is not a number of at least 0",
        "people[1].adopted: 'maybe' is none of 0, 1, true, false, yes, no",
        "partners[0].weight: -1 is not a number of at least 0",
    }


def test_a_thousand_faults_are_listed_up_to_twenty_and_the_rest_counted():
    with pytest.raises(DataError) as caught:
        Network.from_edges(np.zeros(1000, dtype=int), np.arange(1, 1001), columns={"weight": -np.ones(1000)})
    assert len(caught.value.faults) == 21
    assert str(caught.value).endswith("and 980 more")


def test_an_empty_network_is_refused():
    with pytest.raises(DataError, match="the network is empty"):
        Network.from_edges([], [])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: Network.from_edges([1], [2, 3]), UsageError, "different lengths: source 1, target 2"),
        (lambda: Network.from_edges("ab", [2, 3]), WrongTypeError, "not the single text 'ab'"),
        (lambda: Network.from_edges(5, [2]), WrongTypeError, "not 5"),
        (lambda: Network.from_edges([[1]], [2]), WrongTypeError, "hashable"),
        (lambda: Network.from_edges([1], [2], influence="target-to-sorce"), UsageError, "mean 'target-to-source'"),
        (lambda: Network.from_edges([1], [2], merge="add"), UsageError, "none of refuse, sum"),
        (lambda: Network.from_edges([1], [2], people={"ids": [1]}), UsageError, "no column 'id'; did you mean 'ids'"),
        (lambda: Network.from_edges([1], [2], columns={"layer": [1]}), UsageError, "cannot be called 'layer'"),
        (lambda: Network.from_edges([1], [2], layer=[None]), DataError, r"ties\[0\].layer: the layer is missing"),
        (lambda: Network.from_edges([1], [2], partners={"source": [1]}), UsageError, "no column 'target'"),
        (lambda: Network.from_networkx([]), WrongTypeError, "a networkx graph was expected"),
        (lambda: Network.from_scipy(np.eye(2)), WrongTypeError, "a scipy sparse matrix was expected"),
        (lambda: Network.from_scipy(scipy.sparse.coo_array((2, 3))), UsageError, "2 rows but 3 columns"),
        (lambda: Network.from_networkx(nx.path_graph(2), influence="source-to-target"), UsageError, "undirected"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_columns_of_people_have_their_defaults_and_say_which_were_given():
    network = Network.from_edges(
        ["a"],
        ["b"],
        people={
            "id": ["a", "b", "c"],
            "organisation": ["North", None, "South"],
            "team": ["t", "t", ""],
            "label": ["Ann", "Bo", None],
            "cost": [2, None, 0.5],
            "adopted": ["no", "YES", 0],
            "eligible": [True, False, None],
            "site": ["x", "y", "x"],
            "email": ["a@b", "c@d", "e@f"],
            "pay": [1.5, 2.5, 3.5],
        },
        partners={"source": ["South", "East", "East"], "target": ["North", "South", "East"]},
    )
    assert list(network.organisations) == ["North", "South", "East"]
    assert network.organisation.tolist() == [0, -1, 1]
    assert network.team.tolist() == [0, 0, -1]
    assert network.label == ("Ann", "Bo", "")
    assert network.cost.tolist() == [2, 1, 0.5]
    assert network.value.tolist() == network.readiness.tolist() == [1, 1, 1]
    assert network.adopted.tolist() == [False, True, False]
    assert network.eligible.tolist() == [True, False, True]
    assert network.given == {"organisation", "team", "label", "cost", "adopted", "eligible"}
    assert network.groups["site"].names == ("x", "y")
    assert network.groups["site"].codes.tolist() == [0, 1, 0]
    assert network.reading.unused == ("people: pay (numbers without a role)",)
    assert network.partner_source.tolist() == [1, 2]
    assert network.partner_target.tolist() == [0, 1]
    assert network.partner_weight.tolist() == [1, 1]
    summary = network.summary()
    assert summary["dropped"]["partner_self_loops"] == 1
    assert "organisations of partner ties that have no people: 1, such as 'East'" in summary["notes"][-1]


def test_a_text_column_that_differs_for_nearly_everybody_is_no_group():
    names = [f"p{i}" for i in range(40)]
    network = Network.from_edges(["p0"], ["p1"], people={"id": names, "email": names, "site": ["x", "y"] * 20})
    assert list(network.groups) == ["site"]
    assert network.reading.unused == ("people: email (nearly every value is different)",)


def test_arrays_inside_a_network_are_frozen_and_the_callers_are_not():
    source, weight = np.array([1, 2]), np.array([0.5, 1.0])
    network = Network.from_edges(source, [2, 3], columns={"weight": weight})
    with pytest.raises(ValueError, match="read-only"):
        network.targets[0] = 0
    with pytest.raises(TypeError):
        network.columns["weight"] = weight
    source[0], weight[0] = 9, 9
    assert list(network.people) == [1, 2, 3]
    assert network.columns["weight"].tolist() == [0.5, 1]


def test_index_finds_people_and_names_every_stranger_with_the_nearest():
    network = Network.from_edges(["amina.k", "bo"], ["bo", "cy"])
    assert network.index(["cy", "amina.k"]).tolist() == [2, 0]
    with pytest.raises(UsageError) as caught:
        network.index(["amina", "bo", "dee", "amina"])
    assert [str(fault) for fault in caught.value.faults] == [
        "'amina' is not in the network (3 people); did you mean 'amina.k'?",
        "'dee' is not in the network (3 people)",
    ]


def test_the_summary_can_be_written_as_json_and_counts_what_was_dropped():
    summary = Network.from_edges([1, 1, 1], [1, 2, 2], influence="both").summary()
    assert json.loads(json.dumps(summary)) == summary
    assert (summary["people"], summary["ties"], summary["layers"]) == (2, 2, {"ties": 2})
    assert summary["influence"] == "both"
    assert summary["dropped"] | {"self_loops": 1, "duplicates_merged": 1} == summary["dropped"]


def test_the_representation_of_a_network_stays_on_one_line():
    network = Network.from_edges([1, 2], [2, 1], layer=["x", "y"], people={"id": [1, 2], "organisation": ["o", "p"]})
    assert repr(network) == "<Network: 2 people, 2 ties, 2 layers, 2 organisations>"


@given(st.lists(st.one_of(st.integers(-3, 10**20), st.text("0123-+7_٣", max_size=4)), unique_by=str, max_size=8))
def test_text_ids_come_back_byte_for_byte_and_are_found_only_as_text(values):
    texts = [str(value) for value in values]
    ids = Ids(texts, text=True)
    assert list(ids) == texts
    assert [ids.position(text) for text in texts] == list(range(len(texts)))
    assert ids.find(texts).tolist() == list(range(len(texts)))
    for value in values:
        if isinstance(value, int):
            assert value not in ids


def test_integers_written_in_another_way_are_other_ids():
    assert canonical_integers(["7", "-1", "0"]) is not None
    for unusual in ("007", "+7", "-0", " 7", "7 ", "1_0", "٣", "9223372036854775808", "", "x"):
        assert canonical_integers(["1", unusual]) is None
        assert unusual not in Ids(["7", "0", "10", "3"], text=True)


def test_positions_raises_the_first_unknown_id():
    ids = Ids([30, 10, 20])
    assert ids.positions([10, 20]).tolist() == [1, 2]
    assert ids.take([2, 0]) == [20, 30]
    with pytest.raises(KeyError, match="99"):
        ids.positions([10, 99, 98])
    assert 10.0 not in ids
    assert True not in Ids([1])
    assert [1] not in ids
    assert [1] not in Ids(["a"])


def test_the_nearest_id_is_suggested_also_among_very_many():
    many = Ids([f"person-{i:05}" for i in range(6000)])
    assert unknown("persn-00310", many).endswith("(6,000 people); did you mean 'person-00310'?")
    assert unknown(7, Ids(["7"])) == "7 is not in the network (1 person); did you mean '7'?"
    assert unknown("Nort", Ids(["North"]), "organisation").startswith("'Nort' is not in the network (1 organisation)")


def test_a_networkx_graph_gives_its_attributes_and_runs_both_ways_if_undirected():
    graph = nx.Graph()
    graph.add_node("a", organisation="o", readiness=2.0, hobby="golf")
    graph.add_node("b", organisation="o", readiness=1.0, hobby="golf")
    graph.add_node("c")
    graph.add_edge("a", "b", weight=2, since="1999", layer="work")
    graph.add_edge("b", "c", layer="home", age=3)
    network = Network.from_networkx(graph)
    assert network.reading.influence == "both"
    assert ties_of(network) == [("a", "b", "work"), ("b", "a", "work"), ("b", "c", "home"), ("c", "b", "home")]
    assert network.columns["weight"].tolist() == [2, 2, 1, 1]
    assert list(network.columns) == ["weight"]
    assert network.reading.unused[:2] == ("edges: since (text)", "edges: age (1 of 2 are missing or infinite)")
    assert network.readiness.tolist() == [2, 1, 1]
    assert network.organisation.tolist() == [0, 0, -1]
    assert list(network.groups) == ["hobby"]


def test_a_directed_networkx_graph_keeps_its_directions_and_its_order():
    graph = nx.DiGraph([(3, 1), (1, 2), (2, 2)])
    network = Network.from_networkx(graph, influence="target-to-source")
    assert list(network.people) == [3, 1, 2]
    assert ties_of(network) == [(1, 3, "ties"), (2, 1, "ties")]
    assert Network.from_networkx(graph).reading.influence == "source-to-target"


@pytest.mark.parametrize("kind", ["csr_array", "coo_matrix", "lil_array"])
def test_a_scipy_matrix_gives_weights_and_keeps_isolates(kind):
    dense = np.array([[0, 2.0, 0, 0], [0, 1.0, 0.5, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    network = Network.from_scipy(getattr(scipy.sparse, kind)(dense))
    assert list(network.people) == [0, 1, 2, 3]
    assert ties_of(network) == [(0, 1, "ties"), (1, 2, "ties")]
    assert network.columns["weight"].tolist() == [2, 0.5]
    assert network.reading.self_loops == 1


def test_a_scipy_matrix_takes_ids_and_sums_its_own_duplicates():
    matrix = scipy.sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    network = Network.from_scipy(matrix, people={"id": ["a", "b"]}, influence="target-to-source")
    assert ties_of(network) == [("b", "a", "ties")]
    assert network.columns["weight"].tolist() == [3]
    assert not Network.from_scipy(matrix.astype(bool)).columns


def test_data_frames_are_recognised_by_the_names_of_their_columns():
    ties = pd.DataFrame({"From": ["a", "b"], "To": ["b", "c"], "weight": [1, 2], "note": ["x", "y"], "mood": [-1, 1]})
    people = pd.DataFrame({"person": list("abc"), "department": ["o", None, "p"], "adopted": [True, False, False]})
    partners = pd.DataFrame({"source": ["o"], "target": ["p"], "weight": [0.5]})
    network = Network.from_pandas(ties, people, partners)
    assert ties_of(network) == [("a", "b", "ties"), ("b", "c", "ties")]
    assert network.columns["weight"].tolist() == [1, 2]
    assert network.organisation.tolist() == [0, -1, 1]
    assert network.adopted.tolist() == [True, False, False]
    assert network.partner_weight.tolist() == [0.5]
    assert network.reading.unused == ("ties: note (text)", "ties: mood (1 of 2 are negative)")
    assert network.reading.roles["people"]["organisation"] == "department"


def test_a_frame_of_a_survey_must_say_which_way_influence_runs():
    ties = pd.DataFrame({"ego": ["a"], "alter": ["b"], "rank": [1]})
    with pytest.raises(UsageError, match="do not say which way influence runs"):
        Network.from_pandas(ties)
    network = Network.from_pandas(ties, influence="target-to-source", columns={"ignore": "rank"})
    assert ties_of(network) == [("b", "a", "ties")]
    assert not network.columns


def test_columns_of_a_frame_can_be_named_and_wrong_names_are_told():
    ties = pd.DataFrame({"who": ["a"], "whom": ["b"]})
    with pytest.raises(UsageError, match="no column is the source or target"):
        Network.from_pandas(ties)
    with pytest.raises(UsageError, match="no column 'woh'; did you mean 'who'"):
        Network.from_pandas(ties, columns={"source": "woh", "target": "whom"})
    with pytest.raises(UsageError, match="no role 'sorce'; did you mean 'source'"):
        Network.from_pandas(ties, columns={"sorce": "who"})
    assert Network.from_pandas(ties, columns={"source": "who", "target": "whom"}).tie_count == 1


def test_missing_ids_and_numbers_of_a_frame_are_faults():
    ties = pd.DataFrame({"source": [1.0, np.nan], "target": [2, 3], "weight": [np.nan, 1]})
    with pytest.raises(DataError) as caught:
        Network.from_pandas(ties)
    assert {str(fault) for fault in caught.value.faults} == {
        "ties[1].source: the id is missing",
        "ties[0].weight: nan is not a number of at least 0",
    }


def test_neither_networkx_nor_scipy_nor_pandas_is_loaded_for_a_network():
    code = (
        "import sys, spark; spark.Network.from_edges([1], [2]); spark.read_network;"
        "print({'networkx', 'scipy', 'pandas', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
