"""What is still to be chosen: seeds, or a mix of interventions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spark.errors import UsageError, nearest
from spark.plan import Intervention
from spark.question import (
    ANYBODY,
    BEST,
    CERTAINLY,
    EVERYBODY,
    METHODS,
    QUALITY,
    RULES,
    Asking,
    Constraints,
    Objective,
    Reaching,
)

VERBS = ("seed", "boost", "sustain", "bridge", "broadcast")
"""The kinds of intervention of which spark makes candidates for a mix."""
MOST = 60
"""How many candidates of a mix spark lists at most."""


@dataclass(frozen=True, slots=True)
class Among:
    """What a mix is chosen from: candidates, or the kinds of which spark lists some.

    Parameters
    ----------
    candidates : interventions, each to be carried out as a whole or not at all, each seed one of her own; None: spark
        makes a list.
    verbs : of `VERBS`; None: all that the model can carry out, or seeds and those of the `terms`.
    terms : interventions that say how strong and how dear those of their kind are that spark lists.
    most : how many it lists at most, >= 1.
    """

    candidates: tuple[Intervention, ...] | None = None
    verbs: tuple[str, ...] | None = None
    terms: tuple[Intervention, ...] = ()
    most: int = MOST

    def __post_init__(self) -> None:
        faults = [
            f"verb {verb!r} is none of {', '.join(VERBS)}{nearest(verb, VERBS)}"
            for verb in dict.fromkeys(self.verbs or ())
            if verb not in VERBS
        ]
        if self.verbs == ():
            faults.append(f"verbs: name at least one of {', '.join(VERBS)}")
        if self.most < 1:
            faults.append(f"most {self.most} is not a whole number of at least 1")
        if self.candidates is not None and (self.verbs is not None or self.terms or self.most != MOST):
            faults.append("candidates are all there is to choose from; give no verbs, terms or most beside them")
        if faults:
            raise UsageError(*faults)


@dataclass(frozen=True, slots=True)
class ChoiceRequest:
    """Seeds that are still to be chosen: resolved by `spark.study`, beside the fixed part of the plan.

    Parameters
    ----------
    budget : what the seeds may cost together, by the network's `cost`; or
    count : how many seeds, costs ignored. Exactly one of the two, unless there is a `chance`.
    chance : how likely the share of a `Reaching` objective is to be reached: the smallest budget that does is chosen.
    objective, constraints, asking : as of `spark.choose_seeds`.
    method : ``"best"``, ``"all"`` (the best, with all simple rules beside it), or the rule that is followed, such as
        ``"degree"`` (`spark.question.RULES`).
    beside : interventions that are carried out in any case.
    quality : stop looking at this share, in (0, 1), of what any effort of this kind would find, by estimate.
    robust : ``"worst"`` or ``"mean"`` where the choice is to do well under several models (`spark.choose_robustly`).
    among : where more than seeds is to be chosen, for a `budget` (`spark.choose_plan`); then all else is as usual.
    """

    budget: float | None = None
    count: int | None = None
    method: str = "best"
    beside: tuple[Intervention, ...] = ()
    objective: Objective = EVERYBODY
    constraints: Constraints = ANYBODY
    asking: Asking = CERTAINLY
    chance: float | None = None
    robust: str | None = None
    quality: float = QUALITY
    among: Among | None = None

    def __post_init__(self) -> None:
        usual = (self.objective, self.constraints, self.asking) == (EVERYBODY, ANYBODY, CERTAINLY)
        usual &= (self.method, self.chance, self.robust, self.quality) == (BEST, None, None, QUALITY)
        if self.among is not None and (self.budget is None or not usual):
            raise UsageError("choose: a mix is chosen for a budget, and is asked nothing else")
        if self.robust is not None and (self.method in RULES or self.objective != EVERYBODY):
            raise UsageError("choose: a choice for several models takes no rule and no other objective")
        if self.method not in METHODS:
            raise UsageError(
                f"choose: method {self.method!r} is none of {', '.join(METHODS)}{nearest(self.method, METHODS)}"
            )
        if self.method in RULES and self.objective != EVERYBODY:
            raise UsageError(f"choose: the rule {self.method!r} knows nothing of an objective; leave one of them out")
        if self.chance is not None:
            if not isinstance(self.objective, Reaching):
                raise UsageError("choose: a confidence needs a share to reach: reach = 0.3")
            if self.quality != QUALITY:
                raise UsageError("choose: the smallest budget is looked for without a quality; leave it out")
            if not 0 < self.chance < 1:
                raise UsageError(f"choose: confidence {self.chance} is not a number between 0 and 1")
            if self.budget is not None or self.count is not None:
                raise UsageError("choose: with a confidence the smallest budget is looked for; give no budget or count")
        elif (self.budget is None) == (self.count is None):
            raise UsageError("choose: give either a budget or a count, not both")
        if self.budget is not None and not (self.budget >= 0 and math.isfinite(self.budget)):
            raise UsageError(f"choose: budget {self.budget} is not a number of at least 0")
        if self.count is not None and self.count < 0:
            raise UsageError(f"choose: count {self.count} is not a whole number of at least 0")
        if not 0 < self.quality < 1:
            raise UsageError(f"choose: quality {self.quality} is not a number between 0 and 1")
