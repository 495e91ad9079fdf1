"""The database's revision: what it is, what it must be, and the way from one to the other (Alembic)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from intake_api.faults import NotReady
from intake_api.store.database import Database, DatabaseAway, alone, require_durable

_UPGRADE = 2  # the number of its turn, among those that `alone` knows


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision, in one transaction; raises NotReady if it cannot be used."""
    with _usable():
        async with database.writing() as session:
            await alone(session, _UPGRADE)
            connection = await session.connection()
            await connection.run_sync(lambda inner: command.upgrade(configuration(inner), "head"))


async def has_tables(database: Database) -> bool:
    """Tell whether the database was ever brought to a revision; raises NotReady if it cannot be used."""
    with _usable():
        async with database.reading() as session:
            connection = await session.connection()
            return await connection.run_sync(revision_of) is not None


async def require_current(database: Database) -> None:
    """Raise NotReady unless the database is at the revision that this version of the code needs."""
    with _usable():
        async with database.reading() as session:
            connection = await session.connection()
            current = await connection.run_sync(revision_of)
            await require_durable(session)
    if current != newest_revision():
        raise NotReady(
            f"The database is at revision {current}, this version needs {newest_revision()}. "
            "Make a backup, then run `reportline intake upgrade`."
        )


def configuration(connection: Connection | None = None) -> Config:
    """Give what Alembic's own commands need, to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: Connection) -> str | None:
    """Give the revision at which a database is; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Give the revision that this version of the code needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except (DatabaseAway, DBAPIError):
        raise NotReady(
            "The database cannot be used. See that its server runs and lets this intake in; stop what else "
            "uses it; if it is damaged, put your backup back."
        ) from None
