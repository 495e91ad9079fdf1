"""Keeps the newest head of the audit log in a signed file outside the database, so that a cut log shows."""

import asyncio
import hmac
import re
from pathlib import Path
from typing import Final, Literal

from intake_api.audit.log import AuditLog, Head
from intake_api.store.database import Database
from reportline.private_files import replace, try_to_replace
from reportline.readiness import NotReady

HEAD_FILE: Final = "audit.head"
HeadState = Literal["ok", "cut", "damaged", "other", "unkept"]
_HEAD: Final = r"([0-9]{1,10}):([0-9a-f]{64})"
_SIGNED: Final = rf"{_HEAD} ([0-9a-f]{{128}})\n"
_WITHOUT: Final = "Put the right one back. Without one, move it away: then the log's end counts as it is now."
_DAMAGED: Final = f"{{file}} is damaged: what is in it is no head of an audit log. {_WITHOUT}"
_OTHER: Final = (
    f"{{file}} is not signed with this intake's audit.key: it was changed, or of another intake. {_WITHOUT}"
)
_NOT_WRITABLE: Final = (
    "{file} cannot be written ({why}), and without it nobody could tell later that the audit log was cut. "
    "Nothing was done: make {folder} writable for the user who runs this, with room on its disk; then run "
    "this again."
)
_CUT: Final = (
    "The audit log does not hold entry {number} as this machine has seen it ({file}): its end was cut, or an "
    "older database was put in its place. Find out by whom. If it was you, move that file away, and keep it."
)


class HeadUnusable(NotReady):
    """The head that was kept cannot be compared with the log: the file is "damaged", or of an "other" key."""

    def __init__(self, state: HeadState, sentence: str) -> None:
        super().__init__(sentence)
        self.state: HeadState = state


def head_of(written: str) -> Head | None:
    """Read a head as people note it down, NUMBER:CHAIN; None if it has another form."""
    match = re.fullmatch(_HEAD, written)
    return None if match is None else Head(int(match[1]), bytes.fromhex(match[2]))


def read_head(folder: Path, audit: AuditLog) -> Head | None:
    """Return the head that was kept in a folder, or None.

    Raises HeadUnusable if what is there is no head, or if this intake did not sign it.
    """
    file = folder / HEAD_FILE
    try:
        written = file.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None
    match = re.fullmatch(_SIGNED, written)
    if match is None:
        raise HeadUnusable("damaged", _DAMAGED.format(file=file))
    head = Head(int(match[1]), bytes.fromhex(match[2]))
    if not hmac.compare_digest(audit.sign_head(head), bytes.fromhex(match[3])):
        raise HeadUnusable("other", _OTHER.format(file=file))
    return head


def write_head(folder: Path, audit: AuditLog, head: Head) -> None:
    """Keep a head in the place of whatever was kept."""
    replace(folder / HEAD_FILE, f"{head} {audit.sign_head(head).hex()}\n")


def require_room_for_head(folder: Path) -> None:
    """Raise NotReady unless a head can be written in a folder."""
    file = folder / HEAD_FILE
    try:
        try_to_replace(file)
    except OSError as fault:
        raise NotReady(_NOT_WRITABLE.format(file=file, folder=folder, why=fault.strerror)) from None


def cut(folder: Path, head: Head) -> str:
    """Say that the log does not hold the head that was kept in a folder, and what to do."""
    return _CUT.format(number=head.number, file=folder / HEAD_FILE)


async def keep_head(database: Database, folder: Path, audit: AuditLog) -> Head:
    """Keep the log's newest head in a folder, and return it.

    Raises NotReady, and keeps the older one, if the log does not hold that; HeadUnusable if nothing tells
    whether it does.
    """
    # Read before the log is, which another process may lengthen meanwhile.
    kept = read_head(folder, audit)
    async with database.reading() as session:
        newest = await audit.newest(session)
        if kept is not None and not await audit.holds(session, kept):
            raise NotReady(cut(folder, kept))
    if newest != kept:
        await asyncio.to_thread(write_head, folder, audit, newest)
    return newest


class HeadKeeper:
    """Keeps the head of a running process's log, and says whether the log held the one before."""

    def __init__(self, folder: Path, audit: AuditLog) -> None:
        self.state: HeadState = "ok"
        self._folder, self._audit = folder, audit

    async def keep(self, database: Database) -> None:
        """Keep the newest head, unless the log was cut or the file is none of its heads; raises OSError.

        The file is read each time, and written only for a new head.
        """
        try:
            await keep_head(database, self._folder, self._audit)
        except HeadUnusable as fault:
            self.state = fault.state
        except NotReady:
            self.state = "cut"
        except OSError:
            self.state = "unkept"
            raise
        else:
            self.state = "ok"
