"""Who can write to the database alone lets nobody in: keys are signed, and the log says which hold."""

import asyncio
import secrets
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import make_transient

from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.commands.checks import check
from intake_api.keys import read_keys
from intake_api.known_keys.access_keys import add_key, changed_keys, revoke_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import AccessKey, AuditEntry, KeyCheck
from intake_api.upkeep.upgrading import bring_up_to_date
from tests.intake_api.running_api import NOON, RunningApi, a_report, client
from tests.intake_api.unguarded import write_as_before_0006


async def _status(api: RunningApi, token: str) -> int:
    async with client(api.app, token) as caller:
        return (await caller.get("/v1/export/assessments")).status_code


async def _new_lead(api: RunningApi) -> str:
    async with api.intake.database.writing() as session:
        return await add_key(session, api.intake.audit, Role.LEAD, "a lead", api.clock())


async def _changed(api: RunningApi) -> list[str]:
    async with api.intake.database.reading() as session:
        return await changed_keys(session, api.intake.audit)


async def test_a_key_that_was_inserted_opens_nothing_and_is_found(api: RunningApi) -> None:
    await api.take_in(a_report())
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    row = AccessKey(
        key_id=key_id,
        role=Role.LEAD,
        name="somebody",
        token_hash=sha256(secret.encode()).digest(),
        made_at=api.clock(),
        mac=secrets.token_bytes(32),
    )
    async with api.intake.database.writing() as session:
        session.add(row)
    assert await _status(api, f"reportline-{key_id}-{secret}") == 401
    assert await _changed(api) == [key_id]
    advice = [one.advice for one in await asyncio.to_thread(check, api.intake.settings) if not one.fine]
    assert any(key_id in told and "open nothing" in told for told in advice)


async def test_a_key_whose_row_was_changed_opens_nothing_and_is_found(api: RunningApi) -> None:
    token = (api.intake.settings.data_dir / "analyst.token").read_text().strip()
    key_id = token.split("-")[1]
    async with client(api.app, token) as caller:
        assert (await caller.get("/v1/queue/claims")).status_code == 200
    for change in ({"role": Role.LEAD}, {"name": "another"}):
        async with api.intake.database.writing() as session:
            await session.execute(update(AccessKey).where(AccessKey.key_id == key_id).values(change))
        assert await _status(api, token) == 401
        assert await _changed(api) == [key_id]


async def test_another_secret_in_a_keys_row_opens_nothing(api: RunningApi) -> None:
    key_id, secret = (await _new_lead(api)).split("-")[1], secrets.token_hex(32)
    async with api.intake.database.writing() as session:
        theirs = sha256(secret.encode()).digest()
        await session.execute(update(AccessKey).where(AccessKey.key_id == key_id).values(token_hash=theirs))
    assert await _status(api, f"reportline-{key_id}-{secret}") == 401
    assert await _changed(api) == [key_id]


async def test_a_key_of_which_the_log_tells_otherwise_opens_nothing(api: RunningApi) -> None:
    token = await _new_lead(api)
    key_id = token.split("-")[1]
    assert await _status(api, token) == 200
    async with api.intake.database.writing() as session:
        api.intake.audit.add(session, api.clock(), OPERATOR, "lead_key_added", key_id)
    assert await _status(api, token) == 401
    assert await _changed(api) == [key_id]


async def test_an_older_row_that_is_put_back_opens_nothing_and_is_found(api: RunningApi) -> None:
    token = await _new_lead(api)
    key_id = token.split("-")[1]
    async with api.intake.database.reading() as session:
        older = (await session.scalars(select(AccessKey).where(AccessKey.key_id == key_id))).one()
    make_transient(older)
    async with api.intake.database.writing() as session:
        assert await revoke_key(session, api.intake.audit, key_id, api.clock())
    async with api.intake.database.writing() as session:
        await session.execute(delete(AccessKey).where(AccessKey.key_id == key_id))
        session.add(older)
    assert await _status(api, token) == 401
    assert await _changed(api) == [key_id]


async def test_a_key_whose_row_is_gone_is_found(api: RunningApi) -> None:
    key_id = (await _new_lead(api)).split("-")[1]
    async with api.intake.database.writing() as session:
        await session.execute(delete(AccessKey).where(AccessKey.key_id == key_id))
    assert await _changed(api) == [key_id]


async def test_an_upgrade_signs_the_keys_of_which_the_log_tells_and_no_other(
    settings: IntakeSettings,
) -> None:
    keys = read_keys(settings.folder)
    inserted = AccessKey(key_id="0" * 12, role=Role.LEAD, name="x", token_hash=bytes(32), made_at=NOON)
    async with database_opened(settings.database_place()) as database:
        await write_as_before_0006(database, AuditLog(keys.audit))
        (settings.folder / "audit.head").unlink()
        async with database.writing() as session:
            await session.execute(delete(KeyCheck))
            await session.execute(update(AccessKey).values(mac=None))
            session.add(inserted)
        await bring_up_to_date(database, keys, settings.folder)
        async with database.reading() as session:
            assert await changed_keys(session, AuditLog(keys.audit)) == ["0" * 12]


async def test_by_a_log_that_was_changed_an_upgrade_signs_nothing(settings: IntakeSettings) -> None:
    keys = read_keys(settings.folder)
    async with database_opened(settings.database_place()) as database:
        await write_as_before_0006(database, AuditLog(keys.audit))
        (settings.folder / "audit.head").unlink()
        async with database.writing() as session:
            await session.execute(delete(KeyCheck))
            await session.execute(update(AccessKey).values(mac=None))
            await session.execute(update(AuditEntry).where(AuditEntry.sequence == 2).values(who="somebody"))
        await bring_up_to_date(database, keys, settings.folder)
        async with database.reading() as session:
            ids = (await session.scalars(select(AccessKey.key_id).order_by(AccessKey.key_id))).all()
            assert await changed_keys(session, AuditLog(keys.audit)) == ids
