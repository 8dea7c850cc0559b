"""Columns of ties by the name that a model gives them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, UsageError, nearest
from spark.network import Network

MOST_FAULTS = 20


def column_of(network: Network, name: str, role: str) -> NDArray[np.float64]:
    """Return a tie column, or say in which role the name was given."""
    if name not in network.columns:
        have = ", ".join(map(repr, network.columns)) or "none"
        raise UsageError(
            f"{role} names the tie column {name!r}, which the network does not have (it has {have})"
            + nearest(name, network.columns)
        )
    return network.columns[name]


def refuse_ties(network: Network, column: str, values: NDArray[np.float64], wrong: NDArray[np.int64], why: str) -> None:
    """Refuse the ties at `wrong`, whose value in a column `why`."""
    if wrong.size:
        sources = np.searchsorted(network.indptr, wrong[:MOST_FAULTS], side="right") - 1
        faults = [
            f"tie {network.people[u]!r} -> {network.people[network.targets[e]]!r}: {column} {values[e]:g} {why}"
            for u, e in zip(sources.tolist(), wrong.tolist(), strict=False)
        ]
        more = [f"... and {wrong.size - MOST_FAULTS:,} more ties"] if wrong.size > MOST_FAULTS else []
        raise DataError(*faults, *more)
