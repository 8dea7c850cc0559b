"""Lower the full model of adoption, and awareness alone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, UsageError, nearest
from spark.model import SEIR, SIS, Adoption, Aware, IndependentCascade, Share
from spark.network import Network
from spark.network.people import NUMBERS, as_number
from spark.problem.arrays import UNIT, Law, States, freeze
from spark.problem.fixed_point import chance_of, chances, dose_of, exponential, fixed, hit_thresholds, thresholds
from spark.problem.laws.cascade import cascade
from spark.problem.laws.columns import MOST_FAULTS
from spark.problem.laws.delays import delays_of
from spark.problem.laws.law import MOST_LAPSES, lower_law, make_law
from spark.problem.laws.ties import bend_of, per_tie
from spark.problem.laws.tolerances import tolerances_of

MOST_HAZARD = 1 << 39  # 128 times certain, so that it can be multiplied by 2^24
_NO_CHANCE = np.empty(0, np.uint64)


@lower_law.register
def _(model: Adoption, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    delays = delays_of(network, model.delay)
    if not delays.some:
        model = replace(model, delay=1)
    if not model.has_states and model.lapse_factor is None and model.probability is not None:
        return lower_law(SIS(model.probability, model.lapse, model.rekindle, model.partners), network, heard)
    law = _dose_law(model, network)
    none = law.lapse
    doses = _doses(model, network, law)
    dose = fixed(doses)
    left = np.cumprod([1.0] + [model.rekindle] * (1 if model.rekindle in (0.0, 1.0) else MOST_LAPSES))
    factor = np.ones(network.size) if model.lapse_factor is None else person_numbers(network, model.lapse_factor)
    lapse = np.rint(np.minimum(model.lapse * factor * 2.0**32, float(MOST_HAZARD))).astype(np.uint64)
    law = replace(law, lapse=freeze(lapse), left=freeze(fixed(left, UNIT)), delays=delays)
    if not model.has_states:
        bends = model.rekindle not in (0.0, 1.0)
        return replace(law, dose=freeze(dose if bends else none))
    more = np.empty((0, 0), np.uint64)
    if model.moments > 1:
        more = hit_thresholds(doses, model.moments)
    law = replace(law, dose=freeze(dose), more=freeze(more), states=_states(model, network, doses))
    return law if model.law is None else replace(law, tolerances=tolerances_of(network, model.law, model.simple))


@lower_law.register
def _(model: SEIR, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    return lower_law(model.as_adoption, network, heard)


def _doses(model: Adoption, network: Network, law: Law) -> NDArray[np.float64]:
    """What each tie gives in a step, readiness and visibility included; 0 where it is never live."""
    if model.law is None or model.dose is None:
        return dose_of(chances(law.live, law.never))
    dose = per_tie(network, model.dose, "dose") * bend_of(network, slice(0, network.tie_count))
    return np.where(law.never != 0, 0.0, dose)


def _dose_law(model: Adoption, network: Network) -> Law:
    """The law of a cascade with the same doses, once."""
    if model.probability is not None:
        return lower_law(IndependentCascade(model.probability, partners=model.partners), network, None)
    assert model.dose is not None
    dose = per_tie(network, model.dose, "dose")
    return cascade(network, lambda ties: chance_of(dose[ties]), None, model.partners)


def states_of(model: Adoption, network: Network, law: Law) -> States:
    """What the model has beside a law with lapses; `law` gives the doses."""
    return _states(model, network, _doses(model, network, law))


def _states(model: Adoption, network: Network, doses: NDArray[np.float64]) -> States:
    aware = hearsay = _NO_CHANCE
    if model.awareness is not None:
        aware, hearsay = _words(network, model.awareness, model.hearsay)
    support, support_start = _support(network, model.peer_support)
    loud = _loud(doses, model)
    turnover = _per_person(network, model.turnover, "turnover") if model.turnover != 0 else _NO_CHANCE
    return States(
        aware=freeze(aware),
        hearsay=freeze(hearsay),
        willing=_NO_CHANCE,
        support=freeze(support),
        support_start=freeze(support_start),
        turnover=freeze(turnover),
        formal=freeze(_formal(network, model)),
        gate=int(model.awareness is not None),
        trial_time=model.trial_time,
        trial_end=round(model.trial_end * 2**32),
        trial_failure=round(model.trial_failure * 2**32),
        trial_visibility=int(fixed(model.trial_visibility, UNIT)),
        noise=round(model.noise * 2**32),
        policy_dose=int(fixed(dose_of(model.policy))),
        policy_lapse=int(fixed(model.policy_lapse, UNIT)),
        **loud,
    )


def _loud(doses: NDArray[np.float64], model: Adoption) -> dict[str, Any]:
    """What ties give whose source is seen more: the arrays of the law with that visibility."""
    if model.policy_visibility == 1:
        none = np.empty(0, np.uint64)
        return {
            "loud_live": freeze(none.astype(np.uint32)),
            "loud_never": freeze(none.astype(np.uint8)),
            "loud_dose": freeze(none),
            "loud_more": freeze(np.empty((0, 0), np.uint64)),
        }
    dose = doses * model.policy_visibility
    live, never = thresholds(chance_of(dose))
    more = hit_thresholds(dose, model.moments) if model.moments > 1 else np.empty((0, 0), np.uint64)
    return {
        "loud_live": freeze(live),
        "loud_never": freeze(never),
        "loud_dose": freeze(fixed(dose)),
        "loud_more": freeze(more),
        "loudness": int(fixed(model.policy_visibility, UNIT)),
    }


def _words(network: Network, awareness: Share, hearsay: Share) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Chances of passing word, T of 2^32, those of adopters at least those of others."""
    aware = per_tie(network, awareness, "awareness", most=1.0)
    others = per_tie(network, hearsay, "hearsay", most=1.0)
    wrong = np.flatnonzero(others > aware)
    if wrong.size:
        sources = np.searchsorted(network.indptr, wrong[:MOST_FAULTS], side="right") - 1
        faults = [
            f"tie {network.people[u]!r} -> {network.people[network.targets[e]]!r}: hearsay {others[e]:g} is above "
            f"awareness {aware[e]:g}: adopters must pass on at least as much as those who only know of it"
            for u, e in zip(sources.tolist(), wrong.tolist(), strict=False)
        ]
        more = [f"... and {wrong.size - MOST_FAULTS:,} more ties"] if wrong.size > MOST_FAULTS else []
        raise DataError(*faults, *more)
    lowered = [np.rint(chance * 2.0**32).astype(np.uint64) for chance in (aware, others)]
    return lowered[0], lowered[1] if lowered[1].any() else _NO_CHANCE


def _support(network: Network, strength: float) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """exp(-chi i/d) for i = 0..d, for each degree d that occurs, and where that of each person begins."""
    if strength == 0:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    degrees, which = np.unique(network.in_degree(), return_inverse=True)
    starts = np.cumsum([0, *(degrees + 1)])
    shares = np.concatenate([np.arange(d + 1) / max(d, 1) for d in degrees.tolist()])
    factors = np.floor(exponential(-strength * shares) * UNIT).astype(np.uint64)
    return factors, starts[which.reshape(-1)].astype(np.int64)


def _formal(network: Network, model: Adoption) -> NDArray[np.int64]:
    """How many of its people must practise before an organisation signs up; nobody can where it is empty."""
    if model.organisation_threshold is None:
        return np.empty(0, np.int64)
    if not len(network.organisations):
        raise UsageError("adoption: organisation_threshold is given, and the network has no organisations")
    share = model.signs_up_at
    sizes = np.bincount(network.organisation[network.organisation >= 0], minlength=len(network.organisations))
    needed = [max(1, -(-size * share.numerator // share.denominator)) for size in sizes.tolist()]
    return np.array(needed, np.int64)


def _per_person(network: Network, given: float | str, role: str) -> NDArray[np.uint64]:
    """Chances of all people, T of 2^32, from a number or a column."""
    if not isinstance(given, str):
        return np.full(network.size, round(given * 2**32), np.uint64)
    values = person_numbers(network, given)
    wrong = np.flatnonzero(values > 1)
    if wrong.size:
        raise DataError(
            *(
                f"person {network.people[v]!r}: {given} {values[v]:g} is not a number in [0, 1] (it is named as {role})"
                for v in wrong[:MOST_FAULTS].tolist()
            )
        )
    return np.rint(values * 2.0**32).astype(np.uint64)


def person_numbers(network: Network, name: str) -> NDArray[np.float64]:
    """Return a numeric column of people, float64[n], 1 where it is empty.

    Raises
    ------
    UsageError
        The network has no such column.
    DataError
        It holds what is not a number of at least 0.
    """
    if name in network.numbers:
        values = network.numbers[name]
    elif name in network.groups:
        texts = [as_number(text) for text in network.groups[name].names]
        if None in texts:
            raise UsageError(f"the people column {name!r} holds words, and a number is needed")
        values = np.array([*texts, math.nan], np.float64)[network.groups[name].codes]
    elif name in NUMBERS and name in network.given:
        values = getattr(network, name)
    else:
        known = [*network.numbers, *network.groups, *(x for x in NUMBERS if x in network.given)]
        have = ", ".join(map(repr, known)) or "none"
        raise UsageError(
            f"the model names the people column {name!r}, which the network does not have (it has {have})"
            + nearest(name, known)
        )
    values = np.where(np.isnan(values), 1.0, values)
    wrong = np.flatnonzero(~((values >= 0) & (values < math.inf)))
    if wrong.size:
        raise DataError(
            *(
                f"person {network.people[v]!r}: {name} {values[v]:g} is not a number of at least 0"
                for v in wrong[:MOST_FAULTS].tolist()
            )
        )
    return np.asarray(values, np.float64)


@lower_law.register
def _(model: Aware, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = make_law(network, np.zeros(network.partner_weight.size, np.uint64), "aware")
    aware, hearsay = _words(network, model.awareness, model.hearsay)
    none = np.empty(0, np.uint64)
    return replace(
        law,
        states=States(
            aware=freeze(aware),
            hearsay=freeze(hearsay),
            willing=freeze(_per_person(network, model.adoption, "adoption")),
            support=freeze(none),
            support_start=freeze(none.astype(np.int64)),
            turnover=freeze(none),
            formal=freeze(none.astype(np.int64)),
            loud_live=freeze(none.astype(np.uint32)),
            loud_never=freeze(none.astype(np.uint8)),
            loud_dose=freeze(none),
            loud_more=freeze(np.empty((0, 0), np.uint64)),
            gate=1,
        ),
    )
