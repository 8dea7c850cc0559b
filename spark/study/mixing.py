"""Choose the best mix of interventions for a budget."""

from __future__ import annotations

from spark.network import Network
from spark.plan import Intervention
from spark.request import Among, ChoiceRequest
from spark.results import Mix
from spark.scenario import Scenario
from spark.study.run import blamed_on_file, run_options
from spark.worlds import Progress


def mix(network: Network, scenario: Scenario, request: ChoiceRequest, *, progress: Progress | None = None) -> Mix:
    """Choose the best mix of interventions for a budget, beside what is done in any case."""
    from spark.optimise import candidates_for, choose_plan

    assert request.among is not None
    assert request.budget is not None
    options, among, budget = run_options(scenario), request.among, request.budget
    with blamed_on_file(scenario, "model"):
        listed = among.candidates
        if listed is None:
            own = _own(among)
            looked = {key: options[key] for key in ("horizon", "rng", "workers")}
            listed = candidates_for(
                network,
                scenario.model,
                budget=budget,
                verbs=among.verbs or (["seed", *own] if own else None),
                templates=own,
                most=among.most,
                **looked,
            )
        return choose_plan(
            network, scenario.model, listed, budget=budget, beside=request.beside, **options, progress=progress
        )


def made_up(network: Network, found: Mix, among: Among) -> tuple[Intervention, ...]:
    """Return an intervention of each kind in a mix whose strength and price nobody gave."""
    from spark.optimise.menu import made_up as usual

    kinds = {worth.kind for worth in found.margins} - {"seeds"} if among.candidates is None else set()
    own = _own(among)
    templates = usual(network).items()
    return tuple(thing for verb, thing in templates if verb not in own and type(thing).__name__.lower() in kinds)


def _own(among: Among) -> dict[str, Intervention]:
    """Return, by verb, what is said of its strength and price."""
    return {_VERBS.get(type(action).__name__, ""): action for action in among.terms}


_VERBS = {"Seeds": "seed", "Boost": "boost", "Sustain": "sustain", "Bridge": "bridge", "Broadcast": "broadcast"}
