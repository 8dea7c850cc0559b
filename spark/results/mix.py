"""Which interventions to carry out for a budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spark.drawing import draw_frontier, draw_parts
from spark.plan import Bridge, Intervention, Mandate, Plan, Seeds, To
from spark.provenance import Provenance, describe_plan, read_plan
from spark.results.choice import Certificate
from spark.results.estimate import html_table, rows_of
from spark.results.spread import Spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class MixedIn:
    """A part of a mix: what it adds to those before it, and what would be lost without it, beside all others."""

    intervention: Intervention
    cost: float
    gain: float
    gain_standard_error: float
    loss: float
    loss_standard_error: float

    @property
    def kind(self) -> str:
        """The kind of intervention, as plans name it."""
        return type(self.intervention).__name__.lower()

    @property
    def whom(self) -> str:
        """Whom it is for, in a few words."""
        return whom(self.intervention)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a kind of intervention brings at the margin, in adopters per unit of money.

    The worlds in which the least valuable part and the best further candidate are picked are not those in which they
    are measured, so that neither is flattered by having been picked.

    Attributes
    ----------
    spent : on this kind.
    least : lost per unit of money without the least valuable part of this kind that costs anything; None if there is
        none. next : gained per unit of money by the best `further` candidate of this kind; None if all are in, or what
        is left is free. Each with its standard error.
    """

    kind: str
    spent: float
    least: float | None
    least_standard_error: float | None
    next: float | None
    next_standard_error: float | None
    further: Intervention | None


@dataclass(frozen=True, slots=True)
class Point:
    """The best mix found for a budget: what it costs, and the adopters it adds to no action."""

    budget: float
    cost: float
    gain: float
    gain_standard_error: float


@dataclass(frozen=True, slots=True)
class Rival:
    """The whole budget spent on one kind of intervention alone."""

    kind: str
    interventions: tuple[Intervention, ...]
    cost: float
    gain: float
    gain_standard_error: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mix:
    """Which interventions to carry out for a budget.

    Attributes
    ----------
    plan : the answer, what is done beside included; `parts` : what was chosen, in order, with what each adds.
    cost : of the parts. spread : of the plan, on worlds that had no part in choosing it.
    certificate : a bound against the best possible mix of the candidates, where there is one.
    margins : what each kind brings per unit of money at the optimum. frontier : over budgets, the whole one last.
    rivals : the budget spent on one kind alone.
    """

    plan: Plan
    cost: float
    parts: tuple[MixedIn, ...]
    spread: Spread
    certificate: Certificate
    margins: tuple[Worth, ...]
    frontier: tuple[Point, ...]
    rivals: tuple[Rival, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        counts = Counter(part.kind.removesuffix("s") for part in self.parts)
        said = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items()) or "nothing"
        reached = f"{self.spread.mean:.2f} ± {self.spread.standard_error:.2f}"
        return f"<Mix: {said} for {self.cost:,g}, {reached} adopters>"

    def _repr_html_(self) -> str:
        rows = [(p.kind, f"{p.cost:g}", f"{p.gain:.2f}", f"{p.loss:.2f}") for p in self.parts]
        return html_table(repr(self)[1:-1], ("what", "cost", "adds", "lost without it"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        return {
            "plan": describe_plan(self.plan),
            "cost": self.cost,
            "parts": [{"what": _described(part.intervention), **_numbers(part)} for part in self.parts],
            "spread": self.spread.to_dict(),
            "certificate": asdict(self.certificate),
            "margins": [_worth(margin) for margin in self.margins],
            "frontier": [asdict(point) for point in self.frontier],
            "rivals": [{"plan": describe_plan(Plan(*rival.interventions)), **_numbers(rival)} for rival in self.rivals],
            "provenance": self.provenance.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Mix:
        """Return the mix that `to_dict` described."""
        parts = [{**part, "intervention": _read(part["what"])} for part in data["parts"]]
        rivals = [{**rival, "interventions": read_plan(rival["plan"]).interventions} for rival in data["rivals"]]
        return cls(
            plan=read_plan(data["plan"]),
            cost=data["cost"],
            parts=rows_of(MixedIn, [{k: v for k, v in part.items() if k != "what"} for part in parts]),
            spread=Spread.from_dict(data["spread"]),
            certificate=Certificate(**data["certificate"]),
            margins=rows_of(Worth, [{**worth, "further": _read(worth["further"])} for worth in data["margins"]]),
            frontier=rows_of(Point, data["frontier"]),
            rivals=rows_of(Rival, [{k: v for k, v in rival.items() if k != "plan"} for rival in rivals]),
            provenance=Provenance.from_dict(data["provenance"]),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the parts as a frame, one row each (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([{"kind": part.kind, **_numbers(part)} for part in self.parts])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what each part adds, with 95 % intervals (needs matplotlib)."""
        names = [f"{part.kind} {whom(part.intervention)}" for part in self.parts]
        said = f"{len(self.spread.people):,} people, {self.provenance.worlds:,} worlds, {self.provenance.model['name']}"
        caption = f"{said}; 95 % intervals; {self.certificate.statement}"
        gains, errors = ([getattr(part, key) for part in self.parts] for key in ("gain", "gain_standard_error"))
        x = "adds so many to those above"
        return draw_parts(ax, names, gains, errors, title=f"What to do for {self.cost:,g}", x=x, caption=caption)

    def plot_frontier(self, ax: Axes | None = None) -> Axes:
        """Draw what less money would do, and the budget spent on one kind alone, with errors (needs matplotlib)."""
        return draw_frontier(
            ax,
            [(point.cost, point.gain, point.gain_standard_error) for point in self.frontier],
            {rival.kind: (rival.cost, rival.gain, rival.gain_standard_error) for rival in self.rivals if rival.cost},
            title="What the money does",
            caption="bars: 95 % intervals; the best mix found for a quarter, a half, three quarters and all of the "
            "budget",
        )


def _worth(worth: Worth) -> dict[str, Any]:
    row = {key: getattr(worth, key) for key in worth.__dataclass_fields__}
    return row | {"further": None if worth.further is None else _described(worth.further)}


def _read(described: dict[str, Any] | None) -> Intervention | None:
    return None if described is None else read_plan([described]).interventions[0]


def _described(intervention: Intervention) -> dict[str, Any]:
    return describe_plan(Plan(intervention))[0]


def _numbers(row: MixedIn | Rival) -> dict[str, Any]:
    return {key: getattr(row, key) for key in row.__dataclass_fields__ if not key.startswith("intervention")}


def whom(intervention: Intervention) -> str:
    """Say in a few words whom an intervention is for, and from when, where that is not at once."""
    at_once = 0 if isinstance(intervention, Seeds) else 1
    later = f", from step {intervention.start}" if intervention.start > at_once else ""
    if isinstance(intervention, Seeds):
        said = ", ".join(map(str, intervention.people))
    elif isinstance(intervention, Mandate):
        said = ", ".join(map(str, intervention.organisations))
    elif isinstance(intervention, Bridge):
        said = f"{_who(intervention.source)} – {_who(intervention.target)}"
    else:
        said = _who(intervention.to)
    return said + later


def _who(to: To | None) -> str:
    """Names where they say enough; with what they are names of where they are numbers, or of another grouping."""
    if to is None:
        return "everybody"
    said = [f"{key} {', '.join(map(str, names))}" for key, names in to.items()]
    ((key, names), *more) = to.items()
    if more or key not in ("people", "team", "organisation") or any(str(name).isdigit() for name in names):
        return "; ".join(said)
    return ", ".join(map(str, names))
