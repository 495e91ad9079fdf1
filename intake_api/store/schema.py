"""Upgrades the database with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.database import advisory_lock
from intake_api.store.revision import NEWER
from reportline.readiness import NotReady

_UPGRADE = 2  # the number of its advisory lock


async def upgrade_in(session: AsyncSession) -> None:
    """Upgrade the database in the caller's transaction; raises NotReady if it is of a newer version."""
    await advisory_lock(session, _UPGRADE)
    connection = await session.connection()
    try:
        await connection.run_sync(lambda inner: command.upgrade(configuration(inner), "head"))
    except CommandError:
        raise NotReady(NEWER) from None


def configuration(connection: Connection | None = None) -> Config:
    """Return the configuration with which Alembic's commands use this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
