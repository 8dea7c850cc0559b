"""Lower a network under a model to arrays: the one place where their combinations are checked, in the user's ids."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, UsageError
from spark.model import GeneralThreshold, LinearThreshold, Model
from spark.network import Network
from spark.problem.arrays import Graph, Problem, freeze
from spark.problem.laws import lower_law
from spark.problem.laws.law import readier
from spark.problem.laws.linear import linear_levels
from spark.problem.laws.tolerances import with_tolerances

MOST_VISIBILITY = 2.0**36  # of all people together, so that sums in fixed point cannot wrap
_GRAPHS: weakref.WeakKeyDictionary[Network, Graph] = weakref.WeakKeyDictionary()


def lower(
    network: Network,
    model: Model,
    heard: NDArray[np.uint64] | None = None,
    *,
    factors: Sequence[float] = (1.0,),
    loudest: NDArray[np.float64] | None = None,
) -> Problem:
    """Return the problem of a network under a model.

    Parameters
    ----------
    heard : total dose of each person from broadcasts and added ties, uint64[n] in units of 2^-56, which counts towards
        the total that linear threshold must keep at 1 or below.
    factors : what plans may multiply readiness with, 1 first; `loudest` : the largest for each person, float64[n].

    Raises
    ------
    UsageError
        The model is none of spark's, or names a column or a layer that the network does not have.
    DataError
        A column holds something that is not a chance, the weights of a person can pass 1, or visibility is absurd.
    """
    if not isinstance(model, Model):
        raise UsageError(f"{model!r} is not a model; spark.IndependentCascade(0.1) is one")
    if network.visibility.sum() >= MOST_VISIBILITY:
        brightest = network.people[int(network.visibility.argmax())]
        raise DataError(
            f"visibility adds up to {network.visibility.sum():g}, more than {MOST_VISIBILITY:g} "
            f"({brightest!r} has the most); 1 is the usual visibility of a person"
        )
    if len(factors) == 1:
        return Problem(lower_graph(network), lower_law(model, network, heard))
    weights = model.of if isinstance(model, GeneralThreshold) else model
    if isinstance(weights, LinearThreshold):
        most = np.ones(network.size) if loudest is None else loudest
        laws = linear_levels(weights, network, heard, factors, most)
        if isinstance(model, GeneralThreshold):
            laws = [with_tolerances(law, network, model) for law in laws]
    else:
        laws = [lower_law(model, readier(network, factor), heard) for factor in factors]
    return Problem(lower_graph(network), laws[0], tuple(laws))


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
