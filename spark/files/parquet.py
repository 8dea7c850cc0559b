"""Parquet tables, read and written with pyarrow where it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spark.errors import Fault, UsageError
from spark.files.bytes import UnreadableError
from spark.files.graph import given_table, number_text
from spark.files.layout import Kind
from spark.files.table import Table


def arrow(file: str) -> Any:
    """Import pyarrow, or say how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            f"{file}: Parquet is read and written with pyarrow, which is not installed: pip install 'orgspark[tables]'"
        ) from None
    return pyarrow


def read_parquet(path: Path, kind: Kind) -> Table:
    """Read a table; what stands in no line of text is told by its row, counted from 1.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    UnreadableError
        If it is no Parquet file.
    """
    pyarrow = arrow(path.name)
    try:
        with path.open("rb") as stream:
            table = pyarrow.parquet.ParquetFile(stream).read()
    except OSError as wrong:
        raise UnreadableError(Fault(f"cannot be read: {wrong.strerror or wrong}", path.name)) from None
    except (pyarrow.ArrowException, ValueError) as wrong:
        raise UnreadableError(Fault(f"is no Parquet file, or a damaged one ({wrong})", path.name)) from None
    names = [str(name) for name in table.column_names]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise UnreadableError(Fault("two columns have this name", path.name, None, twice))
    # pandas writes an index without a name as a column of its own
    columns = {
        name: _column(table.column(i), kind) for i, name in enumerate(names) if not name.startswith("__index_level_")
    }
    return given_table(kind, columns, table.num_rows, file=path.name, line=lambda row: row + 1)


def _column(chunks: Any, kind: Kind) -> Any:
    if kind != "people" and chunks.null_count == 0:
        values = chunks.to_numpy()
        if values.dtype.kind in "iu" and (not values.size or int(values.max()) < 1 << 63):
            return values.astype(np.int64)
        if values.dtype.kind == "f":
            return values.astype(np.float64)
    return [cell_text(value) for value in chunks.to_pylist()]


def cell_text(value: Any) -> str:
    """Return a value as the text it would be in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value) if isinstance(value, float) else str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def write_parquet(path: Path, columns: Mapping[str, Any]) -> None:
    """Write a table of arrays and lists."""
    pyarrow = arrow(path.name)
    pyarrow.parquet.write_table(pyarrow.table(dict(columns)), path)
