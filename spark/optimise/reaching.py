"""The chance to reach a share of the people, which is not the mean: a search on fixed worlds, without a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.greedy import filled
from spark.optimise.room import Room
from spark.optimise.search import WORLDS, Plans, choose_in_worlds, run
from spark.optimise.sources import Setting
from spark.optimise.wish import Wish
from spark.problem.arrays import VALUE_UNIT, Backend

MOST_LOOKS, BATCH = 640, 16
"""How many exchanges are tried, and how many at a time."""
DECIDING = 8
"""How many times as many worlds decide between those that were found."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people (or, where only some count, how many of these) are to be reached."""

    people: int

    def chance(
        self, backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS
    ) -> NDArray[np.float64]:
        """In which share of the worlds of a key each set of seeds gets there, float64[plans]."""
        return np.asarray((self._reached(backend, setting, plans, key, worlds) >= self.people).mean(axis=1))

    def near(
        self, backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS
    ) -> NDArray[np.float64]:
        """The chance and, for what it leaves open, how near the worlds come: float64[plans]."""
        reached = self._reached(backend, setting, plans, key, worlds)
        part = np.minimum(reached, self.people) / self.people
        return np.asarray((reached >= self.people).mean(axis=1) + part.mean(axis=1) / worlds)

    def part(
        self, backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS
    ) -> NDArray[np.float64]:
        """The mean of what is reached, where more than is asked for counts for nothing, float64[plans]."""
        return np.asarray(np.minimum(self._reached(backend, setting, plans, key, worlds), self.people).mean(axis=1))

    def _reached(self, backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int) -> NDArray[np.int64]:
        tally = run(backend, setting, plans, key, worlds)
        if setting.watch.value.size:
            return np.asarray(tally.value // VALUE_UNIT)
        return np.asarray(tally.adopters[:, :, -1], np.int64)


def likeliest(
    network: Network, backend: Backend, setting: Setting, wish: Wish, reach: Reach, start: NDArray[np.int32], key: int
) -> NDArray[np.int32]:
    """Exchange people as long as that makes it likelier to get there.

    Two starts are tried: `start`, good for the mean, and greedy on what is reached where more than is asked for counts
    for nothing. Which of all is taken is decided in worlds in which none of them was found.
    """
    other = choose_in_worlds(network, backend, setting, wish, key, [start], reach.part)
    found = [start, filled(other, wish)]
    found += [_exchanged(network, backend, setting, wish, reach, people, key) for people in found]
    chance = reach.near(backend, setting, [people.tolist() for people in found], key + 1, DECIDING * WORLDS)
    return found[int(np.argmax(chance))]


def _exchanged(
    network: Network, backend: Backend, setting: Setting, wish: Wish, reach: Reach, people: NDArray[np.int32], key: int
) -> NDArray[np.int32]:
    chosen = people.tolist()
    height = float(reach.near(backend, setting, [chosen], key)[0])
    order = np.argsort(-network.out_degree(), kind="stable")
    looks, idle, at = 0, 0, 0
    while looks < MOST_LOOKS and idle < len(chosen) and len(chosen) > wish.free.size:
        at = (at + 1) % len(chosen)
        idle += 1
        others = chosen[:at] + chosen[at + 1 :]
        if not wish.allowed[chosen[at]]:
            continue
        fits = Room(wish, others).fits()
        fits[chosen[at]] = False
        able = order[fits[order]][: 2 * BATCH].tolist()
        if not able:
            continue
        heights = reach.near(backend, setting, [[*others[:at], v, *others[at:]] for v in able], key)
        looks += len(able)
        best = int(np.argmax(heights))
        if heights[best] > height + 1e-12:
            height, idle = float(heights[best]), 0
            chosen = [*others[:at], able[best], *others[at:]]
    return filled(np.array(chosen, np.int32), wish)
