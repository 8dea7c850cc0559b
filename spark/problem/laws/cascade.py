"""Lower the models in which each tie is tried on its own: cascades, several examples, and where people lapse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spark.model import (
    SI,
    SIR,
    SIS,
    Delay,
    ExamplesNeeded,
    IndependentCascade,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.network import Network
from spark.problem.arrays import Law, freeze
from spark.problem.fixed_point import chance_of, chances, dose_of, fixed, hit_thresholds, thresholds
from spark.problem.keys import mix, mix_all
from spark.problem.laws.columns import column_of
from spark.problem.laws.delays import delays_of
from spark.problem.laws.law import left_after_lapses, lower_law, make_law
from spark.problem.laws.partners import members_of
from spark.problem.laws.ties import bend_of, bends, blocks, neighbours_and_layers, per_tie

OfTies = Callable[[slice], NDArray[np.float64]]
"""From some ties to a number for each."""
_NO_DOSE = np.empty(0, np.uint64)


@lower_law.register
def _(model: IndependentCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    chance = per_tie(network, model.probability, "probability", most=1.0)
    strength = column_of(network, model.strength, "strength").__getitem__ if model.strength else None
    return cascade(network, chance.__getitem__, strength, model.partners, model.delay)


@lower_law.register
def _(model: WeightedCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    neighbours, layers = neighbours_and_layers(network)
    each = 1.0 / np.maximum(neighbours, 1)
    strength = None if layers is None else (1.0 / layers).__getitem__
    return cascade(network, lambda ties: each[network.targets[ties]], strength, model.partners, model.delay)


@lower_law.register
def _(model: TrivalencyCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    values = np.array(model.values, np.float64)

    def chance(ties: slice) -> NDArray[np.float64]:
        places = np.arange(ties.start + 1, ties.stop + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        which = mix_all(places + np.uint64(mix(model.draw))) % np.uint64(values.size)
        return values[which.astype(np.int64)]

    return cascade(network, chance, None, model.partners, model.delay)


@lower_law.register
def _(model: ExamplesNeeded, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = lower_law(model.of, network, heard)
    if model.examples == 1:
        return law
    dose = dose_of(chances(law.live, law.never))
    return replace(law, more=freeze(hit_thresholds(dose, model.examples)))


@lower_law.register
def _(model: SI | SIS | SIR, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    if model.delay != 1:
        return lower_law(model.as_adoption, network, heard)
    law = lower_law(IndependentCascade(model.probability, partners=model.partners), network, heard)
    lapse = 0.0 if isinstance(model, SI) else model.lapse
    nu = model.rekindle if isinstance(model, SIS) else 0.0
    left = left_after_lapses(nu)
    dose = _NO_DOSE if nu in (0.0, 1.0) else fixed(dose_of(chances(law.live, law.never)))
    chance = np.full(network.size, round(lapse * 2**32), np.uint64)
    return replace(law, dose=freeze(dose), lapse=freeze(chance), left=left)


def cascade(network: Network, chance: OfTies, strength: OfTies | None, partners: float, delay: Delay = 1) -> Law:
    """One draw per tie: p' = 1-(1-p)^(s r k); a tie with p = 1 ignores a positive exponent (docs/model.md)."""
    live, never = np.empty(network.tie_count, np.uint32), np.empty(network.tie_count, np.uint8)
    bent_somewhere = strength is not None or bends(network)
    for ties in blocks(network):
        here = chance(ties)
        if bent_somewhere:
            factor = bend_of(network, ties)
            factor = factor if strength is None else factor * strength(ties)
            bent = factor != 1
            here = here.copy()
            here[bent] = chance_of(np.where(factor[bent] > 0, dose_of(here[bent]), 0.0) * factor[bent])
        live[ties], never[ties] = thresholds(here)
    people = members_of(network)[network.partner_source]
    whole = np.full(network.partner_weight.size, float(dose_of(partners)))
    whole = np.where(network.partner_weight > 0, whole, 0.0) * network.partner_weight
    law = make_law(network, fixed(whole / np.maximum(people, 1)), "cascade", live=live, never=never)
    return replace(law, delays=delays_of(network, delay))
