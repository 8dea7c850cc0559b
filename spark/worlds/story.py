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
from spark.results import Cause, Event, Replay
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
    provenance = provenance_of(network, model, named, problem, run, whole_rng(rng), "replay", 1)
    worlds = Worlds(run_key(provenance.rng, "evaluate"), world, 1)
    trace = open_backend(backend).replay(problem, actions, watch_for(network, run, count=False), worlds)
    return Replay(world, tuple(_events(network, actions, trace)), provenance)


_CAUSES: Mapping[int, Cause] = {
    Trace.SEED: "seed",
    Trace.ALREADY: "already",
    Trace.PARTNERS: "partners",
    Trace.BROADCAST: "broadcast",
}


def _events(network: Network, actions: Actions, trace: Trace) -> Iterable[Event]:
    when, by = trace.when[0], trace.by[0]
    adopters = np.flatnonzero(when >= 0)
    for v in adopters[np.argsort(when[adopters], kind="stable")].tolist():
        tie = int(by[v])
        if tie <= Trace.BRIDGE:
            source = int(actions.bridge_source[Trace.BRIDGE - tie])
            yield Event(int(when[v]), network.people[v], "bridge", network.people[source])
        elif tie < 0:
            yield Event(int(when[v]), network.people[v], _CAUSES[tie])
        else:
            source = int(np.searchsorted(network.indptr, tie, side="right")) - 1
            layer = network.layers[int(network.layer[tie])]
            yield Event(int(when[v]), network.people[v], "tie", network.people[source], layer)
