"""The examples of docstrings may use `spark` without importing it, as their readers have."""

from __future__ import annotations

from typing import Any

import pytest

import spark


@pytest.fixture(autouse=True, scope="session")
def spark_in_docstrings(doctest_namespace: dict[str, Any]) -> None:
    """Give every doctest the name `spark`."""
    doctest_namespace["spark"] = spark
