"""The only file that knows which database this is: how it is opened, how it begins, how it upserts.

SQLite: write-ahead log, synchronous=FULL, and every writer begins at once, because a transaction that reads
first and writes later fails whenever another wrote in between, whatever the timeout.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_SECONDS_TO_WAIT = 30
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # What is erased is overwritten, not merely marked as free.
    "PRAGMA secure_delete=ON",
)

upsert = sqlite.insert


class Database:
    """One database; each block of `reading` or `writing` is one transaction."""

    def __init__(self, file: Path) -> None:
        self.engine = create_async_engine(
            f"sqlite+aiosqlite:///{file}",
            hide_parameters=True,
            # Without isolation_level, Python's driver begins transactions by itself, and too late.
            connect_args={"timeout": _SECONDS_TO_WAIT, "isolation_level": None},
        )
        event.listen(self.engine.sync_engine, "connect", _prepare)
        event.listen(self.engine.sync_engine, "begin", _begin)
        self._writer = self.engine.execution_options(writes=True)
        # SQLite has one writer. Waiting here is in order of arrival; SQLite's own waiting is a lottery.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one state of the database and changes nothing."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that is committed when the block ends, and rolled back when it raises."""
        async with (
            self._turn,
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[Database]:
    """Open a database for a while."""
    database = Database(file)
    try:
        yield database
    finally:
        await database.close()


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
