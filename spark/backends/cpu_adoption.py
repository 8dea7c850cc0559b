"""What the compiled backend needs for the full model of adoption, and for awareness alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.kernels.adoption import Course, Late, Past, Posts, run_adoption
from spark.kernels.adoption_people import ADOPTED
from spark.kernels.aware import Word, WordWork, run_aware
from spark.kernels.lanes import LANES
from spark.kernels.log import Log
from spark.kernels.tolerance import Laws
from spark.kernels.world import Start
from spark.problem.arrays import Graph, Law, Problem, freeze

KERNELS = {"adoption": (run_adoption, run_adoption), "aware": (run_aware, run_aware)}

NO_END = 1 << 40
_NONE = freeze(np.empty(0, np.int32))


def state_rows(problem: Problem) -> Course | Word:
    """The rows that kernels read."""
    graph, law = problem.graph, problem.law
    states = law.states
    assert states is not None
    word_targets, word = _word(graph, states.aware)
    hearsay_targets, hearsay = _word(graph, states.hearsay)
    if law.family == "aware":
        return Word(graph.indptr, word_targets, word, hearsay_targets, hearsay, states.willing)
    laws = problem.levels or (law,)
    loud = states.loud_dose.size > 0
    targets, live, chance = _variants(graph, laws)
    first = np.empty(0, np.uint8)
    if states.support.size:
        sources = np.repeat(np.arange(graph.people), np.diff(graph.indptr))
        first = np.ones(graph.ties, np.uint8)
        first[1:] = (sources[1:] != sources[:-1]) | (graph.targets[1:] != graph.targets[:-1])
    return Course(
        indptr=graph.indptr,
        targets=targets,
        live=live,
        chance=chance,
        dose=freeze(np.stack([part for level in laws for part in _both(level, "dose")])),
        more=freeze(np.stack([part for level in laws for part in _both(level, "more")])),
        needed=law.examples,
        variants=2 if loud else 1,
        gate=bool(states.gate),
        lapse=law.lapse,
        left=law.left,
        word_targets=word_targets,
        word=word,
        hearsay_targets=hearsay_targets,
        hearsay=hearsay,
        trial_time=states.trial_time,
        trial_end=np.uint64(states.trial_end),
        trial_failure=np.uint64(states.trial_failure),
        trial_visibility=np.uint64(states.trial_visibility),
        ties=graph.targets,
        first=freeze(first),
        support=states.support,
        support_start=states.support_start,
        turnover=states.turnover,
        formal=states.formal,
        policy_dose=np.uint64(states.policy_dose),
        policy_lapse=np.uint64(states.policy_lapse),
        loudness=np.uint64(states.loudness),
        receptivity=freeze(np.stack([level.receptivity for level in laws])),
        tolerances=Laws(*law.tolerances),
        late=Late(longest_delay(law), *law.delays),
        noise=np.uint64(states.noise),
    )


def longest_delay(law: Law) -> int:
    """The longest delay, 0 where no tie takes more than a step; a geometric one may last as long as there is time."""
    if not law.delays.some:
        return 0
    if law.delays.rate.size:
        return NO_END
    return max(int(law.delays.steps.max(initial=1)), law.delays.upto.size)


def _word(graph: Graph, chance: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """Ties that never pass word lead to the sink; thresholds are padded for 16 at once."""
    if not chance.size:
        return _NONE, freeze(np.empty(0, np.uint32))
    never = chance == 0
    targets = freeze(np.where(never, np.int32(graph.people), graph.targets)) if never.any() else graph.targets
    padded = np.zeros(graph.ties + LANES, np.uint32)
    padded[: graph.ties] = np.maximum(chance, np.uint64(1)) - np.uint64(1)
    return targets, freeze(padded)


def _both(law: Law, name: str) -> list[NDArray[np.uint64]]:
    """Of ties from adopters as they are, and where that differs from those who are seen more."""
    assert law.states is not None
    loud = [getattr(law.states, f"loud_{name}")] if law.states.loud_dose.size else []
    return [getattr(law, name), *loud]


def _variants(graph: Graph, laws: tuple[Law, ...]) -> tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.uint64]]:
    """Where ties lead; for each loudness the thresholds of the loudest level; and where there are levels, T of 2^32 of
    each variant.
    """
    pairs = [zip(_both(law, "live"), _both(law, "never"), strict=True) for law in laws]
    accept = [
        [np.where(never != 0, np.uint64(0), live.astype(np.uint64) + np.uint64(1)) for live, never in pair]
        for pair in pairs
    ]
    most = np.array(accept, np.uint64).max(axis=0)
    dead = (most == 0).all(axis=0)
    targets = freeze(np.where(dead, np.int32(graph.people), graph.targets)) if dead.any() else graph.targets
    padded = np.zeros((len(most), graph.ties + LANES), np.uint32)
    padded[:, : graph.ties] = np.maximum(most, np.uint64(1)) - np.uint64(1)
    every = np.array([part for level in accept for part in level], np.uint64)
    return targets, freeze(padded.reshape(-1)), freeze(every if len(laws) > 1 else every[:, :0])


def state_work(problem: Problem, starts: list[Start]) -> Posts | WordWork:
    """Working arrays of one worker."""
    people, organisations = problem.graph.people, problem.graph.organisations
    state = np.zeros(people + 1, np.uint8)
    state[people] = ADOPTED
    law = problem.law
    assert law.states is not None
    if law.family == "aware":
        steps = starts[0].heard.shape[1]
        latest = max((int(start.steps[-1]) for start in starts if start.steps.size), default=0)
        return WordWork(
            state,
            np.empty(2 * people + 1, np.int32),
            np.empty(people, np.int32),
            np.empty((3, people + latest + steps + 3), np.int64),
            np.zeros(organisations, np.int64),
            np.empty(people, np.int32),
            np.empty((3, 0), np.int32),
        )
    return Posts(
        state=state,
        moments=np.zeros(people, np.uint64),
        lapses=np.zeros(people, np.uint8),
        ever=np.zeros(people, np.uint8),
        active=np.zeros(people, np.int32),
        trying=np.zeros(people, np.int32),
        since=np.zeros(people, np.int32),
        sources=np.zeros(people, np.int32),
        tellers=np.zeros(people, np.int32),
        ready=np.zeros(people, np.int32),
        learned=np.zeros(people, np.int32),
        stopped=np.zeros(people, np.int32),
        around=np.zeros(people if law.states.support.size else 0, np.int32),
        inside=np.zeros(organisations, np.int64),
        signed=np.zeros(organisations, np.uint8),
        bright=np.zeros(organisations, np.uint64),
        heat=np.zeros(organisations, np.uint64),
        counts=np.zeros(8, np.int64),
        hazard=np.zeros(people, np.uint64),
        seen=np.zeros((7, starts[0].horizon + 1), np.int64),
        heard=np.empty(people, np.int32),
        boost=np.empty(people, np.int32),
        sustain=np.empty(people, np.int32),
        there=np.zeros(max(start.changes.source.size for start in starts), np.uint8),
        was=np.zeros(people, np.uint8),
        reached=np.zeros(people if law.states.noise else 0, np.uint8),
        past=_past(people, longest_delay(law), starts[0].horizon),
        log=Log(np.empty((0, 4), np.int64), np.zeros(1, np.int64)),
    )


def _past(people: int, longest: int, horizon: int) -> Past:
    """Room for what everybody did in the last `longest` steps, if any."""
    rows = people if longest else 0
    words = np.zeros((rows, max(1, -(-min(longest, horizon) // 64))), np.uint64)
    return Past(words, words.copy(), np.empty(rows, np.int32), np.empty(rows, np.int32))
