"""The process form where ties take their time, or noise adds to what they give."""

from __future__ import annotations

import functools
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from spark.errors import UsageError
from spark.exact.cases import Case

MOST_STATES = 1 << 20

Pending = frozenset[tuple[int, int, int]]
"""Deliveries on their way: (step in which it is due, person, number of her in-tie); a step of -1 is never."""


def process_with_waits(case: Case) -> Mapping[int, float]:
    """A Markov chain over (who practises, who has just adopted, what is on its way)."""

    @functools.cache
    def looked(adopters: int, v: int) -> float:
        """Dose of v from partners, once exactly these adopters have delivered."""
        doses = []
        for look in case.looks[v]:
            share = math.fsum(part for u, part in zip(look.members, look.shares, strict=True) if adopters >> u & 1)
            if share > 0 and look.dose > 0:
                doses.append(look.dose * share)
        return math.fsum(doses)

    states: dict[tuple[int, int, Pending], float] = {(case.joins[0], case.joins[0], frozenset()): 1.0}
    for t in case.steps():
        after: dict[tuple[int, int, Pending], float] = defaultdict(float)
        for (adopters, fresh, waiting), chance in states.items():
            for pending, part in _sent(case, t, adopters, fresh, waiting):
                ends = [(0, 1.0)]
                for v in range(case.size):
                    if adopters >> v & 1:
                        continue
                    ties = list(enumerate(case.ties[v]))
                    late = {(j, due) for due, w, j in pending if w == v}
                    waits = {j for j, due in late if due != t}
                    all_waits = {j for j, _ in late}
                    sent = [(j, dose) for j, (u, dose) in ties if adopters >> u & 1 and dose > 0]
                    now = math.fsum(dose for j, dose in sent if j not in waits) + looked(adopters, v)
                    before = math.fsum(dose for j, dose in sent if j not in all_waits) + looked(adopters & ~fresh, v)
                    heard = case.heard[v]
                    now += math.fsum(dose for s, dose in sorted(heard.items()) if s <= t)
                    before += math.fsum(dose for s, dose in sorted(heard.items()) if s < t)
                    stays = case.beyond(v, now) / case.beyond(v, before) if now > before else 1.0
                    if any(j not in waits for j, _ in sent):
                        stays *= 1 - case.noise
                    ends = [(lit, p * stays) for lit, p in ends if stays > 0] + [
                        (lit | 1 << v, p * (1 - stays)) for lit, p in ends if stays < 1
                    ]
                for lit, p in ends:
                    joined = lit | case.joins.get(t, 0) & ~adopters
                    still = frozenset(
                        (due, v, j) for due, v, j in pending if due != t and not (adopters | joined) >> v & 1
                    )
                    after[adopters | joined, joined, still] += chance * part * p
        states = after
        if len(states) > MOST_STATES:
            raise UsageError(
                f"spark.exact follows at most {MOST_STATES:,} states of what is on its way; there are more here. "
                "spark.simulate estimates the same in networks of any size"
            )
        if t >= case.last() and not case.noise and not any(fresh or pending for _, fresh, pending in states):
            break
    total: dict[int, float] = defaultdict(float)
    for (adopters, _, _), chance in states.items():
        total[adopters] += chance
    return total


def _sent(case: Case, t: int, adopters: int, fresh: int, waiting: Pending) -> Iterator[tuple[Pending, float]]:
    """What can be on its way in step t, once those who have just adopted have sent off their deliveries."""
    laws = []
    for v in range(case.size):
        for j, (u, dose) in enumerate(case.ties[v]):
            if fresh >> u & 1 and not adopters >> v & 1 and dose > 0:
                delays = case.delays[v][j] if case.delays else ((1, 1.0),)
                within = [(steps, p) for steps, p in delays if case.horizon is None or t - 1 + steps <= case.horizon]
                law = [((t - 1 + steps, v, j), p) for steps, p in within]
                never = 1 - math.fsum(p for _, p in within)
                laws.append([*law, ((-1, v, j), never)] if never > 1e-15 else law)
    for way in itertools.product(*laws):
        yield waiting | {delivery for delivery, _ in way}, math.prod(p for _, p in way)
