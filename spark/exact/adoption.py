"""The full model of adoption on tiny networks: a Markov chain over what everybody knows, does, and has been through.

Given who was what before a step, people go on independently of one another: no two of them share a tie, a coin or a
convincing moment. So the chain moves person by person, and the moments of a step are one Poisson number a person.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.model import Adoption, Share
from spark.network import Network

STATES = ("unaware", "aware", "trying", "adopted", "lapsed")
MOST_STATES = 200_000


class _Post(NamedTuple):
    """Who holds a post: her state, how often she lapsed, her moments, and for how long she has been trying."""

    state: str
    lapses: int = 0
    moments: int = 0
    tried: int = 0


_World = tuple[tuple[_Post, ...], tuple[bool, ...]]


def adoption_states(
    network: Network, model: Adoption, seeds: Iterable[Hashable] = (), *, horizon: int
) -> NDArray[np.float64]:
    """Return the chance of each person to be unaware, aware, trying, adopted or lapsed at the end: float64[n, 5].

    Parameters
    ----------
    seeds : who is made an adopter before the first step. horizon : the last step.

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
    return _Chain(network, model).states(set(network.index(seeds).tolist()), horizon)


class _Chain:
    def __init__(self, network: Network, model: Adoption) -> None:
        self.network, self.model = network, model
        sources = network.sources().tolist()
        ties = list(zip(sources, network.targets.tolist(), range(network.tie_count), strict=True))
        self.into = [[(u, e) for u, v, e in ties if v == person] for person in range(network.size)]
        self.neighbours = [{u for u, _ in pairs} for pairs in self.into]
        chance, dose = model.probability, model.dose
        self.doses = [_dose(self._tie(chance, e)) if chance is not None else self._tie(dose, e) for _, _, e in ties]
        self.members = [np.flatnonzero(network.organisation == o).tolist() for o in range(len(network.organisations))]

    def _tie(self, share: Share | None, tie: int) -> float:
        if share is None:
            return 0.0
        if isinstance(share, str):
            return float(self.network.columns[share][tie])
        if isinstance(share, int | float):
            return float(share)
        layer = self.network.layers[int(self.network.layer[tie])]
        return self._tie(share[layer], tie) if layer in share else 0.0

    def states(self, seeds: set[int], horizon: int) -> NDArray[np.float64]:
        """Follow the chain."""
        first = _Post("unaware" if self.model.awareness is not None else "aware")
        lit = seeds | set(np.flatnonzero(self.network.adopted).tolist())
        posts = tuple(_Post("adopted") if v in lit else first for v in range(self.network.size))
        law: dict[_World, float] = {(posts, self.signed(posts, (False,) * len(self.members))): 1.0}
        for _ in range(horizon):
            after: dict[_World, float] = defaultdict(float)
            for (before, signed), chance in law.items():
                choices = [list(self.goes_on(v, before, signed)) for v in range(self.network.size)]
                for parts in itertools.product(*choices):
                    now = tuple(post for post, _ in parts)
                    after[now, self.signed(now, signed)] += chance * math.prod(part for _, part in parts)
                if len(after) > MOST_STATES:
                    raise UsageError(f"more than {MOST_STATES:,} things can happen; take fewer people, ties or steps")
            law = after
        total = np.zeros((self.network.size, len(STATES)))
        for (posts, _), chance in law.items():
            for v, post in enumerate(posts):
                total[v, STATES.index(post.state)] += chance
        return total

    def signed(self, posts: tuple[_Post, ...], before: tuple[bool, ...]) -> tuple[bool, ...]:
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

    def goes_on(self, v: int, posts: tuple[_Post, ...], signed: tuple[bool, ...]) -> Iterator[tuple[_Post, float]]:
        """What may become of a person in one step, with the chances; the same may come up more than once."""
        for post, chance in self.leaves_or_lapses(v, posts, signed):
            if post.state in ("trying", "adopted"):
                yield post, chance
                continue
            outside = self.model.policy if self.has_signed(v, signed) else 0.0
            hears = 1.0 if post.state != "unaware" or self.has_signed(v, signed) else self.word(v, posts)
            dose = self.dose(v, post, posts, signed) + _dose(outside)
            for moments, part in _moments(dose, self.model.moments - post.moments):
                grown = post._replace(moments=post.moments + moments)
                if hears < 1:
                    yield grown, chance * part * (1 - hears)
                aware = grown._replace(state="aware") if post.state == "unaware" else grown
                if hears > 0:
                    for end, of in self.convinced(aware):
                        yield end, chance * part * hears * of

    def leaves_or_lapses(
        self, v: int, posts: tuple[_Post, ...], signed: tuple[bool, ...]
    ) -> Iterator[tuple[_Post, float]]:
        """First people leave, lapse, or end their trial."""
        model, post = self.model, posts[v]
        leaving = (
            model.turnover if not isinstance(model.turnover, str) else float(self.network.numbers[model.turnover][v])
        )
        if leaving:
            yield _Post("unaware" if model.awareness is not None else "aware"), leaving
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
            yield _Post("lapsed", post.lapses + 1), stays * lapse
        elif post.state == "trying" and post.tried + 1 >= model.trial_time:
            yield _Post("adopted", post.lapses), stays * (1 - model.trial_failure)
            yield _Post("aware", post.lapses), stays * model.trial_failure
        else:
            yield post._replace(tried=post.tried + 1 if post.state == "trying" else 0), stays

    def convinced(self, post: _Post) -> Iterator[tuple[_Post, float]]:
        """Who has enough moments starts to try, or adopts."""
        if post.moments < self.model.moments:
            yield post, 1.0
        elif self.model.trial_time:
            yield _Post("trying", post.lapses), 1.0
        else:
            yield _Post("adopted", post.lapses), 1 - self.model.trial_failure
            yield _Post("aware", post.lapses), self.model.trial_failure

    def gives(self, u: int, posts: tuple[_Post, ...], signed: tuple[bool, ...]) -> float:
        """How visible somebody is."""
        share = {"adopted": 1.0, "trying": self.model.trial_visibility}.get(posts[u].state, 0.0)
        loud = self.model.policy_visibility if self.has_signed(u, signed) else 1.0
        return float(self.network.visibility[u]) * share * loud

    def dose(self, v: int, post: _Post, posts: tuple[_Post, ...], signed: tuple[bool, ...]) -> float:
        """What ties and partners give a person in one step."""
        network = self.network
        ready = float(network.readiness[v]) * self.model.rekindle**post.lapses
        total = sum(_times(self.doses[e], ready * self.gives(u, posts, signed)) for u, e in self.into[v])
        for q, o, weight in zip(
            network.partner_source.tolist(),
            network.partner_target.tolist(),
            network.partner_weight.tolist(),
            strict=True,
        ):
            if o == network.organisation[v] and self.members[q]:
                seen = sum(self.gives(u, posts, signed) for u in self.members[q]) / len(self.members[q])
                total += _times(_dose(self.model.partners), weight * seen * ready * float(network.outlook[v]))
        return total

    def word(self, v: int, posts: tuple[_Post, ...]) -> float:
        """The chance that somebody tells a person of the practice."""
        unheard = 1.0
        for u, e in self.into[v]:
            share = self.model.awareness if posts[u].state == "adopted" else self.model.hearsay
            unheard *= 1 - self._tie(share, e) if posts[u].state != "unaware" else 1
        return 1 - unheard


def _dose(chance: float) -> float:
    return math.inf if chance == 1 else -math.log1p(-chance)


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
