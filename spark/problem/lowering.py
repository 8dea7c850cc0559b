"""Lower a network under a model to arrays: the one place where their combinations are checked, in the user's ids."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, Fault, UsageError, nearest
from spark.model import IndependentCascade, LinearThreshold, Model, Share, WeightedCascade
from spark.network import Network
from spark.problem.arrays import ONE, UNIT, Graph, Law, Problem, freeze
from spark.problem.fixed_point import chance_of, dose_of, fixed, thresholds

MOST_FAULTS = 20
_GRAPHS: weakref.WeakKeyDictionary[Network, Graph] = weakref.WeakKeyDictionary()


def lower(network: Network, model: Model, heard: NDArray[np.uint64] | None = None) -> Problem:
    """Return the problem of a network under a model.

    Parameters
    ----------
    heard : total broadcast dose of each person, uint64[n] in units of 2^-56, which counts towards the total that linear
        threshold must keep at 1 or below.

    Raises
    ------
    UsageError
        The model names a column or a layer that the network does not have.
    DataError
        A column holds something that is not a chance, or the weights of a person can pass 1.
    """
    if not isinstance(model, Model):
        raise UsageError(f"{model!r} is not a model; spark.IndependentCascade(0.1) is one")
    return Problem(lower_graph(network), lower_law(model, network, heard))


def lower_graph(network: Network) -> Graph:
    """Return the rows of a network, made once per network."""
    graph = _GRAPHS.get(network)
    if graph is None:
        member_indptr, members = _rows(network.organisation, len(network.organisations))
        partner_indptr = np.searchsorted(network.partner_source, np.arange(len(network.organisations) + 1))
        graph = Graph(
            network.indptr,
            network.targets,
            network.organisation,
            member_indptr,
            members,
            freeze(partner_indptr.astype(np.int64)),
            network.partner_target,
        )
        _GRAPHS[network] = graph
    return graph


def _rows(codes: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Who has each code 0..count-1, as rows; -1 is nobody's."""
    order = np.argsort(codes, kind="stable")
    order = order[np.count_nonzero(codes < 0) :]
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(codes[order], minlength=count), out=indptr[1:])
    return freeze(indptr), freeze(order.astype(np.int32))


@singledispatch
def lower_law(model: Model, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    """Return how a dose convinces under the model."""
    raise NotImplementedError(type(model).__name__)


@lower_law.register
def _(model: IndependentCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    chance = _per_tie(network, model.probability, "probability")
    strength = _column(network, model.strength, "strength") if model.strength else None
    return _cascade(network, chance, strength, model.partners)


@lower_law.register
def _(model: WeightedCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    layers, neighbours = _layers_and_neighbours(network)
    chance = 1.0 / np.maximum(neighbours, 1)[network.targets]
    return _cascade(network, chance, None if len(network.layers) == 1 else 1.0 / layers, model.partners)


@lower_law.register
def _(model: LinearThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    share = _partner_share(network, model.partners)
    if model.weight is None:
        dose = _equal_weights(network, share)
    else:
        dose = fixed(_per_tie(network, model.weight, "weight"))
    factor = _source_visibility(network) * network.readiness[network.targets]
    if (factor != 1).any():
        dose = np.where(factor == 1, dose, np.floor(dose * factor).astype(np.uint64))
    law = _with_partners(network, np.empty(0, np.uint32), np.empty(0, np.uint8), dose, share, model.totals == "cap")
    return law if law.capped else _within_one(network, law, model.totals, heard)


def _cascade(network: Network, chance: NDArray[np.float64], strength: Any, partners: float) -> Law:
    """One draw per tie: p' = 1-(1-p)^(s r k), p itself where the exponent is 1, and 1 or 0 where the dose is certain."""
    people = (network.readiness, network.visibility)
    if strength is not None or any((values != 1).any() for values in people):
        factor = _source_visibility(network) * network.readiness[network.targets]
        factor = factor if strength is None else factor * strength
        with np.errstate(invalid="ignore"):
            bent = np.where(factor == 0, 0.0, chance_of(np.where(factor == 0, 0.0, dose_of(chance) * factor)))
        chance = np.where(factor == 1, chance, np.where((chance == 1) & (factor > 0), 1.0, bent))
    live, never = thresholds(chance)
    scale = np.full(len(network.organisations), float(dose_of(partners)))
    return _with_partners(network, live, never, np.empty(0, np.uint64), scale, False)


def _with_partners(
    network: Network,
    live: NDArray[np.uint32],
    never: NDArray[np.uint8],
    dose: NDArray[np.uint64],
    scale: NDArray[np.float64],
    capped: bool,
) -> Law:
    """Add the partner share rule; `scale` is the dose of a whole partner organisation at weight 1, per receiver."""
    people = np.bincount(network.organisation[network.organisation >= 0], minlength=len(network.organisations))
    with np.errstate(invalid="ignore"):
        whole = scale[network.partner_target] * network.partner_weight
        whole[network.partner_weight == 0] = 0.0
    return Law(
        family="threshold" if dose.size or not live.size and not never.size and dose.size == network.targets.size else "cascade",
        live=freeze(live),
        never=freeze(never),
        dose=freeze(dose),
        partner_dose=freeze(fixed(whole / np.maximum(people, 1)[network.partner_source])),
        visibility=freeze(fixed(network.visibility, UNIT)),
        receptivity=freeze(fixed(network.readiness * network.outlook, UNIT)),
        adopted=freeze(network.adopted.astype(np.uint8)),
        capped=capped,
    )
