"""Lower hard thresholds: so many neighbours, or such a share of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.model import CountThreshold, FractionalThreshold
from spark.network import Network
from spark.problem.arrays import UNIT, Law
from spark.problem.fixed_point import fixed
from spark.problem.laws.delays import delays_of, noise_of
from spark.problem.laws.law import lower_law, make_law
from spark.problem.laws.ties import bend_of, blocks, distinct


@lower_law.register
def _(model: FractionalThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    share, degree = model.exact, network.in_degree()
    if int(degree.max(initial=0)) * share.numerator < 1 << 62:
        needed = -(-degree * share.numerator // share.denominator)
    else:
        needed = np.array([-(-int(d) * share.numerator // share.denominator) for d in degree], np.int64)
    return _needs(network, np.maximum(needed, 1), heard, model, "fractional threshold")


@lower_law.register
def _(model: CountThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    return _needs(network, np.full(network.size, model.threshold), heard, model, "count threshold")


def _needs(
    network: Network,
    needed: NDArray[np.int64],
    heard: NDArray[np.uint64] | None,
    model: FractionalThreshold | CountThreshold,
    name: str,
) -> Law:
    """A law that counts neighbours, each once whatever the layers; visibility and readiness weigh them."""
    if heard is not None and heard.any():
        raise UsageError(
            f"{name} counts people, and a broadcast or a mandate is nobody: it has no meaning under this model; linear "
            "threshold and the general threshold model weigh what is heard"
        )
    first, dose = distinct(network), np.empty(network.tie_count, np.uint64)
    for ties in blocks(network):
        dose[ties] = fixed(bend_of(network, ties) * first[ties], UNIT)
    tolerance = needed.astype(np.uint64) * np.uint64(UNIT)
    none = np.zeros(network.partner_weight.size, np.uint64)
    law = make_law(network, none, "threshold", dose=dose, tolerance=tolerance)
    return replace(law, delays=delays_of(network, model.delay), noise=noise_of(model.noise))
