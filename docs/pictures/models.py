"""Make the pictures of the pages on models again: python docs/pictures/models.py (needs the extra `plot`; a minute),
or some of them by name.

Each shows what the model does in the made-up trust of the tutorial, started with the same twenty people.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from make import save
from matplotlib.figure import Figure

import spark

WORLDS = 400
INK, MIDDLE, PALE = "#1b1b1b", "#6e6e6e", "#cfcfcf"
COLOURS = ("#c8501e", "#4878a8", MIDDLE, "#8a9a3a", "#7a5a8c")
STYLES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))


@dataclass(frozen=True)
class Picture:
    """What to draw: models by label, the last step, and what a step is."""

    models: Mapping[str, Any]
    horizon: int
    step: str = "step"
    seeds: int = 20
    extra: Mapping[str, list[float]] = field(default_factory=dict)


CASCADE, FAMILIAR = spark.IndependentCascade(0.05), spark.IndependentCascade(0.2)
PICTURES = {
    "independent-cascade": Picture({f"p = {p:g}": spark.IndependentCascade(p) for p in (0.03, 0.05, 0.1)}, 20),
    "weighted-cascade": Picture(
        {
            "p = 1/d": spark.WeightedCascade(),
            "p = 0.05 for all": CASCADE,
            "with partners 0.2": spark.WeightedCascade(0.2),
        },
        20,
    ),
    "trivalency-cascade": Picture(
        {f"draw {draw}": spark.TrivalencyCascade((0.2, 0.05, 0.01), draw=draw) for draw in range(3)}, 20
    ),
    "linear-threshold": Picture(
        {"linear threshold": spark.LinearThreshold(totals="normalise"), "weighted cascade": spark.WeightedCascade()}, 20
    ),
    "examples-needed": Picture(
        {f"{k} needed": spark.ExamplesNeeded(k, of=spark.IndependentCascade(0.35)) for k in (1, 2, 3)}, 20
    ),
    "fractional-threshold": Picture(
        {f"a share of {share} needed": spark.FractionalThreshold(share) for share in ("1/20", "1/10", "1/5")}, 20
    ),
    "count-threshold": Picture({f"threshold {m}": spark.CountThreshold(m) for m in (1, 2, 3)}, 12),
    "general-threshold": Picture(
        {
            "exponential": spark.GeneralThreshold(spark.ExponentialTolerance(), of=FAMILIAR),
            "half simple": spark.GeneralThreshold(spark.ErlangTolerance(2), of=FAMILIAR, simple=0.5),
            "nurses need two": spark.GeneralThreshold(
                spark.ToleranceByGroup("profession", {"nurse": spark.ErlangTolerance(2)}), of=FAMILIAR
            ),
            "erlang-2": spark.GeneralThreshold(spark.ErlangTolerance(2), of=FAMILIAR),
        },
        20,
    ),
    "aware": Picture(
        {f"q_N = {heard:g}": spark.Aware(adoption=0.3, awareness=0.2, hearsay=heard) for heard in (0.0, 0.01, 0.03)}, 20
    ),
    "si-sis-sir": Picture(
        {
            "si: nobody gives up": spark.SI(0.01),
            "sis: gives up, comes back": spark.SIS(0.01, lapse=0.06),
            "sis, rekindle 0.5": spark.SIS(0.01, lapse=0.06, rekindle=0.5),
            "sir: gives up for good": spark.SIR(0.01, lapse=0.06),
            "seir: half a year to get ready": spark.SEIR(0.01, 1 / 6, lapse=0.06),
        },
        60,
        "month",
    ),
    "continuous-time": Picture(
        {
            "si": spark.ContinuousSI(0.01),
            "sis": spark.ContinuousSIS(0.01, 0.06),
            "sir": spark.ContinuousSIR(0.01, 0.06),
            "seir: half a year of trying": spark.ContinuousSEIR(0.01, 1 / 6, 0.06),
        },
        60,
        "month",
    ),
    "bass": Picture(
        {"1,500 people, p = 0.03, q = 0.38": spark.Bass(0.03, 0.38)},
        20,
        "year",
        0,
        {"the curve of spark.bass": [1500 * spark.bass.share(t, 0.03, 0.38) for t in range(21)]},
    ),
}


def main() -> None:
    """Draw them all."""
    unknown = set(sys.argv[1:]) - PICTURES.keys()
    if unknown:
        raise SystemExit(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
    trust = spark.generate.health_trust(rng=1)
    seeds = list(np.array(trust.people)[:: trust.size // 20][:20])
    crowd = spark.generate.ring(1500)  # Bass knows no differences between people
    for name in sys.argv[1:] or PICTURES:
        picture = PICTURES[name]
        save(draw(crowd if name == "bass" else trust, seeds[: picture.seeds], picture), f"model-{name}.png", dpi=100)


def draw(trust: spark.Network, seeds: list[Any], picture: Picture) -> Figure:
    """Mean curves with the band of 80 % of worlds on the left, adopters at the end on the right."""
    figure = Figure(figsize=(7.4, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    for (label, model), colour, style in zip(picture.models.items(), COLOURS, STYLES, strict=False):
        spread = spark.simulate(trust, model, seeds, worlds=WORLDS, horizon=picture.horizon, rng=1)
        steps = [*spread.over_time]
        steps += [steps[-1]] * (picture.horizon + 1 - len(steps))
        times = range(picture.horizon + 1)
        left.fill_between(times, [s.low for s in steps], [s.high for s in steps], color=colour, alpha=0.15, linewidth=0)
        left.plot(times, [s.mean for s in steps], color=colour, linestyle=style, linewidth=2, label=label)
        sizes, counts = np.unique(spread.sizes, return_counts=True)
        shares = [0, *np.cumsum(counts) / counts.sum()]
        right.step([sizes[0], *sizes], shares, where="post", color=colour, linestyle=style, linewidth=1.6)
    for label, curve in picture.extra.items():
        left.plot(range(len(curve)), curve, color=INK, linestyle=":", linewidth=1.6, label=label)
    people = f"{trust.size:,} people, {picture.seeds or 'no'} seeds, {WORLDS} worlds"
    left.set(xlabel=f"{picture.step}\n{people}", ylabel="people who practise", xlim=(0, picture.horizon))
    left.xaxis.get_major_locator().set_params(integer=True)
    left.set_ylim(bottom=0)
    left.set_title("Over time: mean, and 80 % of worlds", loc="left", fontsize=9)
    left.legend(edgecolor="none", framealpha=0.7, fontsize=7)
    right.set(xlabel="people who practise at the end", ylim=(0, 1.02))
    right.set_title("Share of worlds with at most so many", loc="left", fontsize=9)
    for ax in (left, right):
        ax.tick_params(labelsize=7)
        ax.xaxis.label.set_size(8)
        ax.yaxis.label.set_size(8)
        ax.grid(color=PALE, linewidth=0.4)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
