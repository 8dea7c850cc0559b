"""Candidates for a mix where the user gives none: who, which teams, which pairs of teams look most promising."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import InfeasibleError, SparkError, UsageError
from spark.model import Model
from spark.network import Network
from spark.optimise.baselines import degree_order
from spark.optimise.trials import Trials
from spark.plan import Boost, Bridge, Broadcast, Intervention, Mandate, Plan, Seeds, Sustain
from spark.problem.actions import plan_cost
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.together import lower_together
from spark.request import MOST, Among
from spark.worlds import Run
from spark.worlds.trying import watch_for

LOOK = 128
"""Worlds in which candidates are ranked."""
MOST_PAIRS = 120
AHEAD = 4
"""How many times as many people are looked at as are listed; where they differ in cost, twice that."""
AGAIN = 8
"""How many of those who were ahead are looked at again at a time."""
COMPANY = 3
"""Seeds in whose company candidates are ranked: what needs a flame to work must not look useless."""

TEMPLATES: Mapping[str, Intervention] = MappingProxyType(
    {
        "seed": Seeds(()),
        "boost": Boost(0.5, cost_each=0.1),
        "sustain": Sustain(0.5, cost_each=0.1),
        "bridge": Bridge({"team": ("",)}, {"team": ("",)}, probability=0.1, cost_each=0.05),
        "broadcast": Broadcast(probability=0.02, stop=4, cost_each=0.02),
    }
)
"""What each verb means and costs where the user does not say; made up, for people who cost 1: see `made_up`."""


def made_up(network: Network) -> Mapping[str, Intervention]:
    """Return what each verb means and costs where the user does not say: `TEMPLATES`, in units of one seed.

    The unit is what half of those cost at most who may be chosen and cost anything.
    """
    prices = network.cost[network.eligible & ~network.adopted & (network.cost > 0)]
    unit = float(np.median(prices)) if prices.size else 1.0
    return {
        verb: template if isinstance(template, Seeds) else replace(template, cost_each=template.cost_each * unit)
        for verb, template in TEMPLATES.items()
    }


def candidates_for(
    network: Network,
    model: Model,
    *,
    budget: float,
    verbs: Iterable[str] | None = None,
    templates: Mapping[str, Intervention] = MappingProxyType({}),
    most: int = MOST,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
) -> tuple[Intervention, ...]:
    """List promising interventions of each kind, for `choose_plan`.

    Seeds are single people, each chosen for what she adds per cost beside those before her; boosts, sustaining and
    broadcasts go to single teams (organisations where there are no teams, everybody where there are neither); bridges
    join two of them. These are ranked by what they add per cost in a few worlds beside a few seeds.

    Parameters
    ----------
    budget : dearer candidates are left out.
    verbs : of ``"seed"``, ``"boost"``, ``"sustain"``, ``"bridge"`` and ``"broadcast"``; None is all that the model
        can carry out.
    templates : by verb, an intervention whose strength, window and costs are taken, and whose targets are not. Without
        it one is made up, whose costs are in proportion to those of people.
    most : how many candidates at most.

    Raises
    ------
    UsageError
        An unknown verb, one that the model cannot carry out, or as `spark.simulate`.
    InfeasibleError
        The budget buys nothing.
    """
    asked = verbs is not None
    verbs = tuple(TEMPLATES if verbs is None else verbs)
    Among(None, (*verbs, *templates), (), most)
    if not verbs:
        raise UsageError(f"verbs: name at least one of {', '.join(TEMPLATES)}")
    verbs = tuple(verb for verb in TEMPLATES if verb in verbs)
    rng = whole_rng(rng)
    each = max(1, most // len(verbs))
    key, opened = run_key(rng, "choose"), open_backend(workers=workers)
    watch = watch_for(network, Run(horizon=horizon, rng=rng, workers=workers), count=False)
    usual = {**made_up(network), **templates}

    def trials(offers: Sequence[Intervention], beside: Sequence[Intervention]) -> Trials:
        return Trials(network, model, offers, tuple(beside), opened, watch, key)

    cheapest = math.inf

    def priced(offers: Iterable[Intervention]) -> tuple[list[Intervention], NDArray[np.float64]]:
        nonlocal cheapest
        pairs = [(offer, plan_cost(network, Plan(offer), horizon)) for offer in offers]
        cheapest = min([cheapest, *(price for _, price in pairs)])
        pairs = [pair for pair in pairs if pair[1] <= budget]
        return [offer for offer, _ in pairs], np.array([price for _, price in pairs])

    people = _promising(network, usual["seed"], budget, each * AHEAD, key)
    company: list[Intervention] = [Seeds((person,)) for person in people[:COMPANY]]
    found: list[Intervention] = []
    for verb in verbs:
        template = usual[verb]
        if isinstance(template, Mandate):
            raise UsageError("a mandate is decreed, not chosen: give it beside the mix, or as a candidate of your own")
        if isinstance(template, Seeds):
            offers, prices = priced(replace(template, people=(person,)) for person in people)
            if offers:
                found += [offers[i] for i in _one_after_another(trials(offers, ()), prices, each)]
                company = found[:COMPANY]
            continue
        offers, prices = priced(_offers(network, template))
        if not offers or not (asked or _carried(network, model, offers[0])):
            continue
        tried = trials(offers, company)
        gains = tried.means([(i,) for i in range(len(offers))], LOOK) - tried.means([()], LOOK)
        order = np.argsort(-gains / np.maximum(prices, 1e-9), kind="stable")
        found += [offers[i] for i in order[:each].tolist()]
    if not found and cheapest < math.inf:
        raise InfeasibleError(
            f"budget {budget:,g} buys nothing of what could be done; the cheapest costs {cheapest:,g}"
        )
    return tuple(found)


def _one_after_another(trials: Trials, prices: NDArray[np.float64], most: int) -> list[int]:
    """Up to so many candidates, each the one that adds most per cost beside those before it.

    What one adds was last looked at beside fewer others; only who was ahead then is looked at again (Minoux 1978,
    doi:10.1007/BFb0006528), which may miss whom the others made worth more.
    """
    prices = np.maximum(prices, 1e-9)
    chosen: list[int] = []
    value = trials.means([()], LOOK)[0]
    ahead = (trials.means([(i,) for i in range(prices.size)], LOOK) - value) / prices
    fresh = np.ones(prices.size, bool)
    while len(chosen) < min(most, prices.size):
        first = np.argsort(-ahead, kind="stable")[:AGAIN]
        if fresh[first[0]]:
            chosen.append(int(first[0]))
            value += ahead[first[0]] * prices[first[0]]
            ahead[first[0]] = -np.inf
            fresh[:] = False
            continue
        stale = first[~fresh[first] & np.isfinite(ahead[first])]
        ahead[stale] = (trials.means([(*chosen, i) for i in stale.tolist()], LOOK) - value) / prices[stale]
        fresh[stale] = True
    return chosen


def _carried(network: Network, model: Model, offer: Intervention) -> bool:
    """Whether a model can carry out what is offered."""
    try:
        lower_together(network, model, {"": Plan(offer)})
    except SparkError:
        return False
    return True


def _promising(network: Network, template: Intervention, budget: float, count: int, key: int) -> list[Hashable]:
    """The best connected of those who may be chosen and can be paid, and those best connected for what they cost."""
    cost = network.cost
    if isinstance(template, Seeds) and template.cost_each is not None:
        cost = np.full(network.size, template.cost_each)
    may = network.eligible & ~network.adopted
    may &= cost <= max(budget, cost[may].min(initial=math.inf))
    order = [v for v in degree_order(network, key).tolist() if may[v]]
    for_cost = np.argsort(-network.out_degree()[order] / np.maximum(cost[order], 1e-9), kind="stable")
    dear_and_cheap = dict.fromkeys([*order[:count], *(order[i] for i in for_cost[:count].tolist())])
    return [network.people[v] for v in dear_and_cheap]


def _offers(network: Network, template: Broadcast | Boost | Sustain | Bridge) -> Iterable[Intervention]:
    """The template for every group, or pair of groups."""
    key, names = _groups(network)
    if isinstance(template, Bridge):
        pairs: Sequence[tuple[Any, Any]] = list(combinations(names, 2))
        step = max(1, -(-len(pairs) // MOST_PAIRS))
        for a, b in pairs[::step]:
            yield replace(template, source={key: (a,)}, target={key: (b,)})
    elif names:
        for name in names:
            yield replace(template, to={key: (name,)})
    elif not isinstance(template, Bridge):
        yield template


def _groups(network: Network) -> tuple[str, list[Any]]:
    """What interventions go to."""
    if len(network.teams):
        return "team", list(network.teams)
    return "organisation", list(network.organisations)
