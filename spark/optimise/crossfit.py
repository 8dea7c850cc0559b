"""Choose on reverse sets until the choice is near the best that any number of them would give.

Two pools of sets are drawn and seeds are chosen greedily on each. What a choice seems to cover in the pool it was
chosen on, less what it covers in the other, is the part of its promise that was luck. A choice that was made on noisy
counts loses about half of that part against the best one, and the choice made on both pools together, which is
returned, loses 2^-3/4 of what those on one pool lose (measured on benchmark graphs; docs/decisions/choosing.md).

Where many people are equally good, luck costs little, and that says too much. So near the end it is asked also how
much the choices gained since an earlier look: where the loss falls like a power of the number of sets, a known share of
that is still to come. The power is the one with which luck fell between the two looks, 3/4 at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FIRST_COUNT = 1024
BOTH_POOLS = 2**-0.75
FEW_SEEDS, FEWEST_COUNTS = 10, 30
LARGEST_STEP, SMALLEST_STEP, MARGIN = 8.0, 1.3, 1.05
LOSS_POWER = 0.75
"""How the loss falls with more sets at least, once there are enough: loss ~ sets^-power."""
LUCK_THAT_COUNTS, ERRORS, FAR_APART = 0.6, 3.0, 2
"""Least share of the loss by luck that is believed whatever was gained; standard errors that are added to gains; and
how many times as many sets there are, at least, as at the look since which gains are counted.
"""


class Source(Protocol):
    """Sets that grow on demand: reverse sets, or the components of undirected worlds."""

    @property
    def count(self) -> int:
        """Sets drawn so far."""

    @property
    def sets(self) -> Any:
        """What was drawn: `spark.backends.sets.Sets`, or what answers like it."""

    @property
    def most(self) -> int:
        """How many sets memory allows, as far as can be told from those so far."""

    def grow(self, count: int) -> None:
        """Draw sets until there are `count`."""


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """A choice on which two pools of sets agree well enough.

    Attributes
    ----------
    seeds, gains : int32, int64; in order, and how many sets of both pools each adds.
    sets : of both pools. sample : returns some sets from which people chosen beforehand took nothing away.
    quality : estimated share of the best that any number of sets would give, standard errors deducted.
    sentinel : who was chosen before the sets were drawn; they meet most of the large ones.
    """

    seeds: NDArray[np.int32]
    gains: NDArray[np.int64]
    sets: Any
    sample: Callable[[], Any]
    quality: float
    sentinel: tuple[int, ...] = ()


def agree(
    pools: tuple[Source, Source],
    most: int,
    allowed: NDArray[np.uint8],
    quality: float,
    *,
    given: Sequence[int] | NDArray[np.int32] = (),
    costs: NDArray[np.float64] | None = None,
    budget: float | None = None,
    best: Callable[[Any], tuple[NDArray[np.int32], NDArray[np.int64]]] | None = None,
) -> Agreement:
    """Choose up to `most` of `allowed` people (uint8[n]), drawing sets until `quality` is reached or memory is full.

    Parameters
    ----------
    given : people who are chosen in any case. costs, budget : see `spark.backends.sets.Sets.greedy`.
    best : chooses on sets where these do not say it all; returns who, in order, and how many sets each adds.
    """
    choose = best or (lambda sets: _best(sets, most, allowed, given, costs, budget))
    count = FIRST_COUNT
    looks: list[_Look] = []
    while True:
        for pool in pools:
            pool.grow(count)
        a, b = pools[0].sets, pools[1].sets
        seeds_a, gains_a = choose(a)
        seeds_b, gains_b = choose(b)
        both = _all(given, seeds_a), _all(given, seeds_b)
        reached = _share(a, b, *both)
        looks.append(_Look(a.count, *both, 1 - reached))
        if LUCK_THAT_COUNTS * (1 - reached) <= 1 - quality < 1 - reached:
            long_ago = [look for look in looks if look.count * FAR_APART <= a.count]
            reached = max([reached, *(_share_by_gain(a, b, look, looks[-1]) for look in long_ago[-1:])])
        last = (int(gains_a[-1]) if gains_a.size else 0, int(gains_b[-1]) if gains_b.size else 0)
        enough = most > FEW_SEEDS or min(seeds_a.size, seeds_b.size) == 0 or min(last) >= FEWEST_COUNTS
        limit = min(pool.most for pool in pools)
        if (reached >= quality and enough) or a.count >= limit:
            break
        growth = _growth(looks[-2:], 1 - quality) if reached < quality else 2.0
        count = min(int(a.count * min(LARGEST_STEP, max(SMALLEST_STEP, growth))), limit)
    together = a + b
    seeds, gains = choose(together)
    return Agreement(seeds, gains, together, together.sample, reached)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """The choices on either pool at some number of sets each, and the loss by luck, estimated."""

    count: int
    seeds_a: NDArray[np.int32]
    seeds_b: NDArray[np.int32]
    loss: float


def _growth(looks: list[_Look], wanted: float) -> float:
    """How many times as many sets will do, by how the loss fell at the last looks."""
    loss = looks[-1].loss
    power = _power(*looks) if len(looks) == 2 else LOSS_POWER
    return float((loss / wanted) ** (1 / min(max(power, LOSS_POWER), 1.0))) * MARGIN


def _power(before: _Look, now: _Look) -> float:
    """How the loss fell between two looks: like sets^-power."""
    if not 0 < now.loss < before.loss or now.count <= before.count:
        return 0.0
    return math.log(before.loss / now.loss) / math.log(now.count / before.count)


def _best(
    sets: Any,
    most: int,
    allowed: NDArray[np.uint8],
    given: Sequence[int] | NDArray[np.int32],
    costs: NDArray[np.float64] | None,
    budget: float | None,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Greedy choice; with costs the better of greedy by gain per cost and of starting with the best single person
    (at least .405 of the best; Tang et al. 2021).
    """
    if costs is None:
        return sets.greedy(most, allowed, given=given)  # type: ignore[no-any-return]
    seeds, gains = sets.greedy(most, allowed, costs=costs, budget=budget, given=given)
    single, gain = sets.greedy(1, allowed, given=given)
    if not single.size or single[0] in seeds:
        return seeds, gains
    left = float(budget or 0) - float(costs[single[0]])
    others = allowed.copy()
    others[single] = 0
    more, gain_more = sets.greedy(most, others, costs=costs, budget=left, given=[*given, *single.tolist()])
    if gain.sum() + gain_more.sum() <= gains.sum():
        return seeds, gains
    return np.concatenate([single, more]), np.concatenate([gain, gain_more])


def _all(given: Sequence[int] | NDArray[np.int32], seeds: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([np.asarray(given, np.int32), seeds])


def _share(a: Any, b: Any, seeds_a: NDArray[np.int32], seeds_b: NDArray[np.int32]) -> float:
    """Estimated share of the best that a choice on both pools reaches, one standard error deducted."""
    own_a, other_a, square_a = a.compare(seeds_a, seeds_b)
    other_b, own_b, square_b = b.compare(seeds_a, seeds_b)
    base = a.given_covered + b.given_covered
    own, other = own_a + own_b + base, other_a + other_b + base
    if own == 0:
        return 1.0
    lost = BOTH_POOLS * 0.5 * (1 - other / own)
    return float(1 - lost - BOTH_POOLS * 0.5 * math.sqrt(square_a + square_b) / own)


def _share_by_gain(a: Any, b: Any, before: _Look, now: _Look) -> float:
    """Estimated share of the best by what the choices gained since the look before, as the other pool sees it. Where
    luck fell slowly, more is still to come; and because this knows nothing of what no look has found, it is trusted up
    to a limit only.
    """
    power = min(_power(before, now), LOSS_POWER)
    base = a.given_covered + b.given_covered
    if base or power <= 0:  # whoever was chosen beforehand hides how small the gains of the others are
        return 0.0
    now_a, was_a, moved_a = b.compare(now.seeds_a, before.seeds_a)
    now_b, was_b, moved_b = a.compare(now.seeds_b, before.seeds_b)
    gained = max(0, now_a - was_a + now_b - was_b) + ERRORS * math.sqrt(moved_a + moved_b)
    to_come = BOTH_POOLS * gained / ((now.count / before.count) ** power - 1)
    return float(1 - max(LUCK_THAT_COUNTS * now.loss, to_come / max(1, now_a + now_b)))
