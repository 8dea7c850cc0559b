"""Make the pictures of the documentation again: python docs/pictures/make.py (needs the extra `plot`; a minute).

``python docs/pictures/make.py peers`` makes only that of the other systems.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

import spark
from spark.picture import figure_of

HERE = Path(__file__).parent
COLOURS = 250  # of a palette, so that a picture weighs little


def save(figure: Any, name: str, *, dpi: int = 110) -> None:
    """Write a figure as a PNG of few colours."""
    from PIL import Image

    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=dpi, metadata={"Software": None})
    image = Image.open(content).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(HERE / name, optimize=True)


def draw_peers() -> Any:
    """Draw how many times the CPU time of spark each system takes, from what the last full benchmark kept."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullLocator

    rows = json.loads((HERE.parents[1] / "benchmarks" / "results" / "peers.json").read_text(encoding="utf-8"))["runs"]
    cases = list(dict.fromkeys((row["task"], row["people"], row["ties"]) for row in rows))
    figure = Figure(figsize=(10.5, 3.0), layout="constrained")
    for ax, case in zip(figure.subplots(1, len(cases), sharex=True), cases, strict=True):
        rates = {
            row["system"]: row["runs_per_cpu_second"]
            for row in rows
            if (row["task"], row["people"], row["ties"]) == case
        }
        names = sorted(rates, key=rates.__getitem__, reverse=True)
        times = [rates["spark"] / rates[name] for name in names]
        for at, (name, ratio) in enumerate(zip(names, times, strict=True)):
            ax.plot(ratio, at, "o" if name == "spark" else "s", color="#c8501e" if name == "spark" else "#3c3c3c", ms=6)
            said = (
                f"{rates[name]:,.0f} runs / s" if name == "spark" else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
            )
            ax.annotate(said, (ratio, at), (7, 0), textcoords="offset points", va="center", fontsize=8)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_xscale("log")
        ax.set_xlim(0.7, 6000)
        ax.set_xticks([1, 10, 100, 1000])
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.xaxis.set_minor_locator(NullLocator())
        kind = "cascades" if case[0] == "cascade" else "SIR"
        ax.set_title(f"{kind}, {case[1]:,} people, {case[2]:,} ties", loc="left", fontsize=9)
        ax.set_xlabel("CPU time of a run, spark = 1", fontsize=8)
        ax.tick_params(labelsize=8)
        ax.grid(axis="x", color="#dddddd", linewidth=0.5)
        ax.set_axisbelow(True)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    return figure


def states(trust: spark.Network) -> spark.Spread:
    """How ten people of the trust go through the full model of adoption in three years."""
    model = spark.Adoption(
        probability=0.04, awareness=0.1, hearsay=0.02, trial_time=2, trial_failure=0.3, turnover=0.01
    )
    return spark.simulate(trust, model, [f"n{number}" for number in range(1, 11)], horizon=36, worlds=500, rng=0)


def main() -> None:
    """Draw the made-up trust of the tutorial, the choice of ten people, the comparison of three plans, and states."""
    mpl.rcParams["figure.dpi"] = 110
    if sys.argv[1:] == ["peers"]:
        save(draw_peers(), "peers.png", dpi=90)
        return
    trust = spark.generate.health_trust(rng=1)
    model = spark.IndependentCascade(0.05)
    choice = spark.choose_seeds(trust, model, count=10, rng=0)
    plans = {
        "chosen": choice.seeds,
        "managers": [f"m{number}" for number in range(1, 11)],
        "letter to all": spark.Broadcast(probability=0.01),
    }
    comparison = spark.compare(trust, model, plans, rng=0)
    save(figure_of(None, trust), "trust.png")
    save(spark.plot_network(trust, choice.spread).get_figure(), "chosen.png")
    save(choice.plot().get_figure(), "gains.png")
    save(figure_of(comparison), "compare.png", dpi=90)
    save(draw_peers(), "peers.png", dpi=90)
    save(states(trust).plot_states().get_figure(), "states.png", dpi=90)


if __name__ == "__main__":
    main()
