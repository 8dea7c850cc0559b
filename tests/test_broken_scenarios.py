"""Thirty-odd kinds of broken scenario files: what `spark check` says of each stands beside it, file, line and key.

``SPARK_UPDATE_GOLDEN=1 pytest tests/test_broken_scenarios.py`` writes the texts anew.
"""

import os
import re
from pathlib import Path

import pytest

from spark.errors import DataError
from spark.scenario import read_scenario
from spark.study import check, load

FOLDER = Path(__file__).parent / "broken_scenarios"
BROKEN = sorted(FOLDER.glob("*.toml"))


def answer(path: Path) -> None:
    scenario = read_scenario(path)
    check(load(scenario), scenario)


def said(path: Path) -> str:
    """What is wrong with a scenario: its file, or with the model and the plans together."""
    with pytest.raises(DataError) as caught:
        answer(path)
    return str(caught.value).replace(f"{FOLDER}{os.sep}", "") + "\n"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_with_file_line_and_key(path):
    text, expected = said(path), path.with_suffix(".txt")
    if os.environ.get("SPARK_UPDATE_GOLDEN"):
        expected.write_text(text)
    assert text == expected.read_text()
    assert all(re.match(r"[\w./-]+(:\d+)?: ", line) for line in text.splitlines())


def test_there_are_thirty_kinds_and_some_have_several_faults_at_once():
    texts = [path.with_suffix(".txt").read_text() for path in BROKEN]
    assert len(texts) >= 30
    assert sum(text.count("\n") > 1 for text in texts) >= 10
    assert max(text.count("\n") for text in texts) >= 8
