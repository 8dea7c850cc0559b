"""How far a plan spreads."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spark.drawing import draw_curve, draw_curves, draw_sizes, draw_states
from spark.errors import UsageError
from spark.problem.arrays import STATES
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table, rows_of
from spark.results.states import StateStep

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class GroupSpread:
    """Adopters at the end in one organisation, team or group."""

    name: Hashable
    people: int
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Step:
    """Adopters at the end of a step: mean with its standard error, median, and the band of 10 to 90 % of worlds."""

    time: int
    mean: float
    standard_error: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """Adopters over time in one organisation, team or group of `people` people."""

    name: Hashable
    people: int
    over_time: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spread:
    """How far a plan spreads.

    Attributes
    ----------
    mean, standard_error : expected number of people who practise at the end, those who practised already and the seeds
        included, and the Monte-Carlo standard error.
    gain_over_no_action, gain_standard_error : the increase over doing nothing, in the same worlds.
    mean_value, value_standard_error : expected total value of those who practise, where the network has values.
    ever_adopted, ever_standard_error : expected number of people who practised at any time: the mean, unless people
        give up.
    adopter_periods, adopter_periods_standard_error : expected sum over the steps 1 to the horizon of those practising;
        None without a horizon.
    worlds : how many worlds; `seeds` : whom the plan seeds.
    by_organisation, by_group : adopters at the end of each organisation, and of each team or group by its column.
    over_time : adopters at the end of each step from 0 on.
    people, chances : ids, and float64[n], the share of worlds in which each of them practises at the end.
    sizes : int32[worlds]; adopters at the end of each world.
    states_over_time : people in each state at the end of each step, where the model has states (`Adoption`, `Aware`);
        else empty.
    over_time_by : the curve of each organisation, team or group, by the columns that `simulate` was asked for.
    """

    mean: float
    standard_error: float
    gain_over_no_action: float
    gain_standard_error: float
    mean_value: float | None
    value_standard_error: float | None
    ever_adopted: float
    ever_standard_error: float
    adopter_periods: float | None
    adopter_periods_standard_error: float | None
    worlds: int
    seeds: tuple[Hashable, ...]
    by_organisation: tuple[GroupSpread, ...]
    by_group: Mapping[str, tuple[GroupSpread, ...]]
    over_time: tuple[Step, ...]
    people: Collection[Hashable]
    chances: NDArray[np.float64]
    sizes: NDArray[np.int32]
    provenance: Provenance
    states_over_time: tuple[StateStep, ...] = ()
    over_time_by: Mapping[str, tuple[GroupCurve, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        seeds = f"{len(self.seeds)} seed{'' if len(self.seeds) == 1 else 's'}"
        return f"<Spread: {self.mean:.2f} ± {self.standard_error:.2f} adopters, {seeds}, {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [
            (s.time, f"{s.mean:.2f}", f"{s.standard_error:.2f}", f"{s.low:g} to {s.high:g}") for s in self.over_time
        ]
        return html_table(repr(self)[1:-1], ("step", "adopters", "standard error", "80 % of worlds"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        data["by_organisation"] = [
            {"organisation": plain(g.name), "people": g.people, "mean": g.mean, "standard_error": g.standard_error}
            for g in self.by_organisation
        ]
        data["by_group"] = {key: [asdict(g) for g in groups] for key, groups in self.by_group.items()}
        data["over_time"] = [asdict(step) for step in self.over_time]
        data["states_over_time"] = [asdict(step) for step in self.states_over_time]
        data["over_time_by"] = {key: [asdict(curve) for curve in curves] for key, curves in self.over_time_by.items()}
        for name in ("states_over_time", "over_time_by"):
            if not data[name]:
                del data[name]
        data["people"] = list(self.people)
        data["provenance"] = self.provenance.to_dict()
        return dict(plain(data))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spread:
        """Return the spread that `to_dict` described."""
        data = dict(data)
        organisations = [{"name": g["organisation"], **g} for g in data["by_organisation"]]
        for group in organisations:
            del group["organisation"]
        data["by_organisation"] = rows_of(GroupSpread, organisations)
        data["by_group"] = {key: rows_of(GroupSpread, groups) for key, groups in data["by_group"].items()}
        data["over_time"] = rows_of(Step, data["over_time"])
        data["states_over_time"] = rows_of(StateStep, data.get("states_over_time", []))
        data["over_time_by"] = {
            key: tuple(GroupCurve(**{**curve, "over_time": rows_of(Step, curve["over_time"])}) for curve in curves)
            for key, curves in data.get("over_time_by", {}).items()
        }
        data["chances"] = np.array(data["chances"], np.float64)
        data["sizes"] = np.array(data["sizes"], np.int32)
        data["seeds"] = tuple(data["seeds"])
        data["provenance"] = Provenance.from_dict(data["provenance"])
        return cls(**data)

    def to_pandas(self) -> pd.DataFrame:
        """Return the curve as a frame, one row a step, with the states where the model has them (needs pandas)."""
        import pandas as pd

        curve = pd.DataFrame([asdict(step) for step in self.over_time]).set_index("time")
        if not self.states_over_time:
            return curve
        states = pd.DataFrame([asdict(step) for step in self.states_over_time]).set_index("time")
        return states.join(curve.reindex(states.index).ffill())

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw adopters over time with the band of 80 % of worlds (needs matplotlib)."""
        rows = [(step.time, step.mean, step.low, step.high) for step in self.over_time]
        times, mean, low, high = np.array(rows, np.float64).T
        return draw_curve(ax, times, mean, low, high, title=repr(self)[9:-1], caption=self._caption())

    def plot_states(self, ax: Axes | None = None) -> Axes:
        """Draw how many people are in each state over time, one on top of the other (needs matplotlib).

        Raises
        ------
        UsageError
            The model has no states.
        """
        if not self.states_over_time:
            name = self.provenance.model["name"]
            raise UsageError(f"{name} has no states to draw; adoption with awareness or trials, and aware, have")
        times = [step.time for step in self.states_over_time]
        states = {name: [getattr(step, name) for step in self.states_over_time] for name in STATES}
        used = {name: values for name, values in states.items() if any(values)}
        return draw_states(ax, times, used, title=repr(self)[9:-1], caption=self._caption())

    def plot_by(self, column: str, ax: Axes | None = None) -> Axes:
        """Draw the share who practise over time in each group of a column, the eight largest (needs matplotlib).

        Raises
        ------
        UsageError
            `simulate` was not asked for the curves of this column.
        """
        if column not in self.over_time_by:
            raise UsageError(f"there are no curves by {column!r}: simulate(..., over_time_by=[{column!r}]) makes them")
        largest = sorted(self.over_time_by[column], key=lambda curve: -curve.people)[:8]
        shares = {
            str(curve.name): [step.mean / curve.people for step in curve.over_time] for curve in largest if curve.people
        }
        left_out = len(self.over_time_by[column]) - len(shares)
        caption = self._caption() + (
            f"; the largest {len(shares)} of {len(self.over_time_by[column])}" if left_out else ""
        )
        return draw_curves(
            ax, shares, title=f"Share who practise, by {column}", caption=caption, y="share who practise"
        )

    def plot_sizes(self, ax: Axes | None = None) -> Axes:
        """Draw how often each final number of adopters came up (needs matplotlib)."""
        return draw_sizes(ax, self.sizes, title=repr(self)[9:-1], caption=self._caption())

    def _caption(self) -> str:
        return f"{len(self.people):,} people, {self.worlds:,} worlds, {self.provenance.model['name']}"
