"""CHECKS section 4: bonds of a square lattice percolate; the crossing at one half is exact for every size (duality)."""

import math

import pytest
from estimates import agrees

import spark
from spark.kernels.accelerate import COMPILED

pytestmark = pytest.mark.skipif(not COMPILED, reason="too many worlds for kernels that run as plain Python")


def crossing(rows, chance, worlds, rng):
    """The share of worlds in which n rows by n+1 columns are crossed from left to right, and its standard error."""
    columns = rows + 1
    sites = [(r, c) for r in range(rows) for c in range(columns)]
    ties = [((r, c), (r, c + 1)) for r, c in sites if c + 1 < columns]
    ties += [((r, c), (r + 1, c)) for r, c in sites if r + 1 < rows]
    both = ties + [(b, a) for a, b in ties]
    shore = [((r, columns - 1), "shore") for r in range(rows)]
    names = {site: f"{site[0]},{site[1]}" for site in sites} | {"shore": "shore"}
    network = spark.Network.from_edges(
        [names[a] for a, _ in both + shore],
        [names[b] for _, b in both + shore],
        columns={"chance": [chance] * len(both) + [1.0] * len(shore)},
    )
    left = [names[r, 0] for r in range(rows)]
    spread = spark.simulate(network, spark.IndependentCascade("chance"), left, worlds=worlds, rng=rng)
    share = float(spread.chances[network.people.position("shore")])
    return share, math.sqrt(share * (1 - share) / worlds)


@pytest.mark.parametrize("rows", [2, 5, 12, 40])
def test_at_one_half_every_lattice_is_crossed_in_half_of_the_worlds(rows):
    worlds = 20_000 if rows < 40 else 4000
    assert agrees(*crossing(rows, 0.5, worlds, 1), 0.5)
    assert not agrees(*crossing(rows, 0.47, worlds, 1), 0.5)


@pytest.mark.statistics
def test_below_one_half_a_large_lattice_is_hardly_ever_crossed():
    share, error = crossing(40, 0.45, 10_000, 2)
    assert abs(share - 0.0288) < 0.002 + 3 * error
    above, error = crossing(40, 0.55, 10_000, 2)
    assert abs(above - (1 - 0.0288)) < 0.002 + 3 * error
    other, error = crossing(40, 0.47, 10_000, 2)
    assert abs(other - 0.0288) > 0.002 + 3 * error
