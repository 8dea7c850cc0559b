"""Choose by trying plans in worlds, where a model has no live-edge form: greedy on means, without a bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.baselines import degree_order
from spark.optimise.room import Room
from spark.optimise.sources import Setting
from spark.optimise.wish import Wish
from spark.problem.arrays import VALUE_UNIT, Actions, Backend, Worlds, freeze

WORLDS = 256
BATCH = 16
FEWEST_CANDIDATES, CANDIDATES_PER_SEED = 128, 8
CHEAPEST = 1e-9
"""What people who cost nothing are taken to cost when gains per cost are compared."""


def choose_in_worlds(
    network: Network, backend: Backend, setting: Setting, wish: Wish, key: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Add, one by one, whoever adds most per cost in the same few hundred worlds.

    Only the best connected are tried, and whoever looked poor is looked at again only when nobody else looks better:
    where two together are worth more than the sum of each alone, this is a rule of thumb.

    Returns
    -------
    who, in order, free people first, and what each adds (people, or value).
    """
    order = degree_order(network, key)
    able = order[wish.allowed[order] != 0]
    if wish.limits is None:
        able = able[: max(FEWEST_CANDIDATES, CANDIDATES_PER_SEED * wish.most)]
    seeds, gains = wish.free.tolist(), []
    reached = _means(backend, setting, [[], seeds], key)
    gains += [(reached[1] - reached[0]) / max(len(seeds), 1)] * len(seeds)
    height, room = float(reached[1]), Room(wish)
    price = np.ones(able.size) if wish.costs is None else np.maximum(wish.costs[able], CHEAPEST)
    promise = np.full(able.size, np.inf)
    while True:
        fits = room.fits()[able]
        looked = ~fits
        while True:
            ranks = np.argsort(-np.where(fits, promise, -np.inf) / price, kind="stable")
            if not fits.any():
                return np.array(seeds, np.int32), np.array(gains)
            if looked[ranks[0]]:
                break
            batch = [i for i in ranks[:BATCH].tolist() if not looked[i]]
            promise[batch] = _means(backend, setting, [[*seeds, int(able[i])] for i in batch], key) - height
            looked[batch] = True
        best = int(ranks[0])
        seeds.append(int(able[best]))
        room.take(seeds[-1])
        gains.append(float(promise[best]))
        height += float(promise[best])


def _means(backend: Backend, setting: Setting, plans: list[list[int]], key: int) -> NDArray[np.float64]:
    """Mean of what is counted for each set of seeds: adopters or their value at the end, or another objective."""
    tally = backend.run(setting.problem, _actions(setting, plans), setting.watch, Worlds(key, 0, WORLDS))
    if setting.watch.counted == "ever-adopted":
        return np.asarray(tally.ever.sum(axis=1) / WORLDS)
    if setting.watch.counted == "adopter-periods":
        steps = tally.adopters.sum(axis=1, dtype=np.int64)  # flat after the last step that is there
        rest = setting.watch.horizon + 1 - steps.shape[1]
        return np.asarray((steps[:, 1:].sum(axis=1) + rest * steps[:, -1]) / WORLDS)
    if setting.watch.value.size:
        return np.asarray(tally.value.sum(axis=1) / (VALUE_UNIT * WORLDS))
    return np.asarray(tally.adopters[:, :, -1].sum(axis=1, dtype=np.int64) / WORLDS)


def _actions(setting: Setting, plans: list[list[int]]) -> Actions:
    """The fixed actions with seeds added, one plan for each list."""
    people = setting.problem.graph.people
    fixed: list[tuple[int, int]] = []
    schedule, heard = np.empty((len(plans), 0), np.int32), np.zeros((0, 1), np.uint64)
    if setting.base is not None:
        stop = int(setting.base.seed_indptr[1])
        fixed = list(
            zip(setting.base.seed_start[:stop].tolist(), setting.base.seed_people[:stop].tolist(), strict=True)
        )
        heard = setting.base.heard
        if setting.base.schedule.size:
            schedule = np.broadcast_to(setting.base.schedule[0], (len(plans), people))
    rows = [sorted([(0, v) for v in dict.fromkeys(seeds)] + fixed) for seeds in plans]
    return Actions(
        freeze(np.cumsum([0, *map(len, rows)], dtype=np.int64)),
        freeze(np.array([v for row in rows for _, v in row], np.int32)),
        freeze(np.array([start for row in rows for start, _ in row], np.int32)),
        freeze(schedule),
        freeze(heard),
    )
