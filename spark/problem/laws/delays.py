"""Lower delays and noise: what happens later than one step after what brings it about."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from spark.model import Delay, GeometricDelay
from spark.model.delay import LEAST_MEETING, MOST_STEPS
from spark.network import Network
from spark.problem.arrays import NO_DELAYS, NO_NOISE, Delays, freeze
from spark.problem.fixed_point import dose_of, fixed
from spark.problem.laws.columns import column_of, refuse_ties


def noise_of(chance: float) -> NDArray[np.uint64]:
    """Lower a chance per step to the rate of a wait in whole steps."""
    return freeze(fixed(dose_of([chance]))) if chance > 0 else NO_NOISE


def delays_of(network: Network, delay: Delay) -> Delays:
    """Lower a delay.

    Raises
    ------
    UsageError
        It names a column that the network does not have.
    DataError
        The column holds what is not a whole number of steps, or not a chance of meeting.
    """
    if isinstance(delay, str):
        return _given_delays(network, delay)
    if isinstance(delay, int):
        return NO_DELAYS if delay == 1 else NO_DELAYS._replace(steps=freeze(np.array([delay], np.int32)))
    if isinstance(delay, GeometricDelay):
        meeting = _meetings(network, delay.meeting)
        return NO_DELAYS if (meeting == 1).all() else NO_DELAYS._replace(rate=freeze(fixed(dose_of(meeting))))
    total = accumulate(Fraction(chance) for chance in delay)
    upto = [min(round(part * 2**32), 2**32) for part in total]
    upto[-1] = 2**32
    return NO_DELAYS if upto[0] == 2**32 else NO_DELAYS._replace(upto=freeze(np.array(upto, np.uint64)))


def _given_delays(network: Network, column: str) -> Delays:
    steps = column_of(network, column, "delay")
    wrong = np.flatnonzero((steps != np.rint(steps)) | (steps < 1) | (steps > MOST_STEPS))
    refuse_ties(network, column, steps, wrong, f"is not a whole number of steps from 1 to {MOST_STEPS:,}")
    if (steps == 1).all():
        return NO_DELAYS
    same = steps[:1] if (steps == steps[0]).all() else steps
    return NO_DELAYS._replace(steps=freeze(same.astype(np.int32)))


def _meetings(network: Network, meeting: float | str) -> NDArray[np.float64]:
    if not isinstance(meeting, str):
        return np.array([float(meeting)])
    values = column_of(network, meeting, "meeting")
    wrong = np.flatnonzero((values < LEAST_MEETING) | (values > 1))
    refuse_ties(network, meeting, values, wrong, f"is not a chance of meeting in [{LEAST_MEETING:.1g}, 1]")
    return values
