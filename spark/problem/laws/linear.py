"""Lower linear threshold: weights whose total must not pass 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, Fault
from spark.model import LinearThreshold
from spark.network import Network
from spark.problem.arrays import CERTAIN, ONE, Law, freeze
from spark.problem.fixed_point import fixed
from spark.problem.laws.delays import delays_of
from spark.problem.laws.law import lower_law, make_law, readier
from spark.problem.laws.partners import members_of, most_partner_dose, partner_shares
from spark.problem.laws.ties import bend_of, bends, blocks, in_totals, neighbours_and_layers, per_tie

HAIR = 1 + 1e-9
"""Totals up to here are 1: five times 0.2 is, whatever the rounding of 0.2."""
MOST_NAMED = 3  # of the people whose weights are too large: on real networks with readiness it is half of them


@lower_law.register
def _(model: LinearThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = _linear(model, network)
    return _within_one(network, [law], np.zeros(network.size, np.int64), model.totals, heard)[0]


def linear_levels(
    model: LinearThreshold,
    network: Network,
    heard: NDArray[np.uint64] | None,
    factors: Sequence[float],
    loudest: NDArray[np.float64],
) -> list[Law]:
    """Lower linear threshold at each level of readiness, with totals looked at where each person is at her loudest."""
    laws = [_linear(model, readier(network, factor)) for factor in factors]
    level = np.array([list(factors).index(factor) for factor in loudest.tolist()])
    return _within_one(network, laws, level, model.totals, heard)


def _linear(model: LinearThreshold, network: Network) -> Law:
    """Linear threshold before its totals are looked at."""
    partner_dose = partner_shares(network, model.partners)
    if model.weight is None:
        dose = _equal_weights(network, partner_dose)
    else:
        dose, weight = np.empty(network.tie_count, np.uint64), per_tie(network, model.weight, "weight")
        for ties in blocks(network):
            dose[ties] = fixed(weight[ties])
    if bends(network):
        for ties in blocks(network):
            here, factor = dose[ties], bend_of(network, ties)
            bent = np.minimum(np.floor(here * factor), float(CERTAIN)).astype(np.uint64)
            dose[ties] = np.where(factor == 1, here, bent)
    return replace(make_law(network, partner_dose, "threshold", dose=dose), delays=delays_of(network, model.delay))


def _equal_weights(network: Network, partner_dose: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(1 - partner share)/d from each of d neighbours; floored, the remainder on the last tie, so that all make one."""
    neighbours, layers = neighbours_and_layers(network)
    part = partner_dose * members_of(network)[network.partner_source].astype(np.uint64)
    taken = np.zeros(len(network.organisations) + 1, np.uint64)
    np.add.at(taken, network.partner_target, part)
    left = np.uint64(ONE) - taken[network.organisation]  # the last entry, 0, is of those without an organisation
    each = left // np.maximum(neighbours, 1).astype(np.uint64)
    dose = np.empty(network.tie_count, np.uint64)
    last = np.full(network.size, -1, np.int64)
    for ties in blocks(network):
        to = network.targets[ties]
        dose[ties] = each[to] if layers is None else each[to] // layers[ties].astype(np.uint64)
        last[to] = np.arange(ties.start, ties.stop)  # later ties overwrite earlier ones
    some = np.flatnonzero(last >= 0)
    dose[last[some]] += (left - in_totals(network, dose))[some]
    return dose


def _within_one(
    network: Network,
    laws: Sequence[Law],
    level: NDArray[np.int64],
    totals: str,
    heard: NDArray[np.uint64] | None,
) -> list[Law]:
    """Refuse, scale down or cap the people whose weights can pass 1; `level` int64[n] says which of the laws counts."""
    outside = np.zeros(network.size, np.uint64) if heard is None else np.minimum(heard, np.uint64(CERTAIN))
    inside = np.zeros(network.size, np.uint64)
    for place, law in enumerate(laws):
        here = level == place
        if here.any():
            both = in_totals(network, law.dose) + most_partner_dose(network, law)
            inside[here] = both[here]
    total = inside + outside
    over = np.flatnonzero(total > ONE)
    if not over.size:
        return list(laws)
    if totals == "cap":
        return [replace(law, capped=True) for law in laws]
    truly = over[total[over] > np.uint64(HAIR * ONE)]
    if (totals == "normalise" or not truly.size) and (outside[over] <= ONE).all():
        scale = np.ones(network.size)
        scale[over] = (float(ONE) - outside[over]) / inside[over] * (1 - 2.0**-40)
        return [_scaled(network, law, scale) for law in laws]
    over = truly if truly.size else over
    most = over[np.argsort(total[over], kind="stable")[::-1]][:MOST_NAMED]
    faults = [
        Fault(
            f"linear threshold: the weights of {network.people[v]!r} add up to {float(total[v]) / ONE:.6g}, more than 1"
        )
        for v in most
    ]
    if over.size > MOST_NAMED:
        faults.append(Fault(f"... and those of {over.size - MOST_NAMED:,} more people of {network.size:,}"))
    ways = "totals = 'normalise' scales them down, 'cap' keeps 1"
    if not (outside[over] <= ONE).all():
        ways = "totals = 'cap' keeps 1; scaling cannot help where broadcasts and added ties alone are above 1"
    raise DataError(*faults, Fault(f"ties, partners, broadcasts and readiness count together; {ways}"))


def _scaled(network: Network, law: Law, scale: NDArray[np.float64]) -> Law:
    """The law with what reaches each person from people and partners scaled, float64[n]."""
    dose = law.dose.copy()
    for ties in blocks(network):
        factor = scale[network.targets[ties]]
        dose[ties] = np.where(factor == 1, dose[ties], np.floor(dose[ties] * factor)).astype(np.uint64)
    receptivity = np.where(scale == 1, law.receptivity, np.floor(law.receptivity * scale))
    return replace(law, dose=freeze(dose), receptivity=freeze(receptivity.astype(np.uint64)))
