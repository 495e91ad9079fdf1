"""The scenes, played once for all tests that ask for them, and the line that says what was searched."""

import pytest

from tests.canaries.theatre import Played, play_all, told

_PLAYED = pytest.StashKey[dict[str, Played]]()


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """Give every scene, by its name."""
    scenes = play_all(tmp_path_factory.mktemp("scenes"))
    request.config.stash[_PLAYED] = scenes
    return scenes


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how much was searched, for what, and in how many encodings."""
    if _PLAYED in config.stash:
        terminalreporter.write_line(told(config.stash[_PLAYED].values()))
