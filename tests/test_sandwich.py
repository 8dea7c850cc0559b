"""The sandwich: a model with live-edge worlds above one in which several examples are needed."""

import itertools

import numpy as np
import pytest
from test_optimise import needs_compiled, scattered

import spark
from spark.optimise.subsets import Search
from spark.problem.arrays import ONE
from spark.problem.fixed_point import chances
from spark.problem.lowering import lower
from spark.problem.sandwich import upper_problem


def digraph(seed, people, share=0.5):
    rng = np.random.default_rng(seed)
    pairs = [(u, v) for u, v in itertools.permutations(range(people), 2) if rng.random() < share] or [(0, 1)]
    chance = rng.choice([0.2, 0.5, 0.8, 1.0], len(pairs))
    source, target = zip(*pairs, strict=True)
    table = {"id": list(range(people)), "readiness": rng.choice([0.5, 1.0, 1.5], people).tolist()}
    return spark.Network.from_edges(source, target, columns={"p": chance}, people=table)


def as_model(network, problem):
    """The upper problem as a network and a model for the exact oracle, which knows neither of them as arrays."""
    law = problem.law
    source = np.repeat(np.arange(network.size), np.diff(network.indptr))
    column = law.dose / ONE * (1 - 1e-12) if law.family == "threshold" else chances(law.live, law.never)
    table = {"id": list(range(network.size))}
    above = spark.Network.from_edges(source, network.targets, columns={"x": column}, people=table)
    kind = spark.LinearThreshold if law.family == "threshold" else spark.IndependentCascade
    return above, kind("x")


@pytest.mark.parametrize("examples", [2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_no_set_of_seeds_spreads_further_than_the_model_above_says(seed, examples):
    network = digraph(seed, 4, 0.6)
    model = spark.ExamplesNeeded(examples, of=spark.IndependentCascade("p" if seed % 2 else 0.3))
    above, upper = as_model(network, upper_problem(lower(network, model)))
    true, bound = (spark.exact.spread_of_every_set(*case) for case in ((network, model), (above, upper)))
    assert (true <= bound + 1e-9).all()
    assert (true < bound - 1e-3).any() or bound.max() == true.max()


def test_a_smaller_factor_would_not_bound():
    network = spark.Network.from_edges([0, 1], [2, 2], people={"id": [0, 1, 2]})
    model = spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.5))
    above, upper = as_model(network, upper_problem(lower(network, model)))
    true = spark.exact.spread(network, model, [0, 1])
    assert spark.exact.spread(above, upper, [0, 1]) == pytest.approx(true, abs=1e-5)  # tight when all sources adopt
    weaker = spark.LinearThreshold(0.95 * above.columns["x"][0])
    assert spark.exact.spread(network, weaker, [0, 1]) < true - 1e-3


@needs_compiled
@pytest.mark.parametrize("examples", [2, 3])
def test_the_certificate_is_true_against_the_best_of_all_sets(examples):
    shares, ratios = [], []
    for seed in range(6):
        network = digraph(seed + 50, 5, 0.5)
        model = spark.ExamplesNeeded(examples, of=spark.IndependentCascade("p"))
        choice = spark.choose_seeds(network, model, count=2, worlds=64, rng=seed, workers=1)
        best = spark.exact.best_seeds(network, model, 2).mean
        share = spark.exact.spread(network, model, choice.seeds) / best
        assert choice.certificate.ratio is not None
        assert choice.certificate.ratio <= share + 1e-9
        shares.append(share)
        ratios.append(choice.certificate.ratio)
    assert np.mean(shares) > 0.97
    assert np.mean(ratios) > 0.4


@needs_compiled
def test_two_who_convince_together_are_found_where_neither_alone_does():
    """Ten pairs whose members share their friends, and hubs who convince nobody twice."""
    source, target = [], []
    for pair in range(6):
        friends = [f"friend {pair}.{i}" for i in range(3 + pair)]
        for member in ("a", "b"):
            source += [f"{member}{pair}"] * len(friends)
            target += friends
    for hub in range(4):
        source += [f"hub {hub}"] * 12
        target += [f"stranger {hub}.{i}" for i in range(12)]
    network = spark.Network.from_edges(source, target)
    choice = spark.choose_seeds(network, spark.CountThreshold(2), count=4, worlds=16, rng=1, workers=1)
    assert set(choice.seeds) == {"a5", "b5", "a4", "b4"}


class TestSearch:
    @staticmethod
    def case(seed, things=11):
        """Things with costs, worth more or less beside others, and a triple that is worth much."""
        rng = np.random.default_rng(seed)
        worth, beside = 2 * rng.random(things), np.triu(rng.normal(1, 1.5, (things, things)), 1)
        beside *= rng.random((things, things)) < 0.2
        costs = rng.integers(1, 6, things).astype(float)

        def value(chosen):
            inside = np.isin(np.arange(things), chosen)
            return float(worth[inside].sum() + beside[np.ix_(inside, inside)].sum())

        return value, costs, 0.35 * float(costs.sum())

    @pytest.mark.parametrize("seed", range(20))
    def test_comes_near_the_best_of_all_sets_without_looking_at_all_of_them(self, seed):
        value, costs, budget = self.case(seed)
        every = [s for r in range(12) for s in itertools.combinations(range(11), r) if costs[list(s)].sum() <= budget]
        best = max(map(value, every))
        asked = []

        def objective(sets, worlds):
            asked.extend(sets)
            return np.array([value(chosen) for chosen in sets])

        def fits(chosen):
            return costs[list(chosen)].sum() <= budget

        found = Search(objective, costs, fits, key=seed, exact=False, effort=64 * 4000).run()
        assert fits(found.chosen)
        assert value(found.chosen) >= 0.9 * best
        full = Search(objective, costs, fits, key=seed).run()
        assert full.every
        assert value(full.chosen) == pytest.approx(best)

    def test_starts_are_never_made_worse(self):
        value, costs, budget = self.case(3)
        start = (0, 1)
        found = Search(
            lambda sets, worlds: np.array([value(s) for s in sets]),
            costs,
            lambda chosen: costs[list(chosen)].sum() <= budget,
            key=1,
            exact=False,
            effort=1,
            starts=[start],
        ).run()
        assert found.value >= value(start)


@needs_compiled
def test_seeds_for_complex_contagion_are_the_same_for_any_number_of_workers():
    network, model = scattered(60, 240), spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.3))
    one, two = (spark.choose_seeds(network, model, count=3, worlds=64, rng=2, workers=w) for w in (1, 2))
    assert one.seeds == two.seeds
    assert one.certificate == two.certificate
