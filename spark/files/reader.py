"""From the tables of files to a network: which column has which role, and what is wrong in which line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, UsageError
from spark.files.bytes import UnreadableError, text_bytes
from spark.files.graph import numbered, part_of
from spark.files.layout import Kind, Layout
from spark.files.matrix import matrix_of_text
from spark.files.parquet import read_parquet
from spark.files.table import Table, read_table
from spark.network import Influence, Merge, Network, Reading
from spark.network.build import build
from spark.network.ids import I64, canonical_integers
from spark.network.people import NUMBERS, as_number
from spark.network.roles import (
    Wanted,
    default_influence,
    ends_missing,
    id_candidates,
    id_missing,
    people_roles,
    tie_roles,
)
from spark.network.tables import Faults, PeopleTable, TieTable
from spark.network.ties import STRICT, why_unused

_EXACT = (("source", "target"), ("layer",))
_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?\s*")
_UNDIRECTED = re.compile(r"%\s*sym\b|#\s*undirected\b", re.IGNORECASE)


@dataclass(slots=True)
class Reader:
    """The options of one reading, and what it has found so far.

    Attributes
    ----------
    wanted, layers, influence, merge, encoding : as in `spark.read_network`.
    given : tables that are read already, because one file holds them all.
    in_matrix : the people whom an adjacency matrix names.
    faults, files, roles, unused, notes : what was found; the last four go into `Reading`.
    undirected : why the ties are undirected, None if the file does not say so.
    directions : the column that says so.
    ignored : columns that were left out as the user wished.
    """

    wanted: Wanted
    layers: Sequence[str] | None
    influence: Influence | None
    merge: Merge
    encoding: str
    given: dict[Kind, Table] = field(default_factory=dict)
    in_matrix: Table | None = None
    faults: Faults = field(default_factory=Faults)
    files: list[tuple[str, str, int]] = field(default_factory=list)
    roles: dict[str, Mapping[str, str]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    undirected: str | None = None
    directions: str | None = None
    ignored: set[str] = field(default_factory=set)

    def network(self, paths: Mapping[Kind, Path], not_read: tuple[str, ...]) -> Network:
        """Read all files and make the network of them."""
        ties = self._ties(paths["ties"], "ties")
        if self.in_matrix is not None and "people" not in paths:
            self.given["people"] = self.in_matrix
            paths = {**paths, "people": part_of(paths["ties"], "people")}
        people = self._people(paths["people"], ties) if "people" in paths else None
        partners = self._ties(paths["partners"], "partners") if "partners" in paths else None
        if ties is None or ("people" in paths and people is None) or ("partners" in paths and partners is None):
            self.faults.refuse()
        assert ties is not None
        never = sorted(self.wanted.ignored - self.ignored)
        if never:
            raise UsageError(*(f"columns: no file has a column {name!r} to ignore" for name in never))
        influence = self.influence or self._default_influence(paths["ties"].name)
        if partners is not None and influence != "source-to-target":
            self.notes.append(f"{paths['partners'].name}: partner ties run from source to target all the same")
        reading = Reading(
            files=tuple(self.files),
            files_not_read=not_read,
            roles=self.roles,
            unused=tuple(self.unused),
            notes=tuple(self.notes),
        )
        return build(
            ties,
            people,
            partners,
            influence=influence,
            merge=self.merge,
            reading=reading,
            text=True,
            layers=self.layers,
            faults=self.faults,
        )

    def _default_influence(self, file: str) -> Influence:
        if self.undirected is not None:
            self.notes.append(f"{file}: influence runs both ways, for {self.undirected}")
            return "both"
        roles = self.roles[file]
        return default_influence(file, roles["source"], roles["target"])

    def _names(self, layout: Layout) -> list[str]:
        """Return the names of the columns that may be used."""
        self.ignored.update(self.wanted.ignored.intersection(layout.names))
        return [name for name in layout.names if name and name not in self.wanted.ignored]

    def _tie_roles(self, file: str, kind: Kind, layout: Layout) -> dict[str, str]:
        wanted = self.wanted.of(kind)
        if layout.header:
            return tie_roles(file, self._names(layout), wanted)
        roles = tie_roles(file, self._names(layout), {role: f"column {number}" for role, number in wanted.items()})
        for role, name in (("source", "column 1"), ("target", "column 2"), ("weight", "column 3")):
            if role not in roles and name in self._names(layout) and name not in roles.values():
                roles[role] = name
        return roles

    def _table(self, path: Path, kind: Kind) -> Table | None:
        def exact(layout: Layout) -> tuple[list[int], list[int]]:
            """Positions of the columns that must survive as text: ids and layers."""
            if kind == "people":
                names = [self.wanted.of(kind).get("id"), *id_candidates(layout.names)]
                return [layout.names.index(name) for name in names if name in layout.names], []
            roles = self._tie_roles(path.name, kind, layout)
            ids, layer = ([layout.names.index(roles[role]) for role in part if role in roles] for part in _EXACT)
            return ids, layer

        try:
            table = self._given(path, kind)
            if table is None:
                data = text_bytes(path, path.name, self.encoding)
                table = self._matrix(data, path, kind) or read_table(
                    data, path, kind, wanted=self.wanted.of(kind), exact_columns=exact, faults=self.faults
                )
        except UnreadableError as wrong:
            self.faults.add(wrong.fault)
            return None
        if table is not None:
            table = numbered(table, kind, exact(table.layout)[0])
            self.files.append((path.name, kind, table.rows))
            for i, name in enumerate(table.layout.names):
                if not name and not _is_empty(table.columns[f"column {i + 1}"]):
                    self.unused.append(f"{path.name}: column {i + 1} (it has no name)")
        return table

    def _given(self, path: Path, kind: Kind) -> Table | None:
        """Return a table that needs no reading as text."""
        if kind not in self.given and path.suffix.lower() == ".parquet":
            self.given[kind] = read_parquet(path, kind)
        return self.given.get(kind)

    def _matrix(self, data: bytes, path: Path, kind: Kind) -> Table | None:
        """Return the ties where the text is an adjacency matrix; its names are the people if nothing else tells."""
        contents = matrix_of_text(data, path.name, self.faults) if kind == "ties" and not self.wanted.of(kind) else None
        if contents is None:
            return None
        self.in_matrix = contents.tables["people"]
        self.notes += contents.notes
        return contents.tables["ties"]

    def _ties(self, path: Path, kind: Kind) -> TieTable | None:
        table = self._table(path, kind)
        if table is None:
            return None
        layout, file = table.layout, path.name
        self.roles[file] = roles = self._tie_roles(file, kind, layout)
        missing = ends_missing(file, self._names(layout), roles)
        if missing:
            self.faults.add(Fault(missing, file, layout.line - layout.header))
            return None
        if not layout.header:
            self.notes.append(f"{file}: there is no header; line {layout.line} is the first tie")
        if kind == "ties" and any(map(_UNDIRECTED.match, layout.comments)):
            self.undirected = "the file says that its ties are undirected"
        layer = self._layer(table, kind, roles)
        columns = self._numbers(table, kind, roles)
        cells = {key: table.columns[roles.get(key, key)] for key in columns}
        return TieTable(*_ends(table, roles), layer, columns, cells, table.place)

    def _layer(self, table: Table, kind: Kind, roles: dict[str, str]) -> list[str] | None:
        """Return the layer of each row; columns of directed and undirected, as Gephi writes them, are none."""
        if "layer" not in roles or kind == "partners":
            roles.pop("layer", None)
            return None
        column = table.columns[roles["layer"]]
        layer = list(map(str, column.tolist())) if isinstance(column, np.ndarray) else column
        kinds = {name.strip().lower() for name in set(layer)}
        if layer and "layer" not in self.wanted.of(kind) and kinds <= {"directed", "undirected", "mutual"}:
            self.directions = name = roles.pop("layer")
            file = table.place.file
            if len(kinds) > 1:
                self.faults.add(Fault("directed and undirected ties in one file; split it", file, key=name))
            if kinds == {"undirected"}:
                self.undirected = f"the column {name} says undirected"
            return None
        for row in self.faults.room_for([row for row, name in enumerate(layer) if not name]):
            self.faults.add(table.place.fault(row, roles["layer"], "the layer is missing"))
        return layer

    def _numbers(self, table: Table, kind: Kind, roles: Mapping[str, str]) -> dict[str, NDArray[np.float64]]:
        """Return the numeric columns by name, and note which columns cannot be used, and why."""
        file = table.place.file
        ends = [roles[role] for role in ("source", "target", "layer") if role in roles]
        named = {name: role for role, name in roles.items() if name not in ends}
        columns: dict[str, NDArray[np.float64]] = {}
        for name in self._names(table.layout):
            if name in ends or name == self.directions:
                continue
            key = named.get(name, name)
            asked = key in self.wanted.of(kind)
            if name not in named and key in (*named.values(), "source", "target", "layer"):
                self.unused.append(f"{file}: {name} (another column plays this role)")
                continue
            strict = asked or (table.layout.header and key.strip().lower() in STRICT)
            column, bad = _floats(self._with_points(table, name))
            why = None
            if not strict:
                why = _not_numbers(table, bad) if bad else why_unused(column)
            if why is None:
                columns[key] = column
            else:
                self.unused.append(f"{file}: {name} ({why})")
        return columns if kind == "ties" else self._partner_weight(columns, file)

    def _with_points(self, table: Table, name: str) -> Any:
        """Return a column of numbers with decimal points: between semicolons, spreadsheets write 0,5 for a half."""
        column = table.columns[name]
        if table.layout.delimiter != ";" or not isinstance(column, list) or any("." in cell for cell in column):
            return column
        if not any(map(_COMMA.fullmatch, column)):
            return column
        self.notes.append(f"{table.place.file}: {name}: decimal commas are read as points")
        return [cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell for cell in column]

    def _partner_weight(
        self, columns: dict[str, NDArray[np.float64]], file: str | None
    ) -> dict[str, NDArray[np.float64]]:
        """Keep the one column that partner ties have."""
        weight = next((key for key in ("weight", "strength") if key in columns), None)
        self.unused += [f"{file}: {key} (partner ties have a weight only)" for key in columns if key != weight]
        return {} if weight is None else {weight: columns[weight]}

    def _people(self, path: Path, ties: TieTable | None) -> PeopleTable | None:
        table = self._table(path, "people")
        if table is None:
            return None
        file, names = path.name, self._names(table.layout)
        wanted = dict(self.wanted.of("people"))
        candidates = id_candidates(names)
        if "id" not in wanted and len(candidates) > 1 and ties is not None:
            wanted["id"] = _id_column(table, candidates, ties)
        roles = people_roles(file, names, wanted)
        if "id" not in roles:
            self.faults.add(Fault(id_missing(names), file, table.layout.line - 1))
            return None
        self.roles[file] = roles
        named = {name: role for role, name in roles.items()}
        columns: dict[str, Any] = {}
        for name in names:
            key = named.get(name, name)
            if name not in named and key in roles:
                self.unused.append(f"{file}: {name} (another column plays this role)")
            else:
                columns[key] = self._with_points(table, name) if key in NUMBERS else table.columns[name]
        ids = columns.pop("id")
        integers = ids if isinstance(ids, np.ndarray) else canonical_integers(ids)
        return PeopleTable(ids if integers is None else integers, columns, table.place)


def _ends(table: Table, roles: Mapping[str, str]) -> tuple[I64, I64, list[str] | None]:
    """Return both ends, and the ids they stand for; as integers where all ids are written as such."""
    source, target = table.columns[roles["source"]], table.columns[roles["target"]]
    integers = None if table.names is None else canonical_integers(table.names)
    if integers is not None:
        if integers.size and integers.min() > -(1 << 31) and integers.max() < 1 << 31:
            integers = integers.astype(np.int32)  # half the memory of what is long
        return integers[source], integers[target], None
    return source, target, table.names


def _is_empty(column: Any) -> bool:
    """Tell whether nothing stands in a column, as in those that spreadsheets leave at the right."""
    return isinstance(column, list) and not any(column)


def _floats(column: NDArray[Any] | list[str]) -> tuple[NDArray[np.float64], list[int]]:
    """Return the cells as numbers, and the rows of those that are none."""
    if isinstance(column, np.ndarray):
        return column.astype(np.float64, copy=False), []
    numbers = [as_number(cell) for cell in column]
    return np.array([math.nan if number is None else number for number in numbers]), [
        row for row, number in enumerate(numbers) if number is None
    ]


def _not_numbers(table: Table, rows: list[int]) -> str:
    """Say why a column is not numeric."""
    if len(rows) == table.rows:
        return "text"
    assert table.place.line is not None
    return f"{len(rows):,} of {table.rows:,} are not numbers, the first in line {table.place.line(rows[0])}"


def _id_column(table: Table, candidates: Sequence[str], ties: TieTable) -> str:
    """Of several columns that may hold the ids, choose the first that holds all ends of ties, each once."""
    ends = {str(ties.end(code)) for code in np.unique(np.concatenate([ties.source, ties.target])).tolist()}
    for name in candidates:
        cells = table.columns[name]
        known = set(cells)
        if len(known) == len(cells) and ends <= known:
            return name
    return candidates[0]
