"""The tables [network] and [run]."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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


class RunTable(Table):
    """How the worlds are run."""

    worlds: int = Field(4096, ge=2, description="how many worlds to try every plan in")
    until_clear: int | None = Field(
        None, ge=2, le=1 << 20, description="compare: go on until the decision is clear, in at most so many worlds"
    )
    standard_error: float | None = Field(None, gt=0, description="go on until the standard error is this small")
    horizon: int | None = Field(None, ge=0, description="the last step; without it, until nothing can change")
    rng: int = Field(0, description="start of the random numbers: the same number gives the same answer")
    smallest_difference: float | None = Field(None, ge=0, description="a difference in adopters that would not matter")
    workers: int | None = Field(None, ge=1, description="how many processor cores to use")
    backend: str = Field("cpu", description="what runs the worlds")
