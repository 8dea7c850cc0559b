"""Curves of organisations, teams and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spark.report.layout import Column, csv_text, number, paragraph, section, sparkline, table
from spark.results import GroupCurve, Spread

MOST_ROWS = 25
_COLUMNS, _BARS = 4, 16


def curves_by_group(spread: Spread) -> str:
    """Lay out the means of each group at a few steps and as a line of bars; nothing without curves."""
    return "\n".join(filter(None, (_section(column, curves) for column, curves in spread.over_time_by.items())))


def _section(column: str, curves: Sequence[GroupCurve]) -> str:
    steps = len(curves[0].over_time)
    last = steps - 1
    picked = sorted({round(i * last / (_COLUMNS - 1)) for i in range(_COLUMNS)})
    bars = sorted({round(i * last / (_BARS - 1)) for i in range(_BARS)})
    rows = [
        (
            curve.name,
            f"{curve.people:,}",
            *(number(round(curve.over_time[t].mean, 2)) for t in picked),
            sparkline([curve.over_time[t].mean for t in bars]),
        )
        for curve in curves[:MOST_ROWS]
    ]
    columns = [Column(column), Column("people", "number"), *(Column(f"step {t}", "number") for t in picked), Column("")]
    left_out = len(curves) - MOST_ROWS
    more = paragraph(f"... and {left_out:,} more; --json and --csv list all.") if left_out > 0 else ""
    said = paragraph("Means; each line of bars has its own height. --json and --csv hold errors, medians and bands.")
    return section(f"Over time by {column}", table(columns, rows), more, said)


def curves_csv(spread: Spread) -> str:
    """Write one row a column, group and step."""
    head = ["column", "group", "people", "step", "mean", "standard_error", "median", "low", "high"]
    return csv_text(head, _rows(spread))


def _rows(spread: Spread) -> Iterator[tuple[object, ...]]:
    for column, curves in spread.over_time_by.items():
        for curve in curves:
            for step in curve.over_time:
                figures = (step.mean, step.standard_error, step.median, step.low, step.high)
                yield column, curve.name, curve.people, step.time, *map(repr, figures)
