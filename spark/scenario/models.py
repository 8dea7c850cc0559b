"""The models of a scenario.toml: from tables to nouns, and what is wrong with each parameter."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from spark.errors import SparkError
from spark.model import MODELS, Model
from spark.model.parameters import cascade_for, make_model, parameters_of
from spark.scenario import Scenario
from spark.scenario.interventions import bare
from spark.scenario.places import Found, entries, sound
from spark.scenario.places import Path as Place
from spark.scenario.tables import none_of


def read_models(scenario: Scenario, wrong: tuple[Place, ...], found: list[Found]) -> Scenario:
    """Read the table of the model, and those of further models in it; add to `found` what is wrong."""
    assert scenario.origin is not None
    given = scenario.origin.document.get("model", {"name": "weighted-cascade"})
    if not isinstance(given, Mapping):
        return scenario
    main = {key: value for key, value in given.items() if key != "also"}
    others: tuple[float, ...] = ()
    probabilities = main.get("probability")
    if isinstance(probabilities, list):
        found += [
            (("model", "probability", item), text)
            for item, value in enumerate(probabilities)
            for text in _refusals(str(main.get("name")), {}, "probability", value)
        ]
        if not probabilities:
            found.append((("model", "probability"), "is an empty list"))
        main["probability"], *rest = probabilities or [0.0]
        others = tuple(rest)
        wrong += tuple(place for place, _ in found if place[:2] == ("model", "probability"))
    model = _one_model(("model",), main, wrong, found)
    also = [
        _one_model(("model", "also", item), table, wrong, found)
        for item, table in enumerate(entries(given.get("also")))
        if isinstance(table, Mapping)
    ]
    if model is None or None in also:
        return scenario
    return dataclasses.replace(
        scenario, model=model, probabilities=others, also=tuple(other for other in also if other is not None)
    )


def _one_model(place: Place, given: Mapping[str, Any], wrong: tuple[Place, ...], found: list[Found]) -> Model | None:
    """Read one table of a model; None where anything is wrong with it."""
    name = given.get("name")
    if not isinstance(name, str):
        return None
    if name not in MODELS:
        found.append(((*place, "name"), none_of(name, list(MODELS))))
        return None
    present = {key.replace("-", "_"): value for key, value in given.items() if key != "name"}
    known = parameters_of(name, present)
    before = len(found)
    parameters = {key.replace("-", "_"): value for key, value in given.items() if sound((*place, key), wrong)}
    parameters.pop("name", None)
    for key in [key for key in parameters if key not in known]:
        del parameters[key]
        keys = [other.replace("_", "-") for other in known]
        said = key.replace("_", "-")
        found.append(((*place, said), f"{name} has no {said}; it has {', '.join(keys)}"))
    missing = [key.replace("_", "-") for key, needed in known.items() if needed and key not in present]
    found += [(place, f"{name} needs a {key}") for key in missing]
    if name in _TOGETHER:
        whole = len(parameters) == len(present)
        refused = _refusals_together(name, parameters)
        found += [((*place, *key), text) for key, text in refused if whole or _OF_ONE_VALUE.match(text)]
    else:
        found += [
            ((*place, key.replace("_", "-")), text)
            for key, value in parameters.items()
            for text in _refusals(name, present, key, value)
        ]
    size = len(place)
    badly_typed = any(other[:size] == place and other[size : size + 1] != ("also",) for other in wrong)
    return None if len(found) > before or badly_typed else make_model(name, parameters)


_HARMLESS = {
    "probability": 0.0,
    "threshold": 1,
    "examples_needed": 1,
    "tolerance": "exponential",
    "rate": 0.0,
    "recovery": 0.0,
    "onset": 1.0,
    "p": 0.0,
    "q": 0.0,
}


def _refusals(name: str, present: Mapping[str, Any], key: str, value: Any) -> list[str]:
    """What a model says against one parameter, the others being harmless: so we know the key."""
    known = parameters_of(name, present) if name in MODELS else {}
    if key not in known:
        return []
    harmless = {other: _HARMLESS[other] for other, needed in known.items() if needed}
    if name == "examples-needed":
        name = cascade_for(present)
    try:
        make_model(name, harmless | {key: value})
    except SparkError as error:
        return [bare(fault) for fault in error.faults]
    return []


_TOGETHER = ("adoption", "aware")
"""Models whose parameters only make sense together."""
_OF_ONE_VALUE = re.compile(r"\w+ \S+ is not ")
"""What can be said of a parameter while others cannot be read."""


def _refusals_together(name: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What a model says against its parameters, each with its key where the message begins with it."""
    try:
        make_model(name, parameters)
    except SparkError as error:
        for fault in error.faults:
            text = bare(fault)
            word = re.split(r"\W", text)[0]
            yield ((word.replace("_", "-"),) if word in parameters else ()), text
    except TypeError:
        return  # something is missing, and has been said
