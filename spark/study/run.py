"""How a scenario says that worlds are run, and whose fault it is where they cannot be."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from spark.errors import DataError, UsageError
from spark.model.parameters import with_probability
from spark.network import Network
from spark.plan import Plan
from spark.results import Comparison
from spark.scenario import Scenario
from spark.worlds import Progress, UntilClear, compare


def run_options(scenario: Scenario) -> dict[str, Any]:
    """Return what every verb takes from the section [run]."""
    run = scenario.run
    return {
        "worlds": run.worlds,
        "horizon": run.horizon,
        "rng": run.rng,
        "workers": run.workers,
        "backend": run.backend,
    }


def other_models(scenario: Scenario) -> Iterator[tuple[float, Scenario]]:
    """Go through the other probabilities to try, each with the scenario in which it holds."""
    for probability in scenario.probabilities:
        model = with_probability(scenario.model, probability)
        if model is None:
            raise UsageError(f"several probabilities were given, but {type(scenario.model).__name__} takes none")
        yield probability, dataclasses.replace(scenario, model=model, also=())


@contextmanager
def blamed_on_file(scenario: Scenario, section: Literal["network", "model"]) -> Iterator[None]:
    """What a scenario file says wrongly is wrong in a file, unless an option has replaced it."""
    try:
        yield
    except UsageError as error:
        origin = scenario.origin
        said = [] if origin is None else [origin.network] if section == "network" else [origin.model, *origin.also]
        if origin is None or not any(known is getattr(scenario, section) for known in said):
            raise
        faults = (fault if fault.file else origin.fault((section,), fault.message) for fault in error.faults)
        raise DataError(*faults) from error


def in_same_worlds(
    network: Network, scenario: Scenario, plans: Mapping[str, Plan], progress: Progress | None
) -> Comparison:
    """Compare plans in which nothing is still to be chosen."""
    run = scenario.run
    options = run_options(scenario) | {"standard_error": run.standard_error}
    if run.until_clear is not None:
        options |= {"worlds": UntilClear(**dataclasses.asdict(run.until_clear)), "standard_error": None}
    with blamed_on_file(scenario, "model"):
        return compare(
            network,
            scenario.model,
            plans,
            **options,
            smallest_difference=run.smallest_difference,
            shares=run.shares,
            progress=progress,
        )
