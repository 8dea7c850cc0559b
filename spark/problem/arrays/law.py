"""How a dose convinces: what a model is lowered to."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.problem.arrays.graph import Graph
from spark.problem.arrays.units import I32, I64, U8, U32, U64, UNIT, digest


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


class Picks(NamedTuple):
    """People for each of whom at most one way to be lit is live, the first that is; read by reverse sets only.

    Attributes
    ----------
    one : uint8[n]; 1: of the ties into her, in the order of their ids, and then of her partners' members, only the
        first that is live counts. Empty: nobody is such a person.
    partners : uint64[n]; hazard, units of 2^-56, of her whole partner dose where no tie of hers is live, of which each
        member then has the share that she has of the dose. Empty where there are no partners.
    """

    one: U8
    partners: U64


NO_TOLERANCES = Tolerances(
    np.empty(0, np.int32), np.empty((0, 3), np.int64), np.empty((0, 5), np.uint64), np.empty(0, np.uint64)
)
NO_DELAYS = Delays(np.empty(0, np.int32), np.empty(0, np.uint64), np.empty(0, np.uint64))
NO_PICKS = Picks(np.empty(0, np.uint8), np.empty(0, np.uint64))
NO_NOISE = np.empty(0, np.uint64)


@dataclass(frozen=True, eq=False)
class States:
    """What the full model of adoption has beside a law with lapses; arrays of size 0, and 0 or `UNIT`, where unused.

    Attributes
    ----------
    aware, hearsay : uint64[m], T of 2^32: a tie passes word iff its draw is below, from an adopter, and from who is
        aware and no adopter; hearsay <= aware. gate : 0 where everybody knows.
    willing : uint64[n], T of 2^32, family ``"aware"``: chance that a person who hears of it adopts.
    trial_time : steps from being convinced to the end of the trial; trial_end : instead, T of 2^32, the chance per step
        that it ends, 0 where `trial_time` holds; trial_failure : T of 2^32.
    trial_visibility : units of 2^-24, what a person gives who is trying.
    support, support_start : uint64, int64[n]; with i of those who can influence v practising, her chance of giving up
        is multiplied by support[support_start[v] + i] / 2^24.
    turnover : uint64[n], T of 2^32: chance per step that a person leaves.
    formal : int64[o]; an organisation signs up once that many of its people practise.
    policy_dose : units of 2^-56 per step, in an organisation that has signed up; policy_lapse : units of 2^-24.
    loud_live, loud_never, loud_dose, loud_more : as in the law, for ties from adopters whose organisation signed up;
        loudness : units of 2^-24, how much more visible they are. Empty, and `UNIT`, where they are seen as before.
    noise : T of 2^32: chance per step that whom a tie has reached since she last forgot is convinced. Only with laws of
        tolerances.
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
    trial_end: int = 0
    noise: int = 0

    @property
    def trials_last(self) -> bool:
        """Whether a trial takes time."""
        return bool(self.trial_time or self.trial_end)

    @property
    def parts(self) -> list[NDArray[Any] | int]:
        """Everything, in order, for a digest."""
        return [getattr(self, item.name) for item in fields(self) if item.name != "noise" or self.noise]


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
    tolerances : threshold: laws of tolerances other than the uniform one, where `tolerance` is empty; with `states`: in
        place of convincing moments, the doses of all steps add up to a tolerance drawn anew after each lapse.
    delays : how many steps a tie takes; with `states` (family ``"cascade"``) what it looks back.
    noise : uint64[1], threshold: whom a tie has reached adopts floor(a unit exponential draw / noise) steps later if
        she has not before, units of 2^-56. Empty otherwise.
    states : what the full model of adoption adds, or None.
    picks : cascade: people who are lit by one tie at most.
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
    picks: Picks = NO_PICKS

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
    def gives_up(self) -> bool:
        """Whether who practises can stop: else who ever adopts is who practises at the end."""
        turnover = self.states is not None and bool(self.states.turnover.any())
        return bool(self.lapse.any() or self.duration.any() or turnover)

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
        picks = parts.pop("picks")
        del parts["family"], parts["capped"], parts["states"]
        states = () if self.states is None else self.states.parts
        more = [*(later if any(map(len, later)) else ()), *(picks if picks.one.size else ())]
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
