"""Choose people one by one under any limits, then exchange them one for one as long as that pays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.optimise.programme import programme_of
from spark.optimise.room import Room
from spark.optimise.wish import Wish

Order = NDArray[np.int32]
ROUNDS = 4
"""How often everybody chosen is looked at for an exchange."""


def best_on(sets: Any, wish: Wish) -> tuple[Order, NDArray[np.int64]]:
    """Choose on sets (`spark.backends.sets.Sets`) under the limits of a wish.

    Greedy by what each person adds (with costs also by what she adds per cost, and the better of the two), then
    exchanges.

    Returns
    -------
    who, in the order of what they add, and how many sets each adds; only people who add some. Together with those whom
    `filled` adds they meet every limit.
    """
    gains = sets.gains(wish.allowed)
    choices = [one_by_one(gains, wish, by_cost=False)]
    if wish.costs is not None:
        choices.append(one_by_one(gains, wish, by_cost=True))
    best = max(choices, key=lambda chosen: _worth(gains, chosen))
    best = _exchanged(gains, wish, best)
    order, adds = in_order(gains, best)
    return order[adds > 0], adds[adds > 0]


def filled(people: Order, wish: Wish) -> Order:
    """Add whoever is still owed to a group, and then whoever may be chosen and is affordable, in the order of people.

    Whoever adds nothing still counts: limits must be met, and a count is a count.
    """
    chosen = people.tolist()
    room = Room(wish, chosen)
    while room.owed.any():
        fits = room.fits()
        assert wish.limits is not None
        owed = np.zeros(fits.size, bool)
        for at in np.flatnonzero(room.owed):
            owed[wish.limits.rows[at].people] = True
        able = np.flatnonzero(fits & owed)
        if not able.size:
            return _completed(people, wish)
        chosen.append(int(able[0] if wish.costs is None else able[np.argmin(wish.costs[able])]))
        room.take(chosen[-1])
    return in_turn(np.arange(wish.allowed.size, dtype=np.int32), wish, chosen)


def in_turn(order: Order, wish: Wish, chosen: Iterable[int] = ()) -> Order:
    """Add people to those chosen, in the given order, as long as they fit."""
    people, room = list(chosen), Room(wish, chosen)
    if wish.limits is None and wish.costs is None:
        able = order[room.fits()[order]][: room.picks]
        return np.concatenate([np.array(people, np.int32), able])
    if wish.limits is None and wish.costs is not None:
        for v in order[room.fits()[order]].tolist():
            if room.picks and wish.costs[v] <= room.left:
                people.append(v)
                room.take(v)
        return np.array(people, np.int32)
    while True:
        able = order[room.fits()[order]]
        if not able.size:
            return np.array(people, np.int32)
        people.append(int(able[0]))
        room.take(people[-1])


def in_order(gains: Any, people: Order) -> tuple[Order, NDArray[np.int64]]:
    """Put people into the order of what they add to those before them."""
    gains.weigh(None)
    left, order, adds = people.tolist(), [], []
    while left:
        what = gains.left[left]
        at = int(np.argmax(what))
        order.append(left.pop(at))
        adds.append(int(what[at]))
        gains.add(order[-1])
    return np.array(order, np.int32), np.array(adds, np.int64)


def one_by_one(gains: Any, wish: Wish, *, by_cost: bool, weight: NDArray[np.int64] | None = None) -> Order:
    """Greedy choice of those who add most, alone or per cost; weight int64[groups]: of the sets of each group."""
    gains.weigh(weight)
    room, chosen = Room(wish), wish.free.tolist()
    for v in chosen:
        gains.add(v)
    while True:
        fits = room.fits()
        left = np.where(fits, gains.left, 0)
        if not left.any():
            break
        chosen.append(int(np.argmax(per_cost(left, wish) if by_cost else left)))
        gains.add(chosen[-1])
        room.take(chosen[-1])
    return np.array(chosen, np.int32)


def per_cost(left: NDArray[np.int64] | NDArray[np.float64], wish: Wish) -> NDArray[np.float64]:
    """What everybody adds per cost; who costs nothing comes before all others."""
    assert wish.costs is not None
    free = wish.costs == 0
    return np.where(free, left * 1e18, left / np.where(free, 1.0, wish.costs))


def _completed(people: Order, wish: Wish) -> Order:
    """A choice that meets every limit, with as many of `people` as possible."""
    worth = np.zeros(wish.allowed.size)
    worth[people] = 1.0
    found = programme_of(wish).best(worth)
    assert found is not None, "limits are checked before anybody is chosen"
    return found


def _worth(gains: Any, people: Order) -> int:
    gains.weigh(None)
    return sum(gains.add(v) for v in people.tolist())


def _exchanged(gains: Any, wish: Wish, people: Order) -> Order:
    """Exchange one person for one other as long as that adds anything, a few rounds at most."""
    chosen = people.tolist()
    _worth(gains, people)
    for _ in range(ROUNDS):
        changed = False
        for at in range(len(chosen)):
            v = chosen[at]
            others = chosen[:at] + chosen[at + 1 :]
            lost = gains.remove(v)
            fits = Room(wish, others).fits()
            better = np.where(fits, gains.left, 0)
            u = int(np.argmax(better))
            if better[u] > lost:
                chosen[at], changed = u, True
            gains.add(chosen[at])
        if not changed:
            break
    return np.array(chosen, np.int32)
