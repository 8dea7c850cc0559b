"""What changes with time for some people: doses from outside, boosts and help to keep going, as rows over the steps.

People who are meant by the same interventions follow the same row. Where take-up is not certain, a row is a question
about a person's coin, and leads to two others (see `spark.problem.arrays.Uptake`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.problem.arrays import ALWAYS, CERTAIN, FOR_EVER, UNIT, UPTAKE_KINDS, Uptake, freeze
from spark.problem.targets import Mask

MOST_LEVELS = 255
MOST_QUESTIONS = 100_000


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Something that happens to people in the steps start <= t < stop, in fixed point or as a factor;
    `accept` T of 2^32 is compared with the coin of the kind at place `kind` of `UPTAKE_KINDS`.
    """

    amount: float
    start: int
    stop: int
    kind: int
    accept: int


class Rows:
    """Sets of items, each a row; the same set of several plans is one row."""

    def __init__(self) -> None:
        self.places: dict[tuple[Item, ...], int] = {}
        self._uptake: list[tuple[int, int, int, int]] = []

    def place(self, items: tuple[Item, ...]) -> int:
        """Return the row of a set of items, -1 for none; questions about coins are laid out on the way."""
        if not items:
            return -1
        if items not in self.places:
            place = self.places[items] = len(self.places)
            self._uptake.append((0, ALWAYS, -1, -1))
            if place > MOST_QUESTIONS:
                raise UsageError(f"the plans mean more than {MOST_QUESTIONS:,} different groups of people by chance")
            kind, accept = min(
                ((item.kind, item.accept) for item in items if item.accept < ALWAYS), default=(0, ALWAYS)
            )
            if accept < ALWAYS:
                # the smallest acceptance of a kind: who is below it accepts all of that kind
                yes = tuple(sorted(_certain(item) if item.kind == kind else item for item in items))
                no = tuple(item for item in items if (item.kind, item.accept) != (kind, accept))
                self._uptake[place] = (kind, accept, self.place(yes), self.place(no))
        return self.places[items]

    def follow(self, items: Sequence[Item], masks: Sequence[Mask], people: int) -> NDArray[np.int32]:
        """Return the row of each person whom `masks` names, int32[n]."""
        rows = np.full(people, -1, np.int32)
        if not items:
            return rows
        if len(items) == 1:
            rows[masks[0]] = self.place(tuple(items))
            return rows
        codes = np.zeros(people, np.int64)
        for mask in masks:  # number the sets of items that occur, one item after the other
            _, codes = np.unique(codes * 2 + mask, return_inverse=True)
            codes = codes.reshape(-1).astype(np.int64)
        _, first = np.unique(codes, return_index=True)
        of_code = [
            self.place(tuple(sorted(item for item, mask in zip(items, masks, strict=True) if mask[person])))
            for person in first.tolist()
        ]
        return np.array(of_code, np.int32)[codes]

    @property
    def last(self) -> int:
        """The step from which on no row changes any more."""
        ends = (item.stop for items in self.places for item in items if item.stop < FOR_EVER)
        return max((*(item.start for items in self.places for item in items), *ends), default=0)

    @property
    def uptake(self) -> Uptake:
        """Which row follows from which coin; empty where all take-up is certain."""
        if all(accept == ALWAYS for _, accept, _, _ in self._uptake):
            return Uptake()
        kind, accept, yes, no = zip(*self._uptake, strict=True)
        return Uptake(
            freeze(np.array(kind, np.uint8)),
            freeze(np.array(accept, np.uint64)),
            freeze(np.array(yes, np.int32)),
            freeze(np.array(no, np.int32)),
        )


def kind_of(name: str) -> int:
    """Place of a kind of intervention in `UPTAKE_KINDS`."""
    return UPTAKE_KINDS.index(name)


def acceptance(take_up: float) -> int:
    """T of 2^32 of a chance."""
    return round(take_up * 2**32)


def _certain(item: Item) -> Item:
    return Item(item.amount, item.start, item.stop, 0, ALWAYS)


def heard_over_time(rows: Rows) -> NDArray[np.uint64]:
    """Total dose of each set of broadcasts and mandates until the end of each step: uint64[S, H+1]."""
    last = max((item.stop - 1 for items in rows.places for item in items), default=0)
    heard = np.zeros((len(rows.places), last + 1), np.uint64)
    steps = np.arange(last + 1)
    for row, items in enumerate(rows.places):
        for item in items:
            dose, times = int(item.amount), np.clip(steps + 1 - item.start, 0, item.stop - item.start).astype(np.uint64)
            enough = CERTAIN // max(dose, 1)
            heard[row] += np.where(
                times > enough, np.uint64(CERTAIN), np.minimum(times, np.uint64(enough)) * np.uint64(dose)
            )
            heard[row] = np.minimum(heard[row], np.uint64(CERTAIN))
    return freeze(heard)


def boosts_over_time(rows: Rows) -> tuple[NDArray[np.uint8], tuple[float, ...]]:
    """Level of each set of boosts in each step, uint8[B, H+1], and the factor of each level."""
    products = _over_time(rows, 1.0, lambda total, item: total * item.amount)
    factors = [1.0, *sorted(set(products.reshape(-1).tolist()) - {1.0})]
    if len(factors) > MOST_LEVELS:
        raise UsageError(f"the boosts of the plans come to {len(factors):,} different factors, at most {MOST_LEVELS}")
    level = {factor: place for place, factor in enumerate(factors)}
    levels = np.array([[level[x] for x in row] for row in products.tolist()], np.uint8)
    return freeze(levels.reshape(products.shape)), tuple(factors)


def lapses_over_time(rows: Rows) -> NDArray[np.uint64]:
    """What is left of the chance to lapse in each step: uint64[R, H+1], units of 2^-24."""
    left = _over_time(rows, float(UNIT), lambda total, item: np.floor(total * item.amount / UNIT))
    return freeze(left.astype(np.uint64))


def _over_time(rows: Rows, start: float, step: Callable[[Any, Item], Any]) -> NDArray[np.float64]:
    """Fold the items of each row that are on in each step into one number."""
    steps = np.arange(rows.last + 1)
    found = np.full((len(rows.places), steps.size), start)
    for row, items in enumerate(rows.places):
        for item in items:
            on = (steps >= item.start) & (steps < item.stop)
            found[row] = np.where(on, step(found[row], item), found[row])
    return found
