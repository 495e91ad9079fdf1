"""Opens one transaction for each request of an analyst, and applies the guard of exposure to it.

A route uses one of four methods: `reading` and `writing` show no address, `viewing_item` shows one item, and
`changing_claims` changes which claims the analyst holds.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts import guard
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.exposure import Limits
from intake_api.audit.log import AuditLog
from intake_api.clock import Clock
from intake_api.http.dependencies import AuditHere, ClockHere, DatabaseHere, SettingsHere, VaultHere
from intake_api.known_keys.access_keys import Caller, lock_key
from intake_api.store.database import Database
from intake_api.vault import Vault


@dataclass(frozen=True, slots=True)
class Transactions:
    """Opens the transaction of a request; it is committed when the block ends."""

    database: Database
    vault: Vault
    audit: AuditLog
    clock: Clock
    limits: Limits

    @asynccontextmanager
    async def reading(self, analyst: Caller) -> AsyncIterator[AnalystRequest]:
        """Open a transaction that only reads."""
        async with self.database.reading() as session:
            yield self._request(session, analyst)

    @asynccontextmanager
    async def writing(self, analyst: Caller) -> AsyncIterator[AnalystRequest]:
        """Open a transaction that writes and shows no address."""
        async with self.database.writing() as session:
            yield self._request(session, analyst)

    @asynccontextmanager
    async def viewing_item(self, analyst: Caller) -> AsyncIterator[AnalystRequest]:
        """Open a transaction that shows an item; this counts as exposure.

        Raises Refused (day-full, break-due) if a limit is reached.
        """
        async with self.writing(analyst) as request:
            await lock_key(request.session, request.analyst)
            await guard.admit(request, self.limits)
            yield request
            await guard.count_look(request)

    @asynccontextmanager
    async def changing_claims(self, analyst: Caller, *, opens: bool) -> AsyncIterator[AnalystRequest]:
        """Open a transaction that changes the analyst's claims, and so how long they are exposed.

        Raises Refused (day-full, break-due) if it `opens` something new and a limit is reached.
        """
        async with self.writing(analyst) as request:
            await lock_key(request.session, request.analyst)
            if opens:
                await guard.admit(request, self.limits)
            yield request
            await guard.update_stretch(request)

    def _request(self, session: AsyncSession, analyst: Caller) -> AnalystRequest:
        return AnalystRequest(session, self.vault, self.audit, analyst.key_id, self.clock())


async def _transactions(
    database: DatabaseHere, vault: VaultHere, audit: AuditHere, clock: ClockHere, settings: SettingsHere
) -> Transactions:
    return Transactions(database, vault, audit, clock, guard.limits_of(settings))


TransactionsHere = Annotated[Transactions, Depends(_transactions)]
