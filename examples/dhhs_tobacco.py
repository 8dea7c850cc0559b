"""Where to start among the 54 tobacco-control leaders of 11 agencies of a health department, a real network.

The ties say who works with whom, so influence runs both ways; a weight of 1 is sharing information, 4 a formal
collaboration on several projects. Source: Leischow, Luke, Mueller, Harris, Ponder, Marcus & Clark (2010), Nicotine &
Tobacco Research 12:888. The data are not part of spark: set SPARK_DATA to a folder that holds dhhs_tobacco_leaders.

Run it with ``SPARK_DATA=... python examples/dhhs_tobacco.py``.
"""

import os
import sys
from pathlib import Path

import spark


def main() -> None:
    if "SPARK_DATA" not in os.environ:
        sys.exit("set SPARK_DATA to the folder that holds dhhs_tobacco_leaders")
    leaders = spark.read_network(Path(os.environ["SPARK_DATA"]) / "dhhs_tobacco_leaders", influence="both")
    print(leaders)

    # A formal collaboration convinces more often than shared information: p' = 1 - (1 - p)^weight.
    model = spark.IndependentCascade(0.02, strength="weight")
    choice = spark.choose_seeds(leaders, model, count=3, rng=7)
    agency = [str(leaders.organisations[code]) for code in leaders.organisation]
    labels = leaders.label or tuple(map(str, leaders.people))
    print("\nStart with:")
    for seed in choice.ranking:
        position = leaders.people.position(seed.id)
        print(f"  {labels[position]:10} of {agency[position]:8} +{seed.gain:.1f} leaders")
    print(choice.certificate.statement)

    print("\nWhat each agency would see in the end:")
    for group in choice.spread.by_organisation:
        print(f"  {group.name!s:8} {group.mean:5.1f} of {group.people} (± {group.standard_error:.2f})")

    # The number that nobody knows: do the same three stand for a practice that convinces less often, or more?
    for probability in (0.01, 0.05):
        there = spark.choose_seeds(leaders, spark.IndependentCascade(probability, strength="weight"), count=3, rng=7)
        same = len(set(there.seeds) & set(choice.seeds))
        print(f"With p = {probability}: {there.spread.mean:.1f} leaders, {same} of the 3 seeds are the same")


if __name__ == "__main__":
    main()
