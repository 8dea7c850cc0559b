"""The tables [network] and [run]."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from spark.scenario.tables.table import Table
from spark.scenario.tables.values import ColumnNames


class NetworkTable(Table):
    """The people and ties, and how to read them."""

    path: str = Field(description="a folder with people.csv and ties.csv, or one file of ties; relative to this file")
    columns: dict[str, ColumnNames] = Field({}, description="which column plays which role: role = name of the column")
    layers: list[str] | None = Field(None, description="the layers of ties to use; all without this key")
    influence: Literal["source-to-target", "target-to-source", "both"] | None = Field(
        None, description="which way influence runs along a tie"
    )
    merge: Literal["refuse", "sum"] = Field("refuse", description="what to do with conflicting rows for one tie")
    encoding: str = Field("utf-8", description="the encoding of the files")
    observed: str | None = Field(None, description="who practises now: a file of ids, with steps_ago if wanted")
    others: str | None = Field(None, description="compare: a folder of networks that may as well be the true one")


class ClearTable(Table):
    """When a comparison is clear."""

    most: int = Field(65_536, ge=2, le=1 << 20, description="worlds at which it ends in any case")
    error: float = Field(
        0.05, gt=0, le=0.5, description="chance that luck makes a wrong winner, over all looks and pairs together"
    )
    question: Literal["best", "every-pair"] = Field(
        "best", description="what is to be clear: which plan is best, or which of every pair is better"
    )
    spending: Literal["pocock", "obrien-fleming"] = Field(
        "pocock", description="obrien-fleming spends next to nothing of the error at first"
    )


_MOST = Annotated[int, Field(ge=2, le=1 << 20)]


def _most_alone(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"most": value}
    if not isinstance(value, dict):
        raise PydanticCustomError("clear", "neither a number of worlds nor a table")
    return value


class RunTable(Table):
    """How the worlds are run."""

    worlds: int = Field(4096, ge=2, description="how many worlds to try every plan in")
    until_clear: (
        Annotated[ClearTable, BeforeValidator(_most_alone, json_schema_input_type=_MOST | ClearTable)] | None
    ) = Field(
        None,
        description="compare: go on until the decision is clear, in at most so many worlds, or as a table says",
    )
    standard_error: float | None = Field(None, gt=0, description="go on until the standard error is this small")
    horizon: int | None = Field(None, ge=0, description="the last step; without it, until nothing can change")
    rng: int = Field(0, description="start of the random numbers: the same number gives the same answer")
    smallest_difference: float | None = Field(None, ge=0, description="a difference in adopters that would not matter")
    same_cost: str | None = Field(
        None, description="compare: try each other plan also at the size that the money of this plan buys"
    )
    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        [0.5], description="compare: shares of all people; how often, and by when, that many practise"
    )
    over_time_by: list[str] = Field(
        [],
        description="simulate: columns of groups (organisation, team, ...), each group of which has a curve of its own",
    )
    workers: int | None = Field(None, ge=1, description="how many processor cores to use")
    backend: str = Field("cpu", description="what runs the worlds")
