"""A bound on what any mix can reach for a budget, where each part adds less the more there is of the others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spark.optimise.subsets import Subset
from spark.optimise.trials import Trials, kind_of
from spark.plan import Mandate
from spark.problem.together import lower_together
from spark.results import Certificate

ADDING = ("seeds", "broadcast", "mandate")
"""Kinds that only add dose or adopters; constant strength, so that the gain of each shrinks beside others."""


def ceiling(
    trials: Trials, costs: NDArray[np.float64], budget: float, best: Subset, confidence: float, worlds: int
) -> Certificate | None:
    """Certify a mix by the gains of all candidates beside each of its parts from the first on; None where nothing does.

    The value of any set is at most that of a prefix and what its members add to it one by one, hence at most the
    prefix and the best fractional knapsack of these gains (Leskovec et al. 2007, doi:10.1145/1281192.1281239). Means
    are bounded by one-sided normal intervals at fresh worlds, with a union over all of them.
    """
    from scipy.special import ndtri

    if not _adds_only(trials):
        return None
    prefixes = [best[:at] for at in sorted({0, len(best) // 2, len(best)})]
    count = len(prefixes) * (costs.size + 1) + 1
    z = float(ndtri(1 - (1 - confidence) / count))
    nothing = trials.outcomes([()], worlds)[0]
    highest = math.inf
    for prefix in prefixes:
        here = trials.outcomes([prefix], worlds)[0] - nothing
        rest = [i for i in range(costs.size) if i not in prefix]
        more = trials.outcomes([(*prefix, i) for i in rest], worlds) - nothing - here if rest else np.zeros((0, worlds))
        gains = np.maximum(0.0, more.mean(axis=1) + z * more.std(axis=1, ddof=1) / math.sqrt(worlds))
        top = float(here.mean() + z * here.std(ddof=1) / math.sqrt(worlds))
        highest = min(highest, top + knapsack(gains, costs[rest], budget))
    own = trials.outcomes([best], worlds)[0] - nothing
    low = max(0.0, float(own.mean() - z * own.std(ddof=1) / math.sqrt(worlds)))
    ratio = math.floor(min(1.0, low / highest) * 1e4) / 1e4 if highest > 0 else 1.0
    return Certificate(
        ratio,
        confidence,
        f"at least {math.floor(ratio * 100)} % of what the best possible mix of these {costs.size:,} candidates adds "
        f"to {'what is done beside' if trials.fixed else 'no action'}, at {confidence * 100:g} % confidence",
        f"{worlds:,} fresh worlds; fractional knapsack of the gains of all candidates, normal intervals",
    )


def _adds_only(trials: Trials) -> bool:
    """Whether the expected spread is submodular in the set of candidates (docs/model.md).

    Take-up does not matter: it is so for each way in which the coins may fall, which no plan changes.
    """
    things = trials.candidates
    if any(kind_of(thing) not in ADDING or (isinstance(thing, Mandate) and thing.sustain > 0) for thing in things):
        return False
    problem, _ = lower_together(trials.network, trials.model, {"": trials.plan(())})
    return trials.model.guarantee.submodular and problem.law.live_edge


def knapsack(gains: NDArray[np.float64], costs: NDArray[np.float64], budget: float) -> float:
    """The most that parts of things of these gains and costs come to."""
    total = float(gains[costs <= 0].sum())
    paid = np.flatnonzero(costs > 0)
    for i in paid[np.argsort(-gains[paid] / costs[paid], kind="stable")].tolist():
        if budget <= 0:
            break
        part = min(1.0, budget / float(costs[i]))
        total += part * float(gains[i])
        budget -= part * float(costs[i])
    return total
