"""What each plan of a comparison comes to, and which of them are worth their money."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.plan import Plan, Seeds
from spark.problem.actions import cost_by_intervention
from spark.results import CostEffect, Difference, PlanResult, Price, Spread, TimeTo, WorstOff
from spark.worlds.differences import TWO_SIDED_95, price_of
from spark.worlds.estimates import exact
from spark.worlds.trying import NO_ACTION, Tried


def plan_results(
    network: Network, names: Sequence[str], plans: Sequence[Plan], tried: Tried, shares: Sequence[float]
) -> tuple[PlanResult, ...]:
    """Return what each plan comes to; `shares` of all people, each in (0, 1], are those whose times are asked for."""
    best = _best(np.stack([spread.sizes for spread in tried.spreads]))
    found = []
    for row, (name, plan, spread) in enumerate(zip(names, plans, tried.spreads, strict=True)):
        costs = cost_by_intervention(network, plan, spread.provenance.horizon)
        cost = sum((part for _, part in costs), 0.0)
        reached = exact(tried.tally.groups_lit[row, :, 0]) if len(network.organisations) else None
        adopters = tried.tally.adopters[row]
        found.append(
            PlanResult(
                name=name,
                spread=spread,
                cost=cost,
                seed_cost=sum((part for action, part in costs if isinstance(action, Seeds)), 0.0),
                median=float(np.quantile(spread.sizes, 0.5, method="inverted_cdf")),
                cost_per_extra_adopter=price_of(cost, spread.gain_over_no_action, *_gain_interval(spread)),
                probability_best=best[row],
                organisations_reached=None if reached is None else reached[0],
                organisations_standard_error=None if reached is None else reached[1],
                worst_off=_worst_off(spread),
                times=tuple(_time_to(adopters, share, network.size) for share in shares),
            )
        )
    return tuple(found)


def _best(sizes: NDArray[np.int32]) -> list[float]:
    """Share of worlds in which each plan lights most, ties split evenly; int32[P, W]."""
    top = sizes == sizes.max(axis=0)
    tied = top.sum(axis=0)
    return [
        sum(int((own & (tied == count)).sum()) / count for count in range(1, len(sizes) + 1)) / sizes.shape[1]
        for own in top
    ]


def _worst_off(spread: Spread) -> WorstOff | None:
    groups = [group for group in spread.by_organisation if group.people]
    if not groups:
        return None
    worst = min(groups, key=lambda group: group.mean / group.people)
    return WorstOff(worst.name, worst.people, worst.mean / worst.people, worst.standard_error / worst.people)


def _time_to(adopters: NDArray[np.int32], share: float, people: int) -> TimeTo:
    """When a share of all people practises; int32[W, T+1]."""
    needed = math.ceil(share * people - 1e-9)
    there = adopters >= needed
    arrived = np.asarray(there.any(axis=1))
    first = np.sort(there.argmax(axis=1)[arrived])
    worlds = arrived.size
    reached, reached_error = exact(arrived)
    mean = exact(first) if first.size >= 2 else None
    half = -(-worlds // 2)
    return TimeTo(
        share=share,
        people=needed,
        reached=reached,
        reached_standard_error=reached_error,
        median=int(first[half - 1]) if first.size >= half else None,
        mean=None if mean is None else mean[0],
        mean_standard_error=None if mean is None else mean[1],
    )


def _gain_interval(spread: Spread) -> tuple[float, float]:
    gain, error = spread.gain_over_no_action, spread.gain_standard_error
    return gain - TWO_SIDED_95 * error, gain + TWO_SIDED_95 * error


def cost_effectiveness(plans: Sequence[PlanResult], differences: Sequence[Difference]) -> tuple[CostEffect, ...]:
    """Return the plans from cheap to dear, each with its standing (Drummond et al. 2015, chapter 4).

    The frontier begins at no action, which costs nothing, and is concave: each plan on it costs more per extra adopter
    than the one before it.
    """
    order = sorted(plans, key=lambda plan: (plan.cost, -plan.spread.gain_over_no_action))
    intervals = {(d.a, d.b): (d.low, d.high) for d in differences}
    intervals |= {(d.b, d.a): (-d.high, -d.low) for d in differences}
    intervals |= {(plan.name, NO_ACTION): _gain_interval(plan.spread) for plan in plans}
    rows: dict[str, CostEffect] = {}
    undominated: list[PlanResult] = []
    for plan in order:
        gain = plan.spread.gain_over_no_action
        by: str | None = None
        if undominated and undominated[-1].spread.gain_over_no_action >= gain:
            by = undominated[-1].name
        elif gain < 0 or (gain == 0 and plan.cost > 0):
            by = NO_ACTION
        if by is None:
            undominated.append(plan)
        else:
            rows[plan.name] = _dominated(plan, "dominated", (by,), sure=intervals[plan.name, by][1] <= 0)
    frontier: list[PlanResult] = []
    for plan in undominated:
        while frontier and _slope(frontier[-2] if len(frontier) > 1 else None, frontier[-1]) >= _slope(
            frontier[-1], plan
        ):
            frontier.pop()
        frontier.append(plan)
    for plan in undominated:
        if plan not in frontier:
            before = next((p for p in reversed(frontier) if p.cost <= plan.cost), None)
            after = next(p for p in frontier if p.cost >= plan.cost)
            names = (NO_ACTION if before is None else before.name, after.name)
            rows[plan.name] = _dominated(plan, "extended", names, sure=_surely_below(plan, before, after))
    for before, plan in zip([None, *frontier], frontier, strict=False):
        name = NO_ACTION if before is None else before.name
        extra = plan.cost - (before.cost if before else 0.0)
        gained = plan.spread.gain_over_no_action - (before.spread.gain_over_no_action if before else 0.0)
        price: Price = price_of(extra, gained, *intervals[plan.name, name])
        gain = plan.spread.gain_over_no_action
        rows[plan.name] = CostEffect(plan.name, plan.cost, gain, "frontier", (), True, name, extra, gained, price)
    return tuple(rows[plan.name] for plan in order)


def _dominated(plan: PlanResult, standing: str, by: tuple[str, ...], *, sure: bool) -> CostEffect:
    gain = plan.spread.gain_over_no_action
    return CostEffect(plan.name, plan.cost, gain, standing, by, sure, None, None, None, None)  # type: ignore[arg-type]


def _slope(before: PlanResult | None, plan: PlanResult) -> float:
    cost = plan.cost - (before.cost if before else 0.0)
    gain = plan.spread.gain_over_no_action - (before.spread.gain_over_no_action if before else 0.0)
    return cost / gain if gain > 0 else (0.0 if cost == 0 else math.inf)


def _surely_below(plan: PlanResult, before: PlanResult | None, after: PlanResult) -> bool:
    """Whether a mix of two plans that costs the same surely lights more, by the 95 % interval."""
    cheap = before.cost if before else 0.0
    weight = (plan.cost - cheap) / (after.cost - cheap)
    # the gains of the three have no action in common, which drops out where the cheaper one is a plan
    mix = weight * after.spread.sizes + (1 - weight) * (before.spread.sizes if before else 0.0)
    nothing = plan.spread.mean - plan.spread.gain_over_no_action
    apart = mix - plan.spread.sizes + (0.0 if before else (1 - weight) * nothing)
    return bool(apart.mean() - TWO_SIDED_95 * apart.std(ddof=1) / math.sqrt(apart.size) > 0)
