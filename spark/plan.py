"""What we may do: seeds and the other interventions.

A plan is data: it names people and groups by the user's ids, and is checked against a network when it is lowered.
What all interventions share: `cost` as a whole, `cost_each` for each unit (a person; a mandate: an organisation; a
bridge: a pair), `cost_per_period` for each step of the window; `take_up`, the chance that a person (a mandate: an
organisation) goes along, decided by one coin for all interventions of the same kind; and `pay`, whether `cost_each` is
due "on_offer" or "on_acceptance".
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, Literal

from spark.errors import UsageError, nearest

Pay = Literal["on_offer", "on_acceptance"]
To = Mapping[str, tuple[Hashable, ...]]
PAY = ("on_offer", "on_acceptance")
QUIET = {"quiet": True}
"""Marks what a description leaves out where it is as usual."""


def _distinct(ids: Iterable[Hashable]) -> tuple[Hashable, ...]:
    return tuple(dict.fromkeys(ids))


def _groups(kind: str, role: str, to: object, faults: list[str]) -> Any:
    """Check and copy who is meant: ``{"organisation": ["a", "b"]}``."""
    if to is None or to == {}:
        return None
    if not isinstance(to, Mapping):
        faults.append(f"{kind}: {role} {to!r} is not of the form {{'organisation': ['a', 'b']}}")
        return None
    for key, ids in to.items():
        if isinstance(ids, str):
            faults.append(f"{kind}: {role} {key} is a list, not the single text {ids!r}; write [{ids!r}]")
    return {key: _distinct(ids) for key, ids in to.items()}


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _cost_faults(kind: str, action: Any) -> list[str]:
    faults = []
    for name in ("cost", "cost_each", "cost_per_period"):
        value = getattr(action, name, 0.0)
        if value is not None and not (_number(value) and value >= 0):
            faults.append(f"{kind}: {name} {value} is not a number of at least 0")
    if not (_number(action.take_up) and 0 <= action.take_up <= 1):
        faults.append(f"{kind}: take_up {action.take_up} is not in [0, 1]")
    if action.pay not in PAY:
        faults.append(f"{kind}: pay {action.pay!r} is none of {', '.join(PAY)}{nearest(action.pay, PAY)}")
    return faults


def _window_faults(kind: str, start: int, stop: int | None) -> list[str]:
    if stop is None:
        return [] if start >= 1 else [f"{kind}: start {start} is not a step from 1 on"]
    return [] if 1 <= start < stop else [f"{kind}: the window {start} <= t < {stop} has no step from 1 on"]


def _dose_faults(kind: str, probability: float | None, dose: float | None, *, needed: bool = True) -> list[str]:
    faults = []
    if (probability is not None and dose is not None) or (needed and probability is None and dose is None):
        faults.append(f"{kind}: give either a probability or a dose")
    if probability is not None and not (_number(probability) and 0 <= probability < 1):
        faults.append(f"{kind}: probability {probability} is not in [0, 1)")
    if dose is not None and not (_number(dose) and dose >= 0):
        faults.append(f"{kind}: dose {dose} is not a number of at least 0")
    return faults


@dataclass(frozen=True, slots=True, repr=False)
class _Said:
    """What all interventions can do: say themselves in one line."""

    def said(self) -> dict[str, Any]:
        """What it says, its own words first; what is as usual, such as no costs, is left out."""
        own_first = sorted(fields(self), key=lambda item: bool(item.kw_only))
        words = ((item, getattr(self, item.name)) for item in own_first)
        return {item.name: word for item, word in words if not (item.metadata.get("quiet") and word == item.default)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.said().items())})"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class InWindow(_Said):
    """What is done in the steps of a window, start <= t < stop, and what that costs."""

    start: int = 1
    stop: int | None = None
    cost: float = field(default=0.0, metadata=QUIET)
    cost_each: float = field(default=0.0, metadata=QUIET)
    cost_per_period: float = field(default=0.0, metadata=QUIET)
    take_up: float = field(default=1.0, metadata=QUIET)
    pay: Pay = field(default="on_offer", metadata=QUIET)

    def _check(self, faults: list[str], *roles: str) -> None:
        """Raise what is wrong: the faults of its own, and those of its window, its costs and its groups in `roles`."""
        kind = type(self).__name__.lower()
        faults += _window_faults(kind, self.start, self.stop) + _cost_faults(kind, self)
        for role in roles:
            object.__setattr__(self, role, _groups(kind, role, getattr(self, role), faults))
        if faults:
            raise UsageError(*faults)


@dataclass(frozen=True, slots=True, repr=False)
class Seeds(_Said):
    """People who are made adopters at the end of step `start` (0: before the first step).

    Parameters
    ----------
    people : ids, each counted once; an empty tuple is "no action".
    start : step >= 0 at whose end they adopt; they first deliver in step ``start + 1``. Of a person who is named twice
        the earlier start counts, and of equal ones the larger `take_up`.
    take_up : chance in [0, 1] that a person becomes an adopter when she is asked to.
    cost_each : what a person costs; None is her `cost` in the network.
    """

    people: tuple[Hashable, ...]
    start: int = 0
    take_up: float = field(default=1.0, metadata=QUIET)
    cost: float = field(default=0.0, metadata=QUIET)
    cost_each: float | None = field(default=None, metadata=QUIET)
    pay: Pay = field(default="on_offer", metadata=QUIET)

    def __post_init__(self) -> None:
        if isinstance(self.people, str):
            raise UsageError(f"seeds are a list of ids, not the single text {self.people!r}; write [{self.people!r}]")
        object.__setattr__(self, "people", _distinct(self.people))
        faults = [] if self.start >= 0 else [f"seeds: start {self.start} is not a step of at least 0"]
        faults += _cost_faults("seeds", self)
        if faults:
            raise UsageError(*faults)


@dataclass(frozen=True, slots=True, repr=False)
class Broadcast(InWindow):
    """A dose from outside to a group of people, in each step of a window (MODEL: B_v(t)).

    Parameters
    ----------
    probability : chance per step, in [0, 1), that the broadcast alone convinces a person (dose -ln(1-p)); or
    dose : the dose per step, >= 0. Exactly one of the two.
    to : who hears it: ``{"organisation": ["a", "b"], "profession": ["nurse"]}`` means people who match every key; the
        keys are ``people``, ``organisation``, ``team`` or the name of a group column. None means everybody.
    start, stop : the window, start <= t < stop, in steps; the first step is 1. Without a stop it is one step.
    cost : what the broadcast costs as a whole, >= 0; `cost_each` for each person who hears it.
    take_up : chance in [0, 1] that a person listens to broadcasts at all.
    """

    probability: float | None = None
    dose: float | None = None
    to: To | None = None
    stop: int = field(default=None, kw_only=True)  # type: ignore[assignment]  # one step; what is made has a stop
    cost: float = field(default=0.0, kw_only=True)  # is said where it is nothing, too

    def __post_init__(self) -> None:
        if self.stop is None:
            object.__setattr__(self, "stop", self.start + 1)
        self._check(_dose_faults("broadcast", self.probability, self.dose), "to")


@dataclass(frozen=True, slots=True, repr=False)
class Mandate(InWindow):
    """A policy of organisations: their staff get a dose in each step of a window, and lapse less in it.

    Parameters
    ----------
    organisations : their names.
    probability, dose : as of a `Broadcast`; at most one of the two. They add to broadcasts, and need a `stop`.
    sustain : share in [0, 1] by which the chance of lapsing shrinks.
    start, stop : the window, start <= t < stop; `stop` None is for ever.
    take_up : chance in [0, 1] that an organisation complies; one coin an organisation.
    cost_each : for each organisation.
    """

    organisations: tuple[Hashable, ...]
    probability: float | None = None
    dose: float | None = None
    sustain: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.organisations, str):
            given = self.organisations
            raise UsageError(f"mandate: organisations is a list, not the single text {given!r}; write [{given!r}]")
        object.__setattr__(self, "organisations", _distinct(self.organisations))
        faults = _dose_faults("mandate", self.probability, self.dose, needed=False)
        if not (_number(self.sustain) and 0 <= self.sustain <= 1):
            faults.append(f"mandate: sustain {self.sustain} is not in [0, 1]")
        if self.probability is None and self.dose is None and self.sustain == 0:
            faults.append("mandate: give a probability, a dose or sustain, or more than one of them")
        if (self.probability is not None or self.dose is not None) and self.stop is None:
            faults.append("mandate: a dose in every step for ever convinces everybody in the end; give a stop")
        self._check(faults)


@dataclass(frozen=True, slots=True, repr=False)
class Boost(InWindow):
    """People who are readier for a while: what reaches them from people and partners counts 1 + `amount` times.

    Parameters
    ----------
    amount : d >= 0: readiness times 1 + d; boosts of one person multiply.
    to : who, as of a `Broadcast`; None is everybody.
    start, stop : the window, start <= t < stop; `stop` None is for ever. What was delivered before counts more from its
        first step on; of each source the largest dose so far counts.
    """

    amount: float
    to: To | None = None

    def __post_init__(self) -> None:
        faults = []
        if not (_number(self.amount) and 0 <= self.amount <= MOST_BOOST):
            faults.append(f"boost: amount {self.amount} is not a number from 0 to {MOST_BOOST:,}")
        self._check(faults, "to")


MOST_BOOST = 1000


@dataclass(frozen=True, slots=True, repr=False)
class Sustain(InWindow):
    """People who are helped to keep going: their chance of lapsing is 1 - `share` times what it was.

    Parameters
    ----------
    share : s in [0, 1]; what several leave over multiplies.
    to : who, as of a `Broadcast`; None is everybody.
    start, stop : the window, start <= t < stop: lapses in its steps; `stop` None is for ever.
    """

    share: float
    to: To | None = None

    def __post_init__(self) -> None:
        faults = []
        if not (_number(self.share) and 0 <= self.share <= 1):
            faults.append(f"sustain: share {self.share} is not in [0, 1]")
        self._check(faults, "to")


@dataclass(frozen=True, slots=True, repr=False)
class Bridge(InWindow):
    """Ties between people who had none: everybody in `source` is introduced to everybody in `target`.

    Parameters
    ----------
    source, target : who, as `to` of a `Broadcast`: ``{"team": ["icu"]}``, ``{"people": ["amina"]}``.
    probability : chance, in [0, 1), that such a tie convinces (per delivery, readiness and visibility 1); or
    dose : its dose, >= 0: linear threshold: the weight; count threshold: how many people it stands for.
    layer : what the ties are called; two bridges between the same two people need two layers.
    both : influence runs both ways; else from source to target.
    start, stop : the window, start <= t < stop. Who practises already when it opens delivers in its first step.
    take_up : chance in [0, 1] that a person accepts introductions; a tie is there when both of its ends do.
    cost_each : for each pair of people.
    """

    source: To
    target: To
    probability: float | None = None
    dose: float | None = None
    layer: str = "bridge"
    both: bool = True

    def __post_init__(self) -> None:
        faults = _dose_faults("bridge", self.probability, self.dose)
        if not (isinstance(self.layer, str) and self.layer):
            faults.append(f"bridge: layer {self.layer!r} is not a name")
        for role in ("source", "target"):
            if not getattr(self, role):
                faults.append(f"bridge: {role} says nobody; write {{'team': ['a']}}")
        self._check(faults, "source", "target")


Intervention = Seeds | Broadcast | Mandate | Boost | Sustain | Bridge
INTERVENTIONS: Mapping[str, type[Intervention]] = {
    "seeds": Seeds,
    "broadcast": Broadcast,
    "mandate": Mandate,
    "boost": Boost,
    "sustain": Sustain,
    "bridge": Bridge,
}
"""The kinds, by the names that plans, scenario files and the command line use."""


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


def as_plan(plan: Plan | Intervention | Iterable[Hashable]) -> Plan:
    """Take a plan, one intervention, or the ids of seeds, for a plan."""
    if isinstance(plan, Plan):
        return plan
    if isinstance(plan, Intervention):
        return Plan(plan)
    return Plan(Seeds(plan if isinstance(plan, str) else tuple(plan)))  # type: ignore[arg-type]
