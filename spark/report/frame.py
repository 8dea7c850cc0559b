"""The parts that all answers end with: what was assumed, what to type next, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spark.provenance import Provenance
from spark.report import Frame, Next
from spark.report.layout import paragraph, printable, section


def assumed(sentences: list[str]) -> str:
    """Lay out what was assumed."""
    return section("What was assumed", *(paragraph(sentence, bullet="- ") for sentence in sentences))


def what_next(steps: tuple[Next, ...]) -> str:
    """Lay out what to type next; the lines are not wrapped, so that they can be copied."""
    return section("What to type next", *(f"{paragraph(step.reason)}\n    {printable(step.line)}" for step in steps))


def provenance(found: Provenance, frame: Frame, run: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say where an answer comes from; `run` only where it may differ between machines."""
    data = found.to_dict()
    data.pop("run", None)
    return {"command": frame.command, **data, **({"run": dict(run)} if run else {})}
