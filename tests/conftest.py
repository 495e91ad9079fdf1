"""What every test may use."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes transcripts anew, to be read and committed."""
    parser.addoption(
        "--update", action="store_true", help="write the transcripts' turns, or the published contract, anew"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether transcripts are to be written anew."""
    return bool(request.config.getoption("--update"))
