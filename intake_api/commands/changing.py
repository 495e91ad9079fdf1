"""Opens the database for a command that adds to the audit log, and keeps the log's new head afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer
from sqlalchemy.exc import DBAPIError

from intake_api.audit.head import HEAD_FILE, keep_head, require_room_for_head
from intake_api.audit.log import AuditLog
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database, opened
from intake_api.store.place import checked_database_place
from reportline.readiness import NotReady

_NOT_KEPT: Final = (
    "It is done, but the audit log's new head could not be kept in {file}: see whose that file is, and that "
    "its disk has room; the next command keeps it, or an intake that serves there, within a minute."
)


@asynccontextmanager
async def changing(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database; that the log was cut before is told, and stops nothing.

    Raises NotReady before anything is done if the new head could not be kept. What is done stays done, and is
    told by the command, even if it cannot be kept then.
    """
    place = checked_database_place(settings)
    require_room_for_head(settings.folder)
    async with opened(place) as database:
        yield database
        try:
            await keep_head(database, settings.folder, AuditLog(read_keys(settings.folder).audit))
        except NotReady as fault:
            typer.echo(str(fault), err=True)
        except (OSError, DatabaseAway, DBAPIError):
            typer.echo(_NOT_KEPT.format(file=settings.folder / HEAD_FILE), err=True)
