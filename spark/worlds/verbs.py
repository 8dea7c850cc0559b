"""simulate and compare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.plan import as_plan
from spark.problem.actions import plan_cost
from spark.problem.keys import Rng
from spark.provenance import describe_plan
from spark.results import Comparison, PlanResult, Spread
from spark.worlds.estimates import difference_between
from spark.worlds.run import PlanLike, Progress, Run
from spark.worlds.trying import try_plans


def simulate(
    network: Network,
    model: Model,
    plan: PlanLike = (),
    *,
    worlds: int = 4096,
    standard_error: float | None = None,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Spread:
    """Estimate how far a plan spreads.

    Parameters
    ----------
    plan : ids of seeds, an intervention, or a `Plan`; nothing is "no action".
    worlds : how many worlds, >= 2.
    standard_error : run until the mean's standard error is at most this instead (256, 512, ... worlds, at most 2^20).
    horizon : last step; None runs until nothing can change.
    rng : an integer, a numpy Generator, or None for fresh entropy, which is recorded in the result.
    workers : threads; the result does not depend on them. `backend` : ``"cpu"`` or ``"python"``, the slow twin.
    progress : called with (worlds done, worlds in all).

    Raises
    ------
    UsageError, DataError
        The plan, model or options do not fit the network; every fault is listed.

    Examples
    --------
    >>> network = spark.Network.from_edges(["hub"] * 3, ["a", "b", "c"])
    >>> simulate(network, spark.IndependentCascade(0.5), ["hub"], worlds=1000, rng=7)
    <Spread: 2.44 ± 0.03 adopters, 1 seed, 1000 worlds>
    """
    run = Run(
        worlds=worlds,
        standard_error=standard_error,
        horizon=horizon,
        rng=rng,
        workers=workers,
        backend=backend,
        progress=progress,
    )
    return try_plans(network, model, {"": as_plan(plan)}, run, verb="simulate")[0]


def compare(
    network: Network,
    model: Model,
    plans: Mapping[str, PlanLike],
    *,
    worlds: int = 4096,
    standard_error: float | None = None,
    horizon: int | None = None,
    smallest_difference: float | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Comparison:
    """Try plans in the same worlds and say which is better, or that it is too close to call.

    Parameters
    ----------
    plans : name -> plan (see `simulate`); at least one.
    smallest_difference : adopters below which a difference does not matter; None is 1 % of the larger mean.

    See `simulate` for the other parameters and the errors.
    """
    if not plans:
        raise UsageError("compare needs at least one plan")
    if smallest_difference is not None and not (smallest_difference >= 0 and math.isfinite(smallest_difference)):
        raise UsageError(f"smallest difference {smallest_difference!r} is not a number of at least 0")
    run = Run(
        worlds=worlds,
        standard_error=standard_error,
        horizon=horizon,
        rng=rng,
        workers=workers,
        backend=backend,
        progress=progress,
    )
    named = {str(name): as_plan(plan) for name, plan in plans.items()}
    spreads = try_plans(network, model, named, run, verb="compare")
    results = tuple(
        PlanResult(name, spread, plan_cost(network, plan, horizon))
        for (name, plan), spread in zip(named.items(), spreads, strict=True)
    )
    differences = tuple(difference_between(a, b, smallest_difference) for a, b in combinations(results, 2))
    provenance = replace(spreads[0].provenance, plans={name: describe_plan(plan) for name, plan in named.items()})
    return Comparison(results, differences, spreads[0].worlds, provenance)
