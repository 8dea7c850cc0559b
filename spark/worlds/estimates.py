"""From counts to estimates with errors, by exact integer sums, so that they do not depend on the order of worlds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.network import Group, Network
from spark.plan import Plan
from spark.problem.arrays import VALUE_UNIT, WITH_EXAMPLE, Tally, Watch, freeze
from spark.provenance import Provenance
from spark.results import GroupCurve, GroupSpread, Spread, StateStep, Step, mean_and_error


def groupings(network: Network) -> dict[str, Group]:
    """Every way the people are grouped."""
    columns = {}
    if len(network.organisations):
        columns["organisation"] = Group(network.organisation, tuple(network.organisations))
    if len(network.teams):
        columns["team"] = Group(network.team, tuple(network.teams))
    return columns | dict(network.groups)


def spread_of(
    network: Network,
    plan: Plan,
    tally: Tally,
    row: int,
    nothing: NDArray[np.int32],
    provenance: Provenance,
    watch: Watch,
) -> Spread:
    """Return the estimates of plan number `row` of a tally; `nothing` int32[W] is what no action comes to."""
    adopters = tally.adopters[row]
    worlds = adopters.shape[0]
    sizes = np.ascontiguousarray(adopters[:, -1])
    mean, error = exact(sizes)
    gain, gain_error = exact(sizes - nothing)
    value = exact(tally.value[row]) if "value" in network.given else None
    ever, ever_error = exact(tally.ever[row])
    periods = None
    if provenance.horizon is not None:
        unchanged = provenance.horizon - (adopters.shape[1] - 1)
        periods = exact(adopters[:, 1:].sum(axis=1, dtype=np.int64) + unchanged * sizes.astype(np.int64))
    groups: dict[str, tuple[GroupSpread, ...]] = {}
    place = 0
    for column, group in groupings(network).items():
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
        states_over_time=states_over_time(tally, row, worlds),
        over_time_by=_curves_by_group(network, tally, row, watch),
    )


def _curves_by_group(network: Network, tally: Tally, row: int, watch: Watch) -> dict[str, tuple[GroupCurve, ...]]:
    """Return the curve of each group that one was asked for."""
    found: dict[str, tuple[GroupCurve, ...]] = {}
    place = 0
    for column, group in groupings(network).items():
        begins = watch.bins[place : place + len(group.names)].tolist()
        place += len(group.names)
        if not begins or begins[0] < 0:
            continue
        people = np.bincount(group.codes[group.codes >= 0], minlength=len(group.names)).tolist()
        found[column] = tuple(
            GroupCurve(name, size, _steps_of(tally.group_curves[row, :, begin : begin + size + 1]))
            for name, size, begin in zip(group.names, people, begins, strict=True)
        )
    return found


def _steps_of(worlds_with: NDArray[np.int32]) -> tuple[Step, ...]:
    """Return the estimates of each step from int32[T, n+1], the worlds in which 0, 1, ..., n people practise."""
    count = np.arange(worlds_with.shape[1])
    many = worlds_with.astype(np.int64)
    upto, worlds = np.cumsum(many, axis=1), int(many[0].sum())
    sums, squares = (many @ count).tolist(), (many @ (count * count)).tolist()
    # the least number that so many worlds do not pass, as `np.quantile(..., method="inverted_cdf")`
    low, median, high = (np.argmax(upto >= math.ceil(share * worlds), axis=1) for share in (0.1, 0.5, 0.9))
    return tuple(
        Step(t, *mean_and_error(sums[t], squares[t], worlds), float(median[t]), float(low[t]), float(high[t]))
        for t in range(len(sums))
    )


def states_over_time(tally: Tally, row: int, worlds: int) -> tuple[StateStep, ...]:
    """Return the estimates of how many people are in each state; nothing where the model has no states."""
    if not tally.states.size:
        return ()
    sums, squares = tally.states[row].tolist()
    steps = []
    for t in range(len(sums[0])):
        pairs = (mean_and_error(sums[i][t], squares[i][t], worlds) for i in range(WITH_EXAMPLE + 1))
        steps.append(StateStep(t, *(number for pair in pairs for number in pair)))
    return tuple(steps)


def exact(counts: NDArray[Any]) -> tuple[float, float]:
    """Mean and standard error by exact integer sums, so that they do not depend on the order of worlds."""
    whole = counts.astype(np.int64)
    if whole.size and int(np.abs(whole).max()) < 1 << 20:
        return mean_and_error(int(whole.sum()), int((whole * whole).sum()), whole.size)
    numbers = whole.tolist()
    return mean_and_error(sum(numbers), sum(x * x for x in numbers), whole.size)


def _step(time: int, adopters: NDArray[np.int32]) -> Step:
    low, median, high = np.quantile(adopters, [0.1, 0.5, 0.9], method="inverted_cdf")
    return Step(time, *exact(adopters), float(median), float(low), float(high))
