"""The verb: seeds that do well under several models at once, where nobody knows which of them holds.

How a choice does under a model is its share of the increase that the best choice for that model alone brings about.
The smallest share is to be as large as possible (robust influence maximisation: He & Kempe 2016,
doi:10.1145/2939672.2939760; Chen, Lin, Tan, Zhao & Zhou 2016, doi:10.1145/2939672.2939745), or the mean over the
models, taken for a sample of what might be so.

The smallest share is not submodular. As for groups (`spark.optimise.fairness`), a game in which models that do badly
gain weight and a level sought by bisection (saturate) give candidates; they are exchanged one for one, and the best is
taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.model import Model
from spark.model.parameters import in_short
from spark.network import Network
from spark.optimise.answer import Answer, answer, explained
from spark.optimise.case import Case, case_of
from spark.optimise.certificate import certify
from spark.optimise.choose import check_shares, judged
from spark.optimise.greedy import filled, per_cost
from spark.optimise.room import Room
from spark.optimise.rules import wanted
from spark.optimise.wish import Wish
from spark.plan import Intervention, Plan
from spark.problem.arrays import VALUE_UNIT
from spark.problem.keys import Rng, mix, run_key, whole_rng
from spark.question import ANYBODY, BESIDE, CERTAINLY, EVERYBODY, QUALITY, Asking, Constraints
from spark.results import Aim, Certificate, Choice, UnderModel
from spark.worlds import Progress, Run
from spark.worlds.estimates import exact
from spark.worlds.trying import try_worlds

GOALS = ("worst", "mean")
FIRST_SETS, WANTED_HITS, MOST_SETS = 1 << 12, 1 << 14, 1 << 20
LEVELS, ROUNDS, EXCHANGES = 10, 12, 3
QUICK = 0.95
"""Confidence of certificates that only stand beside the answer."""
Order = NDArray[np.int32]


def choose_robustly(
    network: Network,
    models: Sequence[Model],
    *,
    budget: float | None = None,
    count: int | None = None,
    goal: str = "worst",
    constraints: Constraints = ANYBODY,
    asking: Asking = CERTAINLY,
    quality: float = QUALITY,
    confidence: float = 0.99,
    beside: Iterable[Intervention] = (),
    baselines: str | Iterable[str] = BESIDE,
    worlds: int = 4096,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Choice:
    """Choose whom to start with where any of several models may hold.

    Parameters
    ----------
    models : two or more that have reverse sets; the spread and the simple rules of the answer are those of the first.
    goal : ``"worst"``, the smallest share, under any model, of the increase that is best under it; or ``"mean"``, the
        mean over the models of the adopters (or their value): the models are a sample of what may be so.
    quality : of the best choice for each model alone. confidence : of the certificate, for all models at once.
    budget, count, constraints, asking, beside, baselines, worlds, horizon, rng, workers, backend, progress : as of
        `spark.choose_seeds`.

    Returns
    -------
    The choice. Its `under` says how it does under each model beside the best choice for that model, with the regret;
    its `certificate` holds under every model at once.

    Raises
    ------
    UsageError
        Fewer than two models, or models that have no reverse sets here; and as `spark.choose_seeds`.
    InfeasibleError, DataError
        As `spark.choose_seeds`.

    Examples
    --------
    >>> import spark
    >>> ties = ["a"] * 8 + ["b"] * 8 + ["c"] * 6, list(range(22))
    >>> chances = {"rain": [0.9] * 8 + [0.1] * 8 + [0.8] * 6, "sun": [0.1] * 8 + [0.9] * 8 + [0.8] * 6}
    >>> network = spark.Network.from_edges(*ties, columns=chances)
    >>> models = [spark.IndependentCascade("rain"), spark.IndependentCascade("sun")]
    >>> spark.choose_seeds(network, models[0], count=1, rng=7).seeds
    ('a',)
    >>> choose_robustly(network, models, count=1, rng=7).seeds
    ('c',)
    """
    check_shares(quality=quality, confidence=confidence)
    if goal not in GOALS:
        raise UsageError(f"goal {goal!r} is none of {', '.join(GOALS)}")
    if len(models) < 2:
        raise UsageError("give two models or more; spark.choose_seeds chooses for one")
    rng = whole_rng(rng)
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend, progress=progress)
    fixed, rules = Plan(*beside), wanted(network, baselines)
    size: dict[str, Any] = {"budget": budget, "count": count}
    cases = [case_of(network, model, fixed, EVERYBODY, constraints, asking, run, **size) for model in models]
    _refuse_without_sets(cases)
    first, key = cases[0], run_key(rng, "choose")
    own = [answer(case, rng, quality, QUICK).seeds for case in cases]
    sets = [_sets(case, best, mix(key + 97 + at)) for at, (case, best) in enumerate(zip(cases, own, strict=True))]
    table = _Across(sets, own, first.wish)
    seeds = table.choose(worst=goal == "worst")
    order, gains, errors = explained(first, first.setting, seeds, key)
    miss = (1 - confidence) / len(cases)
    bounds = [
        certify(case.backend, case.setting, case.wish, order, mix(run_key(rng, "certify") + 97 + at), 1 - miss, "")
        for at, case in enumerate(cases)
    ]
    ratio = min(bound.ratio or 0.0 for bound in bounds)
    statement = (
        f"at least {int(100 * ratio)} % of the best possible increase, whichever of the {len(cases)} models holds, at "
        f"{confidence * 100:g} % confidence"
    )
    certificate = Certificate(ratio, confidence, statement, f"under each model {bounds[0].method}")
    found = Answer(order, gains, errors, certificate, None, None)
    given = size | {"goal": goal, "models": [in_short(model) for model in models], "quality": quality}
    choice = judged(first, found, network, constraints, run, given | {"confidence": confidence}, rules[0])
    under = tuple(_under(case, order, best, bound, run) for case, best, bound in zip(cases, own, bounds, strict=True))
    provenance = replace(choice.provenance, verb="choose_robustly")
    aim = _aim(under, goal)
    return replace(choice, under=under, aim=aim, left_out=rules[1], provenance=provenance)


def _refuse_without_sets(cases: Sequence[Case]) -> None:
    faults = [
        f"{in_short(case.model)} has no reverse sets here, on which a choice for several models rests"
        for case in cases
        if case.setting.rule is None
    ]
    if faults:
        raise UsageError(*faults)


def _sets(case: Case, own: Order, key: int) -> Any:
    """Sets enough to know well what the best choice for the model meets."""
    source: Any = case.backend.reverse(case.setting.problem, case.setting.base, case.setting.watch, key)
    source.grow(FIRST_SETS)
    while source.sets.covered(own) < WANTED_HITS and 2 * source.count <= min(MOST_SETS, source.most):
        source.grow(2 * source.count)
    return source.sets


class _Across:
    """Sets of each of M models, and choices on them; shares are of what the best choice for each model meets."""

    def __init__(self, sets: Sequence[Any], own: Sequence[Order], wish: Wish) -> None:
        self._wish, self._own = wish, own
        able = wish.allowed.copy()
        able[wish.free] = 1
        for people in own:
            able[people] = 1
        self._gains = [one.gains(able) for one in sets]
        self._best = np.array([max(1, one.covered(people)) for one, people in zip(sets, own, strict=True)], np.float64)
        self._count = np.array([one.count for one in sets], np.float64)

    def choose(self, *, worst: bool) -> Order:
        """The best choice found: by the smallest share, or by the mean over models of what is met."""
        if not worst:
            even = self._best / self._count
            return self._exchanged(self._weighted(even), even)
        found, most = self._game()
        found += [people for people in self._own if people.size]
        low, high = max(self._height(people) for people in found)[0], min(1.0, most)
        for _ in range(LEVELS):
            level = (low + high) / 2
            found.append(self._saturated(level))
            reached = self._height(found[-1])[0]
            low, high = (max(level, reached), high) if reached >= level - 1e-9 else (low, level)
        ranked = sorted(found, key=self._height, reverse=True)
        different = list({tuple(sorted(people.tolist())): people for people in ranked}.values())
        return max((self._exchanged(people, None) for people in different[:3]), key=self._height)

    def _shares(self, people: Order) -> NDArray[np.float64]:
        """Fill in a choice and return its share under each model, float64[M]."""
        for gains in self._gains:
            gains.weigh(None)
        met = np.array([sum(gains.add(v) for v in people.tolist()) for gains in self._gains], np.float64)
        return np.asarray(met / self._best)

    def _height(self, people: Order) -> tuple[float, float]:
        shares = self._shares(people)
        return float(shares.min()), float(shares.sum())

    def _left(self) -> NDArray[np.float64]:
        """What everybody would add to the share under each model, float64[M, n]."""
        return np.array([gains.left for gains in self._gains]) / self._best[:, None]

    def _game(self) -> tuple[list[Order], float]:
        """Greedy for weights of the models that grow where a choice does badly; and how far, at most, greedy says that
        any choice gets.
        """
        weights = np.full(self._best.size, 1 / self._best.size)
        found, least = [], 1.0
        for _ in range(ROUNDS):
            found.append(self._weighted(weights))
            shares = self._shares(found[-1])
            least = min(least, float(weights @ shares) / (1 - 1 / np.e))
            spare = shares - shares.min()
            weights = weights / (1 + spare / max(float(spare.max()), 1e-12))
            weights = weights / weights.sum()
        return found, least

    def _weighted(self, weights: NDArray[np.float64]) -> Order:
        return self._greedy(lambda have, left: weights @ left, lambda people: float(weights @ self._shares(people)))

    def _saturated(self, level: float) -> Order:
        """Greedy on the sum over models of min(share, level), then on the sum."""

        def worth(have: NDArray[np.float64], left: NDArray[np.float64]) -> NDArray[np.float64]:
            missing = np.maximum(0.0, level - have)[:, None]
            return np.asarray(np.minimum(missing, left).sum(axis=0) + 1e-6 * left.sum(axis=0))

        return self._greedy(worth, lambda people: self._height(people)[0])

    def _greedy(self, worth: Any, judge: Any) -> Order:
        """Greedy by worth, with costs also by worth per cost, and the better of the two."""
        choices = [self._one_by_one(worth, by_cost=False)]
        if self._wish.costs is not None:
            choices.append(self._one_by_one(worth, by_cost=True))
        return max(choices, key=judge) if len(choices) > 1 else choices[0]

    def _one_by_one(self, worth: Any, *, by_cost: bool) -> Order:
        wish, room = self._wish, Room(self._wish)
        chosen = wish.free.tolist()
        have = self._shares(wish.free)
        while True:
            fits = room.fits()
            left = self._left()
            value = np.where(fits, worth(have, left), 0.0)
            if not value.any():
                break
            best = int(np.argmax(per_cost(value, wish) if by_cost else value))
            have = have + left[:, best]
            for gains in self._gains:
                gains.add(best)
            chosen.append(best)
            room.take(best)
        return filled(np.array(chosen, np.int32), wish)

    def _exchanged(self, people: Order, weights: NDArray[np.float64] | None) -> Order:
        """Exchange one person for one other as long as that is better, a few rounds at most."""

        def height(shares: NDArray[np.float64]) -> NDArray[np.float64]:
            if weights is not None:
                return np.asarray(weights @ shares)
            return np.asarray(shares.min(axis=0) + 1e-6 * shares.mean(axis=0))

        chosen, have = people.tolist(), self._shares(people)
        for _ in range(EXCHANGES):
            changed = False
            for at, v in enumerate(chosen):
                if not self._wish.allowed[v]:
                    continue
                for gains in self._gains:
                    gains.remove(v)
                left = self._left()
                rest = have - left[:, v]
                fits = Room(self._wish, chosen[:at] + chosen[at + 1 :]).fits()
                heights = np.where(fits, height(rest[:, None] + left), -1.0)
                best = int(np.argmax(heights))
                if heights[best] <= height(have[:, None])[0] + 1e-12:
                    best = v
                changed |= best != v
                chosen[at] = best
                have = rest + left[:, best]
                for gains in self._gains:
                    gains.add(best)
            if not changed:
                break
        return np.array(chosen, np.int32)


def _under(case: Case, seeds: Order, own: Order, bound: Certificate, run: Run) -> UnderModel:
    """How a choice does under a model beside the best one for it, in the same worlds."""
    plans = {"chosen": case.plan(case.ids(seeds)), "own": case.plan(case.ids(own)), "nothing": case.fixed}
    tried = try_worlds(case.network, case.model, plans, run, verb="choose_robustly")
    whole, unit = tried.tally.adopters[:, :, -1].astype(np.int64), 1
    if case.setting.watch.value.size:
        whole, unit = tried.tally.value, VALUE_UNIT
    mean, error = exact(whole[0])
    own_mean, own_error = exact(whole[1])
    regret, regret_error = exact(whole[1] - whole[0])
    best = own_mean - exact(whole[2])[0]
    return UnderModel(
        in_short(case.model),
        mean / unit,
        error / unit,
        own_mean / unit,
        own_error / unit,
        regret / unit,
        regret_error / unit,
        share=1.0 if best <= 0 else 1 - regret / best,
        own_seeds=case.ids(own),
        certified=bound.ratio,
    )


def _aim(under: Sequence[UnderModel], goal: str) -> Aim:
    """What was asked for, and how far the choice gets."""
    if goal == "mean":
        mean = sum(one.mean for one in under) / len(under)
        error = float(np.sqrt(sum(one.standard_error**2 for one in under))) / len(under)
        return Aim(f"adopters, on average over {len(under)} models", "people", mean, error)
    worst = min(under, key=lambda one: one.share)
    gained = (worst.own_mean - worst.mean) / (1 - worst.share) if worst.share < 1 else worst.own_mean
    said = f"the smallest share, under any of {len(under)} models, of the increase that is best under it"
    return Aim(said, "share", worst.share, worst.regret_standard_error / max(gained, 1e-12), worst.model)
