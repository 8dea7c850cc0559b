"""Sets of people as integers, and what can happen to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spark.errors import UsageError

Law = Mapping[int, float]
"""Chance of each set of people; bit i of a set is the person at position i."""

MOST_OUTCOMES = 1 << 22
"""Pairs of a state and what can follow it, in the process form; 12 people who all know one another have more."""


def members(people: int) -> Iterator[int]:
    """Return the positions in a set."""
    return (i for i in range(people.bit_length()) if people >> i & 1)


def ends(chances: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return each set of people to whom something can happen together, and its chance, from the chance of each."""
    found = [(0, 1.0)]
    for v, chance in chances:
        kept = [(people, part * (1 - chance)) for people, part in found] if chance < 1 else []
        found = kept + [(people | 1 << v, part * chance) for people, part in found]
    return found


def checked(outcomes: int) -> int:
    """Refuse to follow more than can be followed."""
    if outcomes > MOST_OUTCOMES:
        raise UsageError(
            f"spark.exact follows at most {MOST_OUTCOMES:,} outcomes of steps; there are more here. "
            "spark.simulate estimates the same in networks of any size"
        )
    return outcomes
