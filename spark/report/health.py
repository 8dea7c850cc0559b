"""What was found on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spark.report.layout import Column, csv_text, document, json_text, paragraph, section, table


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `trouble` is what is wrong with it and what to do, or an empty text."""

    what: str
    found: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class DoctorAnswer:
    """The answer of ``spark doctor``."""

    findings: Sequence[Finding]

    def text(self) -> str:
        """Lay out the findings."""
        troubles = [finding for finding in self.findings if finding.trouble]
        rows = [(finding.what, finding.found) for finding in self.findings]
        found = table([Column("what", "id"), Column("found", "id")], rows)
        said = [paragraph(f"{finding.what}: {finding.trouble}", bullet="- ") for finding in troubles]
        return document(
            section("This machine", found),
            section("What is wrong", *said) or "Everything works.\n",
        )

    def json(self, run: Mapping[str, Any] | None) -> str:
        """Write a document of docs/schemas/doctor.json."""
        healthy = not any(finding.trouble for finding in self.findings)
        return json_text("spark.doctor/1", {"healthy": healthy, "findings": [asdict(f) for f in self.findings]})

    def csv(self) -> str:
        """Write one row a finding."""
        return csv_text(["what", "found", "trouble"], [(f.what, f.found, f.trouble) for f in self.findings])
