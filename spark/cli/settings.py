"""From PATH and options to a scenario: options override what a scenario file says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from spark.cli.options import ModelOptions, NetworkOptions, RunOptions
from spark.errors import DataError, UsageError, nearest
from spark.model import MODELS, Model
from spark.model.parameters import (
    cascade_for,
    make_model,
    models_with,
    never_ends,
    parameters_of,
    with_probability,
    written,
)
from spark.scenario import NetworkFile, Run, Scenario, read_scenario


def scenario_of(
    path: Path,
    network: NetworkOptions,
    model: ModelOptions,
    run: RunOptions | None = None,
    *,
    several: bool = False,
) -> tuple[Scenario, str]:
    """Return the scenario that PATH and the options make, and why it has the model that it has, in words.

    Parameters
    ----------
    several : whether further models are of use; else they are refused as options, and dropped from a file.
    """
    scenario = read_scenario(path) if is_scenario(path) else Scenario(NetworkFile(path))
    if len(model.model) > 1 and not several:
        raise UsageError("give one --model; compare takes several and says whether the advice depends on the model")
    models, probabilities, why = _models(scenario, model)
    changes: dict[str, Any] = {"model": models[0], "probabilities": probabilities}
    if model.model:
        changes["also"] = tuple(models[1:]) if several else ()
    given = _given_network(network)
    if given:
        changes["network"] = dataclasses.replace(scenario.network, **given)
    if run is not None:
        changes["run"] = _run(scenario.run, run)
    scenario = dataclasses.replace(scenario, **changes)
    if not several:
        scenario = dataclasses.replace(scenario, also=())
    if run is not None or is_scenario(path):
        _refuse_without_horizon(scenario)
    return scenario, why


def network_of(path: Path, options: NetworkOptions) -> Scenario:
    """Return a scenario of the network alone that PATH and the options name."""
    network = read_scenario(path).network if is_scenario(path) else NetworkFile(path)
    return Scenario(dataclasses.replace(network, **_given_network(options)))


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
    for key in ("influence", "merge", "encoding", "observed"):
        if getattr(options, key) is not None:
            given[key] = getattr(options, key)
    return given


def _run(run: Run, options: RunOptions) -> Run:
    if options.worlds is not None and options.standard_error is not None:
        raise UsageError("give either --worlds or --standard-error, not both")
    given = {item.name: getattr(options, item.name) for item in dataclasses.fields(options)}
    given = {key: value for key, value in given.items() if value is not None}
    if options.worlds is not None or options.standard_error is not None:
        given["until_clear"] = None
    if options.worlds is not None:
        given["standard_error"] = None
    return dataclasses.replace(run, **given)


def _models(scenario: Scenario, options: ModelOptions) -> tuple[list[Model], tuple[float, ...], str]:
    """Return the models, the first first, other probabilities of the first, and why it was taken."""
    in_file = scenario.origin is not None and scenario.origin.model is not None
    in_use, present = written(scenario.model)
    given = _given_parameters(options)
    if options.model:
        asked, why = list(options.model), "named by --model"
    elif in_file:
        asked, why = [(in_use, "")], f"named in {scenario.origin.file if scenario.origin else ''}"
    else:
        name = cascade_for(given)
        clue = next((key for key in ("probability", "values") if key in given), None)
        why = (
            f"taken because --{clue} is given"
            if clue
            else "the default, as neither --model nor --probability was given"
        )
        asked = [(name, "")]
    kept = in_file and asked[0][0] == in_use
    if kept and not given and not asked[0][1] and len(asked) == 1:
        return [scenario.model], scenario.probabilities, why
    _refuse_unknown(asked, given)
    probabilities = scenario.probabilities if kept else ()
    if isinstance(given.get("probability"), list):
        if len(asked) > 1:
            raise UsageError("give several probabilities or several models, not both at once")
        given["probability"], *rest = given["probability"]
        probabilities = tuple(rest)
    elif "probability" in given:
        probabilities = ()
    models = []
    for number, (name, own) in enumerate(asked):
        start = present if kept and number == 0 else {}
        models.append(_made(name, start | _suitable(name, given) | _own_parameters(name, own)))
    for probability in probabilities:
        with_probability(models[0], probability)
    return models, probabilities, why


def _refuse_unknown(asked: list[tuple[str, str]], given: dict[str, Any]) -> None:
    """Refuse options that no model in question takes."""
    wrong = [key for key in given if not any(key in parameters_of(name, given) for name, _ in asked)]
    if wrong:
        names = " and ".join(dict.fromkeys(name for name, _ in asked))
        others = "; ".join(f"{_option(key)} belongs to {', '.join(models_with(key))}" for key in wrong)
        verb = "does" if len({name for name, _ in asked}) == 1 else "do"
        raise UsageError(f"{names} {verb} not take {' or '.join(map(_option, wrong))}: {others}")


def _suitable(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key in parameters_of(name, given)}


def _made(name: str, parameters: dict[str, Any]) -> Model:
    missing = [key for key, needed in parameters_of(name, parameters).items() if needed and key not in parameters]
    if missing:
        option = _option(missing[0])
        raise UsageError(f"{name} needs {option}, such as {option} {_EXAMPLES.get((name, missing[0]), '0.1')}")
    if name == "count-threshold" and isinstance(parameters["threshold"], str):
        parameters = parameters | {"threshold": _whole_or_same(parameters["threshold"])}
    return make_model(name, parameters)


_EXAMPLES = {
    ("fractional-threshold", "threshold"): "1/3",
    ("count-threshold", "threshold"): "2",
    ("examples-needed", "examples_needed"): "2",
    ("general-threshold", "tolerance"): "erlang-2",
    ("seir", "onset"): "0.3",
    ("bass", "p"): "0.03",
    ("bass", "q"): "0.38",
}


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _whole_or_same(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _own_parameters(name: str, text: str) -> dict[str, Any]:
    """Read the parameters behind a name: ``weighted-cascade:examples-needed=2,partners=0.02``."""
    every = {key.replace("_", "-") for known in MODELS for key in parameters_of(known)}
    parts = re.split(rf",(?=(?:{'|'.join(sorted(every))})=)", text) if text else []
    found: dict[str, Any] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals:
            raise UsageError(f"--model {name}:{part}: write {name}:PARAMETER=VALUE")
        found[key.replace("-", "_")] = _typed(f"--model {name}:{key}", key.replace("-", "_"), value)
    known = parameters_of(name, found)
    wrong = [key for key in found if key not in known]
    if wrong:
        names = [key.replace("_", "-") for key in known]
        said = wrong[0].replace("_", "-")
        raise UsageError(f"--model {name}: has no {said}; it has {', '.join(names)}{nearest(said, names)}")
    return found


_SHARES = ("weight", "rate", "dose", "awareness", "hearsay")
_NUMBERS_OR_COLUMNS = ("turnover", "adoption")
_NUMBERS = {
    "partners",
    "examples_needed",
    "simple",
    "noise",
    "draw",
    "lapse",
    "rekindle",
    "trial_time",
    "trial_end",
    "trial_failure",
    "trial_visibility",
    "peer_support",
    "policy",
    "policy_lapse",
    "policy_visibility",
    "recovery",
    "onset",
    "p",
    "q",
}


def _typed(option: str, key: str, text: str) -> Any:
    if key in ("probability", *_SHARES):
        return _shares(option, tuple(text.split(",")) if "=" in text else (text,), lists=False)
    if key in _NUMBERS_OR_COLUMNS:
        return text if (share := _number(text)) is None else share
    if key == "values":
        return _numbers(option, text)
    if key in _NUMBERS:
        number = _whole_or_same(text)
        found = number if isinstance(number, int) else _number(text)
        if found is None:
            raise UsageError(f"{option}: {text!r} is not a number")
        return found
    return text


def _numbers(option: str, text: str) -> list[float]:
    numbers = [(part, _number(part)) for part in text.split(",")]
    wrong = [part for part, number in numbers if number is None]
    if wrong:
        raise UsageError(f"{option}: {wrong[0]!r} is not a number")
    return [number for _, number in numbers if number is not None]


def _given_parameters(options: ModelOptions) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.probability:
        given["probability"] = _shares("--probability", options.probability, lists=True)
    for key in _SHARES:
        if getattr(options, key):
            given[key] = _shares(_option(key), getattr(options, key), lists=False)
    if options.values is not None:
        given["values"] = _numbers("--values", options.values)
    for key in _NUMBERS_OR_COLUMNS:
        if getattr(options, key) is not None:
            given[key] = _typed(_option(key), key, getattr(options, key))
    read = {"probability", "values", "model", *_SHARES, *_NUMBERS_OR_COLUMNS}
    for key in (item.name for item in dataclasses.fields(options) if item.name not in read):
        if getattr(options, key) is not None:
            given[key] = getattr(options, key)
    return given


def _refuse_without_horizon(scenario: Scenario) -> None:
    """Refuse models that go on for ever where nothing says when to look."""
    if scenario.run.horizon is not None:
        return
    for model in (scenario.model, *scenario.also):
        if never_ends(model):
            name = written(model)[0]
            message = f"{name} goes on for ever: it needs a horizon, the step at which to look, such as"
            origin = scenario.origin
            if origin is not None and any(model is known for known in (origin.model, *origin.also)):
                raise DataError(origin.fault(("model",), f"{message} horizon = 12 in [run], or --horizon 12"))
            raise UsageError(f"{message} --horizon 12")


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
