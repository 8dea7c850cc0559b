"""Try plans in the same worlds, as many as it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import UsageError, nearest
from spark.model import Model
from spark.network import Network
from spark.plan import Plan
from spark.problem.arrays import VALUE_UNIT, Actions, Problem, Tally, Watch, Worlds, freeze
from spark.problem.keys import run_key, whole_rng
from spark.problem.together import lower_together
from spark.provenance import Provenance, describe_model, describe_plan
from spark.results import Spread
from spark.worlds.estimates import groupings, spread_of
from spark.worlds.looks import FIRST_LOOK
from spark.worlds.run import Run

MOST_WORLDS = 1 << 20
NO_ACTION = "no action"


@dataclass(frozen=True, slots=True)
class Tried:
    """Plans tried in the same worlds: the spread of each, in order, and the tally of their worlds, a row a plan."""

    spreads: list[Spread]
    tally: Tally


Enough = Callable[[NDArray[np.int32]], bool]
"""Told the adopters at the end, int32[P, W]; says whether the worlds so far will do."""


def try_plans(network: Network, model: Model, plans: Mapping[str, Plan], run: Run, *, verb: str) -> list[Spread]:
    """Return the spread of each plan, in the same worlds (purpose "evaluate"), in order."""
    return try_worlds(network, model, plans, run, verb=verb).spreads


def try_worlds(
    network: Network, model: Model, plans: Mapping[str, Plan], run: Run, *, verb: str, enough: Enough | None = None
) -> Tried:
    """Try plans in the same worlds; with `run.until` only as many as are `enough`."""
    with_nothing = {**plans, NO_ACTION + "\0": Plan()} if network.adopted.any() else dict(plans)
    problem, actions = lower_together(network, model, with_nothing)
    if problem.law.never_ends and run.horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    watch = watch_for(network, run)
    rng = whole_rng(run.rng)
    if run.until is not None and enough is not None:
        looks: Iterable[int] = run.until.looks
    elif run.standard_error is not None:
        looks = [FIRST_LOOK << j for j in range(MOST_WORLDS.bit_length() - FIRST_LOOK.bit_length() + 1)]
        enough = partial(_precise, wanted=run.standard_error)
    else:
        looks = [int(run.worlds)]
    tally = _tally(problem, actions, watch, run, run_key(rng, "evaluate"), len(plans), looks, enough)
    worlds = tally.adopters.shape[1]
    nothing = tally.adopters[len(plans), :, -1] if len(with_nothing) > len(plans) else np.zeros(worlds, np.int32)
    provenance = provenance_of(network, model, plans, problem, run, rng, verb, worlds)
    spreads = [
        spread_of(network, plan, tally, row, nothing, replace(provenance, plans={name: describe_plan(plan)}), watch)
        for row, (name, plan) in enumerate(plans.items())
    ]
    return Tried(spreads, tally)


def _tally(
    problem: Problem,
    actions: Actions,
    watch: Watch,
    run: Run,
    key: int,
    plans: int,
    looks: Iterable[int],
    enough: Enough | None,
) -> Tally:
    """Run worlds up to one look after the other, until they are enough or there is no further look."""
    tally: Tally | None = None
    done = total = reported = 0

    def progress(more: int) -> None:
        nonlocal reported
        reported += more
        if run.progress is not None:
            run.progress(reported // actions.plans, total)

    backend = open_backend(run.backend, workers=run.workers, progress=progress)
    for total in looks:
        block = backend.run(problem, actions, watch, Worlds(key, done, total - done))
        tally = block if tally is None else _join(tally, block)
        done = total
        if enough is not None and enough(tally.adopters[:plans, :, -1]):
            break
    assert tally is not None
    return tally


def _join(a: Tally, b: Tally) -> Tally:
    """Put the worlds of `b` behind those of `a`."""
    steps = max(a.adopters.shape[2], b.adopters.shape[2])
    longer = [np.pad(t.adopters, ((0, 0), (0, 0), (0, steps - t.adopters.shape[2])), mode="edge") for t in (a, b)]
    return Tally(
        np.concatenate(longer, axis=1),
        np.concatenate([a.value, b.value], axis=1),
        np.concatenate([a.ever, b.ever], axis=1),
        np.concatenate([a.groups_lit, b.groups_lit], axis=1),
        a.group_sum + b.group_sum,
        a.group_squares + b.group_squares,
        a.reached + b.reached,
        _joined_states(a.states, b.states),
        _joined_curves(a.group_curves, b.group_curves),
    )


def _joined_curves(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    steps = max(a.shape[1], b.shape[1])
    longer = [np.pad(part, ((0, 0), (0, steps - part.shape[1]), (0, 0)), mode="edge") for part in (a, b)]
    return np.asarray(longer[0] + longer[1])


def _joined_states(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    if not a.size:
        return a
    steps = max(a.shape[3], b.shape[3])
    longer = [np.pad(part, ((0, 0), (0, 0), (0, 0), (0, steps - part.shape[3])), mode="edge") for part in (a, b)]
    return np.asarray(longer[0] + longer[1])


def _precise(final: NDArray[np.int32], wanted: float) -> bool:
    """Whether the standard error of every mean is small enough."""
    return float(final.astype(np.float64).std(axis=1, ddof=1).max() / math.sqrt(final.shape[1])) <= wanted


def watch_for(network: Network, run: Run, *, count: bool = True) -> Watch:
    """Count organisations, teams and groups; codes of different columns do not overlap."""
    columns = groupings(network) if count else {}
    if count:
        refuse_unknown(run.over_time_by, columns)
    offsets = np.cumsum([0, *(len(group.names) for group in columns.values())])
    codes = [np.where(g.codes >= 0, g.codes + o, -1) for g, o in zip(columns.values(), offsets, strict=False)]
    groups = np.array(codes, np.int32).reshape(len(codes), network.size)
    value = np.rint(network.value * VALUE_UNIT).astype(np.int64) if "value" in network.given else np.empty(0, np.int64)
    horizon = -1 if run.horizon is None else run.horizon
    asked = [name in run.over_time_by for name, group in columns.items() for _ in group.names]
    wanted = np.array(asked, bool)
    people = np.bincount(groups[groups >= 0], minlength=int(offsets[-1]))
    width = np.where(wanted, people + 1, 0)  # of 0, 1, ..., all its people
    bins = np.where(wanted, np.cumsum(width) - width, -1) if wanted.any() else np.empty(0)
    looked_at = freeze(bins.astype(np.int64))
    return Watch(freeze(groups), int(offsets[-1]), freeze(value), horizon, bins=looked_at, bin_count=int(width.sum()))


def refuse_unknown(wanted: Sequence[str], columns: Collection[str]) -> None:
    """Refuse curves by columns that are not there.

    Raises
    ------
    UsageError
        With what there is.
    """
    have = f"there are {', '.join(columns)}" if columns else "they have none"
    faults = [
        f"over time by {name!r}: the people have no such column of groups; {have}{nearest(name, columns)}"
        for name in wanted
        if name not in columns
    ]
    if faults:
        raise UsageError(*faults)


def provenance_of(
    network: Network,
    model: Model,
    plans: Mapping[str, Plan],
    problem: Problem,
    run: Run,
    rng: int,
    verb: str,
    worlds: int,
) -> Provenance:
    """Return where a result comes from."""
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
        options=_stops(run),
    )


def _stops(run: Run) -> dict[str, object] | None:
    """What was asked for instead of a number of worlds."""
    if run.until is not None:
        return {"until_clear": {item.name: getattr(run.until, item.name) for item in fields(run.until)}}
    return None if run.standard_error is None else {"standard_error": run.standard_error}
