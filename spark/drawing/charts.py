"""Charts: curves, sizes, differences and gains; what all pictures have in common."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from spark.errors import RunError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MIDDLE, PALE = "#1b1b1b", "#6e6e6e", "#cfcfcf"
CAPTION_WIDTH = 90
FLAME = "#c8501e"  # prints as a middle grey, and differs from blue and green for colour-blind eyes
STROKES = (
    ("#c8501e", "-"), ("#1b1b1b", "--"), ("#0072b2", "-."), ("#6e6e6e", ":"),
    ("#e69f00", "-"), ("#009e73", "--"), ("#cc79a7", "-."), ("#1b1b1b", ":"),
)  # fmt: skip


def new_axes(ax: Axes | None, *, width: float = 6.4, height: float = 4.0) -> Axes:
    """Return the axes given, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise RunError("plots need matplotlib: pip install 'orgspark[plot]'") from error
    axes: Axes = Figure(figsize=(width, height), layout="constrained").subplots()
    return axes


def finish(ax: Axes, *, title: str, x: str, y: str, caption: str, beside: int = 0) -> Axes:
    """Label the axes; the caption stands small below, and is narrower by the small letters that names `beside` take."""
    ax.set_title(title, loc="left", fontsize=11, color=INK)
    ax.set_xlabel("\n".join([x, *wrap(caption, max(30, room(ax) - beside))]), fontsize=9)
    ax.set_ylabel(y, fontsize=9)
    ax.tick_params(labelsize=8)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis="y", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def _whole_steps(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def room(ax: Axes) -> int:
    """How many small letters fit below the axes."""
    figure = ax.get_figure()
    inches = 6.0 if figure is None else ax.get_position().width * float(figure.bbox.width / figure.dpi)
    return max(30, min(CAPTION_WIDTH, int(13 * inches)))


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines; words are never broken."""
    return textwrap.wrap(text, width, break_long_words=False)


def draw_curve(
    ax: Axes | None,
    times: ArrayLike,
    mean: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    title: str,
    caption: str,
) -> Axes:
    """Adopters over time: the mean, and the band that holds the middle 80 % of worlds."""
    ax = new_axes(ax)
    times = np.asarray(times)
    ax.fill_between(times, low, high, color=PALE, step=None, label="80 % of worlds", linewidth=0)
    ax.plot(times, mean, color=FLAME, linewidth=2, marker="o" if times.size < 30 else None, markersize=3, label="mean")
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    _whole_steps(ax)
    return finish(ax, title=title, x="step", y="people who practise", caption=caption)


def draw_curves(
    ax: Axes | None,
    means: Mapping[str, list[float]],
    *,
    title: str,
    caption: str,
    most: int = 8,
    y: str = "people who practise",
) -> Axes:
    """Mean adopters over time of several plans, told apart by colour and by stroke; the first `most` of them."""
    ax = new_axes(ax)
    longest = max((len(mean) for mean in means.values()), default=0)
    for at, (name, mean) in enumerate(list(means.items())[:most]):
        whole = [*mean, *([mean[-1]] * (longest - len(mean)))]  # who has come to an end stays there
        ax.plot(range(longest), whole, color=STROKES[at][0], linestyle=STROKES[at][1], linewidth=1.8, label=name)
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False, fontsize=8, loc="best")
    _whole_steps(ax)
    return finish(ax, title=title, x="step", y=y, caption=caption)


SHADES = ("#ececec", "#c4c4c4", "#9a9a9a", FLAME, "#5a5a5a")


def draw_states(
    ax: Axes | None, times: ArrayLike, states: Mapping[str, Sequence[float]], *, title: str, caption: str
) -> Axes:
    """How many people are in each state over time, one on top of the other; adopters in colour."""
    ax = new_axes(ax)
    names = [name for name in ("adopted", "trying", "aware", "lapsed", "unaware") if name in states]
    shade = {"unaware": SHADES[0], "aware": SHADES[1], "trying": SHADES[2], "adopted": SHADES[3], "lapsed": SHADES[4]}
    ax.stackplot(
        np.asarray(times),
        [states[name] for name in names],
        labels=names,
        colors=[shade[name] for name in names],
        edgecolor="white",
        linewidth=0.4,
    )
    ax.set_ylim(bottom=0)
    ax.margins(x=0)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], labels[::-1], frameon=True, framealpha=1, edgecolor="white", fontsize=8, loc="upper left")
    return finish(ax, title=title, x="step", y="people", caption=caption)


def draw_sizes(ax: Axes | None, sizes: ArrayLike, *, title: str, caption: str) -> Axes:
    """How often each final number of adopters came up."""
    ax = new_axes(ax)
    values = np.asarray(sizes)
    low, high = int(values.min()), int(values.max())
    width = max(1, -(-(high - low + 1) // 60))
    ax.hist(
        values,
        bins=(np.arange(low, high + width + 1, width) - 0.5).tolist(),
        color=MIDDLE,
        edgecolor="white",
        linewidth=0.3,
    )
    ax.axvline(float(values.mean()), color=FLAME, linewidth=2)
    ax.annotate(f"mean {values.mean():.1f}", (float(values.mean()), 1), xycoords=("data", "axes fraction"),
                xytext=(4, -10), textcoords="offset points", color=FLAME, fontsize=8)  # fmt: skip
    return finish(ax, title=title, x="people who practise at the end", y="worlds", caption=caption)


def draw_differences(
    ax: Axes | None,
    names: Sequence[str],
    mean: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    within: ArrayLike,
    *,
    title: str,
    caption: str,
) -> Axes:
    """Paired differences with their 95 % intervals; the grey strip is too small to matter."""
    ax = new_axes(ax, height=1.6 + 0.45 * len(names))
    rows = np.arange(len(names))[::-1]
    mean, low, high, within = (np.asarray(values, float) for values in (mean, low, high, within))
    ax.barh(rows, 2 * within, left=-within, height=0.6, color=PALE, label="too small to matter")
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.errorbar(mean, rows, xerr=[mean - low, high - mean], fmt="o", color=FLAME, ecolor=INK, capsize=3, markersize=5,
                label="mean difference, 95 % interval")  # fmt: skip
    ax.set_yticks(rows, names)
    ax.set_ylim(-0.8, len(names) + 0.2)
    ax.legend(frameon=True, framealpha=1, edgecolor="white", fontsize=8, loc="upper right", ncols=2)
    finish(ax, title=title, x="difference in people who practise", y="", caption=caption)
    ax.grid(visible=False)
    return ax


def draw_gains(
    ax: Axes | None,
    names: Sequence[str],
    gains: ArrayLike,
    *,
    title: str,
    caption: str,
    most_names: int = 30,
) -> Axes:
    """What each seed adds to those before it, and all of them together."""
    ax = new_axes(ax)
    gains = np.asarray(gains, float)
    places = np.arange(1, gains.size + 1)
    ax.bar(places, gains, color=PALE, edgecolor=MIDDLE, linewidth=0.5, label="adds")
    ax.plot(places, np.cumsum(gains), color=FLAME, marker="o", markersize=3, linewidth=1.5, label="together")
    if len(names) <= most_names:
        ax.set_xticks(places, names, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return finish(ax, title=title, x="seeds, in the order of choosing", y="people who practise", caption=caption)


Priced = tuple[float, float, float]
"""What something costs, what it adds, and the standard error of that."""


def draw_frontier(
    ax: Axes | None, points: Sequence[Priced], others: Mapping[str, Priced], *, title: str, caption: str
) -> Axes:
    """What is added for how much money: the best for each budget as a line from nothing, others as points beside it."""
    ax = new_axes(ax)
    cost, gain, error = np.array([(0.0, 0.0, 0.0), *sorted(set(points))]).T
    ax.plot(cost, gain, color=FLAME, linewidth=1.8, label="the best mix", zorder=3)
    bars: dict[str, Any] = {"capsize": 3, "ecolor": INK, "linestyle": "none", "zorder": 4}
    ax.errorbar(cost[1:], gain[1:], yerr=1.96 * error[1:], fmt="o", color=FLAME, markersize=5, **bars)
    for (name, (spent, more, unsure)), marker in zip(others.items(), "s^Dvp", strict=False):
        ax.errorbar(
            [spent], [more], yerr=[1.96 * unsure], fmt=marker, color=MIDDLE, markersize=5, label=f"{name} alone", **bars
        )
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.legend(frameon=False, fontsize=8, loc="best")
    return finish(ax, title=title, x="spent", y="more who practise", caption=caption)


def draw_parts(
    ax: Axes | None, names: Sequence[str], means: ArrayLike, errors: ArrayLike, *, title: str, x: str, caption: str
) -> Axes:
    """One row a part, the first on top: a dot for the mean, and a line for its 95 % interval."""
    ax = new_axes(ax)
    means, errors = np.asarray(means, float)[:MOST_PARTS], np.asarray(errors, float)[:MOST_PARTS]
    places = np.arange(means.size)
    ax.errorbar(
        means, places, xerr=1.96 * errors, fmt="o", color=FLAME, ecolor=INK, markersize=4, capsize=2, linewidth=1
    )
    ax.set_yticks(places, names[: means.size])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    more = len(names) - means.size
    caption += f"; {more:,} more are not shown" if more > 0 else ""
    finish(ax, title=title, x=x, y="", caption=caption, beside=max((len(name) for name in names), default=0))
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    return ax


MOST_PARTS = 30
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def draw_scatter(
    ax: Axes | None,
    x_values: ArrayLike,
    y_values: ArrayLike,
    groups: Sequence[str],
    *,
    title: str,
    x: str,
    y: str,
    caption: str,
) -> Axes:
    """Dots, the seven largest groups told apart by colour and by shape, and the means as lines."""
    ax = new_axes(ax)
    at, height = np.asarray(x_values, float), np.asarray(y_values, float)
    sizes = {name: groups.count(name) for name in dict.fromkeys(groups) if name}
    largest = sorted(sizes, key=lambda name: -sizes[name])[: len(MARKERS)]
    others = [i for i, name in enumerate(groups) if name not in largest]
    for place, name in enumerate(largest):
        rows = [i for i, group in enumerate(groups) if group == name]
        ax.scatter(at[rows], height[rows], s=22, c=STROKES[place][0], marker=MARKERS[place], alpha=0.8, linewidths=0,
                   label=name)  # fmt: skip
    if others:
        label = "others" if largest else None
        ax.scatter(at[others], height[others], s=14, c=MIDDLE, marker=".", alpha=0.8, label=label)
    if at.size:
        ax.axvline(float(at.mean()), color=PALE, linewidth=0.8, zorder=0)
        ax.axhline(float(height.mean()), color=MIDDLE, linewidth=0.8, zorder=0)
    ax.set_ylim(bottom=0)
    if largest:
        ax.legend(frameon=True, framealpha=0.9, edgecolor="white", fontsize=7, loc="best")
    return finish(ax, title=title, x=x, y=y, caption=caption)
