"""Uses a database; with `sqlite` and `postgresql`, all that knows the differences between the two.

SQLite: one writer at a time; what is erased stays in the write-ahead log until `empty_journal`.
PostgreSQL: readers see one snapshot, writers lock the rows that they decide about.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exc as errors
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from intake_api.store.away import DatabaseAway, LeftBehind, Why, why_away, why_by_disk
from intake_api.store.postgresql import postgresql_engine
from intake_api.store.sqlite import Threads, begin_by, sqlite_engine
from intake_api.store.wrong_values import naming_wrong_values
from reportline.readiness import NotReady

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_SECONDS_TO_WAIT: Final = 30
# Connections of one pool: so many are kept, and so many more are made while they are needed.
_KEPT: Final = 10
_FURTHER: Final = 10
_KEPT_BESIDE: Final = 5
_FURTHER_BESIDE: Final = 5
# A transaction keeps the lock of each table that it reads until it ends.
_OPEN_TRANSACTIONS: Final = text(
    "SELECT virtualtransaction FROM pg_locks WHERE pid <> pg_backend_pid() AND relation = ANY "
    "(CAST(CAST(:tables AS text[]) AS regclass[])) AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
# Beginnings of the SQLSTATEs of temporary errors: no connection, a server that refuses logins or writes, a
# transaction to be repeated, no resources, a lock that was not granted, a server that starts or stops.
_PASSING: Final = ("08", "25006", "28", "3D", "40", "42501", "53", "55", "57")
_AWAY: Final = (errors.OperationalError, errors.InterfaceError, errors.TimeoutError, OSError)
_LAST: Final = "last"


class Database:
    """One database, given as a file of SQLite or a URL of PostgreSQL; each block is one transaction.

    A block raises DatabaseAway if the database does not answer or does not commit.
    """

    def __init__(self, place: Path | str, kept: int = _KEPT, further: int = _FURTHER) -> None:
        pool = {"pool_size": kept, "max_overflow": further}
        self.is_postgresql = isinstance(place, str)
        self._threads = Threads()
        self.engine = (
            postgresql_engine(place, _SECONDS_TO_WAIT, pool)
            if isinstance(place, str)
            else sqlite_engine(place, self._threads, pool)
        )
        self._place = place
        self._reader = self.engine.execution_options(**(_ONE_STATE if self.is_postgresql else {}))
        self._writer = self.engine.execution_options(writes=True)
        # SQLite has one writer. This lock serves writers in the order of arrival; SQLite would not.
        self._turn = asyncio.Lock()
        self._origin: Database = self
        self._beside: list[Database] = []
        # Why the last writing transaction was not committed, if that is known to last.
        self.unwritable: Why | None = None
        # Asked by each writing transaction at its beginning; a process that serves sets it.
        self.may_write: Callable[[AsyncSession], Awaitable[bool]] | None = None

    def beside(self) -> "Database":
        """Return the same database with connections of its own, which whoever uses this one cannot use up.

        It writes while this one may, in turn with it, and is closed with it.
        """
        other = Database(self._place, _KEPT_BESIDE, _FURTHER_BESIDE)
        other._origin, other._turn = self, self._turn
        self._beside.append(other)
        return other

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one snapshot of the database and changes nothing."""
        with _away(self._place):
            async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that is committed when the block ends, and rolled back when it raises.

        On SQLite it begins within 30 seconds, whoever writes before, or not at all. Raises LeftBehind if this
        process may not write any more.
        """
        deadline = asyncio.get_running_loop().time() + _SECONDS_TO_WAIT
        with self._noting(), _away(self._place):
            async with (
                self._in_turn(deadline),
                AsyncSession(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                if not self.is_postgresql:
                    await begin_by(session, deadline)
                if await self.is_left_behind(session):
                    raise LeftBehind
                last = session.info[_LAST] = []
                yield session
                for work in last:
                    await work(session)

    async def why_unwritable(self) -> Why | None:
        """Return why nothing can be written now, or None; it does not write.

        A write at each question would give PostgreSQL's transaction numbers, or SQLite's journal, a mark of
        the time, and the rows of reports lie beside it.
        """
        if isinstance(self._place, Path):
            return why_by_disk(self._place)
        with _away(self._place):
            async with self.engine.connect() as connection:
                setting = await connection.scalar(select(func.current_setting("transaction_read_only")))
        return "read_only" if setting == "on" else None

    async def empty_journal(self) -> bool:
        """Bring SQLite's write-ahead log into the file, and empty it; tells whether that was possible now."""
        if self.is_postgresql:
            return True
        with _away(self._place):
            deadline = asyncio.get_running_loop().time() + _SECONDS_TO_WAIT
            async with self._in_turn(deadline), self.engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as found:
                    is_busy, *_ = await found.fetchone()
        return not is_busy

    async def is_left_behind(self, session: AsyncSession) -> bool:
        """Tell whether this process is one that served, and that may not write any more."""
        may_write = self._origin.may_write
        return may_write is not None and not await may_write(session)

    async def close(self) -> None:
        """Close every connection."""
        for database in self._beside:
            await database.close()
        await self.engine.dispose()
        await self._threads.end()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except DatabaseAway as fault:
            if fault.why != "away":
                self._origin.unwritable = fault.why
            raise
        self._origin.unwritable = None

    @asynccontextmanager
    async def _in_turn(self, deadline: float) -> AsyncIterator[None]:
        if self.is_postgresql:
            yield
            return
        async with asyncio.timeout_at(deadline):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()


@asynccontextmanager
async def opened(place: Path | str) -> AsyncIterator[Database]:
    """Open a database, and close it when the block ends.

    Raises NotReady, which names the table, where a value of a wrong type makes the block fail.
    """
    database = Database(place)
    try:
        async with naming_wrong_values(database):
            yield database
    finally:
        await database.close()


def do_last(session: AsyncSession, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have `work` run at the end of a writing transaction, right before it is committed."""
    session.info[_LAST].append(work)


def upsert(session: AsyncSession, table: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT of the database's dialect, which has ON CONFLICT."""
    # Only the dialect in use is loaded: the other one would take a fortieth of a start.
    if _on_postgresql(session):
        from sqlalchemy.dialects.postgresql import insert

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

    return insert_on_sqlite(table)


async def advisory_lock(session: AsyncSession, number: int) -> None:
    """Take an exclusive lock of this number until the transaction ends; SQLite has only one writer anyway."""
    if _on_postgresql(session):
        await session.execute(select(func.pg_advisory_xact_lock(number)))


async def open_transactions(session: AsyncSession, *tables: type[DeclarativeBase]) -> set[str]:
    """Name the other transactions that have read or written one of these tables and are still open.

    SQLite has one writer, so there is none while that one asks.
    """
    if not _on_postgresql(session):
        return set()
    named = [table.__tablename__ for table in tables]
    return set(await session.scalars(_OPEN_TRANSACTIONS, {"tables": named}))


async def require_durable(session: AsyncSession) -> None:
    """Raise NotReady if the server's settings say that it may lose committed transactions."""
    if _on_postgresql(session):
        for name in ("fsync", "full_page_writes"):
            if await session.scalar(select(func.current_setting(name))) != "on":
                raise NotReady(f"PostgreSQL runs with {name} off: a power cut would lose reports. Set it on.")


def _on_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


_ONE_STATE: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def _away(place: Path | str) -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise DatabaseAway(type(error).__name__, why_away(error, place)) from error
    except errors.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if error.connection_invalidated or state.startswith(_PASSING):
            raise DatabaseAway(type(error).__name__, why_away(error, place)) from error
        raise
