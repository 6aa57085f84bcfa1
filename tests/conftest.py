"""Shared fixtures. Tests marked `realdata` need the reference folder beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No example may fail because the machine is busy: times are for benchmarks, not for tests.
settings.register_profile("csp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("csp")

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository's root, which is also the sample's workspace."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files beside the project; the test skips where it is absent."""
    folder = PROJECT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs ../shared/data (real open data), which users do not have")
    return folder
