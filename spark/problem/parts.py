"""Parts of plans, lowered once: any of them together are a plan, without another look at the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.plan import Bridge, Intervention, Plan
from spark.problem.actions import lower_seeds, windows_of
from spark.problem.arrays import ALWAYS, Actions, Problem, freeze
from spark.problem.bridges import Bridges
from spark.problem.lowering import lower
from spark.problem.targets import Mask, Targets
from spark.problem.together import fitted, lower_together
from spark.problem.windows import Item, Rows, boosts_over_time, heard_over_time, lapses_over_time

WINDOWS = ("heard", "boost", "sustain")
Subset = Sequence[int]


class Parts:
    """Interventions that may be carried out together, under a cascade (where nothing that plans do changes the law).

    Raises
    ------
    UsageError
        As `lower_together`, for each part on its own.
    """

    def __init__(self, network: Network, model: Model, parts: Sequence[Intervention]) -> None:
        self._network, self._model, self._targets = network, model, Targets(network)
        alone = {str(i): Plan(part) for i, part in enumerate(parts)}
        self.problem, _ = lower_together(network, model, alone)
        self._seeds = [lower_seeds(network, plan) for plan in alone.values()]
        self._windows = [windows_of(self._targets, plan) for plan in alone.values()]
        self._rows = {what: Rows() for what in WINDOWS}
        self._bridges = Bridges(network, self._targets)
        for part in parts:
            self._bridges.add([part] if isinstance(part, Bridge) else [])
        self._ties: dict[str, NDArray[Any]] = self._bridges.arrays((1.0,))
        self._order, self._same = self._sorted_bridges()
        self._levels: tuple[float, ...] = (1.0,)
        self._tables: dict[str, Any] = {}
        self._counted = -1
        self._parts = parts

    @property
    def composes(self) -> bool:
        """Whether plans can be put together: not where what plans do counts towards a total that is limited."""
        return self.problem.law.family == "cascade"

    def lower(self, sets: Sequence[Subset]) -> tuple[Problem, Actions]:
        """Return the problem, the same as long as no new readiness is met, and the plan of each set of parts."""
        followed = {what: np.array([self._follow(what, chosen) for chosen in sets]) for what in WINDOWS}
        self._refresh()
        seeds = [self._together(chosen) for chosen in sets]
        people, starts, accept = (np.concatenate([row[i] for row in seeds]) for i in range(3))
        bridges = [self._bridged(chosen) for chosen in sets]
        picked = np.concatenate(bridges)

        def of(what: str) -> NDArray[np.int32]:
            return freeze(followed[what] if self._rows[what].places else followed[what][:, :0])

        overlay = {name: freeze(column[..., picked]) for name, column in self._ties.items()} if picked.size else {}
        if overlay.get("bridge_accept", np.zeros(1)).size and not (overlay.get("bridge_accept", 0) < ALWAYS).any():
            overlay["bridge_accept"] = freeze(overlay["bridge_accept"][:0])
        overlay["bridge_indptr"] = freeze(np.cumsum([0, *map(len, bridges)], dtype=np.int64))
        return self.problem, Actions(
            freeze(np.cumsum([0, *(row[0].size for row in seeds)], dtype=np.int64)),
            freeze(people),
            freeze(starts),
            of("heard"),
            seed_accept=freeze(accept if (accept < ALWAYS).any() else accept[:0]),
            boost=of("boost"),
            sustain=of("sustain"),
            **self._tables,
            **overlay,
        )

    def _together(self, chosen: Subset) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
        """The seeds of some parts; the earliest start of each person counts, and of equal ones the larger take-up."""
        first: dict[int, tuple[int, int]] = {}
        for i in chosen:
            for person, start, accept in zip(*(column.tolist() for column in self._seeds[i]), strict=True):
                offer = start, -accept
                first[person] = min(offer, first.get(person, offer))
        rows = sorted((start, person, -less) for person, (start, less) in first.items())
        start, person, accept = np.array(rows, np.uint64).reshape(-1, 3).T
        return person.astype(np.int32), start.astype(np.int32), accept
