"""How many steps a tie takes to deliver, after its source has adopted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spark.errors import UsageError

MOST_STEPS = 1 << 20
LEAST_MEETING = 2.0**-14
MOST_CHANCES = 1 << 16


@dataclass(frozen=True, slots=True)
class GeometricDelay:
    """A tie delivers at the first meeting of the two after its source has adopted; they meet in each step with the same
    chance (Chen, Lu & Zhang 2012, doi:10.1609/aaai.v26i1.8204).

    Parameters
    ----------
    meeting : chance per step in [2^-14, 1]: a number, or the name of a tie column that holds it. 1 is a delay of 1.
    """

    meeting: float | str

    def __post_init__(self) -> None:
        if not isinstance(self.meeting, str) and not is_meeting(self.meeting):
            raise UsageError(f"geometric delay: meeting {self.meeting!r} is not a chance in [{LEAST_MEETING:.1g}, 1]")


Delay = int | str | Sequence[float] | GeometricDelay
"""Whole steps, the tie column that holds them, the chances of 1, 2, 3, ... steps, or a geometric law."""


def is_meeting(value: object) -> bool:
    """Whether a value is a chance of meeting that can be told from never."""
    return isinstance(value, int | float) and not isinstance(value, bool) and LEAST_MEETING <= value <= 1


def delay_faults(model: str, delay: object) -> list[str]:
    """Return what is wrong with a parameter that must be a `Delay`."""
    if isinstance(delay, str | GeometricDelay):
        return []
    if isinstance(delay, Sequence):
        return _table_faults(model, tuple(delay))
    if isinstance(delay, bool) or not isinstance(delay, int) or not 1 <= delay <= MOST_STEPS:
        return [
            f"{model}: delay {delay!r} is not a whole number of steps from 1 to {MOST_STEPS:,}, a tie column, a list "
            "of the chances of 1, 2, 3, ... steps, or spark.GeometricDelay(0.3)"
        ]
    return []


def _table_faults(model: str, chances: tuple[object, ...]) -> list[str]:
    wrong = [
        f"{model}: delay: {chance!r} is not a chance in [0, 1]"
        for chance in chances
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1
    ]
    if wrong:
        return wrong[:20]
    if not 1 <= len(chances) <= MOST_CHANCES:
        return [f"{model}: delay has {len(chances):,} chances; it takes from 1 to {MOST_CHANCES:,}"]
    total = math.fsum(chances)  # type: ignore[arg-type]  # each is a number
    if abs(total - 1) > 1e-9:
        return [f"{model}: delay: the chances of 1, 2, 3, ... steps add up to {total:g}, not to 1"]
    return []


def frozen_delay(delay: Delay) -> Delay:
    """Return a delay that cannot be changed behind the model's back."""
    return delay if isinstance(delay, int | str | GeometricDelay) else tuple(delay)
