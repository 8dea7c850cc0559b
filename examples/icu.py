"""An intensive care unit wants families and staff to plan rehabilitation together: where to start, with 20,000 pounds?

Everything here is made up: the people, the ties, the costs and the chances. Run it with ``python examples/icu.py``;
``python examples/icu.py DIR`` also writes the network and the question as files, for the command line.
"""

import sys
import textwrap
from pathlib import Path

import numpy as np

import spark
from spark.model import Model

SHIFTS = ["shift A", "shift B", "shift C", "shift D"]
WARDS = ["respiratory ward", "surgical ward", "renal ward"]
# team: organisation, profession, people, readiness, cost of a match (half a day a week for half a year, backfilled)
TEAMS = {
    **dict.fromkeys(SHIFTS, ("Hospital", "nurse", 18, 1.0, 2000)),
    "doctors": ("Hospital", "doctor", 12, 0.7, 6000),
    "physios": ("Hospital", "physiotherapist", 6, 1.4, 2500),
    "family liaison": ("Hospital", "liaison", 3, 1.5, 2000),
    **dict.fromkeys(WARDS, ("Hospital", "nurse", 14, 0.8, 2000)),
    "community nurses": ("Community", "nurse", 12, 0.9, 2000),
    "community rehab": ("Community", "physiotherapist", 8, 1.2, 2500),
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
    for physiotherapist in ids["physios"]:
        for shift in SHIFTS:
            for nurse in some(shift, 2):
                tie(physiotherapist, nurse)
        tie(physiotherapist, some("community rehab", 1)[0])
    for liaison in ids["family liaison"]:
        for team in (*SHIFTS, "doctors", "families' group", "families' group", "community nurses"):
            tie(liaison, some(team, 1)[0])
    for ward in WARDS[:2]:  # patients who go home by these wards are handed over by several nurses
        for shift in SHIFTS:
            tie(some(shift, 1)[0], some(ward, 1)[0])
        tie(some(ward, 1)[0], some("community nurses", 1)[0])
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


# How strong and how dear each kind of idea is; spark tries them for every team, and for every two teams.
TERMS = {
    "boost": spark.Boost(0.5, cost_each=110),  # a day of training makes a person half as ready again
    "bridge": spark.Bridge(  # two people who would not have met visit one another
        {"team": ("one",)}, {"team": ("another",)}, probability=0.05, cost_each=50
    ),
    # posters, talks and a film for half a year: one in a hundred of those who hear it starts, each month
    "broadcast": spark.Broadcast(probability=0.01, start=1, stop=7, cost_each=120),
}
SCENARIO = """# An intensive care unit with 20,000 pounds. All of it is made up.
[network]
path = "."

[model]
name = "independent-cascade"
probability = 0.08              # one adopter, one colleague: 8 in 100

[run]
worlds = 1024
rng = 7

[[plan]]
name = "prices"                 # how strong and how dear each kind of idea is; spark tries every team
[[plan.boost]]                  # a day of training makes a person half as ready again
amount = 0.5
cost-each = 110
[[plan.bridge]]                 # two people who would not have met visit one another
source = { team = ["shift A"] }
target = { team = ["doctors"] }
probability = 0.05
cost-each = 50
[[plan.broadcast]]              # posters, talks and a film for half a year
probability = 0.01
stop = 7
cost-each = 120

[[plan]]
name = "the best mix"
choose = { budget = 20000, terms = "prices" }

[[plan]]
name = "matches alone"
choose = { budget = 20000 }

[[plan]]
name = "matches and training"
choose = { budget = 12000 }
boost = { amount = 0.5, to = { team = ["shift A", "shift B", "shift C", "shift D"] }, cost-each = 110 }

[[plan]]
name = "the campaign"
broadcast = { probability = 0.01, stop = 7, cost-each = 120 }

[[plan]]
name = "a campaign twice as good"
broadcast = { probability = 0.02, stop = 7, cost-each = 120 }
"""


def best_mix(network: spark.Network, model: Model) -> spark.Mix:
    """Choose among some sixty ideas: whom to start with, whom to train, who should meet, who should hear of it."""
    verbs = ["seed", *TERMS]
    ideas = spark.candidates_for(network, model, budget=BUDGET, verbs=verbs, templates=TERMS, rng=7)
    return spark.choose_plan(network, model, ideas, budget=BUDGET, worlds=1024, rng=7)


def in_words(mix: spark.Mix) -> list[str]:
    """Say what a mix does, a line for each kind of idea."""
    words = {"seeds": "start with", "boost": "train", "bridge": "introduce", "broadcast": "tell of it"}
    lines = []
    for kind, said in words.items():
        who = "; ".join(part.whom.replace(" ", "~") for part in mix.parts if part.kind == kind)  # keep names together
        lines += textwrap.wrap(who, 78, initial_indent=f"  {said:12}", subsequent_indent=" " * 14)
    return [line.replace("~", " ") for line in lines]


def usual_plans(network: spark.Network, model: Model) -> dict[str, spark.Plan]:
    """Ways to spend the budget that need no chooser of mixes."""
    shifts = spark.Boost(0.5, to={"team": tuple(SHIFTS)}, cost_each=110)

    def matches(budget: float) -> spark.Seeds:
        return spark.Seeds(spark.choose_seeds(network, model, budget=budget, worlds=1024, rng=7).seeds)

    return {
        "matches alone": spark.Plan(matches(BUDGET)),
        "matches and training": spark.Plan(matches(12_000), shifts),
        "the campaign": spark.Plan(TERMS["broadcast"]),
        "a campaign twice as good": spark.Plan(spark.Broadcast(probability=0.02, start=1, stop=7, cost_each=120)),
    }


def main() -> None:
    network = unit()
    print(network)
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        spark.write_network(network, folder)
        (folder / "icu.toml").write_text(SCENARIO, encoding="utf-8")

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

    mix = best_mix(network, model)
    print(f"\nThe best mix found for {BUDGET:,} pounds")
    print("\n".join(in_words(mix)))

    models = {
        "8 in 100": model,
        "4 in 100": spark.IndependentCascade(0.04),
        "15 in 100": spark.IndependentCascade(0.15),
        "two examples": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.25)),
    }
    plans = {"the best mix": mix.plan, **usual_plans(network, model)}
    own = {name: mix if other is model else best_mix(network, other) for name, other in models.items()}
    lit: dict[str, list[str]] = {}
    for name, other in models.items():
        tried = {**plans, "a mix chosen for this": own[name].plan}
        for plan in spark.compare(network, other, tried, worlds=2048, rng=11).plans:
            lit.setdefault(plan.name, []).append(f"{plan.spread.mean:.1f} ± {plan.spread.standard_error:.1f}")
    print(f"\nHow many people {BUDGET:,} pounds light, where one example convinces so many, or where it takes two")
    print(f"  {'':26}" + "".join(f"{name:>14}" for name in models))
    for name, row in lit.items():
        print(f"  {name:26}" + "".join(f"{text:>14}" for text in row))
    for name in list(models)[1:]:
        print(f"\nThe mix chosen for {name}")
        print("\n".join(in_words(own[name])))


if __name__ == "__main__":
    main()
