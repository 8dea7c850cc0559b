"""The slow twin of interventions: what a plan changes in one world, asked person by person and step by step."""

from __future__ import annotations

from dataclasses import dataclass

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

    def delivers(self, adopted: int) -> int:
        """The step in which it delivers once, to an adopter of step `adopted`; -1 for never."""
        step = max(adopted + 1, self.opens)
        return step if step < self.closes else -1


class PlainChanges:
    """One plan in one world."""

    def __init__(self, problem: Problem, actions: Actions, plan: int, key: int, world: int) -> None:
        from spark.backends.python import coin  # it needs this module

        self._problem, self._actions, self._plan = problem, actions, plan
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
        )

    def law(self, v: int, t: int) -> Law:
        """The law at the level of readiness of person v in step t."""
        return self._problem.levels[self.level(v, t)] if self._problem.levels else self._problem.law

    def level(self, v: int, t: int) -> int:
        """Her level of readiness in step t."""
        levels = self._actions.boost_level
        return int(levels[self._boost[v], min(t, levels.shape[1] - 1)]) if self._boost[v] >= 0 else 0

    def lapse(self, v: int, t: int) -> int:
        """T of 2^32: her chance of lapsing in step t."""
        left, chance = self._actions.sustain_left, int(self._problem.law.lapse[v])
        row = self._sustain[v]
        return chance * int(left[row, min(t, left.shape[1] - 1)]) >> 24 if row >= 0 else chance

    def chance(self, added: Added, t: int) -> int:
        """T of 2^32 of an added tie for its target in step t."""
        return int(self._actions.bridge_chance[self.level(added.target, t), added.row])

    def hits(self, added: Added, t: int, draw: int) -> int:
        """How many convincing moments an added tie gives."""
        more = self._actions.bridge_more
        if draw >= self.chance(added, t):
            return 0
        level = self.level(added.target, t)
        return 1 + sum(draw < int(more[level, j, added.row]) for j in range(more.shape[1]))

    def dose(self, added: Added, t: int) -> int:
        """What an added tie gives its target in step t."""
        return int(self._actions.bridge_dose[self.level(added.target, t), added.row])

    def partner_dose(self, v: int, heats: list[int]) -> int:
        """What partners have given until now, from the heat of her organisation at the end of each step so far."""
        if not self._problem.levels:
            return min(heats[-1] * int(self._problem.law.receptivity[v]) >> 24, CERTAIN)
        total = 0
        for t in range(1, len(heats)):
            receptivity = int(self.law(v, t).receptivity[v])
            total += min(heats[t] * receptivity >> 24, CERTAIN) - min(heats[t - 1] * receptivity >> 24, CERTAIN)
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
