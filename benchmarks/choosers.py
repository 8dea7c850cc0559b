"""Choosing beside pynetim and SUBSIM: CPU seconds until the same spread is reached.

Both are optional, and left out with the reason where they are missing:

- pynetim is run by the Python that SPARK_PEERS names (see `benchmarks.peers`);
- SPARK_SUBSIM names a build of SUBSIM (https://github.com/qtguo/subsim; Guo et al. 2020, doi:10.1145/3318464.3389740),
  which includes OPIM-C's bounds (Tang et al. 2018) and HIST. Its clock is the time of day: on a busy machine build it
  with one of CPU time in timer.h.

All choices are judged by spark in the same worlds, which had no part in choosing. Ours is asked for rising qualities
until it spreads at least as far; the median of three rng counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import spark
from spark.backends import open_backend
from spark.network import Influence
from spark.optimise.sources import SetBackend, choose_on_sets, setting_of
from spark.optimise.wish import wish_for
from spark.plan import Plan
from spark.problem.keys import run_key

HERE = Path(__file__).parent
COUNT = 50
RUNS = 3
QUALITIES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
NETWORKS: tuple[tuple[str, str, Influence, int], ...] = (
    ("NetHEPT", "nethept", "both", 20_000),
    ("Epinions", "epinions", "source-to-target", 2_000),
)
"""Name, folder of SPARK_DATA, how its ties are read, and worlds that judge."""
SETTINGS = (
    ("pynetim", "IMM", 0.5),
    ("pynetim", "IMM", 0.2),
    ("pynetim", "OPIM-C", 0.1),
    ("pynetim", "OPIM-C", 0.05),
    ("SUBSIM", "SUBSIM", 0.1),
    ("SUBSIM", "SUBSIM", 0.02),
    ("SUBSIM", "HIST", 0.1),
    ("SUBSIM", "HIST", 0.02),
)
Judge = Callable[[list[int]], float]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen, by position, in how many CPU seconds, and how far it spreads."""

    seconds: float
    seeds: list[int]
    spread: float


def measure_choosers(folder: Path, *, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    data = os.environ.get("SPARK_DATA")
    if data is None:
        yield "SPARK_DATA names no folder with the networks of papers."
        return
    yield "| network | system | setting | CPU s | mean spread | spark, quality | CPU s | mean spread | faster by |"
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|"
    for name, where, influence, worlds in NETWORKS[: 1 if quick else None]:
        network = spark.read_network(Path(data) / where, influence=influence)
        yield from _network(name, network, 1000 if quick else worlds, folder)


def _network(name: str, network: spark.Network, worlds: int, folder: Path) -> Iterable[str]:
    rows = np.column_stack([network.sources(), network.targets])
    ties = folder / f"{name}.csv"
    np.savetxt(ties, rows, fmt="%d", delimiter=",")
    (folder / name).write_text(
        f"{network.size} {len(rows)}\n" + "\n".join(f"{u}\t{v}" for u, v in rows.tolist()) + "\n"
    )

    def judge(seeds: list[int]) -> float:
        people = [network.people[v] for v in seeds]
        return spark.simulate(network, spark.WeightedCascade(), people, worlds=worlds, rng=99, workers=1).mean

    ours: list[tuple[float, Choice]] = []
    for system, algorithm, epsilon in SETTINGS:
        head = f"| {name} | {system} | {algorithm}, epsilon {epsilon:g} "
        try:
            found = (_pynetim if system == "pynetim" else _subsim)(algorithm, ties, folder, epsilon)
        except (OSError, ValueError) as why:
            yield f"{head}| {why} | | | | | |"
            continue
        theirs = Choice(found["seconds"], found["seeds"], judge(found["seeds"]))
        quality, same = _to_the_same(network, theirs.spread, ours, judge)
        further = "" if same.spread >= theirs.spread else " (not as far)"
        yield (
            f"{head}| {theirs.seconds:.3f} | {theirs.spread:,.1f} | {quality:g} | {same.seconds:.4f} "
            f"| {same.spread:,.1f} | {theirs.seconds / same.seconds:,.1f} times{further} |"
        )


def _to_the_same(
    network: spark.Network, spread: float, ours: list[tuple[float, Choice]], judge: Judge
) -> tuple[float, Choice]:
    """Ours of the least quality that spreads as far; `ours` keeps those that were made."""
    for quality in QUALITIES[len(ours) :] if not any(choice.spread >= spread for _, choice in ours) else ():
        ours.append((quality, _spark(network, quality, judge)))
        if ours[-1][1].spread >= spread:
            break
    return next((pair for pair in ours if pair[1].spread >= spread), ours[-1])


def _spark(network: spark.Network, quality: float, judge: Judge) -> Choice:
    backend: SetBackend = open_backend("cpu", workers=1)  # type: ignore[assignment]
    setting = setting_of(network, spark.WeightedCascade(), Plan(), None)
    wish = wish_for(network, None, COUNT, np.empty(0, np.int64))
    seconds, spreads = [], []
    for run in range(-1, RUNS):  # the first one loads compiled code
        start = time.thread_time()
        found = choose_on_sets(backend, setting, wish, run_key(abs(run), "choose"), quality)
        seconds.append(time.thread_time() - start)
        spreads.append(judge(found.seeds.tolist()) if run >= 0 else 0.0)
    return Choice(statistics.median(seconds[1:]), [], statistics.median(spreads[1:]))


def _pynetim(algorithm: str, ties: Path, folder: Path, epsilon: float) -> dict[str, Any]:
    python = os.environ.get("SPARK_PEERS", sys.executable)
    line = [python, str(HERE / "chooser_process.py"), algorithm, str(ties), str(COUNT), str(epsilon)]
    done = subprocess.run(line, capture_output=True, text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    if done.returncode:
        last = (done.stderr.strip() or "ended without a word").splitlines()[-1]
        raise ValueError("not installed" if "ModuleNotFoundError" in last else f"failed: {last[:80]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _subsim(algorithm: str, ties: Path, folder: Path, epsilon: float) -> dict[str, Any]:
    binary = os.environ.get("SPARK_SUBSIM")
    if binary is None:
        raise ValueError("SPARK_SUBSIM names no build")
    name, out = ties.stem, folder / f"{ties.stem}-{algorithm}-{epsilon:g}"
    shared = [binary, f"-gname={name}", f"-dir={folder}"]
    subprocess.run([*shared, "-func=format", "-pdist=wc"], capture_output=True, check=True)
    options = [
        "-func=im",
        f"-seedsize={COUNT}",
        f"-eps={epsilon}",
        f"-outpath={out}",
        f"-hist={int(algorithm == 'HIST')}",
    ]
    done = subprocess.run([*shared, *options], capture_output=True, text=True)
    files = list(out.glob("seed/seed_*"))
    if done.returncode or not files:
        raise ValueError(f"failed: {(done.stderr.strip() or 'no seeds').splitlines()[-1][:80]}")
    seconds = next(line.split(":")[1] for line in done.stdout.splitlines() if "Time (sec)" in line)
    return {"seconds": float(seconds), "seeds": [int(v) for v in files[0].read_text().split()]}
