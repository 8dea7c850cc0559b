"""What all results share: estimates with errors, rows from their JSON form, small tables for notebooks."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any


def mean_and_error(total: int, squares: int, count: int) -> tuple[float, float]:
    """Mean and its standard error from exact integer sums over `count` >= 2 worlds."""
    variance = (count * squares - total * total) / (count * (count - 1))
    return total / count, math.sqrt(max(variance, 0.0) / count)


def rows_of(kind: Any, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Make rows of a dataclass from their JSON form."""
    return tuple(kind(**row) for row in rows)


def html_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A small table for notebooks; every text is escaped."""

    def cells(tag: str, row: Sequence[object]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>"

    body = "".join(cells("td", row) for row in rows)
    return f"<table><caption>{html.escape(title)}</caption>{cells('th', header)}{body}</table>"
