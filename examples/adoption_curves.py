"""What do examples explain? Three recorded adoption curves, simulated forward from their first adopters.

Doctors and a new drug (Coleman, Katz & Menzel 1966), farmers and hybrid seed (Rogers, Ascroft & Röling 1970), women and
family planning (Rogers & Kincaid 1981), as compiled by Valente (1995). Who is named influences who names. Those who had
adopted in the first recorded period start; a step is a period of the record. Under ExamplesNeeded(k) a person adopts at
her k-th convincing moment. Moments come from colleagues, with a chance per tie, and from outside the record (salesmen,
campaigns, people who were not asked), with a chance per period. For each k these two chances are the ones whose mean
curve comes nearest to the record: the best of a coarse grid, moved in ever smaller steps, to within a tenth. Those who
had not adopted by its end count as people who have not, never as adopters of a later period.

The data are not part of spark: set SPARK_DATA to a folder that holds them, or give it.

    python examples/adoption_curves.py --data FOLDER --output curves.png
"""

import argparse
import csv
import itertools
import os
import sys
from pathlib import Path

import spark

RECORDS = {"medical_innovation": "month", "brazilian_farmers": "year", "korean_family_planning": "year"}
CHANCES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
OUTSIDE = (0.0, 0.01, 0.04, 0.16)
FACTORS = (2, 2**0.5, 2**0.25, 2**0.125)
"""By what the two chances, one of them or both, are moved up and down as long as that brings the curve nearer."""
LEAST = 0.004
"""A chance below is none, and from none the first step is here."""
WORLDS = 64


def recorded(folder: Path, network: spark.Network) -> tuple[list[str], list[int]]:
    """Who adopted in the first period, and how many had by the end of each."""
    with (folder / "adoption.csv").open(encoding="utf-8", newline="") as file:
        times = {row["node"]: int(row["time"]) for row in csv.DictReader(file)}
    first, last = min(times.values()), max(times.values())
    curve = [sum(time <= t for time in times.values()) for t in range(first, last + 1)]
    return [person for person in times if times[person] == first and person in network.people], curve


def simulated(
    network: spark.Network, seeds: list[str], examples: int, curve: list[int]
) -> tuple[float, float, list[float]]:
    """The two chances whose mean curve is nearest to the record, by least squares, and that curve."""

    def try_out(chances: tuple[float, float]) -> tuple[float, tuple[float, float], list[float]]:
        model = spark.ExamplesNeeded(examples, of=spark.IndependentCascade(chances[0]))
        news = spark.Broadcast(probability=chances[1], start=1, stop=len(curve))
        plan = spark.Plan(spark.Seeds(seeds), news)
        spread = spark.simulate(network, model, plan, worlds=WORLDS, horizon=len(curve) - 1, rng=7)
        means = [step.mean for step in spread.over_time]
        means += means[-1:] * (len(curve) - len(means))
        return sum((a - b) ** 2 for a, b in zip(means, curve, strict=True)), chances, means

    best = min(try_out(chances) for chances in itertools.product(CHANCES, OUTSIDE))
    tried = {best[1]}
    for factor in FACTORS:
        nearer = True
        while nearer:
            ways = itertools.product((1 / factor, 1, factor), repeat=2)
            around = {(moved(best[1][0], by), moved(best[1][1], other)) for by, other in ways} - tried
            tried |= around
            found = min(map(try_out, sorted(around)), default=best)
            nearer = found[0] < best[0]
            best = min(best, found)
    return *best[1], best[2]


def moved(chance: float, factor: float) -> float:
    """A chance multiplied, and rounded to three digits."""
    value = chance * factor if chance else LEAST * (factor > 1)
    return 0.0 if value < LEAST else min(float(f"{value:.3g}"), 1.0)


def half_way(curve: list[float] | list[int]) -> int:
    """Periods after the first until half of those who adopt by the end have."""
    return next(t for t, adopters in enumerate(curve) if adopters >= curve[-1] / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SPARK_DATA"), help="folder of the three records")
    parser.add_argument("--output", type=Path, help="picture to write, such as curves.png or curves.svg")
    options = parser.parse_args()
    if options.data is None:
        sys.exit("give --data, or set SPARK_DATA, to the folder that holds " + ", ".join(RECORDS))
    panels = []
    for name, unit in RECORDS.items():
        network = spark.read_network(options.data / name, influence="target-to-source", columns={"ignore": ["rank"]})
        seeds, curve = recorded(options.data / name, network)
        deaf = int((network.in_degree() == 0).sum())
        print(
            f"\n{name.replace('_', ' ')}: {network.size} people, of whom {len(seeds)} start with it in the first {unit}"
        )
        print(f"  {curve[-1]} adopted within {len(curve)} {unit}s; {deaf} named nobody and cannot be lit by a tie")
        print(f"  recorded: half of them by {unit} {half_way(curve) + 1}")
        lines = {}
        for examples in (1, 2, 3):
            chance, outside, lines[examples] = simulated(network, seeds, examples, curve)
            gap = max(abs(a - b) for a, b in zip(lines[examples], curve, strict=True)) / network.size
            end = lines[examples][-1]
            print(
                f"  {examples} needed: half by {unit} {half_way(lines[examples]) + 1}, {end:.0f} in the end, "
                f"at most {gap:.0%} of all people off; chance {chance:.2g} per tie, {outside:.2g} per {unit} "
                "from outside"
            )
        panels.append((name, unit, network.size, curve, lines))
    if options.output is not None:
        draw(panels, options.output)
        print(f"\nwrote {options.output}")


def draw(panels: list[tuple[str, str, int, list[int], dict[int, list[float]]]], path: Path) -> None:
    """One panel a record: shares of all people, the record in black."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    styles = {1: ("#c8501e", "-"), 2: ("#4878a8", "--"), 3: ("#6e6e6e", ":")}
    for ax, (name, unit, people, curve, lines) in zip(figure.subplots(1, 3, sharey=True), panels, strict=True):
        periods = range(1, len(curve) + 1)
        for examples, line in lines.items():
            colour, style = styles[examples]
            ax.plot(periods, [x / people for x in line], color=colour, linestyle=style, linewidth=2,
                    label=f"{examples} example{'s' if examples > 1 else ''} needed")  # fmt: skip
        ax.plot(periods, [x / people for x in curve], color="#1b1b1b", marker="o", markersize=3.5, linewidth=1.2,
                label="recorded")  # fmt: skip
        ax.set_title(f"{name.replace('_', ' ').capitalize()}, {people} people", loc="left", fontsize=10)
        ax.set_xlabel(f"{unit} of the record", fontsize=9)
        ax.set_ylim(0, 1)
        ax.grid(axis="y", color="#cfcfcf", linewidth=0.5)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    figure.axes[0].set_ylabel("share who have adopted", fontsize=9)
    figure.axes[0].legend(frameon=False, fontsize=8, loc="lower right")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
