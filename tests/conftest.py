"""What every test may use."""

import gc

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that write transcripts anew, check fewer cases, and kill at more points."""
    parser.addoption(
        "--every-turn",
        action="store_true",
        help="kill at the lines of every turn that hands in (two minutes more), and not of the first alone",
    )
    parser.addoption(
        "--case",
        default="",
        help="where one test checks many cases, check those that have this in their names: --case \"'ar'\"",
    )
    parser.addoption(
        "--update", action="store_true", help="write the transcripts' turns, or the published contract, anew"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that wants to run alone and does not say why."""
    for item in items:
        for mark in item.iter_markers("alone"):
            if mark.kwargs or len(mark.args) != 1 or not str(mark.args[0]).strip():
                raise pytest.UsageError(f'{item.nodeid} must give its reason: pytest.mark.alone("reason")')


def pytest_collection_finish() -> None:
    """Take the collected tests out of the garbage collector's way.

    There are so many that it would stop the process for longer (a third of a second) than some tests let a
    server take.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether transcripts are to be written anew."""
    return bool(request.config.getoption("--update"))
