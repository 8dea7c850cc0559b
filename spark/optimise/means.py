"""Greedy choice on mean outcomes in worlds, and the most that any choice can reach, where returns diminish on average.

For a monotone and submodular mean f, any choice O reaches at most f(P) + sum over o in O of what o adds to P, for every
set P, hence at most f(P) and the best choice of people whose gains do not depend on one another (Leskovec et al. 2007,
doi:10.1145/1281192.1281239). O is fixed before the worlds are drawn, if unknown, so that no union over people is paid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.optimise.ceiling import knapsack
from spark.optimise.greedy import per_cost
from spark.optimise.programme import programme_of
from spark.optimise.room import Room
from spark.optimise.search import each_world, means, visits
from spark.optimise.sources import Setting
from spark.optimise.wish import Wish
from spark.problem.arrays import VALUE_UNIT, Backend
from spark.problem.keys import mix

GREEDY_VISITS, VISITS = 400_000_000, 100_000_000
"""Ties that may be visited, about, for a greedy choice, and for a bound."""
FEWEST_WORLDS, MOST_WORLDS = 256, 4096
NO_MORE = "no more than"
AGAIN = 64
"""How many people are looked at again together."""


def greedy_on_means(backend: Backend, setting: Setting, wish: Wish, key: int) -> NDArray[np.int32] | None:
    """Choose by what each adds on average, looking again only at those who may be first (Minoux 1978): alone, with
    costs also per cost, whichever is better; free people come first. None where that would take too long.
    """
    free = wish.free.tolist()
    people = np.flatnonzero(wish.allowed)
    if not people.size:
        return wish.free
    each = visits(backend, setting, [*free, *people[: wish.most].tolist()], key)
    worlds = min(FEWEST_WORLDS, GREEDY_VISITS // ((people.size + AGAIN * wish.most) * each))
    if worlds < FEWEST_WORLDS // 4:
        return None
    height = means(backend, setting, [free], key, worlds)[0]
    first = np.zeros(wish.allowed.size)
    first[people] = means(backend, setting, [[*free, v] for v in people.tolist()], key, worlds) - height
    ways = [
        _greedy(backend, setting, wish, key, worlds, first, height, by_cost=way) for way in (False, True)[: _ways(wish)]
    ]
    return ways[int(np.argmax(means(backend, setting, [way.tolist() for way in ways], key, worlds)))]


def _ways(wish: Wish) -> int:
    return 1 if wish.costs is None else 2


def _greedy(
    backend: Backend,
    setting: Setting,
    wish: Wish,
    key: int,
    worlds: int,
    first: NDArray[np.float64],
    height: float,
    *,
    by_cost: bool,
) -> NDArray[np.int32]:
    """One greedy choice; first float64[n]: what each adds to nobody, who reach `height`."""
    gains, room, chosen = first.copy(), Room(wish), wish.free.tolist()
    for _ in range(wish.most):
        fits = room.fits()
        if not fits.any():
            break
        known = np.zeros(fits.size, bool)
        while True:
            score = np.where(fits, per_cost(gains, wish) if by_cost else gains, -np.inf)
            order = np.argsort(-score, kind="stable")[:AGAIN]
            if known[order[0]] or not chosen:
                break
            order = order[fits[order] & ~known[order]]
            again = means(backend, setting, [[*chosen, v] for v in order.tolist()], key, worlds)
            gains[order], known[order] = again - height, True
        best = int(order[0])
        height += float(gains[best])
        chosen.append(best)
        room.take(best)
    return np.array(chosen, np.int32)


def most_on_means(
    backend: Backend, setting: Setting, wish: Wish, start: NDArray[np.int32], key: int, miss: float
) -> tuple[float, str]:
    """Bound from above the mean that any choice reaches, but for a chance of `miss`, and say how.

    Parameters
    ----------
    start : a choice, free people first; parts of it are the P above.
    """
    value = _values(setting)
    least = _most_beside(setting, wish, value)
    people = np.flatnonzero(wish.allowed)
    each = visits(backend, setting, start.tolist(), key)
    runs = max(people.size, 1) * each
    parts = [start.size, 0, start.size // 2]  # the least part first of all holds those who are free
    parts = sorted({max(part, wish.free.size) for part in parts[: VISITS // (FEWEST_WORLDS * runs)]})
    if not parts:
        return least, f"{NO_MORE} {least:,.4g} can be reached at all"
    worlds = min(MOST_WORLDS, VISITS // (len(parts) * runs))
    highest, miss = math.inf, miss / len(parts)
    for part in parts:
        highest = min(highest, _beside(backend, setting, wish, start[:part].tolist(), mix(key + part), worlds, miss))
    if least <= highest:
        return least, f"{NO_MORE} {least:,.4g} can be reached at all"
    return highest, f"what each adds to parts of a choice in {worlds:,} fresh worlds, normal intervals"


def _beside(
    backend: Backend, setting: Setting, wish: Wish, part: list[int], key: int, worlds: int, miss: float
) -> float:
    """f(P) and the most that the gains of a choice come to, at their upper ends.

    What is seen in none of so many worlds may still happen in -ln(miss) of them: such an event is taken to be as large
    as the largest that was seen.
    """
    from scipy.special import ndtri

    z, seldom = float(ndtri(1 - miss)), -math.log(miss) / worlds
    here = each_world(backend, setting, [part], key, worlds)[0]
    rest = [v for v in np.flatnonzero(wish.allowed).tolist() if v not in set(part)]
    gains, largest = np.zeros(wish.allowed.size), 0.0
    for begin in range(0, len(rest), AGAIN):
        some = rest[begin : begin + AGAIN]
        more = each_world(backend, setting, [[*part, v] for v in some], key, worlds) - here
        gains[some] = np.maximum(0.0, more.mean(axis=1) + z * more.std(axis=1, ddof=1) / math.sqrt(worlds))
        largest = max(largest, float(more.max()))
    top = float(here.mean() + z * here.std(ddof=1) / math.sqrt(worlds))
    return top + _best_sum(wish, gains) + seldom * largest


def _best_sum(wish: Wish, worth: NDArray[np.float64]) -> float:
    """The most that a choice, or a fraction of one, comes to where nobody's worth depends on the others."""
    if wish.limits is not None:
        return programme_of(wish).most(worth, np.zeros(worth.size))
    paid = worth[wish.allowed != 0]
    several = float(np.sort(paid)[::-1][: wish.most].sum())
    if wish.costs is None:
        return several
    return min(several, knapsack(paid, wish.costs[wish.allowed != 0], float(wish.budget or 0)))


def _values(setting: Setting) -> NDArray[np.float64]:
    value = setting.watch.value
    return value / VALUE_UNIT if value.size else np.ones(setting.problem.graph.people)


def _most_beside(setting: Setting, wish: Wish, value: NDArray[np.float64]) -> float:
    """What everybody is worth whom anything can light, and the best choice of all others."""
    law, graph = setting.problem.law, setting.problem.graph
    can = law.adopted != 0
    if law.family == "threshold" and setting.base is None and not law.has_partners:
        can[graph.targets[law.dose > 0]] = True
        can[wish.free] = True
    else:
        can[:] = True
    return float(value[can].sum()) + _best_sum(wish, np.where(can, 0.0, value))


def lower_end(values: Sequence[float] | NDArray[np.float64], miss: float) -> float:
    """The lower end of the one-sided normal interval of a mean."""
    from scipy.special import ndtri

    numbers = np.asarray(values, np.float64)
    return float(numbers.mean() - ndtri(1 - miss) * numbers.std(ddof=1) / math.sqrt(numbers.size))
