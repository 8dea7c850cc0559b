"""Numba's options, in one place. With NUMBA_DISABLE_JIT=1 both decorators leave plain Python behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED = not numba.config.DISABLE_JIT


def kernel(function: Function) -> Function:
    """A loop that backends call: compiled once per machine, and free of the interpreter lock."""
    compiled: Any = numba.njit(nogil=True, cache=True)(function)
    return compiled  # type: ignore[no-any-return]


def lean(function: Function) -> Function:
    """A kernel that neither makes arrays nor returns them: nobody counts who uses them, and it compiles sooner."""
    compiled: Any = numba.njit(nogil=True, cache=True, _nrt=False)(function)
    return compiled  # type: ignore[no-any-return]


def part(function: Function) -> Function:
    """A loop that only lean kernels call: without the wrappers for Python it compiles in half the time."""
    compiled: Any = numba.njit(nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return compiled  # type: ignore[no-any-return]


def spliced(function: Function) -> Function:
    """A long loop that one kernel alone calls: taken into it before it is compiled, which is then done once."""
    compiled: Any = numba.njit(nogil=True, inline="always")(function)
    return compiled  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """A few operations inside a loop, always inlined."""
    compiled: Any = numba.njit(nogil=True, cache=True, forceinline=True)(function)
    return compiled  # type: ignore[no-any-return]
