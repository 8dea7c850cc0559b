"""The slow twin of reverse sets through time, in plain Python, to be read; same sets, no shared code."""

from __future__ import annotations

from collections.abc import Sequence

from spark.backends.python_draws import exponential, person_draw, tie_draw
from spark.backends.python_once import delay_of
from spark.backends.reverse_python import CHUNK, ReverseSet, Rule, Stream, chunk_start, waiting
from spark.problem.arrays import Actions, Problem, Watch

MANY, FEWER = 64, 8
_UNIT = 1 << 32
_NEVER = 1 << 62
_TOP = (1 << 64) - 1


class Periods(Rule):
    """Back from the step that is looked at, one step after the other."""

    def __init__(self, problem: Problem, base: Actions | None, watch: Watch, given: Sequence[int]) -> None:
        super().__init__(problem, base, watch, given)
        law = problem.law
        self.objective = watch.counted
        self.gives_up = [_hazard(chance) for chance in law.lapse.tolist()]
        self.tries = [_hazard(live + 1) for live in law.live.tolist()]
        self.due: dict[int, set[int]] = {}
        for v, start in _seeds(base):
            self.due.setdefault(start, set()).add(v)
        self.due.setdefault(0, set()).update(v for v in range(problem.graph.people) if law.adopted[v])
        self.given = set(given) - self.due[0]
        self.copies = 1

    def spare(self, companions: Sequence[int]) -> None:
        """Draw few large sets to their end, where nothing is lit without seeds."""
        if companions and not any(self.due.values()) and not self.anything_heard:
            self.copies = FEWER

    def start(self, key: int, i: int) -> None:
        """Begin a chunk of sets with draws of its own."""
        if i % CHUNK == 0:
            self.stream = Stream(chunk_start(key, i // CHUNK))
            self.until_hit = waiting(self.stream.draw())
            self.until_end = waiting(self.stream.draw())

    def draw(self, root: int) -> ReverseSet:
        """Return who would have the root practise at the step that is looked at."""
        t = self.horizon
        now, copies = [root], 1
        while t > 0 and now:
            if copies < self.copies and len(now) >= MANY:
                if self.stream.draw() % self.copies:
                    return ReverseSet(root, tuple(now), "given")
                copies = self.copies
            if self.due.get(t, set()) & set(now):
                return ReverseSet(root, tuple(now), "base")
            before = [root] if self.objective == "ever-adopted" else []
            for u in now:
                if self.heard[u] and t < len(self.heard[u]) and self.hit(self.heard[u][t] - self.heard[u][t - 1]):
                    return ReverseSet(root, tuple(now), "base")
                before += [u] if self.keeps_on(u) else []
                before += [v for v, tie in self.rows[u] if self.tries[tie] is None or self.hit(self.tries[tie] or 0)]
                before += self.seen_at_partners(u)
            now = list(dict.fromkeys(before))
            t -= 1
        covered = "base" if self.due[0] & set(now) else "given" if self.given & set(now) else None
        return ReverseSet(root, tuple(now), covered, copies)

    def hit(self, dose: int) -> bool:
        """Whether there is a hit within the next `dose`."""
        if self.until_hit >= dose:
            self.until_hit -= dose
            return False
        self.until_hit = waiting(self.stream.draw())
        return True

    def keeps_on(self, u: int) -> bool:
        """Whether somebody who practised before the step does so after it."""
        chance = self.gives_up[u]
        if chance is None:
            return False
        if self.until_end >= chance:
            self.until_end -= chance
            return True
        self.until_end = waiting(self.stream.draw())
        return False

    def seen_at_partners(self, u: int) -> list[int]:
        """Members of partners on whose parts of the dose a hit falls; each hit uses up the part that it falls on."""
        at, found = 0, []
        for v, upto in self.partner_parts(u):
            if upto > at and self.hit(upto - at):
                found.append(v)
            at = max(at, upto)
        return found


class Late(Rule):
    """Back along live ties, each of which takes its time, as far as the deadline allows."""

    def __init__(self, problem: Problem, base: Actions | None, watch: Watch, given: Sequence[int]) -> None:
        super().__init__(problem, base, watch, given)
        self.problem = problem
        self.starts = {v: 0 for v in self.base if problem.law.adopted[v]}
        for v, start in _seeds(base):
            self.starts[v] = min(self.starts.get(v, start), start)
        self.given = set(given)

    def start(self, key: int, i: int) -> None:
        """Set i is drawn in world i."""
        self.key, self.world = key, i

    def draw(self, root: int) -> ReverseSet:
        """Return who would have the root adopt by the deadline."""
        lengths, away, heard = {root: 0}, {root}, False
        done: list[int] = []
        while away:
            v = min(away, key=lambda u: lengths[u])
            away.remove(v)
            done.append(v)
            left = self.horizon - lengths[v]
            upto = self.heard[v][min(left, len(self.heard[v]) - 1)] if self.heard[v] else 0
            convince, spoken = self.shares(v, upto) if self.law.family == "threshold" else self.hits(v, upto)
            heard = heard or spoken
            for u, takes in convince:
                if takes <= left and lengths[v] + takes < lengths.get(u, _NEVER):
                    lengths[u] = lengths[v] + takes
                    away.add(u)
        begun = any(self.starts.get(v, _NEVER) + length <= self.horizon for v, length in lengths.items())
        covered = "base" if heard or begun else "given" if self.given & set(done) else None
        return ReverseSet(root, (root, *sorted(set(done) - {root})), covered)

    def hits(self, v: int, heard: int) -> tuple[list[tuple[int, int]], bool]:
        """Who convinces v in a cascade, after how many steps, and whether a broadcast does."""
        spoken = heard > 0 and exponential(person_draw(self.key, "broadcast", self.world, v)) <= heard
        live = [(u, tie) for u, tie in self.rows[v] if tie_draw(self.key, self.world, tie) <= int(self.law.live[tie])]
        found = [(u, self.delay(tie)) for u, tie in live]
        only = bool(self.law.picks.one.size and self.law.picks.one[v])
        if only and found:
            return found[:1], spoken
        parts = self.partner_parts(v)
        if parts and parts[-1][1]:
            stream = Stream(person_draw(self.key, "partners", self.world, v))
            at, reach, wait = 0, parts[-1][1], waiting(stream.draw())
            if only:
                point = stream.draw() * reach >> 64
                members = [u for u, upto in parts if upto > point][:1]
                return [(u, 1) for u in members if wait < int(self.law.picks.partners[v])], spoken
            while wait < reach - at:
                u, at = next(part for part in parts if part[1] > at + wait)
                found.append((u, 1))
                wait = waiting(stream.draw())
        return found, spoken

    def shares(self, v: int, heard: int) -> tuple[list[tuple[int, int]], bool]:
        """In whose share the tolerance of v falls, and after how many steps, and whether it is a broadcast's."""
        point = person_draw(self.key, "tolerance", self.world, v) >> 8
        for u, tie in self.rows[v]:
            dose = int(self.law.dose[tie])
            if point < dose:
                return [(u, self.delay(tie))], False
            point -= dose
        parts = self.partner_parts(v)
        chosen = [(u, 1) for u, upto in parts if upto > point][:1]
        return chosen, not chosen and point - (parts[-1][1] if parts else 0) < heard

    def delay(self, tie: int) -> int:
        """How many steps a tie takes in this world."""
        return delay_of(self.problem, self.key, self.world, tie)


class Paths(Rule):
    """Back along ties that take less time than their source practises."""

    def __init__(self, problem: Problem, base: Actions | None, watch: Watch, given: Sequence[int]) -> None:
        super().__init__(problem, base, watch, given)
        self.starts = {v: 0 for v in range(problem.graph.people) if problem.law.adopted[v]}
        for v, start in _seeds(base):
            self.starts[v] = min(self.starts.get(v, _NEVER), start * _UNIT)
        self.given = set(given)

    def start(self, key: int, i: int) -> None:
        """Set i is drawn in world i."""
        self.key, self.world = key, i

    def draw(self, root: int) -> ReverseSet:
        """Return who has the root adopt in time."""
        last = self.horizon * _UNIT if self.horizon >= 0 else _NEVER - 1
        ways, away = {root: 0}, {root}
        while away:
            u = min(away, key=lambda v: ways[v])
            away.remove(u)
            convinced = ways[u] + self.tries(u)
            for v, tie in self.rows[u]:
                time = self.time(tie)
                if time is not None and self.practises_for(v, time) and convinced + time <= last:
                    further = convinced + time if self.horizon >= 0 else 0
                    if further < ways.get(v, _NEVER):
                        ways[v] = further
                        away.add(v)
        people = (root, *sorted(set(ways) - {root}))
        covered = "given" if self.given & set(ways) else None
        if any(self.begins(v) + way <= last for v, way in ways.items()):
            covered = "base"
        return ReverseSet(root, people, covered)

    def begins(self, v: int) -> int:
        """When somebody practises in any case."""
        begin, heard = self.starts.get(v, _NEVER), self.heard[v]
        tolerance = exponential(person_draw(self.key, "broadcast", self.world, v))
        for t in range(1, len(heard)):
            if heard[t - 1] < tolerance <= heard[t]:
                part, whole = tolerance - heard[t - 1], heard[t] - heard[t - 1]
                excess = max(whole.bit_length() - 32, 0)
                hears = (t - 1) * _UNIT + (part >> excess) * _UNIT // (whole >> excess)
                begin = min(begin, hears + self.tries(v))
        return begin

    def tries(self, v: int) -> int:
        """How long somebody who is convinced tries before she practises."""
        if not self.law.latency.size:
            return 0
        level = person_draw(self.key, "latency", self.world, v)
        return _standard(level, self.law.latency_quantiles.tolist()) * int(self.law.latency[v]) >> 64

    def time(self, tie: int) -> int | None:
        """How long a tie takes; None: for ever."""
        draw = tie_draw(self.key, self.world, tie)
        if self.law.continuous:
            mean = int(self.law.delay[tie])
            return _standard((draw << 32) + (1 << 31), self.law.delay_quantiles.tolist()) * mean >> 64 if mean else None
        return _steps(_TOP - (draw << 32) - (1 << 31), _hazard(int(self.law.live[tie]) + 1)) * _UNIT

    def practises_for(self, v: int, time: int) -> bool:
        """Whether somebody practises long enough for one of her ties."""
        draw = person_draw(self.key, "duration", self.world, v)
        if self.law.continuous:
            mean = int(self.law.duration[v])
            return not mean or time < _standard(draw, self.law.duration_quantiles.tolist()) * mean >> 64
        chance = int(self.law.lapse[v])
        return not chance or time <= _steps(draw, _hazard(chance)) * _UNIT


def _seeds(base: Actions | None) -> list[tuple[int, int]]:
    if base is None:
        return []
    stop = int(base.seed_indptr[1])
    return list(zip(base.seed_people[:stop].tolist(), base.seed_start[:stop].tolist(), strict=True))


def _hazard(chance: int) -> int | None:
    """-ln(1 - chance/2^32) in units of 2^-56; None where the chance is 1."""
    if not chance:
        return 0
    return None if chance >= 1 << 32 else exponential(((1 << 32) - chance) << 32)


def _steps(draw: int, hazard: int | None) -> int:
    """Whole steps until an event that comes with a hazard per step."""
    return 1 if hazard is None else 1 + min(exponential(draw) // hazard, 1 << 29)


def _standard(level: int, quantiles: list[int]) -> int:
    """The time of mean 1, in units of 2^-56, at a level in units of 2^-64."""
    if not quantiles:
        return exponential(_TOP - level)
    i, part = divmod(level * (len(quantiles) - 1), 1 << 64)
    return quantiles[i] + ((quantiles[i + 1] - quantiles[i]) * part >> 64)
