"""From one `rng` to the keys of everything that is drawn (SPEC 7: an integer, a Generator, or fresh entropy)."""

from __future__ import annotations

import secrets

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, WrongTypeError

Rng = int | np.random.Generator | None

PURPOSES = {"evaluate": 0x65766C7561746531, "choose": 0x63686F6F73650001, "certify": 0x6365727469667901}
"""Choosing, certifying and evaluating never share a world: a plan must not win by the luck it was chosen on."""

_MASK = (1 << 64) - 1


def mix(x: int) -> int:
    """The splitmix64 finaliser (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195)."""
    x ^= x >> 30
    x = x * 0xBF58476D1CE4E5B9 & _MASK
    x ^= x >> 27
    x = x * 0x94D049BB133111EB & _MASK
    return x ^ (x >> 31)


def whole_rng(rng: Rng) -> int:
    """Return the 64-bit integer that stands for `rng` and is recorded: itself, one draw, or fresh entropy."""
    if rng is None:
        return secrets.randbits(64)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, 1 << 64, dtype=np.uint64))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
        raise WrongTypeError(f"rng {rng!r} is not an integer, a numpy Generator or None")
    if not -(1 << 63) <= rng < 1 << 64:
        raise UsageError(f"rng {rng} does not fit in 64 bits")
    return int(rng) & _MASK


def run_key(rng: int, purpose: str) -> int:
    """Return the key of all worlds that `rng` draws for one purpose."""
    return mix(mix(rng & _MASK) ^ PURPOSES[purpose])


def mix_all(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`mix` of each number of an array."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))
