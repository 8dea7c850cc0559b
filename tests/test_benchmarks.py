"""The benchmark beside the others says so where one of them is missing or fails, and goes on."""

import json
from pathlib import Path

from benchmarks.peers import HERE, _turn


def test_a_system_that_is_missing_or_fails_is_named_with_the_reason(tmp_path, monkeypatch):
    broken = tmp_path / "python"
    broken.write_text('#!/bin/sh\necho "ModuleNotFoundError: No module named ndlib" >&2; exit 1\n')
    broken.chmod(0o755)
    monkeypatch.setenv("SPARK_PEERS", str(broken))
    why, found = {}, []
    _turn("ndlib", "cascade", tmp_path / "ties.csv", 0.1, found, why)
    broken.write_text('#!/bin/sh\necho "ValueError: seeds" >&2; exit 1\n')
    _turn("EoN", "cascade", tmp_path / "ties.csv", 0.1, found, why)
    assert why == {"ndlib": "not installed", "EoN": "failed: ValueError: seeds"}
    assert not found


def test_each_process_prints_its_figures(tmp_path, monkeypatch):
    path = tmp_path / "ties.csv"
    path.write_text("source,target\n0,1\n1,2\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    why, found = {}, []
    _turn("spark", "cascade", path, 0.01, found, why)
    assert not why
    assert found[0]["mean_size"] == 3  # all three are seeds
    assert found[0]["runs_per_cpu_second"] > 0


def test_the_figures_that_are_kept_are_whole():
    rows = json.loads((HERE / "results" / "peers.json").read_text(encoding="utf-8"))["runs"]
    assert {row["system"] for row in rows} >= {"spark", "ndlib", "EoN", "pynetim", "cynetdiff", "spkmc"}
    for row in rows:
        same = [other for other in rows if (other["task"], other["people"]) == (row["task"], row["people"])]
        ours = next(other["mean_size"] for other in same if other["system"] == "spark")
        assert abs(row["mean_size"] - ours) < 0.1 * ours + 3, row["system"]
