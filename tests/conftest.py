"""What many tests share: how hypothesis looks for examples, the two backends, and a shell that finds our spark."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "spark", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("spark")


def pytest_configure(config: pytest.Config) -> None:
    """Let kernels that run as plain Python wrap around as compiled ones do."""
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered:RuntimeWarning")


@pytest.fixture(params=["python", "cpu"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of each backend in turn."""
    return str(request.param)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which `spark` is this working copy, without colours."""
    tools = tmp_path / "tools"
    tools.mkdir()
    tool = tools / "spark"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spark "$@"\n')
    tool.chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
