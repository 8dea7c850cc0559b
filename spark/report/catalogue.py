"""What is known of data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.report.layout import Column, csv_text, document, json_text, paragraph, section, table

if TYPE_CHECKING:
    from spark.datasets import DataSet

_COLUMNS = ("name", "people", "rows", "directed", "layers", "title")


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """The answer of ``spark datasets list``."""

    known: Sequence[DataSet]

    def text(self) -> str:
        """Lay out one row a data set."""
        columns = [Column("name", "id"), Column("people", "number"), Column("rows", "number"), Column("what it is")]
        rows = [(one.name, _number(one.people), _number(one.rows), one.title) for one in self.known]
        return table(columns, rows, indent=0) + "\n"

    def json(self) -> str:
        """Write a document of docs/schemas/datasets.json."""
        return json_text("spark.datasets/1", {"datasets": [_entry(one) for one in self.known]})

    def csv(self) -> str:
        """Write one row a data set."""
        entries = [_entry(one) for one in self.known]
        return csv_text(_COLUMNS, [[_cell(entry[key]) for key in _COLUMNS] for entry in entries])


def _entry(one: DataSet) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "people": one.people,
        "rows": one.rows,
        "directed": one.directed,
        "layers": list(one.layers),
    }


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join(value)
    return {True: "yes", False: "no", None: ""}.get(value, value) if isinstance(value, bool | None) else value


def shown(one: DataSet) -> str:
    """Lay out all that is known of one data set."""
    facts = [f"{_number(one.people)} people"] * (one.people is not None)
    facts += [f"{_number(one.rows)} rows of ties"] * (one.rows is not None)
    if one.directed is not None:
        facts.append("the ties have a direction" if one.directed else "the ties have no direction")
    if one.layers:
        facts.append(f"layers: {', '.join(one.layers)}")
    notes = "\n".join(paragraph(line) if line.strip() else "" for line in one.notes.splitlines())
    title = paragraph(f"{one.name}: {one.title}", indent=0)
    return document(
        section(title, *(paragraph(fact, bullet="- ") for fact in facts)),
        section("What its README says" if one.folder else "What to know", notes),
    )


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
