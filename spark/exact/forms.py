"""Two ways from doses to the law of who practises at the end."""

from __future__ import annotations

import functools
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from spark.errors import UsageError, nearest
from spark.exact.adoption import AdoptionCase
from spark.exact.aware import AwareCase
from spark.exact.cases import Case
from spark.exact.flow import flow
from spark.exact.periods import periods
from spark.exact.states import Law, checked, ends, members
from spark.exact.times import TimesCase
from spark.exact.waiting import process_with_waits

MOST_WORLDS = 1 << 18
"""Worlds in the live-edge form: 18 ties of IndependentCascade that are neither impossible nor certain."""

_NO_LIVE_EDGE = "the live-edge form exists for independent cascade and linear threshold only"


def law_of(case: Case | AdoptionCase | AwareCase | TimesCase, form: str, who: str = "practising") -> Law:
    """Return the chance of each set of people to be who practises at the end, or ``"ever"`` did."""
    if form not in FORMS:
        raise UsageError(f"form {form!r} is none of {', '.join(FORMS)}{nearest(form, FORMS)}")
    if who not in WHO:
        raise UsageError(f"who {who!r} is none of {', '.join(WHO)}{nearest(who, WHO)}")
    if not isinstance(case, Case):
        if form != "process":
            raise UsageError(_NO_LIVE_EDGE)
        return case.law(who == "ever")
    if case.lapsing is not None and form == "process":
        run = flow if case.lapsing.continuous else periods
        return run(case, who == "ever")
    return FORMS[form](case)


def process(case: Case) -> Law:
    """A Markov chain over (who practises, who has just adopted): these two tell all that matters of the past."""
    if case.delays or case.noise > 0:
        return process_with_waits(case)

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
        raise UsageError(_NO_LIVE_EDGE)
    draws = _coins(case) if case.worlds == "coins" else _picks(case)
    worlds = math.prod(map(len, draws))
    if worlds > MOST_WORLDS:
        raise UsageError(
            f"spark.exact goes through at most {MOST_WORLDS:,} worlds; the live-edge form has {worlds:,} here. "
            "spark.simulate estimates the same in networks of any size"
        )
    total: dict[int, float] = defaultdict(float)
    for world in itertools.product(*draws):
        lights: list[dict[int, int]] = [defaultdict(int) for _ in range(case.size)]
        lit: dict[int, int] = defaultdict(int)
        for _, live in world:
            if live is not None:
                source, steps, v = live
                if source is None:
                    lit[steps] |= 1 << v
                else:
                    lights[source][steps] |= 1 << v
        total[_reached(case, lights, lit)] += math.prod(chance for chance, _ in world)
    return total


def _reached(case: Case, lights: Sequence[Mapping[int, int]], lit: Mapping[int, int]) -> int:
    """Who practises at the end of a world in which u lights lights[u][d] d steps after she adopted, and broadcasts
    light lit[t] in step t.
    """
    adopters = fresh = case.joins[0]
    waiting: dict[int, int] = defaultdict(int)
    for t in case.steps():
        for u in members(fresh):
            for steps, people in lights[u].items():
                waiting[t - 1 + steps] |= people
        following = lit.get(t, 0) | case.joins.get(t, 0) | waiting.pop(t, 0)
        fresh = following & ~adopters
        adopters |= fresh
        if not fresh and not waiting and t >= case.last():
            break
    return adopters


Live = tuple[int | None, int, int] | None
"""What a draw makes live: (source, delay, person), from outside (None, step, person), or nothing."""


def _sources(case: Case, v: int) -> list[tuple[float, list[tuple[float, Live]]]]:
    """Everything that gives v a dose on its own: how much, and the chances of when; partners as ties from each of their
    members.
    """
    delays = case.delays[v] if case.delays else (((1, 1.0),),) * len(case.ties[v])
    found: list[tuple[float, list[tuple[float, Live]]]] = [
        (dose, [(chance, (u, steps, v)) for steps, chance in law])
        for (u, dose), law in zip(case.ties[v], delays, strict=True)
    ]
    for look in case.looks[v]:
        seen = zip(look.members, look.shares, strict=True)
        found += [(look.dose * part, [(1.0, (u, 1, v))]) for u, part in seen if part > 0 and look.dose > 0]
    found += [(dose, [(1.0, (None, t, v))]) for t, dose in case.heard[v].items()]
    return [(dose, lives) for dose, lives in found if dose > 0]


def _coins(case: Case) -> list[list[tuple[float, Live]]]:
    """Exponential tolerances: a coin for each source, live with chance 1 - exp(-dose)."""
    coins = [
        _with_rest([(-math.expm1(-dose) * part, live) for part, live in lives])
        for v in range(case.size)
        if not case.joins[0] >> v & 1  # what leads to those who practise already decides nothing
        for dose, lives in _sources(case, v)
    ]
    return [[(chance, live) for chance, live in coin if chance > 0] for coin in coins]


def _with_rest(draw: list[tuple[float, Live]]) -> list[tuple[float, Live]]:
    """Add what is left to one, where nothing becomes live."""
    rest = 1 - math.fsum(chance for chance, _ in draw)
    return [*draw, (rest, None)] if rest > 1e-15 else draw


def _picks(case: Case) -> list[list[tuple[float, Live]]]:
    """Uniform tolerances: each person picks at most one source, each with a chance equal to its dose."""
    picks = []
    for v in range(case.size):
        sources = [] if case.joins[0] >> v & 1 else _sources(case, v)
        if math.fsum(dose for dose, _ in sources) > 1 + 1e-9:
            raise UsageError("linear threshold with totals above 1 (totals = 'cap') has no live-edge form")
        picks.append(_with_rest([(dose * part, live) for dose, lives in sources for part, live in lives]))
    return picks


FORMS: Mapping[str, Callable[[Case], Law]] = MappingProxyType({"process": process, "live-edge": live_edge})
"""The ways to compute a law, by name."""

WHO = ("practising", "ever")
"""Who is counted: those who practise at the end, or those who did at any time."""
