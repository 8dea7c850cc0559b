"""Plans read as plain numbers: who is made an adopter when, and who hears how much."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from spark.errors import UsageError, nearest
from spark.network import Network
from spark.plan import Broadcast, Intervention, Mandate, Plan, Seeds

Heard = tuple[Mapping[int, float], ...]
"""For each person, step -> dose of all broadcasts in that step."""


def read_plan(network: Network, plan: Plan, horizon: int | None) -> tuple[dict[int, int], Heard]:
    """Return step -> the set of people made adopters at its end, step 0 with who practises already; and who hears what.

    Raises
    ------
    UsageError
        The plan does more than that.
    """
    if others := [type(action).__name__ for action in plan.interventions if not _known(action)]:
        raise UsageError(
            "spark.exact knows seeds, broadcasts and mandates that only add a dose, as long as everybody goes along "
            f"with them; no {others[0]} here"
        )
    joins = {0: sum(1 << int(i) for i in np.flatnonzero(network.adopted))}
    heard: list[dict[int, float]] = [defaultdict(float) for _ in range(network.size)]
    for action in plan.interventions:
        if isinstance(action, Seeds):
            for i in network.index(action.people):
                joins[action.start] = joins.get(action.start, 0) | 1 << int(i)
        elif isinstance(action, Broadcast | Mandate):
            dose = action.dose if action.dose is not None else dose_of(action.probability or 0.0)
            stop = action.start if action.stop is None else action.stop  # only a mandate without a dose has none
            end = stop if horizon is None else min(stop, horizon + 1)
            to = {"organisation": action.organisations} if isinstance(action, Mandate) else action.to or {}
            for v in _hearers(network, to, type(action).__name__.lower()) if dose > 0 else ():
                for t in range(action.start, end):
                    heard[v][t] += dose
    return joins, tuple(heard)


def dose_of(chance: float) -> float:
    """The dose that convinces with a chance, under exponential tolerances."""
    return -math.log1p(-chance) if chance < 1 else math.inf


def _known(action: Intervention) -> bool:
    """Whether an intervention makes adopters or adds a dose, for everybody whom it is meant for, and does no more."""
    only = not isinstance(action, Mandate) or action.sustain == 0
    return isinstance(action, Seeds | Broadcast | Mandate) and action.take_up == 1 and only


def _hearers(network: Network, to: Mapping[str, Sequence[Hashable]], kind: str) -> set[int]:
    """Who hears a broadcast or a mandate: everybody who matches every key."""
    hears = set(range(network.size))
    for key, names in to.items():
        if key == "people":
            hears &= {int(i) for i in network.index(names)}
            continue
        known, codes = _grouping(network, key)
        if unknown := [name for name in names if name not in known]:
            raise UsageError(*(f"{kind}: no {key} is called {name!r}{nearest(name, known)}" for name in unknown))
        hears &= {v for v, code in enumerate(codes) if code >= 0 and known[code] in names}
    return hears


def _grouping(network: Network, key: str) -> tuple[list[Hashable], list[int]]:
    """Names of the organisations, teams or groups, and which of them each person is in."""
    if key == "organisation":
        return list(network.organisations), network.organisation.tolist()
    if key == "team":
        return list(network.teams), network.team.tolist()
    if key in network.groups:
        return list(network.groups[key].names), network.groups[key].codes.tolist()
    keys = ["people", "organisation", "team", *network.groups]
    raise UsageError(f"broadcast: {key!r} is not one of {', '.join(keys)}{nearest(key, keys)}")
