"""Parts of plans, lowered once: any of them together are a plan, without another look at the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
_NO_TIES: dict[str, Any] = {f"bridge_{name}": np.empty(0, np.int32) for name in ("source", "target", "id")}
_NO_TIES["bridge_dose"] = np.empty((1, 0))
Subset = Sequence[int]


class Parts:
    """Interventions that may be carried out together, under a cascade (where nothing that plans do changes the law).

    Raises
    ------
    UsageError
        As `lower_together`, for each part on its own.
    """

    def __init__(self, network: Network, model: Model, parts: Sequence[Intervention]) -> None:
        self._network, self._model = network, model
        targets = Targets(network)
        plans = [Plan(part) for part in parts]
        self.problem, _ = lower_together(network, model, {f"{i}": plan for i, plan in enumerate(plans)})
        self._seeds = [lower_seeds(network, plan) for plan in plans]
        self._windows = [windows_of(targets, plan) for plan in plans]
        self._rows = {what: Rows() for what in WINDOWS}
        self._bridges = Bridges(network, targets)
        self._clashes = [part for part in parts if isinstance(part, Bridge)]
        for part in parts:
            self._bridges.add([part] if isinstance(part, Bridge) else [])
        Bridges(network, targets).add(self._clashes)  # says which two are the same tie in different windows
        self._factors: tuple[float, ...] = ()
        self._tables: dict[str, Any] = {}
        self._sizes: list[int] = []
        for i in range(len(parts)):
            for what in WINDOWS:
                self._follow(what, [i])
        self._refresh()
        self._ends = self._ties["bridge_indptr"]
        names = [self._ties[f"bridge_{column}"] for column in ("id", "target", "source")]
        order = np.lexsort((-self._ties["bridge_dose"][0].astype(np.float64), *names))
        self._rank, self._ranked = np.argsort(order), order
        alike = [column[order][1:] == column[order][:-1] for column in names]
        self._tie = np.cumsum(np.append(0, ~np.logical_and.reduce(alike)))[: order.size]

    @property
    def composes(self) -> bool:
        """Whether plans can be put together: not where what they do counts towards a total that is limited."""
        return self.problem.law.family == "cascade"

    def lower(self, sets: Sequence[Subset]) -> tuple[Problem, Actions]:
        """Return the problem, the same as long as no new readiness is met, and the plan of each set of parts."""
        rows = {what: np.array([self._follow(what, chosen) for chosen in sets]) for what in WINDOWS}
        self._refresh()
        seeds = [self._lit(chosen) for chosen in sets]
        people, starts, accept = (np.concatenate([row[i] for row in seeds]) for i in range(3))
        bridges = [self._tied(chosen) for chosen in sets]
        picked = np.concatenate(bridges)
        overlay: dict[str, Any] = {"bridge_indptr": freeze(np.cumsum([0, *map(len, bridges)], dtype=np.int64))}
        if picked.size:
            whole = ("bridge_indptr", "bridge_layers")
            columns = {name: column for name, column in self._ties.items() if name not in whole and column.size}
            overlay |= {name: freeze(column[..., picked]) for name, column in columns.items()}
            overlay["bridge_layers"] = self._ties["bridge_layers"]

        def of(what: str) -> NDArray[np.int32]:
            return freeze(rows[what] if (rows[what] >= 0).any() else rows[what][:, :0])

        actions = Actions(
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
        return self.problem, fitted(self._network, self._model, self.problem.law, actions)

    def _lit(self, chosen: Subset) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
        """The seeds of some parts; the earliest start of each person counts, and of equal ones the larger take-up."""
        first: dict[int, tuple[int, int]] = {}
        for i in chosen:
            for person, start, accept in zip(*(column.tolist() for column in self._seeds[i]), strict=True):
                first[person] = min((start, -accept), first.get(person, (start, -accept)))
        rows = sorted((start, person, -less) for person, (start, less) in first.items())
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        return np.array(columns[1], np.int32), np.array(columns[0], np.int32), np.array(columns[2], np.uint64)

    def _tied(self, chosen: Subset) -> NDArray[np.int64]:
        """The places of the bridges of some parts, by source and target; of the same tie the stronger one."""
        ranks = [self._rank[self._ends[i] : self._ends[i + 1]] for i in chosen]
        rank = np.sort(np.concatenate([np.empty(0, np.int64), *ranks]))
        again = self._tie[rank[1:]] == self._tie[rank[:-1]]
        return np.asarray(self._ranked[rank[np.append(True, ~again)[: rank.size]]])

    def _follow(self, what: str, chosen: Subset) -> NDArray[np.int32]:
        """The row of each person for what goes on over time."""
        items: list[Item] = []
        masks: list[Mask] = []
        for i in chosen:
            more = self._windows[i][what]
            items += more[0]
            masks += more[1]
        rows = np.full(self._network.size, -1, np.int32)
        for item, mask in zip(items, masks, strict=True):
            if (rows[mask] >= 0).any():
                return self._rows[what].follow(items, masks, rows.size)
            rows[mask] = self._rows[what].place((item,))
        return rows

    def _refresh(self) -> None:
        """Make the tables again if there are new rows."""
        sizes = [len(rows.places) for rows in self._rows.values()]
        if sizes == self._sizes:
            return
        self._sizes = sizes
        levels, factors = boosts_over_time(self._rows["boost"])
        self._tables = {
            "heard": heard_over_time(self._rows["heard"]),
            "heard_uptake": self._rows["heard"].uptake,
            "boost_level": levels,
            "boost_uptake": self._rows["boost"].uptake,
            "factors": factors,
            "sustain_left": lapses_over_time(self._rows["sustain"]),
            "sustain_uptake": self._rows["sustain"].uptake,
        }
        if factors != self._factors:
            self._factors = factors
            self._ties = {**_NO_TIES, **self._bridges.arrays(factors)}
            if len(self.problem.levels or (0,)) != len(factors) or sizes[1]:
                self.problem = lower(self._network, self._model, factors=factors)
