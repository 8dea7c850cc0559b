"""Plans tried in the same worlds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from spark.drawing import draw_differences
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table, rows_of
from spark.results.spread import Spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Verdict = Literal["a", "b", "no-difference", "too-close"]
Standing = Literal["frontier", "dominated", "extended"]
Question = Literal["best", "every pair"]


@dataclass(frozen=True, slots=True)
class Price:
    """Money per adopter, or for a plan, with its 95 % interval.

    `value` is None where nothing is gained on average; `high` is None where the interval has no upper end, because it
    cannot be told from no gain at all; all three are None where nothing is gained for sure.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TimeTo:
    """When a share of all people practises.

    Attributes
    ----------
    share, people : the share, and how many people that is, rounded up.
    reached, reached_standard_error : share of worlds in which that many practise at some step, with its error.
    median : first step by which half of all worlds are there; None where fewer ever are.
    mean, mean_standard_error : the first such step, over those worlds that get there; None where fewer than two do.
    """

    share: float
    people: int
    reached: float
    reached_standard_error: float
    median: int | None
    mean: float | None
    mean_standard_error: float | None


@dataclass(frozen=True, slots=True)
class WorstOff:
    """The organisation with the lowest expected share of its people practising at the end."""

    organisation: Hashable
    people: int
    share: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class PlanResult:
    """One plan of a comparison.

    Attributes
    ----------
    spread : how far it spreads; `median` of the adopters at the end.
    cost : what it costs, `seed_cost` of it for seeds.
    cost_per_extra_adopter : over no action, in the same worlds (the cost is fixed, so that the interval of the gain
        gives that of the price exactly).
    probability_best : share of worlds in which it lights most, worlds with several best split evenly among these. That
        is about luck: how often one would have been right to take it. It is not the chance that its mean is highest.
    organisations_reached, organisations_standard_error : organisations with at least one adopter at the end, expected;
        None without organisations. `worst_off` : the organisation with the lowest share.
    times : when each share asked for is reached.
    """

    name: str
    spread: Spread
    cost: float
    seed_cost: float
    median: float
    cost_per_extra_adopter: Price
    probability_best: float
    organisations_reached: float | None
    organisations_standard_error: float | None
    worst_off: WorstOff | None
    times: tuple[TimeTo, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Plan `a` against plan `b` in the same worlds.

    Attributes
    ----------
    mean, low, high : mean difference in adopters and its 95 % interval.
    probability_a_beats_b, probability_tie : shares of worlds with a strictly above b, and equal to it.
    probability_a_tenth_better, probability_b_tenth_better : shares of worlds in which one is at least 10 % above the
        other.
    smallest_difference : what was taken for too small to matter.
    verdict : ``"a"``, ``"b"``, ``"no-difference"`` (the interval is inside ± smallest_difference) or ``"too-close"``.
    break_even_a, break_even_b : at what cost plan a (b) would light as many extra adopters per unit of cost as the
        other does at its own cost, with Fieller's interval; None where the other costs nothing or gains nothing.
    """

    a: str
    b: str
    mean: float
    low: float
    high: float
    probability_a_beats_b: float
    probability_tie: float
    probability_a_tenth_better: float
    probability_b_tenth_better: float
    smallest_difference: float
    verdict: Verdict
    break_even_a: Price | None
    break_even_b: Price | None


@dataclass(frozen=True, slots=True)
class CostEffect:
    """A plan among all by cost and effect.

    Attributes
    ----------
    standing : ``"frontier"``; ``"dominated"``: another one lights no fewer and costs no more; ``"extended"``: a mix of
        two others does.
    by : which ones; `sure` : whether the 95 % interval of the difference says so, too.
    over : on the frontier, the plan before it, with what this one costs and lights more (`extra_cost`,
        `extra_adopters`), and the cost per adopter more; "no action" is where the frontier begins.
    """

    name: str
    cost: float
    gain: float
    standing: Standing
    by: tuple[str, ...]
    sure: bool
    over: str | None
    extra_cost: float | None
    extra_adopters: float | None
    cost_per_extra_adopter: Price | None


@dataclass(frozen=True, slots=True)
class Decision:
    """How a comparison came to an end that went on until its decision was clear.

    Attributes
    ----------
    question : ``"best"`` or ``"every pair"`` of plans; `clear` : whether it was answered.
    best : the plan shown to be best, or no worse than the best by more than what matters; None where none is.
    error : chance, over all looks and pairs of the question, that an interval misses the true difference; `per_pair` :
        what of it each pair may spend.
    spending : how it is spread over the looks, ``"pocock"`` or ``"obrien-fleming"``.
    looks : numbers of worlds at which it might have ended, and `critical` : at each, how many standard errors wide the
        intervals are to either side; `stopped` : at which number it did.
    """

    question: Question
    clear: bool
    best: str | None
    error: float
    per_pair: float
    spending: str
    looks: tuple[int, ...]
    critical: tuple[float, ...]
    stopped: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """Plans tried in the same worlds.

    Attributes
    ----------
    plans : in the order given; `differences` : every pair once, in the order of the plans.
    cost_effectiveness : the plans from cheap to dear, and which of them are dominated.
    worlds : how many; `decision` : how it ended where it went on until the decision was clear, else None.
    """

    plans: tuple[PlanResult, ...]
    differences: tuple[Difference, ...]
    cost_effectiveness: tuple[CostEffect, ...]
    worlds: int
    decision: Decision | None
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
        data = {
            "plans": [plan_row(plan, plan.spread.to_dict()) for plan in self.plans],
            "differences": [plain(asdict(difference)) for difference in self.differences],
            "cost_effectiveness": [plain(asdict(row)) for row in self.cost_effectiveness],
            "worlds": self.worlds,
        }
        if self.decision is not None:
            data["decision"] = plain(asdict(self.decision))
        return data | {"provenance": self.provenance.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Comparison:
        """Return the comparison that `to_dict` described."""
        rows = [
            {**row, "by": tuple(row["by"]), "cost_per_extra_adopter": _price(row)} for row in data["cost_effectiveness"]
        ]
        decision = data.get("decision")
        if decision is not None:
            decision = Decision(**{**decision, **{key: tuple(decision[key]) for key in ("looks", "critical")}})
        return cls(
            tuple(map(_plan_result, data["plans"])),
            tuple(_difference(row) for row in data["differences"]),
            rows_of(CostEffect, rows),
            data["worlds"],
            decision,
            Provenance.from_dict(data["provenance"]),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the differences as a frame, one row a pair (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([_flat(asdict(difference)) for difference in self.differences])

    def plans_to_pandas(self) -> pd.DataFrame:
        """Return what each plan comes to as a frame, one row a plan (needs pandas)."""
        import pandas as pd

        rows = []
        for plan in self.plans:
            row = {"name": plan.name, "mean": plan.spread.mean, "standard_error": plan.spread.standard_error}
            row |= {item.name: getattr(plan, item.name) for item in fields(plan)[2:-2]}
            row["cost_per_extra_adopter"] = asdict(plan.cost_per_extra_adopter)
            row["worst_off"] = plan.worst_off and asdict(plan.worst_off)
            for time in plan.times:
                row |= {f"reached_{time.share:g}": time.reached, f"time_to_{time.share:g}": time.median}
            rows.append(_flat(row))
        return pd.DataFrame(rows).set_index("name")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the paired differences with their 95 % intervals (needs matplotlib)."""
        d, people = self.differences, len(self.plans[0].spread.people)
        return draw_differences(
            ax,
            [f"{x.a} − {x.b}" for x in d],
            [x.mean for x in d],
            [x.low for x in d],
            [x.high for x in d],
            [x.smallest_difference for x in d],
            title="Which plan lights more, in the same worlds",
            caption=f"{people:,} people, {self.worlds:,} worlds, {self.provenance.model['name']}",
        )


def plan_row(plan: PlanResult, spread: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON form of a plan: what it comes to beside `spread`, the JSON form of its spread."""
    row = {item.name: getattr(plan, item.name) for item in fields(plan) if item.name != "spread"}
    for key in ("cost_per_extra_adopter", "worst_off"):
        row[key] = None if row[key] is None else asdict(row[key])
    row["times"] = [asdict(time) for time in plan.times]
    return {"name": plan.name, "cost": plan.cost, **spread, **plain(row)}


def _plan_result(row: Mapping[str, Any]) -> PlanResult:
    own = {item.name: row[item.name] for item in fields(PlanResult) if item.name != "spread"}
    own["cost_per_extra_adopter"] = Price(**row["cost_per_extra_adopter"])
    own["worst_off"] = None if row["worst_off"] is None else WorstOff(**row["worst_off"])
    own["times"] = rows_of(TimeTo, row["times"])
    spread = Spread.from_dict({item.name: row[item.name] for item in fields(Spread) if item.name in row})
    return PlanResult(spread=spread, **own)


def _difference(row: Mapping[str, Any]) -> Difference:
    prices = {key: None if row[key] is None else Price(**row[key]) for key in ("break_even_a", "break_even_b")}
    return Difference(**{**row, **prices})


def _price(row: Mapping[str, Any]) -> Price | None:
    found = row["cost_per_extra_adopter"]
    return None if found is None else Price(**found)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Put what is inside a part beside the others: ``part_low``; the part's `value` has its name."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        inner = value if isinstance(value, dict) else {"value": value}
        flat |= {key if name == "value" else f"{key}_{name}": item for name, item in inner.items()}
    return flat
