"""An analyst at work: one transaction, whose key it is, and what the time is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.audit import AuditLog
from intake_api.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """What an analyst works with during one request."""

    session: AsyncSession
    vault: Vault
    audit: AuditLog
    analyst: str
    now: datetime

    async def note(self, what: str, *subjects: str) -> None:
        """Write into the audit log what the analyst does, and with which items or key."""
        await self.audit.add(self.session, self.now, self.analyst, what, *subjects)
