"""Find an answer to a case, by the method that suits its objective and its model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spark.optimise.case import Case
from spark.optimise.certificate import certify
from spark.optimise.crossfit import Agreement
from spark.optimise.fairness import Groups, certify_worst_off, choose_fairly, floor_not_kept
from spark.optimise.greedy import filled, in_order
from spark.optimise.periods import over_time, periods
from spark.optimise.reaching import likeliest
from spark.optimise.sandwich import choose_between
from spark.optimise.search import WORLDS, Measure, Plans, added, choose_in_worlds, each_world, means, run
from spark.optimise.sources import Setting, choose_on_sets
from spark.problem.arrays import VALUE_UNIT, Backend
from spark.problem.keys import mix, run_key
from spark.question import Floor, Reaching, WorstOff
from spark.results import Certificate

EXPLAIN_SETS = 1 << 15
INCREASE = {"at-horizon": "", "ever-adopted": " in those who ever practise"}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Whom to start with, what each adds (people, or value) with its error, and how good that is.

    Attributes
    ----------
    gains, errors : float64; of the first of the seeds, in order; who follows adds nothing that was seen.
    found : where sets were drawn for the mean; else None.
    """

    seeds: NDArray[np.int32]
    gains: NDArray[np.float64]
    errors: NDArray[np.float64]
    certificate: Certificate
    quality: float | None
    found: Agreement | None


def answer(case: Case, rng: int, quality: float, confidence: float) -> Answer:
    """Answer a case; options as in `spark.choose_seeds`."""
    if isinstance(case.objective, WorstOff | Floor):
        return _fair(case, case.objective, rng, quality, confidence)
    if isinstance(case.objective, Reaching):
        return _likely(case, rng, quality, confidence)
    over = (" in adopter-periods" if case.setting.steps > 1 else INCREASE[case.setting.watch.counted]) + _over(case)
    if case.setting.rule is None:
        choose, bound = run_key(rng, "choose"), None
        if case.setting.steps > 1:
            seeds = choose_in_worlds(case.network, case.backend, case.setting, case.wish, choose, (), periods)
        else:
            keys = choose, run_key(rng, "certify")
            options = case.setting, case.wish, keys, confidence, over, case.model.guarantee
            seeds, bound = choose_between(case.network, case.backend, *options)
        certificate = bound or Certificate(None, None, f"no bound: {_why_no_bound(case)}", "search on worlds")
        return Answer(seeds, *_added(case, seeds, mix(choose + 11)), certificate, None, None)
    found = choose_on_sets(case.backend, case.setting, case.wish, run_key(rng, "choose"), quality)
    gains, errors = _in_people(found.gains, found.sets.count, case.setting)
    seeds = filled(found.seeds, case.wish)
    certificate = certify(
        case.backend,
        case.setting,
        case.wish,
        seeds,
        run_key(rng, "certify"),
        confidence,
        over,
        found.sentinel,
    )
    return Answer(seeds, gains, errors, certificate, min(max(found.quality, 0.0), 1.0), found)


def followed(case: Case, people: NDArray[np.int32], rng: int, confidence: float) -> Answer:
    """Say what the seeds of a simple rule add, in its order, and how good that is."""
    if case.setting.rule is None or case.setting.steps > 1:
        certificate = Certificate(None, None, "no bound: a simple rule was followed", "simple rule")
        gains = _added(case, people, run_key(rng, "choose"))
        return Answer(people, *gains, certificate, None, None)
    setting = case.setting
    source = case.backend.reverse(setting.problem, setting.base, setting.watch, mix(run_key(rng, "choose") + 11))
    source.grow(EXPLAIN_SETS)
    gains = _in_people(source.sets.first_covered(people), source.sets.count, setting)
    key = run_key(rng, "certify")
    return Answer(
        people, *gains, certify(case.backend, setting, case.wish, people, key, confidence, _over(case)), None, None
    )


def _added(case: Case, people: NDArray[np.int32], key: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return added(case.backend, case.setting, people, key, over_time if case.setting.steps > 1 else each_world)


def _over(case: Case) -> str:
    return " over what is done beside" if case.fixed.interventions else " over no action"


def _fair(case: Case, objective: WorstOff | Floor, rng: int, quality: float, confidence: float) -> Answer:
    assert case.groups is not None
    key, setting = run_key(rng, "choose"), case.counting_adopters()
    if not setting.live_edge:
        seeds, gains, errors = explained(case, setting, _fair_in_worlds(case, objective, setting, key), key)
        certificate = Certificate(None, None, f"no bound: {_why_no_bound(case)}", "search on worlds")
        return Answer(seeds, gains, errors, certificate, None, None)
    fair = choose_fairly(case.backend, setting, case.wish, case.groups, objective, key, quality)
    seeds, gains, errors = explained(case, setting, fair.seeds, key)
    certify_key = run_key(rng, "certify")
    if isinstance(objective, WorstOff):
        options = case.groups, fair, certify_key, confidence
        certificate = certify_worst_off(case.backend, setting, case.wish, *options)
    else:
        over = _over(case) + ", with or without the floor"
        certificate = certify(case.backend, setting, case.wish, seeds, certify_key, confidence, over)
    return Answer(seeds, gains, errors, certificate, fair.quality, None)


def _fair_in_worlds(case: Case, objective: WorstOff | Floor, setting: Setting, key: int) -> NDArray[np.int32]:
    """Search for a fair choice, and take the one for the mean where that is fairer."""
    assert case.groups is not None
    level = objective.share if isinstance(objective, Floor) else None
    found: list[NDArray[np.int32]] = []
    for measure in (_welfare(case.groups, level), means):
        people = choose_in_worlds(case.network, case.backend, setting, case.wish, key, found, measure)
        found.append(filled(people, case.wish))
    shares = _shares(case.groups, case.backend, setting, [people.tolist() for people in found], key + 1)[0]
    if level is None:
        return found[int(np.argmax(shares.min(axis=1)))]
    best = int(np.argmax(np.minimum(shares.min(axis=1), level)))
    if shares[best].min() < 0.95 * level:
        raise floor_not_kept(case.groups, level, shares[best])
    return found[1] if shares[1].min() >= level else found[best]


def _likely(case: Case, rng: int, quality: float, confidence: float) -> Answer:
    assert case.reach is not None
    key = run_key(rng, "choose")
    start = answer(case.for_the_mean(), rng, quality, confidence).seeds
    found = likeliest(case.network, case.backend, case.setting, case.wish, case.reach, start, mix(key + 7))
    seeds, gains, errors = explained(case, case.setting, found, key)
    said = "no bound: the chance to reach a share is not submodular; the seeds come from a search on worlds"
    return Answer(seeds, gains, errors, Certificate(None, None, said, "search on worlds"), None, None)


def explained(
    case: Case, setting: Setting, people: NDArray[np.int32], key: int
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Put a choice into the order of what each adds to the mean, and say how much."""
    if not setting.live_edge:
        return people, *added(case.backend, setting, people, mix(key + 11))
    source = case.backend.reverse(setting.problem, setting.base, setting.watch, mix(key + 11))
    source.grow(EXPLAIN_SETS)
    able = case.wish.allowed.copy()
    able[people] = 1
    order, gains = in_order(source.sets.gains(able), people)
    return order, *_in_people(gains, source.sets.count, setting)


def _in_people(
    gains: NDArray[np.int64], count: int, setting: Setting
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each adds (people, or value), from the sets that she adds of `count`, and its Monte-Carlo standard error."""
    value = setting.watch.value
    total = value.sum() / VALUE_UNIT if value.size else setting.problem.graph.people
    share, total = gains / count, total * setting.steps
    return total * share, total * np.sqrt(share * (1 - share) / count)


def _welfare(groups: Groups, level: float | None) -> Measure:
    """What a choice is worth where groups that are badly off count more: the mean over groups of the root of the share
    (or of what of it is below a level), which greedy can climb where the smallest share stays 0 for long.
    """

    def measure(backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int) -> NDArray[np.float64]:
        shares, mean = _shares(groups, backend, setting, plans, key, worlds)
        if level is None:
            return np.asarray(np.sqrt(shares).mean(axis=1))
        return np.asarray(1000 * np.minimum(shares, level).mean(axis=1) + mean)

    return measure


def _shares(
    groups: Groups, backend: Backend, setting: Setting, plans: Plans, key: int, worlds: int = WORLDS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each group that practises, float64[plans, groups], and of all people, float64[plans]."""
    watch = replace(setting.watch, groups=np.ascontiguousarray(groups.label[None, :]), group_count=groups.sizes.size)
    tally = run(backend, replace(setting, watch=watch), plans, key, worlds)
    mean = tally.adopters[:, :, -1].sum(axis=1) / (worlds * groups.label.size)
    return tally.group_sum / (worlds * groups.sizes), mean


def _why_no_bound(case: Case) -> str:
    law, model, watch = case.setting.problem.law, case.model, case.setting.watch
    ever = replace(case.setting, watch=replace(watch, counted="ever-adopted"))
    if watch.counted == "at-horizon" and ever.rule is not None and not law.live_edge:
        return f"{model.guarantee.statement} (objective 'ever-adopted')"
    if watch.counted != "at-horizon":
        return "there are no reverse sets for those who ever adopt here: the seeds come from a search on worlds"
    if law.live_edge:
        return (
            "reverse sets do not know take-up, boosts and bridges, which are done beside; the seeds come from a search"
        )
    if replace(case.setting, base=None).rule is not None:
        return "sets drawn back through time do not know what is done beside; the seeds come from a search"
    if law.capped:
        return "weights that are capped have no live-edge worlds, on which bounds rest; the seeds come from a search"
    base = case.setting.base
    if (
        not model.guarantee.monotone
        and base is not None
        and (base.boost.size or base.sustain.size or base.bridge_id.size)
    ):
        return (
            "with boosts, help to keep going or bridges beside, whoever is lit too early may have given up when they "
            "begin, so that nothing that is known of this model alone holds; the seeds come from a search"
        )
    return model.guarantee.statement
