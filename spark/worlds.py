"""The verbs that try plans in worlds: simulate, compare, replay.

Every plan is tried in the same worlds, so that a difference between plans is never a difference in luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import UsageError
from spark.model import Model
from spark.network import Group, Network
from spark.plan import Intervention, Plan, as_plan
from spark.problem.actions import lower_plans, plan_cost
from spark.problem.arrays import VALUE_UNIT, Actions, Problem, Tally, Trace, Watch, Worlds, freeze
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.lowering import lower
from spark.provenance import Provenance, describe_model, describe_plan
from spark.results import (
    Cause,
    Comparison,
    Difference,
    Event,
    GroupSpread,
    PlanResult,
    Replay,
    Spread,
    Step,
    Verdict,
    mean_and_error,
)

PlanLike = Plan | Intervention | Iterable[Hashable]
Progress = Callable[[int, int], None]
"""Told (worlds done, worlds in all) as a run goes on."""

FIRST_LOOK = 256
MOST_WORLDS = 1 << 20
NO_ACTION = "no action"
_TWO_SIDED_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How to run: which worlds, how many, how long, where. The options that all verbs share.

    Attributes
    ----------
    worlds : how many, >= 2; read where `standard_error` is None.
    standard_error : wanted standard error of every mean; looked at after 256, 512, 1024, ... worlds, at most 2^20.
    horizon : last step, >= 0, or None to run until nothing can change.
    """

    worlds: int = 4096
    standard_error: float | None = None
    horizon: int | None = None
    rng: Rng = None
    workers: int | None = None
    backend: str = "cpu"
    progress: Progress | None = None

    def __post_init__(self) -> None:
        faults = []
        whole = isinstance(self.worlds, int | np.integer) and not isinstance(self.worlds, bool)
        if not (whole and 2 <= self.worlds <= 1 << 32):
            faults.append(f"worlds {self.worlds!r} is not a whole number from 2 to 2^32")
        if self.standard_error is not None and not (self.standard_error > 0 and math.isfinite(self.standard_error)):
            faults.append(f"standard error {self.standard_error!r} is not a number above 0")
        if self.horizon is not None and not 0 <= self.horizon < 1 << 31:
            faults.append(f"horizon {self.horizon!r} is not a step of at least 0")
        if faults:
            raise UsageError(*faults)


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
        PlanResult(name, spread, plan_cost(network, plan))
        for (name, plan), spread in zip(named.items(), spreads, strict=True)
    )
    differences = tuple(_difference(a, b, smallest_difference) for a, b in combinations(results, 2))
    provenance = replace(spreads[0].provenance, plans={name: describe_plan(plan) for name, plan in named.items()})
    return Comparison(results, differences, spreads[0].worlds, provenance)


def replay(
    network: Network,
    model: Model,
    plan: PlanLike = (),
    *,
    world: int = 0,
    horizon: int | None = None,
    rng: Rng = None,
    backend: str = "cpu",
) -> Replay:
    """Show what happened in one world: who adopted when, and who lit whom.

    Parameters
    ----------
    world : its number, >= 0; world w of a run of `simulate` with the same `rng` is world w here.
    """
    run = Run(horizon=horizon, rng=rng, backend=backend)
    if world < 0:
        raise UsageError(f"world {world} is not a whole number of at least 0")
    named = {"": as_plan(plan)}
    problem, actions = _lower(network, model, named)
    provenance = _provenance(network, model, named, problem, run, whole_rng(rng), "replay", 1)
    worlds = Worlds(run_key(provenance.rng, "evaluate"), world, 1)
    trace = open_backend(backend).replay(problem, actions, _watch(network, run, count=False), worlds)
    return Replay(world, tuple(_events(network, trace)), provenance)


def try_plans(network: Network, model: Model, plans: Mapping[str, Plan], run: Run, *, verb: str) -> list[Spread]:
    """Return the spread of each plan, in the same worlds (purpose "evaluate"), in order."""
    with_nothing = {**plans, NO_ACTION + "\0": Plan()} if network.adopted.any() else dict(plans)
    problem, actions = _lower(network, model, with_nothing)
    if problem.law.lapse.size and run.horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    watch = _watch(network, run)
    rng = whole_rng(run.rng)
    tally = _tally(problem, actions, watch, run, run_key(rng, "evaluate"), len(plans))
    worlds = tally.adopters.shape[1]
    nothing = tally.adopters[len(plans), :, -1] if len(with_nothing) > len(plans) else np.zeros(worlds, np.int32)
    provenance = _provenance(network, model, plans, problem, run, rng, verb, worlds)
    return [
        _spread(network, plan, tally, row, nothing, replace(provenance, plans={name: describe_plan(plan)}))
        for row, (name, plan) in enumerate(plans.items())
    ]


def _lower(network: Network, model: Model, plans: Mapping[str, Plan]) -> tuple[Problem, Actions]:
    actions = lower_plans(network, plans)
    heard = None
    if actions.schedule.size:
        last = np.append(actions.heard[:, -1], np.uint64(0))  # the last entry is of those who hear nothing
        heard = last[actions.schedule].max(axis=0)
    return lower(network, model, heard), actions


def _tally(problem: Problem, actions: Actions, watch: Watch, run: Run, key: int, plans: int) -> Tally:
    """Run all worlds, or block after block until every mean is precise enough."""
    wanted = run.standard_error
    total = int(run.worlds) if wanted is None else FIRST_LOOK
    done, tally = 0, None
    reported = 0

    def progress(more: int) -> None:
        nonlocal reported
        reported += more
        if run.progress is not None:
            run.progress(reported // actions.plans, total)

    backend = open_backend(run.backend, workers=run.workers, progress=progress)
    while True:
        block = backend.run(problem, actions, watch, Worlds(key, done, total - done))
        tally = block if tally is None else _join(tally, block)
        done = total
        if wanted is None or done >= MOST_WORLDS or _largest_error(tally, plans) <= wanted:
            return tally
        total = 2 * done


def _join(a: Tally, b: Tally) -> Tally:
    """Put the worlds of `b` behind those of `a`."""
    steps = max(a.adopters.shape[2], b.adopters.shape[2])
    longer = [np.pad(t.adopters, ((0, 0), (0, 0), (0, steps - t.adopters.shape[2])), mode="edge") for t in (a, b)]
    return Tally(
        np.concatenate(longer, axis=1),
        np.concatenate([a.value, b.value], axis=1),
        np.concatenate([a.ever, b.ever], axis=1),
        a.group_sum + b.group_sum,
        a.group_squares + b.group_squares,
        a.reached + b.reached,
    )


def _largest_error(tally: Tally, plans: int) -> float:
    final = tally.adopters[:plans, :, -1].astype(np.float64)
    return float(final.std(axis=1, ddof=1).max() / math.sqrt(final.shape[1]))


def _watch(network: Network, run: Run, *, count: bool = True) -> Watch:
    """Count organisations, teams and groups; codes of different columns do not overlap."""
    columns = _groupings(network) if count else {}
    offsets = np.cumsum([0, *(len(group.names) for group in columns.values())])
    codes = [np.where(g.codes >= 0, g.codes + o, -1) for g, o in zip(columns.values(), offsets, strict=False)]
    groups = np.array(codes, np.int32).reshape(len(codes), network.size)
    value = np.rint(network.value * VALUE_UNIT).astype(np.int64) if "value" in network.given else np.empty(0, np.int64)
    horizon = -1 if run.horizon is None else run.horizon
    return Watch(freeze(groups), int(offsets[-1]), freeze(value), horizon)


def _groupings(network: Network) -> dict[str, Group]:
    """Every way the people are grouped."""
    columns = {}
    if len(network.organisations):
        columns["organisation"] = Group(network.organisation, tuple(network.organisations))
    if len(network.teams):
        columns["team"] = Group(network.team, tuple(network.teams))
    return columns | dict(network.groups)


def _spread(
    network: Network, plan: Plan, tally: Tally, row: int, nothing: NDArray[np.int32], provenance: Provenance
) -> Spread:
    adopters = tally.adopters[row]
    worlds = adopters.shape[0]
    sizes = np.ascontiguousarray(adopters[:, -1])
    mean, error = _exact(sizes)
    gain, gain_error = _exact(sizes - nothing)
    value = _exact(tally.value[row]) if "value" in network.given else None
    ever, ever_error = _exact(tally.ever[row])
    periods = None
    if provenance.horizon is not None:
        unchanged = provenance.horizon - (adopters.shape[1] - 1)
        periods = _exact(adopters[:, 1:].sum(axis=1, dtype=np.int64) + unchanged * sizes.astype(np.int64))
    groups: dict[str, tuple[GroupSpread, ...]] = {}
    place = 0
    for column, group in _groupings(network).items():
        people = np.bincount(group.codes[group.codes >= 0], minlength=len(group.names))
        groups[column] = tuple(
            GroupSpread(
                name,
                int(people[i]),
                *mean_and_error(int(tally.group_sum[row, place + i]), int(tally.group_squares[row, place + i]), worlds),
            )
            for i, name in enumerate(group.names)
        )
        place += len(group.names)
    return Spread(
        mean=mean,
        standard_error=error,
        gain_over_no_action=gain,
        gain_standard_error=gain_error,
        mean_value=None if value is None else value[0] / VALUE_UNIT,
        value_standard_error=None if value is None else value[1] / VALUE_UNIT,
        ever_adopted=ever,
        ever_standard_error=ever_error,
        adopter_periods=None if periods is None else periods[0],
        adopter_periods_standard_error=None if periods is None else periods[1],
        worlds=worlds,
        seeds=plan.seeds,
        by_organisation=groups.pop("organisation", ()),
        by_group=groups,
        over_time=tuple(_step(t, adopters[:, t]) for t in range(adopters.shape[1])),
        people=network.people,
        chances=freeze(tally.reached[row] / worlds),
        sizes=sizes,
        provenance=provenance,
    )


def _exact(counts: NDArray[Any]) -> tuple[float, float]:
    """Mean and standard error by exact integer sums, so that they do not depend on the order of worlds."""
    whole = counts.astype(np.int64)
    if whole.size and int(np.abs(whole).max()) < 1 << 20:
        return mean_and_error(int(whole.sum()), int((whole * whole).sum()), whole.size)
    numbers = whole.tolist()
    return mean_and_error(sum(numbers), sum(x * x for x in numbers), whole.size)


def _step(time: int, adopters: NDArray[np.int32]) -> Step:
    low, median, high = np.quantile(adopters, [0.1, 0.5, 0.9], method="inverted_cdf")
    return Step(time, *_exact(adopters), float(median), float(low), float(high))


def _difference(a: PlanResult, b: PlanResult, smallest: float | None) -> Difference:
    paired = a.spread.sizes.astype(np.int64) - b.spread.sizes
    mean, error = _exact(paired)
    low, high = mean - _TWO_SIDED_95 * error, mean + _TWO_SIDED_95 * error
    if smallest is None:
        smallest = 0.01 * max(a.spread.mean, b.spread.mean)
    verdict: Verdict = "too-close"
    if -smallest <= low and high <= smallest:
        verdict = "no-difference"
    elif low > 0:
        verdict = "a"
    elif high < 0:
        verdict = "b"
    wins, ties = float((paired > 0).mean()), float((paired == 0).mean())
    return Difference(a.name, b.name, mean, low, high, wins, ties, smallest, verdict)


_CAUSES: Mapping[int, Cause] = {
    Trace.SEED: "seed",
    Trace.ALREADY: "already",
    Trace.PARTNERS: "partners",
    Trace.BROADCAST: "broadcast",
}


def _events(network: Network, trace: Trace) -> Iterable[Event]:
    when, by = trace.when[0], trace.by[0]
    adopters = np.flatnonzero(when >= 0)
    for v in adopters[np.argsort(when[adopters], kind="stable")].tolist():
        tie = int(by[v])
        if tie < 0:
            yield Event(int(when[v]), network.people[v], _CAUSES[tie])
        else:
            source = int(np.searchsorted(network.indptr, tie, side="right")) - 1
            layer = network.layers[int(network.layer[tie])]
            yield Event(int(when[v]), network.people[v], "tie", network.people[source], layer)


def _provenance(
    network: Network,
    model: Model,
    plans: Mapping[str, Plan],
    problem: Problem,
    run: Run,
    rng: int,
    verb: str,
    worlds: int,
) -> Provenance:
    return Provenance(
        verb=verb,
        model=describe_model(model),
        plans={name: describe_plan(plan) for name, plan in plans.items()},
        network=problem.graph.digest,
        problem=problem.digest,
        rng=rng,
        purpose="evaluate",
        worlds=worlds,
        horizon=run.horizon,
        options=None if run.standard_error is None else {"standard_error": run.standard_error},
    )
