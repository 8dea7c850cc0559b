"""What sets of candidates come to in common worlds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spark.backends.cpu_lockstep import in_lockstep
from spark.model import Model
from spark.network import Network
from spark.optimise.subsets import Subset
from spark.plan import Intervention, Plan
from spark.problem.arrays import VALUE_UNIT, Actions, Backend, Problem, Watch, Worlds
from spark.problem.parts import Parts
from spark.problem.together import lower_together

VISITS, FEWEST_RUNS, MOST_RUNS = 400_000_000, 6_000, 1_000_000
TOGETHER = 100
"""Ties that may be visited in a search, about, and with that how many worlds may be run at least and at most; and how
many times as many visits and fewest runs 64 worlds at once may have.
"""
PLANS_A_RUN, LOOK = 64, 64


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What sets of candidates come to in the worlds of one key; candidates are numbered.

    Attributes
    ----------
    fixed : what is carried out in any case.
    """

    network: Network
    model: Model
    candidates: Sequence[Intervention]
    fixed: tuple[Intervention, ...]
    backend: Backend
    watch: Watch
    key: int
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", Parts(self.network, self.model, (*self.candidates, *self.fixed)))

    def elsewhere(self, key: int, watch: Watch | None = None) -> Trials:
        """Return the same trials in other worlds, or of something else that is counted."""
        other = copy(self)
        object.__setattr__(other, "key", key)
        object.__setattr__(other, "watch", self.watch if watch is None else watch)
        return other

    def plan(self, chosen: Iterable[int]) -> Plan:
        """Return the plan of a set."""
        return Plan(*self.fixed, *(self.candidates[i] for i in chosen))

    def outcomes(self, sets: Sequence[Subset], worlds: int, first: int = 0) -> NDArray[np.float64]:
        """Return adopters at the end (or their value) of each set in each world, float64[sets, worlds]."""
        unit = VALUE_UNIT if self.watch.value.size else 1
        rows = []
        for begin in range(0, len(sets), PLANS_A_RUN):
            problem, actions = self._lowered(sets[begin : begin + PLANS_A_RUN])
            rows.append(self.backend.finals(problem, actions, self.watch, Worlds(self.key, first, worlds)) / unit)
        return np.concatenate(rows)

    def _lowered(self, sets: Sequence[Subset]) -> tuple[Problem, Actions]:
        if not self.parts.composes:
            return lower_together(self.network, self.model, {f"{i}": self.plan(one) for i, one in enumerate(sets)})
        always = tuple(range(len(self.candidates), len(self.candidates) + len(self.fixed)))
        return self.parts.lower([(*always, *one) for one in sets])

    def effort(self, chosen: Subset) -> int:
        """Return how many worlds like those of a set a search may run."""
        problem, actions = self._lowered([chosen])
        tally = self.backend.run(problem, actions, self.watch, Worlds(self.key, 0, LOOK))
        active = tally.adopters.sum() if problem.law.lapse.size else tally.adopters[:, :, -1].sum()
        graph = problem.graph
        visits = 100 + float(active) / LOOK * (1 + graph.ties / max(graph.people, 1))
        many = TOGETHER if in_lockstep(problem, actions, self.watch) else 1
        return int(min(max(many * VISITS / visits, many * FEWEST_RUNS / 4), MOST_RUNS))

    def means(self, sets: Sequence[Subset], worlds: int) -> NDArray[np.float64]:
        """Return the mean of each set, float64[sets]."""
        return np.asarray(self.outcomes(sets, worlds).mean(axis=1))


def kind_of(thing: Intervention) -> str:
    """Return the name of a kind of intervention, as plans use it."""
    return type(thing).__name__.lower()


def kinds_of(things: Iterable[Intervention]) -> tuple[str, ...]:
    """Return the kinds in order of first appearance."""
    return tuple(dict.fromkeys(map(kind_of, things)))
