"""An operator hears that an outbox takes nothing, or that a report has waited for hours; no exact time."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.delivery.outbox import Entry, Outbox
from bot.delivery.outbox_watch import OutboxWatch
from conversations.wire.report import SealedReport
from tests.disks import BALLAST, fill, mount, small_disk

SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)
HOUR = 3600
NOON = 1_700_049_600
DISK_BYTES = 32 * 1024 * 1024


class Scene:
    """An outbox for two reports and its watch, with the clock in the test's hands."""

    def __init__(self, folder: Path) -> None:
        self.now = float(NOON)
        self.folder = folder
        self.outbox = Outbox(folder, maximum=2)
        self.watch = OutboxWatch(folder, self.outbox, lambda: self.now)

    def put(self, draft: str, at: float) -> Entry:
        """Put a report that came at this moment."""
        self.outbox.put(draft * 32, 1, SEALED)
        entry = Entry(draft * 32, 1)
        os.utime(self.folder / entry.file_name, (at // HOUR * HOUR, at // HOUR * HOUR))
        return entry

    def told(self) -> list[str]:
        """Have the log told; gives the events."""
        with capture_logs() as lines:
            self.watch.tell()
        return [line["event"] for line in lines]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Begin with nothing."""
    return Scene(tmp_path / "outbox")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a small disk."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


def test_an_outbox_with_room_is_ok_and_a_look_leaves_nothing(scene: Scene) -> None:
    scene.put("1", NOON)
    before = sorted(path.name for path in scene.folder.rglob("*"))
    assert scene.watch.state() == "ok"
    assert sorted(path.name for path in scene.folder.rglob("*")) == before
    assert [path for path in (scene.folder, *scene.folder.iterdir()) if path.stat().st_mtime % HOUR] == []


def test_an_outbox_at_its_maximum_is_full_until_the_intake_takes_something(scene: Scene) -> None:
    """Those set aside count too."""
    first = scene.put("1", NOON)
    scene.outbox.set_aside(scene.put("2", NOON))
    assert scene.watch.state() == "full"
    scene.outbox.remove(first)
    assert scene.watch.state() == "ok"


FAULTS: dict[str, tuple[Callable[[Path], object], Callable[[Path], object], str]] = {
    "nearly full": (
        lambda disk: fill(disk, leave=8 * 1024 * 1024),
        lambda disk: (disk / BALLAST).unlink(),
        "disk_full",
    ),
    "read-only": (
        lambda disk: mount("-o", "remount,ro", str(disk)),
        lambda disk: mount("-o", "remount,rw", str(disk)),
        "unwritable",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_takes_nothing_is_told_by_its_cause(disk: Path, fault: str) -> None:
    harm, mend, word = FAULTS[fault]
    scene = Scene(disk / "outbox")
    harm(disk)
    assert scene.watch.state() == word
    mend(disk)
    assert scene.watch.state() == "ok"


def test_a_folder_that_is_gone_is_told(scene: Scene) -> None:
    scene.folder.rename(scene.folder.with_name("elsewhere"))
    assert scene.watch.state() == "unwritable"
    assert not scene.watch.waits_long()


def test_what_has_waited_long_is_told_from_a_full_hour_on(scene: Scene) -> None:
    """A report's own minute moves nothing, so the moment tells its hour and no more."""
    scene.put("1", NOON + 59 * 60)
    scene.put("2", NOON)
    for moment, waits in ((NOON + 3599, False), (NOON + 3 * HOUR - 1, False), (NOON + 3 * HOUR, True)):
        scene.now = moment
        assert scene.watch.waits_long() is waits


def test_what_was_set_aside_does_not_wait(scene: Scene) -> None:
    """It has an alarm of its own."""
    scene.outbox.set_aside(scene.put("1", NOON))
    scene.now += 10 * HOUR
    assert not scene.watch.waits_long()


def test_the_log_is_told_once_until_nothing_waits_long(scene: Scene) -> None:
    first = scene.put("1", NOON)
    assert scene.told() == []
    scene.now += 3 * HOUR
    assert scene.told() == ["report_waits_long"]
    scene.now += HOUR
    assert scene.told() == []
    scene.outbox.remove(first)
    assert scene.told() == []
    scene.put("2", NOON)
    assert scene.told() == ["report_waits_long"]
