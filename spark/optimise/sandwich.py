"""Choose where two seeds can be worth more together than alone, between a search and a bound from above.

The sandwich (Lu, Chen & Lakshmanan 2015, doi:10.14778/2850578.2850581): a model with live-edge worlds whose spread U
is never less than the true spread (`spark.problem.sandwich`) is optimised on reverse sets. Its best seeds are one
answer, and where a search on worlds of the true model starts; the most that any seeds reach under U bounds what any
reach in truth. The ratio compares the lower end of what the answer gains with the upper end of that bound.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.network import Network
from spark.optimise.certificate import count_bounds
from spark.optimise.search import choose_in_worlds, outcomes
from spark.optimise.sources import SetBackend, Setting, choose_on_sets
from spark.optimise.wish import Wish
from spark.problem.arrays import VALUE_UNIT, Worlds
from spark.problem.keys import mix
from spark.problem.sandwich import upper_problem
from spark.results import Certificate

JUDGED = 4096
"""Worlds that say what the answer gains."""
ANYWAY_SETS = 1 << 15
"""Sets that say what the model above lights without any seeds."""
RELAXED_QUALITY = 0.98


def choose_between(
    network: Network,
    backend: SetBackend,
    setting: Setting,
    wish: Wish,
    keys: tuple[int, int],
    confidence: float,
    over: str,
) -> tuple[NDArray[np.int32], Certificate | None]:
    """Choose by search, with a bound where one is known.

    Parameters
    ----------
    keys : of the worlds and sets for choosing, and of those for the bound.
    over : of what the increase is, and over what, in words.

    Returns
    -------
    who, in order; the certificate, or None where nothing bounds the best.
    """
    choose, certify = keys
    above = _relaxed(setting)
    if above is None or above.rule is None:
        plain = replace(setting, base=None)  # what is best without what is done beside is a good start
        known = plain.rule is not None and plain.steps == 1
        start = [choose_on_sets(backend, plain, wish, mix(choose ^ 0x73616E64), RELAXED_QUALITY).seeds] if known else []
        return choose_in_worlds(network, backend, setting, wish, choose, start), None
    relaxed = choose_on_sets(backend, above, wish, mix(choose ^ 0x73616E64), RELAXED_QUALITY).seeds
    seeds = choose_in_worlds(network, backend, setting, wish, choose, [relaxed])
    miss = (1 - confidence) / 3
    low = _gain(backend, setting, seeds, certify, miss)
    unit = setting.watch.value.sum() / VALUE_UNIT / network.size if setting.watch.value.size else 1.0
    high = unit * count_bounds(backend, above, wish, relaxed, certify).best(miss)
    if not setting.bare:  # U lights more than the model does also without any choice
        anyway = unit * network.size * _anyway(backend, above, certify, miss / 2)
        high += max(0.0, anyway - _without(backend, setting, certify, miss / 2))
    ratio = max(0.0, math.floor(min(1.0, low / high) * 1e4) / 1e4) if high > 0 else 1.0
    law = above.problem.law
    kind = "linear threshold" if law.family == "threshold" else "independent cascade"
    kind = "a mixture of linear threshold and independent cascade" if law.picks.one.size else kind
    return (
        seeds,
        Certificate(
            ratio,
            confidence,
            f"at least {math.floor(ratio * 100)} % of the best possible increase{over}, at "
            f"{confidence * 100:g} % confidence; the choice is a search, and the bound is loose",
            f"sandwich: no seeds gain more than {high:,.4g} under {kind}, which lights at least as many",
        ),
    )


def _relaxed(setting: Setting) -> Setting | None:
    """The setting under a model with live-edge worlds that lights at least as many."""
    if setting.base is not None and (setting.base.schedule.size or setting.base.uses):
        return None
    problem = upper_problem(setting.problem)
    return None if problem is None else replace(setting, problem=problem)


def _gain(backend: SetBackend, setting: Setting, seeds: NDArray[np.int32], key: int, miss: float) -> float:
    """What the seeds gain in fresh worlds, the same with and without them, at least, but for a chance of `miss`."""
    with_seeds, without = outcomes(backend, setting, [seeds.tolist(), []], Worlds(key, 0, JUDGED))
    return _bound(with_seeds - without, miss)


def _without(backend: SetBackend, setting: Setting, key: int, miss: float) -> float:
    return _bound(outcomes(backend, setting, [[]], Worlds(key, JUDGED, JUDGED))[0], miss)


def _anyway(backend: SetBackend, setting: Setting, key: int, miss: float) -> float:
    """The share of roots lit without any choice, at most: covered sets are binomial (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    source: Any = backend.reverse(
        setting.problem, setting.base, setting.watch, mix(key ^ 0x616E79776179), independent=True
    )
    source.grow(ANYWAY_SETS)
    met, count = source.base_covered, source.count
    return float(betaincinv(met + 1, count - met, 1 - miss)) if met < count else 1.0


def _bound(values: NDArray[np.float64], miss: float) -> float:
    """The lower end of the one-sided normal interval of a mean."""
    from scipy.special import ndtri

    return float(values.mean() - ndtri(1 - miss) * values.std(ddof=1) / math.sqrt(values.size))
