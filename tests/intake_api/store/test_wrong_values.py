"""A value that its column cannot hold is told with its table, by the doctor and by every command."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import JSON, DateTime, Integer, LargeBinary, text
from typer.testing import CliRunner, Result

from intake_api.commands.checks import check
from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from intake_api.store.columns import DayType, ExactTime, HourType
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Base, ItemWord, Lift, ServingProcess
from intake_api.store.wrong_values import require_values
from reportline.checks import Check
from reportline.readiness import NotReady
from tests.intake_api.api_users import CLAIMS, new_user
from tests.intake_api.running_api import NOON, a_report, environment, opened
from tests.intake_api.unguarded import unguard
from tests.sweeps import Sample

COLUMNS = [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]
NULLABLE = {
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.nullable
}
# SQLite numbers the rows by this column, so it holds nothing else.
NUMBERED = {("audit_log", "sequence")}


async def _fill(settings: IntakeSettings) -> None:
    """Leave a row in every table."""
    async with opened(settings) as api:
        api.clock.moment = NOON
        await api.take_in(*(a_report(f"https://example.com/{number}", note="a note") for number in range(3)))
        [claim, _] = await api.claim(2)
        path = f"{CLAIMS}/{claim['claim_id']}/assessment"
        assert (await api.analyst.post(path, json={"outcome": "ignore", "note": "seen"})).status_code == 201
        other = await new_user(api)
        api.clock.move(hours=1)
        await api.intake.audit_task.tick()
        async with api.intake.database.writing() as session:
            ends, lifted = NOON + timedelta(days=900), {"analyst": other.key_id, "lifted_by": other.key_id}
            session.add(Lift(lift_id="0" * 16, until=ends, **lifted))
            item_id = await session.scalar(text("SELECT min(item_id) FROM items"))
            session.add(ItemWord(item_id=item_id, word=bytes(32), reports=1))
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        session.add(ServingProcess(process_id="0" * 32, keys={}))
        await unguard(session)


@pytest.fixture(scope="module")
def filled(fresh_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a small intake on SQLite; gives its data folder."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    shutil.copytree(fresh_folder, folder)
    asyncio.run(_fill(IntakeSettings(data_dir=folder)))
    return folder


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> IntakeSettings:
    """Copy the small intake."""
    shutil.copytree(filled, tmp_path / "copied")
    return IntakeSettings(data_dir=tmp_path / "copied")


def _wrong_value(table: str, column: str) -> object:
    """Give a value that is none of the column's kind."""
    kind = Base.metadata.tables[table].columns[column].type
    if isinstance(kind, LargeBinary | JSON | ExactTime | DateTime):
        return "text"
    if isinstance(kind, Integer | HourType | DayType):
        return "text"
    return b"\xff\x00"


def _plant(
    settings: IntakeSettings, table: str, column: str, value: object, *, as_text: bool = False
) -> bool:
    """Write a value into one row of a table, as the owner of the file can; tells whether SQLite took it."""
    named = {one.name: one for one in Base.metadata.tables[table].columns}
    keys = ", ".join(name for name, one in named.items() if one.primary_key)
    given = "CAST(? AS TEXT)" if as_text else "?"
    statement = (
        f'UPDATE {table} SET "{column}" = {given} WHERE ({keys}) = (SELECT {keys} FROM {table} LIMIT 1)'  # noqa: S608
    )
    with closing(sqlite3.connect(settings.database_file)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        if value is None:
            _allow_null(connection, table)
        try:
            changed = connection.execute(statement, (value,)).rowcount
        except sqlite3.IntegrityError:
            return False
        connection.commit()
    assert changed == 1, f"the table {table} has no row"
    return True


def _allow_null(connection: sqlite3.Connection, table: str) -> None:
    connection.execute("PRAGMA writable_schema=ON")
    allow = "UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL,', ',') WHERE name = ?"
    connection.execute(allow, (table,))
    connection.execute("PRAGMA writable_schema=RESET")


def _looks(settings: IntakeSettings) -> Iterator[Check]:
    yield from (one for one in check(settings) if not one.fine)


def test_the_doctor_names_the_table_of_a_wrong_value_in_every_column(
    copied: IntakeSettings, sample: Sample
) -> None:
    """And no check of its ends otherwise than with a sentence."""
    assert not [*_looks(copied)]
    whole, wrong = copied.database_file.read_bytes(), {}
    for table, column in sample.of([one for one in COLUMNS if one not in NUMBERED]):
        for file in copied.folder.glob("reportline.db-*"):
            file.unlink()
        copied.database_file.write_bytes(whole)
        assert _plant(copied, table, column, _wrong_value(table, column)), (table, column)
        faults = {one.name: one.advice for one in _looks(copied)}
        # Once: where an earlier look ends by it, the look at all values does not say it again.
        if sum(f"{table} ({column})" in advice for advice in faults.values()) != 1:
            wrong[table, column] = faults
    assert wrong == {}


async def _told(settings: IntakeSettings) -> str:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        with pytest.raises(NotReady) as found:
            await require_values(session)
    return str(found.value)


def test_nothing_where_something_must_be_is_found(copied: IntakeSettings, sample: Sample) -> None:
    whole, planted = copied.database_file.read_bytes(), 0
    for table, column in sample.of([one for one in COLUMNS if one not in NULLABLE]):
        for file in copied.folder.glob("reportline.db-*"):
            file.unlink()
        copied.database_file.write_bytes(whole)
        if _plant(copied, table, column, None):
            planted += 1
            assert f"{table} ({column})" in asyncio.run(_told(copied))
    assert planted > 0, str(sample)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("items", "first_hour", "100000000"),
        ("reports", "arrival_hour", "-1"),
        ("items", "changed_on", "5000000"),
        ("assessments", "details", "'[]'"),
        ("processes", "keys", "'1'"),
    ],
)
async def test_a_value_out_of_bounds_is_found_on_both_databases(
    settings: IntakeSettings, table: str, column: str, value: str
) -> None:
    await _fill(settings)
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        await session.execute(text(f"UPDATE {table} SET {column} = {value}"))  # noqa: S608 - named above
    assert f"{table} ({column})" in await _told(settings)
    found = {one.name: one.advice for one in await asyncio.to_thread(check, settings) if not one.fine}
    assert f"{table} ({column})" in found["database values"]


def _text_of(table: str, column: str) -> bytes | None:
    """Give how a text of the column begins, or None if it holds no text."""
    kind = Base.metadata.tables[table].columns[column].type
    if isinstance(kind, HourType | DayType | Integer | LargeBinary):
        return None
    if isinstance(kind, ExactTime | DateTime):
        return b"2026-03-01 12:00:00"
    return b'{"a": "b"}' if isinstance(kind, JSON) else b"a"


@pytest.mark.parametrize("rest", [b"\xff", b"\x80", b"\xed\xa0\x80", b"\x00"])
def test_text_that_nobody_can_read_is_found(copied: IntakeSettings, sample: Sample, rest: bytes) -> None:
    """SQLite keeps bytes that are none in UTF-8, half a character, and what follows a NUL."""
    whole, missed = copied.database_file.read_bytes(), []
    for table, column in sample.of([one for one in COLUMNS if _text_of(*one) is not None]):
        for file in copied.folder.glob("reportline.db-*"):
            file.unlink()
        copied.database_file.write_bytes(whole)
        assert _plant(copied, table, column, (_text_of(table, column) or b"") + rest, as_text=True)
        if not any(f"{table} ({column})" in one.advice for one in _looks(copied)):
            missed.append((table, column))
    assert missed == []


async def test_a_time_that_nobody_can_read_is_found(postgresql_settings: IntakeSettings) -> None:
    await _fill(postgresql_settings)
    async with database_opened(postgresql_settings.database_place()) as database:
        async with database.writing() as session:
            await session.execute(text("UPDATE access_keys SET made_at = 'infinity'"))
    assert "access_keys (made_at)" in await _told(postgresql_settings)
    assert [*await asyncio.to_thread(lambda: [*_looks(postgresql_settings)])]


@pytest.mark.parametrize(
    "time",
    [
        "2026-02-30 12:00:00.000000",
        "now",
        "2026-03-01 12:00:00x",
        "0000-01-01 00:00:00.000000",
        "0001-01-01 23:59:59.000000",
        "9999-12-31 00:00:00.000000",
    ],
)
def test_a_time_of_another_form_is_found(copied: IntakeSettings, time: str) -> None:
    assert _plant(copied, "audit_log", "at", time)
    assert "audit_log (at)" in asyncio.run(_told(copied))


def _run(settings: IntakeSettings, *arguments: str) -> Result:
    return CliRunner().invoke(intake, arguments, env=environment(settings))


@pytest.mark.parametrize(
    ("arguments", "table", "column"),
    [
        (("key", "list"), "access_keys", "role"),
        (("key", "list"), "access_keys", "made_at"),
        (("key", "revoke", "KEY"), "access_keys", "token_hash"),
        (("key", "add", "lead", "x"), "audit_log", "chain"),
        (("rotate", "seal"), "key_checks", "value"),
        (("rotate", "vault"), "items", "given"),
        (("reindex",), "items", "given"),
        (("upgrade",), "key_checks", "value"),
        (("backup", "BACKUP"), "reports", "content"),
    ],
)
def test_a_command_that_meets_a_wrong_value_names_its_table(
    copied: IntakeSettings, arguments: tuple[str, ...], table: str, column: str
) -> None:
    """As it was, or in part: that is told, and no traceback."""
    key_id = (copied.data_dir / "analyst.token").read_text().split("-")[1]
    places = {"KEY": key_id, "BACKUP": str(copied.data_dir / "backup")}
    passphrase = copied.data_dir / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("twenty made-up letters of a passphrase")
    _plant_everywhere(copied, table, column, _wrong_value(table, column))
    # With it, a log that is not as it was seen would be told first.
    (copied.folder / "audit.head").unlink()
    more = {"REPORTLINE_BACKUP_PASSPHRASE_FILE": str(passphrase)}
    command = [places.get(one, one) for one in arguments]
    ended = CliRunner().invoke(intake, command, env=environment(copied) | more)
    assert isinstance(ended.exception, SystemExit), ended.exception
    assert ended.exit_code == 1
    assert f"{table} ({column})" in ended.stderr


async def test_an_intake_that_starts_with_a_wrong_value_names_its_table(copied: IntakeSettings) -> None:
    _plant_everywhere(copied, "key_checks", "value", "text")
    with pytest.raises(NotReady, match=r"key_checks \(value\)"):
        async with opened(copied):
            pass


def _plant_everywhere(settings: IntakeSettings, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(settings.database_file)) as connection:
        # Its process does not answer, and would be waited for.
        connection.execute("DELETE FROM processes")
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - named above
        connection.commit()


async def test_an_error_that_no_value_causes_is_told_as_it_is(settings: IntakeSettings) -> None:
    with pytest.raises(KeyError):
        async with database_opened(settings.database_place()):
            raise KeyError


async def test_a_revision_that_is_none_is_told(sqlite_settings: IntakeSettings) -> None:
    _plant_everywhere_in_revision(sqlite_settings)
    [*faults] = await asyncio.to_thread(lambda: [*_looks(sqlite_settings)])
    assert any("The table alembic_version holds no revision" in one.advice for one in faults)


def _plant_everywhere_in_revision(settings: IntakeSettings) -> None:
    with closing(sqlite3.connect(settings.database_file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = x'00ff'")
        connection.commit()
