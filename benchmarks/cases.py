"""The graphs and models that are timed, and how each system is set to work on them.

Both systems read the same csv file and start from the same people, the 50 with most out-ties. cynetdiff is given its
fastest documented way in: an edge list turned into its compressed rows, not a networkx graph.
"""

from __future__ import annotations

import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import spark
from spark import generate

SEEDS = 50


@dataclass(frozen=True, slots=True)
class Graph:
    """A made-up directed graph with heavy tails, written to a csv file."""

    name: str
    people: int
    ties: int

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.name}.csv"
        network = generate.scale_free(self.people, self.ties, rng=1)
        source = np.repeat(np.arange(network.size), np.diff(network.indptr))
        rows = np.column_stack([source, network.targets])
        np.savetxt(path, rows, fmt="%d", delimiter=",", header="source,target", comments="")
        return path


SMALL = Graph("15k", 15_000, 62_000)
LARGE = Graph("200k", 200_000, 2_000_000)
MODELS = {
    "weighted cascade": spark.WeightedCascade(),
    "p = 0.1": spark.IndependentCascade(0.1),
    "linear threshold": spark.LinearThreshold(),
}

Sampler = Callable[[int, int], NDArray[np.float64]]
"""(worlds, rng) -> adopters at the end of each world."""


def load_spark(path: Path) -> spark.Network:
    return spark.read_network(path, influence="source-to-target")


def most_connected(network: spark.Network) -> list[str]:
    order = np.argsort(-np.diff(network.indptr), kind="stable")[:SEEDS]
    return [network.people[int(v)] for v in order]


def spark_sampler(network: spark.Network, model: str) -> Sampler:
    seeds = most_connected(network)

    def sample(worlds: int, rng: int) -> NDArray[np.float64]:
        spread = spark.simulate(network, MODELS[model], seeds, worlds=worlds, rng=rng, workers=1)
        return spread.sizes.astype(np.float64)

    return sample


@dataclass(frozen=True, slots=True)
class PeerGraph:
    """What cynetdiff needs: row starts, targets, and the positions of the people by id."""

    starts: array.array[int]
    targets: array.array[int]
    position: dict[int, int]


def load_cynetdiff(path: Path) -> PeerGraph:
    from cynetdiff.utils import edgelist_to_csr_arrays

    rows = np.loadtxt(path, dtype=np.int64, delimiter=",", skiprows=1)
    return PeerGraph(*edgelist_to_csr_arrays(rows.tolist()))


def cynetdiff_sampler(graph: PeerGraph, model: str) -> Sampler:
    from cynetdiff.models import IndependentCascadeModel, LinearThresholdModel

    starts, targets = np.asarray(graph.starts), np.asarray(graph.targets)
    if model == "linear threshold":
        peer = LinearThresholdModel(graph.starts, graph.targets)
    elif model == "weighted cascade":
        chance = (1 / np.bincount(targets, minlength=starts.size)[targets]).astype(np.float32)
        peer = IndependentCascadeModel(graph.starts, graph.targets, activation_probs=array.array("f", chance.tobytes()))
    else:
        peer = IndependentCascadeModel(graph.starts, graph.targets, activation_prob=0.1)
    identity = np.array(sorted(graph.position, key=graph.position.__getitem__))
    degree = np.diff(starts, append=targets.size)
    peer.set_seeds(np.lexsort((identity, -degree))[:SEEDS].tolist())

    def sample(worlds: int, rng: int) -> NDArray[np.float64]:
        # A loop in Python costs a thousandth of the cascade; its compiled means are sums in single precision.
        peer.set_rng(rng)
        sizes = np.empty(worlds)
        for world in range(worlds):
            peer.reset_model()
            peer.advance_until_completion()
            sizes[world] = peer.get_num_activated_nodes()
        return sizes

    return sample
