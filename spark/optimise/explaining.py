"""The verb: why these people, and what if one of them says no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.model import Model
from spark.network import Network
from spark.optimise.case import Case, case_of
from spark.optimise.room import Room
from spark.optimise.rules import order_by
from spark.optimise.search import means
from spark.optimise.worth import Worth, worth_on_sets
from spark.plan import Intervention, Plan
from spark.problem.keys import run_key
from spark.provenance import Provenance
from spark.question import ANYBODY, CERTAINLY, EVERYBODY, Asking, Constraints
from spark.results import Choice
from spark.results.explanation import CurvePoint, ExplainedSeed, Explanation
from spark.worlds import Run
from spark.worlds.estimates import exact
from spark.worlds.trying import try_worlds

MOST_TRIED, FEWEST_TRIED, TRIED_IN_ALL = 64, 8, 1024
"""Of how many people the best replacement of one seed is looked for."""
MANY = 16
"""Seeds from which on reverse sets, where there are any, say what each is worth: worlds would be run for each."""
BEYOND_LUCK = 3.0
"""Standard errors by which a gain must be larger than the one before it."""


def explain(
    network: Network,
    model: Model,
    choice: Choice,
    *,
    constraints: Constraints = ANYBODY,
    asking: Asking = CERTAINLY,
    beside: Iterable[Intervention] = (),
    workers: int | None = None,
    backend: str = "cpu",
) -> Explanation:
    """Explain a choice: what each seed reaches first, what is lost without her, and who could take her place.

    Adopters are counted, whatever the objective was. With up to 16 seeds the worlds are those in which the choice was
    evaluated, and replacements are looked for among the 64 most promising people, in worlds of their own. With more,
    and a model that has reverse sets of a moderate size, fresh sets say the same of all at once, and everybody who may
    be chosen is looked at.

    Parameters
    ----------
    constraints, asking, beside : as the choice was made with. workers, backend : see `spark.simulate`.

    Raises
    ------
    UsageError, InfeasibleError, DataError
        As `spark.choose_seeds`.

    Examples
    --------
    >>> import spark
    >>> network = spark.Network.from_edges(["hub"] * 3 + ["other"] * 2, ["a", "b", "c", "c", "d"])
    >>> model = spark.IndependentCascade(0.5)
    >>> explanation = explain(network, model, spark.choose_seeds(network, model, count=1, rng=7))
    >>> [(seed.id, seed.reaches, seed.replacement) for seed in explanation.seeds]
    [('hub', 3, 'other')]
    """
    made = choice.provenance
    run = Run(worlds=made.worlds, horizon=made.horizon, rng=made.rng, workers=workers, backend=backend)
    asked = made.options or {}
    budget = asked.get("budget")
    count = len(choice.ranking) if budget is None else None
    fixed = Plan(*beside)
    case = case_of(network, model, fixed, EVERYBODY, constraints, asking, run, budget=budget, count=count)
    case = replace(case, setting=case.counting_adopters())
    people = [int(v) for v in network.index([seed.id for seed in choice.ranking])]
    if len(people) > MANY and case.setting.rule is not None:
        keys = run_key(made.rng, "choose"), run_key(made.rng, "evaluate")
        worth = worth_on_sets(case.backend, case.setting, case.wish, np.array(people, np.int32), *keys)
        if worth is not None:
            return _told(network, people, worth, replace(made, verb="explain", options=None))
    instead = [_replacement(case, choice, people, at, run_key(made.rng, "choose")) for at in range(len(people))]
    named: dict[str, Plan] = {}

    def plan(name: str, chosen: list[int]) -> None:
        named[name] = case.plan(case.ids(np.array(chosen, np.int32)))

    for size in range(len(people) + 1):
        plan(f"first {size}", people[:size])
    for at, other in enumerate(instead):
        others = people[:at] + people[at + 1 :]
        plan(f"without {at}", others)
        if other is not None:
            plan(f"instead {at}", [*others, other])
    tried = try_worlds(network, model, named, run, verb="explain")
    sizes = dict(zip(named, tried.tally.adopters[:, :, -1].astype(np.int64), strict=False))
    firsts = [sizes[f"first {size}"] for size in range(len(people) + 1)]
    may_rise = not model.guarantee.submodular
    curve = tuple(_point(firsts, size, may_rise) for size in range(len(firsts)))
    seeds = []
    for at, v in enumerate(people):
        gain, loss = exact(firsts[at + 1] - firsts[at]), exact(firsts[-1] - sizes[f"without {at}"])
        other = instead[at]
        instead_of_her: tuple[Any, ...] = (None, None, None)
        if other is not None:
            instead_of_her = network.people[other], *exact(sizes[f"instead {at}"])
        told = (*gain, *loss, *_first(network, v), *instead_of_her)
        seeds.append(ExplainedSeed(network.people[v], *told))
    shape = "critical mass" if any(point.rises for point in curve) else "diminishing"
    provenance = replace(tried.spreads[0].provenance, plans=made.plans)
    return Explanation(tuple(seeds), curve, shape, provenance)


def _told(network: Network, people: list[int], worth: Worth, provenance: Provenance) -> Explanation:
    seeds = []
    for v, adds, lost, other in zip(people, worth.adds, worth.lost, worth.instead, strict=True):
        in_her_place: tuple[Any, ...] = (None, None, None)
        if other is not None:
            in_her_place = network.people[other[0]], *other[1]
        seeds.append(ExplainedSeed(network.people[v], *adds, *lost, *_first(network, v), *in_her_place))
    curve = tuple(CurvePoint(size, *height, rises=False) for size, height in enumerate(worth.heights))
    return Explanation(tuple(seeds), curve, "diminishing", provenance)


def _point(firsts: list[NDArray[np.int64]], size: int, may_rise: bool) -> CurvePoint:
    rises = False
    if size > 1 and may_rise:
        more, error = exact(firsts[size] - 2 * firsts[size - 1] + firsts[size - 2])
        rises = more > BEYOND_LUCK * error
    return CurvePoint(size, *exact(firsts[size]), bool(rises))


def _replacement(case: Case, choice: Choice, people: list[int], at: int, key: int) -> int | None:
    """Who would do best in the place of one seed, among the most promising."""
    others = people[:at] + people[at + 1 :]
    may = Room(case.wish, others).fits()
    may[people] = False
    known = [v for b in choice.baselines for v in case.network.index(b.seeds[: len(people)]).tolist()]
    order = np.array(list(dict.fromkeys([*known, *order_by("diffusion", case.network, key).tolist()])), np.int64)
    most = max(FEWEST_TRIED, min(MOST_TRIED, TRIED_IN_ALL // len(people)))
    able = order[may[order]][:most].tolist()
    if not able:
        return None
    found = means(case.backend, case.setting, [[*others, v] for v in able], key, 1024, adopters=True)
    return int(able[int(np.argmax(found))])


def _first(network: Network, v: int) -> tuple[Any, ...]:
    """Whom she can influence directly: how many, by organisation, by layer, organisations beside hers, readiness."""
    ties = slice(int(network.indptr[v]), int(network.indptr[v + 1]))
    near = np.unique(network.targets[ties])
    codes, counts = np.unique(network.organisation[near], return_counts=True)
    names = [None if code < 0 else network.organisations[code] for code in codes.tolist()]
    inside = tuple(zip(names, counts.tolist(), strict=True)) if len(network.organisations) else ()
    layers = network.layer[ties]
    by_layer = tuple(
        (name, int((layers == at).sum())) for at, name in enumerate(network.layers) if (layers == at).any()
    )
    bridges = int(((codes >= 0) & (codes != network.organisation[v])).sum())
    ready = float(network.readiness[near].mean()) if near.size and "readiness" in network.given else None
    return near.size, inside, by_layer, bridges, ready
