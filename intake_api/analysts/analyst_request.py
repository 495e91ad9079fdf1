"""One request of an analyst: its database session, the analyst's key and the time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import AuditLog
from intake_api.vault import Vault


@dataclass(frozen=True, slots=True)
class AnalystRequest:
    """The parts of the intake that one request uses, and who sent it when.

    `analyst` is the id of the access key.
    """

    session: AsyncSession
    vault: Vault
    audit: AuditLog
    analyst: str
    now: datetime

    def note(self, what: str, *subjects: str) -> None:
        """Add an entry to the audit log for each item or key that the analyst acts on."""
        self.audit.add(self.session, self.now, self.analyst, what, *subjects)
