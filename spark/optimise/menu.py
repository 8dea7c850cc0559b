"""Candidates for a mix where the user gives none: who, which teams, which pairs of teams look most promising."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np

from spark.backends import open_backend
from spark.errors import UsageError, nearest
from spark.model import Model
from spark.network import Network
from spark.optimise.baselines import degree_order
from spark.optimise.trials import Trials
from spark.plan import Boost, Bridge, Broadcast, Intervention, Mandate, Plan, Seeds, Sustain
from spark.problem.actions import plan_cost
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.together import lower_together
from spark.worlds import Run
from spark.worlds.trying import watch_for

LOOK = 128
"""Worlds in which candidates are ranked."""
MOST_PAIRS = 120
AHEAD = 4
"""How many times as many people are looked at as are listed."""
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
"""What each verb means and costs where the user does not say; made up, in units of one seed where people cost 1."""


def candidates_for(
    network: Network,
    model: Model,
    *,
    budget: float,
    verbs: Iterable[str] | None = None,
    templates: Mapping[str, Intervention] = MappingProxyType({}),
    most: int = 60,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
) -> tuple[Intervention, ...]:
    """List promising interventions of each kind, for `choose_plan`.

    Seeds are single people; boosts, sustaining and broadcasts go to single teams (organisations where there are no
    teams, everybody where there are neither); bridges join two of them. All are ranked by what they add per cost in a
    few worlds beside a few seeds.

    Parameters
    ----------
    budget : dearer candidates are left out.
    verbs : of ``"seed"``, ``"boost"``, ``"sustain"``, ``"bridge"`` and ``"broadcast"``; None is all that the model
        can carry out.
    templates : by verb, an intervention whose strength, window and costs are taken, and whose targets are not. Without
        it a made-up one is taken: see `TEMPLATES`.
    most : how many candidates at most.

    Raises
    ------
    UsageError
        An unknown verb, one that the model cannot carry out, or as `spark.simulate`.
    """
    asked = verbs is not None
    verbs = tuple(dict.fromkeys(TEMPLATES if verbs is None else verbs))
    faults = [
        f"verb {verb!r} is none of {', '.join(TEMPLATES)}{nearest(verb, TEMPLATES)}"
        for verb in dict.fromkeys([*verbs, *templates])
        if verb not in TEMPLATES
    ]
    if not verbs:
        faults.append(f"verbs: name at least one of {', '.join(TEMPLATES)}")
    if faults:
        raise UsageError(*faults)
    rng = whole_rng(rng)
    each = max(1, most // len(verbs))
    run = Run(horizon=horizon, rng=rng, workers=workers)
    best = [Seeds((person,)) for person in _promising(network, each * AHEAD, run_key(rng, "choose"))]
    company = best[:COMPANY]
    found: list[Intervention] = []
    for verb in verbs:
        template = templates.get(verb, TEMPLATES[verb])
        if isinstance(template, Mandate):
            raise UsageError("a mandate is decreed, not chosen: give it beside the mix, or as a candidate of your own")
        offers: list[Intervention]
        if isinstance(template, Seeds):
            offers = [replace(template, people=seed.people) for seed in best]
        else:
            offers = list(_offers(network, template))
        prices = np.array([plan_cost(network, Plan(offer), horizon) for offer in offers])
        offers = [offer for offer, price in zip(offers, prices, strict=True) if price <= budget]
        if not offers or not (asked or _carried(network, model, offers[0])):
            continue
        trials = Trials(
            network,
            model,
            offers,
            () if verb == "seed" else tuple(company),
            open_backend(workers=workers),
            watch_for(network, run, count=False),
            run_key(rng, "choose"),
        )
        gains = trials.means([(i,) for i in range(len(offers))], LOOK) - trials.means([()], LOOK)
        order = np.argsort(-gains / np.maximum(prices[prices <= budget], 1e-9), kind="stable")
        found += [offers[i] for i in order[:each].tolist()]
    return tuple(found)


def _carried(network: Network, model: Model, offer: Intervention) -> bool:
    """Whether a model can carry out what is offered."""
    try:
        lower_together(network, model, {"": Plan(offer)})
    except UsageError:
        return False
    return True


def _promising(network: Network, count: int, key: int) -> list[Hashable]:
    """The best connected of those who may be chosen."""
    may = network.eligible & ~network.adopted
    return [network.people[v] for v in degree_order(network, key).tolist() if may[v]][:count]


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
