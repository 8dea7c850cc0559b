"""The slow twin of the per-period clock: cascades in which people give up again."""

from __future__ import annotations

import numpy as np

from spark.backends.python_changes import Added, PlainChanges
from spark.backends.python_draws import exponential, person_draw, step_key, tie_draw
from spark.problem.arrays import (
    CERTAIN,
    Actions,
    Problem,
    Trace,
)


def burn_periods(
    problem: Problem,
    actions: Actions,
    plan: int,
    horizon: int,
    key: int,
    world: int,
    told: list[tuple[int, int, list[int]]] | None = None,
) -> list[set[int]]:
    """One world on the per-period clock: who practises at the end of each step 0..horizon; `told` is filled with what
    happened, (step, person, the ties that convinced her or one code of `Trace`).
    """
    graph, law = problem.graph, problem.law
    people = range(graph.people)
    sources = np.repeat(np.arange(graph.people), np.diff(graph.indptr)).tolist()
    changes = PlainChanges(problem, actions, plan, key, world)
    due = [(start, person) for person, start in changes.due.items()]
    schedule = changes.schedule
    history = [{v for v in people if law.adopted[v]} | {v for t, v in due if t == 0}]
    lapses = [0] * graph.people
    if told is not None:
        told += [(0, v, [Trace.ALREADY if law.adopted[v] else Trace.SEED]) for v in sorted(history[0])]

    def left(v: int) -> int:
        return int(law.left[min(lapses[v], len(law.left) - 1)])

    def still_ready(v: int, draw: int, dose: int) -> bool:
        """Whether what would convince a person who never gave up convinces her."""
        if lapses[v] == 0 or left(v) == 1 << 24:
            return True
        need = exponential((2**32 - 1 - draw << 32) + 0x7FFFFFFF)
        return left(v) > 0 and (dose >= CERTAIN or dose * left(v) >> 24 >= need)

    def convinced_by_tie(e: int, v: int, t: int, now: int) -> bool:
        draw, at = tie_draw(now, world, e), changes.law(v, t)
        if at.never[e] or draw > at.live[e]:
            return False
        return still_ready(v, draw, int(at.dose[e]) if at.dose.size else 0)

    def convinced_by_bridge(added: Added, t: int, now: int) -> bool:
        draw = tie_draw(now, world, added.tie)
        open_now = added.opens <= t < added.closes and draw < changes.chance(added, t, t)
        return open_now and still_ready(added.target, draw, changes.dose(added, t, t))

    for t in range(1, horizon + 1):
        now = step_key(key, t)
        before = history[-1]
        lapsing = {v for v in before if person_draw(now, "lapse", world, v) >> 32 < changes.lapse(v, t)}
        for v in lapsing:
            lapses[v] += 1
        after = before - lapsing
        lit = set()
        ties: dict[int, list[int]] = {}
        for e, (u, v) in enumerate(zip(sources, graph.targets.tolist(), strict=True)):
            if u in before and v not in after and convinced_by_tie(e, v, t, now):
                lit.add(v)
                ties.setdefault(v, []).append(e)
        for added in (added for added_ties in changes.added for added in added_ties):
            if added.source in before and added.target not in after and convinced_by_bridge(added, t, now):
                lit.add(added.target)
                ties.setdefault(added.target, []).append(Trace.BRIDGE - added.place)
        heat = [0] * graph.organisations
        for q in range(graph.organisations):
            bright = sum(int(law.visibility[u]) for u in before if graph.organisation[u] == q)
            for j in range(graph.partner_indptr[q], graph.partner_indptr[q + 1]):
                o = graph.partner_targets[j]
                heat[o] = min(heat[o] + min(int(law.partner_dose[j]) * bright >> 24, CERTAIN), CERTAIN)
        for v in people:
            if v in after:
                continue
            o = int(graph.organisation[v])
            if law.has_partners and o >= 0:
                dose = min(heat[o] * int(changes.law(v, t).receptivity[v]) >> 24, CERTAIN)
                dose = dose if lapses[v] == 0 else min(dose * left(v) >> 24, CERTAIN)
                if dose >= exponential(person_draw(now, "partners", world, v)):
                    lit.add(v)
                    ties.setdefault(v, [Trace.PARTNERS])
            if schedule[v] >= 0 and t < actions.heard.shape[1]:
                dose = int(actions.heard[schedule[v], t]) - int(actions.heard[schedule[v], t - 1])
                if dose >= exponential(person_draw(now, "broadcast", world, v)):
                    lit.add(v)
        history.append(after | lit | {v for start, v in due if start == t})
        if told is not None:
            told += [(t, v, [Trace.LAPSED]) for v in sorted(lapsing)]
            told += [
                (t, v, ties.get(v, [Trace.BROADCAST]) if v in lit else [Trace.SEED])
                for v in sorted(history[-1] - after)
            ]
    return history
