"""What each of many seeds is worth, from reverse sets: all of them, and who could take their places, in one pass.

A seed adds the sets that she meets and those before her do not; without her those are lost that only she meets; in her
place somebody is worth the sets with her in that nobody is left to meet. So two passes over the sets say it of every
seed, where forward worlds would have to be run again for each of them and for each candidate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.optimise.room import Room
from spark.optimise.sources import HUGE, SetBackend, Setting
from spark.optimise.wish import Wish
from spark.problem.keys import mix

FIRST_SETS, MOST_SETS, MOST_ENTRIES = 1 << 12, 1 << 20, 1 << 24
Figure = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What seeds are worth, in their order: figures (adopters) with their standard errors.

    Attributes
    ----------
    heights : with none, one, two, ... of them. adds : by each, beyond those before her. lost : without each.
    instead : who would do best in her place, None: nobody may, and what all reach then.
    """

    heights: tuple[Figure, ...]
    adds: tuple[Figure, ...]
    lost: tuple[Figure, ...]
    instead: tuple[tuple[int, Figure] | None, ...]


def worth_on_sets(
    backend: SetBackend, setting: Setting, wish: Wish, people: NDArray[np.int32], choose: int, judge: int
) -> Worth | None:
    """Say what seeds are worth; None where sets are too large to draw enough of them.

    Parameters
    ----------
    choose, judge : keys of the sets on which replacements are found, and of those that say what all are worth.
    """
    sources: list[Any] = []
    for key in (mix(choose ^ 0x776F727468), mix(judge ^ 0x776F727468)):
        source = backend.reverse(setting.problem, setting.base, setting.watch, key, independent=True)
        source.grow(FIRST_SETS)
        if source.entries > HUGE * source.count:
            return None
        source.grow(min(MOST_SETS, MOST_ENTRIES * source.count // max(1, source.entries)))
        sources.append(source)
    found, told = (_Met(source.sets, people, setting.problem.graph.people) for source in sources)
    source = sources[1]
    count, total = source.count, setting.problem.graph.people

    def figure(met: float) -> Figure:
        share = met / count
        return total * share, total * math.sqrt(max(share * (1 - share), 0.0) / count)

    upto = np.concatenate([[0], np.cumsum(told.adds)]) + source.base_covered
    instead: list[tuple[int, Figure] | None] = []
    for at in range(people.size):
        may = Room(wish, [v for v in people.tolist() if v != people[at]]).fits()
        may[people] = False
        able = np.flatnonzero(may)
        if not able.size:
            instead.append(None)
            continue
        best = int(able[np.argmax(found.in_place_of(at)[able])])
        reached = upto[-1] - told.alone[at] + told.in_place_of(at)[best]
        instead.append((best, figure(float(reached))))
    return Worth(
        tuple(figure(float(met)) for met in upto),
        tuple(figure(float(met)) for met in told.adds),
        tuple(figure(float(met)) for met in told.alone),
        tuple(instead),
    )


class _Met:
    """Which sets seeds meet.

    Attributes
    ----------
    adds, alone : int64[k]; sets that each meets and those before her do not, and that only she meets.
    """

    def __init__(self, sets: Any, people: NDArray[np.int32], size: int) -> None:
        self._size, members, starts = size, sets.members, sets.ends[:-1]
        place = np.full(size, -1, np.int64)
        place[people] = np.arange(people.size)
        at = place[members]
        hers = np.add.reduceat((at >= 0).astype(np.int64), starts) if starts.size else starts
        only = np.add.reduceat(np.maximum(at, 0), starts) if starts.size else starts  # where one seed is in the set
        self.adds = sets.first_covered(people)
        self.alone = np.bincount(only[hers == 1], minlength=people.size) + sets.singles[people]
        sizes = np.diff(sets.ends)
        self._open = np.bincount(members[np.repeat(hers == 0, sizes)], minlength=size) + sets.singles
        inside = np.repeat(hers == 1, sizes)
        whose, with_her = np.repeat(only, sizes)[inside], members[inside]
        order = np.argsort(whose, kind="stable")
        self._beside = with_her[order]
        self._ends = np.searchsorted(whose[order], np.arange(people.size + 1))

    def in_place_of(self, at: int) -> NDArray[np.int64]:
        """Sets that each person, no seed herself, would meet in the place of one seed and no other seed meets."""
        beside = self._beside[self._ends[at] : self._ends[at + 1]]
        return np.asarray(self._open + np.bincount(beside, minlength=self._size))
