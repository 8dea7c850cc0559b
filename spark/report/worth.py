"""What plans come to beside the number of adopters, and which of them are worth their money."""

from __future__ import annotations

from collections.abc import Sequence

from spark.report.layout import (
    Column,
    count,
    number,
    paragraph,
    percent,
    printable,
    section,
    table,
    with_error,
)
from spark.results import Comparison, CostEffect, Difference, PlanResult, Price
from spark.worlds.trying import NO_ACTION

_FEW = 3
"""Of at most so many plans, each is held against each other one."""


def outcomes(comparison: Comparison) -> str:
    """Lay out what each plan comes to, the one with most adopters first: a row a figure where plans are few."""
    plans = sorted(comparison.plans, key=lambda plan: -plan.spread.mean)
    rows = []
    for plan in plans:
        periods = with_error(plan.spread.adopter_periods or 0.0, plan.spread.adopter_periods_standard_error)
        reached = plan.organisations_reached
        rows.append(
            (
                plan.name,
                number(plan.median),
                periods if plan.spread.adopter_periods is not None else "",
                "" if reached is None else with_error(reached, plan.organisations_standard_error),
                percent(plan.probability_best),
            )
        )
    columns = [
        Column("plan"),
        Column("median", "number"),
        Column("steps of practice", "number"),
        Column("organisations", "number"),
        Column("lights most in", "number"),
    ]
    said = [paragraph(text, bullet="- ") for text in (*_times(plans), *_worst_off(plans))]
    return section("What else they come to", table(columns, rows), *(["", *said] if said else []))


def _times(plans: Sequence[PlanResult]) -> list[str]:
    found = []
    for at, first in enumerate(plans[0].times if plans else ()):
        parts = []
        for plan in plans:
            time = plan.times[at]
            if time.reached == 0:
                continue
            when = f" (in half of all by step {time.median})" if time.median is not None else ""
            parts.append(f"{printable(plan.name)} in {percent(time.reached)} of worlds{when}")
        who = f"{percent(first.share)} of all people ({first.people:,})"
        found.append(f"{who}: {', '.join(parts) or 'with none of the plans in any world'}.")
    return found


def _worst_off(plans: Sequence[PlanResult]) -> list[str]:
    parts = [
        f"{plan.worst_off.organisation} with {printable(plan.name)} ({percent(plan.worst_off.share)})"
        for plan in plans
        if plan.worst_off is not None
    ]
    return [f"Lowest share of an organisation: {', '.join(parts)}."] if parts else []


def money(comparison: Comparison) -> str:
    """Say what the plans buy, where they cost anything at all."""
    if not any(plan.cost > 0 for plan in comparison.plans):
        return ""
    prices = {plan.name: plan.cost_per_extra_adopter for plan in comparison.plans}
    rows = [
        (row.name, number(row.cost), f"{row.gain:,.2f}", _price(prices[row.name]), _more(row))
        for row in comparison.cost_effectiveness
    ]
    columns = [
        Column("plan"),
        Column("cost", "number"),
        Column("lights", "number"),
        Column("cost per person (95 %)", "number"),
        Column("each further person", "number"),
    ]
    said = [*map(_free, comparison.plans), *map(_standing, comparison.cost_effectiveness), *_break_even(comparison)]
    return section(
        "What the money buys",
        table(columns, rows),
        "",
        *(paragraph(text, bullet="- ") for text in said if text),
    )


def _more(row: CostEffect) -> str:
    if row.standing != "frontier":
        return "dominated" if row.cost else ""
    return "" if row.cost_per_extra_adopter is None or not row.extra_cost else _amount(row.cost_per_extra_adopter.value)


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


def _price(price: Price) -> str:
    if price.value == 0:
        return "0"
    if price.value is None:
        return "nothing gained" if not price.low else f"- ({_amount(price.low)} or more)"
    high = f"to {_amount(price.high)}" if price.high is not None else "or more"
    return f"{_amount(price.value)} ({_amount(price.low)} {high})"


def _free(plan: PlanResult) -> str:
    if plan.cost > 0 or plan.spread.gain_over_no_action <= 0:
        return ""
    return f"{printable(plan.name)} is taken to cost nothing: no cost is given for it."


def _standing(row: CostEffect) -> str:
    if row.standing == "frontier" or not row.cost:
        return ""
    name, by = printable(row.name), [printable(text) for text in row.by]
    if row.standing == "dominated":
        better = f"{name} is not worth its money: {by[0]} lights no fewer and costs no more"
    elif NO_ACTION in by:
        (other,) = [text for text in by if text != NO_ACTION]
        better = f"{name} is not worth its money: {other} lights more for each unit of it"
    else:
        better = f"{name} is not worth its money: {by[0]} for part of it and {by[1]} for the rest would light more"
    return f"{better}{'' if row.sure else ', as far as can be told'}."


def _break_even(comparison: Comparison) -> list[str]:
    """At what price the dearer of two plans, per person, would be as good value as the other.

    Of many plans, each is held against the one of best value only.
    """
    plans = {plan.name: plan for plan in comparison.plans}
    values = {name: value for name, plan in plans.items() if (value := plan.cost_per_extra_adopter.value)}
    best = min(values, key=lambda name: values[name], default=None)
    found = []
    for d in comparison.differences:
        if len(plans) > _FEW and best not in (d.a, d.b):
            continue
        dear, cheap = (plans[d.a], plans[d.b]) if _dearer(plans[d.a], plans[d.b]) else (plans[d.b], plans[d.a])
        price = d.break_even_a if dear.name == d.a else d.break_even_b
        if price is None or not price.value or price.value >= dear.cost:
            continue
        known = f" (95 % {_amount(price.low)} to {_amount(price.high)})" if price.high is not None else ""
        found.append(
            f"{printable(dear.name)} would be as good value as {printable(cheap.name)} at {_amount(price.value)} in all"
            f"{known}{_each(dear, price.value)}, instead of {number(dear.cost)}."
        )
    return found


def _dearer(a: PlanResult, b: PlanResult) -> bool:
    first, second = a.cost_per_extra_adopter.value, b.cost_per_extra_adopter.value
    return second is not None and (first is None or first > second)


def _each(plan: PlanResult, price: float) -> str:
    """What that is a seed, where all else keeps its cost."""
    seeds, rest = len(plan.spread.seeds), plan.cost - plan.seed_cost
    if not seeds or not plan.seed_cost or price <= rest:
        return ""
    return f", or {_amount((price - rest) / seeds)} a seed"


def decided(comparison: Comparison) -> str:
    """Say how a comparison ended that went on until its decision was clear."""
    decision = comparison.decision
    if decision is None:
        return ""
    pairs = round(decision.error / decision.per_pair)
    looks = count(decision.looks.index(decision.stopped) + 1, "look")
    shared = f", shared by {count(pairs, 'pair')}" if pairs > 1 else ""
    honest = (
        f"The intervals allow for {count(len(decision.looks), 'look')}{shared}: the chance that luck makes a wrong "
        f"winner is at most {percent(decision.error)} over all of them."
    )
    if decision.clear:
        what = f"that {printable(decision.best)} is best" if decision.best else "which of any two plans is better"
        return f"It is clear {what}, after {decision.stopped:,} worlds and {looks}. {honest}"
    asked = "which plan is best" if decision.question == "best" else "which of any two plans is better"
    return f"It is not clear {asked}, after {decision.stopped:,} worlds and {looks}. {honest}"


def several(comparison: Comparison) -> str:
    """Say that several verdicts are wrong more often than one."""
    verdicts = len(comparison.differences)
    if verdicts < 2 or comparison.decision is not None:
        return ""
    return paragraph(
        f"Each of these {verdicts} verdicts is wrong by bad luck in at most 5 % of cases, one of them more often; "
        "--until-clear holds all of them together to 5 %."
    )


def tenth_better(d: Difference, ahead_is_a: bool, ahead: float) -> str:
    """Say how often the plan that is ahead is at least 10 % better, where that is less often."""
    share = d.probability_a_tenth_better if ahead_is_a else d.probability_b_tenth_better
    return "" if percent(share) == percent(ahead) else f" (by 10 % or more in {percent(share)})"
