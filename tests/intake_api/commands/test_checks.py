"""The doctor says one sentence for each cause, however many of its looks meet it."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from intake_api.commands.checks import check
from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import a_report, opened
from tests.postgresql import PostgreSql

NO_DATABASE = (
    "The server has no database of the name in the settings. Correct that name; if the database was "
)


def _faults(settings: IntakeSettings) -> list[tuple[str, str]]:
    return [(one.name, one.advice) for one in check(settings) if not one.fine]


@pytest.fixture
def dropped(postgresql_settings: IntakeSettings, server: PostgreSql) -> Iterator[IntakeSettings]:
    """Give an intake whose database is gone."""
    place = str(postgresql_settings.database_place())
    name = place.rpartition("/")[2].partition("?")[0]
    server.run(f"ALTER DATABASE {name} RENAME TO {name}_gone")
    yield postgresql_settings
    server.run(f"ALTER DATABASE {name}_gone RENAME TO {name}")


def test_a_database_that_was_dropped_is_told_once(dropped: IntakeSettings) -> None:
    [(name, advice)] = _faults(dropped)
    assert name == "intake database"
    assert advice.startswith(NO_DATABASE)


def test_a_folder_of_keys_and_a_database_that_are_gone_are_told_once_each(dropped: IntakeSettings) -> None:
    shutil.rmtree(dropped.folder)
    (keys, told), (values, database) = _faults(dropped)
    assert (keys, values) == ("intake keys", "database values")
    assert str(dropped.folder) in told or "copy it from one that has it" in told
    assert database.startswith(NO_DATABASE)


def test_a_file_that_is_gone_is_told_once(sqlite_settings: IntakeSettings) -> None:
    sqlite_settings.database_file.unlink()
    [(name, advice)] = _faults(sqlite_settings)
    assert name == "intake database"
    assert advice.startswith(f"There is no database {sqlite_settings.database_file}, ")


def test_a_folder_of_keys_that_is_gone_with_its_file_is_told_once(sqlite_settings: IntakeSettings) -> None:
    shutil.rmtree(sqlite_settings.folder)
    assert len(_faults(sqlite_settings)) == 1


async def _reported(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report())
        [claim] = await api.claim()
        path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
        assert (await api.analyst.post(path, json={"outcome": "ignore"})).status_code == 201


def test_another_intakes_audit_key_blames_neither_log_nor_rows(settings: IntakeSettings) -> None:
    """All that it signs looks changed then, and whoever did as is said of that would spoil the log."""
    asyncio.run(_reported(settings))
    assert _faults(settings) == []
    (settings.folder / "audit.key").write_text(f"{bytes(32).hex()}\n")
    database, rows = _faults(settings)
    assert database == (
        "intake database",
        (
            "audit.key is not the key of this database. Copy the right one from another machine of this "
            "intake, or out of a backup (docs/operator.md, Backups)."
        ),
    )
    name, told = rows
    assert name == "audit log"
    assert told.endswith("assessments and the access keys are looked at once the right audit.key is back.")
