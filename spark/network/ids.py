"""The user's ids and their positions 0..n-1, in the order of the data."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import WrongTypeError, nearest

I64 = NDArray[np.int64]

_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,18}")

_LARGE = 5_000
_BLOCK = 1 << 16
_PLURALS = {"person": "people"}


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array C-contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def is_missing(value: object) -> bool:
    """Tell whether a value stands for "none": None, an empty text, NaN, or the NA of a data frame."""
    if value is None or value == "" or type(value).__name__ == "NAType":
        return True
    return isinstance(value, float | np.floating) and value != value


def missing_rows(column: Iterable[object]) -> list[int]:
    """Return the positions of the values that are missing."""
    return [row for row, value in enumerate(column) if is_missing(value)]


def as_column(values: Any, name: str = "ids") -> I64 | list[Any]:
    """Take a sequence, an array or the column of a data frame: int64 where all are integers, else a list.

    Raises
    ------
    WrongTypeError
        If `values` is one text, or has not one dimension.
    """
    if isinstance(values, str | bytes):
        raise WrongTypeError(f"{name} are a sequence of values, not the single text {values!r}")
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise WrongTypeError(f"{name} have {values.ndim} dimensions, not 1")
        if values.dtype.kind == "i" or (values.dtype.kind == "u" and (not values.size or values.max() < 1 << 63)):
            return values.astype(np.int64, copy=False)
        values = values.tolist()
    try:
        items: list[Any] = list(values)
    except TypeError:
        raise WrongTypeError(f"{name} are a sequence of values, not {values!r}") from None
    if items and all(kind is int or issubclass(kind, np.integer) for kind in set(map(type, items))):
        try:
            return np.array(items, dtype=np.int64)
        except OverflowError:
            pass  # they are integers beyond int64
    return items


def canonical_integers(texts: list[Any]) -> I64 | None:
    """Return texts as int64 where all are the usual way to write an integer (not 007, +7 or -0), else None."""
    if set(map(type, texts)) != {str}:
        return None
    try:
        integers = np.array(list(map(int, texts)), dtype=np.int64)
    except (ValueError, OverflowError):
        return None
    return integers if list(map(str, integers.tolist())) == texts else None


class Ids:
    """Distinct ids in order, and where each stands.

    Parameters
    ----------
    values : int64 array or sequence of hashables, distinct.
    text : integers are shown, and asked for, as text: ids from files are text, so that "007" is not "7".

    Examples
    --------
    >>> ids = Ids(["bo", "amina"])
    >>> ids.position("amina"), ids[0], len(ids)
    (1, 'bo', 2)
    """

    __slots__ = ("_at", "_integers", "_lookup", "_low", "_sorted", "_values", "text")

    def __init__(self, values: I64 | Iterable[Hashable], *, text: bool = False) -> None:
        column = as_column(values)
        self.text = text
        self._values: list[Any] | None = None
        self._integers: I64 | None = None
        self._lookup: dict[Any, int] | None = None
        self._at: I64 | None = None
        self._sorted: I64 | None = None
        self._low = 0
        if isinstance(column, np.ndarray):
            self._integers = freeze(column.copy() if column.flags.writeable else column)
        else:
            integers = canonical_integers(column) if text else None
            self._integers = None if integers is None else freeze(integers)
            self._values = column if integers is None else None

    @property
    def integers(self) -> I64 | None:
        """The ids as int64 where all are integers (or their usual texts), else None."""
        return self._integers

    def __len__(self) -> int:
        return len(self._values) if self._integers is None else self._integers.size  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Any]:
        if self._integers is None:
            return iter(self._values)  # type: ignore[arg-type]
        values = self._integers.tolist()
        return map(str, values) if self.text else iter(values)

    def __getitem__(self, position: int) -> Any:
        if self._integers is None:
            return self._values[position]  # type: ignore[index]
        value = int(self._integers[position])
        return str(value) if self.text else value

    def __contains__(self, value: object) -> bool:
        try:
            self.position(value)
        except KeyError:
            return False
        return True

    def __repr__(self) -> str:
        shown = ", ".join(repr(self[i]) for i in range(min(3, len(self))))
        return f"<Ids: {len(self):,}: {shown}{', ...' if len(self) > 3 else ''}>"

    def take(self, positions: Iterable[int]) -> list[Any]:
        """Return the ids at the positions."""
        return [self[int(position)] for position in positions]

    def position(self, value: object) -> int:
        """Return where the id stands; KeyError if it is none of these."""
        if self._integers is not None:
            return self._integer_position(value)
        try:
            return self._known()[value]
        except TypeError:
            raise KeyError(value) from None

    def positions(self, values: I64 | Sequence[Hashable]) -> I64:
        """Return where the ids stand, int64; KeyError of the first that is none of these."""
        column = as_column(values)
        found = self.find(column)
        wrong = np.flatnonzero(found < 0)
        if wrong.size:
            raise KeyError(column[int(wrong[0])])
        return found

    def find(self, column: I64 | list[Any]) -> I64:
        """Return where the ids stand, int64, -1 for each that is none of these."""
        if isinstance(column, np.ndarray):
            if self._integers is not None and not self.text:
                return self.find_integers(column).astype(np.int64)
            column = column.tolist()
        if self._integers is None:
            try:
                return np.array([self._known().get(value, -1) for value in column], dtype=np.int64)
            except TypeError:
                pass  # something among them is not hashable
        return np.array([self._found(value) for value in column], dtype=np.int64)

    def _known(self) -> dict[Any, int]:
        if self._lookup is None:
            self._lookup = {known: i for i, known in enumerate(self._values or [])}
        return self._lookup

    def texts(self) -> list[str]:
        """Return all ids as texts."""
        return [str(value) for value in self]

    def _found(self, value: object) -> int:
        try:
            return self.position(value)
        except KeyError:
            return -1

    def _integer_position(self, value: object) -> int:
        if self.text:
            if not isinstance(value, str) or not _CANONICAL.fullmatch(value):
                raise KeyError(value)
            number = int(value)
        elif isinstance(value, int | np.integer) and not isinstance(value, bool):
            number = int(value)
        else:
            raise KeyError(value)
        if not -(1 << 63) <= number < 1 << 63:
            raise KeyError(value)
        found = int(self.find_integers(np.array([number], dtype=np.int64))[0])
        if found < 0:
            raise KeyError(value)
        return found

    def find_integers(self, wanted: NDArray[Any]) -> NDArray[np.int32]:
        """Return where the integers stand, int32, -1 for each that is none of these; the ids must be integers."""
        found = np.empty(wanted.size, dtype=np.int32)
        for start in range(0, wanted.size, _BLOCK):  # what is needed on the way is as long as a block, not as the whole
            block = slice(start, start + _BLOCK)
            found[block] = self._find_integers(wanted[block].astype(np.int64))
        return found

    def _find_integers(self, wanted: I64) -> I64:
        known = self._integers
        assert known is not None
        if not known.size:
            return np.full(wanted.size, -1, dtype=np.int64)
        if self._at is None:
            self._low = low = int(known.min())
            reach = int(known.max()) - low + 1
            if reach <= 8 * known.size + 1024:
                table = np.full(reach, -1, dtype=np.int64)
                table[known - low] = np.arange(known.size)
                self._at = table
            else:
                self._at = np.argsort(known, kind="stable")
                self._sorted = known[self._at]
        if self._sorted is None:
            offset = wanted - self._low
            inside = (wanted >= self._low) & (offset < self._at.size)
            return np.where(inside, self._at[np.where(inside, offset, 0)], -1)
        place = np.minimum(np.searchsorted(self._sorted, wanted), known.size - 1)
        return np.where(self._sorted[place] == wanted, self._at[place], -1)


def unknown(value: object, ids: Ids, what: str = "person") -> str:
    """Say that an id is not among `ids`, and which one is nearest.

    >>> unknown("amina", Ids(["amina.k", "bo"]))
    "'amina' is not in the network (2 people); did you mean 'amina.k'?"
    """
    plural = _PLURALS.get(what, f"{what}s")
    count = f"{len(ids):,} {what if len(ids) == 1 else plural}"
    return f"{value!r} is not in the network ({count}){nearest(value, _candidates(value, ids))}"


def _candidates(value: object, ids: Ids) -> Iterable[object]:
    """All ids where they are few, else those that begin or end as the value does: difflib is slow."""
    if len(ids) <= _LARGE:
        return ids
    text = str(value).lower()
    if len(text) < 3 or ids.integers is not None:
        return ()
    alike = (name for name in map(str, ids) if name[:2].lower() == text[:2] or name[-3:].lower() == text[-3:])
    return islice(alike, _LARGE)
