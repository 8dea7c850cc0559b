"""Choose where reverse sets do not know all that happens, between a search and a bound from above.

The sandwich (Lu, Chen & Lakshmanan 2015, doi:10.14778/2850578.2850581): a model with diminishing returns whose spread U
is never less than the true spread (`spark.problem.sandwich`) is optimised, on reverse sets where it has live-edge
worlds, else by greedy choice on means. Its best seeds are one answer, and where a search on worlds of the true model
starts; the most that any seeds reach under U bounds what any reach in truth. The ratio compares the lower end of what
the answer gains with the upper end of that bound. Where returns diminish under the true model, U is that model itself.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.model.guarantee import Guarantee
from spark.network import Network
from spark.optimise.certificate import count_bounds
from spark.optimise.means import NO_MORE, greedy_on_means, lower_end, most_on_means
from spark.optimise.search import choose_in_worlds, outcomes
from spark.optimise.sources import SetBackend, Setting, choose_on_sets
from spark.optimise.wish import Wish
from spark.problem.arrays import NO_DELAYS, VALUE_UNIT, Worlds
from spark.problem.keys import mix
from spark.problem.sandwich import upper_problem
from spark.results import Certificate

JUDGED = 4096
"""Worlds that say what the answer gains."""
ANYWAY_SETS = 1 << 15
"""Sets that say what the model above lights without any seeds."""
RELAXED_QUALITY = 0.98
LOOSE = 0.9
_SALT = 0x73616E64


def choose_between(
    network: Network,
    backend: SetBackend,
    setting: Setting,
    wish: Wish,
    keys: tuple[int, int],
    confidence: float,
    over: str,
    promised: Guarantee,
) -> tuple[NDArray[np.int32], Certificate | None]:
    """Choose by search, with a bound where one is known.

    Parameters
    ----------
    keys : of the worlds and sets for choosing, and of those for the bound.
    over : of what the increase is, and over what, in words. promised : what holds for the model.

    Returns
    -------
    who, in order; the certificate, or None where nothing bounds the best.
    """
    choose, certify = keys
    above = _relaxed(setting, promised)
    starts: list[NDArray[np.int32]] = []
    if above is not None and above.rule is not None:
        starts.append(choose_on_sets(backend, above, wish, mix(choose ^ _SALT), RELAXED_QUALITY).seeds)
    else:
        plain = replace(setting, base=None)  # what is best without what is done beside is a good start
        if plain.rule is not None and plain.steps == 1:
            starts.append(choose_on_sets(backend, plain, wish, mix(choose ^ _SALT), RELAXED_QUALITY).seeds)
        greedy = None if above is None else greedy_on_means(backend, above, wish, mix(choose ^ _SALT))
        starts += [] if greedy is None else [greedy]
    seeds = choose_in_worlds(network, backend, setting, wish, choose, starts)
    if above is None:
        return seeds, None
    miss = (1 - confidence) / 3
    low = _gain(backend, setting, seeds, certify, miss)
    if above.rule is not None:
        high, how = _most_on_sets(backend, setting, above, wish, starts[0], certify, miss)
    else:
        high, how = most_on_means(backend, above, wish, starts[-1] if starts else seeds, mix(certify), miss)
        if not setting.bare:
            high -= max(0.0, _without(backend, setting, certify, miss))
    high = max(high, low)
    ratio = max(0.0, math.floor(min(1.0, low / high) * 1e4) / 1e4) if high > 0 else 1.0
    loose = ratio < LOOSE and (above.problem is not setting.problem or how.startswith(NO_MORE))
    share = f"at least {math.floor(ratio * 100)} % of " if ratio < 1 else ""
    return (
        seeds,
        Certificate(
            ratio,
            confidence,
            f"{share}the best possible increase{over}, at {confidence * 100:g} % confidence; the choice is a search"
            + ", and the bound is loose" * loose,
            "; ".join(part for part in (_named(setting, above, high), how) if part),
        ),
    )


def _relaxed(setting: Setting, promised: Guarantee) -> Setting | None:
    """The setting under a model with diminishing returns that lights at least as many; without a horizon where they are
    proved without one only (Mossel & Roch 2010).
    """
    law, base = setting.problem.law, setting.base
    endless = replace(setting, watch=replace(setting.watch, horizon=-1))
    if promised.submodular and law.states is None and not law.noise.size:
        if law.family in ("cascade", "paths", "marks") or (law.live_edge and not (base is not None and base.uses)):
            return setting  # first passage, or a union of what each seed lights, in every world of live ties
        if law.family == "threshold" and not (base is not None and base.uses):
            return replace(endless, problem=replace(setting.problem, law=replace(law, delays=NO_DELAYS)))
    if base is not None and (base.schedule.size or base.uses):
        return None
    problem = upper_problem(setting.problem)
    if problem is None:
        return None
    return replace(setting if problem.law.live_edge else endless, problem=problem)


def _named(setting: Setting, above: Setting, high: float) -> str:
    """Which model bounds the best, in words."""
    law = above.problem.law
    if not setting.problem.law.tolerance.size and setting.problem.law.examples == 1:
        return ""
    kind = "linear threshold" if law.family == "threshold" else "independent cascade"
    kind = "a mixture of linear threshold and independent cascade" if law.picks.one.size else kind
    kind = "linear threshold with weights that add up to more than 1" if law.capped else kind
    return f"sandwich: no seeds gain more than {high:,.4g} under {kind}, which lights at least as many"


def _most_on_sets(
    backend: SetBackend,
    setting: Setting,
    above: Setting,
    wish: Wish,
    relaxed: NDArray[np.int32],
    key: int,
    miss: float,
) -> tuple[float, str]:
    """The most that any seeds gain, with reverse sets of the model above."""
    unit = setting.watch.value.sum() / VALUE_UNIT / setting.problem.graph.people if setting.watch.value.size else 1.0
    high = unit * count_bounds(backend, above, wish, relaxed, key).best(miss)
    if not setting.bare:  # U lights more than the model does also without any choice
        anyway = unit * setting.problem.graph.people * _anyway(backend, above, key, miss / 2)
        high += max(0.0, anyway - _without(backend, setting, key, miss / 2))
    return high, ""


def _gain(backend: SetBackend, setting: Setting, seeds: NDArray[np.int32], key: int, miss: float) -> float:
    """What the seeds gain in fresh worlds, the same with and without them, at least, but for a chance of `miss`."""
    with_seeds, without = outcomes(backend, setting, [seeds.tolist(), []], Worlds(key, 0, JUDGED))
    return lower_end(with_seeds - without, miss)


def _without(backend: SetBackend, setting: Setting, key: int, miss: float) -> float:
    return lower_end(outcomes(backend, setting, [[]], Worlds(key, JUDGED, JUDGED))[0], miss)


def _anyway(backend: SetBackend, setting: Setting, key: int, miss: float) -> float:
    """The share of roots lit without any choice, at most: covered sets are binomial (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    source: Any = backend.reverse(
        setting.problem, setting.base, setting.watch, mix(key ^ 0x616E79776179), independent=True
    )
    source.grow(ANYWAY_SETS)
    met, count = source.base_covered, source.count
    return float(betaincinv(met + 1, count - met, 1 - miss)) if met < count else 1.0
