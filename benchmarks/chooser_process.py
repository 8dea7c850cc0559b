"""pynetim's choice in a process of its own: ``chooser_process.py ALGORITHM ties.csv COUNT EPSILON`` prints JSON.

It runs under any interpreter in which pynetim is installed, and so imports nothing of spark. Ties are rows of two
positions, weighted cascade. Figures: CPU seconds of choosing, after loading, and who was chosen.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np


def main(algorithm: str, path: str, count: int, epsilon: float) -> None:
    from pynetim import IMGraph
    from pynetim.algorithms import IMMAlgorithm, OPIMCAlgorithm

    rows = np.loadtxt(path, dtype=np.int64, delimiter=",")
    chance = 1 / np.bincount(rows[:, 1])[rows[:, 1]]
    graph = IMGraph([tuple(row) for row in rows.tolist()], chance.tolist(), True, False)
    start = time.process_time()
    if algorithm == "IMM":
        seeds = IMMAlgorithm(graph, "IC", epsilon).run(count)
    else:
        seeds = OPIMCAlgorithm(graph, "IC", 1).run(count, epsilon)
    seconds = time.process_time() - start
    print(json.dumps({"version": version("pynetim"), "seconds": seconds, "seeds": sorted(map(int, seeds))}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
