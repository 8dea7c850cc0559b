"""Whether the advice holds on other networks."""

from __future__ import annotations

from spark.report.layout import Column, count, interval, paragraph, percent, printable, section, table, with_error
from spark.results import ComparisonAcross, DifferenceAcross


def on_other_networks(across: ComparisonAcross | None, anew: bool) -> str:
    """Say whether the advice holds on other networks; nothing where there are none.

    Parameters
    ----------
    anew : whether seeds were chosen, on each network its own.
    """
    if across is None:
        return ""
    rows = [
        (plan.name, with_error(plan.mean, plan.standard_error), f"{plan.between:,.2f}", percent(plan.best_on))
        for plan in sorted(across.plans, key=lambda plan: -plan.mean)
    ]
    columns = [
        Column("plan"),
        Column("practise", "number"),
        Column("varies by", "number"),
        Column("is best on", "number"),
    ]
    tried = f"{count(len(across.networks), 'network')} were tried, each in {across.worlds:,} worlds of its own."
    chosen = " Seeds that spark or a rule chooses are chosen on each network anew." if anew else ""
    return section(
        "Does the advice hold on other networks?",
        paragraph(f"{_summary(across)} {tried}{chosen}"),
        table(columns, rows),
        "",
        *(paragraph(_pair(d, len(across.networks)), bullet="- ") for d in across.differences),
        paragraph("± and the intervals say how far other networks of this kind would move the figures."),
    )


def _summary(across: ComparisonAcross) -> str:
    best = printable(across.best)
    if across.other_best == 0:
        return f"It does: {best} is best on every network."
    flips = [d for d in across.differences if d.flips]
    clear = f"the ranking of {count(len(flips), 'pair')} flips" if flips else "no two plans change places for sure"
    return (
        f"Not on all: {best} is best on average, but another plan on {percent(across.other_best)} of networks; {clear}."
    )


def _pair(d: DifferenceAcross, networks: int) -> str:
    swap = d.mean < 0
    a, b = (printable(d.b), printable(d.a)) if swap else (printable(d.a), printable(d.b))
    on_a, on_b = (d.better_b, d.better_a) if swap else (d.better_a, d.better_b)
    low, high = (-d.high, -d.low) if swap else (d.low, d.high)
    mean, low_text, high_text = interval(abs(d.mean), low, high)
    where = f"{a} is better on {round(on_a * networks)} of {networks}, {b} on {round(on_b * networks)}"
    gap = f"{mean} people, 95 % interval {low_text} to {high_text}"
    if d.verdict == "no-difference":
        return f"{a} and {b}: no difference that matters over networks ({gap}); {where}."
    if d.verdict == "too-close":
        return f"{a} or {b}: too close to call over networks ({gap}); {where}."
    return f"{a} beats {b} over networks ({gap}); {where}."
