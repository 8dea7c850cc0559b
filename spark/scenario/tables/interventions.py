"""The tables [[plan.seed]], [[plan.broadcast]] and the other interventions of a plan."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spark.plan import MOST_BOOST
from spark.scenario.tables.table import Table

Groups = dict[str, list[str]]


class TermsTable(Table):
    """What every intervention may say of its price and of how many go along."""

    cost: float = Field(0.0, ge=0, description="what it costs as a whole")
    cost_each: float | None = Field(None, ge=0, description="what it costs for each unit it is offered to")
    take_up: float = Field(1.0, ge=0, le=1, description="chance that a person goes along")
    pay: Literal["on-offer", "on-acceptance"] = Field("on-offer", description="when cost-each is due")


class WindowTable(TermsTable):
    """What is done during some steps."""

    start: int = Field(1, ge=1, description="the first step in which it works")
    stop: int | None = Field(None, ge=2, description="the first step in which it no longer does; for ever without it")
    cost_per_period: float = Field(0.0, ge=0, description="what it costs in each of its steps")


class SeedTable(TermsTable):
    """People who are asked to start."""

    people: list[str] = Field(description="their ids")
    start: int = Field(0, ge=0, description="the step at whose end they start")


class BroadcastTable(WindowTable):
    """A message to a group of people during some steps; one step without a stop."""

    probability: float | None = Field(None, ge=0, lt=1, description="chance per step that it convinces a person")
    dose: float | None = Field(None, ge=0, description="the dose per step, instead of a probability")
    to: Groups | None = Field(None, description="who hears it: {organisation = [...], team = [...], ...}")


class MandateTable(WindowTable):
    """A policy of organisations: a dose for their staff, less giving up, or both."""

    organisations: list[str] = Field(min_length=1, description="whose staff; take-up is theirs")
    probability: float | None = Field(None, ge=0, lt=1, description="chance per step that it convinces a person")
    dose: float | None = Field(None, ge=0, description="the dose per step, instead of a probability")
    sustain: float = Field(0.0, ge=0, le=1, description="by how much the chance of giving up shrinks")


class BoostTable(WindowTable):
    """People who are readier: what reaches them from others counts 1 + amount times."""

    amount: float = Field(ge=0, le=MOST_BOOST, description="by how much readiness grows, as a share")
    to: Groups | None = Field(None, description="who: {organisation = [...], team = [...], ...}; everybody without it")


class SustainTable(WindowTable):
    """People who are helped to keep going."""

    share: float = Field(ge=0, le=1, description="by how much the chance of giving up shrinks")
    to: Groups | None = Field(None, description="who: {organisation = [...], team = [...], ...}; everybody without it")


class BridgeTable(WindowTable):
    """Ties between two groups of people."""

    source: Groups = Field(min_length=1, description="one end: {team = [...]}, {people = [...]}, ...")
    target: Groups = Field(min_length=1, description="the other end")
    probability: float | None = Field(None, ge=0, lt=1, description="chance that such a tie convinces")
    dose: float | None = Field(None, ge=0, description="its dose, instead of a probability")
    layer: str = Field("bridge", min_length=1, description="what the ties are called")
    both: bool = Field(True, description="influence runs both ways")


INTERVENTION_TABLES: dict[str, type[TermsTable]] = {
    "seed": SeedTable,
    "broadcast": BroadcastTable,
    "mandate": MandateTable,
    "boost": BoostTable,
    "sustain": SustainTable,
    "bridge": BridgeTable,
}
"""The keys of a plan that hold interventions, each a list of tables."""
