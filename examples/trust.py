"""Ten first examples in a made-up health trust: where to light them, and is that better than a message to everybody?

Run it with ``python examples/trust.py``.
"""

import spark


def main() -> None:
    # A made-up trust: hospitals, community services, councils and charities. spark.read_network reads yours.
    trust = spark.generate.health_trust(rng=1)
    print(trust)

    # Each adopter has one chance in twenty to convince each person she can influence, more if that person is ready.
    model = spark.IndependentCascade(0.05)

    choice = spark.choose_seeds(trust, model, count=10, rng=7)
    labels = dict(zip(trust.people, trust.label or trust.people, strict=True))
    print("\nStart with:")
    for seed in choice.ranking:
        print(f"  {seed.id:6} {labels[seed.id]:45} +{seed.gain:.1f} people")
    print(f"\nExpected: {choice.spread.mean:.0f} people practise in the end.")
    print(choice.certificate.statement)

    # Is it better than ten people who just have many ties, and than a message that convinces one person in a hundred?
    connected = sorted(trust.people, key=lambda person: -trust.in_degree()[trust.people.position(person)])[:10]
    comparison = spark.compare(
        trust,
        model,
        {
            "ten chosen": choice.seeds,
            "ten most connected": connected,
            "message to all": spark.Broadcast(probability=0.01),
        },
        rng=7,
    )
    print()
    for plan in comparison.plans:
        print(f"{plan.name:20} {plan.spread.mean:6.1f} ± {plan.spread.standard_error:.1f} people")
    verdicts = {"a": "the first wins", "b": "the second wins", "no-difference": "no difference"}
    for difference in comparison.differences:
        print(
            f"{difference.a} against {difference.b}: {difference.mean:+.1f} people "
            f"({difference.low:+.1f} to {difference.high:+.1f}), better in "
            f"{difference.probability_a_beats_b:.0%} of worlds: "
            f"{verdicts.get(difference.verdict, 'too close to call')}"
        )


if __name__ == "__main__":
    main()
