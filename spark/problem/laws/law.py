"""What the lowerings of all models share: the function that they register with, and the making of a law."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spark.model import Model
from spark.network import Network
from spark.problem.arrays import UNIT, Law, freeze
from spark.problem.fixed_point import fixed

MOST_LAPSES = 32
_NO_LIVE, _NO_NEVER, _NO_DOSE = np.empty(0, np.uint32), np.empty(0, np.uint8), np.empty(0, np.uint64)
_NO_MORE = np.empty((0, 0), np.uint64)


@singledispatch
def lower_law(model: Model, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    """Return how a dose convinces under the model.

    Parameters
    ----------
    heard : see `spark.problem.lowering.lower`.
    """
    raise NotImplementedError(type(model).__name__)


def make_law(
    network: Network,
    partner_dose: NDArray[np.uint64],
    family: Literal["cascade", "threshold", "aware", "paths", "marks", "crowd"],
    *,
    live: NDArray[np.uint32] = _NO_LIVE,
    never: NDArray[np.uint8] = _NO_NEVER,
    more: NDArray[np.uint64] = _NO_MORE,
    dose: NDArray[np.uint64] = _NO_DOSE,
    tolerance: NDArray[np.uint64] = _NO_DOSE,
    lapse: NDArray[np.uint64] = _NO_DOSE,
    left: NDArray[np.uint64] = _NO_DOSE,
    delay: NDArray[np.uint64] = _NO_DOSE,
    delay_quantiles: NDArray[np.uint64] = _NO_DOSE,
    duration: NDArray[np.uint64] = _NO_DOSE,
    duration_quantiles: NDArray[np.uint64] = _NO_DOSE,
    latency: NDArray[np.uint64] = _NO_DOSE,
    latency_quantiles: NDArray[np.uint64] = _NO_DOSE,
    wait: NDArray[np.uint64] = _NO_DOSE,
    hazard: NDArray[np.uint64] = _NO_DOSE,
) -> Law:
    """Return a law from its own rule and the parts that all families share."""
    return Law(
        family=family,
        live=freeze(live),
        never=freeze(never),
        more=freeze(more),
        dose=freeze(dose),
        tolerance=freeze(tolerance),
        lapse=freeze(lapse),
        left=freeze(left),
        delay=freeze(delay),
        delay_quantiles=freeze(delay_quantiles),
        duration=freeze(duration),
        duration_quantiles=freeze(duration_quantiles),
        latency=freeze(latency),
        latency_quantiles=freeze(latency_quantiles),
        wait=freeze(wait),
        hazard=freeze(hazard),
        partner_dose=freeze(partner_dose),
        visibility=freeze(fixed(network.visibility, UNIT)),
        receptivity=freeze(fixed(network.readiness * network.outlook, UNIT)),
        adopted=freeze(network.adopted.astype(np.uint8)),
        capped=False,
    )


def readier(network: Network, factor: float) -> Network:
    """Return the same people, all of them readier."""
    return network if factor == 1 else replace(network, readiness=network.readiness * factor)


def left_after_lapses(rekindle: float) -> NDArray[np.uint64]:
    """Return readiness left after 0, 1, ... lapses, units of 2^-24; the last entry holds for all later ones."""
    left = np.cumprod([1.0] + [rekindle] * (1 if rekindle in (0.0, 1.0) else MOST_LAPSES))
    return freeze(fixed(left, UNIT))
