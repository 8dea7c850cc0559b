"""The best affordable set of things, where two together can be worth more than the sum of each alone.

On fixed worlds the mean of a plan is a plain function of the set of things in it. If the sets are few, all are looked
at. Else: things are added one by one and two at a time, whichever brings most per cost; then exchanged one for another
while that helps; then annealed from there, by threshold accepting (Dueck & Scheuer 1990,
doi:10.1016/0021-9991(90)90201-B). Each stage looks at many sets in few worlds and only at the best of them in more (a
race: Maron & Moore 1997, doi:10.1023/A:1006556606079).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark.problem.keys import mix

Subset = tuple[int, ...]
Objective = Callable[[Sequence[Subset], int], NDArray[np.float64]]
"""Means of sets of things over the first so many worlds: (sets, worlds) -> float64[sets]."""

MOST_EXACT = 100_000
FEWEST_WORLDS = 64
RACE = 4
"""A race goes on with four times the worlds and a quarter of those in it."""
BATCH = 64
PAIRED = 40
PARED = 10
FILLED, WALKS, TRIES, STALE, COOLING, LAST = 256, 16, 8, 50, 0.95, 16


class Fits(Protocol):
    """Whether things may be had together."""

    def __call__(self, chosen: Subset) -> bool:
        """Return whether all of `chosen` may be had; then so may every part of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes
    ----------
    chosen : in the order of choosing. value : its mean in the worlds of the search.
    every : whether all sets were looked at, so that nothing is better in these worlds.
    """

    chosen: Subset
    value: float
    every: bool


@dataclass(slots=True)
class Search:
    """A search among `count` things.

    Parameters
    ----------
    objective : see `Objective`; looked up once per set and number of worlds.
    costs : float64[count], >= 0. fits : whether a set may be chosen; every subset of one that may be, may be.
    worlds : how many the answer is judged in. effort : how many worlds may be run in all, about.
    pairs : which pairs are worth a look, best first; None: those of the best single things.
    starts : other sets to start from; the answer is at least as good as those that fit, and the others are first
        made to fit. exact : whether all sets are looked at where they are few.
    """

    objective: Objective
    costs: NDArray[np.float64]
    fits: Fits
    key: int
    worlds: int = 1024
    effort: int = 4_000_000
    pairs: Sequence[tuple[int, int]] | None = None
    starts: Sequence[Subset] = ()
    exact: bool = True
    _known: dict[tuple[frozenset[int], int], float] = field(default_factory=dict)
    _spent: int = 0

    def run(self) -> Found:
        """Search."""
        if self.exact:
            every = self._every()
            if every is not None:
                values = self._means(every, self.worlds)
                best = _first_best(values, [self._cost(chosen) for chosen in every])
                return Found(self._ordered(every[best]), float(values[best]), True)
        grown = [self._grown((), self.effort // 2), *(self._pared(start) for start in self.starts)]
        chosen = grown[int(np.argmax(self._means(grown, self.worlds)))]
        chosen = self._exchanged(chosen, self.effort * 3 // 4)
        chosen = self._annealed(chosen, self.effort)
        return Found(self._ordered(chosen), float(self._means([chosen], self.worlds)[0]), False)

    def _means(self, sets: Sequence[Subset], worlds: int) -> NDArray[np.float64]:
        wanted = [(frozenset(chosen), worlds) for chosen in sets]
        new = list(dict.fromkeys(key for key in wanted if key not in self._known))
        for begin in range(0, len(new), 512):
            part = new[begin : begin + 512]
            means = self.objective([tuple(sorted(chosen)) for chosen, _ in part], worlds)
            self._known.update(zip(part, means.tolist(), strict=True))
            self._spent += worlds * len(part)
        return np.array([self._known[key] for key in wanted])

    def _cost(self, chosen: Iterable[int]) -> float:
        return float(sum(self.costs[i] for i in chosen))

    def _every(self) -> list[Subset] | None:
        """All sets that fit, or None if they are too many."""
        sets: list[Subset] = [()]
        most = min(MOST_EXACT, max(1, self.effort // self.worlds))
        for thing in range(len(self.costs)):
            sets += [more for chosen in sets if self.fits(more := (*chosen, thing))]
            if len(sets) > most:
                return None
        return sets

    def _ordered(self, chosen: Subset) -> Subset:
        """The things of a set, each time the one that brings most beside those before it."""
        order: Subset = ()
        rest = sorted(chosen)
        while rest:
            values = self._means([(*order, i) for i in rest], min(self.worlds, 4 * FEWEST_WORLDS))
            order = (*order, rest.pop(int(np.argmax(values))))
        return order

    def _race(self, start: Subset, moves: Sequence[Subset], *, per_cost: bool) -> tuple[Subset, float]:
        """The best of the sets that `start` may become, by gain or by gain per cost; and its gain."""
        worlds = min(FEWEST_WORLDS, self.worlds)
        while True:
            gains = self._means(moves, worlds) - self._means([start], worlds)[0]
            spent = self._cost(start)
            price = np.array([max(self._cost(move) - spent, 0.0) for move in moves]) if per_cost else np.ones(1)
            score = np.where(price > 0, gains / np.where(price > 0, price, 1.0), np.where(gains > 0, np.inf, gains))
            best = np.lexsort((-gains, -score))
            if worlds >= self.worlds or len(moves) == 1:
                first = int(best[0])
                return moves[first], float(gains[first])
            moves = [moves[i] for i in best[: max(1, len(moves) // RACE)].tolist()]
            worlds = min(worlds * RACE, self.worlds)

    def _grown(self, chosen: Subset, effort: int) -> Subset:
        """Add whichever one or two bring most per cost, while anything fits and helps."""
        promise: dict[int, float] = {}
        while True:
            able = [i for i in range(len(self.costs)) if i not in chosen and self.fits((*chosen, i))]
            if not able:
                return chosen
            if len(able) > 4 * BATCH and promise and self._spent > effort // 4:
                able = sorted(able, key=lambda i: -promise.get(i, 0.0))[: 4 * BATCH]
            few = min(FEWEST_WORLDS, self.worlds)
            values = self._means([(*chosen, i) for i in able], few)
            promise.update(zip(able, values.tolist(), strict=True))
            moves: list[Subset] = [(*chosen, i) for i in able]
            if self._spent < effort:
                moves += self._together(chosen, able, values)
            best, gain = self._race(chosen, moves, per_cost=True)
            if gain < 0 or (gain == 0 and self._cost(best) > self._cost(chosen)):
                return chosen
            chosen = best

    def _pared(self, chosen: Subset) -> Subset:
        """Take out what is worth least for its cost, of many several at a time, until the rest fits; and fill up."""
        if self.fits(chosen):
            return chosen
        few = min(FEWEST_WORLDS, self.worlds)
        while not self.fits(chosen):
            without = [tuple(i for i in chosen if i != out) for out in chosen]
            losses = self._means([chosen], few)[0] - self._means(without, few)
            prices = np.array([self.costs[i] for i in chosen])
            worth = np.where(prices > 0, losses / np.where(prices > 0, prices, 1.0), np.inf)
            out = np.argsort(worth, kind="stable")[: max(1, len(chosen) // PARED)].tolist()
            chosen = tuple(i for at, i in enumerate(chosen) if at not in out)
        return self._grown(chosen, 0)

    def _together(self, chosen: Subset, able: Sequence[int], values: NDArray[np.float64]) -> list[Subset]:
        if self.pairs is not None:
            may = set(able)
            two = [pair for pair in self.pairs if may.issuperset(pair)][: PAIRED * PAIRED // 2]
        else:
            two = list(combinations([able[i] for i in np.argsort(-values, kind="stable")[:PAIRED].tolist()], 2))
        return [more for pair in two if self.fits(more := (*chosen, *pair))]

    def _exchanged(self, chosen: Subset, effort: int) -> Subset:
        """Exchange one thing for another, or for nothing and then fill up, while that brings more."""
        while self._spent < effort and chosen:
            value = float(self._means([chosen], self.worlds)[0])
            moves = self._neighbours(chosen)
            room = max(BATCH, (effort - self._spent) // (2 * FEWEST_WORLDS))
            if len(moves) > room:
                moves = [moves[i] for i in _shuffled(len(moves), self.key + self._spent)[:room].tolist()]
            if not moves:
                return chosen
            best, _ = self._race(chosen, moves, per_cost=False)
            if float(self._means([best], self.worlds)[0]) <= value:
                return chosen
            chosen = self._grown(best, 0)
        return chosen

    def _neighbours(self, chosen: Subset) -> list[Subset]:
        """Sets in which one thing is another one, or one was left out for as many as fit by the order of things."""
        inside = set(chosen)
        moves: list[Subset] = []
        for out in chosen:
            kept = tuple(i for i in chosen if i != out)
            moves += [m for i in range(len(self.costs)) if i not in inside and self.fits(m := (*kept, i))]
        return moves

    def _annealed(self, chosen: Subset, effort: int) -> Subset:
        """Walk from set to neighbouring set, downhill ever more rarely, several times; return the best that was met."""
        if not chosen or len(self.costs) == len(chosen):
            return chosen
        worlds = min(4 * FEWEST_WORLDS, self.worlds)
        few = min(FEWEST_WORLDS, self.worlds)
        filled = list(dict.fromkeys(self._filled((), mix(self.key + i)) for i in range(FILLED)))
        filled = filled[: max(1, (effort - self._spent) // (4 * few))]
        self._means(filled, few)
        filled.sort(key=lambda one: (-float(self._means([one], few)[0]), one))
        met = {chosen}
        for walk in range(WALKS):
            before = self._spent
            if before >= effort:
                break
            start = filled[walk // 2 % len(filled)] if walk % 2 else chosen
            met |= self._walk(start, worlds, before + (effort - before) // (WALKS - walk), self.key + walk)
        # few worlds flatter what was met by chance: the last word is that of all worlds
        last = sorted(met, key=lambda one: (-float(self._means([one], worlds)[0]), one))[:LAST]
        last = [chosen, *(one for one in last if one != chosen)]
        best = last[int(np.argmax(self._means(last, self.worlds)))]
        return best if best == chosen else self._exchanged(best, self._spent + effort // 8)

    def _walk(self, state: Subset, worlds: int, effort: int, key: int) -> set[Subset]:
        """Threshold accepting from `state`; the sets that were the best so far."""
        draw = mix(key ^ 0x616E6E65616C)
        value = top = float(self._means([state], worlds)[0])
        met, heat, stale = {state}, math.nan, 0
        while self._spent < effort and stale < STALE:
            tries = []
            for _ in range(TRIES):
                draw = mix(draw + 1)
                tries.append(self._step(state, draw))
            values = self._means(tries, worlds)
            if math.isnan(heat):
                heat = float(np.abs(values - value).mean())
            for move, there in zip(tries, values.tolist(), strict=True):
                draw = mix(draw + 1)
                if there >= value - 2 * heat * (draw / 2**64):
                    state, value = move, there
                    break
            stale += 1
            if values.max() > top:
                top, stale = float(values.max()), 0
                met.add(tries[int(values.argmax())])
            heat *= COOLING
        return met

    def _step(self, state: Subset, draw: int) -> Subset:
        """A neighbouring set: up to three things out, and others in while they fit, in an order drawn by `draw`."""
        kept = list(state)
        for _ in range(1 + draw % 3):
            if kept:
                draw = mix(draw)
                kept.pop(draw % len(kept))
        return self._filled(tuple(kept), draw)

    def _filled(self, kept: Subset, draw: int) -> Subset:
        """A set with others put in while they fit, in an order drawn by `draw`."""
        for i in _shuffled(len(self.costs), draw).tolist():
            if i not in kept and self.fits(more := (*kept, i)):
                kept = more
        return kept


def _shuffled(count: int, key: int) -> NDArray[np.int64]:
    return np.argsort(
        np.array([mix(key ^ (i * 0x9E3779B97F4A7C15 & (1 << 64) - 1)) for i in range(count)], np.uint64), kind="stable"
    )


def _first_best(values: NDArray[np.float64], costs: Sequence[float]) -> int:
    """The highest value; of equals the cheapest."""
    return int(np.lexsort((np.array(costs), -values))[0])
