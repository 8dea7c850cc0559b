"""Data sets: a made-up health trust that is always there, and whatever lies in a folder of the user's own.

A folder of data sets has one folder a data set, each as `spark.read_network` reads it, and, if wanted, an INDEX.csv
with the columns ``name``, ``nodes``, ``edge_rows``, ``directed`` and ``layers``. It is given by name, or by the
environment variable SPARK_DATA. spark itself ships no data of others: docs/datasets.md says where they are to be had.
"""

from __future__ import annotations

import ast
import csv
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from spark.errors import DataError, Fault, UsageError, nearest
from spark.files import read_network
from spark.network import Influence, Merge, Network

SAMPLE = "health-trust"
"""The data set that is made up where it is asked for."""

VARIABLE = "SPARK_DATA"

_SAMPLE_TITLE = "A made-up health trust: hospitals, wards and teams, with councils and charities as partners"
_SAMPLE_NOTES = (
    "Generated, always the same; no place, person or figure in it is real.\n"
    "Influence runs from source to target; friendships and work ties run both ways in it."
)
_README = "README.md"
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, slots=True)
class DataSet:
    """What is known of a data set before it is read.

    Attributes
    ----------
    name : of its folder.
    title : what it is, in a line.
    folder : where it lies, None for the sample.
    people, rows : how many people and rows of ties its index names, None where there is none.
    directed : whether the ties have a direction, None if nobody says.
    layers : the layers that its index names.
    notes : what its README says.
    """

    name: str
    title: str
    folder: Path | None = None
    people: int | None = None
    rows: int | None = None
    directed: bool | None = None
    layers: tuple[str, ...] = ()
    notes: str = ""


def catalogue(folder: str | os.PathLike[str] | None = None) -> tuple[DataSet, ...]:
    """Return the data sets that can be loaded: the sample first, then those of the folder by name.

    Parameters
    ----------
    folder : of data sets; None means that of SPARK_DATA, if it is set.

    Raises
    ------
    UsageError
        If there is no such folder.
    DataError
        If its index is wrong.

    Examples
    --------
    >>> from spark import datasets
    >>> datasets.catalogue()[0].name
    'health-trust'
    """
    sample = DataSet(SAMPLE, _SAMPLE_TITLE, directed=True, notes=_SAMPLE_NOTES)
    place = _place(folder)
    if place is None:
        return (sample,)
    index = _index(place)
    found = sorted(entry for entry in place.iterdir() if entry.is_dir() and _holds_network(entry))
    return (sample, *(_described(entry, index.get(entry.name, {}), place) for entry in found))


def describe(name: str, folder: str | os.PathLike[str] | None = None) -> DataSet:
    """Return what is known of one data set; the parameters and errors are those of `load`."""
    known = catalogue(folder)
    for data_set in known:
        if data_set.name == name:
            return data_set
    names = [data_set.name for data_set in known]
    where = "" if _place(folder) else f"; name a folder of data sets, or set {VARIABLE}, for others"
    raise UsageError(f"there is no data set {name!r}{nearest(name, names)} (known: {', '.join(names)}{where})")


def load(
    name: str,
    folder: str | os.PathLike[str] | None = None,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    layers: Sequence[str] | None = None,
    influence: Influence | None = None,
    merge: Merge = "refuse",
) -> Network:
    """Read a data set.

    Parameters
    ----------
    name : of the data set.
    folder : of data sets; None means that of SPARK_DATA, if it is set.
    columns, layers, merge : as in `spark.read_network`.
    influence : which way it runs; needed where the index says that the ties have a direction, for in a survey
        the person named influences the one who names her. Both ways where the index says that they have none.

    Raises
    ------
    UsageError
        If there is no such data set or folder, or the direction is left open.
    DataError
        As `spark.read_network`.

    Examples
    --------
    >>> from spark import datasets
    >>> datasets.load("health-trust").size
    1500
    """
    data_set = describe(name, folder)
    if data_set.folder is None:
        from spark.generate import health_trust

        if columns or layers or influence:
            raise UsageError(f"{SAMPLE} is made up, not read: it takes no columns, layers or influence")
        return health_trust()
    if influence is None:
        if data_set.directed:
            raise UsageError(
                f"the ties of {name} have a direction; give influence: 'target-to-source' if source names those who "
                "influence her, as in a survey, or 'source-to-target'"
            )
        influence = "both" if data_set.directed is False else None
    return read_network(data_set.folder, columns=columns, layers=layers, influence=influence, merge=merge)


def _place(folder: str | os.PathLike[str] | None) -> Path | None:
    given = os.environ.get(VARIABLE) or None if folder is None else folder
    if given is None:
        return None
    place = Path(given)
    if not place.is_dir():
        named = f" ({VARIABLE})" if folder is None else ""
        raise UsageError(f"{os.fspath(given)}{named}: there is no such folder of data sets")
    return place


def _holds_network(folder: Path) -> bool:
    from spark.files.read import table_files

    return bool(table_files(folder)["ties"])


def _index(place: Path) -> dict[str, Mapping[str, str]]:
    """Read INDEX.csv, if there is one."""
    path = place / "INDEX.csv"
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise DataError(Fault(f"cannot be read: {wrong}", path.name)) from None
    if rows and "name" not in rows[0]:
        raise DataError(Fault(f"no column holds the names (columns: {', '.join(map(str, rows[0]))})", path.name, 1))
    return {row["name"]: {key: value or "" for key, value in row.items() if isinstance(key, str)} for row in rows}


def _described(folder: Path, row: Mapping[str, str], place: Path) -> DataSet:
    notes = ""
    with suppress(OSError):  # not every folder has one
        notes = (folder / _README).read_text(encoding="utf-8", errors="replace")
    title = next((line.lstrip("# ").strip() for line in notes.splitlines() if line.strip()), "")
    directed = row.get("directed", "").strip().lower()
    return DataSet(
        folder.name,
        title.removeprefix(f"{folder.name}: "),
        folder,
        _count(row.get("nodes", "")),
        _count(row.get("edge_rows", "")),
        True if directed in _YES else False if directed in _NO else None,
        _layers(row.get("layers", "")),
        notes,
    )


def _count(cell: str) -> int | None:
    return int(cell) if cell.strip().isdecimal() else None


def _layers(cell: str) -> tuple[str, ...]:
    """Read names between blanks, or the way a dictionary of counts is printed."""
    try:
        return tuple(map(str, ast.literal_eval(cell)))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return tuple(cell.split())
