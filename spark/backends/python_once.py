"""The slow twin of the once clock: cascades and thresholds, delays, noise, and all that plans change."""

from __future__ import annotations

import numpy as np

from spark.backends.python_changes import Added, PlainChanges
from spark.backends.python_draws import KINDS, exponential, finalise, person_draw, tie_draw
from spark.problem.arrays import (
    CERTAIN,
    Actions,
    Law,
    Problem,
    Trace,
)


def burn(
    problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int
) -> tuple[list[int], list[int]]:
    """One world: the step at which each person adopted, -1 for never, and what lit her (codes of `Trace`)."""
    graph, law = problem.graph, problem.law
    people = range(graph.people)
    indptr, targets = graph.indptr.tolist(), graph.targets.tolist()
    into: list[list[tuple[int, int]]] = [[] for _ in people]  # (source, tie) in order of tie ids
    for u in people:
        for e in range(indptr[u], indptr[u + 1]):
            into[targets[e]].append((u, e))
    changes = PlainChanges(problem, actions, plan, key, world)
    joins, schedule, last_event = changes.due, changes.schedule, changes.last_event
    heard = actions.heard.tolist()

    def live(tie: int, at: Law) -> bool:
        return not at.never[tie] and tie_draw(key, world, tie) <= at.live[tie]

    def hits(tie: int, at: Law) -> int:
        """How many convincing moments a tie gives under the law at a level."""
        draw = tie_draw(key, world, tie)
        return live(tie, at) + sum(live(tie, at) and draw < int(at.more[j, tie]) for j in range(law.examples - 1))

    def bridged(v: int, t: int) -> list[tuple[int, Added]]:
        """The added ties that have delivered to v by step t, each with its step."""
        steps = [(crossed(added), added) for added in changes.added[v]]
        return [(step, added) for step, added in steps if 0 <= step <= t]

    def crossed(added: Added) -> int:
        """The step in which an added tie delivers, -1 for never as far as is known now."""
        adopted = when[added.source]
        return added.delivers(adopted, delay_of(problem, key, world, added.tie)) if adopted >= 0 else -1

    def contacts(v: int, t: int) -> list[tuple[int, int, int]]:
        """(step, 0 and tie, or 1 and place of an added tie) of all that has given v some dose by step t, in order."""
        found = []
        for u, e in into[v]:
            if when[u] >= 0:
                steps = range(due(u, e), t + 1)
                found.append((0, e, [s for s in steps if int(changes.law(v, s, steps.start).dose[e]) > 0]))
        for since, b in bridged(v, t):
            found.append((1, b.place, [s for s in range(since, t + 1) if changes.dose(b, since, s) > 0]))
        return sorted((steps[0], kind, which) for kind, which, steps in found if steps)

    def points(kind: str, v: int, dose: int) -> int:
        """How many points of a person's unit Poisson process lie within a dose, as far as they matter."""
        passed, reach = 0, exponential(person_draw(key, kind, world, v))
        while dose >= reach and passed < law.examples:
            passed += 1
            reach += exponential(person_draw(key, kind, world, v, passed))
        return passed

    def broadcast_dose(v: int, t: int) -> int:
        return heard[schedule[v]][min(t, len(heard[schedule[v]]) - 1)] if schedule[v] >= 0 else 0

    def heat(organisation: int, t: int) -> int:
        """What the partners of an organisation have given until step t: those who adopted before it deliver."""
        total = 0
        for q in range(graph.organisations):
            for j in range(graph.partner_indptr[q], graph.partner_indptr[q + 1]):
                if graph.partner_targets[j] == organisation:
                    inside = graph.members[graph.member_indptr[q] : graph.member_indptr[q + 1]]
                    bright = sum(int(law.visibility[u]) for u in inside if 0 <= when[u] < t)
                    total += min(int(law.partner_dose[j]) * bright >> 24, CERTAIN)
        return min(total, CERTAIN)

    def partner_dose(v: int, t: int) -> int:
        o = int(graph.organisation[v])
        if o < 0 or not law.has_partners:
            return 0
        return changes.partner_dose(v, [heat(o, s) for s in (range(t + 1) if problem.levels else (t,))])

    def due(u: int, tie: int) -> int:
        """The step in which a tie delivers, after its source has adopted."""
        return when[u] + delay_of(problem, key, world, tie)

    def lit_by(v: int, t: int) -> int:
        """What makes person v adopt in step t, or NEVER."""
        reached = [(u, e) for u, e in into[v] if when[u] >= 0 and due(u, e) <= t]
        delivered = [(u, e) for u, e in reached if due(u, e) == t]
        now = changes.law(v, t)
        if law.family == "cascade":
            moments = sum(hits(e, changes.law(v, t, due(u, e))) for u, e in reached)
            moments += sum(changes.hits(b, s, t, tie_draw(key, world, b.tie)) for s, b in bridged(v, t))
            moments += points("partners", v, partner_dose(v, t))
            if moments + points("broadcast", v, broadcast_dose(v, t)) < law.examples:
                return Trace.NEVER
            for _, e in delivered:
                if live(e, now):
                    return e
            for s, b in bridged(v, t):
                if s == t and changes.hits(b, s, t, tie_draw(key, world, b.tie)):
                    return Trace.BRIDGE - b.place
            for u, e in reached:  # or a boost has lifted what was delivered before
                since = due(u, e)
                if since < t and hits(e, changes.law(v, t, since)) > hits(e, changes.law(v, t - 1, since)):
                    return e
            for s, b in bridged(v, t):
                draw = tie_draw(key, world, b.tie)
                if changes.hits(b, s, t, draw) > changes.hits(b, s, t - 1, draw):
                    return Trace.BRIDGE - b.place
            before = points("broadcast", v, broadcast_dose(v, t - 1))
            return Trace.PARTNERS if moments + before >= law.examples else Trace.BROADCAST
        ties = sum(int(changes.law(v, t, due(u, e)).dose[e]) for u, e in reached)
        ties += sum(changes.dose(b, s, t) for s, b in bridged(v, t))
        dose = min(ties, CERTAIN) + partner_dose(v, t) + broadcast_dose(v, t)
        enough = dose >= tolerance_of(problem, key, world, v)
        met = contacts(v, t) if law.noise.size else []
        noisy = bool(met) and met[0][0] + noise_wait(problem, key, world, v) <= t
        if not enough and not noisy:
            return Trace.NEVER
        strong = [(int(now.dose[e]), -e) for _, e in delivered if now.dose[e] > 0]
        if strong:
            return -max(strong)[1]
        strong = [(changes.dose(b, s, t), -b.place) for s, b in bridged(v, t) if s == t and changes.dose(b, s, t) > 0]
        if strong:
            return Trace.BRIDGE + max(strong)[1]
        for lifted in (
            [
                (int(changes.law(v, t, s).dose[e]) - int(changes.law(v, t - 1, s).dose[e]), -e)
                for u, e in reached
                if (s := due(u, e)) < t
            ],
            [
                (changes.dose(b, s, t) - changes.dose(b, s, t - 1), Trace.BRIDGE - b.place)
                for s, b in bridged(v, t)
                if s < t
            ],
        ):  # a boost has lifted what was delivered before
            most = max(lifted, default=(0, 0))
            if most[0] > 0:
                return most[1] if most[1] <= Trace.BRIDGE else -most[1]
        if noisy:
            return met[0][2] if met[0][1] == 0 else Trace.BRIDGE - met[0][2]
        return Trace.PARTNERS if partner_dose(v, t) > partner_dose(v, t - 1) else Trace.BROADCAST

    def latest() -> int:
        """The last step in which something can come of those who have adopted until now."""
        ways = [due(u, e) for u in people if when[u] >= 0 for e in range(indptr[u], indptr[u + 1])]
        ways += [crossed(added) for ties in changes.added for added in ties]
        if law.noise.size and ways:
            waits = [noise_wait(problem, key, world, v) for v in people if when[v] < 0]
            ways.append(max(ways) + max(waits, default=0))
        return max([t + 1 for t in when if t >= 0] + ways, default=0)

    when = [-1] * graph.people
    by = [Trace.NEVER] * graph.people
    for v in people:
        if law.adopted[v] or joins.get(v) == 0:
            when[v], by[v] = 0, Trace.ALREADY if law.adopted[v] else Trace.SEED
    t = 0
    while t != horizon and (t < last_event or t < latest()):
        t += 1
        lit = {v: cause for v in people if when[v] < 0 and (cause := lit_by(v, t)) != Trace.NEVER}
        for v in people:
            if v in lit:
                when[v], by[v] = t, lit[v]
            elif when[v] < 0 and joins.get(v) == t:
                when[v], by[v] = t, Trace.SEED
    return when, by


def tolerance_of(
    problem: Problem, key: int, world: int, v: int, now: int | None = None, kind: str = "tolerance"
) -> int:
    """The dose that a person needs in a world (threshold family); `now`, `kind`: the key and kind of draws that are
    repeated in time.
    """
    law, drawn = problem.law, problem.law.tolerances
    now = key if now is None else now
    level = person_draw(now, kind, world, v)
    if law.tolerance.size:
        return int(law.tolerance[v])
    if not drawn.law.size:
        return (level >> 8) + 1
    moments, first, stop = drawn.laws[drawn.law[v]].tolist()
    if drawn.simple.size and person_draw(key, "simple", world, v) <= drawn.simple[0]:
        moments = 1
    if moments:
        return min(sum(exponential(person_draw(now, kind, world, v, j)) for j in range(moments)), CERTAIN)
    pieces: list[list[int]] = drawn.pieces[first:stop].tolist()
    begin, dose, slope, shift = next(piece[1:] for piece in pieces if piece[0] >= level)
    return dose + ((level - begin << shift) * slope >> 64) + 1 if slope else dose


def noise_wait(problem: Problem, key: int, world: int, v: int) -> int:
    """The steps after which noise makes a person adopt once a tie has reached her."""
    return exponential(person_draw(key, "noise", world, v)) // int(problem.law.noise[0])


def delay_of(problem: Problem, key: int, world: int, tie: int) -> int:
    """The steps that a tie takes in a world."""
    delays = problem.law.delays
    if not delays.some:
        return 1
    if delays.steps.size:
        return int(delays.steps[tie % delays.steps.size])
    draw = tie_draw(finalise(key ^ KINDS["delay"]), world, tie)
    if delays.rate.size:
        return 1 + exponential((draw << 32) + (1 << 31)) // int(delays.rate[tie % delays.rate.size])
    return 1 + next(i for i, upto in enumerate(delays.upto.tolist()) if draw < upto)


def is_tie(why: int) -> bool:
    """Whether a cause is a tie, of the network's or added by the plan."""
    return why >= 0 or Trace.LAPSED < why <= Trace.BRIDGE


def shares_once(
    problem: Problem, actions: Actions, when: list[int], by: list[int], key: int, world: int
) -> list[tuple[int, int, int]]:
    """(person, tie, weight) of all who had a share in an adoption by a tie, where ties deliver once."""
    graph, law = problem.graph, problem.law
    changes = PlainChanges(problem, actions, 0, key, world)
    sources = np.repeat(np.arange(graph.people), np.diff(graph.indptr)).tolist()

    def weight(v: int, e: int, since: int) -> int:
        """What tie e, which delivered in step `since`, had given v when she adopted."""
        at = changes.law(v, when[v], since)
        if law.family == "threshold":
            return int(at.dose[e])
        draw = tie_draw(key, world, e)
        live = bool(not at.never[e] and draw <= at.live[e])
        return live + sum(live and draw < int(at.more[j, e]) for j in range(law.examples - 1))

    def weight_of_added(v: int, added: Added, since: int) -> int:
        if law.family == "threshold":
            return changes.dose(added, since, when[v])
        return changes.hits(added, since, when[v], tie_draw(key, world, added.tie))

    found = []
    for v in range(graph.people):
        if not is_tie(by[v]):
            continue
        shares = []
        for e, u in enumerate(sources):
            since = when[u] + delay_of(problem, key, world, e)
            if graph.targets[e] == v and when[u] >= 0 and since <= when[v]:
                shares.append((v, e, weight(v, e, since)))
        for added in changes.added[v]:
            adopted = when[added.source]
            since = added.delivers(adopted, delay_of(problem, key, world, added.tie)) if adopted >= 0 else -1
            if 0 <= since <= when[v]:
                shares.append((v, Trace.BRIDGE - added.place, weight_of_added(v, added, since)))
        if law.family == "threshold":
            shares = [(v, e, dose >> 24) for _, e, dose in shares]
        shares = [share for share in shares if share[2]]
        found += shares if by[v] in [e for _, e, _ in shares] else [*shares, (v, by[v], 1)]
    return found
