"""What may be done under which model: every intervention tried under every model, on a tiny network."""

from __future__ import annotations

from dataclasses import replace

import spark
from spark.errors import UsageError

DELAYED, NOISY = {"delay": 2}, {"noise": 0.1}
TWO = spark.ErlangTolerance(2)
MODELS: dict[str, spark.Model] = {
    "independent cascade": spark.IndependentCascade(0.4),
    "independent cascade, delays": spark.IndependentCascade(0.4, **DELAYED),
    "weighted cascade": spark.WeightedCascade(),
    "trivalency cascade": spark.TrivalencyCascade((0.6, 0.3), draw=1),
    "linear threshold": spark.LinearThreshold(0.3, totals="normalise"),
    "linear threshold, delays": spark.LinearThreshold(0.3, totals="normalise", **DELAYED),
    "linear threshold, capped": spark.LinearThreshold(0.3, totals="cap"),
    "examples needed": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.7)),
    "examples needed, delays": spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.7, **DELAYED)),
    "fractional threshold": spark.FractionalThreshold(0.6),
    "fractional threshold, noise": spark.FractionalThreshold(0.6, **NOISY),
    "fractional threshold, delays": spark.FractionalThreshold(0.6, **DELAYED),
    "count threshold": spark.CountThreshold(2),
    "count threshold, noise": spark.CountThreshold(2, **NOISY),
    "count threshold, delays": spark.CountThreshold(2, **DELAYED),
    "general threshold": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6)),
    "general threshold, noise": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6), **NOISY),
    "general threshold, delays": spark.GeneralThreshold(TWO, of=spark.IndependentCascade(0.6, **DELAYED)),
    "si": spark.SI(0.2),
    "sis": spark.SIS(0.2, lapse=0.3),
    "sis, rekindle 0.5": spark.SIS(0.3, lapse=0.3, rekindle=0.5),
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
INTERVENTIONS: dict[str, spark.Intervention] = {
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
    return spark.Network.from_edges(source, target, people={"id": list("abcdefg"), "organisation": list("xxxxyyy")})


def outcome(model: spark.Model, action: spark.Intervention) -> str:
    """Whether the intervention changes any of a few hundred worlds beside two seeds; else why not, in words."""
    people = network()
    if isinstance(model, spark.Bass):  # a crowd knows no organisations
        people = replace(people)
    first = spark.Seeds(["a", "b"] if isinstance(model, spark.CountThreshold | spark.FractionalThreshold) else ["a"])
    run = {"worlds": 256, "rng": 4, "workers": 1, "horizon": 6}
    try:
        alone, beside = (
            spark.simulate(people, model, spark.Plan(first, *more), **run) for more in ((), (action,))
        )
    except UsageError as error:
        return str(error)
    same = alone.sizes.tolist() == beside.sizes.tolist() and alone.adopter_periods == beside.adopter_periods
    return NOTHING if same else WORKS


def outcomes() -> dict[str, dict[str, str]]:
    """Every intervention under every model."""
    return {
        name: {title: outcome(model, action) for title, action in INTERVENTIONS.items()}
        for name, model in MODELS.items()
    }


if __name__ == "__main__":
    for name, found in outcomes().items():
        print(name)
        for title, said in found.items():
            print("   ", title, "|", said)
