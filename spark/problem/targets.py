"""Whom an intervention means: people, organisations, teams and groups by the user's ids, as masks of people."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spark.errors import SparkError, UsageError, nearest
from spark.network import Network

Mask = NDArray[np.bool_]


class Targets:
    """Masks of people, each made once for all plans that are lowered together."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._masks: dict[Hashable, Mask] = {}

    def mask(self, to: Mapping[str, tuple[Hashable, ...]] | None, kind: str) -> Mask:
        """Who matches every key of `to`; everybody where it is None.

        Raises
        ------
        UsageError
            With all names and keys that are not in the network, said of an intervention of this `kind`.
        """
        key = None if to is None else tuple(sorted((k, tuple(map(_typed, v))) for k, v in to.items()))
        if key not in self._masks:
            found = np.ones(self._network.size, bool)
            faults: list[object] = []
            for column, names in (to or {}).items():
                try:
                    found &= self._column(column, names, kind)
                except SparkError as error:
                    faults += error.faults
            if faults:
                raise UsageError(*faults)  # type: ignore[arg-type]
            self._masks[key] = found
        return self._masks[key]

    def organisations(self, names: Iterable[Hashable], kind: str) -> Mask:
        """The staff of organisations."""
        return self.mask({"organisation": tuple(names)}, kind)

    def _column(self, column: str, names: Sequence[Hashable], kind: str) -> Mask:
        network = self._network
        match = np.zeros(network.size, bool)
        if column == "people":
            match[network.index(names)] = True
            return match
        codes, known = self.grouping(column, kind)
        unknown = [name for name in names if name not in known]
        if unknown:
            raise UsageError(*(f"{kind}: no {column} is called {name!r}{nearest(name, known)}" for name in unknown))
        return np.asarray(np.isin(codes, [known.index(name) for name in names]))

    def grouping(self, key: str, kind: str) -> tuple[NDArray[np.int32], Sequence[object]]:
        """The group of each person, int32[n], -1 for none, and the names of the groups."""
        network = self._network
        if key == "organisation":
            return network.organisation, list(network.organisations)
        if key == "team":
            return network.team, list(network.teams)
        if key in network.groups:
            return network.groups[key].codes, network.groups[key].names
        keys = ["people", "organisation", "team", *network.groups]
        raise UsageError(f"{kind}: {key!r} is not one of {', '.join(keys)}{nearest(key, keys)}")


def _typed(name: Hashable) -> tuple[str, str]:
    """A key that orders ids of any kind, and tells 7 from "7"."""
    return type(name).__name__, str(name)
