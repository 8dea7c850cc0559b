"""Two ways from doses to the law of who practises at the end."""

from __future__ import annotations

import functools
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from spark.errors import UsageError, nearest
from spark.exact.cases import Case
from spark.exact.flow import flow
from spark.exact.periods import periods
from spark.exact.states import Law, checked, ends, members

MOST_WORLDS = 1 << 18
"""Worlds in the live-edge form: 18 ties of IndependentCascade that are neither impossible nor certain."""


def law_of(case: Case, form: str, who: str = "practising") -> Law:
    """Return the chance of each set of people to be who practises at the end, or ``"ever"`` did."""
    if form not in FORMS:
        raise UsageError(f"form {form!r} is none of {', '.join(FORMS)}{nearest(form, FORMS)}")
    if who not in WHO:
        raise UsageError(f"who {who!r} is none of {', '.join(WHO)}{nearest(who, WHO)}")
    if case.lapsing is not None and form == "process":
        run = flow if case.lapsing.continuous else periods
        return run(case, who == "ever")
    return FORMS[form](case)


def process(case: Case) -> Law:
    """A Markov chain over (who practises, who has just adopted): these two tell all that matters of the past."""

    @functools.cache
    def delivered(adopters: int, v: int) -> float:
        """Dose of v once exactly these adopters have delivered."""
        doses = [dose for u, dose in case.ties[v] if adopters >> u & 1]
        for look in case.looks[v]:
            share = math.fsum(part for u, part in zip(look.members, look.shares, strict=True) if adopters >> u & 1)
            if share > 0 and look.dose > 0:
                doses.append(look.dose * share)
        return math.fsum(doses)

    outcomes = 0
    states: dict[tuple[int, int], float] = {(case.joins[0], case.joins[0]): 1.0}
    for t in case.steps():
        after: dict[tuple[int, int], float] = defaultdict(float)
        for (adopters, fresh), chance in states.items():
            adopting = _adopting(case, t, adopters, fresh, delivered)
            outcomes = checked(outcomes + (1 << sum(part < 1 for _, part in adopting)))
            for lit, part in ends(adopting):
                joined = lit | case.joins.get(t, 0) & ~adopters
                after[adopters | joined, joined] += chance * part
        states = after
        if t >= case.last() and not any(fresh for _, fresh in states):
            break
    total: dict[int, float] = defaultdict(float)
    for (adopters, _), chance in states.items():
        total[adopters] += chance
    return total


def _adopting(
    case: Case, t: int, adopters: int, fresh: int, delivered: Callable[[int, int], float]
) -> list[tuple[int, float]]:
    """Who can adopt in step t, and with what chance, each on her own: her tolerance is beyond the dose so far."""
    found = []
    for v in range(case.size):
        if adopters >> v & 1:
            continue
        heard = sorted(case.heard[v].items())
        before = delivered(adopters & ~fresh, v) + math.fsum(dose for s, dose in heard if s < t)
        now = delivered(adopters, v) + math.fsum(dose for s, dose in heard if s <= t)
        chance = 1 - case.beyond(v, now) / case.beyond(v, before) if now > before else 0.0
        if chance > 0:
            found.append((v, chance))
    return found


def live_edge(case: Case) -> Law:
    """All worlds, in which a source is live or not before anything happens; whoever can be reached adopts."""
    if case.worlds is None:
        raise UsageError("the live-edge form exists for independent cascade and linear threshold only")
    draws = _coins(case) if case.worlds == "coins" else _picks(case)
    worlds = math.prod(map(len, draws))
    if worlds > MOST_WORLDS:
        raise UsageError(
            f"spark.exact goes through at most {MOST_WORLDS:,} worlds; the live-edge form has {worlds:,} here. "
            "spark.simulate estimates the same in networks of any size"
        )
    total: dict[int, float] = defaultdict(float)
    for world in itertools.product(*draws):
        lights = [0] * case.size
        lit: dict[int, int] = defaultdict(int)
        for _, live in world:
            if live is not None:
                from_outside, where, v = live
                if from_outside:
                    lit[where] |= 1 << v
                else:
                    lights[where] |= 1 << v
        total[_reached(case, lights, lit)] += math.prod(chance for chance, _ in world)
    return total


def _reached(case: Case, lights: list[int], lit: Mapping[int, int]) -> int:
    """Who practises at the end of a world in which u lights lights[u], and broadcasts light lit[t] in step t."""
    adopters = fresh = case.joins[0]
    for t in case.steps():
        following = lit.get(t, 0) | case.joins.get(t, 0)
        for u in members(fresh):
            following |= lights[u]
        fresh = following & ~adopters
        adopters |= fresh
        if not fresh and t >= case.last():
            break
    return adopters


Live = tuple[bool, int, int] | None
"""What a draw makes live: (from outside, source or step, person), or nothing."""


def _sources(case: Case, v: int) -> list[tuple[float, Live]]:
    """Everything that gives v a dose on its own, and how much; partners as ties from each of their members."""
    found: list[tuple[float, Live]] = [(dose, (False, u, v)) for u, dose in case.ties[v]]
    for look in case.looks[v]:
        seen = zip(look.members, look.shares, strict=True)
        found += [(look.dose * part, (False, u, v)) for u, part in seen if part > 0 and look.dose > 0]
    found += [(dose, (True, t, v)) for t, dose in case.heard[v].items()]
    return [(dose, live) for dose, live in found if dose > 0]


def _coins(case: Case) -> list[list[tuple[float, Live]]]:
    """Exponential tolerances: a coin for each source, live with chance 1 - exp(-dose)."""
    coins = [
        [(-math.expm1(-dose), live), (math.exp(-dose), None)]
        for v in range(case.size)
        if not case.joins[0] >> v & 1  # what leads to those who practise already decides nothing
        for dose, live in _sources(case, v)
    ]
    return [[(chance, live) for chance, live in coin if chance > 0] for coin in coins]


def _picks(case: Case) -> list[list[tuple[float, Live]]]:
    """Uniform tolerances: each person picks at most one source, each with a chance equal to its dose."""
    picks = []
    for v in range(case.size):
        pick = [] if case.joins[0] >> v & 1 else _sources(case, v)
        rest = 1 - math.fsum(dose for dose, _ in pick)
        if rest < -1e-9:
            raise UsageError("linear threshold with totals above 1 (totals = 'cap') has no live-edge form")
        picks.append([*pick, (rest, None)] if rest > 1e-15 else pick)
    return picks


FORMS: Mapping[str, Callable[[Case], Law]] = MappingProxyType({"process": process, "live-edge": live_edge})
"""The ways to compute a law, by name."""

WHO = ("practising", "ever")
"""Who is counted: those who practise at the end, or those who did at any time."""
