"""Lower a network, a model and plans together: what depends on all three is checked here."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, SparkError, UsageError
from spark.model import SI, FractionalThreshold, GeneralThreshold, LinearThreshold, Model
from spark.network import Network
from spark.plan import Plan
from spark.problem.actions import lower_plans
from spark.problem.arrays import CERTAIN, ONE, Actions, Law, Problem, freeze
from spark.problem.fixed_point import dose_of, hit_thresholds
from spark.problem.lowering import lower

_ONCE = frozenset({"take-up", "boost", "bridge"})
CARRIES: Mapping[str, frozenset[str]] = {
    "cascade": _ONCE,
    "threshold": _ONCE,
    "waiting": _ONCE,
    "periods": _ONCE | {"sustain"},
    "periods for good": _ONCE,
    "adoption": _ONCE | {"sustain"},
    "aware": frozenset({"take-up"}),
    "paths": _ONCE | {"sustain"},
    "marks": _ONCE | {"sustain"},
    "paths for good": _ONCE,
}
"""By rule, which of `Actions.uses` its kernels carry out."""

_WHY_NOT = {
    "take-up": "knows no take-up: everybody goes along with certainty",
    "boost": "carries no boosts",
    "sustain": "has nobody to help to keep going: nobody gives up under it; under SIS, SIR, SEIR and Adoption people "
    "do",
    "bridge": "carries no bridges: it takes the ties as they are",
}
_BY_FAMILY = {
    (
        "aware",
        "boost",
    ): "carries no boosts: readiness plays no part in passing word; Adoption with awareness carries them",
    (
        "aware",
        "bridge",
    ): "carries no bridges: word is passed along the ties as they are; Adoption with awareness carries them",
    (
        "crowd",
        "boost",
    ): "knows no differences between people, so that nobody can be readier; ContinuousSIR carries boosts",
    ("crowd", "bridge"): "has no ties: everybody sees everybody; ContinuousSIR carries bridges",
    ("crowd", "take-up"): "knows no differences between people: everybody goes along; ContinuousSIR knows take-up",
}
MOST_SPEED = 127.0
LEAST_RATE, MOST_RATE = 2.0**-23, CERTAIN / ONE


def lower_together(network: Network, model: Model, plans: Mapping[str, Plan]) -> tuple[Problem, Actions]:
    """Return the problem of a network under a model, with all that the plans change about it, and the plans as rows.

    Raises
    ------
    UsageError, DataError
        As `spark.problem.lowering.lower` and `spark.problem.actions.lower_plans`; and what the model cannot carry out.
    """
    actions = lower_plans(network, plans)
    heard = _loudest_outside(network, model, actions)
    loudest = np.array(actions.factors)[_levels_of(network, actions)]
    continuous = model.guarantee.clock == "continuous" if isinstance(model, Model) else False
    factors = (1.0,) if continuous else actions.factors  # there boosts make clocks run faster
    try:
        problem = lower(network, model, heard, factors=factors, loudest=loudest)
    except UsageError as error:
        raise UsageError(*error.faults, *_also_refused(network, model, heard, actions)) from None
    refuse_unless_carried(model, problem.law, actions.uses)
    return problem, fitted(network, model, problem.law, actions)


def _also_refused(
    network: Network, model: Model, heard: NDArray[np.uint64] | None, actions: Actions
) -> tuple[Fault, ...]:
    """What else a model that refuses what comes from outside would refuse of the plans."""
    if heard is None:
        return ()
    faults: list[Fault] = []
    try:
        law = lower(network, model).law
        for check in (
            partial(refuse_unless_carried, model, law, actions.uses),
            partial(fitted, network, model, law, actions),
        ):
            try:
                check()
            except SparkError as error:
                faults += error.faults
    except SparkError:  # the model itself is refused, and has been said to be
        return ()
    return tuple(faults)


def refuse_unless_carried(model: Model, law: Law, uses: Set[str]) -> None:
    """Refuse what the worlds of a model cannot carry out, of `Actions.uses`.

    Raises
    ------
    UsageError
        All that they cannot.
    """
    rule = "periods for good" if isinstance(model, SI) else rule_of(law)  # others may have a lapse of 0 for once
    missing = sorted(uses - CARRIES.get(rule, frozenset()))
    if missing:
        raise UsageError(
            *(f"{type(model).__name__} {_BY_FAMILY.get((law.family, use), _WHY_NOT[use])}" for use in missing)
        )


def fitted(network: Network, model: Model, law: Law, actions: Actions) -> Actions:
    """The added ties in the units of the law: further hits, people where people are counted, or mean times."""
    if law.family in ("paths", "marks"):
        return _timed(network, actions)
    if not actions.bridge_id.size:
        return actions
    if max(law.delays.steps.size, law.delays.rate.size) > 1:
        raise UsageError(
            f"the delays of {type(model).__name__} are in a column of ties, in which a bridge has no entry; give "
            "the delay as a number of steps or as a law"
        )
    if law.examples > 1:
        chance = actions.bridge_chance.astype(np.float64) / 2**32
        more = [hit_thresholds(dose_of(at_level), law.examples) for at_level in chance]
        return replace(actions, bridge_more=freeze(np.array(more, np.uint64)))
    if not law.tolerance.size:
        return actions
    if isinstance(model, FractionalThreshold):
        raise UsageError(
            "FractionalThreshold counts shares of the people who are tied to a person, and a bridge would change whom "
            "the share is of; CountThreshold takes bridges"
        )
    known = set(zip(network.sources().tolist(), network.targets.tolist(), strict=True))
    pairs = zip(actions.bridge_source.tolist(), actions.bridge_target.tolist(), strict=True)
    new = np.array([pair not in known for pair in pairs])
    return replace(actions, bridge_dose=freeze(np.where(new, actions.bridge_dose >> np.uint64(32), np.uint64(0))))


def _timed(network: Network, actions: Actions) -> Actions:
    """The dose of an added tie is its rate per unit of time, and becomes its mean time, units of 2^-40."""
    faults = []
    if max(actions.factors) > MOST_SPEED:
        faults.append(
            f"boost: the boosts of a person multiply to {max(actions.factors):g}; in continuous time they may make the "
            f"clocks of her ties run at most {MOST_SPEED:g} times as fast"
        )
    rate = actions.bridge_dose[:1] / float(ONE)
    wrong = (rate > 0) & ((rate < LEAST_RATE) | (rate >= MOST_RATE))
    for place in np.flatnonzero(wrong)[:1].tolist():
        u, v = (network.people[int(ends[place])] for ends in (actions.bridge_source, actions.bridge_target))
        faults.append(
            f"bridge: the rate from {u!r} to {v!r}, readiness and visibility included, is neither 0 nor between "
            f"{LEAST_RATE:.3g} and {MOST_RATE:g}: choose another unit of time"
        )
    if faults:
        raise UsageError(*faults)
    means = np.where(rate > 0, np.rint(2.0**40 / np.where(rate > 0, rate, 1.0)), 0.0)
    return replace(actions, bridge_dose=freeze(means.astype(np.uint64))) if rate.size else actions


def rule_of(law: Law) -> str:
    """Which rule decides what a law can carry: its family, or that people lapse, or that ties take their time."""
    if law.states is not None:
        return "adoption" if law.lapse.size else law.family
    if law.family == "paths" and not law.duration.any():
        return "paths for good"
    if law.waits or law.tolerances.law.size:
        return "waiting"
    return "periods" if law.lapse.size else law.family


def _levels_of(network: Network, actions: Actions) -> NDArray[np.int64]:
    """The highest level that any plan lifts each person to."""
    highest = np.zeros(network.size, np.int64)
    if actions.boost.size:
        order = np.argsort(np.array(actions.factors), kind="stable")
        rank = np.empty(order.size, np.int64)
        rank[order] = np.arange(order.size)
        most = np.append(rank[actions.boost_level].max(axis=1), rank[0])  # the last entry is of those without a boost
        highest = order[np.maximum(most[actions.boost].max(axis=0), rank[0])]
    return highest


def _loudest_outside(network: Network, model: Model, actions: Actions) -> NDArray[np.uint64] | None:
    """The most that each person gets from broadcasts, mandates and added ties under any plan; None for nothing."""
    weights = model.of if isinstance(model, GeneralThreshold) else model
    bridged = actions.bridge_id.size > 0 and isinstance(weights, LinearThreshold)
    if not actions.schedule.size and not bridged:
        return None
    total = np.zeros((actions.plans, network.size), np.uint64)
    if actions.schedule.size:
        last = np.append(actions.heard[:, -1], np.uint64(0))  # the last entry is of those who hear nothing
        total += last[actions.schedule]
    if bridged:
        level = _levels_of(network, actions)[actions.bridge_target]
        dose = np.minimum(actions.bridge_dose[level, np.arange(level.size)], np.uint64(CERTAIN >> 24))
        plan = np.repeat(np.arange(actions.plans), np.diff(actions.bridge_indptr))
        np.add.at(total, (plan, actions.bridge_target), dose)
    return np.asarray(total.max(axis=0))
