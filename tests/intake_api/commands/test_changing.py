"""What an operator does stands in the audit log, and its head is kept by the command that did it."""

import asyncio
import shutil
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, delete, select
from typer.testing import CliRunner, Result

from intake_api.audit.head import HEAD_FILE, read_head, write_head
from intake_api.audit.log import AuditLog, Head
from intake_api.clock import utc_now
from intake_api.commands.changing import changing
from intake_api.commands.intake import intake
from intake_api.commands.set_up import set_up
from intake_api.keys import newest, read_keys
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened
from intake_api.store.models import AuditEntry, KeyCheck
from intake_api.store.revision import NEWEST_REVISION, revision_of
from intake_api.store.schema import configuration
from intake_api.upkeep.rotation import rotate_vault
from intake_api.upkeep.upgrading import bring_up_to_date
from tests.disks import fill, mount, small_disk
from tests.intake_api.running_api import environment


def _run(settings: IntakeSettings, *arguments: str) -> Result:
    return CliRunner().invoke(intake, arguments, env=environment(settings))


async def _newest(settings: IntakeSettings) -> tuple[Head, AuditEntry]:
    audit = AuditLog(read_keys(settings.folder).audit)
    async with opened(settings.database_place()) as database, database.reading() as session:
        entry = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)
        return await audit.newest(session), (await session.scalars(entry)).one()


def _kept(settings: IntakeSettings) -> Head | None:
    return read_head(settings.folder, AuditLog(read_keys(settings.folder).audit))


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("key", "add", "lead", "a lead"), "lead_key_added"),
        (("rotate", "seal"), "key_in_use"),
        (("reindex",), "reindexed"),
    ],
)
def test_a_command_adds_an_entry_and_keeps_the_head(
    settings: IntakeSettings, arguments: tuple[str, ...], what: str
) -> None:
    before = _kept(settings)
    done = _run(settings, *arguments)
    assert done.exit_code == 0, done.output
    head, entry = asyncio.run(_newest(settings))
    assert (entry.what, entry.who) == (what, "operator")
    assert before != _kept(settings) == head
    keys = read_keys(settings.folder)
    named = {"key_in_use": f"seal-{newest(keys.seals)}", "reindexed": f"index-{newest(keys.indexes)}"}
    assert entry.subject == named.get(what, entry.subject)


def test_a_set_up_has_kept_the_head(settings: IntakeSettings) -> None:
    head, _ = asyncio.run(_newest(settings))
    assert _kept(settings) == head


async def test_a_new_vault_key_is_told_and_again_when_all_is_sealed_with_it(
    settings: IntakeSettings,
) -> None:
    async with opened(settings.database_place()) as database:
        await rotate_vault(database, settings.folder, lambda _: None, 0)
        made = f"vault-{newest(read_keys(settings.folder).vaults)}"
        last = select(AuditEntry.what, AuditEntry.subject).order_by(AuditEntry.sequence.desc()).limit(3)
        async with database.reading() as session:
            told = [tuple(entry) for entry in await session.execute(last)]
    assert told == [("vault_resealed", made), ("key_in_use", made), ("key_made", made)]


def _go_down(connection: Connection) -> None:
    command.downgrade(configuration(connection), "0005")


async def test_an_upgrade_is_told_once(settings: IntakeSettings) -> None:
    keys = read_keys(settings.folder)
    before, _ = await _newest(settings)
    async with opened(settings.database_place()) as database:
        await bring_up_to_date(database, keys, settings.folder)
        assert (await _newest(settings))[0] == before
        async with database.writing() as session:
            await (await session.connection()).run_sync(_go_down)
        for _ in range(2):
            await bring_up_to_date(database, keys, settings.folder)
    head, entry = await _newest(settings)
    assert (entry.what, entry.subject, head.number) == ("upgraded", NEWEST_REVISION, before.number + 1)


def _unwritable_folder(settings: IntakeSettings) -> None:
    (settings.folder / HEAD_FILE).unlink()
    (settings.folder / HEAD_FILE).mkdir(mode=0o700)


@pytest.mark.parametrize(
    "arguments", [("key", "add", "lead", "a lead"), ("rotate", "seal"), ("rotate", "vault"), ("upgrade",)]
)
def test_nothing_is_done_where_the_head_could_not_be_kept(
    settings: IntakeSettings, arguments: tuple[str, ...]
) -> None:
    _unwritable_folder(settings)
    before, files = asyncio.run(_newest(settings))[0], sorted(settings.folder.glob("*.key"))
    refused = _run(settings, *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "audit.head cannot be written (Is a directory)" in refused.stderr
    assert "Nothing was done: make" in refused.stderr
    assert asyncio.run(_newest(settings))[0] == before
    assert sorted(settings.folder.glob("*.key")) == files


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_no_access_key_is_made_where_the_disk_of_the_head_takes_nothing(
    postgresql_settings: IntakeSettings, tmp_path: Path, how: str
) -> None:
    """The database is elsewhere, and would take it."""
    before = asyncio.run(_newest(postgresql_settings))[0]
    with small_disk(tmp_path / "disk", 1024 * 1024) as disk:
        settings = postgresql_settings.model_copy(update={"data_dir": disk / "data"})
        shutil.copytree(postgresql_settings.data_dir, settings.data_dir)
        if how == "full":
            fill(disk)
        else:
            assert mount("-o", "remount,ro", str(disk))
        refused = _run(settings, "key", "add", "lead", "a lead")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "audit.head cannot be written (" in refused.stderr
    assert asyncio.run(_newest(postgresql_settings))[0] == before


async def test_what_is_done_is_told_where_the_head_cannot_be_kept_any_more(
    settings: IntakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with changing(settings) as database:
        async with database.writing() as session:
            audit = AuditLog(read_keys(settings.folder).audit)
            await add_key(session, audit, Role.LEAD, "a lead", utc_now())
        _unwritable_folder(settings)
    told = capsys.readouterr().err
    assert told.startswith("It is done, but the audit log's new head could not be kept in ")
    assert len(told.splitlines()) == 1


def test_no_access_key_is_made_whose_token_could_not_be_written(
    settings: IntakeSettings, tmp_path: Path
) -> None:
    """Nobody would ever have it."""
    before = asyncio.run(_newest(settings))[0]
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        fill(disk)
        with pytest.raises(OSError, match="No space left"):
            set_up(
                settings,
                channel_token_file=disk / "channel.token",
                analyst_token_file=settings.data_dir / "analyst.token",
                public_key_file=settings.data_dir / "public.key",
            )
    assert asyncio.run(_newest(settings))[0] == before


_COMMANDS = [
    ("key", "add", "lead", "a lead"),
    ("key", "revoke", "KEY"),
    ("rotate", "seal"),
    ("rotate", "vault"),
    ("reindex",),
    ("upgrade",),
    ("backup", "FOLDER"),
]


def _refused(settings: IntakeSettings, *arguments: str) -> str:
    """Run a command that does nothing; gives what it says."""
    key_id = (settings.data_dir / "analyst.token").read_text().split("-")[1]
    passphrase = settings.data_dir / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("six words that nobody ever guesses")
    given = [{"KEY": key_id, "FOLDER": str(settings.data_dir / "backup")}.get(one, one) for one in arguments]
    before, files = asyncio.run(_newest(settings))[0], sorted(settings.folder.glob("*.key"))
    env = environment(settings) | {"REPORTLINE_BACKUP_PASSPHRASE_FILE": str(passphrase)}
    refused = CliRunner().invoke(intake, given, env=env)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert asyncio.run(_newest(settings))[0] == before
    assert sorted(settings.folder.glob("*.key")) == files
    return refused.stderr


@pytest.mark.parametrize("arguments", _COMMANDS, ids=" ".join)
def test_no_command_goes_on_with_a_log_that_was_cut(
    settings: IntakeSettings, arguments: tuple[str, ...]
) -> None:
    lost = Head(99, bytes(32))
    write_head(settings.folder, AuditLog(read_keys(settings.folder).audit), lost)
    assert "does not hold entry 99" in _refused(settings, *arguments)
    assert _kept(settings) == lost


@pytest.mark.parametrize("arguments", _COMMANDS, ids=" ".join)
def test_no_command_adds_to_the_log_with_the_audit_key_of_another_intake(
    settings: IntakeSettings, arguments: tuple[str, ...]
) -> None:
    """Its entry would break the chain for every machine, for good."""
    key = settings.folder / "audit.key"
    key.write_text(f"{bytes(32).hex()}\n")
    (settings.folder / HEAD_FILE).unlink()
    told = _refused(settings, *arguments)
    assert (
        told == "audit.key is not the key of this database. Copy the right one from another machine of this "
        "intake, or out of a backup (docs/operator.md, Backups).\n"
    )


def test_a_command_says_that_nothing_tells_whether_the_log_was_cut(settings: IntakeSettings) -> None:
    """Once the file is moved away, as that says, it goes on."""
    write_head(settings.folder, AuditLog(bytes(32)), Head(1, bytes(32)))
    assert "is not signed with this intake's audit.key" in _refused(settings, "key", "revoke", "KEY")
    (settings.folder / HEAD_FILE).rename(settings.data_dir / "kept.head")
    assert _run(settings, "key", "add", "lead", "a lead").exit_code == 0
    assert _kept(settings) == asyncio.run(_newest(settings))[0]


async def _bring_to_an_earlier_revision(settings: IntakeSettings) -> None:
    async with opened(settings.database_place()) as database, database.writing() as session:
        await (await session.connection()).run_sync(_go_down)


async def _revision(settings: IntakeSettings) -> str | None:
    async with opened(settings.database_place()) as database, database.reading() as session:
        return await (await session.connection()).run_sync(revision_of)


async def _delete_check_value(settings: IntakeSettings) -> None:
    async with opened(settings.database_place()) as database, database.writing() as session:
        await session.execute(delete(KeyCheck).where(KeyCheck.name == "audit"))


def test_an_earlier_database_is_not_upgraded_when_its_log_was_cut(settings: IntakeSettings) -> None:
    asyncio.run(_bring_to_an_earlier_revision(settings))
    lost = Head(99, bytes(32))
    write_head(settings.folder, AuditLog(read_keys(settings.folder).audit), lost)
    refused = _run(settings, "upgrade")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "does not hold entry 99" in refused.stderr
    assert (asyncio.run(_revision(settings)), _kept(settings)) == ("0005", lost)


def test_an_earlier_database_is_not_upgraded_when_the_check_value_of_its_audit_key_is_gone(
    settings: IntakeSettings,
) -> None:
    asyncio.run(_delete_check_value(settings))
    asyncio.run(_bring_to_an_earlier_revision(settings))
    refused = _run(settings, "upgrade")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "The check value of audit is gone" in refused.stderr
    assert asyncio.run(_revision(settings)) == "0005"


@pytest.mark.parametrize("arguments", _COMMANDS, ids=" ".join)
def test_no_command_adds_to_the_log_when_the_check_value_of_the_audit_key_is_gone(
    settings: IntakeSettings, arguments: tuple[str, ...]
) -> None:
    """Whoever deleted it may have done so that another key passes for the right one."""
    asyncio.run(_delete_check_value(settings))
    assert "The check value of audit is gone" in _refused(settings, *arguments)
