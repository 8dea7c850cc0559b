"""The simple rules by their standard names, and which of them a network of this size allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, nearest
from spark.network import Network
from spark.optimise import heuristics
from spark.optimise.baselines import degree_order, nomination_order, random_order
from spark.optimise.centralities import FEWEST_CANDIDATES, candidates, communication, complex_order
from spark.problem.keys import mix
from spark.question import ALL, RULES

LARGE_TIES, MOST_PAIRS = 2_000_000, 200_000_000
"""Ties above which networkx and heaps take too long, and pairs of people two steps apart above which matrices do."""

ORDERS: Mapping[str, Callable[[Network, int], NDArray[np.integer]]] = MappingProxyType(
    {
        "random": random_order,
        "degree": degree_order,
        "nomination": nomination_order,
        "acquaintance": heuristics.acquaintance,
        "single-discount": heuristics.single_discount,
        "degree-discount": heuristics.degree_discount,
        "pagerank": heuristics.pagerank,
        "k-core": heuristics.k_core,
        "betweenness": heuristics.betweenness,
        "eigenvector": heuristics.eigenvector,
        "collective-influence": heuristics.collective_influence,
        "diffusion": heuristics.diffusion,
        "communication": communication,
        "complex": complex_order,
    }
)
"""Everybody, best first, by each rule, given a network and a key for what is random."""


def order_by(method: str, network: Network, key: int) -> NDArray[np.int32]:
    """Return the positions of all people, best first by the rule named `method`; `key` decides what is random.

    Raises
    ------
    UsageError
        There is no rule of that name.
    """
    if method not in ORDERS:
        raise UsageError(f"method {method!r} is none of {', '.join(ORDERS)}{nearest(method, ORDERS)}")
    return ORDERS[method](network, order_key(key, method)).astype(np.int32)


def order_key(key: int, method: str) -> int:
    """The key of what is random in a rule."""
    return mix(key ^ int.from_bytes(method.encode()[:8], "little"))


def wanted(network: Network, baselines: str | Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which rules stand beside a choice, and in words those of ``"all"`` that would take too long here.

    Raises
    ------
    UsageError
        All names that are none of a rule.
    """
    if baselines == ALL:
        why = {name: too_slow(name, network) for name in RULES}
        left_out = tuple(f"{RULES[name].title}: {reason}" for name, reason in why.items() if reason)
        return tuple(name for name, reason in why.items() if not reason), left_out
    names = (baselines,) if isinstance(baselines, str) else tuple(dict.fromkeys(baselines))
    faults = [
        f"baselines: {n!r} is none of all, {', '.join(RULES)}{nearest(n, RULES)}" for n in names if n not in RULES
    ]
    if faults:
        raise UsageError(*faults)
    return names, ()


def too_slow(method: str, network: Network) -> str:
    """Say why a rule would take too long on a network; empty where it does not."""
    ties = network.tie_count
    if method in ("single-discount", "degree-discount", "pagerank", "k-core") and ties > LARGE_TIES:
        return f"too slow for {ties:,} ties"
    if method == "betweenness" and heuristics.sources(network) < heuristics.FEWEST_SOURCES:
        return f"too slow for {ties:,} ties"
    if method == "complex" and candidates(network) <= min(FEWEST_CANDIDATES, network.size - 1):
        return f"too slow for {ties:,} ties"
    if method == "collective-influence":
        into = np.bincount(network.targets, minlength=network.size)
        pairs = int(into.astype(np.int64) @ network.out_degree())
        return f"too slow for {pairs:,} pairs of people two steps apart" if pairs > MOST_PAIRS else ""
    return ""


def sampled(method: str, network: Network) -> str:
    """Say from how many a rule is estimated, where it is."""
    if method == "betweenness" and heuristics.sources(network) < network.size:
        return f"shortest paths from {heuristics.sources(network):,} people drawn at random"
    if method == "complex" and candidates(network) < network.size:
        return f"only the {candidates(network):,} people with the most ties are ranked by it"
    return ""
