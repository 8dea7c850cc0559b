"""The slow twin of interventions: what a plan changes in one world, asked person by person and step by step."""

from __future__ import annotations

from dataclasses import dataclass

from spark.backends.python_draws import coin
from spark.problem.arrays import ALWAYS, CERTAIN, UPTAKE_KINDS, Actions, Law, Problem, Uptake

_BRIDGE = UPTAKE_KINDS.index("bridge")
_MANDATE = UPTAKE_KINDS.index("mandate")


@dataclass(frozen=True, slots=True)
class Added:
    """A tie that the plan adds; `place` is its number among those of the plan, `row` among those of all plans."""

    place: int
    row: int
    source: int
    target: int
    tie: int
    opens: int
    closes: int

    def delivers(self, adopted: int, delay: int) -> int:
        """The step in which it delivers once, `delay` after its source adopted in step `adopted`; -1 for never."""
        step = max(adopted + delay, self.opens)
        return step if step < self.closes else -1


class PlainChanges:
    """One plan in one world."""

    def __init__(self, problem: Problem, actions: Actions, plan: int, key: int, world: int) -> None:

        self._problem, self._actions, self._plan = problem, actions, plan
        self.actions = actions
        self._coin = lambda kind, who: coin(key, kind, world, who)
        people = range(problem.graph.people)
        self._boost = [self._row(actions.boost, actions.boost_uptake, v) for v in people]
        self._sustain = [self._row(actions.sustain, actions.sustain_uptake, v) for v in people]
        self.schedule = [self._row(actions.schedule, actions.heard_uptake, v) for v in people]
        seeds = range(actions.seed_indptr[plan], actions.seed_indptr[plan + 1])
        accept = actions.seed_accept.tolist() or [ALWAYS] * actions.seed_people.size
        self.due = {
            int(actions.seed_people[i]): int(actions.seed_start[i])
            for i in seeds
            if self._coin(0, int(actions.seed_people[i])) < accept[i]
        }
        self.added: list[list[Added]] = [[] for _ in people]  # by target
        for added in self._bridges():
            self.added[added.target].append(added)
        self.last_event = max(
            [*actions.seed_start[seeds.start : seeds.stop].tolist(), actions.heard.shape[1] - 1, 0]
            + [added.opens for ties in self.added for added in ties]
            + [actions.boost_level.shape[1] - 1]
        )

    def law(self, v: int, t: int, since: int | None = None) -> Law:
        """The law at the level of readiness of person v in step t, or at her highest level since an earlier step."""
        return (
            self._problem.levels[self.peak(v, t if since is None else since, t)]
            if self._problem.levels
            else self._problem.law
        )

    def peak(self, v: int, since: int, t: int) -> int:
        """Her highest level of readiness in the steps since..t."""
        return max(self.level(v, s) for s in range(since, t + 1))

    def level(self, v: int, t: int) -> int:
        """Her level of readiness in step t."""
        levels = self._actions.boost_level
        return int(levels[self._boost[v], min(t, levels.shape[1] - 1)]) if self._boost[v] >= 0 else 0

    def speeds(self, v: int) -> list[int]:
        """How fast the clocks of her in-ties run in step 0, 1, ..., the last for ever; units of 2^-24."""
        row = self._boost[v]
        levels = self._actions.boost_level[row].tolist() if row >= 0 else [0]
        return [round(self._actions.factors[level] * 2**24) for level in levels]

    def stays(self, v: int) -> list[int]:
        """How fast the clock runs that ends her practising, likewise."""
        row = self._sustain[v]
        return [int(left) for left in self._actions.sustain_left[row]] if row >= 0 else [1 << 24]

    def lapse(self, v: int, t: int) -> int:
        """T of 2^32: her chance of lapsing in step t."""
        left, chance = self._actions.sustain_left, int(self._problem.law.lapse[v])
        row = self._sustain[v]
        return chance * int(left[row, min(t, left.shape[1] - 1)]) >> 24 if row >= 0 else chance

    def chance(self, added: Added, since: int, t: int) -> int:
        """T of 2^32 of an added tie at the highest level of its target in the steps since..t."""
        return int(self._actions.bridge_chance[self.peak(added.target, since, t), added.row])

    def hits(self, added: Added, since: int, t: int, draw: int) -> int:
        """How many convincing moments an added tie that delivered in step `since` has given by step t."""
        more = self._actions.bridge_more
        if t < since or draw >= self.chance(added, since, t):
            return 0
        level = self.peak(added.target, since, t)
        return 1 + sum(draw < int(more[level, j, added.row]) for j in range(more.shape[1]))

    def dose(self, added: Added, since: int, t: int) -> int:
        """What an added tie that delivered in step `since` has given its target by step t."""
        return int(self._actions.bridge_dose[self.peak(added.target, since, t), added.row]) if since <= t else 0

    def partner_dose(self, v: int, heats: list[int]) -> int:
        """What partners have given until now, from the heat of her organisation at the end of each step so far."""
        if not self._problem.levels:
            return min(heats[-1] * int(self._problem.law.receptivity[v]) >> 24, CERTAIN)
        now, by_level = len(heats) - 1, [0] * len(self._problem.levels)
        for t in range(1, now + 1):
            by_level[self.peak(v, t, now)] += heats[t] - heats[t - 1]
        total = 0
        for level, heat in enumerate(by_level):
            receptivity = int(self._problem.levels[level].receptivity[v])
            total = min(total + min(heat * receptivity >> 24, CERTAIN), CERTAIN)
        return total

    def _row(self, rows: object, uptake: Uptake, v: int) -> int:
        row = int(rows[self._plan, v]) if rows.size else -1  # type: ignore[attr-defined, index]
        while row >= 0 and uptake.kind.size and uptake.accept[row] < ALWAYS:
            kind = int(uptake.kind[row])
            who = int(self._problem.graph.organisation[v]) if kind == _MANDATE else v
            row = int((uptake.yes if self._coin(kind, who) < int(uptake.accept[row]) else uptake.no)[row])
        return row

    def _bridges(self) -> list[Added]:
        actions, found = self._actions, []
        first, end = actions.bridge_indptr[self._plan : self._plan + 2] if actions.bridge_id.size else (0, 0)
        for row in range(first, end):
            ends = int(actions.bridge_source[row]), int(actions.bridge_target[row])
            accept = int(actions.bridge_accept[row]) if actions.bridge_accept.size else ALWAYS
            if all(self._coin(_BRIDGE, v) < accept for v in ends):
                window = int(actions.bridge_start[row]), int(actions.bridge_stop[row])
                found.append(Added(row - first, row, *ends, int(actions.bridge_id[row]), *window))
        return found
