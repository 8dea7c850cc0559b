"""Whom to start with."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spark.drawing import draw_gains
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table, rows_of
from spark.results.spread import Spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class RankedSeed:
    """A seed in the order of choosing, with what it adds to those before it (people, or value), and its error."""

    id: Hashable
    gain: float
    gain_standard_error: float
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
    """What a simpler rule would reach, in the same worlds; `method` is its standard name, `source` its DOI."""

    name: str
    seeds: tuple[Hashable, ...]
    mean: float
    standard_error: float
    note: str = ""
    method: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """What was to be as large as possible beside or instead of the mean, and how far the choice gets.

    Attributes
    ----------
    statement : what, in words. unit : ``"people"``, ``"people-periods"``, ``"value"``, ``"value-periods"``, ``"share"``
        (of a group) or ``"chance"``.
    reached, standard_error : the figure, in the worlds of the evaluation. group : where a share is smallest.
    plain : the same figure for the choice that makes the mean as large as possible, and price, price_standard_error :
        how much of the mean, in people, is given up against that choice, in the same worlds; None where the question
        is the mean itself.
    """

    statement: str
    unit: str
    reached: float
    standard_error: float
    group: Hashable | None = None
    plain: float | None = None
    price: float | None = None
    price_standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class BudgetStep:
    """How likely a share of the people is reached by the first `count` seeds of the ranking, which cost `cost`."""

    count: int
    cost: float
    chance: float


@dataclass(frozen=True, slots=True)
class UnderModel:
    """How a choice for several models does under one of them.

    Attributes
    ----------
    model : in short. mean, own_mean : adopters (or their value) with the choice, and with `own_seeds`, the best for
        this model alone; with standard errors. regret : how much less that is, in the same worlds.
    share : of the increase over no action that the best for this model brings about. certified : share of the best
        possible increase that is reached for certain.
    """

    model: str
    mean: float
    standard_error: float
    own_mean: float
    own_standard_error: float
    regret: float
    regret_standard_error: float
    share: float
    own_seeds: tuple[Hashable, ...]
    certified: float | None


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
    cost : what the seeds cost together, those who may say no with their expected cost if they are paid on acceptance.
    aim : what was asked for beside the mean, and how far the choice gets; None where it is the mean.
    constraints : in words. budgets : where the smallest budget was asked for, those that were tried, in order.
    left_out : simple rules that would have taken too long, in words, where all were asked for.
    under : how it does under each model, where it was made for several; all else is then said of the first of them.
    """

    seeds: tuple[Hashable, ...]
    ranking: tuple[RankedSeed, ...]
    spread: Spread
    certificate: Certificate
    baselines: tuple[Baseline, ...]
    quality: float | None
    cost: float
    provenance: Provenance
    aim: Aim | None = None
    constraints: tuple[str, ...] = ()
    budgets: tuple[BudgetStep, ...] = ()
    left_out: tuple[str, ...] = ()
    under: tuple[UnderModel, ...] = ()

    def __repr__(self) -> str:
        return f"<Choice: {len(self.seeds)} seeds, {self.spread.mean:.2f} ± {self.spread.standard_error:.2f} adopters>"

    def _repr_html_(self) -> str:
        rows = [(i, seed.id, f"{seed.gain:.2f}", f"{seed.cost:g}") for i, seed in enumerate(self.ranking, 1)]
        title = f"{repr(self)[1:-1]}; {self.certificate.statement}"
        return html_table(title, ("", "seed", "gain", "cost"), rows)

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
            "aim": None if self.aim is None else plain(asdict(self.aim)),
            "constraints": list(self.constraints),
            "budgets": [asdict(step) for step in self.budgets],
            "left_out": list(self.left_out),
            "under": [plain(asdict(one)) for one in self.under],
            "provenance": self.provenance.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Choice:
        """Return the choice that `to_dict` described."""
        baselines = tuple(Baseline(**{**row, "seeds": tuple(row["seeds"])}) for row in data["baselines"])
        return cls(
            tuple(data["seeds"]),
            rows_of(RankedSeed, data["ranking"]),
            Spread.from_dict(data["spread"]),
            Certificate(**data["certificate"]),
            baselines,
            data["quality"],
            data["cost"],
            Provenance.from_dict(data["provenance"]),
            None if data.get("aim") is None else Aim(**data["aim"]),
            tuple(data.get("constraints", ())),
            rows_of(BudgetStep, data.get("budgets", ())),
            tuple(data.get("left_out", ())),
            tuple(UnderModel(**row | {"own_seeds": tuple(row["own_seeds"])}) for row in data.get("under", ())),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the ranking as a frame, one row a seed (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(seed) for seed in self.ranking])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what each seed adds, and all up to it together (needs matplotlib)."""
        names, gains = [str(seed.id) for seed in self.ranking], [seed.gain for seed in self.ranking]
        said = f"{len(self.spread.people):,} people, {self.provenance.worlds:,} worlds, {self.provenance.model['name']}"
        caption = f"{said}; {self.certificate.statement}"
        return draw_gains(ax, names, gains, title=repr(self)[9:-1], caption=caption)
