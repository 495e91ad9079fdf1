"""Checks that the database has the revision that this version needs, without Alembic, which loads slowly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import ColumnClause, Connection, column, inspect, select, table, update
from sqlalchemy.exc import DBAPIError

from intake_api.store.away import ADVICE, DatabaseAway
from intake_api.store.database import Database, require_durable
from reportline.readiness import NotReady

# The last revision in migrations/versions; a test compares it with the one that Alembic finds.
NEWEST_REVISION: Final = "0010"
NEWER: Final = (
    "The database is of a newer version of Reportline. Install that one, or put a backup of this one back."
)
EMPTY: Final = (
    "The database is empty, or not an intake's. If an intake worked in it, restore its backup; "
    "`reportline setup` makes a new one."
)
_NO_REVISION: Final = (
    "The table alembic_version holds no revision. Find out who wrote to the database; put your backup back."
)
_UNUSABLE: Final = (
    "The database cannot be used. See that its server runs and lets this intake in; stop what else uses it; "
    "if it is damaged, put your backup back."
)
_DROPPED: Final = (
    "The server has no database of the name in the settings. Correct that name; if the database was dropped, "
    "restore your backup."
)
_INVALID_CATALOG_NAME: Final = "3D000"
_NUMBER: Final[ColumnClause[str]] = column("version_num")
_OF_ALEMBIC: Final = table("alembic_version", _NUMBER)


async def has_tables(database: Database) -> bool:
    """Return whether the database has a revision; raises NotReady if it cannot be used."""
    with usable():
        async with database.reading() as session:
            connection = await session.connection()
            return await connection.run_sync(revision_of) is not None


async def require_current(database: Database) -> None:
    """Raise NotReady unless the database is at the revision that this version needs."""
    with usable():
        async with database.reading() as session:
            connection = await session.connection()
            current = await connection.run_sync(revision_of)
            await require_durable(session)
    if current is None:
        raise NotReady(EMPTY)
    if not isinstance(current, str):
        raise NotReady(_NO_REVISION)
    if current > NEWEST_REVISION:
        raise NotReady(NEWER)
    if current != NEWEST_REVISION:
        raise NotReady(
            f"The database is at revision {current}, this version needs {NEWEST_REVISION}. "
            "Make a backup, then run `reportline intake upgrade`."
        )


async def try_to_write(database: Database) -> None:
    """Write and commit what stands there already; raises DatabaseAway if that is impossible."""
    async with database.writing() as session:
        await session.execute(update(_OF_ALEMBIC).values(version_num=_NUMBER))


async def require_writable(database: Database) -> None:
    """Raise NotReady if the database or its disk is full or read-only."""
    with usable():
        why = await database.why_unwritable()
    if why is not None:
        raise NotReady(f"{ADVICE[why]}.")


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, or None before the first one."""
    if not inspect(connection).has_table(_OF_ALEMBIC.name):
        return None
    revision: str | None = connection.scalar(select(_NUMBER).select_from(_OF_ALEMBIC))
    return revision


@contextmanager
def usable() -> Iterator[None]:
    """Turn every error of a database that cannot be used into NotReady."""
    try:
        yield
    except DatabaseAway as fault:
        raise NotReady(_of(fault.__cause__) if fault.why == "away" else f"{ADVICE[fault.why]}.") from None
    except DBAPIError as fault:
        raise NotReady(_of(fault)) from None


def _of(fault: BaseException | None) -> str:
    state = getattr(getattr(fault, "orig", fault), "sqlstate", None)
    return _DROPPED if state == _INVALID_CATALOG_NAME else _UNUSABLE
