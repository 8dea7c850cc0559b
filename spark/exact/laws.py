"""Laws of tolerances and of delays, read straight from the model."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from spark.errors import DataError, UsageError, nearest
from spark.model import (
    Delay,
    ErlangTolerance,
    ExamplesNeeded,
    GeneralThreshold,
    GeometricDelay,
    Model,
    TableTolerance,
    Tolerance,
    ToleranceByGroup,
    ToleranceLaw,
    UniformTolerance,
)
from spark.network import Network


def beyond_of(network: Network, model: GeneralThreshold) -> Callable[[int, float], float]:
    """Return the chance that the tolerance of a person is above a dose, from her position and the dose."""
    laws = laws_of(network, model.tolerance)

    def beyond(v: int, dose: float) -> float:
        simple = 0.0 if math.isinf(dose) else math.exp(-dose)
        return model.simple * simple + (1 - model.simple) * beyond_dose(laws[v], dose)

    return beyond


def laws_of(network: Network, rule: Tolerance) -> list[ToleranceLaw]:
    """Return the law of each person's tolerance."""
    if not isinstance(rule, ToleranceByGroup):
        return [rule] * network.size
    known = {"organisation": (tuple(network.organisations), network.organisation)}
    known |= {"team": (tuple(network.teams), network.team)}
    known |= {name: (group.names, group.codes) for name, group in network.groups.items()}
    if rule.column not in known:
        raise UsageError(f"tolerance: the people have no column of groups {rule.column!r}{nearest(rule.column, known)}")
    names, codes = known[rule.column]
    if unknown := [name for name in rule.laws if name not in names]:
        raise UsageError(*(f"tolerance: no {rule.column} is called {name!r}{nearest(name, names)}" for name in unknown))
    return [rule.laws.get(names[code], rule.otherwise) if code >= 0 else rule.otherwise for code in codes.tolist()]


def beyond_dose(law: ToleranceLaw, dose: float) -> float:
    """Return the chance that a tolerance is above a dose."""
    if isinstance(law, UniformTolerance):
        return 1 - min(1.0, dose)
    if isinstance(law, TableTolerance):
        return _beyond_table(law, dose)
    if math.isinf(dose):
        return 0.0
    moments = law.moments if isinstance(law, ErlangTolerance) else 1
    return math.fsum(math.exp(-dose) * dose**i / math.factorial(i) for i in range(moments))


def _beyond_table(law: TableTolerance, dose: float) -> float:
    reached = 0.0
    for (low, before), (high, after) in pairwise([(0.0, 0.0), *zip(law.doses, law.chances, strict=True)]):
        if dose >= high - 1e-12:  # whoever needs exactly this dose is convinced by it, however it was added up
            reached = after
        elif dose > low:
            return 1 - (before + (after - before) * (dose - low) / (high - low))
    return 1 - reached


def delays_of(
    network: Network, model: Model, horizon: int | None
) -> tuple[tuple[tuple[tuple[int, float], ...], ...], ...]:
    """Return the delays of each person's in-ties; nothing where all are one step.

    Without a horizon a geometric delay has no end. It does not change who adopts in the end, and is left out.
    """
    inner = model.of if isinstance(model, ExamplesNeeded | GeneralThreshold) else model
    delay: Delay = getattr(inner, "delay", 1)
    if model.guarantee.clock == "continuous":  # its laws of times are read elsewhere
        return ()
    if delay == 1 or (isinstance(delay, GeometricDelay) and horizon is None):
        return ()
    found: list[list[tuple[tuple[int, float], ...]]] = [[] for _ in range(network.size)]
    for tie, v in enumerate(network.targets.tolist()):
        found[v].append(_delays_of_tie(network, delay, tie, horizon))
    return tuple(map(tuple, found))


def _delays_of_tie(network: Network, delay: Delay, tie: int, horizon: int | None) -> tuple[tuple[int, float], ...]:
    if isinstance(delay, int):
        return ((delay, 1.0),)
    if isinstance(delay, GeometricDelay):
        p = _in_column(network, delay.meeting, tie) if isinstance(delay.meeting, str) else float(delay.meeting)
        return tuple((steps, p * (1 - p) ** (steps - 1)) for steps in range(1, (horizon or 0) + 1))
    if isinstance(delay, str):
        steps = _in_column(network, delay, tie)
        if steps != int(steps) or steps < 1:
            raise DataError(f"{delay}: {steps:g} is not a whole number of steps")
        return ((int(steps), 1.0),)
    return tuple((i + 1, float(chance)) for i, chance in enumerate(delay) if chance > 0)


def _in_column(network: Network, column: str, tie: int) -> float:
    if column not in network.columns:
        raise UsageError(f"the network has no tie column {column!r}{nearest(column, network.columns)}")
    return float(network.columns[column][tie])
