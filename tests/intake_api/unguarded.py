"""Lets a test change the audit log's entries, which the database refuses by itself."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = {
    "sqlite": ("DROP TRIGGER audit_log_refuses_update", "DROP TRIGGER audit_log_refuses_delete"),
    "postgresql": ("ALTER TABLE audit_log DISABLE TRIGGER ALL",),
}


async def unguard(session: AsyncSession) -> None:
    """Let entries be changed and deleted from here on."""
    for statement in _STATEMENTS[session.get_bind().dialect.name]:
        await session.execute(text(statement))
