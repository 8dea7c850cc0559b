"""What comes out: estimates with their errors, in the user's ids, and where they come from."""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from spark.drawing import draw_curve, draw_differences, draw_gains, draw_sizes
from spark.provenance import Provenance, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Verdict = Literal["a", "b", "no-difference", "too-close"]
Cause = Literal["already", "seed", "tie", "partners", "broadcast"]


def _rows(kind: Any, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**row) for row in rows)


def _html(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A small table for notebooks; every text is escaped."""

    def cells(tag: str, row: Sequence[object]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>"

    body = "".join(cells("td", row) for row in rows)
    return f"<table><caption>{html.escape(title)}</caption>{cells('th', header)}{body}</table>"


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

    def __repr__(self) -> str:
        seeds = f"{len(self.seeds)} seed{'' if len(self.seeds) == 1 else 's'}"
        return f"<Spread: {self.mean:.2f} ± {self.standard_error:.2f} adopters, {seeds}, {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [
            (s.time, f"{s.mean:.2f}", f"{s.standard_error:.2f}", f"{s.low:g} to {s.high:g}") for s in self.over_time
        ]
        return _html(repr(self)[1:-1], ("step", "adopters", "standard error", "80 % of worlds"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        data["by_organisation"] = [
            {"organisation": plain(g.name), "people": g.people, "mean": g.mean, "standard_error": g.standard_error}
            for g in self.by_organisation
        ]
        data["by_group"] = {key: [asdict(g) for g in groups] for key, groups in self.by_group.items()}
        data["over_time"] = [asdict(step) for step in self.over_time]
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
        data["by_organisation"] = _rows(GroupSpread, organisations)
        data["by_group"] = {key: _rows(GroupSpread, groups) for key, groups in data["by_group"].items()}
        data["over_time"] = _rows(Step, data["over_time"])
        data["chances"] = np.array(data["chances"], np.float64)
        data["sizes"] = np.array(data["sizes"], np.int32)
        data["seeds"] = tuple(data["seeds"])
        data["provenance"] = Provenance.from_dict(data["provenance"])
        return cls(**data)

    def to_pandas(self) -> pd.DataFrame:
        """Return the curve as a frame, one row a step (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(step) for step in self.over_time]).set_index("time")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw adopters over time with the band of 80 % of worlds (needs matplotlib)."""
        rows = [(step.time, step.mean, step.low, step.high) for step in self.over_time]
        times, mean, low, high = np.array(rows, np.float64).T
        return draw_curve(ax, times, mean, low, high, title=repr(self)[9:-1], caption=self._caption())

    def plot_sizes(self, ax: Axes | None = None) -> Axes:
        """Draw how often each final number of adopters came up (needs matplotlib)."""
        return draw_sizes(ax, self.sizes, title=repr(self)[9:-1], caption=self._caption())

    def _caption(self) -> str:
        return f"{len(self.people):,} people, {self.worlds:,} worlds, {self.provenance.model['name']}"


@dataclass(frozen=True, slots=True)
class PlanResult:
    """One plan of a comparison."""

    name: str
    spread: Spread
    cost: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Plan `a` against plan `b` in the same worlds.

    Attributes
    ----------
    mean, low, high : mean difference in adopters and its 95 % interval.
    probability_a_beats_b, probability_tie : shares of worlds with a strictly above b, and equal to it.
    smallest_difference : what was taken for too small to matter.
    verdict : ``"a"``, ``"b"``, ``"no-difference"`` (the interval is inside ± smallest_difference) or ``"too-close"``.
    """

    a: str
    b: str
    mean: float
    low: float
    high: float
    probability_a_beats_b: float
    probability_tie: float
    smallest_difference: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """Plans tried in the same worlds; `differences` has every pair once, in the order of the plans."""

    plans: tuple[PlanResult, ...]
    differences: tuple[Difference, ...]
    worlds: int
    provenance: Provenance

    def __repr__(self) -> str:
        means = ", ".join(f"{plan.name} {plan.spread.mean:.2f}" for plan in self.plans)
        return f"<Comparison: {means} adopters, {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [
            (d.a, d.b, f"{d.mean:+.2f}", f"{d.low:+.2f} to {d.high:+.2f}", f"{d.probability_a_beats_b:.0%}", d.verdict)
            for d in self.differences
        ]
        return _html(repr(self)[1:-1], ("a", "b", "difference", "95 % interval", "a beats b in", "verdict"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        return {
            "plans": [{"name": p.name, "cost": p.cost, **p.spread.to_dict()} for p in self.plans],
            "differences": [plain(asdict(difference)) for difference in self.differences],
            "worlds": self.worlds,
            "provenance": self.provenance.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Comparison:
        """Return the comparison that `to_dict` described."""
        plans = tuple(
            PlanResult(
                p["name"], Spread.from_dict({k: v for k, v in p.items() if k not in ("name", "cost")}), p["cost"]
            )
            for p in data["plans"]
        )
        differences = _rows(Difference, data["differences"])
        return cls(plans, differences, data["worlds"], Provenance.from_dict(data["provenance"]))

    def to_pandas(self) -> pd.DataFrame:
        """Return the differences as a frame, one row a pair (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(difference) for difference in self.differences])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the paired differences with their 95 % intervals (needs matplotlib)."""
        d = self.differences
        return draw_differences(
            ax,
            [f"{x.a} − {x.b}" for x in d],
            [x.mean for x in d],
            [x.low for x in d],
            [x.high for x in d],
            [x.smallest_difference for x in d],
            title="Which plan lights more, in the same worlds",
            caption=f"{self.worlds:,} worlds, {self.provenance.model['name']}",
        )


@dataclass(frozen=True, slots=True)
class RankedSeed:
    """A seed in the order of choosing, with what it adds to those before it (people, or value), and its error."""

    id: Hashable
    gain: float
    gain_standard_error: float | None
    cost: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is guaranteed about the choice: at least `ratio` of the best possible increase, at `confidence`, or None
    where nothing is; `statement` says it in words, `method` how it was found.
    """

    ratio: float | None
    confidence: float | None
    statement: str
    method: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a simpler rule would reach, in the same worlds."""

    name: str
    seeds: tuple[Hashable, ...]
    mean: float
    standard_error: float
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Choice:
    """Whom to start with.

    Attributes
    ----------
    seeds : the answer; `ranking` : the greedy order with gains, of which every prefix answers a smaller budget.
    spread : of the answer, on worlds that had no part in choosing it.
    certificate : a bound against the true optimum; `quality` : the estimated share of the best that any effort of this
        kind would find, or None where it is not estimated. The two are different things.
    baselines : simpler rules in the same worlds.
    cost : what the seeds cost together.
    """

    seeds: tuple[Hashable, ...]
    ranking: tuple[RankedSeed, ...]
    spread: Spread
    certificate: Certificate
    baselines: tuple[Baseline, ...]
    quality: float | None
    cost: float
    provenance: Provenance

    def __repr__(self) -> str:
        return f"<Choice: {len(self.seeds)} seeds, {self.spread.mean:.2f} ± {self.spread.standard_error:.2f} adopters>"

    def _repr_html_(self) -> str:
        rows = [(i, seed.id, f"{seed.gain:.2f}", f"{seed.cost:g}") for i, seed in enumerate(self.ranking, 1)]
        title = f"{repr(self)[1:-1]}; {self.certificate.statement}"
        return _html(title, ("", "seed", "gain", "cost"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        return {
            "seeds": plain(self.seeds),
            "ranking": [plain(asdict(seed)) for seed in self.ranking],
            "spread": self.spread.to_dict(),
            "certificate": asdict(self.certificate),
            "baselines": [plain(asdict(baseline)) for baseline in self.baselines],
            "quality": self.quality,
            "cost": self.cost,
            "provenance": self.provenance.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Choice:
        """Return the choice that `to_dict` described."""
        baselines = tuple(Baseline(**{**row, "seeds": tuple(row["seeds"])}) for row in data["baselines"])
        return cls(
            tuple(data["seeds"]),
            _rows(RankedSeed, data["ranking"]),
            Spread.from_dict(data["spread"]),
            Certificate(**data["certificate"]),
            baselines,
            data["quality"],
            data["cost"],
            Provenance.from_dict(data["provenance"]),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the ranking as a frame, one row a seed (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(seed) for seed in self.ranking])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what each seed adds, and all up to it together (needs matplotlib)."""
        names, gains = [str(seed.id) for seed in self.ranking], [seed.gain for seed in self.ranking]
        caption = f"{self.provenance.worlds:,} worlds, {self.provenance.model['name']}; {self.certificate.statement}"
        return draw_gains(ax, names, gains, title=repr(self)[9:-1], caption=caption)


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody adopted: at which step, who, why, and who lit her where it was a tie."""

    time: int
    person: Hashable
    cause: Cause
    by: Hashable | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replay:
    """What happened in one world, in order of time, then of people."""

    world: int
    events: tuple[Event, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        last = self.events[-1].time if self.events else 0
        return f"<Replay: world {self.world}, {len(self.events)} adopters in {last} steps>"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything."""
        events = [plain(asdict(event)) for event in self.events]
        return {"world": self.world, "events": events, "provenance": self.provenance.to_dict()}


def mean_and_error(total: int, squares: int, count: int) -> tuple[float, float]:
    """Mean and its standard error from exact integer sums over `count` >= 2 worlds."""
    variance = (count * squares - total * total) / (count * (count - 1))
    return total / count, math.sqrt(max(variance, 0.0) / count)
