"""Spark: how successful examples of a practice spread through organisations.

The names below are loaded when they are first used, so that ``import spark`` and ``spark --help`` stay light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from spark.version import __version__

_HOME = {
    "Network": "network",
    "read_network": "files",
    "read_result": "files",
    "write_network": "files",
    "IndependentCascade": "model",
    "WeightedCascade": "model",
    "LinearThreshold": "model",
    "TrivalencyCascade": "model",
    "ExamplesNeeded": "model",
    "FractionalThreshold": "model",
    "CountThreshold": "model",
    "GeneralThreshold": "model",
    "ErlangTolerance": "model",
    "ExponentialTolerance": "model",
    "TableTolerance": "model",
    "ToleranceByGroup": "model",
    "UniformTolerance": "model",
    "GeometricDelay": "model",
    "SI": "model",
    "SIS": "model",
    "SEIR": "model",
    "SIR": "model",
    "Adoption": "model",
    "Aware": "model",
    "ContinuousSEIR": "model",
    "ContinuousSI": "model",
    "ContinuousSIR": "model",
    "ContinuousSIS": "model",
    "Bass": "model",
    "ExponentialTime": "model",
    "FixedTime": "model",
    "GammaTime": "model",
    "TableTime": "model",
    "Seeds": "plan",
    "Boost": "plan",
    "Bridge": "plan",
    "Broadcast": "plan",
    "Mandate": "plan",
    "Sustain": "plan",
    "Plan": "plan",
    "Adopters": "question",
    "Asking": "question",
    "UntilClear": "worlds",
    "Constraints": "question",
    "Floor": "question",
    "Reaching": "question",
    "WorstOff": "question",
    "simulate": "worlds",
    "compare": "worlds",
    "compare_across": "worlds",
    "conditions": "worlds",
    "scale_plan": "worlds",
    "replay": "worlds",
    "candidates_for": "optimise",
    "choose_plan": "optimise",
    "who_lit_whom": "worlds",
    "choose_seeds": "optimise",
    "smallest_budget": "optimise",
    "choose_robustly": "optimise",
    "explain": "optimise",
    "plot_network": "picture",
    "Spread": "results",
    "WhoLitWhom": "results",
    "Conditions": "results",
    "Comparison": "results",
    "Choice": "results",
    "Mix": "results",
    "SparkError": "errors",
}
_MODULES = ("bass", "datasets", "exact", "generate")

__all__ = [
    "SEIR",
    "SI",
    "SIR",
    "SIS",
    "Adopters",
    "Adoption",
    "Asking",
    "Aware",
    "Bass",
    "Boost",
    "Bridge",
    "Broadcast",
    "Choice",
    "Comparison",
    "Conditions",
    "Constraints",
    "ContinuousSEIR",
    "ContinuousSI",
    "ContinuousSIR",
    "ContinuousSIS",
    "CountThreshold",
    "ErlangTolerance",
    "ExamplesNeeded",
    "ExponentialTime",
    "ExponentialTolerance",
    "FixedTime",
    "Floor",
    "FractionalThreshold",
    "GammaTime",
    "GeneralThreshold",
    "GeometricDelay",
    "IndependentCascade",
    "LinearThreshold",
    "Mandate",
    "Mix",
    "Network",
    "Plan",
    "Reaching",
    "Seeds",
    "SparkError",
    "Spread",
    "Sustain",
    "TableTime",
    "TableTolerance",
    "ToleranceByGroup",
    "TrivalencyCascade",
    "UniformTolerance",
    "UntilClear",
    "WeightedCascade",
    "WhoLitWhom",
    "WorstOff",
    "__version__",
    "bass",
    "candidates_for",
    "choose_plan",
    "choose_robustly",
    "choose_seeds",
    "compare",
    "compare_across",
    "conditions",
    "datasets",
    "exact",
    "explain",
    "generate",
    "plot_network",
    "read_network",
    "read_result",
    "replay",
    "scale_plan",
    "simulate",
    "smallest_budget",
    "who_lit_whom",
    "write_network",
]

if TYPE_CHECKING:
    from spark import bass, datasets, exact, generate
    from spark.errors import SparkError
    from spark.files import read_network, read_result, write_network
    from spark.model import (
        SEIR,
        SI,
        SIR,
        SIS,
        Adoption,
        Aware,
        Bass,
        ContinuousSEIR,
        ContinuousSI,
        ContinuousSIR,
        ContinuousSIS,
        CountThreshold,
        ErlangTolerance,
        ExamplesNeeded,
        ExponentialTime,
        ExponentialTolerance,
        FixedTime,
        FractionalThreshold,
        GammaTime,
        GeneralThreshold,
        GeometricDelay,
        IndependentCascade,
        LinearThreshold,
        TableTime,
        TableTolerance,
        ToleranceByGroup,
        TrivalencyCascade,
        UniformTolerance,
        WeightedCascade,
    )
    from spark.network import Network
    from spark.optimise import candidates_for, choose_plan, choose_robustly, choose_seeds, explain, smallest_budget
    from spark.picture import plot_network
    from spark.plan import Boost, Bridge, Broadcast, Mandate, Plan, Seeds, Sustain
    from spark.question import Adopters, Asking, Constraints, Floor, Reaching, WorstOff
    from spark.results import Choice, Comparison, Conditions, Mix, Spread, WhoLitWhom
    from spark.worlds import UntilClear, compare, compare_across, conditions, replay, scale_plan, simulate, who_lit_whom


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(f"spark.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"spark.{name}")
    else:
        raise AttributeError(f"module 'spark' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
