"""From PATH and options to a scenario: options override what a scenario file says."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from spark.cli.options import ModelOptions, NetworkOptions, RunOptions
from spark.errors import UsageError
from spark.model import MODELS, Model
from spark.scenario import NetworkFile, Run, Scenario, read_scenario


def scenario_of(
    path: Path, network: NetworkOptions, model: ModelOptions, run: RunOptions | None = None
) -> tuple[Scenario, str]:
    """Return the scenario that PATH and the options make, and why it has the model that it has, in words."""
    scenario = read_scenario(path) if is_scenario(path) else Scenario(NetworkFile(path))
    chosen, probabilities, why = _model(scenario, model)
    changes: dict[str, Any] = {"model": chosen, "probabilities": probabilities}
    given = _given_network(network)
    if given:
        changes["network"] = dataclasses.replace(scenario.network, **given)
    if run is not None:
        changes["run"] = _run(scenario.run, run)
    return dataclasses.replace(scenario, **changes), why


def is_scenario(path: Path) -> bool:
    """Whether PATH is a scenario file."""
    return path.suffix.lower() == ".toml" and not path.is_dir()


def _given_network(options: NetworkOptions) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.columns:
        ignored = [name for role, name in options.columns if role == "ignore"]
        given["columns"] = dict(options.columns) | ({"ignore": ignored} if ignored else {})
    if options.layer:
        given["layers"] = options.layer
    for key in ("influence", "merge", "encoding"):
        if getattr(options, key) is not None:
            given[key] = getattr(options, key)
    return given


def _run(run: Run, options: RunOptions) -> Run:
    if options.worlds is not None and options.standard_error is not None:
        raise UsageError("give either --worlds or --standard-error, not both")
    given = {item.name: getattr(options, item.name) for item in dataclasses.fields(options)}
    given = {key: value for key, value in given.items() if value is not None}
    if options.worlds is not None:
        given["standard_error"] = None
    return dataclasses.replace(run, **given)


def _model(scenario: Scenario, options: ModelOptions) -> tuple[Model, tuple[float, ...], str]:
    in_file = scenario.origin is not None and scenario.origin.model is not None
    in_use = next(name for name, kind in MODELS.items() if isinstance(scenario.model, kind))
    given = _given_parameters(options)
    if options.model is not None:
        name, why = options.model, "named by --model"
    elif in_file:
        name, why = in_use, f"named in {scenario.origin.file if scenario.origin else ''}"
    elif "probability" in given:
        name, why = "independent-cascade", "taken because --probability is given"
    else:
        name, why = "weighted-cascade", "the default, as neither --model nor --probability was given"
    kept = in_file and name == in_use
    if kept and not given:
        return scenario.model, scenario.probabilities, why
    known = [item.name for item in dataclasses.fields(MODELS[name])]
    wrong = [key for key in given if key not in known]
    if wrong:
        others = "; ".join(f"--{key} belongs to {', '.join(_models_with(key))}" for key in wrong)
        raise UsageError(f"{name} does not take {' or '.join(f'--{key}' for key in wrong)}: {others}")
    probabilities = scenario.probabilities if kept else ()
    if isinstance(given.get("probability"), list):
        given["probability"], *rest = given["probability"]
        probabilities = tuple(rest)
    elif "probability" in given:
        probabilities = ()
    parameters = {key: getattr(scenario.model, key) for key in known} if kept else {}
    required = [item.name for item in dataclasses.fields(MODELS[name]) if item.default is dataclasses.MISSING]
    missing = [key for key in required if key not in parameters | given]
    if missing:
        raise UsageError(f"{name} needs --{missing[0]}, such as --{missing[0]} 0.1")
    for probability in probabilities:
        MODELS[name](**parameters | given | {"probability": probability})
    return MODELS[name](**parameters | given), probabilities, why


def _models_with(key: str) -> list[str]:
    return [name for name, kind in MODELS.items() if key in {item.name for item in dataclasses.fields(kind)}]


def _given_parameters(options: ModelOptions) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.probability:
        given["probability"] = _shares("--probability", options.probability, lists=True)
    if options.weight:
        given["weight"] = _shares("--weight", options.weight, lists=False)
    for key in ("partners", "strength", "totals"):
        if getattr(options, key) is not None:
            given[key] = getattr(options, key)
    return given


def _shares(option: str, texts: tuple[str, ...], *, lists: bool) -> Any:
    """Read a number, a column, a list of numbers, or ``layer=number`` for some layers."""
    if all("=" in text and _number(text) is None for text in texts):
        pairs = [text.rsplit("=", 1) for text in texts]
        return {layer: value if (number := _number(value)) is None else number for layer, value in pairs}
    if len(texts) > 1:
        raise UsageError(f"{option} is given {len(texts)} times; that is for layers: {option} LAYER=NUMBER")
    parts = texts[0].split(",")
    numbers = [_number(part) for part in parts]
    if len(parts) == 1:
        return texts[0] if numbers[0] is None else numbers[0]
    if all(number is None for number in numbers):
        return texts[0]
    wrong = [part for part, number in zip(parts, numbers, strict=True) if number is None]
    if wrong:
        raise UsageError(f"{option}: {wrong[0]!r} is not a number")
    if not lists:
        raise UsageError(f"{option} takes one number, not a list")
    return numbers


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
