"""Lower plans to rows of integers, checked against the network in the user's ids."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, SparkError, UsageError
from spark.network import Network
from spark.plan import Boost, Bridge, Broadcast, Intervention, Mandate, Plan, Seeds, Sustain
from spark.problem.arrays import ALWAYS, FOR_EVER, UNIT, Actions, freeze
from spark.problem.bridges import Bridges, pair_ends
from spark.problem.fixed_point import dose_of, fixed
from spark.problem.targets import Mask, Targets
from spark.problem.windows import (
    Item,
    Rows,
    acceptance,
    boosts_over_time,
    heard_over_time,
    kind_of,
    lapses_over_time,
)

LONGEST_WINDOW = 100_000


def lower_plans(network: Network, plans: Mapping[str, Plan]) -> Actions:
    """Return the plans as rows, in order.

    Raises
    ------
    UsageError
        All people, groups and windows of all plans that do not fit the network; messages name the plan unless its name
        is empty.
    """
    faults: list[Fault] = []
    seeds: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]] = []
    targets = Targets(network)
    rows = {"heard": Rows(), "boost": Rows(), "sustain": Rows()}
    followed = {name: np.full((len(plans), network.size), -1, np.int32) for name in rows}
    bridges = Bridges(network, targets)
    for row, (name, plan) in enumerate(plans.items()):
        found = _plan_faults(network, targets, plan)
        if not found:
            try:
                seeds.append(lower_seeds(network, plan))
                for what, (items, masks) in windows_of(targets, plan).items():
                    followed[what][row] = rows[what].follow(items, masks, network.size)
                bridges.add([action for action in plan.interventions if isinstance(action, Bridge)])
            except SparkError as error:
                found = list(error.faults)
        prefix = f"plan {name!r}: " if name else ""
        faults += [Fault(prefix + fault.message, fault.file, fault.line, fault.key) for fault in found]
    if faults:
        raise UsageError(*faults)
    levels, factors = boosts_over_time(rows["boost"])
    who = np.concatenate([np.empty(0, np.int32), *(people for people, _, _ in seeds)])
    when = np.concatenate([np.empty(0, np.int32), *(start for _, start, _ in seeds)])
    accept = np.concatenate([np.empty(0, np.uint64), *(accept for _, _, accept in seeds)])

    def of(name: str) -> NDArray[np.int32]:
        return freeze(followed[name] if rows[name].places else followed[name][:, :0])

    return Actions(
        freeze(np.cumsum([0, *(people.size for people, _, _ in seeds)], dtype=np.int64)),
        freeze(who),
        freeze(when),
        of("heard"),
        heard_over_time(rows["heard"]),
        seed_accept=freeze(accept if (accept < ALWAYS).any() else accept[:0]),
        heard_uptake=rows["heard"].uptake,
        boost=of("boost"),
        boost_level=levels,
        boost_uptake=rows["boost"].uptake,
        factors=factors,
        sustain=of("sustain"),
        sustain_left=lapses_over_time(rows["sustain"]),
        sustain_uptake=rows["sustain"].uptake,
        **bridges.arrays(factors),
    )


def plan_cost(network: Network, plan: Plan, horizon: int | None = None) -> float:
    """What a plan costs: its seeds by the network's `cost`, each once, and all else that its interventions say.

    What is paid on acceptance counts with its expected cost. What has no end is paid until the `horizon`.

    Raises
    ------
    UsageError
        Something is paid for each period, has no end, and there is no horizon.
    """
    return sum((cost for _, cost in cost_by_intervention(network, plan, horizon)), 0.0)


def cost_by_intervention(
    network: Network, plan: Plan, horizon: int | None = None
) -> tuple[tuple[Intervention, float], ...]:
    """What each intervention of a plan costs (see `plan_cost`); who is seeded twice is paid where she comes first."""
    targets, paid = Targets(network), np.zeros(network.size, bool)
    found = []
    for action in plan.interventions:
        share = action.take_up if action.pay == "on_acceptance" else 1.0
        total = action.cost
        if isinstance(action, Seeds):
            people = network.index(action.people)
            people = people[~paid[people]]
            paid[people] = True
            each = network.cost[people].sum() if action.cost_each is None else action.cost_each * people.size
            total += share * float(each)
        else:
            if action.cost_each:
                units = (
                    share * share * _units(targets, action)
                    if isinstance(action, Bridge)
                    else share * _units(targets, action)
                )
                total += action.cost_each * units
            if action.cost_per_period:
                total += action.cost_per_period * _periods(action, horizon)
        found.append((action, float(total)))
    return tuple(found)


def _units(targets: Targets, action: Broadcast | Mandate | Boost | Sustain | Bridge) -> int:
    """How many units an intervention is offered to."""
    if isinstance(action, Mandate):
        targets.organisations(action.organisations, "mandate")
        return len(action.organisations)
    if isinstance(action, Bridge):
        return int(pair_ends(targets, action)[0].size)
    return int(np.count_nonzero(targets.mask(action.to, type(action).__name__.lower())))


def _periods(action: Broadcast | Mandate | Boost | Sustain | Bridge, horizon: int | None) -> int:
    stop = action.stop
    if stop is None:
        if horizon is None:
            kind = type(action).__name__.lower()
            raise UsageError(f"{kind}: its cost_per_period has no end; give a stop, or a horizon")
        stop = horizon + 1
    return max(stop - action.start, 0)


def _plan_faults(network: Network, targets: Targets, plan: Plan) -> list[Fault]:
    """What in a plan does not fit the network, intervention by intervention; unknown seeds all at once."""
    faults: list[Fault] = []

    def tried(check: object, *arguments: object) -> None:
        try:
            check(*arguments)  # type: ignore[operator]
        except SparkError as error:
            faults.extend(error.faults)

    tried(network.index, plan.seeds)
    for action in plan.interventions:
        kind = type(action).__name__.lower()
        start, stop = action.start, getattr(action, "stop", None)
        if isinstance(action, Broadcast | Mandate) and stop is not None and stop - start > LONGEST_WINDOW:
            faults.append(Fault(f"{kind}: a window of {stop - start:,} steps is longer than {LONGEST_WINDOW:,}"))
        elif max(start, stop or 0) > 10 * LONGEST_WINDOW:
            faults.append(Fault(f"{kind}: step {max(start, stop or 0):,} is later than {10 * LONGEST_WINDOW:,}"))
        if isinstance(action, Mandate):
            tried(targets.organisations, action.organisations, kind)
        elif isinstance(action, Bridge):
            tried(targets.mask, action.source, kind)
            tried(targets.mask, action.target, kind)
        elif not isinstance(action, Seeds):
            tried(targets.mask, action.to, kind)
    return list(dict.fromkeys(faults))


def lower_seeds(network: Network, plan: Plan) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
    """Who is seeded, from when, and with which acceptance, sorted by (start, person); the earliest start counts."""
    first: dict[int, tuple[int, int]] = {}  # person -> start, minus the acceptance
    for action in plan.interventions:
        if isinstance(action, Seeds):
            for person in network.index(action.people).tolist():
                offer = action.start, -acceptance(action.take_up)
                first[person] = min(offer, first.get(person, offer))
    rows = sorted((start, person, -less) for person, (start, less) in first.items())
    people = np.array([person for _, person, _ in rows], np.int32)
    return people, np.array([t for t, _, _ in rows], np.int32), np.array([t for _, _, t in rows], np.uint64)


def windows_of(targets: Targets, plan: Plan) -> dict[str, tuple[list[Item], list[Mask]]]:
    """What of a plan goes on over time, and for whom: doses from outside, boosts, and help to keep going."""
    heard: list[tuple[Item, Mask]] = []
    boosts: list[tuple[Item, Mask]] = []
    sustains: list[tuple[Item, Mask]] = []
    for action in plan.interventions:
        if isinstance(action, Seeds | Bridge):
            continue
        name = type(action).__name__.lower()
        kind, accept = kind_of(name), acceptance(action.take_up)
        kind = kind if accept < ALWAYS else 0
        stop = FOR_EVER if action.stop is None else action.stop
        if isinstance(action, Mandate):
            mask = targets.organisations(action.organisations, name)
            if action.probability is not None or action.dose is not None:
                heard.append((Item(_dose(action), action.start, stop, kind, accept), mask))
            if action.sustain:
                sustains.append((Item(_left(action.sustain), action.start, stop, kind, accept), mask))
            continue
        mask = targets.mask(action.to, name)
        if isinstance(action, Broadcast):
            heard.append((Item(_dose(action), action.start, stop, kind, accept), mask))
        elif isinstance(action, Boost):
            boosts.append((Item(1 + float(action.amount), action.start, stop, kind, accept), mask))
        else:
            sustains.append((Item(_left(action.share), action.start, stop, kind, accept), mask))
    parts = {"heard": heard, "boost": boosts, "sustain": sustains}
    return {what: ([item for item, _ in part], [mask for _, mask in part]) for what, part in parts.items()}


def _left(share: float) -> int:
    return int(fixed(1 - share, UNIT))


def _dose(action: Broadcast | Mandate) -> int:
    dose = action.dose if action.probability is None else dose_of(action.probability)
    return int(fixed(dose if dose is not None else 0.0))
