"""What a study comes to: a choice or a comparison, and what other probabilities and models would change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spark.model import Model
from spark.plan import Plan
from spark.request import ChoiceRequest
from spark.results import Choice, Comparison, ComparisonAcross, Difference, Spread


@dataclass(frozen=True, slots=True)
class OtherChoice:
    """What would have been chosen with another probability, and what the main answer is worth there.

    Attributes
    ----------
    seeds : the choice with that `probability`; `overlap` : how many of them are in the main answer, too.
    against : the two in the same worlds, with that probability; a is the main answer, b the choice there.
    """

    probability: float
    seeds: tuple[Any, ...]
    overlap: int
    main: Spread
    there: Spread
    against: Difference

    @property
    def changes(self) -> bool:
        """Whether the choice made for this probability is better here than the main answer."""
        return self.against.verdict == "b"


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """Whom to start with, and whether that depends on the probability."""

    request: ChoiceRequest
    choice: Choice
    sensitivity: tuple[OtherChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherComparison:
    """The same plans with another probability; `changed` are the pairs of which another one is better, or none."""

    probability: float
    comparison: Comparison
    changed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnderModel:
    """The plans under one of several models."""

    model: Model
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Pair:
    """Two plans under several models: under which of them which is better; under the others that is not known."""

    a: str
    b: str
    a_better: tuple[Model, ...]
    b_better: tuple[Model, ...]

    @property
    def flips(self) -> bool:
        """Whether the better one under one model is the worse one under another."""
        return bool(self.a_better and self.b_better)


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """Which plan is better, how the plans came to their seeds, and whether that depends on probability or model.

    `choices` holds the choice behind each plan that was still to be chosen. `models` is empty, or holds the comparison
    under each model of the scenario, its own first. `across` : the plans on other networks, where there are any;
    `anew` : whether seeds were chosen there, on each network its own. `mixes` : the plans that are mixes chosen here.
    """

    comparison: Comparison
    plans: Mapping[str, Plan]
    choices: Mapping[str, Choice]
    sensitivity: tuple[OtherComparison, ...] = ()
    models: tuple[UnderModel, ...] = ()
    across: ComparisonAcross | None = None
    anew: bool = False
    mixes: tuple[str, ...] = ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each pair of plans under all of `models`."""
        found = []
        for at, d in enumerate(self.comparison.differences):
            winners = [(under.model, better(under.comparison.differences[at])) for under in self.models]
            a_better, b_better = (tuple(model for model, name in winners if name == plan) for plan in (d.a, d.b))
            found.append(Pair(d.a, d.b, a_better, b_better))
        return tuple(found)


def better(difference: Difference) -> str | None:
    """Which of the two is better, or None, whether that is known or not."""
    return {"a": difference.a, "b": difference.b}.get(difference.verdict)
