"""simulate and compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.plan import as_plan
from spark.problem.keys import Rng
from spark.provenance import describe_plan
from spark.results import Comparison, Spread
from spark.worlds.differences import TWO_SIDED_95, decision_of, difference_between, is_clear
from spark.worlds.looks import UntilClear
from spark.worlds.outcomes import cost_effectiveness, plan_results
from spark.worlds.run import PlanLike, Progress, Run
from spark.worlds.trying import try_plans, try_worlds

HALF = (0.5,)
"""Of how many people the time is asked for, where nothing else is said."""


def simulate(
    network: Network,
    model: Model,
    plan: PlanLike = (),
    *,
    worlds: int = 4096,
    standard_error: float | None = None,
    horizon: int | None = None,
    over_time_by: Sequence[str] = (),
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
    over_time_by : columns of groups (``"organisation"``, ``"team"``, or another of the people), each group of which is
        to have a curve of its own (`Spread.over_time_by`). Takes memory for people times steps.
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
        over_time_by=over_time_by,
    )
    return try_plans(network, model, {"": as_plan(plan)}, run, verb="simulate")[0]


def compare(
    network: Network,
    model: Model,
    plans: Mapping[str, PlanLike],
    *,
    worlds: int | UntilClear = 4096,
    standard_error: float | None = None,
    horizon: int | None = None,
    smallest_difference: float | None = None,
    shares: Sequence[float] = HALF,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Comparison:
    """Try plans in the same worlds and say which is better, or that it is too close to call.

    Parameters
    ----------
    plans : name -> plan (see `simulate`); at least one.
    worlds : how many; or `UntilClear()`, to go on until the decision is clear.
    smallest_difference : adopters below which a difference does not matter; None is 1 % of the larger mean.
    shares : shares of all people, in (0, 1], of which the time until that many practise is asked for.

    See `simulate` for the other parameters and the errors.

    Examples
    --------
    >>> network = spark.Network.from_edges(["hub"] * 3, ["a", "b", "c"])
    >>> both = {"hub": ["hub"], "leaf": ["a"]}
    >>> found = compare(network, spark.IndependentCascade(0.5), both, worlds=spark.UntilClear(), rng=7)
    >>> found.worlds, found.differences[0].verdict, found.plans[0].probability_best
    (256, 'a', 0.94140625)
    """
    _check(plans, smallest_difference, shares)
    until = worlds if isinstance(worlds, UntilClear) else None
    run = Run(
        worlds=worlds.most if isinstance(worlds, UntilClear) else worlds,
        until=until,
        standard_error=standard_error,
        horizon=horizon,
        rng=rng,
        workers=workers,
        backend=backend,
        progress=progress,
    )
    named = {str(name): as_plan(plan) for name, plan in plans.items()}
    lowered = list(named.values())
    enough = None if until is None else partial(is_clear, until, lowered, smallest_difference)
    tried = try_worlds(network, model, named, run, verb="compare", enough=enough)
    found = tried.spreads[0].worlds
    critical = TWO_SIDED_95 if until is None else until.critical(len(named))[until.looks.index(found)]
    results = plan_results(network, list(named), lowered, tried, shares)
    differences = tuple(difference_between(a, b, smallest_difference, critical) for a, b in combinations(results, 2))
    provenance = tried.spreads[0].provenance
    asked: dict[str, object] = dict(provenance.options or {})
    asked |= {} if smallest_difference is None else {"smallest_difference": smallest_difference}
    asked |= {} if tuple(shares) == HALF else {"shares": list(shares)}
    described = {name: describe_plan(plan) for name, plan in named.items()}
    return Comparison(
        plans=results,
        differences=differences,
        cost_effectiveness=cost_effectiveness(results, differences),
        worlds=found,
        decision=None if until is None else decision_of(until, named, smallest_difference, tried.spreads),
        provenance=replace(provenance, plans=described, options=asked or None),
    )


def _check(plans: Mapping[str, PlanLike], smallest_difference: float | None, shares: Sequence[float]) -> None:
    faults = []
    if not plans:
        faults.append("compare needs at least one plan")
    if smallest_difference is not None and not (smallest_difference >= 0 and math.isfinite(smallest_difference)):
        faults.append(f"smallest difference {smallest_difference!r} is not a number of at least 0")
    faults += [f"shares: {share!r} is not in (0, 1]" for share in shares if not 0 < share <= 1]
    if faults:
        raise UsageError(*faults)
