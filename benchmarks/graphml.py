"""What reading a large GraphML file costs: CPU time, and memory beside the arrays of the network.

Each figure comes from a process of its own, started by :func:`measure_graphml`; run as a module, this file is that
process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import spark
from benchmarks.start import memory

PEOPLE = 200_000


def measure_graphml(folder: Path, *, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    ties = 100_000 if quick else 1_000_000
    yield f"| {ties:,} ties in random order | CPU s | network, MB | peak above the start, MB | of the network |"
    yield "|---|---:|---:|---:|---:|"
    for name, columns in (("ties alone", False), ("weights and two layers", True)):
        for ids in ("whole numbers", "texts"):
            path = folder / "g.graphml"
            _write(path, ties, columns=columns, texts=ids == "texts")
            command = [sys.executable, "-m", "benchmarks.graphml", str(path)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
            seconds, held, peak = (float(np.median([run[key] for run in runs])) for key in ("seconds", "held", "peak"))
            memory_used = f"{held / 1e6:.0f} | {peak / 1e6:.0f} | {peak / held:.1f} times"
            yield f"| {name}, ids {ids} | {seconds:.1f} | {memory_used} |"


def _write(path: Path, ties: int, *, columns: bool, texts: bool) -> None:
    """Write a made-up network as spark does, and its ties in random order."""
    made = spark.generate.erdos_renyi(PEOPLE * ties // 1_000_000, ties, directed=True, rng=1)
    draw = np.random.default_rng(1)
    if columns:
        weight = draw.random(ties).round(3) + 0.001
        layer = np.array(["advice", "work"])[draw.integers(0, 2, ties)]
        made = spark.Network.from_edges(made.sources(), made.targets, layer=layer, columns={"weight": weight})
    spark.write_network(made, path, overwrite=True)
    lines = path.read_text().splitlines(keepends=True)
    rows = [i for i, line in enumerate(lines) if line.startswith("<edge")]
    mixed = [lines[i] for i in draw.permutation(rows).tolist()]
    text = "".join([*lines[: rows[0]], *mixed, *lines[rows[-1] + 1 :]])
    path.write_text(re.sub(r'\b(id|source|target)="([0-9])', r'\1="person-\2', text) if texts else text)


def _held(network: spark.Network) -> int:
    """Return how many bytes the arrays of a network take, and its ids."""
    arrays = [getattr(network, item.name) for item in fields(network)] + list(network.columns.values())
    held = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    ids: NDArray[np.int64] | None = network.people.integers
    return held + (ids.nbytes if ids is not None else sum(sys.getsizeof(name) + 8 for name in network.people))


def main() -> None:
    """Print the figures of one reading as JSON: CPU seconds and bytes."""
    path = Path(sys.argv[1])
    tiny = path.with_name("tiny.graphml")
    tiny.write_text('<graphml><graph edgedefault="directed"><edge source="a" target="b"/></graph></graphml>')
    spark.read_network(tiny)  # imports what reading needs
    base, start = memory("VmRSS"), time.process_time()
    network = spark.read_network(path)
    seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "held": _held(network), "peak": memory("VmHWM") - base}))


if __name__ == "__main__":
    main()
