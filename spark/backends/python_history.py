"""What the slow twin puts down of worlds in which people are in states."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spark.problem.arrays import Trace


@dataclass
class History:
    """What one world came to: who had adopted at the end, who ever, and at the end of each step how many were in each
    state, how many organisations had signed up, and how many had an adopter; and who had adopted then.
    """

    adopted: list[int] = field(default_factory=list)
    ever: int = 0
    steps: list[dict[str, int]] = field(default_factory=list)
    practising: list[list[int]] = field(default_factory=list)
    events: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Step, person, why and what: see `Trace`."""
    shares: list[tuple[int, int, int]] = field(default_factory=list)
    """Number of the event, tie, weight."""


def states_of(histories: list[list[History]], horizon: int) -> NDArray[np.int64]:
    """`Tally.states` of the worlds of each plan."""
    if not any(histories):
        return np.zeros((len(histories), 2, 7, 0), np.int64)
    steps = max(len(history.steps) for worlds in histories for history in worlds)
    states = np.array([_sums(worlds, max(steps, horizon + 1)) for worlds in histories])
    changed = np.flatnonzero((states[..., 1:] != states[..., :-1]).any(axis=(0, 1, 2)))
    return states if horizon >= 0 else states[..., : changed.max(initial=-1) + 2]


def _sums(histories: list[History], steps: int) -> NDArray[np.int64]:
    """Sums and sums of squares over worlds, int64[2, 7, steps]; what has ended stays as it was."""
    names = ("unaware", "aware", "trying", "adopted", "lapsed", "signed up", "with example")
    total = np.zeros((2, len(names), steps), np.int64)
    for history in histories:
        rows = history.steps + history.steps[-1:] * (steps - len(history.steps))
        for t, row in enumerate(rows):
            for i, name in enumerate(names):
                total[0, i, t] += row[name]
                total[1, i, t] += row[name] ** 2
    return total


def story_of(history: History) -> tuple[list[tuple[int, ...]], list[tuple[int, int, int]]]:
    """(step, person, why, what) of all that happened in a world, in order: in each step first who stops, then by
    person; and (number of the event, tie, weight) of who had a share in it, each tie once.
    """
    order = sorted(
        range(len(history.events)),
        key=lambda i: (history.events[i][0], history.events[i][2] > Trace.LAPSED, history.events[i][1], i),
    )
    place = {i: j for j, i in enumerate(order)}
    shares: dict[tuple[int, int], int] = {}
    for i, e, weight in history.shares:
        shares[place[i], e] = shares.get((place[i], e), 0) + weight
    return [history.events[i] for i in order], [(j, e, weight) for (j, e), weight in sorted(shares.items())]
