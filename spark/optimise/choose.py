"""The verb: whom to start with, how good that is, and what simpler rules would reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.optimise.baselines import ORDERS, TITLES, random_order, take
from spark.optimise.certificate import certify
from spark.optimise.crossfit import Agreement
from spark.optimise.feasible import check
from spark.optimise.greedy import filled
from spark.optimise.sandwich import choose_between
from spark.optimise.sources import SetBackend, Setting, choose_on_sets, setting_of
from spark.optimise.wish import Wish, wish_for
from spark.plan import Intervention, Plan, Seeds
from spark.problem.arrays import VALUE_UNIT
from spark.problem.keys import Rng, mix, run_key, whole_rng
from spark.question import ANYBODY, EVERYBODY, Adopters, Constraints, constraints_in_words
from spark.results import Baseline, Certificate, Choice, RankedSeed, Spread
from spark.worlds import Progress, Run, try_plans

CHOSEN = ""
INCREASE: Mapping[str, str] = {
    "at-horizon": "",
    "ever-adopted": " in those who ever practise",
    "adopter-periods": " in adopter-periods",
}


def choose_seeds(
    network: Network,
    model: Model,
    *,
    budget: float | None = None,
    count: int | None = None,
    objective: Adopters = EVERYBODY,
    constraints: Constraints = ANYBODY,
    quality: float = 0.99,
    confidence: float = 0.99,
    beside: Iterable[Intervention] = (),
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
    objective : what is to be as large as possible: adopters at the end, all who ever adopt, or adopter-periods.
    constraints : who may be chosen, and who together.
    quality : stop looking once the choice reaches this share, in (0, 1), of the best that any effort of this kind would
        find; an estimate, not a guarantee.
    confidence : of the certificate, in (0, 1): the share of the best choice there is that is reached for certain.
    beside : broadcasts (and seeds) that are carried out in any case.
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
    faults = [
        f"{name} {value!r} is not a number between 0 and 1"
        for name, value in (("quality", quality), ("confidence", confidence))
        if isinstance(value, bool) or not isinstance(value, int | float | np.floating) or not 0 < value < 1
    ]
    if faults:
        raise UsageError(*faults)
    rng = whole_rng(rng)
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend, progress=progress)
    if objective.of is not None:
        raise UsageError("objective: of whom is not known to the search yet; values can say whose adoption counts")
    fixed = Plan(*beside)
    setting = setting_of(network, model, fixed, horizon, objective.counted)
    _refuse_endless(model, setting)
    wish = wish_for(network, budget, count, network.index(fixed.seeds), constraints)
    check(network, wish, exactly=count is not None)
    opened = cast(SetBackend, open_backend(backend, workers=workers))
    key = run_key(rng, "choose")
    over = INCREASE[objective.counted] + (" over what is done beside" if fixed.interventions else " over no action")
    if setting.rule is not None:
        found = choose_on_sets(opened, setting, wish, key, quality)
        seeds, gains, errors = _ranked(found, setting)
        seeds = filled(seeds, wish)
        certify_key = run_key(rng, "certify")
        certificate = certify(opened, setting, wish, seeds, certify_key, confidence, over, found.sentinel)
        reached: float | None = min(max(found.quality, 0.0), 1.0)
    else:
        if setting.watch.value.size and objective != EVERYBODY:
            raise UsageError(
                f"objective {objective.counted!r} with values has to be searched for in worlds here, which count the "
                "value of those who practise at the end only; leave the values out, or choose by 'at-horizon'"
            )
        found, reached = None, None
        keys = key, run_key(rng, "certify")
        seeds, gains, bound = choose_between(network, opened, setting, wish, keys, confidence, over)
        errors = np.full(gains.size, np.nan)
        why = f"no bound: {_why_no_bound(model, setting)}"
        certificate = bound or Certificate(None, None, why, "search on worlds")
    plans = {CHOSEN: seeds} | _baselines(network, wish, found, key)
    ids = {name: tuple(network.people[v] for v in people.tolist()) for name, people in plans.items()}
    named = {name: Plan(Seeds(people), *fixed.interventions) for name, people in ids.items()}
    spreads = dict(zip(named, try_plans(network, model, named, run, verb="choose_seeds"), strict=True))
    options: dict[str, Any] = {"budget": budget, "count": count, "quality": quality, "confidence": confidence}
    options["objective"] = None if objective == EVERYBODY else objective.counted
    options["constraints"] = list(constraints_in_words(constraints)) or None
    provenance = replace(spreads[CHOSEN].provenance, options={k: v for k, v in options.items() if v is not None})
    return Choice(
        seeds=ids[CHOSEN],
        ranking=_ranking(ids[CHOSEN], wish.cost[seeds], gains, errors),
        spread=spreads.pop(CHOSEN),
        certificate=certificate,
        baselines=tuple(
            _baseline(name, ids[name], spread, len(seeds), objective.counted) for name, spread in spreads.items()
        ),
        quality=reached,
        cost=float(network.cost[seeds].sum()),
        provenance=provenance,
    )


def baseline_seeds(
    network: Network, method: str, *, budget: float | None = None, count: int | None = None, rng: Rng = None
) -> tuple[Any, ...]:
    """Return whom a simple rule would take, ``"random"``, ``"degree"`` or ``"nomination"``, as `choose_seeds` does.

    Raises
    ------
    UsageError, InfeasibleError
        As `choose_seeds`; and no such method.
    """
    if method not in ORDERS:
        raise UsageError(f"method {method!r} is none of {', '.join(ORDERS)}")
    wish = wish_for(network, budget, count, np.empty(0, np.int64))
    people = take(ORDERS[method](network, _order_key(run_key(whole_rng(rng), "choose"), method)), wish)
    return tuple(network.people[v] for v in people.tolist())


def _order_key(key: int, method: str) -> int:
    return mix(key ^ int.from_bytes(method.encode()[:8], "little"))


def _ranked(found: Agreement, setting: Setting) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """The seeds in order, what each adds (people, or value), and its Monte-Carlo standard error."""
    value = setting.watch.value
    total = value.sum() / VALUE_UNIT if value.size else setting.problem.graph.people
    total *= setting.watch.horizon if setting.watch.counted == "adopter-periods" else 1
    share = found.gains / found.sets.count
    return found.seeds, total * share, total * np.sqrt(share * (1 - share) / found.sets.count)


def _ranking(
    people: tuple[Any, ...], cost: NDArray[np.float64], gains: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[RankedSeed, ...]:
    """The seeds with what they add; the last ones, of whom no gain is known, add nothing that was seen."""
    missing = len(people) - gains.size
    gains, errors = np.pad(gains, (0, missing)), np.pad(errors, (0, missing))
    rows = zip(people, gains.tolist(), errors.tolist(), cost.tolist(), strict=True)
    return tuple(RankedSeed(who, gain, None if np.isnan(error) else error, c) for who, gain, error, c in rows)


def _baselines(network: Network, wish: Wish, found: Agreement | None, key: int) -> dict[str, NDArray[np.int32]]:
    """Whom the simple rules choose; and how many at random reach as far as the choice."""
    plans = {"no action": np.empty(0, np.int32)}
    plans |= {TITLES[name]: take(order(network, _order_key(key, name)), wish) for name, order in ORDERS.items()}
    if found is not None and wish.costs is None and wish.limits is None and wish.most:
        more = _random_needed(network, wish, found, key)
        if more > wish.most:
            order = random_order(network, _order_key(key, "random"))
            plans["more at random"] = take(order, replace(wish, most=more))
    return plans


def _random_needed(network: Network, wish: Wish, found: Agreement, key: int) -> int:
    """How many people, in the random order that stands beside the choice, cover as many sets as the choice does
    (Akbarpour, Malladi & Saberi); at most everybody who may be chosen.
    """
    order = random_order(network, _order_key(key, "random"))
    order = np.concatenate([wish.free, order[wish.allowed[order] != 0]])
    sets = found.sample()
    covered = np.cumsum(sets.first_covered(order))[wish.free.size :]
    reached = covered >= sets.first_covered(found.seeds).sum()
    return int(np.argmax(reached)) + 1 if reached.any() else covered.size


def _baseline(name: str, ids: tuple[Any, ...], spread: Spread, chosen: int, counted: str) -> Baseline:
    note = ""
    if name == "more at random":
        name = f"random with {len(ids) - chosen:,} more seeds"
        note = f"as far as the {chosen:,} chosen, or everybody"
    if spread.mean_value is not None:
        note = f"{note}; " * bool(note) + f"value {spread.mean_value:.6g} ± {spread.value_standard_error:.2g}"
    if counted == "ever-adopted":
        note = f"{note}; " * bool(note) + f"ever {spread.ever_adopted:.6g} ± {spread.ever_standard_error:.2g}"
    elif counted == "adopter-periods":
        error = spread.adopter_periods_standard_error
        note = f"{note}; " * bool(note) + f"adopter-periods {spread.adopter_periods:.6g} ± {error:.2g}"
    return Baseline(name, ids, spread.mean, spread.standard_error, note)


def _refuse_endless(model: Model, setting: Setting) -> None:
    """Refuse to look at an end that never comes, or at which everybody has given up."""
    law, horizon, counted = setting.problem.law, setting.watch.horizon, setting.watch.counted
    if horizon >= 0:
        return
    name = type(model).__name__
    if law.never_ends:
        raise UsageError(f"{name} goes on for ever: give a horizon, the step at which to look")
    if counted == "adopter-periods":
        raise UsageError("objective 'adopter-periods' adds up the steps up to a horizon: give one")
    if counted == "at-horizon" and law.family == "paths" and law.duration.all():
        raise UsageError(
            f"without a horizon everybody has given up in the end under {name}: give one, the step at which to look, "
            "or objective=Adopters(counted='ever-adopted')"
        )


def _rule_for_ever(setting: Setting) -> object:
    return replace(setting, watch=replace(setting.watch, counted="ever-adopted")).rule


def _why_no_bound(model: Model, setting: Setting) -> str:
    law, counted = setting.problem.law, setting.watch.counted
    if law.capped:
        return "weights that are capped have no live-edge worlds, on which bounds rest; the seeds come from a search"
    if counted == "at-horizon" and _rule_for_ever(setting) is not None:
        return f"{model.guarantee.statement} (objective 'ever-adopted')"
    if model.guarantee.submodular or counted != "at-horizon":
        return f"there are no reverse sets for {counted} here: the seeds come from a search on worlds"
    return model.guarantee.statement
