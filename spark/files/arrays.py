"""NumPy archives (.npz): two arrays of ends, columns beside them, and whatever is known of people and partners.

``source`` and ``target`` are arrays with one entry a tie; every other array is a column of ties (``layer``, ``weight``,
...); ``people.id``, ``people.organisation``, ... and ``partners.source``, ... are columns of the other tables. Sparse
matrices as scipy saves them are read as well.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import Fault, nearest
from spark.files.bytes import UnreadableError
from spark.files.graph import Contents, given_table
from spark.files.layout import Kind
from spark.files.parquet import cell_text

_TABLES: tuple[Kind, ...] = ("people", "partners")


def read_arrays(path: Path) -> Contents:
    """Read a NumPy archive.

    Raises
    ------
    UnreadableError
        If it is none, holds Python objects, or its arrays do not fit together.
    """
    arrays = _load(path)
    if {"format", "shape", "data"} <= {*arrays}:
        return _matrix(arrays, path.name)
    parts: dict[Kind, dict[str, Any]] = {"ties": {}}
    for name, values in arrays.items():
        table, dot, column = name.partition(".")
        kind: Kind = next((kind for kind in _TABLES if dot and kind == table), "ties")
        if values.ndim != 1:
            raise UnreadableError(Fault(f"has {values.ndim} dimensions, not 1", path.name, None, name))
        parts.setdefault(kind, {})[column if kind != "ties" else name] = values
    if not {"source", "target"} <= {*parts["ties"]}:
        missing = next(end for end in ("source", "target") if end not in arrays)
        said = f"there is no array {missing!r} (arrays: {', '.join(arrays)}){nearest(missing, arrays)}"
        raise UnreadableError(Fault(said, path.name))
    tables = {}
    for kind, columns in parts.items():
        lengths = {name: values.size for name, values in columns.items()}
        if len({*lengths.values()}) > 1:
            said = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
            raise UnreadableError(Fault(f"the arrays of {kind} have different lengths: {said}", path.name))
        made = {name: _column(values, kind, name) for name, values in columns.items()}
        rows = next(iter(lengths.values()))
        tables[kind] = given_table(kind, made, rows, file=path.name, line=lambda row: row + 1)
    return Contents(tables)


def _load(path: Path) -> dict[str, NDArray[Any]]:
    try:
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise UnreadableError(Fault("is a single array; save source and target with numpy.savez", path.name))
        with archive:
            return {name: archive[name] for name in archive.files}
    except OSError as wrong:
        raise UnreadableError(Fault(f"cannot be read: {wrong.strerror or wrong}", path.name)) from None
    except (ValueError, EOFError, zipfile.BadZipFile) as wrong:
        said = "Python objects are refused, for loading them can run any code" if "pickle" in str(wrong) else str(wrong)
        raise UnreadableError(Fault(f"is no archive of plain arrays ({said})", path.name)) from None


def _column(values: NDArray[Any], kind: Kind, name: str) -> Any:
    if values.dtype.kind in "iu" and (kind != "people" or name == "id"):
        return values.astype(np.int64, copy=False)
    if values.dtype.kind == "f" and kind != "people" and name not in ("source", "target"):
        return values.astype(np.float64, copy=False)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    return [cell_text(value) for value in values.tolist()]


def _matrix(arrays: Mapping[str, NDArray[Any]], file: str) -> Contents:
    """Take a sparse matrix: the entry at (i, j) is the weight of the tie from i to j."""
    kind = arrays["format"].item()
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    shape, data = arrays["shape"], arrays["data"]
    if shape.size != 2 or shape[0] != shape[1]:
        raise UnreadableError(Fault(f"the matrix is {' x '.join(map(str, shape.tolist()))}, not square", file))
    if kind == "coo":
        source, target = arrays["row"], arrays["col"]
    elif kind in ("csr", "csc"):
        along = np.repeat(np.arange(shape[0], dtype=np.int64), np.diff(arrays["indptr"]))
        across = arrays["indices"].astype(np.int64)
        source, target = (along, across) if kind == "csr" else (across, along)
    else:
        raise UnreadableError(Fault(f"matrices of the format {kind!r} are not read; save a csr matrix", file))
    columns: dict[str, Any] = {"source": source.astype(np.int64), "target": target.astype(np.int64)}
    if data.dtype.kind != "b":
        columns["weight"] = data.astype(np.float64)
    ids = np.arange(int(shape[0]), dtype=np.int64)
    return Contents(
        {
            "ties": given_table("ties", columns, source.size, file=file, line=lambda row: row + 1),
            "people": given_table("people", {"id": ids}, ids.size, file=file, line=lambda row: row + 1),
        }
    )
