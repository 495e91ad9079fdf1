"""Tells why a database cannot be used: it does not answer, is full or read-only, or refuses the intake."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.exc import DBAPIError

Why = Literal["away", "full", "read_only", "refuses"]
# What an operator does about each.
ADVICE: Final[dict[Why, str]] = {
    "away": "The database cannot be used. See that it is there",
    "full": "The disk of the database is full. Make room on it",
    "read_only": (
        "The database, or its disk, is read-only. Make it writable; SQLite writes to its folder, and there "
        "to reportline.db, reportline.db-wal and reportline.db-shm"
    ),
    "refuses": "The database refuses the intake: password, rights, or one connection more. See its log",
}
# The event of the log that tells each.
EVENTS: Final[dict[Why, str]] = {
    "away": "database_away",
    "full": "database_full",
    "read_only": "database_read_only",
    "refuses": "database_refuses",
}
_OF_SYSTEM: Final[dict[int | None, Why]] = {errno.ENOSPC: "full", errno.EROFS: "read_only"}
_OF_SQLITE: Final[dict[int, Why]] = {sqlite3.SQLITE_FULL: "full", sqlite3.SQLITE_READONLY: "read_only"}
# SQLite's codes when it cannot make its journal beside the file.
_SEE_DISK: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
# What a report takes at most, in the file and in its journal.
_ROOM_BYTES: Final = 1024 * 1024
# SQLSTATEs: disk_full, read_only_sql_transaction; invalid_authorization, invalid_password,
# insufficient_privilege, too_many_connections.
_OF_POSTGRESQL: Final[dict[str | None, Why]] = {
    "53100": "full",
    "25006": "read_only",
    **dict.fromkeys(("28000", "28P01", "42501", "53300"), "refuses"),
}


class DatabaseAway(Exception):  # noqa: N818 - it names what is the case, as the intake's other errors do
    """The database cannot be used now, and `why`; the transaction was not committed."""

    def __init__(self, kind: str, why: Why = "away") -> None:
        super().__init__(kind)
        self.why: Why = why


class LeftBehind(DatabaseAway):
    """The keys went on without this process, so it writes nothing any more until it is started again."""

    def __init__(self) -> None:
        super().__init__("LeftBehind")


def why_away(error: BaseException, place: Path | str) -> Why:
    """Return what an error of a driver or of the system says of the database at `place`."""
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno, "away")
    cause = error.orig if isinstance(error, DBAPIError) else None
    # The lowest byte of an extended code is the code itself.
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in _SEE_DISK and isinstance(place, Path):
        return why_by_disk(place) or "away"
    return _OF_SQLITE.get(code) or _OF_POSTGRESQL.get(getattr(cause, "sqlstate", None), "away")


def why_by_disk(file: Path) -> Why | None:
    """Return why a database's file cannot be written to, by what the system says of it and of its disk."""
    folder = file.parent
    if not folder.is_dir():
        return "away"
    if not all(os.access(path, os.W_OK) for path in (folder, file) if path.exists()):
        return "read_only"
    return "full" if shutil.disk_usage(folder).free < _ROOM_BYTES else None
