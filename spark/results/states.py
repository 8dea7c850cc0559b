"""How many people are in each state of the full model of adoption."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateStep:
    """Expected people in each state at the end of a step, each with its Monte-Carlo standard error; organisations
    that have signed up, and those with an adopter, an example to see.
    """

    time: int
    unaware: float
    unaware_standard_error: float
    aware: float
    aware_standard_error: float
    trying: float
    trying_standard_error: float
    adopted: float
    adopted_standard_error: float
    lapsed: float
    lapsed_standard_error: float
    signed_up: float
    signed_up_standard_error: float
    with_example: float
    with_example_standard_error: float
