"""Simple rules to stand beside a choice: whom they would take, in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.greedy import filled, in_turn
from spark.optimise.wish import Wish

Order = NDArray[np.int32]


def uniform_numbers(key: int, count: int) -> NDArray[np.uint64]:
    """Return uint64[count] that look random and are the same everywhere (splitmix64)."""
    x = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return x ^ (x >> np.uint64(31))


def random_order(network: Network, key: int) -> Order:
    """Everybody, in random order."""
    return np.argsort(uniform_numbers(key, network.size), kind="stable").astype(np.int32)


def degree_order(network: Network, key: int) -> Order:
    """Everybody, first those who can influence the most people; of equals the first."""
    return np.argsort(-_distinct_targets(network), kind="stable").astype(np.int32)


def nomination_order(network: Network, key: int) -> Order:
    """One-hop nomination (Kim et al. 2015, doi:10.1016/S0140-6736(15)60095-2): people asked at random each name one of
    those who can influence them. Who is never named in as many rounds as there are people follows at random.
    """
    size = network.size
    order = np.argsort(network.targets, kind="stable")
    namable = np.repeat(np.arange(size, dtype=np.int32), np.diff(network.indptr))[order]
    start = np.searchsorted(network.targets[order], np.arange(size + 1))
    draws = uniform_numbers(key, 2 * size)
    asked = ((draws[:size] >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)
    choices = (start[asked + 1] - start[asked]).astype(np.uint64)
    pick = ((draws[size:] >> np.uint64(32)) * choices >> np.uint64(32)).astype(np.int64)
    named = namable[(start[asked] + pick)[choices > 0]] if namable.size else namable
    return _without_repeats(np.concatenate([named, random_order(network, key + 1)]))


def take(order: Order, wish: Wish) -> Order:
    """Who of an order is chosen: free people, then whoever may be chosen and is still affordable."""
    people = in_turn(order, wish, wish.free.tolist())
    return filled(people, wish) if wish.limits is not None else people


def _distinct_targets(network: Network) -> NDArray[np.int64]:
    """How many people each person has a tie to, on any layer."""
    sources = np.repeat(np.arange(network.size), np.diff(network.indptr))
    first = np.ones(network.tie_count, bool)
    first[1:] = (sources[1:] != sources[:-1]) | (network.targets[1:] != network.targets[:-1])
    return np.bincount(sources[first], minlength=network.size)


def _without_repeats(people: Order) -> Order:
    _, first = np.unique(people, return_index=True)
    return people[np.sort(first)]
