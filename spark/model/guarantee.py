"""What a model promises, and what follows for choosing seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What holds for a model, whatever the network.

    Attributes
    ----------
    clock : ``"once"``: a tie delivers once, in the step after its source adopted; ``"per_period"``: in every step in
        which its source practised one step before; ``"continuous"``: at any moment while its source practises.
    monotone : one more seed never lights fewer, in any world.
    submodular : the expected spread has diminishing returns in the seeds.
    live_edge : there are worlds in which every tie is live or not before anything happens, and time plays no part in
        whom the seeds reach; with these, and with some models of time, a choice of seeds has a certificate.
    statement : the same in words.
    """

    clock: Literal["once", "per_period", "continuous"]
    monotone: bool
    submodular: bool
    live_edge: bool
    statement: str


LIVE_EDGE = Guarantee(
    "once",
    True,
    True,
    True,
    "one more seed never lights fewer, and adds less the more there are: greedy choice comes with a certified bound "
    "(Kempe, Kleinberg & Tardos 2003)",
)
MONOTONE = Guarantee(
    "once",
    True,
    False,
    False,
    "one more seed never lights fewer, but two together can be worth more than the sum of each alone: the choice of "
    "seeds is a search, with a loose bound at best",
)
CONCAVE = Guarantee(
    "once",
    True,
    True,
    False,
    "one more seed never lights fewer, and adds less on average the more there are (Mossel & Roch 2010), though not "
    "world by world: greedy choice is near the best, with a certificate where everybody can be tried",
)
CONCAVE_NOISE = Guarantee(
    "per_period",
    True,
    True,
    False,
    "one more seed never lights fewer by the horizon, and adds less on average the more there are: greedy choice is "
    "near the best, without a certificate",
)
MONOTONE_NOISE = Guarantee(
    "per_period",
    True,
    False,
    False,
    "one more seed never lights fewer by the horizon, but two together can be worth more than the sum of each alone: "
    "the choice of seeds is a search without a bound",
)
MONOTONE_LAPSE = Guarantee(
    "per_period",
    True,
    True,
    False,
    "one more seed never leaves fewer practising at the horizon, and adds less the more there are: greedy choice comes "
    "with a certified bound, by sets drawn back through time",
)
FORGETFUL = Guarantee(
    "per_period",
    False,
    False,
    False,
    "who gives up is harder to convince again, so that lighting too early can hurt: nothing is guaranteed",
)
REMOVED = Guarantee(
    "per_period",
    False,
    False,
    False,
    "who gives up is not convinced again, so that lighting too early can leave fewer practising at the horizon: "
    "nothing is guaranteed for those; for all who ever practised greedy choice comes with a certified bound",
)
MONOTONE_TIME = Guarantee(
    "continuous",
    True,
    True,
    False,
    "one more seed never lights fewer by any time, and adds less the more there are: greedy choice comes with a "
    "certified bound, by sets drawn back through time",
)
RINGING_TIME = Guarantee(
    "continuous",
    True,
    True,
    False,
    "one more seed never leaves fewer practising at any time, and adds less the more there are: greedy choice is near "
    "the best, without a certificate",
)
CROWD = Guarantee(
    "continuous",
    True,
    True,
    False,
    "one more seed never lights fewer by any time, and adds less the more there are; but everybody is as good a seed "
    "as everybody else",
)
REMOVED_TIME = Guarantee(
    "continuous",
    False,
    False,
    False,
    "one more seed never leaves fewer who ever practised, but who gives up is not convinced again, so that lighting "
    "too early can leave fewer practising at the horizon: nothing is guaranteed for those; for all who ever practised "
    "greedy choice comes with a certified bound",
)
REKINDLED_TIME = Guarantee(
    "continuous",
    False,
    False,
    False,
    "who gives up is harder to convince again, so that lighting too early can hurt: nothing is guaranteed",
)
AWARE = Guarantee(
    "once",
    True,
    True,
    False,
    "one more seed never lights fewer, and adds less the more there are (checked by brute force, not proved): greedy "
    "choice is near the best, without a certificate",
)


CHECKED_LAPSE = Guarantee(
    "per_period",
    True,
    True,
    False,
    "one more seed never leaves fewer practising at the horizon, and adds less the more there are (checked by brute "
    "force, not proved): greedy choice is near the best, without a certificate",
)


def with_delays(guarantee: Guarantee, delay: object) -> Guarantee:
    """Return what holds on the per-period clock where ties take their time: all the same, but without a certificate."""
    if delay == 1:
        return guarantee
    said = guarantee.statement.replace(", by sets drawn back through time", "")
    no_bound = "greedy choice is near the best, though with delays without a certificate"
    return replace(guarantee, statement=said.replace("greedy choice comes with a certified bound", no_bound))


def guarantee_with_states(breaks: list[str], joins: list[str]) -> Guarantee:
    """Return what holds on the per-period clock with the states of the full model.

    Parameters
    ----------
    breaks : why one more seed can leave fewer; joins : why two seeds can be worth more than the sum of each alone.
    """
    if breaks:
        why = "lighting too early can leave fewer practising at the horizon, because "
        return Guarantee("per_period", False, False, False, f"{why}{', and '.join(breaks)}: nothing is guaranteed")
    if joins:
        why = (
            "one more seed never leaves fewer practising at the horizon, but two together can be worth more than the "
            "sum of each alone, because "
        )
        search = ": the choice of seeds is a search without a bound"
        return Guarantee("per_period", True, False, False, f"{why}{', and '.join(joins)}{search}")
    return CHECKED_LAPSE
