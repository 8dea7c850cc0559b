"""What many tests share: how hypothesis looks for examples, and the two backends."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "spark", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("spark")


@pytest.fixture(params=["python", "cpu"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of each backend in turn."""
    return str(request.param)
