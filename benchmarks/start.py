"""What a run costs before it is warm: reading the file, compiling or loading compiled code, and memory.

Each figure comes from a process of its own, started by :func:`compare_starts`; run as a module, this file is that
process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import LARGE, SMALL

WORLDS = 256
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes there, kilobytes elsewhere
_STATUS = Path("/proc/self/status")


def compare_starts(folder: Path, *, quick: bool) -> Iterable[str]:
    """Yield the lines of the table."""
    yield "| system | case | read the file, CPU s | first run, CPU s | memory at its peak above the start, MB |"
    yield "|---|---|---:|---:|---:|"
    for graph in (SMALL,) if quick else (SMALL, LARGE):
        path = graph.write(folder)
        with TemporaryDirectory() as cache:
            starts = [("spark, nothing compiled yet", "spark"), ("spark, later starts", "spark")]
            if find_spec("cynetdiff") is not None:
                starts.append(("cynetdiff", "cynetdiff"))
            for name, system in starts:
                figures = _in_a_process(system, path, cache)
                yield (
                    f"| {name} | {graph.people:,} people, {graph.ties:,} ties "
                    f"| {figures['read']:.2f} | {figures['first']:.2f} | {figures['memory'] / 1e6:,.0f} |"
                )


def _in_a_process(system: str, path: Path, cache: str) -> dict[str, float]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.start", system, str(path)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def memory(kind: str) -> float:
    """Bytes of memory: VmRSS now, VmHWM at the peak. Only Linux tells; elsewhere both are the peak so far."""
    if _STATUS.exists():
        # Not ru_maxrss: a process takes over that of the process that started it.
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(kind))
        return float(line.split()[1]) * 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT)


def main() -> None:
    """Print the figures of one system as JSON: CPU seconds and bytes."""
    system, path = sys.argv[1], Path(sys.argv[2])
    from benchmarks import cases

    start, base = time.process_time(), memory("VmRSS")
    if system == "spark":
        network = cases.load_spark(path)
        read = time.process_time()
        sample = cases.spark_sampler(network, "weighted cascade")
    else:
        graph = cases.load_cynetdiff(path)
        read = time.process_time()
        sample = cases.cynetdiff_sampler(graph, "weighted cascade")
    sample(WORLDS if system == "spark" else 1, 1)
    first = time.process_time()
    print(json.dumps({"read": read - start, "first": first - read, "memory": memory("VmHWM") - base}))


if __name__ == "__main__":
    main()
