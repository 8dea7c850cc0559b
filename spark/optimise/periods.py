"""Sets for adopter-periods: the sum, over the steps 1 to the horizon, of those who practise at the end of the step.

A set for step t holds all who would have lit its root by then, as a seed, so that a choice that meets a share of the
sets of all steps, equally many of each, has that share of all adopter-periods there could be. The number of sets of
each step is fixed, so that how many a choice meets varies less than a binomial count of the same mean (Hoeffding 1956,
doi:10.1214/aoms/1177728178): the certificate holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.optimise.search import WORLDS, Plans, run
from spark.optimise.sources import Setting
from spark.problem.arrays import VALUE_UNIT, Actions, Backend, Problem, Watch
from spark.problem.keys import mix


class PeriodsBackend:
    """A backend whose sets are those of every step up to the horizon; all else is that of the backend inside."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

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
        """As of the backend inside, for each step; nobody is given."""
        assert not given, "whoever is given may be too late for some steps"
        steps = range(1, watch.horizon + 1)
        parts = [(replace(watch, horizon=t), mix(key + 4096 + t)) for t in steps]
        return _StepSets([self._inner.reverse(problem, base, part, k, independent=independent) for part, k in parts])

    def components(self, problem: Problem, keys: Sequence[int]) -> None:
        """None: components know no steps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _StepSets:
    """Equally many sets of each step."""

    def __init__(self, steps: list[Any]) -> None:
        self._steps = steps

    def grow(self, count: int) -> None:
        """Draw sets until there are `count` of all steps together."""
        for step in self._steps:
            step.grow(-(-count // len(self._steps)))

    @property
    def count(self) -> int:
        """Sets of all steps."""
        return int(sum(step.count for step in self._steps))

    @property
    def entries(self) -> int:
        """People in all stored sets together."""
        return int(sum(step.entries for step in self._steps))

    @property
    def most(self) -> int:
        """How many sets memory allows."""
        return int(min(step.most for step in self._steps))

    @property
    def sets(self) -> Any:
        """The sets so far."""
        parts = [step.sets for step in self._steps]
        starts = np.cumsum([0, *(part.members.size for part in parts)])
        ends = [part.ends[1:] + start for part, start in zip(parts, starts[:-1].tolist(), strict=True)]
        return type(parts[0])(
            np.concatenate([part.members for part in parts]),
            np.concatenate([np.zeros(1, np.int64), *ends]),
            sum(part.counts for part in parts),
            sum(part.singles for part in parts),
            sum(part.count for part in parts),
            0,
        )


def periods(backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS) -> NDArray[np.float64]:
    """Mean adopter-periods (or their value) of each set of seeds in the first so many worlds of a key."""
    return np.asarray(over_time(backend, setting, plans, key, worlds).mean(axis=1))


def over_time(backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int) -> NDArray[np.float64]:
    """Adopter-periods, or their value, of each set of seeds in each of the first worlds of a key: float64[plans,
    worlds].
    """
    horizon = setting.watch.horizon
    if not setting.watch.value.size:
        adopters = run(backend, setting, plans, key, worlds).adopters  # flat after the last step that is there
        steps = adopters[:, :, 1:].sum(axis=2, dtype=np.int64)
        return np.asarray(steps + (horizon + 1 - adopters.shape[2]) * adopters[:, :, -1].astype(np.int64), np.float64)
    total = np.zeros((len(plans), worlds), np.int64)
    for t in range(1, horizon + 1):  # value is counted at the end only: the same worlds, seen up to every step
        upto = replace(setting, watch=replace(setting.watch, horizon=t))
        total += run(backend, upto, plans, key, worlds).value
    return np.asarray(total / VALUE_UNIT)
