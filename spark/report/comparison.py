"""Which plan is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
from spark.provenance import plain
from spark.report import Frame
from spark.report.across import on_other_networks
from spark.report.advice import models_data, under_models
from spark.report.frame import assumed, provenance, what_next
from spark.report.layout import (
    Column,
    csv_text,
    document,
    interval,
    json_text,
    number,
    paragraph,
    percent,
    printable,
    section,
    table,
    with_error,
)
from spark.report.spread import in_order, in_words, people_table, spread_document, worth_saying
from spark.report.words import ERROR_NOTE, assumptions
from spark.report.worth import decided, money, outcomes, several, tenth_better
from spark.results import Comparison, Difference, plan_row
from spark.results.mix import whom
from spark.study import ComparisonAnswer as Compared

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """The answer of ``spark compare``."""

    network: Network
    model: Model
    compared: Compared
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        comparison = self.compared.comparison
        return document(
            section("Plans, tried in the same worlds", plans_table(comparison, "value" in self.network.given)),
            section(
                "Which is better",
                *(paragraph(text) for text in (decided(comparison),) if text),
                *(paragraph(verdict(d), bullet="- ") for d in comparison.differences),
                several(comparison),
            ),
            outcomes(comparison),
            money(comparison),
            sensitivity(self.compared),
            under_models(self.compared),
            on_other_networks(self.compared.across, self.compared.anew),
            who(self.network, self.compared),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(assumptions(self.network, self.model, self.frame.why)),
            what_next(self.frame.next),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/compare.json."""
        comparison = self.compared.comparison
        data: dict[str, Any] = {
            "plans": [plan_row(plan, spread_document(self.network, plan.spread)) for plan in comparison.plans],
            "differences": [asdict(difference) for difference in comparison.differences],
            "cost_effectiveness": [plain(asdict(row)) for row in comparison.cost_effectiveness],
            "worlds": comparison.worlds,
        }
        if comparison.decision is not None:
            data["decision"] = plain(asdict(comparison.decision))
        if self.compared.sensitivity:
            data["sensitivity"] = [
                {
                    "probability": other.probability,
                    "plans": [
                        {"name": p.name, "mean": p.spread.mean, "standard_error": p.spread.standard_error}
                        for p in other.comparison.plans
                    ],
                    "differences": [asdict(difference) for difference in other.comparison.differences],
                    "changes": bool(other.changed),
                }
                for other in self.compared.sensitivity
            ]
        if self.compared.models:
            data |= models_data(self.compared)
        if self.compared.across is not None:
            data["across"] = self.compared.across.to_dict()
        data["assumptions"] = assumptions(self.network, self.model, self.frame.why)
        data["provenance"] = provenance(comparison.provenance, self.frame, run)
        return json_text("spark.compare/1", data)

    @property
    def result(self) -> Comparison:
        """The result, as it was computed."""
        return self.compared.comparison

    def figure(self) -> Figure:
        """Draw the answer."""
        return figure_of(self.compared.comparison)

    def csv(self) -> str:
        """Write one row a pair of plans."""
        spreads = {plan.name: plan.spread for plan in self.compared.comparison.plans}
        rows = [
            (
                *(d.a, spreads[d.a].mean, spreads[d.a].standard_error),
                *(d.b, spreads[d.b].mean, spreads[d.b].standard_error),
                *(d.mean, d.low, d.high, d.probability_a_beats_b, d.probability_tie, d.verdict),
            )
            for d in self.compared.comparison.differences
        ]
        header = "a,mean_a,standard_error_a,b,mean_b,standard_error_b,difference,low,high,probability_a_beats_b"
        return csv_text([*header.split(","), "probability_tie", "verdict"], rows)


def plans_table(comparison: Comparison, values: bool) -> str:
    """Lay out the plans, the best first; equals in the order given."""
    rows = []
    for plan in sorted(comparison.plans, key=lambda plan: -plan.spread.mean):
        spread = plan.spread
        worth = with_error(spread.mean_value or 0.0, spread.value_standard_error) if values else ""
        practise = with_error(spread.mean, spread.standard_error)
        band = f"{number(spread.over_time[-1].low)} to {number(spread.over_time[-1].high)}" if spread.over_time else ""
        rows.append((plan.name, len(spread.seeds), number(plan.cost), practise, band, worth))
    columns = [
        Column("plan", "id"),
        Column("seeds", "number"),
        Column("cost", "number"),
        Column("practise in the end", "number"),
        Column("in 8 of 10 worlds", "number"),
        Column("worth", "number"),
    ]
    return table(columns, rows)


def verdict(d: Difference) -> str:
    """Say which of two plans is better, by how much, and how sure that is."""
    a, b = printable(d.a), printable(d.b)
    ahead, behind = d.probability_a_beats_b, max(0.0, 1 - d.probability_a_beats_b - d.probability_tie)
    sign = -1 if d.verdict == "b" or (d.verdict != "a" and d.mean < 0) else 1
    if sign < 0:
        a, b, ahead = b, a, behind
    mean, low, high = interval(sign * d.mean, *sorted((sign * d.low, sign * d.high)))
    level = f", level in {percent(d.probability_tie)}" if d.probability_tie else ""
    luck = f"ahead in {percent(ahead)} of worlds{tenth_better(d, sign > 0, ahead)}{level}."
    if d.verdict == "no-difference":
        matters = f"less than {number(d.smallest_difference)} people is taken as nothing"
        return f"{a} and {b}: no difference that matters ({mean}, 95 % interval {low} to {high}; {matters})."
    if d.verdict == "too-close":
        return (
            f"{a} or {b}: too close to call. {a} is better by {mean} people on average, but the 95 % interval is {low} "
            f"to {high}; try more --worlds."
        )
    return f"{a} beats {b} by {mean} people on average (95 % interval {low} to {high}); {luck}"


def sensitivity(compared: Compared) -> str:
    """Say whether a verdict depends on the probability."""
    if not compared.sensitivity:
        return ""
    said = []
    for other in compared.sensitivity:
        value = number(other.probability)
        if not other.changed:
            said.append(paragraph(f"With {value}: the same verdicts.", bullet="- "))
        changed = set(other.changed)
        said += [
            paragraph(f"With {value}: {verdict(d)}", bullet="- ")
            for d in other.comparison.differences
            if (d.a, d.b) in changed
        ]
    changes = any(other.changed for other in compared.sensitivity)
    summary = "It does; what changes:" if changes else "It does not:"
    return section("Does the answer depend on the probability?", paragraph(summary), *said)


def who(network: Network, compared: Compared) -> str:
    """Say whom the plans start with whose seeds were chosen here, what mixes consist of, and what was broadcast."""
    said = []
    for name, plan in compared.plans.items():
        if name in compared.mixes:
            said.append(paragraph(f"{name} is, as chosen by spark:"))
            kinds: dict[str, list[str]] = {}
            for action in plan.interventions:
                kinds.setdefault(type(action).__name__.lower(), []).append(printable(whom(action)))
            said += [paragraph(f"{kind}: {'; '.join(people)}", indent=4, bullet="- ") for kind, people in kinds.items()]
            continue
        if name in compared.choices:
            said.append(paragraph(f"{name} starts with, as chosen by spark:"))
            said.append(people_table(network, in_order(network, plan.seeds)))
        broadcasts = (action for action in plan.interventions if worth_saying(action))
        said += [paragraph(f"{name}: {in_words(action)}") for action in broadcasts]
    return section("What the plans are", *said)
