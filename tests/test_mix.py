"""The best mix of interventions for a budget."""

import itertools
import json

import numpy as np
import pytest
from test_optimise import needs_compiled

import spark
from spark.backends import open_backend
from spark.errors import InfeasibleError, UsageError
from spark.optimise import mix
from spark.optimise.trials import Trials
from spark.plan import Plan
from spark.problem.actions import plan_cost
from spark.provenance import read_plan
from spark.results.mix import whom
from spark.worlds import Run
from spark.worlds.trying import watch_for


def instance(seed, things=9):
    """A random network, and candidates of every kind that a cascade carries, with prices."""
    rng = np.random.default_rng(seed)
    people = 9
    pairs = [(u, v) for u, v in itertools.permutations(range(people), 2) if rng.random() < 0.2] or [(0, 1)]
    source, target = zip(*pairs, strict=True)
    network = spark.Network.from_edges(source, target, people={"id": list(range(people))})
    options = [spark.Seeds([v], cost_each=float(rng.integers(2, 5))) for v in rng.permutation(people)[:5].tolist()]
    for v in rng.permutation(people)[: things - 5].tolist():
        u = int((v + rng.integers(1, people)) % people)
        kind = rng.integers(3)
        if kind == 0:
            options.append(spark.Boost(2.0, {"people": (v,)}, cost=float(rng.integers(1, 3))))
        elif kind == 1:
            where = {"people": (v,)}, {"people": (u,)}
            options.append(spark.Bridge(*where, probability=0.7, layer=f"added {v}", cost=float(rng.integers(1, 3))))
        else:
            options.append(spark.Broadcast(probability=0.3, to={"people": (v,)}, cost=float(rng.integers(1, 3))))
    return network, tuple(options), 7.0


def share_of_best(seed, monkeypatch, worlds=128):
    """What the search reaches in its own worlds, as a share of the best of all sets there; exact search is off."""
    network, options, budget = instance(seed)
    model = spark.IndependentCascade(0.3)
    search = mix.Search
    seen = {}

    def without_exact(*arguments, **further):
        further["exact"] = False
        made = search(*arguments, **further)
        seen.setdefault("objective", made.objective)
        return made

    monkeypatch.setattr(mix, "Search", without_exact)
    choice = spark.choose_plan(network, model, options, budget=budget, worlds=worlds, rng=seed, workers=1)
    monkeypatch.setattr(mix, "Search", search)
    costs = np.array([plan_cost(network, Plan(option)) for option in options])
    every = [
        chosen
        for size in range(len(options) + 1)
        for chosen in itertools.combinations(range(len(options)), size)
        if costs[list(chosen)].sum() <= budget
    ]
    values = seen["objective"](every, worlds)
    parts = [options.index(part.intervention) for part in choice.parts]
    return seen["objective"]([tuple(parts)], worlds)[0] / values.max()


@needs_compiled
def test_the_mix_comes_near_the_best_of_all_sets(monkeypatch):
    monkeypatch.setattr("spark.optimise.trials.MOST_RUNS", 150_000)
    shares = [share_of_best(seed, monkeypatch) for seed in range(8)]
    assert np.mean(shares) >= 0.99
    assert min(shares) >= 0.9


@needs_compiled
def test_the_bound_holds_against_the_best_of_all_sets():
    for seed in range(5):
        network, options, budget = instance(seed, things=6)
        adding = tuple(option for option in options if isinstance(option, spark.Seeds | spark.Broadcast))
        model = spark.IndependentCascade(0.3)
        choice = spark.choose_plan(network, model, adding, budget=budget, worlds=512, rng=seed, workers=1)
        assert choice.certificate.ratio is not None
        costs = np.array([plan_cost(network, Plan(option)) for option in adding])
        best = max(
            spark.exact.spread(network, model, Plan(*(adding[i] for i in chosen)))
            for size in range(len(adding) + 1)
            for chosen in itertools.combinations(range(len(adding)), size)
            if costs[list(chosen)].sum() <= budget
        )
        reached = spark.exact.spread(network, model, choice.plan)
        assert choice.certificate.ratio <= reached / best + 1e-9
        assert choice.certificate.ratio > 0.5


@needs_compiled
def test_a_series_of_bridges_is_bought_though_one_alone_is_worth_nothing():
    ids = ["a", "b", "c", *(f"d{i}" for i in range(8))]
    network = spark.Network.from_edges(["c"] * 8, ids[3:], people={"id": ids})
    ends = [("a", "b"), ("b", "c")]
    bridges = [spark.Bridge({"people": (u,)}, {"people": (v,)}, probability=0.9, both=False, cost=1.0) for u, v in ends]
    lure = [spark.Broadcast(probability=0.5, to={"people": (f"d{i}",)}, cost=1.0) for i in range(4)]
    model = spark.IndependentCascade(0.9)
    options = {"budget": 2.0, "beside": [spark.Seeds(["a"])], "worlds": 256, "rng": 1, "workers": 1}
    choice = spark.choose_plan(network, model, [*lure, *bridges], **options)
    assert [part.kind for part in choice.parts] == ["bridge", "bridge"]
    assert choice.certificate.ratio is None
    assert "no bound" in choice.certificate.statement
    assert choice.rivals[0].gain < choice.spread.gain_over_no_action


@needs_compiled
def test_what_is_said_of_a_mix_adds_up_and_can_be_kept():
    network, options, budget = instance(3)
    choice = spark.choose_plan(
        network, spark.IndependentCascade(0.3), options, budget=budget, worlds=256, rng=4, workers=1
    )
    alone = spark.simulate(network, spark.IndependentCascade(0.3), choice.plan, worlds=256, rng=4)
    assert alone.mean == choice.spread.mean
    assert sum(part.gain for part in choice.parts) == pytest.approx(choice.spread.gain_over_no_action)
    assert choice.cost == pytest.approx(sum(part.cost for part in choice.parts))
    assert choice.cost <= budget
    assert [point.budget for point in choice.frontier] == [budget / 4, budget / 2, 3 * budget / 4, budget]
    assert all(point.cost <= point.budget for point in choice.frontier)
    assert {worth.kind for worth in choice.margins} == {mix.kind_of(option) for option in options}
    again = spark.Mix.from_dict(json.loads(json.dumps(choice.to_dict())))
    assert again.to_dict() == choice.to_dict()
    assert "<table>" in choice._repr_html_()
    assert len(choice.to_pandas()) == len(choice.parts)


@needs_compiled
def test_a_mix_can_be_made_again_from_its_provenance():
    network, options, budget = instance(6)
    model = spark.IndependentCascade(0.3)
    beside = [spark.Broadcast(probability=0.05)]
    first = spark.choose_plan(network, model, options, budget=budget, beside=beside, worlds=128, rng=4, workers=1)
    said = json.loads(json.dumps(first.provenance.to_dict()))
    again = spark.choose_plan(
        network,
        model,
        read_plan(said["options"]["candidates"]).interventions,
        budget=said["options"]["budget"],
        beside=read_plan(said["options"]["beside"]).interventions,
        worlds=said["worlds"],
        rng=said["rng"],
        workers=2,
    )
    assert again.to_dict() == first.to_dict()


@needs_compiled
def test_a_mix_is_the_same_for_any_number_of_workers():
    network, options, budget = instance(5)
    model = spark.ExamplesNeeded(2, of=spark.IndependentCascade(0.5))
    one, two = (spark.choose_plan(network, model, options, budget=budget, worlds=128, rng=2, workers=w) for w in (1, 2))
    assert one.to_dict() == two.to_dict()


@needs_compiled
def test_candidates_are_listed_for_every_kind_that_the_model_carries_out():
    network = spark.generate.health_trust(staff=200)
    found = spark.candidates_for(network, spark.SIS(0.05), budget=10, horizon=6, rng=1, most=20)
    assert {mix.kind_of(thing) for thing in found} == {"seeds", "boost", "sustain", "bridge", "broadcast"}
    assert len(found) <= 20
    cascade = spark.candidates_for(network, spark.IndependentCascade(0.1), budget=10, rng=1)
    assert "sustain" not in {mix.kind_of(thing) for thing in cascade}
    assert all(plan_cost(network, Plan(thing)) <= 10 for thing in cascade)


class TestRefuse:
    network = spark.Network.from_edges(["a"], ["b"])
    model = spark.IndependentCascade(0.5)

    def test_nothing_to_choose_from(self):
        with pytest.raises(UsageError, match="no candidates"):
            spark.choose_plan(self.network, self.model, [], budget=1)

    def test_a_budget_that_is_no_amount(self):
        for budget in (-1, float("nan"), "much"):
            with pytest.raises(UsageError, match="not a number of at least 0"):
                spark.choose_plan(self.network, self.model, [spark.Seeds(["a"])], budget=budget)

    def test_a_budget_that_buys_nothing(self):
        with pytest.raises(InfeasibleError, match=r"buys none of the 1 candidates; the cheapest costs 1"):
            spark.choose_plan(self.network, self.model, [spark.Seeds(["a"])], budget=0.5)

    def test_a_verb_that_is_unknown_or_cannot_be_carried_out(self):
        with pytest.raises(UsageError, match="did you mean 'boost'"):
            spark.candidates_for(self.network, self.model, budget=1, verbs=["bost"])
        with pytest.raises(UsageError, match="nobody gives up"):
            spark.candidates_for(spark.generate.health_trust(staff=200), self.model, budget=9, verbs=["sustain"], rng=1)


@needs_compiled
def test_what_is_made_up_costs_in_proportion_to_what_people_cost():
    trust = spark.generate.health_trust(staff=200)
    people = {"id": trust.people, "team": [trust.teams[t] if t >= 0 else "" for t in trust.team]}
    source, target = trust.sources(), trust.targets
    ties = [trust.people[v] for v in source], [trust.people[v] for v in target]
    found = {}
    for cost in (1.0, 2000.0):
        dear = spark.Network.from_edges(*ties, people=people | {"cost": [cost] * trust.size})
        things = spark.candidates_for(dear, spark.IndependentCascade(0.05), budget=10 * cost, rng=1, most=20)
        found[cost] = [(mix.kind_of(thing), whom(thing), plan_cost(dear, Plan(thing)) / cost) for thing in things]
    assert [row[:2] for row in found[1.0]] == [row[:2] for row in found[2000.0]]
    assert [row[2] for row in found[1.0]] == pytest.approx([row[2] for row in found[2000.0]])


@needs_compiled
def test_cheap_people_are_candidates_even_where_others_are_better_connected():
    ids = ["hub", *(f"s{i}" for i in range(300)), "volunteer", "v1", "v2"]
    source = ["hub"] * 300 + [f"s{i}" for i in range(300)] + ["volunteer", "volunteer"]
    target = [f"s{i}" for i in range(300)] + [f"s{(i + 1) % 300}" for i in range(300)] + ["v1", "v2"]
    cost = [6000.0] + [6000.0] * 300 + [500.0, 6000.0, 6000.0]
    network = spark.Network.from_edges(source, target, people={"id": ids, "cost": cost})
    listed = spark.candidates_for(
        network, spark.IndependentCascade(0.5), budget=20_000, verbs=["seed"], most=8, rng=1, workers=1
    )
    assert ("volunteer",) in [thing.people for thing in listed]
    twice = spark.candidates_for(
        network, spark.IndependentCascade(0.5), budget=20_000, verbs=["seed", "seed"], most=8, rng=1, workers=2
    )
    assert twice == listed


@needs_compiled
def test_what_adds_nothing_is_not_bought():
    network = spark.Network.from_edges(["a", "a"], ["b", "c"], people={"id": ["a", "b", "c", "d"]})
    model = spark.IndependentCascade(1.0)
    idle = [spark.Boost(1.0, {"people": ("d",)}, cost=0.5), spark.Seeds(["b", "c"])]
    choice = spark.choose_plan(network, model, [spark.Seeds(["a"]), *idle], budget=10, worlds=64, rng=1, workers=1)
    assert choice.plan.seeds == ("a",)
    assert choice.cost == 1
    assert [worth.kind for worth in choice.margins] == ["seeds", "boost"]
    assert choice.margins[1].next == choice.margins[1].next_standard_error == 0


@needs_compiled
def test_margins_have_errors_and_are_not_flattered_by_being_picked():
    """Forty people who are all alike: the best further one looks no better than the others, as she is not."""
    ids = list(range(400))
    source = [v for v in range(40) for _ in range(5)]
    target = [40 + i for i in range(200)]
    network = spark.Network.from_edges(source, target, people={"id": ids})
    model, truth = spark.IndependentCascade(0.5), 1 + 5 * 0.5
    distances = []
    for rng in range(12):
        choice = spark.choose_plan(
            network, model, [spark.Seeds(list(range(40)))], budget=2, worlds=128, rng=rng, workers=1
        )
        (worth,) = choice.margins
        distances += [(worth.next - truth) / worth.next_standard_error]
        distances += [(worth.least - truth) / worth.least_standard_error]
        best_looking = max(part.loss for part in choice.parts)
        assert worth.further.people[0] not in choice.plan.seeds
        assert best_looking > 0
    assert abs(np.mean(distances)) <= 3 / np.sqrt(len(distances))


@needs_compiled
def test_the_bound_holds_where_only_some_listen():
    network, options, budget = instance(2, things=7)
    adding = [spark.Seeds(option.people, take_up=0.6) for option in options if isinstance(option, spark.Seeds)]
    adding += [
        spark.Broadcast(probability=0.4, to={"people": (v, v + 1)}, cost=1.0, take_up=0.5) for v in range(0, 8, 2)
    ]
    model = spark.IndependentCascade(0.3)
    choice = spark.choose_plan(network, model, adding, budget=budget, worlds=512, rng=3, workers=1)
    single = mix.one_by_one(adding)
    costs = np.array([plan_cost(network, Plan(option)) for option in single])
    every = [
        chosen
        for size in range(len(single) + 1)
        for chosen in itertools.combinations(range(len(single)), size)
        if costs[list(chosen)].sum() <= budget
    ]
    watch = watch_for(network, Run(), count=False)
    trials = Trials(network, model, single, (), open_backend(workers=1), watch, 99)
    parts = tuple(single.index(part.intervention) for part in choice.parts)
    nothing, reached, *values = trials.means([(), parts, *every], 8192)
    assert 0.5 < choice.certificate.ratio <= (reached - nothing) / (max(values) - nothing)


@needs_compiled
def test_what_a_model_refuses_on_this_network_is_not_a_candidate():
    """All that ties weigh adds up to 1 under linear threshold: there is no room for a broadcast or a bridge."""
    ids = list(range(40))
    teams = {"id": ids, "team": [f"t{v % 4}" for v in ids]}
    network = spark.Network.from_edges(ids, [(v * 7 + 3) % 40 for v in ids], people=teams)
    found = spark.candidates_for(network, spark.LinearThreshold(), budget=5, rng=1, most=20)
    assert {mix.kind_of(thing) for thing in found} == {"seeds"}


def test_groups_that_are_numbers_are_said_to_be_groups():
    assert whom(spark.Boost(0.5, {"team": ("3", "4")})) == "team 3, 4"
    assert whom(spark.Boost(0.5, {"team": ("ward 3",)})) == "ward 3"
    assert whom(spark.Boost(0.5, {"profession": ("nurse",)})) == "profession nurse"
    assert whom(spark.Boost(0.5, {"team": ("a",), "profession": ("nurse",)})) == "team a; profession nurse"
    assert whom(spark.Bridge({"team": ("1",)}, {"team": ("2",)}, probability=0.1)) == "team 1 – team 2"
    assert whom(spark.Broadcast(probability=0.1)) == "everybody"


@needs_compiled
def test_the_same_person_now_or_later_are_two_candidates():
    """Who gives up after a step or two, and is to practise at the end, is better lit late."""
    network = spark.Network.from_edges(["a"], ["b"], people={"id": ["a", "b", "c"]})
    model = spark.SIR(0.5, 0.6)
    offers = [spark.Seeds(["a", "c"]), spark.Seeds(["a", "c"], start=9), spark.Seeds(["a"])]
    assert len(mix.one_by_one(offers)) == 4
    choice = spark.choose_plan(network, model, offers, budget=2, horizon=10, worlds=256, rng=1, workers=1)
    assert [part.whom for part in choice.parts] == ["a, from step 9", "c, from step 9"]
