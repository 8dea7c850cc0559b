"""The file behind a scenario: what it says where, so that what turns out wrong later can be said with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spark.errors import Fault
from spark.model import Model
from spark.scenario import NetworkFile
from spark.scenario.places import Path as Place
from spark.scenario.places import Places, key_text


@dataclass(frozen=True, slots=True)
class Origin:
    """The text behind a scenario: where each of its keys stands, and the network and the model that it names."""

    file: str
    document: Mapping[str, Any]
    places: Places
    network: NetworkFile | None = None
    model: Model | None = None
    also: tuple[Model, ...] = ()

    def fault(self, place: Place, message: str) -> Fault:
        """Say what is wrong at a place of the document."""
        return Fault(message, self.file, self.places.line(place), key_text(place) or None)
