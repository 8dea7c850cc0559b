"""What is promised of interventions, by trying all subsets of tiny instances: every "yes" holds, every "no" is seen.

A boost for ever is another readiness, a bridge for ever another tie: `spark.exact` knows these networks, and shares no
code with the worlds.
"""

import itertools
import math

import numpy as np
import pytest
from estimates import WORLDS, mean_agrees
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHANCES, cascades, network_of, networks, plans, tables
from test_interventions_worlds import run
from test_laws import KEYS, submodular_failures

import spark
from spark import exact
from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
from spark.problem.arrays import Worlds

MODEL = spark.IndependentCascade("chance")
SLACK = 1e-9


def altered(table, interventions):
    """The network that boosts and bridges without an end or a way back amount to."""
    readiness = list(table["people"].get("readiness", [1.0] * len(table["people"]["id"])))
    source, target, layer = list(table["source"]), list(table["target"]), list(table["layer"])
    chance = list(table["columns"]["chance"])
    for number, action in enumerate(interventions):
        if isinstance(action, Boost):
            for v in range(len(readiness)) if action.to is None else action.to["people"]:
                readiness[v] *= 1 + action.amount
        elif isinstance(action, Bridge):
            (u,), (v,) = action.source["people"], action.target["people"]
            for a, b in ((u, v), (v, u)) if action.both else ((u, v),):
                source.append(a)
                target.append(b)
                layer.append(f"bridge {number}")
                chance.append(action.probability)
    people = {**table["people"], "readiness": readiness}
    return spark.Network.from_edges(source, target, layer=layer, columns={"chance": chance}, people=people)


def exact_spread(table, interventions):
    """The spread of a plan of seeds, broadcasts, and boosts and bridges for ever."""
    rest = [action for action in interventions if isinstance(action, Seeds | Broadcast)]
    return exact.spread(altered(table, interventions), MODEL, Plan(*rest))


def violations(values, count):
    """How often a candidate adds more to a larger set; values[set] of candidates 0..count-1."""
    found = 0
    for s in range(1 << count):
        for v, w in itertools.combinations(range(count), 2):
            if not s >> v & 1 and not s >> w & 1:
                both = values[s | 1 << v | 1 << w]
                found += values[s | 1 << v] + values[s | 1 << w] < both + values[s] - SLACK
    return found


def of_every_subset(candidates, value):
    return [value([c for i, c in enumerate(candidates) if s >> i & 1]) for s in range(1 << len(candidates))]


def line(*chances):
    """A path of people 0, 1, 2, ... with a chance for each tie."""
    count = len(chances)
    people = {"id": list(range(count + 1))}
    ties = {"source": list(range(count)), "target": list(range(1, count + 1)), "layer": ["ties"] * count}
    return {**ties, "columns": {"chance": list(chances)}, "people": people}


FROM_HALF_TO_FOUR_FIFTHS = math.log(0.2) / math.log(0.5) - 1


class TestWhatIsSo:
    @settings(max_examples=40)
    @given(tables(most=4, adopted=False), st.sampled_from((0.25, 0.5, 0.8)))
    def test_seeds_who_may_decline_add_less_the_more_there_are(self, table, take_up):
        size = len(table["people"]["id"])
        every = of_every_subset(range(size), lambda seeds: exact_spread(table, [Seeds(seeds)]))

        def willing(s):
            inside = [w for w in range(1 << size) if w & ~s == 0]
            return sum(take_up ** w.bit_count() * (1 - take_up) ** (s & ~w).bit_count() * every[w] for w in inside)

        values = [willing(s) for s in range(1 << size)]
        assert violations(values, size) == 0
        assert all(values[s | 1 << v] >= values[s] - SLACK for s in range(1 << size) for v in range(size))

    @settings(max_examples=40)
    @given(tables(most=4), st.data())
    def test_broadcasts_of_constant_strength_add_less_the_more_there_are(self, table, data):
        size = len(table["people"]["id"])
        candidates = []
        for _ in range(3):
            to = {"people": sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))}
            start = data.draw(st.integers(1, 3))
            candidates.append(Broadcast(probability=0.3, to=to, start=start, stop=start + 2))
        values = of_every_subset(candidates, lambda chosen: exact_spread(table, [Seeds([0]), *chosen]))
        assert violations(values, 3) == 0

    @given(st.data(), KEYS)
    def test_a_mandate_that_only_adds_a_dose_is_a_broadcast_to_the_staff(self, data, key):
        network = data.draw(networks(partners=True))
        if not len(network.organisations):
            return
        name = data.draw(st.sampled_from(list(network.organisations)))
        tried = [
            Plan(Seeds([0]), Mandate([name], dose=0.4, start=2, stop=4)),
            Plan(Seeds([0]), Broadcast(dose=0.4, to={"organisation": [name]}, start=2, stop=4)),
        ]
        tally = run(network, data.draw(cascades(partners=True)), tried, Worlds(key, 0, 50))
        assert tally.adopters[0].tolist() == tally.adopters[1].tolist()

    @given(st.data(), KEYS)
    def test_beside_fixed_boosts_and_bridges_seeds_add_less_the_more_there_are_in_every_world_at_every_step(
        self, data, key
    ):
        network = data.draw(networks(personal=True, layers=("day", "night"), most=4))
        size = network.size

        def window():
            start = data.draw(st.integers(1, 4))
            return {"start": start, "stop": data.draw(st.sampled_from((None, start + 1, start + 2)))}

        def one():
            return {"people": [data.draw(st.integers(0, size - 1))]}

        beside = [
            Boost(1.0, one(), **window()),
            Boost(2.0, **window(), take_up=0.5),
            Bridge(one(), one(), probability=0.5, **window()),
            *data.draw(plans(size)).interventions,
        ]
        sets = [[v for v in range(size) if s >> v & 1] for s in range(1 << size)]
        tried = [Plan(*beside, Seeds(seeds)) for seeds in sets]
        tally = run(network, data.draw(cascades()), tried, Worlds(key, 0, 32))
        counts = tally.adopters.astype(np.int64)
        assert submodular_failures(counts, size) == 0
        assert all((counts[s | 1 << v] >= counts[s]).all() for s in range(1 << size) for v in range(size))

    @settings(max_examples=30)
    @given(tables(most=4, partners=True), st.data())
    def test_mandates_that_only_add_a_dose_add_less_the_more_there_are(self, table, data):
        names = sorted({name for name in table["people"]["organisation"] if name is not None})
        if not names:
            return
        network, model = network_of(table), data.draw(cascades(partners=True))
        candidates = [
            Mandate([name], dose=0.4, start=start, stop=start + 2)
            for name in names[:2]
            for start in (1, data.draw(st.integers(2, 3)))
        ][:3]
        values = of_every_subset(candidates, lambda chosen: exact.spread(network, model, Plan(Seeds([0]), *chosen)))
        assert violations(values, len(candidates)) == 0
        heard = [
            Broadcast(dose=0.4, to={"organisation": m.organisations}, start=m.start, stop=m.stop) for m in candidates
        ]
        assert values[-1] == pytest.approx(exact.spread(network, model, Plan(Seeds([0]), *heard)), abs=1e-12)

    def test_what_is_tried_would_show_broadcasts_that_are_worth_more_together(self):
        network = network_of(line(0.5))
        model = spark.ExamplesNeeded(2, of=MODEL)
        candidates = [Broadcast(dose=0.2, to={"people": [1]}, start=start, stop=start + 1) for start in (1, 2)]
        for tried, seen in ((model, True), (MODEL, False)):
            values = of_every_subset(candidates, lambda chosen, m=tried: exact.spread(network, m, Plan(*chosen)))
            assert (violations(values, 2) > 0) == seen


class TestWhatIsNot:
    def test_boosts_are_worth_more_together(self, backend):
        network = network_of(line(0.5, 0.5))
        boosts = [Boost(FROM_HALF_TO_FOUR_FIFTHS, {"people": [v]}) for v in (1, 2)]
        figures = of_every_subset(boosts, lambda chosen: exact_spread(line(0.5, 0.5), [Seeds([0]), *chosen]))
        assert figures == pytest.approx([1.75, 2.2, 1.9, 2.44], abs=1e-9)
        assert violations(figures, 2) == 1
        for figure, chosen in zip(figures, of_every_subset(boosts, list), strict=True):
            options = {"worlds": WORLDS[backend], "rng": 5, "backend": backend}
            spread = spark.simulate(network, MODEL, Plan(Seeds([0]), *chosen), **options)
            assert mean_agrees(spread, figure)
            if chosen:
                assert not mean_agrees(spread, 1.75)

    def test_two_bridges_in_series_are_worth_more_than_the_sum(self, backend):
        table = line(0.0, 0.0)
        ends = [{"people": [v]} for v in range(3)]
        bridges = [Bridge(a, b, probability=0.5) for a, b in itertools.pairwise(ends)]
        figures = of_every_subset(bridges, lambda chosen: exact_spread(table, [Seeds([0]), *chosen]))
        assert figures == pytest.approx([1, 1.5, 1, 1.75], abs=1e-9)
        assert violations(figures, 2) == 1
        options = {"worlds": WORLDS[backend], "rng": 6, "backend": backend}
        assert mean_agrees(spark.simulate(network_of(table), MODEL, Plan(Seeds([0]), *bridges), **options), 1.75)

    @pytest.mark.parametrize(
        "kind",
        [
            lambda: Sustain(0.5),
            lambda: Mandate(["x"], sustain=0.5),
            lambda: Mandate(["x"], dose=0.0, sustain=0.5, stop=9),
        ],
    )
    def test_what_keeps_people_from_giving_up_is_worth_more_together(self, kind, backend):
        # one person, who gives up with chance .8 in each of three steps: what is left is (1 - .8 x .5 x .5)^3
        network = spark.Network.from_edges([], [], people={"id": [0], "organisation": ["x"]})
        model = spark.SIR(0.0, lapse=0.8)
        means = []
        for count, figure in enumerate((0.2**3, 0.6**3, 0.8**3)):
            options = {"worlds": WORLDS[backend], "rng": 7, "backend": backend, "horizon": 3}
            spread = spark.simulate(network, model, Plan(Seeds([0]), *(kind() for _ in range(count))), **options)
            assert mean_agrees(spread, figure)
            assert spread.mean == pytest.approx(
                exact.spread(network, spark.SIR(0.0, lapse=0.8 * 0.5**count), Plan(Seeds([0])), horizon=3),
                abs=4 * max(spread.standard_error, 1e-12),
            )
            means.append(spread.mean)
        assert means[2] + means[0] > 2 * means[1]

    def test_a_window_of_help_to_keep_going_can_leave_fewer_under_sir(self, backend):
        # 0 is kept going in step 1, and gives up before 1 is reached the second time: lighting too early hurts
        table = {"source": [0], "target": [1], "people": {"id": [0, 1]}}
        network = spark.Network.from_edges(**table)
        options = {"worlds": 20, "rng": 1, "backend": backend, "horizon": 3}
        model = spark.SIR(1.0, lapse=1.0)
        late = Plan(Seeds([0]), Seeds([1], start=2), Sustain(1.0, {"people": [1]}, start=3))
        kept = Plan(*late.interventions, Seeds([1], start=0))
        assert spark.simulate(network, model, late, **options).mean >= 1
        assert spark.simulate(network, model, kept, **options).mean == 0


@settings(max_examples=8)
@given(tables(most=4), st.data())
def test_plans_come_to_what_the_altered_networks_do(table, data):
    size = len(table["people"]["id"])

    def one():
        return {"people": [data.draw(st.integers(0, size - 1))]}

    chosen = [
        Seeds([0]),
        Boost(data.draw(st.sampled_from((0.5, 2.0))), one()),
        Bridge(one(), one(), probability=data.draw(st.sampled_from(CHANCES[1:5])), both=data.draw(st.booleans())),
        Broadcast(probability=0.2, to=one()),
    ]
    ends = [next(iter(end["people"])) for end in (chosen[2].source, chosen[2].target)]
    if ends[0] == ends[1]:
        del chosen[2]
    spread = spark.simulate(network_of(table), MODEL, Plan(*chosen), worlds=20_000, rng=3)
    assert mean_agrees(spread, exact_spread(table, chosen))
