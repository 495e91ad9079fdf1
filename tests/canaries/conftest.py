"""Runs the scenarios once for all tests that use them, and prints how much was searched."""

import pytest

from tests.canaries.runs import ScenarioRun, run_all, told

_RUNS = pytest.StashKey[dict[str, ScenarioRun]]()


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioRun]:
    """Run all scenarios; returns their runs by name."""
    scenarios = run_all(tmp_path_factory.mktemp("scenarios"))
    request.config.stash[_RUNS] = scenarios
    return scenarios


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how much was searched, for how many markers, and in how many encodings."""
    if _RUNS in config.stash:
        terminalreporter.write_line(told(config.stash[_RUNS].values()))
