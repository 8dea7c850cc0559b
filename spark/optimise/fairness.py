"""The worst-off group as well off as possible, or every group above a floor.

Sets are drawn with roots that fall into every group alike often, so that the share of a group's sets that a choice
meets estimates the share of the group that adopts, with the same error for small groups as for large ones.

The smallest share is not submodular. As in saturate (Krause, McMahan, Guestrin & Gupta 2008, JMLR 9) a level is sought
by bisection at which greedy on the sum over groups of min(share, level), which is submodular, brings all groups to the
level; the number of people chosen is not raised for it. Beside these stand the choices of a game in which groups that
are badly off gain weight (Tsang, Wilder, Rice, Tambe & Zick 2019, doi:10.24963/ijcai.2019/831). The best is taken.

What no choice can pass follows from the same game: whatever the weights of the groups, the smallest share is at most
the weighted mean of the shares, and the most that any choice meets of sets whose roots are drawn by these weights is
bounded as in `spark.optimise.certificate`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError
from spark.network import Network
from spark.optimise.certificate import ROUNDING, most_met
from spark.optimise.greedy import filled, one_by_one
from spark.optimise.room import Room
from spark.optimise.sources import SetBackend, Setting
from spark.optimise.wish import Wish
from spark.problem.keys import mix
from spark.problem.targets import Targets
from spark.question import Floor, WorstOff
from spark.results import Certificate

WHOLE = 1 << 40
FIRST_SETS, MOST_SETS, CERTIFY_SETS = 1 << 13, 1 << 19, 1 << 18
LEVELS, ROUNDS, PENALTIES, EXCHANGES, CANDIDATES = 10, 12, 10, 3, 256
CHEAPEST = 1e-9
GREEDY = 1 - 1 / math.e
"""What greedy reaches at least of the best, on sets."""
SURE = 1.0
"""Standard errors by which a floor is passed on the sets, so that it is kept on others."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Of whom shares are compared: label int32[n], -1 for nobody's, and the people of each of the groups."""

    by: str
    names: tuple[Any, ...]
    label: NDArray[np.int32]
    sizes: NDArray[np.int64]

    def values(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.int64]:
        """In which proportions roots are drawn: by `weights` of the groups (all alike), in each alike; int64[n]."""
        share = np.full(self.sizes.size, 1.0) if weights is None else weights / weights.max()
        each = np.append(np.floor(share * WHOLE / self.sizes).astype(np.int64), 0)
        return each[self.label]


@dataclass(frozen=True, slots=True, eq=False)
class Fair:
    """A choice and its shares.

    Attributes
    ----------
    shares : float64[groups]; expected, as estimated on the sets it was chosen on. weights : float64[groups], for which
        the game was hardest to win. quality : share of the best level that any number of sets would give, estimated.
    """

    seeds: NDArray[np.int32]
    shares: NDArray[np.float64]
    weights: NDArray[np.float64]
    quality: float


def groups_of(network: Network, by: str) -> Groups:
    """Look up a grouping; groups without people are left out."""
    label, names = Targets(network).grouping(by, "groups")
    sizes = np.bincount(label[label >= 0], minlength=len(names)).astype(np.int64)
    there = np.flatnonzero(sizes)
    if not there.size:
        raise InfeasibleError(f"nobody is in any {by}, so that no share can be compared")
    place = np.full(len(names) + 1, -1, np.int32)
    place[there] = np.arange(there.size)
    return Groups(by, tuple(names[i] for i in there.tolist()), place[label], sizes[there])


def choose_fairly(
    backend: SetBackend,
    setting: Setting,
    wish: Wish,
    groups: Groups,
    objective: WorstOff | Floor,
    key: int,
    quality: float,
) -> Fair:
    """Choose on two pools of sets that grow until what is chosen on one is as good on the other.

    Raises
    ------
    InfeasibleError
        No choice that keeps the floor was found.
    """
    watch = replace(setting.watch, value=groups.values())
    pools = [backend.reverse(setting.problem, setting.base, watch, mix(key + i)) for i in range(2)]
    count = FIRST_SETS
    level = objective.share if isinstance(objective, Floor) else None
    while True:
        for pool in pools:
            pool.grow(count)
        tables = [_Table(pool.sets, wish, groups) for pool in pools]
        chosen = [table.choose(level) for table in tables]
        own = sum(float(choice.shares.min()) for choice in chosen)
        other = sum(
            float(table.shares(choice.seeds).min()) for table, choice in zip(tables, reversed(chosen), strict=True)
        )
        reached = 1.0 if own == 0 else (1 + min(1.0, other / own)) / 2
        if reached >= quality or 2 * count > min(MOST_SETS, *(pool.most for pool in pools)):
            break
        count *= 2
    both = _Table(pools[0].sets + pools[1].sets, wish, groups)
    found = replace(both.choose(level), quality=reached)
    if level is not None and found.shares.min() < level - 1.96 * both.error(level):
        raise floor_not_kept(groups, level, found.shares)
    return found


def floor_not_kept(groups: Groups, level: float, shares: NDArray[np.float64]) -> InfeasibleError:
    """The error that the best choice found does not keep a floor; shares float64[groups]."""
    worst = int(np.argmin(shares))
    return InfeasibleError(
        f"a floor of {100 * level:g} % of each {groups.by}: the best found leaves {groups.by} {groups.names[worst]} at "
        f"{100 * shares[worst]:.2g} %; a floor of {_below(100 * shares[worst])} %, or a larger budget or count, "
        "would do"
    )


def _below(percentage: float) -> str:
    """Round down to whole numbers, below 10 to hundredths, so that what is said still holds."""
    return f"{math.floor(percentage) if percentage >= 10 else math.floor(100 * percentage) / 100:g}"


def _above(percentage: float) -> str:
    return f"{math.ceil(percentage) if percentage >= 10 else math.ceil(100 * percentage) / 100:g}"


class _Table:
    """Sets by group, and choices on them."""

    def __init__(self, sets: Any, wish: Wish, groups: Groups) -> None:
        self._wish, self._groups = wish, groups
        able = wish.allowed.copy()
        able[wish.free] = 1
        self._gains = sets.gains(able, groups.label)
        self._drawn = sets.count / groups.sizes.size
        left = _by_group(sets.roots(), groups)
        # whoever practises in any case is missing in the sets
        self._base = np.maximum(0.0, 1 - left / self._drawn) if left.sum() < sets.count else np.zeros(left.size)

    def error(self, level: float) -> float:
        """Standard error of a share."""
        return math.sqrt(max(level * (1 - level), 1e-4) / self._drawn)

    def shares(self, people: NDArray[np.int32]) -> NDArray[np.float64]:
        """Share of each group that adopts, float64[groups]."""
        self._gains.weigh(None)
        for v in people.tolist():
            self._gains.add(v)
        reached = self._gains.reached(self._groups.sizes.size)
        return np.asarray(np.minimum(1.0, self._base + reached / self._drawn))

    def choose(self, level: float | None) -> Fair:
        """The best choice found for the worst-off group, or with as many adopters as possible above a level."""
        found = self._worst_off() if level is None else self._above(level)
        return self._exchanged(found, None if level is None else min(1.0, level + SURE * self.error(level)))

    def _fair(self, people: NDArray[np.int32], weights: NDArray[np.float64] | None = None) -> Fair:
        even = np.full(self._groups.sizes.size, 1 / self._groups.sizes.size)
        return Fair(people, self.shares(people), even if weights is None else weights, 1.0)

    def _worst_off(self) -> Fair:
        best, weights, least = self._game()
        low, high = float(best.shares.min()), min(1.0, least / GREEDY)
        for _ in range(LEVELS):
            if high - low < 1 / self._drawn:
                break
            level = (low + high) / 2
            found = self._fair(self._saturated(level, 1e-6, 1.0))
            if _better(found, best):
                best = found
            if found.shares.min() >= level - 0.5 / self._drawn:
                low = max(level, float(found.shares.min()))
            else:
                high = level
        return replace(best, weights=weights)

    def _above(self, level: float) -> Fair:
        """As many adopters as possible above a level: the smallest penalty on what is missing that keeps it."""
        wanted = min(1.0, level + SURE * self.error(level))
        best: Fair | None = None
        low, high = -2.0, 8.0
        for step in range(PENALTIES):
            power = high if step == 0 else (low + high) / 2
            found = self._fair(self._saturated(wanted, 1.0, float(2 ** round(power, 6))))
            if found.shares.min() >= min(level + 0.5 * SURE * self.error(level), 1.0):
                best = found if best is None or self._total(found) > self._total(best) else best
                high = power
            elif step == 0:
                return self._worst_off()
            else:
                low = power
        assert best is not None
        return best

    def _total(self, choice: Fair) -> float:
        return float(choice.shares @ self._groups.sizes)

    def _game(self) -> tuple[Fair, NDArray[np.float64], float]:
        """Greedy for weights of the groups that grow where a choice leaves them badly off: the best choice, and the
        weights for which greedy reaches least, with how much that is.
        """
        count = self._groups.sizes.size
        weights = tightest = np.full(count, 1.0 / count)
        best = found = self._fair(self._weighted(weights))
        least = float(weights @ found.shares)
        for _ in range(ROUNDS if count > 1 else 0):
            spare = found.shares - found.shares.min()
            weights = weights / (1 + spare / max(float(spare.max()), 1e-12))
            weights = weights / weights.sum()
            found = self._fair(self._weighted(weights))
            value = float(weights @ found.shares)
            if value < least:
                least, tightest = value, weights
            if _better(found, best):
                best = found
        return best, tightest, least

    def _weighted(self, weights: NDArray[np.float64]) -> NDArray[np.int32]:
        """Greedy on the weighted sum of shares."""
        whole = np.floor(weights / weights.max() * (1 << 20)).astype(np.int64)
        return self._best_of(
            lambda by_cost: filled(one_by_one(self._gains, self._wish, by_cost=by_cost, weight=whole), self._wish)
        )

    def _best_of(self, choose: Callable[[bool], NDArray[np.int32]]) -> NDArray[np.int32]:
        """With costs, the better of a choice by what people add and of one by what they add per cost."""
        if self._wish.costs is None:
            return choose(False)
        return max((self._fair(choose(by_cost)) for by_cost in (True, False)), key=_height).seeds

    def _saturated(self, level: float, size: float, penalty: float) -> NDArray[np.int32]:
        """Adopters times `size` and, times `penalty`, what brings groups up to a level."""
        return self._best_of(lambda by_cost: self._lazily(level, size, penalty, by_cost))

    def _lazily(self, level: float, size: float, penalty: float, by_cost: bool) -> NDArray[np.int32]:
        """Lazy greedy (Minoux 1978): adopters times `size` and, times `penalty`, what brings groups up to a level."""
        gains, wish, groups = self._gains, self._wish, self._groups.sizes
        gains.weigh(None)
        each = size * groups / groups.mean()
        most = float(each.max()) + penalty
        missing = np.maximum(0.0, level - self._base) * self._drawn
        gain = np.empty(groups.size, np.int64)
        room, chosen = Room(wish), []
        for v in wish.free.tolist():
            gains.gain_of(v, gain)
            missing = np.maximum(0.0, missing - gain)
            gains.add(v)
            chosen.append(v)
        price = np.ones(wish.allowed.size)
        if by_cost and wish.costs is not None:
            price = np.maximum(wish.costs, CHEAPEST)
        fits = room.fits()
        heap = [(-most * float(gains.left[v]) / price[v], v, -1) for v in np.flatnonzero(fits).tolist()]
        heapq.heapify(heap)
        while heap and fits.any():
            promise, v, seen = heapq.heappop(heap)
            if promise == 0:
                break
            if not fits[v]:
                continue
            gains.gain_of(v, gain)
            if seen != len(chosen):
                worth = float(each @ gain) + penalty * float(np.minimum(missing, gain).sum())
                heapq.heappush(heap, (-worth / price[v], v, len(chosen)))
                continue
            missing = np.maximum(0.0, missing - gain)
            chosen.append(v)
            gains.add(v)
            room.take(v)
            fits = room.fits()
        return filled(np.array(chosen, np.int32), wish)

    def _exchanged(self, choice: Fair, wanted: float | None) -> Fair:
        """Exchange one person for one other as long as that is better, a few rounds at most."""
        gains, wish, groups = self._gains, self._wish, self._groups.sizes
        gains.weigh(None)
        chosen = choice.seeds.tolist()
        for v in chosen:
            gains.add(v)
        have, gain = gains.reached(groups.size), np.empty(groups.size, np.int64)
        height = self._height(have, wanted)
        for _ in range(EXCHANGES):
            before = height
            for at in range(len(chosen)):
                v = chosen[at]
                if not wish.allowed[v]:
                    continue
                gains.remove(v)
                gains.gain_of(v, gain)
                rest, best = have - gain, v
                fits = np.flatnonzero(Room(wish, chosen[:at] + chosen[at + 1 :]).fits())
                for u in fits[np.argsort(-gains.left[fits], kind="stable")][:CANDIDATES].tolist():
                    gains.gain_of(u, gain)
                    now = self._height(rest + gain, wanted)
                    if now > height:
                        height, best, have = now, u, rest + gain
                gains.add(best)
                chosen[at] = best
            if height == before:
                break
        return replace(choice, seeds=(seeds := np.array(chosen, np.int32)), shares=self.shares(seeds))

    def _height(self, reached: NDArray[np.int64], wanted: float | None) -> tuple[float, float]:
        shares = np.minimum(1.0, self._base + reached / self._drawn)
        worst = float(shares.min())
        return (
            (worst, float(shares.sum())) if wanted is None else (min(worst, wanted), float(shares @ self._groups.sizes))
        )


def _height(a: Fair) -> tuple[float, float]:
    return float(a.shares.min()), float(a.shares.sum())


def _better(a: Fair, b: Fair) -> bool:
    return _height(a) > _height(b)


def certify_worst_off(
    backend: SetBackend, setting: Setting, wish: Wish, groups: Groups, found: Fair, key: int, confidence: float
) -> Certificate:
    """Certify the smallest share: a lower bound for each group, and an upper one on what any choice brings about."""
    from scipy.special import betaincinv

    miss = (1 - confidence) / 2
    each = miss / (2 * groups.sizes.size)
    watch = replace(setting.watch, value=groups.values())
    fresh = backend.reverse(setting.problem, setting.base, watch, mix(key), independent=True)
    fresh.grow(CERTIFY_SETS // 4)
    drawn = fresh.sets.count
    weight = _by_group(watch.value, groups) / int(watch.value.sum())
    hit, missed = _hit_and_missed(fresh.sets, wish, found.seeds, groups)
    # both are binomial: hits bound small shares tightly, misses large ones and those who adopt in any case
    below = np.where(hit > 0, betaincinv(np.maximum(hit, 1), drawn - hit + 1, each), 0.0) / weight
    above = np.where(missed < drawn, betaincinv(missed + 1, np.maximum(drawn - missed, 1), 1 - each), 1.0) / weight
    least = float(np.maximum(below, 1 - above).clip(0.0, 1.0).min())
    watch = replace(watch, value=groups.values(found.weights))
    other = backend.reverse(setting.problem, setting.base, watch, mix(key + 1), independent=True)
    other.grow(CERTIFY_SETS // 4)
    sets = other.sets
    met = sets.count - int(sets.roots().sum())  # in any case
    most = min(sets.count, math.floor(most_met(sets, wish, found.seeds) + ROUNDING) + met)
    best = float(betaincinv(most + 1, sets.count - most, 1 - miss)) if most < sets.count else 1.0
    ratio = math.floor(min(1.0, least / best) * 1e4) / 1e4
    return Certificate(
        ratio,
        confidence,
        f"at least {_below(100 * least)} % of every {groups.by} is expected to practise, and no choice brings the "
        f"worst-off {groups.by} above {_above(100 * best)} %: at least {_below(100 * ratio)} % of the best "
        f"possible, at {confidence * 100:g} % confidence",
        f"{fresh.sets.count:,} and {sets.count:,} fresh reverse sets; a bound for each group, and a dual bound on the "
        "weighted mean of the groups",
    )


def _hit_and_missed(
    sets: Any, wish: Wish, seeds: NDArray[np.int32], groups: Groups
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many sets of each group a choice hits, and how many it misses, int64[groups] each."""
    able = wish.allowed.copy()
    able[seeds] = 1
    gains = sets.gains(able, groups.label)
    for v in seeds.tolist():
        gains.add(v)
    hit = np.asarray(gains.reached(groups.sizes.size), np.int64)
    return hit, _by_group(sets.roots(), groups) - hit


def _by_group(numbers: NDArray[np.int64], groups: Groups) -> NDArray[np.int64]:
    """Sum of numbers of people, int64[n], over the people of each group."""
    inside = groups.label >= 0
    return np.bincount(groups.label[inside], weights=numbers[inside], minlength=groups.sizes.size).astype(np.int64)
