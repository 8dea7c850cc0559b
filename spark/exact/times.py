"""Continuous time in which ties and latencies take fixed times, and people practise for a time of any law.

Somebody who practises for longer than a tie takes convinces over it, else not. So all that matters of how long she
practises is between which times of her out-ties that lies: with that given for everybody, arrivals are shortest paths.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from spark.errors import UsageError
from spark.exact.plans import Heard
from spark.exact.states import Law, checked, ends
from spark.model import ContinuousSEIR, ContinuousSI, ContinuousSIR, ExponentialTime, FixedTime, GammaTime, TableTime
from spark.problem.laws.continuous import GAMMA_CELLS, gamma_quantiles

TimeLaw = ExponentialTime | FixedTime | GammaTime | TableTime
Longer = Callable[[float], float]
"""The chance that a time is longer than a given one."""

_SAME = 1e-9
"""Times that differ by less are the same."""


@dataclass(frozen=True, slots=True)
class TimesCase:
    """Fixed times and a plan; sets of people are integers: bit i is position i.

    Attributes
    ----------
    ties : for each person, (target, time) of each out-tie that convinces at all.
    latency : time from being convinced to practising.
    longer : of the time for which a person practises.
    joins : step -> the set of people who practise from then on; step 0 holds who practises already.
    """

    ties: tuple[tuple[tuple[int, float], ...], ...]
    latency: float
    longer: Longer
    joins: Mapping[int, int]
    horizon: int | None

    def seeded(self, people: int) -> TimesCase:
        """Return the case with a set of people more among the seeds of step 0."""
        return replace(self, joins={**self.joins, 0: self.joins[0] | people})

    def law(self, ever: bool) -> Law:
        """Return the chance of each set of people to be who practises at the horizon, or who ever did."""
        cells = [self._cells(v) for v in range(len(self.ties))]
        checked(math.prod(map(len, cells)))
        total: dict[int, float] = defaultdict(float)
        for way in itertools.product(*cells):
            came = self._arrivals([at_least for at_least, _, _ in way])
            chance = math.prod(part for _, _, part in way)
            arrived = sum(1 << v for v in came)
            if ever:
                total[arrived] += chance
                continue
            there = [(v, self._still(time, *way[v])) for v, time in sorted(came.items())]
            for people, part in ends(there):
                total[people] += chance * part
        return total

    def _cells(self, v: int) -> list[tuple[float, float, float]]:
        """What a person's time can lie between, more than the first and at most the second, with the chances."""
        bounds = [-math.inf, *sorted({time for _, time in self.ties[v]}), math.inf]
        longer = [1.0, *(self.longer(time) for time in bounds[1:-1]), 0.0]
        parts = [(a, b, p - q) for a, b, p, q in zip(bounds, bounds[1:], longer, longer[1:], strict=False)]
        return [cell for cell in parts if cell[2] > 0]

    def _arrivals(self, at_least: list[float]) -> dict[int, float]:
        """When each person starts to practise, of those who do by the horizon."""
        last = math.inf if self.horizon is None else self.horizon + _SAME
        waiting = [(float(t), v) for t, people in self.joins.items() for v in range(len(at_least)) if people >> v & 1]
        heapq.heapify(waiting)
        came: dict[int, float] = {}
        while waiting:
            time, v = heapq.heappop(waiting)
            if v in came or time > last:
                continue
            came[v] = time
            for target, takes in self.ties[v]:
                if takes <= at_least[v]:
                    heapq.heappush(waiting, (time + takes + self.latency, target))
        return came

    def _still(self, came: float, above: float, upto: float, chance: float) -> float:
        """The chance to practise at the horizon, or for good, of a person whose time lies in a cell of that chance."""
        left = math.inf if self.horizon is None else self.horizon - came
        if left >= upto:  # of those who never give up, none is there
            return float(math.isinf(upto) and self.longer(math.inf) > 0)
        beyond = self.longer(upto) if not math.isinf(upto) else 0.0
        return min(max(self.longer(max(above, left, 0.0)) - beyond, 0.0) / chance, 1.0)


def times_case(
    model: ContinuousSI | ContinuousSIR | ContinuousSEIR,
    rates: list[list[tuple[int, float]]],
    heard: Heard,
    joins: Mapping[int, int],
    horizon: int | None,
) -> TimesCase:
    """Return the case of a model whose times are not all without memory; `rates` for each person, (source, 1 / time) of
    each in-tie.

    Raises
    ------
    UsageError
        The time of a tie, or of latency, is drawn, or there are broadcasts.
    """
    faults = []
    unit = 1.0 if isinstance(model.delay, str) else _fixed(model.delay)
    if unit is None:
        faults.append("the time of a tie is drawn; with a time that has memory anywhere it has to be fixed")
    latency: float | None = 0.0
    if isinstance(model, ContinuousSEIR):
        each = _fixed(model.latency)
        latency = None if each is None else each / model.onset if model.onset > 0 else math.inf
        if latency is None:
            faults.append("the latency is drawn; with a time that has memory anywhere it has to be fixed")
    if any(heard):
        faults.append("broadcasts are heard at moments that are drawn, and go with times without memory only")
    if faults:
        why = "; ".join(faults)
        raise UsageError(f"spark.exact: {why}. spark.simulate estimates the same under any law of times")
    ties: list[list[tuple[int, float]]] = [[] for _ in rates]
    for v, sources in enumerate(rates):
        for u, rate in sources:
            if rate > 0:
                ties[u].append((v, (unit or 0.0) / rate))
    stays = (ExponentialTime(), 0.0) if isinstance(model, ContinuousSI) else (model.duration, model.recovery)
    return TimesCase(tuple(map(tuple, ties)), latency or 0.0, longer_than(*stays), joins, horizon)


def _fixed(law: TimeLaw) -> float | None:
    """A time of rate 1 that is not drawn; None where it is."""
    if isinstance(law, FixedTime):
        return 1.0
    if isinstance(law, TableTime) and law.quantiles[0] == law.quantiles[-1]:
        return float(law.quantiles[0])
    return None


def longer_than(law: TimeLaw, rate: float) -> Longer:
    """Return the chance that a time of a law, with mean 1/rate, is longer than a given one; a rate of 0 is for ever."""
    if rate == 0:
        return lambda time: 1.0
    if isinstance(law, ExponentialTime):
        return lambda time: math.exp(-rate * time)
    if (fixed := _fixed(law)) is not None:
        return lambda time: float(fixed / rate > time + _SAME)
    table = gamma_quantiles(law.shape, GAMMA_CELLS) if isinstance(law, GammaTime) else np.array(law.quantiles)  # type: ignore[union-attr]

    def longer(time: float) -> float:
        """The law is straight between its quantiles, which stand at equal steps of level."""
        at = int(np.searchsorted(table, time * rate, side="right")) - 1
        if at < 0 or at >= table.size - 1:
            return 1.0 if at < 0 else 0.0
        within = (time * rate - table[at]) / (table[at + 1] - table[at])
        return float(1 - (at + within) / (table.size - 1))

    return longer
