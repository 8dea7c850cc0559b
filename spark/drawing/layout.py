"""Where people stand in a picture of their network: each group in a circle of its own, those tied close together.

Circles are packed so that groups with many ties between them are near each other. Inside a circle people are laid out
by their distances along ties from a few of them (Brandes & Pich 2007, Eigensolver methods for progressive
multidimensional scaling of large data, doi:10.1007/978-3-540-70904-6_6), given room of their own, and moved by
short-range forces (Fruchterman & Reingold 1991, doi:10.1002/spe.4380211102). Time grows with people and ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

GAP = 0.05
"""Room between two circles, as a share of the size of all of them together; names stand there."""
MOST_PACKED = 250
"""Up to so many groups, those with ties between them stand near each other; more are wound up by size."""
_PIVOTS, _MOVES, _PACKINGS = 30, 40, 300
_REACH = 2.2  # how far people push each other away
_OUTSIDE = 0.05  # how strongly ties to other groups pull, against those within


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where everybody stands; a distance of 1 is a typical distance between people.

    Attributes
    ----------
    people : float64[n, 2].
    centres, radii : float64[g, 2], float64[g]; everybody of a group is within its circle, and no two circles meet.
    """

    people: F64
    centres: F64
    radii: F64


def place(source: NDArray[Any], target: NDArray[Any], group: NDArray[Any]) -> Places:
    """Lay out a network.

    Parameters
    ----------
    source, target : int[m]; ties between people 0..n-1. Directions and repetitions do not matter.
    group : int[n]; the group of each person, 0..g-1.
    """
    group = np.asarray(group, np.int64)
    first, second = np.minimum(source, target).astype(np.int64), np.maximum(source, target).astype(np.int64)
    pairs = np.unique(np.stack([first, second], axis=1)[first != second], axis=0)
    first, second = np.ascontiguousarray(pairs.T)
    count = int(group.max(initial=-1)) + 1
    sizes = np.bincount(group, minlength=count)
    radii = np.sqrt(sizes) * 0.62 + 0.5
    centres = _pack(radii, _between(group[first], group[second], sizes)) if count <= MOST_PACKED else _wind(radii)
    inside = group[first] == group[second]
    flat = _unfold(first[inside], second[inside], group, sizes)
    if count < 2:  # nothing has to fit into a circle, so that shapes can stay as they are
        free = _move(0.4 * np.sqrt(group.size) * flat, first, second, group, centres, np.full(count, np.inf))
        radii = np.hypot(*(free - centres[group]).T).max(initial=0.5, keepdims=True)
        return Places(free, centres, radii)
    people = centres[group] + _give_room(flat, group, sizes)
    people = _fill(_move(people, first, second, group, centres, radii), group, centres, radii - 0.4)
    return Places(people, centres, radii)


def _between(first: I64, second: I64, sizes: I64) -> F64:
    """How close groups are, float64[g, g] symmetric: their ties against what their sizes would give them."""
    count = sizes.size
    ties = np.bincount(first * count + second, minlength=count * count).reshape(count, count).astype(np.float64)
    ties += ties.T
    np.fill_diagonal(ties, 0)
    close = ties / np.sqrt(np.maximum(np.outer(sizes, sizes), 1))
    found: F64 = close / max(close.max(initial=0), 1e-300)
    return found


def _pack(radii: F64, close: F64) -> F64:
    """Find centres of circles that do not meet, close ones side by side, around the middle."""
    count = radii.size
    if count < 2:
        return np.zeros((count, 2))
    gap = 1 + GAP * 2 * float(np.sqrt(np.square(radii).sum()))
    order = np.argsort(-radii, kind="stable")
    turn, area = np.arange(count) * 2.399963, np.cumsum(np.square(radii[order] + gap))
    centres = np.empty((count, 2))
    centres[order] = (np.sqrt(area) * 1.3)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    least = radii[:, None] + radii[None, :] + gap
    np.fill_diagonal(least, 0)
    pull = close / np.maximum(close.sum(axis=1, keepdims=True), 1e-12)
    for step in range(_PACKINGS):
        heat = 1 - step / _PACKINGS
        centres += heat * 0.2 * (pull @ centres - centres * pull.sum(axis=1, keepdims=True))
        centres -= heat * 0.04 * centres
        centres = _part(centres, least, 1 if step < _PACKINGS - 1 else 0)
    for _ in range(2000):
        if not _overlap(centres, least).any():
            break
        centres = _part(centres * 1.001, least, 1)
    else:
        grown = (least / np.maximum(_distances(centres), 1e-9)).max()
        centres = centres * max(grown, 1) * 1.001
    return centres - np.average(centres, axis=0, weights=np.square(radii))


def _wind(radii: F64) -> F64:
    """Find centres of many circles that do not meet: the largest in the middle, the others on a spiral around it."""
    centres = np.zeros((radii.size, 2))
    order = np.argsort(-radii, kind="stable")
    turn, out = 0.0, 0.0
    for at, this in enumerate(order):
        step = 2 * radii[this] + 1.0
        placed = order[:at]
        while at:
            ahead = 0.4 * step / max(out, step)
            turn, out = turn + ahead, out + ahead * step / (2 * np.pi)
            here = out * np.array([np.cos(turn), np.sin(turn)])
            away = centres[placed] - here
            if (np.hypot(away[:, 0], away[:, 1]) >= radii[placed] + radii[this] + 1.0).all():
                centres[this] = here
                break
    return centres


def _distances(points: F64) -> F64:
    found: F64 = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    return found


def _overlap(centres: F64, least: F64) -> F64:
    return np.maximum(least - _distances(centres), 0)


def _part(centres: F64, least: F64, times: int) -> F64:
    """Push apart circles that meet; each of the two gives way by half."""
    for _ in range(times):
        apart = centres[:, None, :] - centres[None, :, :]
        distances = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-9)
        overlap = np.maximum(least - distances, 0)
        np.fill_diagonal(overlap, 0)
        centres = centres + 0.45 * (apart * (overlap / distances)[..., None]).sum(axis=1)
    return centres


def _unfold(first: I64, second: I64, group: I64, sizes: I64) -> F64:
    """Lay each group flat by distances along its ties from a few of its people, float64[n, 2]."""
    from scipy.sparse import coo_array

    people = group.size
    order = np.argsort(group, kind="stable")
    rank = np.empty(people, np.int64)
    rank[order] = np.arange(people)
    ones = np.ones(first.size, np.int8)
    ties = coo_array((ones, (rank[first], rank[second])), shape=(people, people)).tocsr()
    found = np.zeros((people, 2))
    stop = np.cumsum(sizes)
    for begin, end in zip((stop - sizes).tolist(), stop.tolist(), strict=True):
        if end - begin == 2:
            found[order[begin:end]] = [[-0.5, 0.0], [0.5, 0.0]]
        elif end - begin > 2:
            found[order[begin:end]] = _flat(ties[begin:end, begin:end])
    return found


def _flat(ties: Any) -> F64:
    """Distances from some people to all, double-centred, and their two main directions; float64[n, 2] of spread 1."""
    from scipy.sparse.csgraph import dijkstra

    chance = np.random.Generator(np.random.PCG64(0))
    people = ties.shape[0]
    some = chance.permutation(people)[:_PIVOTS]
    distances = dijkstra(ties, directed=False, unweighted=True, indices=some).T
    reached = np.isfinite(distances)
    distances[~reached] = distances[reached].max() + 2
    squares = -0.5 * np.square(distances)
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean()
    directions = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    flat = np.zeros((people, 2))
    flat[:, : directions.shape[1]] = centred @ directions
    spread = np.maximum(np.sqrt(np.square(flat).mean(axis=0)), 1e-9)
    # the second direction keeps its share of the first, so that a line stays a line
    spread = np.maximum(spread, spread.max() / 4)
    found: F64 = flat / spread + chance.normal(scale=0.02, size=flat.shape)
    return found


def _give_room(flat: F64, group: I64, sizes: I64) -> F64:
    """Spread the people of each group evenly over its circle, in the order of distance and angle from its middle."""
    distance, angle = np.hypot(flat[:, 0], flat[:, 1]), np.arctan2(flat[:, 1], flat[:, 0])
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rank = np.empty(group.size, np.int64)
    rank[np.lexsort((distance, group))] = np.arange(group.size)
    rank -= start[group]
    ring = np.floor((1 + np.sqrt(1 + 4 / 3 * np.maximum(rank - 0.5, 0))) / 2).astype(np.int64)
    ring[rank == 0] = 0  # ring r holds the 6 r people after the 1 + 3 r (r - 1) within
    key = group * (int(ring.max(initial=0)) + 1) + ring
    order = np.lexsort((angle, key))
    sorted_key = key[order]
    new = np.r_[True, sorted_key[1:] != sorted_key[:-1]]
    begin = np.flatnonzero(new)
    which = np.cumsum(new) - 1
    held = np.diff(np.r_[begin, group.size])
    turn = np.empty(group.size)
    middle = np.add.reduceat(angle[order], begin) / held
    turn[order] = ((np.arange(group.size) - begin[which] + 0.5) / held[which] - 0.5) * 2 * np.pi + middle[which]
    spacing = 0.58 * ring
    return np.stack([spacing * np.cos(turn), spacing * np.sin(turn)], axis=1)


def _move(people: F64, first: I64, second: I64, group: I64, centres: F64, radii: F64) -> F64:
    """Let ties pull and neighbours push, everybody staying in the circle of the group."""
    from scipy.spatial import KDTree

    count = group.size
    if count < 2:
        return people
    strength = np.where(group[first] == group[second], 1.0, _OUTSIDE)
    degree = np.bincount(first, strength, minlength=count) + np.bincount(second, strength, minlength=count)
    share = 1 / np.maximum(degree, 1)
    for step in range(_MOVES):
        heat = 0.35 * (1 - step / _MOVES)
        shift = people[second] - people[first]
        far = np.maximum(np.hypot(shift[:, 0], shift[:, 1]), 1e-9)
        toward = shift * (strength * np.minimum(far, 12) / far)[:, None]
        force = _sums(first, second, toward, count) * (0.35 * share)[:, None]
        near = KDTree(people).query_pairs(_REACH if step < _MOVES - 10 else 1.2, output_type="ndarray")
        apart = people[near[:, 0]] - people[near[:, 1]]
        distance = np.hypot(apart[:, 0], apart[:, 1])
        push = (
            apart / np.maximum(distance, 1e-3)[:, None] * np.maximum(0.9 / np.maximum(distance, 0.3) - 0.4, 0)[:, None]
        )
        force -= _sums(near[:, 0], near[:, 1], -push, count)
        length = np.maximum(np.hypot(force[:, 0], force[:, 1]), 1e-9)
        people = people + force * (heat * np.minimum(length, 2.5) / length)[:, None]
        away = people - centres[group]
        out = np.maximum(np.hypot(away[:, 0], away[:, 1]) / np.maximum(radii[group], 1e-9), 1)
        people = centres[group] + away / out[:, None]
    return people


def _fill(people: F64, group: I64, centres: F64, radii: F64) -> F64:
    """Stretch each group until it fills its circle."""
    count = np.maximum(np.bincount(group, minlength=radii.size), 1)
    middle = np.stack([np.bincount(group, people[:, axis], minlength=radii.size) / count for axis in (0, 1)], axis=1)
    away = people - middle[group]
    farthest = np.full(radii.size, 1e-9)
    np.maximum.at(farthest, group, np.hypot(away[:, 0], away[:, 1]))
    found: F64 = centres[group] + away * np.minimum(radii / farthest, 3)[group, None]
    return found


def _sums(first: NDArray[np.integer], second: NDArray[np.integer], toward: F64, count: int) -> F64:
    """Add up what moves the first of each pair, and the opposite for the second, float64[n, 2]."""
    columns = [
        np.bincount(first, toward[:, axis], minlength=count) - np.bincount(second, toward[:, axis], minlength=count)
        for axis in (0, 1)
    ]
    return np.stack(columns, axis=1)
