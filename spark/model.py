"""Adoption models: frozen parameters under the field's standard names. What they mean is in docs/model.md.

A model checks its own scalars here; whether it fits a network (columns, layers, totals) is checked when both are
lowered to a problem (`spark.problem.lower`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from spark.errors import UsageError, nearest

Share = float | str | Mapping[str, float | str]
"""A number, the name of a tie column, or either for each layer."""


def _number_in_unit_interval(model: str, name: str, value: object) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return [f"{model}: {name} {value!r} is not a number in [0, 1]"]
    return []


def _share_faults(model: str, name: str, value: object) -> list[str]:
    if isinstance(value, str):
        return []
    if isinstance(value, Mapping):
        return [
            fault
            for layer, part in value.items()
            for fault in ([] if isinstance(part, str) else _number_in_unit_interval(model, f"{name}[{layer}]", part))
        ]
    return _number_in_unit_interval(model, name, value)


def _frozen(value: Share) -> Share:
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


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
    """

    probability: Share
    partners: float = 0.0
    strength: str | None = None

    def __post_init__(self) -> None:
        faults = _share_faults("independent cascade", "probability", self.probability)
        faults += _number_in_unit_interval("independent cascade", "partners", self.partners)
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "probability", _frozen(self.probability))


@dataclass(frozen=True, slots=True)
class WeightedCascade:
    """Independent cascade with probability 1/d, d the number of people who can influence the person
    (Kempe, Kleinberg & Tardos 2003). Over several layers the dose -ln(1-1/d) is split equally.

    Parameters
    ----------
    partners : as in `IndependentCascade`.
    """

    partners: float = 0.0

    def __post_init__(self) -> None:
        faults = _number_in_unit_interval("weighted cascade", "partners", self.partners)
        if faults:
            raise UsageError(*faults)


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
        ``"normalise"`` scales hers down to 1, ``"cap"`` keeps min(1, x) and gives up the live-edge form.
    """

    weight: Share | None = None
    partners: float = 0.0
    totals: Literal["refuse", "normalise", "cap"] = "refuse"

    def __post_init__(self) -> None:
        faults = [] if self.weight is None else _share_faults("linear threshold", "weight", self.weight)
        faults += _number_in_unit_interval("linear threshold", "partners", self.partners)
        choices = ("refuse", "normalise", "cap")
        if self.totals not in choices:
            hint = nearest(self.totals, choices)
            faults.append(f"linear threshold: totals {self.totals!r} is none of {', '.join(choices)}{hint}")
        if faults:
            raise UsageError(*faults)
        if self.weight is not None:
            object.__setattr__(self, "weight", _frozen(self.weight))


Model = IndependentCascade | WeightedCascade | LinearThreshold

MODELS: Mapping[str, type[Model]] = MappingProxyType(
    {
        "independent-cascade": IndependentCascade,
        "weighted-cascade": WeightedCascade,
        "linear-threshold": LinearThreshold,
    }
)
"""The names of the models on the command line and in scenario files."""
