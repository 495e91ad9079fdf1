"""Opens SQLite so that what is committed is on disk, what is deleted is overwritten, and one writer waits.

Write-ahead log and synchronous=FULL. Every writer takes the write lock when it begins: a transaction that
reads first and writes later would fail whenever another one wrote in between, whatever the timeout.
"""

import asyncio
import sqlite3
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from sqlalchemy import URL, Connection, event
from sqlalchemy import exc as errors
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from intake_api.store.read_json import read_column

if TYPE_CHECKING:
    import aiosqlite

# A wait inside SQLite cannot be called off, so it is cut into pieces.
_SECONDS_IN_SQLITE: Final = 1
_SECONDS_TO_END: Final = 5
# The function of SQL that tells of bytes whether PostgreSQL would take them as a text.
IS_TEXT: Final = "is_text"
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Deleted content is overwritten, not merely marked as free.
    "PRAGMA secure_delete=ON",
    # The write-ahead log gives its space back, with all that is in it, when it begins anew.
    "PRAGMA journal_size_limit=0",
)


class Threads:
    """The threads of aiosqlite's connections, each of which must end before the event loop does.

    A connection that failed or was cut off ends its thread later, and aiosqlite does not wait for that.
    """

    def __init__(self) -> None:
        self._threads = WeakSet[Thread]()

    async def connect(self, *place: Any, **options: Any) -> "aiosqlite.Connection":
        """Open a connection, and know its thread."""
        # Only the driver in use is loaded.
        import aiosqlite

        connection = aiosqlite.connect(*place, **options)
        thread = connection._thread  # noqa: SLF001 - SQLAlchemy does so too: there is no other way
        thread.daemon = True
        self._threads.add(thread)
        return await connection

    async def end(self) -> None:
        """Wait until each has ended, for some seconds at most."""
        for thread in list(self._threads):
            await asyncio.to_thread(thread.join, _SECONDS_TO_END)


def sqlite_engine(file: Path, threads: Threads, pool: dict[str, int]) -> AsyncEngine:
    """Return an engine for a file, with a pool of these sizes."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        hide_parameters=True,
        json_deserializer=read_column,
        connect_args={
            "async_creator_fn": threads.connect,
            "timeout": _SECONDS_IN_SQLITE,
            # Else Python's driver begins transactions by itself, and too late.
            "isolation_level": None,
        },
        **pool,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


async def begin_by(session: AsyncSession, deadline: float) -> None:
    """Begin a transaction; raises OperationalError when others have written until the deadline."""
    clock = asyncio.get_running_loop().time
    while True:
        try:
            await session.connection()
        except errors.OperationalError as error:
            if not _is_locked(error) or clock() >= deadline:
                raise
        else:
            return


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver: Any = connection
    driver.create_function(IS_TEXT, 1, _is_text, deterministic=True)
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _is_text(stored: bytes) -> bool:
    try:
        return "\0" not in stored.decode()
    except UnicodeDecodeError:
        return False


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_locked(error: errors.OperationalError) -> bool:
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY
