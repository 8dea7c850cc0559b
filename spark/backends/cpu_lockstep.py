"""Plans in sixty-four worlds at once: what is drawn in them is kept, and serves all plans that are tried later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends.pool import work_through
from spark.kernels.draw import BROADCAST, PARTNERS
from spark.kernels.interventions.coins import BRIDGE_COIN, COIN, SEEDS_COIN
from spark.kernels.lockstep import Lots, Network, Plans, run_cascade_together, run_periods_together
from spark.kernels.lockstep_draws import (
    WORLDS,
    draw_lapses_together,
    draw_points_together,
    draw_ties_together,
    find_places,
    keep_willing,
    list_reachable,
)
from spark.kernels.periods import LAPSE, step_key
from spark.problem.arrays import ALWAYS, CERTAIN, UNIT, Actions, Law, Problem, Watch, Worlds

MOST_WORDS = 1 << 25
"""Of what is kept for one word of worlds: 256 MiB. Where more would be needed, worlds are run one by one."""
KEPT_WORDS = 1 << 26
USES = frozenset({"take-up", "boost", "sustain", "bridge"})
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


def in_lockstep(problem: Problem, actions: Actions, watch: Watch) -> bool:
    """Whether plans can be tried in many worlds at once: cascades, certain take-up of all that goes on over time."""
    law = problem.law
    if law.family != "cascade" or law.states is not None or law.waits or not actions.uses <= USES:
        return False
    if any(uptake.kind.size for uptake in (actions.heard_uptake, actions.boost_uptake, actions.sustain_uptake)):
        return False
    if law.lapse.size and (watch.horizon < 0 or not set(law.left.tolist()) <= {0, UNIT} or law.left[0] != UNIT):
        return False
    rising = (actions.boost_level[:, 1:] != actions.boost_level[:, 1:2]).any()
    if rising and not law.lapse.size and (law.has_partners or law.examples > 1):
        return False
    if law.examples > 1 and law.has_partners:
        return False
    return _words(problem, actions, watch) <= MOST_WORDS


def _words(problem: Problem, actions: Actions, watch: Watch) -> int:
    """How many words what is drawn for 64 worlds takes, about."""
    graph, law = problem.graph, problem.law
    steps = watch.horizon + 1 if law.lapse.size else 1
    levels = len(problem.levels) or 1
    heard = min(steps, actions.heard.shape[1]) if actions.schedule.size else 0
    ties = graph.ties + actions.bridge_id.size // max(actions.plans, 1)
    return steps * levels * law.examples * ties + (heard * law.examples + steps * law.has_partners) * graph.people * 64


class Overlay:
    """The different ties that plans have added so far, numbered; with what decides in which worlds they are live.

    Attributes
    ----------
    ids : uint64[c]; chance : uint64[L, k, c]; ends : int32[2, c]; accept : uint64[c]; as in `Actions`.
    """

    def __init__(self, levels: int, examples: int) -> None:
        self._names, self._places = np.empty(1024, np.uint64), np.full(1024, -1)
        self.ids, self.accept = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self.chance, self.ends = np.empty((levels, examples, 0), np.uint64), np.empty((2, 0), np.int32)

    def rows(self, actions: Actions) -> I64:
        """Return the number of each bridge of each plan; new ones are taken in."""
        size, (levels, examples, known) = actions.bridge_id.size, self.chance.shape
        chance = np.empty((levels, examples, size), np.uint64)
        if size:
            chance[:, 0] = actions.bridge_chance
            if examples > 1:
                chance[:, 1:] = actions.bridge_more
        accept = actions.bridge_accept if actions.bridge_accept.size else np.full(size, ALWAYS, np.uint64)
        names = actions.bridge_id.copy()
        for column in (*chance.reshape(levels * examples, size), accept):
            names = (names ^ (names >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) + column
        if 4 * (known + size) > self._names.size:
            taken = self._places >= 0
            bits = int(8 * (known + size)).bit_length()
            kept = self._names[taken][np.argsort(self._places[taken])]
            self._names, self._places = np.empty(1 << bits, np.uint64), np.full(1 << bits, -1)
            find_places(kept, self._names, self._places, 0, np.empty(known, np.int64), np.empty(known, np.int64))
        rows, first = np.empty(size, np.int64), np.empty(size, np.int64)
        count = find_places(names, self._names, self._places, known, rows, first)
        new = first[: count - known]
        ends = np.array([actions.bridge_source[new], actions.bridge_target[new]])
        self.ids, self.accept = np.append(self.ids, actions.bridge_id[new]), np.append(self.accept, accept[new])
        self.chance = np.concatenate([self.chance, chance[:, :, new]], axis=2)
        self.ends = np.concatenate([self.ends, ends], axis=1)
        return rows


class Lockstep:
    """Worlds of one problem, 64 at a time; what is drawn in the first ones of the latest key is kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.laws = problem, problem.levels or (problem.law,)
        self.chances = [_hits(level) for level in self.laws]
        self._key = 0
        self.overlay = Overlay(len(self.laws), problem.law.examples)
        self._kept: dict[tuple[int, int], _Drawn] = {}

    def run(self, actions: Actions, watch: Watch, worlds: Worlds, workers: int) -> I64:
        """Return what the adopters of each plan at the end count in each world: int64[P, W]; people, or value."""
        law = self.problem.law
        steps = watch.horizon + 1 if law.lapse.size else 1
        if self.overlay.chance.size * steps > MOST_WORDS:
            self.overlay = Overlay(len(self.laws), law.examples)
            self._kept.clear()
        network, rows = self._network(watch), self.overlay.rows(actions)
        plans, left = _plans(actions, watch, rows)
        kernel = run_periods_together if law.lapse.size else run_cascade_together
        key, salt = np.uint64(worlds.key), np.uint64(COIN + np.uint64(SEEDS_COIN))
        out = np.empty((actions.plans, -(-worlds.count // WORLDS) * WORLDS), np.int64)
        for begin in range(0, worlds.count, WORLDS):
            drawn = self._drawn(worlds.key, worlds.first + begin, steps)
            lots = drawn.lots(left, actions)
            part = np.empty((actions.plans, WORLDS), np.int64)
            given = drawn.first, network, lots, plans, part

            def work(_: int, first: int, stop: int, given: Any = given) -> None:
                kernel(key, salt, given[0], first, stop, *given[1:])

            work_through(actions.plans, min(workers, actions.plans), work)
            out[:, begin : begin + WORLDS] = part
        return out[:, : worlds.count]

    def _network(self, watch: Watch) -> Network:
        graph, law = self.problem.graph, self.problem.law
        on = slice(None) if law.has_partners else slice(0)
        in_indptr, in_sources, in_ties = graph.incoming
        return Network(
            graph.indptr.astype(np.uint64),
            graph.targets.astype(np.uint32),
            in_indptr.astype(np.uint64),
            in_sources.astype(np.uint32),
            in_ties.astype(np.uint64),
            graph.organisation,
            graph.partner_indptr,
            graph.partner_targets[on],
            law.partner_dose[on],
            law.visibility,
            np.array([level.receptivity for level in self.laws]),
            np.flatnonzero(law.adopted).astype(np.int32),
            bool(law.lapse.size and law.left[-1] == 0),
            watch.value if watch.value.size else np.ones(graph.people, np.int64),
        )

    def _drawn(self, key: int, first: int, steps: int) -> _Drawn:
        if key != self._key:
            self._key = key
            self._kept.clear()
        drawn = self._kept.get((first, steps))
        if drawn is None:
            drawn = _Drawn(self, key, first, steps)
            if drawn.words + sum(one.words for one in self._kept.values()) <= KEPT_WORDS:
                self._kept[first, steps] = drawn
        return drawn


class _Drawn:
    """What is drawn in the 64 worlds from `first` on."""

    def __init__(self, of: Lockstep, key: int, first: int, steps: int) -> None:
        graph, law = of.problem.graph, of.problem.law
        self._of, self._steps, self.first, self._key = of, steps, first, np.uint64(key)
        self._keys = [np.uint64(step_key(self._key, t)) for t in range(steps)] if law.lapse.size else [self._key]
        order = graph.incoming[2] if law.lapse.size else np.arange(graph.ties)
        self._live = self._ties(order.astype(np.uint64), np.array(of.chances)[:, :, order])
        self._left: dict[int, U64] = {}
        self._bridged = np.empty((len(of.laws), law.examples, steps, 0), np.uint64)
        self._heard = np.empty((0, law.examples, graph.people, WORLDS), np.uint64)
        self._partners = self._reachable()

    @property
    def words(self) -> int:
        """How many words are kept."""
        return sum(part.size for part in (self._live, self._bridged, self._heard, *self._left.values()))

    def lots(self, left: U64, actions: Actions) -> Lots:
        """Return all that is drawn for some plans."""
        self._add(self._of.overlay)
        if actions.schedule.size:
            self._hear(min(actions.heard.shape[1], self._steps) if self._of.problem.law.lapse.size else 1)
        return Lots(self._live, self._bridged, self._lapses(left), self._heard, *self._partners)

    def _ties(self, ids: U64, chance: U64) -> U64:
        out = np.empty((*chance.shape[:2], self._steps, ids.size), np.uint64)
        for level, j in np.ndindex(*chance.shape[:2]):
            for t, key in enumerate(self._keys):
                draw_ties_together(key, self.first, ids, chance[level, j], out[level, j, t])
        return out

    def _add(self, overlay: Overlay) -> None:
        """Draw the bridges that are new."""
        new = slice(self._bridged.shape[3], None)
        accept = overlay.accept[new]
        if not accept.size:
            return
        bridged = self._ties(overlay.ids[new], overlay.chance[:, :, new])
        if (accept < ALWAYS).any():
            willing = np.full(accept.size, ~np.uint64(0))
            for ends in overlay.ends[:, new]:
                keep_willing(self._key, np.uint64(COIN + np.uint64(BRIDGE_COIN)), self.first, ends, accept, willing)
            bridged &= willing
        self._bridged = np.concatenate([self._bridged, bridged], axis=3)

    def _lapses(self, left: U64) -> U64:
        """In which worlds people give up, where `left` uint64[R] of the chance to is left: uint64[R, T, n]."""
        lapse = self._of.problem.law.lapse
        if not lapse.size:
            return np.empty((0, 0, 0), np.uint64)
        for share in set(left.tolist()) - set(self._left):
            hazard = (lapse * np.uint64(share)) >> np.uint64(24)
            drawn = self._left[share] = np.empty((self._steps, lapse.size), np.uint64)
            for t, key in enumerate(self._keys):
                draw_lapses_together(key, LAPSE, self.first, hazard, drawn[t])
        return np.array([self._left[share] for share in left.tolist()])

    def _hear(self, steps: int) -> None:
        known = len(self._heard)
        if steps > known:
            more = np.empty((steps - known, *self._heard.shape[1:]), np.uint64)
            for t in range(known, steps):
                draw_points_together(self._keys[t], BROADCAST, self.first, more[t - known])
            self._heard = np.concatenate([self._heard, more])

    def _reachable(self) -> tuple[I64, NDArray[np.int32], U64]:
        """Who can be convinced by partners, in each step."""
        graph, law = self._of.problem.graph, self._of.problem.law
        begin = np.zeros((self._steps, graph.organisations * WORLDS + 1), np.int64)
        parts = [(np.empty(0, np.int32), np.empty(0, np.uint64))]
        if law.has_partners:
            hottest, done = _hottest(self._of.problem), 0
            receptivity = np.max([level.receptivity for level in self._of.laws], axis=0)
            points = np.empty((1, graph.people, WORLDS), np.uint64)
            for t in range(self._steps):
                draw_points_together(self._keys[t], PARTNERS, self.first, points)
                given = points[0], graph.organisation, hottest, receptivity
                count = list_reachable(*given, *parts[0], begin[t])
                part = np.empty(count, np.int32), np.empty(count, np.uint64)
                list_reachable(*given, *part, begin[t])
                begin[t] += done
                done += count
                parts.append(part)
        members, needs = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        return begin, members, needs


def _hits(law: Law) -> U64:
    """T of 2^32 of so many moments from each tie: uint64[k, m]."""
    hits = np.array([law.live.astype(np.uint64) + np.uint64(1), *law.more])
    return np.where(law.never != 0, np.uint64(0), hits)


def _hottest(problem: Problem) -> U64:
    """The heat of each organisation while everybody practises, uint64[o]."""
    graph, law = problem.graph, problem.law
    heat = [0] * graph.organisations
    for q in range(graph.organisations):
        bright = int(law.visibility[graph.members[graph.member_indptr[q] : graph.member_indptr[q + 1]]].sum())
        for j in range(graph.partner_indptr[q], graph.partner_indptr[q + 1]):
            o = int(graph.partner_targets[j])
            heat[o] = min(heat[o] + (int(law.partner_dose[j]) * bright >> 24), CERTAIN)
    return np.array(heat, np.uint64)


def _plans(actions: Actions, watch: Watch, rows: I64) -> tuple[Plans, U64]:
    """The plans as the kernels take them, and what may be left of the chance to lapse, UNIT first."""
    left = np.unique(np.append(actions.sustain_left, np.uint64(UNIT)))[::-1]
    place = {share: number for number, share in enumerate(left.tolist())}
    lapse_row = np.array([[place[x] for x in row] for row in actions.sustain_left.tolist()], np.uint8)
    plans = Plans(
        actions.seed_indptr,
        actions.seed_people,
        actions.seed_start,
        actions.seed_accept,
        actions.schedule,
        actions.heard,
        actions.boost if actions.boost.size else actions.schedule[:, :0],
        actions.boost_level,
        actions.sustain if actions.sustain.size else actions.schedule[:, :0],
        lapse_row.reshape(actions.sustain_left.shape),
        actions.bridge_indptr if actions.bridge_id.size else np.zeros(actions.plans + 1, np.int64),
        actions.bridge_source,
        actions.bridge_target,
        actions.bridge_start,
        actions.bridge_stop,
        rows,
        watch.horizon,
    )
    return plans, left
