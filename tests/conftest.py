"""What many tests share: how hypothesis looks for examples, and the two backends."""

import os

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
