"""Convincing moments from outside: points of one unit Poisson process a person, up to the dose (docs/model.md)."""

from __future__ import annotations

from spark.kernels.accelerate import inlined
from spark.kernels.draw import exponential_tolerance, person_draw, u64


@inlined
def next_point(key, v, point):
    """The gap before point number `point` of a unit Poisson process; the first is the tolerance of one example."""
    return exponential_tolerance(person_draw(key + u64(point) * u64(0xD6E8FEB86659FD93), v))


@inlined
def points_up_to(dose, key, v, following, passed, most):
    """Move a person's process on to `dose`; return how many points were passed, as far as they matter."""
    if following[v] == u64(0):
        following[v] = next_point(key, v, 0)
    new = 0
    while dose >= following[v] and passed[v] < most:
        passed[v] += 1
        new += 1
        following[v] += next_point(key, v, passed[v])
    return new
