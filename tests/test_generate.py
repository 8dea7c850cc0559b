"""Made-up networks: each family has the shape its name promises, and the same bytes for the same rng."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from spark import generate
from spark.errors import InfeasibleError, UsageError, WrongTypeError
from spark.network import Network


def as_graph(network: Network) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.size))
    source = np.repeat(np.arange(network.size), np.diff(network.indptr))
    graph.add_edges_from(zip(source.tolist(), network.targets.tolist(), strict=True))
    return graph


def digest(network: Network) -> str:
    hasher = hashlib.sha256()
    for array in (network.indptr, network.targets, network.layer, network.readiness, network.visibility):
        hasher.update(np.ascontiguousarray(array).tobytes())
    hasher.update("\n".join(map(str, [*network.people, *(network.label or ())])).encode())
    return hasher.hexdigest()[:16]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (generate.path(1), nx.path_graph(1)),
        (generate.path(6), nx.path_graph(6)),
        (generate.star(6), nx.star_graph(5)),
        (generate.cycle(7), nx.cycle_graph(7)),
        (generate.ring(12, 2), nx.circulant_graph(12, [1, 2])),
        (generate.ring(7, 3), nx.complete_graph(7)),
        (generate.clique(5), nx.complete_graph(5)),
        (generate.tree(3, 2), nx.balanced_tree(3, 2)),
    ],
)
def test_deterministic_families_are_the_graphs_of_their_names(ours: Network, theirs: nx.Graph) -> None:
    graph = as_graph(ours)
    assert set(graph.nodes) == set(theirs.nodes)
    assert set(graph.edges) == set(theirs.to_directed().edges)


@pytest.mark.parametrize("torus", [False, True])
def test_a_grid_is_the_grid_of_networkx(torus: bool) -> None:
    expected = nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 5, periodic=torus), ordering="sorted")
    assert set(as_graph(generate.grid(4, 5, torus=torus)).edges) == set(expected.to_directed().edges)


def test_a_grid_with_diagonals_is_tied_to_all_eight_neighbours() -> None:
    torus = generate.grid(5, 4, diagonals=True, torus=True)
    assert set(np.diff(torus.indptr)) == {8}
    flat = as_graph(generate.grid(3, 3, diagonals=True))
    assert set(flat[4]) == {0, 1, 2, 3, 5, 6, 7, 8}
    assert set(flat[0]) == {1, 3, 4}


@pytest.mark.parametrize("ties", [0, 1, 30, 170, 189, 190])
def test_erdos_renyi_has_exactly_the_ties_asked_for(ties: int) -> None:
    assert generate.erdos_renyi(20, ties, rng=3).tie_count == 2 * ties
    assert generate.erdos_renyi(20, 2 * ties, directed=True, rng=3).tie_count == 2 * ties


def test_every_pair_is_as_likely_in_erdos_renyi() -> None:
    counts = np.zeros((6, 6))
    for rng in range(3000):
        network = generate.erdos_renyi(6, 3, directed=True, rng=rng)
        counts[np.repeat(np.arange(6), np.diff(network.indptr)), network.targets] += 1
    off_diagonal = counts[~np.eye(6, dtype=bool)]
    assert (np.diag(counts) == 0).all()
    assert np.abs(off_diagonal - 300).max() < 5 * np.sqrt(300)


def test_small_world_keeps_the_number_of_ties_and_rewires_the_share_asked_for() -> None:
    lattice = as_graph(generate.ring(2000, 3))
    rewired = as_graph(generate.small_world(2000, 3, rewired=0.2, rng=5))
    assert rewired.number_of_edges() == lattice.number_of_edges()
    assert all(rewired.has_edge(v, u) for u, v in rewired.edges)
    kept = len(set(lattice.edges) & set(rewired.edges)) / lattice.number_of_edges()
    assert abs(kept - 0.8) < 0.03
    assert set(as_graph(generate.small_world(2000, 3, rewired=0.0)).edges) == set(lattice.edges)


def test_scale_free_has_hubs_that_a_random_graph_has_not() -> None:
    network = generate.scale_free(3000, 12_000, rng=2)
    assert network.tie_count == 12_000
    hubs = np.sort(np.diff(network.indptr))[::-1]
    assert hubs[:30].sum() > 0.1 * 12_000
    plain = np.sort(np.diff(generate.erdos_renyi(3000, 12_000, directed=True).indptr))[::-1]
    assert plain[:30].sum() < 0.05 * 12_000


def test_half_of_the_hubs_of_scale_free_are_hubs_in_both_directions() -> None:
    network = generate.scale_free(3000, 30_000, rng=2)
    incoming = np.bincount(network.targets, minlength=3000)
    talkers = np.argsort(-np.diff(network.indptr))[:100]
    listened = incoming[talkers] > np.quantile(incoming, 0.9)
    assert 0.35 < listened.mean() < 0.75


def test_r_mat_gathers_ties_in_the_corner_with_the_largest_chance() -> None:
    network = generate.r_mat(10, 6000, rng=4)
    assert (network.size, network.tie_count) == (1024, 6000)
    source = np.repeat(np.arange(1024), np.diff(network.indptr))
    corner = ((source < 512) & (network.targets < 512)).mean()
    assert 0.5 < corner < 0.6
    even = generate.r_mat(10, 6000, corners=(0.25, 0.25, 0.25, 0.25))
    source = np.repeat(np.arange(1024), np.diff(even.indptr))
    assert 0.22 < ((source < 512) & (even.targets < 512)).mean() < 0.28


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: generate.erdos_renyi(500, 900, rng=1), "6d91d1340cf7b7fe"),
        (lambda: generate.small_world(500, 2, rng=1), "f749301f0993c8d0"),
        (lambda: generate.scale_free(500, 900, rng=1), "3d1e1749cb73d4c2"),
        (lambda: generate.r_mat(9, 900, rng=1), "77710b449779e01a"),
        (lambda: generate.health_trust(rng=1), "63ea3047d18ff181"),
    ],
    ids=["erdos_renyi", "small_world", "scale_free", "r_mat", "health_trust"],
)
def test_made_up_networks_never_change(make: Callable[[], Network], expected: str) -> None:
    assert digest(make()) == expected


def test_another_rng_gives_another_network_and_a_generator_is_taken_as_it_stands() -> None:
    first = generate.health_trust(rng=1, staff=200)
    assert digest(first) == digest(generate.health_trust(rng=np.random.default_rng(1), staff=200))
    assert digest(first) != digest(generate.health_trust(rng=2, staff=200))


@pytest.mark.parametrize("staff", [120, 700, 1500, 4000])
def test_the_trust_has_intensive_care_councils_and_charities_at_every_size(staff: int) -> None:
    trust = generate.health_trust(staff=staff)
    assert trust.size == staff
    organisations, teams = list(trust.organisations), list(trust.teams)
    assert sum("Hospital" in name or "Infirmary" in name for name in organisations) == 3
    assert sum("Council" in name for name in organisations) == 2
    assert any("intensive care" in name for name in teams)
    assert np.bincount(trust.organisation, minlength=9).min() >= 1
    assert trust.partner_source.size > 0
    assert "profession" in trust.groups
    assert {"readiness", "visibility"} <= set(trust.given)


def test_the_staff_of_the_trust_are_tied_densely_within_teams_and_sparsely_across() -> None:
    trust = generate.health_trust()
    source = np.repeat(np.arange(trust.size), np.diff(trust.indptr))
    team_mates = trust.team[source] == trust.team[trust.targets]
    colleagues = trust.organisation[source] == trust.organisation[trust.targets]
    assert 0.5 < team_mates.mean() < 0.9
    assert 0.02 < (~colleagues).mean() < 0.3
    assert trust.layers == ("partnership", "profession", "team")
    partnership = trust.layer == trust.layers.index("partnership")
    assert not colleagues[partnership].any()


def test_the_most_connected_of_the_trust_sit_in_intensive_care_where_few_are_ready() -> None:
    trust = generate.health_trust()
    intensive = np.array(["intensive care" in str(trust.teams[team]) for team in trust.team])
    connected = np.argsort(-np.diff(trust.indptr), kind="stable")[:10]
    assert intensive[connected].all()
    assert trust.readiness[intensive].mean() < 0.8 * trust.readiness[~intensive].mean()


def test_posts_of_the_trust_are_labels_and_ids_that_appear_once() -> None:
    trust = generate.health_trust()
    assert trust.label is not None
    assert len(set(trust.label)) == len(set(trust.people)) == trust.size
    assert max(len(str(person)) for person in trust.people) <= 6


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: generate.path(0), UsageError, "at least 1"),
        (lambda: generate.ring(4, 2), UsageError, "at least 5"),
        (lambda: generate.grid(2, 9, torus=True), UsageError, "at least 3"),
        (lambda: generate.small_world(50, rewired=1.5), UsageError, "rewired 1.5"),
        (lambda: generate.erdos_renyi(4, 7), InfeasibleError, "4 people have 6 pairs"),
        (lambda: generate.scale_free(4, 13), InfeasibleError, "only 12 different"),
        (lambda: generate.r_mat(3, 10, corners=(1, 1, 1, 1)), UsageError, "add up to 1"),
        (lambda: generate.r_mat(27, 10), UsageError, "above 26"),
        (lambda: generate.health_trust(staff=10), UsageError, "at least 120"),
        (lambda: generate.health_trust(rng="seven"), WrongTypeError, "'seven'"),  # type: ignore[arg-type]
        (lambda: generate.scale_free(4, 3, rng=-1), WrongTypeError, "-1"),
    ],
)
def test_impossible_wishes_are_refused_in_words(
    make: Callable[[], Network], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make()
