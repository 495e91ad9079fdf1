"""Opens the database for a command that adds to the audit log, and keeps the log's new head afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from intake_api.audit.head import keep_head
from intake_api.audit.log import AuditLog
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database, opened
from intake_api.store.place import checked_database_place
from reportline.readiness import NotReady


@asynccontextmanager
async def changing(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database; that the log was cut before is told, and stops nothing."""
    async with opened(checked_database_place(settings)) as database:
        yield database
        try:
            await keep_head(database, settings.folder, AuditLog(read_keys(settings.folder).audit))
        except NotReady as fault:
            typer.echo(str(fault), err=True)
