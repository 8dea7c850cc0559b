"""The table [model]: a model by its name, and its parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spark.model import MODELS
from spark.scenario.tables.table import Table
from spark.scenario.tables.values import Delay, Rate, Share, Shares, Threshold, Tolerance


class OneModelTable(Table):
    """A model and its parameters."""

    name: str = Field(json_schema_extra={"enum": list(MODELS)})
    probability: Shares = Field(None, description="chance per tie: a number, a column, {layer: either}, or a list")
    partners: float = Field(0.0, description="how much partner organisations carry")
    strength: str | None = Field(None, description="the tie column that multiplies the dose")
    weight: Share = Field(None, description="weight per tie: a number, a column, or {layer: either}")
    totals: Literal["refuse", "normalise", "cap"] = Field("refuse", description="what to do where weights pass 1")
    examples_needed: int = Field(1, description="convincing moments that a person needs, under any cascade")
    threshold: Threshold = Field(None, description="count-threshold: a whole number; fractional-threshold: a share")
    values: list[float] = Field([], description="trivalency-cascade: the chances, of which each tie has one")
    draw: int = Field(0, description="trivalency-cascade: which draw of the chances")
    tolerance: Tolerance = Field(
        None,
        description="general-threshold, adoption: exponential, uniform, erlang-2, {doses, chances}, {by = column, ...}",
    )
    simple: float = Field(0.0, description="the same: share of the people for whom one example can be enough")
    noise: float = Field(0.0, description="thresholds, adoption: chance per step that whom a tie has reached adopts")
    lapse: float = Field(0.0334, description="sis, sir, seir, adoption: chance per step that an adopter gives up")
    rekindle: float = Field(
        1.0, description="sis, adoption, continuous-sis: how ready a person is after giving up, as a share of before"
    )
    rate: Rate = Field(
        None, description="continuous time: how often a tie convinces: a number, a column, or {layer: either}"
    )
    recovery: float = Field(0.0, description="continuous time: how often per unit of time an adopter gives up")
    onset: float | None = Field(
        None,
        description="continuous-seir: how often per unit of time who tries starts to practise; seir: chance per step",
    )
    delay: Delay = Field(
        None,
        description="steps that a tie takes: a number, a column, chances of 1, 2, ... steps, or {meeting = chance}; in "
        "continuous time the law of a tie's time: exponential, fixed, gamma:SHAPE, table:T,T,..., or a column",
    )
    duration: str = Field("exponential", description="continuous time: the law of the time that a person practises")
    latency: str = Field("exponential", description="continuous-seir: the law of the time of trying")
    p: float | None = Field(None, description="bass: rate at which a person adopts without an example")
    q: float | None = Field(None, description="bass: rate that is added once everybody else has adopted")
    dose: Rate = Field(None, description="adoption: the dose per tie and step, instead of a probability")
    awareness: Share = Field(None, description="adoption, aware: chance that an adopter makes a person aware")
    hearsay: Share = Field(0.0, description="adoption, aware: the same by who is aware and has not adopted")
    adoption: Share = Field(None, description="aware: chance that a person who is aware adopts: a number or a column")
    trial_time: int = Field(0, description="adoption: steps that a person tries before adopting")
    trial_end: float = Field(0.0, description="adoption: chance per step that a trial ends, instead of a time")
    trial_failure: float = Field(0.0, description="adoption: chance that a trial fails")
    trial_visibility: float = Field(0.0, description="adoption: what those who try give, as a share")
    lapse_factor: str | None = Field(None, description="adoption: the people column that multiplies lapse")
    peer_support: float = Field(0.0, description="adoption: how much adopters around a person keep them going")
    turnover: Share = Field(0.0, description="adoption: chance per step that a person leaves: a number or a column")
    organisation_threshold: Threshold = Field(None, description="adoption: share at which an organisation signs up")
    policy: float = Field(0.0, description="adoption: chance per step that having signed up convinces")
    policy_lapse: float = Field(1.0, description="adoption: what signing up leaves of the chance to give up")
    policy_visibility: float = Field(1.0, description="adoption: how much more its adopters are then seen")


class ModelTable(OneModelTable):
    """How the practice spreads."""

    also: list[OneModelTable] = Field([], description="other models, to see whether the advice depends on the model")
