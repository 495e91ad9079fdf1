"""Opens the database for a command that adds to the audit log, and keeps the log's new head afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import typer
from sqlalchemy.exc import DBAPIError

from intake_api.audit.head import HEAD_FILE, keep_head, require_room_for_head
from intake_api.audit.log import AuditLog
from intake_api.keys import read_keys, read_keys_of_any_version
from intake_api.known_keys.checks import require_audit_key
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database, opened
from intake_api.store.place import checked_database_place
from intake_api.store.revision import NEWEST_REVISION, revision_of, usable
from reportline.readiness import NotReady

_NOT_KEPT: Final = (
    "It is done, but the audit log's new head could not be kept in {file}: see whose that file is, and that "
    "its disk has room; the next command keeps it, or an intake that serves there, within a minute."
)


@asynccontextmanager
async def changing(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database; raises NotReady before anything is done if the log cannot be gone on with.

    So if audit.key is not the database's, if the log lacks an entry that this machine has seen or nothing
    tells whether it does, or if the new head could not be kept. What is done stays done, and is told by the
    command, even if it cannot be kept then.
    """
    place = checked_database_place(settings)
    require_room_for_head(settings.folder)
    async with opened(place) as database:
        await _require_log(database, settings.folder)
        yield database
        try:
            await keep_head(database, settings.folder, AuditLog(read_keys(settings.folder).audit))
        except NotReady as fault:
            typer.echo(str(fault), err=True)
        except (OSError, DatabaseAway, DBAPIError):
            typer.echo(_NOT_KEPT.format(file=settings.folder / HEAD_FILE), err=True)


async def _require_log(database: Database, folder: Path) -> None:
    with usable():
        async with database.reading() as session:
            if await (await session.connection()).run_sync(revision_of) != NEWEST_REVISION:
                # The command says so itself, or brings it to this revision.
                return
            key = read_keys_of_any_version(folder).audit
            await require_audit_key(session, key)
        await keep_head(database, folder, AuditLog(key))
