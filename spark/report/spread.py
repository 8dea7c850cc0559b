"""How far one plan spreads."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.model import Model
from spark.network import Network
from spark.picture import figure_of
from spark.plan import Boost, Bridge, Broadcast, Intervention, Mandate, Plan, Seeds, Sustain
from spark.problem.arrays import STATES
from spark.report import Frame
from spark.report.curves import curves_by_group, curves_csv
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
    sparkline,
    table,
    with_error,
)
from spark.report.words import ERROR_NOTE, assumptions, name_of, organisation_of
from spark.results import GroupSpread, Spread, StateStep, Step

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_SEEDS = 20
_MOST_ROWS = 25
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class SpreadAnswer:
    """The answer of ``spark simulate``."""

    network: Network
    model: Model
    name: str
    plan: Plan
    spread: Spread
    frame: Frame

    def text(self) -> str:
        """Lay out the answer."""
        title = f"Plan {printable(self.name)}" if self.name else "This plan"
        return document(
            section(title, *plan_in_words(self.network, self.plan)),
            section(when(self.spread), *outcome(self.network, self.spread)),
            by_organisation(self.spread.by_organisation),
            over_time(self.spread.over_time),
            curves_by_group(self.spread),
            states(self.spread.states_over_time),
            paragraph(ERROR_NOTE, indent=0) + "\n",
            assumed(assumptions(self.network, self.model, self.frame.why)),
            what_next(self.frame.next),
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/simulate.json."""
        data = spread_document(self.network, self.spread)
        data["assumptions"] = assumptions(self.network, self.model, self.frame.why)
        data["provenance"] = provenance(self.spread.provenance, self.frame, run)
        return json_text("spark.simulate/1", data)

    @property
    def result(self) -> Spread:
        """The result, as it was computed."""
        return self.spread

    def figure(self) -> Figure:
        """Draw the answer."""
        return figure_of(self.spread, self.network)

    def csv(self) -> str:
        """Write one row a person: who, where, whether a seed, and the chance that they practise in the end; or, where
        curves by group were asked for, these.
        """
        if self.spread.over_time_by:
            return curves_csv(self.spread)
        seeds = set(self.spread.seeds)
        rows = (
            (
                person,
                name_of(self.network, i),
                organisation_of(self.network, i),
                "yes" if person in seeds else "no",
                repr(chance),
            )
            for i, (person, chance) in enumerate(zip(self.network.people, self.spread.chances.tolist(), strict=True))
        )
        return csv_text(["id", "label", "organisation", "seed", "chance"], rows)


def spread_document(network: Network, spread: Spread) -> dict[str, Any]:
    """Return the JSON form of a spread: what `to_dict` gives, without the rows of single people and worlds."""
    data = spread.to_dict()
    for key in ("people", "chances", "sizes", "provenance"):
        del data[key]
    data["seeds"] = in_order(network, spread.seeds)
    return data


def in_order(network: Network, ids: Sequence[Any]) -> list[Any]:
    """Put ids in the order of people.csv."""
    return sorted(ids, key=network.people.position)


def plan_in_words(network: Network, plan: Plan) -> list[str]:
    """Say whom a plan starts with and what else it does."""
    said = []
    seeds = in_order(network, plan.seeds)
    if seeds:
        said.append(paragraph(f"Start with {count(len(seeds), 'person', 'people')}:"))
        said.append(people_table(network, seeds[:_MOST_SEEDS]))
        if len(seeds) > _MOST_SEEDS:
            said.append(paragraph(f"... and {len(seeds) - _MOST_SEEDS:,} more; --json lists all."))
    said += [paragraph(in_words(action)) for action in plan.interventions if worth_saying(action)]
    return said or [paragraph("Nobody is started with: no action.")]


def people_table(network: Network, ids: Sequence[Any]) -> str:
    """Lay out who people are."""
    rows = []
    for person in ids:
        at = network.people.position(person)
        rows.append((person, name_of(network, at), organisation_of(network, at)))
    return table([Column("id", "id"), Column("name"), Column("organisation")], rows, indent=4)


def worth_saying(action: Intervention) -> bool:
    """Whether an intervention is more than people to start with."""
    return not isinstance(action, Seeds) or action.take_up < 1


def in_words(action: Intervention) -> str:
    """Say in a sentence what an intervention does."""
    said = _what(action)
    if action.take_up < 1:
        who = "organisation complies" if isinstance(action, Mandate) else "person goes along"
        said = f"{said[:-1]}; each {who} with chance {number(action.take_up)}."
    return said


def _what(action: Intervention) -> str:
    if isinstance(action, Seeds):
        late = f" after step {action.start}" if action.start else ""
        return f"{count(len(action.people), 'person', 'people')} to start with{late}."
    during = _window(action.start, action.stop)
    if isinstance(action, Bridge):
        ends = " and ".join(_groups(to) for to in (action.source, action.target))
        way = "" if action.both else ", from the first to the second"
        return f"Bridge between {ends}{way}: each tie {_strength(action, 'convinces', 'gives')}{during}."
    if isinstance(action, Mandate):
        parts = []
        if action.probability is not None or action.dose is not None:
            parts.append(_strength(action, "convinces each person", "gives each person"))
        if action.sustain:
            parts.append(f"cuts the chance of giving up by {number(100 * action.sustain)} %")
        return f"Mandate in {', '.join(map(str, action.organisations))}: {' and '.join(parts)}{during}."
    to = _groups(action.to)
    if isinstance(action, Boost):
        return f"Boost of {to}: what reaches them counts {number(1 + action.amount)} times{during}."
    if isinstance(action, Sustain):
        return f"Sustain {to}: the chance of giving up is {number(100 * action.share)} % smaller{during}."
    return f"Broadcast to {to}: {_strength(action, 'convinces each person', 'gives each person')}{during}."


def _strength(action: Broadcast | Mandate | Bridge, convinces: str, gives: str) -> str:
    if action.probability is not None:
        return f"{convinces} with chance {number(action.probability)}"
    return f"{gives} a dose of {number(action.dose or 0.0)}"


def _window(start: int, stop: int | None) -> str:
    if stop is None:
        return "" if start == 1 else f" from step {start} on"
    return f" in step {start}" if stop == start + 1 else f" in each of the steps {start} to {stop - 1}"


def _groups(to: Mapping[str, tuple[Hashable, ...]] | None) -> str:
    if not to:
        return "everybody"
    return " and ".join(f"{key} {', '.join(map(str, names))}" for key, names in to.items())


def when(spread: Spread) -> str:
    """Say at which point in time the figures are taken."""
    horizon = spread.provenance.horizon
    return "In the end" if horizon is None else f"After {count(horizon, 'step')}"


def outcome(network: Network, spread: Spread) -> list[str]:
    """Say how many people practise in the end, with whom, and how much luck there is in it."""
    mean = with_error(spread.mean, spread.standard_error)
    rows = [(mean, f"of {network.size:,} people practise, on average")]
    if network.adopted.any():
        gain = with_error(spread.gain_over_no_action, spread.gain_standard_error)
        rows.append((gain, "of them would not without this plan"))
    if spread.mean_value is not None:
        rows.append((with_error(spread.mean_value, spread.value_standard_error), "is what they are worth together"))
    if spread.provenance.model.get("lapse") or spread.ever_adopted != spread.mean:
        rows.append((with_error(spread.ever_adopted, spread.ever_standard_error), "ever practised"))
        if spread.adopter_periods is not None:
            periods = with_error(spread.adopter_periods, spread.adopter_periods_standard_error)
            rows.append((periods, "steps of practice, all people together (adopter-periods)"))
    if spread.over_time:
        last = spread.over_time[-1]
        rows.append((f"{number(last.low)} to {number(last.high)}", "in 8 of 10 worlds"))
    rows.append((number(spread.worlds), "worlds were tried: ways in which chance may fall"))
    return [table([Column("", "number"), Column("", "text")], rows).split("\n", 1)[1]]


def states(steps: Sequence[StateStep]) -> str:
    """Lay out how many people are in each state, at a dozen of the steps; nothing where the model has no states."""
    used = [name for name in STATES if any(getattr(step, name) for step in steps)]
    signs = any(step.signed_up for step in steps)
    if len(steps) < 2 or not used:
        return ""
    picked = sorted({round(i * (len(steps) - 1) / (_MOST_STEPS - 1)) for i in range(_MOST_STEPS)})
    names = [*used, *(["signed_up"] if signs else [])]
    rows = [
        (step.time, *(with_error(getattr(step, name), getattr(step, f"{name}_standard_error")) for name in names))
        for step in (steps[i] for i in picked)
    ]
    titles = [*used, *(["organisations signed up"] if signs else [])]
    return section("States", table([Column("step", "number"), *(Column(title, "number") for title in titles)], rows))


def by_organisation(groups: Sequence[GroupSpread]) -> str:
    """Lay out the adopters of each organisation."""
    rows = [
        (g.name, f"{g.people:,}", with_error(g.mean, g.standard_error), percent(g.mean / g.people) if g.people else "")
        for g in groups
    ]
    left_out = len(rows) - _MOST_ROWS
    columns = [
        Column("organisation"),
        Column("people", "number"),
        Column("practise", "number"),
        Column("share", "number"),
    ]
    more = paragraph(f"... and {left_out:,} more; --json lists all.") if left_out > 0 else ""
    return section("By organisation", table(columns, rows[:_MOST_ROWS]), more) if rows else ""


def over_time(steps: Sequence[Step]) -> str:
    """Lay out the curve at a dozen of its steps."""
    if len(steps) < 2:
        return ""
    picked = sorted({round(i * (len(steps) - 1) / (_MOST_STEPS - 1)) for i in range(_MOST_STEPS)})
    rows = [
        (s.time, with_error(s.mean, s.standard_error), f"{number(s.low)} to {number(s.high)}")
        for s in (steps[i] for i in picked)
    ]
    columns = [Column("step", "number"), Column("practise", "number"), Column("in 8 of 10 worlds", "number")]
    curve = f"  {sparkline([step.mean for step in steps])}  means, from step {steps[0].time} to {steps[-1].time}"
    return section("Over time", table(columns, rows), curve)
