"""Adoption models: frozen parameters under the field's standard names. What they mean is in docs/model.md.

A model checks its own scalars here; whether it fits a network (columns, layers, totals) is checked when both are
lowered to a problem (`spark.problem.lowering`).
"""

from __future__ import annotations

from spark.model.adoption import Adoption, Aware
from spark.model.cascade import ExamplesNeeded, IndependentCascade, TrivalencyCascade, WeightedCascade
from spark.model.continuous import (
    Bass,
    ContinuousSEIR,
    ContinuousSI,
    ContinuousSIR,
    ContinuousSIS,
    ExponentialTime,
    FixedTime,
    GammaTime,
    TableTime,
)
from spark.model.delay import Delay, GeometricDelay
from spark.model.general import GeneralThreshold
from spark.model.guarantee import Guarantee
from spark.model.lapse import SEIR, SI, SIR, SIS
from spark.model.parameters import MODELS, Model
from spark.model.threshold import CountThreshold, FractionalThreshold, LinearThreshold
from spark.model.tolerance import (
    ErlangTolerance,
    ExponentialTolerance,
    TableTolerance,
    Tolerance,
    ToleranceByGroup,
    ToleranceLaw,
    UniformTolerance,
)
from spark.model.values import Share

__all__ = [
    "MODELS",
    "SEIR",
    "SI",
    "SIR",
    "SIS",
    "Adoption",
    "Aware",
    "Bass",
    "ContinuousSEIR",
    "ContinuousSI",
    "ContinuousSIR",
    "ContinuousSIS",
    "CountThreshold",
    "Delay",
    "ErlangTolerance",
    "ExamplesNeeded",
    "ExponentialTime",
    "ExponentialTolerance",
    "FixedTime",
    "FractionalThreshold",
    "GammaTime",
    "GeneralThreshold",
    "GeometricDelay",
    "Guarantee",
    "IndependentCascade",
    "LinearThreshold",
    "Model",
    "Share",
    "TableTime",
    "TableTolerance",
    "Tolerance",
    "ToleranceByGroup",
    "ToleranceLaw",
    "TrivalencyCascade",
    "UniformTolerance",
    "WeightedCascade",
]
