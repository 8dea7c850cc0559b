"""What the kernels of interventions read and write: ties at each level of readiness, and working arrays."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.kernels.interventions import (
    NOT_YET,
    LevelRows,
    Room,
    replay_changed_cascade,
    replay_changed_threshold,
    run_changed_cascade,
    run_changed_threshold,
)
from spark.kernels.interventions_periods import run_changed_periods
from spark.kernels.lanes import LANES
from spark.kernels.world import Changes, Questions, Start, Work
from spark.problem.arrays import ALWAYS, Actions, Law, Problem, Uptake, freeze

KERNELS: dict[str, Any] = {
    "changed cascade": (run_changed_cascade, replay_changed_cascade),
    "changed examples": (run_changed_cascade, replay_changed_cascade),
    "changed threshold": (run_changed_threshold, replay_changed_threshold),
    "changed periods": (run_changed_periods, None),
}
__all__ = ["KERNELS", "Room", "changed_room", "changes_anything", "changes_of", "level_rows"]
_NO_WAY_BACK = (freeze(np.empty(0, np.int64)), freeze(np.empty(0, np.int32)), freeze(np.empty(0, np.int64)))
_ROWS: weakref.WeakKeyDictionary[Problem, LevelRows] = weakref.WeakKeyDictionary()


def level_rows(problem: Problem) -> LevelRows:
    """The rows of a problem at each of its levels, made once."""
    rows = _ROWS.get(problem)
    if rows is None:
        graph, law, laws = problem.graph, problem.law, problem.levels or (problem.law,)
        targets, loud = graph.targets, np.zeros(LANES, np.uint32)
        chance, more = np.empty((len(laws), 0), np.uint64), np.empty((len(laws), 0, 0), np.uint64)
        if law.family == "cascade":
            chance = np.array([_acceptances(level) for level in laws], np.uint64)
            most = chance.max(axis=0)
            targets = np.where(most == 0, np.int32(graph.people), targets)
            loud = np.zeros(most.size + LANES, np.uint32)
            loud[: most.size] = np.maximum(most, np.uint64(1)) - np.uint64(1)
            more = np.array([level.more for level in laws], np.uint64)
        way_back = graph.incoming if len(laws) > 1 else _NO_WAY_BACK
        rows = LevelRows(
            graph.indptr,
            freeze(targets),
            freeze(loud),
            freeze(chance),
            freeze(more),
            freeze(np.array([level.dose for level in laws], np.uint64)),
            freeze(np.array([level.receptivity for level in laws], np.uint64)),
            way_back[0],
            way_back[1],
            way_back[2],
            law.tolerance,
            law.lapse,
            law.left,
        )
        _ROWS[problem] = rows
    return rows


def _acceptances(law: Law) -> NDArray[np.uint64]:
    """T of 2^32 of each tie."""
    return np.where(law.never != 0, np.uint64(0), law.live.astype(np.uint64) + np.uint64(1))


def changed_room(problem: Problem, starts: list[Start], work: Work) -> Room:
    """Working arrays for plans that change more than seeds and broadcasts."""
    people = problem.graph.people
    opens = max((int(start.changes.opens.max(initial=0)) for start in starts), default=0)
    bridges = max((start.changes.source.size for start in starts), default=0)
    several = problem.law.family == "cascade" and not problem.law.lapse.size
    work = work._replace(
        ends=np.empty(work.ends.size + opens + starts[0].changes.boost_level.shape[1], np.int64),
        dose=np.zeros(people, np.uint64),
        touched=np.empty(people, np.int32),
        points=np.zeros(people if several else 0, np.int32),
        heard_next=np.zeros(people if several else 0, np.uint64),
        heard_points=np.zeros(people if several else 0, np.int32),
    )
    return Room(
        work,
        np.empty(people, np.int32),
        np.empty(people, np.int32),
        np.empty(people, np.int32),
        np.zeros(people if problem.law.has_partners else 0, np.uint64),
        np.zeros((people if problem.law.has_partners else 0, max(len(problem.levels), 1)), np.uint64),
        np.full(people, NOT_YET, np.int32),
        np.empty(people, np.int32),
        np.zeros(problem.graph.organisations, np.uint64),
        np.zeros(people, np.int32),
        np.empty(bridges, np.int32),
    )


def changes_of(actions: Actions, plan: int) -> Changes:
    """What one plan changes beside seeds and broadcasts; of size 0 where this plan does not, whatever others do."""
    seeds = slice(actions.seed_indptr[plan], actions.seed_indptr[plan + 1])
    bridges = slice(*actions.bridge_indptr[plan : plan + 2]) if actions.bridge_id.size else slice(0)

    def followed(rows: NDArray[np.int32]) -> NDArray[np.int32]:
        on = rows.size and (rows[plan] >= 0).any()
        return freeze(rows[plan] if on else np.empty(0, np.int32))

    boost, sustain = followed(actions.boost), followed(actions.sustain)
    return Changes(
        _asked(actions.seed_accept[seeds]),
        _questions(actions.heard_uptake, followed(actions.schedule)),
        boost,
        actions.boost_level,
        _questions(actions.boost_uptake, boost),
        sustain,
        actions.sustain_left,
        _questions(actions.sustain_uptake, sustain),
        freeze(actions.bridge_source[bridges]),
        freeze(actions.bridge_target[bridges]),
        freeze(actions.bridge_id[bridges]),
        freeze(actions.bridge_start[bridges]),
        freeze(actions.bridge_stop[bridges]),
        _asked(actions.bridge_accept[bridges]),
        freeze(actions.bridge_chance[:, bridges]),
        freeze(actions.bridge_more[:, :, bridges]),
        freeze(actions.bridge_dose[:, bridges]),
        freeze(actions.boost_speed),
    )


def changes_anything(changes: Changes) -> bool:
    """Whether a plan needs the kernels of interventions."""
    parts = (changes.seed_accept, changes.heard.kind, changes.boost, changes.sustain, changes.source)
    return any(part.size for part in parts)


def _asked(accept: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return freeze(accept if (accept < ALWAYS).any() else accept[:0])


def _questions(uptake: Uptake, rows: NDArray[np.int32]) -> Questions:
    """The questions, where the rows of a plan lead to any."""
    some = np.unique(rows[rows >= 0]) if uptake.accept.size else rows[:0]
    if not (uptake.accept[some] < ALWAYS).any():
        uptake = Uptake()
    return Questions(uptake.kind, uptake.accept, uptake.yes, uptake.no)
