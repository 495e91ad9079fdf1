"""Options and fixtures for all tests."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.sweeps import Sample, commit

APART = ("alone", "busy")
TOLD = "told"
# The tests of these folders read what one long run has left behind.
SHARED = {"canaries"}
MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made as they are in any temporary folder
ROOM = 4 << 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that write transcripts anew, check fewer cases, and kill at all points."""
    parser.addoption(
        "--sweep",
        action="store_true",
        help="run the sweeps of kills and no other test, at all of their points and not at a tenth",
    )
    parser.addoption(
        "--case",
        default="",
        help="where one test checks many cases, check those that have this in their names: --case \"'ar'\"",
    )
    parser.addoption(
        "--update", action="store_true", help="write the transcripts' turns, or the published contract, anew"
    )


def pytest_configure() -> None:
    """Keep the tests' files in memory where there is room, so that no test waits for a disk.

    A killed process leaves the same behind there; what a power cut leaves is not what these tests show.
    """
    if "TMPDIR" not in os.environ and _takes_files(MEMORY):
        tempfile.tempdir = str(MEMORY)


def _takes_files(folder: Path) -> bool:
    """Tell whether there is room in a folder, and whether what is written there may be run."""
    has_room = folder.is_dir() and shutil.disk_usage(folder).free > ROOM
    return has_room and not os.statvfs(folder).f_flag & os.ST_NOEXEC


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run two tests at once on each core: half of the time a test waits for processes and pauses."""
    return max(2, (os.cpu_count() or 1) * 2)


class ByWhatIsShared(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """Gives the tests of a folder that share one run to one process, and each other test to any."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.partition("::")[0].rpartition("/")[0]
        return folder if folder.rpartition("/")[2] in SHARED else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Let --dist loadscope mean what tests share, and not a file."""
    return ByWhatIsShared(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no other files where only the tests of a mark are asked for that their files say themselves."""
    mark = config.getoption("markexpr")
    is_other = mark in APART and collection_path.suffix == ".py" and not _says(collection_path, mark)
    return True if is_other else None


def _says(file: Path, mark: str) -> bool:
    return f"mark.{mark}" in file.read_text(encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test that wants to run apart and does not say why; of a whole sweep, leave out all else."""
    _see_reasons(items)
    if config.getoption("--sweep"):
        config.hook.pytest_deselected(items=[item for item in items if not _is_a_sweep(item)])
        items[:] = filter(_is_a_sweep, items)


def _is_a_sweep(item: pytest.Item) -> bool:
    return "sample" in getattr(item, "fixturenames", ())


def _see_reasons(items: Iterable[pytest.Item]) -> None:
    for item in items:
        for mark in (mark for name in APART for mark in item.iter_markers(name)):
            if mark.kwargs or len(mark.args) != 1 or not str(mark.args[0]).strip():
                raise pytest.UsageError(
                    f'{item.nodeid} must give its reason: pytest.mark.{mark.name}("reason")'
                )
            if not _says(item.path, mark.name):
                raise pytest.UsageError(f"{item.path} must say pytest.mark.{mark.name} itself, to be found")


def pytest_collection_finish() -> None:
    """Take the collected tests out of the garbage collector's way.

    There are so many that it would stop the process for longer (a third of a second) than some tests let a
    server take.
    """
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have told."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if report.when == "call":
            for name, line in report.user_properties:
                if name == TOLD:
                    terminalreporter.write_line(str(line))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give what prints a line at the end of all tests, whichever process it is told in."""
    return lambda line: request.node.user_properties.append((TOLD, line))


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether transcripts are to be written anew."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    """Choose the points of a sweep of kills."""
    return Sample(None if request.config.getoption("--sweep") else commit())
