"""The verb: whom to start with, how good that is, and what simpler rules would reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError, nearest
from spark.model import Model
from spark.network import Network
from spark.optimise.aims import aim_of
from spark.optimise.answer import Answer, answer, followed
from spark.optimise.baselines import random_order, take
from spark.optimise.case import Case, case_of
from spark.optimise.crossfit import Agreement
from spark.optimise.feasible import check
from spark.optimise.rules import order_by, order_key, sampled, wanted
from spark.optimise.wish import Wish, wish_for
from spark.plan import Intervention, Plan
from spark.problem.actions import plan_cost
from spark.problem.keys import Rng, run_key, whole_rng
from spark.provenance import plain
from spark.question import (
    ANYBODY,
    BESIDE,
    BEST,
    CERTAINLY,
    EVERYBODY,
    QUALITY,
    RULES,
    Adopters,
    Asking,
    Constraints,
    Objective,
    constraints_in_words,
    objective_in_words,
)
from spark.results import Baseline, Choice, RankedSeed, Spread
from spark.worlds import Progress, Run, try_plans

QUICK = 0.95
"""Quality and confidence of the choice that only stands beside the answer."""
PLAIN = "most adopters"
CHOSEN = ""


def choose_seeds(
    network: Network,
    model: Model,
    *,
    budget: float | None = None,
    count: int | None = None,
    objective: Objective = EVERYBODY,
    constraints: Constraints = ANYBODY,
    asking: Asking = CERTAINLY,
    quality: float = QUALITY,
    confidence: float = 0.99,
    beside: Iterable[Intervention] = (),
    method: str = BEST,
    baselines: str | Iterable[str] = BESIDE,
    worlds: int = 4096,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Choice:
    """Choose whom to start with, so that the practice spreads as far as it can (or is worth most, given values).

    Parameters
    ----------
    budget : what the seeds may cost together, by the network's `cost` (1 each if it has none); or
    count : how many seeds, costs ignored. Exactly one of the two.
    objective : what is to be as large as possible: `Adopters` (of some people, or over time), `Reaching` a share as
        surely as possible, the share of the `WorstOff` group, or adopters with a `Floor` for each group.
    constraints : who may be chosen, and who together. asking : whether people agree, and when they are paid.
    quality : stop looking once the choice reaches this share, in (0, 1), of the best that any effort of this kind would
        find; an estimate, not a guarantee.
    confidence : of the certificate, in (0, 1): the share of the best choice there is that is reached for certain.
    beside : broadcasts (and seeds) that are carried out in any case.
    method : ``"best"``, or a simple rule that is followed instead, such as ``"pagerank"`` (`spark.question.RULES`).
    baselines : the simple rules that stand beside it, by name, or ``"all"``.
    worlds, horizon, rng, workers, backend, progress : see `spark.simulate`; worlds are those of the evaluation.

    Returns
    -------
    The choice, evaluated beside simple rules in worlds that had no part in choosing: ``simulate`` with the same
    seeds, `rng` and `worlds` gives the same spread.

    Raises
    ------
    InfeasibleError
        More seeds than may be chosen, a budget above what all of them cost together, or constraints that nobody meets.
    UsageError, DataError
        As `spark.simulate`; and neither or both of budget and count.

    Examples
    --------
    >>> import spark
    >>> star = spark.Network.from_edges(["hub"] * 3, ["a", "b", "c"])
    >>> choice = choose_seeds(star, spark.IndependentCascade(0.5), count=1, rng=7)
    >>> choice.seeds
    ('hub',)
    """
    check_shares(quality=quality, confidence=confidence)
    rng = whole_rng(rng)
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend, progress=progress)
    question = objective, constraints, asking
    rules, left_out = wanted(network, baselines)
    case = case_of(network, model, Plan(*beside), *question, run, budget=budget, count=count)
    options: dict[str, Any] = {"budget": budget, "count": count, "quality": quality, "confidence": confidence}
    if method == BEST:
        found = answer(case, rng, quality, confidence)
    else:
        found = _by_rule(case, method, rng, confidence)
        options["method"] = method
    if baselines != BESIDE:
        options["baselines"] = list(rules)
    return replace(judged(case, found, network, constraints, run, options, rules), left_out=left_out)


def _by_rule(case: Case, method: str, rng: int, confidence: float) -> Answer:
    """Follow a simple rule."""
    if case.objective != EVERYBODY:
        raise UsageError(f"the rule {method!r} knows nothing of an objective; leave one of them out")
    return followed(case, take(order_by(method, case.network, run_key(rng, "choose")), case.wish), rng, confidence)


def judged(
    case: Case,
    found: Answer,
    network: Network,
    constraints: Constraints,
    run: Run,
    options: Mapping[str, Any],
    rules: Iterable[str] = BESIDE,
) -> Choice:
    """Evaluate an answer beside simple rules, in worlds that had no part in finding it.

    Parameters
    ----------
    network : with the user's values. run, options : how to run, and what was asked for, for the record.
    rules : the names of the simple rules.
    """
    rng, wish = whole_rng(run.rng), case.wish
    plans = {CHOSEN: found.seeds} | _baselines(case.network, wish, rules, found.found, run_key(rng, "choose"))
    if "method" in options:
        plans[BEST] = answer(case, rng, QUICK, QUICK).seeds
    if not isinstance(case.objective, Adopters):
        plans[PLAIN] = answer(case.for_the_mean(), rng, QUICK, QUICK).seeds
    ids = {name: case.ids(people) for name, people in plans.items()}
    named = {name: case.plan(people) for name, people in ids.items()}
    shown = case.network if isinstance(case.objective, Adopters) else network
    spreads = dict(zip(named, try_plans(shown, case.model, named, run, verb="choose_seeds"), strict=True))
    words: dict[str, Any] = {"constraints": list(constraints_in_words(constraints)) or None}
    words["objective"] = None if case.objective == Adopters() else objective_in_words(case.objective)
    words["asking"] = None if case.take_up is None else plain(asdict(case.asking))
    given = {key: value for key, value in (dict(options) | words).items() if value is not None}
    provenance = replace(spreads[CHOSEN].provenance, options=given)
    chosen = spreads.pop(CHOSEN)
    aim = aim_of(case, network, found.seeds, chosen, plans.get(PLAIN), spreads.get(PLAIN), run)
    unit = "value" if "value" in network.given else "of those who count"
    if "value" not in network.given:  # the target group of the question is no value of the network
        chosen = replace(chosen, mean_value=None, value_standard_error=None)
    return Choice(
        seeds=ids[CHOSEN],
        ranking=_ranking(ids[CHOSEN], wish.cost[found.seeds], found.gains, found.errors),
        spread=chosen,
        certificate=found.certificate,
        baselines=tuple(
            _baseline(case.network, name, ids[name], spread, len(found.seeds), unit) for name, spread in spreads.items()
        ),
        quality=found.quality,
        cost=plan_cost(network, case.seeds(ids[CHOSEN])),
        provenance=provenance,
        aim=aim,
        constraints=constraints_in_words(constraints),
    )


def check_shares(**shares: object) -> None:
    """Refuse what is not a number between 0 and 1."""
    faults = [
        f"{name} {value!r} is not a number between 0 and 1"
        for name, value in shares.items()
        if isinstance(value, bool) or not isinstance(value, int | float | np.floating) or not 0 < value < 1
    ]
    if faults:
        raise UsageError(*faults)


def baseline_seeds(
    network: Network,
    method: str,
    *,
    budget: float | None = None,
    count: int | None = None,
    constraints: Constraints = ANYBODY,
    rng: Rng = None,
) -> tuple[Any, ...]:
    """Return whom a simple rule (`spark.question.RULES`) would take, as `choose_seeds` does.

    Raises
    ------
    UsageError, InfeasibleError
        As `choose_seeds`; and no such method.
    """
    if method not in RULES:
        raise UsageError(f"method {method!r} is none of {', '.join(RULES)}{nearest(method, RULES)}")
    wish = wish_for(network, budget, count, np.empty(0, np.int64), constraints)
    check(network, wish, exactly=count is not None)
    people = take(order_by(method, network, run_key(whole_rng(rng), "choose")), wish)
    return tuple(network.people[v] for v in people.tolist())


def _ranking(
    people: tuple[Any, ...], cost: NDArray[np.float64], gains: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[RankedSeed, ...]:
    """The seeds with what they add; the last ones, of whom no gain is known, add nothing that was seen."""
    missing = len(people) - gains.size
    gains, errors = np.pad(gains, (0, missing)), np.pad(errors, (0, missing))
    rows = zip(people, gains.tolist(), errors.tolist(), cost.tolist(), strict=True)
    return tuple(RankedSeed(who, gain, error, c) for who, gain, error, c in rows)


def _baselines(
    network: Network, wish: Wish, rules: Iterable[str], found: Agreement | None, key: int
) -> dict[str, NDArray[np.int32]]:
    """Whom the simple rules choose; and how many at random reach as far as the choice."""
    plans = {"no action": np.empty(0, np.int32)}
    plans |= {name: take(order_by(name, network, key), wish) for name in rules}
    if found is not None and wish.costs is None and wish.limits is None and wish.most:
        more = _random_needed(network, wish, found, key)
        if more > wish.most:
            order = random_order(network, order_key(key, "random"))
            plans["more at random"] = take(order, replace(wish, most=more))
    return plans


def _random_needed(network: Network, wish: Wish, found: Agreement, key: int) -> int:
    """How many people, in the random order that stands beside the choice, cover as many sets as the choice does
    (Akbarpour, Malladi & Saberi); at most everybody who may be chosen.
    """
    order = random_order(network, order_key(key, "random"))
    order = np.concatenate([wish.free, order[wish.allowed[order] != 0]])
    sets = found.sample()
    covered = np.cumsum(sets.first_covered(order))[wish.free.size :]
    reached = covered >= sets.first_covered(found.seeds).sum()
    return int(np.argmax(reached)) + 1 if reached.any() else covered.size


def _baseline(network: Network, name: str, ids: tuple[Any, ...], spread: Spread, chosen: int, unit: str) -> Baseline:
    note, method, source = "", "", ""
    if name in RULES:
        method, source, note = name, RULES[name].source, sampled(name, network)
        name = RULES[name].title
    elif name == BEST:
        method, name = BEST, "chosen by spark"
    elif name == "more at random":
        name = f"random with {len(ids) - chosen:,} more seeds"
        note = f"as far as the {chosen:,} chosen, or everybody"
    if spread.mean_value is not None:
        note = f"{note}; " * bool(note) + f"{unit} {spread.mean_value:.6g} ± {spread.value_standard_error:.2g}"
    return Baseline(name, ids, spread.mean, spread.standard_error, note, method, source)
