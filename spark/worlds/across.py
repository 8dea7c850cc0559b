"""Plans on several networks: where the network is sampled, generated or uncertain, chance is not only in the worlds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from spark.errors import Fault, SparkError, UsageError
from spark.model import Model
from spark.network import Network
from spark.problem.keys import Rng, mix, whole_rng
from spark.provenance import describe_model
from spark.results import Comparison, ComparisonAcross, DifferenceAcross, OnNetwork, PlanAcross
from spark.version import __version__
from spark.worlds.differences import TWO_SIDED_95, verdict_of
from spark.worlds.run import PlanLike, Progress
from spark.worlds.verbs import compare

Networks = Mapping[str, Network] | Iterable[Network] | Callable[[np.random.Generator], Network]
PlanOn = PlanLike | Callable[[Network], PlanLike]


def compare_across(
    networks: Networks,
    model: Model,
    plans: Mapping[str, PlanOn],
    *,
    draws: int = 30,
    worlds: int = 1024,
    horizon: int | None = None,
    smallest_difference: float | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> ComparisonAcross:
    """Try plans on several networks, and say which is better over networks, and how often the ranking flips.

    Networks are the units: with 10 networks of a million worlds each, there are 10 observations.

    Parameters
    ----------
    networks : at least two, by name or in a row; or a function that draws one, such as
        ``lambda rng: spark.generate.scale_free(500, 2000, rng=int(rng.integers(2**32)))``.
    plans : name -> plan (see `simulate`), or a function of the network that gives one, such as a rule for whom to seed.
    draws : how many networks to draw where `networks` is a function, >= 2.
    worlds : how many on each network; the worlds of different networks have nothing in common.
    progress : called with (networks done, networks in all, or so far where that is not known).

    See `compare` for the other parameters and the errors.

    Examples
    --------
    >>> def star_or_path(rng):
    ...     return spark.generate.star(9) if rng.random() < 0.5 else spark.generate.path(9)
    >>> plans = {"first": [0], "last": [8]}
    >>> compare_across(star_or_path, spark.IndependentCascade(0.5), plans, draws=10, worlds=256, rng=1).best
    'first'
    """
    if not plans:
        raise UsageError("compare_across needs at least one plan")
    whole = whole_rng(rng)
    names = [str(name) for name in plans]
    rows: list[OnNetwork] = []
    found: list[Comparison] = []
    for number, (name, own, network) in enumerate(_networks(networks, whole, draws)):
        try:
            here: dict[str, PlanLike] = {
                str(key): plan(network) if callable(plan) else plan for key, plan in plans.items()
            }
            comparison = compare(
                network,
                model,
                here,
                worlds=worlds,
                horizon=horizon,
                smallest_difference=smallest_difference,
                rng=own,
                workers=workers,
                backend=backend,
            )
        except SparkError as error:
            faults = (Fault(f"network {name}: {f.message}", f.file, f.line, f.key) for f in error.faults)
            raise type(error)(*faults) from error
        means = tuple(plan.spread.mean for plan in comparison.plans)
        rows.append(OnNetwork(name, comparison.provenance.network, network.size, own, means))
        found.append(comparison)
        if progress is not None:
            progress(number + 1, max(number + 1, draws if callable(networks) else 0))
    if len(rows) < 2:
        raise UsageError(f"compare_across needs at least two networks, not {len(rows)}")
    return _summary(names, rows, found, _provenance(model, whole, worlds, horizon))


def _networks(networks: Networks, rng: int, draws: int) -> Iterator[tuple[str, int, Network]]:
    """Yield the name, the `rng` of the worlds, and each network."""

    def own(number: int) -> int:
        return mix(mix(rng) ^ (number + 1))

    if callable(networks):
        if draws < 2:
            raise UsageError(f"draws {draws!r} is not a whole number of at least 2")
        for number in range(draws):
            yield str(number), own(number), networks(np.random.default_rng(own(number)))
    elif isinstance(networks, Mapping):
        for number, (name, network) in enumerate(networks.items()):
            yield str(name), own(number), network
    else:
        for number, network in enumerate(networks):
            yield str(number), own(number), network


def _provenance(model: Model, rng: int, worlds: int, horizon: int | None) -> dict[str, Any]:
    data = {
        "verb": "compare_across",
        "model": describe_model(model),
        "rng": rng,
        "worlds": worlds,
        "version": __version__,
    }
    return data if horizon is None else data | {"horizon": horizon}


def _summary(
    names: Sequence[str], rows: Sequence[OnNetwork], found: Sequence[Comparison], provenance: Mapping[str, Any]
) -> ComparisonAcross:
    means = np.array([row.means for row in rows])
    top = means == means.max(axis=1, keepdims=True)
    best_on = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    plans = []
    for at, name in enumerate(names):
        errors = [comparison.plans[at].spread.standard_error for comparison in found]
        mean, error, between, _ = _two_levels(means[:, at].tolist(), errors)
        plans.append(PlanAcross(name, mean, error, between, float(best_on[at])))
    best = max(range(len(names)), key=lambda at: (plans[at].mean, -at))
    differences = [_difference(names, pair, found) for pair in enumerate(combinations(range(len(names)), 2))]
    other = float(1 - best_on[best])
    return ComparisonAcross(
        tuple(plans), tuple(differences), tuple(rows), found[0].worlds, names[best], other, provenance
    )


def _difference(
    names: Sequence[str], pair: tuple[int, tuple[int, int]], found: Sequence[Comparison]
) -> DifferenceAcross:
    place, (i, j) = pair
    here = [comparison.differences[place] for comparison in found]
    errors = [(d.high - d.low) / (2 * TWO_SIDED_95) for d in here]
    mean, error, between, within = _two_levels([d.mean for d in here], errors)
    width = _student(len(found) - 1) * error
    smallest = math.fsum(d.smallest_difference for d in here) / len(here)
    return DifferenceAcross(
        a=names[i],
        b=names[j],
        mean=mean,
        low=mean - width,
        high=mean + width,
        between=between,
        within=within,
        better_a=sum(d.verdict == "a" for d in here) / len(here),
        better_b=sum(d.verdict == "b" for d in here) / len(here),
        smallest_difference=smallest,
        verdict=verdict_of(mean - width, mean + width, smallest),
    )


def _two_levels(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float, float, float]:
    """Mean over networks, its standard error, and the standard deviations between networks and within them.

    The variance of the means of networks is that between networks plus that which the worlds leave within them.
    """
    count = len(values)
    mean = math.fsum(values) / count
    total = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    within = math.fsum(error * error for error in errors) / count
    return mean, math.sqrt(total / count), math.sqrt(max(total - within, 0.0)), math.sqrt(within)


def _student(degrees: int) -> float:
    from scipy.special import stdtrit  # on one network it is not needed

    return float(stdtrit(degrees, 0.975))
