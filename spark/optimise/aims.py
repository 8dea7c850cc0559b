"""How far a choice gets in what was asked for, where that is not the mean of all, and what that costs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.case import Case
from spark.optimise.periods import over_time
from spark.problem.arrays import VALUE_UNIT
from spark.problem.keys import run_key, whole_rng
from spark.question import Adopters, Floor, Reaching, WorstOff, objective_in_words
from spark.results import Aim, Spread, mean_and_error
from spark.worlds import Run

WORTH_SETS = 1 << 16
"""Sets that say what those are worth who ever adopt."""


def aim_of(
    case: Case,
    network: Network,
    seeds: NDArray[np.int32],
    spread: Spread,
    plain_seeds: NDArray[np.int32] | None,
    plain: Spread | None,
    run: Run,
) -> Aim | None:
    """Return what was asked for and how far the choice gets, and the choice that is `plain` good for the mean."""
    objective = case.objective
    statement = objective_in_words(objective)
    if isinstance(objective, Adopters):
        return None if objective == Adopters() else _counted(case, objective, network, seeds, spread, run, statement)
    assert plain is not None
    assert plain_seeds is not None
    lost = plain.sizes.astype(np.int64) - spread.sizes
    price, price_error = mean_and_error(int(lost.sum()), int((lost * lost).sum()), lost.size)
    if isinstance(objective, Reaching):
        reached, other = chances(case, [seeds, plain_seeds], run, spread.worlds)
        error = math.sqrt(reached * (1 - reached) / spread.worlds)
        return Aim(statement, "chance", reached, error, None, other, price, price_error)
    reached, error, group = worst_share(spread, objective)
    return Aim(statement, "share", reached, error, group, worst_share(plain, objective)[0], price, price_error)


def _counted(
    case: Case,
    objective: Adopters,
    network: Network,
    seeds: NDArray[np.int32],
    spread: Spread,
    run: Run,
    statement: str,
) -> Aim:
    """How many of those who count, or what they are worth."""
    watch = case.setting.watch
    unit = "value" if "value" in network.given else "people"
    if watch.counted == "ever-adopted" and watch.value.size:
        return Aim(statement, unit, *_ever_worth(case, seeds, run))
    if objective.counted == "ever-adopted" and not watch.value.size:
        return Aim(statement, "people", spread.ever_adopted, spread.ever_standard_error)
    if objective.counted == "adopter-periods" and watch.value.size:
        key = run_key(whole_rng(run.rng), "evaluate")
        worth = over_time(case.backend, case.setting, [seeds.tolist()], key, spread.worlds)[0]
        error = float(worth.std(ddof=1)) / math.sqrt(worth.size) if worth.size > 1 else 0.0
        return Aim(statement, f"{unit}-periods", float(worth.mean()), error)
    if objective.counted == "adopter-periods":
        assert spread.adopter_periods is not None
        assert spread.adopter_periods_standard_error is not None
        return Aim(statement, "people-periods", spread.adopter_periods, spread.adopter_periods_standard_error)
    if spread.mean_value is None:  # all count alike
        return Aim(statement, "people", spread.mean, spread.standard_error)
    assert spread.value_standard_error is not None
    return Aim(statement, unit, spread.mean_value, spread.value_standard_error)


def _ever_worth(case: Case, seeds: NDArray[np.int32], run: Run) -> tuple[float, float]:
    """What those who ever adopt are worth, and its error: worlds count them alike, fresh reverse sets by value."""
    setting = case.setting
    key = run_key(whole_rng(run.rng), "evaluate")
    source = case.backend.reverse(setting.problem, setting.base, setting.watch, key, independent=True)
    source.grow(WORTH_SETS)
    share = (int(source.sets.covered(seeds)) + source.base_covered) / source.count
    total = setting.watch.value.sum() / VALUE_UNIT
    return float(total * share), float(total * math.sqrt(share * (1 - share) / source.count))


def chances(case: Case, choices: list[NDArray[np.int32]], run: Run, worlds: int) -> list[float]:
    """How likely each choice reaches the share that is asked for, in the worlds of the evaluation."""
    assert case.reach is not None
    plans = [people.tolist() for people in choices]
    key = run_key(whole_rng(run.rng), "evaluate")
    return [float(p) for p in case.reach.chance(case.backend, case.setting, plans, key, worlds)]


def worst_share(spread: Spread, objective: WorstOff | Floor) -> tuple[float, float, object]:
    """The smallest share of adopters of any group, its error, and the group."""
    groups = spread.by_organisation if objective.by == "organisation" else spread.by_group[objective.by]
    worst = min((group for group in groups if group.people), key=lambda group: group.mean / group.people)
    return worst.mean / worst.people, worst.standard_error / worst.people, worst.name
