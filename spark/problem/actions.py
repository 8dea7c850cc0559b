"""Lower plans to rows of integers, checked against the network in the user's ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, SparkError, UsageError, nearest
from spark.network import Network
from spark.plan import Broadcast, Plan, Seeds
from spark.problem.arrays import CERTAIN, Actions, freeze
from spark.problem.fixed_point import dose_of, fixed

LONGEST_WINDOW = 100_000

Schedule = tuple[tuple[int, int, int], ...]
"""Broadcasts that some people hear: (dose per step in units of 2^-56, start, stop) of each."""


def lower_plans(network: Network, plans: Mapping[str, Plan]) -> Actions:
    """Return the plans as rows, in order.

    Raises
    ------
    UsageError
        All people, groups and windows of all plans that do not fit the network; messages name the plan unless its name
        is empty.
    """
    faults: list[Fault] = []
    people: list[NDArray[np.int32]] = []
    starts: list[NDArray[np.int32]] = []
    schedules = np.full((len(plans), network.size), -1, np.int32)
    rows: dict[Schedule, int] = {}
    for row, (name, plan) in enumerate(plans.items()):
        try:
            who, when = _seeds(network, plan)
            people.append(who)
            starts.append(when)
            schedules[row] = _schedule(network, plan, rows)
        except SparkError as error:
            prefix = f"plan {name!r}: " if name else ""
            faults += [Fault(prefix + fault.message, fault.file, fault.line, fault.key) for fault in error.faults]
    if faults:
        raise UsageError(*faults)
    seed_indptr = np.cumsum([0, *(who.size for who in people)], dtype=np.int64)
    return Actions(
        freeze(seed_indptr),
        freeze(np.concatenate([np.empty(0, np.int32), *people])),
        freeze(np.concatenate([np.empty(0, np.int32), *starts])),
        freeze(schedules if rows else schedules[:, :0]),
        _heard(list(rows)),
    )


def plan_cost(network: Network, plan: Plan) -> float:
    """What a plan costs: its seeds by the network's `cost`, each once, and its broadcasts."""
    seeds = network.index(plan.seeds)
    broadcasts = sum(action.cost for action in plan.interventions if isinstance(action, Broadcast))
    return float(network.cost[seeds].sum() + broadcasts)


def _seeds(network: Network, plan: Plan) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Who is seeded, and from when, sorted by (start, person); the earliest start counts."""
    network.index(plan.seeds)  # all unknown ids at once
    earliest: dict[int, int] = {}
    for action in plan.interventions:
        if isinstance(action, Seeds):
            for person in network.index(action.people).tolist():
                earliest[person] = min(action.start, earliest.get(person, action.start))
    pairs = sorted((start, person) for person, start in earliest.items())
    return np.array([p for _, p in pairs], np.int32), np.array([t for t, _ in pairs], np.int32)


def _schedule(network: Network, plan: Plan, rows: dict[Schedule, int]) -> NDArray[np.int32]:
    """Which set of broadcasts each person hears, as a row number; new sets are added to `rows`."""
    broadcasts = [action for action in plan.interventions if isinstance(action, Broadcast)]
    faults = [
        f"broadcast: a window of {b.stop - b.start:,} steps is longer than {LONGEST_WINDOW:,}"
        for b in broadcasts
        if b.stop - b.start > LONGEST_WINDOW or b.stop > 10 * LONGEST_WINDOW
    ]
    if faults:
        raise UsageError(*faults)
    hears = np.zeros((len(broadcasts), network.size), bool)
    for i, broadcast in enumerate(broadcasts):
        hears[i] = _hearers(network, broadcast)
    schedule = np.full(network.size, -1, np.int32)
    if broadcasts:
        sets, which = np.unique(hears, axis=1, return_inverse=True)
        for column in range(sets.shape[1]):
            heard = tuple((_dose(b), b.start, b.stop) for b, on in zip(broadcasts, sets[:, column], strict=True) if on)
            if heard:
                schedule[which.reshape(-1) == column] = rows.setdefault(heard, len(rows))
    return schedule


def _hearers(network: Network, broadcast: Broadcast) -> NDArray[np.bool_]:
    """Who is in the group of a broadcast: everybody who matches every key."""
    hears = np.ones(network.size, bool)
    for key, names in (broadcast.to or {}).items():
        match = np.zeros(network.size, bool)
        if key == "people":
            match[network.index(names)] = True
        else:
            codes, known = _grouping(network, key)
            unknown = [name for name in names if name not in known]
            if unknown:
                raise UsageError(*(f"broadcast: no {key} is called {name!r}{nearest(name, known)}" for name in unknown))
            match = np.isin(codes, [known.index(name) for name in names])
        hears &= match
    return hears


def _grouping(network: Network, key: str) -> tuple[NDArray[np.int32], Sequence[object]]:
    if key == "organisation":
        return network.organisation, list(network.organisations)
    if key == "team":
        return network.team, list(network.teams)
    if key in network.groups:
        return network.groups[key].codes, network.groups[key].names
    keys = ["people", "organisation", "team", *network.groups]
    raise UsageError(f"broadcast: {key!r} is not one of {', '.join(keys)}{nearest(key, keys)}")


def _dose(broadcast: Broadcast) -> int:
    dose = broadcast.dose if broadcast.probability is None else dose_of(broadcast.probability)
    return int(fixed(dose if dose is not None else 0.0))


def _heard(rows: Sequence[Schedule]) -> NDArray[np.uint64]:
    """Total dose of each set of broadcasts until the end of each step."""
    last = max((stop - 1 for broadcasts in rows for _, _, stop in broadcasts), default=0)
    heard = np.zeros((len(rows), last + 1), np.uint64)
    steps = np.arange(last + 1)
    for row, broadcasts in enumerate(rows):
        for dose, start, stop in broadcasts:
            times = np.clip(steps + 1 - start, 0, stop - start).astype(np.uint64)
            enough = CERTAIN // max(dose, 1)
            heard[row] += np.where(
                times > enough, np.uint64(CERTAIN), np.minimum(times, np.uint64(enough)) * np.uint64(dose)
            )
            heard[row] = np.minimum(heard[row], np.uint64(CERTAIN))
    return freeze(heard)
