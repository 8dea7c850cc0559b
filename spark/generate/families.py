"""Families of graphs, for tests, benchmarks and closed forms.

Where a docstring says "both ways", each tie is two directed ties. All work is vectorised: a million people with
fifteen million ties take seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spark.errors import InfeasibleError, UsageError
from spark.generate.draws import below, generator, permutation
from spark.network import Network

_Positions = NDArray[np.int64]
_CHUNK = 1 << 20


def _network(people: int, source: _Positions, target: _Positions, *, both: bool = True) -> Network:
    influence: Literal["both", "source-to-target"] = "both" if both else "source-to-target"
    return Network.from_edges(source, target, influence=influence, people={"id": np.arange(people, dtype=np.int64)})


def _at_least(what: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise UsageError(f"{what} {value!r} is not a whole number of at least {least}")


def path(people: int) -> Network:
    """Return a line of `people` >= 1, each tied both ways to the next.

    >>> path(4)  # doctest: +ELLIPSIS
    <Network: 4 people, 6 ties...>
    """
    _at_least("path: people", people, 1)
    source = np.arange(people - 1)
    return _network(people, source, source + 1)


def star(people: int) -> Network:
    """Return a hub, person 0, tied both ways to `people` - 1 others (people >= 1)."""
    _at_least("star: people", people, 1)
    leaves = np.arange(1, people)
    return _network(people, np.zeros_like(leaves), leaves)


def cycle(people: int) -> Network:
    """Return a closed line of `people` >= 3, each tied both ways to the next."""
    _at_least("cycle: people", people, 3)
    return ring(people, 1)


def ring(people: int, reach: int = 2) -> Network:
    """Return a ring lattice: each of `people` tied both ways to the `reach` >= 1 nearest on each side.

    `people` is at least 2 * reach + 1, so that all those are different people.
    """
    _at_least("ring: reach", reach, 1)
    _at_least("ring: people", people, 2 * reach + 1)
    source, target = _lattice(people, reach)
    return _network(people, source, target)


def _lattice(people: int, reach: int) -> tuple[_Positions, _Positions]:
    source = np.repeat(np.arange(people), reach)
    return source, (source + np.tile(np.arange(1, reach + 1), people)) % people


def clique(people: int) -> Network:
    """Return `people` >= 1, all tied both ways to all others."""
    _at_least("clique: people", people, 1)
    source, target = np.triu_indices(people, 1)
    return _network(people, source, target)


def tree(branches: int, depth: int) -> Network:
    """Return a full tree below person 0, tied both ways, in order of generations.

    `branches` >= 1 children a person, `depth` >= 0 generations below the root.
    """
    _at_least("tree: branches", branches, 1)
    _at_least("tree: depth", depth, 0)
    people = sum(branches**level for level in range(depth + 1))
    child = np.arange(1, people)
    return _network(people, (child - 1) // branches, child)


def grid(rows: int, columns: int, *, diagonals: bool = False, torus: bool = False) -> Network:
    """Return a rectangle of people tied both ways to their neighbours; person row * columns + column.

    Parameters
    ----------
    rows, columns : whole numbers >= 1; at least 3 each on a torus.
    diagonals : eight neighbours (Moore) instead of four (von Neumann).
    torus : the last row meets the first, and the last column the first.
    """
    for what, value in (("rows", rows), ("columns", columns)):
        _at_least(f"grid: {what}", value, 3 if torus else 1)
    row, column = np.divmod(np.arange(rows * columns), columns)
    sources, targets = [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1))[: 4 if diagonals else 2]:
        below_row, beside = row + down, column + right
        inside = np.full(row.size, True) if torus else (below_row < rows) & (beside >= 0) & (beside < columns)
        sources.append(np.flatnonzero(inside))
        targets.append(((below_row % rows) * columns + beside % columns)[inside])
    return _network(rows * columns, np.concatenate(sources), np.concatenate(targets))


def erdos_renyi(people: int, ties: int, *, directed: bool = False, rng: int | np.random.Generator = 1) -> Network:
    """Return a graph drawn from all those of `people` with exactly `ties` ties (Erdos & Renyi 1959).

    Parameters
    ----------
    people : whole number >= 1.
    ties : how many; a tie that is not `directed` counts once here, though it works both ways.
    directed : draw from all ordered pairs instead of the unordered ones.
    rng : whole number or numpy Generator.
    """
    _at_least("erdos_renyi: people", people, 1)
    _at_least("erdos_renyi: ties", ties, 0)
    random = generator(rng)
    pairs = people * (people - 1) // (1 if directed else 2)

    def draw(count: int) -> _Positions:
        code = below(random, count, pairs)
        if directed:
            source, rest = np.divmod(code, people - 1)
            return source * people + rest + (rest >= source)
        source, target = below(random, count, people), below(random, count, people)
        low, high = np.minimum(source, target), np.maximum(source, target)
        return (low * people + high)[low < high]

    if ties > pairs:
        raise InfeasibleError(f"erdos_renyi: {ties:,} ties are too many; {people:,} people have {pairs:,} pairs")
    if 4 * ties > pairs:
        every = np.flatnonzero(~np.eye(people, dtype=bool) if directed else np.triu(np.ones((people, people)), 1))
        codes = np.sort(every[permutation(random, pairs)[:ties]])
    else:
        codes = _distinct("erdos_renyi", ties, draw, random)
    return _network(people, codes // people, codes % people, both=not directed)


def small_world(people: int, reach: int = 2, *, rewired: float = 0.1, rng: int | np.random.Generator = 1) -> Network:
    """Return a ring lattice, tied both ways, some of whose ties lead far away (Watts & Strogatz 1998,
    doi:10.1038/30918).

    Parameters
    ----------
    people, reach : as in `ring`, with people >= 4 * reach + 1, so that there is somewhere else to lead to.
    rewired : chance in [0, 1] that the far end of a tie is moved to a person drawn at random.
    rng : whole number or numpy Generator.
    """
    _at_least("small_world: reach", reach, 1)
    _at_least("small_world: people", people, 4 * reach + 1)
    if not 0 <= rewired <= 1:
        raise UsageError(f"small_world: rewired {rewired!r} is not a number in [0, 1]")
    random = generator(rng)
    source, target = _lattice(people, reach)
    open_ends = np.flatnonzero(random.random(source.size) < rewired)
    target[open_ends] = -1
    while open_ends.size:
        target[open_ends] = below(random, open_ends.size, people)
        low, high = np.minimum(source, target), np.maximum(source, target)
        # The tie that has stood longest keeps its place; one drawn twice, or to oneself, is drawn again.
        order = np.lexsort((np.isin(np.arange(source.size), open_ends), low * people + high))
        code = (low * people + high)[order]
        again = np.zeros(source.size, dtype=bool)
        again[order[1:][code[1:] == code[:-1]]] = True
        open_ends = np.flatnonzero(again | (low == high))
    return _network(people, source, target)


def scale_free(people: int, ties: int, *, rng: int | np.random.Generator = 1) -> Network:
    """Return a directed graph whose out- and in-degrees follow a power law of exponent 7/3.

    Source and target of each tie are drawn with chances proportional to (rank + 10)^(-3/4); the two ranks of a person
    agree for half of the people and are independent for the others (Chung & Lu 2002, doi:10.1007/PL00012580).

    Parameters
    ----------
    people : whole number >= 1.
    ties : how many different directed ties; an InfeasibleError where so many are not found.
    rng : whole number or numpy Generator.
    """
    _at_least("scale_free: people", people, 1)
    random = generator(rng)
    by_out_rank = permutation(random, people)
    by_in_rank = by_out_rank.copy()
    moved = np.flatnonzero(random.random(people) < 0.5)
    by_in_rank[moved] = by_out_rank[moved[permutation(random, moved.size)]]
    # The fourth root is two square roots, which every machine rounds alike; a general power is not.
    low, high = np.sqrt(np.sqrt([10.0, people + 10.0]))

    def ranks(count: int) -> _Positions:
        fourth_root = low + random.random(count) * (high - low)
        square = fourth_root * fourth_root
        rank: _Positions = (square * square).astype(np.int64) - 10
        return rank.clip(0, people - 1)

    def draw(count: int) -> _Positions:
        source, target = by_out_rank[ranks(count)], by_in_rank[ranks(count)]
        different = source != target
        codes: _Positions = source[different] * people + target[different]
        return codes

    codes = _distinct("scale_free", ties, draw, random)
    return _network(people, codes // people, codes % people, both=False)


def r_mat(
    scale: int,
    ties: int,
    *,
    corners: Sequence[float] = (0.57, 0.19, 0.19, 0.05),
    rng: int | np.random.Generator = 1,
) -> Network:
    """Return a directed graph of 2^scale people by recursive quartering (Chakrabarti, Zhan & Faloutsos 2004,
    doi:10.1137/1.9781611972740.43).

    Parameters
    ----------
    scale : whole number in 1 .. 26.
    ties : how many different directed ties; an InfeasibleError where so many are not found.
    corners : the chances of the four quarters of the adjacency matrix, which add up to 1.
    rng : whole number or numpy Generator.
    """
    _at_least("r_mat: scale", scale, 1)
    shares = np.asarray(corners, dtype=np.float64)
    if shares.shape != (4,) or not (shares >= 0).all() or abs(shares.sum() - 1) > 1e-9:
        raise UsageError(f"r_mat: corners {tuple(corners)!r} are not four chances that add up to 1")
    if scale > 26:
        raise UsageError(f"r_mat: scale {scale} is above 26, that is 67,108,864 people")
    random = generator(rng)
    people = 1 << scale
    steps = np.cumsum(shares)[:3]

    def draw(count: int) -> _Positions:
        source, target = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        for _ in range(scale):
            quarter = np.searchsorted(steps, random.random(count), side="right")
            source, target = source * 2 + (quarter >> 1), target * 2 + (quarter & 1)
        different = source != target
        codes: _Positions = source[different] * people + target[different]
        return codes

    codes = _distinct("r_mat", ties, draw, random)
    return _network(people, codes // people, codes % people, both=False)


def _distinct(family: str, count: int, draw: Callable[[int], _Positions], rng: np.random.Generator) -> _Positions:
    """Draw until there are `count` different codes; return them sorted.

    `draw(k)` gives at most k codes. A surplus is dropped at random, not from an end of the sorted order.
    """
    _at_least(f"{family}: ties", count, 0)
    codes = np.empty(0, dtype=np.int64)
    drawn, patience = 0, 64 * count + 100_000
    while codes.size < count:
        if drawn > patience:
            raise InfeasibleError(
                f"{family}: {count:,} ties are too many; only {codes.size:,} different ones turned up"
            )
        wanted = (count - codes.size) * 9 // 8 + 64
        parts = [draw(min(_CHUNK, wanted - start)) for start in range(0, wanted, _CHUNK)]
        codes = np.sort(np.concatenate([codes, *parts]))
        codes = codes[np.concatenate([np.ones(min(codes.size, 1), dtype=bool), codes[1:] != codes[:-1]])]
        drawn += wanted
    kept = np.ones(codes.size, dtype=bool)
    while (surplus := int(kept.sum()) - count) > 0:
        kept[below(rng, surplus, codes.size)] = False
    return codes[kept]
