"""Sealed reports on their way: once `put` returns, the report survives any crash until the intake has it.

Order: write, flush, file to disk, rename, folder to disk; so a file under its final name is always whole.
A file's and the folder's times are floored to the hour; the change time that a file system keeps for itself
cannot be set, and lasts as long as the entry waits.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conversations.wire.report import SealedReport
from reportline.private_files import keep_names

MAXIMUM_ENTRIES: Final = 20_000
# What reports leave free on the disk, for its other users: an intake on it must be able to commit them.
KEPT_FREE_BYTES: Final = 16 * 1024 * 1024
PARTIAL: Final = ".partial"
# More than a sealed report can have; of a longer file the rest is not read.
_MOST_BYTES: Final = 256 * 1024
# Counting 20,000 entries takes some 25 ms, in which no reporter is served.
_COUNT_SECONDS: Final = 1.0
_NAME: Final = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,3})\.json")
_SET_ASIDE: Final = "set_aside"
_HOUR: Final = 3600
_NO_FILE_LEFT: Final = frozenset({errno.EMFILE, errno.ENFILE})
# A symlink, a socket, and a file of somebody else.
_NO_ENTRY: Final = frozenset({errno.ELOOP, errno.ENXIO, errno.EACCES})


class NotKept(Exception):  # noqa: N818 - it names what happened, not an error
    """The report could not be made durable on this disk."""


class Full(OSError):  # noqa: N818 - it names what happened, not an error
    """As many reports wait as may."""


class Unreadable(Exception):  # noqa: N818 - it names what happened, not an error
    """The entry is there, but what it holds is no sealed report."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of one report on its way."""

    draft_id: str = field(repr=False)
    revision: int

    @property
    def file_name(self) -> str:
        """The name of its file, which tells the random draft id and the revision, and nothing else."""
        return f"{self.draft_id}.{self.revision}.json"


class Outbox:
    """A folder (0700) of sealed reports (0600); made at need, and rid of what a crash left half-written.

    Raises OSError when the folder cannot be made. Several processes may share one. It takes `maximum`
    entries, those set aside included, and leaves `kept_free` bytes of the disk. Revisions may pass the
    maximum by a tenth: their report is on its way already, and "not sent" would not be true of it.
    """

    def __init__(
        self, folder: Path, maximum: int = MAXIMUM_ENTRIES, kept_free: int = KEPT_FREE_BYTES
    ) -> None:
        self._folder = folder
        self._set_aside = set_aside_folder(folder)
        self._maximum = maximum
        self._kept_free = kept_free
        self._counted = 0
        self._counted_until = 0.0
        for path in (self._folder, self._set_aside):
            _make_folder(path)
            path.chmod(0o700)
        self.sweep()
        floor_times(self._set_aside)

    def put(self, draft_id: str, revision: int, sealed: SealedReport) -> None:
        """Make the sealed report durable; again is harmless. Raises NotKept, leaving no half file.

        Raises OSError when the process has no file left to open: that passes, so it is no answer to give.
        """
        target = self._folder / Entry(draft_id, revision).file_name
        partial = target.with_name(f"{target.name}.{secrets.token_hex(8)}{PARTIAL}")
        again = os.path.lexists(target)
        try:
            if not again:
                self.require_room(revision)
            _write(partial, target, sealed.model_dump_json().encode())
            _sync_folder(self._folder)
        except OSError as fault:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
                floor_times(self._folder)
            if fault.errno in _NO_FILE_LEFT:
                raise
            raise NotKept("the disk did not take the report") from None
        self._counted += not again

    def waiting(self) -> tuple[Entry, ...]:
        """Give every entry that waits, by their random draft ids: in no order of time."""
        return entries_in(self._folder)

    def aside(self) -> tuple[Entry, ...]:
        """Give every entry that was set aside."""
        return entries_in(self._set_aside) if self._set_aside.exists() else ()

    def fullness(self) -> int:
        """Give how many percent of the maximum there are, those set aside included."""
        return 100 * self._count() // self._maximum

    def read(self, entry: Entry) -> SealedReport | None:
        """Give what the entry holds, or None if it waits no longer; raises Unreadable if it is corrupted."""
        try:
            return SealedReport.model_validate_json(_content(self._folder / entry.file_name))
        except FileNotFoundError:
            return None
        except ValueError:
            raise Unreadable("the entry is corrupted") from None

    def remove(self, entry: Entry) -> None:
        """Forget a delivered entry; again is harmless. A crash may bring it back, to be delivered again."""
        (self._folder / entry.file_name).unlink(missing_ok=True)
        floor_times(self._folder)
        self._counted -= 1

    def set_aside(self, entry: Entry) -> bool:
        """Move an entry that cannot be delivered to the folder set_aside; False if it waits no longer."""
        moved = _moved(self._folder / entry.file_name, self._set_aside / entry.file_name)
        _sync_folder(self._set_aside)
        _sync_folder(self._folder)
        return moved

    def bring_back(self) -> int:
        """Let what was set aside wait again, unless the same waits already; gives how many do."""
        back = 0
        for entry in self.aside():
            target = self._folder / entry.file_name
            back += not os.path.lexists(target) and _moved(self._set_aside / entry.file_name, target)
        _sync_folder(self._folder)
        _sync_folder(self._set_aside)
        return back

    def sweep(self) -> None:
        """Remove what killed processes left half-written; what one is writing stays. Raises OSError."""
        for name in _names(self._folder):
            if name.endswith(PARTIAL):
                _remove_unless_in_use(self._folder / name)
        floor_times(self._folder)

    def require_room(self, revision: int) -> None:
        """Raise Full or OSError unless there is room; what others did within a second may be unseen."""
        if shutil.disk_usage(self._folder).free < self._kept_free:
            raise OSError(errno.ENOSPC, "the disk is nearly full")
        most = self._maximum if revision == 1 else self._maximum + self._maximum // 10
        if time.monotonic() > self._counted_until:
            self._counted = self._count()
            self._counted_until = time.monotonic() + _COUNT_SECONDS
        if self._counted >= most:
            raise Full(errno.ENOSPC, "the outbox is full")

    def _count(self) -> int:
        return len(self.waiting()) + len(self.aside())


def entries_in(folder: Path) -> tuple[Entry, ...]:
    """Give the entries that this folder names, leaving no time at which it was looked at; raises OSError."""
    names = (_NAME.fullmatch(name) for name in _names(folder))
    entries = tuple(Entry(name[1], int(name[2])) for name in names if name)
    # An operator may look who does not own the folder.
    with suppress(OSError):
        floor_times(folder)
    return entries


def keys_in(folder: Path) -> tuple[str, ...]:
    """Give the ids of the keys to which the entries of a folder are sealed; raises OSError."""
    keys = set[str]()
    for entry in entries_in(folder):
        # It may be gone, or damaged.
        with suppress(FileNotFoundError, Unreadable, ValueError):
            keys.add(SealedReport.model_validate_json(_content(folder / entry.file_name)).key_id)
    return tuple(sorted(keys))


def set_aside_folder(folder: Path) -> Path:
    """Give the folder of an outbox's entries that were set aside."""
    return folder / _SET_ASIDE


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as found:
        return sorted(one.name for one in found)


def _content(path: Path) -> bytes:
    """Give a file's content, leaving no time of reading; raises Unreadable for what cannot be an entry."""
    try:
        # Neither led out of the folder by a symlink nor made to wait by a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in _NO_ENTRY:
            raise Unreadable("the entry is no file of ours") from None
        raise
    try:
        return _checked_content(descriptor)
    finally:
        os.close(descriptor)


def _checked_content(descriptor: int) -> bytes:
    told = os.fstat(descriptor)
    if not stat.S_ISREG(told.st_mode):
        raise Unreadable("the entry is no file")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        content = file.read(_MOST_BYTES)
    os.utime(descriptor, (hour_of(time.time()), hour_of(told.st_mtime)))
    return content


def _write(partial: Path, target: Path, content: bytes) -> None:
    descriptor = _locked(partial)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        floor_times(descriptor)
        os.fsync(descriptor)
        partial.replace(target)


def _locked(partial: Path) -> int:
    """Make a file to write; its lock vanishes with the process, and so tells it from a crash's leftover."""
    while True:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Another's sweep may have come before the lock.
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _moved(source: Path, target: Path) -> bool:
    try:
        source.replace(target)
    except FileNotFoundError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        keep_names(folder.parent)


def _sync_folder(folder: Path) -> None:
    floor_times(folder)
    keep_names(folder)


def _remove_unless_in_use(partial: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(partial, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()
        finally:
            os.close(descriptor)


def floor_times(path: Path | int) -> None:
    """Set the times of a file or folder to the hour that runs."""
    hour = hour_of(time.time())
    os.utime(path, (hour, hour))


def hour_of(moment: float) -> int:
    """Give the beginning of a moment's hour; both in seconds since 1970."""
    return int(moment) // _HOUR * _HOUR
