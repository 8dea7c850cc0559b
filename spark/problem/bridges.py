"""Ties that plans add: a small overlay beside the network's own, which it renumbers in no way (DESIGN section 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.network import Network
from spark.plan import Bridge
from spark.problem.arrays import ALWAYS, FOR_EVER, freeze
from spark.problem.fixed_point import chance_of, dose_of, fixed
from spark.problem.targets import Targets
from spark.problem.windows import acceptance

MOST_BRIDGES = 4_000_000


class Bridges:
    """Collects the bridges of plans, one plan after the other."""

    def __init__(self, network: Network, targets: Targets) -> None:
        self._network, self._targets = network, targets
        self._ends: list[int] = [0]
        self._parts: list[dict[str, NDArray[Any]]] = []
        self._ids: dict[tuple[int, int, str], int] = {}
        self._layers: dict[str, int] = {}

    def add(self, bridges: Sequence[Bridge]) -> None:
        """Take the bridges of the next plan."""
        parts = [part for bridge in bridges if (part := self._ties(bridge))["source"].size]
        if not parts:
            self._ends.append(self._ends[-1])
            return
        ties = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        order = np.lexsort((-ties["chance"], ties["id"], ties["target"], ties["source"]))
        ties = {key: column[order] for key, column in ties.items()}
        self._parts.append(self._each_once(ties))
        self._ends.append(self._ends[-1] + self._parts[-1]["id"].size)
        if self._ends[-1] > MOST_BRIDGES:
            raise UsageError(f"the bridges of the plans come to more than {MOST_BRIDGES:,} ties")

    def arrays(self, factors: Sequence[float]) -> dict[str, Any]:
        """The fields of `Actions`, with chances and doses at each level of readiness."""
        if not self._parts:
            return {"bridge_indptr": freeze(np.array(self._ends, np.int64))}
        ties = {key: np.concatenate([part[key] for part in self._parts]) for key in self._parts[0]}
        network, dose = self._network, ties["dose"]
        weight = network.visibility[ties["source"]] * network.readiness[ties["target"]]
        chances, doses = [], []
        for factor in factors:
            at = weight * factor
            whole = np.where(at > 0, dose, 0.0) * at
            chance = np.where((at == 1) & (ties["chance"] >= 0), ties["chance"], chance_of(whole))
            chances.append(np.rint(chance * 4294967296.0).astype(np.uint64))
            doses.append(fixed(whole))
        return {
            "bridge_indptr": freeze(np.array(self._ends, np.int64)),
            "bridge_source": freeze(ties["source"].astype(np.int32)),
            "bridge_target": freeze(ties["target"].astype(np.int32)),
            "bridge_id": freeze(ties["id"]),
            "bridge_start": freeze(ties["start"].astype(np.int32)),
            "bridge_stop": freeze(ties["stop"].astype(np.int32)),
            "bridge_accept": freeze(ties["accept"] if (ties["accept"] < ALWAYS).any() else ties["accept"][:0]),
            "bridge_chance": freeze(np.array(chances, np.uint64)),
            "bridge_dose": freeze(np.array(doses, np.uint64)),
            "bridge_layer": freeze(ties["layer"].astype(np.int32)),
            "bridge_layers": tuple(self._layers),
        }

    def _ties(self, bridge: Bridge) -> dict[str, NDArray[Any]]:
        source, target = pair_ends(self._targets, bridge)
        if bridge.both:
            source, target = np.concatenate([source, target]), np.concatenate([target, source])
        _, first = np.unique(source * self._network.size + target, return_index=True)
        source, target = source[first], target[first]
        ids = [self._id(u, v, bridge.layer) for u, v in zip(source.tolist(), target.tolist(), strict=True)]
        chance = -1.0 if bridge.probability is None else bridge.probability
        dose = bridge.dose if bridge.probability is None else float(dose_of(bridge.probability))
        count = source.size
        return {
            "source": source,
            "target": target,
            "id": np.array(ids, np.uint64),
            "chance": np.full(count, chance),
            "dose": np.full(count, 0.0 if dose is None else dose),
            "start": np.full(count, bridge.start),
            "stop": np.full(count, FOR_EVER if bridge.stop is None else bridge.stop),
            "accept": np.full(count, acceptance(bridge.take_up), np.uint64),
            "layer": np.full(count, self._layers.setdefault(bridge.layer, len(self._layers))),
        }

    def _id(self, u: int, v: int, layer: str) -> int:
        """63 bits of SHA-256 of the two ids and the layer, with bit 63 set: no tie of the network has such an id."""
        found = self._ids.get((u, v, layer))
        if found is None:
            people = self._network.people
            names = b"\0".join(str(part).encode() for part in (people[u], people[v], layer))
            found = int.from_bytes(hashlib.sha256(names).digest()[:8], "little") | 1 << 63
            self._ids[u, v, layer] = found
        return found

    def _each_once(self, ties: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The same tie from two bridges of one plan and one window is the stronger of the two."""
        again = np.zeros(ties["id"].size, bool)
        again[1:] = (ties["id"][1:] == ties["id"][:-1]) & (ties["source"][1:] == ties["source"][:-1])
        again[1:] &= ties["target"][1:] == ties["target"][:-1]
        at = np.flatnonzero(again)
        for key in ("start", "stop", "accept"):
            differs = at[ties[key][at] != ties[key][at - 1]]
            if differs.size:
                people = self._network.people
                u, v = people[int(ties["source"][differs[0]])], people[int(ties["target"][differs[0]])]
                raise UsageError(
                    f"bridge: {u!r} and {v!r} are tied twice with different windows or take-up; call one of the "
                    "bridges' layers otherwise"
                )
        strongest = np.maximum.reduceat(ties["dose"], np.flatnonzero(~again))
        kept = {key: column[~again] for key, column in ties.items()}
        return kept | {"dose": strongest}


def pair_ends(targets: Targets, bridge: Bridge) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs that a bridge introduces, each once whichever way round: two int64[pairs]."""
    first = np.flatnonzero(targets.mask(bridge.source, "bridge"))
    second = np.flatnonzero(targets.mask(bridge.target, "bridge"))
    if first.size * second.size > MOST_BRIDGES:
        raise UsageError(
            f"bridge: everybody in one group with everybody in the other would be {first.size * second.size:,} ties, "
            f"more than {MOST_BRIDGES:,}; name fewer people"
        )
    source, target = np.repeat(first, second.size), np.tile(second, first.size)
    apart = source != target
    source, target = source[apart], target[apart]
    if bridge.both:
        low, high = np.minimum(source, target), np.maximum(source, target)
        size = int(high.max(initial=0)) + 1
        _, once = np.unique(low * size + high, return_index=True)
        once.sort()
        source, target = source[once], target[once]
    return source, target
