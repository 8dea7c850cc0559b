"""Which interventions to carry out for a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
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
MARGINS = (
    "More who practise for one unit of money: 'last' is what the least valuable part of each kind brings, 'next' what "
    "the best further candidate would."
)


@dataclass(frozen=True, slots=True)
class MixAnswer:
    """The answer of ``spark mix``."""

    network: Network
    model: Model
    mix: Mix
    made_up: bool
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        mix = self.mix
        title = f"Do {count(len(mix.parts), 'thing', 'things')} for {number(mix.cost)}"
        return document(
            section(title, paragraph(IN_ORDER), _parts(mix)),
            section(when(mix.spread), *outcome(self.network, mix.spread)),
            section("How sure", paragraph(_sure(mix))),
            section("What the money brings at the margin", paragraph(MARGINS), _margins(mix)),
            section("With less money", _frontier(mix)),
            section("The whole budget on one kind alone", _rivals(mix)) if mix.rivals else "",
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(self.sentences()),
            what_next(self.frame.next),
        )

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
            said.append(
                "How strong each kind of intervention is, and what it costs, was made up, in units of one seed; put "
                "your own terms into a plan of a scenario and name it with --terms, or list the candidates and name "
                "them with --candidates."
            )
        return said


def _parts(mix: Mix) -> str:
    columns = [Column("", "number"), Column("what"), Column("whom"), Column("cost", "number")]
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


def _sure(mix: Mix) -> str:
    said = mix.certificate.statement
    return f"{said[0].upper()}{said[1:]} ({mix.certificate.method})."


def _margins(mix: Mix) -> str:
    columns = [Column("what")] + [Column(name, "number") for name in ("spent", "last", "next")]
    rows = [(w.kind, number(w.spent), _or_none(w.least), _or_none(w.next)) for w in mix.margins]
    return table(columns, rows)


def _or_none(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


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
