"""Runs the scenarios once for all tests that use them."""

import pytest

from tests.canaries.runs import ScenarioRun, run_all


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioRun]:
    """Run all scenarios; returns their runs by name."""
    return run_all(tmp_path_factory.mktemp("scenarios"))
