"""Every example runs, and says something about whom to start with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NEEDS_DATA = {"adoption_curves.py", "dhhs_tobacco.py"}


@pytest.mark.parametrize("example", sorted(p.name for p in EXAMPLES.iterdir() if p.suffix in {".py", ".sh"}))
def test_the_example_runs(example: str, tmp_path: Path, shell: dict[str, str]) -> None:
    if example in NEEDS_DATA and "SPARK_DATA" not in os.environ:
        pytest.skip("SPARK_DATA does not name a folder of real networks")
    interpreter = [sys.executable] if example.endswith(".py") else ["bash"]
    done = subprocess.run(
        [*interpreter, str(EXAMPLES / example)],
        cwd=tmp_path,
        env=shell,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "start with" in done.stdout.lower()
