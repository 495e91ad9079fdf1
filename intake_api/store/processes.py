"""Knows which processes serve and which keys each has; one that is not heard of for long writes nothing more.

Each process has a row, which it renews. Each of its writing transactions begins by reading that row. Whoever
makes new keys deletes the rows of processes that are not heard any more, so these can seal or hash nothing
with older keys when they come back.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from hmac import compare_digest
from typing import Any, Final

from sqlalchemy import bindparam, delete, literal, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.keys import IntakeKeys, KeyRing
from intake_api.store.database import (
    Database,
    DatabaseAway,
    advisory_lock,
    minute_of,
    open_transactions,
)
from intake_api.store.key_checks import check_of, known_checks, pending_keys, require_keys
from intake_api.store.models import KeyCheck, ServingProcess
from reportline.logs import log_event
from reportline.readiness import NotReady

SECONDS_BETWEEN_LOOKS: Final = 2
# A process counts until it has not been heard of for two whole minutes: after three minutes at the latest.
_MINUTES_UNHEARD: Final = 2
_SECONDS_TO_LEAVE: Final = 5
_SECONDS_OF_A_TRANSACTION: Final = 120
_MINE: Final = select(literal(1)).where(ServingProcess.process_id == bindparam("mine"))
_BEGINNING: Final = 3  # the number of its advisory lock


class Has(StrEnum):
    """What a process has of a key that the database knows."""

    NOTHING = "nothing"
    KEY = "key"
    IN_USE = "in use"


@asynccontextmanager
async def present(database: Database, keys: KeyRing) -> AsyncIterator[None]:
    """Be one of the processes that serve, until the block ends; raises NotReady as `require_keys` does."""
    presence = _Presence(database, keys)
    await presence.begin()
    looking = asyncio.create_task(presence.run())
    try:
        yield
    finally:
        presence.stop()
        await looking
        await presence.end()


async def what_each_has(session: AsyncSession, name: str) -> Sequence[str | None]:
    """Tell what each process has of a key, None if it has not looked yet; those not heard are passed over.

    No other process begins to serve until the transaction ends.
    """
    await advisory_lock(session, _BEGINNING)
    unheard = ServingProcess.minute < await minute_of(session) - _MINUTES_UNHEARD
    await session.execute(delete(ServingProcess).where(unheard))
    return [row.keys.get(name) for row in await session.scalars(select(ServingProcess))]


async def wait_until_none_serves(database: Database) -> None:
    """Wait until no process is heard of any more; raises NotReady if one goes on."""
    heard: dict[str, int] = {}
    while rows := await _heard(database):
        if any(heard.setdefault(process_id, minute) != minute for process_id, minute in rows.items()):
            raise NotReady("An intake is running. Stop every one, then run this again.")
        await asyncio.sleep(1)


async def pass_over_all(session: AsyncSession) -> None:
    """Let no process write that serves now; none begins to serve until the transaction ends."""
    await advisory_lock(session, _BEGINNING)
    await session.execute(delete(ServingProcess))


async def wait_for_writers(database: Database) -> None:
    """Wait until all writing that has begun has ended; raises NotReady if some does not.

    Whoever writes sealed values or hashes has read, in the same transaction, its row or which key is in use.
    """
    before: set[str] | None = None
    for _ in range(_SECONDS_OF_A_TRANSACTION * 10):
        async with database.reading() as session:
            now = await open_transactions(session, ServingProcess, KeyCheck)
        before = now if before is None else before & now
        if not before:
            return
        await asyncio.sleep(0.1)
    raise NotReady("A transaction of an intake does not end. See what holds it up, then run this again.")


class _Presence:
    """The row of this process."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database, self._keys = database, keys
        self._process_id = secrets.token_hex(16)
        self._mine = ServingProcess.process_id == self._process_id
        self._told: dict[str, Any] = {}
        self._stopped = asyncio.Event()
        self._is_left_behind = False

    async def begin(self) -> None:
        async with self._database.writing() as session:
            await advisory_lock(session, _BEGINNING)
            await require_keys(session, self._keys.current())
            if not self._database.is_postgresql:
                # SQLite serves one process: another row is of one that was killed.
                await session.execute(delete(ServingProcess))
            self._told = await self._seen(session)
            session.add(ServingProcess(process_id=self._process_id, **self._told))
        self._database.may_write = self._may_write

    async def run(self) -> None:
        """Look and tell until stopped, or left behind; what cannot be told now is told later."""
        while not self._is_left_behind:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), SECONDS_BETWEEN_LOOKS)
                return
            with suppress(DatabaseAway, SQLAlchemyError):
                await self._look()

    def stop(self) -> None:
        self._stopped.set()

    async def end(self) -> None:
        with suppress(DatabaseAway, SQLAlchemyError, TimeoutError):
            async with asyncio.timeout(_SECONDS_TO_LEAVE), self._database.writing() as session:
                await session.execute(delete(ServingProcess).where(self._mine))

    def _is_unheard(self) -> bool:
        return int(self._told["minute"]) < time.time() // 60 - _MINUTES_UNHEARD

    async def _look(self) -> None:
        async with self._database.reading() as session:
            seen = await self._seen(session)
        if seen != self._told:
            async with self._database.writing() as session:
                await session.execute(update(ServingProcess).where(self._mine).values(seen))
            self._told = seen

    async def _seen(self, session: AsyncSession) -> dict[str, Any]:
        """Use what is in use; returns the values of this process's row."""
        known, pending = await known_checks(session), await pending_keys(session)
        minute = await minute_of(session)
        # Used first and told afterwards: what is told to be in use is used by then.
        self._keys.use_all_but(pending | self._keys.current().by_name().keys() - known.keys())
        return {"minute": minute, "keys": _had(self._keys.current(), known)}

    async def _may_write(self, session: AsyncSession) -> bool:
        if not self._database.is_postgresql and not self._is_unheard():
            # Only one process serves SQLite, and who might delete its row has the same clock.
            return True
        connection = await session.connection()
        there = (await connection.execute(_MINE, {"mine": self._process_id})).first() is not None
        if not there and not self._is_left_behind:
            self._is_left_behind = True
            log_event("left_behind")
        return there


async def _heard(database: Database) -> Mapping[str, int]:
    """Return the processes that are heard of, with the last minute of each."""
    async with database.reading() as session:
        heard = ServingProcess.minute >= await minute_of(session) - _MINUTES_UNHEARD
        rows = await session.execute(select(ServingProcess.process_id, ServingProcess.minute).where(heard))
        return {row.process_id: row.minute for row in rows}


def _had(keys: IntakeKeys, known: Mapping[str, bytes]) -> dict[str, str]:
    held = {
        name
        for name, key in keys.by_name().items()
        if name in known and compare_digest(known[name], check_of(key))
    }
    used = {f"{purpose}-{keys.in_use(purpose)}" for purpose in ("seal", "vault", "index")}
    return {
        name: Has.NOTHING if name not in held else Has.IN_USE if name in used else Has.KEY for name in known
    }
