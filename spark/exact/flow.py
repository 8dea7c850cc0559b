"""Continuous time: a Markov chain that jumps whenever somebody is convinced, starts to practise, or gives up.

To a horizon by uniformisation (Jensen 1953, doi:10.1080/03461238.1953.10419459), without one by its jumps alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from spark.exact.cases import Case
from spark.exact.states import Law, checked


class State(NamedTuple):
    """Who practises, who is convinced and does not yet, who is out for good, how often each gave up as far as it
    matters, and who ever practised, if asked for.
    """

    practising: int
    trying: int
    removed: int
    lapses: tuple[int, ...]
    ever: int


Chances = Mapping[State, float]


def flow(case: Case, ever: bool) -> Law:
    """Unit of time after unit of time, as broadcasts and late seeds need it, then on to the end."""
    seeds = case.joins[0]
    states: Chances = {State(seeds, 0, 0, (0,) * case.size, seeds if ever else 0): 1.0}
    last = case.last() if case.horizon is None else case.horizon
    for t in range(1, last + 1):
        states = _joined(_one_unit(case, states, t, ever), case.joins.get(t, 0), ever)
    if case.horizon is None:
        states = _to_the_end(case, states, ever)
    total: dict[int, float] = defaultdict(float)
    for state, chance in states.items():
        total[state.ever if ever else state.practising] += chance
    return total


def _joined(states: Chances, seeds: int, ever: bool) -> Chances:
    """Seeds practise at once, but for those who are out for good."""
    after: dict[State, float] = defaultdict(float)
    for state, chance in states.items():
        joining = seeds & ~state.removed
        now = state._replace(
            practising=state.practising | joining,
            trying=state.trying & ~joining,
            ever=state.ever | joining if ever else 0,
        )
        after[now] += chance
    return after


def _jumps(case: Case, state: State, t: int, most: int, ever: bool) -> list[tuple[State, float]]:
    """Where a state can go within unit of time t, and how often per unit of time."""
    rule = case.lapsing
    assert rule is not None
    found = []
    for v in range(case.size):
        bit = 1 << v
        if state.practising & bit:
            rate = rule.giving_up
            if rate > 0:
                lapses = tuple(min(n + (i == v), most) for i, n in enumerate(state.lapses))
                removed = state.removed | bit if rule.removed else 0
                found.append((state._replace(practising=state.practising & ~bit, removed=removed, lapses=lapses), rate))
            continue
        if state.trying & bit:
            found.append((_starting(state, bit, ever)._replace(trying=state.trying & ~bit), rule.onset or 0.0))
            continue
        if state.removed & bit:
            continue
        rate = math.fsum(rate for u, rate in case.ties[v] if state.practising >> u & 1)
        rate = rate * rule.rekindle ** state.lapses[v] + rule.outside + case.heard[v].get(t, 0.0)
        if rate > 0:
            now = _starting(state, bit, ever) if rule.onset is None else state._replace(trying=state.trying | bit)
            found.append((now, rate))
    return found


def _starting(state: State, person: int, ever: bool) -> State:
    return state._replace(practising=state.practising | person, ever=state.ever | person if ever else 0)


def _one_unit(case: Case, states: Chances, t: int, ever: bool) -> Chances:
    """Uniformisation: a Poisson number of moments, at each of which a state jumps or stays."""
    most = _most_lapses(case)
    place = {state: i for i, state in enumerate(states)}
    rows: list[int] = []
    columns: list[int] = []
    rates: list[float] = []
    todo = list(states)
    for state in todo:  # it grows
        for after, rate in _jumps(case, state, t, most, ever):
            if after not in place:
                place[after] = len(place)
                todo.append(after)
            rows.append(place[state])
            columns.append(place[after])
            rates.append(rate)
        checked(len(rates))
    chance = np.zeros(len(place))
    chance[: len(states)] = list(states.values())
    if rates:
        rate_of, leaving = np.array(rates), np.bincount(rows, rates, len(place))
        parts = math.ceil(float(leaving.max()) / 64)  # e^-64 is still a number
        fastest = float(leaving.max()) / parts
        for _ in range(parts):
            total, weight = np.zeros(len(place)), math.exp(-fastest)
            for k in range(int(fastest + 12 * math.sqrt(fastest) + 30)):
                total += weight * chance
                weight *= fastest / (k + 1)
                moved = np.bincount(columns, chance[rows] * rate_of, len(place))
                chance = chance + (moved - chance * leaving) / (fastest * parts)
            chance = total
    return {state: float(chance[i]) for state, i in place.items() if chance[i] > 0}


def _to_the_end(case: Case, states: Chances, ever: bool) -> Chances:
    """Follow the jumps: every jump brings one person one stage further, so that each state is left once."""
    waiting: dict[int, dict[State, float]] = defaultdict(lambda: defaultdict(float))
    for state, chance in states.items():
        waiting[_stage(state)][state] += chance
    final: dict[State, float] = {}
    outcomes = 0
    while waiting:
        for state, chance in waiting.pop(min(waiting)).items():
            jumps = _jumps(case, state, -1, 0, ever)
            outcomes = checked(outcomes + len(jumps))
            whole = math.fsum(rate for _, rate in jumps)
            if not jumps:
                final[state] = final.get(state, 0.0) + chance
            for after, rate in jumps:
                waiting[_stage(after)][after] += chance * rate / whole
    return final


def _stage(state: State) -> int:
    return state.trying.bit_count() + 2 * state.practising.bit_count() + 3 * state.removed.bit_count()


def _most_lapses(case: Case) -> int:
    """How many lapses have to be told apart: more leave nothing of any readiness, or do not happen."""
    rule = case.lapsing
    assert rule is not None
    if rule.removed or rule.giving_up == 0 or rule.rekindle == 1:
        return 0
    if rule.rekindle == 0 or case.horizon is None:
        return 1
    expected = rule.giving_up * case.horizon
    return min(int(expected + 8 * math.sqrt(expected) + 8), math.ceil(math.log(1e-12) / math.log(rule.rekindle)))
