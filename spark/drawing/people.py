"""A picture of a network: people where the layout puts them, groups as circles, ties behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spark.drawing.charts import INK, MIDDLE, PALE, new_axes, room, wrap
from spark.drawing.layout import Places

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TIES = 20_000
MOST_LABELS = 24
# Okabe & Ito's colours for colour-blind eyes, so ordered that neighbours also differ in grey
HUES = ("#e69f00", "#0072b2", "#56b4e9", "#a34400", "#cc79a7", "#1b1b1b", "#d8c200", "#00664b")
FIRE = ("#f4ece4", "#fbc687", "#ef8a3c", "#c8501e", "#85260b", "#3d0d04")  # each step darker than the last


def draw_people(
    ax: Axes | None,
    places: Places,
    ties: tuple[NDArray[np.integer], NDArray[np.integer]],
    group: NDArray[np.integer],
    names: Sequence[str],
    *,
    chances: NDArray[np.float64] | None,
    marked: NDArray[np.integer],
    partners: tuple[NDArray[np.integer], NDArray[np.integer]],
    title: str,
    caption: str,
) -> Axes:
    """Draw people as dots.

    Parameters
    ----------
    ties : who each tie comes from and leads to, int[m] each; of more than 20,000 a part is drawn.
    group, names : the circle of each person, int[n], and what stands beside it; without names no circle is drawn.
    chances : float64[n] in [0, 1], which colours the dots; None colours by group.
    marked : people to be marked as those we start with, int[k].
    partners : groups between which a line is drawn, int[q] each.
    """
    width, height = np.ptp(np.concatenate([places.people, np.zeros((1, 2))]), axis=0)
    ax = new_axes(ax, width=8.0, height=1.0 + 7.0 * float(np.clip(height / max(width, 1e-9), 0.5, 1.1)))
    if names:
        _circles(ax, places, names, group, partners)
    shown = _ties(ax, places, ties, group)
    size = float(np.clip(2.2e4 / max(len(places.people), 1), 3.0, 60.0))
    if chances is None:
        colours = np.array(HUES)[group % len(HUES)] if names else np.full(group.size, MIDDLE)
        ax.scatter(
            places.people[:, 0],
            places.people[:, 1],
            s=size,
            c=colours.tolist(),
            linewidths=0.25 if size > 8 else 0,
            edgecolors="white",
            zorder=3,
        )
    else:
        _fire(ax, places, chances, marked, size)
    if marked.size:
        ax.scatter(
            places.people[marked, 0],
            places.people[marked, 1],
            s=max(5 * size, 90),
            marker="*",
            c="white",
            edgecolors=INK,
            linewidths=0.9,
            zorder=5,
        )
    if shown < ties[0].size:
        caption += f"; {shown:,} of the ties are drawn"
    ax.set_title(title, loc="left", fontsize=11, color=INK)
    ax.set_xlabel("\n".join(wrap(caption, room(ax))), fontsize=8, loc="left")
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def _circles(
    ax: Axes,
    places: Places,
    names: Sequence[str],
    group: NDArray[np.integer],
    partners: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> None:
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.patches import Circle
    from matplotlib.patheffects import withStroke

    if partners[0].size:
        ends = np.stack([places.centres[partners[0]], places.centres[partners[1]]], axis=1)
        ax.add_collection(LineCollection(list(ends), colors=MIDDLE, linewidths=1.2, linestyles=(0, (4, 3)), zorder=0.5))
    circles = [Circle((float(x), float(y)), float(r)) for (x, y), r in zip(places.centres, places.radii, strict=True)]
    ax.add_collection(PatchCollection(circles, facecolor="#f6f6f6", edgecolor=PALE, linewidth=0.8, zorder=1))
    sizes = np.bincount(group, minlength=len(names))
    large = places.radii >= 0.02 * np.ptp(places.people, axis=0).max()
    for at in np.argsort(-sizes, kind="stable")[:MOST_LABELS]:
        if not (large[at] or len(names) <= MOST_LABELS):
            break
        (x, y), radius = places.centres[at], places.radii[at]
        ax.annotate(
            "\n".join(wrap(names[at], 22)), (float(x), float(y - radius)), xytext=(0, -2), textcoords="offset points",
            ha="center", va="top", fontsize=7.5, color=INK, zorder=6,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],  # hides less than a box does
        )  # fmt: skip


def _ties(
    ax: Axes, places: Places, ties: tuple[NDArray[np.integer], NDArray[np.integer]], group: NDArray[np.integer]
) -> int:
    """Draw ties, at most so many, those between groups fainter; return how many."""
    from matplotlib.collections import LineCollection

    source, target = ties
    if source.size > MOST_TIES:
        some = np.random.Generator(np.random.PCG64(0)).permutation(source.size)[:MOST_TIES]
        source, target = source[some], target[some]
    ends = np.stack([places.people[source], places.people[target]], axis=1)
    within = group[source] == group[target]
    alpha = float(np.clip(1200 / max(source.size, 1), 0.08, 0.5))
    for part, share in ((~within, 0.6), (within, 1.0)):
        if part.any():
            ax.add_collection(
                LineCollection(
                    list(ends[part]), colors=MIDDLE, linewidths=0.5, alpha=alpha * share, zorder=2,
                    rasterized=source.size > 2000,
                )
            )  # fmt: skip
    return int(source.size)


def _fire(ax: Axes, places: Places, chances: NDArray[np.float64], marked: NDArray[np.integer], size: float) -> None:
    """Colour people by chance; the scale ends where all but one in a hundred of those not marked are within it."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import PercentFormatter

    others = np.delete(chances, marked)
    most = max(float(np.quantile(others, 0.99)) if others.size else 1.0, 0.01)
    order = np.argsort(chances, kind="stable")
    dots = ax.scatter(
        places.people[order, 0], places.people[order, 1], s=size, c=chances[order],
        cmap=LinearSegmentedColormap.from_list("fire", FIRE), vmin=0, vmax=most,
        linewidths=0.3 if size > 8 else 0.15, edgecolors=MIDDLE, zorder=3,
    )  # fmt: skip
    figure = ax.get_figure()
    if figure is not None:
        extend = "max" if chances.max(initial=0) > most else "neither"
        percent = PercentFormatter(1.0, decimals=0 if most > 0.05 else 1, symbol=" %")
        bar = figure.colorbar(dots, ax=ax, shrink=0.5, pad=0.01, format=percent, extend=extend)
        bar.set_label("share of worlds in which they practise in the end", fontsize=8)
        bar.ax.tick_params(labelsize=7)
