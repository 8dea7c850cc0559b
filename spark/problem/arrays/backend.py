"""What computes worlds."""

from __future__ import annotations

from typing import Protocol

from spark.problem.arrays.actions import Actions
from spark.problem.arrays.law import Problem
from spark.problem.arrays.results import Tally, Trace, Watch, Worlds
from spark.problem.arrays.units import I64


class Backend(Protocol):
    """Where worlds are computed. Integers come back, the same from every backend."""

    name: str

    def run(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Tally: ...

    def finals(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> I64: ...

    def replay(self, problem: Problem, actions: Actions, watch: Watch, worlds: Worlds) -> Trace: ...
