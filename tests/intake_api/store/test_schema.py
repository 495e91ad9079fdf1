"""The database's revisions go up and down with data, and the intake starts on the right one only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Base
from intake_api.store.revision import NEWEST_REVISION, require_current
from intake_api.store.schema import configuration, upgrade_in
from reportline.readiness import NotReady
from tests.intake_api.running_api import a_report, opened


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


async def _upgrade(database: Database) -> None:
    async with database.writing() as session:
        await upgrade_in(session)


def _go_down(connection: Connection) -> None:
    command.downgrade(configuration(connection), "base")


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _shape(connection: Connection) -> dict[str, Any]:
    """Tell all that a table is, in whatever order its parts were made."""
    seen = inspect(connection)
    return {
        table: {
            "columns": sorted(str(column | {"default": ""}) for column in seen.get_columns(table)),
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "indexes": sorted(_index(index) for index in seen.get_indexes(table)),
            "unique": sorted(str(one["column_names"]) for one in seen.get_unique_constraints(table)),
            "lenders": sorted(
                str((one["constrained_columns"], one["referred_table"]))
                for one in seen.get_foreign_keys(table)
            ),
            "checks": sorted(str(one["sqltext"]) for one in seen.get_check_constraints(table)),
        }
        for table in sorted(seen.get_table_names())
        if table != "alembic_version"
    }


def _index(index: Mapping[str, Any]) -> str:
    conditions = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str((index["name"], index["column_names"], index["unique"], conditions))


def _without_row_numbers(connection: Connection) -> set[str]:
    made = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"))
    return {row.name for row in made}


async def test_the_steps_lead_to_the_tables_of_the_code(settings: IntakeSettings) -> None:
    async with opened(settings) as api, api.intake.database.reading() as session:
        assert await (await session.connection()).run_sync(_differences) == []


async def test_the_steps_make_the_very_indexes_and_checks_of_the_code(
    settings: IntakeSettings, empty_place: Path | str
) -> None:
    """What comparing leaves out: partial indexes, checks, keys."""
    shapes = []
    made = Database(empty_place)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    for database in (Database(settings.database_place()), made):
        async with database.engine.connect() as connection:
            shapes.append(await connection.run_sync(_shape))
        await database.close()
    assert shapes[0] == shapes[1]


async def test_tables_of_reports_have_no_row_numbers(sqlite_settings: IntakeSettings) -> None:
    """SQLite would count rows up, and so tell the order of arrival."""
    async with database_opened(sqlite_settings.database_place()) as database:
        async with database.engine.connect() as connection:
            without = await connection.run_sync(_without_row_numbers)
    of_reports = {"reports", "items", "mentions", "sources", "queue_places", "item_words"}
    assert without == of_reports | {"queue_turns"}


async def test_a_database_with_data_goes_down_and_up_again(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(), a_report())
        await api.claim()
    database = Database(settings.database_place())
    async with database.writing() as session:
        await (await session.connection()).run_sync(_go_down)
    async with database.reading() as session:
        assert await (await session.connection()).run_sync(_tables) == {"alembic_version"}
    await _upgrade(database)
    await require_current(database)
    await database.close()


async def test_an_upgrade_of_a_current_database_keeps_its_data(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report("https://example.com/1"))
    database = Database(settings.database_place())
    await _upgrade(database)
    await database.close()
    async with opened(settings) as api:
        assert await api.queue() == ["https://example.com/1"]


def test_the_newest_revision_is_the_last_of_the_migrations() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == NEWEST_REVISION


@pytest.mark.parametrize(
    "revision", ["UPDATE alembic_version SET version_num = '0000'", "DELETE FROM alembic_version"]
)
async def test_no_intake_starts_on_a_wrong_revision(settings: IntakeSettings, revision: str) -> None:
    database = Database(settings.database_place())
    async with database.writing() as session:
        await session.execute(text(revision))
    await database.close()
    with pytest.raises(NotReady, match=r"reportline intake upgrade|restore its backup"):
        async with opened(settings):
            pass


async def test_a_database_of_a_newer_version_is_neither_served_nor_upgraded(settings: IntakeSettings) -> None:
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        for use in (_upgrade, require_current):
            with pytest.raises(NotReady, match="newer version of Reportline"):
                await use(database)
