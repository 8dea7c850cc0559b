"""A question about seeds, lowered: everything that finding and judging an answer needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import InfeasibleError, UsageError
from spark.model import Model
from spark.network import Network
from spark.optimise.asked import AskedBackend, seeds_plan, take_up_of
from spark.optimise.fairness import Groups, groups_of
from spark.optimise.feasible import check
from spark.optimise.limits import select
from spark.optimise.periods import PeriodsBackend
from spark.optimise.reaching import Reach
from spark.optimise.sources import SetBackend, Setting, setting_of
from spark.optimise.wish import Wish, wish_for
from spark.plan import Plan
from spark.problem.together import refuse_unless_carried
from spark.problem.windows import acceptance
from spark.question import Adopters, Asking, Constraints, Floor, Objective, Reaching, WorstOff
from spark.worlds import Run

_SLACK = 1e-9
"""30 % of 10 people are 3, whatever the rounding of 0.3 * 10."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A question that can be answered.

    Attributes
    ----------
    network : with the values that count for the objective. fixed : what is done beside.
    take_up : float64[n], None: everybody agrees. groups : for `WorstOff` and `Floor`. reach : for `Reaching`.
    """

    network: Network
    model: Model
    fixed: Plan
    objective: Objective
    asking: Asking
    setting: Setting
    wish: Wish
    backend: SetBackend
    take_up: NDArray[np.float64] | None
    groups: Groups | None
    reach: Reach | None

    def ids(self, people: NDArray[np.int32]) -> tuple[Any, ...]:
        """The user's ids of people."""
        return tuple(self.network.people[v] for v in people.tolist())

    def seeds(self, ids: Sequence[Any]) -> Plan:
        """The plan that asks these people."""
        return seeds_plan(self.network, ids, self.asking)

    def plan(self, ids: Sequence[Any]) -> Plan:
        """The plan that asks these people, with what is done beside."""
        return Plan(*self.seeds(ids).interventions, *self.fixed.interventions)

    def for_the_mean(self) -> Case:
        """The same question with as many adopters as possible as its objective."""
        return replace(self, objective=Adopters(), groups=None, reach=None, setting=self.counting_adopters())

    def counting_adopters(self) -> Setting:
        """The setting in which everybody counts alike."""
        return replace(self.setting, watch=replace(self.setting.watch, value=np.empty(0, np.int64)))


def case_of(
    network: Network,
    model: Model,
    fixed: Plan,
    objective: Objective,
    constraints: Constraints,
    asking: Asking,
    run: Run,
    *,
    budget: float | None,
    count: int | None,
) -> Case:
    """Check a question against the network, and lower it.

    Raises
    ------
    InfeasibleError, UsageError, DataError
        As `spark.choose_seeds`.
    """
    groups = groups_of(network, objective.by) if isinstance(objective, WorstOff | Floor) else None
    counted = _counted(network, objective)
    setting = setting_of(counted, model, fixed, run.horizon, _what_counts(objective))
    periods = isinstance(objective, Adopters) and objective.counted == "adopter-periods"
    if periods and (run.horizon is None or run.horizon < 1):
        raise UsageError("adopter-periods are counted from step 1 to a horizon: give one of at least 1")
    _refuse_endless(model, setting)
    take_up = take_up_of(network, asking)
    if take_up is not None:
        refuse_unless_carried(model, setting.problem.law, {"take-up"})
    if setting.watch.counted == "ever-adopted":
        setting = _looking_at_ever(model, setting, take_up is not None)
    paid = network
    if take_up is not None and asking.pay == "on_acceptance":
        paid = replace(network, cost=network.cost * take_up)
    wish = wish_for(paid, budget, count, network.index(fixed.seeds), constraints)
    check(network, wish, exactly=count is not None)
    backend = cast(SetBackend, open_backend(run.backend, workers=run.workers))
    if periods and run.horizon is not None:
        setting = replace(setting, steps=run.horizon)
        backend = cast(SetBackend, PeriodsBackend(backend))
    if take_up is not None:
        accept = np.array([acceptance(chance) for chance in take_up.tolist()], np.uint64)
        setting = replace(setting, accept=accept)
        backend = cast(SetBackend, AskedBackend(backend, take_up))
    reach = None
    if isinstance(objective, Reaching):
        people = network.size if objective.of is None else int(select(network, objective.of, "target").sum())
        reach = Reach(max(1, math.ceil(objective.share * people - _SLACK)))
    return Case(counted, model, fixed, objective, asking, setting, wish, backend, take_up, groups, reach)


def _what_counts(objective: Objective) -> str:
    if not isinstance(objective, Adopters):
        return "at-horizon"
    return "at-horizon" if objective.counted == "adopter-periods" else objective.counted  # at each horizon in turn


def _looking_at_ever(model: Model, setting: Setting, asked: bool) -> Setting:
    """The setting in which those count who ever adopt: where nobody gives up, these are who practise at the end.

    Raises
    ------
    UsageError
        They are to count by their values, people can give up, and no reverse sets know who ever adopts: worlds count
        them alike.
    """
    if not setting.problem.law.gives_up:
        return replace(setting, watch=replace(setting.watch, counted="at-horizon"))
    if setting.watch.value.size and (setting.rule is None or asked):
        why = " if they may say no" if setting.rule is not None else ""
        raise UsageError(
            f"objective 'ever-adopted' counts everybody alike under {type(model).__name__}{why}: leave out who counts "
            "and the column value, or count 'at-horizon' or 'adopter-periods'"
        )
    return setting


def _refuse_endless(model: Model, setting: Setting) -> None:
    """Refuse to look at an end that never comes, or at which everybody has given up."""
    law, horizon, counted = setting.problem.law, setting.watch.horizon, setting.watch.counted
    if horizon >= 0:
        return
    name = type(model).__name__
    if law.never_ends:
        raise UsageError(f"{name} goes on for ever: give a horizon, the step at which to look")
    if counted == "at-horizon" and law.family == "paths" and law.duration.all():
        raise UsageError(
            f"without a horizon everybody has given up in the end under {name}: give one, the step at which to look, "
            "or objective=Adopters(counted='ever-adopted')"
        )


def _counted(network: Network, objective: Objective) -> Network:
    """The network with the values that count for an objective: 0 for those who do not."""
    if not isinstance(objective, Adopters | Reaching):
        return replace(network, value=np.ones(network.size), given=network.given - {"value"})
    if objective.of is None:
        if isinstance(objective, Adopters):
            return network
        return replace(network, value=np.ones(network.size), given=network.given - {"value"})
    who = select(network, objective.of, "target")
    value = np.where(who, network.value if isinstance(objective, Adopters) else 1.0, 0.0)
    if not value.any():
        raise InfeasibleError("target: nobody who is meant counts for anything, so that nothing can be chosen for them")
    return replace(network, value=value, given=network.given | {"value"})
