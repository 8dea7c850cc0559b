"""Models in which people keep trying to convince one another, and may give up, on the per-period clock."""

from __future__ import annotations

from dataclasses import dataclass

from spark.errors import UsageError
from spark.model.adoption import Adoption
from spark.model.delay import LEAST_MEETING, Delay, delay_faults, frozen_delay, is_meeting
from spark.model.guarantee import FORGETFUL, MONOTONE_LAPSE, REMOVED, Guarantee, with_delays
from spark.model.values import Share, frozen, share_faults, unit_interval_faults


def _check(name: str, model: SI | SIS | SIR | SEIR, *others: str) -> None:
    """Refuse what is wrong with the parameters that all these models have, and freeze what could be changed."""
    faults = share_faults(name, "probability", model.probability)
    for part in ("partners", "lapse", "rekindle"):
        if hasattr(model, part):
            faults += unit_interval_faults(name, part, getattr(model, part))
    faults += [*others, *delay_faults(name, model.delay)]
    if faults:
        raise UsageError(*faults)
    object.__setattr__(model, "probability", frozen(model.probability))
    object.__setattr__(model, "delay", frozen_delay(model.delay))


@dataclass(frozen=True, slots=True)
class SI:
    """Susceptible, infected: each adopter tries again in every step, nobody gives up (Kermack & McKendrick 1927,
    doi:10.1098/rspa.1927.0118, in steps). Needs a horizon.

    Parameters
    ----------
    probability : chance per tie AND step in [0, 1]: a number, a tie column, or ``{layer: either}``.
    partners : chance per step that a person adopts while the whole of one partner organisation, of weight 1, practises.
    delay : steps that a tie takes, drawn once for each tie: in step t it passes on whether its source practised at the
        end of step t - delay. A whole number, a tie column, the chances of 1, 2, 3, ... steps, or a `GeometricDelay`.
        Partner organisations and broadcasts take one step.
    """

    probability: Share
    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        _check("SI", self)

    @property
    def as_adoption(self) -> Adoption:
        """The same as a case of the full model."""
        parts = {"probability": self.probability, "partners": self.partners, "delay": self.delay}
        return Adoption(**parts, lapse=0.0, rekindle=0.0)  # type: ignore[arg-type]

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return with_delays(MONOTONE_LAPSE, self.delay)


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
    delay : as in `SI`: what is on its way arrives, also where its source has given up in the meantime.
    """

    probability: Share
    lapse: float = 0.0334
    rekindle: float = 1.0
    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        _check("SIS", self)

    @property
    def as_adoption(self) -> Adoption:
        """The same as a case of the full model."""
        parts = {"probability": self.probability, "partners": self.partners, "delay": self.delay}
        return Adoption(**parts, lapse=self.lapse, rekindle=self.rekindle)  # type: ignore[arg-type]

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        if self.lapse == 0 or self.rekindle == 1:
            return with_delays(MONOTONE_LAPSE, self.delay)
        return with_delays(REMOVED if self.rekindle == 0 else FORGETFUL, self.delay)


@dataclass(frozen=True, slots=True)
class SIR:
    """Susceptible, infected, removed: as `SIS`, but who gave up is not convinced by people again. Needs a horizon.

    It is NOT independent cascade with p = beta/(beta + mu): one infectious period is shared by all ties of a person.

    Parameters
    ----------
    probability, partners, lapse, delay : as in `SIS`.
    """

    probability: Share
    lapse: float = 0.0334
    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        _check("SIR", self)

    @property
    def as_adoption(self) -> Adoption:
        """The same as a case of the full model."""
        parts = {"probability": self.probability, "partners": self.partners, "delay": self.delay}
        return Adoption(**parts, lapse=self.lapse, rekindle=0.0)  # type: ignore[arg-type]

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return with_delays(MONOTONE_LAPSE if self.lapse == 0 else REMOVED, self.delay)


@dataclass(frozen=True, slots=True)
class SEIR:
    """Susceptible, exposed, infected, removed: as `SIR`, but who is convinced first gets ready, and convinces nobody
    before she practises (Anderson & May 1991, Infectious Diseases of Humans, in steps). Needs a horizon; who gets ready
    is counted as trying.

    It is `Adoption` with trials that end with a chance per step, never fail and are not seen, and no way back.

    Parameters
    ----------
    probability, lapse, partners, delay : as in `SIR`.
    onset : chance per step in (0, 1] that a person who is getting ready starts to practise, which takes 1/onset steps
        on average and at least one. For a fixed number of steps take ``Adoption(trial_time=...)``.
    """

    probability: Share
    onset: float
    lapse: float = 0.0334
    partners: float = 0.0
    delay: Delay = 1

    def __post_init__(self) -> None:
        wrong = f"SEIR: onset {self.onset!r} is not a chance per step in [{LEAST_MEETING:.1g}, 1]"
        _check("SEIR", self, *([] if is_meeting(self.onset) else [wrong]))

    @property
    def as_adoption(self) -> Adoption:
        """The same as a case of the full model."""
        parts = {"probability": self.probability, "partners": self.partners, "delay": self.delay}
        return Adoption(**parts, lapse=self.lapse, trial_end=self.onset, rekindle=0.0)  # type: ignore[arg-type]

    @property
    def guarantee(self) -> Guarantee:
        """What holds for this model."""
        return self.as_adoption.guarantee
