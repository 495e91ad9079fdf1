"""The command that brings the database to the revision of this version, while no intake runs."""

import typer

from intake_api.commands.changing import changing
from intake_api.commands.command_line import run, settings_of
from intake_api.commands.keys import telling_silence
from intake_api.keys import require_folder
from intake_api.settings import IntakeSettings
from intake_api.store.revision import NEWEST_REVISION
from intake_api.upkeep.locks import while_none_serves
from intake_api.upkeep.upgrading import Upgraded, upgrade_alone


def upgrade_database() -> None:
    """Bring the database to the revision that this version needs; say from which, and what comes next."""
    settings = settings_of(IntakeSettings)
    done = run(_upgrade(settings))
    if done.before == NEWEST_REVISION:
        was = f"Nothing was to do: the database is at revision {NEWEST_REVISION}"
    else:
        was = f"The database was at revision {done.before} and is now at {NEWEST_REVISION}"
    typer.echo(f"{was}, which this version needs. {_next(done)}")


def _next(done: Upgraded) -> str:
    if done.is_to_reindex:
        return "Next, before you start the intake: `reportline intake reindex`."
    return "Nothing has to be reindexed: start the intake."


async def _upgrade(settings: IntakeSettings) -> Upgraded:
    require_folder(settings.folder)
    with while_none_serves(settings.folder):
        async with changing(settings) as database:
            with telling_silence() as silence:
                return await upgrade_alone(database, settings.folder, silence)
