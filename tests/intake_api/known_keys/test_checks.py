"""An intake starts with the keys of its own database only, and says which key is wrong."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from intake_api.audit.log import AuditLog
from intake_api.commands.checks import check
from intake_api.keys import Purpose, make_key, read_keys
from intake_api.known_keys.checks import (
    check_of,
    forget,
    is_in_use,
    known_checks,
    pending_keys,
    put_in_use,
    record_made,
    require_keys,
)
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import AuditEntry, KeyCheck
from intake_api.upkeep.reindexing import reindex_all
from intake_api.upkeep.rotation import rotate_seal, rotate_vault
from intake_api.upkeep.upgrading import bring_up_to_date
from reportline.readiness import NotReady
from tests.intake_api.running_api import NOON, RunningApi, a_report, client, opened, prepare
from tests.intake_api.unguarded import write_as_before_0006

PURPOSES = ["seal", "vault", "index", "receipts", "audit"]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Set another intake up; gives the folder of its keys."""
    settings = IntakeSettings(data_dir=tmp_path / "other")
    prepare(settings)
    return settings.folder


def _swapped(folder: Path, other: Path, purpose: str) -> str:
    """Put another intake's key in the place of this one's; gives its name."""
    [own], [theirs] = folder.glob(f"{purpose}*.key"), other.glob(f"{purpose}*.key")
    own.unlink()
    shutil.copy(theirs, folder)
    return theirs.name


async def _begin(settings: IntakeSettings) -> None:
    async with opened(settings):
        pass


async def _without_checks(settings: IntakeSettings) -> None:
    """Leave the database and its log as an earlier version had them."""
    async with database_opened(settings.database_place()) as database:
        await write_as_before_0006(database, AuditLog(read_keys(settings.folder).audit))
        await _delete_checks(database)
    (settings.folder / "audit.head").unlink()


async def _delete_checks(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(delete(KeyCheck))


async def _upgrade(settings: IntakeSettings) -> None:
    async with database_opened(settings.database_place()) as database:
        await bring_up_to_date(database, read_keys(settings.folder), settings.folder)


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_no_intake_starts_with_another_ones_key(
    settings: IntakeSettings, other: Path, purpose: str
) -> None:
    name = _swapped(settings.folder, other, purpose)
    with pytest.raises(NotReady, match=rf"{name}.*|{purpose}-k1-\w+\.key is missing"):
        await _begin(settings)
    advice = [one.advice for one in await asyncio.to_thread(check, settings) if not one.fine]
    assert any(purpose in told for told in advice)


@pytest.mark.parametrize("purpose", ["seal", "vault", "index"])
async def test_no_intake_starts_with_another_ones_key_under_an_earlier_name(
    settings: IntakeSettings, other: Path, purpose: str
) -> None:
    """Keys of an earlier version are all named k1."""
    for folder in (settings.folder, other):
        [file] = folder.glob(f"{purpose}*.key")
        file.rename(folder / f"{purpose}-k1.key")
    await _without_checks(settings)
    await _upgrade(settings)
    await _begin(settings)
    shutil.copy(other / f"{purpose}-k1.key", settings.folder)
    with pytest.raises(NotReady, match=rf"{purpose}-k1\.key is not the key of this database"):
        await _begin(settings)


async def test_a_key_that_nobody_made_here_keeps_an_intake_from_starting(
    settings: IntakeSettings, other: Path
) -> None:
    name = f"vault-{make_key(other, 'vault')}.key"
    shutil.copy(other / name, settings.folder)
    with pytest.raises(NotReady, match=rf"does not know {name}.* Only a key of another intake is to be"):
        await _begin(settings)


@pytest.mark.parametrize("purpose", ["seal", "vault"])
async def test_keys_from_before_a_rotation_are_refused(settings: IntakeSettings, purpose: str) -> None:
    async with database_opened(settings.database_place()) as database:
        if purpose == "seal":
            await rotate_seal(database, settings.folder)
        else:
            await rotate_vault(database, settings.folder, lambda _: None)
    await _begin(settings)
    [newer] = settings.folder.glob(f"{purpose}-k2*.key")
    newer.unlink()
    with pytest.raises(NotReady, match=rf"{newer.name} is missing, and is in use"):
        await _begin(settings)


async def test_a_rotation_that_was_cut_off_is_taken_up(settings: IntakeSettings) -> None:
    """The key was made, and the database does not know it yet."""
    made = make_key(settings.folder, "seal")
    with pytest.raises(NotReady, match="was cut off, or if"):
        await _begin(settings)
    async with database_opened(settings.database_place()) as database:
        assert (await rotate_seal(database, settings.folder)).key_id == made
    await _begin(settings)


async def test_a_key_in_use_that_somebody_sets_back_stays_in_use(settings: IntakeSettings) -> None:
    """The log tells that it came into use; the keys of a set-up never waited for anybody."""
    name = f"vault-{make_key(settings.folder, 'vault')}"
    keys = read_keys(settings.folder)
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await record_made(session, keys, [name], pending=True)
        async with database.writing() as session:
            assert await pending_keys(session) == {name}
            await put_in_use(session, keys, name)
        async with database.writing() as session:
            await session.execute(update(KeyCheck).values(pending=True))
        async with database.reading() as session:
            assert not await pending_keys(session)


async def _made_and_set(settings: IntakeSettings, purpose: Purpose) -> str:
    """Make a key, of which somebody writes into its row that it is in use; gives its name."""
    name = f"{purpose}-{make_key(settings.folder, purpose)}"
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await record_made(session, read_keys(settings.folder), [name], pending=True)
        async with database.writing() as session:
            await session.execute(update(KeyCheck).values(pending=False))
    return name


@pytest.mark.parametrize("purpose", ["seal", "vault"])
async def test_a_key_is_in_use_by_the_log_and_not_by_its_row(
    settings: IntakeSettings, purpose: Purpose
) -> None:
    """Else its row could be set back once older keys were deleted."""
    name = await _made_and_set(settings, purpose)
    async with database_opened(settings.database_place()) as database:
        async with database.reading() as session:
            assert await pending_keys(session) == {name}
            assert not await is_in_use(session, purpose, name.removeprefix(f"{purpose}-"))
    fault = rf"says that {name}\.key is in use, and the audit log does not: .*intake rotate {purpose}` again"
    with pytest.raises(NotReady, match=fault):
        await _begin(settings)
    told = [one.advice for one in await asyncio.to_thread(check, settings) if not one.fine]
    assert len(told) == 1
    assert re.search(fault, told[0])
    await _rotated(settings, purpose)
    used = select(AuditEntry.subject).where(AuditEntry.what == "key_in_use", AuditEntry.subject == name)
    async with database_opened(settings.database_place()) as database:
        async with database.reading() as session:
            assert (await session.scalars(used)).all() == [name]
        async with database.writing() as session:
            await session.execute(update(KeyCheck).values(pending=True))
        async with database.reading() as session:
            assert not await pending_keys(session)
    await _begin(settings)


async def test_an_index_key_that_somebody_sets_back_stays_in_use(settings: IntakeSettings) -> None:
    """It is used as soon as it is made: nothing serves then."""
    await _rotated(settings, "index")
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await session.execute(update(KeyCheck).values(pending=True))
        async with database.reading() as session:
            assert not await pending_keys(session)


async def test_a_key_of_a_rotation_that_was_dropped_is_to_be_moved_away(settings: IntakeSettings) -> None:
    """Another machine went on without it. Running the rotation again would change nothing."""
    name = f"vault-{make_key(settings.folder, 'vault')}"
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await record_made(session, read_keys(settings.folder), [name], pending=True)
        async with database.writing() as session:
            await forget(session, read_keys(settings.folder), name)
    with pytest.raises(NotReady, match=rf"{name}\.key was made by a rotation .* Move it away"):
        await _begin(settings)


async def test_a_dropped_key_is_told_with_one_that_is_missing(settings: IntakeSettings) -> None:
    """The rotation was cut off on this machine, and went on elsewhere."""
    name = f"vault-{make_key(settings.folder, 'vault')}"
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await record_made(session, read_keys(settings.folder), [name], pending=True)
        async with database.writing() as session:
            await forget(session, read_keys(settings.folder), name)
    [used] = [file for file in settings.folder.glob("vault-*.key") if file.stem != name]
    used.unlink()
    both = rf"{name}\.key was made by a rotation .* Move it away\. {used.name} is missing, and is in use"
    with pytest.raises(NotReady, match=both):
        await _begin(settings)


async def _rotated(settings: IntakeSettings, purpose: str) -> None:
    async with database_opened(settings.database_place()) as database:
        if purpose == "seal":
            await rotate_seal(database, settings.folder)
        elif purpose == "vault":
            await rotate_vault(database, settings.folder, lambda _: None)
        else:
            await reindex_all(database, settings.folder, None, NOON, lambda _: None)


@pytest.mark.parametrize("purpose", ["seal", "vault", "index"])
@pytest.mark.parametrize("number", [1, 2])
async def test_a_check_value_that_somebody_deleted_brings_no_advice_to_touch_a_key(
    settings: IntakeSettings, purpose: str, number: int
) -> None:
    """Neither does a rotation take the key for one that was just made."""
    await _rotated(settings, purpose)
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            gone = KeyCheck.name.startswith(f"{purpose}-k{number}-")
            await session.execute(delete(KeyCheck).where(gone))
    fault = rf"check value of {purpose}-k{number}-\w+ is gone .* somebody wrote to it.* as they are"
    for work in (_begin(settings), _rotated(settings, purpose), _upgrade(settings)):
        with pytest.raises(NotReady, match=fault):
            await work
    assert "somebody wrote to it" in " ".join(
        one.advice for one in await asyncio.to_thread(check, settings) if not one.fine
    )


@pytest.mark.parametrize("name", ["vault-k9-000000000000", "vault-k0", "vault-kx", "index-", "receipts2"])
async def test_a_check_value_that_somebody_made_up_is_told_as_such(
    settings: IntakeSettings, name: str
) -> None:
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        session.add(KeyCheck(name=name, value=bytes(32), pending=False))
    with pytest.raises(NotReady, match=f"names a key of which the audit log does not tell.* called {name}"):
        await _begin(settings)


async def test_a_running_intake_keeps_its_key_in_use_whatever_is_deleted(api: RunningApi) -> None:
    """Else somebody who may write to the database could have reports sealed with an older key."""
    folder, keys = api.intake.settings.folder, api.intake.keys
    await rotate_vault(api.intake.database, folder, lambda _: None)
    [newer] = (name for name in keys.current().by_name() if name.startswith("vault-k2"))
    assert keys.current().in_use("vault") == newer.removeprefix("vault-")
    for deleted in (KeyCheck.name == newer, KeyCheck.name != ""):
        async with api.intake.database.writing() as session:
            await session.execute(delete(KeyCheck).where(deleted))
        async with api.intake.database.reading() as session:
            known, pending = await known_checks(session), await pending_keys(session)
        keys.use_all_but(pending | keys.current().by_name().keys() - known.keys())
        assert keys.current().in_use("vault") == newer.removeprefix("vault-")
        async with client(api.app) as nobody:
            assert (await nobody.get("/readyz")).json()["keys"] == "other"
        await api.take_in(a_report())


async def test_a_dropped_key_that_is_made_again_is_known_again(settings: IntakeSettings) -> None:
    name = f"seal-{make_key(settings.folder, 'seal')}"
    keys = read_keys(settings.folder)
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await record_made(session, keys, [name], pending=True)
            await forget(session, keys, name)
        async with database.writing() as session:
            await record_made(session, keys, [name], pending=True)
        async with database.reading() as session:
            await require_keys(session, keys)


async def test_check_values_that_somebody_deleted_are_not_made_anew(settings: IntakeSettings) -> None:
    """An upgrade signs the access keys that it finds, so whoever deleted the values could add one to them."""
    async with database_opened(settings.database_place()) as database:
        await _delete_checks(database)
    with pytest.raises(NotReady, match="somebody wrote to it"):
        await _upgrade(settings)


async def test_an_upgrade_ties_the_keys_to_the_database(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report())
    await _without_checks(settings)
    with pytest.raises(NotReady, match="run `reportline intake upgrade`"):
        await _begin(settings)
    await _upgrade(settings)
    keys = read_keys(settings.folder)
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        assert await known_checks(session) == {name: check_of(key) for name, key in keys.by_name().items()}
    await _begin(settings)


@pytest.mark.parametrize("purpose", ["vault", "index", "audit"])
async def test_an_upgrade_with_another_ones_keys_changes_nothing(
    settings: IntakeSettings, other: Path, purpose: str
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report())
        await api.claim()
    await _without_checks(settings)
    _swapped(settings.folder, other, purpose)
    with pytest.raises(NotReady, match="are not those of this database"):
        await _upgrade(settings)
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        assert not await known_checks(session)


async def test_a_running_intake_says_that_a_key_is_another_or_that_it_is_behind(api: RunningApi) -> None:
    keys = api.intake.keys.current()
    async with client(api.app) as nobody:
        assert (await nobody.get("/readyz")).status_code == 200
        for name, value, state in (
            ("receipts", check_of(b"0" * 32), "other"),
            ("receipts", check_of(keys.receipts), "ok"),
            ("vault-k3-0123456789ab", bytes(32), "ok"),
            ("vault-k2-0123456789ab", bytes(32), "behind"),
            ("vault-kx", bytes(32), "other"),
        ):
            # One that is made and not in use yet is not needed.
            pending = name.startswith("vault-k3")
            async with api.intake.database.writing() as session:
                await session.merge(KeyCheck(name=name, value=value, pending=pending))
                if pending:
                    api.intake.audit.add(session, api.clock(), "operator", "key_made", name)
            answer = await nobody.get("/readyz")
            assert (answer.status_code, answer.json()["keys"]) == (200 if state == "ok" else 503, state)
