"""The seam's nouns: arrays and integers only. Lowering makes them, backends read them.

Fixed point: doses and tolerances are uint64 in units of 2^-56 (`ONE` is a dose of 1) and stop at `CERTAIN`, a dose of
64, which no tolerance reaches; visibility and receptivity are uint64 in units of 2^-24; chances are uint32 thresholds
T-1 with T = round(p 2^32); node values are int64 in millionths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

ONE = 1 << 56
CERTAIN = 1 << 62
NEVER_CONVINCED = (1 << 64) - 1
UNIT = 1 << 24
VALUE_UNIT = 1_000_000


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array C-contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def digest(*parts: NDArray[Any] | str | int) -> str:
    """SHA-256, in hex, of arrays with their types and shapes, and of texts and integers."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(f"{part.dtype.str}{part.shape}".encode())
            total.update(part.data)
        else:
            total.update(f"{type(part).__name__}:{part};".encode())
    return total.hexdigest()


@dataclass(frozen=True, eq=False)
class Graph:
    """Who can influence whom; n people, m ties, o organisations, q partner ties.

    Attributes
    ----------
    indptr : int64[n+1]; out-ties of person u are the tie ids indptr[u] <= e < indptr[u+1].
    targets : int32[m]; the tie e leads to person targets[e]. Ties are sorted by (source, target, layer).
    organisation : int32[n]; -1 where a person has none.
    member_indptr, members : int64[o+1], int32; the people of each organisation, in order.
    partner_indptr, partner_targets : int64[o+1], int32[q]; partner ties by source organisation, sorted by target.
    """

    indptr: I64
    targets: I32
    organisation: I32
    member_indptr: I64
    members: I32
    partner_indptr: I64
    partner_targets: I32

    @property
    def people(self) -> int:
        return self.indptr.size - 1

    @property
    def ties(self) -> int:
        return self.targets.size

    @property
    def organisations(self) -> int:
        return self.member_indptr.size - 1

    @cached_property
    def incoming(self) -> tuple[I64, I32, I64]:
        """In-ties of each person v in order of their ids: int64[n+1] row starts, int32[m] who, int64[m] tie ids."""
        from scipy.sparse import csr_array

        ties = csr_array((np.arange(self.ties), self.targets, self.indptr), shape=(self.people, self.people)).tocsc()
        return freeze(ties.indptr.astype(np.int64)), freeze(ties.indices.astype(np.int32)), freeze(ties.data)

    @cached_property
    def digest(self) -> str:
        """What identifies the graph; it does not depend on the law."""
        return digest(*(getattr(self, item.name) for item in fields(self)))


class Tolerances(NamedTuple):
    """Laws of tolerances other than the uniform one: a law for each person, a few pieces for each law.

    Attributes
    ----------
    law : int32[n]; which row of `laws` a person's tolerance is drawn from. Empty: no such laws.
    laws : int64[r, 3]; (k, 0, 0): the sum of k exponential draws, at most CERTAIN; (0, first, stop): `pieces` of a
        distribution function.
    pieces : uint64[p, 5]; (highest level of the piece, level and dose where it begins, slope, shift). At a level l in
        units of 2^-64, of the first piece whose highest level is not below l, the tolerance is dose +
        floor(((l - begin) << shift) * slope / 2^64) + 1, or where the slope is 0 the dose itself (`NEVER_CONVINCED`: no
        dose is enough).
    simple : uint64[1]: a person's tolerance is exponential instead if a draw of 64 bits is at most this; [0]: never.
    """

    law: I32
    laws: I64
    pieces: U64
    simple: U64


class Delays(NamedTuple):
    """Steps from an adoption to the deliveries of its ties; at most one of the three is not empty, all empty: one step.

    Attributes
    ----------
    steps : int32[m] or [1]; given.
    rate : uint64[m] or [1]; geometric: 1 + floor(a unit exponential draw / rate), units of 2^-56.
    upto : uint64[j]; the least i with draw < upto[i], plus one; draws of 32 bits, the last entry 2^32.
    """

    steps: I32
    rate: U64
    upto: U64

    @property
    def some(self) -> bool:
        """Whether a tie can take longer than one step."""
        return bool(self.steps.size or self.rate.size or self.upto.size)


NO_TOLERANCES = Tolerances(
    np.empty(0, np.int32), np.empty((0, 3), np.int64), np.empty((0, 5), np.uint64), np.empty(0, np.uint64)
)
NO_DELAYS = Delays(np.empty(0, np.int32), np.empty(0, np.uint64), np.empty(0, np.uint64))
NO_NOISE = np.empty(0, np.uint64)


@dataclass(frozen=True, eq=False)
class States:
    """What the full model of adoption has beside a law with lapses; arrays of size 0, and 0 or `UNIT`, where unused.

    Attributes
    ----------
    aware, hearsay : uint64[m], T of 2^32: a tie passes word iff its draw is below, from an adopter, and from who is
        aware and no adopter; hearsay <= aware. gate : 0 where everybody knows.
    willing : uint64[n], T of 2^32, family ``"aware"``: chance that a person who hears of it adopts.
    trial_time : steps from being convinced to the end of the trial; trial_failure : T of 2^32.
    trial_visibility : units of 2^-24, what a person gives who is trying.
    support, support_start : uint64, int64[n]; with i of those who can influence v practising, her chance of giving up
        is multiplied by support[support_start[v] + i] / 2^24.
    turnover : uint64[n], T of 2^32: chance per step that a person leaves.
    formal : int64[o]; an organisation signs up once that many of its people practise.
    policy_dose : units of 2^-56 per step, in an organisation that has signed up; policy_lapse : units of 2^-24.
    loud_live, loud_never, loud_dose, loud_more : as in the law, for ties from adopters whose organisation signed up;
        loudness : units of 2^-24, how much more visible they are. Empty, and `UNIT`, where they are seen as before.
    """

    aware: U64
    hearsay: U64
    willing: U64
    support: U64
    support_start: I64
    turnover: U64
    formal: I64
    loud_live: U32
    loud_never: U8
    loud_dose: U64
    loud_more: U64
    gate: int = 0
    trial_time: int = 0
    trial_failure: int = 0
    trial_visibility: int = 0
    policy_dose: int = 0
    policy_lapse: int = UNIT
    loudness: int = UNIT

    @property
    def parts(self) -> list[NDArray[Any] | int]:
        """Everything, in order, for a digest."""
        return [getattr(self, item.name) for item in fields(self)]


STATES = ("unaware", "aware", "trying", "adopted", "lapsed")
SIGNED_UP, WITH_EXAMPLE = 5, 6
"""Rows of `Tally.states` behind those of the states: organisations that signed up, and with an adopter."""


@dataclass(frozen=True, eq=False)
class Law:
    """How a dose convinces. ``"cascade"``: a draw per tie; ``"threshold"``: one uniform tolerance per person;
    ``"aware"``: word spreads, and who hears it decides; in continuous time ``"paths"``: a time per tie and per person;
    ``"marks"``: a clock per tie and per person that rings again and again; ``"crowd"``: everybody sees everybody.

    Attributes
    ----------
    family : which of them.
    live : uint32[m], cascade: tie e is live in a world iff its draw is <= live[e] and never[e] is 0. Empty otherwise.
    never : uint8[m], cascade: 1 where a tie is live in no world. Empty otherwise.
    more : uint64[k-1, m], cascade with k examples needed: a live tie hits j+2 times or more iff its draw < more[j, e].
    dose : uint64[m], threshold: what tie e gives, readiness and visibility included. Empty otherwise.
    tolerance : uint64[n], threshold: the dose that each person needs; [0] where it is drawn uniform on 1..ONE.
    lapse : uint64[n]: chance of giving up per step, T of 2^32; [0] where nobody can and ties deliver once. Where it is
        not empty the clock is per period, and `dose` holds the ties' doses if a lapse leaves part of the readiness.
    left : uint64[j]: readiness left after 0, 1, ... lapses, units of 2^-24; the last entry holds for all later ones.
    delay : uint64[m], paths, marks: mean time of tie e, units of 2^-40; 0 where it never convinces. Empty otherwise.
    delay_quantiles : uint64[k+1], paths: the law of a tie's time in units of 2^-56 of its mean, at levels 0, 1/k, ...,
        1, straight between; [0] where it is exponential.
    duration : uint64[n], paths, marks: mean time for which a person practises, units of 2^-40; 0 for good. Empty
        otherwise.
    duration_quantiles : as `delay_quantiles`, of the time for which a person practises.
    latency : uint64[n], paths: mean time from being convinced to practising, units of 2^-40. Empty where it is none.
    latency_quantiles : as `delay_quantiles`, of that time.
    wait : uint64[n], crowd: 1 / hazard of each non-adopter while i practise, units of 2^-40; 0 where the hazard is 0.
    hazard : uint64[n], crowd: the hazard itself, units of 2^-48. Both empty otherwise.
    partner_dose : uint64[q], units of 2^-56: what one adopted member of visibility 1 gives over partner tie q -> o.
        With K the total visibility of the adopted members of q, the heat of o is the sum over q of
        floor(partner_dose * K / 2^24), saturating at CERTAIN.
    visibility : uint64[n], units of 2^-24, read for partner ties only.
    receptivity : uint64[n], units of 2^-24: readiness times outlook; the partner dose of person v is
        floor(heat of her organisation * receptivity / 2^24), saturating at CERTAIN.
    adopted : uint8[n]; who practises already.
    capped : totals may pass 1 by the user's wish (threshold family): no live-edge form exists.
    tolerances : threshold: laws of tolerances other than the uniform one, where `tolerance` is empty.
    delays : cascade and threshold: how many steps a tie takes.
    noise : uint64[1], threshold: whom a tie has reached adopts floor(a unit exponential draw / noise) steps later if
        she has not before, units of 2^-56. Empty otherwise.
    states : what the full model of adoption adds, or None.
    """

    family: Literal["cascade", "threshold", "aware", "paths", "marks", "crowd"]
    live: U32
    never: U8
    more: U64
    dose: U64
    tolerance: U64
    lapse: U64
    left: U64
    delay: U64
    delay_quantiles: U64
    duration: U64
    duration_quantiles: U64
    latency: U64
    latency_quantiles: U64
    wait: U64
    hazard: U64
    partner_dose: U64
    visibility: U64
    receptivity: U64
    adopted: U8
    capped: bool
    states: States | None = None
    tolerances: Tolerances = NO_TOLERANCES
    delays: Delays = NO_DELAYS
    noise: U64 = field(default_factory=lambda: NO_NOISE)

    @property
    def examples(self) -> int:
        """How many convincing moments a person needs (cascade family)."""
        return 1 + len(self.more)

    @property
    def certain(self) -> bool:
        """Whether nothing is drawn, so that all worlds are alike, as long as no plan draws anything."""
        return self.family == "threshold" and self.tolerance.size > 0 and not self.lapse.size

    @property
    def live_edge(self) -> bool:
        """Whether there are worlds in which each tie is live or not before anything happens."""
        if self.continuous or self.states is not None:
            return False
        other = self.capped or self.tolerance.size or self.lapse.size or self.tolerances.law.size or self.noise.size
        return self.examples == 1 and not other

    @property
    def waits(self) -> bool:
        """Whether something happens later than one step after what brings it about (once clock)."""
        return self.delays.some or bool(self.noise.size)

    @property
    def continuous(self) -> bool:
        """Whether people adopt at any moment; steps are whole units of time then."""
        return self.family in ("paths", "marks", "crowd")

    @property
    def never_ends(self) -> bool:
        """Whether there is always more that can change, so that a run needs a horizon."""
        return self.lapse.size > 0 or self.noise.size > 0 or self.family == "marks"

    @property
    def has_partners(self) -> bool:
        return bool(self.partner_dose.any())

    @cached_property
    def digest(self) -> str:
        parts = {item.name: getattr(self, item.name) for item in fields(self)}
        later = [*parts.pop("tolerances"), *parts.pop("delays"), parts.pop("noise")]
        del parts["family"], parts["capped"], parts["states"]
        states = () if self.states is None else self.states.parts
        more = later if any(map(len, later)) else ()
        return digest(self.family, *parts.values(), int(self.capped), *states, *more)


@dataclass(frozen=True, eq=False)
class Problem:
    """A network under a model: all that a backend needs to know of either.

    Attributes
    ----------
    levels : laws of the same network with all readiness multiplied by 1 (that is `law`), and by each other factor of
        `Actions.factors`; empty where no plan boosts anybody.
    """

    graph: Graph
    law: Law
    levels: tuple[Law, ...] = ()

    @cached_property
    def digest(self) -> str:
        return digest(self.graph.digest, self.law.digest, *(law.digest for law in self.levels[1:]))


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
    def uses(self) -> frozenset[str]:
        """What the plans have beside seeds and doses from outside: "take-up", "boost", "sustain", "bridge"."""
        uptakes = (self.heard_uptake, self.boost_uptake, self.sustain_uptake)
        coins = self.seed_accept.size or self.bridge_accept.size or any(item.kind.size for item in uptakes)
        found = {"take-up": coins, "boost": self.boost.size, "sustain": self.sustain.size}
        return frozenset(name for name, on in (found | {"bridge": self.bridge_id.size}).items() if on)


@dataclass(frozen=True, eq=False)
class Watch:
    """What to count. `groups`: int32[d, n], -1 for none; codes of different rows do not overlap; `group_count` in all.
    `value`: int64[n], or [0] where it is not asked for. `horizon`: last step, or -1 to run until nothing can change.
    `counted`: what choosing counts (`spark.Adopters`); a `Tally` holds all of it.
    """

    groups: I32
    group_count: int
    value: I64
    horizon: int = -1
    counted: str = "at-horizon"


@dataclass(frozen=True)
class Worlds:
    """The worlds first, ..., first + count - 1 of a key (see `spark.problem.keys`)."""

    key: int
    first: int
    count: int


@dataclass(frozen=True, eq=False)
class Tally:
    """What a run counted; P plans, W worlds, T+1 steps 0..T.

    Attributes
    ----------
    adopters : int32[P, W, T+1]; how many practise at the end of each step.
    value : int64[P, W]; total value of the final adopters, millionths.
    ever : int64[P, W]; how many practised at any time.
    groups_lit : int32[P, W, d]; in how many groups of each row of `Watch.groups` somebody practises at the end.
    group_sum, group_squares : int64[P, G]; over worlds, of the final adopters in each group.
    reached : int64[P, n]; in how many worlds each person practises at the end.
    states : int64[P, 2, 7, T'+1]; sums and sums of squares over worlds of how many people are in each of `STATES` at
        the end of each step, of organisations that have signed up, and of those with an adopter. [P, 2, 7, 0] where the
        model has no states.
    """

    adopters: I32
    value: I64
    ever: I64
    groups_lit: I32
    group_sum: I64
    group_squares: I64
    reached: I64
    states: I64 = field(default_factory=lambda: freeze(np.zeros((0, 2, 7, 0), np.int64)))


@dataclass(frozen=True, eq=False)
class Trace:
    """Single worlds replayed; W worlds.

    Attributes
    ----------
    when : int32[W, n]; the step at which each person adopted, -1 never; in continuous time the step by which she had.
    by : int64[W, n]; the tie id that lit her (the smallest id among the live ties from those who adopted one step
        before; threshold family: the largest dose among these, then the smallest id), or one of the codes below;
        ``BRIDGE - b`` for the added tie number b of the plan, where no tie of the network did. Where no tie delivered
        in that step, what a boost lifted then.
    log : int64[E, 4], where people can give up: world's row, step, person, and what lit her or `LAPSED`, in order; else
        empty. `when` and `by` hold the first adoption of each person.
    lit : int64[S, 4]: world's row, place of the adoption (in `log` within its world; else the person), tie or
        ``BRIDGE - b``, weight: who had a share in adoptions by ties. One example needed: the ties that were live at the
        time, alike; several: their convincing moments; thresholds: their doses.
    """

    when: I32
    by: I64
    log: I64 = field(default_factory=lambda: np.empty((0, 4), np.int64))
    lit: I64 = field(default_factory=lambda: np.empty((0, 4), np.int64))

    NEVER = -1
    SEED = -2
    ALREADY = -3
    PARTNERS = -4
    BROADCAST = -5
    BRIDGE = -6
    LAPSED = -(1 << 62)


NO_REPLAY = {
    "states": "a world of people who hear, try and leave cannot be replayed yet; simulate shows how many are in each "
    "state",
    "crowd": "in a crowd nobody is lit by one person, so that there is nothing to replay; simulate shows its curve",
}
"""Why there is no `Trace` of some families."""


class Coverage(Protocol):
    """Sets of people of which a set of seeds covers some; the common ground of all ways to choose."""

    def total(self) -> int: ...

    def gains(self, nodes: Sequence[int] | I64) -> I64: ...

    def add(self, node: int) -> None: ...


class Backend(Protocol):
    """Where worlds are computed. Integers come back, the same from every backend."""

    name: str

    def run(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Tally: ...

    def replay(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Trace: ...
