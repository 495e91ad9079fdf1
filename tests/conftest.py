"""What every test may use."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that write transcripts anew, to be read and committed, and that kill at more points."""
    parser.addoption(
        "--every-turn",
        action="store_true",
        help="kill at the lines of every turn that hands in (two minutes more), and not of the first alone",
    )
    parser.addoption(
        "--update", action="store_true", help="write the transcripts' turns, or the published contract, anew"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether transcripts are to be written anew."""
    return bool(request.config.getoption("--update"))
