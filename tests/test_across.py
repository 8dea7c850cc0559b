"""Plans on several networks: two levels of chance, the networks as units, and how often the ranking flips."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import spark
from spark.errors import UsageError
from spark.results import ComparisonAcross
from spark.worlds.across import _two_levels

MODEL = spark.IndependentCascade(0.5)


def star_or_path(rng):
    """A star or a path from person 0: seed 0 lights 1 + 8p there, and 1 + p + p^2 + ... here."""
    return spark.generate.star(9) if rng.random() < 0.5 else spark.generate.path(9)


def test_a_network_is_one_observation_however_many_worlds_it_has():
    values = [3.0, 5.0, 10.0]
    mean, error, between, within = _two_levels(values, [0.0, 0.0, 0.0])
    assert (mean, within) == (6.0, 0.0)
    assert error == pytest.approx(np.std(values, ddof=1) / math.sqrt(3))
    assert between == pytest.approx(np.std(values, ddof=1))
    _, same, less, noise = _two_levels(values, [1.0, 2.0, 2.0])
    assert same == error
    assert less == pytest.approx(math.sqrt(between**2 - 3.0))
    assert noise == pytest.approx(math.sqrt(3.0))
    assert _two_levels(values, [9.0, 9.0, 9.0])[2] == 0


def test_the_parts_are_the_comparisons_of_each_network():
    networks = {"star": spark.generate.star(9), "path": spark.generate.path(9), "clique": spark.generate.clique(9)}
    plans = {"first": [0], "last": lambda network: [network.people[network.size - 1]]}
    across = spark.compare_across(networks, MODEL, plans, worlds=300, rng=5)
    assert [row.name for row in across.networks] == ["star", "path", "clique"]
    for row, network in zip(across.networks, networks.values(), strict=True):
        alone = spark.compare(network, MODEL, {"first": [0], "last": [8]}, worlds=300, rng=row.rng)
        assert row.means == tuple(plan.spread.mean for plan in alone.plans)
        assert row.digest == alone.provenance.network
    gaps = [a - b for a, b in (row.means for row in across.networks)]
    (d,) = across.differences
    assert d.mean == pytest.approx(np.mean(gaps))
    assert d.high - d.mean == pytest.approx(4.302653 * np.std(gaps, ddof=1) / math.sqrt(3), rel=1e-5)
    assert len({row.rng for row in across.networks}) == 3
    again = ComparisonAcross.from_dict(json.loads(json.dumps(across.to_dict(), allow_nan=False)))
    assert again.to_dict() == across.to_dict()
    assert across.to_pandas().loc["path", "first"] == across.networks[1].means[0]
    assert "<table>" in across._repr_html_()


def test_intervals_over_drawn_networks_hold_the_truth_and_those_of_worlds_alone_do_not():
    """The truth: half the networks are stars, half are paths; person 0 against person 1."""
    truth = 0.0
    for network in (spark.generate.star(9), spark.generate.path(9)):
        truth += (spark.exact.spread(network, MODEL, [0]) - spark.exact.spread(network, MODEL, [1])) / 2
    held = narrow = 0
    for rng in range(60):
        across = spark.compare_across(star_or_path, MODEL, {"0": [0], "1": [1]}, draws=16, worlds=64, rng=rng)
        (d,) = across.differences
        held += d.low <= truth <= d.high
        narrow += abs(d.mean - truth) <= 1.96 * d.within / 4
    assert held >= 51
    assert narrow < 45


def test_a_ranking_that_flips_is_said_to():
    networks = [spark.generate.star(9), spark.generate.path(9)]
    plans = {"hub or end": [0], "leaf or middle": [4]}
    across = spark.compare_across(networks, MODEL, plans, worlds=400, rng=1)
    (d,) = across.differences
    assert d.flips
    assert (d.better_a, d.better_b, across.other_best) == (0.5, 0.5, 0.5)
    same = spark.compare_across(networks, MODEL, {"a": [0], "b": [0]}, worlds=100, rng=1)
    assert (same.differences[0].mean, same.differences[0].high, same.plans[0].best_on) == (0, 0, 0.5)


def test_the_same_rng_draws_the_same_networks_whatever_the_workers():
    plans = {"0": [0], "1": [1]}
    one, two = (
        spark.compare_across(star_or_path, MODEL, plans, draws=6, worlds=64, rng=9, workers=workers)
        for workers in (1, 2)
    )
    assert one.to_dict() == two.to_dict()


def test_what_does_not_fit_a_network_is_said_with_its_name():
    networks = {"big": spark.generate.star(9), "small": spark.generate.star(3)}
    with pytest.raises(UsageError, match="network small"):
        spark.compare_across(networks, MODEL, {"a": [0], "b": [7]}, worlds=10, rng=1)
    with pytest.raises(UsageError, match="at least two networks"):
        spark.compare_across([spark.generate.star(9)], MODEL, {"a": [0]}, worlds=10, rng=1)
    with pytest.raises(UsageError, match="draws 1"):
        spark.compare_across(star_or_path, MODEL, {"a": [0]}, draws=1, worlds=10, rng=1)
