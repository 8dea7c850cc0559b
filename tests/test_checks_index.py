"""The pages on checks and on guarantees name tests that exist, so that none can vanish unseen."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGES = TESTS.parent / "docs/explanation"


def missing(text):
    """The tests of each row that are in none of its files."""
    rows = [line.split("|") for line in text.splitlines() if "`test_" in line]
    found = []
    for row in rows:
        files = re.findall(r"`(test_\w+\.py)`", row[3])
        written = "".join((TESTS / file).read_text(encoding="utf-8") for file in files)
        found += [name for name in re.findall(r"`(test_\w+)`", row[4]) if f"def {name}(" not in written]
    return found


@pytest.mark.parametrize("page", ["checks.md", "guarantees.md"])
def test_every_test_that_the_page_names_is_there(page):
    text = (PAGES / page).read_text(encoding="utf-8")
    assert "`test_boosts_are_worth_more_together`" in text
    assert missing(text) == []
    assert missing(text.replace("`test_boosts_", "`test_no_boosts_")) == ["test_no_boosts_are_worth_more_together"]
