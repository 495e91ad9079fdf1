"""The command that brings the database to the revision of this version."""

import typer

from intake_api.commands.changing import changing
from intake_api.commands.command_line import run, settings_of
from intake_api.keys import adopt_keys, read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.revision import EMPTY, has_tables
from intake_api.upkeep.upgrading import bring_up_to_date
from reportline.readiness import NotReady


def upgrade_database() -> None:
    """Bring the database to the revision that this version needs."""
    settings = settings_of(IntakeSettings)
    run(_upgrade(settings))
    typer.echo("The database is at the revision that this version needs.")


async def _upgrade(settings: IntakeSettings) -> None:
    adopt_keys(settings.folder)
    keys = read_keys(settings.folder)
    async with changing(settings) as database:
        if not await has_tables(database):
            raise NotReady(EMPTY)
        await bring_up_to_date(database, keys, settings.folder)
