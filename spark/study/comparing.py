"""Try the plans of a scenario in the same worlds, under all of its probabilities, models and networks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from spark.errors import UsageError, nearest
from spark.network import Network
from spark.plan import Plan
from spark.problem.actions import plan_cost
from spark.problem.scaling import scale_plan
from spark.request import ChoiceRequest
from spark.results import Choice, ComparisonAcross
from spark.scenario import Scenario
from spark.study.answers import ComparisonAnswer, OtherComparison, UnderModel, better
from spark.study.choosing import resolve
from spark.study.networks import other_networks
from spark.study.run import in_same_worlds, other_models, run_options
from spark.worlds import Progress, compare_across


def compare(
    network: Network,
    scenario: Scenario,
    plans: Mapping[str, Plan | ChoiceRequest],
    *,
    progress: Progress | None = None,
) -> ComparisonAnswer:
    """Try plans in the same worlds, and say whether other probabilities or models of the scenario change a verdict.

    What is still to be chosen is chosen once, for the scenario's own model.
    """
    fixed: dict[str, Plan] = {}
    choices: dict[str, Choice] = {}
    for name, plan in plans.items():
        fixed[name], choice = resolve(network, scenario, plan, progress)
        if choice is not None:
            choices[name] = choice
    main = in_same_worlds(network, scenario, fixed, progress)
    others = []
    for probability, other in other_models(scenario):
        comparison = in_same_worlds(network, other, fixed, progress)
        pairs = zip(main.differences, comparison.differences, strict=True)
        changed = tuple((here.a, here.b) for here, there in pairs if better(here) != better(there))
        others.append(OtherComparison(probability, comparison, changed))
    models = [UnderModel(scenario.model, main)] if scenario.also else []
    for model in scenario.also:
        comparison = in_same_worlds(network, dataclasses.replace(scenario, model=model), fixed, progress)
        models.append(UnderModel(model, comparison))
    across = None if scenario.network.others is None else _across(scenario, plans, progress)
    anew = any(isinstance(plan, ChoiceRequest) for plan in plans.values())
    mixes = tuple(name for name, plan in plans.items() if isinstance(plan, ChoiceRequest) and plan.among is not None)
    return ComparisonAnswer(main, fixed, choices, tuple(others), tuple(models), across, anew, mixes)


def same_cost(
    network: Network, scenario: Scenario, plans: Mapping[str, Plan | ChoiceRequest], name: str
) -> dict[str, Plan | ChoiceRequest]:
    """Return the plans, and each of the others once more at the size that the money of plan `name` buys.

    A rule or a request to choose gets that budget. Seeds that are named are cut short, or go on with those who have
    most out-ties; else a broadcast is made longer or stronger (`spark.scale_plan`). What costs the same already, or
    cannot be scaled, comes once.
    """
    if name not in plans:
        raise UsageError(f"there is no plan {name!r}; the plans are {', '.join(plans)}{nearest(name, plans)}")
    money = plan_cost(network, resolve(network, scenario, plans[name], None)[0], scenario.run.horizon)
    found = dict(plans)
    for other, plan in plans.items():
        if other == name:
            continue
        if isinstance(plan, ChoiceRequest):
            beside = plan_cost(network, Plan(*plan.beside), scenario.run.horizon)
            now = plan_cost(network, resolve(network, scenario, plan, None)[0], scenario.run.horizon)
            scaled: Plan | ChoiceRequest = dataclasses.replace(plan, budget=max(0.0, money - beside), count=None)
        else:
            now = plan_cost(network, plan, scenario.run.horizon)
            order = (
                [network.people[at] for at in np.argsort(-network.out_degree(), kind="stable")] if plan.seeds else []
            )
            try:
                scaled = scale_plan(network, plan, money, order=order, horizon=scenario.run.horizon)
            except UsageError:
                continue
        if now != money:
            found[f"{other} for the money of {name}"] = scaled
    return found


def _across(
    scenario: Scenario, plans: Mapping[str, Plan | ChoiceRequest], progress: Progress | None
) -> ComparisonAcross:
    """Try plans on the other networks of a scenario; what is to be chosen is chosen on each."""

    def on(plan: Plan | ChoiceRequest) -> Callable[[Network], Plan]:
        return lambda network: resolve(network, scenario, plan, None)[0]

    return compare_across(
        other_networks(scenario),
        scenario.model,
        {name: on(plan) for name, plan in plans.items()},
        **run_options(scenario),
        smallest_difference=scenario.run.smallest_difference,
        progress=progress,
    )
