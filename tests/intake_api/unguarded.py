"""Lets a test change the audit log's entries, which the database refuses by itself."""

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import AuditLog
from intake_api.store.database import Database
from intake_api.store.models import AuditEntry

_STATEMENTS = {
    "sqlite": ("DROP TRIGGER audit_log_refuses_update", "DROP TRIGGER audit_log_refuses_delete"),
    "postgresql": ("ALTER TABLE audit_log DISABLE TRIGGER ALL",),
}


async def unguard(session: AsyncSession) -> None:
    """Let entries be changed and deleted from here on."""
    for statement in _STATEMENTS[session.get_bind().dialect.name]:
        await session.execute(text(statement))


async def write_as_before_0006(database: Database, audit: AuditLog) -> None:
    """Write the log anew as earlier versions did: no entry binds anything, none tells of counts or ties."""
    async with database.writing() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
        told = [
            (entry.at, entry.who, entry.what, entry.subject)
            for entry in entries
            if entry.what not in {"keys_tied", "key_tied"}
            and (entry.content is None or entry.assessment_id is not None)
        ]
        await unguard(session)
        await session.execute(delete(AuditEntry))
    async with database.writing() as session:
        for at, who, what, subject in told:
            audit.add(session, at, who, what, subject)
