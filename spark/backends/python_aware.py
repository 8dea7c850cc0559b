"""The slow twin of awareness alone: word that spreads once, and a private decision of each who hears it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.backends.python_changes import PlainChanges
from spark.backends.python_draws import exponential, person_draw, tie_draw
from spark.backends.python_history import History
from spark.problem.arrays import Actions, Problem, Trace


def burn_aware(problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> History:
    """One world in which word spreads once, and each who hears decides for herself."""
    graph, law, states = problem.graph, problem.law, problem.law.states
    assert states is not None
    people = range(graph.people)
    changes = PlainChanges(problem, actions, plan, key, world)
    due, schedule = changes.due, changes.schedule
    heard = {v: 0 for v in people if law.adopted[v]}  # when a person became aware
    adopted = dict(heard)
    history = History()
    history.events = [(0, v, Trace.ALREADY, Trace.ADOPTS) for v in heard]

    def word(e: int, chance: NDArray[np.uint64]) -> bool:
        return bool(chance.size and tie_draw(key, world, e) < chance[e])

    def broadcast(v: int, t: int) -> bool:
        dose = int(actions.heard[schedule[v], min(t, actions.heard.shape[1] - 1)]) if schedule[v] >= 0 else 0
        return dose >= exponential(person_draw(key, "broadcast", world, v))

    t = -1
    while t < 0 or (t != horizon and (t in heard.values() or t in adopted.values() or t < changes.last_event)):
        t += 1
        new: set[int] = set()
        told_now: list[int] = []
        for u in heard if t > 0 else ():
            for e in range(graph.indptr[u], graph.indptr[u + 1]):
                told = heard[u] < t and word(e, states.hearsay)
                if told or (adopted.get(u, t) < t and word(e, states.aware)):
                    new.add(int(graph.targets[e]))
        if t > 0:
            new |= {v for v in people if broadcast(v, t)}
        for v in sorted(new - set(heard)):
            tellers = [
                e
                for u in sorted(heard)
                for e in range(graph.indptr[u], graph.indptr[u + 1])
                if graph.targets[e] == v and heard[u] < t
                if word(e, states.aware if adopted.get(u, t) < t else states.hearsay)
            ]
            history.shares += [(len(history.events), e, 1) for e in tellers]
            decides = person_draw(key, "willing", world, v) >> 32 < states.willing[v]
            history.events.append((t, v, min(tellers, default=Trace.BROADCAST), 0 if decides else Trace.HEARS))
            if decides:
                told_now.append(v)
        for v in new - set(heard):
            heard[v] = t
        adopted |= dict.fromkeys(told_now, t)
        for v, start in due.items():
            if start == t and v not in adopted:
                history.events.append((t, v, Trace.SEED, Trace.ADOPTS))
                heard.setdefault(v, t)
                adopted[v] = t
        row = {"unaware": graph.people - len(heard), "aware": len(heard) - len(adopted), "adopted": len(adopted)}
        alive = len({int(graph.organisation[v]) for v in adopted} - {-1})
        history.practising.append(sorted(adopted))
        history.steps.append(row | dict.fromkeys(("trying", "lapsed", "signed up"), 0) | {"with example": alive})
    history.adopted, history.ever = sorted(adopted), len(adopted)
    return history
