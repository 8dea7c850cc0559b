"""Random whole numbers and orders whose values no release of numpy should change.

numpy may change what its distributions make of a stream; the uniform doubles of PCG64 are its raw stream and nothing
else, so that all made-up networks are built from them alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spark.errors import WrongTypeError


def generator(rng: int | np.random.Generator) -> np.random.Generator:
    """Return `rng` itself, or the PCG64 generator of a whole number of at least 0."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise WrongTypeError(f"rng {rng!r} is neither a whole number of at least 0 nor a numpy Generator")
    return np.random.Generator(np.random.PCG64(int(rng)))


def below(rng: np.random.Generator, count: int, bound: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw `count` whole numbers, each uniform in [0, bound), bound < 2^53 (a number, or one for each draw)."""
    return (rng.random(count) * bound).astype(np.int64)


def permutation(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Draw an order of 0 .. count-1, every order equally likely."""
    return np.argsort(rng.random(count), kind="stable")
