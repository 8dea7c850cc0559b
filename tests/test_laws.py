"""Laws that hold in every single world, for every network: no tolerance, no statistics."""

import math
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    CHANCES,
    FACTORS,
    cascades,
    network_of,
    networks,
    plans,
    several_examples,
    tables,
    thresholds,
    waiting,
)

import spark
from spark.backends import open_backend
from spark.backends.cpu_reverse import ReverseSets
from spark.plan import as_plan
from spark.problem.actions import lower_plans
from spark.problem.arrays import CERTAIN, VALUE_UNIT, Trace, Watch, Worlds
from spark.problem.lowering import lower

BACKENDS = ("python", "cpu")
AT_ONCE = cascades(partners=True) | thresholds(partners=True) | several_examples(partners=True)
ANYTHING = AT_ONCE | waiting(partners=True, noise=(0.0, 0.2))
CAPPED = (
    cascades(partners=True)
    | thresholds(partners=True, totals=("cap",))
    | several_examples(partners=True)
    | waiting(partners=True, totals=("cap",), noise=(0.0, 0.2))
)
KEYS = st.integers(0, 2**64 - 1)
HORIZONS = st.sampled_from((-1, -1, 0, 1, 2, 4))


def lowered(network, model, tried, horizon=-1):
    """A problem, the plans as rows, and what to count: organisations, values."""
    actions = lower_plans(network, {f"plan {i}": as_plan(plan) for i, plan in enumerate(tried)})
    heard = None
    if actions.schedule.size:
        heard = np.append(actions.heard[:, -1], np.uint64(0))[actions.schedule].max(axis=0)
    groups = network.organisation.reshape(1, -1)
    value = np.rint(network.value * VALUE_UNIT).astype(np.int64)
    return lower(network, model, heard), actions, Watch(groups, len(network.organisations), value, horizon)


def run(network, model, tried, worlds, *, horizon=-1, backend="cpu", workers=1):
    problem, actions, watch = lowered(network, model, tried, horizon)
    return open_backend(backend, workers=workers).run(problem, actions, watch, worlds)


def longer(tally, steps):
    """Curves of at least so many steps, flat at the end."""
    missing = max(0, steps - tally.adopters.shape[2])
    return np.pad(tally.adopters, ((0, 0), (0, 0), (0, missing)), mode="edge")


def assert_never_fewer(more, fewer, plan=0, other=0):
    """In every world, at every step, and for every person."""
    steps = max(more.adopters.shape[2], fewer.adopters.shape[2])
    assert (longer(more, steps)[plan] >= longer(fewer, steps)[other]).all()
    assert (more.reached[plan] >= fewer.reached[other]).all()


def assert_same(a, b):
    for item in fields(a):
        first, second = getattr(a, item.name), getattr(b, item.name)
        assert first.dtype == second.dtype
        assert first.shape == second.shape
        assert first.tobytes() == second.tobytes(), item.name


MIXED = {"personal": True, "partners": True, "layers": ("day", "night")}


class TestMoreNeverLightsFewer:
    @given(st.data(), KEYS, HORIZONS)
    def test_seeds(self, data, key, horizon):
        network = data.draw(networks(**MIXED))
        plan = data.draw(plans(network.size))
        more = spark.Plan(*plan.interventions, spark.Seeds([data.draw(st.integers(0, network.size - 1))]))
        tally = run(network, data.draw(ANYTHING), [plan, more], Worlds(key, 0, 64), horizon=horizon)
        assert_never_fewer(tally, tally, 1, 0)

    @given(st.data(), KEYS)
    def test_seeds_that_come_earlier(self, data, key):
        network = data.draw(networks(**MIXED))
        late = [data.draw(plans(network.size)), spark.Seeds([0], start=data.draw(st.integers(1, 4)))]
        plan = [spark.Plan(*late[0].interventions, seeds) for seeds in (late[1], replace(late[1], start=0))]
        tally = run(network, data.draw(ANYTHING), plan, Worlds(key, 0, 64))
        assert_never_fewer(tally, tally, 1, 0)

    @given(st.data(), KEYS)
    def test_broadcasts(self, data, key):
        network = data.draw(networks(**MIXED))
        plan = data.draw(plans(network.size))
        news = spark.Broadcast(dose=data.draw(st.sampled_from((0.01, 0.3))), to={"people": [0, 1]}, start=2, stop=4)
        tally = run(network, data.draw(CAPPED), [plan, spark.Plan(*plan.interventions, news)], Worlds(key, 0, 64))
        assert_never_fewer(tally, tally, 1, 0)

    @pytest.mark.parametrize("what", ["readiness", "visibility", "outlook"])
    @given(st.data(), KEYS)
    def test_of_what_people_are(self, what, data, key):
        table = data.draw(tables(**MIXED))
        person = data.draw(st.integers(0, len(table["people"]["id"]) - 1))
        column = list(table["people"][what])
        column[person] = data.draw(st.sampled_from([x for x in (*FACTORS, 2.5) if x >= column[person]]))
        readier = {**table, "people": {**table["people"], what: column}}
        model, plan = data.draw(CAPPED), data.draw(plans(len(column)))
        tallies = [run(network_of(x), model, [plan], Worlds(key, 0, 64)) for x in (readier, table)]
        assert_never_fewer(*tallies)

    @given(st.data(), KEYS)
    def test_chances_of_ties(self, data, key):
        table = data.draw(tables(**MIXED))
        chances = [data.draw(st.sampled_from([x for x in CHANCES if x >= p])) for p in table["columns"]["chance"]]
        likelier = {**table, "columns": {**table["columns"], "chance": chances}}
        plan = data.draw(plans(len(table["people"]["id"])))
        for model in (spark.IndependentCascade("chance", 0.3), spark.LinearThreshold("chance", 0.3, totals="cap")):
            tallies = [run(network_of(x), model, [plan], Worlds(key, 0, 64)) for x in (likelier, table)]
            assert_never_fewer(*tallies)

    @given(st.data(), KEYS)
    def test_chances_of_all_ties_and_of_partners(self, data, key):
        network = data.draw(networks(**MIXED))
        plan = data.draw(plans(network.size))
        low, high = sorted(data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=2)))
        for a, b in (
            (spark.IndependentCascade(high, 0.2), spark.IndependentCascade(low, 0.2)),
            (spark.IndependentCascade(0.2, high), spark.IndependentCascade(0.2, low)),
            (spark.LinearThreshold(high, 0.2, totals="cap"), spark.LinearThreshold(low, 0.2, totals="cap")),
            (spark.LinearThreshold(0.2, high, totals="cap"), spark.LinearThreshold(0.2, low, totals="cap")),
        ):
            assert_never_fewer(*(run(network, model, [plan], Worlds(key, 0, 64)) for model in (a, b)))


def every_seed_set(people, beside):
    return [
        spark.Plan(*beside.interventions, spark.Seeds([v for v in range(people) if s >> v & 1]))
        for s in range(1 << people)
    ]


def submodular_failures(values, people):
    """How often a person adds more to a larger set; values[set] is a number or an array of numbers."""
    failures = 0
    for s in range(1 << people):
        for v in range(people):
            for w in range(v):
                if not s >> v & 1 and not s >> w & 1:
                    both = values[s | 1 << v | 1 << w]
                    failures += np.count_nonzero(values[s | 1 << v] + values[s | 1 << w] < both + values[s])
    return failures


@given(st.data(), KEYS, HORIZONS)
def test_independent_cascade_without_partner_ties_is_submodular_in_every_world_at_every_step(data, key, horizon):
    network = data.draw(networks(personal=True, layers=("day", "night"), most=4))
    tried = every_seed_set(network.size, data.draw(plans(network.size)))
    tally = run(network, data.draw(cascades()), tried, Worlds(key, 0, 32), horizon=horizon)
    assert submodular_failures(tally.adopters.astype(np.int64), network.size) == 0
    assert submodular_failures(tally.value, network.size) == 0


def test_one_world_of_tolerances_or_of_partner_doses_need_not_be_submodular():
    two = spark.Network.from_edges(["a", "b"], ["v", "v"])
    partners = spark.Network.from_edges(
        [],
        [],
        people={"id": list("avb"), "organisation": ["q", "o", "q"]},
        partners={"source": ["q"], "target": ["o"], "weight": [1.0]},
    )
    for network, model in ((two, spark.LinearThreshold()), (partners, spark.IndependentCascade(0, partners=0.9))):
        tried = [[name for i, name in enumerate("avb") if s >> i & 1] for s in range(8)]
        tally = run(network, model, tried, Worlds(1, 0, 64))
        assert submodular_failures(tally.adopters.astype(np.int64), 3) > 0


@given(st.data(), KEYS, HORIZONS)
def test_live_edge_forms_are_submodular_on_their_fixed_sets(data, key, horizon):
    network = data.draw(networks(**MIXED, most=4))
    model = data.draw(cascades(partners=True) | thresholds(partners=True, totals=("normalise",)))
    beside = data.draw(plans(network.size, late=False))
    problem, actions, watch = lowered(network, model, [beside], horizon)
    sets = ReverseSets(problem, actions, replace(watch, value=np.empty(0, np.int64)), key, workers=1)
    sets.grow(200)
    covered = [
        sets.sets.covered(np.array([v for v in range(network.size) if s >> v & 1], np.int32))
        for s in range(1 << network.size)
    ]
    assert submodular_failures(covered, network.size) == 0
    assert all(covered[s | 1 << v] >= covered[s] for s in range(len(covered)) for v in range(network.size))


class TestSameBytes:
    @settings(max_examples=150)
    @given(st.data(), KEYS, HORIZONS)
    def test_from_both_backends(self, data, key, horizon):
        network = data.draw(networks(**MIXED))
        tried = [data.draw(plans(network.size)) for _ in range(data.draw(st.integers(1, 3)))]
        model, worlds = data.draw(ANYTHING), Worlds(key, data.draw(st.sampled_from((0, 5, 2**31 - 8, 2**40))), 16)
        assert_same(*(run(network, model, tried, worlds, horizon=horizon, backend=backend) for backend in BACKENDS))

    @given(st.data(), KEYS)
    def test_from_any_number_of_workers(self, data, key):
        network = data.draw(networks(**MIXED))
        tried = [data.draw(plans(network.size)) for _ in range(2)]
        model = data.draw(ANYTHING)
        one, *others = (run(network, model, tried, Worlds(key, 0, 300), workers=workers) for workers in (1, 2, 5))
        for other in others:
            assert_same(one, other)

    @given(st.data(), KEYS)
    def test_from_any_chunks(self, data, key):
        network = data.draw(networks(**MIXED))
        tried = [data.draw(plans(network.size)) for _ in range(2)]
        model = data.draw(ANYTHING)
        whole = run(network, model, tried, Worlds(key, 0, 100))
        ends = [0, *sorted(data.draw(st.sets(st.integers(1, 99), max_size=4))), 100]
        parts = [run(network, model, tried, Worlds(key, first, end - first)) for first, end in pairwise(ends)]
        steps = whole.adopters.shape[2]
        assert max(part.adopters.shape[2] for part in parts) == steps
        assert np.concatenate([longer(part, steps) for part in parts], axis=1).tolist() == whole.adopters.tolist()
        assert np.concatenate([part.value for part in parts], axis=1).tolist() == whole.value.tolist()
        for name in ("group_sum", "group_squares", "reached"):
            assert sum(getattr(part, name) for part in parts).tolist() == getattr(whole, name).tolist()

    @given(st.data(), KEYS)
    def test_whatever_other_plans_are_tried(self, data, key):
        network = data.draw(networks(**MIXED))
        model = data.draw(CAPPED)
        tried = [data.draw(plans(network.size)) for _ in range(3)]
        together = run(network, model, tried, Worlds(key, 0, 50))
        for place, plan in enumerate(tried):
            alone = run(network, model, [plan], Worlds(key, 0, 50))
            steps = together.adopters.shape[2]
            assert longer(alone, steps)[0].tolist() == together.adopters[place].tolist()
            assert alone.reached[0].tolist() == together.reached[place].tolist()
            assert alone.value[0].tolist() == together.value[place].tolist()

    @settings(max_examples=20)
    @given(st.data())
    def test_however_a_run_stops(self, data):
        network = data.draw(networks(**MIXED))
        model, plan = data.draw(AT_ONCE), data.draw(plans(network.size))
        wanted = data.draw(st.sampled_from((0.02, 0.04)))
        for backend, least in (("cpu", wanted), ("python", 0.06)):
            stopped = spark.simulate(network, model, plan, standard_error=least, rng=9, backend=backend)
            assert stopped.standard_error <= least
            assert math.log2(stopped.worlds / 256).is_integer()
            fixed = spark.simulate(network, model, plan, worlds=stopped.worlds, rng=9, workers=2)
            assert fixed.sizes.tolist() == stopped.sizes.tolist()
            assert fixed.chances.tolist() == stopped.chances.tolist()
            assert fixed.over_time == stopped.over_time
            half = spark.simulate(network, model, plan, worlds=stopped.worlds // 2, rng=9)
            assert half.sizes.tolist() == stopped.sizes.tolist()[: half.worlds]

    @given(st.data(), KEYS)
    def test_from_seeds_in_any_order_and_named_twice(self, data, key):
        network = data.draw(networks(**MIXED))
        seeds = data.draw(st.lists(st.integers(0, network.size - 1), unique=True, max_size=4))
        other = data.draw(st.permutations(seeds)) + seeds[:2]
        tally = run(network, data.draw(ANYTHING), [seeds, other], Worlds(key, 0, 50))
        assert tally.adopters[0].tolist() == tally.adopters[1].tolist()


class TestReplay:
    @settings(max_examples=100)
    @given(st.data(), KEYS, HORIZONS)
    def test_agrees_with_the_tally_and_on_both_backends(self, data, key, horizon):
        network = data.draw(networks(**MIXED))
        plan, model = data.draw(plans(network.size)), data.draw(ANYTHING)
        problem, actions, watch = lowered(network, model, [plan], horizon)
        worlds = Worlds(key, 3, 16)
        tally = run(network, model, [plan], worlds, horizon=horizon)
        traces = [open_backend(name).replay(problem, actions, watch, worlds) for name in BACKENDS]
        assert_same(*traces)
        when = traces[0].when
        for t in range(tally.adopters.shape[2]):
            assert ((when >= 0) & (when <= t)).sum(axis=1).tolist() == tally.adopters[0, :, t].tolist()
        assert (when >= 0).sum(axis=0).tolist() == tally.reached[0].tolist()
        assert when.max(initial=0) == tally.adopters.shape[2] - 1

    @settings(max_examples=100)
    @given(st.data(), KEYS)
    def test_names_what_can_have_lit_each_person(self, data, key):
        network = data.draw(networks(**MIXED))
        plan = data.draw(plans(network.size))
        problem, actions, watch = lowered(network, data.draw(AT_ONCE), [plan])
        trace = open_backend("cpu").replay(problem, actions, watch, Worlds(key, 0, 16))
        sources = network.sources()
        due = dict(zip(actions.seed_people.tolist(), actions.seed_start.tolist(), strict=True))
        for when, by in zip(trace.when.tolist(), trace.by.tolist(), strict=True):
            for v, (t, cause) in enumerate(zip(when, by, strict=True)):
                assert (t == -1) == (cause == Trace.NEVER)
                if cause >= 0:
                    assert network.targets[cause] == v
                    assert when[sources[cause]] == t - 1
                elif cause == Trace.SEED:
                    assert due[v] == t
                elif cause == Trace.ALREADY:
                    assert network.adopted[v]
                    assert t == 0
                elif cause == Trace.PARTNERS:
                    fresh = {int(network.organisation[u]) for u in range(network.size) if when[u] == t - 1}
                    partner = {
                        int(q)
                        for q, o in zip(network.partner_source, network.partner_target, strict=True)
                        if o == network.organisation[v]
                    }
                    assert fresh & partner
                elif cause == Trace.BROADCAST:
                    assert any(
                        isinstance(action, spark.Broadcast) and action.start <= t < action.stop
                        for action in plan.interventions
                    )

    @given(st.data(), st.integers(0, 20))
    def test_of_a_world_is_that_row_of_simulate(self, data, world):
        network = data.draw(networks(**MIXED))
        model, plan = data.draw(AT_ONCE), data.draw(plans(network.size))
        sizes = spark.simulate(network, model, plan, worlds=21, rng=2).sizes
        events = spark.replay(network, model, plan, world=world, rng=2).events
        assert len(events) == sizes[world]
        assert [event.time for event in events] == sorted(event.time for event in events)


def test_doses_without_end_saturate_and_do_not_wrap_around():
    network = spark.Network.from_edges(
        [0],
        [1],
        people={"id": [0, 1, 2], "organisation": ["q", "o", "q"], "readiness": [1e6] * 3, "visibility": [1e6] * 3},
        partners={"source": ["q"], "target": ["o"], "weight": [1e6]},
    )
    news = spark.Plan(spark.Seeds([0, 2]), *(spark.Broadcast(dose=1e9, start=1, stop=9) for _ in range(3)))
    models = (spark.IndependentCascade(1.0, partners=1.0), spark.LinearThreshold(1.0, 1.0, totals="cap"))
    for model in models:
        assert int(lowered(network, model, [news])[1].heard.max()) == CERTAIN
        for backend in BACKENDS:
            assert (
                run(network, model, [news], Worlds(4, 0, 20), backend=backend).adopters[0, :, -1].tolist() == [3] * 20
            )
