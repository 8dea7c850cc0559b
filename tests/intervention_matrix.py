"""What may be done under which model: every intervention tried under every model, on a tiny network."""

from __future__ import annotations

import re
from dataclasses import replace

import spark
from spark.errors import UsageError
from spark.plan import Intervention

DELAYED, NOISY = {"delay": 2}, {"noise": 0.1}
TWO = spark.ErlangTolerance(2)
MODELS: dict[str, spark.Model] = {
    "independent cascade": spark.IndependentCascade(0.4),
    "independent cascade with delays": spark.IndependentCascade(0.4, **DELAYED),
    "independent cascade with delays in a column": spark.IndependentCascade(0.4, delay="days"),
    "weighted cascade": spark.WeightedCascade(),
    "trivalency cascade": spark.TrivalencyCascade((0.6, 0.3), draw=1),
    "linear threshold": spark.LinearThreshold(0.3, totals="normalise"),
    "linear threshold with delays": spark.LinearThreshold(0.3, totals="normalise", **DELAYED),
    "capped linear threshold": spark.LinearThreshold(0.3, totals="cap"),
    "examples needed": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.7)),
    "examples needed with delays": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.7, **DELAYED)),
    "fractional threshold": spark.FractionalThreshold(0.6),
    "fractional threshold with noise": spark.FractionalThreshold(0.6, **NOISY),
    "fractional threshold with delays": spark.FractionalThreshold(0.6, **DELAYED),
    "count threshold": spark.CountThreshold(2),
    "count threshold with noise": spark.CountThreshold(2, **NOISY),
    "count threshold with delays": spark.CountThreshold(2, **DELAYED),
    "general threshold": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6)),
    "general threshold with noise": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6), **NOISY),
    "general threshold with delays": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6, **DELAYED)),
    "si": spark.SI(0.2),
    "sis": spark.SIS(0.2, lapse=0.3),
    "sis with rekindle": spark.SIS(0.3, lapse=0.3, rekindle=0.5),
    "sir": spark.SIR(0.3, lapse=0.3),
    "seir": spark.SEIR(0.3, 0.5, lapse=0.3),
    "adoption": spark.Adoption(probability=0.3, awareness=0.6, trial_time=1, lapse=0.2),
    "aware": spark.Aware(adoption=0.7, awareness=0.6, hearsay=0.2),
    "continuous si": spark.ContinuousSI(0.3),
    "continuous sis": spark.ContinuousSIS(0.3, 0.3),
    "continuous sir": spark.ContinuousSIR(0.3, 0.3),
    "continuous seir": spark.ContinuousSEIR(0.3, 1.0, 0.3),
    "bass": spark.Bass(0.03, 0.3),
}
TO = {"people": ["c", "d", "e"]}
EVERYBODY = {"organisation": ["x", "y"]}
INTERVENTIONS: dict[str, Intervention] = {
    "seed": spark.Seeds(["e"]),
    "late seed": spark.Seeds(["e"], start=2),
    "take-up": spark.Seeds(["e"], take_up=0.5),
    "broadcast": spark.Broadcast(dose=0.15, to=TO, start=1, stop=4),
    "mandate, dose": spark.Mandate(["y"], dose=0.15, stop=4),
    "mandate, keeping on": spark.Mandate(["x", "y"], sustain=0.9),
    "boost": spark.Boost(2.0, EVERYBODY),
    "sustain": spark.Sustain(0.9, EVERYBODY),
    "bridge": spark.Bridge({"people": ["a", "b"]}, {"people": ["f", "g"]}, dose=0.3),
}
WORKS, NOTHING = "yes", "runs and changes nothing"


def network() -> spark.Network:
    """Seven people; a and b know c, d and e each, who know f, whom g follows."""
    source, target = list("aaabbbcdef"), list("cdecdefffg")
    columns = {"days": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0]}
    return spark.Network.from_edges(
        source, target, columns=columns, people={"id": list("abcdefg"), "organisation": list("xxxxyyy")}
    )


def outcomes(model: spark.Model) -> dict[str, str]:
    """Whether each intervention changes any of a few hundred worlds beside a seed; else why not, in words."""
    people, first, found = network(), spark.Seeds(["a"]), {}

    def tried(*actions: Intervention) -> spark.Spread:
        return spark.simulate(people, model, spark.Plan(first, *actions), worlds=256, rng=4, workers=1, horizon=6)

    alone = tried()
    for title, action in INTERVENTIONS.items():
        if isinstance(action, spark.Bridge) and isinstance(model, spark.CountThreshold | spark.FractionalThreshold):
            action = replace(action, dose=2.0)  # a number of people
        try:
            beside = tried(action)
        except UsageError as error:
            found[title] = reason(model, str(error))
            continue
        same = alone.sizes.tolist() == beside.sizes.tolist() and alone.adopter_periods == beside.adopter_periods
        found[title] = NOTHING if same else WORKS
    return found


def reason(model: spark.Model, said: str) -> str:
    """What was said, of any model."""
    name = type(model).__name__
    spaced = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
    return re.sub(rf"^({name}|{spaced})\b", "The model", said).replace(f" of {name} ", " of the model ")


def matrix() -> str:
    """The table for the documentation: models under which the same can be done share a row; and the reasons."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, model in MODELS.items():
        rows.setdefault(tuple(outcomes(model).values()), []).append(name)
    reasons = list(dict.fromkeys(cell for cells in rows for cell in cells if cell != WORKS))
    lines = [f"| model | {' | '.join(INTERVENTIONS)} |", f"|---|{':---:|' * len(INTERVENTIONS)}"]
    for cells, names in rows.items():
        shown = ("✓" if cell == WORKS else f"no, {reasons.index(cell) + 1}" for cell in cells)
        lines.append(f"| {', '.join(names)} | {' | '.join(shown)} |")
    listed = (f"{number}. {said[0].upper()}{said[1:]}." for number, said in enumerate(reasons, 1))
    return "\n".join([*lines, "", *listed])


if __name__ == "__main__":
    print(matrix())
