"""The slow twin of the full model of adoption: docs/model.md, person by person."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from spark.backends.python_changes import PlainChanges
from spark.backends.python_draws import exponential, finalise, person_draw, step_key, tie_draw
from spark.backends.python_history import History
from spark.backends.python_once import delay_of, is_tie, tolerance_of
from spark.problem.arrays import CERTAIN, NEVER_CONVINCED, Actions, Law, Problem, Trace

WORD, SHARE = 0x776F72646F666D6F, 0x736861726573686F
WHOLE = 1 << 24


def _scaled(dose: int, part: int) -> int:
    return min(dose * part >> 24, CERTAIN)


@dataclass
class Person:
    """One post and who holds it."""

    state: str
    lapses: int = 0
    moments: int = 0
    needs: float = 0
    since: int = 0
    reached: bool = False
    ever: bool = False
    gifts: list[tuple[int, int, int]] = field(default_factory=list)  # step, tie or code, weight

    @property
    def aware(self) -> bool:
        """Whether she knows of the practice."""
        return self.state != "unaware"

    @property
    def needs_convincing(self) -> bool:
        """Whether she neither practises nor tries."""
        return self.state not in ("trying", "adopted")


class _Burn:
    """One world of the full model, step by step."""

    def __init__(self, problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> None:
        assert problem.law.states is not None
        self.graph, self.law, self.states = problem.graph, problem.law, problem.law.states
        self.problem, self.actions, self.key, self.world = problem, actions, key, world
        self.dosed = self.law.tolerances.law.size > 0  # doses add up to a tolerance, else moments are counted
        self.changes = PlainChanges(problem, actions, plan, key, world)
        self.ties = [
            (u, int(self.graph.targets[e]), e)
            for u in range(self.graph.people)
            for e in range(self.graph.indptr[u], self.graph.indptr[u + 1])
        ]
        self.around: list[set[int]] = [set() for _ in range(self.graph.people)]  # who can influence each person
        for u, v, _ in self.ties:
            self.around[v].add(u)
        self.people = [Person("unaware" if self.states.gate else "aware") for _ in range(self.graph.people)]
        self.signed = [False] * self.graph.organisations
        self.history = History()
        self.past: list[list[str]] = []  # the state of everybody at the end of each step
        self.burn(horizon)

    def organisation(self, v: int) -> int:
        return int(self.graph.organisation[v])

    def is_signed(self, v: int) -> bool:
        return self.organisation(v) >= 0 and self.signed[self.organisation(v)]

    def forget(self, v: int, now: int, kind: str = "tolerance") -> None:
        """What has reached a person counts no more, and what she needs is drawn anew."""
        person = self.people[v]
        person.moments, person.needs, person.reached = 0, self.law.examples, False
        person.gifts = []
        if self.dosed:
            tolerance = tolerance_of(self.problem, self.key, self.world, v, now, kind)
            person.needs = math.inf if tolerance == NEVER_CONVINCED else tolerance

    def burn(self, horizon: int) -> None:
        for v, person in enumerate(self.people):
            self.forget(v, step_key(self.key, 0))
            if self.law.adopted[v]:
                self.adopt(person)
                self.history.events.append((0, v, Trace.ALREADY, Trace.ADOPTS))
        for t in range(horizon + 1):
            if t > 0:
                self.step(t)
            for v, start in self.changes.due.items():
                if start == t:
                    if self.people[v].state != "adopted":
                        self.history.events.append((t, v, Trace.SEED, Trace.ADOPTS))
                    self.adopt(self.people[v])
            inside = [0] * self.graph.organisations
            for v, person in enumerate(self.people):
                if person.state == "adopted" and self.organisation(v) >= 0:
                    inside[self.organisation(v)] += 1
            for o, needed in enumerate(self.states.formal):
                self.signed[o] = self.signed[o] or inside[o] >= needed
            self.note(inside)
            self.past.append([person.state for person in self.people])
            self.history.practising.append([v for v, person in enumerate(self.people) if person.state == "adopted"])
        self.history.adopted = [v for v, person in enumerate(self.people) if person.state == "adopted"]
        self.history.ever = sum(person.ever for person in self.people)

    def note(self, inside: list[int]) -> None:
        found = dict.fromkeys(("unaware", "aware", "trying", "adopted", "lapsed"), 0)
        for person in self.people:
            found[person.state] += 1
        alive = sum(count > 0 for count in inside)
        self.history.steps.append(found | {"signed up": sum(self.signed), "with example": alive})

    @staticmethod
    def adopt(person: Person) -> None:
        person.state, person.ever = "adopted", True

    def step(self, t: int) -> None:
        self.t, self.now = t, step_key(self.key, t)
        before = [(person.state, person.aware) for person in self.people]
        self.lapse_leave_and_end_trials([state for state, _ in before])
        self.deliver_ties()
        self.deliver_bridges()
        if self.law.has_partners:
            self.deliver_partners([state for state, _ in before])
        self.deliver_from_outside()
        self.pass_word(before)
        for v, person in enumerate(self.people):
            noisy = person.reached and self.coin("noise", v) < self.states.noise
            if person.needs_convincing and person.aware and (person.moments >= person.needs or noisy):
                self.convince(v, person)

    def coin(self, kind: str, v: int) -> int:
        return person_draw(self.now, kind, self.world, v) >> 32

    def lapse_leave_and_end_trials(self, before: list[str]) -> None:
        for v, person in enumerate(self.people):
            if self.states.turnover.size and self.coin("turnover", v) < self.states.turnover[v]:
                if before[v] == "adopted":
                    self.history.events.append((self.t, v, Trace.LEFT, Trace.ADOPTS))
                person.state, person.lapses = "unaware" if self.states.gate else "aware", 0
                self.forget(v, self.now)
            elif before[v] == "adopted":
                chance = self.changes.lapse(v, self.t)
                if self.is_signed(v):
                    chance = chance * self.states.policy_lapse >> 24
                if self.states.support.size:
                    practising = sum(before[u] == "adopted" for u in self.around[v])
                    chance = chance * int(self.states.support[self.states.support_start[v] + practising]) >> 24
                if self.coin("lapse", v) < chance:
                    self.history.events.append((self.t, v, Trace.LAPSED, Trace.ADOPTS))
                    person.state, person.lapses = "lapsed", person.lapses + 1
                    self.forget(v, self.now)
            elif before[v] == "trying" and self.trial_ends(v, person):
                self.decide(v, person, "tolerance")

    def trial_ends(self, v: int, person: Person) -> bool:
        if self.states.trial_end:
            return self.coin("trial end", v) < self.states.trial_end
        return person.since + self.states.trial_time <= self.t

    def decide(self, v: int, person: Person, kind: str) -> None:
        """The trial ends; what she needs next is a draw of its own also where she lapsed in the same step."""
        if self.coin("trial", v) < self.states.trial_failure:
            person.state = "aware"
            self.forget(v, self.now, kind)
        else:
            self.adopt(person)
            self.tell(v, person, Trace.ADOPTS)

    def tell(self, v: int, person: Person, what: int) -> None:
        """Put down why a person adopts, or starts to try: what reached her when something last did; and who had a share
        in it, since she last forgot.
        """
        latest = max((t for t, _, _ in person.gifts), default=0)
        kinds = [lambda e: e >= 0, lambda e: e <= Trace.BRIDGE, lambda e: e == Trace.PARTNERS, lambda e: True]
        last = [(-weight if self.dosed else 0, abs(e), e) for t, e, weight in person.gifts if t == latest]
        last = next((some for kind in kinds if (some := [gift for gift in last if kind(gift[2])])), [(0, 0, -5)])
        why = min(last)[2]
        if is_tie(why):
            for t, e, weight in person.gifts:
                counts = weight >> 24 if self.dosed else weight
                counts = max(counts, 1) if (t, e) == (latest, why) else counts
                if is_tie(e) and counts:
                    self.history.shares.append((len(self.history.events), e, counts))
        self.history.events.append((self.t, v, why, what))

    def give(self, person: Person, e: int, got: int) -> None:
        """A tie gives a person moments, or a dose."""
        person.moments += got
        if got:
            person.gifts.append((self.t, e, got))

    def convince(self, v: int, person: Person) -> None:
        if self.states.trials_last:
            person.state, person.since = "trying", self.t
            self.tell(v, person, Trace.TRIES)
        else:
            self.decide(v, person, "again")

    def left(self, person: Person) -> int:
        return int(self.law.left[min(person.lapses, len(self.law.left) - 1)])

    def shows(self, u: int, tie: int) -> str:
        """The state of its source that a tie shows in this step: as many steps ago as it takes."""
        then = self.t - delay_of(self.problem, self.key, self.world, tie)
        return self.past[then][u] if then >= 0 else "aware"

    def deliver_ties(self) -> None:
        for u, v, e in self.ties:
            person, state = self.people[v], self.shows(u, e)
            if state in ("adopted", "trying") and person.needs_convincing:
                law = self.changes.law(v, self.t)
                got = self.moments(law, e, self.part(state, person), self.is_loud(u))
                self.give(person, e, got)
                person.reached = person.reached or got > 0

    def part(self, state: str, person: Person) -> int:
        """What share of a tie's dose counts, units of 2^-24."""
        gives = WHOLE if state == "adopted" else self.states.trial_visibility
        return gives * self.left(person) >> 24 if person.lapses else gives

    def is_loud(self, u: int) -> bool:
        return bool(self.states.loud_dose.size) and self.is_signed(u)

    def moments(self, law: Law, e: int, part: int, is_loud: bool) -> int:
        """How many convincing moments tie e gives of `part` of its dose."""
        states = law.states
        assert states is not None
        live, never = (states.loud_live, states.loud_never) if is_loud else (law.live, law.never)
        dose, more = (states.loud_dose, states.loud_more) if is_loud else (law.dose, law.more)
        if self.dosed:
            return self.share(int(dose[e]), part)
        draw = tie_draw(self.now, self.world, e)
        if never[e] or draw > live[e]:
            return 0
        hits = 1 + sum(draw < int(more[j, e]) for j in range(law.examples - 1))
        return self.kept(hits, int(dose[e]), part, draw, e)

    @staticmethod
    def share(dose: int, part: int) -> int:
        """A part of a dose; what is certain stays certain, unless nothing of it counts."""
        return dose if part == WHOLE or (part > 0 and dose >= CERTAIN) else _scaled(dose, part)

    def kept(self, hits: int, dose: int, part: int, draw: int, e: int) -> int:
        """How many of the moments of a tie are kept where `part` of its dose counts."""
        if part == WHOLE or (part > 0 and dose >= CERTAIN):
            return hits
        if self.law.examples == 1:
            need = exponential((2**32 - 1 - draw << 32) + 0x7FFFFFFF)
            return hits * int(part > 0 and _scaled(dose, part) >= need)
        return sum(self.keeps(e, j, part) for j in range(hits))

    def deliver_bridges(self) -> None:
        for v, person in enumerate(self.people):
            for added in self.changes.added[v]:
                state = self.shows(added.source, added.tie)
                here = state in ("adopted", "trying") and added.opens <= self.t < added.closes
                part = self.part(state, person)
                if not (here and person.needs_convincing and part):
                    continue
                draw, dose = tie_draw(self.now, self.world, added.tie), self.changes.dose(added, self.t, self.t)
                if self.dosed:
                    loud = self.is_loud(added.source) and dose < CERTAIN
                    got = self.share(_scaled(dose, self.states.loudness) if loud else dose, part)
                    self.give(person, Trace.BRIDGE - added.place, got)
                    person.reached = person.reached or got > 0
                    if got and not person.aware:
                        person.state = "aware"
                    continue
                hits = self.kept(self.changes.hits(added, self.t, self.t, draw), dose, part, draw, added.tie)
                if self.is_loud(added.source) and dose < CERTAIN:
                    extra = _scaled(_scaled(dose, self.states.loudness) - dose, part)
                    hits += self.points("loud ties", added.tie, extra)
                self.give(person, Trace.BRIDGE - added.place, hits)
                if hits and not person.aware:
                    person.state = "aware"

    def keeps(self, e: int, j: int, part: int) -> bool:
        key = finalise_key(self.now ^ SHARE, self.world) + e * 0x9E3779B97F4A7C15 + j * 0xD6E8FEB86659FD93
        return finalise(key & 2**64 - 1) >> 40 < part

    def points(self, kind: str, v: int, dose: int) -> int:
        """How many points of the person's Poisson process of this step lie within a dose, as far as they matter; or the
        dose itself, where doses add up.
        """
        if self.dosed:
            return dose
        if dose >= CERTAIN:
            return self.law.examples
        passed, reach = 0, exponential(person_draw(self.now, kind, self.world, v))
        while dose >= reach and passed < self.law.examples:
            passed += 1
            reach += exponential(person_draw(self.now, kind, self.world, v, passed))
        return passed

    def deliver_partners(self, before: list[str]) -> None:
        graph, law = self.graph, self.law
        heat = [0] * graph.organisations
        for q in range(graph.organisations):
            bright = 0
            for u in graph.members[graph.member_indptr[q] : graph.member_indptr[q + 1]]:
                if before[u] in ("adopted", "trying"):
                    loudness = self.states.loudness if self.signed[q] and self.states.loud_dose.size else WHOLE
                    seen = _scaled(int(law.visibility[u]), loudness)
                    bright += seen if before[u] == "adopted" else _scaled(seen, self.states.trial_visibility)
            for j in range(graph.partner_indptr[q], graph.partner_indptr[q + 1]):
                o = int(graph.partner_targets[j])
                heat[o] = min(heat[o] + _scaled(int(law.partner_dose[j]), bright), CERTAIN)
        for v, person in enumerate(self.people):
            if person.needs_convincing and self.organisation(v) >= 0:
                dose = _scaled(heat[self.organisation(v)], int(self.changes.law(v, self.t).receptivity[v]))
                dose = _scaled(dose, self.left(person)) if person.lapses else dose
                self.give(person, Trace.PARTNERS, self.points("partners", v, dose))

    def deliver_from_outside(self) -> None:
        heard = self.actions.heard
        for v, person in enumerate(self.people):
            dose = 0
            if self.changes.schedule[v] >= 0 and self.t < heard.shape[1]:
                dose = int(heard[self.changes.schedule[v], self.t]) - int(heard[self.changes.schedule[v], self.t - 1])
            if self.is_signed(v):
                dose = min(dose + self.states.policy_dose, CERTAIN)
            if (dose > 0 or self.is_signed(v)) and not person.aware:
                person.state = "aware"
            if dose > 0 and person.needs_convincing:
                self.give(person, Trace.BROADCAST, self.points("broadcast", v, dose))

    def pass_word(self, before: list[tuple[str, bool]]) -> None:
        if not self.states.gate:
            return
        for u, v, e in self.ties:
            state, aware = before[u]
            if aware and not self.people[v].aware:
                chance = self.states.aware if state == "adopted" else self.states.hearsay
                if chance.size and tie_draw(finalise(self.now ^ WORD), self.world, e) < chance[e]:
                    self.people[v].state = "aware"


def finalise_key(key: int, world: int) -> int:
    """The key of the draws of one kind in one world."""
    start = world * 0x9E3779B97F4A7C15 + finalise(key) * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D
    return finalise(finalise(start & 2**64 - 1))


def burn_adoption(problem: Problem, actions: Actions, plan: int, horizon: int, key: int, world: int) -> History:
    """One world of the full model."""
    return _Burn(problem, actions, plan, horizon, key, world).history
