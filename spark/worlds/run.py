"""How to run: the options that all verbs share."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spark.errors import UsageError
from spark.plan import Intervention, Plan
from spark.problem.keys import Rng
from spark.worlds.looks import UntilClear

PlanLike = Plan | Intervention | Iterable[Hashable]
Progress = Callable[[int, int], None]
"""Told (worlds done, worlds in all) as a run goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How to run: which worlds, how many, how long, where. The options that all verbs share.

    Attributes
    ----------
    worlds : how many, >= 2; read where `standard_error` is None.
    until : go on until the decision is clear, in at most `worlds`, looked at as it says.
    standard_error : wanted standard error of every mean; looked at after 256, 512, 1024, ... worlds, at most 2^20.
    horizon : last step, >= 0, or None to run until nothing can change.
    over_time_by : columns of groups of which each has a curve of its own.
    """

    worlds: int = 4096
    until: UntilClear | None = None
    standard_error: float | None = None
    horizon: int | None = None
    rng: Rng = None
    workers: int | None = None
    backend: str = "cpu"
    progress: Progress | None = None
    over_time_by: Sequence[str] = ()

    def __post_init__(self) -> None:
        faults = []
        whole = isinstance(self.worlds, int | np.integer) and not isinstance(self.worlds, bool)
        if not (whole and 2 <= self.worlds <= 1 << 32):
            faults.append(f"worlds {self.worlds!r} is not a whole number from 2 to 2^32")
        if self.standard_error is not None and not (self.standard_error > 0 and math.isfinite(self.standard_error)):
            faults.append(f"standard error {self.standard_error!r} is not a number above 0")
        if self.standard_error is not None and self.until is not None:
            faults.append("give either a standard error to reach, or UntilClear, not both")
        if isinstance(self.over_time_by, str):
            faults.append(
                f"over_time_by {self.over_time_by!r} is not a list of columns: [{self.over_time_by!r}] is one"
            )
        if self.horizon is not None and not 0 <= self.horizon < 1 << 31:
            faults.append(f"horizon {self.horizon!r} is not a step of at least 0")
        if faults:
            raise UsageError(*faults)
