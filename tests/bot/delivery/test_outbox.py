"""An outbox keeps every report that it took, keeps its limits, tells no time, and survives garbage."""

import os
import secrets
import shutil
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.delivery.outbox import Entry, NotKept, Outbox, Unreadable, entries_in, set_aside_folder
from bot.delivery.outbox_state import state_of
from conversations.wire.report import SealedReport

DRAFT = "0123456789abcdef" * 2
ENTRY = Entry(DRAFT, 1)
HOUR = 3600
SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


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

    _leaves_no_time(tmp_path, "put", lambda: outbox.put(DRAFT, 1, SEALED))
    _leaves_no_time(tmp_path, "look", outbox.waiting)
    _leaves_no_time(tmp_path, "put another", lambda: outbox.put(DRAFT, 2, SEALED))
    _leaves_no_time(tmp_path, "fail", fail)
    _leaves_no_time(tmp_path, "remove", lambda: outbox.remove(ENTRY))
    _leaves_no_time(tmp_path, "set aside", lambda: outbox.set_aside(Entry(DRAFT, 2)))
    _leaves_no_time(tmp_path, "sweep", outbox.sweep)
    _leaves_no_time(tmp_path, "count", outbox.fullness)
    _leaves_no_time(tmp_path, "state_of", lambda: state_of(tmp_path))
    _leaves_no_time(tmp_path, "bring back", outbox.bring_back)


def _leaves_no_time(folder: Path, name: str, step: Callable[[], object]) -> None:
    os.utime(folder)
    step()
    assert folder.stat().st_atime_ns % (HOUR * 10**9) == 0, name
    for path in (folder, *folder.rglob("*")):
        told = path.stat()
        assert told.st_mtime_ns % (HOUR * 10**9) == 0, name
        assert abs(time.time_ns() - told.st_mtime_ns) < 4000 * 10**9


def test_reading_an_entry_leaves_no_time_of_reading(tmp_path: Path) -> None:
    """The courier reads an entry as soon as it is written, so the time of reading would be the report's."""
    outbox = Outbox(tmp_path)
    outbox.put(DRAFT, 1, SEALED)
    put_at = int(time.time()) - 30 * HOUR
    os.utime(tmp_path / ENTRY.file_name, (put_at, put_at))
    outbox.read(ENTRY)
    told = (tmp_path / ENTRY.file_name).stat()
    assert told.st_atime_ns % (HOUR * 10**9) == 0
    assert told.st_mtime_ns == put_at // HOUR * HOUR * 10**9, "the hour in which it was put stays"


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


def _strange(path: Path, kind: str, outside: Path) -> None:
    """Make something that has an entry's name, and is none."""
    match kind:
        case "symlink":
            path.symlink_to(outside)
        case "dangling symlink":
            path.symlink_to(outside / "nowhere")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            (path / "within").mkdir(parents=True)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
        case "huge":
            with path.open("wb") as file:
                file.truncate(10**9)


KINDS = ("symlink", "dangling symlink", "pipe", "folder", "socket", "huge")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_of_ours_is_neither_followed_nor_waited_for(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is told, can be set aside and tried again, and nothing outside of the folder is touched."""
    outside = tmp_path / "outside"
    outside.write_text(SEALED.model_dump_json())
    before = outside.stat()
    outbox = Outbox(tmp_path / "outbox")
    # A socket's path must be short.
    monkeypatch.chdir(tmp_path / "outbox")
    _strange(Path(ENTRY.file_name), kind, outside)
    with pytest.raises(Unreadable):
        outbox.read(ENTRY)
    assert outbox.set_aside(ENTRY)
    assert (outbox.waiting(), outbox.aside()) == ((), (ENTRY,))
    assert outbox.bring_back() == 1
    assert outbox.waiting() == (ENTRY,)
    assert outside.stat() == before
    assert outside.read_text() == SEALED.model_dump_json()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", KINDS)
def test_no_strange_leftover_stops_a_start(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is named as a half file and is none stops no start, and leads to nothing outside."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    (tmp_path / "outbox").mkdir()
    monkeypatch.chdir(tmp_path / "outbox")
    _strange(Path("x.partial"), kind, outside)
    Outbox(tmp_path / "outbox").put(DRAFT, 1, SEALED)
    assert outside.read_bytes() == b"kept"


def _fill(outbox: Outbox, entries: int) -> None:
    for _ in range(entries):
        outbox.put(secrets.token_hex(16), 1, SEALED)


def test_no_more_is_kept_than_the_maximum(tmp_path: Path) -> None:
    """Beyond it a report is refused, and nothing of it left; those set aside count; room is used at once."""
    outbox = Outbox(tmp_path, maximum=10)
    _fill(outbox, 10)
    assert outbox.fullness() == 100
    with pytest.raises(NotKept):
        outbox.put(DRAFT, 1, SEALED)
    assert len(_files(tmp_path)) == 10
    first, second, *_ = outbox.waiting()
    outbox.set_aside(first)
    for one in (outbox, Outbox(tmp_path, maximum=10)):
        assert one.fullness() == 100
        with pytest.raises(NotKept):
            one.put(DRAFT, 1, SEALED)
    outbox.remove(second)
    outbox.put(DRAFT, 1, SEALED)
    assert outbox.read(ENTRY) == SEALED


def test_what_belongs_to_a_report_that_is_kept_is_not_refused(tmp_path: Path) -> None:
    """The same again always is kept; a further revision of some report, up to a tenth beyond."""
    outbox = Outbox(tmp_path, maximum=10)
    outbox.put(DRAFT, 1, SEALED)
    _fill(outbox, 9)
    outbox.put(DRAFT, 1, SEALED)
    outbox.put(DRAFT, 2, SEALED)
    outbox.put(DRAFT, 2, SEALED)
    with pytest.raises(NotKept):
        outbox.put(DRAFT, 3, SEALED)
    assert len(outbox.waiting()) == 11


def test_the_maximum_is_of_all_who_share_the_folder(tmp_path: Path) -> None:
    """What others put is seen after a second at most; so far, and no further, the maximum can be passed."""
    one, other = Outbox(tmp_path, maximum=20), Outbox(tmp_path, maximum=20)
    _fill(one, 5)
    _fill(other, 10)
    put = _put_until_full(one)
    assert 5 <= put <= 15
    time.sleep(1.1)
    assert _put_until_full(one) == _put_until_full(other) == 0


def _put_until_full(outbox: Outbox) -> int:
    put = 0
    with suppress(NotKept):
        while True:
            _fill(outbox, 1)
            put += 1
    return put


def test_some_of_the_disk_is_left_free(tmp_path: Path) -> None:
    """On a disk with less left than the outbox leaves to others, a report is refused."""
    Outbox(tmp_path, kept_free=1).put(DRAFT, 1, SEALED)
    with pytest.raises(NotKept):
        Outbox(tmp_path, kept_free=2**60).put(DRAFT, 2, SEALED)
    assert _files(tmp_path) == {ENTRY.file_name}


def test_bringing_back_overwrites_nothing(tmp_path: Path) -> None:
    """What was set aside waits again, unless the same report was put anew and waits already."""
    outbox = Outbox(tmp_path)
    outbox.put(DRAFT, 1, SEALED)
    outbox.put(DRAFT, 2, SEALED)
    (tmp_path / ENTRY.file_name).write_bytes(b"spoilt")
    assert outbox.set_aside(ENTRY)
    assert not outbox.set_aside(ENTRY)
    outbox.set_aside(Entry(DRAFT, 2))
    outbox.put(DRAFT, 1, SEALED)
    assert outbox.bring_back() == 1
    assert (outbox.waiting(), outbox.aside()) == ((ENTRY, Entry(DRAFT, 2)), (ENTRY,))
    assert outbox.read(ENTRY) == SEALED


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
