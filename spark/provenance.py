"""What is needed to run a result again, to the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from spark.plan import INTERVENTIONS, Plan
from spark.version import __version__


def plain(value: Any) -> Any:
    """Return a JSON-ready copy: numpy scalars become Python's, mappings dicts, sequences lists."""
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return describe_model(value)  # a part of a model is described as a model is
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    return value


def describe_model(model: Any) -> dict[str, Any]:
    """Name and parameters of a model, JSON-ready."""
    return {"name": type(model).__name__, **{item.name: plain(getattr(model, item.name)) for item in fields(model)}}


def describe_plan(plan: Plan) -> list[dict[str, Any]]:
    """The interventions of a plan, JSON-ready; costs, take-up and who pays are left out where they are as usual."""
    return [
        {"kind": type(action).__name__.lower(), **{name: plain(value) for name, value in action.said().items()}}
        for action in plan.interventions
    ]


def read_plan(interventions: list[dict[str, Any]]) -> Plan:
    """The plan that `describe_plan` described."""
    return Plan(
        *(INTERVENTIONS[item["kind"]](**{k: v for k, v in item.items() if k != "kind"}) for item in interventions)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a result comes from.

    Attributes
    ----------
    verb : the function that made it, and `version` of spark.
    model, plans : as described by `describe_model` and `describe_plan`, plans by name.
    network, problem : SHA-256 digests of the rows, and of the rows under the model.
    rng, purpose : which worlds; `worlds` how many, from world 0; `horizon` the last step or None.
    options : further arguments of the verb.
    run : what may differ between machines (backend, workers, seconds), or empty.
    """

    verb: str
    model: Mapping[str, Any]
    plans: Mapping[str, Any]
    network: str
    problem: str
    rng: int
    purpose: str
    worlds: int
    horizon: int | None = None
    options: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict; parts that are None are left out."""
        return {item.name: plain(value) for item in fields(self) if (value := getattr(self, item.name)) is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Provenance:
        """Return what `to_dict` described."""
        return cls(**data)
