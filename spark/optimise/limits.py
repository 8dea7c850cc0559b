"""Which people may be chosen together: at most and at least so many of a group, never these two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spark.errors import SparkError, UsageError, nearest
from spark.network import Network
from spark.problem.targets import Targets
from spark.question import Constraints, Who, who_in_words


@dataclass(frozen=True, slots=True)
class Row:
    """One limit: of `people` (int32, who may be chosen) at least `least` and at most `most` are; `name` in words.

    Attributes
    ----------
    by : the grouping that the row belongs to, of whose rows each person is in at most one; None: a row by itself.
    """

    name: str
    people: NDArray[np.int32]
    least: int
    most: int
    by: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """All limits on a choice; R rows, n people.

    Attributes
    ----------
    rows : the limits. members : bool sparse matrix [R, n], by rows and by people.
    """

    rows: tuple[Row, ...]
    members: sparse.csr_array
    of_person: sparse.csc_array

    @property
    def least(self) -> NDArray[np.int64]:
        """How many of each row are chosen at least, int64[R]."""
        return np.array([row.least for row in self.rows], np.int64)

    @property
    def most(self) -> NDArray[np.int64]:
        """How many of each row are chosen at most, int64[R]."""
        return np.array([row.most for row in self.rows], np.int64)

    @property
    def families(self) -> dict[str | None, list[int]]:
        """The rows of each grouping; None: rows by themselves."""
        found: dict[str | None, list[int]] = {}
        for at, row in enumerate(self.rows):
            found.setdefault(row.by, []).append(at)
        return found


def select(network: Network, who: Who, what: str) -> NDArray[np.bool_]:
    """Return bool[n], who is meant; `what` names the place in errors.

    Raises
    ------
    UsageError
        With all people, keys and groups that are not in the network.
    """
    try:
        return Targets(network).mask(who if isinstance(who, Mapping) else {"people": who}, what)
    except SparkError as error:
        said = map(str, error.faults)
        raise UsageError(*(text if text.startswith(what) else f"{what}: {text}" for text in said)) from None


def who_may(network: Network, constraints: Constraints) -> NDArray[np.bool_]:
    """Return bool[n], whom the constraints `only` and `exclude` leave.

    Raises
    ------
    UsageError
        All people, groupings and groups, also of the limits, that are not in the network.
    """
    faults: list[str] = []
    may = np.ones(network.size, bool)
    for name, who in (("only", constraints.only), ("exclude", constraints.exclude or None)):
        if who is not None:
            try:
                chosen = select(network, who, name)
                may &= chosen if name == "only" else ~chosen
            except SparkError as error:
                faults += map(str, error.faults)
    _rows(network, constraints, may, faults)
    if faults:
        raise UsageError(*faults)
    return may


def limits_of(network: Network, constraints: Constraints, may: NDArray[np.bool_]) -> Limits | None:
    """Lower the limits of constraints that `who_may` has checked; None where there are none.

    Parameters
    ----------
    may : bool[n]; who may be chosen at all.
    """
    rows = _rows(network, constraints, may, [])
    return with_rows(rows, network.size) if rows else None


def _rows(network: Network, constraints: Constraints, may: NDArray[np.bool_], faults: list[str]) -> list[Row]:
    rows = []
    for pair in constraints.apart:
        try:
            people = network.index(pair)
            rows.append(Row(f"never together: {who_in_words(pair)}", people[may[people]].astype(np.int32), 0, 1, None))
        except SparkError as error:
            faults += [f"apart: {fault}" for fault in error.faults]
    bounds: dict[str, dict[int, list[int]]] = {}
    for at, (what, limit) in enumerate((("at_most", constraints.at_most), ("at_least", constraints.at_least))):
        for key, value in limit.items():
            try:
                _, names = Targets(network).grouping(key, what)
                codes = {name: code for code, name in enumerate(names)}
                numbers = value if isinstance(value, Mapping) else dict.fromkeys(names, value)
                faults += [f"{what}: no {key} is called {n!r}{nearest(n, names)}" for n in numbers if n not in codes]
                for code, number in ((codes[n], number) for n, number in numbers.items() if n in codes):
                    bounds.setdefault(key, {}).setdefault(code, [network.size, 0])[at] = number
            except SparkError as error:
                faults += map(str, error.faults)
    for key, groups in bounds.items():
        of_person, names = Targets(network).grouping(key, "at_most")
        able = np.where(may, of_person, -1)
        order = np.argsort(able, kind="stable").astype(np.int32)
        starts = np.searchsorted(able[order], np.arange(len(names) + 1))
        for code, (most, least) in sorted(groups.items()):
            members = order[starts[code] : starts[code + 1]]
            rows.append(Row(f"{key} {names[code]}", members, least, most, key))
    return rows


def with_rows(rows: Iterable[Row], people: int) -> Limits:
    """Return the limits that these rows are."""
    rows = tuple(rows)
    indptr = np.cumsum([0, *(row.people.size for row in rows)])
    columns = np.concatenate([np.empty(0, np.int32), *(row.people for row in rows)])
    members = sparse.csr_array((np.ones(columns.size), columns, indptr), shape=(len(rows), people))
    return Limits(rows, members, members.tocsc())
