"""Every example runs, and says something about whom to start with."""

from __future__ import annotations

import os
import re
import shlex
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
    if example == "adoption_curves.py":
        page = (EXAMPLES.parent / "docs" / "how-to" / "adoption-curves.md").read_text(encoding="utf-8")
        assert rows_of_records(done.stdout) == re.findall(r"^\| [^|]+: [\d,]+ .*\|$", page, re.M)


def rows_of_records(printed: str) -> list[str]:
    """What the example on recorded curves prints, as the rows of the table of its page."""
    rows = []
    for block in printed.strip().split("\n\n"):
        if (head := re.match(r"(.+): (\d+) people", block)) is None:
            continue
        name = head[1].replace("brazilian", "Brazilian").replace("korean", "Korean")
        who = "doctors" if "medical" in name else "people"
        end, periods, unit = re.search(r"(\d+) adopted within (\d+) (\w+)s", block).groups()  # type: ignore[union-attr]
        half = re.search(r"recorded: half of them by (\w+ \d+)", block)
        fits = re.findall(r"needed: half by (\w+ \d+), (\d+) in the end, at most (\d+)%", block)
        cells = [f"{count}, {when}; {off} % off" for when, count, off in fits]
        first = f"{name}: {int(head[2]):,} {who}, {periods} {unit}s"
        rows.append(f"| {' | '.join([first, f'{end}, half by {half[1]}', *cells])} |")  # type: ignore[index]
    return rows


def test_the_page_on_intensive_care_says_what_its_example_prints(tmp_path: Path, shell: dict[str, str]) -> None:
    page = (EXAMPLES.parent / "docs" / "how-to" / "intensive-care.md").read_text(encoding="utf-8")
    shown = [line for block in re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S) for line in block.splitlines()]
    lines = [line for line in shown if line.startswith(("spark ", "python "))]
    assert len(lines) == 4
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "icu.py"), "icu"], cwd=tmp_path, env=shell, capture_output=True, text=True
    )
    printed = done.stdout.splitlines()
    assert [line for line in shown if line not in printed and line not in lines] == []
    for line in lines[1:]:
        subprocess.run(shlex.split(line), cwd=tmp_path, env=shell, capture_output=True, check=True)
