"""The options that commands share, as decorators; each hands the command one noun instead of many parameters."""

from __future__ import annotations

import dataclasses
import functools
import shlex
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from spark.cli.help import head
from spark.errors import UsageError, nearest
from spark.model import (
    MODELS,
    ExamplesNeeded,
    IndependentCascade,
    LinearThreshold,
    Model,
    TrivalencyCascade,
    WeightedCascade,
)
from spark.model.parameters import in_short, written

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATH = click.Path(exists=True, path_type=Path)

_UNRECORDED = frozenset({"workers", "backend", "json", "csv", "output", "force", "quiet", "plot"})
"""Options that change no number: they are not recorded, and not repeated in what is suggested next."""


def bundle(name: str, noun: type[Any], *options: Decorator) -> Decorator:
    """Return a decorator that hands the command `noun`, made of these options, as the argument `name`.

    What the noun says of itself is the heading above the options on a help page.
    """
    head(noun, [item.name for item in dataclasses.fields(noun)])

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        names = [item.name for item in dataclasses.fields(noun)]

        @functools.wraps(command)
        def gather(**values: Any) -> Any:
            return command(**{name: noun(**{key: values.pop(key) for key in names})}, **values)

        decorated: Callable[..., Any] = gather
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def examples(*lines: str) -> str:
    """Return lines to type, for the end of a help page."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _assignment(text: str) -> tuple[str, str]:
    role, equals, name = text.partition("=")
    if not (role and equals and name):
        raise click.BadParameter(f"{text!r} is not of the form role=name, such as source=sender")
    return role, name


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How to read the network."""

    columns: tuple[tuple[str, str], ...]
    layer: tuple[str, ...]
    influence: str | None
    merge: str | None
    encoding: str | None
    observed: Path | None


network_options = bundle(
    "network_options",
    NetworkOptions,
    click.option(
        "--columns",
        multiple=True,
        type=_assignment,
        metavar="ROLE=NAME",
        help="Which column plays a role, such as source=sender. Repeatable.",
    ),
    click.option("--layer", multiple=True, help="Use only this layer of ties. Repeatable."),
    click.option(
        "--influence",
        type=click.Choice(["source-to-target", "target-to-source", "both"]),
        help="Which way influence runs along a tie. 'amina names bo as her adviser' is target-to-source.",
    ),
    click.option(
        "--merge",
        type=click.Choice(["refuse", "sum"]),
        help="Rows for the same tie that disagree: refuse them, or add their columns.  [default: refuse]",
    ),
    click.option("--encoding", help="Encoding of the files.  [default: utf-8]"),
    click.option(
        "--from",
        "observed",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Who practises now: ids, one a line or in a column id; steps_ago says since when. In place of 'adopted'.",
    ),
)


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How the practice spreads."""

    model: tuple[tuple[str, str], ...]
    examples_needed: int | None
    probability: tuple[str, ...]
    partners: float | None
    strength: str | None
    weight: tuple[str, ...]
    totals: str | None
    threshold: str | None
    values: str | None
    draw: int | None
    tolerance: str | None
    simple: float | None
    noise: float | None
    lapse: float | None
    rekindle: float | None
    dose: tuple[str, ...]
    awareness: tuple[str, ...]
    hearsay: tuple[str, ...]
    adoption: str | None
    trial_time: int | None
    trial_end: float | None
    trial_failure: float | None
    trial_visibility: float | None
    lapse_factor: str | None
    peer_support: float | None
    turnover: str | None
    organisation_threshold: str | None
    policy: float | None
    policy_lapse: float | None
    policy_visibility: float | None
    rate: tuple[str, ...]
    recovery: float | None
    onset: float | None
    delay: str | None
    duration: str | None
    latency: str | None
    p: float | None
    q: float | None


def _model(text: str) -> tuple[str, str]:
    """Split NAME:PARAMETERS."""
    name, _, parameters = text.partition(":")
    if name not in MODELS:
        raise click.BadParameter(f"{name!r} is not one of {', '.join(MODELS)}{nearest(name, MODELS)}")
    return name, parameters


model_options = bundle(
    "model_options",
    ModelOptions,
    click.option(
        "--model",
        multiple=True,
        type=_model,
        metavar="NAME",
        help=f"How the practice spreads: {', '.join(MODELS)}.  [default: weighted-cascade; independent-cascade where "
        "--probability is given]  compare takes several, each with parameters of its own if need be, such as "
        "weighted-cascade:examples-needed=2.",
    ),
    click.option(
        "--examples-needed",
        type=int,
        metavar="K",
        help="Convincing moments that a person needs before they adopt, under any cascade.  [default: 1]",
    ),
    click.option(
        "--probability",
        "-p",
        multiple=True,
        metavar="P",
        help="Chance that an adopter convinces a person she can influence (per step for si, sis, sir, seir and "
        "adoption): a number, a column of the ties, or layer=P (repeatable). A list such as .05,.1,.2 answers for the "
        "first and says whether the others change the answer.",
    ),
    click.option(
        "--partners", type=float, help="Chance that a partner organisation convinces a person once all of it adopted."
    ),
    click.option("--strength", metavar="COLUMN", help="Column of the ties that makes them stronger or weaker."),
    click.option(
        "--weight",
        multiple=True,
        metavar="W",
        help="For linear-threshold: a number, a column, or layer=W (repeatable).",
    ),
    click.option(
        "--totals",
        type=click.Choice(["refuse", "normalise", "cap"]),
        help="For linear-threshold: what to do with people whose weights pass 1.  [default: refuse]",
    ),
    click.option(
        "--threshold",
        metavar="X",
        help="How many of those who can influence a person must adopt before they do: for count-threshold a whole "
        "number, for fractional-threshold a share such as 0.3 or 1/3.",
    ),
    click.option(
        "--values",
        metavar="P,P,...",
        help="For trivalency-cascade: the chances, of which each tie has one.  [default: 0.1,0.01,0.001]",
    ),
    click.option("--draw", type=int, help="For trivalency-cascade: which draw of the chances.  [default: 0]"),
    click.option(
        "--tolerance",
        metavar="LAW",
        help="For general-threshold and adoption: exponential, uniform, erlang-2, points such as 0.5=0.2,2=1 "
        "(dose=chance), or "
        "by=COLUMN,GROUP=LAW,otherwise=LAW.",
    ),
    click.option(
        "--simple",
        type=float,
        help="The same: share of the people for whom one example can be enough.  [default: 0]",
    ),
    click.option(
        "--noise",
        type=float,
        help="For thresholds: chance per step that a person whom a tie has reached adopts all the same.  [default: 0]",
    ),
    click.option(
        "--lapse",
        type=float,
        help="For sis, sir, seir and adoption: chance per step that an adopter gives up.  [default: 0.0334, a third a "
        "year in months]",
    ),
    click.option(
        "--rekindle",
        type=float,
        help="For sis, adoption and continuous-sis: how ready a person is after giving up, as a share of before, each "
        "time.  [default: 1]",
    ),
    click.option(
        "--dose", multiple=True, metavar="D", help="For adoption: the dose per tie and step, instead of a probability."
    ),
    click.option(
        "--awareness",
        multiple=True,
        metavar="P",
        help="For adoption and aware: chance (per step, for adoption) that an adopter makes a person aware: a "
        "number, a column, or layer=P (repeatable).  [default for adoption: everybody is aware]",
    ),
    click.option(
        "--hearsay",
        multiple=True,
        metavar="P",
        help="The same for people who are aware and have not adopted, at most --awareness.  [default: 0]",
    ),
    click.option("--adoption", metavar="P", help="For aware: chance that a person who is aware adopts, or a column."),
    click.option(
        "--trial-time", type=int, help="For adoption: steps that a person tries before adopting.  [default: 0]"
    ),
    click.option(
        "--trial-end",
        type=float,
        help="For adoption, instead of a fixed time: chance per step that a trial comes to its end.  [default: 0]",
    ),
    click.option("--trial-failure", type=float, help="For adoption: chance that a trial fails.  [default: 0]"),
    click.option(
        "--trial-visibility", type=float, help="For adoption: what those who try give, as a share.  [default: 0]"
    ),
    click.option(
        "--lapse-factor", metavar="COLUMN", help="For adoption: column of the people that multiplies --lapse."
    ),
    click.option(
        "--peer-support",
        type=float,
        help="For adoption: how much adopters around a person keep them from giving up.  [default: 0]",
    ),
    click.option(
        "--turnover", metavar="P", help="For adoption: chance per step that a person leaves, or a column.  [default: 0]"
    ),
    click.option(
        "--organisation-threshold",
        metavar="X",
        help="For adoption: share of its people at which an organisation signs up.  [default: it never does]",
    ),
    click.option(
        "--policy", type=float, help="For adoption: chance per step that having signed up convinces.  [default: 0]"
    ),
    click.option(
        "--policy-lapse",
        type=float,
        help="For adoption: what signing up leaves of the chance to give up.  [default: 1]",
    ),
    click.option(
        "--policy-visibility",
        type=float,
        help="For adoption: how much more its adopters are then seen.  [default: 1]",
    ),
    click.option(
        "--rate",
        multiple=True,
        metavar="R",
        help="In continuous time, how often per unit of time an adopter convinces a person they can influence: a "
        "number, a column of the ties, or layer=R (repeatable).",
    ),
    click.option(
        "--recovery",
        type=float,
        help="In continuous time, how often per unit of time an adopter gives up.  [default: 0]",
    ),
    click.option(
        "--onset",
        type=float,
        help="For continuous-seir: how often per unit of time somebody who tries starts to practise; for seir the "
        "chance per step.",
    ),
    click.option(
        "--delay",
        metavar="STEPS",
        help="How long a tie takes after its source adopted. In steps: a number, a column of the ties, the chances of "
        "1, 2, ... steps such as .5,.3,.2, or meeting=P for a chance per step.  [default: 1]  In continuous time the "
        "law, of mean 1/rate: exponential, fixed, gamma:SHAPE, table:T,T,... (quantiles in equal steps), or a column "
        "of the ties that holds the times.  [default: exponential]",
    ),
    click.option(
        "--duration",
        metavar="LAW",
        help="Likewise, the law of the time that a person practises, of mean 1/recovery.  [default: exponential]",
    ),
    click.option(
        "--latency",
        metavar="LAW",
        help="For continuous-seir: the law of the time of trying, of mean 1/onset.  [default: exponential]",
    ),
    click.option("--p", type=float, help="For bass: rate at which a person adopts without an example."),
    click.option("--q", type=float, help="For bass: rate that is added once everybody else has adopted."),
)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How the worlds are run."""

    worlds: int | None
    standard_error: float | None
    horizon: int | None
    rng: int | None
    workers: int | None
    backend: str | None


run_options = bundle(
    "run_options",
    RunOptions,
    click.option("--worlds", type=click.IntRange(min=2), help="How many ways things may go to try.  [default: 4096]"),
    click.option(
        "--standard-error",
        type=click.FloatRange(min=0, min_open=True),
        help="Go on until the mean is known this well, in people, instead of a fixed number of worlds.",
    ),
    click.option("--horizon", type=click.IntRange(min=0), help="Stop after this step.  [default: when all is over]"),
    click.option(
        "--rng", type=int, help="Start of the random numbers; the same number, the same answer.  [default: 0]"
    ),
    click.option(
        "--workers", type=click.IntRange(min=1), help="Cores to use; changes no result.  [default: all of them]"
    ),
    click.option("--backend", help="What runs the worlds; changes no result.  [default: cpu]"),
)


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where the results go, and in which form."""

    json: bool
    csv: bool
    output: Path | None
    force: bool
    quiet: bool

    def __post_init__(self) -> None:
        if self.json and self.csv:
            raise UsageError("give either --json or --csv, not both")

    @property
    def form(self) -> str:
        """``text``, ``json`` or ``csv``; without an option, what the name of the file says."""
        if self.json or self.csv:
            return "json" if self.json else "csv"
        suffix = self.output.suffix.lower() if self.output else ""
        return suffix[1:] if suffix in {".json", ".csv"} else "text"


output_options = bundle(
    "output",
    OutputOptions,
    click.option("--json", is_flag=True, help="One JSON document; see docs/schemas."),
    click.option("--csv", is_flag=True, help="One table as CSV."),
    click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write to this file; .json and .csv choose the form.",
    ),
    click.option("--force", is_flag=True, help="Overwrite files that exist."),
    click.option("--quiet", "-q", is_flag=True, help="No progress and no remarks."),
)


PICTURES = (".png", ".svg", ".pdf")
_PLOT = "spark.plot"


def _keep_plot(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None and value.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"{str(value)!r} does not end in {', '.join(PICTURES[:-1])} or {PICTURES[-1]}")
    context.meta[_PLOT] = value


head(OutputOptions, ["plot"])
plot_option = click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    expose_value=False,
    callback=_keep_plot,
    help="Also draw it: a .png, .svg or .pdf (needs matplotlib).",
)
"""For commands whose answers have a picture; `spark.cli.output.emit` draws it."""


def plot_file() -> Path | None:
    """Return the file of --plot, if there is one."""
    found: Path | None = click.get_current_context().meta.get(_PLOT)
    return found


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
