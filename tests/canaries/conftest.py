"""The scenarios, runs once for all tests that ask for them, and the line that says what was searched."""

import pytest

from tests.canaries.runs import ScenarioRun, run_all, told

_RUNS = pytest.StashKey[dict[str, ScenarioRun]]()


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ScenarioRun]:
    """Give every scenario, by its name."""
    scenarios = run_all(tmp_path_factory.mktemp("scenarios"))
    request.config.stash[_RUNS] = scenarios
    return scenarios


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how much was searched, for what, and in how many encodings."""
    if _RUNS in config.stash:
        terminalreporter.write_line(told(config.stash[_RUNS].values()))
