"""Which interventions to carry out for a budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
from spark.plan import Boost, Bridge, Broadcast, Intervention, Sustain
from spark.report import Frame
from spark.report.frame import assumed, provenance, what_next
from spark.report.layout import (
    Column,
    count,
    csv_text,
    document,
    json_text,
    number,
    paragraph,
    percent,
    printable,
    section,
    table,
    with_error,
)
from spark.report.spread import outcome, spread_document, when
from spark.report.words import ERROR_NOTE, assumptions
from spark.results import Mix
from spark.results.mix import whom

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IN_ORDER = (
    "'adds' is how many more practise in the end than with those above alone; 'lost without' is what the whole mix "
    "would lose if only this part fell out."
)
ENOUGH = (
    "All candidates together cost {most}, and the budget is {budget}. More candidates may be worth the money that is "
    "left: --most lists more of them."
)
NOTHING = "Nothing of what there is to choose from adds anybody."
MARGINS = (
    "More who practise for {unit}: 'last' is what the least valuable part of a kind brings, 'next' what "
    "the best further candidate would."
)
FRONTIER = "The best mix found for a part of the budget; 'each costs' is its price by the people it adds."
MADE_UP = (
    "What a kind of intervention does and costs was made up, in proportion to what a person costs: {terms}. Put your "
    "own terms into a plan of a scenario and name it with --terms, or list the candidates and name them with "
    "--candidates."
)


@dataclass(frozen=True, slots=True)
class MixAnswer:
    """The answer of ``spark mix`` for a budget.

    `made_up` has an intervention of each kind whose strength and price are made up.
    """

    network: Network
    model: Model
    mix: Mix
    budget: float
    made_up: tuple[Intervention, ...]
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        mix = self.mix
        title = f"Do {count(len(mix.parts), 'thing', 'things')} for {number(mix.cost)}"
        what = (paragraph(IN_ORDER), _parts(mix)) if mix.parts else (paragraph(NOTHING),)
        if self.more_than_enough:
            most = number(mix.frontier[-1].budget)
            what = *what, "", paragraph(ENOUGH.format(budget=number(self.budget), most=most))
        return document(
            section(title, *what),
            section(when(mix.spread), *outcome(self.network, mix.spread)),
            section("How sure", paragraph(_sure(mix))),
            section("What the money brings at the margin", *_margins(mix)),
            section("With less money", paragraph(FRONTIER), _frontier(mix)),
            section("The whole budget on one kind alone", _rivals(mix)) if mix.rivals else "",
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(self.sentences()),
            what_next(self.frame.next),
        )

    @property
    def more_than_enough(self) -> bool:
        """Whether the budget buys all there is to choose from, and more."""
        return self.budget > self.mix.frontier[-1].budget

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/mix.json."""
        data = self.mix.to_dict()
        data["spread"] = spread_document(self.network, self.mix.spread)
        data["assumptions"] = self.sentences()
        data["provenance"] = provenance(self.mix.provenance, self.frame, run)
        return json_text("spark.mix/1", data)

    @property
    def result(self) -> Mix:
        """The result, as it was computed."""
        return self.mix

    def figure(self) -> Figure:
        """Draw the answer."""
        return figure_of(self.mix, self.network)

    def csv(self) -> str:
        """Write the parts: one row each, in the order of choosing."""
        rows = [
            (rank, part.kind, whom(part.intervention), *map(repr, (part.cost, part.gain, part.loss)))
            for rank, part in enumerate(self.mix.parts, 1)
        ]
        return csv_text(["rank", "kind", "whom", "cost", "adds", "lost_without"], rows)

    def sentences(self) -> list[str]:
        """Say what was assumed."""
        said = assumptions(self.network, self.model, self.frame.why)
        if self.made_up:
            said.append(MADE_UP.format(terms=", ".join(map(_terms, self.made_up))))
        return said


def _parts(mix: Mix) -> str:
    columns = [Column("", "number"), Column("what"), Column("whom", "long"), Column("cost", "number")]
    columns += [Column("adds", "number"), Column("lost without", "number")]
    rows = [
        (
            str(rank),
            part.kind,
            printable(whom(part.intervention)),
            number(part.cost),
            with_error(part.gain, part.gain_standard_error),
            with_error(part.loss, part.loss_standard_error),
        )
        for rank, part in enumerate(mix.parts, 1)
    ]
    return table(columns, rows)


def _terms(thing: Intervention) -> str:
    """Say what an intervention does to one person, or pair, and what that costs."""
    price = number(getattr(thing, "cost_each", 0.0) or 0.0)
    if isinstance(thing, Boost):
        return f"a boost makes a person {percent(thing.amount)} readier for {price}"
    if isinstance(thing, Sustain):
        return f"to sustain a person spares {percent(thing.share)} of giving up for {price}"
    if isinstance(thing, Bridge):
        return f"a bridge ties two people with a chance of {number(thing.probability or 0.0)} for {price}"
    if isinstance(thing, Broadcast):
        steps = count(thing.stop - thing.start, "step")
        return (
            f"a broadcast convinces a person with a chance of {number(thing.probability or 0.0)} in each of {steps} "
            f"for {price}"
        )
    return type(thing).__name__.lower()


def _sure(mix: Mix) -> str:
    said = mix.certificate.statement
    how = f" ({mix.certificate.method})" if mix.certificate.ratio is not None else ""
    return f"{said[0].upper()}{said[1:]}{how}."


def _margins(mix: Mix) -> tuple[str, str]:
    unit = _round_sum(mix.frontier[-1].budget)
    columns = [Column("what"), *(Column(name, "number") for name in ("spent", "last", "next"))]
    columns.append(Column("next would be", "long"))
    rows = [
        (
            w.kind,
            number(w.spent),
            _times(unit, w.least, w.least_standard_error),
            _times(unit, w.next, w.next_standard_error),
            "" if w.further is None else whom(w.further),
        )
        for w in mix.margins
    ]
    said = "one more unit of money" if unit == 1 else f"each further {number(unit)} of money"
    return paragraph(MARGINS.format(unit=said)), table(columns, rows)


def _round_sum(budget: float) -> float:
    """A sum of money by which one would think about a budget: about a tenth of a large one, else 1."""
    return 10.0 ** (math.floor(math.log10(budget)) - 1) if budget >= 100 else 1.0


def _times(unit: float, value: float | None, error: float | None) -> str:
    return "–" if value is None else with_error(unit * value, unit * (error or 0.0))


def _frontier(mix: Mix) -> str:
    columns = [Column(name, "number") for name in ("budget", "spent", "more practise", "each costs")]
    rows = [
        (
            number(point.budget),
            number(point.cost),
            with_error(point.gain, point.gain_standard_error),
            number(point.cost / point.gain) if point.gain > 0 else "–",
        )
        for point in mix.frontier
    ]
    return table(columns, rows)


def _rivals(mix: Mix) -> str:
    columns = [Column("what"), Column("spent", "number"), Column("more practise", "number")]
    rows = [("the mix", number(mix.cost), with_error(mix.spread.gain_over_no_action, mix.spread.gain_standard_error))]
    rows += [
        (rival.kind, number(rival.cost), with_error(rival.gain, rival.gain_standard_error)) for rival in mix.rivals
    ]
    return table(columns, rows)
