"""Where worlds are computed: ``python``, a slow twin to read, and ``cpu``, compiled and on all cores."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import MappingProxyType

from spark.errors import UsageError, nearest
from spark.problem.arrays import Backend

Progress = Callable[[int], None]
"""Told how many worlds have been finished since it was last called."""

BACKENDS = MappingProxyType(
    {"cpu": ("spark.backends.cpu", "CpuBackend"), "python": ("spark.backends.python", "PythonBackend")}
)


def open_backend(name: str = "cpu", *, workers: int | None = None, progress: Progress | None = None) -> Backend:
    """Return the backend of that name; only then is what it needs imported.

    Raises
    ------
    UsageError
        There is no such backend, or `workers` is below 1.
    """
    if name not in BACKENDS:
        raise UsageError(f"backend {name!r} is none of {', '.join(BACKENDS)}{nearest(name, BACKENDS)}")
    if workers is not None and workers < 1:
        raise UsageError(f"workers {workers} is not a whole number of at least 1")
    module, kind = BACKENDS[name]
    backend: Backend = getattr(importlib.import_module(module), kind)(workers=workers, progress=progress)
    return backend
