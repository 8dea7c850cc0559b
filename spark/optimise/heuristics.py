"""Rules of thumb for whom to start with: cheap, without any guarantee, and good company for an answer that has one.
Each returns everybody, best first; ties are broken by the order of the people.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spark.network import Network

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Order = NDArray[np.int64]
MOST_SOURCES, FEWEST_SOURCES, SAMPLED_WORK = 256, 8, 20_000_000
"""Of sampled rules: how many people paths start from, and how many ties are looked at."""
PAIRS_AT_A_TIME = 4_000_000
DIFFUSION_CHANCE, DIFFUSION_STEPS = 0.1, 3


def best_first(score: NDArray[Any]) -> Order:
    """Everybody, the highest score first; of equals the first."""
    return np.argsort(-np.asarray(score, np.float64), kind="stable")


def influence(network: Network) -> csr_array[np.float64, tuple[int, int]]:
    """Return who can influence whom as a 0/1 matrix, layers put together: row u, column v."""
    from scipy.sparse import csr_array

    ones = np.ones(network.tie_count)
    matrix = csr_array((ones, network.targets, network.indptr), shape=(network.size, network.size))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _graph(network: Network, *, reverse: bool = False) -> Any:
    import networkx as nx

    matrix = influence(network)
    return nx.from_scipy_sparse_array(matrix.T.tocsr() if reverse else matrix, create_using=nx.DiGraph)


def _scores(by_node: dict[int, float], size: int) -> NDArray[np.float64]:
    return np.array([by_node[v] for v in range(size)])


def acquaintance(network: Network, key: int) -> Order:
    """A random person whom a random person can influence (Cohen, Havlin & ben-Avraham 2003,
    doi:10.1103/PhysRevLett.91.247901).
    """
    rows = influence(network)
    generator = np.random.Generator(np.random.PCG64(key))
    people = generator.random(rows.shape[0]).argsort(kind="stable")
    known = np.diff(rows.indptr)[people]
    which = (generator.random(people.size) * known).astype(np.int64)
    start = rows.indptr[people]
    named = (
        np.where(known > 0, rows.indices[np.minimum(start + which, max(rows.nnz - 1, 0))], people)
        if rows.nnz
        else people
    )
    everybody = np.concatenate([named, people])  # those whom nobody names come last
    _, first = np.unique(everybody, return_index=True)
    return everybody[np.sort(first)].astype(np.int64)


def single_discount(network: Network, key: int = 0) -> Order:
    """Degree, not counting neighbours who are chosen already (Chen, Wang & Yang 2009, doi:10.1145/1557019.1557047)."""
    return _discounted(network, lambda d, t: d - t)


def degree_discount(network: Network, key: int = 0) -> Order:
    """Degree discounted for chosen neighbours, d - 2t - (d - t) t p with p = 0.01 (Chen, Wang & Yang 2009)."""
    return _discounted(network, lambda d, t: d - 2 * t - (d - t) * t * 0.01)


def _discounted(network: Network, score: Callable[[float, float], float]) -> Order:
    import heapq

    out, into = influence(network), influence(network).T.tocsr()
    degrees = np.diff(out.indptr).tolist()
    chosen_beside = [0] * network.size
    heap = [(-score(d, 0), v) for v, d in enumerate(degrees)]
    heapq.heapify(heap)
    done = np.zeros(network.size, bool)
    order: list[int] = []
    while heap:
        worth, v = heapq.heappop(heap)
        if done[v] or worth != -score(degrees[v], chosen_beside[v]):
            continue
        done[v] = True
        order.append(v)
        for u in into.indices[into.indptr[v] : into.indptr[v + 1]].tolist():
            if not done[u]:
                chosen_beside[u] += 1
                heapq.heappush(heap, (-score(degrees[u], chosen_beside[u]), u))
    return np.array(order, np.int64)


def pagerank(network: Network, key: int = 0) -> Order:
    """PageRank along "is influenced by" (Brin & Page 1998, doi:10.1016/S0169-7552(98)00110-X)."""
    import networkx as nx

    return best_first(_scores(nx.pagerank(_graph(network, reverse=True)), network.size))


def k_core(network: Network, key: int = 0) -> Order:
    """Core number, directions put aside, then degree (Kitsak et al. 2010, doi:10.1038/nphys1746)."""
    import networkx as nx

    core = _scores(nx.core_number(_graph(network).to_undirected()), network.size)
    return best_first(core + np.diff(influence(network).indptr) / (network.size + 1.0))


def sources(network: Network) -> int:
    """From how many people betweenness looks for shortest paths."""
    return min(MOST_SOURCES, network.size, max(1, 8 * SAMPLED_WORK // (network.size + network.tie_count)))


def betweenness(network: Network, key: int = 0) -> Order:
    """Shortest paths that lead through her (Freeman 1977, doi:10.2307/3033543), from some people drawn at random in a
    large network.
    """
    rows = influence(network)
    begin = np.random.Generator(np.random.PCG64(key)).permutation(network.size)[: sources(network)]
    total = np.zeros(network.size)
    for source in np.sort(begin).tolist():
        total += _through(rows.indptr, rows.indices, source)
    return best_first(np.round(total, 6))


def _through(indptr: NDArray[np.int32], indices: NDArray[np.int32], source: int) -> NDArray[np.float64]:
    """Shares of the shortest paths from one person that lead through each, float64[n] (Brandes 2001,
    doi:10.1080/0022250X.2001.9990249), all people at a distance at once.
    """
    size = indptr.size - 1
    distance, paths = np.full(size, -1), np.zeros(size)
    distance[source], paths[source] = 0, 1.0
    edge = np.array([source])
    layers: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
    while edge.size:
        degree = np.diff(indptr)[edge]
        starts = np.repeat(indptr[edge] - np.concatenate([[0], np.cumsum(degree)[:-1]]), degree)
        into, whose = indices[starts + np.arange(starts.size)], np.repeat(edge, degree)
        fresh = distance[into] == -1
        into, whose = into[fresh], whose[fresh]
        edge = np.unique(into)
        distance[edge] = len(layers) + 1
        paths += np.bincount(into, weights=paths[whose], minlength=size)
        layers.append((whose, into))
    through = np.zeros(size)
    for whose, into in reversed(layers):
        through += np.bincount(whose, weights=paths[whose] / paths[into] * (1 + through[into]), minlength=size)
    through[source] = 0.0
    return through


def eigenvector(network: Network, key: int = 0) -> Order:
    """Influence on the influential (Bonacich 1972, doi:10.1080/0022250X.1972.9989806), by power iteration of 1 + A, so
    that it converges on every network.
    """
    rows = influence(network)
    score = np.ones(network.size)
    for _ in range(200):
        following = score + rows @ score
        following /= np.linalg.norm(following)
        if np.abs(following - score).max() < 1e-9:
            break
        score = following
    return best_first(np.round(score, 8))


def collective_influence(network: Network, key: int = 0) -> Order:
    """(d - 1) times the sum of (d - 1) over those two steps away (Morone & Makse 2015, doi:10.1038/nature14604)."""
    rows = influence(network)
    excess = np.maximum(np.diff(rows.indptr) - 1.0, 0.0)
    score, start = np.zeros(network.size), 0
    upto = np.cumsum(rows @ np.diff(rows.indptr))
    while start < network.size:  # a part of the people at a time, so that pairs two steps apart fit into memory
        stop = max(start + 1, int(np.searchsorted(upto, (upto[start - 1] if start else 0) + PAIRS_AT_A_TIME)))
        ball = rows[start:stop] @ rows
        ball.data[:] = 1.0
        score[start:stop] = ball @ excess - np.where(ball.diagonal(start) > 0, excess[start:stop], 0.0)
        start = stop
    return best_first(excess * score)


def diffusion_centrality(
    network: Network, chance: float = DIFFUSION_CHANCE, steps: int = DIFFUSION_STEPS
) -> NDArray[np.float64]:
    """Return sum over t = 1..T of (q A)^t 1 (Banerjee et al. 2013, doi:10.1126/science.1236498), float64[n].

    >>> from spark.generate import path
    >>> diffusion_centrality(path(3), 0.5, 2).tolist()
    [1.0, 1.5, 1.0]
    """
    rows, reach = influence(network), np.ones(network.size)
    total = np.zeros(network.size)
    for _ in range(steps):
        reach = np.asarray(rows @ (chance * reach))
        total += reach
    return total


def diffusion(network: Network, key: int = 0) -> Order:
    """Diffusion centrality with q = 0.1 over three steps."""
    return best_first(diffusion_centrality(network))
