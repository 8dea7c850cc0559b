"""Thresholds: a person adopts when what has reached her from all adopters together is enough."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from spark.errors import UsageError, nearest
from spark.model.delay import Delay, delay_faults, frozen_delay
from spark.model.guarantee import CONCAVE, LIVE_EDGE, MONOTONE, MONOTONE_NOISE, Guarantee
from spark.model.values import Share, frozen, noise_faults, share_faults, unit_interval_faults, whole_number_faults


@dataclass(frozen=True, slots=True)
class LinearThreshold:
    """A person adopts when the weights of the adopters who can influence her reach her tolerance, uniform in (0, 1]
    (Granovetter 1978; Kempe, Kleinberg & Tardos 2003).

    Parameters
    ----------
    weight : weight per tie: a number in [0, 1], the name of a tie column, or ``{layer: either}``; None means equal
        weights that add up to one at every person, ``(1 - partner share)/d`` for each of d people.
    partners : share in [0, 1] of a person's weight that the partners of her organisation carry, in proportion to the
        partner weights; 0 where her organisation has no partners.
    totals : what happens where the weights, readiness and broadcasts of a person can pass 1: ``"refuse"`` names her,
        ``"normalise"`` scales hers down to 1 (beside the loudest broadcasts of all plans that are tried together),
        ``"cap"`` keeps min(1, x) and gives up the live-edge form.
    delay : steps that a tie takes to deliver, as in `IndependentCascade`.
    """

    weight: Share | None = None
    partners: float = 0.0
    totals: Literal["refuse", "normalise", "cap"] = "refuse"
    delay: Delay = 1

    def __post_init__(self) -> None:
        faults = [] if self.weight is None else share_faults("linear threshold", "weight", self.weight)
        faults += unit_interval_faults("linear threshold", "partners", self.partners)
        choices = ("refuse", "normalise", "cap")
        if self.totals not in choices:
            hint = nearest(self.totals, choices)
            faults.append(f"linear threshold: totals {self.totals!r} is none of {', '.join(choices)}{hint}")
        faults += delay_faults("linear threshold", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "delay", frozen_delay(self.delay))
        if self.weight is not None:
            object.__setattr__(self, "weight", frozen(self.weight))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return CONCAVE if self.totals == "cap" else LIVE_EDGE


@dataclass(frozen=True, slots=True)
class FractionalThreshold:
    """A person adopts when a share of the people who can influence her have (Granovetter 1978, doi:10.1086/226707;
    Watts 2002, doi:10.1073/pnas.082090499): of d of them she needs max(1, ceil(threshold d)), computed exactly.

    Nobody without in-ties is lit by ties. Without noise or a delay that is drawn everything is certain: all worlds of a
    plan are the same.

    Parameters
    ----------
    threshold : share in (0, 1]: a number, read as the decimal it prints as, a Fraction, or a text such as ``"1/3"``.
    noise : chance in [0, 1) per step that a person whom at least one tie has reached adopts whatever her threshold
        (Eckles, Mossel, Rahimian & Sen 2024, doi:10.1038/s41562-024-01865-0). Needs a horizon.
    delay : steps that a tie takes to deliver, as in `IndependentCascade`.
    """

    threshold: float | str | Fraction
    noise: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        try:
            exact = Fraction(str(self.threshold))
        except (ValueError, ZeroDivisionError):
            exact = Fraction(0)
        faults = []
        if not 0 < exact <= 1:
            faults.append(
                f"fractional threshold: threshold {self.threshold!r} is not a share in (0, 1], such as 0.3 or '1/3'; a "
                "number of people is a count threshold"
            )
        faults += noise_faults("fractional threshold", self.noise)
        faults += delay_faults("fractional threshold", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "delay", frozen_delay(self.delay))

    @property
    def exact(self) -> Fraction:
        """The threshold as an exact fraction."""
        return Fraction(str(self.threshold))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_NOISE if self.noise > 0 else MONOTONE


@dataclass(frozen=True, slots=True)
class CountThreshold:
    """A person adopts when `threshold` of the people who can influence her have (bootstrap percolation, Chalupa, Leath
    & Reich 1979, doi:10.1088/0022-3719/12/1/008; Centola & Macy 2007). Without noise or a delay that is drawn all
    worlds of a plan are the same.

    Parameters
    ----------
    threshold : how many different people, a whole number of at least 1.
    noise, delay : as in `FractionalThreshold`.
    """

    threshold: int
    noise: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        faults = [
            f"{fault}; a share of people is a fractional threshold"
            for fault in whole_number_faults("count threshold", "threshold", self.threshold)
        ]
        faults += noise_faults("count threshold", self.noise)
        faults += delay_faults("count threshold", self.delay)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "delay", frozen_delay(self.delay))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_NOISE if self.noise > 0 else MONOTONE
