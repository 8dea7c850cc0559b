"""The full model of adoption on tiny networks: a Markov chain over what everybody knows, does, and has been through.

Given who was what before a step, people go on independently of one another: no two of them share a tie, a coin or a
convincing moment. So the chain moves person by person, and the moments of a step are one Poisson number a person.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.exact.laws import beyond_dose, delays_of, laws_of
from spark.exact.plans import Heard, dose_of, read_plan
from spark.exact.states import Law
from spark.model import SEIR, SI, SIR, SIS, Adoption, Share
from spark.network import Network
from spark.plan import Intervention, Plan, as_plan

STATES = ("unaware", "aware", "trying", "adopted", "lapsed")
MOST_STATES = 200_000


class _Post(NamedTuple):
    """Who holds a post: her state, how often she lapsed, her moments or the dose that has reached her, for how long she
    has been trying, whether she is simple for good, and under noise whether a tie has reached her.
    """

    state: str
    lapses: int = 0
    got: float = 0.0
    tried: int = 0
    simple: bool = False
    reached: bool = False


_Posts = tuple[_Post, ...]
_World = tuple[_Posts, tuple[bool, ...], int, tuple[tuple[str, ...], ...]]
"""Who holds which post, which organisations have signed up, who ever practised, if asked for, and in what state
everybody was at the end of the steps before, the last first, as far as delays show them.
"""
MOST_WAYS = 4096
"""Ways in which the delays of all ties can fall that are followed one by one."""


def adoption_states(
    network: Network,
    model: Adoption | SEIR | SI | SIS | SIR,
    plan: Plan | Intervention | Iterable[Hashable] = (),
    *,
    horizon: int,
) -> NDArray[np.float64]:
    """Return the chance of each person to be unaware, aware, trying, adopted or lapsed at the end: float64[n, 5].

    Parameters
    ----------
    plan : seeds, which may come late, and broadcasts. horizon : the last step.

    Raises
    ------
    UsageError
        There are more than `MOST_STATES` things that can have happened; fewer people, ties or steps have fewer.

    Examples
    --------
    >>> import spark
    >>> pair = spark.Network.from_edges(["amina"], ["bo"])
    >>> model = spark.Adoption(probability=0.5, lapse=0, awareness=0.5)
    >>> adoption_states(pair, model, ["amina"], horizon=1)[1].tolist()
    [0.5, 0.25, 0.0, 0.25, 0.0]
    """
    joins, heard = read_plan(network, as_plan(plan), horizon)
    full = model if isinstance(model, Adoption) else model.as_adoption
    case = AdoptionCase(network, full, joins, heard, horizon)
    total = np.zeros((network.size, len(STATES)))
    for (posts, *_), chance in _followed(case, ever=False).items():
        for v, post in enumerate(posts):
            total[v, STATES.index(post.state)] += chance
    return total


@dataclass(frozen=True, slots=True)
class AdoptionCase:
    """The full model and a plan; sets of people are integers: bit i is position i.

    Attributes
    ----------
    joins : step -> the set of people made adopters at its end; step 0 holds who practises already.
    heard : for each person, step -> dose of all broadcasts in that step.
    """

    network: Network
    model: Adoption
    joins: Mapping[int, int]
    heard: Heard
    horizon: int

    def seeded(self, people: int) -> AdoptionCase:
        """Return the case with a set of people more among the seeds of step 0."""
        return replace(self, joins={**self.joins, 0: self.joins[0] | people})

    def law(self, ever: bool) -> Law:
        """Return the chance of each set of people to be who practises at the horizon, or who ever did."""
        total: dict[int, float] = defaultdict(float)
        for (posts, _, before, _), chance in _followed(self, ever).items():
            total[before if ever else _practising(posts)] += chance
        return total


def _followed(case: AdoptionCase, ever: bool) -> dict[_World, float]:
    """The law of what happens, over all the ways in which delays fall."""
    delays = [
        [*law, *([(case.horizon + 1, too_late)] if (too_late := 1 - math.fsum(p for _, p in law)) > 1e-12 else [])]
        for ties in delays_of(case.network, case.model, case.horizon)
        for law in ties
    ]
    if math.prod(map(len, delays)) > MOST_WAYS:
        raise UsageError(f"the delays of all ties can fall in more than {MOST_WAYS:,} ways; take fewer ties or steps")
    total: dict[_World, float] = defaultdict(float)
    for way in itertools.product(*delays):
        steps = [steps for steps, _ in way]
        chance = math.prod(part for _, part in way)
        for world, part in _Chain(case, ever, steps).run().items():
            total[world] += chance * part
    return total


def _practising(posts: _Posts) -> int:
    return sum(1 << v for v, post in enumerate(posts) if post.state == "adopted")


class _Chain:
    """`delays`: steps of each tie, by target; empty where all take one."""

    def __init__(self, case: AdoptionCase, ever: bool, delays: list[int]) -> None:
        self.case, self.network, self.model, self.ever = case, case.network, case.model, ever
        network, model = case.network, case.model
        sources = network.sources().tolist()
        ties = list(zip(sources, network.targets.tolist(), range(network.tie_count), strict=True))
        self.into = [[(u, e) for u, v, e in ties if v == person] for person in range(network.size)]
        by_target = [e for pairs in self.into for _, e in pairs]
        self.delay = dict(zip(by_target, delays or [1] * len(by_target), strict=True))
        self.shown = min(max(self.delay.values(), default=1), max(case.horizon, 1)) - 1
        self.neighbours = [{u for u, _ in pairs} for pairs in self.into]
        chance, dose = model.probability, model.dose
        self.doses = [dose_of(self._tie(chance, e)) if chance is not None else self._tie(dose, e) for _, _, e in ties]
        self.members = [np.flatnonzero(network.organisation == o).tolist() for o in range(len(network.organisations))]
        self.laws = None if model.law is None else laws_of(network, model.law)

    def _tie(self, share: Share | None, tie: int) -> float:
        if share is None:
            return 0.0
        if isinstance(share, str):
            return float(self.network.columns[share][tie])
        if isinstance(share, int | float):
            return float(share)
        layer = self.network.layers[int(self.network.layer[tie])]
        return self._tie(share[layer], tie) if layer in share else 0.0

    def run(self) -> dict[_World, float]:
        """Follow the chain up to the horizon."""
        law: dict[_World, float] = defaultdict(float)
        first = "unaware" if self.model.awareness is not None else "aware"
        none = (False,) * len(self.members)
        kinds = [(False, 1 - self.model.simple), (True, self.model.simple)]
        every = [kind for kind in kinds if kind[1] > 0] if self.laws is not None else [(False, 1.0)]
        for drawn in itertools.product(every, repeat=self.network.size):
            posts = tuple(_Post(first, simple=simple) for simple, _ in drawn)
            law[self.joined(0, posts, none, 0, ())] += math.prod(chance for _, chance in drawn)
        for t in range(1, self.case.horizon + 1):
            after: dict[_World, float] = defaultdict(float)
            for (before, signed, ever, past), chance in law.items():
                shown = (tuple(post.state for post in before), *past)
                choices = [list(self.goes_on(t, v, before, signed, shown)) for v in range(self.network.size)]
                for parts in itertools.product(*choices):
                    now = tuple(post for post, _ in parts)
                    world = self.joined(t, now, signed, ever, shown[: self.shown])
                    after[world] += chance * math.prod(part for _, part in parts)
                if len(after) > MOST_STATES:
                    raise UsageError(f"more than {MOST_STATES:,} things can happen; take fewer people, ties or steps")
            law = after
        return law

    def joined(
        self, t: int, posts: _Posts, signed: tuple[bool, ...], ever: int, past: tuple[tuple[str, ...], ...]
    ) -> _World:
        """The end of a step: its seeds adopt, then organisations sign up."""
        seeds = self.case.joins.get(t, 0)
        now = tuple(
            post._replace(state="adopted", got=0.0, tried=0, reached=False)
            if seeds >> v & 1 or post.state == "adopted"
            else post
            for v, post in enumerate(posts)
        )
        return now, self.signed(now, signed), ever | _practising(now) if self.ever else 0, past

    def signed(self, posts: _Posts, before: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which organisations have signed up at the end of a step."""
        share = self.model.signs_up_at
        if not share:
            return before
        practising = [sum(posts[v].state == "adopted" for v in inside) for inside in self.members]
        return tuple(
            was or (count > 0 and count >= share * len(inside))
            for was, count, inside in zip(before, practising, self.members, strict=True)
        )

    def has_signed(self, v: int, signed: tuple[bool, ...]) -> bool:
        """Whether a person's organisation has signed up."""
        place = int(self.network.organisation[v])
        return place >= 0 and signed[place]

    def goes_on(
        self, t: int, v: int, posts: _Posts, signed: tuple[bool, ...], shown: tuple[tuple[str, ...], ...]
    ) -> Iterator[tuple[_Post, float]]:
        """What may become of a person in one step, with the chances; the same may come up more than once."""
        for post, chance in self.leaves_or_lapses(v, posts, signed):
            if post.state in ("trying", "adopted"):
                yield post, chance
                continue
            outside = self.case.heard[v].get(t, 0.0)
            told = self.has_signed(v, signed) or outside > 0
            outside += dose_of(self.model.policy) if self.has_signed(v, signed) else 0.0
            hears = 1.0 if post.state != "unaware" or told else self.word(v, posts)
            ties = self.dose_of_ties(v, post, signed, shown)
            dose = ties + self.dose_of_partners(v, post, posts, signed) + outside
            if self.laws is not None:
                reached = self.model.noise > 0 and (post.reached or ties > 0)
                grown = post._replace(got=round(post.got + dose, 12), reached=reached)
                yield from self.heated(v, post, grown, chance, hears)
                continue
            for moments, part in _moments(dose, self.model.moments - int(post.got)):
                grown = post._replace(got=post.got + moments)
                if hears < 1:
                    yield grown, chance * part * (1 - hears)
                aware = grown._replace(state="aware") if post.state == "unaware" else grown
                if hears > 0 and grown.got >= self.model.moments:
                    for end, of in self.convinced(aware):
                        yield end, chance * part * hears * of
                elif hears > 0:
                    yield aware, chance * part * hears

    def heated(self, v: int, post: _Post, grown: _Post, chance: float, hears: float) -> Iterator[tuple[_Post, float]]:
        """Where doses add up: who is aware and goes on without adopting needs more than what has reached her; what who
        is unaware needs is not known yet.
        """
        if hears < 1:
            yield grown, chance * (1 - hears)
        if hears == 0:
            return
        known = 0.0 if post.state == "unaware" else post.got
        before, now = self.beyond(v, post.simple, known), self.beyond(v, post.simple, grown.got)
        stays = now / before if before > 0 else 0.0
        stays *= 1 - self.model.noise if grown.reached else 1.0
        aware = grown._replace(state="aware") if post.state == "unaware" else grown
        if stays > 0:
            yield aware, chance * hears * stays
        if stays < 1:
            for end, of in self.convinced(aware):
                yield end, chance * hears * (1 - stays) * of

    def beyond(self, v: int, simple: bool, dose: float) -> float:
        """The chance that a person's tolerance is above a dose."""
        assert self.laws is not None
        if simple:
            return math.exp(-dose)
        return beyond_dose(self.laws[v], dose)

    def leaves_or_lapses(self, v: int, posts: _Posts, signed: tuple[bool, ...]) -> Iterator[tuple[_Post, float]]:
        """First people leave, lapse, or end their trial."""
        model, post = self.model, posts[v]
        leaving = (
            model.turnover if not isinstance(model.turnover, str) else float(self.network.numbers[model.turnover][v])
        )
        if leaving:
            yield _Post("unaware" if model.awareness is not None else "aware", simple=post.simple), leaving
        stays = 1 - leaving
        if post.state == "adopted":
            lapse = model.lapse
            if model.lapse_factor is not None:
                lapse *= float(self.network.numbers[model.lapse_factor][v])
            if self.has_signed(v, signed):
                lapse *= model.policy_lapse
            around = sum(posts[u].state == "adopted" for u in self.neighbours[v]) / max(len(self.neighbours[v]), 1)
            lapse = min(lapse * math.exp(-model.peer_support * around), 1.0)
            yield post, stays * (1 - lapse)
            yield _Post("lapsed", post.lapses + 1, simple=post.simple), stays * lapse
        elif post.state == "trying":
            ends = model.trial_end or float(post.tried + 1 >= model.trial_time)
            if ends < 1:
                yield post._replace(tried=0 if model.trial_end else post.tried + 1), stays * (1 - ends)
            if ends > 0:
                for end, of in self.decided(post):
                    yield end, stays * ends * of
        else:
            yield post, stays

    def convinced(self, post: _Post) -> Iterator[tuple[_Post, float]]:
        """Who has been convinced starts to try, or adopts."""
        if self.model.trial_time or self.model.trial_end:
            yield post._replace(state="trying", got=0.0, tried=0, reached=False), 1.0
        else:
            yield from self.decided(post)

    def decided(self, post: _Post) -> Iterator[tuple[_Post, float]]:
        """A trial ends."""
        ended = post._replace(got=0.0, tried=0, reached=False)
        yield ended._replace(state="adopted"), 1 - self.model.trial_failure
        if self.model.trial_failure > 0:
            yield ended._replace(state="aware"), self.model.trial_failure

    def gives(self, u: int, state: str, signed: tuple[bool, ...]) -> float:
        """How visible somebody is, or was in the state that a tie shows."""
        share = {"adopted": 1.0, "trying": self.model.trial_visibility}.get(state, 0.0)
        loud = self.model.policy_visibility if self.has_signed(u, signed) else 1.0
        return float(self.network.visibility[u]) * share * loud

    def ready(self, v: int, post: _Post) -> float:
        """How ready a person is, after her lapses."""
        return float(self.network.readiness[v]) * self.model.rekindle**post.lapses

    def dose_of_ties(self, v: int, post: _Post, signed: tuple[bool, ...], shown: tuple[tuple[str, ...], ...]) -> float:
        """What ties give a person in one step."""
        seen = [(u, e, shown[self.delay[e] - 1][u]) for u, e in self.into[v] if self.delay[e] <= len(shown)]
        ready = self.ready(v, post)
        return sum(_times(self.doses[e], ready * self.gives(u, state, signed)) for u, e, state in seen)

    def dose_of_partners(self, v: int, post: _Post, posts: _Posts, signed: tuple[bool, ...]) -> float:
        """What partners give a person in one step."""
        network, total = self.network, 0.0
        for q, o, weight in zip(
            network.partner_source.tolist(),
            network.partner_target.tolist(),
            network.partner_weight.tolist(),
            strict=True,
        ):
            if o == network.organisation[v] and self.members[q]:
                seen = sum(self.gives(u, posts[u].state, signed) for u in self.members[q]) / len(self.members[q])
                outlook = float(network.outlook[v])
                total += _times(dose_of(self.model.partners), weight * seen * self.ready(v, post) * outlook)
        return total

    def word(self, v: int, posts: _Posts) -> float:
        """The chance that somebody tells a person of the practice."""
        unheard = 1.0
        for u, e in self.into[v]:
            share = self.model.awareness if posts[u].state == "adopted" else self.model.hearsay
            unheard *= 1 - self._tie(share, e) if posts[u].state != "unaware" else 1
        return 1 - unheard


def _times(dose: float, factor: float) -> float:
    return dose * factor if factor > 0 else 0.0


def _moments(dose: float, needed: int) -> Iterator[tuple[int, float]]:
    """How many moments a Poisson number comes to, as far as they matter."""
    if needed <= 0 or dose == 0:
        yield 0, 1.0
        return
    if dose == math.inf:
        yield needed, 1.0
        return
    below = [math.exp(-dose) * dose**i / math.factorial(i) for i in range(needed)]
    yield from enumerate(below)
    yield needed, max(1 - sum(below), 0.0)
