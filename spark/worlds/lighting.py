"""Who lit whom, over many worlds: each adoption by ties is split among those who had a share in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.plan import as_plan
from spark.problem.arrays import Actions, Trace, Worlds
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.together import lower_together
from spark.results.lighting import OrganisationsLit, TieLit, WhoLitWhom, lit
from spark.worlds.run import PlanLike, Run
from spark.worlds.trying import provenance_of, watch_for

MOST_TIES = 1000
BLOCK = 64
_CAUSES = ("already", "seed", "tie", "partners", "broadcast", "bridge")
_CODES = {Trace.ALREADY: 0, Trace.SEED: 1, Trace.PARTNERS: 3, Trace.BROADCAST: 4}


@dataclass(frozen=True, slots=True)
class Ties:
    """The m ties of a network, and behind them those that the first plan adds.

    Attributes
    ----------
    source, target, layer : int[m + b]; layer is a place in `layers`.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    layer: NDArray[np.int64]
    layers: tuple[str, ...]
    count: int

    def place(self, why: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of ties, which a `Trace` names by number, or by ``BRIDGE - b`` where the plan adds them."""
        return np.where(why >= 0, why, self.count + Trace.BRIDGE - why)


def ties_of(network: Network, actions: Actions) -> Ties:
    """Return the ties of a network and of the first plan."""
    own = slice(*actions.bridge_indptr[:2]) if actions.bridge_id.size else slice(0)
    layers = tuple(dict.fromkeys([*network.layers, *actions.bridge_layers]))
    places = np.array([layers.index(name) for name in actions.bridge_layers], np.int64)
    return Ties(
        np.concatenate([network.sources(), actions.bridge_source[own]]).astype(np.int64),
        np.concatenate([network.targets, actions.bridge_target[own]]).astype(np.int64),
        np.concatenate([network.layer, places[actions.bridge_layer[own]]]).astype(np.int64),
        layers,
        network.tie_count,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One world: adoptions and lapses in order, and who had a share.

    Attributes
    ----------
    person, why, what : int64[E]; why is a tie or a code of `Trace`, and so is what: adopting (or stopping), or less.
    event, tie, share : [S] in order of events; `tie` is a place in `Ties`; the shares of an adoption add up to 1.
    """

    time: NDArray[np.int64]
    person: NDArray[np.int64]
    why: NDArray[np.int64]
    what: NDArray[np.int64]
    event: NDArray[np.int64]
    tie: NDArray[np.int64]
    share: NDArray[np.float64]


def told(trace: Trace, row: int, ties: Ties) -> Told:
    """Return what a trace says of one of its worlds; where people adopt once, in order of time, then of depth in the
    tree, then of people.
    """
    shares = trace.lit[trace.lit[:, 0] == row]
    event, tie, weight = shares[:, 1], ties.place(shares[:, 2]), shares[:, 3].astype(np.float64)
    log = trace.log[trace.log[:, 0] == row]
    if log.size:
        time, person, why, what = log[:, 1], log[:, 2], log[:, 3], log[:, 4]
    else:
        person = np.flatnonzero(trace.when[row] >= 0)
        person = person[np.lexsort((_depth(trace, row, ties)[person], trace.when[row, person]))]
        time, why = trace.when[row, person].astype(np.int64), trace.by[row, person]
        what = np.zeros_like(why)
        place = np.full(trace.when.shape[1], -1)
        place[person] = np.arange(person.size)
        event = place[event]
    order = np.lexsort((tie, event))
    event, tie, weight = event[order], tie[order], weight[order]
    total = np.bincount(event, weight, person.size)
    return Told(time, person, why, what, event, tie, weight / total[event])


def is_tie(why: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which causes are ties, of the network or added by the plan."""
    return np.asarray((why >= 0) | ((why <= Trace.BRIDGE) & (why > Trace.LAPSED)))


def _depth(trace: Trace, row: int, ties: Ties) -> NDArray[np.int64]:
    """How many people stand between each person and the start, int64[n]: one step of continuous time holds several."""
    by = trace.by[row]
    depth = np.zeros(by.size, np.int64)
    lit = np.flatnonzero(is_tie(by))
    above = ties.source[ties.place(by[lit])]
    while True:
        deeper = depth[above] + 1
        if (deeper == depth[lit]).all():
            return depth
        depth[lit] = deeper


def who_lit_whom(
    network: Network,
    model: Model,
    plan: PlanLike = (),
    *,
    worlds: int = 1000,
    horizon: int | None = None,
    rng: Rng = None,
    backend: str = "cpu",
) -> WhoLitWhom:
    """Sum up who lit whom over the first worlds of a run of `simulate` with the same `rng`.

    Parameters
    ----------
    worlds : how many, >= 2.
    horizon, rng, backend : as in `simulate`.

    Raises
    ------
    UsageError
        The model has no story to tell (a crowd has none), or as in `simulate`.

    Examples
    --------
    >>> import spark
    >>> network = spark.Network.from_edges(["hub", "hub", "a"], ["a", "b", "b"])
    >>> told = who_lit_whom(network, spark.IndependentCascade(0.5), ["hub"], rng=7)
    >>> sorted((tie.source, tie.target, round(tie.mean, 1)) for tie in told.ties)
    [('a', 'b', 0.1), ('hub', 'a', 0.5), ('hub', 'b', 0.5)]
    """
    if isinstance(worlds, bool) or not isinstance(worlds, int) or worlds < 2:
        raise UsageError(f"worlds {worlds!r} is not a whole number of at least 2")
    run = Run(worlds=worlds, horizon=horizon, rng=rng, backend=backend)
    named = {"": as_plan(plan)}
    problem, actions = lower_together(network, model, named)
    if problem.law.never_ends and horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    provenance = provenance_of(network, model, named, problem, run, whole_rng(rng), "who_lit_whom", worlds)
    watch, opened = watch_for(network, run, count=False), open_backend(backend)
    sums = _Sums(network, named[""].seeds, ties_of(network, actions))
    key = run_key(provenance.rng, "evaluate")
    for first in range(0, worlds, BLOCK):
        block = Worlds(key, first, min(BLOCK, worlds - first))
        trace = opened.replay(problem, actions, watch, block)
        for row in range(block.count):
            sums.add(told(trace, row, sums.tied))
    return sums.whole(worlds, provenance)


class _Sum:
    """Sums and sums of squares over worlds, of counts by place; it grows."""

    def __init__(self, size: int) -> None:
        self.total, self.squares = np.zeros(size), np.zeros(size)

    def add(self, found: NDArray[Any]) -> None:
        counts = found.astype(np.float64)
        if counts.size > self.total.size:
            more = counts.size - self.total.size
            self.total, self.squares = np.pad(self.total, (0, more)), np.pad(self.squares, (0, more))
        self.total[: counts.size] += counts
        self.squares[: counts.size] += counts * counts

    def estimates(self, worlds: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and their standard errors."""
        variance = (self.squares - self.total**2 / worlds) / (worlds - 1)
        return self.total / worlds, np.sqrt(np.maximum(variance, 0) / worlds)


class _Sums:
    """What is counted, world by world."""

    def __init__(self, network: Network, seeds: tuple[object, ...], tied: Ties) -> None:
        self.network, self.tied = network, tied
        self.organisations = len(network.organisations) + 1  # the last one are people without
        matches = [int(v) for v in np.flatnonzero(network.adopted)]
        matches = list(dict.fromkeys([*matches, *network.index(seeds).tolist()]))
        self.matches, self.match_of = matches, {v: i for i, v in enumerate(matches)}
        sizes = (len(_CAUSES), len(tied.layers), self.organisations**2, tied.source.size, len(matches), 1)
        self.causes, self.layers, self.pairs, self.ties, self.descent, self.generations = map(_Sum, sizes)

    def add(self, world: Told) -> None:
        network = self.network
        adopts = (world.why > Trace.LAPSED) & (world.what == Trace.ADOPTS)
        codes = np.where(world.why >= 0, 2, 5)
        for code, place in _CODES.items():
            codes[world.why == code] = place
        self.causes.add(np.bincount(codes[adopts], minlength=len(_CAUSES)).astype(np.float64))
        self._follow(world)
        lit = adopts[world.event]
        world = replace(world, event=world.event[lit], tie=world.tie[lit], share=world.share[lit])
        self.layers.add(np.bincount(self.tied.layer[world.tie], world.share, len(self.tied.layers)))
        from_, to = (network.organisation[v].astype(np.int64) % self.organisations for v in self._ends(world))
        self.pairs.add(np.bincount(from_ * self.organisations + to, world.share, self.organisations**2))
        self.ties.add(np.bincount(world.tie, world.share, self.tied.source.size))

    def _ends(self, world: Told) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self.tied.source[world.tie], world.person[world.event]

    def _follow(self, world: Told) -> None:
        """Pass on from whom each adoption descends, in order of time."""
        descent = np.zeros((self.network.size, len(self.matches)))
        depth = np.zeros(self.network.size)
        came = np.zeros(len(self.matches))
        generations: list[int] = []
        ends = np.searchsorted(world.event, np.arange(world.person.size + 1))
        source, by_tie = self.tied.source[world.tie], is_tie(world.why)
        columns = (world.person, world.why, world.what)
        for i, (v, why, what) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            if why <= Trace.LAPSED:
                continue
            if by_tie[i]:
                part = slice(ends[i], ends[i + 1])
                share, by = world.share[part], source[part]
                descent[v] = share @ descent[by]
                depth[v] = share @ depth[by] + 1
            else:
                descent[v] = 0.0
                depth[v] = 0.0
                if v in self.match_of and why in (Trace.SEED, Trace.ALREADY):
                    descent[v, self.match_of[v]] = 1.0
            if what == Trace.ADOPTS:
                came += descent[v]
                generations.append(round(float(depth[v])))
        self.descent.add(came)
        self.generations.add(np.bincount(generations, minlength=1).astype(np.float64))

    def whole(self, worlds: int, provenance: object) -> WhoLitWhom:
        network = self.network
        mean, error = self.ties.estimates(worlds)
        used = np.flatnonzero(mean)
        order = used[np.argsort(-mean[used], kind="stable")][:MOST_TIES].tolist()
        people, layers = network.people, self.tied.layers
        ties = tuple(
            TieLit(
                people[int(self.tied.source[e])],
                people[int(self.tied.target[e])],
                layers[int(self.tied.layer[e])],
                float(mean[e]),
                float(error[e]),
            )
            for e in order
        )
        generations = self.generations.estimates(worlds)
        return WhoLitWhom(
            lit(_CAUSES, *self.causes.estimates(worlds)),
            lit(layers, *self.layers.estimates(worlds)),
            tuple(self._organisations(worlds)),
            ties,
            int(used.size),
            lit([people[v] for v in self.matches], *self.descent.estimates(worlds)),
            lit(range(generations[0].size), *generations),
            worlds,
            provenance,  # type: ignore[arg-type]
        )

    def _organisations(self, worlds: int) -> Iterator[OrganisationsLit]:
        names = [*self.network.organisations, None]
        mean, error = self.pairs.estimates(worlds)
        for place in np.argsort(-mean, kind="stable").tolist():
            if mean[place] > 0:
                q, o = divmod(place, self.organisations)
                yield OrganisationsLit(names[q], names[o], float(mean[place]), float(error[place]))
