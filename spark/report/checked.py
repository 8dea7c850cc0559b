"""What was read: a network, and a scenario around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.network import Network
from spark.picture import figure_of
from spark.plan import Plan
from spark.report import Frame
from spark.report.frame import assumed, what_next
from spark.report.layout import (
    Column,
    count,
    csv_text,
    document,
    json_text,
    number,
    paragraph,
    section,
    table,
)
from spark.report.spread import in_words, worth_saying
from spark.report.words import assumptions, cost_in_words
from spark.request import ChoiceRequest
from spark.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DROPPED = {
    "self_loops": ("tie from a person to themselves", "ties from a person to themselves"),
    "duplicates_merged": ("repeated row of ties, merged", "repeated rows of ties, merged"),
    "zero_strength": ("tie of strength 0", "ties of strength 0"),
    "partner_self_loops": ("partner tie within an organisation", "partner ties within an organisation"),
    "partner_duplicates_merged": ("repeated row of partner ties, merged", "repeated rows of partner ties, merged"),
    "partner_zero_strength": ("partner tie of weight 0", "partner ties of weight 0"),
}

_MOST_NAMED = 20
"""Columns named in a line; ``--json`` has all."""


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The answer of ``spark check``."""

    path: str
    network: Network
    scenario: Scenario
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        found = self.network.summary()
        return document(
            section(f"{self.path} is in order", counts(found)),
            section("What was read", files(found)),
            section("What was taken for what", *roles(found)),
            section("What was left out", *left_out(found)),
            section("What looks odd", *(paragraph(oddity, bullet="- ") for oddity in odd(found))),
            section("Plans", *(paragraph(line, bullet="- ") for line in self._plans())),
            assumed([*assumptions(self.network, self.scenario.model, self.frame.why), cost_in_words(self.network)]),
            what_next(self.frame.next),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/check.json."""
        found = self.network.summary()
        data = {
            "path": self.path,
            "network": found,
            "odd": odd(found),
            "plans": list(self.scenario.plans),
            "assumptions": assumptions(self.network, self.scenario.model, self.frame.why),
            "command": self.frame.command,
        }
        return json_text("spark.check/1", data)

    def figure(self) -> Figure:
        """Draw the answer."""
        return figure_of(None, self.network)

    def csv(self) -> str:
        """Write one row a count."""
        found = self.network.summary()
        rows = [(key, value) for key, value in found.items() if isinstance(value, int)]
        rows += [(f"ties on layer {layer}", ties) for layer, ties in found["layers"].items()]
        rows += [(f"dropped {key}", value) for key, value in found["dropped"].items()]
        return csv_text(["what", "count"], rows)

    def _plans(self) -> list[str]:
        return [f"{name}: {plan_line(plan)}" for name, plan in self.scenario.plans.items()]


def counts(found: Mapping[str, Any]) -> str:
    """Lay out how many people, organisations and ties there are."""
    layers = found["layers"]
    per_layer = ", ".join(f"{ties:,} {name}" for name, ties in layers.items()) if len(layers) > 1 else ""
    out, into = found["out_degree"], found["in_degree"]
    rows = [
        (
            "people",
            f"{found['people']:,}",
            f"{found['eligible']:,} may be chosen; {found['adopted']:,} practise already",
        ),
        ("organisations", f"{found['organisations']:,}", ""),
        ("teams", f"{found['teams']:,}", ""),
        ("ties", f"{found['ties']:,}", per_layer),
        ("partner ties", f"{found['partner_ties']:,}", ""),
        ("can influence", number(out["mean"]), f"people, on average; the most: {out['max']:,}"),
        ("are influenced by", number(into["mean"]), f"people, on average; the most: {into['max']:,}"),
    ]
    columns = [Column("", "id"), Column("", "number"), Column("")]
    return table(columns, [row for row in rows if row[1] != "0"]).split("\n", 1)[1]


def files(found: Mapping[str, Any]) -> str:
    """Lay out the files."""
    rows = [(entry["file"], entry["role"], f"{entry['rows']:,}") for entry in found["files"]]
    return table([Column("file", "id"), Column("as"), Column("rows", "number")], rows) if rows else ""


def roles(found: Mapping[str, Any]) -> list[str]:
    """Say which column was taken for what."""
    said = []
    for file, taken in found["roles"].items():
        columns = ", ".join(role if role == column else f"{role} = {column!r}" for role, column in taken.items())
        said.append(paragraph(f"{file}: {columns}", bullet="- "))
    if found["groups"]:
        groups = [f"{name} ({number_of:,})" for name, number_of in found["groups"].items()]
        named = ", ".join(groups[:_MOST_NAMED])
        said.append(paragraph(f"groups of people: {named}{_further(len(groups))}", bullet="- "))
    if found["tie_columns"]:
        said.append(paragraph(f"numbers on ties: {', '.join(found['tie_columns'])}", bullet="- "))
    return said


def left_out(found: Mapping[str, Any]) -> list[str]:
    """Say what was dropped and what was not read."""
    said = [count(found["dropped"][key], *words) for key, words in _DROPPED.items() if found["dropped"][key]]
    if found["files_not_read"]:
        said.append(f"files not read: {', '.join(found['files_not_read'])}")
    alike: dict[tuple[str, str], list[str]] = {}
    for unused in found["unused"]:
        place, why = unused.removesuffix(")").rsplit(" (", 1)
        file, column = place.split(": ", 1)
        alike.setdefault((file, why), []).append(column)
    for (file, why), columns in alike.items():
        said.append(f"not used: {file}: {', '.join(columns[:_MOST_NAMED])}{_further(len(columns))} ({why})")
    return [paragraph(line, bullet="- ") for line in said]


def _further(number_of: int) -> str:
    return f" and {number_of - _MOST_NAMED:,} more" if number_of > _MOST_NAMED else ""


def odd(found: Mapping[str, Any]) -> list[str]:
    """List what is allowed but may be a mistake."""
    said = list(found["notes"])
    people = found["people"]
    if found["isolates"]:
        said.append(f"{count(found['isolates'], 'person has', 'people have')} no tie at all.")
    if found["organisations"] and found["people_without_organisation"]:
        said.append(f"{count(found['people_without_organisation'], 'person has', 'people have')} no organisation.")
    if found["adopted"] > people / 2:
        said.append(f"{found['adopted']:,} of {people:,} people practise already.")
    if not found["ties"]:
        said.append("There are no ties: nobody can influence anybody.")
    return said


def plan_line(plan: Plan | ChoiceRequest) -> str:
    """Say in one line what a plan does."""
    if isinstance(plan, ChoiceRequest):
        amount = f"{plan.count:,} people" if plan.count is not None else f"a budget of {number(plan.budget or 0.0)}"
        chosen = "chosen by spark" if plan.method == "best" else f"chosen by the rule {plan.method!r}"
        if plan.among is not None:
            chosen = "the best mix that spark finds"
        parts = [f"{chosen}, {amount}.", *map(in_words, plan.beside)]
    else:
        parts = [f"{count(len(plan.seeds), 'person', 'people')} to start with."] if plan.seeds else []
        parts += [in_words(b) for b in plan.interventions if worth_saying(b)]
    return " ".join(parts) or "no action."
