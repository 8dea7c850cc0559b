"""One's own law of tolerances, one's own law of delays, and one's own readiness: data, and no code in a kernel."""

import spark

trust = spark.generate.health_trust(staff=400, rng=1)
asked = spark.TableTolerance(doses=[0.1, 0.3, 1.0], chances=[0.2, 0.6, 0.9])  # what a survey said; a tenth never will
professions = trust.groups["profession"].names
law = spark.ToleranceByGroup("profession", {professions[0]: spark.ErlangTolerance(2)}, otherwise=asked)
months = [0.1, 0.4, 0.3, 0.2]  # the chances that it takes one, two, three, four months until one sees the other do it
model = spark.GeneralThreshold(law, of=spark.IndependentCascade(0.15, delay=months))
choice = spark.choose_seeds(trust, model, count=5, horizon=12, worlds=512, rng=7)
print(f"Start with {', '.join(choice.seeds)}: {choice.spread.mean:.0f} of {trust.size} practise after a year.")
print(choice.certificate.statement)
