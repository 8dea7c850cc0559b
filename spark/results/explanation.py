"""Why these people: what each seed reaches first, what is lost without her, and who could take her place."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spark.drawing import draw_gains
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class ExplainedSeed:
    """One seed.

    Attributes
    ----------
    gain, gain_standard_error : adopters she adds to those before her. loss, loss_standard_error : adopters fewer
        without her, all others asked; in the same worlds.
    reaches : people she can influence directly. by_organisation, by_layer : how many of them in each; who is in no
        organisation is in None. bridges : how many organisations beside her own. readiness : their mean readiness.
    replacement : who would do best in her place, None: nobody may. replaced, replaced_standard_error : adopters then.
    """

    id: Hashable
    gain: float
    gain_standard_error: float
    loss: float
    loss_standard_error: float
    reaches: int
    by_organisation: tuple[tuple[Hashable | None, int], ...]
    by_layer: tuple[tuple[str, int], ...]
    bridges: int
    readiness: float | None
    replacement: Hashable | None
    replaced: float | None
    replaced_standard_error: float | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Adopters with the first `count` seeds; `rises`: the last of them adds more than the one before, beyond luck."""

    count: int
    mean: float
    standard_error: float
    rises: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation:
    """Why these people were chosen; everything in the same worlds.

    Attributes
    ----------
    seeds : in the order of choosing. curve : adopters with none, one, two, ... of them.
    shape : ``"diminishing"``, or ``"critical mass"`` where some seed adds more than the one before her.
    """

    seeds: tuple[ExplainedSeed, ...]
    curve: tuple[CurvePoint, ...]
    shape: str
    provenance: Provenance

    def __repr__(self) -> str:
        return f"<Explanation: {len(self.seeds)} seeds, {self.shape}>"

    def _repr_html_(self) -> str:
        rows = [(s.id, f"{s.gain:.2f}", f"{s.loss:.2f}", s.replacement) for s in self.seeds]
        return html_table(repr(self)[1:-1], ("seed", "adds", "lost without", "replacement"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        return {
            "seeds": [plain(asdict(seed)) for seed in self.seeds],
            "curve": [asdict(point) for point in self.curve],
            "shape": self.shape,
            "provenance": self.provenance.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Explanation:
        """Return the explanation that `to_dict` described."""
        pairs = "by_organisation", "by_layer"
        seeds = (row | {key: tuple(map(tuple, row[key])) for key in pairs} for row in data["seeds"])
        return cls(
            tuple(ExplainedSeed(**row) for row in seeds),
            tuple(CurvePoint(**row) for row in data["curve"]),
            data["shape"],
            Provenance.from_dict(data["provenance"]),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a seed (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(seed) for seed in self.seeds])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the budget curve (needs matplotlib)."""
        names, gains = [str(seed.id) for seed in self.seeds], [seed.gain for seed in self.seeds]
        caption = f"{self.provenance.worlds:,} worlds, {self.provenance.model['name']}; {self.shape}"
        return draw_gains(ax, names, gains, title=repr(self)[1:-1], caption=caption)
