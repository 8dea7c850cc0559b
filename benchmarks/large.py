"""Choosing on a very large network: CPU seconds, memory above the network, and the share of what ten times the sets
find.

The network is made by `spark.generate.r_mat`. Each model runs in a process of its own, so that its peak of memory is
its own; the peak is that of lowering and choosing, without the certificate.
"""

from __future__ import annotations

import ctypes
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable

import numpy as np

import spark
from spark import generate
from spark.backends import open_backend
from spark.optimise.sources import SetBackend, choose_on_sets, setting_of
from spark.optimise.wish import wish_for
from spark.plan import Plan
from spark.problem.keys import run_key

SCALE, TIES, COUNT, RUNS, JUDGES = 20, 15_000_000, 50, 5, 1 << 20
MODELS = {"weighted cascade": spark.WeightedCascade(), "linear threshold": spark.LinearThreshold()}


def measure_large(*, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    yield "| case | seeds | CPU s | memory above the network, MB | share of ours with ten times the sets | worst |"
    yield "|---|---:|---:|---:|---:|---:|"
    scale, ties = (14, 200_000) if quick else (SCALE, TIES)
    for name in MODELS:
        line = [sys.executable, "-m", "benchmarks.large", name, str(scale), str(ties)]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        yield (
            f"| R-MAT, {1 << scale:,} people, {ties:,} ties, {name} | {COUNT} | {found['seconds']:.2f} "
            f"| {found['memory']:,.0f} | {found['share']:.1%} | {found['worst']:.1%} |"
        )


def _memory(kind: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(kind))


def _one(name: str, scale: int, ties: int) -> None:
    """Measure one model in this process, and print JSON."""
    model, backend = MODELS[name], open_backend("cpu", workers=1)
    chooser: SetBackend = backend  # type: ignore[assignment]

    def choose(network: spark.Network, rng: int, quality: float = 0.99) -> tuple[float, np.ndarray, int]:
        wish = wish_for(network, None, COUNT, np.empty(0, np.int64))
        start = time.thread_time()
        found = choose_on_sets(chooser, setting, wish, run_key(rng, "choose"), quality)
        return time.thread_time() - start, found.seeds, found.sets.count

    small = generate.scale_free(1000, 4000, rng=1)
    setting = setting_of(small, model, Plan(), None)
    choose(small, 0)  # loads compiled code
    network = generate.r_mat(scale, ties, rng=1)
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    before = _memory("VmRSS")
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    setting = setting_of(network, model, Plan(), None)
    found = [choose(network, rng) for rng in range(RUNS)]
    memory = _memory("VmHWM") - before
    judge = chooser.reverse(setting.problem, None, setting.watch, 987654321)
    judge.grow(min(JUDGES, 64 * network.size))
    wanted = 10 * max(count for _, _, count in found)
    for loss in (0.005, 0.0025, 0.0015, 0.001):
        _, best, count = choose(network, 4242, 1 - loss)
        if count >= wanted:
            break
    shares = [judge.sets.covered(seeds) / judge.sets.covered(best) for _, seeds, _ in found]
    seconds = statistics.median(spent for spent, _, _ in found)
    print(json.dumps({"seconds": seconds, "memory": memory, "share": np.mean(shares), "worst": min(shares)}))


if __name__ == "__main__":
    _one(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
