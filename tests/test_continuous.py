"""Continuous time: the slow twin, closed forms of epidemics, percolation and Bass, each beside what must fail."""


import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import network_of, plans, tables

import spark
from spark.kernels.accelerate import COMPILED

STATISTICS = pytest.mark.skipif(not COMPILED, reason="too many people for kernels that run as plain Python")
LAWS = st.one_of(
    st.just(spark.ExponentialTime()),
    st.just(spark.FixedTime()),
    st.builds(spark.GammaTime, st.sampled_from((0.5, 2, 30))),
    st.builds(spark.TableTime, st.lists(st.floats(0, 3), min_size=2, max_size=4).map(sorted).map(tuple)),
)
RATES = st.sampled_from((0.0, 0.4, 1, "strength", "chance"))
MODELS = st.builds(spark.ContinuousSIR, RATES, st.sampled_from((0, 0.3, 2)), LAWS, LAWS)
BASS = st.builds(spark.Bass, st.sampled_from((0, 0.03, 2)), st.sampled_from((0, 0.4, 3)))
HORIZONS = st.sampled_from((None, 0, 1, 3, 9))


def simulate(network, model, plan, **options):
    return spark.simulate(network, model, plan, **{"worlds": 8, "rng": 1, **options})


class TestTheSlowTwin:
    @settings(max_examples=100)
    @given(tables(layers=("day", "night"), personal=True), MODELS, HORIZONS, st.integers(0, 2**63), st.data())
    def test_gives_the_same_bytes_for_any_number_of_workers(self, table, model, horizon, rng, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        spreads = [
            simulate(network, model, plan, horizon=horizon, rng=rng, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert spreads[0] == spreads[1] == spreads[2]

    @settings(max_examples=60)
    @given(tables(layers=("day", "night"), personal=True), MODELS, HORIZONS, st.integers(0, 9), st.data())
    def test_tells_the_same_story_of_one_world(self, table, model, horizon, world, data):
        network = network_of(table)
        plan = data.draw(plans(network.size))
        stories = [
            spark.replay(network, model, plan, world=world, horizon=horizon, rng=3, backend=backend).to_dict()
            for backend in ("python", "cpu")
        ]
        assert stories[0] == stories[1]

    @settings(max_examples=60)
    @given(tables(), BASS, HORIZONS, st.integers(0, 2**63), st.data())
    def test_gives_the_same_crowds(self, table, model, horizon, rng, data):
        network = network_of(table)
        plan = data.draw(plans(network.size, broadcasts=False))
        spreads = [
            simulate(network, model, plan, horizon=horizon, rng=rng, **options).to_dict()
            for options in ({"backend": "python"}, {"workers": 1}, {"workers": 3})
        ]
        assert spreads[0] == spreads[1] == spreads[2]
