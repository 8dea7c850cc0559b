"""What partner organisations give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.problem.arrays import CERTAIN, ONE, UNIT, Law


def members_of(network: Network) -> NDArray[np.int64]:
    """Return how many people each organisation has."""
    return np.bincount(network.organisation[network.organisation >= 0], minlength=len(network.organisations))


def partner_shares(network: Network, share: float) -> NDArray[np.uint64]:
    """Return the dose of each adopted member over each partner tie: `share` of a person's weight, split by partner
    weights.
    """
    count, weight = len(network.organisations), network.partner_weight
    total = np.bincount(network.partner_target, weights=weight, minlength=count)[network.partner_target]
    people = members_of(network)[network.partner_source]
    part = share * weight / np.where(total > 0, total, 1.0) * (1 - 2.0**-50)  # rounding must not lift a total above 1
    return np.floor(part / np.maximum(people, 1) * float(ONE)).astype(np.uint64)


def most_partner_dose(network: Network, law: Law) -> NDArray[np.uint64]:
    """Return the partner dose of each person once everybody in every partner organisation has adopted."""
    heat = [0] * (len(network.organisations) + 1)
    inside = network.organisation >= 0
    brightness = [0] * len(network.organisations)
    for organisation, visibility in zip(
        network.organisation[inside].tolist(), law.visibility[inside].tolist(), strict=True
    ):
        brightness[organisation] += visibility
    for q, o, dose in zip(
        network.partner_source.tolist(), network.partner_target.tolist(), law.partner_dose.tolist(), strict=True
    ):
        heat[o] = min(heat[o] + (dose * brightness[q] >> 24), CERTAIN)
    whole = np.array(heat, np.uint64)[network.organisation]
    other = np.flatnonzero((law.receptivity != UNIT) & (whole > 0))
    whole[other] = [min(int(whole[v]) * int(law.receptivity[v]) >> 24, CERTAIN) for v in other]
    return whole
