"""The database's revisions: up and down with data, and no start on a wrong one."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from intake_api.database import Database
from intake_api.keys import NotReady
from intake_api.models import Base
from intake_api.schema import configuration, require_current, upgrade
from intake_api.settings import IntakeSettings
from tests.intake_api.office import a_report, opened


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _go_down(connection: Connection) -> None:
    command.downgrade(configuration(connection), "base")


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _definitions(connection: Connection) -> list[str]:
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return [" ".join(row.sql.split()) for row in made if "alembic" not in row.sql]


async def test_the_steps_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db")
    await upgrade(database)
    async with database.reading() as session:
        assert await (await session.connection()).run_sync(_differences) == []
    await database.close()


async def test_the_steps_make_the_very_indexes_and_checks_of_the_code(tmp_path: Path) -> None:
    """What comparing leaves out: partial indexes, checks, and tables without row numbers."""
    stepped, made = Database(tmp_path / "stepped.db"), Database(tmp_path / "made.db")
    await upgrade(stepped)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    definitions = []
    for database in (stepped, made):
        async with database.engine.connect() as connection:
            definitions.append(await connection.run_sync(_definitions))
        await database.close()
    assert [one for one in definitions[0] if "TRIGGER" not in one] == definitions[1]


async def test_a_database_with_data_goes_down_and_up_again(settings: IntakeSettings) -> None:
    async with opened(settings) as office:
        await office.take_in(a_report(), a_report())
        await office.claim()
    database = Database(settings.database_file)
    async with database.writing() as session:
        await (await session.connection()).run_sync(_go_down)
    async with database.reading() as session:
        assert await (await session.connection()).run_sync(_tables) == {"alembic_version"}
    await upgrade(database)
    await require_current(database)
    await database.close()


async def test_an_upgrade_of_a_current_database_keeps_its_data(settings: IntakeSettings) -> None:
    async with opened(settings) as office:
        await office.take_in(a_report("https://example.com/1"))
    database = Database(settings.database_file)
    await upgrade(database)
    await database.close()
    async with opened(settings) as office:
        assert await office.queue() == ["https://example.com/1"]


@pytest.mark.parametrize(
    "revision", ["UPDATE alembic_version SET version_num = '0000'", "DELETE FROM alembic_version"]
)
async def test_no_intake_starts_on_a_wrong_revision(settings: IntakeSettings, revision: str) -> None:
    database = Database(settings.database_file)
    async with database.writing() as session:
        await session.execute(text(revision))
    await database.close()
    with pytest.raises(NotReady, match="reportline intake upgrade"):
        async with opened(settings):
            pass
