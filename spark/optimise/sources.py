"""Where sets come from: which way of drawing them suits a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spark.model import Model
from spark.network import Network
from spark.optimise.crossfit import Agreement, Source, agree
from spark.optimise.greedy import best_on
from spark.optimise.wish import Wish
from spark.plan import Plan
from spark.problem.arrays import VALUE_UNIT, Actions, Backend, Problem, Watch
from spark.problem.keys import mix
from spark.problem.reverse import Rule, reverse_rule
from spark.problem.together import lower_together

PILOT_SETS, SENTINEL_SETS, SAMPLE_SETS = 256, 512, 2048
LARGE, HUGE = 4.0, 48.0
"""People per set from which components of worlds pay, and from which a sentinel does."""
MOST_COMPANIONS, NEARLY, SEVERAL = 32, 0.9, 2


class SetBackend(Backend, Protocol):
    """A backend that draws sets; equal keys give equal sets on every backend."""

    def reverse(
        self,
        problem: Problem,
        base: Actions | None,
        watch: Watch,
        key: int,
        *,
        independent: bool = False,
        given: Sequence[int] = (),
        companions: Sequence[int] = (),
    ) -> Any:
        """Reverse sets that grow on demand (see `spark.backends.cpu_reverse.ReverseSets`)."""

    def components(self, problem: Problem, keys: Sequence[int]) -> tuple[Source, ...] | None:
        """Component worlds, one source for each key, where all ties are undirected and share one chance."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A problem and what is fixed beside the choice: what it lights counts as covered.

    Attributes
    ----------
    base : fixed actions, of which the first plan counts, or None. watch : values and horizon.
    accept : uint64[n], T of 2^32 of who agrees to be a seed; None: everybody does.
    steps : in how many steps those who practise are counted; 1: at the end only.
    """

    problem: Problem
    base: Actions | None
    watch: Watch
    accept: NDArray[np.uint64] | None = None
    steps: int = 1

    @property
    def live_edge(self) -> bool:
        """Whether reverse sets know all that happens; take-up, boosts and bridges, done beside, they do not."""
        return self.problem.law.live_edge and not (self.base is not None and self.base.uses)

    @property
    def rule(self) -> Rule | None:
        """How sets are drawn for the mean of what is counted; None where there are none."""
        known = self.live_edge if self.problem.law.live_edge else self.base is None or not self.base.uses
        return reverse_rule(self.problem, self.base, self.watch) if known else None

    @property
    def bare(self) -> bool:
        """Whether nobody is lit without seeds, seeds surely count themselves, and everybody counts alike."""
        sure = self.accept is None and self.steps == 1 and self.rule != "periods"
        alone = self.base is None and sure and not self.problem.law.adopted.any()
        return alone and not self.watch.value.size


def setting_of(
    network: Network, model: Model, fixed: Plan, horizon: int | None, counted: str = "at-horizon"
) -> Setting:
    """Lower the network, the model and what is done beside the choice."""
    problem, base = lower_together(network, model, {"": fixed})
    value = np.empty(0, np.int64)
    if "value" in network.given and (network.value != network.value[0]).any():
        value = np.rint(network.value * VALUE_UNIT).astype(np.int64)
    groups = np.empty((0, network.size), np.int32)
    watch = Watch(groups, 0, value, -1 if horizon is None else horizon, counted)
    return Setting(problem, base if fixed.interventions else None, watch)


def choose_on_sets(backend: SetBackend, setting: Setting, wish: Wish, key: int, quality: float) -> Agreement:
    """Choose on whatever sets suit the problem; free people come first in the answer."""
    keys = [mix(key + i) for i in range(4)]
    pilot = backend.reverse(setting.problem, setting.base, setting.watch, keys[2])
    pilot.grow(PILOT_SETS)
    size = pilot.entries / pilot.count
    pools: tuple[Source, Source] | None = None
    simple = wish.costs is None and wish.limits is None and setting.accept is None and setting.steps == 1
    if size > LARGE and setting.rule == "cascade" and setting.bare and simple and setting.watch.horizon < 0:
        pools = backend.components(setting.problem, keys[:2])  # type: ignore[assignment]
    sentinel: list[int] = []
    if pools is None:
        companions: list[int] = []
        if size > HUGE and simple and wish.most > 1:
            pilot.grow(SENTINEL_SETS)
            sentinel, companions = _sentinel(pilot.sets, wish, several=setting.rule == "periods")
        a, b = (
            backend.reverse(setting.problem, setting.base, setting.watch, k, given=sentinel, companions=companions)
            for k in keys[:2]
        )
        pools = a, b
    allowed = wish.allowed.copy()
    allowed[sentinel] = 0
    most = wish.most - len(sentinel)
    best = None if wish.limits is None else partial(best_on, wish=wish)
    found = agree(pools, most, allowed, quality, given=wish.free, costs=wish.costs, budget=wish.budget, best=best)

    def plain() -> Any:
        pilot.grow(SAMPLE_SETS)
        return pilot.sets

    found = _in_front(found, sentinel, wish.free)
    return replace(found, sentinel=tuple(sentinel), sample=plain) if sentinel else found


def _sentinel(sets: Any, wish: Wish, *, several: bool) -> tuple[list[int], list[int]]:
    """The best single person, and those who are in nearly as many sets and in none without her; or, where nobody is in
    nearly all large sets, because she may just have given up, the best few people.
    """
    most = min(SEVERAL, 1 + wish.most // 10) if several else 1
    best = sets.greedy(most, wish.allowed, given=wish.free)[0].tolist()
    if several or not best:
        return best, best
    without = sets.singles.astype(np.int64)
    sizes = np.diff(sets.ends)
    which = np.repeat(np.arange(sizes.size), sizes)
    hers = np.zeros(sizes.size, bool)
    hers[which[sets.members == best[0]]] = True
    without += np.bincount(sets.members[~hers[which]], minlength=without.size)
    near = np.argsort(-sets.counts, kind="stable")[: 2 * MOST_COMPANIONS]
    near = near[(without[near] == 0) & (sets.counts[near] >= NEARLY * sets.counts[best[0]]) & (near != best[0])]
    return best, near[:MOST_COMPANIONS].tolist()


def _in_front(found: Agreement, sentinel: list[int], free: NDArray[np.int32]) -> Agreement:
    """Put people who were chosen beforehand before the others, with what they add in that order."""
    if not sentinel and not free.size:
        return found
    gains = found.sets.first_covered(np.concatenate([free, found.seeds]))
    head = np.array([found.sets.given_covered] if sentinel else [], np.int64)
    seeds = np.concatenate([np.array(sentinel, np.int32), free, found.seeds])
    return replace(found, seeds=seeds, gains=np.concatenate([head, gains]))
