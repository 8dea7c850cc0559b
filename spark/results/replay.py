"""What happened in one world."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spark.provenance import Provenance, plain

Cause = Literal["already", "seed", "tie", "partners", "broadcast", "bridge"]


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody adopted: at which step, who, why, and who lit her where it was a tie or a bridge."""

    time: int
    person: Hashable
    cause: Cause
    by: Hashable | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replay:
    """What happened in one world, in order of time, then of people."""

    world: int
    events: tuple[Event, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        last = self.events[-1].time if self.events else 0
        return f"<Replay: world {self.world}, {len(self.events)} adopters in {last} steps>"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything."""
        events = [plain(asdict(event)) for event in self.events]
        return {"world": self.world, "events": events, "provenance": self.provenance.to_dict()}
