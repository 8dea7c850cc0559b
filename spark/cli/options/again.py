"""Command lines to type next: the present one again, with other words, or another on the same files."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Set

import click

from spark.cli.options.model import ModelOptions
from spark.cli.options.network import NetworkOptions
from spark.cli.options.run import RunOptions
from spark.model import ExamplesNeeded, IndependentCascade, LinearThreshold, Model, TrivalencyCascade, WeightedCascade
from spark.model.parameters import in_short, written

_UNRECORDED = frozenset({"workers", "backend", "json", "csv", "output", "force", "quiet", "plot"})
"""Options that change no number: they are not recorded, and not repeated in what is suggested next."""


def command_line(*extra: str, without: tuple[str, ...] = ()) -> str:
    """Return the present command line, to be typed again: only what was given, only what changes the answer.

    Parameters
    ----------
    extra : words to add.
    without : names of parameters to leave out.
    """
    context = click.get_current_context()
    words = [*context.command_path.split(), *_words(context, _UNRECORDED | set(without)), *extra]
    return shlex.join(words)


_MODEL_PARAMETERS = tuple(item.name for item in dataclasses.fields(ModelOptions))


def with_other_probabilities(model: Model) -> str:
    """Return the present command line with a list of probabilities, to see whether the answer depends on it."""
    takes_it = "probability" in written(model)[1]
    return f"{command_line(without=('probability',) if takes_it else _MODEL_PARAMETERS)} --probability .05,.1,.2"


def with_other_models(model: Model) -> str:
    """Return the present command line with two more models, to see whether the advice depends on the model."""
    cascade = model.of if isinstance(model, ExamplesNeeded) else model
    if not isinstance(cascade, IndependentCascade | WeightedCascade | TrivalencyCascade):
        cascade = WeightedCascade()
    models = (model, cascade, ExamplesNeeded(2, of=cascade), LinearThreshold(totals="normalise"))
    words = [word for name in dict.fromkeys(map(in_short, models)) for word in ("--model", name)]
    return command_line(*words, without=_MODEL_PARAMETERS)


def other_command(name: str, *extra: str, model: Model | None = None) -> str:
    """Return a line for another command on the same PATH, with the network, model and run options that were given.

    Parameters
    ----------
    model : to be named instead of the model options that were given.
    """
    context = click.get_current_context()
    shared = {item.name for noun in (NetworkOptions, ModelOptions, RunOptions) for item in dataclasses.fields(noun)}
    own = {str(parameter.name) for parameter in context.command.params} - shared - {"path"}
    if model is not None:
        own |= set(_MODEL_PARAMETERS)
        extra = ("--model", in_short(model), *extra)
    return shlex.join(["spark", name, *_words(context, _UNRECORDED | own), *extra])


def _words(context: click.Context, dropped: Set[str]) -> list[str]:
    arguments, options = [], []
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in dropped or source is not click.core.ParameterSource.COMMANDLINE:
            continue
        value = context.params[parameter.name or ""]
        if isinstance(parameter, click.Argument):
            arguments.append(str(value))
        elif value is True:
            options.append(parameter.opts[0])
        else:
            for item in value if parameter.multiple else (value,):
                joint = ":" if parameter.name == "model" else "="
                text = joint.join(filter(None, item)) if isinstance(item, tuple) else str(item)
                options += [parameter.opts[0], text]
    return [*arguments, *options]
