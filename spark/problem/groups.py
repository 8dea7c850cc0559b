"""Which people are meant: ids, or everybody who matches every key of a selector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, nearest
from spark.network import Group, Network


def select(network: Network, who: Mapping[str, Iterable[Any]] | Iterable[Any], what: str) -> NDArray[np.bool_]:
    """Return bool[n], who is meant; `what` names the place in errors.

    Raises
    ------
    UsageError
        With all people, keys and groups that are not in the network.
    """
    chosen = np.ones(network.size, bool)
    if not isinstance(who, Mapping):
        who = {"people": who}
    faults: list[str] = []
    for key, names in who.items():
        match = np.zeros(network.size, bool)
        try:
            if key == "people":
                match[network.index(names)] = True
            else:
                group = grouping(network, key, what, people=True)
                match = np.isin(group.codes, _codes(group, key, names, what))
        except UsageError as error:
            faults += [f"{what}: {fault}" if key == "people" else str(fault) for fault in error.faults]
        chosen &= match
    if faults:
        raise UsageError(*faults)
    return chosen


def grouping(network: Network, key: str, what: str, *, people: bool = False) -> Group:
    """Return the organisations, the teams or a group column, by name; `people`: ids are another choice of the user."""
    if key == "organisation" and len(network.organisations):
        return Group(network.organisation, tuple(network.organisations))
    if key == "team" and len(network.teams):
        return Group(network.team, tuple(network.teams))
    if key in network.groups:
        return network.groups[key]
    keys = [*["people"] * people]
    keys += [name for name, ids in (("organisation", network.organisations), ("team", network.teams)) if len(ids)]
    keys += network.groups
    if not keys:
        raise UsageError(f"{what}: the people have no {key!r}, nor any other groups")
    raise UsageError(f"{what}: {key!r} is not one of {', '.join(keys)}{nearest(key, keys)}")


def place(group: Group, key: str, name: object, what: str) -> int:
    """Return the position of a group by its name."""
    return _codes(group, key, [name], what)[0]


def _codes(group: Group, key: str, names: Iterable[Any], what: str) -> list[int]:
    known = {name: at for at, name in enumerate(group.names)}
    names = list(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(*(f"{what}: no {key} is called {name!r}{nearest(name, group.names)}" for name in unknown))
    return [known[name] for name in names]
