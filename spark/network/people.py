"""The columns of people: numbers, yes and no, organisations, teams, labels, groups."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.network.ids import Ids, as_column, is_missing
from spark.network.network import Group
from spark.network.tables import Faults, PeopleTable, Place

NUMBERS = ("readiness", "visibility", "outlook", "cost", "value", "take_up")
SWITCHES = {"adopted": False, "eligible": True, "answered": True}
PLACES = ("organisation", "team")

YES = {"1", "true", "yes", "y", "t"}
NO = {"0", "false", "no", "n", "f"}


@dataclass(slots=True)
class PeopleColumns:
    """What was made of the columns of people; the names are those of `Network`."""

    organisations: Ids
    organisation: NDArray[np.int32]
    teams: Ids
    team: NDArray[np.int32]
    label: tuple[str, ...] | None
    numbers: dict[str, NDArray[np.float64]]
    switches: dict[str, NDArray[np.bool_]]
    groups: dict[str, Group]
    other_numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def people_columns(table: PeopleTable | None, size: int, faults: Faults, *, text: bool) -> PeopleColumns:
    """Check the columns of people, and give the defaults of those that are missing.

    Parameters
    ----------
    table : columns by role; others become groups. None: defaults for all.
    size : how many people; rows that are faults already are not among them, but are checked all the same.
    faults : where what is wrong is noted.
    text : ids of organisations and teams are text.
    """
    none = np.full(size, -1, dtype=np.int32)
    made = PeopleColumns(
        Ids([]),
        none,
        Ids([]),
        none,
        None,
        {name: np.ones(size) for name in NUMBERS},
        {name: np.full(size, default) for name, default in SWITCHES.items()},
        {},
    )
    if table is None:
        return made
    table_name = table.place.file or table.place.table
    for name, values in table.columns.items():
        column = as_column(values, name)
        empty = [is_missing(value) for value in column] if isinstance(column, list) else [False] * len(column)
        if empty and all(empty):
            made.unused.append(f"{table_name}: {name} (empty)")
            continue
        if name in NUMBERS:
            made.numbers[name] = _numbers(name, column, empty, table.place, faults)
        elif name in SWITCHES:
            made.switches[name] = _switches(name, column, empty, table.place, faults)
        elif name in PLACES:
            ids, codes = _codes(column, empty)
            if name == "organisation":
                made.organisations, made.organisation = Ids(ids, text=text), codes
            else:
                made.teams, made.team = Ids(ids, text=text), codes
        elif name == "label":
            made.label = tuple("" if gone else str(value) for value, gone in zip(column, empty, strict=True))
        else:
            group = as_group(column, empty)
            if isinstance(group, str):
                made.unused.append(f"{table_name}: {name} ({group})")
                numbers = other_numbers(column, empty)
                if numbers is not None:
                    made.other_numbers[name] = numbers
            else:
                made.groups[name] = group
            continue
        made.given.add(name)
        blanks = sum(empty)
        if blanks and name in (*NUMBERS, *SWITCHES):
            default = "1" if name in NUMBERS else ("yes" if SWITCHES[name] else "no")
            made.notes.append(f"{table_name}: {name}: {blanks:,} empty, taken as {default}")
    return made


def as_number(value: Any) -> float | None:
    """Return a value as a float, NaN and infinity included, or None if it is no number."""
    if isinstance(value, str) and "_" in value:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def not_a_number(value: Any) -> str:
    """Say that a value is not a number of at least 0.

    >>> not_a_number("0,5")
    "'0,5' is not a number of at least 0; decimals are written with a point"
    """
    shown = repr(value) if as_number(value) is None else value
    hint = "; decimals are written with a point" if re.fullmatch(r"\d+,\d+", str(value)) else ""
    return f"{shown} is not a number of at least 0{hint}"


def _numbers(name: str, column: Any, empty: list[bool], place: Place, faults: Faults) -> NDArray[np.float64]:
    numbers = np.ones(len(column))
    for row, value in enumerate(column):
        if empty[row] and not isinstance(value, float):
            continue
        number = as_number(value)
        if number is not None and 0 <= number < math.inf:
            numbers[row] = number
        else:
            faults.add(place.fault(row, name, not_a_number(value)))
    return numbers


def other_numbers(column: Any, empty: list[bool]) -> NDArray[np.float64] | None:
    """Return a column without a role as numbers, NaN where there is none, or None where it holds something else."""
    numbers = [math.nan if gone else as_number(value) for value, gone in zip(column, empty, strict=True)]
    return None if None in numbers else np.array(numbers, np.float64)


def _switches(name: str, column: Any, empty: list[bool], place: Place, faults: Faults) -> NDArray[np.bool_]:
    switches = np.full(len(column), SWITCHES[name])
    for row, value in enumerate(column):
        if empty[row]:
            continue
        word = str(value).strip().lower().removesuffix(".0")
        if word in YES or word in NO:
            switches[row] = word in YES
        else:
            faults.add(place.fault(row, name, f"{value!r} is none of 0, 1, true, false, yes, no"))
    return switches


def _codes(column: Any, empty: list[bool]) -> tuple[list[Any], NDArray[np.int32]]:
    """Number the distinct values in order of first appearance; -1 where there is none."""
    values = column.tolist() if isinstance(column, np.ndarray) else column
    known: dict[Any, int] = {}
    codes = [-1 if gone else known.setdefault(value, len(known)) for value, gone in zip(values, empty, strict=True)]
    return list(known), np.array(codes, dtype=np.int32)


def as_group(column: Any, empty: list[bool]) -> Group | str:
    """Take a column for a group where it divides the people into few parts, else say why not."""
    texts = ["" if gone else str(value) for value, gone in zip(column, empty, strict=True)]
    names, codes = _codes(texts, empty)
    size = len(texts)
    if all(as_number(name) is not None for name in names):
        whole = all(float(name).is_integer() and "." not in name for name in names)
        if not whole or len(names) > max(12, math.isqrt(size)):
            return "numbers without a role"
    elif len(names) > max(12, size // 2):
        return "nearly every value is different"
    return Group(codes, tuple(names))
