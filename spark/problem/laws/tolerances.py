"""Lower laws of tolerances, and with them the general threshold model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, nearest
from spark.model import (
    ErlangTolerance,
    ExponentialTolerance,
    GeneralThreshold,
    Tolerance,
    ToleranceByGroup,
    ToleranceLaw,
    UniformTolerance,
)
from spark.network import Network
from spark.problem.arrays import NEVER_CONVINCED, Law, Tolerances, freeze
from spark.problem.fixed_point import chances, dose_of, fixed
from spark.problem.laws.delays import noise_of
from spark.problem.laws.law import lower_law

_ALL = 1 << 64
Piece = tuple[int, int, int, int, int]


@lower_law.register
def _(model: GeneralThreshold, network: Network, heard: NDArray[np.uint64] | None) -> Law:
    law = lower_law(model.of, network, heard)
    if law.family == "cascade":
        dose = fixed(dose_of(chances(law.live, law.never)))
        none = np.empty(0, np.uint32)
        law = replace(
            law, family="threshold", live=freeze(none), never=freeze(none.astype(np.uint8)), dose=freeze(dose)
        )
    return with_tolerances(law, network, model)


def with_tolerances(law: Law, network: Network, model: GeneralThreshold) -> Law:
    """The law of doses with the tolerances and the noise of a general threshold model."""
    return replace(law, tolerances=tolerances_of(network, model.tolerance, model.simple), noise=noise_of(model.noise))


def tolerances_of(network: Network, tolerance: Tolerance, simple: float) -> Tolerances:
    """Lower a law of tolerances, or one for each group, with a share of people who are simple for good.

    Raises
    ------
    UsageError
        They name a column of groups, or a group, that the network does not have.
    """
    codes, laws = _laws_by_person(network, tolerance)
    rows: list[tuple[int, int, int]] = []
    pieces: list[Piece] = []
    for law in laws:
        if isinstance(law, ExponentialTolerance | ErlangTolerance):
            rows.append((1 if isinstance(law, ExponentialTolerance) else law.moments, 0, 0))
        else:
            first = len(pieces)
            pieces += _pieces(law)
            rows.append((0, first, len(pieces)))
    share = int(Fraction(simple) * _ALL)
    return Tolerances(
        freeze(codes),
        freeze(np.array(rows, np.int64)),
        freeze(np.array(pieces, np.uint64).reshape(-1, 5)),
        freeze(np.array([share - 1] if share else [], np.uint64)),
    )


def _laws_by_person(network: Network, tolerance: Tolerance) -> tuple[NDArray[np.int32], list[ToleranceLaw]]:
    if not isinstance(tolerance, ToleranceByGroup):
        return np.zeros(network.size, np.int32), [tolerance]
    codes, names = _grouping(network, tolerance.column)
    unknown = [name for name in tolerance.laws if name not in names]
    if unknown:
        raise UsageError(
            *(f"tolerance: no {tolerance.column} is called {name!r}{nearest(name, names)}" for name in unknown)
        )
    row = np.zeros(len(names) + 1, np.int32)  # the last entry is of those in no group
    for number, name in enumerate(tolerance.laws):
        row[list(names).index(name)] = number + 1
    return row[codes], [tolerance.otherwise, *tolerance.laws.values()]


def _grouping(network: Network, column: str) -> tuple[NDArray[np.int32], Sequence[object]]:
    if column == "organisation":
        return network.organisation, list(network.organisations)
    if column == "team":
        return network.team, list(network.teams)
    if column in network.groups:
        return network.groups[column].codes, network.groups[column].names
    columns = ["organisation", "team", *network.groups]
    raise UsageError(
        f"tolerance: the people have no column of groups {column!r}; there are {', '.join(columns)}"
        f"{nearest(column, columns)}"
    )


def _pieces(law: ToleranceLaw) -> list[Piece]:
    """The inverse of a distribution function given by points, as `Tolerances.pieces`."""
    doses, shares = ((1.0,), (1.0,)) if isinstance(law, UniformTolerance) else (law.doses, law.chances)  # type: ignore[union-attr]
    found: list[Piece] = []
    low, begin = 0, 0
    for dose, share in zip(doses, shares, strict=True):
        high, end = int(fixed(dose)), int(Fraction(share) * _ALL)
        span, width = end - begin, high - low
        if span:
            shift = max(64 - span.bit_length(), 0)
            slope = (width << 64) // (span << shift)
            found.append((end - 1, begin, low if slope else max(high, 1), slope, shift))
        low, begin = high, end
    return found if begin == _ALL else [*found, (_ALL - 1, begin, NEVER_CONVINCED, 0, 0)]
