"""Tables on their way into a network, and the collecting of what is wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import DataError, Fault
from spark.network.ids import I64

Column = I64 | list[Any]

LISTED = 20
"""How many faults an error lists before it says how many more there are."""

_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a table stand: in lines of a file, or at positions of what Python gave."""

    table: str
    file: str | None = None
    line: Callable[[int], int] | None = None

    def fault(self, row: int, key: str | None, message: str) -> Fault:
        """Return the fault of a row, counted from 0."""
        if self.file is not None:
            return Fault(message, self.file, self.line(row) if self.line else row + 1, key)
        return Fault(message, key=f"{self.table}[{row}]" + (f".{key}" if key else ""))

    def name(self, row: int) -> str:
        """Return how another message speaks of the row."""
        return f"line {self.line(row) if self.line else row + 1}" if self.file is not None else f"row {row}"


@dataclass(slots=True)
class Faults:
    """All that is wrong so far; a million faults of one kind cost no more than the few that are listed."""

    listed: list[Fault] = field(default_factory=list)
    more: int = 0
    advice: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.listed)

    def add(self, fault: Fault) -> None:
        """Note one fault, its message cut where it repeats a cell without end."""
        if len(fault.message) > _LONGEST:
            fault = replace(fault, message=f"{fault.message[:_LONGEST]} ...")
        if len(self.listed) < LISTED:
            self.listed.append(fault)
        else:
            self.more += 1

    def room_for(self, rows: NDArray[Any] | list[int]) -> list[int]:
        """Return those of the rows that can still be listed, each to be added; the others are only counted."""
        found = [int(row) for row in rows[: LISTED - len(self.listed)]]
        self.more += len(rows) - len(found)
        return found

    def advise(self, advice: str) -> None:
        """Note how such faults can be mended, once."""
        if advice not in self.advice:
            self.advice.append(advice)

    def refuse(self) -> None:
        """Raise what was found, if anything was, in the order of files and lines."""
        if not self.listed:
            return
        files = list(dict.fromkeys(fault.file for fault in self.listed))
        faults = sorted(self.listed, key=lambda fault: (files.index(fault.file), fault.line or 0))
        if self.more:
            faults.append(Fault(f"and {self.more:,} more"))
        raise DataError(*faults, *self.advice)


@dataclass(frozen=True, slots=True)
class TieTable:
    """Rows of ties.

    Attributes
    ----------
    source, target : the ends, int64: positions in `names`, or the ids themselves where `names` is None.
    layer : names of the layers.
    columns : numbers, NaN for what is none.
    cells : what was given for these numbers, for messages.
    place : where the rows stand.
    """

    source: I64
    target: I64
    names: list[Any] | None
    layer: list[Any] | None
    columns: Mapping[str, NDArray[np.float64]]
    cells: Mapping[str, Any]
    place: Place

    def end(self, code: int) -> Any:
        """Return the id that an entry of `source` or `target` stands for."""
        return code if self.names is None else self.names[code]


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """One row a person: ids, and the other columns by role or, for groups, by name."""

    ids: Column
    columns: Mapping[str, Any]
    place: Place
