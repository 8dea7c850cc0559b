"""What we may do: seeds and the other interventions, and requests to have them chosen.

A plan is data: it names people and groups by the user's ids, and is checked against a network when it is lowered.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from spark.errors import UsageError


def _distinct(ids: Iterable[Hashable]) -> tuple[Hashable, ...]:
    return tuple(dict.fromkeys(ids))


@dataclass(frozen=True, slots=True)
class Seeds:
    """People who are made adopters at the end of step `start` (0: before the first step).

    Parameters
    ----------
    people : ids, each counted once; an empty tuple is "no action".
    start : step >= 0 at whose end they adopt; they first deliver in step ``start + 1``.
    """

    people: tuple[Hashable, ...]
    start: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.people, str):
            raise UsageError(f"seeds are a list of ids, not the single text {self.people!r}; write [{self.people!r}]")
        object.__setattr__(self, "people", _distinct(self.people))
        if self.start < 0:
            raise UsageError(f"seeds: start {self.start} is not a step of at least 0")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A dose from outside to a group of people, in each step of a window (MODEL: B_v(t)).

    Parameters
    ----------
    probability : chance per step, in [0, 1), that the broadcast alone convinces a person (dose -ln(1-p)); or
    dose : the dose per step, >= 0. Exactly one of the two.
    to : who hears it: ``{"organisation": ["a", "b"], "profession": ["nurse"]}`` means people who match every key; the
        keys are ``people``, ``organisation``, ``team`` or the name of a group column. None means everybody.
    start, stop : the window, start <= t < stop, in steps; the first step is 1.
    cost : what the broadcast costs as a whole, >= 0.
    """

    probability: float | None = None
    dose: float | None = None
    to: Mapping[str, tuple[Hashable, ...]] | None = None
    start: int = 1
    stop: int = 2
    cost: float = 0.0

    def __post_init__(self) -> None:
        faults = []
        if (self.probability is None) == (self.dose is None):
            faults.append("broadcast: give either a probability or a dose")
        if self.probability is not None and not 0 <= self.probability < 1:
            faults.append(f"broadcast: probability {self.probability} is not in [0, 1)")
        if self.dose is not None and not (self.dose >= 0 and math.isfinite(self.dose)):
            faults.append(f"broadcast: dose {self.dose} is not a number of at least 0")
        if not 1 <= self.start < self.stop:
            faults.append(f"broadcast: the window {self.start} <= t < {self.stop} has no step from 1 on")
        if not (self.cost >= 0 and math.isfinite(self.cost)):
            faults.append(f"broadcast: cost {self.cost} is not a number of at least 0")
        if faults:
            raise UsageError(*faults)
        if self.to is not None:
            object.__setattr__(self, "to", {key: _distinct(ids) for key, ids in self.to.items()})


Intervention = Seeds | Broadcast


@dataclass(frozen=True, slots=True, init=False)
class Plan:
    """Interventions that are carried out together.

    >>> Plan(Seeds(["amina"]), Broadcast(probability=0.01)).seeds
    ('amina',)
    """

    interventions: tuple[Intervention, ...]

    def __init__(self, *interventions: Intervention) -> None:
        object.__setattr__(self, "interventions", interventions)

    @property
    def seeds(self) -> tuple[Hashable, ...]:
        """Ids of all people whom the plan seeds, each once."""
        return _distinct(v for action in self.interventions if isinstance(action, Seeds) for v in action.people)


@dataclass(frozen=True, slots=True)
class ChoiceRequest:
    """Seeds that are still to be chosen: resolved by `spark.study`, beside the fixed part of the plan.

    Parameters
    ----------
    budget : what the seeds may cost together, by the network's `cost`; or
    count : how many seeds, costs ignored. Exactly one of the two.
    method : ``"best"`` or the name of a baseline (``"random"``, ``"degree"``, ``"nomination"``).
    beside : interventions that are carried out in any case.
    """

    budget: float | None = None
    count: int | None = None
    method: str = "best"
    beside: tuple[Broadcast, ...] = ()

    def __post_init__(self) -> None:
        if (self.budget is None) == (self.count is None):
            raise UsageError("choose: give either a budget or a count, not both")
        if self.budget is not None and not (self.budget >= 0 and math.isfinite(self.budget)):
            raise UsageError(f"choose: budget {self.budget} is not a number of at least 0")
        if self.count is not None and self.count < 0:
            raise UsageError(f"choose: count {self.count} is not a whole number of at least 0")


def as_plan(plan: Plan | Intervention | Iterable[Hashable]) -> Plan:
    """Take a plan, one intervention, or the ids of seeds, for a plan."""
    if isinstance(plan, Plan):
        return plan
    if isinstance(plan, Seeds | Broadcast):
        return Plan(plan)
    return Plan(Seeds(plan if isinstance(plan, str) else tuple(plan)))  # type: ignore[arg-type]
