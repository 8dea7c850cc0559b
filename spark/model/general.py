"""The general threshold model: any law of tolerances, for doses of any cascade or of linear threshold."""

from __future__ import annotations

from dataclasses import dataclass

from spark.errors import UsageError
from spark.model.cascade import IndependentCascade, TrivalencyCascade, WeightedCascade
from spark.model.guarantee import CONCAVE, CONCAVE_NOISE, MONOTONE, MONOTONE_NOISE, Guarantee
from spark.model.threshold import LinearThreshold
from spark.model.tolerance import ErlangTolerance, ExponentialTolerance, Tolerance, concave_with
from spark.model.values import noise_faults, unit_interval_faults

_USUAL = WeightedCascade()
Doses = IndependentCascade | WeightedCascade | TrivalencyCascade | LinearThreshold


@dataclass(frozen=True, slots=True)
class GeneralThreshold:
    """A person adopts when the dose that has reached her is at least her tolerance, drawn from any law (the general
    threshold model of Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769; Mossel & Roch 2010,
    doi:10.1137/080714452).

    Parameters
    ----------
    tolerance : the law (`ExponentialTolerance`, `UniformTolerance`, `ErlangTolerance`, `TableTolerance`), or one for
        each group of people (`ToleranceByGroup`).
    of : whose doses: a cascade, with -ln(1-p) on a tie, or linear threshold, with its weights and its rule for totals.
        Its delay holds.
    simple : share in [0, 1] of the people who are simple for good: their tolerance is exponential.
    noise : chance in [0, 1) per step that a person whom at least one tie has reached adopts whatever her tolerance
        (Eckles, Mossel, Rahimian & Sen 2024, doi:10.1038/s41562-024-01865-0). Needs a horizon.
    """

    tolerance: Tolerance
    of: Doses = _USUAL
    simple: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        faults = unit_interval_faults("general threshold", "simple", self.simple)
        faults += noise_faults("general threshold", self.noise)
        if not isinstance(self.tolerance, Tolerance):
            faults.append(
                f"general threshold: tolerance {self.tolerance!r} is not a law of tolerances; "
                "spark.TableTolerance([0.5, 2], [0.2, 1]) is one"
            )
        if not isinstance(self.of, Doses):
            faults.append(
                f"general threshold: of {self.of!r} is neither a cascade nor linear threshold; "
                "spark.WeightedCascade() is one"
            )
        if faults:
            raise UsageError(*faults)

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        if self.noise > 0:
            single = self.tolerance == ErlangTolerance(1) or isinstance(self.tolerance, ExponentialTolerance)
            return CONCAVE_NOISE if single else MONOTONE_NOISE
        return CONCAVE if concave_with(self.tolerance, self.simple) else MONOTONE
