"""Independent cascade and its kin: what each adopter does is a draw of its own on each tie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spark.errors import UsageError
from spark.model.delay import Delay, delay_faults, frozen_delay
from spark.model.guarantee import LIVE_EDGE, MONOTONE, Guarantee
from spark.model.values import Share, frozen, share_faults, unit_interval_faults, whole_number_faults


@dataclass(frozen=True, slots=True)
class IndependentCascade:
    """Each adopter has one chance to convince each person she can influence (Goldenberg, Libai & Muller 2001;
    Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769).

    Parameters
    ----------
    probability : chance per tie in [0, 1]: a number, the name of a tie column that holds it, or ``{layer: either}``.
        A layer that is not named carries nothing.
    partners : chance in [0, 1] that a person adopts when the whole of one partner organisation, of weight 1, has.
    strength : tie column that multiplies the dose -ln(1-p), so that p' = 1-(1-p)^(s*r*k); None means 1.
    delay : steps that a tie takes to deliver after its source has adopted: a whole number, the tie column that holds
        it, the chances of 1, 2, 3, ... steps, or a `GeometricDelay` (Chen, Lu & Zhang 2012); drawn once for each tie.
        Partners are seen one step later. Without a horizon a delay does not change who adopts in the end.
    """

    probability: Share
    partners: float = 0.0
    strength: str | None = None
    delay: Delay = 1

    def __post_init__(self) -> None:
        faults = share_faults("independent cascade", "probability", self.probability)
        faults += unit_interval_faults("independent cascade", "partners", self.partners)
        if not isinstance(self.strength, str | None):
            faults.append(f"independent cascade: strength {self.strength!r} is not the name of a tie column")
        faults += delay_faults("independent cascade", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "probability", frozen(self.probability))
        object.__setattr__(self, "delay", frozen_delay(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return LIVE_EDGE


@dataclass(frozen=True, slots=True)
class WeightedCascade:
    """Independent cascade with probability 1/d, d the number of people who can influence the person
    (Kempe, Kleinberg & Tardos 2003). Over several layers the dose -ln(1-1/d) is split equally.

    Parameters
    ----------
    partners, delay : as in `IndependentCascade`.
    """

    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        faults = unit_interval_faults("weighted cascade", "partners", self.partners)
        faults += delay_faults("weighted cascade", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "delay", frozen_delay(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return LIVE_EDGE


@dataclass(frozen=True, slots=True)
class TrivalencyCascade:
    """Independent cascade in which the probability of each tie is one of a few values, drawn once for the network
    (Chen, Wang & Wang 2010, doi:10.1145/1835804.1835934).

    Parameters
    ----------
    values : the probabilities in [0, 1], equally likely.
    draw : whole number >= 0 that picks the draw; the same number gives the same probabilities.
    partners, delay : as in `IndependentCascade`.
    """

    values: tuple[float, ...] = (0.1, 0.01, 0.001)
    draw: int = 0
    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        listed = isinstance(self.values, Sequence) and not isinstance(self.values, str) and len(self.values) > 0
        faults = (
            [] if listed else [f"trivalency cascade: values {self.values!r} is no list of chances, such as (0.1, 0.01)"]
        )
        for value in self.values if listed else ():
            faults += unit_interval_faults("trivalency cascade", "value", value)
        if isinstance(self.draw, bool) or not isinstance(self.draw, int) or not 0 <= self.draw < 1 << 30:
            faults.append(f"trivalency cascade: draw {self.draw!r} is not a whole number from 0 to {(1 << 30) - 1}")
        faults += unit_interval_faults("trivalency cascade", "partners", self.partners)
        faults += delay_faults("trivalency cascade", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "delay", frozen_delay(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return LIVE_EDGE


MOST_EXAMPLES = 64


@dataclass(frozen=True, slots=True)
class ExamplesNeeded:
    """A person adopts at her k-th convincing moment; the moments come at the rate of the dose (docs/model.md,
    Erlang tolerances): the dial from simple (k = 1, which is `of` itself, bit for bit) to complex contagion
    (Centola & Macy 2007, doi:10.1086/521848). One adopter may give several moments.

    Parameters
    ----------
    examples : k, a whole number from 1 to 64.
    of : the cascade that gives the doses; its delay holds.
    """

    examples: int
    of: IndependentCascade | WeightedCascade | TrivalencyCascade = WeightedCascade()

    def __post_init__(self) -> None:
        faults = whole_number_faults("examples needed", "examples", self.examples, MOST_EXAMPLES)
        if not isinstance(self.of, IndependentCascade | WeightedCascade | TrivalencyCascade):
            faults.append(
                f"examples needed: of {self.of!r} is not an independent, weighted or trivalency cascade; "
                "spark.WeightedCascade() is one"
            )
        if faults:
            raise UsageError(*faults)

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return LIVE_EDGE if self.examples == 1 else MONOTONE
