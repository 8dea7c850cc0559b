"""Who lit whom, over many worlds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from spark.drawing import draw_parts
from spark.provenance import Provenance, plain
from spark.results.estimate import html_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class TieLit:
    """How many people a tie lights in a world, on average: `mean` and its standard error."""

    source: Hashable
    target: Hashable
    layer: str
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class OrganisationsLit:
    """How many people of `target` those of `source` light in a world, on average; None: people without one."""

    source: Hashable | None
    target: Hashable | None
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Lit:
    """A count per world, on average, of what `name` says, with its standard error."""

    name: Hashable
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WhoLitWhom:
    """Transmission trees, summed up over worlds.

    An adoption by ties counts as 1, split among those who had a share in it (see `spark.results.Event`); who gives up
    and adopts again is counted again. What comes of a match is what it lit, what these lit, and so on, itself included.

    Attributes
    ----------
    causes : adoptions by cause: already, seed, tie, partners, broadcast, bridge.
    layers : adoptions by ties of each layer.
    organisations : adoptions by ties from each organisation to each, the largest first.
    ties : those that light most, the largest first; `ties_in_use` is how many light anybody in any world.
    matches : what comes of each seed, and of each person who practised already, in the order of the plan.
    generations : adoptions in each generation: 0 are seeds and all whom no person lit, 1 those whom they lit, ...;
        where several had a share, theirs are averaged, and rounded.
    worlds : how many.
    """

    causes: tuple[Lit, ...]
    layers: tuple[Lit, ...]
    organisations: tuple[OrganisationsLit, ...]
    ties: tuple[TieLit, ...]
    ties_in_use: int
    matches: tuple[Lit, ...]
    generations: tuple[Lit, ...]
    worlds: int
    provenance: Provenance

    def __repr__(self) -> str:
        by_ties = next((cause.mean for cause in self.causes if cause.name == "tie"), 0.0)
        ties = f"{by_ties:.2f} adoptions by ties a world, over {self.ties_in_use:,} ties"
        return f"<WhoLitWhom: {ties}, {self.worlds} worlds>"

    def _repr_html_(self) -> str:
        rows = [(t.source, t.target, t.layer, f"{t.mean:.3f}", f"{t.standard_error:.3f}") for t in self.ties[:20]]
        return html_table(repr(self)[1:-1], ("from", "to", "layer", "lights", "standard error"), rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in _ROWS:
            data[name] = [plain(asdict(row)) for row in data[name]]
        return {**data, "provenance": self.provenance.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> WhoLitWhom:
        """Return what `to_dict` described."""
        rows = {name: tuple(kind(**row) for row in data[name]) for name, kind in _ROWS.items()}
        return cls(**{**data, **rows, "provenance": Provenance.from_dict(data["provenance"])})

    def to_pandas(self) -> pd.DataFrame:
        """Return the ties that light most as a frame, one row a tie (needs pandas)."""
        import pandas as pd

        return pd.DataFrame([asdict(tie) for tie in self.ties])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what comes of each match, the most first (needs matplotlib)."""
        return self._drawn(
            ax,
            sorted(self.matches, key=lambda match: -match.mean),
            "What comes of each match",
            "adoptions, itself included",
        )

    def plot_generations(self, ax: Axes | None = None) -> Axes:
        """Draw how many adopt at how many steps from the match (needs matplotlib)."""
        return self._drawn(ax, self.generations, "How many steps from the match", "adoptions in a world")

    def _drawn(self, ax: Axes | None, rows: Sequence[Lit], title: str, x: str) -> Axes:
        names, means, errors = ([getattr(row, part) for row in rows] for part in ("name", "mean", "standard_error"))
        caption = f"{self.worlds:,} worlds, {self.provenance.model['name']}; lines are 95 % intervals"
        return draw_parts(ax, [str(name) for name in names], means, errors, title=title, x=x, caption=caption)


_ROWS: Mapping[str, Any] = {
    "causes": Lit,
    "layers": Lit,
    "organisations": OrganisationsLit,
    "ties": TieLit,
    "matches": Lit,
    "generations": Lit,
}


def lit(names: Sequence[Hashable], means: Iterable[float], errors: Iterable[float]) -> tuple[Lit, ...]:
    """Rows of names, means and standard errors."""
    return tuple(Lit(name, float(m), float(e)) for name, m, e in zip(names, means, errors, strict=True))
