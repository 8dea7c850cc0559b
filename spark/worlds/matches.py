"""Where conditions are right: a single match at each person, all in the same worlds, and what blocks a place."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spark.backends import open_backend
from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.network.ids import Ids
from spark.plan import Plan
from spark.problem.arrays import Actions, Backend, Law, Problem, Watch, Worlds, freeze
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.together import lower_together
from spark.results import Block, Conditions, PersonConditions, PlaceConditions, mean_and_error
from spark.worlds.run import Progress, Run
from spark.worlds.trying import provenance_of, watch_for

LOW, HIGH = 0.8, 1.25
"""Share of the mean over all people below which readiness is low, and above which lapse is high."""
MOST_TALLY = 1 << 24
BLOCK = 256


def conditions(
    network: Network,
    model: Model,
    *,
    others: int | None = None,
    most: int = 2000,
    worlds: int = 1000,
    horizon: int | None = None,
    rng: Rng = None,
    workers: int | None = None,
    backend: str = "cpu",
    progress: Progress | None = None,
) -> Conditions:
    """Say where conditions are right: what one match at each person would light, and what blocks teams.

    Everybody who may be chosen and does not practise yet is tried alone, in the worlds of `simulate` with the same
    `rng`. Who ever adopts counts, beyond who does without any match. Where people practise already, one who would adopt
    anyway still counts as one of those whom she lights, so that the chance is a little too small.

    Parameters
    ----------
    others : how many others are to adopt, >= 1; None is 10, or a tenth of the people where there are fewer than 100.
    most : how many people to try, >= 1; of more, those with most people to influence.
    worlds, horizon, rng, workers, backend, progress : as in `simulate`.

    Raises
    ------
    UsageError, DataError
        As `simulate`; `others` or `most` is no such number.

    Examples
    --------
    >>> import spark
    >>> network = spark.Network.from_edges(["hub", "hub", "a"], ["a", "b", "c"])
    >>> found = conditions(network, spark.IndependentCascade(1), others=2, rng=1)
    >>> [(person.id, person.chance, person.reach) for person in found.people]
    [('hub', 1.0, 4.0), ('a', 0.0, 2.0), ('b', 0.0, 1.0), ('c', 0.0, 1.0)]
    """
    run = Run(worlds=worlds, horizon=horizon, rng=rng, workers=workers, backend=backend, progress=progress)
    others = max(1, min(10, network.size // 10)) if others is None else others
    _check(network, others, most)
    problem, _ = lower_together(network, model, {"": Plan()})
    if problem.law.never_ends and horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    able = np.flatnonzero(network.eligible & ~network.adopted)
    best_connected = able[np.argsort(-network.out_degree()[able], kind="stable")[:most]]
    who = np.sort(best_connected).astype(np.int32)
    whole = whole_rng(rng)
    sums = _try_each(
        network, problem, watch_for(network, run, count=False), run, run_key(whole, "evaluate"), who, others
    )
    provenance = provenance_of(network, model, {}, problem, run, whole, "conditions", worlds)
    lapse = _lapse(problem.law)
    people = _people(network, who, sums, worlds, lapse)
    order = sorted(range(who.size), key=lambda i: (-people[i].chance, -people[i].reach, i))
    places = []
    for grouping in ("team", "organisation"):
        found = _places(network, grouping, who, people, sums.of[grouping], worlds, lapse)
        places.append(tuple(sorted(found, key=lambda p: (p.chance is None, -(p.chance or 0), -(p.reach or 0)))))
    return Conditions(
        others=others,
        people=tuple(people[i] for i in order),
        teams=places[0],
        organisations=places[1],
        able=int(able.size),
        tried=int(who.size),
        worlds=worlds,
        provenance=replace(provenance, options={"others": others, "most": most}),
    )


def _check(network: Network, others: int, most: int) -> None:
    faults = []
    for name, value in (("others", others), ("most", most)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not (whole and value >= 1):
            faults.append(f"{name} {value!r} is not a whole number of at least 1")
        elif name == "others" and value >= network.size:
            faults.append(f"others {value}: there are {network.size:,} people in all, so that nobody lights that many")
    if faults:
        raise UsageError(*faults)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums and sums of squares over worlds, int64[2, rows]: of how often enough are lit, and of how many are."""

    enough: NDArray[np.int64]
    lit: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _All:
    """The sums of each person who was tried, and those of the members of each team and organisation together."""

    person: _Sums
    of: dict[str, _Sums]


def _try_each(
    network: Network, problem: Problem, watch: Watch, run: Run, key: int, who: NDArray[np.int32], others: int
) -> _All:
    """Try each person alone, block by block of worlds, and of people as many at a time as memory holds."""
    backend = open_backend(run.backend, workers=run.workers)
    codes = {"team": network.team[who], "organisation": network.organisation[who]}
    counts = {"team": len(network.teams), "organisation": len(network.organisations)}

    def empty(rows: int) -> _Sums:
        return _Sums(np.zeros((2, rows), np.int64), np.zeros((2, rows), np.int64))

    sums = _All(empty(who.size), {name: empty(rows) for name, rows in counts.items()})
    for worlds in _blocks(key, int(run.worlds)):
        nothing = np.zeros(worlds.count, np.int64)
        if network.adopted.any():
            nothing = backend.run(problem, _alone(np.empty(0, np.int32), nobody=True), watch, worlds).ever[0]
        together = {name: np.zeros((2, rows, worlds.count), np.int64) for name, rows in counts.items()}
        for begin, lit in _batches(backend, problem, watch, worlds, who):
            extra = lit - nothing
            enough = (extra > others).astype(np.int64)
            rows = slice(begin, begin + len(extra))
            for values, into in ((enough, sums.person.enough), (extra, sums.person.lit)):
                into[0, rows] += values.sum(axis=1)
                into[1, rows] += (values * values).sum(axis=1)
            for name, code in codes.items():
                inside = code[rows] >= 0
                np.add.at(together[name][0], code[rows][inside], enough[inside])
                np.add.at(together[name][1], code[rows][inside], extra[inside])
            if run.progress is not None:
                done = worlds.first * who.size + (begin + len(extra)) * worlds.count
                run.progress(done // who.size, int(run.worlds))
        for name, (enough, extra) in together.items():
            for values, into in ((enough, sums.of[name].enough), (extra, sums.of[name].lit)):
                into[0] += values.sum(axis=1)
                into[1] += (values * values).sum(axis=1)
    return sums


def _blocks(key: int, worlds: int) -> Iterator[Worlds]:
    for first in range(0, worlds, BLOCK):
        yield Worlds(key, first, min(BLOCK, worlds - first))


def _batches(
    backend: Backend, problem: Problem, watch: Watch, worlds: Worlds, who: NDArray[np.int32]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """How many ever adopt, int64[people, worlds], where each person is the only match."""
    steps = 1 + (min(problem.graph.people, 1024) if watch.horizon < 0 else watch.horizon)
    at_once = max(1, MOST_TALLY // max(steps * worlds.count, problem.graph.people))
    for begin in range(0, who.size, at_once):
        yield begin, backend.run(problem, _alone(who[begin : begin + at_once]), watch, worlds).ever


def _alone(who: NDArray[np.int32], *, nobody: bool = False) -> Actions:
    """One plan a person, who is its only seed; or one plan without any."""
    plans = 1 if nobody else who.size
    return Actions(
        freeze(np.zeros(2, np.int64) if nobody else np.arange(plans + 1, dtype=np.int64)),
        freeze(who.copy()),
        freeze(np.zeros(who.size, np.int32)),
        freeze(np.empty((plans, 0), np.int32)),
        freeze(np.zeros((0, 1), np.uint64)),
    )


def _lapse(law: Law) -> NDArray[np.float64] | None:
    """The chance per step that each person gives up (in continuous time the rate), or None where nobody does."""
    if law.lapse.size:
        return law.lapse / 2.0**32
    if law.duration.any():
        time = law.duration / 2.0**40
        return np.divide(1.0, time, out=np.zeros(time.size), where=time > 0)
    return None


def _people(
    network: Network, who: NDArray[np.int32], sums: _All, worlds: int, lapse: NDArray[np.float64] | None
) -> list[PersonConditions]:
    return [
        PersonConditions(
            network.people[v],
            _name(network.organisations, int(network.organisation[v])),
            _name(network.teams, int(network.team[v])),
            float(network.readiness[v]),
            None if lapse is None else float(lapse[v]),
            *_estimate(sums.person.enough, row, worlds),
            *_estimate(sums.person.lit, row, worlds),
        )
        for row, v in enumerate(who.tolist())
    ]


def _name(names: Ids, code: int) -> Hashable | None:
    return names[code] if code >= 0 else None


def _estimate(sums: NDArray[np.int64], row: int, worlds: int, by: int = 1) -> tuple[float, float]:
    mean, error = mean_and_error(int(sums[0, row]), int(sums[1, row]), worlds)
    return mean / by, error / by


def _places(
    network: Network,
    grouping: str,
    who: NDArray[np.int32],
    people: list[PersonConditions],
    sums: _Sums,
    worlds: int,
    lapse: NDArray[np.float64] | None,
) -> list[PlaceConditions]:
    """Return what each team or organisation comes to, and what blocks it."""
    codes, names = (
        (network.team, network.teams) if grouping == "team" else (network.organisation, network.organisations)
    )
    spanners, lone = _spanners(network, codes, len(names))
    partners = np.zeros(len(names), bool)
    if grouping == "organisation":
        partners[network.partner_source] = partners[network.partner_target] = True
    found = []
    for place, name in enumerate(names):
        members = np.flatnonzero(codes == place)
        if not members.size:
            continue
        rows = np.flatnonzero(codes[who] == place).tolist()
        best = max(rows, key=lambda i: (people[i].chance, people[i].reach, -i), default=None)
        chance, reach = (
            _estimate(of, place, worlds, len(rows)) if rows else (None, None) for of in (sums.enough, sums.lit)
        )
        blocked: list[Block] = []
        apart = members.size < network.size and not partners[place]
        if apart and spanners[place] == 0 and network.answered[members].any():
            blocked.append("isolated")
        if apart and spanners[place] == 1 and members.size > 1:
            blocked.append("lone spanner")
        if network.readiness[members].mean() < LOW * network.readiness.mean():
            blocked.append("low readiness")
        if lapse is not None and lapse[members].mean() > HIGH * lapse.mean():
            blocked.append("high lapse")
        found.append(
            PlaceConditions(
                name,
                int(members.size),
                len(rows),
                chance[0],
                chance[1],
                reach[0],
                reach[1],
                None if best is None else people[best].id,
                None if best is None else people[best].chance,
                float(network.readiness[members].mean()),
                None if lapse is None else float(lapse[members].mean()),
                int(spanners[place]),
                network.people[int(lone[place])] if spanners[place] == 1 else None,
                tuple(blocked),
            )
        )
    return found


def _spanners(network: Network, codes: NDArray[np.int32], places: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many members of each place have a tie across its border, and one of them."""
    source, target = network.sources(), network.targets
    across = codes[source] != codes[target]
    ends = np.unique(np.concatenate([source[across], target[across]]))
    ends = ends[codes[ends] >= 0]
    lone = np.full(places, -1, np.int64)
    lone[codes[ends]] = ends
    return np.bincount(codes[ends], minlength=places), lone
