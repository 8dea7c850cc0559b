"""Models by name and parameters, as the command line and scenario files write them, and back.

The parameters of a model are its fields. `examples_needed` wraps a cascade: ``weighted-cascade`` with 2 examples needed
is ``ExamplesNeeded(2, of=WeightedCascade())``. ``general-threshold`` takes the parameters of its doses beside its own:
those of linear threshold where one of them is given, else those of a cascade.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from spark.model.adoption import Adoption, Aware
from spark.model.cascade import ExamplesNeeded, IndependentCascade, TrivalencyCascade, WeightedCascade
from spark.model.continuous import (
    Bass,
    ContinuousSEIR,
    ContinuousSI,
    ContinuousSIR,
    ContinuousSIS,
    TimeLaw,
    law_in_short,
)
from spark.model.delay import GeometricDelay
from spark.model.general import GeneralThreshold
from spark.model.lapse import SEIR, SI, SIR, SIS
from spark.model.plain import delay_from, delay_in_words, tolerance_from, tolerance_in_words
from spark.model.threshold import CountThreshold, FractionalThreshold, LinearThreshold
from spark.model.tolerance import Tolerance

Model = (
    IndependentCascade
    | WeightedCascade
    | TrivalencyCascade
    | ExamplesNeeded
    | LinearThreshold
    | FractionalThreshold
    | CountThreshold
    | GeneralThreshold
    | SI
    | SIS
    | SIR
    | SEIR
    | Adoption
    | Aware
    | ContinuousSI
    | ContinuousSIS
    | ContinuousSIR
    | ContinuousSEIR
    | Bass
)

MODELS: Mapping[str, type[Model]] = MappingProxyType(
    {
        "independent-cascade": IndependentCascade,
        "weighted-cascade": WeightedCascade,
        "trivalency-cascade": TrivalencyCascade,
        "linear-threshold": LinearThreshold,
        "examples-needed": ExamplesNeeded,
        "fractional-threshold": FractionalThreshold,
        "count-threshold": CountThreshold,
        "general-threshold": GeneralThreshold,
        "si": SI,
        "sis": SIS,
        "sir": SIR,
        "seir": SEIR,
        "adoption": Adoption,
        "aware": Aware,
        "continuous-si": ContinuousSI,
        "continuous-sis": ContinuousSIS,
        "continuous-sir": ContinuousSIR,
        "continuous-seir": ContinuousSEIR,
        "bass": Bass,
    }
)
"""The names of the models on the command line and in scenario files."""

WRAP = "examples_needed"
_GENERAL = tuple(item for item in dataclasses.fields(GeneralThreshold) if item.name != "of")
_CASCADES = ("independent-cascade", "weighted-cascade", "trivalency-cascade")
_PERIODS = ("si", "sis", "sir", "seir", "adoption")
_WITH_DELAY = (*_CASCADES, "linear-threshold", "fractional-threshold", "count-threshold", *_PERIODS)
_CLUES = (("probability", "independent-cascade"), ("values", "trivalency-cascade"))


def cascade_for(given: Iterable[str]) -> str:
    """Name the cascade that is meant where parameters are given and no model: the weighted one takes the fewest.

    >>> cascade_for(["probability"]), cascade_for([])
    ('independent-cascade', 'weighted-cascade')
    """
    return next((name for key, name in _CLUES if key in set(given)), "weighted-cascade")


def doses_for(given: Iterable[str]) -> str:
    """Name the model whose doses a general threshold has, by the parameters that are given.

    >>> doses_for(["weight"]), doses_for(["probability"]), doses_for([])
    ('linear-threshold', 'independent-cascade', 'weighted-cascade')
    """
    return "linear-threshold" if {"weight", "totals"} & set(given) else cascade_for(given)


def parameters_of(name: str, given: Iterable[str] = ()) -> dict[str, bool]:
    """Return the parameters that a model takes, and whether each must be given.

    >>> parameters_of("sis")
    {'probability': True, 'lapse': False, 'rekindle': False, 'partners': False, 'delay': False}

    Parameters
    ----------
    given : the parameters at hand, which say what cascade ``examples-needed`` is of.
    """
    if name == "general-threshold":
        inner = doses_for(given)
        own = {item.name: item.default is dataclasses.MISSING for item in _GENERAL}
        return own | {key: needed for key, needed in parameters_of(inner).items() if key != WRAP}
    inner = cascade_for(given) if name == "examples-needed" else name
    known = {item.name: item.default is dataclasses.MISSING for item in dataclasses.fields(MODELS[inner])}
    return known | ({WRAP: name == "examples-needed"} if inner in _CASCADES else {})


def models_with(parameter: str) -> list[str]:
    """Name the models that take a parameter.

    >>> models_with("lapse")
    ['sis', 'sir', 'seir', 'adoption']
    """
    return [name for name in MODELS if parameter in parameters_of(name)]


def make_model(name: str, given: Mapping[str, Any]) -> Model:
    """Make a model from its name and parameters; the errors are those of the model.

    >>> make_model("weighted-cascade", {"examples_needed": 2})
    ExamplesNeeded(examples=2, of=WeightedCascade(partners=0.0, delay=1))
    """
    inner = cascade_for(given) if name == "examples-needed" else name
    parameters = {key: value for key, value in given.items() if key != WRAP or inner not in _CASCADES}
    if name == "general-threshold":
        own = {item.name: parameters.pop(item.name) for item in _GENERAL if item.name in parameters}
        own["tolerance"] = tolerance_from(own["tolerance"])
        return GeneralThreshold(**own, of=make_model(doses_for(parameters), parameters))  # type: ignore[arg-type]
    if parameters.get("tolerance") is not None:
        parameters["tolerance"] = tolerance_from(parameters["tolerance"])
    if "values" in parameters:
        parameters["values"] = tuple(parameters["values"])
    if "delay" in parameters and inner in _WITH_DELAY:
        parameters["delay"] = delay_from(parameters["delay"])
    model = MODELS[inner](**parameters)
    return ExamplesNeeded(given[WRAP], of=model) if WRAP in given and inner in _CASCADES else model  # type: ignore[arg-type]


def never_ends(model: Model) -> bool:
    """Whether a run of the model goes on for ever, so that it needs a horizon.

    >>> never_ends(SIS(0.1)), never_ends(ContinuousSIR(1, 1)), never_ends(ContinuousSIS(1, 1))
    (True, False, True)
    """
    return model.guarantee.clock == "per_period" or (isinstance(model, ContinuousSIS) and model.recovery > 0)


def written(model: Model) -> tuple[str, dict[str, Any]]:
    """Return the name and all parameters of a model, so that ``make_model(*written(model))`` is the model.

    >>> written(CountThreshold(2))
    ('count-threshold', {'threshold': 2, 'noise': 0.0, 'delay': 1})
    """
    if isinstance(model, ExamplesNeeded):
        name, parameters = written(model.of)
        return name, parameters | {WRAP: model.examples}
    if isinstance(model, GeneralThreshold):
        own = {item.name: getattr(model, item.name) for item in _GENERAL}
        return "general-threshold", own | written(model.of)[1]
    name = next((known for known, kind in MODELS.items() if type(model) is kind), type(model).__name__)
    return name, {item.name: getattr(model, item.name) for item in dataclasses.fields(model)}


def in_short(model: Model) -> str:
    """Write a model as ``--model`` of ``spark compare`` takes it, with what is not as usual.

    >>> in_short(ExamplesNeeded(2, of=IndependentCascade(0.1)))
    'independent-cascade:probability=0.1,examples-needed=2'
    """
    name, parameters = written(model)
    kinds = [type(model), type(model.of)] if isinstance(model, GeneralThreshold) else [MODELS.get(name, type(model))]
    usual = {item.name: item.default for kind in kinds for item in dataclasses.fields(kind)}
    parts = [
        f"{key.replace('_', '-')}={_in_short(value)}"
        for key, value in parameters.items()
        if key not in usual or value != usual[key]
    ]
    return f"{name}:{','.join(parts)}" if parts else name


def _in_short(value: object) -> str:
    if isinstance(value, GeometricDelay):
        return delay_in_words(value)
    if isinstance(value, Tolerance):
        return tolerance_in_words(value)
    if isinstance(value, TimeLaw):
        return law_in_short(value)
    if isinstance(value, tuple):
        return ",".join(map(_in_short, value))
    if isinstance(value, Mapping):
        return ",".join(f"{layer}={_in_short(part)}" for layer, part in value.items())
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def with_probability(model: Model, probability: float) -> Model | None:
    """Return the same model with another probability, or None where it takes none."""
    name, parameters = written(model)
    takes_it = parameters.get("probability") is not None
    return make_model(name, parameters | {"probability": probability}) if takes_it else None
