"""The slow twin of reverse sampling: one set after the other in plain Python, to be read; same sets, no shared code.

A set holds all who would have lit its root. Cascade: in the live-edge form every tie into a person is live with its own
chance, which is the chance that a Poisson process of rate 1 has a hit within the tie's dose. One process runs through
the ties of all rows of a chunk of sets, one after another. Threshold: a person's tolerance, uniform on 0..1, falls into
the share of at most one source of her dose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import accumulate, count, cycle, islice

import numpy as np

from spark.backends.python_draws import exponential
from spark.problem.arrays import CERTAIN, Actions, Problem, Watch
from spark.problem.reverse import reverse_rule

CHUNK = 256
COPIES = 16
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
with localcontext() as _context:
    _context.prec = 50
    _CENTRES = [1 + Decimal(2 * i + 1) / 512 for i in range(256)]
    _LOGS = [int((-(centre / 2).ln() * 2**56).to_integral_value()) for centre in _CENTRES]
    _INVERSES = [int((2**32 / centre).to_integral_value()) for centre in _CENTRES]
    _LN2 = int((Decimal(2).ln() * 2**56).to_integral_value())


def _mix(x: int) -> int:
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & _MASK
    return x ^ (x >> 31)


def _trailing_zeros(x: int) -> int:
    return (x & -x).bit_length() - 1


def waiting(draw: int) -> int:
    """Dose, in units of 2^-56, until the next hit of a unit Poisson process."""
    low = draw % 2**24
    zeros = _trailing_zeros(low) if low else 24 + _trailing_zeros(_mix(draw) | 1 << 63)
    centre = draw >> 56
    exact = ((draw >> 24) % 2**32 - 2**31) * _INVERSES[centre]
    t = exact >> 32
    t2 = t * t >> 32
    log = (exact >> 16) - (t * t >> 25) + ((t2 * t >> 32) * 21845 >> 16) - (t2 * t2 >> 42)
    return zeros * _LN2 + _LOGS[centre] - log


class Stream:
    """Draws one after another, from where they start."""

    def __init__(self, start: int) -> None:
        self._state = start

    def draw(self) -> int:
        """Return the next one."""
        self._state = (self._state + _GOLDEN) & _MASK
        return _mix(self._state)


class _Hits(Stream):
    """A Poisson process that runs through one dose after another."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.left = waiting(self.draw())

    def within(self, dose: int) -> list[int]:
        """Where the hits within the next `dose` are, counted from its start."""
        at, hits = 0, []
        while self.left < dose - at:
            at += self.left
            hits.append(at)
            self.left = waiting(self.draw())
        self.left -= dose - at
        return hits

    def hit(self, dose: int) -> bool:
        """Whether there is a hit within the next `dose`; if so, the rest of it is skipped."""
        if self.left >= dose:
            self.left -= dose
            return False
        self.left = waiting(self.draw())
        return True


def chunk_hits(key: int, chunk: int) -> _Hits:
    """The hits that a chunk of sets goes through."""
    return _Hits(chunk_start(key, chunk))


def chunk_start(key: int, chunk: int) -> int:
    """Where the draws of a chunk of sets start."""
    return _mix(_mix((key + chunk * 0xD1342543DE82EF95) & _MASK) ^ 0x726576657273652B)


@dataclass(frozen=True)
class ReverseSet:
    """A root and, in the order in which they were found, all who would have lit her; `covered` by whom: the base, or
    people who were given; None where by neither. `copies`: how often it counts.
    """

    root: int
    members: tuple[int, ...]
    covered: str | None
    copies: int = 1


def reverse_sets(
    problem: Problem,
    base: Actions | None,
    watch: Watch,
    key: int,
    *,
    independent: bool = False,
    given: Sequence[int] = (),
    companions: Sequence[int] = (),
) -> Iterator[ReverseSet]:
    """Yield one set after another without end; as `spark.backends.cpu_reverse.ReverseSets`."""
    rule = _rule(problem, base, watch, given)
    rule.spare(companions)
    for i, root in enumerate(_roots(problem.graph.people, watch, key, independent)):
        rule.start(key, i)
        yield rule.draw(root)


def _rule(problem: Problem, base: Actions | None, watch: Watch, given: Sequence[int]) -> Rule:
    from spark.backends.reverse_python_time import Late, Paths, Periods  # they build on what stands here

    rules = {"cascade": _Cascade, "threshold": _Threshold, "late": Late, "periods": Periods, "paths": Paths}
    return rules[reverse_rule(problem, base, watch) or problem.law.family](problem, base, watch, given)


class Rule:
    """What all rules need."""

    def __init__(self, problem: Problem, base: Actions | None, watch: Watch, given: Sequence[int]) -> None:
        graph, law = problem.graph, problem.law
        indptr, sources, ties = graph.incoming
        dead = law.never if law.never.size else np.zeros(graph.ties, np.uint8)
        self.rows = [
            [
                (int(sources[place]), int(ties[place]))
                for place in range(indptr[v], indptr[v + 1])
                if not dead[ties[place]]
            ]
            for v in range(graph.people)
        ]
        self.law = law
        self.organisation = graph.organisation.tolist()
        self.horizon = watch.horizon
        self.base = {v for v in range(graph.people) if law.adopted[v]}
        self.heard: list[list[int]] = [[] for _ in range(graph.people)]
        if base is not None:
            self.base |= set(base.seed_people[base.seed_indptr[0] : base.seed_indptr[1]].tolist())
            if base.schedule.size:
                self.heard = [base.heard[row].tolist() if row >= 0 else [] for row in base.schedule[0].tolist()]
        self.given = set(given) - self.base
        self.anything_heard = any(self.heard)
        self.partners: list[list[tuple[int, list[int]]]] = [[] for _ in range(graph.organisations)]
        for q in range(graph.organisations):
            members = graph.members[graph.member_indptr[q] : graph.member_indptr[q + 1]].tolist()
            for place in range(graph.partner_indptr[q], graph.partner_indptr[q + 1]):
                self.partners[graph.partner_targets[place]].append((int(law.partner_dose[place]), members))

    def partner_parts(self, v: int) -> list[tuple[int, int]]:
        """Each member of a partner of v's organisation, and how much of v's dose she and those before her make up."""
        parts, before = [], 0
        for dose, members in self.partners[self.organisation[v]] if self.organisation[v] >= 0 else []:
            seen = heat = 0
            for u in members:
                seen += int(self.law.visibility[u])
                heat = min(dose * seen >> 24, CERTAIN)
                parts.append((u, min((before + heat) * int(self.law.receptivity[v]) >> 24, CERTAIN)))
            before = min(before + heat, CERTAIN)
        return parts

    def heard_by(self, v: int, depth: int) -> int:
        """Dose from broadcasts that comes early enough to light the root."""
        heard = self.heard[v]
        if not heard:
            return 0
        return heard[-1] if self.horizon < 0 else heard[min(self.horizon - depth, len(heard) - 1)]

    def start(self, key: int, i: int) -> None:
        """Be ready for set i."""
        raise NotImplementedError

    def draw(self, root: int) -> ReverseSet:
        """Draw the next set."""
        raise NotImplementedError

    def spare(self, companions: Sequence[int]) -> None:
        """Spare work on sets that nearly always meet who was given."""

    def mark(self, people: Sequence[int], before: str | None) -> str | None:
        """Return by whom a set is covered to which these people are added."""
        if before == "base" or self.base & set(people):
            return "base"
        return "given" if before or self.given & set(people) else None


class _Cascade(Rule):
    companions: frozenset[int] = frozenset()

    def spare(self, companions: Sequence[int]) -> None:
        if not self.base and not self.anything_heard:
            self.companions = frozenset(companions) - self.given

    def start(self, key: int, i: int) -> None:
        if i % CHUNK == 0:
            self.hits = chunk_hits(key, i // CHUNK)

    def row_hits(self, v: int) -> list[int]:
        """Who of those who can influence v has a live tie to her, in order."""
        live = [int(self.law.live[tie]) for _, tie in self.rows[v]]
        dose = [None if x == 2**32 - 1 else exponential((2**32 - 1 - x) << 32) for x in live]
        found = (u for (u, _), h in zip(self.rows[v], dose, strict=True) if h is None or self.hits.hit(h))
        return list(islice(found, 1)) if self.one_at_most(v) else list(found)

    def one_at_most(self, v: int) -> bool:
        """Whether only the first of those counts who have a live tie to v."""
        return bool(self.law.picks.one.size and self.law.picks.one[v])

    def draw(self, root: int) -> ReverseSet:
        found, layer, depth, copies = [root], [root], 0, 1
        covered = self.mark([root], None)
        stop_at_given = not self.base and not self.anything_heard
        while layer:
            following: list[int] = []
            for v in layer:
                if covered == "base" or (covered == "given" and stop_at_given):
                    return ReverseSet(root, tuple(found), covered)
                if copies == 1 and self.companions & set(found):
                    if self.hits.draw() % COPIES:
                        return ReverseSet(root, tuple(found), "given")
                    copies = COPIES
                if self.heard[v] and self.hits.hit(self.heard_by(v, depth)):
                    return ReverseSet(root, tuple(found), "base")
                if depth == self.horizon:
                    continue
                lit_by = self.row_hits(v)
                parts = self.partner_parts(v)
                if parts and self.one_at_most(v):
                    lit_by += [] if lit_by else self.one_partner(v, parts)
                elif parts:
                    lit_by += self.partner_hits(parts)
                new = [u for u in dict.fromkeys(lit_by) if u not in found]
                found += new
                following += new
                covered = self.mark(new, covered)
            layer, depth = following, depth + 1
        return ReverseSet(root, tuple(found), covered, copies)

    def one_partner(self, v: int, parts: list[tuple[int, int]]) -> list[int]:
        """The member of a partner, if any, who is the only one to light v; each with her share of the dose."""
        hazard = int(self.law.picks.partners[v])
        if self.hits.left >= hazard:
            self.hits.left -= hazard
            return []
        point = self.hits.draw() * parts[-1][1] >> 64
        self.hits.left = waiting(self.hits.draw())
        return [next(u for u, upto in parts if upto > point)]

    def partner_hits(self, parts: list[tuple[int, int]]) -> list[int]:
        """Members of partners on whose parts of the dose a hit falls; each hit uses up the part that it falls on."""
        at, reach, found = 0, parts[-1][1], []
        while self.hits.left < reach - at:
            u, upto = next(part for part in parts if part[1] > at + self.hits.left)
            found.append(u)
            at = upto
            self.hits.left = waiting(self.hits.draw())
        self.hits.left -= reach - at
        return found


class _Threshold(Rule):
    def start(self, key: int, i: int) -> None:
        self.stream = Stream(_mix(((key ^ 0x7468726573686F6C) + i * 0xD1342543DE82EF95) & _MASK))

    def source(self, v: int, depth: int) -> int | str | None:
        """In whose share the tolerance of v falls: a person's, ``"base"`` for a broadcast's, or nobody's."""
        doses = [int(self.law.dose[tie]) for _, tie in self.rows[v]]
        if not sum(doses) and not self.law.has_partners and not self.anything_heard:
            return None
        point = self.stream.draw() >> 8
        for (u, _), dose in zip(self.rows[v], doses, strict=True):
            if point < dose:
                return u
            point -= dose
        parts = self.partner_parts(v)
        for u, upto in parts:
            if point < upto:
                return u
        return "base" if point - (parts[-1][1] if parts else 0) < self.heard_by(v, depth) else None

    def draw(self, root: int) -> ReverseSet:
        found: list[int] = []
        v: int | str | None = root
        covered = None
        while isinstance(v, int) and v not in found:
            found.append(v)
            covered = self.mark([v], covered)
            depth = len(found) - 1
            v = None if covered == "base" or depth == self.horizon else self.source(v, depth)
        return ReverseSet(root, tuple(found), "base" if v == "base" else covered)


def _roots(people: int, watch: Watch, key: int, independent: bool) -> Iterator[int]:
    """Whom the sets are drawn for: everybody in turn, or by value, or one independent draw after another."""
    if not watch.value.size and not independent:
        order = (_permuted(key ^ 0x6F72646572, place, people) for place in range(people))
        yield from cycle(order)
    key ^= 0x726F6F7473
    if not watch.value.size:
        yield from (_mix((key + i * _GOLDEN) & _MASK) * people >> 64 for i in count())
    values = watch.value.tolist()
    unit = max(1, 2**62 // sum(values))
    upto = [total * unit for total in accumulate(values)]
    strata = 1 if independent else people
    width, rest = divmod(upto[-1], strata)
    for i in count():
        turn, stratum = (0, 0) if independent else divmod(i, strata)
        place = _mix((key + (i if independent else stratum) * _GOLDEN) & _MASK) + turn * _GOLDEN & _MASK
        point = stratum * width + min(stratum, rest) + (place * (width + (stratum < rest)) >> 64)
        yield next(v for v in range(people) if upto[v] > point)


def _permuted(key: int, place: int, n: int) -> int:
    """The image of a place under a keyed permutation of 0..n-1: a Feistel network, walked until it falls below n."""
    side = math.isqrt(n - 1) + 1
    x = place
    while True:
        left, right = divmod(x, side)
        for round_ in range(4):
            shift = (_mix((right + key + round_ * _GOLDEN) & _MASK) >> 32) * side >> 32
            left, right = right, (left + shift) % side
        x = left * side + right
        if x < n:
            return x
