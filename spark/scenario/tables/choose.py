"""The table [plan.choose]: seeds that are still to be chosen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spark.question import QUALITY
from spark.scenario.tables.table import Table
from spark.scenario.tables.values import NumberOrColumn, Numbers, People


class ChooseTable(Table):
    """Seeds that are still to be chosen."""

    budget: float | None = Field(None, ge=0, description="what the seeds may cost together")
    count: int | None = Field(None, ge=0, description="how many seeds, costs ignored")
    method: Literal[
        "best",
        "all",
        "random",
        "degree",
        "nomination",
        "acquaintance",
        "single-discount",
        "degree-discount",
        "pagerank",
        "k-core",
        "betweenness",
        "eigenvector",
        "collective-influence",
        "diffusion",
        "communication",
        "complex",
    ] = Field("best", description="how they are chosen")
    only: People = Field(None, description="nobody else may be chosen: ids, or {organisation = [...], ...}")
    exclude: People = Field(None, description="who may not be chosen, in the same form")
    apart: list[list[str]] = Field([], description="never these together: lists of ids")
    at_most: Numbers = Field({}, description="at most so many of each: {organisation = 2}, or {team = {icu = 1}}")
    at_least: Numbers = Field({}, description="at least so many of each, in the same form")
    target: People = Field(None, description="who counts: only they are to be reached")
    maximise: Literal["at-horizon", "ever-adopted", "adopter-periods"] | None = Field(
        None, description="what is counted"
    )
    reach: float | None = Field(None, gt=0, le=1, description="make it likely that this share of the people practises")
    confidence: float | None = Field(
        None, gt=0, lt=1, description="with reach, instead of budget or count: the smallest budget with this chance"
    )
    worst_off: str | None = Field(None, description="make the smallest share of any organisation, or group, large")
    floor: dict[str, float] = Field({}, description="at least this share of each is to practise: {organisation = 0.1}")
    take_up: NumberOrColumn = Field(
        None, description='chance that a person agrees: a number, or "take_up", the people column'
    )
    pay: Literal["on-offer", "on-acceptance"] = Field("on-offer", description="when a cost is due")
    quality: float = Field(
        QUALITY, gt=0, lt=1, description="stop looking at this share of what any effort of this kind would find"
    )
    verbs: list[Literal["seed", "boost", "sustain", "bridge", "broadcast"]] | None = Field(
        None, min_length=1, description="choose a mix: kinds of intervention of which spark lists candidates"
    )
    terms: str | None = Field(
        None, description="choose a mix: the plan whose interventions say how strong and how dear each kind is"
    )
    candidates: str | None = Field(None, description="choose a mix: the plan whose interventions are the candidates")
    most: int | None = Field(None, ge=1, description="choose a mix: how many candidates spark lists at most")
    robust: Literal["worst", "mean"] | None = Field(
        None, description="do well under the model and all of its [[model.also]]: where it does worst, or on average"
    )
