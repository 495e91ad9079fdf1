"""Upgrades the database with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from intake_api.store.database import Database, advisory_lock
from intake_api.store.revision import usable

_UPGRADE = 2  # the number of its advisory lock


async def upgrade(database: Database) -> None:
    """Upgrade the database to the newest revision, in one transaction; raises NotReady if that fails."""
    with usable():
        async with database.writing() as session:
            await advisory_lock(session, _UPGRADE)
            connection = await session.connection()
            await connection.run_sync(lambda inner: command.upgrade(configuration(inner), "head"))


def configuration(connection: Connection | None = None) -> Config:
    """Return the configuration with which Alembic's commands use this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
