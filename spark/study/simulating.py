"""Run worlds of one plan: how far it spreads, who lights whom, and what a single match does where."""

from __future__ import annotations

from spark.network import Network
from spark.plan import Plan
from spark.request import ChoiceRequest
from spark.results import Conditions, Replay, Spread, WhoLitWhom
from spark.scenario import Scenario
from spark.study.choosing import resolve
from spark.study.run import blamed_on_file, run_options
from spark.worlds import Progress, conditions, replay, who_lit_whom
from spark.worlds import simulate as simulate_plan


def simulate(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, *, progress: Progress | None = None
) -> tuple[Plan, Spread]:
    """Estimate how far one plan of a scenario spreads; what is still to be chosen is chosen first."""
    fixed, _ = resolve(network, scenario, plan, progress)
    options = run_options(scenario) | {"standard_error": scenario.run.standard_error}
    options |= {"over_time_by": scenario.run.over_time_by}
    with blamed_on_file(scenario, "model"):
        return fixed, simulate_plan(network, scenario.model, fixed, **options, progress=progress)


def trace(
    network: Network, scenario: Scenario, plan: Plan | ChoiceRequest, world: int | None = None
) -> tuple[WhoLitWhom, Replay | None]:
    """Sum up who lights whom under one plan of a scenario, and tell the story of one of its worlds if wanted."""
    fixed, _ = resolve(network, scenario, plan, None)
    run = scenario.run
    with blamed_on_file(scenario, "model"):
        given = {"horizon": run.horizon, "rng": run.rng, "backend": run.backend}
        told = who_lit_whom(network, scenario.model, fixed, worlds=run.worlds, **given)  # type: ignore[arg-type]
        if world is None:
            return told, None
        return told, replay(network, scenario.model, fixed, world=world, **given)  # type: ignore[arg-type]


def find_conditions(
    network: Network, scenario: Scenario, *, others: int | None, most: int, progress: Progress | None = None
) -> Conditions:
    """Say where conditions are right for a single match, and what blocks teams."""
    options = run_options(scenario)
    with blamed_on_file(scenario, "model"):
        return conditions(network, scenario.model, others=others, most=most, **options, progress=progress)
