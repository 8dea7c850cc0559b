"""The full model: people hear of a practice, try it, adopt it, give up, leave; organisations sign up; awareness alone.

What each parameter leaves at its default costs nothing: with a probability, partners, lapse and rekindle only,
`Adoption` is `SIS` world by world.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from spark.errors import UsageError
from spark.model.cascade import MOST_EXAMPLES
from spark.model.delay import LEAST_MEETING, Delay, delay_faults, frozen_delay, is_meeting
from spark.model.guarantee import AWARE, MONOTONE_LAPSE, Guarantee, guarantee_with_states
from spark.model.tolerance import MOST_MOMENTS, ErlangTolerance, ExponentialTolerance, Tolerance
from spark.model.values import (
    Share,
    frozen,
    noise_faults,
    share_faults,
    unit_interval_faults,
    whole_number_faults,
)

LONGEST_TRIAL = 100_000
_MODEL = "adoption"


def _at_least_faults(name: str, value: object, least: float = 0.0) -> list[str]:
    """Return what is wrong with a parameter that must be a finite number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value >= least and math.isfinite(value)):
        return [f"{_MODEL}: {name} {value!r} is not a number of at least {least:g}"]
    return []


def _dose_faults(value: Share) -> list[str]:
    parts = value.items() if isinstance(value, Mapping) else [("", value)]
    return [
        fault
        for layer, part in parts
        if not isinstance(part, str)
        for fault in _at_least_faults(f"dose[{layer}]" if layer else "dose", part)
    ]


def _hearsay_faults(model: str, awareness: Share, hearsay: Share) -> list[str]:
    """Numbers are compared here, columns when they are at hand."""
    both = (awareness, hearsay)
    if all(isinstance(x, int | float) for x in both) and hearsay > awareness:  # type: ignore[operator]
        return [
            f"{model}: hearsay {hearsay} is above awareness {awareness}: adopters must pass on at least as much as "
            "those who only know of it"
        ]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Unaware, aware, trying, adopted, lapsed: a practice that people hear of, try, keep up or give up, step by step.

    Needs a horizon; spread counts who has adopted at its end. Every chance is per step, so that probability, lapse,
    turnover and horizon must mean the same step.

    Parameters
    ----------
    probability : chance per tie and step in [0, 1] that an adopter convinces a person: a number, a tie column, or
        ``{layer: either}``; or
    dose : the dose per tie and step, >= 0, in the same forms. Exactly one of the two; p is the dose -ln(1-p).
    partners : chance per step that a person is convinced while the whole of one partner organisation, of weight 1,
        practises.
    examples_needed : convincing moments needed, 1 to 64, counted since the person last gave up or failed a trial.
    tolerance : another law of the dose that a person needs, as in `GeneralThreshold`, drawn anew each time she gives up
        or fails a trial; None: that of the convincing moments. Doses add up over ties and steps, so that a count of
        people has no meaning here; a share or a count of neighbours is not offered.
    simple : share in [0, 1] of the people who are simple for good: the first convincing moment is enough for them.
    noise : chance in [0, 1) per step that a person whom at least one tie has reached, since she last gave up or failed
        a trial, is convinced whatever she needs (Eckles, Mossel, Rahimian & Sen 2024, doi:10.1038/s41562-024-01865-0).
    delay : steps that a tie takes to convince, as in `SI`; word of mouth takes one step.
    awareness : chance per tie and step by which an adopter makes a person aware (q_P), as `probability`; None:
        everybody knows. Nobody adopts who is not aware; what reached her before counts once she is. Who hears a
        broadcast, or whose organisation signs up, is aware.
    hearsay : the same by those who are aware and have not adopted (q_N), at most `awareness`.
    trial_time : steps from being convinced to adopting, >= 0. `trial_failure` : chance that the trial then fails.
    trial_end : in place of a fixed time, the chance per step in (0, 1] that a trial comes to its end, so that it lasts
        1/trial_end steps on average; 0: `trial_time` holds.
    trial_visibility : what those who try give, as a share in [0, 1] of an adopter's dose.
    lapse : chance per step in [0, 1] that an adopter gives up. A third of improvement projects are not sustained at one
        year, which is 0.0334 a month.
    lapse_factor : a people column that multiplies it, >= 0 (a chance above 1 is 1).
    peer_support : chi >= 0: the chance of giving up is multiplied by exp(-chi x), x the share of those who can
        influence the person who practise.
    rekindle : in [0, 1]: each time a person gives up her readiness is multiplied by it; 1 as SIS, 0 as SIR.
    turnover : chance per step that a person leaves, a number or a people column; whoever takes the post is unaware and
        without a history.
    organisation_threshold : share in (0, 1] of an organisation's people who practise at which it signs up, for good: a
        number, read as the decimal it prints as, a Fraction, or a text such as ``"1/3"``; None: never.
    policy : chance per step in [0, 1] by which signing up alone convinces each of its people (dose -ln(1-policy)).
    policy_lapse : in [0, 1], what is left there of the chance to give up.
    policy_visibility : >= 1, by how much its adopters are seen more.
    """

    probability: Share | None = None
    dose: Share | None = None
    partners: float = 0.0
    examples_needed: int = 1
    tolerance: Tolerance | None = None
    simple: float = 0.0
    awareness: Share | None = None
    hearsay: Share = 0.0
    trial_time: int = 0
    trial_end: float = 0.0
    trial_failure: float = 0.0
    trial_visibility: float = 0.0
    lapse: float = 0.0334
    lapse_factor: str | None = None
    peer_support: float = 0.0
    rekindle: float = 1.0
    turnover: float | str = 0.0
    organisation_threshold: float | str | Fraction | None = None
    policy: float = 0.0
    policy_lapse: float = 1.0
    policy_visibility: float = 1.0
    noise: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        faults = [*self._dose_faults(), *self._state_faults(), *self._policy_faults()]
        faults += noise_faults(_MODEL, self.noise) + delay_faults(_MODEL, self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "delay", frozen_delay(self.delay))
        for name in ("probability", "dose", "awareness", "hearsay"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, frozen(getattr(self, name)))

    def _dose_faults(self) -> Iterator[str]:
        if (self.probability is None) == (self.dose is None):
            yield f"{_MODEL}: give either a probability or a dose per tie and step"
        if self.probability is not None:
            yield from share_faults(_MODEL, "probability", self.probability)
        if self.dose is not None:
            yield from _dose_faults(self.dose)
        yield from unit_interval_faults(_MODEL, "partners", self.partners)
        yield from whole_number_faults(_MODEL, "examples_needed", self.examples_needed, MOST_EXAMPLES)
        yield from unit_interval_faults(_MODEL, "simple", self.simple)
        if self.tolerance is None:
            if self.simple and self.examples_needed == 1:
                yield f"{_MODEL}: simple is of people for whom one moment is enough, and it is for everybody"
            elif (self.simple or self.noise) and self.examples_needed in range(MOST_MOMENTS + 1, MOST_EXAMPLES + 1):
                what = "simple" if self.simple else "noise"
                yield f"{_MODEL}: {what} goes with at most {MOST_MOMENTS} examples needed, not {self.examples_needed}"
        elif not isinstance(self.tolerance, Tolerance):
            yield (
                f"{_MODEL}: tolerance {self.tolerance!r} is not a law of tolerances; "
                "spark.TableTolerance([0.5, 2], [0.2, 1]) is one"
            )
        elif self.examples_needed != 1:
            yield f"{_MODEL}: examples_needed {self.examples_needed} is a law of tolerances, too: give one of the two"

    def _state_faults(self) -> Iterator[str]:
        yield from share_faults(_MODEL, "hearsay", self.hearsay)
        if self.awareness is not None:
            yield from share_faults(_MODEL, "awareness", self.awareness)
            yield from _hearsay_faults(_MODEL, self.awareness, self.hearsay)
        elif self.hearsay != 0:
            yield f"{_MODEL}: hearsay passes on awareness, and without awareness everybody knows: give both"
        if (
            isinstance(self.trial_time, bool)
            or not isinstance(self.trial_time, int)
            or not (0 <= self.trial_time <= LONGEST_TRIAL)
        ):
            yield f"{_MODEL}: trial_time {self.trial_time!r} is not a whole number from 0 to {LONGEST_TRIAL:,}"
        elif self.trial_time and self.trial_end:
            yield f"{_MODEL}: trial_time {self.trial_time} and trial_end {self.trial_end!r} are two laws: give one"
        elif self.trial_time == 0 and self.trial_end == 0 and self.trial_visibility:
            yield f"{_MODEL}: trial_visibility is of trials that take time: give a trial_time of at least 1"
        if self.trial_end != 0 and not is_meeting(self.trial_end):
            yield f"{_MODEL}: trial_end {self.trial_end!r} is neither 0 nor a chance in [{LEAST_MEETING:.1g}, 1]"
        for name in ("trial_failure", "trial_visibility", "lapse", "rekindle"):
            yield from unit_interval_faults(_MODEL, name, getattr(self, name))
        if self.lapse_factor is not None and not isinstance(self.lapse_factor, str):
            yield f"{_MODEL}: lapse_factor {self.lapse_factor!r} is not the name of a people column"
        yield from _at_least_faults("peer_support", self.peer_support)
        if not isinstance(self.turnover, str):
            yield from unit_interval_faults(_MODEL, "turnover", self.turnover)

    def _policy_faults(self) -> Iterator[str]:
        for name in ("policy", "policy_lapse"):
            yield from unit_interval_faults(_MODEL, name, getattr(self, name))
        yield from _at_least_faults("policy_visibility", self.policy_visibility, 1.0)
        if self.organisation_threshold is None:
            if (self.policy, self.policy_lapse, self.policy_visibility) != (0, 1, 1):
                yield f"{_MODEL}: a policy is that of an organisation that signs up: give an organisation_threshold"
        elif not 0 < self.signs_up_at <= 1:
            yield (
                f"{_MODEL}: organisation_threshold {self.organisation_threshold!r} is not a share in (0, 1], such as "
                "0.3 or '1/3'"
            )

    @property
    def moments(self) -> int:
        """How many convincing moments a person needs, 1 where `law` says what she needs."""
        if isinstance(self.tolerance, ErlangTolerance) and not (self.simple or self.noise):
            return self.tolerance.moments
        return self.examples_needed if self.law is None else 1

    @property
    def law(self) -> Tolerance | None:
        """The law of tolerances, or None where convincing moments are counted, which is the law of Erlang."""
        if self.noise:  # who a tie has reached, whether or not it convinced her, is known where doses add up
            return ErlangTolerance(self.examples_needed) if self.tolerance is None else self.tolerance
        if self.tolerance is None:
            return ErlangTolerance(self.examples_needed) if self.simple else None
        if isinstance(self.tolerance, ExponentialTolerance) or (
            isinstance(self.tolerance, ErlangTolerance) and (not self.simple or self.tolerance.moments == 1)
        ):
            return None
        return self.tolerance

    @property
    def trials_last(self) -> bool:
        """Whether a trial takes time."""
        return bool(self.trial_time or self.trial_end)

    @property
    def signs_up_at(self) -> Fraction:
        """The share at which an organisation signs up, exactly; 0 where it never does or is no share."""
        try:
            return Fraction(str(self.organisation_threshold or 0))
        except (ValueError, ZeroDivisionError):
            return Fraction(0)

    @property
    def has_states(self) -> bool:
        """Whether anything is used that SIS does not have."""
        policies = self.organisation_threshold is not None
        trials = self.trials_last or self.trial_failure
        other = self.awareness is not None or self.peer_support or self.turnover != 0
        return bool(self.moments != 1 or self.law is not None or trials or other or policies or self.delay != 1)

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        stops = self.lapse > 0
        memory, gate = self.moments != 1 or self.law is not None, self.awareness is not None
        breaks = []
        if stops and self.rekindle < 1:
            again = "harder to convince again" if self.rekindle > 0 else "not convinced again"
            breaks.append(f"who gives up is {again}")
        if stops and (memory or gate):
            breaks.append("who gives up has to be convinced from the beginning")
        if stops and self.trials_last and self.rekindle > 0:
            breaks.append("what reaches a person who is trying counts for nothing")
        if self.trial_failure and (self.trials_last or memory or gate):
            breaks.append("a trial that fails uses up what had reached a person")
        joins = []
        if memory and self.law not in (ErlangTolerance(1), ExponentialTolerance()):  # under noise alone a tie is enough
            joins.append("doses add up until they are enough")
        if gate:
            joins.append("people need to hear of it and to be convinced")
        if self.peer_support:
            joins.append("adopters keep one another going")
        if self.organisation_threshold is not None:
            joins.append("an organisation signs up once enough of its people have adopted")
        usual = not (breaks or joins or self.has_states)  # no delays either, then
        return MONOTONE_LAPSE if usual else guarantee_with_states(breaks, joins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aware:
    """Word spreads, and each person who hears it decides once, for herself (Banerjee, Chandrasekhar, Duflo & Jackson
    2013, doi:10.1126/science.1236498): those who adopt pass it on with a larger chance than those who do not.

    A tie passes word once, in the step after its source heard of it; a source who is made an adopter later passes on
    again what she had kept to herself. Seeds are adopters. Who hears a broadcast has heard of it. Partner ties,
    readiness and visibility are not used.

    Parameters
    ----------
    adoption : alpha, the chance in [0, 1] that a person who is aware adopts: a number or a people column.
    awareness : q_P, the chance in [0, 1] per tie that an adopter passes word: a number, a tie column, or
        ``{layer: either}``.
    hearsay : q_N, the same of those who are aware and do not adopt; at most `awareness`.
    """

    adoption: float | str
    awareness: Share
    hearsay: Share = 0.0

    def __post_init__(self) -> None:
        faults = [] if isinstance(self.adoption, str) else unit_interval_faults("aware", "adoption", self.adoption)
        faults += share_faults("aware", "awareness", self.awareness) + share_faults("aware", "hearsay", self.hearsay)
        faults += _hearsay_faults("aware", self.awareness, self.hearsay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "awareness", frozen(self.awareness))
        object.__setattr__(self, "hearsay", frozen(self.hearsay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return AWARE
