"""Two rules that let a practice start with each person in turn: communication and complex centrality."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.heuristics import DIFFUSION_CHANCE, DIFFUSION_STEPS, SAMPLED_WORK, Order, best_first, influence

COMMUNICATION_SETS = 1 << 17
FEWEST_CANDIDATES = 32


def communication_centrality(
    network: Network, key: int, chance: float = DIFFUSION_CHANCE, steps: int = DIFFUSION_STEPS, sets: int = 0
) -> NDArray[np.float64]:
    """Return how many people would know, herself included, if she alone did at first, float64[n] (Banerjee et al. 2013,
    doi:10.1126/science.1236498): in each of so many steps everybody who knows tells each person she can influence with
    a chance. Estimated from reverse sets; 0 sets: 131,072.

    Unlike diffusion centrality, each person counts once, however often she is told.
    """
    from spark.backends import open_backend
    from spark.model import SI
    from spark.optimise.sources import setting_of
    from spark.plan import Plan

    rows = influence(network).tocoo()
    bare = Network.from_edges(rows.row, rows.col, people={"id": np.arange(network.size)})
    setting = setting_of(bare, SI(chance), Plan(), steps)
    source = open_backend("cpu").reverse(setting.problem, None, setting.watch, key)  # type: ignore[attr-defined]
    source.grow(sets or COMMUNICATION_SETS)
    found = source.sets
    met = (found.counts.astype(np.int64) + found.singles) / found.count
    return np.asarray(network.size * met)


def communication(network: Network, key: int) -> Order:
    """Communication centrality with a chance of 0.1 over three steps."""
    return best_first(communication_centrality(network, key))


def complex_centrality(network: Network, person: int, needed: int = 2) -> float:
    """Return the mean over all people of how far from her a practice travels that needs several examples (Guilbeault &
    Centola 2021, doi:10.1038/s41467-021-24704-6), if she and all whom she can influence start.

    The length of a path is counted along ties between adopters; who never adopts counts 0.

    Parameters
    ----------
    person : her position. needed : how many examples convince everybody, >= 1.

    Examples
    --------
    >>> from spark.generate import path
    >>> complex_centrality(path(5), 2), complex_centrality(path(5), 2, needed=1)
    (0.4, 1.2)
    """
    rows = influence(network)
    return _complex(rows.indptr, rows.indices, person, needed)


def _complex(indptr: NDArray[np.int32], indices: NDArray[np.int32], person: int, needed: int) -> float:
    size = indptr.size - 1
    adopted, told = np.zeros(size, bool), np.zeros(size, np.int64)
    following = np.unique(np.append(indices[indptr[person] : indptr[person + 1]], person))
    while following.size:
        adopted[following] = True
        into = _targets(indptr, indices, following)
        told += np.bincount(into, minlength=size)
        following = np.flatnonzero((told >= needed) & ~adopted)
    total, steps, edge = 0, 0, np.array([person])
    left = adopted
    while edge.size:
        left[edge] = False
        total += steps * edge.size
        into = _targets(indptr, indices, edge)
        edge, steps = np.unique(into[left[into]]), steps + 1
    return total / size


def _targets(indptr: NDArray[np.int32], indices: NDArray[np.int32], people: NDArray[np.int64]) -> NDArray[np.int32]:
    """Whom these people can influence, each as often as somebody can."""
    ties = np.diff(indptr)[people]
    starts = np.repeat(indptr[people] - np.concatenate([[0], np.cumsum(ties)[:-1]]), ties)
    return np.asarray(indices[starts + np.arange(starts.size)])


def candidates(network: Network) -> int:
    """How many people complex centrality is computed for: those with the most ties."""
    return min(network.size, max(FEWEST_CANDIDATES, SAMPLED_WORK // (network.size + network.tie_count)))


def complex_order(network: Network, key: int = 0) -> Order:
    """Complex centrality with two examples needed; in a large network of those with the most ties only, who come
    first.
    """
    rows = influence(network)
    degree = np.diff(rows.indptr)
    score = degree / (degree.max(initial=0) + 1.0) - 1.0
    for v in best_first(degree)[: candidates(network)].tolist():
        score[v] = _complex(rows.indptr, rows.indices, v, 2)
    return best_first(score)
