"""What happened in one world: who adopted when, and who lit whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from spark.backends import open_backend
from spark.errors import UsageError
from spark.model import Model
from spark.network import Network
from spark.plan import as_plan
from spark.problem.arrays import Actions, Trace, Worlds
from spark.problem.keys import Rng, run_key, whole_rng
from spark.problem.together import lower_together
from spark.results import Cause, Event, Part, Replay, What
from spark.worlds.lighting import ties_of, told
from spark.worlds.run import PlanLike, Run
from spark.worlds.trying import provenance_of, watch_for


def replay(
    network: Network,
    model: Model,
    plan: PlanLike = (),
    *,
    world: int = 0,
    horizon: int | None = None,
    rng: Rng = None,
    backend: str = "cpu",
) -> Replay:
    """Show what happened in one world: who adopted when, and who lit whom.

    Parameters
    ----------
    world : its number, >= 0; world w of a run of `simulate` with the same `rng` is world w here.
    """
    run = Run(horizon=horizon, rng=rng, backend=backend)
    if world < 0:
        raise UsageError(f"world {world} is not a whole number of at least 0")
    named = {"": as_plan(plan)}
    problem, actions = lower_together(network, model, named)
    if problem.law.never_ends and horizon is None:
        raise UsageError(f"{type(model).__name__} goes on for ever: give a horizon, the step at which to look")
    provenance = provenance_of(network, model, named, problem, run, whole_rng(rng), "replay", 1)
    worlds = Worlds(run_key(provenance.rng, "evaluate"), world, 1)
    trace = open_backend(backend).replay(problem, actions, watch_for(network, run, count=False), worlds)
    return Replay(world, tuple(_events(network, actions, trace)), provenance)


_CAUSES: Mapping[int, Cause] = {
    Trace.SEED: "seed",
    Trace.ALREADY: "already",
    Trace.PARTNERS: "partners",
    Trace.BROADCAST: "broadcast",
    Trace.LAPSED: "lapse",
    Trace.LEFT: "leaves",
}
_WHAT: Mapping[int, What] = {Trace.ADOPTS: "adopts", Trace.TRIES: "tries", Trace.HEARS: "hears"}


def _events(network: Network, actions: Actions, trace: Trace) -> Iterable[Event]:
    ties = ties_of(network, actions)
    world = told(trace, 0, ties)
    ends = np.searchsorted(world.event, np.arange(world.person.size + 1))
    columns = (world.time, world.person, world.why, world.what)
    for i, (time, v, why, what) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        person = network.people[v]
        if why in _CAUSES:
            yield Event(time, person, _CAUSES[why], what="stops" if why <= Trace.LAPSED else _WHAT[what])
        else:
            shares = zip(world.tie[ends[i] : ends[i + 1]].tolist(), world.share[ends[i] : ends[i + 1]], strict=True)
            parts = tuple(
                Part(network.people[int(ties.source[e])], ties.layers[int(ties.layer[e])], float(share))
                for e, share in shares
            )
            e = int(ties.place(np.array([why]))[0])
            by, layer = network.people[int(ties.source[e])], ties.layers[int(ties.layer[e])]
            cause: Cause = "tie" if why >= 0 else "bridge"
            yield Event(time, person, cause, by, layer, parts if len(parts) > 1 else (), _WHAT[what])
