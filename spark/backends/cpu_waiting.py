"""What the compiled backend needs for delays, noise and tolerances of any law: rows and working arrays."""

from __future__ import annotations

import numpy as np

from spark.kernels.tolerance import Laws
from spark.kernels.waiting import WaitingRows, WaitingWork
from spark.kernels.world import Rows, Work
from spark.problem.arrays import ONE, Problem, freeze

__all__ = ["WaitingRows", "WaitingWork", "waiting_rows", "waiting_work"]
LONGEST_DRAW = 45 * ONE  # an exponential draw is at most 64 ln 2


def waiting_rows(problem: Problem) -> WaitingRows:
    """The rows that the kernel reads: ties that are never live lead to the sink."""
    graph, law = problem.graph, problem.law
    targets = graph.targets
    if law.never.any():
        targets = freeze(np.where(law.never != 0, np.int32(graph.people), targets))
    rows = Rows(graph.indptr, targets, law.dose, law.more, law.tolerance, law.dose, law.lapse, law.left)
    return WaitingRows(rows, int(law.family == "cascade"), law.live, Laws(*law.tolerances), *law.delays, law.noise)


def waiting_work(problem: Problem, work: Work, horizon: int) -> WaitingWork:
    """Working arrays of one worker."""
    people = problem.graph.people
    return WaitingWork(
        work,
        calendar=np.zeros(_longest_wait(problem, horizon) + 1, np.int64),
        later=np.empty(problem.graph.ties + people, np.int64),
        came=np.empty(people, np.int32),
    )


def _longest_wait(problem: Problem, horizon: int) -> int:
    """Steps until the latest event that can be brought about now; beyond the horizon nothing is noted."""
    law = problem.law
    rates = [int(rate.min()) for rate in (law.delays.rate, law.noise) if rate.size]
    drawn = [LONGEST_DRAW // rate + 2 for rate in rates]
    longest = max([1, int(law.delays.steps.max(initial=1)), law.delays.upto.size, *drawn])
    return longest if horizon < 0 else min(longest, horizon + 1)
