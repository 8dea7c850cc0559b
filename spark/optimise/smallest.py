"""The verb: how few people, or how little money, reach a share of the people with a wanted chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError
from spark.model import Model
from spark.network import Network
from spark.optimise.answer import Answer, explained
from spark.optimise.case import Case, case_of
from spark.optimise.certificate import ROUNDING, most_met
from spark.optimise.choose import check_shares, judged
from spark.optimise.greedy import filled
from spark.optimise.limits import who_may
from spark.optimise.reaching import DECIDING, likeliest
from spark.optimise.rules import wanted
from spark.optimise.search import WORLDS, choose_in_worlds
from spark.optimise.sources import choose_on_sets
from spark.optimise.wish import Wish
from spark.plan import Intervention, Plan
from spark.problem.arrays import VALUE_UNIT
from spark.problem.keys import Rng, mix, run_key, whole_rng
from spark.question import ANYBODY, BESIDE, CERTAINLY, Asking, Constraints, Reaching
from spark.results import BudgetStep, Certificate, Choice
from spark.worlds import Progress, Run

FIRST_SIZE, CERTIFY_SETS, CERTAINTY, MOST_TRIES = 8, 1 << 15, 0.99, 3


def smallest_budget(
    network: Network,
    model: Model,
    reach: Reaching,
    *,
    chance: float = 0.8,
    constraints: Constraints = ANYBODY,
    asking: Asking = CERTAINLY,
    beside: Iterable[Intervention] = (),
    baselines: str | Iterable[str] = BESIDE,
    worlds: int = 4096,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Choice:
    """Find the smallest budget found to reach a share of the people with a wanted chance.

    The first people of one ranking are tried on the same worlds until so many of them reach the share; then exchanges
    are tried with fewer. What is found is an upper limit of what is needed; below stands how many are needed for
    certain, because with fewer the mean cannot be as high as it would have to be (Markov's inequality).

    Parameters
    ----------
    reach : which share, and of whom. chance : how likely it is to be reached, in (0, 1).
    constraints, asking, beside, baselines : as in `spark.choose_seeds`; costs are those of the network, 1 each if it
        has none.
    worlds, horizon, rng, workers, backend, progress : see `spark.simulate`; worlds are those of the evaluation.

    Returns
    -------
    The choice; its `aim` holds the chance that it reaches the share, its `budgets` what smaller ones do.

    Raises
    ------
    InfeasibleError
        Not even everybody who may be chosen reaches the share as surely; or as `spark.choose_seeds`.

    Examples
    --------
    >>> import spark
    >>> star = spark.Network.from_edges(["hub"] * 9, list("abcdefghi"))
    >>> choice = smallest_budget(star, spark.IndependentCascade(0.5), spark.Reaching(0.3), chance=0.9, rng=7)
    >>> choice.seeds
    ('hub',)
    """
    check_shares(chance=chance)
    rng = whole_rng(rng)
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend, progress=progress)
    fixed = Plan(*beside)
    budget = _all(network, constraints, fixed)
    case = case_of(network, model, fixed, reach, constraints, asking, run, budget=budget, count=None)
    seeds, steps = _smallest(case, run_key(rng, "choose"), chance)
    order, gains, errors = explained(case, case.setting, seeds, run_key(rng, "choose"))
    case = replace(case, wish=_of_size(case.wish, order))
    found = Answer(order, gains, errors, _at_least(case, order, run_key(rng, "certify"), chance), None, None)
    rules, left_out = wanted(network, baselines)
    choice = judged(case, found, network, constraints, run, {"chance": chance}, rules)
    return replace(
        choice, budgets=steps, left_out=left_out, provenance=replace(choice.provenance, verb="smallest_budget")
    )


def _all(network: Network, constraints: Constraints, fixed: Plan) -> float:
    """What everybody costs who may be chosen."""
    may = network.eligible & ~network.adopted & who_may(network, constraints)
    may[network.index(fixed.seeds)] = False
    return math.fsum(network.cost[may].tolist())


def _smallest(case: Case, key: int, chance: float) -> tuple[NDArray[np.int32], tuple[BudgetStep, ...]]:
    assert case.reach is not None
    steps: dict[int, BudgetStep] = {}
    trying, deciding = mix(key + 21), mix(key + 22)

    def reached(people: NDArray[np.int32], worlds_key: int = trying, worlds: int = DECIDING * WORLDS) -> float:
        assert case.reach is not None
        found = float(case.reach.chance(case.backend, case.setting, [people.tolist()], worlds_key, worlds)[0])
        cost = float(case.wish.cost[people].sum())
        steps[people.size] = BudgetStep(people.size, cost, found)
        return found

    size, ranking = min(FIRST_SIZE, case.wish.most), np.empty(0, np.int32)
    if reached(ranking) >= chance:
        return ranking, tuple(steps.values())
    while True:
        ranking = _ranking(case, replace(case.wish, most=size), key)
        if reached(ranking) >= chance or size == case.wish.most:
            break
        size = min(2 * size, case.wish.most)
    if steps[ranking.size].chance < chance:
        raise InfeasibleError(_out_of_reach(case, ranking.size, steps[ranking.size].chance, chance))
    low, high = 0, ranking.size
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(ranking[:middle]) >= chance else (middle, high)
    best = ranking[:high]
    for _ in range(MOST_TRIES):
        fewer = _of_size(case.wish, best[:-1])
        other = likeliest(case.network, case.backend, case.setting, fewer, case.reach, best[:-1], trying)
        if not best.size or reached(other) < chance:
            break
        best = other
    while reached(best, deciding) < chance and best.size < case.wish.most:
        more = ranking[~np.isin(ranking, best)][:1]
        best = np.append(best, more) if more.size else filled(best, _of_size(case.wish, best, 1))
    return best, tuple(steps[size] for size in sorted(steps))


def _ranking(case: Case, wish: Wish, key: int) -> NDArray[np.int32]:
    """Whom greedy takes one by one, of whom every prefix answers a smaller budget."""
    if case.setting.live_edge:
        return filled(choose_on_sets(case.backend, case.setting, wish, key, 0.95).seeds, wish)
    assert case.reach is not None
    return filled(choose_in_worlds(case.network, case.backend, case.setting, wish, key, (), case.reach.part), wish)


def _of_size(wish: Wish, people: NDArray[np.int32], more: int = 0) -> Wish:
    """The wish for as many people, who cost no more."""
    paid = int(np.count_nonzero(wish.allowed[people])) + more
    return replace(wish, most=paid, budget=None if wish.costs is None else float(wish.costs[people].sum()) * (1 + 1e-9))


def _out_of_reach(case: Case, size: int, found: float, chance: float) -> str:
    assert case.reach is not None
    return (
        f"not even all {size:,} who may be chosen together reach {case.reach.people:,} people with a chance of "
        f"{100 * chance:g} %: they do in {100 * found:.2g} % of the worlds; a smaller share, a chance of "
        f"{math.floor(100 * found):g} %, or letting more people be chosen, would do"
    )


def _at_least(case: Case, seeds: NDArray[np.int32], key: int, chance: float) -> Certificate:
    """How many are needed for certain: with fewer the mean is below chance times what is to be reached."""
    searched = "the smallest found by a search on worlds; fewer may do"
    if not case.setting.live_edge or case.wish.costs is not None or case.wish.limits is not None:
        return Certificate(None, None, f"no bound: {searched}", "search on worlds")
    from scipy.special import betaincinv

    assert case.reach is not None
    setting = case.setting
    source: Any = case.backend.reverse(setting.problem, setting.base, setting.watch, key, independent=True)
    source.grow(CERTIFY_SETS)
    sets = source.sets
    met_anyway = sets.count - int(sets.roots().sum())
    value = setting.watch.value
    total = value.sum() / VALUE_UNIT if value.size else setting.problem.graph.people
    low, high = -1, seeds.size
    miss = (1 - CERTAINTY) / max(1, seeds.size.bit_length())
    while high - low > 1:
        size = (low + high) // 2
        head = seeds[:size]
        covered = most_met(sets, replace(case.wish, most=size), head) if size else 0.0
        most = min(sets.count, math.floor(covered + ROUNDING) + met_anyway)
        mean = float(total) * (float(betaincinv(most + 1, sets.count - most, 1 - miss)) if most < sets.count else 1.0)
        low, high = (size, high) if mean < chance * case.reach.people else (low, size)
    return Certificate(
        None,
        CERTAINTY,
        f"no fewer than {high:,} can do, at {CERTAINTY * 100:g} % confidence; {searched}",
        f"{sets.count:,} fresh reverse sets; dual bound on the mean, Markov's inequality",
    )
