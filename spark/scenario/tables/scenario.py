"""The tables [[plan]], and all of a scenario.toml."""

from __future__ import annotations

from pydantic import Field

from spark.scenario.tables.choose import ChooseTable
from spark.scenario.tables.interventions import (
    BoostTable,
    BridgeTable,
    BroadcastTable,
    MandateTable,
    SeedTable,
    SustainTable,
)
from spark.scenario.tables.model import ModelTable
from spark.scenario.tables.network import NetworkTable, RunTable
from spark.scenario.tables.table import Table


class PlanTable(Table):
    """One plan: seeds, or a request to choose them, and other interventions."""

    name: str = Field(min_length=1)
    seeds: list[str] | None = Field(None, description="ids of the people to start with; [] means nobody")
    choose: ChooseTable | None = None
    seed: list[SeedTable] = Field([], description="people to start with later, or who may decline")
    broadcast: list[BroadcastTable] = Field([])
    mandate: list[MandateTable] = Field([])
    boost: list[BoostTable] = Field([])
    sustain: list[SustainTable] = Field([])
    bridge: list[BridgeTable] = Field([])


class ScenarioTable(Table):
    """A scenario of spark."""

    network: NetworkTable
    model: ModelTable | None = None
    run: RunTable | None = None
    plan: list[PlanTable] = Field([])
