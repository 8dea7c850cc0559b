"""An intensive care unit wants families and staff to plan rehabilitation together: where to start, with 20,000 pounds?

Everything here is made up: the people, the ties, the costs and the chances. Run it with ``python examples/icu.py``;
``python examples/icu.py DIR`` also writes the network as files, for the command line.
"""

import sys

import numpy as np

import spark

SHIFTS = ["shift A", "shift B", "shift C", "shift D"]
WARDS = ["respiratory ward", "surgical ward", "renal ward"]
# team: organisation, profession, people, readiness, cost of a match (half a day a week for half a year, backfilled)
TEAMS = {
    **dict.fromkeys(SHIFTS, ("Hospital", "nurse", 18, 1.0, 2000)),
    "doctors": ("Hospital", "doctor", 12, 0.7, 6000),
    "physiotherapists": ("Hospital", "physiotherapist", 6, 1.4, 2500),
    "family liaison": ("Hospital", "liaison", 3, 1.5, 2000),
    **dict.fromkeys(WARDS, ("Hospital", "nurse", 14, 0.8, 2000)),
    "community nursing": ("Community", "nurse", 12, 0.9, 2000),
    "community rehabilitation": ("Community", "physiotherapist", 8, 1.2, 2500),
    "families' group": ("Families' charity", "volunteer", 8, 1.5, 500),
}
BUDGET = 20_000


def unit(rng: int = 1) -> spark.Network:
    """Make the network: tight shifts, few who cross them, and few ways out of the unit."""
    draw = np.random.default_rng(rng)
    ids = {team: [f"{team} {i + 1}" for i in range(size)] for team, (_, _, size, _, _) in TEAMS.items()}
    pairs: set[tuple[str, str]] = set()

    def tie(one: str, other: str) -> None:
        if one != other:
            pairs.add((min(one, other), max(one, other)))

    def some(team: str, count: int) -> list[str]:
        return [str(v) for v in draw.choice(ids[team], min(count, len(ids[team])), replace=False)]

    for members in ids.values():  # who works together knows about five of their team, and all know who is in charge
        for person in members:
            tie(person, members[0])
            for other in draw.choice(members, min(4, len(members)), replace=False):
                tie(person, str(other))
    for shift, following in zip(SHIFTS, [*SHIFTS[1:], SHIFTS[0]], strict=True):  # handover, by those in charge
        tie(ids[shift][0], ids[following][0])
        tie(ids[shift][1], ids[following][0])
    for doctor in ids["doctors"]:  # doctors and physiotherapists see every shift
        for shift in SHIFTS:
            tie(doctor, some(shift, 1)[0])
    for physiotherapist in ids["physiotherapists"]:
        for shift in SHIFTS:
            for nurse in some(shift, 2):
                tie(physiotherapist, nurse)
        tie(physiotherapist, some("community rehabilitation", 1)[0])
    for liaison in ids["family liaison"]:
        for team in (*SHIFTS, "doctors", "families' group", "families' group", "community nursing"):
            tie(liaison, some(team, 1)[0])
    for ward in WARDS[:2]:  # patients who go home by these wards are handed over by several nurses
        for shift in SHIFTS:
            tie(some(shift, 1)[0], some(ward, 1)[0])
        tie(some(ward, 1)[0], some("community nursing", 1)[0])
    tie(ids["renal ward"][0], ids["doctors"][0])  # the renal ward knows one doctor of the unit

    source, target = zip(*sorted(pairs), strict=True)
    rows = [
        (v, team, *TEAMS[team][:2], *TEAMS[team][3:], i) for team, members in ids.items() for i, v in enumerate(members)
    ]
    return spark.Network.from_edges(
        source,
        target,
        influence="both",
        people={
            "id": [row[0] for row in rows],
            "team": [row[1] for row in rows],
            "organisation": [row[2] for row in rows],
            "profession": [row[3] for row in rows],
            "readiness": [row[4] for row in rows],
            # who is in charge costs half as much again to release
            "cost": [row[5] * (1.5 if row[6] == 0 else 1.0) for row in rows],
        },
    )


def plans(network: spark.Network, model: spark.IndependentCascade) -> dict[str, spark.Plan]:
    """Ways to spend the budget."""
    fuel = spark.Boost(0.5, to={"team": tuple(SHIFTS)}, cost=8_000)  # a day of training for all four shifts
    visits = spark.Bridge(  # the renal ward and the physiotherapists visit one another
        {"team": ("physiotherapists",)}, {"team": ("renal ward",)}, probability=0.05, cost=4_000
    )

    def matches(budget: float) -> spark.Seeds:
        return spark.Seeds(spark.choose_seeds(network, model, budget=budget, worlds=1024, rng=7).seeds)

    return {
        "matches": spark.Plan(matches(BUDGET)),
        "matches and training": spark.Plan(matches(BUDGET - fuel.cost), fuel),
        "matches and visits": spark.Plan(matches(BUDGET - visits.cost), visits),
        # posters, talks and a film for half a year: one in a hundred of those who hear it starts, each month
        "campaign": spark.Plan(spark.Broadcast(probability=0.01, start=1, stop=7, cost=BUDGET)),
        "campaign twice as good": spark.Plan(spark.Broadcast(probability=0.02, start=1, stop=7, cost=BUDGET)),
    }


def main() -> None:
    network = unit()
    print(network)
    if len(sys.argv) > 1:
        spark.write_network(network, sys.argv[1])

    # An adopter convinces each colleague of readiness 1 with a chance of 8 in 100, once.
    model = spark.IndependentCascade(0.08)

    found = spark.conditions(network, model, others=10, worlds=400, rng=7)
    print("\nWhere conditions are right: the chance that one match lights at least ten others")
    for person in found.people[:5]:
        print(f"  {person.id:28} {person.chance:4.0%} ± {person.chance_standard_error:.0%}  reach {person.reach:.1f}")
    print("What blocks a team:")
    for team in found.teams:
        for block in team.blocked:
            who = f" ({team.lone_spanner})" if block == "lone spanner" else ""
            print(f"  {team.name:28} {block}{who}")

    models = {
        "8 in 100": model,
        "4 in 100": spark.IndependentCascade(0.04),
        "15 in 100": spark.IndependentCascade(0.15),
        "two examples needed, 25 in 100": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.25)),
    }
    tried = plans(network, model)
    for name in ("matches", "matches and training"):
        print(f"\nStart with ({name}): {', '.join(map(str, tried[name].seeds))}")
    print(f"\nWhat {BUDGET:,} pounds light, each plan chosen for 8 in 100:")
    for name, other in models.items():
        comparison = spark.compare(network, other, tried, worlds=2048, rng=11)
        best = max(comparison.plans, key=lambda plan: plan.spread.mean)
        print(f"  {name}: best is {best.name}")
        for plan in comparison.plans:
            spread, price = plan.spread, plan.cost_per_extra_adopter.value
            print(
                f"    {plan.name:24} {spread.mean:6.1f} ± {spread.standard_error:.1f} people, {plan.cost:6,.0f} pounds,"
                f" {price:5,.0f} for each"
            )
        if other is not model and isinstance(other, spark.IndependentCascade):
            again = spark.choose_seeds(network, other, budget=BUDGET, worlds=1024, rng=7).seeds
            kept = len(set(again) & set(tried["matches"].seeds))
            print(f"    chosen for this, {kept} of the {len(again)} matches would be the same")


if __name__ == "__main__":
    main()
