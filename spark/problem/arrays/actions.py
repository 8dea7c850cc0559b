"""Plans as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from spark.problem.arrays.units import I32, I64, U8, U64, UNIT, freeze

ALWAYS = 1 << 32
"""The acceptance T of 2^32 of what everybody accepts."""
FOR_EVER = (1 << 31) - 1
"""The `stop` of what never ends."""


def _empty(kind: type[np.generic], *shape: int) -> Any:
    """The array of what no plan has."""
    return freeze(np.empty(shape or 0, kind))


_no_uint8, _no_int32, _no_int64, _no_uint64 = (
    partial(_empty, kind) for kind in (np.uint8, np.int32, np.int64, np.uint64)
)


@dataclass(frozen=True, eq=False)
class Uptake:
    """Which row a person follows in a world, where that depends on her coins; R rows, arrays of size 0: never.

    While ``accept[row] < ALWAYS`` the row is a question: is her coin of kind `kind[row]` below `accept[row]`? If so she
    goes on to ``yes[row]``, else to ``no[row]``, where -1 is nothing at all. What stands in the row itself is then the
    most that can come of it.

    Attributes
    ----------
    kind : uint8[R], place of the kind in `UPTAKE_KINDS`; accept : uint64[R], T of 2^32; yes, no : int32[R].
    """

    kind: U8 = field(default_factory=_no_uint8)
    accept: U64 = field(default_factory=_no_uint64)
    yes: I32 = field(default_factory=_no_int32)
    no: I32 = field(default_factory=_no_int32)


UPTAKE_KINDS = ("seeds", "broadcast", "mandate", "boost", "sustain", "bridge")
"""One coin per (world, person, kind): the high 32 bits of a draw at time 0. A mandate's coin is the organisation's."""


@dataclass(frozen=True, eq=False)
class Actions:
    """Plans as rows; P plans. Person-level arrays are per plan; what no plan has is of size 0.

    Attributes
    ----------
    seed_indptr, seed_people, seed_start : int64[P+1], int32, int32; the seeds of plan p, sorted by (start, person).
    schedule : int32[P, n] or int32[P, 0]; which row of `heard` a person follows, -1 for none.
    heard : uint64[S, H+1]; total dose of broadcasts and mandates until the end of step t, for t = 0..H, flat from H on.
    seed_accept : uint64[seeds], T of 2^32: a person becomes a seed iff her coin is below; [0] where all do.
    heard_uptake : which row of `heard` she follows in the end.
    boost : int32[P, n] or int32[P, 0]; which row of `boost_level` a person follows, -1 for level 0.
    boost_level : uint8[B, H+1]; the level, of `Problem.levels`, for what is delivered in step t, flat from H on.
    boost_uptake : which row of `boost_level` she follows in the end.
    factors : what each level multiplies readiness with; the first is 1.
    sustain : int32[P, n] or int32[P, 0]; which row of `sustain_left` a person follows, -1 for none.
    sustain_left : uint64[R, H+1], units of 2^-24: what is left of the chance to lapse in step t, flat from H on.
    sustain_uptake : which row of `sustain_left` she follows in the end.
    bridge_indptr : int64[P+1]; the added ties of plan p, sorted by (source, target, layer).
    bridge_source, bridge_target : int32[b]; bridge_id : uint64[b], from the ids and the layer, with bit 63 set.
    bridge_start, bridge_stop : int32[b], the window, `FOR_EVER` where it never ends.
    bridge_accept : uint64[b], T of 2^32: the tie is there iff the coins of both ends are below; [0] where all are.
    bridge_chance : uint64[L, b], T of 2^32 at each level; bridge_more : uint64[L, k-1, b], those of further hits;
        bridge_dose : uint64[L, b], as the law's doses; visibility and readiness are included in all of them.
    bridge_layer : int32[b], which of `bridge_layers` an added tie is on.
    """

    seed_indptr: I64
    seed_people: I32
    seed_start: I32
    schedule: I32
    heard: U64
    seed_accept: U64 = field(default_factory=_no_uint64)
    heard_uptake: Uptake = field(default_factory=Uptake)
    boost: I32 = field(default_factory=partial(_empty, np.int32, 0, 0))
    boost_level: U8 = field(default_factory=partial(_empty, np.uint8, 0, 1))
    boost_uptake: Uptake = field(default_factory=Uptake)
    factors: tuple[float, ...] = (1.0,)
    sustain: I32 = field(default_factory=partial(_empty, np.int32, 0, 0))
    sustain_left: U64 = field(default_factory=partial(_empty, np.uint64, 0, 1))
    sustain_uptake: Uptake = field(default_factory=Uptake)
    bridge_indptr: I64 = field(default_factory=_no_int64)
    bridge_source: I32 = field(default_factory=_no_int32)
    bridge_target: I32 = field(default_factory=_no_int32)
    bridge_id: U64 = field(default_factory=_no_uint64)
    bridge_start: I32 = field(default_factory=_no_int32)
    bridge_stop: I32 = field(default_factory=_no_int32)
    bridge_accept: U64 = field(default_factory=_no_uint64)
    bridge_chance: U64 = field(default_factory=partial(_empty, np.uint64, 1, 0))
    bridge_more: U64 = field(default_factory=partial(_empty, np.uint64, 1, 0, 0))
    bridge_dose: U64 = field(default_factory=partial(_empty, np.uint64, 1, 0))
    bridge_layer: I32 = field(default_factory=_no_int32)
    bridge_layers: tuple[str, ...] = ()

    @property
    def plans(self) -> int:
        return self.seed_indptr.size - 1

    @cached_property
    def boost_speed(self) -> U64:
        """Factor of each set of boosts in each step, uint64[B, H+1], units of 2^-24: how fast clocks of ties run."""
        speeds = np.rint(np.array(self.factors) * UNIT).astype(np.uint64)
        return freeze(speeds[self.boost_level])

    @cached_property
    def uses(self) -> frozenset[str]:
        """What the plans have beside seeds and doses from outside: "take-up", "boost", "sustain", "bridge"."""
        uptakes = (self.heard_uptake, self.boost_uptake, self.sustain_uptake)
        coins = self.seed_accept.size or self.bridge_accept.size or any(item.kind.size for item in uptakes)
        found = {"take-up": coins, "boost": self.boost.size, "sustain": self.sustain.size}
        return frozenset(name for name, on in (found | {"bridge": self.bridge_id.size}).items() if on)
