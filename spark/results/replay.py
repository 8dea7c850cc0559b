"""What happened in one world."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from spark.provenance import Provenance, plain

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

Cause = Literal["already", "seed", "tie", "partners", "broadcast", "bridge", "lapse", "leaves"]
What = Literal["adopts", "tries", "hears", "stops"]


@dataclass(frozen=True, slots=True)
class Part:
    """Who had a share in an adoption: the person, the layer of the tie, and the share; the shares add up to 1."""

    by: Hashable
    layer: str
    share: float


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody adopted, started to try, heard without adopting, or stopped, because she gave up (cause ``"lapse"``) or
    left her post (``"leaves"``): at which step, who, why, who lit her where it was a tie, and which of these, `what`.

    `by` is one person; where several had a share, `parts` names them all: with one example needed those whose ties were
    live at the time, alike; with several those who gave convincing moments, by their number; under thresholds by dose.
    """

    time: int
    person: Hashable
    cause: Cause
    by: Hashable | None = None
    layer: str | None = None
    parts: tuple[Part, ...] = ()
    what: What = "adopts"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replay:
    """What happened in one world, in order of time."""

    world: int
    events: tuple[Event, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        last = self.events[-1].time if self.events else 0
        lapses = sum(event.cause == "lapse" for event in self.events)
        people = len({event.person for event in self.events if event.what == "adopts"})
        gave_up = f", {lapses} times somebody gave up," if lapses else ""
        return f"<Replay: world {self.world}, {people} adopters{gave_up} in {last} steps>"

    def tree(self) -> nx.DiGraph[Hashable]:
        """Return who lit whom as a networkx graph: people who adopted, with the `time` and `cause` of their first
        adoption, and an edge from who lit her, with the `layer`. Who only heard or tried, and may have passed it on, is
        there with `what` she did.
        """
        import networkx as nx

        tree: nx.DiGraph[Hashable] = nx.DiGraph()
        for event in self.events:
            known = tree.nodes.get(event.person, {}).get("what")
            if event.what != "stops" and known != "adopts" and known != event.what:
                tree.add_node(event.person, time=event.time, cause=event.cause, what=event.what)
                tree.remove_edges_from(list(tree.in_edges(event.person)))
                if event.by is not None:
                    tree.add_edge(event.by, event.person, layer=event.layer)
        return tree

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict of everything; `from_dict` takes it back."""
        events = [plain(asdict(event)) for event in self.events]
        return {"world": self.world, "events": events, "provenance": self.provenance.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Replay:
        """Return the replay that `to_dict` described."""
        events = [{**event, "parts": tuple(Part(**part) for part in event["parts"])} for event in data["events"]]
        return cls(data["world"], tuple(Event(**event) for event in events), Provenance.from_dict(data["provenance"]))

    def to_pandas(self) -> pd.DataFrame:
        """Return the events as a frame, one row an event (needs pandas)."""
        import pandas as pd

        columns = ("time", "person", "cause", "by", "layer", "what")
        return pd.DataFrame([[getattr(event, name) for name in columns] for event in self.events], columns=columns)
