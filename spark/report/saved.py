"""A saved result, printed again in any form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spark.errors import DataError, Fault, UsageError
from spark.files.saved import Result, Saved
from spark.network import Network
from spark.picture import figure_of
from spark.report.layout import json_text
from spark.results import Choice, Mix, Spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOW = "which --output result.json keeps; this document was printed with --json, or is too large"


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The answer of ``spark show``; a network given beside it makes a map of its picture."""

    saved: Saved
    network: Network | None = None

    def __post_init__(self) -> None:
        if self.network is not None and not isinstance(self.saved.result, Spread | Choice | Mix):
            raise UsageError(f"{self.saved.file}: what it holds has no map; leave --network out")

    @property
    def result(self) -> Result | None:
        """The result, as it was computed."""
        return self.saved.result

    def text(self) -> str:
        """Return what the command printed."""
        return self._kept(self.saved.text, "text")

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Return what the command prints with --json."""
        data = {key: value for key, value in self.saved.document.items() if key != "schema"}
        return json_text(self.saved.document["schema"], data)

    def csv(self) -> str:
        """Return what the command prints with --csv."""
        return self._kept(self.saved.table, "table")

    def figure(self) -> Figure:
        """Draw the result."""
        if self.saved.result is None:
            raise DataError(Fault(f"holds no result to draw, {_HOW}", self.saved.file))
        return figure_of(self.saved.result, self.network)

    def _kept(self, part: str | None, what: str) -> str:
        if part is None:
            raise DataError(Fault(f"holds no {what}, {_HOW}; show --json prints what there is", self.saved.file))
        return part
