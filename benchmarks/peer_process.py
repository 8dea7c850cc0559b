"""One system on one task in a process of its own: ``peer_process.py SYSTEM TASK ties.csv SECONDS`` prints JSON.

It runs under any interpreter in which the system is installed, and so imports nothing of spark but for spark itself.
Figures: CPU seconds for set-up (imports, and from the file to the first run), memory at the peak above an interpreter
with numpy, runs per CPU second, and the sizes of the runs.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

SEEDS = 50
RATE, RECOVERY = 0.05, 1.0
Run = Callable[[int, int], list[float]]
"""(how many, rng) -> adopters at the end of each run."""


def memory(kind: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(kind))


def ties(path: str) -> Any:
    """Rows of source and target, the people most connected, and 1 / (ties into the target)."""
    rows = np.loadtxt(path, dtype=np.int64, delimiter=",", skiprows=1)
    people = int(rows.max()) + 1
    seeds = np.argsort(-np.bincount(rows[:, 0], minlength=people), kind="stable")[:SEEDS].tolist()
    return rows, people, seeds, 1 / np.bincount(rows[:, 1], minlength=people)[rows[:, 1]]


def spark_runs(task: str, path: str) -> Run:
    import spark

    network = spark.read_network(path, influence="source-to-target")
    degree = np.diff(network.indptr)
    people = [int(person) for person in network.people]
    seeds = [str(people[at]) for at in np.lexsort((people, -degree))[:SEEDS]]
    model = spark.WeightedCascade() if task == "cascade" else spark.ContinuousSIR(RATE, RECOVERY)

    def run(count: int, rng: int) -> list[float]:
        spread = spark.simulate(network, model, seeds, worlds=max(count, 2), rng=rng, workers=1)
        return spread.sizes.tolist() if task == "cascade" else [spread.ever_adopted] * max(count, 2)

    run(256 if task == "cascade" else 8, 0)
    return run


def pynetim_runs(task: str, path: str) -> Run:
    from pynetim import IMGraph, IndependentCascadeModel

    rows, _, seeds, chance = ties(path)
    graph = IMGraph([tuple(row) for row in rows.tolist()], chance.tolist(), True, False)
    model = IndependentCascadeModel(graph, set(seeds))
    return lambda count, rng: [model.run_monte_carlo_diffusion(count, rng + 1)] * count


def cynetdiff_runs(task: str, path: str) -> Run:
    import array

    from cynetdiff.models import IndependentCascadeModel

    rows, people, seeds, chance = ties(path)
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    starts = np.searchsorted(rows[order, 0], np.arange(people))
    model = IndependentCascadeModel(
        array.array("I", starts.astype(np.uint32).tobytes()),
        array.array("I", rows[order, 1].astype(np.uint32).tobytes()),
        activation_probs=array.array("f", chance[order].astype(np.float32).tobytes()),
    )
    model.set_seeds(seeds)

    def run(count: int, rng: int) -> list[float]:
        model.set_rng(rng)
        sizes = []
        for _ in range(count):
            model.reset_model()
            model.advance_until_completion()
            sizes.append(model.get_num_activated_nodes())
        return sizes

    return run


def eon_runs(task: str, path: str) -> Run:
    import EoN
    import networkx as nx

    rows, people, seeds, chance = ties(path)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(people))
    graph.add_edges_from(rows.tolist())
    weight = {(u, v): p for (u, v), p in zip(map(tuple, rows.tolist()), chance.tolist(), strict=True)}

    def run(count: int, rng: int) -> list[float]:
        random.seed(rng)
        np.random.seed(rng)  # noqa: NPY002  # EoN uses the global state
        if task == "cascade":
            live = random.random
            made = (
                EoN.discrete_SIR(graph, lambda u, v: live() < weight[u, v], (), initial_infecteds=seeds)
                for _ in range(count)
            )
        else:
            made = (EoN.fast_SIR(graph, RATE, RECOVERY, initial_infecteds=seeds) for _ in range(count))
        return [float(recovered[-1]) for _, _, _, recovered in made]

    return run


def ndlib_runs(task: str, path: str) -> Run:
    import ndlib.models.epidemics as epidemics
    import networkx as nx
    from ndlib.models.ModelConfig import Configuration

    rows, people, seeds, chance = ties(path)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(people))
    graph.add_edges_from(rows.tolist())
    model = epidemics.IndependentCascadesModel(graph)
    settings = Configuration()
    settings.add_model_initial_configuration("Infected", seeds)
    for edge, p in zip(map(tuple, rows.tolist()), chance.tolist(), strict=True):
        settings.add_edge_configuration("threshold", edge, p)
    model.set_initial_status(settings)

    def run(count: int, rng: int) -> list[float]:
        random.seed(rng)
        np.random.seed(rng)  # noqa: NPY002  # ndlib uses the global state
        sizes = []
        for _ in range(count):
            model.reset(seeds)
            counts = {1: 1}
            while counts[1]:
                counts = model.iteration(node_status=False)["node_count"]
            sizes.append(float(counts[2]))
        return sizes

    return run


def spkmc_runs(task: str, path: str) -> Run:
    from spkmc.core.distributions import ExponentialDistribution
    from spkmc.core.simulation import SPKMC

    rows, people, seeds, _ = ties(path)
    model = SPKMC(ExponentialDistribution(mu=RECOVERY, lmbd=RATE))

    def run(count: int, rng: int) -> list[float]:
        np.random.seed(rng)  # noqa: NPY002  # spkmc uses the global state
        return [float(np.isfinite(model.get_dist_sparse(people, rows, np.array(seeds))[0]).sum()) for _ in range(count)]

    run(1, 0)
    return run


SYSTEMS = {
    "spark": ("orgspark", spark_runs, ("cascade", "sir")),
    "pynetim": ("pynetim", pynetim_runs, ("cascade",)),
    "cynetdiff": ("cynetdiff", cynetdiff_runs, ("cascade",)),
    "EoN": ("EoN", eon_runs, ("cascade", "sir")),
    "ndlib": ("ndlib", ndlib_runs, ("cascade",)),
    "spkmc": ("spkmc", spkmc_runs, ("sir",)),
}


def main() -> None:
    """Print the figures of one system as JSON; a sentence on standard error where it cannot run."""
    system, task, path, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
    distribution, make, _ = SYSTEMS[system]
    base, start = memory("VmRSS"), time.process_time()
    run = make(task, path)
    ready = time.process_time()
    count, spent, sizes, rng = 1, 0.0, [], 1
    while spent < seconds:
        began = time.process_time()
        sizes += run(count, rng)
        last = time.process_time() - began
        spent += last
        rng += 1
        if last < seconds / 8:
            count *= 2
    try:
        known = version(distribution)
    except ImportError:
        known = "not installed, run from its folder"
    figures = {
        "version": known,
        "set_up_cpu_seconds": ready - start,
        "memory_mb": memory("VmHWM") - base,
        "runs_per_cpu_second": len(sizes) / spent,
        "runs": len(sizes),
        "mean_size": float(np.mean(sizes)),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
