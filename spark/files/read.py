"""Networks from files: a folder of tables, or one file of ties."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from spark.errors import DataError, Fault, UsageError, nearest
from spark.files.bytes import UnreadableError
from spark.files.formats import format_of, read_contents
from spark.files.graph import part_of
from spark.files.layout import Kind
from spark.files.reader import Reader
from spark.files.table import Table
from spark.network import Influence, Merge, Network
from spark.network.roles import wanted_columns
from spark.network.tables import Faults

STEMS: Mapping[Kind, tuple[str, ...]] = {
    "ties": ("ties", "edges"),
    "people": ("people", "nodes"),
    "partners": ("partners",),
}
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


def read_network(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    layers: Sequence[str] | None = None,
    influence: Influence | None = None,
    merge: Merge = "refuse",
    encoding: str = "utf-8",
) -> Network:
    """Read a network from a folder or from one file.

    Parameters
    ----------
    path : a folder with ``ties`` or ``edges`` and, if wanted, ``people`` or ``nodes`` and ``partners`` (.csv, .tsv or
        .txt, each also .gz, or .parquet), or one such file of ties, which may be an adjacency matrix; or a graph
        (.graphml, .gexf, .gml, Pajek .net, UCINET .dl), a workbook (.xlsx) or a NumPy archive (.npz). Cells stand
        between commas, semicolons, tabs or blanks. Ids are text, byte for byte.
    columns : which column plays which role, where its name is not a usual one: ``{"source": "who", "id": "badge"}``;
        ``{"source": "1", "target": "2"}`` counts the columns of a file without a header, ``{"ignore": ["rank"]}``
        leaves columns out, ``"partners.source"`` names the table. In a graph file ``{"id": "name"}`` takes the ids
        from an attribute of the nodes.
    layers : names of the layers to read; None means all.
    influence : which way influence runs along the ties; None means from source to target where the names of the columns
        say so and in graph files, both ways where the file says that it is undirected. Partner ties always run from
        source to target.
    merge : rows for the same tie that disagree are refused, or their columns are added (``"sum"``).
    encoding : of the files.

    Returns
    -------
    The network; its `reading` and `summary()` say what was taken for what, and what was left out.

    Raises
    ------
    UsageError
        If there is no such path, column, layer or option, or influence is left open.
    DataError
        That lists all that is wrong in the files, with file and line.
    """
    place = Path(path)
    if not place.exists():
        raise UsageError(f"{os.fspath(path)}: there is no such file or folder{_near(place)}")
    wanted = wanted_columns(columns)
    reader = Reader(wanted, layers, influence, merge, encoding)
    ending = "" if place.is_dir() else format_of(place)
    if ending:
        paths, not_read = _parts_of(place, ending, reader)
    else:
        paths, not_read = _files_of(place)
    for table in reader.wanted.columns:
        if table not in paths and reader.wanted.columns[table]:
            raise UsageError(f"columns: there is no file of {table} in {os.fspath(path)}")
    return reader.network(paths, not_read)


def _near(path: Path) -> str:
    try:
        return nearest(path.name, sorted(entry.name for entry in path.absolute().parent.iterdir()))
    except OSError:
        return ""


def _parts_of(place: Path, ending: str, reader: Reader) -> tuple[dict[Kind, Path], tuple[str, ...]]:
    """Read a file that holds several tables; return what each is called, and the names of the others."""
    try:
        contents, reader.wanted = read_contents(place, ending, reader.wanted, reader.encoding, STEMS, reader.faults)
    except UnreadableError as wrong:
        reader.faults.add(wrong.fault)
        raise DataError(*reader.faults.listed) from None
    reader.given = dict(contents.tables)
    reader.undirected = contents.undirected
    reader.notes += contents.notes
    return {kind: _called(place, table, kind) for kind, table in contents.tables.items()}, contents.not_read


def _called(place: Path, table: Table, kind: Kind) -> Path:
    """Return how the answers call a table: as its sheet, or as its part of the file."""
    return Path(table.place.file) if table.place.file not in (None, place.name) else part_of(place, kind)


def _files_of(place: Path) -> tuple[dict[Kind, Path], tuple[str, ...]]:
    """Return the file of each table, and the names of the others."""
    if not place.is_dir():
        return {"ties": place}, ()
    try:
        files = sorted(entry for entry in place.iterdir() if entry.is_file() and not entry.name.startswith("."))
    except OSError as wrong:
        raise DataError(Fault(f"the folder cannot be read: {wrong.strerror or wrong}", place.name)) from None
    faults = Faults()
    paths: dict[Kind, Path] = {}
    for kind, found in table_files(place).items():
        if len(found) > 1:
            names = " and ".join(file.name for file in found)
            faults.add(Fault(f"{names} are both there; keep one of them", place.name))
        elif found:
            paths[kind] = found[0]
    if "ties" not in paths and not faults:
        others = [file.name for file in files]
        near = nearest("ties.csv", others) or nearest("edges.csv", others)
        found_files = f"found: {', '.join(others)}" if others else "the folder is empty"
        faults.add(Fault(f"there is no ties.csv or edges.csv ({found_files}){near}", place.name))
    faults.refuse()
    return paths, tuple(file.name for file in files if file not in paths.values())


def table_files(folder: Path) -> dict[Kind, list[Path]]:
    """Return the files of a folder that may hold each table."""
    files = sorted(entry for entry in folder.iterdir() if entry.is_file())
    return {
        kind: [
            file
            for file in files
            if file.name.lower()
            in {stem + end + zipped for stem in stems for end in SUFFIXES for zipped in ("", ".gz")}
        ]
        for kind, stems in STEMS.items()
    }
