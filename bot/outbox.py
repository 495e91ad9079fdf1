"""Sealed reports on their way: once `put` returns, the report survives any crash until the intake has it.

Order: write, flush, file to disk, rename, folder to disk; so a file under its final name is always whole.
A file's and the folder's times are floored to the hour; the change time that a file system keeps for itself
cannot be set, and lasts as long as the entry waits.
"""

import fcntl
import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conversations.report import SealedReport

_NAME: Final = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,3})\.json")
_PARTIAL: Final = ".partial"
_SET_ASIDE: Final = "set_aside"


class NotKept(Exception):  # noqa: N818 - it names what happened, as the other errors of the house do
    """The report could not be made durable on this disk."""


class Unreadable(Exception):  # noqa: N818 - it names what happened, as the other errors of the house do
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

    Raises OSError when the folder cannot be made. Several processes may share one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._set_aside = set_aside_folder(folder)
        for path in (self._folder, self._set_aside):
            _make_folder(path)
            path.chmod(0o700)
        for partial in folder.glob(f"*{_PARTIAL}"):
            _remove_unless_in_use(partial)
        for path in (self._set_aside, self._folder):
            _floor_times(path)

    def put(self, draft_id: str, revision: int, sealed: SealedReport) -> None:
        """Make the sealed report durable; again is harmless. Raises NotKept, leaving no half file."""
        target = self._folder / Entry(draft_id, revision).file_name
        partial = target.with_name(f"{target.name}.{secrets.token_hex(8)}{_PARTIAL}")
        try:
            _write(partial, target, sealed.model_dump_json().encode())
            _sync_folder(self._folder)
        except OSError:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
                _floor_times(self._folder)
            raise NotKept("the disk did not take the report") from None

    def waiting(self) -> tuple[Entry, ...]:
        """Give every entry that waits, by their random draft ids: in no order of time."""
        return _untold(self._folder)

    def aside(self) -> tuple[Entry, ...]:
        """Give every entry that was set aside."""
        return _untold(self._set_aside)

    def read(self, entry: Entry) -> SealedReport | None:
        """Give what the entry holds, or None if it waits no longer; raises Unreadable if it is corrupted."""
        path = self._folder / entry.file_name
        try:
            content = path.read_bytes()
            _floor_times(path)
            return SealedReport.model_validate_json(content)
        except FileNotFoundError:
            return None
        except ValueError:
            raise Unreadable("the entry is corrupted") from None

    def remove(self, entry: Entry) -> None:
        """Forget a delivered entry; again is harmless. A crash may bring it back, to be delivered again."""
        (self._folder / entry.file_name).unlink(missing_ok=True)
        _floor_times(self._folder)

    def set_aside(self, entry: Entry) -> None:
        """Move an entry that cannot be delivered to the folder set_aside; again is harmless."""
        with suppress(FileNotFoundError):
            (self._folder / entry.file_name).replace(self._set_aside / entry.file_name)
        _sync_folder(self._set_aside)
        _sync_folder(self._folder)


def entries_in(folder: Path) -> tuple[Entry, ...]:
    """Give the entries whose whole files are in this folder, changing nothing; raises OSError."""
    names = (_NAME.fullmatch(path.name) for path in sorted(folder.iterdir()))
    return tuple(Entry(name[1], int(name[2])) for name in names if name)


def _untold(folder: Path) -> tuple[Entry, ...]:
    """Give the entries of a folder, and leave no time at which it was looked at."""
    entries = entries_in(folder)
    _floor_times(folder)
    return entries


def set_aside_folder(folder: Path) -> Path:
    """Give the folder of an outbox's entries that were set aside."""
    return folder / _SET_ASIDE


def _write(partial: Path, target: Path, content: bytes) -> None:
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        # The lock vanishes with the process: by it, a start tells a file in work from a crash's leftover.
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(content)
        file.flush()
        _floor_times(partial)
        os.fsync(file.fileno())
        partial.replace(target)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)


def _sync_folder(folder: Path) -> None:
    _floor_times(folder)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unless_in_use(partial: Path) -> None:
    with suppress(FileNotFoundError, BlockingIOError), partial.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        partial.unlink()


def _floor_times(path: Path) -> None:
    hour = int(time.time()) // 3600 * 3600
    os.utime(path, (hour, hour))
