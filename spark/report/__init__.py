"""Render results as text for people, and as JSON and CSV for programs. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Answer", "Frame", "Next"]


class Answer(Protocol):
    """What a command has to say, in the forms it can be said in."""

    def text(self) -> str:
        """For people: at most 80 columns, except for ids, which are never cut."""
        ...

    def json(self, run: Mapping[str, Any] | None) -> str:
        """One document of docs/schemas; `run` is what differs between machines, for files only."""
        ...

    def csv(self) -> str:
        """One table."""
        ...


@dataclass(frozen=True, slots=True)
class Next:
    """A line to type next, and what for."""

    reason: str
    line: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds an answer.

    Parameters
    ----------
    command : the line that gives this answer again.
    why : why this model, in words.
    next : what to type next.
    """

    command: str
    why: str = ""
    next: tuple[Next, ...] = ()
