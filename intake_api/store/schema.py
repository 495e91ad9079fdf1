"""The way from one revision of the database to the next (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from intake_api.store.database import Database, alone
from intake_api.store.revision import usable

_UPGRADE = 2  # the number of its turn, among those that `alone` knows


async def upgrade(database: Database) -> None:
    """Bring the database to the newest revision, in one transaction; raises NotReady if it cannot be used."""
    with usable():
        async with database.writing() as session:
            await alone(session, _UPGRADE)
            connection = await session.connection()
            await connection.run_sync(lambda inner: command.upgrade(configuration(inner), "head"))


def configuration(connection: Connection | None = None) -> Config:
    """Give what Alembic's own commands need, to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
