"""How good a choice is for certain: a lower bound on what it reaches over an upper bound on what any choice could.

Both come from reverse sets with independent roots, drawn after the choice was made and with a key of their own, as in
OPIM-C (Tang, Tang, Xiao & Yuan 2018, doi:10.1145/3183713.3183749): how many of R sets the choice meets, and how many
the best choice meets, are binomial. Two things are sharper than there. The most that any choice meets is bounded by
linear-programming duality instead of greedy's guarantee (`spark.kernels.cover_bound`), and the tails are the binomial's
own (Clopper & Pearson 1934) instead of a martingale inequality. The best choice does not depend on the sets, so that no
union over choices is paid, with or without costs.

Where nobody is lit without seeds and everybody counts alike, k seeds surely reach themselves, and only what they reach
beyond needs to be estimated: by the sets whose root is not chosen. Whom the best choice chooses is not known, but it
meets those sets in somebody else than the root, which bounds them from above. That pays unless seeds light one another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.optimise.programme import programme_of
from spark.optimise.sources import SetBackend, Setting
from spark.optimise.wish import Wish
from spark.results import Certificate

WANTED_HITS = 1 << 15
MOST_SETS, MOST_LARGE_SETS, MOST_ENTRIES = 1 << 22, 1 << 15, 1 << 22
FIRST_SETS = 1 << 12
STEPS = 40
ENOUGH = 0.995
ROUNDING = 1e-3
"""The dual bound adds up millions of float64 weights, and may end a hair below the whole number that it stands for:
rounded down from there it would be one set short. At 4 million sets its rounding stays far below this.
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Counts of `count` sets: `met` by the choice at least, `most` by any choice at most; `sure` people besides."""

    met: int
    most: float
    count: int
    sure: int
    people: int

    def least(self, miss: float) -> float:
        """What the choice reaches, at least, but for a chance of `miss`; in people where all count alike."""
        from scipy.special import betaincinv

        share = float(betaincinv(self.met, self.count - self.met + 1, miss)) if self.met else 0.0
        return self.sure + self.people * share

    def best(self, miss: float) -> float:
        """What any choice reaches, at most, but for a chance of `miss`."""
        from scipy.special import betaincinv

        most = math.floor(self.most + ROUNDING)
        share = float(betaincinv(most + 1, self.count - most, 1 - miss)) if most < self.count else 1.0
        return self.sure + self.people * share

    def ratio(self, confidence: float) -> float:
        """Share of the best that is reached for certain, at this confidence."""
        miss = (1 - confidence) / 2
        return min(1.0, self.least(miss) / self.best(miss))


def certify(
    backend: SetBackend,
    setting: Setting,
    wish: Wish,
    seeds: NDArray[np.int32],
    key: int,
    confidence: float,
    over: str,
    sentinel: Sequence[int] = (),
) -> Certificate:
    """Certify a choice, free people included.

    Parameters
    ----------
    confidence : in (0, 1). over : of what the increase is, and over what, in words.
    sentinel : those of the seeds, if any, who meet most of the large sets: these are not drawn to their end, and count
        as met by every choice.
    """
    if wish.everybody:
        return Certificate(1.0, 1.0, "the best possible: everybody who may be chosen is", "no other choice")
    if not seeds.size:
        return Certificate(1.0, 1.0, "the best possible: nobody can be paid", "no other choice")
    bounds = count_bounds(backend, setting, wish, seeds, key, sentinel)
    ratio = math.floor(bounds.ratio(confidence) * 1e4) / 1e4
    percent = math.floor(ratio * 100)
    return Certificate(
        ratio,
        confidence,
        f"at least {percent} % of the best possible increase{over}, at {confidence * 100:g} % confidence",
        f"{bounds.count:,} fresh reverse sets; dual bound on the best choice, binomial tails",
    )


def count_bounds(
    backend: SetBackend,
    setting: Setting,
    wish: Wish,
    seeds: NDArray[np.int32],
    key: int,
    sentinel: Sequence[int] = (),
) -> Bounds:
    """Draw fresh sets and count what the choice meets, and what any choice can."""
    # the first sets say how many to draw and what to count; they are not counted, as that must not depend on them
    first = backend.reverse(setting.problem, setting.base, setting.watch, key, independent=True, given=sentinel)
    first.grow(FIRST_SETS)
    could = setting.bare and wish.costs is None and not sentinel and seeds.size == wish.most
    met, beyond, twice = _met(first.sets, seeds, could)
    wanted = first.count * WANTED_HITS // max(beyond, 1)
    room = MOST_ENTRIES * first.count // max(first.entries, 1)
    count = max(FIRST_SETS, min(wanted, MOST_SETS if not sentinel else MOST_LARGE_SETS, room))
    scale = math.sqrt(first.count / count)
    noise = 4 * scale * (math.sqrt(met) - math.sqrt(beyond))
    apart = could and twice < noise
    fresh = backend.reverse(setting.problem, setting.base, setting.watch, key + 1, independent=True, given=sentinel)
    fresh.grow(count)
    sets = fresh.sets
    upper = most_met(sets.without_roots() if apart else sets, wish, seeds) + sets.given_covered
    met, beyond, _ = _met(sets, seeds, apart)
    return Bounds(beyond, upper, sets.count, seeds.size if apart else 0, setting.problem.graph.people)


def _met(sets: Any, seeds: NDArray[np.int32], apart: bool) -> tuple[int, int, int]:
    """How many sets the seeds meet; of those whose root is not a seed; and how many of a seed another one meets."""
    met = int(sets.covered(seeds)) + int(sets.given_covered)
    if not apart:
        return met, met, 0
    beyond = met - int(sets.roots()[seeds].sum())
    return met, beyond, int(sets.without_roots().covered(seeds)) - beyond


def most_met(sets: Any, wish: Wish, seeds: NDArray[np.int32]) -> float:
    """How many sets any choice meets at most; free people are chosen in any case."""
    price: dict[str, Any] = {} if wish.costs is None else {"costs": wish.costs, "budget": wish.budget}
    if wish.limits is not None:
        price["modular"] = programme_of(wish).most
    allowed = wish.allowed
    if wish.free.size:  # as a knapsack in which they cost nothing
        allowed = wish.allowed.copy()
        allowed[wish.free] = 1
        costs = np.where(wish.allowed != 0, 1.0 if wish.costs is None else wish.cost, 0.0)
        price = {"costs": costs, "budget": float(wish.most) if wish.costs is None else wish.budget}
    return float(sets.most_covered(seeds, wish.most, allowed, steps=STEPS, enough=ENOUGH, **price))
