"""Ours beside every other simulator that is installed, each in processes of its own, taken in turn.

The others need not be installed where spark is: SPARK_PEERS names the Python that has them, such as
``peers/bin/python`` of an environment made with

    pip install ndlib==6.0.1 six pynetim==0.5.5 spkmc==0.4.0 EoN==2.0 cynetdiff==0.1.18

A system that is not there, or that fails, is left out of the table with the reason. Figures are kept as JSON in
benchmarks/results, so that a table can be made again.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.cases import LARGE, SMALL, Graph
from benchmarks.peer_process import SYSTEMS

HERE = Path(__file__).parent
CASES = (("cascade", SMALL, 3, 1.5), ("cascade", LARGE, 1, 4.0), ("sir", Graph("100k", 100_000, 1_000_000), 1, 4.0))
"""Task, graph, turns, and CPU seconds of runs in each turn."""


def measure_peers(folder: Path, *, quick: bool) -> Iterable[str]:
    """Yield the lines of the table, and keep the figures in benchmarks/results/peers.json."""
    yield "| task | system | version | set-up, CPU s | memory, MB | runs / CPU s | spark is faster by | mean size |"
    yield "|---|---|---|---:|---:|---:|---:|---:|"
    kept: list[dict[str, Any]] = []
    for task, graph, turns, seconds in CASES[:1] if quick else CASES:
        path = graph.write(folder)
        systems = [name for name, (_, _, tasks) in SYSTEMS.items() if task in tasks]
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in systems}
        why: dict[str, str] = {}
        for _ in range(turns):
            for name in systems:
                if name not in why:
                    _turn(name, task, path, seconds, found[name], why)
        case = f"{task}, {graph.people:,} people, {graph.ties:,} ties"
        ours = _median(found["spark"], "runs_per_cpu_second")
        for name in systems:
            if name in why:
                yield f"| {case} | {name} | {why[name]} | | | | | |"
                continue
            figures = {key: _median(found[name], key) for key in found[name][0] if key != "version"}
            figures["runs"] = sum(turn["runs"] for turn in found[name])
            kept.append({"task": task, "people": graph.people, "ties": graph.ties, "system": name,
                         "version": found[name][0]["version"], "turns": len(found[name]), **figures})  # fmt: skip
            rate = figures["runs_per_cpu_second"]
            ratio = "" if name == "spark" else f"{ours / rate:,.1f} times"
            yield (
                f"| {case} | {name} | {found[name][0]['version']} | {figures['set_up_cpu_seconds']:.2f} "
                f"| {figures['memory_mb']:,.0f} | {rate:,.2f} | {ratio} | {figures['mean_size']:,.0f} |"
            )
    if not quick:
        machine = (
            f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
        )
        document = {"date": date.today().isoformat(), "machine": machine, "runs": kept}
        (HERE / "results" / "peers.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _median(turns: list[dict[str, Any]], key: str) -> float:
    return float(statistics.median(turn[key] for turn in turns))


def _turn(name: str, task: str, path: Path, seconds: float, found: list[dict[str, Any]], why: dict[str, str]) -> None:
    python = sys.executable if name == "spark" else os.environ.get("SPARK_PEERS", sys.executable)
    line = [python, str(HERE / "peer_process.py"), name, task, str(path), str(seconds)]
    done = subprocess.run(line, capture_output=True, text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    if done.returncode:
        last = (done.stderr.strip() or "ended without a word").splitlines()[-1]
        why[name] = "not installed" if "ModuleNotFoundError" in last else f"failed: {last[:80]}"
    else:
        found.append(json.loads(done.stdout.splitlines()[-1]))
