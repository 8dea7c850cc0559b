"""A whole graph in one file on its way into tables: nodes, ties and what is said about each."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault
from spark.files.bytes import UnreadableError
from spark.files.layout import Kind, Layout
from spark.files.table import Table
from spark.network.numbering import coded
from spark.network.tables import Faults, Place

ValueKind = Literal["text", "number", "whole"]

_DIGITS = 9
LARGEST = 10**_DIGITS
"""Whole numbers below it fit into 32 bits."""

_MISSING = {"text": "", "number": np.nan, "whole": np.nan}


@dataclass(slots=True)
class Contents:
    """The tables of one file, and what the file says of its ties.

    Attributes
    ----------
    tables : by what they hold.
    undirected : why all ties are undirected, None if they are not.
    notes : what a reader should know.
    not_read : parts of the file that have no role.
    id_column : the attribute of nodes that holds the ids, None if the file's own are.
    """

    tables: dict[Kind, Table]
    undirected: str | None = None
    notes: list[str] = field(default_factory=list)
    not_read: tuple[str, ...] = ()
    id_column: str | None = None


def given_table(
    kind: Kind,
    columns: Mapping[str, Any],
    rows: int,
    *,
    file: str,
    line: Callable[[int], int],
    names: list[str] | None = None,
    header: bool = True,
) -> Table:
    """Make a table of columns that are there already; `names` are the ids that numbered ends stand for."""
    layout = Layout("", False, tuple(columns), header, 0, line(0) if rows else 1, ())
    return Table(layout, dict(columns), names, Place(kind, file, line), rows)


def numbered(table: Table, kind: Kind, ids: Sequence[int]) -> Table:
    """Return a table of ties whose ends are integers: ids themselves, or positions in `names`."""
    ends = [table.layout.names[i] for i in ids]
    if kind == "people" or table.names is not None or len(ends) != 2:
        return table
    columns = {name: table.columns[name] for name in ends}
    if all(isinstance(column, np.ndarray) and column.dtype.kind == "i" for column in columns.values()):
        return table
    made, names = coded(*(texts(column) for column in columns.values()))
    return replace(table, columns={**table.columns, **dict(zip(ends, made, strict=True))}, names=names)


class Values:
    """One attribute of nodes or ties, row by row, with gaps where it is not given."""

    __slots__ = ("default", "filled", "given", "kind", "name", "values")

    def __init__(self, name: str, kind: ValueKind = "text", default: str | float | None = None) -> None:
        self.name, self.kind = name, kind
        self.default: Any = _MISSING[kind] if default is None else default
        self.values: Any = [] if kind == "text" else array("d")
        self.given = 0
        self.filled = 0

    def put(self, row: int, text: str) -> None:
        """Set the value of a row, the last so far or a later one; ValueError if it is no number and must be."""
        value: Any = text
        if self.kind != "text":
            if "_" in text:
                raise ValueError(text)
            value = float(text)
        self.given += 1
        values = self.values
        if row == len(values):
            values.append(value)
        elif row < len(values):
            values[row] = value
        else:
            self._fill(row)
            values.append(value)

    def extend(self, row: int, values: Sequence[str] | NDArray[Any]) -> None:
        """Set the values of a row and of those that follow it, all of them later than any row so far."""
        self._fill(row)
        self.given += len(values)
        if self.kind == "text":
            self.values.extend(values)
        else:
            self.values.frombytes(np.asarray(values, dtype=np.float64).tobytes())

    def _fill(self, rows: int) -> None:
        gap = rows - len(self.values)
        if gap > 0:
            self.values.extend([self.default] * gap)
            self.filled += gap

    def column(self, rows: int) -> Any:
        """Return all rows: int64, float64 or texts."""
        self._fill(rows)
        if self.kind == "text":
            return self.values
        numbers = np.frombuffer(self.values, dtype=np.float64) if rows else np.zeros(0)
        if self.kind == "whole" and bool((np.abs(numbers) < 1 << 53).all()):
            return numbers.astype(np.int64)
        return numbers


class Attributes:
    """The attributes of all nodes, or of all ties; names that the table itself needs are moved aside.

    The weight of a tie is a number, and 1 where it is missing, by the custom of all these formats.
    """

    def __init__(self, taken: Sequence[str]) -> None:
        self.of: dict[str, Values] = {}
        self._names = set(taken)
        self._weighted = "source" in taken

    def declare(self, key: str, name: str, kind: ValueKind = "text") -> Values:
        """Add an attribute under the key by which the file knows it."""
        if name in self._names or not name:
            name = f"attribute {name}".strip()
        while name in self._names:
            name += f" ({key})"
        self._names.add(name)
        default = None
        if name == "weight" and self._weighted:
            kind, default = "number", 1.0
        self.of[key] = values = Values(name, kind, default)
        return values

    def has(self, name: str) -> bool:
        """Tell whether there is an attribute of this name."""
        return any(values.name == name for values in self.of.values())

    def put(self, key: str, row: int, text: str) -> None:
        """Set a value of an attribute, which is declared as text if it is not yet."""
        values = self.of.get(key)
        if values is None:
            values = self.declare(key, key)
        values.put(row, text)


class Graph:
    """Nodes and ties as they are met in a file.

    Parameters
    ----------
    file : how messages call it.
    faults : where what is wrong is noted.
    whole : keep ids that are whole numbers as such, for as long as all are; a table of a million texts costs more than
        all the rest. `nodes` holds them as texts only after `number_ids`.
    """

    def __init__(self, file: str, faults: Faults, *, whole: bool = False) -> None:
        self.file, self.faults = file, faults
        self._codes: defaultdict[str, int] | None = None
        self._whole = array("i")
        self.nodes: list[str] = []
        self.node_lines = array("I")
        self.source, self.target, self.lines = array("i"), array("i"), array("I")
        self.undirected = array("b")
        self.drawn: set[str] = set()
        self.people = Attributes(("id",))
        self.ties = Attributes(("source", "target"))
        self.partners: list[tuple[str, str, str]] = []
        self.notes: list[str] = []
        if not whole:
            self.number_ids()

    @property
    def whole(self) -> bool:
        """Whether all ids so far are whole numbers, which stand for themselves in `source` and `target`."""
        return self._codes is None

    def code(self, name: str) -> int:
        """Return what stands for an id in `source` and `target`."""
        if self._codes is None:
            if len(name) <= _DIGITS and name.isdecimal() and name.isascii() and (name[0] != "0" or name == "0"):
                return int(name)
            return self.number_ids()[name]
        return self._codes[name]

    def number_ids(self) -> defaultdict[str, int]:
        """Let each id be a text from here on, numbered when it is first met; return their numbers."""
        if self._codes is None:
            met = np.unique(np.concatenate([self.source, self.target, self._whole]))
            for end in (self.source, self.target):  # in place: whoever fills them holds these very arrays
                end[:] = array("i", np.searchsorted(met, end).astype(np.int32).tobytes())
            self._codes = defaultdict(None, zip(map(str, met.tolist()), range(met.size), strict=True))
            self._codes.default_factory = self._codes.__len__
            self.nodes = list(map(str, self._whole))
            del self._whole[:]
        return self._codes

    def node(self, name: str, line: int) -> None:
        """Add a node."""
        code = self.code(name)
        if self._codes is None:
            self._whole.append(code)
        else:
            self.nodes.append(name)
        self.node_lines.append(line)

    def tie(self, source: str, target: str, line: int, undirected: bool) -> None:
        """Add a tie."""
        self.source.append(self.code(source))
        self.target.append(self.code(target))
        self.lines.append(line)
        self.undirected.append(undirected)

    def wrong(self, message: str, line: int, key: str | None = None) -> None:
        """Note what is wrong."""
        self.faults.add(Fault(message, self.file, line, key))

    def refuse(self, message: str, line: int | None) -> UnreadableError:
        """Return the error that ends the reading."""
        return UnreadableError(Fault(message, self.file, line))

    def contents(self, id_column: str | None = None, why: str = "") -> Contents:
        """Return the tables.

        Parameters
        ----------
        id_column : the attribute of nodes that holds the ids, None if the file's own are.
        why : what to say of that choice.
        """
        if id_column is not None:
            self.number_ids()
        whole = self._codes is None
        ids: Any = np.asarray(self._whole).astype(np.int64) if whole else self.nodes
        names = None if self._codes is None else list(self._codes)
        self._codes = defaultdict()  # what it held is large, and of no use any more
        people: dict[str, Any] = {"id": ids}
        for values in self.people.of.values():
            people[values.name] = values.column(len(ids))
        found = id_column if id_column != "id" and id_column in people else None
        if found is not None:
            own = dict(zip(ids, people.pop(found), strict=True))
            people = {"id": list(own.values()) if len(own) == len(ids) else ids} | {
                name: column for name, column in people.items() if name != "id"
            }
            names = [own.get(name, name) for name in names or ()]
            if why and any(name != value for name, value in own.items()):
                self.notes.append(f"{self.file}: {why}")
        tables: dict[Kind, Table] = {"ties": self._tie_table(names)}
        if len(ids):
            lines = self.node_lines
            people = {name: texts(column) if name != "id" else column for name, column in people.items()}
            tables["people"] = given_table("people", people, len(ids), file=self.file, line=lambda row: lines[row])
        if self.partners:
            first, second, weights = (list(column) for column in zip(*self.partners, strict=True))
            columns = {"source": first, "target": second, "weight": weights}
            tables["partners"] = given_table("partners", columns, len(first), file=self.file, line=lambda row: row + 1)
        all_both = len(self.undirected) > 0 and bool(np.asarray(self.undirected).all())
        why_both = "the file says that its ties are undirected" if all_both else None
        return Contents(tables, why_both, self.notes, id_column=found)

    def _tie_table(self, names: list[str] | None) -> Table:
        rows = len(self.source)
        # views of what was collected: of a million ties nothing is copied
        source, target, lines = (np.asarray(column) for column in (self.source, self.target, self.lines))
        columns: dict[str, Any] = {"source": source, "target": target}
        for values in self.ties.of.values():
            if rows and not values.given and values.filled == 0 and values.default == "":
                self.notes.append(f"{self.file}: no tie has the attribute {values.name}")
                continue
            column = values.column(rows)
            if values.name == "weight" and values.given < rows:
                if not values.given:
                    continue
                self.notes.append(f"{self.file}: weight: {rows - values.given:,} missing, taken as {values.default:g}")
            columns[values.name] = column
        both = np.asarray(self.undirected).astype(bool)
        if both.any() and not both.all():
            # Beside arcs, an undirected tie stands for two of them.
            again = np.flatnonzero(both)
            rows += again.size
            columns = {name: _with(column, again) for name, column in columns.items()}
            columns["source"] = np.concatenate([source, target[again]])
            columns["target"] = np.concatenate([target, source[again]])
            lines = np.concatenate([lines, lines[again]])
            self.notes.append(f"{self.file}: undirected ties beside directed ones, read both ways: {again.size:,}")
        return given_table("ties", columns, rows, file=self.file, line=lambda row: int(lines[row]), names=names)


def _with(column: Any, again: Any) -> Any:
    if isinstance(column, np.ndarray):
        return np.concatenate([column, column[again]])
    return column + [column[row] for row in again.tolist()]


def texts(column: Any) -> list[str]:
    """Return a column as texts, empty where nothing is given."""
    if isinstance(column, list):
        return column
    return [number_text(value) for value in column.tolist()]


def number_text(value: float) -> str:
    """Write a number as it would be typed.

    >>> number_text(7.0), number_text(0.1), number_text(float("nan"))
    ('7', '0.1', '')
    """
    if value != value:
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1 << 53 else repr(value)


def labels_as_ids(graph: Graph, key: str) -> str | None:
    """Return the name of the attribute if it tells all nodes apart, else None."""
    values = graph.people.of.get(key)
    if values is None or values.given != len(graph.node_lines):
        return None
    column = values.column(values.given)
    return values.name if all(column) and len(set(column)) == len(column) else None


def too_many(people: int, size: int) -> bool:
    """Tell whether a file of so many characters can mean so many people; a slip of a digit must not fill the memory."""
    return people > max(1_000_000, size)


def part_of(path: Path, kind: str) -> Path:
    """Return how the part of a file is called: ``trust.graphml (ties)``."""
    return Path(f"{path.name} ({kind})")
