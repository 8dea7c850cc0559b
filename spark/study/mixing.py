"""Choose the best mix of interventions for a budget."""

from __future__ import annotations

from collections.abc import Iterable

from spark.network import Network
from spark.plan import Intervention, Plan
from spark.results import Mix
from spark.scenario import Scenario
from spark.study.run import blamed_on_file, run_options
from spark.worlds import Progress


def mix(
    network: Network,
    scenario: Scenario,
    budget: float,
    *,
    verbs: Iterable[str] | None = None,
    candidates: Plan | None = None,
    terms: Plan | None = None,
    progress: Progress | None = None,
) -> Mix:
    """Choose the best mix of interventions for a budget.

    Parameters
    ----------
    verbs : kinds to make candidates of; None: all that the model carries out.
    candidates : a plan whose interventions are the candidates; else they are made up.
    terms : a plan whose interventions say how strong and dear each kind is that is made up.
    """
    from spark.optimise import candidates_for, choose_plan

    options = run_options(scenario)
    with blamed_on_file(scenario, "model"):
        if candidates is None:
            own = _own(terms)
            looked = {key: options[key] for key in ("horizon", "rng", "workers")}
            listed = candidates_for(
                network, scenario.model, budget=budget, verbs=verbs or list(own) or None, templates=own, **looked
            )
        else:
            listed = candidates.interventions
        return choose_plan(network, scenario.model, listed, budget=budget, **options, progress=progress)


def made_up(network: Network, found: Mix, terms: Plan | None) -> tuple[Intervention, ...]:
    """Return an intervention of each kind in a mix whose strength and price nobody gave."""
    from spark.optimise.menu import made_up as usual

    kinds = {worth.kind for worth in found.margins} - {"seeds"}
    return tuple(
        template
        for verb, template in usual(network).items()
        if verb not in _own(terms) and type(template).__name__.lower() in kinds
    )


def _own(terms: Plan | None) -> dict[str, Intervention]:
    """Return, by verb, what a plan says of its strength and price."""
    return {_VERBS.get(type(action).__name__, ""): action for action in (terms or Plan()).interventions}


_VERBS = {"Seeds": "seed", "Boost": "boost", "Sustain": "sustain", "Bridge": "bridge", "Broadcast": "broadcast"}
