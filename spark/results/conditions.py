"""Where conditions are right: what a single match at each person comes to, and what blocks a team."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from spark.drawing import draw_parts, draw_scatter
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table, rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Block = Literal["isolated", "lone spanner", "low readiness", "high lapse"]
"""Why a place is hard to reach, or hard to hold."""


@dataclass(frozen=True, slots=True)
class PersonConditions:
    """What a single match at a person comes to.

    Attributes
    ----------
    readiness : of the person herself; `lapse` : her chance per step of giving up, None where nobody does.
    chance, chance_standard_error : share of worlds in which at least so many others adopt.
    reach, reach_standard_error : expected number of people who ever adopt because of her, herself included.
    """

    id: Hashable
    organisation: Hashable | None
    team: Hashable | None
    readiness: float
    lapse: float | None
    chance: float
    chance_standard_error: float
    reach: float
    reach_standard_error: float


@dataclass(frozen=True, slots=True)
class PlaceConditions:
    """A team or an organisation; means over those of its members who were tried, None where nobody was.

    Attributes
    ----------
    people, tried : members, and those of them at whom a match was tried.
    best, best_chance : who of them has the largest chance.
    readiness, lapse : means over all members; no lapse where nobody gives up.
    spanners : members with a tie to or from somebody outside; `lone_spanner` : who, where it is only one.
    blocked : what blocks it: isolated (no tie in or out), lone spanner (all of them through one member), low readiness
        (below 80 % of the mean over all people), high lapse (above 125 % of it); empty where nothing does.
    """

    name: Hashable
    people: int
    tried: int
    chance: float | None
    chance_standard_error: float | None
    reach: float | None
    reach_standard_error: float | None
    best: Hashable | None
    best_chance: float | None
    readiness: float
    lapse: float | None
    spanners: int
    lone_spanner: Hashable | None
    blocked: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conditions:
    """Where conditions are right.

    Attributes
    ----------
    others : how many others a match is to light.
    people : those who were tried, the largest chance first, then the largest reach, then in order of the network.
    teams, organisations : in the same order, those where nobody was tried last.
    able, tried : how many may be chosen and do not practise yet, and how many of these were tried, the best connected.
    worlds : how many, the same for all people.
    """

    others: int
    people: tuple[PersonConditions, ...]
    teams: tuple[PlaceConditions, ...]
    organisations: tuple[PlaceConditions, ...]
    able: int
    tried: int
    worlds: int
    provenance: Provenance

    def __repr__(self) -> str:
        best = f", best {self.people[0].id!r} {self.people[0].chance:.1%}" if self.people else ""
        blocked = sum(bool(team.blocked) for team in self.teams)
        teams = f", {blocked} of {len(self.teams)} teams blocked" if self.teams else ""
        return f"<Conditions: at least {self.others} others from one match{best}{teams}, {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [(p.id, f"{p.chance:.1%}", f"{p.reach:.2f}", f"{p.readiness:g}") for p in self.people[:20]]
        return html_table(repr(self)[1:-1], ("person", "chance", "reach", "readiness"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in ("people", "teams", "organisations"):
            data[name] = [asdict(row) for row in data[name]]
        data["provenance"] = self.provenance.to_dict()
        return dict(plain(data))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Conditions:
        """Return what `to_dict` described."""
        places = {
            name: rows_of(PlaceConditions, [{**row, "blocked": tuple(row["blocked"])} for row in data[name]])
            for name in ("teams", "organisations")
        }
        people = rows_of(PersonConditions, data["people"])
        return cls(**{**data, **places, "people": people, "provenance": Provenance.from_dict(data["provenance"])})

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame, one row a person who was tried (needs pandas)."""
        import pandas as pd

        names = [item.name for item in fields(PersonConditions)]
        return pd.DataFrame([asdict(person) for person in self.people], columns=names)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw reach against readiness, one dot a person, the larger organisations apart (needs matplotlib).

        Where all are equally ready: the chance of each of those at the top, with its 95 % interval.
        """
        caption = f"{self.tried:,} people, {self.worlds:,} worlds, {self.provenance.model['name']}"
        if self.people and len({person.readiness for person in self.people}) == 1:
            return draw_parts(
                ax,
                [str(person.id) for person in self.people],
                [person.chance for person in self.people],
                [person.chance_standard_error for person in self.people],
                title="Where conditions are right",
                x=f"chance that one match lights at least {self.others:,} other{'s' if self.others != 1 else ''}",
                caption=f"{caption}; 95 % intervals",
            )
        return draw_scatter(
            ax,
            [person.readiness for person in self.people],
            [person.reach for person in self.people],
            ["" if person.organisation is None else str(person.organisation) for person in self.people],
            title="Reach of one match against readiness",
            x="readiness",
            y="people who adopt because of one match",
            caption=caption,
        )
