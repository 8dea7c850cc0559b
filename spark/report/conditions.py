"""Where conditions are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    percent,
    percent_with_error,
    printable,
    section,
    table,
    with_error,
)
from spark.report.words import ERROR_NOTE, assumptions, name_of, organisation_of, where
from spark.results import Conditions, PlaceConditions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PEOPLE = 12
_MOST_PLACES = 15
_MOST_NAMES = 6


NONE = "No match lit so many in any world: --others asks about fewer."


@dataclass(frozen=True, slots=True)
class ConditionsAnswer:
    """The answer of ``spark map``."""

    network: Network
    model: Model
    found: Conditions
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        found = self.found
        others = count(found.others, "other person", "other people")
        who = "everybody" if found.able == self.network.size else "all who may be chosen and do not practise yet"
        tried = f"Tried: {who}, {count(found.tried, 'person', 'people')}, each alone, in the same worlds."
        if found.tried < found.able:
            tried = (
                f"Tried: the {found.tried:,} best connected of {found.able:,} people who may be chosen, each alone, "
                "in the same worlds; --most tries more."
            )
        return document(
            section(
                "Where conditions are right",
                paragraph(
                    f"The chance that a single match lights at least {others}, and how many adopt because of it in "
                    "all, herself included."
                ),
                self._people(),
                paragraph(tried),
                paragraph(NONE) if all(not person.chance for person in found.people) else "",
            ),
            self._places("Teams, the mean of a match at each member", "team", found.teams),
            self._places("Organisations, the mean of a match at each member", "organisation", found.organisations),
            section("What blocks a team", *self._blocked(found.teams)),
            section("What blocks an organisation", *self._blocked(found.organisations)),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(assumptions(self.network, self.model, self.frame.why)),
            what_next(self.frame.next),
        )

    def _people(self) -> str:
        rows = []
        for person in self.found.people[:_MOST_PEOPLE]:
            at = self.network.people.position(person.id)
            rows.append(
                (
                    printable(str(person.id)),
                    name_of(self.network, at),
                    where(self.network, at) or organisation_of(self.network, at),
                    percent_with_error(person.chance, person.chance_standard_error),
                    with_error(person.reach, person.reach_standard_error),
                    number(person.readiness) if "readiness" in self.network.given else "",
                )
            )
        columns = [Column("id", "id"), Column("who"), Column("where", "long")]
        figures = [Column("chance", "number"), Column("reach", "number"), Column("ready", "number")]
        return table([*columns, *figures], rows)

    def _places(self, title: str, what: str, places: Sequence[PlaceConditions]) -> str:
        rows = [
            (
                printable(str(place.name)),
                f"{place.people:,}",
                _chance(place),
                _reach(place),
                number(round(place.readiness, 2)) if "readiness" in self.network.given else "",
                "" if place.lapse is None else number(round(place.lapse, 3)),
                "" if place.best is None else printable(str(place.best)),
            )
            for place in places[:_MOST_PLACES]
        ]
        names = ("people", "chance", "reach", "ready", "lapse")
        columns = [Column(what, "long"), *(Column(name, "number") for name in names), Column("best at", "long")]
        more = len(places) - _MOST_PLACES
        return section(title, table(columns, rows), paragraph(f"... and {more:,} more; --json lists all.") * (more > 0))

    def _blocked(self, places: Sequence[PlaceConditions]) -> list[str]:
        isolated = [_named(p) for p in places if "isolated" in p.blocked]
        lone = [
            f"{_named(p)} ({printable(str(p.lone_spanner))})" for p in places if "lone spanner" in p.blocked
        ]  # who she is, is the advice
        unready = [f"{_named(p)} ({number(round(p.readiness, 2))})" for p in places if "low readiness" in p.blocked]
        lapse = [f"{_named(p)} ({percent(p.lapse or 0)})" for p in places if "high lapse" in p.blocked]
        said = {
            "Isolated, no tie leads in or out; a bridge would help": isolated,
            "All ties to others through one person; a second bridge would help": lone,
            "Less ready than 80 % of the mean; a boost would help": unready,
            "More likely to give up than 125 % of the mean; help to keep going would help": lapse,
        }
        return [paragraph(f"{why}: {_some(names)}.", bullet="- ") for why, names in said.items() if names]

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/map.json."""
        data = self.found.to_dict()
        data["assumptions"] = assumptions(self.network, self.model, self.frame.why)
        data["provenance"] = provenance(self.found.provenance, self.frame, run)
        return json_text("spark.map/1", data)

    @property
    def result(self) -> Conditions:
        """The result, as it was computed."""
        return self.found

    def figure(self) -> Figure:
        """Draw reach against readiness."""
        return figure_of(self.found)

    def csv(self) -> str:
        """Write one row a person who was tried, the largest chance first."""
        rows = [
            (
                person.id,
                name_of(self.network, self.network.people.position(person.id)),
                person.organisation,
                person.team,
                repr(person.readiness),
                None if person.lapse is None else repr(person.lapse),
                repr(person.chance),
                repr(person.chance_standard_error),
                repr(person.reach),
                repr(person.reach_standard_error),
            )
            for person in self.found.people
        ]
        figures = ["chance", "chance_standard_error", "reach", "reach_standard_error"]
        return csv_text(["id", "label", "organisation", "team", "readiness", "lapse", *figures], rows)


def _chance(place: PlaceConditions) -> str:
    if place.chance is None or place.chance_standard_error is None:
        return "not tried"
    return percent_with_error(place.chance, place.chance_standard_error)


def _reach(place: PlaceConditions) -> str:
    return "" if place.reach is None else with_error(place.reach, place.reach_standard_error)


def _named(place: PlaceConditions) -> str:
    return printable(str(place.name))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
