"""An outbox that is killed at every line, starved of disk and fed with garbage."""

import os
import resource
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import bot.outbox
from bot.outbox import Entry, NotKept, Outbox, Unreadable, entries_in, set_aside_folder
from conversations.report import SealedReport

DRAFT = "0123456789abcdef" * 2
ENTRY = Entry(DRAFT, 1)
SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)
KILLED, DONE, REFUSED = b"k", b"d", b"r"


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def _in_child(action: Callable[[], bytes]) -> bytes:
    """Run an action in a child process; give its one byte of answer, or KILLED if it died before."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, action())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    return answer or KILLED


def _killed_at(line: int, outbox: Outbox) -> bytes:
    """Put SEALED in a child that is killed (SIGKILL) before the given executed line of outbox.py."""
    executed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal executed
        if frame.f_code.co_filename != bot.outbox.__file__:
            return None
        if event == "line":
            executed += 1
            if executed == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def put() -> bytes:
        sys.settrace(trace)
        outbox.put(DRAFT, 1, SEALED)
        sys.settrace(None)
        return DONE

    return _in_child(put)


def test_killed_at_every_line(tmp_path: Path) -> None:
    """Wherever `put` is killed: what it acknowledged is there, what is there is whole, no half file stays."""
    line, answer, survived = 0, KILLED, 0
    while answer == KILLED:
        line += 1
        folder = tmp_path / str(line)
        answer = _killed_at(line, Outbox(folder))
        outbox = Outbox(folder)
        assert answer == KILLED or outbox.waiting() == (ENTRY,)
        assert _files(folder) == {entry.file_name for entry in outbox.waiting()}
        survived += len(outbox.waiting())
        assert all(outbox.read(entry) == SEALED for entry in outbox.waiting())
    assert line > 15, "the trace must have seen the lines"
    assert 1 < survived < line, "some were killed before the rename and some after"


def test_order_on_disk(tmp_path: Path) -> None:
    """The whole content goes to the disk before it is named, and the name before `put` returns."""
    folder = tmp_path / "outbox"
    outbox = Outbox(folder)
    seen: list[tuple[str, list[tuple[str, int]]]] = []

    def profile(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and called is os.fsync:
            files = [path for path in folder.iterdir() if path.is_file()]
            seen.append((frame.f_code.co_name, [(path.suffix, path.stat().st_size) for path in files]))

    sys.setprofile(profile)
    try:
        outbox.put(DRAFT, 1, SEALED)
    finally:
        sys.setprofile(None)
    whole = len(SEALED.model_dump_json())
    assert seen == [("_write", [(".partial", whole)]), ("_sync", [(".json", whole)])]


def test_full_disk(tmp_path: Path) -> None:
    """A disk that takes only part of the report gets NotKept, and keeps no half file."""
    outbox = Outbox(tmp_path)

    def put() -> bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        try:
            outbox.put(DRAFT, 1, SEALED)
        except NotKept as refused:
            return REFUSED if refused.__suppress_context__ else KILLED
        return DONE

    assert _in_child(put) == REFUSED
    assert _files(tmp_path) == set()


def test_lost_folder(tmp_path: Path) -> None:
    """A folder that vanished under the outbox gets NotKept."""
    outbox = Outbox(tmp_path / "outbox")
    shutil.rmtree(tmp_path / "outbox")
    with pytest.raises(NotKept):
        outbox.put(DRAFT, 1, SEALED)


def test_put_again_is_harmless(tmp_path: Path) -> None:
    """Put twice, the entry is there once; another revision is another entry."""
    outbox = Outbox(tmp_path)
    for revision in (2, 1, 1):
        outbox.put(DRAFT, revision, SEALED)
    assert outbox.waiting() == (Entry(DRAFT, 1), Entry(DRAFT, 2))


def test_what_is_put_outlives_the_outbox(tmp_path: Path) -> None:
    """Another outbox on the folder finds what waits, and reads it back unchanged."""
    Outbox(tmp_path / "a" / "b").put(DRAFT, 1, SEALED)
    again = Outbox(tmp_path / "a" / "b")
    assert [again.read(entry) for entry in again.waiting()] == [SEALED]


def test_modes_under_any_umask(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, those made on the way too, whatever the umask."""
    before = os.umask(0)
    try:
        Outbox(tmp_path / "a" / "outbox").put(DRAFT, 1, SEALED)
    finally:
        os.umask(before)
    for path in (tmp_path / "a").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    """A folder that was there and open to others is closed."""
    tmp_path.chmod(0o755)
    Outbox(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_times_are_floored_to_the_hour(tmp_path: Path) -> None:
    """No time of an entry or its folder tells more than the hour, whatever was done last."""
    outbox = Outbox(tmp_path)

    def fail() -> None:
        with pytest.raises(NotKept):
            outbox.put("missing/folder", 1, SEALED)

    steps: dict[str, Callable[[], object]] = {
        "put": lambda: outbox.put(DRAFT, 1, SEALED),
        "look": outbox.waiting,
        "put another": lambda: outbox.put(DRAFT, 2, SEALED),
        "fail": fail,
        "remove": lambda: outbox.remove(ENTRY),
        "set aside": lambda: outbox.set_aside(Entry(DRAFT, 2)),
    }
    for name, step in steps.items():
        os.utime(tmp_path)
        step()
        for path in (tmp_path, *(path for path in tmp_path.rglob("*") if path.is_file())):
            moment = path.stat().st_mtime_ns
            assert moment % (3600 * 10**9) == 0, name
            assert abs(time.time_ns() - moment) < 4000 * 10**9
    assert set_aside_folder(tmp_path).stat().st_mtime_ns % (3600 * 10**9) == 0


def test_reading_an_entry_leaves_no_time_of_reading(tmp_path: Path) -> None:
    """The courier reads an entry as soon as it is written, so the time of reading would be the report's."""
    outbox = Outbox(tmp_path)
    outbox.put(DRAFT, 1, SEALED)
    os.utime(tmp_path / ENTRY.file_name)
    outbox.read(ENTRY)
    told = (tmp_path / ENTRY.file_name).stat()
    assert (told.st_atime_ns % (3600 * 10**9), told.st_mtime_ns % (3600 * 10**9)) == (0, 0)


def test_leftovers_of_a_crash_are_removed_and_others_are_not(tmp_path: Path) -> None:
    """A half file that nobody holds is removed at start; one that another process is writing is not."""
    outbox = Outbox(tmp_path)
    (tmp_path / f"{ENTRY.file_name}.0011223344556677.partial").write_bytes(b"half")
    child = os.fork()
    if child == 0:
        try:
            sys.settrace(_stop_before_the_rename)
            outbox.put(DRAFT, 2, SEALED)
        finally:
            os._exit(0)
    try:
        os.waitpid(child, os.WUNTRACED)
        Outbox(tmp_path)
        in_work = _files(tmp_path)
    finally:
        os.kill(child, signal.SIGCONT)
        os.waitpid(child, 0)
    assert len(in_work) == 1
    assert outbox.waiting() == (Entry(DRAFT, 2),)


def _stop_before_the_rename(frame: FrameType, event: str, _: Any) -> Any:
    """Trace until the file is written and its times are floored; then stop the process."""
    if event == "return" and frame.f_code.co_name == "_floor_times":
        sys.settrace(None)
        os.kill(os.getpid(), signal.SIGSTOP)
    return _stop_before_the_rename


def test_remove_and_set_aside_again_are_harmless(tmp_path: Path) -> None:
    """Two couriers may finish with the same entry; what was set aside keeps its content."""
    outbox = Outbox(tmp_path)
    for revision in (1, 2):
        outbox.put(DRAFT, revision, SEALED)
    for _ in range(2):
        outbox.remove(ENTRY)
        outbox.set_aside(Entry(DRAFT, 2))
    assert outbox.waiting() == ()
    assert outbox.aside() == entries_in(set_aside_folder(tmp_path)) == (Entry(DRAFT, 2),)
    assert (set_aside_folder(tmp_path) / f"{DRAFT}.2.json").read_text() == SEALED.model_dump_json()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b'{"key_id": "k1"}', b"null", b"\0" * 4096]
)
def test_a_corrupted_entry_is_unreadable(tmp_path: Path, content: bytes) -> None:
    """What is no sealed report is told, without what it was."""
    outbox = Outbox(tmp_path)
    (tmp_path / ENTRY.file_name).write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        outbox.read(ENTRY)
    assert str(caught.value) == "the entry is corrupted"


def test_an_entry_that_is_gone_reads_as_none(tmp_path: Path) -> None:
    """Whoever comes second to an entry finds nothing, and no error."""
    assert Outbox(tmp_path).read(ENTRY) is None


def test_strange_files_are_left_alone(tmp_path: Path) -> None:
    """What is not named as an entry is neither listed nor removed."""
    names = {
        "notes.txt",
        f"{DRAFT}.0.json",
        f"{DRAFT}.json",
        f"{DRAFT.upper()}.1.json",
        f"{DRAFT}.1.json.bak",
    }
    for name in names:
        (tmp_path / name).touch()
    assert Outbox(tmp_path).waiting() == ()
    assert _files(tmp_path) == names


def test_nothing_shows_a_draft(tmp_path: Path) -> None:
    """An entry's repr does not name the draft."""
    assert DRAFT not in repr(ENTRY)
    assert DRAFT not in repr(Outbox(tmp_path))
