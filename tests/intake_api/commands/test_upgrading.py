"""An upgrade runs while no intake does, says from which revision it came and whether a reindex is next."""

import asyncio
import shutil

from alembic import command
from sqlalchemy import Connection, update
from typer.testing import CliRunner, Result

from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Item
from intake_api.store.revision import NEWEST_REVISION, revision_of
from intake_api.store.schema import configuration
from intake_api.upkeep.locks import serving
from tests.intake_api.running_api import NOON, a_report, environment, opened

EARLIER = "0008"
RUNS = "An intake is running. Stop every one, then run this again.\n"


def _upgrade(settings: IntakeSettings) -> Result:
    return CliRunner().invoke(intake, ["upgrade"], env=environment(settings))


def _go_down(connection: Connection) -> None:
    command.downgrade(configuration(connection), EARLIER)


async def _make_earlier(settings: IntakeSettings) -> None:
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        await (await session.connection()).run_sync(_go_down)


async def _revision(settings: IntakeSettings) -> str | None:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return await (await session.connection()).run_sync(revision_of)


def test_it_is_refused_while_an_intake_serves(settings: IntakeSettings) -> None:
    asyncio.run(_make_earlier(settings))
    with serving(settings.folder):
        refused = _upgrade(settings)
    assert (refused.exit_code, refused.output) == (1, RUNS)
    assert asyncio.run(_revision(settings)) == EARLIER
    assert _upgrade(settings).exit_code == 0


async def test_it_is_refused_while_an_intake_serves_on_another_machine(
    postgresql_settings: IntakeSettings,
) -> None:
    """The processes are in the database; one that answers is running."""
    async with opened(postgresql_settings):
        second = postgresql_settings.data_dir.with_name("second")
        shutil.copytree(postgresql_settings.data_dir, second)
        there = postgresql_settings.model_copy(update={"data_dir": second})
        refused = await asyncio.to_thread(_upgrade, there)
        assert (refused.exit_code, refused.output) == (1, RUNS)


def test_it_says_from_which_revision_the_database_came(settings: IntakeSettings) -> None:
    asyncio.run(_make_earlier(settings))
    done = _upgrade(settings)
    assert done.exit_code == 0
    assert done.stdout == (
        f"The database was at revision {EARLIER} and is now at {NEWEST_REVISION}, which this version needs. "
        "Nothing has to be reindexed: start the intake.\n"
    )
    again = _upgrade(settings)
    assert again.exit_code == 0
    assert again.stdout == (
        f"Nothing was to do: the database is at revision {NEWEST_REVISION}, which this version needs. "
        "Nothing has to be reindexed: start the intake.\n"
    )


async def test_it_says_that_a_reindex_comes_next(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report())
        async with api.intake.database.writing() as session:
            await session.execute(update(Item).values(canonicaliser=1))
    done = await asyncio.to_thread(_upgrade, settings)
    assert done.exit_code == 0
    assert done.stdout.endswith("Next, before you start the intake: `reportline intake reindex`.\n")


async def test_a_claim_without_a_number_is_given_one(settings: IntakeSettings) -> None:
    """An intake of an earlier version, which went on beside the upgrade, numbered none."""
    async with opened(settings) as api:
        api.clock.moment = NOON
        await api.take_in(a_report(), a_report(), a_report())
        await api.claim(3)
        async with api.intake.database.writing() as session:
            await session.execute(update(Item).where(Item.claim_number > 1).values(claim_number=None))
    assert (await asyncio.to_thread(_upgrade, settings)).exit_code == 0
    async with opened(settings) as api:
        api.clock.moment = NOON
        held = (await api.analyst.get("/v1/queue/claims")).json()["claims"]
        assert [claim["number"] for claim in held] == [1, 2, 3]
