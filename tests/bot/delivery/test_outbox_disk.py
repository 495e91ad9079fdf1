"""The reporter is told if the disk cannot be written, and keeps the link; Send works once it is mended."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.delivery.outbox import Entry, NotKept, Outbox, Unreadable
from conversations.events import Said
from conversations.wire.report import SealedReport
from tests.bot.talks.test_runner import LINK, make_host
from tests.disks import BALLAST, fill, mount, small_disk

DRAFT = "0123456789abcdef" * 2
ENTRY = Entry(DRAFT, 1)
SEALED = SealedReport(key_id="k1", sealed="QUJD" * 20_000)
DISK_BYTES = 32 * 1024 * 1024
NOBODY = 65534


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a small disk with few inodes; elsewhere the limit of a file's size stands in for it."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


def _use_up_inodes(disk: Path) -> None:
    (disk / "many").mkdir()
    with suppress(OSError):
        for number in range(1000):
            (disk / "many" / str(number)).touch()


# What is wrong with the disk, and how it is mended.
FAULTS: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "full": (fill, lambda disk: (disk / BALLAST).unlink()),
    "full after the first page": (
        lambda disk: fill(disk, os.sysconf("SC_PAGESIZE")),
        lambda disk: (disk / BALLAST).unlink(),
    ),
    "no inode is left": (_use_up_inodes, lambda disk: shutil.rmtree(disk / "many")),
    "read-only": (
        lambda disk: mount("-o", "remount,ro", str(disk)),
        lambda disk: mount("-o", "remount,rw", str(disk)),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_disk_does_not_take_is_refused_and_leaves_nothing(disk: Path, fault: str) -> None:
    """Meanwhile nothing half-written is there, and what was there stays; then all is as before."""
    harm, mend = FAULTS[fault]
    outbox = Outbox(disk / "outbox", kept_free=0)
    outbox.put("f" * 32, 1, SEALED)
    harm(disk)
    for _ in range(3):
        with pytest.raises(NotKept) as caught:
            outbox.put(DRAFT, 1, SEALED)
        assert caught.value.__suppress_context__
    assert [path.name for path in (disk / "outbox").iterdir() if path.is_file()] == [f"{'f' * 32}.1.json"]
    mend(disk)
    outbox.put(DRAFT, 1, SEALED)
    assert [outbox.read(entry) for entry in outbox.waiting()] == [SEALED, SEALED]


async def test_the_reporter_hears_of_a_full_disk_and_sends_again(disk: Path) -> None:
    """Nothing was sent, says the card that still shows the link; once there is room, Send sends it once."""
    host = make_host(disk)
    await host.happens(Said(LINK))
    fill(disk)
    for _ in range(2):
        answer = await host.tap("send")
        assert "Nothing was sent" in answer.card.text
        assert "forum[.]example" in answer.card.text
    (disk / BALLAST).unlink()
    answer = await host.tap("send")
    assert "We have received it" in answer.card.text
    assert [report.revision for report in host.intake.reports.values()] == [1]


async def test_a_disk_that_is_nearly_full_is_left_to_the_intake(disk: Path) -> None:
    """With little left, the outbox leaves it: an intake on the same disk needs room to take what waits."""
    host = make_host(disk)
    await host.happens(Said(LINK))
    fill(disk, leave=8 * 1024 * 1024)
    assert "Nothing was sent" in (await host.tap("send")).card.text


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """Where the system takes only part of the report, it is refused, and no half file stays."""
    outbox = Outbox(tmp_path)

    def put() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        with pytest.raises(NotKept):
            outbox.put(DRAFT, 1, SEALED)

    _in_child(put)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that others than root can reach, too."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "outbox"
        Outbox(folder).put(DRAFT, 1, SEALED)
        if os.getuid() == 0:
            for path in (Path(name), folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield folder


def test_a_folder_whose_rights_were_taken_away(folder: Path) -> None:
    """A report is refused; given back, the folder takes it."""

    def put() -> None:
        outbox = Outbox(folder)
        folder.chmod(0o500)
        with pytest.raises(NotKept):
            outbox.put(DRAFT, 2, SEALED)
        folder.chmod(0)
        with pytest.raises(NotKept):
            outbox.put(DRAFT, 2, SEALED)
        with pytest.raises(PermissionError):
            outbox.waiting()
        folder.chmod(0o700)
        outbox.put(DRAFT, 2, SEALED)

    _in_child(put)
    assert len(Outbox(folder).waiting()) == 2


def test_an_entry_that_may_not_be_read(folder: Path) -> None:
    """A file of somebody else's, or of mode 000, is set aside like any other that is no entry."""

    def read() -> None:
        outbox = Outbox(folder)
        (folder / ENTRY.file_name).chmod(0)
        with pytest.raises(Unreadable):
            outbox.read(ENTRY)
        assert outbox.set_aside(ENTRY)

    _in_child(read)
    assert Outbox(folder).aside() == (ENTRY,)


def _in_child(action: Callable[[], object]) -> None:
    """Run in a child that is nobody in particular; root may do anything, and so proves nothing."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            action()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_without_a_file_left_to_open_nobody_is_told_a_lie(tmp_path: Path) -> None:
    """It passes with the next connection that closes, so it is no answer to give to a reporter."""
    outbox = Outbox(tmp_path / "outbox")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            outbox.put(DRAFT, 1, SEALED)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    outbox.put(DRAFT, 1, SEALED)
    assert len(outbox.waiting()) == 1
