"""Choose by trying plans in worlds, where a model has no live-edge form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.baselines import degree_order
from spark.optimise.greedy import filled
from spark.optimise.room import Room
from spark.optimise.sources import Setting
from spark.optimise.subsets import Search, Subset
from spark.optimise.wish import Wish
from spark.problem.arrays import ALWAYS, VALUE_UNIT, Actions, Backend, Tally, Worlds, freeze

Plans = Sequence[Sequence[int]]
Measure = Callable[[Backend, Setting, Plans, int, int], NDArray[np.float64]]

WORLDS = 256
ADDED_WORLDS = 1024
FEWEST_CANDIDATES, CANDIDATES_PER_SEED = 128, 4
VISITS, FEWEST_RUNS, MOST_RUNS = 400_000_000, 50_000, 2_000_000
"""Ties that may be visited in all, about, and with that how many worlds may be run at least and at most."""
MOST_TALLY = 1 << 24
MOST_PAIRS = 800
SMALL = 64
"""Candidates of whom all pairs are worth a look; and worlds enough for a first guess."""


def means(
    backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS, *, adopters: bool = False
) -> NDArray[np.float64]:
    """Mean outcome of each set of seeds over the first so many worlds."""
    return np.asarray(each_world(backend, setting, plans, key, worlds, adopters=adopters).mean(axis=1))


def each_world(
    backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS, *, adopters: bool = False
) -> NDArray[np.float64]:
    """Outcome of each set of seeds in each of the first so many worlds of a key: float64[plans, worlds]."""
    step = max(1, MOST_TALLY // (64 * worlds))
    parts = [plans[begin : begin + step] for begin in range(0, len(plans), step)]
    return np.concatenate(
        [outcomes(backend, setting, part, Worlds(key, 0, worlds), adopters=adopters) for part in parts]
    )


def added(
    backend: Backend, setting: Setting, people: NDArray[np.int32], key: int, outcome: Measure = each_world
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each of the people adds to those before her, and its Monte-Carlo standard error: float64, paired in worlds.

    `outcome` is what each set of seeds comes to in each of the first so many worlds of a key.
    """
    chosen = people.tolist()
    heights = outcome(backend, setting, [chosen[:size] for size in range(len(chosen) + 1)], key, ADDED_WORLDS)
    rises = np.diff(heights, axis=0)
    return rises.mean(axis=1), rises.std(axis=1, ddof=1) / math.sqrt(ADDED_WORLDS)


def outcomes(
    backend: Backend, setting: Setting, plans: Plans, worlds: Worlds, *, adopters: bool = False
) -> NDArray[np.float64]:
    """What is counted, or adopters at the end, of each set of seeds in each world: float64[plans, worlds]."""
    tally = backend.run(setting.problem, _actions(setting, plans), setting.watch, worlds)
    if setting.watch.counted == "ever-adopted" and not adopters:
        return tally.ever.astype(np.float64)
    if setting.watch.value.size and not adopters:
        return tally.value / VALUE_UNIT
    return tally.adopters[:, :, -1].astype(np.float64)


def run(backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS) -> Tally:
    """Try sets of seeds in the first so many worlds of a key."""
    return backend.run(setting.problem, _actions(setting, plans), setting.watch, Worlds(key, 0, worlds))


def choose_in_worlds(
    network: Network,
    backend: Backend,
    setting: Setting,
    wish: Wish,
    key: int,
    starts: Sequence[NDArray[np.int32]] = (),
    measure: Measure = means,
) -> NDArray[np.int32]:
    """Add people, one or two at a time, and exchange them, as brings most in the same few hundred worlds.

    Only the best connected are tried, those of whom two can convince the same person, and those of `starts`: where two
    together are worth more than the sum of each alone, this is a search without a bound.

    Parameters
    ----------
    starts : other choices; the answer is at least as good as each of them in the worlds of the search.
    measure : what each set of seeds is worth in the first so many worlds of a key; the mean.

    Returns
    -------
    who, in order, free people first.
    """
    free = wish.free.tolist()
    able = _candidates(network, wish, key, starts)
    place = {v: i for i, v in enumerate(able.tolist())}

    def objective(sets: Sequence[Subset], worlds: int) -> NDArray[np.float64]:
        plans = [[*free, *able[list(chosen)].tolist()] for chosen in sets]
        return measure(backend, setting, plans, key, worlds)

    worlds = 1 if setting.problem.law.certain else WORLDS
    runs = VISITS // visits(backend, setting, [*free, *able[: wish.most].tolist()], key)
    search = Search(
        objective,
        np.ones(able.size) if wish.costs is None else wish.costs[able],
        _Together(wish, able),
        key,
        worlds=worlds,
        effort=min(max(runs, FEWEST_RUNS), MOST_RUNS),
        pairs=_pairs(network, able) if able.size > SMALL else None,
        starts=[tuple(place[v] for v in start.tolist() if v in place) for start in starts],
    )
    chosen = able[list(search.run().chosen)]
    return filled(np.concatenate([wish.free, chosen]).astype(np.int32), wish)


class _Together:
    """Whether candidates may be chosen together: the maxima of a wish, of which every part of a choice is one, too."""

    def __init__(self, wish: Wish, able: NDArray[np.int32]) -> None:
        self._wish, self._able = wish, able.tolist()
        self._costs = None if wish.costs is None else wish.costs[able].tolist()

    def __call__(self, chosen: Subset) -> bool:
        wish = self._wish
        if len(chosen) > wish.most:
            return False
        if self._costs is not None and sum(self._costs[i] for i in chosen) > float(wish.budget or 0):
            return False
        if wish.limits is None:
            return True
        room = Room(wish)
        for i in chosen:
            v = self._able[i]
            if not room.fits()[v]:
                return False
            room.take(v)
        return True


def _candidates(network: Network, wish: Wish, key: int, starts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The best connected of those who may be chosen, and whom other methods chose."""
    order = degree_order(network, key)
    order = np.concatenate([*starts, order])
    _, first = np.unique(order, return_index=True)
    order = order[np.sort(first)]
    able = order[wish.allowed[order] != 0]
    if wish.limits is None:
        able = able[: max(FEWEST_CANDIDATES, CANDIDATES_PER_SEED * wish.most)]
    return np.asarray(able, np.int32)


def _pairs(network: Network, able: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Pairs of candidates, first those who can convince most people together."""
    from scipy.sparse import csr_array

    ones = np.ones(network.tie_count)
    matrix = csr_array((ones, network.targets, network.indptr), shape=(network.size, network.size))[able]
    common = (matrix @ matrix.T).tocoo()
    upper = common.row < common.col
    row, column, shared = common.row[upper], common.col[upper], common.data[upper]
    best = np.lexsort((column, row, -shared))[:MOST_PAIRS]
    return list(zip(row[best].tolist(), column[best].tolist(), strict=True))


def visits(backend: Backend, setting: Setting, seeds: list[int], key: int) -> int:
    """About how many ties are visited in a world."""
    reached = means(backend, setting, [seeds], key, SMALL, adopters=True)
    graph = setting.problem.graph
    return int(100 + reached[0] * (1 + graph.ties / max(graph.people, 1)))


def _actions(setting: Setting, plans: Plans) -> Actions:
    """The fixed actions with seeds added, one plan for each list."""
    base, count = setting.base, len(plans)
    fixed: list[tuple[int, int, int]] = []
    if base is not None:
        stop = int(base.seed_indptr[1])
        accept = base.seed_accept.tolist() or [ALWAYS] * stop
        columns = base.seed_start[:stop].tolist(), base.seed_people[:stop].tolist(), accept[:stop]
        fixed = list(zip(*columns, strict=True))
    asked = None if setting.accept is None else setting.accept.tolist()
    rows = [
        sorted([(0, v, ALWAYS if asked is None else asked[v]) for v in dict.fromkeys(chosen)] + fixed)
        for chosen in plans
    ]
    seeds: dict[str, Any] = {
        "seed_indptr": freeze(np.cumsum([0, *map(len, rows)], dtype=np.int64)),
        "seed_people": freeze(np.array([v for row in rows for _, v, _ in row], np.int32)),
        "seed_start": freeze(np.array([start for row in rows for start, _, _ in row], np.int32)),
    }
    if asked is not None or (base is not None and base.seed_accept.size):
        seeds["seed_accept"] = freeze(np.array([accept for row in rows for _, _, accept in row], np.uint64))
    if base is None:
        return Actions(
            **seeds, schedule=freeze(np.empty((count, 0), np.int32)), heard=freeze(np.zeros((0, 1), np.uint64))
        )
    tiled: dict[str, Any] = {
        name: freeze(np.broadcast_to(followed[0], (count, followed.shape[1])))
        for name in ("schedule", "boost", "sustain")
        if (followed := getattr(base, name)).size
    }
    if base.bridge_id.size:
        tiled["bridge_indptr"] = freeze(np.arange(count + 1, dtype=np.int64) * base.bridge_id.size)
        for name in ("source", "target", "id", "start", "stop", "accept"):
            tiled[f"bridge_{name}"] = freeze(np.tile(getattr(base, f"bridge_{name}"), count))
        for name in ("bridge_chance", "bridge_dose"):
            tiled[name] = freeze(np.tile(getattr(base, name), (1, count)))
        tiled["bridge_more"] = freeze(np.tile(base.bridge_more, (1, 1, count)))
    tiled.setdefault("schedule", freeze(np.empty((count, 0), np.int32)))
    return replace(base, **seeds, **tiled)
