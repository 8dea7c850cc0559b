"""Models in which people keep trying to convince one another, and may give up, on the per-period clock."""

from __future__ import annotations

from dataclasses import dataclass

from spark.errors import UsageError
from spark.model.adoption import Adoption
from spark.model.delay import LEAST_MEETING, is_meeting
from spark.model.guarantee import FORGETFUL, MONOTONE_LAPSE, REMOVED, Guarantee
from spark.model.values import Share, frozen, share_faults, unit_interval_faults


def _check(model: str, probability: Share, partners: float, lapse: float, rekindle: float = 1.0) -> None:
    if faults := _faults(model, probability, partners, lapse, rekindle):
        raise UsageError(*faults)


def _faults(model: str, probability: Share, partners: float, lapse: float, rekindle: float = 1.0) -> list[str]:
    """Return what is wrong with the parameters that all these models have."""
    faults = share_faults(model, "probability", probability)
    for name, value in (("partners", partners), ("lapse", lapse), ("rekindle", rekindle)):
        faults += unit_interval_faults(model, name, value)
    return faults


@dataclass(frozen=True, slots=True)
class SI:
    """Susceptible, infected: each adopter tries again in every step, nobody gives up (Kermack & McKendrick 1927,
    doi:10.1098/rspa.1927.0118, in steps). Needs a horizon.

    Parameters
    ----------
    probability : chance per tie AND step in [0, 1]: a number, a tie column, or ``{layer: either}``.
    partners : chance per step that a person adopts while the whole of one partner organisation, of weight 1, practises.
    """

    probability: Share
    partners: float = 0.0

    def __post_init__(self) -> None:
        _check("SI", self.probability, self.partners, 0.0)
        object.__setattr__(self, "probability", frozen(self.probability))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_LAPSE


@dataclass(frozen=True, slots=True)
class SIS:
    """Susceptible, infected, susceptible: adopters try again in every step and give up with a chance per step, after
    which they can be convinced again. Needs a horizon; spread counts who practises at its end.

    Parameters
    ----------
    probability, partners : as in `SI`.
    lapse : chance per step in [0, 1] that an adopter gives up. A third of improvement projects are not sustained at one
        year, which is 0.0334 a month.
    rekindle : in [0, 1]: each lapse multiplies a person's readiness by it; 1 is SIS, 0 is SIR, between is burnt ground.
    """

    probability: Share
    lapse: float = 0.0334
    rekindle: float = 1.0
    partners: float = 0.0

    def __post_init__(self) -> None:
        _check("SIS", self.probability, self.partners, self.lapse, self.rekindle)
        object.__setattr__(self, "probability", frozen(self.probability))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        if self.lapse == 0 or self.rekindle == 1:
            return MONOTONE_LAPSE
        return REMOVED if self.rekindle == 0 else FORGETFUL


@dataclass(frozen=True, slots=True)
class SIR:
    """Susceptible, infected, removed: as `SIS`, but who gave up is not convinced by people again. Needs a horizon.

    It is NOT independent cascade with p = beta/(beta + mu): one infectious period is shared by all ties of a person.

    Parameters
    ----------
    probability, partners, lapse : as in `SIS`.
    """

    probability: Share
    lapse: float = 0.0334
    partners: float = 0.0

    def __post_init__(self) -> None:
        _check("SIR", self.probability, self.partners, self.lapse)
        object.__setattr__(self, "probability", frozen(self.probability))

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return MONOTONE_LAPSE if self.lapse == 0 else REMOVED


@dataclass(frozen=True, slots=True)
class SEIR:
    """Susceptible, exposed, infected, removed: as `SIR`, but who is convinced first gets ready, and convinces nobody
    before she practises (Anderson & May 1991, Infectious Diseases of Humans, in steps). Needs a horizon; who gets ready
    is counted as trying.

    It is `Adoption` with trials that end with a chance per step, never fail and are not seen, and no way back.

    Parameters
    ----------
    probability, lapse, partners : as in `SIR`.
    onset : chance per step in (0, 1] that a person who is getting ready starts to practise, which takes 1/onset steps
        on average and at least one. For a fixed number of steps take ``Adoption(trial_time=...)``.
    """

    probability: Share
    onset: float
    lapse: float = 0.0334
    partners: float = 0.0

    def __post_init__(self) -> None:
        faults = _faults("SEIR", self.probability, self.partners, self.lapse)
        if not is_meeting(self.onset):
            faults.append(f"SEIR: onset {self.onset!r} is not a chance per step in [{LEAST_MEETING:.1g}, 1]")
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "probability", frozen(self.probability))

    @property
    def as_adoption(self) -> Adoption:
        """The same as a case of the full model."""
        parts = {"probability": self.probability, "partners": self.partners, "lapse": self.lapse}
        return Adoption(**parts, trial_end=self.onset, rekindle=0.0)  # type: ignore[arg-type]

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return self.as_adoption.guarantee
