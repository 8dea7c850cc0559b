"""Awareness alone on tiny networks: word spreads, and each who hears it decides once (Banerjee et al. 2013)."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spark.errors import UsageError
from spark.exact.plans import Heard
from spark.exact.states import Law, checked
from spark.model import Aware, Share
from spark.network import Network

_SAYS = {"heard": "hearsay", "adopted": "awareness", "went on": "more"}
"""What a person passes in the step after: she has heard; she has heard and adopted, or was made an adopter before she
passed anything; she is made an adopter after she had passed hearsay, and passes on what she had kept to herself.
"""


@dataclass(frozen=True, slots=True)
class AwareCase:
    """A network in which word spreads, and a plan; sets of people are integers: bit i is position i.

    Attributes
    ----------
    joins, heard, horizon : as in `spark.exact.cases.Case`.
    """

    network: Network
    model: Aware
    joins: Mapping[int, int]
    heard: Heard
    horizon: int | None

    def seeded(self, people: int) -> AwareCase:
        """Return the case with a set of people more among the seeds of step 0."""
        return replace(self, joins={**self.joins, 0: self.joins[0] | people})

    def law(self, ever: bool) -> Law:
        """Return the chance of each set of people to be who has adopted at the end; nobody ever stops."""
        last = max(itertools.chain(self.joins, *self.heard))
        end = last + 2 * self.network.size if self.horizon is None else self.horizon
        outcomes = 0
        states = {_joined(("unaware",) * self.network.size, self.joins[0]): 1.0}
        for t in range(1, end + 1):
            after: dict[tuple[str, ...], float] = defaultdict(float)
            for state, chance in states.items():
                choices = [list(self._goes_on(t, v, state)) for v in range(self.network.size)]
                outcomes = checked(outcomes + math.prod(map(len, choices)))
                for parts in itertools.product(*choices):
                    now = _joined(tuple(name for name, _ in parts), self.joins.get(t, 0))
                    after[now] += chance * math.prod(part for _, part in parts)
            states = after
        total: dict[int, float] = defaultdict(float)
        for state, chance in states.items():
            total[sum(1 << v for v, name in enumerate(state) if name in _ADOPTERS)] += chance
        return total

    def _goes_on(self, t: int, v: int, state: tuple[str, ...]) -> Iterator[tuple[str, float]]:
        """What may become of a person in a step, before its seeds."""
        if state[v] != "unaware":
            yield _AFTER.get(state[v], state[v]), 1.0
            return
        hears = 1 - math.exp(-self.heard[v].get(t, 0.0))
        for u, e in self._into(v):
            hears = 1 - (1 - hears) * (1 - self._passes(state[u], e))
        adopts = self._adopts(v)
        for name, chance in (("unaware", 1 - hears), ("heard", hears * (1 - adopts)), ("adopted", hears * adopts)):
            if chance > 0:
                yield name, chance

    def _into(self, v: int) -> Iterator[tuple[int, int]]:
        for e, (u, target) in enumerate(zip(self.network.sources().tolist(), self.network.targets, strict=True)):
            if target == v:
                yield u, e

    def _passes(self, name: str, e: int) -> float:
        """The chance that a tie passes word in the step after its source heard of it, or was made an adopter."""
        if name not in _SAYS:
            return 0.0
        aware, hearsay = self._tie(self.model.awareness, e), self._tie(self.model.hearsay, e)
        if name == "heard":
            return hearsay
        if name == "adopted":
            return aware
        return (aware - hearsay) / (1 - hearsay) if hearsay < 1 else 0.0

    def _adopts(self, v: int) -> float:
        given = self.model.adoption
        return float(self.network.numbers[given][v]) if isinstance(given, str) else float(given)

    def _tie(self, share: Share, e: int) -> float:
        if isinstance(share, str):
            if share not in self.network.columns:
                raise UsageError(f"the network has no tie column {share!r}")
            return float(self.network.columns[share][e])
        if isinstance(share, int | float):
            return float(share)
        layer = self.network.layers[int(self.network.layer[e])]
        return self._tie(share[layer], e) if layer in share else 0.0


_AFTER = {"heard": "knows", "adopted": "practises", "went on": "practises"}
_ADOPTERS = ("adopted", "went on", "practises")
_SEEDED = {"unaware": "adopted", "heard": "adopted", "knows": "went on"}


def _joined(state: tuple[str, ...], seeds: int) -> tuple[str, ...]:
    """Make the seeds of a step adopters, at its end."""
    return tuple(_SEEDED.get(name, name) if seeds >> v & 1 else name for v, name in enumerate(state))
