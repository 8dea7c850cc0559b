"""What models say of ties, looked at some at a time: what is worked out on the way to a law is larger than the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, UsageError, nearest
from spark.model import Share
from spark.network import Network
from spark.problem.arrays import CERTAIN
from spark.problem.laws.columns import MOST_FAULTS, column_of

BLOCK = 1 << 18


def blocks(network: Network) -> Iterator[slice]:
    """Yield all ties, in order, some at a time; at least as many as people, so that sums by person cost no more."""
    size = max(BLOCK, network.size)
    for start in range(0, network.tie_count, size):
        yield slice(start, min(start + size, network.tie_count))


def sources_of(network: Network, ties: slice) -> NDArray[np.int64]:
    """Return who some ties come from, an entry for each."""
    first = int(np.searchsorted(network.indptr, ties.start, side="right")) - 1
    last = int(np.searchsorted(network.indptr, ties.stop, side="left"))
    bounds = np.clip(network.indptr[first : last + 1], ties.start, ties.stop)
    return np.repeat(np.arange(first, last), np.diff(bounds))


def bends(network: Network) -> bool:
    """Return whether some people are not as ready, or not as visible, as usual."""
    return bool((network.readiness != 1).any() or (network.visibility != 1).any())


def bend_of(network: Network, ties: slice) -> NDArray[np.float64]:
    """Return visibility of the source times readiness of the target of some ties."""
    factor = network.visibility[sources_of(network, ties)] * network.readiness[network.targets[ties]]
    return np.asarray(factor, np.float64)


def in_totals(network: Network, dose: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the total of `dose`, uint64[m], over the in-ties of each person, exactly while it is below 2^62, else at
    least that.
    """
    low, high = np.zeros(network.size), np.zeros(network.size)
    for ties in blocks(network):
        to = network.targets[ties]
        low += np.bincount(to, weights=dose[ties] & np.uint64(0xFFFFFFF), minlength=network.size)
        high += np.bincount(to, weights=dose[ties] >> np.uint64(28), minlength=network.size)
    total = np.minimum(high, float(1 << 35)).astype(np.uint64) * np.uint64(1 << 28) + low.astype(np.uint64)
    return np.asarray(np.minimum(total, np.uint64(CERTAIN)))


def distinct(network: Network) -> NDArray[np.bool_]:
    """Return which ties are the first between their two people, bool[m]."""
    first = np.ones(network.tie_count, bool)
    if len(network.layers) > 1:
        sources = network.sources()
        first[1:] = (sources[1:] != sources[:-1]) | (network.targets[1:] != network.targets[:-1])
    return first


def neighbours_and_layers(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Return how many people can influence each person, and on how many layers each tie's pair is tied (None: all on
    one).
    """
    if len(network.layers) == 1:
        return network.in_degree(), None
    pair = np.cumsum(distinct(network)) - 1
    return network.in_degree(), np.bincount(pair)[pair] if pair.size else pair


def per_tie(network: Network, share: Share, role: str, most: float | None = None) -> NDArray[np.float64]:
    """Return values of all ties, not to be written to, from a number, a column, or either for each layer (0 on layers
    that are not named).

    Raises
    ------
    UsageError
        The network has no such column or layer.
    DataError
        A column holds more than `most`.
    """
    if isinstance(share, Mapping):
        faults = [
            f"{role} names the layer {layer!r}, which the network does not have (it has "
            f"{', '.join(map(repr, network.layers))}){nearest(layer, network.layers)}"
            for layer in share
            if layer not in network.layers
        ]
        if faults:
            raise UsageError(*faults)
        values = np.zeros(network.targets.size)
        for layer, part in share.items():
            on_layer = network.layer == network.layers.index(layer)
            values[on_layer] = per_tie(network, part, role, most)[on_layer]
        return values
    if not isinstance(share, str):
        return np.broadcast_to(np.float64(share), network.targets.shape)
    values = column_of(network, share, role)
    wrong = np.flatnonzero((values > most) if most is not None else np.zeros(0))
    if wrong.size:
        sources = np.searchsorted(network.indptr, wrong[:MOST_FAULTS], side="right") - 1
        faults = [
            f"tie {network.people[u]!r} -> {network.people[network.targets[e]]!r}: {share} {values[e]:g} is not a "
            "number in [0, 1]"
            for u, e in zip(sources, wrong, strict=False)
        ]
        more = [f"... and {wrong.size - MOST_FAULTS:,} more ties"] if wrong.size > MOST_FAULTS else []
        hint = ["a weight is not a probability: give one number, or name another column"] if share == "weight" else []
        raise DataError(*faults, *more, *hint)
    return values
