"""Types of arrays, units of fixed point, and what freezes and identifies arrays."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

ONE = 1 << 56
CERTAIN = 1 << 62
NEVER_CONVINCED = (1 << 64) - 1
UNIT = 1 << 24
VALUE_UNIT = 1_000_000


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array C-contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def digest(*parts: NDArray[Any] | str | int) -> str:
    """SHA-256, in hex, of arrays with their types and shapes, and of texts and integers."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(f"{part.dtype.str}{part.shape}".encode())
            total.update(part.data)
        else:
            total.update(f"{type(part).__name__}:{part};".encode())
    return total.hexdigest()
