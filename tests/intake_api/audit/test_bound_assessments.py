"""An assessment verifies by its entry whatever an operator does: rotate, reindex, back up, upgrade."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from conversations.wire.report import Report
from intake_api.audit.bound_assessments import (
    BOUND,
    CLEAR,
    SEALED,
    Unlike,
    bind_earlier,
    unlike_their_entries,
)
from intake_api.audit.head import HEAD_FILE
from intake_api.audit.log import AuditLog
from intake_api.clock import utc_now
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Assessment, AuditEntry
from intake_api.upkeep.backup import back_up
from intake_api.upkeep.backup_files import BackupKeys, open_backup
from intake_api.upkeep.restoring import restore
from intake_api.upkeep.rotation import rotate_vault
from intake_api.upkeep.upgrading import bring_up_to_date
from intake_api.vault import Place, Vault
from tests.intake_api.running_api import NOON, RunningApi, a_report, opened
from tests.intake_api.unguarded import write_as_before_0006

DECISION = {
    "outcome": "baseline",
    "severity": "B",
    "flags": ["user_generated"],
    "hosting_country": "NL",
    "note": "seen, ünd noted",
}


async def _decided(api: RunningApi, *reports: Report) -> list[str]:
    """Decide about every item, and correct the first decision; gives the assessments' ids."""
    await api.take_in(*(reports or (a_report(), a_report())))
    paths = [f"/v1/queue/claims/{claim['claim_id']}/assessment" for claim in await api.claim(20)]
    ids = [await _decide(api, path) for path in paths]
    return [*ids, await _decide(api, f"/v1/assessments/{ids[0]}/correction", severity="A")]


async def _decide(api: RunningApi, path: str, **changes: Any) -> str:
    answer = await api.analyst.post(path, json=DECISION | changes)
    assert answer.status_code == 201, answer.text
    assessment_id: str = answer.json()["assessment_id"]
    return assessment_id


async def _unlike(settings: IntakeSettings, folder: Path | None = None) -> Unlike:
    keys = read_keys(folder or settings.folder)
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return await unlike_their_entries(session, AuditLog(keys.audit), Vault(keys))


def test_every_column_is_bound_or_says_why_not() -> None:
    """A new one is added to CLEAR or SEALED; the item and the time are bound beside them."""
    assert set(Assessment.__table__.columns.keys()) == {*CLEAR, *SEALED, "item_id", "assessed_at"}


async def test_a_new_vault_key_changes_nothing(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await _decided(api)
    async with database_opened(settings.database_place()) as database:
        await rotate_vault(database, settings.folder, lambda _: None, 0)
    assert await _unlike(settings) == Unlike()


async def test_a_restored_backup_verifies(
    settings: IntakeSettings, empty_place: Path | str, tmp_path: Path
) -> None:
    sealing = _sealing()
    async with opened(settings) as api:
        await _decided(api)
    async with database_opened(settings.database_place()) as database:
        await back_up(database, settings.folder, tmp_path / "backup", sealing, NOON)
    folder = tmp_path / "restored"
    await restore(open_backup(tmp_path / "backup", sealing), folder, empty_place, NOON)
    keys = read_keys(folder)
    async with database_opened(empty_place) as database, database.reading() as session:
        assert await unlike_their_entries(session, AuditLog(keys.audit), Vault(keys)) == Unlike()


def _sealing() -> BackupKeys:
    return BackupKeys(secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(32))


async def test_a_note_that_was_taken_out_verifies_by_an_entry_alone(api: RunningApi) -> None:
    """So whoever erases a note one day leaves an entry, and whoever deletes one without it is found."""
    erased, deleted = await _two_notes_gone(api)
    assert (await _unlike(api.intake.settings)).named == sorted([erased, deleted])
    async with api.intake.database.writing() as session:
        add = api.intake.audit.add
        add(session, NOON, "operator", "erased_note", "0" * 32, assessment_id=erased, content={})
    assert (await _unlike(api.intake.settings)).named == [deleted]


async def _two_notes_gone(api: RunningApi) -> list[str]:
    gone = (await _decided(api))[:2]
    async with api.intake.database.writing() as session:
        await session.execute(update(Assessment).where(Assessment.assessment_id.in_(gone)).values(note=None))
    return gone


async def test_another_note_in_the_place_of_one_is_named(api: RunningApi) -> None:
    """Whoever has the vault's key but not the log's can seal one."""
    changed, *_ = await _decided(api)
    note = api.intake.vault.seal(Place("assessments", changed, "note"), "another")
    async with api.intake.database.writing() as session:
        await session.execute(update(Assessment).where(Assessment.assessment_id == changed).values(note=note))
    assert (await _unlike(api.intake.settings)).named == [changed]


async def test_many_are_counted_and_the_first_are_named(api: RunningApi) -> None:
    addresses = [f"https://example.com/{number}" for number in range(20)]
    ids = await _decided(api, a_report(*addresses))
    async with api.intake.database.writing() as session:
        await session.execute(update(Assessment).values(outcome="ignore"))
    assert await _unlike(api.intake.settings) == Unlike(21, sorted(ids)[:20])


async def _bind(api: RunningApi) -> None:
    async with api.intake.database.writing() as session:
        await bind_earlier(session, api.intake.audit, api.intake.vault, utc_now())


async def _bound(api: RunningApi) -> list[str]:
    entries = select(AuditEntry.assessment_id).where(AuditEntry.what == BOUND)
    async with api.intake.database.reading() as session:
        return sorted(str(one) for one in await session.scalars(entries))


async def test_an_upgrade_binds_the_assessments_of_which_the_log_tells_once(api: RunningApi) -> None:
    ids = await _decided(api)
    await write_as_before_0006(api.intake.database, api.intake.audit)
    assert (await _unlike(api.intake.settings)).named == sorted(ids)
    for _ in range(2):
        await _bind(api)
        assert await _bound(api) == sorted(ids)
    assert await _unlike(api.intake.settings) == Unlike()


async def test_a_copy_of_an_assessment_is_bound_by_no_entry(api: RunningApi) -> None:
    """Neither by that of the one that it copies, even if that is gone, nor by one that tells of both."""
    *_, original = await _decided(api)
    async with api.intake.database.writing() as session:
        row = await session.get_one(Assessment, original)
        copied = {column.key: getattr(row, column.key) for column in Assessment.__table__.columns}
        changes = {"assessment_id": "f" * 32, "corrects": "f" * 32, "sequence": 99, "note": None}
        await session.execute(insert(Assessment), [copied | changes])
    await _bind(api)
    assert (await _unlike(api.intake.settings)).named == ["f" * 32]
    async with api.intake.database.writing() as session:
        await session.execute(delete(Assessment).where(Assessment.assessment_id == original))
    await _bind(api)
    assert (await _unlike(api.intake.settings)).named == sorted([original, "f" * 32])


async def test_of_two_that_one_earlier_entry_tells_of_neither_is_bound(api: RunningApi) -> None:
    *_, original = await _decided(api)
    await write_as_before_0006(api.intake.database, api.intake.audit)
    async with api.intake.database.writing() as session:
        row = await session.get_one(Assessment, original)
        copied = {column.key: getattr(row, column.key) for column in Assessment.__table__.columns}
        changes = {"assessment_id": "f" * 32, "corrects": "f" * 32, "sequence": 99, "note": None}
        await session.execute(insert(Assessment), [copied | changes])
    await _bind(api)
    assert (await _unlike(api.intake.settings)).named == sorted([original, "f" * 32])


async def test_the_upgrade_and_a_restore_bind_them(
    settings: IntakeSettings, empty_place: Path | str, tmp_path: Path
) -> None:
    async with opened(settings) as api:
        ids = await _decided(api)
        await write_as_before_0006(api.intake.database, api.intake.audit)
    # The log that was written anew has other entries than the one that this head was kept of.
    (settings.folder / HEAD_FILE).unlink()
    keys, sealing = read_keys(settings.folder), _sealing()
    async with database_opened(settings.database_place()) as database:
        await back_up(database, settings.folder, tmp_path / "backup", sealing, NOON)
        await bring_up_to_date(database, keys, settings.folder)
    assert await _unlike(settings) == Unlike()
    await restore(open_backup(tmp_path / "backup", sealing), tmp_path / "restored", empty_place, NOON)
    async with database_opened(empty_place) as database, database.reading() as session:
        bound = select(AuditEntry.assessment_id).where(AuditEntry.what == BOUND)
        assert sorted(str(one) for one in await session.scalars(bound)) == sorted(ids)
        assert await unlike_their_entries(session, AuditLog(keys.audit), Vault(keys)) == Unlike()


@pytest.mark.parametrize(
    "change", [{"outcome": "ignore"}, {"assessed_by": "k" * 12}, {"assessed_at": NOON}, {"item_id": "other"}]
)
async def test_an_upgrade_binds_none_of_which_the_log_tells_otherwise(
    api: RunningApi, change: dict[str, Any]
) -> None:
    *others, changed = await _decided(api)
    await write_as_before_0006(api.intake.database, api.intake.audit)
    async with api.intake.database.writing() as session:
        row = await session.get_one(Assessment, changed)
        items = (await session.scalars(select(Assessment.item_id))).all()
        analysts = (await session.scalars(text("SELECT key_id FROM access_keys"))).all()
        other = {
            "item_id": next(item for item in items if item != row.item_id),
            "assessed_by": next(key for key in analysts if key != row.assessed_by),
        }
        for name, value in change.items():
            setattr(row, name, other.get(name, value))
    await _bind(api)
    assert await _bound(api) == sorted(others)
    assert (await _unlike(api.intake.settings)).named == [changed]


async def test_an_assessment_that_is_gone_is_named(api: RunningApi) -> None:
    *others, gone = await _decided(api)
    async with api.intake.database.writing() as session:
        await session.execute(delete(Assessment).where(Assessment.assessment_id == gone))
    assert (await _unlike(api.intake.settings)).named == [gone]
    assert gone not in others
