"""Plans tried on several networks, each of which may as well be the true one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spark.drawing import draw_differences
from spark.provenance import plain
from spark.results.comparison import Verdict
from spark.results.estimate import html_table, rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class PlanAcross:
    """One plan on all networks.

    Attributes
    ----------
    mean, standard_error : expected adopters at the end, over networks and worlds; the error is that of taking these
        networks and no others.
    between : standard deviation of its expectation from network to network, what the worlds add taken out.
    best_on : share of networks on which its mean is the highest, ties split evenly.
    """

    name: str
    mean: float
    standard_error: float
    between: float
    best_on: float


@dataclass(frozen=True, slots=True)
class DifferenceAcross:
    """Plan `a` against plan `b` over all networks.

    Attributes
    ----------
    mean, low, high : mean difference and its 95 % interval by Student's t; the networks are the units, not the worlds.
    between, within : standard deviations of the difference: from network to network, and the error that the worlds of
        one network leave.
    better_a, better_b : shares of networks on which that plan is better (the verdict there).
    verdict : from the interval, as in `Difference`.
    """

    a: str
    b: str
    mean: float
    low: float
    high: float
    between: float
    within: float
    better_a: float
    better_b: float
    smallest_difference: float
    verdict: Verdict

    @property
    def flips(self) -> bool:
        """Whether each of the two is the better one on some network."""
        return self.better_a > 0 and self.better_b > 0


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """One of the networks: its name (or number), digest and people, the `rng` of its worlds, each plan's mean."""

    name: str
    digest: str
    people: int
    rng: int
    means: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparisonAcross:
    """Plans on several networks.

    Attributes
    ----------
    plans, differences : in the order given; every pair once.
    networks : what each of them says; `worlds` : how many on each.
    best : the plan with the highest mean; `other_best` : share of networks on which another one has it.
    provenance : what is needed to run it again, beside the networks.
    """

    plans: tuple[PlanAcross, ...]
    differences: tuple[DifferenceAcross, ...]
    networks: tuple[OnNetwork, ...]
    worlds: int
    best: str
    other_best: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        means = ", ".join(f"{plan.name} {plan.mean:.2f} ± {plan.standard_error:.2f}" for plan in self.plans)
        return f"<ComparisonAcross: {means} adopters, {len(self.networks)} networks of {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [
            (d.a, d.b, f"{d.mean:+.2f}", f"{d.low:+.2f} to {d.high:+.2f}", f"{d.better_a:.0%}", f"{d.better_b:.0%}")
            for d in self.differences
        ]
        header = ("a", "b", "difference", "95 % interval", "a better on", "b better on")
        return html_table(repr(self)[1:-1], header, rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        return {
            "plans": [plain(asdict(plan)) for plan in self.plans],
            "differences": [{**plain(asdict(row)), "flips": row.flips} for row in self.differences],
            "networks": [plain(asdict(row)) for row in self.networks],
            "worlds": self.worlds,
            "best": self.best,
            "other_best": self.other_best,
            "provenance": plain(self.provenance),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ComparisonAcross:
        """Return what `to_dict` described."""
        differences = [{key: value for key, value in row.items() if key != "flips"} for row in data["differences"]]
        networks = [{**row, "means": tuple(row["means"])} for row in data["networks"]]
        rest = {key: data[key] for key in ("worlds", "best", "other_best", "provenance")}
        return cls(
            plans=rows_of(PlanAcross, data["plans"]),
            differences=rows_of(DifferenceAcross, differences),
            networks=rows_of(OnNetwork, networks),
            **rest,
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the means as a frame, one row a network, one column a plan (needs pandas)."""
        import pandas as pd

        names = [plan.name for plan in self.plans]
        return pd.DataFrame([row.means for row in self.networks], [row.name for row in self.networks], names)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the differences with their 95 % intervals over networks (needs matplotlib)."""
        d = self.differences
        return draw_differences(
            ax,
            [f"{x.a} − {x.b}" for x in d],
            [x.mean for x in d],
            [x.low for x in d],
            [x.high for x in d],
            [x.smallest_difference for x in d],
            title="Which plan lights more, over networks",
            caption=f"{len(self.networks)} networks, {self.worlds:,} worlds on each",
        )
