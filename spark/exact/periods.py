"""The clock per period: adopters deliver in every step, and may give up (docs/model.md, one step in this order)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple

from spark.exact.cases import Case
from spark.exact.states import Law, checked, ends, members


class State(NamedTuple):
    """Who practises; how often each person has given up, as far as it matters; who ever practised, if asked for."""

    practising: int
    lapses: tuple[int, ...]
    ever: int


def periods(case: Case, ever: bool) -> Law:
    """A Markov chain over who practises, and what earlier lapses left behind."""
    assert case.lapsing is not None
    assert case.horizon is not None
    giving_up, most = case.lapsing.giving_up, _most_lapses(case)
    outcomes = 0
    states = {State(case.joins[0], (0,) * case.size, case.joins[0] if ever else 0): 1.0}
    for t in range(1, case.horizon + 1):
        after: dict[State, float] = defaultdict(float)
        for (practising, lapses, before), chance in states.items():
            checked(outcomes + (1 << practising.bit_count() if giving_up > 0 else 0))
            for lapsed, part in ends([(v, giving_up) for v in members(practising) if giving_up > 0]):
                left = tuple(min(n + (lapsed >> v & 1), most) for v, n in enumerate(lapses))
                staying = practising & ~lapsed
                adopting = [
                    (v, adopts)
                    for v in range(case.size)
                    if not staying >> v & 1 and (adopts := _adopts(case, t, practising, v, left[v])) > 0
                ]
                outcomes = checked(outcomes + (1 << sum(adopts < 1 for _, adopts in adopting)))
                for lit, share in ends(adopting):
                    now = staying | lit | case.joins.get(t, 0)
                    after[State(now, left, before | now if ever else 0)] += chance * part * share
        states = after
    total: dict[int, float] = defaultdict(float)
    for state, chance in states.items():
        total[state.ever if ever else state.practising] += chance
    return total


def _most_lapses(case: Case) -> int:
    """How many lapses have to be told apart."""
    assert case.lapsing is not None
    assert case.horizon is not None
    if case.lapsing.giving_up == 0 or case.lapsing.rekindle == 1:
        return 0
    return 1 if case.lapsing.rekindle == 0 else case.horizon


def _adopts(case: Case, t: int, practising: int, v: int, lapses: int) -> float:
    """The chance that v, who does not practise, adopts in step t."""
    assert case.lapsing is not None
    left = case.lapsing.rekindle**lapses
    dose = math.fsum(dose for u, dose in case.ties[v] if practising >> u & 1)
    for look in case.looks[v]:
        share = math.fsum(part for u, part in zip(look.members, look.shares, strict=True) if practising >> u & 1)
        dose += look.dose * share if share > 0 and look.dose > 0 else 0.0
    return -math.expm1(-(dose * left if left > 0 else 0.0) - case.heard[v].get(t, 0.0))
