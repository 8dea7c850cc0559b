"""Plans tried in the same worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from spark.drawing import draw_differences
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table, rows_of
from spark.results.spread import Spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Verdict = Literal["a", "b", "no-difference", "too-close"]


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
        return html_table(repr(self)[1:-1], ("a", "b", "difference", "95 % interval", "a beats b in", "verdict"), rows)

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
        differences = rows_of(Difference, data["differences"])
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
