"""Sets in which people who may say no are missing where they do.

A seed lights a root only if she can reach her and agrees. So a person who agrees with chance a is kept in a set by a
coin of that chance, independent of all others; whoever declines passes the practice on once somebody else has convinced
her, so that her ties stay. All else, greedy, stopping and certificate, works on the sets that are left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.network import Network
from spark.plan import Pay, Plan, Seeds
from spark.problem.arrays import Actions, Problem, Watch
from spark.problem.keys import mix
from spark.problem.windows import acceptance
from spark.question import Asking

BLOCK = 1 << 20
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_PERSON = np.uint64(0xD1342543DE82EF95)


def take_up_of(network: Network, asking: Asking) -> NDArray[np.float64] | None:
    """Return the chance that each person agrees, float64[n]; None where everybody does.

    Raises
    ------
    UsageError
        All ids and columns that are not in the network, and entries of the column that are no chance.
    """
    chances = np.ones(network.size)
    if isinstance(asking.take_up, str):
        if asking.take_up != "take_up" or "take_up" not in network.given:
            raise UsageError(
                f"take_up: {asking.take_up!r} is no column of chances here; the chances stand in the people column "
                '"take_up", which another column can play by --columns take_up=NAME'
            )
        chances = network.take_up.copy()
        wrong = [network.people[v] for v in np.flatnonzero(chances > 1).tolist()]
        if wrong:
            raise UsageError(*(f"take_up of {person!r} is above 1" for person in wrong))
    elif isinstance(asking.take_up, Mapping):
        chances[network.index(asking.take_up)] = list(asking.take_up.values())
    else:
        chances[:] = asking.take_up
    return None if (chances == 1.0).all() else chances


def seeds_plan(network: Network, people: Sequence[Any], asking: Asking) -> Plan:
    """Return the plan that asks these people (ids), each with her own chance to agree."""
    take_up = take_up_of(network, asking)
    if take_up is None:
        return Plan(Seeds(tuple(people)))
    groups: dict[float, list[Any]] = {}
    for person, chance in zip(people, take_up[network.index(people)].tolist(), strict=True):
        groups.setdefault(chance, []).append(person)
    pay = cast(Pay, asking.pay)
    return Plan(*(Seeds(tuple(asked), take_up=chance, pay=pay) for chance, asked in groups.items()))


class AskedBackend:
    """A backend whose sets hold only those who agree; all else is that of the backend inside.

    Parameters
    ----------
    take_up : float64[n].
    """

    def __init__(self, inner: Any, take_up: NDArray[np.float64]) -> None:
        self._inner, self._take_up = inner, take_up

    def reverse(
        self,
        problem: Problem,
        base: Actions | None,
        watch: Watch,
        key: int,
        *,
        independent: bool = False,
        given: Sequence[int] = (),
        companions: Sequence[int] = (),
    ) -> Any:
        """As of the backend inside; nobody can be given, as she might say no."""
        assert not given, "whoever may say no does not meet a set for certain"
        return _AskedSets(self._inner.reverse(problem, base, watch, key, independent=independent), self._take_up, key)

    def components(self, problem: Problem, keys: Sequence[int]) -> None:
        """None: all members of a component would share one world, but not one coin."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _AskedSets:
    """A source whose sets hold only those who agree."""

    def __init__(self, inner: Any, take_up: NDArray[np.float64], key: int) -> None:
        self._inner, self._accept = inner, np.array([acceptance(a) for a in take_up.tolist()], np.uint64)
        self._key = np.array([mix(key ^ 0x616772656573), mix(key ^ 0x616C6F6E65)], np.uint64)

    @property
    def sets(self) -> Any:
        """The sets so far."""
        sets = self._inner.sets
        sizes = np.diff(sets.ends)
        keeps = np.empty(sets.members.size, bool)
        start = 0
        while start < sizes.size:
            stop = min(sizes.size, start + BLOCK)
            at = slice(sets.ends[start], sets.ends[stop])
            which = np.repeat(np.arange(start, stop, dtype=np.uint64), sizes[start:stop])
            keeps[at] = self._agrees(which, sets.members[at], 1)
            start = stop
        kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(keeps)])[sets.ends]
        left = np.diff(kept) > 0
        ends = np.concatenate([kept[:1], kept[1:][left]])
        members, roots = sets.members[keeps], sets.first_members()[left]
        counts = np.bincount(members, minlength=sets.counts.size).astype(np.int32)
        alone = self._alone(sets.singles)
        empty = np.bincount(sets.first_members()[~left], minlength=counts.size) + sets.singles - alone
        return type(sets)(members, ends, counts, alone, sets.count, 0, roots, empty)

    def _alone(self, singles: NDArray[np.int32]) -> NDArray[np.int32]:
        kept = np.zeros_like(singles)
        upto = np.cumsum(singles, dtype=np.int64)
        total = int(upto[-1]) if upto.size else 0
        for start in range(0, total, BLOCK):
            places = np.arange(start, min(total, start + BLOCK))
            people = np.searchsorted(upto, places, side="right").astype(np.int32)
            turn = (places - (upto[people] - singles[people])).astype(np.uint64)
            kept += np.bincount(people[self._agrees(turn, people, 1)], minlength=kept.size).astype(np.int32)
        return kept

    def _agrees(self, which: NDArray[np.uint64], people: NDArray[np.int32], kind: int) -> NDArray[np.bool_]:
        """A coin for each person in each set, the same however many sets follow."""
        x = (which * _GOLDEN) ^ ((people.astype(np.uint64) + np.uint64(1)) * _PERSON)
        x ^= self._key[kind]
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
        x ^= x >> np.uint64(31)
        return np.asarray((x >> np.uint64(32)) < self._accept[people])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
