"""Choose whom to start with, where a plan of a scenario leaves that open."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from spark.network import Network
from spark.plan import Plan
from spark.question import ALL, BEST, RULES, Reaching
from spark.request import ChoiceRequest
from spark.results import Choice, Explanation
from spark.scenario import Scenario
from spark.study.answers import ChoiceAnswer, OtherChoice
from spark.study.mixing import mix
from spark.study.run import blamed_on_file, in_same_worlds, other_models, run_options
from spark.worlds import Progress

MAIN, THERE = "main answer", "chosen there"


def choose(
    network: Network, scenario: Scenario, request: ChoiceRequest, *, progress: Progress | None = None
) -> ChoiceAnswer:
    """Choose whom to start with, and say what other probabilities of the scenario would change."""
    choice = _choice(network, scenario, request, progress)
    others = tuple(
        _other_choice(network, other, request, choice, probability, progress)
        for probability, other in other_models(scenario)
    )
    return ChoiceAnswer(request, choice, others)


def explain(network: Network, scenario: Scenario, request: ChoiceRequest, choice: Choice) -> Explanation:
    """Explain a choice that a request came to."""
    from spark.optimise import explain as explain_choice

    options = {"workers": scenario.run.workers, "backend": scenario.run.backend}
    asked = {"constraints": request.constraints, "asking": request.asking, "beside": request.beside}
    with blamed_on_file(scenario, "model"):
        return explain_choice(network, scenario.model, choice, **asked, **options)  # type: ignore[arg-type]


def resolve(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, progress: Progress | None
) -> tuple[Plan, Choice | None]:
    """Return the plan with what was still to be chosen in it, and the choice behind it, if there was one."""
    if isinstance(plan, Plan):
        return plan, None
    if plan.among is not None:
        return mix(network, scenario, plan, progress=progress).plan, None
    if plan.method in RULES:
        from spark.optimise import baseline_seeds

        size: dict[str, Any] = {"budget": plan.budget, "count": plan.count, "constraints": plan.constraints}
        people = baseline_seeds(network, plan.method, **size, rng=scenario.run.rng)
        return _asked(network, plan, people), None
    choice = _choice(network, scenario, _alone(plan), progress)
    return _asked(network, plan, choice.seeds), choice


def _choice(network: Network, scenario: Scenario, request: ChoiceRequest, progress: Progress | None) -> Choice:
    # where nothing is to be chosen, nothing of it need be loaded
    from spark.optimise import choose_robustly, choose_seeds, smallest_budget

    options = run_options(scenario)
    with blamed_on_file(scenario, "model"):
        options |= {"beside": request.beside, "constraints": request.constraints, "asking": request.asking}
        if request.method == ALL:
            options["baselines"] = ALL
        if request.chance is not None and isinstance(request.objective, Reaching):
            options |= {"chance": request.chance, "progress": progress}
            return smallest_budget(network, scenario.model, request.objective, **options)
        if request.robust is not None:
            options |= {"goal": request.robust, "quality": request.quality}
            size: dict[str, Any] = {"budget": request.budget, "count": request.count}
            models = (scenario.model, *scenario.also)
            return choose_robustly(network, models, **size, **options, progress=progress)
        return choose_seeds(
            network,
            scenario.model,
            budget=request.budget,
            count=request.count,
            objective=request.objective,
            method=request.method if request.method in RULES else BEST,
            quality=request.quality,
            **options,
            progress=progress,
        )


def _other_choice(
    network: Network,
    scenario: Scenario,
    request: ChoiceRequest,
    main: Choice,
    probability: float,
    progress: Progress | None,
) -> OtherChoice:
    there = _choice(network, scenario, _alone(request), progress)
    plans = {MAIN: _asked(network, request, main.seeds), THERE: _asked(network, request, there.seeds)}
    comparison = in_same_worlds(network, scenario, plans, progress)
    return OtherChoice(
        probability,
        there.seeds,
        len(set(main.seeds) & set(there.seeds)),
        comparison.plans[0].spread,
        comparison.plans[1].spread,
        comparison.differences[0],
    )


def _alone(request: ChoiceRequest) -> ChoiceRequest:
    """The same request without all simple rules beside it, where nobody will read of them."""
    return dataclasses.replace(request, method=BEST) if request.method == ALL else request


def _asked(network: Network, request: ChoiceRequest, people: Sequence[Any]) -> Plan:
    """The plan of a request, once it is known whom it asks."""
    from spark.optimise import seeds_plan

    return Plan(*seeds_plan(network, people, request.asking).interventions, *request.beside)
