"""What is asked of a choice beside its size: who may be chosen together, and what is to be as large as possible.

A question is data: it names people and groups by the user's ids, and is checked against a network when seeds are
chosen.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from spark.errors import UsageError, nearest

Who = tuple[Hashable, ...] | Mapping[str, tuple[Hashable, ...]]
"""People: their ids, or ``{"organisation": ["a"], "profession": ["nurse"]}``, those who match every key."""
Limit = Mapping[str, int | Mapping[Hashable, int]]
"""For each grouping a number for all of its groups, or one for each of the groups that are named."""

_NOBODY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Constraints:
    """Who may be chosen, and who together.

    Parameters
    ----------
    only : nobody else may be chosen; ids, or groups such as ``{"organisation": ["north", "south"]}``.
    exclude : these may not be chosen, in the same form.
    apart : of the people of each of these lists at most one is chosen: never these two together.
    at_most, at_least : how many are chosen of each group: ``{"organisation": 2}`` for every organisation,
        ``{"profession": {"doctor": 1}}`` for one group; keys are ``organisation``, ``team`` or a group column.

    Examples
    --------
    >>> Constraints(exclude=["bo"], apart=[("amina", "cy")], at_most={"organisation": 1})
    Constraints(only=None, exclude=('bo',), apart=(('amina', 'cy'),), at_most={'organisation': 1}, at_least={})
    """

    only: Who | None = None
    exclude: Who = ()
    apart: tuple[tuple[Hashable, ...], ...] = ()
    at_most: Limit = field(default_factory=dict)
    at_least: Limit = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults: list[str] = []
        for name in ("only", "exclude"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _who(name, given, faults))
        pairs = []
        for pair in self.apart:
            people = (pair,) if isinstance(pair, str) else tuple(dict.fromkeys(pair))
            if len(people) < 2:
                faults.append(f"apart: {people} names fewer than two people; write [('amina', 'bo')]")
            pairs.append(people)
        object.__setattr__(self, "apart", tuple(pairs))
        for name in ("at_most", "at_least"):
            object.__setattr__(self, name, _limit(name, getattr(self, name), faults))
        if faults:
            raise UsageError(*faults)

    def __bool__(self) -> bool:
        return self != Constraints()

    def __hash__(self) -> int:
        return hash(repr(self))


def _who(name: str, given: Any, faults: list[str]) -> Who:
    if isinstance(given, str):
        faults.append(f"{name}: is a list of ids, not the single text {given!r}; write [{given!r}]")
        return ()
    if isinstance(given, Mapping):
        return {key: _ids(names) for key, names in given.items()}
    return _ids(given)


def _ids(names: str | Iterable[Hashable]) -> tuple[Hashable, ...]:
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


def _limit(name: str, given: Any, faults: list[str]) -> Limit:
    if not isinstance(given, Mapping):
        faults.append(f"{name}: {given!r} names no grouping; write {{'organisation': 2}}")
        return {}
    limits: dict[str, int | Mapping[Hashable, int]] = {}
    for key, value in given.items():
        groups = dict(value) if isinstance(value, Mapping) else {None: value}
        for group, number in groups.items():
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                where = key if group is None else f"{key} {group!r}"
                faults.append(f"{name}: {where}: {number!r} is not a whole number of at least 0")
        limits[key] = groups if isinstance(value, Mapping) else value
    return limits


ANYBODY = Constraints()
"""No constraints."""


@dataclass(frozen=True, slots=True)
class Adopters:
    """As many adopters as possible (or, given values, worth as much as possible).

    Parameters
    ----------
    of : who counts, such as ``{"organisation": ["north"]}``; None: everybody.
    counted : ``"at-horizon"``, those who practise at the end; ``"ever-adopted"``, those who practised at any time;
        ``"adopter-periods"``, the sum over the steps 1 to the horizon of those who practise (adopter-months, if a step
        is a month): whoever adopts early counts longer. Where who gave up is not convinced again (SIR), only the second
        has a bound: lighting too early can leave fewer practising later. Values weigh each person in all three.
    """

    of: Who | None = None
    counted: str = "at-horizon"

    def __post_init__(self) -> None:
        if self.counted not in COUNTED:
            raise UsageError(
                f"objective {self.counted!r} is none of {', '.join(COUNTED)}{nearest(self.counted, COUNTED)}"
            )
        _check_of(self)


COUNTED = {"at-horizon": "adopters", "ever-adopted": "people who ever adopt", "adopter-periods": "adopter-periods"}
"""What is counted, by its name, in words."""


@dataclass(frozen=True, slots=True)
class Reaching:
    """The chance, as large as possible, that at least a share of the people practises at the end.

    Parameters
    ----------
    share : in (0, 1]. of : of whom; None: of everybody.
    """

    share: float
    of: Who | None = None

    def __post_init__(self) -> None:
        faults = _share_faults("share", self.share)
        if faults:
            raise UsageError(*faults)
        _check_of(self)


@dataclass(frozen=True, slots=True)
class WorstOff:
    """The share of adopters in the group where it is smallest, as large as possible.

    Parameters
    ----------
    by : ``organisation``, ``team`` or a group column. People in no group count for none.
    """

    by: str = "organisation"


@dataclass(frozen=True, slots=True)
class Floor:
    """As many adopters as possible, while at least a share of every group is expected to practise.

    Parameters
    ----------
    share : in (0, 1], of the people of each group. by : the grouping, as in `WorstOff`.
    """

    share: float
    by: str = "organisation"

    def __post_init__(self) -> None:
        faults = _share_faults("floor", self.share)
        if faults:
            raise UsageError(*faults)


def _check_of(objective: Adopters | Reaching) -> None:
    faults: list[str] = []
    if objective.of is not None:
        object.__setattr__(objective, "of", _who("of", objective.of, faults))
    if faults:
        raise UsageError(*faults)


def _share_faults(name: str, share: object) -> list[str]:
    good = isinstance(share, int | float) and not isinstance(share, bool) and math.isfinite(share) and 0 < share <= 1
    return [] if good else [f"{name} {share!r} is not a share above 0 and at most 1"]


EVERYBODY = Adopters()
"""As many adopters at the end as possible."""
Objective = Adopters | Reaching | WorstOff | Floor


def who_in_words(who: Who) -> str:
    """Say who is meant.

    >>> who_in_words({"organisation": ("north", "south"), "profession": ("nurse",)})
    'organisation north or south, profession nurse'
    >>> who_in_words(("amina", "bo"))
    'amina, bo'
    """
    if isinstance(who, Mapping):
        return ", ".join(f"{key} {' or '.join(map(str, names))}" for key, names in who.items())
    return ", ".join(map(str, who)) if len(who) <= 5 else f"{len(who):,} people"


def constraints_in_words(constraints: Constraints) -> tuple[str, ...]:
    """Say what is asked of the choice, one sentence part for each constraint.

    >>> constraints_in_words(Constraints(only={"team": ["a"]}, at_most={"organisation": 2}, apart=[("x", "y")]))
    ('only team a', 'never together: x, y', 'at most 2 of each organisation')
    """
    said = []
    if constraints.only is not None:
        said.append(f"only {who_in_words(constraints.only)}")
    if constraints.exclude:
        said.append(f"not {who_in_words(constraints.exclude)}")
    said += [f"never together: {who_in_words(people)}" for people in constraints.apart[:5]]
    if len(constraints.apart) > 5:
        said.append(f"never together: {len(constraints.apart) - 5:,} other groups of people")
    for words, limit in (("at most", constraints.at_most), ("at least", constraints.at_least)):
        for key, value in limit.items():
            if isinstance(value, Mapping):
                said += [f"{words} {number:,} of {key} {group}" for group, number in value.items()]
            else:
                said.append(f"{words} {value:,} of each {key}")
    return tuple(said)


def objective_in_words(objective: Objective) -> str:
    """Say what is to be as large as possible.

    >>> objective_in_words(Reaching(0.3, of={"organisation": ["north"]}))
    'the chance that at least 30 % of organisation north practise'
    """
    if isinstance(objective, WorstOff):
        return f"the share of adopters in the {objective.by} where it is smallest"
    if isinstance(objective, Floor):
        return f"adopters, with at least {objective.share * 100:g} % of each {objective.by} expected to practise"
    of = "" if objective.of is None else f" of {who_in_words(objective.of)}"
    if isinstance(objective, Reaching):
        return f"the chance that at least {objective.share * 100:g} %{of or ' of all people'} practise"
    return f"{COUNTED[objective.counted]}{of}"


@dataclass(frozen=True, slots=True)
class Asking:
    """How people are asked to start, and whether they agree.

    Parameters
    ----------
    take_up : the chance, in [0, 1], that a person agrees: a number, one for each id (others agree for certain), or
        ``"take_up"``, the people column of that name.
    pay : whether a cost is due ``"on_offer"`` or ``"on_acceptance"``; then a budget is what is expected to be paid.
    """

    take_up: float | str | Mapping[Hashable, float] = 1.0
    pay: str = "on_offer"

    def __post_init__(self) -> None:
        numbers = self.take_up.values() if isinstance(self.take_up, Mapping) else [self.take_up]
        faults = [
            f"take_up {number!r} is not a chance from 0 to 1"
            for number in ([] if isinstance(self.take_up, str) else numbers)
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1
        ]
        if self.pay not in PAY:
            faults.append(f"pay {self.pay!r} is none of {', '.join(PAY)}{nearest(self.pay, PAY)}")
        if faults:
            raise UsageError(*faults)


PAY = ("on_offer", "on_acceptance")
CERTAINLY = Asking()
"""Everybody agrees."""


@dataclass(frozen=True, slots=True)
class SimpleRule:
    """A simple rule for whom to start with: its title in tables, and where it comes from (DOI; empty: nowhere)."""

    title: str
    source: str = ""


RULES: Mapping[str, SimpleRule] = MappingProxyType(
    {
        "random": SimpleRule("random"),
        "degree": SimpleRule("highest degree"),
        "nomination": SimpleRule("one-hop nomination", "10.1016/S0140-6736(15)60095-2"),
        "acquaintance": SimpleRule("acquaintance", "10.1103/PhysRevLett.91.247901"),
        "single-discount": SimpleRule("single discount", "10.1145/1557019.1557047"),
        "degree-discount": SimpleRule("degree discount", "10.1145/1557019.1557047"),
        "pagerank": SimpleRule("PageRank", "10.1016/S0169-7552(98)00110-X"),
        "k-core": SimpleRule("k-core", "10.1038/nphys1746"),
        "betweenness": SimpleRule("betweenness", "10.2307/3033543"),
        "eigenvector": SimpleRule("eigenvector", "10.1080/0022250X.1972.9989806"),
        "collective-influence": SimpleRule("collective influence", "10.1038/nature14604"),
        "diffusion": SimpleRule("diffusion centrality", "10.1126/science.1236498"),
        "communication": SimpleRule("communication centrality", "10.1126/science.1236498"),
        "complex": SimpleRule("complex centrality", "10.1038/s41467-021-24704-6"),
    }
)
"""The simple rules by their standard names."""
BEST, ALL = "best", "all"
METHODS = (BEST, ALL, *RULES)
QUALITY = 0.99
"""The share, by estimate, of what any effort would find at which choosing stops unless asked otherwise."""
"""How seeds may be chosen: near the best, that with all simple rules beside it, or by one of these rules."""
BESIDE = ("random", "degree", "nomination")
"""The rules that stand beside every choice."""
