"""The public questions, and the set functions they are asked about."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError, UsageError
from spark.exact.cases import read_case
from spark.exact.forms import law_of
from spark.exact.states import Law, members
from spark.model import Model
from spark.network import Network
from spark.plan import Intervention, Plan, as_plan

Form = Literal["process", "live-edge"]
Who = Literal["practising", "ever"]

MOST_SETS = 1 << 14
"""Sets of seeds that are tried one by one."""


@dataclass(frozen=True, slots=True)
class BestSeeds:
    """The best set of seeds: its ids, the expected number of adopters and their expected total value."""

    seeds: tuple[Hashable, ...]
    mean: float
    mean_value: float


@dataclass(frozen=True, slots=True)
class Violation:
    """Where a law of set functions fails by `shortfall` > 0; people are positions.

    Submodularity: `added` gains less beside `small` than beside `small` and `more`. Monotonicity (`more` is None):
    `added` makes `small` worth less.
    """

    small: frozenset[int]
    added: int
    more: int | None
    shortfall: float


def spread(
    network: Network,
    model: Model,
    plan: Plan | Intervention | Iterable[Hashable] = (),
    *,
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> float:
    """Return the expected number of people who practise at the end, seeds and those who practised already included.

    Parameters
    ----------
    horizon : the last step; None: until nothing can change.
    form : the way it is computed.
    who : who is counted: who practises at the end, or whoever ever practised, which differs where people give up.

    Raises
    ------
    UsageError
        The network is too large to enumerate (see `MOST_PEOPLE`, `MOST_OUTCOMES`, `MOST_WORLDS`), or the model does not
        fit it.
    DataError
        A probability is above 1, or the weights of a person are.

    Examples
    --------
    >>> import spark
    >>> path = spark.Network.from_edges([1, 2, 3, 4], [2, 3, 4, 5])
    >>> spread(path, spark.IndependentCascade(0.5), [1])
    1.9375
    """
    return float(math.fsum(chances(network, model, plan, horizon=horizon, form=form, who=who)))


def chances(
    network: Network,
    model: Model,
    plan: Plan | Intervention | Iterable[Hashable] = (),
    *,
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> NDArray[np.float64]:
    """Return the chance that each person practises at the end, float64[n]; options and errors as in `spread`."""
    return _chances(law_of(read_case(network, model, as_plan(plan), horizon), form, who), network.size)


def sizes(
    network: Network,
    model: Model,
    plan: Plan | Intervention | Iterable[Hashable] = (),
    *,
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> NDArray[np.float64]:
    """Return the chance that exactly 0, 1, ..., n people practise at the end, float64[n+1]; options as in `spread`."""
    law = law_of(read_case(network, model, as_plan(plan), horizon), form, who)
    total = np.zeros(network.size + 1)
    for people, chance in law.items():
        total[people.bit_count()] += chance
    return total


def outcomes(
    network: Network,
    model: Model,
    plan: Plan | Intervention | Iterable[Hashable] = (),
    *,
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> dict[frozenset[Hashable], float]:
    """Return the chance of each set of people (ids) who practise at the end; options and errors as in `spread`."""
    law = law_of(read_case(network, model, as_plan(plan), horizon), form, who)
    return {frozenset(network.people[i] for i in members(s)): chance for s, chance in law.items()}


def spread_of_every_set(
    network: Network,
    model: Model,
    *,
    beside: Plan | Intervention | Iterable[Hashable] = (),
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> NDArray[np.float64]:
    """Return the expected number of adopters for every set of seeds, float64[2^n]; bit i of an index is position i.

    Parameters
    ----------
    beside : what is carried out in any case.
    horizon, form, who : as in `spread`.
    """
    if 1 << network.size > MOST_SETS:
        raise UsageError(
            f"every set of seeds is tried for at most {MOST_SETS.bit_length() - 1} people; here are {network.size:,}"
        )
    case = read_case(network, model, as_plan(beside), horizon)
    return np.array([_mean(law_of(case.seeded(s), form, who)) for s in range(1 << network.size)])


def best_seeds(
    network: Network,
    model: Model,
    count: int,
    *,
    beside: Plan | Intervention | Iterable[Hashable] = (),
    horizon: int | None = None,
    form: Form = "process",
    who: Who = "practising",
) -> BestSeeds:
    """Return the set of `count` seeds with the greatest expected value, by trying them all.

    Seeds are eligible people who do not practise already; the first in the order of the people wins a tie.

    Raises
    ------
    InfeasibleError
        More seeds are wanted than people are eligible.
    UsageError
        There are more than `MOST_SETS` such sets, or as in `spread`.

    Examples
    --------
    >>> import spark
    >>> star = spark.Network.from_edges(["hub"] * 4, ["a", "b", "c", "d"])
    >>> best_seeds(star, spark.IndependentCascade(0.5), 1)
    BestSeeds(seeds=('hub',), mean=3.0, mean_value=3.0)
    """
    able = [int(i) for i in np.flatnonzero(network.eligible & ~network.adopted)]
    if not 0 <= count <= len(able):
        raise InfeasibleError(
            f"{count} seeds are wanted, but only {len(able):,} people are eligible and do not practise yet"
        )
    if math.comb(len(able), count) > MOST_SETS:
        raise UsageError(
            f"there are {math.comb(len(able), count):,} sets of {count} seeds; at most {MOST_SETS:,} are tried one by "
            "one. spark.choose_seeds chooses in networks of any size"
        )
    case = read_case(network, model, as_plan(beside), horizon)
    best, reached = -math.inf, np.zeros(network.size)
    chosen: tuple[int, ...] = ()
    for seeds in itertools.combinations(able, count):
        adopts = _chances(law_of(case.seeded(sum(1 << i for i in seeds)), form, who), network.size)
        value = math.fsum(adopts * network.value)
        if value > best + 1e-12:
            best, chosen, reached = value, seeds, adopts
    return BestSeeds(tuple(network.people[i] for i in chosen), math.fsum(reached), best)


def monotone_violations(values: NDArray[np.float64], tolerance: float = 1e-9) -> tuple[Violation, ...]:
    """Return where one more member makes a set function smaller.

    Parameters
    ----------
    values : float64[2^n], one value for each set, as from `spread_of_every_set`.
    tolerance : how much less is still taken for equal.
    """
    return tuple(
        Violation(frozenset(members(s)), v, None, float(values[s] - values[s | 1 << v]))
        for s, v in _additions(values.size)
        if values[s] - values[s | 1 << v] > tolerance
    )


def submodular_violations(values: NDArray[np.float64], tolerance: float = 1e-9) -> tuple[Violation, ...]:
    """Return where a set function gains more from a member once another has joined; arguments as above.

    Examples
    --------
    >>> submodular_violations(np.array([0.0, 1.0, 1.0, 2.0]))
    ()
    >>> submodular_violations(np.array([0.0, 1.0, 1.0, 3.0]))[0]
    Violation(small=frozenset(), added=0, more=1, shortfall=1.0)
    """
    found = []
    for s, v in _additions(values.size):
        for w in range(values.size.bit_length() - 1):
            if w != v and not s >> w & 1:
                large = s | 1 << w
                shortfall = float((values[large | 1 << v] - values[large]) - (values[s | 1 << v] - values[s]))
                if shortfall > tolerance:
                    found.append(Violation(frozenset(members(s)), v, w, shortfall))
    return tuple(found)


def _additions(sets: int) -> Iterator[tuple[int, int]]:
    return ((s, v) for s in range(sets) for v in range(sets.bit_length() - 1) if not s >> v & 1)


def _mean(law: Law) -> float:
    return math.fsum(s.bit_count() * chance for s, chance in law.items())


def _chances(law: Law, size: int) -> NDArray[np.float64]:
    return np.array([math.fsum(chance for s, chance in law.items() if s >> i & 1) for i in range(size)])
