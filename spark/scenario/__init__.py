"""A scenario: a network file, a model, how to run it, and named plans, as read from a scenario.toml or from options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from spark.files import read_network
from spark.model import Model, WeightedCascade
from spark.network import Influence, Merge, Network
from spark.plan import Plan
from spark.request import ChoiceRequest

if TYPE_CHECKING:
    from spark.scenario.origin import Origin

__all__ = ["Clear", "NetworkFile", "Run", "Scenario", "load_network", "read_scenario"]


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """Where a network is and how it is to be read; the options are those of `spark.read_network`.

    `observed` is a file that says who practises now; `others` a folder of networks that may as well be the true one.
    """

    path: Path
    columns: Mapping[str, str | Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    layers: tuple[str, ...] | None = None
    influence: Influence | None = None
    merge: Merge = "refuse"
    encoding: str = "utf-8"
    others: Path | None = None
    observed: Path | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """That a comparison goes on until its decision is clear; the options are those of `spark.UntilClear`."""

    most: int = 65_536
    error: float = 0.05
    question: Literal["best", "every pair"] = "best"
    spending: Literal["pocock", "obrien-fleming"] = "pocock"


@dataclass(frozen=True, slots=True)
class Run:
    """How the worlds are run; the options are those of `spark.simulate` and `spark.compare`.

    `same_cost` is the plan by whose money a comparison tries each other plan once more.
    """

    worlds: int = 4096
    until_clear: Clear | None = None
    standard_error: float | None = None
    horizon: int | None = None
    rng: int = 0
    smallest_difference: float | None = None
    same_cost: str | None = None
    shares: tuple[float, ...] = (0.5,)
    over_time_by: tuple[str, ...] = ()
    workers: int | None = None
    backend: str = "cpu"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a question needs.

    Parameters
    ----------
    network : where the network is.
    model : how the practice spreads.
    also : other models, under which the plans are compared, too.
    probabilities : other values of the model's probability to try, to see whether the answer depends on it.
    plans : by name, in the order of the file.
    run : how the worlds are run.
    lists : the plans that others choose a mix among, or take the terms of: they are not to be tried unless asked for.
    origin : the scenario file, so that what turns out wrong later can be said with its line; None without a file.
    """

    network: NetworkFile
    model: Model = field(default_factory=WeightedCascade)
    probabilities: tuple[float, ...] = ()
    plans: Mapping[str, Plan | ChoiceRequest] = field(default_factory=lambda: MappingProxyType({}))
    run: Run = field(default_factory=Run)
    origin: Origin | None = None
    also: tuple[Model, ...] = ()
    lists: frozenset[str] = frozenset()


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario.toml.

    Raises
    ------
    DataError
        With everything that is wrong in the file, each with its line and key. Where the file's network can be read,
        that includes the people and groups whom its plans name and who are not in it.
    """
    from spark.scenario.reading import read

    return read(Path(path))


def load_network(source: NetworkFile) -> Network:
    """Read the network of a scenario; the errors are those of `spark.read_network`."""
    return read_network(
        source.path,
        columns=source.columns,
        layers=source.layers,
        influence=source.influence,
        merge=source.merge,
        encoding=source.encoding,
    )
