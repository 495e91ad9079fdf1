"""The doctor finds whatever is changed in the database behind the audit log's back, on both databases."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import Head
from intake_api.commands.checks import check
from intake_api.known_keys.access_keys import add_key, revoke_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import AccessKey, Assessment, AuditEntry
from tests.intake_api.api_users import new_user
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened
from tests.intake_api.unguarded import unguard
from tests.postgresql import PostgreSql

CUTS = {
    "the last row": "DELETE FROM audit_log WHERE sequence = (SELECT max(sequence) FROM audit_log)",
    "the last five": "DELETE FROM audit_log WHERE sequence > (SELECT max(sequence) - 5 FROM audit_log)",
    "all": "DELETE FROM audit_log",
}
ANOTHER_KEY = "SELECT min(key_id) FROM access_keys WHERE key_id <> assessments.assessed_by"
CHANGES = {
    "all outcomes": ["UPDATE assessments SET outcome = 'baseline'"],
    "who assessed": [f"UPDATE assessments SET assessed_by = ({ANOTHER_KEY})"],  # noqa: S608 - named above
    "a grade": ["UPDATE assessments SET severity = 'A'"],
    "a flag": ["""UPDATE assessments SET details = '{"flags": ["user_generated"]}'"""],
    "when": ["UPDATE assessments SET assessed_at = '2026-03-01 11:00:00.000000'"],
    "the item": ["UPDATE assessments SET item_id = (SELECT item_id FROM items WHERE state = 'waiting')"],
    "a note taken out": ["UPDATE assessments SET note = NULL"],
    "assessments deleted": ["DELETE FROM assessments"],
}
REPORTS_GONE = [
    f"DELETE FROM {table}"  # noqa: S608 - named here
    for table in ("assessments", "queue_places", "sources", "mentions", "items", "reports")
]
ITEMS_GONE = REPORTS_GONE[:-1]


@asynccontextmanager
async def _worked(settings: IntakeSettings) -> AsyncIterator[RunningApi]:
    """Run an intake with an assessment, an item that waits, and the counts of the hour."""
    async with opened(settings) as api:
        api.clock.moment = NOON
        await api.take_in(a_report(), a_report())
        [claim] = await api.claim(1)
        await api.show(claim["claim_id"])
        path = f"/v1/queue/claims/{claim['claim_id']}/assessment"
        assert (await api.analyst.post(path, json={"outcome": "ignore", "note": "seen"})).status_code == 201
        await new_user(api)
        api.clock.move(hours=1)
        await api.intake.audit_task.tick()
        yield api


async def _tamper(settings: IntakeSettings, *statements: str) -> None:
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        await unguard(session)
        for statement in statements:
            await session.execute(text(statement))


async def _faults(settings: IntakeSettings, noted_down: Head | None = None) -> dict[str, str]:
    found = await asyncio.to_thread(check, settings, noted_down)
    return {look.name: look.advice for look in found if not look.fine}


async def _assessment_id(settings: IntakeSettings) -> str:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return (await session.scalars(select(Assessment.assessment_id))).one()


async def test_an_intake_at_work_is_whole(settings: IntakeSettings) -> None:
    async with _worked(settings):
        assert await _faults(settings) == {}


@pytest.mark.parametrize("cut", CUTS)
async def test_a_log_whose_end_was_cut_is_found(settings: IntakeSettings, cut: str) -> None:
    """Also where new entries take the place of the old ones; the process says so, and so does the next."""
    async with _worked(settings) as api:
        await _tamper(settings, CUTS[cut])
        assert "its end was cut" in (await _faults(settings))["audit log"]
        await _two_more(api)
        await api.intake.audit_task.tick()
        assert "its end was cut" in (await _faults(settings))["audit log"]
        assert await _told(api) == "cut"
    async with opened(settings) as api:
        assert await _told(api) == "cut"


async def _two_more(api: RunningApi) -> None:
    async with api.intake.database.writing() as session:
        api.intake.audit.add(session, api.clock(), "somebody", "searched", "one", "two")


async def _told(api: RunningApi) -> str:
    said: str = (await api.analyst.get("/readyz")).json()["audit"]
    return said


@pytest.mark.parametrize("change", CHANGES)
async def test_an_assessment_that_was_changed_is_named(settings: IntakeSettings, change: str) -> None:
    async with _worked(settings):
        changed = await _assessment_id(settings)
        await _tamper(settings, *CHANGES[change])
        assert changed in (await _faults(settings))["assessments and reports"]


_ENTRY = (
    "INSERT INTO audit_log (sequence, at, who, what, subject, chain) SELECT sequence + {further}, at, who, "
    "'{what}', (SELECT item_id FROM assessments), chain FROM audit_log WHERE subject = 'counts'"
)
SPOILT = {
    "an entry's content": ["UPDATE audit_log SET content = DEEP WHERE assessment_id IS NOT NULL"],
    "details": ["UPDATE assessments SET details = NESTED"],
    "an item that went into itself": [
        "UPDATE assessments SET outcome = 'baseline'",
        _ENTRY.format(further=1, what="went_into_another"),
        _ENTRY.format(further=2, what="took_another_in"),
    ],
}


def _deep(statement: str) -> str:
    nested = "[" * 990 + "]" * 990
    return statement.replace("DEEP", f"'{'[' * 200_000}'").replace("NESTED", f"""'{{"flags": {nested}}}'""")


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_what_somebody_inserted_neither_ends_nor_holds_up_the_doctor(
    settings: IntakeSettings, spoilt: str
) -> None:
    async with _worked(settings):
        changed = await _assessment_id(settings)
        await _tamper(settings, *map(_deep, SPOILT[spoilt]))
        async with asyncio.timeout(60):
            assert changed in (await _faults(settings))["assessments and reports"]


async def test_counts_that_somebody_spoilt_are_counted_anew(settings: IntakeSettings) -> None:
    async with _worked(settings) as api:
        await _tamper(settings, _deep("UPDATE audit_log SET content = DEEP WHERE subject = 'counts'"))
        api.clock.move(hours=1)
        await api.intake.audit_task.tick()
        counted = select(func.count()).where(AuditEntry.subject == "counts")
        assert await api.scalar(counted) == 2
        assert "was changed at entry" in (await _faults(settings))["audit log"]


async def test_an_assessment_that_was_inserted_is_named(settings: IntakeSettings) -> None:
    async with _worked(settings) as api:
        async with api.intake.database.writing() as session:
            one = (await session.scalars(select(Assessment))).one()
            told = {column.name: getattr(one, column.name) for column in Assessment.__table__.columns}
            new = {"assessment_id": "e" * 32, "sequence": 2, "claim_id": "e" * 16, "note": None}
            session.add(Assessment(**told | new))
        faults = await _faults(settings)
    assert "e" * 32 in faults["assessments and reports"]
    assert one.assessment_id not in faults["assessments and reports"]


async def test_reports_that_were_deleted_are_found(settings: IntakeSettings) -> None:
    async with _worked(settings) as api:
        await _tamper(settings, *REPORTS_GONE)
        assert "reports (2 before, 0 now)" in (await _faults(settings))["audit log"]
        # The counts of a later hour do not cover it up.
        api.clock.move(hours=1)
        await api.intake.audit_task.tick()
        assert "reports (2 before, 0 now)" in (await _faults(settings))["audit log"]


async def test_an_address_that_was_spoilt_is_found(settings: IntakeSettings) -> None:
    async with _worked(settings):
        await _tamper(settings, "UPDATE items SET given = canonical")
        assert "Items whose address does not open: 2." in (await _faults(settings))["assessments and reports"]


async def test_items_that_were_deleted_are_found(settings: IntakeSettings) -> None:
    async with _worked(settings):
        await _tamper(settings, *ITEMS_GONE)
        assert "Reports whose items are gone: 2." in (await _faults(settings))["assessments and reports"]


async def _insert_key(session: AsyncSession) -> str:
    row = AccessKey(key_id="f" * 12, role=Role.LEAD, name="x", token_hash=bytes(32), made_at=NOON)
    session.add(row)
    return row.key_id


async def _promote_key(session: AsyncSession) -> str:
    row = (await session.scalars(select(AccessKey).where(AccessKey.role == Role.ANALYST).limit(1))).one()
    row.role = Role.LEAD
    return row.key_id


@pytest.mark.parametrize("change", [_insert_key, _promote_key])
async def test_a_key_that_was_changed_is_named(
    settings: IntakeSettings, change: Callable[[AsyncSession], Awaitable[str]]
) -> None:
    async with _worked(settings) as api:
        async with api.intake.database.writing() as session:
            key_id = await change(session)
        assert key_id in (await _faults(settings))["access keys"]


@pytest.fixture
def an_old_copy(settings: IntakeSettings, server: PostgreSql, tmp_path: Path) -> Callable[[], IntakeSettings]:
    """Copy the database as it is now; gives the settings with which the intake would find that copy."""

    def copied() -> IntakeSettings:
        if settings.database_url is None:
            older = IntakeSettings(data_dir=tmp_path / "older")
            shutil.copytree(settings.data_dir, older.data_dir)
            return older
        name = f"older_{secrets.token_hex(4)}"
        source = settings.database_url.get_secret_value().rpartition("/")[2]
        server.run(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return IntakeSettings(data_dir=settings.data_dir, database_url=SecretStr(server.url(name)))

    return copied


async def test_an_old_backup_in_the_place_of_the_database_is_found(
    settings: IntakeSettings, an_old_copy: Callable[[], IntakeSettings]
) -> None:
    async with _worked(settings):
        pass
    older = an_old_copy()
    async with opened(settings) as api:
        await _two_more(api)
        noted_down = await _head(api)
    if settings.database_url is None:
        for file in settings.folder.glob("reportline.db*"):
            file.unlink()
        shutil.copy(older.folder / "reportline.db", settings.folder / "reportline.db")
        older = settings
    faults = await _faults(older, noted_down)
    assert f"does not hold entry {noted_down.number} as this machine has seen it" in faults["audit log"]
    assert f"does not hold entry {noted_down.number} as it was noted down" in faults["audit log"]


async def _head(api: RunningApi) -> Head:
    async with api.intake.database.reading() as session:
        return await api.intake.audit.newest(session)


async def test_a_head_that_was_noted_down_is_held(settings: IntakeSettings) -> None:
    async with _worked(settings) as api:
        noted_down = await _head(api)
        await _two_more(api)
        assert await _faults(settings, noted_down) == {}
        for noted, told in ((noted_down, True), (None, False)):
            found = await asyncio.to_thread(check, settings, noted)
            held = f"it holds entry {noted_down.number} as it was noted down"
            assert any(held in one.advice for one in found) is told
        other = Head(noted_down.number, bytes(32))
        assert "as it was noted down" in (await _faults(settings, other))["audit log"]


async def test_an_older_row_of_a_key_that_is_put_back_is_named(settings: IntakeSettings) -> None:
    async with _worked(settings) as api:
        async with api.intake.database.writing() as session:
            token = await add_key(session, api.intake.audit, Role.LEAD, "a lead", NOON)
        key_id = token.split("-")[1]
        async with api.intake.database.reading() as session:
            older = dict(
                (await session.execute(select(AccessKey.__table__).where(AccessKey.key_id == key_id)))
                .mappings()
                .one()
            )
        async with api.intake.database.writing() as session:
            assert await revoke_key(session, api.intake.audit, key_id, NOON)
        async with api.intake.database.writing() as session:
            await session.execute(update(AccessKey).where(AccessKey.key_id == key_id).values(older))
        assert key_id in (await _faults(settings))["access keys"]
