"""Laws of tolerances: how much dose it takes to convince a person, before it is known who she is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from spark.errors import UsageError
from spark.model.values import whole_number_faults

MOST_MOMENTS = 16
MOST_POINTS = 1 << 16
MOST_DOSE = 63.0


@dataclass(frozen=True, slots=True)
class ExponentialTolerance:
    """P(tolerance <= x) = 1 - exp(-x): with the doses of a cascade, independent cascade in law."""

    @property
    def concave(self) -> bool:
        """Whether the law is concave, on which diminishing returns rest."""
        return True


@dataclass(frozen=True, slots=True)
class UniformTolerance:
    """P(tolerance <= x) = min(x, 1): with weights that add up to 1 at most, linear threshold."""

    @property
    def concave(self) -> bool:
        """Whether the law is concave, on which diminishing returns rest."""
        return True


@dataclass(frozen=True, slots=True)
class ErlangTolerance:
    """The dose at the k-th point of a unit Poisson process: with the doses of a cascade, `ExamplesNeeded(k)` in law.

    Parameters
    ----------
    moments : k, a whole number from 1 to 16; 1 is the exponential law.
    """

    moments: int

    def __post_init__(self) -> None:
        if faults := whole_number_faults("Erlang tolerance", "moments", self.moments, MOST_MOMENTS):
            raise UsageError(*faults)

    @property
    def concave(self) -> bool:
        """Whether the law is concave, on which diminishing returns rest."""
        return self.moments == 1


@dataclass(frozen=True, slots=True)
class TableTolerance:
    """Any law, given by points of its distribution function, straight between them and from (0, 0) to the first.

    Two equal doses are a jump: that share of the people has exactly that tolerance. Beyond the last point the function
    stays: where its chance is below 1, the rest of the people cannot be convinced by any dose.

    Parameters
    ----------
    doses : 1 number or more in [0, 63], never falling; at dose 0 only the chance 0.
    chances : as many, P(tolerance <= dose) in [0, 1], never falling.
    """

    doses: tuple[float, ...]
    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        doses, chances = tuple(self.doses), tuple(self.chances)
        faults = []
        if len(doses) != len(chances) or not 1 <= len(doses) <= MOST_POINTS:
            faults.append(
                f"table tolerance: {len(doses):,} doses and {len(chances):,} chances; as many of each, 1 to "
                f"{MOST_POINTS:,}"
            )
        for name, values, most in (("dose", doses, MOST_DOSE), ("chance", chances, 1.0)):
            faults += [
                f"table tolerance: {name} {value!r} is not a number in [0, {most:g}]"
                for value in values
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most
            ]
        for name, values in (("doses", doses), ("chances", chances)):
            numbers = all(isinstance(value, int | float) for value in values)
            if numbers and any(b < a for a, b in pairwise(values)):
                faults.append(f"table tolerance: the {name} fall; they are points of a function that never falls")
        if not faults and any(dose == 0 < chance for dose, chance in zip(doses, chances, strict=True)):
            faults.append("table tolerance: a chance above 0 at dose 0 is of people whom nobody has to convince")
        if faults:
            raise UsageError(*faults[:20])
        object.__setattr__(self, "doses", doses)
        object.__setattr__(self, "chances", chances)

    @property
    def concave(self) -> bool:
        """Whether the law is concave, on which diminishing returns rest: its slopes never rise (to 1e-9)."""
        points = [(0.0, 0.0), *zip(self.doses, self.chances, strict=True)]
        slopes = [
            (after - before) / (high - low) if high > low else (math.inf if after > before else None)
            for (low, before), (high, after) in pairwise(points)
        ]
        known = [slope for slope in slopes if slope is not None]
        return math.inf not in known and all(b <= a * (1 + 1e-9) + 1e-12 for a, b in pairwise(known))


ToleranceLaw = ExponentialTolerance | UniformTolerance | ErlangTolerance | TableTolerance


@dataclass(frozen=True, slots=True)
class ToleranceByGroup:
    """A law for each group of people: "nurses need two".

    Parameters
    ----------
    column : ``"organisation"``, ``"team"``, or a column of groups, such as a profession.
    laws : the law of each group by its name.
    otherwise : the law of everybody else.
    """

    column: str
    laws: Mapping[str, ToleranceLaw]
    otherwise: ToleranceLaw = ExponentialTolerance()

    def __post_init__(self) -> None:
        laws = self.laws if isinstance(self.laws, Mapping) else {}
        faults = [
            f"tolerance by group: {name} {law!r} is not a law of tolerances; spark.ErlangTolerance(2) is one"
            for name, law in (*laws.items(), ("otherwise", self.otherwise))
            if not isinstance(law, ToleranceLaw)
        ]
        if not laws:
            faults.append(
                f"tolerance by group: laws {self.laws!r} name no group; {{'nurse': spark.ErlangTolerance(2)}} would; "
                "one law for everybody needs no groups"
            )
        if not isinstance(self.column, str):
            faults.append(f"tolerance by group: column {self.column!r} is not a name")
        if faults:
            raise UsageError(*faults)
        object.__setattr__(self, "laws", MappingProxyType(dict(self.laws)))

    @property
    def concave(self) -> bool:
        """Whether every law is concave."""
        return all(law.concave for law in (*self.laws.values(), self.otherwise))


Tolerance = ToleranceLaw | ToleranceByGroup


def concave_with(law: Tolerance, simple: float) -> bool:
    """Whether ``(1 - simple) law + simple exponential`` is concave.

    The density of an Erlang law with k moments rises by at most M e^-x, M = (k-2)^(k-2) / (k-1)!, against which stands
    the fall e^-x of the exponential law: concave iff (1 - simple) M <= simple, which is simple >= 1/2 for k = 2.
    Straight pieces whose slope rises, and jumps, stay.

    >>> [concave_with(ErlangTolerance(2), simple) for simple in (0.49, 0.5)]
    [False, True]
    """
    if isinstance(law, ToleranceByGroup):
        return all(concave_with(part, simple) for part in (*law.laws.values(), law.otherwise))
    if isinstance(law, ErlangTolerance) and law.moments > 1:
        k = law.moments
        return bool((1 - simple) * (k - 2) ** (k - 2) <= simple * math.factorial(k - 1))
    return law.concave or simple == 1
