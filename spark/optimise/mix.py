"""The best mix of interventions for a budget, chosen on common worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import InfeasibleError, UsageError
from spark.model import Model
from spark.network import Network
from spark.optimise.ceiling import ceiling
from spark.optimise.subsets import Objective, Search, Subset
from spark.optimise.trials import Trials, kind_of, kinds_of
from spark.plan import Intervention, Mandate, Plan, Seeds
from spark.problem.actions import plan_cost
from spark.problem.keys import Rng, run_key, whole_rng
from spark.provenance import describe_plan
from spark.results import Certificate, Mix, MixedIn, Point, Rival, Worth
from spark.worlds import Progress, Run, try_plans
from spark.worlds.trying import watch_for

SLACK = 1 + 1e-9
FRONTIER = (0.25, 0.5, 0.75)
SIDE_EFFORT = 8
"""The frontier, and each kind on its own, get this part of the effort."""
FEWEST_JUDGED = 128
NO_ACTION, WHOLE = "no action", "the mix"
Worlds = NDArray[np.float64]
"""A figure of each world, float64[worlds]."""


def choose_plan(
    network: Network,
    model: Model,
    candidates: Iterable[Intervention],
    *,
    budget: float,
    beside: Iterable[Intervention] = (),
    confidence: float = 0.99,
    worlds: int = 2048,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Mix:
    """Choose which of the candidates to carry out, so that the practice spreads as far as it can for the money.

    Parameters
    ----------
    candidates : interventions with their costs, each to be carried out as a whole or not at all; of `Seeds` each person
        is a candidate of her own. `candidates_for` makes a list.
    budget : what they may cost together, >= 0.
    beside : what is carried out in any case, and is not paid from the budget.
    worlds : on which sets of candidates are judged, and again as many for the figures that are returned.
    confidence, horizon, rng, workers, backend, progress : see `spark.choose_seeds`.

    Returns
    -------
    The mix, what each part adds, what each kind brings per unit of money at the margin, the frontier over smaller
    budgets, and what each kind alone would reach; all in worlds that had no part in choosing.

    Raises
    ------
    UsageError
        There are no candidates, the budget is not a number of at least 0, or as `spark.simulate`.
    InfeasibleError
        Nothing can be paid.

    Examples
    --------
    >>> import spark
    >>> path = spark.Network.from_edges(["a", "b"], ["b", "c"])
    >>> options = [spark.Seeds(["a", "b"]), spark.Boost(1.0, {"people": ["b"]}, cost_each=0.5)]
    >>> spark.choose_plan(path, spark.IndependentCascade(0.4), options, budget=1.5, rng=7).plan.seeds
    ('a',)
    """
    things = one_by_one(candidates)
    if not things:
        raise UsageError("choose_plan: there are no candidates to choose from")
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not 0 <= budget < np.inf:
        raise UsageError(f"budget {budget!r} is not a number of at least 0")
    rng = whole_rng(rng)
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend)
    costs = np.array([plan_cost(network, Plan(thing), horizon) for thing in things])
    if costs.min() > budget * SLACK:
        raise InfeasibleError(
            f"budget {budget:,g} buys none of the {len(things):,} candidates; the cheapest costs {costs.min():,g}"
        )
    if costs.sum() < budget:
        budget = float(costs.sum())
    opened = open_backend(backend, workers=workers)
    watch = watch_for(network, run, count=False)
    trials = Trials(network, model, things, tuple(beside), opened, watch, run_key(rng, "choose"))
    effort = trials.effort(_affordable(tuple(range(len(things))), costs, budget))
    best = search_mix(trials, costs, budget, worlds, effort, starts=[tuple(range(len(things)))], progress=progress)
    names = {kind: [i for i, thing in enumerate(things) if kind_of(thing) == kind] for kind in kinds_of(things)}
    found: dict[str, Subset] = {WHOLE: best}
    larger = best
    for share in reversed(FRONTIER):
        larger = search_mix(trials, costs, share * budget, worlds, effort // SIDE_EFFORT, starts=[larger])
        found[f"{share:.0%} of the budget"] = larger
    if len(names) > 1:
        for kind, own in names.items():
            found[kind] = search_mix(trials, costs, budget, worlds, effort // SIDE_EFFORT, among=own)
    judged = min(worlds, max(FEWEST_JUDGED, effort // (2 * len(best) + costs.size)))
    return _answer(trials, run, rng, costs, budget, found, names, confidence, judged)


def one_by_one(candidates: Iterable[Intervention]) -> tuple[Intervention, ...]:
    """Return the candidates with each seed apart, and nobody twice on the same terms."""
    single: list[Intervention] = []
    for thing in candidates:
        if isinstance(thing, Seeds):
            offers = [replace(thing, people=(person,)) for person in thing.people]
            single += [offer for offer in offers if offer not in single]
        else:
            single.append(thing)
    return tuple(single)


def _affordable(chosen: Subset, costs: NDArray[np.float64], budget: float) -> Subset:
    kept: Subset = ()
    for i in chosen:
        if costs[[*kept, i]].sum() <= budget * SLACK:
            kept = (*kept, i)
    return kept


def search_mix(
    trials: Trials,
    costs: NDArray[np.float64],
    budget: float,
    worlds: int,
    effort: int,
    *,
    among: Sequence[int] | None = None,
    starts: Sequence[Subset] = (),
    exact: bool = True,
    progress: Progress | None = None,
) -> Subset:
    """Return the best set that the budget buys, in the order of what each adds; `exact`, `effort`: see `Search`."""
    pool = np.arange(costs.size) if among is None else np.asarray(among)
    prices = costs[pool].tolist()
    done = 0

    def objective(sets: Sequence[Subset], count: int) -> NDArray[np.float64]:
        nonlocal done
        done += len(sets) * count
        if progress is not None:
            progress(min(done, effort), effort)
        return trials.means([tuple(pool[list(chosen)].tolist()) for chosen in sets], count)

    def fits(chosen: Subset) -> bool:
        return bool(sum(prices[i] for i in chosen) <= budget * SLACK)

    known = [start for start in starts if start and among is None]
    found = Search(
        objective, costs[pool], fits, trials.key, worlds=worlds, effort=effort, starts=known, exact=exact
    ).run()
    chosen = _without_the_idle(objective, prices, found.chosen, worlds)
    return tuple(pool[list(chosen)].tolist())


def _without_the_idle(objective: Objective, prices: Sequence[float], chosen: Subset, worlds: int) -> Subset:
    """Leave out, dearest first, what adds nothing to the others in any of the worlds; the order is kept."""
    if not chosen:
        return chosen
    without = [tuple(i for i in chosen if i != out) for out in chosen]
    value, *less = objective([chosen, *without], worlds).tolist()
    idle = [out for out, rest in zip(chosen, less, strict=True) if rest >= value]
    for out in sorted(idle, key=lambda i: -prices[i]):
        rest = tuple(i for i in chosen if i != out)
        if objective([rest], worlds)[0] >= value:
            chosen = rest
    return chosen


def _answer(
    trials: Trials,
    run: Run,
    rng: int,
    costs: NDArray[np.float64],
    budget: float,
    found: Mapping[str, Subset],
    names: Mapping[str, Sequence[int]],
    confidence: float,
    judged: int,
) -> Mix:
    """Judge what was found; the parts in the first `judged` of the worlds."""
    best = found[WHOLE]
    fresh = trials.elsewhere(run_key(rng, "evaluate"))
    plans = {WHOLE: trials.plan(best), NO_ACTION: Plan()}
    spread, nothing = try_plans(trials.network, trials.model, plans, run, verb="choose_plan")
    people = fresh.elsewhere(fresh.key, replace(fresh.watch, value=np.empty(0, np.int64)))
    reached = dict(zip(found, people.outcomes(list(found.values()), run.worlds) - nothing.sizes, strict=True))
    gains = {name: _mean(row) for name, row in reached.items()}
    price = {name: float(costs[list(chosen)].sum()) for name, chosen in found.items()}
    prefixes = [best[:i] for i in range(len(best) + 1)]
    steps = fresh.outcomes(prefixes, judged)
    rest = [i for i in range(costs.size) if i not in best]
    without = fresh.outcomes([tuple(j for j in best if j != i) for i in best], judged) if best else steps[:0]
    beyond = fresh.outcomes([(*best, i) for i in rest], judged) if rest else steps[:0]
    parts = tuple(
        MixedIn(
            trials.candidates[i], float(costs[i]), *_mean(steps[at + 1] - steps[at]), *_mean(steps[-1] - without[at])
        )
        for at, i in enumerate(best)
    )
    losses = {i: (steps[-1] - without[at]) / costs[i] for at, i in enumerate(best) if costs[i] > 0}
    rises = {i: (beyond[at] - steps[-1]) / costs[i] for at, i in enumerate(rest) if costs[i] > 0}
    margins = tuple(
        _margin(
            kind,
            sum(float(costs[i]) for i in best if i in own),
            trials,
            {i: losses[i] for i in own if i in losses},
            {i: rises[i] for i in own if i in rises},
        )
        for kind, own in names.items()
    )
    frontier = tuple(
        Point(share * budget, price[name], *gains[name])
        for share, name in ((at, f"{at:.0%} of the budget") for at in FRONTIER)
    )
    frontier += (Point(budget, price[WHOLE], *gains[WHOLE]),)
    rivals = tuple(
        Rival(name, trials.plan(found[name]).interventions, price[name], *gains[name])
        for name in names
        if name in found
    )
    certificate = ceiling(trials.elsewhere(run_key(rng, "certify")), costs, budget, best, confidence, judged)
    options: dict[str, object] = {"budget": budget, "confidence": confidence}
    options |= {"beside": describe_plan(Plan(*trials.fixed))} if trials.fixed else {}
    options["candidates"] = describe_plan(Plan(*trials.candidates))
    return Mix(
        plan=plans[WHOLE],
        cost=price[WHOLE],
        parts=parts,
        spread=spread,
        certificate=certificate or Certificate(None, None, f"no bound: {_why(trials)}", "search on worlds"),
        margins=margins,
        frontier=frontier,
        rivals=rivals,
        provenance=replace(spread.provenance, options=options),
    )


def _why(trials: Trials) -> str:
    """Say why there is no bound."""
    things = trials.candidates
    lasting = any(isinstance(thing, Mandate) and thing.sustain > 0 for thing in things)
    kinds = [kind for kind in kinds_of(things) if kind in TOGETHER and (kind != "mandate" or lasting)]
    if kinds:
        two = " or ".join(f"two {TOGETHER[kind]}" for kind in kinds)
        return f"{two} can be worth more together than the sum of each alone; the mix comes from a search"
    if trials.model.guarantee.submodular:
        return "bounds on mixes are known for models with live-edge worlds only; the mix comes from a search"
    return f"{trials.model.guarantee.statement}; the mix comes from a search"


TOGETHER = {
    "boost": "boosts",
    "bridge": "bridges",
    "sustain": "groups that are helped to keep going",
    "mandate": "mandates",
}


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def _margin(
    kind: str, spent: float, trials: Trials, losses: Mapping[int, Worlds], rises: Mapping[int, Worlds]
) -> Worth:
    """Say what a kind brings per cost: the least of the `losses` of its parts, the largest of the `rises` of others.

    Which it is, one half of the worlds says, how much the other half: else the least looked worse, and the best better,
    than they are.
    """

    def picked(rows: Mapping[int, Worlds], sign: int) -> tuple[int | None, float | None, float | None]:
        halves = {i: np.array_split(row, 2) for i, row in rows.items()}
        if not halves:
            return None, None, None
        found = max(halves, key=lambda i: sign * float(halves[i][0].mean()))
        return found, *_mean(halves[found][1])

    _, least, least_error = picked(losses, -1)
    further, most, most_error = picked(rises, 1)
    thing = None if further is None else trials.candidates[further]
    return Worth(kind, spent, least, least_error, most, most_error, thing)
