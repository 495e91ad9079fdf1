"""One request of an analyst: one transaction, and the guard of exposure sees all that is opened in it.

A route chooses one of four ways: `reading` and `working` open nothing, `looking` opens one item, `holding`
changes which claims the analyst holds.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts import guard
from intake_api.analysts.desk import Desk
from intake_api.clock import Clock
from intake_api.http.dependencies import AuditHere, ClockHere, DatabaseHere, SettingsHere, VaultHere
from intake_api.store.access_keys import Caller
from intake_api.store.audit import AuditLog
from intake_api.store.database import Database
from intake_api.vault import Vault


@dataclass(frozen=True, slots=True)
class Transactions:
    """Makes the desk of a request; its transaction is committed when the block ends."""

    database: Database
    vault: Vault
    audit: AuditLog
    clock: Clock
    limits: guard.Limits

    @asynccontextmanager
    async def reading(self, analyst: Caller) -> AsyncIterator[Desk]:
        """Read, and write nothing."""
        async with self.database.reading() as session:
            yield self._desk(session, analyst)

    @asynccontextmanager
    async def working(self, analyst: Caller) -> AsyncIterator[Desk]:
        """Write, and show no address."""
        async with self.database.writing() as session:
            yield self._desk(session, analyst)

    @asynccontextmanager
    async def looking(self, analyst: Caller) -> AsyncIterator[Desk]:
        """Show an item, which counts as exposure; raises Refused (day-full, break-due)."""
        async with self.working(analyst) as desk:
            await guard.admit(desk, self.limits)
            yield desk
            await guard.glance(desk)

    @asynccontextmanager
    async def holding(self, analyst: Caller, *, opens: bool) -> AsyncIterator[Desk]:
        """Change what the analyst holds, and so for how long they are exposed.

        Raises Refused (day-full, break-due) if this `opens` something new.
        """
        async with self.working(analyst) as desk:
            if opens:
                await guard.admit(desk, self.limits)
            yield desk
            await guard.look_after(desk)

    def _desk(self, session: AsyncSession, analyst: Caller) -> Desk:
        return Desk(session, self.vault, self.audit, analyst.key_id, self.clock())


async def _transactions(
    database: DatabaseHere, vault: VaultHere, audit: AuditHere, clock: ClockHere, settings: SettingsHere
) -> Transactions:
    return Transactions(database, vault, audit, clock, guard.limits_of(settings))


TransactionsHere = Annotated[Transactions, Depends(_transactions)]
