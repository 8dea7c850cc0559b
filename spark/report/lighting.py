"""Who lights whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
from spark.report import Frame
from spark.report.frame import assumed, provenance, what_next
from spark.report.layout import Column, csv_text, document, json_text, paragraph, printable, section, table, with_error
from spark.report.words import ERROR_NOTE, assumptions
from spark.results import Event, Replay, WhoLitWhom

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 15
_MOST_EVENTS = 40
_CAUSES = {
    "already": "practised already",
    "seed": "were matches",
    "tie": "were lit by people",
    "partners": "were lit by partner organisations",
    "broadcast": "were lit by messages",
    "bridge": "were lit over added ties",
}


@dataclass(frozen=True, slots=True)
class LightingAnswer:
    """The answer of ``spark trace``."""

    network: Network
    model: Model
    name: str
    told: WhoLitWhom
    story: Replay | None
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        told = self.told
        some = [(_CAUSES[str(c.name)], *_estimate(c.mean, c.standard_error)) for c in told.causes if c.mean > 0]
        matches = [(printable(str(m.name)), *_estimate(m.mean, m.standard_error)) for m in told.matches[:_MOST_ROWS]]
        pairs = [
            (_organisation(pair.source), _organisation(pair.target), *_estimate(pair.mean, pair.standard_error))
            for pair in told.organisations[:_MOST_ROWS]
        ]
        ties = [
            (printable(str(t.source)), printable(str(t.target)), t.layer, *_estimate(t.mean, t.standard_error))
            for t in told.ties[:_MOST_ROWS]
        ]
        depth = [(str(g.name), *_estimate(g.mean, g.standard_error)) for g in told.generations[:_MOST_ROWS]]
        figure = [Column("a world", "number")]
        whom = f"plan {printable(self.name)}" if self.name else "this plan"
        return document(
            section(
                f"In a world of {whom}, on average",
                table([Column("why"), *figure], some),
            ),
            section("What comes of each match, itself included", table([Column("match", "id"), *figure], matches)),
            section("From which organisation to which", table([Column("from"), Column("to"), *figure], pairs))
            if self.network.organisations
            else "",
            section(
                f"Ties that light most, of {told.ties_in_use:,} that light anybody",
                table([Column("from", "id"), Column("to", "id"), Column("layer"), *figure], ties),
            ),
            section("How many steps from the match", table([Column("generation", "number"), *figure], depth)),
            self._story(),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(assumptions(self.network, self.model, self.frame.why)),
            what_next(self.frame.next),
        )

    def _story(self) -> str:
        if self.story is None:
            return ""
        events = self.story.events[:_MOST_EVENTS]
        rows = [(str(e.time), printable(str(e.person)), _happened(e)) for e in events]
        more = len(self.story.events) - len(events)
        return section(
            f"What happened in world {self.story.world}",
            table([Column("step", "number"), Column("person", "id"), Column("what")], rows),
            *([paragraph(f"... and {more:,} more; --json lists all.")] if more else []),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/trace.json."""
        data = self.told.to_dict()
        data["world"] = self.story.world if self.story is not None else None
        data["events"] = self.story.to_dict()["events"] if self.story is not None else None
        data["assumptions"] = assumptions(self.network, self.model, self.frame.why)
        data["provenance"] = provenance(self.told.provenance, self.frame, run)
        return json_text("spark.trace/1", data)

    @property
    def result(self) -> WhoLitWhom:
        """The result, as it was computed."""
        return self.told

    def figure(self) -> Figure:
        """Draw what comes of each match, and how far from it people adopt."""
        return figure_of(self.told)

    def csv(self) -> str:
        """Write one row a tie that lights anybody, the strongest first."""
        rows = ((t.source, t.target, t.layer, repr(t.mean), repr(t.standard_error)) for t in self.told.ties)
        return csv_text(["source", "target", "layer", "mean", "standard_error"], rows)


def _estimate(mean: float, error: float) -> tuple[str]:
    return (with_error(mean, error),)


def _organisation(name: object) -> str:
    return "none" if name is None else printable(str(name))


def _happened(event: Event) -> str:
    if event.cause == "lapse":
        return "gave up"
    if event.cause == "leaves":
        return "left the post"
    if event.by is None:
        words = {"already": "practised already", "seed": "was a match", "partners": "lit by partner organisations"}
        said = words.get(event.cause, "lit by a message")
        return {"tries": f"tries, {said}", "hears": "heard of it by a message"}.get(event.what, said)
    others = len(event.parts) - 1
    verb = {"tries": "tries, lit", "hears": "heard of it, told"}.get(event.what, "lit")
    return f"{verb} by {printable(str(event.by))}" + (f" and {others} more" if others > 0 else "")
