"""An outbox keeps its promises and leaves no junk, if it is killed before or after any system call.

A kill is no power cut. The order of the steps protects from that, and is tested too.
"""

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.delivery.outbox import Entry, Outbox, set_aside_folder
from conversations.wire.report import SealedReport

DRAFT = "0123456789abcdef" * 2
ENTRY = Entry(DRAFT, 1)
SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)
LEFTOVER = f"{DRAFT}.2.json.0011223344556677.partial"
HOUR = 3600 * 10**9
MOST_POINTS = 200
Step = Callable[[Path], object]


def _put(folder: Path) -> None:
    Outbox(folder).put(DRAFT, 1, SEALED)


def _set_aside(folder: Path) -> None:
    Outbox(folder).set_aside(ENTRY)


def _leave_over(folder: Path) -> None:
    _put(folder)
    (folder / LEFTOVER).write_bytes(b"half")


# What was done before, what is done, how many entries a kill may leave, and how many there are afterwards.
STEPS: dict[str, tuple[tuple[Step, ...], Step, set[int], int]] = {
    "start": ((), Outbox, {0}, 0),
    "start with a leftover": ((_leave_over,), Outbox, {1}, 1),
    "sweep": ((_leave_over,), lambda folder: _opened(folder).sweep(), {1}, 1),
    "put": ((Outbox,), _put, {0, 1}, 1),
    "put again": ((_put,), _put, {1}, 1),
    "remove": ((_put,), lambda folder: _opened(folder).remove(ENTRY), {0, 1}, 0),
    "read": ((_put,), lambda folder: _opened(folder).read(ENTRY), {1}, 1),
    "set aside": ((_put,), _set_aside, {1}, 1),
    "bring back": ((_put, _set_aside), lambda folder: _opened(folder).bring_back(), {1}, 1),
}


def _opened(folder: Path) -> Outbox:
    return Outbox(folder)


def _is_of_the_system(called: Any) -> bool:
    return getattr(called, "__module__", None) in {"posix", "fcntl"} or isinstance(
        getattr(called, "__self__", None), io.BufferedWriter | io.BufferedReader
    )


def _dies(step: Step, folder: Path, at: int) -> bool:
    """Take a step in a child that is killed before or after its `at`th call; False if it got through."""
    child = os.fork()
    if child == 0:
        try:
            _take(step, folder, at)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    how = os.waitstatus_to_exitcode(status)
    assert how in {0, -signal.SIGKILL}, "the step itself failed"
    return how != 0


def _take(step: Step, folder: Path, at: int) -> None:
    seen = 0

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal seen
        if event.startswith("c_") and _is_of_the_system(called):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)
    step(folder)
    sys.setprofile(None)
    os._exit(0)


@pytest.mark.parametrize("name", STEPS)
def test_a_kill_at_any_call_leaves_nothing_or_the_whole(tmp_path: Path, name: str) -> None:
    """What was acknowledged is there, what is there is whole, and a fresh outbox finds and leaves no junk."""
    before, step, may_leave, when_done = STEPS[name]
    left: set[int] = set()
    for at in range(1, MOST_POINTS):
        folder = tmp_path / str(at) / "outbox"
        for earlier in before:
            earlier(folder)
        dead = _dies(step, folder, at)
        found = _found(folder)
        assert found in (may_leave if dead else {when_done})
        left.add(found)
        if not dead:
            break
    assert at > 10, "the calls must have been seen"
    assert at < MOST_POINTS - 1
    assert left == may_leave | {when_done}


def _found(folder: Path) -> int:
    """Tell how many whole entries a fresh outbox finds; all is tidy, and it takes one more."""
    outbox = Outbox(folder)
    places = [folder] * len(outbox.waiting()) + [set_aside_folder(folder)] * len(outbox.aside())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(files) == sorted(place / ENTRY.file_name for place in places)
    assert all(path.read_text() == SEALED.model_dump_json() for path in files)
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mtime_ns % HOUR == 0
        assert path.stat().st_mode & 0o077 == 0
    outbox.put("f" * 32, 1, SEALED)
    outbox.remove(Entry("f" * 32, 1))
    return len(places)


DURABLE: dict[str, tuple[tuple[Step, ...], Step, list[str]]] = {
    "start": ((), Outbox, ["mkdir", "fsync parent", "mkdir", "fsync outbox"]),
    "put": ((Outbox,), _put, ["fsync partial, whole", "replace", "fsync outbox"]),
    "set aside": ((_put,), _set_aside, ["replace", "fsync set_aside", "fsync outbox"]),
    "bring back": (
        (_put, _set_aside),
        lambda folder: _opened(folder).bring_back(),
        ["replace", "fsync outbox", "fsync set_aside"],
    ),
}


@pytest.mark.parametrize("name", DURABLE)
def test_order_on_disk(tmp_path: Path, name: str) -> None:
    """The whole content goes to the disk before it is named, and each name before the step returns."""
    before, step, expected = DURABLE[name]
    folder = tmp_path / "parent" / "outbox"
    folder.parent.mkdir()
    for earlier in before:
        earlier(folder)
    seen: list[str] = []

    def profile(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and called in {os.replace, os.mkdir}:
            seen.append(called.__name__)
        if event == "c_call" and called is os.fsync:
            seen.append(f"fsync {_named(os.fstat(frame.f_locals['descriptor']), folder)}")

    sys.setprofile(profile)
    try:
        step(folder)
    finally:
        sys.setprofile(None)
    assert seen == expected


def _named(synced: os.stat_result, folder: Path) -> str:
    whole = synced.st_size == len(SEALED.model_dump_json())
    names = {
        "parent": folder.parent,
        "outbox": folder,
        "set_aside": set_aside_folder(folder),
        **{f"partial{', whole' if whole else ''}": path for path in folder.glob("*.partial")},
    }
    return next(name for name, path in names.items() if path.stat().st_ino == synced.st_ino)


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in which another process has written an entry to disk, and is about to name it."""
    folder = tmp_path / "outbox"
    outbox = Outbox(folder)
    child = os.fork()
    if child == 0:
        try:
            sys.setprofile(_stop_before_the_rename)
            outbox.put(DRAFT, 2, SEALED)
        finally:
            os._exit(0)
    os.waitpid(child, os.WUNTRACED)
    yield folder
    os.kill(child, signal.SIGCONT)
    os.waitpid(child, 0)
    assert outbox.waiting() == (Entry(DRAFT, 2),)


def _stop_before_the_rename(_: FrameType, event: str, called: Any) -> None:
    if event == "c_call" and called is os.replace:
        os.kill(os.getpid(), signal.SIGSTOP)


def test_what_another_process_is_writing_is_no_leftover(stopped: Path) -> None:
    """A start, and a sweep of one that runs, remove a dead process's half file and not a living one's."""
    (stopped / LEFTOVER).write_bytes(b"half")
    outbox = Outbox(stopped)
    (half,) = stopped.glob("*.partial")
    assert half.name != LEFTOVER
    (stopped / LEFTOVER).write_bytes(b"half")
    outbox.sweep()
    assert [*stopped.glob("*.partial")] == [half]


def test_a_sweep_between_opening_and_locking_is_made_good(tmp_path: Path) -> None:
    """Swept away before it was locked, a file is made again: the report is kept all the same."""
    outbox, other = Outbox(tmp_path), Outbox(tmp_path)
    swept = 0

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal swept
        if event == "c_call" and called.__name__ == "flock" and not swept:
            swept += 1
            sys.setprofile(None)
            other.sweep()
            assert not [*tmp_path.glob("*.partial")]

    sys.setprofile(profile)
    try:
        outbox.put(DRAFT, 1, SEALED)
    finally:
        sys.setprofile(None)
    assert swept
    assert outbox.read(ENTRY) == SEALED
