"""The same money for another plan: how large a campaign would it buy?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import replace

from spark.errors import InfeasibleError, UsageError
from spark.network import Network
from spark.plan import Broadcast, Intervention, Plan, Seeds, as_plan
from spark.problem.actions import plan_cost


def scale_plan(
    network: Network,
    plan: Plan | Intervention | Iterable[Hashable],
    cost: float,
    *,
    order: Iterable[Hashable] | None = None,
    horizon: int | None = None,
) -> Plan:
    """Return the plan at the size that a given sum of money buys, to be compared with another plan of that cost.

    What a plan consists of decides how it is scaled; what cannot be scaled stays, and is paid first.

    - Seeds: as many of them, in the order given, as the money buys; then further people of `order`, such as a rule's.
    - Otherwise one broadcast: one that is paid by the period lasts as many whole steps as the money buys; else its dose
      is scaled, the cost being taken for proportional to the dose.

    Parameters
    ----------
    cost : what the plan may cost in all, >= 0. The result costs this at most: people and steps are whole.
    order : whom to add beyond the seeds of the plan, in this order; whom the money does not buy are passed over.
    horizon : the last step, where something is paid for each period and has no end.

    Raises
    ------
    UsageError
        There is nothing in the plan that can be scaled: no seeds, and no broadcast, or one that costs nothing.
    InfeasibleError
        The money does not pay for what cannot be scaled.

    Examples
    --------
    >>> import spark
    >>> star = spark.Network.from_edges(["hub"] * 3, ["a", "b", "c"])
    >>> scale_plan(star, ["a"], 3, order=["hub", "b", "c"]).seeds
    ('a', 'hub', 'b')
    >>> month = spark.Broadcast(probability=0.1, cost_per_period=500)
    >>> scale_plan(star, month, 1600).interventions[0].stop
    4
    """
    if not (cost >= 0 and math.isfinite(cost)):
        raise UsageError(f"cost {cost!r} is not a number of at least 0")
    plan = as_plan(plan)
    seeds = [action for action in plan.interventions if isinstance(action, Seeds)]
    if seeds:
        rest = Plan(*(action for action in plan.interventions if not isinstance(action, Seeds)))
        _refuse_above(network, rest, cost, horizon)
        return _with_seeds(network, seeds, rest, cost, order or (), horizon)
    broadcasts = [action for action in plan.interventions if isinstance(action, Broadcast)]
    if len(broadcasts) != 1:
        raise UsageError("only plans with seeds, or with one broadcast, can be scaled to a cost")
    rest = Plan(*(action for action in plan.interventions if action is not broadcasts[0]))
    _refuse_above(network, rest, cost, horizon)
    scaled = _broadcast(network, broadcasts[0], cost - plan_cost(network, rest, horizon))
    return Plan(*([scaled] if scaled else []), *rest.interventions)


def _refuse_above(network: Network, rest: Plan, cost: float, horizon: int | None) -> None:
    fixed = plan_cost(network, rest, horizon)
    if fixed > cost:
        raise InfeasibleError(f"{cost:g} does not pay for what cannot be scaled, which costs {fixed:g}")


def _with_seeds(
    network: Network, seeds: list[Seeds], rest: Plan, cost: float, order: Iterable[Hashable], horizon: int | None
) -> Plan:
    """Seeds one by one, each group with its own start and terms; those of `order` on the terms of the last group."""
    wanted = [(at, person) for at, group in enumerate(seeds) for person in group.people]
    wanted += [(len(seeds) - 1, person) for person in order]
    places = network.index(person for _, person in wanted).tolist()
    left = cost - plan_cost(network, rest, horizon) - sum(group.cost for group in seeds)
    bought: list[dict[Hashable, None]] = [{} for _ in seeds]
    taken: set[Hashable] = set()
    for (at, person), place in zip(wanted, places, strict=True):
        group = seeds[at]
        price = float(network.cost[place]) if group.cost_each is None else group.cost_each
        price *= group.take_up if group.pay == "on_acceptance" else 1.0
        if person not in taken and price <= left + 1e-9:
            left -= price
            taken.add(person)
            bought[at][person] = None
    groups = [replace(group, people=tuple(people)) for group, people in zip(seeds, bought, strict=True) if people]
    return Plan(*groups, *rest.interventions)


def _broadcast(network: Network, broadcast: Broadcast, money: float) -> Broadcast | None:
    """The broadcast for as many steps, or at the dose, that the money buys; None where that is nothing."""
    once = plan_cost(network, Plan(replace(broadcast, cost_per_period=0.0)))
    if broadcast.cost_per_period > 0:
        steps = math.floor((money - once) / broadcast.cost_per_period + 1e-9)
        return replace(broadcast, stop=broadcast.start + steps) if steps >= 1 else None
    if once <= 0:
        raise UsageError("a broadcast that costs nothing cannot be scaled to a cost: give it one")
    dose = broadcast.dose if broadcast.probability is None else -math.log1p(-broadcast.probability)
    scaled = (dose or 0.0) * money / once
    factor = money / once
    return replace(
        broadcast,
        probability=None,
        dose=scaled,
        cost=broadcast.cost * factor,
        cost_each=broadcast.cost_each * factor,
    )
