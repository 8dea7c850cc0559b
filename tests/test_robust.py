"""Seeds for several models at once: against every other choice on tiny networks, exactly."""

import numpy as np
import pytest
from feasible import every_choice

import spark
from spark.errors import UsageError
from spark.kernels.accelerate import COMPILED
from spark.request import ChoiceRequest

pytestmark = pytest.mark.skipif(not COMPILED, reason="many sets need compiled kernels")
KINDS = {
    "count": {},
    "costs": {"budget": 3.0},
    "limits": {"constraints": spark.Constraints(at_most={"organisation": 1}, apart=[(0, 3)])},
    "values": {"value": [1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0]},
}


def instance(number, kind):
    rng = np.random.default_rng((number, 11))
    source, target = rng.integers(0, 7, (2, 9))
    people = {"id": list(range(7)), "organisation": list("aabbccc")}
    people |= {"cost": [1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0]} if kind == "costs" else {}
    people |= {"value": KINDS[kind]["value"]} if kind == "values" else {}
    columns = {"rain": rng.choice([0.05, 0.3, 0.9], 9), "sun": rng.choice([0.05, 0.3, 0.9], 9)}
    network = spark.Network.from_edges(source, target, people=people, columns=columns, merge="sum")
    network = spark.Network.from_edges(
        network.sources(),
        network.targets,
        people=people,
        columns={k: np.minimum(v, 0.9) for k, v in network.columns.items()},
    )
    return network, [spark.IndependentCascade("rain"), spark.IndependentCascade("sun"), spark.LinearThreshold()]


@pytest.mark.parametrize("kind", KINDS)
def test_no_choice_does_much_better_where_it_does_worst_and_the_bound_holds_under_every_model(kind):
    found = []
    for number in range(5):
        network, models = instance(number, kind)
        asked = {key: value for key, value in KINDS[kind].items() if key != "value"}
        size = {} if "budget" in asked else {"count": 2}
        options = asked | size
        every = every_choice(
            network, asked.get("constraints", spark.Constraints()), options.get("budget"), options.get("count")
        )
        value = network.value
        reached = {s: [value @ spark.exact.chances(network, model, list(s)) for model in models] for s in every}
        best = np.max(list(reached.values()), axis=0)
        shares = {s: np.min(np.array(figures) / best) for s, figures in reached.items()}
        choice = spark.choose_robustly(network, models, worlds=500, rng=number, workers=1, **options)
        mine = tuple(sorted(network.index(choice.seeds).tolist()))
        assert choice.certificate.ratio <= shares[mine] + 1e-9
        for under, figures in zip(choice.under, np.array(reached[mine]) / best, strict=True):
            assert under.certified <= figures + 1e-9
        for under, mean in zip(choice.under, reached[mine], strict=True):
            assert abs(under.mean - mean) <= 4.5 * under.standard_error + 1e-9
        found.append(shares[mine] / max(shares.values()))
    assert min(found) > 0.93
    assert np.mean(found) > 0.98


def weather():
    """One hub for each weather, and one that does well in both."""
    ties = ["a"] * 8 + ["b"] * 8 + ["c"] * 6, list(range(22))
    chances = {"rain": [0.9] * 8 + [0.1] * 8 + [0.8] * 6, "sun": [0.1] * 8 + [0.9] * 8 + [0.8] * 6}
    network = spark.Network.from_edges(*ties, columns=chances)
    return network, spark.IndependentCascade("rain"), spark.IndependentCascade("sun")


def test_the_worst_model_and_the_mean_of_models_ask_for_other_people():
    network, rain, sun = weather()
    options = {"count": 1, "worlds": 200, "rng": 3}
    worst, mean = (
        spark.choose_robustly(network, [rain, rain, sun], goal=goal, **options) for goal in ("worst", "mean")
    )
    assert (worst.seeds, mean.seeds) == (("c",), ("a",))
    assert worst.aim.reached == pytest.approx(5.8 / 8.2, abs=0.1)
    assert [under.own_seeds for under in worst.under] == [("a",), ("a",), ("b",)]
    assert mean.under[2].regret == pytest.approx(6.4, abs=0.5)
    assert spark.Choice.from_dict(worst.to_dict()).to_dict() == worst.to_dict()


def test_workers_and_backends_change_no_robust_choice(monkeypatch):
    for name, value in (
        ("certificate.WANTED_HITS", 256),
        ("certificate.FIRST_SETS", 256),
        ("answer.EXPLAIN_SETS", 256),
    ):
        monkeypatch.setattr(f"spark.optimise.{name}", value)
    for name, value in (("FIRST_SETS", 256), ("WANTED_HITS", 256)):
        monkeypatch.setattr(f"spark.optimise.robust.{name}", value)
    monkeypatch.setattr("spark.optimise.crossfit.FEWEST_COUNTS", 1)
    monkeypatch.setattr("spark.backends.cpu_reverse.PARALLEL_SETS", 0)
    network, models = instance(1, "count")
    one, two, slow = (
        spark.choose_robustly(network, models, count=2, worlds=8, rng=4, quality=0.8, **run).to_dict()
        for run in ({"workers": 1}, {"workers": 2}, {"backend": "python"})
    )
    assert one == two == slow


def test_what_no_sets_know_and_what_one_model_asks_is_refused():
    network, rain, _ = weather()
    with pytest.raises(UsageError, match="count-threshold:threshold=2 has no reverse sets here"):
        spark.choose_robustly(network, [rain, spark.CountThreshold(2)], count=1)
    with pytest.raises(UsageError, match="two models or more"):
        spark.choose_robustly(network, [rain], count=1)
    with pytest.raises(UsageError, match="goal 'best' is none of"):
        spark.choose_robustly(network, [rain, rain], count=1, goal="best")
    with pytest.raises(UsageError, match="takes no rule and no other objective"):
        ChoiceRequest(count=1, robust="worst", objective=spark.WorstOff())
