"""How a network was read: what was taken for what, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Influence = Literal["source-to-target", "target-to-source", "both"]
Merge = Literal["refuse", "sum"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was taken for what when a network was read, and what was left out.

    Attributes
    ----------
    influence : which way influence runs along the ties as given.
    self_loops, merged, zero_strength : rows of ties that were dropped or merged with an equal row.
    partner_self_loops, partner_merged, partner_zero_strength : the same for partner ties.
    files : (path, role, rows) of each file read; empty for data from Python.
    files_not_read : names of files of the folder that have no role.
    roles : for each table or file, which column was taken for which role.
    unused : columns that were not used, as ``"file: column (why)"``.
    notes : anything else that a reader should know.
    """

    influence: Influence = "source-to-target"
    self_loops: int = 0
    merged: int = 0
    zero_strength: int = 0
    partner_self_loops: int = 0
    partner_merged: int = 0
    partner_zero_strength: int = 0
    files: tuple[tuple[str, str, int], ...] = ()
    files_not_read: tuple[str, ...] = ()
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
