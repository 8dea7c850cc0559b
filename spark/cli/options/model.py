"""The options that say how the practice spreads."""

from __future__ import annotations

from dataclasses import dataclass

import click

from spark.cli.options.bundle import bundle
from spark.errors import nearest
from spark.model import MODELS


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
        help="For thresholds and adoption: chance per step that a person whom a tie has reached adopts all the same.  "
        "[default: 0]",
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
