"""Lower a network under a model to arrays: the one place where their combinations are checked, in the user's ids."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, Fault, UsageError, nearest
from spark.model import (
    SI,
    SIR,
    SIS,
    CountThreshold,
    Delay,
    ExamplesNeeded,
    FractionalThreshold,
    IndependentCascade,
    LinearThreshold,
    Model,
    Share,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.network import Network
from spark.problem.arrays import CERTAIN, ONE, UNIT, Graph, Law, Problem, freeze
from spark.problem.columns import MOST_FAULTS as MOST_FAULTS
from spark.problem.columns import column_of
from spark.problem.delays import delays_of, noise_of
from spark.problem.fixed_point import chance_of, chances, dose_of, fixed, hit_thresholds, thresholds
from spark.problem.keys import mix, mix_all

MOST_LAPSES = 32
MOST_NAMED = 3  # of the people whose weights are too large: on real networks with readiness it is half of them
MOST_VISIBILITY = 2.0**36  # of all people together, so that sums in fixed point cannot wrap
_NO_LIVE, _NO_NEVER, _NO_DOSE = np.empty(0, np.uint32), np.empty(0, np.uint8), np.empty(0, np.uint64)
_NO_MORE = np.empty((0, 0), np.uint64)
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
    if isinstance(model, LinearThreshold):
        laws = _linear_levels(model, network, heard, factors, np.ones(network.size) if loudest is None else loudest)
    else:
        laws = [lower_law(model, _readier(network, factor), heard) for factor in factors]
    return Problem(lower_graph(network), laws[0], tuple(laws))


def _readier(network: Network, factor: float) -> Network:
    """The same people, all of them readier."""
    return network if factor == 1 else replace(network, readiness=network.readiness * factor)


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
    chance = _per_tie(network, model.probability, "probability", most=1.0)
    strength = column_of(network, model.strength, "strength") if model.strength else None
    return _cascade(network, chance, strength, model.partners, model.delay)


@lower_law.register
def _(model: WeightedCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    neighbours, layers = _neighbours_and_layers(network)
    chance = (1.0 / np.maximum(neighbours, 1))[network.targets]
    return _cascade(network, chance, None if layers is None else 1.0 / layers, model.partners, model.delay)


@lower_law.register
def _(model: TrivalencyCascade, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    ties = np.arange(1, network.tie_count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    which = mix_all(ties + np.uint64(mix(model.draw))) % np.uint64(len(model.values))
    chance = np.array(model.values, np.float64)[which.astype(np.int64)]
    return _cascade(network, chance, None, model.partners, model.delay)


@lower_law.register
def _(model: ExamplesNeeded, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = lower_law(model.of, network, heard)
    if model.examples == 1:
        return law
    dose = dose_of(chances(law.live, law.never))
    return replace(law, more=freeze(hit_thresholds(dose, model.examples)))


@lower_law.register
def _(model: SI | SIS | SIR, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = lower_law(IndependentCascade(model.probability, partners=model.partners), network, heard)
    lapse = 0.0 if isinstance(model, SI) else model.lapse
    nu = model.rekindle if isinstance(model, SIS) else 0.0
    left = left_after_lapses(nu)
    dose = _NO_DOSE if nu in (0.0, 1.0) else fixed(dose_of(chances(law.live, law.never)))
    chance = np.full(network.size, round(lapse * 2**32), np.uint64)
    return replace(law, dose=freeze(dose), lapse=freeze(chance), left=left)


def left_after_lapses(rekindle: float) -> NDArray[np.uint64]:
    """Readiness left after 0, 1, ... lapses, units of 2^-24; the last entry holds for all later ones."""
    left = np.cumprod([1.0] + [rekindle] * (1 if rekindle in (0.0, 1.0) else MOST_LAPSES))
    return freeze(fixed(left, UNIT))


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
        raise UsageError(f"{name} counts people, and a broadcast is nobody: it has no meaning under this model")
    first = np.ones(network.tie_count, bool)
    sources = network.sources()
    first[1:] = (sources[1:] != sources[:-1]) | (network.targets[1:] != network.targets[:-1])
    weight = _source_visibility(network) * network.readiness[network.targets] * first
    tolerance = needed.astype(np.uint64) * np.uint64(UNIT)
    none = np.zeros(network.partner_weight.size, np.uint64)
    law = _law(network, none, "threshold", dose=fixed(weight, UNIT), tolerance=tolerance)
    return replace(law, delays=delays_of(network, model.delay), noise=noise_of(model.noise))


@lower_law.register
def _(model: LinearThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = _linear(model, network)
    return _within_one(network, [law], np.zeros(network.size, np.int64), model.totals, heard)[0]


def _linear(model: LinearThreshold, network: Network) -> Law:
    """Linear threshold before its totals are looked at."""
    partner_dose = _partner_shares(network, model.partners)
    if model.weight is None:
        dose = _equal_weights(network, partner_dose)
    else:
        dose = fixed(_per_tie(network, model.weight, "weight"))
    factor = _source_visibility(network) * network.readiness[network.targets]
    if (factor != 1).any():
        bent = np.minimum(np.floor(dose * factor), float(CERTAIN)).astype(np.uint64)
        dose = np.where(factor == 1, dose, bent)
    return replace(_law(network, partner_dose, "threshold", dose=dose), delays=delays_of(network, model.delay))


def _linear_levels(
    model: LinearThreshold,
    network: Network,
    heard: NDArray[np.uint64] | None,
    factors: Sequence[float],
    loudest: NDArray[np.float64],
) -> list[Law]:
    """Linear threshold at each level of readiness, with totals looked at where each person is at her loudest."""
    laws = [_linear(model, _readier(network, factor)) for factor in factors]
    level = np.array([list(factors).index(factor) for factor in loudest.tolist()])
    return _within_one(network, laws, level, model.totals, heard)


def _law(
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
    """A law from its own rule and the parts that all families share."""
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


def _cascade(network: Network, chance: NDArray[np.float64], strength: Any, partners: float, delay: Delay = 1) -> Law:
    """One draw per tie: p' = 1-(1-p)^(s r k); a tie with p = 1 ignores a positive exponent (MODEL section 3)."""
    if strength is not None or (network.readiness != 1).any() or (network.visibility != 1).any():
        factor = _source_visibility(network) * network.readiness[network.targets]
        factor = factor if strength is None else factor * strength
        bent = factor != 1
        chance[bent] = chance_of(np.where(factor[bent] > 0, dose_of(chance[bent]), 0.0) * factor[bent])
    live, never = thresholds(chance)
    people = _members(network)[network.partner_source]
    whole = np.full(network.partner_weight.size, float(dose_of(partners)))
    whole = np.where(network.partner_weight > 0, whole, 0.0) * network.partner_weight
    law = _law(network, fixed(whole / np.maximum(people, 1)), "cascade", live=live, never=never)
    return replace(law, delays=delays_of(network, delay))


def _members(network: Network) -> NDArray[np.int64]:
    return np.bincount(network.organisation[network.organisation >= 0], minlength=len(network.organisations))


def _partner_shares(network: Network, share: float) -> NDArray[np.uint64]:
    """Dose of each adopted member over each partner tie: `share` of a person's weight, split by partner weights."""
    count, weight = len(network.organisations), network.partner_weight
    total = np.bincount(network.partner_target, weights=weight, minlength=count)[network.partner_target]
    people = _members(network)[network.partner_source]
    part = share * weight / np.where(total > 0, total, 1.0) * (1 - 2.0**-50)  # rounding must not lift a total above 1
    return np.floor(part / np.maximum(people, 1) * float(ONE)).astype(np.uint64)


def _equal_weights(network: Network, partner_dose: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(1 - partner share)/d from each of d neighbours; floored, the remainder on the last tie, so that all make one."""
    neighbours, layers = _neighbours_and_layers(network)
    part = partner_dose * _members(network)[network.partner_source].astype(np.uint64)
    taken = np.zeros(len(network.organisations) + 1, np.uint64)
    np.add.at(taken, network.partner_target, part)
    left = np.uint64(ONE) - taken[network.organisation]  # the last entry, 0, is of those without an organisation
    each = left // np.maximum(neighbours, 1).astype(np.uint64)
    dose = each[network.targets] if layers is None else each[network.targets] // layers.astype(np.uint64)
    last = np.full(network.size, -1, np.int64)
    last[network.targets] = np.arange(network.targets.size)  # later ties overwrite earlier ones
    some = np.flatnonzero(last >= 0)
    dose[last[some]] += (left - _in_totals(network, dose))[some]
    return dose


def _in_totals(network: Network, dose: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Total dose of the in-ties of each person, exactly while it is below 2^62, else at least that."""
    low = np.bincount(network.targets, weights=dose & np.uint64(0xFFFFFFF), minlength=network.size)
    high = np.bincount(network.targets, weights=dose >> np.uint64(28), minlength=network.size)
    total = np.minimum(high, float(1 << 35)).astype(np.uint64) * np.uint64(1 << 28) + low.astype(np.uint64)
    return np.asarray(np.minimum(total, np.uint64(CERTAIN)))


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
            both = _in_totals(network, law.dose) + _most_partner_dose(network, law)
            inside[here] = both[here]
    total = inside + outside
    over = np.flatnonzero(total > ONE)
    if not over.size:
        return list(laws)
    if totals == "cap":
        return [replace(law, capped=True) for law in laws]
    if totals == "normalise" and (outside[over] <= ONE).all():
        scale = np.ones(network.size)
        scale[over] = (float(ONE) - outside[over]) / inside[over] * (1 - 2.0**-40)
        return [_scaled(network, law, scale) for law in laws]
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
    dose = np.where(scale[network.targets] == 1, law.dose, np.floor(law.dose * scale[network.targets]))
    receptivity = np.where(scale == 1, law.receptivity, np.floor(law.receptivity * scale))
    return replace(law, dose=freeze(dose.astype(np.uint64)), receptivity=freeze(receptivity.astype(np.uint64)))


def _most_partner_dose(network: Network, law: Law) -> NDArray[np.uint64]:
    """The partner dose of each person once everybody in every partner organisation has adopted."""
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


def _source_visibility(network: Network) -> NDArray[np.float64]:
    return np.repeat(network.visibility, np.diff(network.indptr))


def _neighbours_and_layers(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """How many people can influence each person, and on how many layers each tie's pair is tied (None: all on one)."""
    if len(network.layers) == 1:
        return network.in_degree(), None
    sources = network.sources()
    first = np.ones(network.tie_count, bool)
    first[1:] = (sources[1:] != sources[:-1]) | (network.targets[1:] != network.targets[:-1])
    pair = np.cumsum(first) - 1
    return network.in_degree(), np.bincount(pair)[pair] if pair.size else pair


def _per_tie(network: Network, share: Share, role: str, most: float | None = None) -> NDArray[np.float64]:
    """Values of all ties from a number, a column, or either for each layer (0 on layers that are not named)."""
    if isinstance(share, Mapping):
        faults = [
            f"{role} names the layer {layer!r}, which the network does not have (it has "
            f"{', '.join(map(repr, network.layers))}){nearest(layer, network.layers)}"
            for layer in share
            if layer not in network.layers
        ]
        if faults:
            raise UsageError(*faults)
        values = np.zeros(network.targets.size)
        for layer, part in share.items():
            on_layer = network.layer == network.layers.index(layer)
            values[on_layer] = _per_tie(network, part, role, most)[on_layer]
        return values
    if not isinstance(share, str):
        return np.full(network.targets.size, float(share))
    values = column_of(network, share, role).copy()
    wrong = np.flatnonzero((values > most) if most is not None else np.zeros(0))
    if wrong.size:
        sources = np.searchsorted(network.indptr, wrong[:MOST_FAULTS], side="right") - 1
        faults = [
            f"tie {network.people[u]!r} -> {network.people[network.targets[e]]!r}: {share} {values[e]:g} is not a "
            "number in [0, 1]"
            for u, e in zip(sources, wrong, strict=False)
        ]
        more = [f"... and {wrong.size - MOST_FAULTS:,} more ties"] if wrong.size > MOST_FAULTS else []
        hint = ["a weight is not a probability: give one number, or name another column"] if share == "weight" else []
        raise DataError(*faults, *more, *hint)
    return values


import spark.problem.adoption  # noqa: E402
import spark.problem.continuous  # noqa: E402
import spark.problem.tolerances  # noqa: E402, F401  they register their laws, and need what is above
