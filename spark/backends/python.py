"""The slow twin: one world after the other in plain Python, written to be read; it shares no code with the kernels.

Each step follows docs/model.md to the letter: everybody who does not practise yet looks at all that has reached her.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spark.backends.logs import together
from spark.backends.python_changes import Added, PlainChanges
from spark.errors import UsageError
from spark.problem.arrays import CERTAIN, I64, NO_REPLAY, Actions, Law, Problem, Tally, Trace, Watch, Worlds

if TYPE_CHECKING:
    from spark.backends.components_python import PlainComponentWorlds
    from spark.backends.python_history import History
    from spark.backends.sets_python import PlainReverseSets

_MASK = (1 << 64) - 1
_KINDS = {
    "tolerance": 0x746F6C6572616E63,
    "again": 0x616761696E303031,
    "trial end": 0x74726965646F7574,
    "partners": 0x706172746E657273,
    "broadcast": 0x62726F6164636173,
    "lapse": 0x6C61707365643031,
    "simple": 0x73696D706C653031,
    "noise": 0x6E6F697365303031,
    "delay": 0x64656C6179303031,
    "duration": 0x6475726174696F6E,
    "turnover": 0x7475726E6F766572,
    "trial": 0x747269616C656E64,
    "willing": 0x77696C6C696E6721,
    "loud ties": 0x6C6F756474696573,
    "latency": 0x6C6174656E637931,
    "ready": 0x7265616479303031,
}
with localcontext() as _context:
    _context.prec = 50
    _CENTRE = [1 + Decimal(2 * i + 1) / 512 for i in range(256)]
    _LOG = [int((centre.ln() * 2**60).to_integral_value()) for centre in _CENTRE]
    _INVERSE = [int((2**64 / centre).to_integral_value()) for centre in _CENTRE]
    _LN2 = int((Decimal(2).ln() * 2**56).to_integral_value())


def _finalise(x: int) -> int:
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _MASK
    return x ^ (x >> 31)


def _world_key(key: int, world: int, block: int) -> int:
    start = world * 0x9E3779B97F4A7C15 + key * 0xD1342543DE82EF95 + block * 0xA0761D6478BD642F + 0x2545F4914F6CDD1D
    return _finalise(_finalise(start & _MASK))


def tie_draw(key: int, world: int, tie: int) -> int:
    """32 bits for one tie in one world (DESIGN section 2)."""
    halves = _world_key(key, world, tie >> 24)
    x = (tie % 2**32 * 0x9E3779B1 % 2**32) ^ (halves >> 32)
    x = (x ^ (x >> 16)) * 0x7FEB352D % 2**32
    x = (x ^ (x >> 15) ^ (halves % 2**32)) * 0x846CA68B % 2**32
    return x ^ (x >> 16)


def person_draw(key: int, kind: str, world: int, person: int, number: int = 0) -> int:
    """64 bits for one person in one world, of one kind; `number` counts on where one is not enough."""
    start = _world_key(_finalise(key ^ _KINDS[kind]), world, 0) + number * 0xD6E8FEB86659FD93
    return _finalise(start + (person + 1) * 0x9E3779B97F4A7C15 & _MASK)


def coin(key: int, kind: int, world: int, who: int) -> int:
    """32 bits: the coin of a kind of intervention, by its place in `UPTAKE_KINDS`."""
    start = _world_key(_finalise(key ^ 0x636F696E00000000 + kind), world, 0)
    return _finalise(start + (who + 1) * 0x9E3779B97F4A7C15 & _MASK) >> 32


def exponential(draw: int) -> int:
    """-ln((draw | 1) / 2^64) in units of 2^-56, by the table of 256 centres and six terms."""
    x = draw | 1
    zeros = 64 - x.bit_length()
    x <<= zeros
    i = (x >> 55) & 255
    distance = x - ((1 << 63) + ((2 * i + 1) << 54))
    power = [1 << 64, abs(distance) * 512 * _INVERSE[i] >> 64]
    for _ in range(5):
        power.append(power[-1] * power[1] >> 64)
    odd = (power[1] >> 12) + (power[3] >> 28) // 3 + (power[5] >> 44) // 5
    even = (power[2] >> 21) + (power[4] >> 38) + (power[6] >> 52) // 6
    log = _LOG[i] + (odd if distance >= 0 else -odd) - even
    return max((zeros + 1) * _LN2 - (log + 8 >> 4), 1)


Practising = Sequence[Collection[int]]
"""Who practises at the end of each step of a world."""


def _group_curves(told: Sequence[Sequence[Practising]], watch: Watch) -> NDArray[np.int32]:
    """`Tally.group_curves` of the worlds of each plan, all of the same length."""
    curves = np.zeros((len(told), len(told[0][0]), watch.bin_count), np.int32)
    for plan, worlds in enumerate(told):
        for history in worlds if watch.bin_count else ():
            for t, who in enumerate(history):
                inside = [int(codes[v]) for codes in watch.groups for v in who if codes[v] >= 0]
                for g, begin in enumerate(watch.bins.tolist()):
                    if begin >= 0:
                        curves[plan, t, begin + inside.count(g)] += 1
    changed = np.flatnonzero((curves[:, 1:] != curves[:, :-1]).any(axis=(0, 2)))
    return curves[:, : changed.max(initial=-1) + 2]


class PythonBackend:
    """Plain Python, one world at a time; `workers` changes nothing."""

    name = "python"

    def __init__(self, workers: int | None = None, progress: Callable[[int], None] | None = None) -> None:
        self.progress = progress

    def finals(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> I64:
        """Count the adopters of every plan at the end of each world, or their value: int64[P, W]."""
        return self.run(problem, actions, watch, worlds).finals(watch)

    def run(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Tally:
        """Count the adopters of every plan in the given worlds."""
        from spark.backends.python_adoption import burn_adoption  # they need this module
        from spark.backends.python_aware import burn_aware
        from spark.backends.python_continuous import burn_time, still_there, who_practises
        from spark.backends.python_history import states_of
        from spark.backends.python_marks import burn_marks

        told: list[list[Practising]] = []
        histories: list[list[History]] = []
        value, ever = (np.zeros((actions.plans, worlds.count), np.int64) for _ in range(2))
        lit = np.zeros((actions.plans, worlds.count, len(watch.groups)), np.int32)
        sums, squares = (np.zeros((actions.plans, watch.group_count), np.int64) for _ in range(2))
        reached = np.zeros((actions.plans, problem.graph.people), np.int64)
        for plan in range(actions.plans):
            told.append([])
            histories.append([])
            for row in range(worlds.count):
                world = worlds.first + row
                if problem.law.states is not None:
                    live = burn_aware if problem.law.family == "aware" else burn_adoption
                    found = live(problem, actions, plan, watch.horizon, worlds.key, world)
                    histories[plan].append(found)
                    adopters, ever[plan, row] = found.adopted, found.ever
                    told[plan].append(found.practising)
                elif problem.law.family == "marks":
                    story = burn_marks(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = sorted(story.practising[-1]), len({event[1] for event in story.events})
                    told[plan].append(story.practising)
                elif problem.law.continuous:
                    stays = burn_time(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = still_there(stays, watch.horizon), len(stays)
                    told[plan].append(who_practises(stays, watch.horizon))
                elif problem.law.lapse.size:
                    history = burn_periods(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters, ever[plan, row] = sorted(history[-1]), len(set().union(*history))
                    told[plan].append(history)
                else:
                    when, _ = burn(problem, actions, plan, watch.horizon, worlds.key, world)
                    adopters = [v for v, t in enumerate(when) if t >= 0]
                    last = max((when[v] for v in adopters), default=0)
                    ever[plan, row] = len(adopters)
                    told[plan].append([[v for v in adopters if when[v] <= t] for t in range(last + 1)])
                reached[plan, adopters] += 1
                value[plan, row] = sum(int(watch.value[v]) for v in adopters) if watch.value.size else 0
                for column, codes in enumerate(watch.groups):
                    lit[plan, row, column] = len({int(codes[v]) for v in adopters} - {-1})
                    size = np.bincount(codes[[v for v in adopters if codes[v] >= 0]], minlength=watch.group_count)
                    sums[plan] += size
                    squares[plan] += size * size
                if self.progress is not None:
                    self.progress(1)
        steps = max(len(history) for plan in told for history in plan)
        longer = [[[*history, *[history[-1]] * (steps - len(history))] for history in plan] for plan in told]
        whole = np.array([[[len(who) for who in history] for history in plan] for plan in longer], np.int32)
        changed = np.flatnonzero((whole[:, :, 1:] != whole[:, :, :-1]).any(axis=(0, 1)))
        kept, states = whole[:, :, : changed.max(initial=-1) + 2], states_of(histories, watch.horizon)
        return Tally(kept, value, ever, lit, sums, squares, reached, states, _group_curves(longer, watch))

    def replay(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Trace:
        """Replay single worlds of the first plan: who adopted when, and who lit whom."""
        from spark.backends.python_adoption import burn_adoption  # they need this module
        from spark.backends.python_aware import burn_aware
        from spark.backends.python_continuous import trace_time
        from spark.backends.python_history import story_of
        from spark.backends.python_marks import burn_marks

        law, people = problem.law, problem.graph.people
        if law.family == "crowd":
            raise UsageError(NO_REPLAY[law.family])
        when, by, logs, sharing = [], [], [], []
        for world in range(worlds.first, worlds.first + worlds.count):
            log: list[tuple[int, ...]] = []
            lit: list[tuple[int, int, int]] = []
            if law.states is not None:
                live = burn_aware if law.family == "aware" else burn_adoption
                log, lit = story_of(live(problem, actions, 0, watch.horizon, worlds.key, world))
            elif law.lapse.size:
                told: list[tuple[int, int, list[int]]] = []
                burn_periods(problem, actions, 0, watch.horizon, worlds.key, world, told)
                log = [(t, v, why[0]) for t, v, why in told]
                lit = [(i, e, 1) for i, (_, _, why) in enumerate(told) for e in sorted(why) if is_tie(e)]
            elif law.family == "marks":
                log = [*burn_marks(problem, actions, 0, watch.horizon, worlds.key, world).events]
                lit = [(i, e, 1) for i, (_, _, e) in enumerate(log) if e >= 0]
            if law.states is not None or (law.never_ends and not law.noise.size):
                adoptions = [row for row in reversed(log) if row[2] > Trace.LAPSED and row[3:] in ((), (Trace.ADOPTS,))]
                first = {row[1]: (row[0], row[2]) for row in adoptions}
                rows = [first.get(v, (-1, Trace.NEVER)) for v in range(people)]
                whens, causes = [t for t, _ in rows], [why for _, why in rows]
                logs.append(np.array(log, np.int64).reshape(-1, 3 if law.states is None else 4))
            elif law.continuous:
                whens, causes = trace_time(problem, actions, watch.horizon, worlds.key, world)
                lit = [(v, e, 1) for v, e in enumerate(causes) if e >= 0]
            else:
                whens, causes = burn(problem, actions, 0, watch.horizon, worlds.key, world)
                lit = _shares_once(problem, actions, whens, causes, worlds.key, world)
            when.append(whens)
            by.append(causes)
            sharing.append(np.array(lit, np.int64).reshape(-1, 3))
        return together(when, by, logs, sharing)

    def reverse(
        self,
        problem: Problem,
        base: Actions | None,
        watch: Watch,
        key: int,
        *,
        independent: bool = False,
        given: Sequence[int] = (),
        companions: Sequence[int] = (),
    ) -> PlainReverseSets:
        """Reverse sets that grow on demand."""
        from spark.backends.sets_python import PlainReverseSets  # it needs this module

        return PlainReverseSets(problem, base, watch, key, independent=independent, given=given, companions=companions)

    def components(self, problem: Problem, keys: Sequence[int]) -> tuple[PlainComponentWorlds, ...] | None:
        """Component worlds for each key, or None where ties are not undirected and alike."""
        from spark.backends.components_python import plain_worlds  # it needs this module

        return plain_worlds(problem, keys)


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
    draw = tie_draw(_finalise(key ^ _KINDS["delay"]), world, tie)
    if delays.rate.size:
        return 1 + exponential((draw << 32) + (1 << 31)) // int(delays.rate[tie % delays.rate.size])
    return 1 + next(i for i, upto in enumerate(delays.upto.tolist()) if draw < upto)


def is_tie(why: int) -> bool:
    """Whether a cause is a tie, of the network's or added by the plan."""
    return why >= 0 or Trace.LAPSED < why <= Trace.BRIDGE


def _shares_once(
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
        now = _finalise(key + t * 0x8CB92BA72F3D8DD7 & _MASK)
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
