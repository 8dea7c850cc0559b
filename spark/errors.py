"""What can go wrong, said in the user's words.

Every error of spark is a :class:`SparkError` that lists one or more :class:`Fault`, each with the file, line and key
it was found at, where there is one. The class says whose move it is: the caller's (:class:`UsageError`), the data's
(:class:`DataError`), nobody's because the wish cannot be met (:class:`InfeasibleError`), or ours (:class:`RunError`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class SparkError(Exception):
    """Base of all errors of spark; ``faults`` lists every one that was found, not only the first."""

    exit_code = 1

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault(fault) if isinstance(fault, str) else fault for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))


class UsageError(SparkError, ValueError):
    """Something wrong in a call or on the command line (exit code 2)."""

    exit_code = 2


class WrongTypeError(UsageError, TypeError):
    """A value of a kind that cannot be used where it was given (exit code 2)."""


class DataError(SparkError, ValueError):
    """Something wrong in a file or in the data of a network (exit code 3)."""

    exit_code = 3


class InfeasibleError(SparkError, ValueError):
    """A wish that the data cannot meet, such as more seeds than people (exit code 4)."""

    exit_code = 4


class RunError(SparkError, RuntimeError):
    """A run that could not be finished (exit code 1)."""


def nearest(word: object, choices: Iterable[object]) -> str:
    """Return ``; did you mean 'x'?`` for the choice nearest to `word`, or an empty string where none is near.

    >>> nearest("bugdet", ["budget", "name"])
    "; did you mean 'budget'?"
    >>> nearest("zzz", ["budget", "name"])
    ''
    """
    text = str(word)
    names = [str(choice) for choice in choices]
    lowered = {name.lower(): name for name in reversed(names)}
    found = difflib.get_close_matches(text.lower(), list(lowered), n=1, cutoff=0.6)
    if not found:
        found = [low for low in lowered if text and low.startswith(text.lower())][:1]
    return f"; did you mean {lowered[found[0]]!r}?" if found else ""
