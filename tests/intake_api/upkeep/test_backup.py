"""A backup restores a lost intake on either database; a thief cannot read it, and a forged one is refused."""

import asyncio
import itertools
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import Connection, insert, literal_column, select, text, update
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner, Result

from conversations.wire.report import Report
from conversations.wire.sealing import public_half, seal
from intake_api.audit.head import write_head
from intake_api.audit.log import AuditLog, Head
from intake_api.commands.checks import check as check_intake
from intake_api.commands.intake import intake
from intake_api.keys import make_key, newest, read_keys
from intake_api.known_keys.checks import require_keys
from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import opened as database_opened
from intake_api.store.models import Assessment, AuditEntry, Base, Item, Lift, is_claimed
from intake_api.store.revision import require_current
from intake_api.store.schema import configuration
from intake_api.upkeep.backup import BackedUp, back_up
from intake_api.upkeep.backup_files import (
    BackupKeys,
    new_backup_keys,
    open_backup,
)
from intake_api.upkeep.reindexing import reindex_all
from intake_api.upkeep.restoring import Restored, restore
from intake_api.upkeep.rotation import rotate_seal, rotate_vault
from reportline.readiness import NotReady
from tests.intake_api.running_api import (
    NOON,
    RunningApi,
    a_report,
    environment,
    opened,
    prepare,
    revised,
    withdrawn,
)
from tests.intake_api.unguarded import write_as_before_0006
from tests.postgresql import PostgreSql

PASSPHRASE = "correct horse battery staple"
MARKS = ("https://secret-given.example.com/271828", "secret-note-271828", "secret-decision-271828")
Rows = dict[str, list[dict[str, Any]]]
NewPlace = Callable[[str], IntakeSettings]


@pytest.fixture
def sealing() -> BackupKeys:
    """Make keys as if of a passphrase, which would take a second."""
    return BackupKeys(secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(32))


@pytest.fixture(scope="module")
def slow_sealing() -> BackupKeys:
    """Make the keys of a passphrase."""
    return new_backup_keys(PASSPHRASE)


@pytest.fixture
def new_place(server: PostgreSql, tmp_path: Path) -> Iterator[NewPlace]:
    """Give settings with an empty data folder and an empty database, of the kind that is asked for."""
    made: list[str] = []

    def make(kind: str) -> IntakeSettings:
        folder = tmp_path / f"place-{secrets.token_hex(4)}"
        if kind == "sqlite":
            return IntakeSettings(data_dir=folder)
        made.append(f"place_{secrets.token_hex(6)}")
        server.run(f"CREATE DATABASE {made[-1]}")
        return IntakeSettings(data_dir=folder, database_url=SecretStr(server.url(made[-1])))

    yield make
    for name in made:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Work:
    """The work done at an intake: the reports handed in, and the claim that an analyst still holds."""

    reports: list[Report] = field(default_factory=list)
    claim_id: str = ""


async def _work(api: RunningApi) -> Work:
    """Fill every table: reports, a withdrawn one, claims, assessments, corrections of corrections."""
    first = a_report(MARKS[0], note=MARKS[1])
    same = a_report(MARKS[0], portal="international", language="en")
    gone = a_report("https://example.com/gone")
    others = [a_report() for _ in range(4)]
    await api.take_in(first, same, gone, *others)
    await api.take_in(withdrawn(gone), revised(others[0], seen="today"))
    claims = await api.claim(4)
    for claim in claims[:3]:
        await api.show(claim["claim_id"])
        await _decide(api, f"/v1/queue/claims/{claim['claim_id']}/assessment")
    assessment_id = await api.scalar(text("SELECT assessment_id FROM assessments ORDER BY 1 LIMIT 1"))
    for _ in range(6):
        # A clock that is set back must not bring a correction before what it corrects.
        api.clock.move(seconds=-1)
        assessment_id = await _decide(api, f"/v1/assessments/{assessment_id}/correction")
    async with api.intake.database.writing() as session:
        analyst = await session.scalar(select(Item.claimed_by).where(is_claimed))
        session.add(Lift(lift_id="0" * 16, analyst=analyst, lifted_by=analyst, until=api.clock()))
    return Work([first, same, withdrawn(gone), *others], claims[3]["claim_id"])


async def _decide(api: RunningApi, path: str) -> str:
    decision = {"outcome": "baseline", "flags": ["user_generated"], "note": MARKS[2]}
    answer = await api.analyst.post(path, json=decision)
    assert answer.status_code == 201
    assessment_id: str = answer.json()["assessment_id"]
    return assessment_id


async def _backed_up(settings: IntakeSettings, folder: Path, sealing: BackupKeys) -> BackedUp:
    async with database_opened(settings.database_place()) as database:
        return await back_up(database, settings.folder, folder, sealing, NOON)


async def _restored(folder: Path, sealing: BackupKeys, target: IntakeSettings) -> Restored:
    backup = open_backup(folder, sealing)
    return await restore(backup, target.folder, target.database_place(), NOON)


async def _rows(settings: IntakeSettings) -> Rows:
    """Read every row of every table, with the types of our own columns."""
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return {
            table.name: [
                dict(row)
                for row in (await session.execute(select(table).order_by(*table.primary_key))).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def _without_last_entry(rows: Rows) -> Rows:
    return rows | {"audit_log": rows["audit_log"][:-1]}


def _bring_tokens(source: IntakeSettings, target: IntakeSettings) -> None:
    for role in ("channel", "analyst"):
        shutil.copy(source.data_dir / f"{role}.token", target.data_dir)


async def test_an_office_comes_back_on_either_database(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    """Row by row as it was; its tokens, receipts, claims and queue go on where they were."""
    async with opened(settings) as api:
        work = await _work(api)
        await _backed_up(settings, tmp_path / "backup", sealing)
    before = await _rows(settings)
    # The process that served has ended; what a backup held of it would be among the restored rows.
    assert [name for name, rows in before.items() if not rows] == ["processes"]
    assert before["audit_log"][-1]["what"] == "backup_made"
    for kind in ("sqlite", "postgresql"):
        target = new_place(kind)
        restored = await _restored(tmp_path / "backup", sealing, target)
        assert (restored.made_at, restored.broken_at, restored.closed) == (NOON, None, 0)
        assert _without_last_entry(await _rows(target)) == _without_last_entry(before)
        assert _private_files(settings.folder) == _private_files(target.folder)
        _bring_tokens(settings, target)
        async with opened(target) as api:
            await _assert_goes_on(api, work)


def _private_files(folder: Path) -> dict[str, str]:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    return {file.name: file.read_text() for file in folder.glob("*.key")}


async def _assert_goes_on(api: RunningApi, work: Work) -> None:
    reports, items = await _counted(api)
    for report in work.reports:
        answer = await api.hand_in(report)
        assert answer.json() == {"receipt": report.receipt, "status": "received"}
        asked = await api.channel.post("/v1/receipts/status", json={"receipt": report.receipt})
        assert asked.json()["status"] == "received"
    await api.take_in(a_report(MARKS[0]))
    assert await _counted(api) == (reports + 1, items)
    await _decide(api, f"/v1/queue/claims/{work.claim_id}/assessment")
    api.clock.move(days=1)
    for claim in await api.claim(20):
        await api.show(claim["claim_id"])
        await _decide(api, f"/v1/queue/claims/{claim['claim_id']}/assessment")
    assert await api.scalar(text("SELECT COUNT(*) FROM items WHERE state = 'assessed'")) == items
    async with api.intake.database.reading() as session:
        assert await api.intake.audit.first_broken(session) is None
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
    assert [entry.who for entry in entries if entry.what == "restored"] == ["operator"]


async def _counted(api: RunningApi) -> tuple[int, int]:
    reports = await api.scalar(text("SELECT COUNT(*) FROM reports"))
    items = await api.scalar(text("SELECT COUNT(*) FROM items"))
    return reports, items


async def test_a_backup_is_of_one_moment_while_reports_come_in(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    """What was acknowledged before it began is in it, and all that is in it fits together."""
    target, folders = new_place("sqlite"), [tmp_path / f"backup-{number}" for number in range(6)]
    async with opened(settings) as api:
        before = [a_report("https://example.com/1") for _ in range(20)]
        for report in before:
            await api.hand_in(report)
        done = asyncio.Event()
        coming = asyncio.create_task(_keep_coming(api, done))
        for folder in folders:
            await _backed_up(settings, folder, sealing)
        done.set()
        assert await coming > 0
    for folder in folders:
        tables = _tables(folder, sealing)
        drafts = {row["draft_id"] for row in tables["reports"]}
        assert {report.draft_id for report in before} <= drafts
        assert {row["draft_id"] for row in tables["mentions"]} <= drafts
        sources = sum(row["reports"] for row in tables["sources"])
        assert sources == len(tables["mentions"]) == sum(row["reports"] for row in tables["items"])
    await _restored(folders[-1], sealing, target)
    assert len((await _rows(target))["reports"]) == len(_tables(folders[-1], sealing)["reports"])


def _tables(folder: Path, sealing: BackupKeys) -> Rows:
    """Read what is in a backup."""
    tables: Rows = {table.name: [] for table in Base.metadata.sorted_tables}
    [_, *pages] = open_backup(folder, sealing).records()
    for page in pages:
        tables[page["table"]] += [dict(zip(page["columns"], row, strict=True)) for row in page["rows"]]
    return tables


async def _keep_coming(api: RunningApi, done: asyncio.Event) -> int:
    for number in itertools.count():
        if done.is_set():
            return number
        assert (await api.hand_in(a_report("https://example.com/1"))).status_code == 202
    raise AssertionError


async def test_a_backup_is_useless_to_a_thief(
    settings: IntakeSettings, sealing: BackupKeys, tmp_path: Path
) -> None:
    """It holds no address, note, receipt, key, token or name; its tables alone hold no address either."""
    async with opened(settings) as api:
        work = await _work(api)
    await _backed_up(settings, tmp_path / "backup", sealing)
    keys = [bytes.fromhex(file.read_text()) for file in settings.folder.glob("*.key")]
    tokens = [file.read_text().strip() for file in settings.data_dir.glob("*.token")]
    words = [*MARKS, *(report.receipt for report in work.reports), *tokens]
    plain = [PASSPHRASE, "made at set-up", "telegram", "assessments"]
    marks = [word.encode() for word in (*words, *plain)] + keys
    for file in (tmp_path / "backup").iterdir():
        content = file.read_bytes()
        assert not [mark for mark in marks for hidden in _encodings(mark) if hidden in content]
    [_, *pages] = open_backup(tmp_path / "backup", sealing).records()
    under_the_seal = json.dumps(pages).encode()
    hidden_words = [hidden for word in words for hidden in _encodings(word.encode())]
    assert not [hidden for hidden in hidden_words if hidden in under_the_seal]


def _encodings(mark: bytes) -> Iterator[bytes]:
    yield from (mark, mark.hex().encode(), b64encode(mark).rstrip(b"=")[:-1])


@contextmanager
def _everything_allowed() -> Iterator[None]:
    mask = os.umask(0)
    try:
        yield
    finally:
        os.umask(mask)


async def test_a_backup_is_closed_to_others_and_whole(
    settings: IntakeSettings, sealing: BackupKeys, tmp_path: Path
) -> None:
    with _everything_allowed():
        await _backed_up(settings, tmp_path / "backup", sealing)
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    files = sorted((tmp_path / "backup").iterdir())
    assert [file.name for file in files] == ["contents.sealed", "manifest.json"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_a_backup_that_cannot_be_audited_is_not_made(
    settings: IntakeSettings, sealing: BackupKeys, tmp_path: Path
) -> None:
    target = tmp_path / "backups" / "one"
    target.parent.mkdir()
    async with database_opened(settings.database_place()) as database:
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE audit_log RENAME TO elsewhere"))
        with pytest.raises((DBAPIError, DatabaseAway)):
            await back_up(database, settings.folder, target, sealing, NOON)
    assert list(target.parent.iterdir()) == []


async def test_nothing_is_written_over_and_no_disk_is_made_up(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, tmp_path: Path
) -> None:
    for target, fault in ((tmp_path, "is there already"), (tmp_path / "disk" / "one", "mount its disk")):
        with pytest.raises(NotReady, match=fault):
            await _backed_up(sqlite_settings, target, sealing)
    assert not (tmp_path / "disk").exists()


async def test_a_key_that_is_missing_is_told_and_the_rest_is_kept(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report())
    older = newest(read_keys(settings.folder).vaults)
    make_key(settings.folder, "vault")
    (settings.folder / f"vault-{older}.key").unlink()
    made = await _backed_up(settings, tmp_path / "backup", sealing)
    assert made.missing_keys == {older}
    restored = await _restored(tmp_path / "backup", sealing, new_place("sqlite"))
    assert restored.closed == 4


async def test_an_audit_log_that_was_changed_comes_back_as_it_was_and_is_told(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    async with database_opened(settings.database_place()) as database, database.writing() as session:
        forged = {"sequence": 9, "at": NOON, "who": "operator", "what": "nothing", "subject": "0" * 12}
        await session.execute(insert(AuditEntry), [forged | {"chain": bytes(32)}])
    await _backed_up(settings, tmp_path / "backup", sealing)
    restored = await _restored(tmp_path / "backup", sealing, new_place("sqlite"))
    assert restored.broken_at == 9


def _go_down(connection: Connection) -> None:
    command.downgrade(configuration(connection), "0001")


async def test_a_backup_of_an_earlier_revision_is_upgraded(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    """So a backup can be made before an upgrade, by the version that upgrades."""
    async with opened(settings) as api:
        await _work(api)
    async with database_opened(settings.database_place()) as database:
        await write_as_before_0006(database, AuditLog(read_keys(settings.folder).audit))
        async with database.writing() as session:
            await (await session.connection()).run_sync(_go_down)
    made = await _backed_up(settings, tmp_path / "backup", sealing)
    assert made.rows["assessments"] == 3
    for kind in ("sqlite", "postgresql"):
        target = new_place(kind)
        restored = await _restored(tmp_path / "backup", sealing, target)
        assert (restored.rows, restored.closed) == (made.rows, 0)
        async with database_opened(target.database_place()) as database:
            await require_current(database)
            async with database.reading() as session:
                await require_keys(session, read_keys(target.folder))


async def test_a_number_that_the_other_database_cannot_hold_is_named_with_its_table(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    """Earlier versions took it; SQLite holds it, and has it back."""
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(), a_report())
        async with api.intake.database.writing() as session:
            await session.execute(text("UPDATE reports SET advice_version = 2147483648"))
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    target = new_place("postgresql")
    with pytest.raises(NotReady, match="table reports holds a number in advice_version that is too large"):
        await _restored(tmp_path / "backup", sealing, target)
    async with database_opened(target.database_place()) as database, database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
    assert (await _restored(tmp_path / "backup", sealing, new_place("sqlite"))).rows["reports"] == 2


@pytest.mark.parametrize("odd", ["[" * 21 + "]" * 21, r'"\ud800"', "9" * 5000], ids=["deep", "half", "long"])
async def test_a_decision_that_nobody_can_read_keeps_no_backup_from_being_made_and_restored(
    settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path, odd: str
) -> None:
    """And the doctor goes on naming it."""
    async with opened(settings) as api:
        await _work(api)
        async with api.intake.database.writing() as session:
            spoilt = await session.scalar(select(Assessment.assessment_id).limit(1))
            one = update(Assessment).where(Assessment.assessment_id == spoilt)
            await session.execute(one.values(details=literal_column(f"'{{\"flags\": {odd}}}'")))
    await _backed_up(settings, tmp_path / "backup", sealing)
    for kind in ("sqlite", "postgresql"):
        target = new_place(kind)
        await _restored(tmp_path / "backup", sealing, target)
        told = " ".join(look.advice for look in await asyncio.to_thread(check_intake, target))
        assert f"not as the audit log says: {spoilt}." in told


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_rows_that_a_database_refuses_are_named_by_their_table(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path, kind: str
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report())
    # Python's own connection does not hold rows to one another.
    with closing(sqlite3.connect(sqlite_settings.database_file)) as connection, connection:
        connection.execute("UPDATE mentions SET draft_id = 'f'")
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    with pytest.raises(NotReady, match="refuses rows of the table mentions"):
        await _restored(tmp_path / "backup", sealing, new_place(kind))


def _as_before(folder: Path, revision: str, index_key: str) -> None:
    """Leave the files of that version alone: it kept no head, and had one key for the two hashes at first."""
    (folder / "audit.head").unlink()
    if revision == "0001":
        for name in ("index-k1.key", "receipts.key"):
            (folder / name).unlink()
        _write_key(folder / "index.key", index_key)


def _write_key(file: Path, key: str) -> None:
    file.write_text(f"{key}\n")
    file.chmod(0o600)


async def _earlier_office(settings: IntakeSettings, revision: str) -> Work:
    """Set an intake up with an earlier version's keys, work there, and leave all as that version had it."""
    index_key = secrets.token_hex(32)
    settings.folder.mkdir(mode=0o700, parents=True)
    for name in ("seal-k1.key", "vault-k1.key", "audit.key"):
        _write_key(settings.folder / name, secrets.token_hex(32))
    _write_key(settings.folder / "index.key", index_key)
    await asyncio.to_thread(prepare, settings)
    async with opened(settings) as api:
        work = await _work(api)
    async with database_opened(settings.database_place()) as database:
        await write_as_before_0006(database, AuditLog(read_keys(settings.folder).audit))
        async with database.writing() as session:
            await (await session.connection()).run_sync(_go_down_to, revision)
    _as_before(settings.folder, revision, index_key)
    return work


def _go_down_to(connection: Connection, revision: str) -> None:
    command.downgrade(configuration(connection), revision)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("revision", ["0001", "0002"])
async def test_an_earlier_versions_office_is_backed_up_before_its_upgrade(
    new_place: NewPlace, sealing: BackupKeys, tmp_path: Path, kind: str, revision: str
) -> None:
    """The advice "make a backup, then upgrade" is followed, and either copy serves on either database."""
    source = new_place(kind)
    work = await _earlier_office(source, revision)
    with pytest.raises(NotReady, match="Make a backup, then run `reportline intake upgrade`"):
        async with opened(source):
            pass
    files = {file.name: file.read_text() for file in source.folder.glob("*.key")}
    made = await _backed_up(source, tmp_path / "backup", sealing)
    assert {file.name: file.read_text() for file in source.folder.glob("*.key")} == files
    assert (made.rows["reports"], made.missing_keys) == (len(work.reports), set())
    for target in (new_place("sqlite"), new_place("postgresql")):
        restored = await _restored(tmp_path / "backup", sealing, target)
        assert (restored.rows, restored.broken_at, restored.closed) == (made.rows, None, 0)
        _bring_tokens(source, target)
        await _bring_up_to_date(target)
        async with opened(target) as api:
            await _assert_goes_on(api, work)
    await _bring_up_to_date(source)
    async with opened(source) as api:
        # An item that is just merged anew is locked, and a claim passes it over.
        await api.merged()
        assert len(await api.queue()) == 1


async def _bring_up_to_date(settings: IntakeSettings) -> None:
    for step in ("upgrade", "reindex"):
        ended = await asyncio.to_thread(_run, settings, step)
        assert ended.exit_code == 0, ended.output
    assert not [look for look in await asyncio.to_thread(check_intake, settings) if not look.fine]


async def test_a_backup_of_a_later_version_is_not_begun(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    target = new_place("sqlite")
    async with database_opened(sqlite_settings.database_place()) as database, database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    with pytest.raises(NotReady, match="newer version"):
        await _restored(tmp_path / "backup", sealing, target)
    assert not target.data_dir.exists()


async def test_nothing_is_written_when_the_end_of_a_backup_is_damaged(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    entry = {"at": NOON, "who": "operator", "what": "nothing", "subject": "0" * 32, "chain": bytes(32)}
    async with database_opened(sqlite_settings.database_place()) as database, database.writing() as session:
        await session.execute(insert(AuditEntry), [entry | {"sequence": at} for at in range(100, 2000)])
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    file = tmp_path / "backup" / "contents.sealed"
    whole = file.read_bytes()
    assert len(whole) > 2 * 64 * 1024
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    for kind in ("sqlite", "postgresql"):
        target = new_place(kind)
        with pytest.raises(NotReady, match="changed"):
            await _restored(tmp_path / "backup", sealing, target)
        assert not target.data_dir.exists()


async def test_what_is_in_the_way_is_named_and_left_alone(
    sqlite_settings: IntakeSettings,
    sealing: BackupKeys,
    new_place: NewPlace,
    server: PostgreSql,
    tmp_path: Path,
) -> None:
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    for name in ("audit.key", "seal-k9.key", "reportline.db.old", "notes.txt"):
        target = new_place("sqlite")
        target.folder.mkdir(parents=True)
        (target.folder / name).write_text("mine")
        with pytest.raises(NotReady, match=f"In the way: {target.folder / name}\\."):
            await _restored(tmp_path / "backup", sealing, target)
        assert [(file.name, file.read_text()) for file in target.folder.iterdir()] == [(name, "mine")]
    target = new_place("postgresql")
    assert target.database_url
    server.run("CREATE TABLE mine ()", database=target.database_url.get_secret_value().rpartition("/")[2])
    with pytest.raises(NotReady, match="In the way are tables of the database: mine"):
        await _restored(tmp_path / "backup", sealing, target)
    assert not target.data_dir.exists()


async def test_a_second_restore_is_refused(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    for kind in ("sqlite", "postgresql"):
        target = new_place(kind)
        await _restored(tmp_path / "backup", sealing, target)
        with pytest.raises(NotReady, match="In the way are tables of the database: access_keys"):
            await _restored(tmp_path / "backup", sealing, target)


async def test_keys_that_half_a_restore_has_left_are_not_in_the_way(
    sqlite_settings: IntakeSettings, sealing: BackupKeys, new_place: NewPlace, tmp_path: Path
) -> None:
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    target = new_place("sqlite")
    target.folder.mkdir(parents=True)
    shutil.copy(sqlite_settings.folder / "audit.key", target.folder)
    [vault_key] = sqlite_settings.folder.glob("vault-*.key")
    (target.folder / f".{vault_key.name}.0123abcd").write_text("0123")
    target.database_file.touch(0o600)
    await _restored(tmp_path / "backup", sealing, target)
    assert _private_files(target.folder) == _private_files(sqlite_settings.folder)
    assert not list(target.folder.glob(".*"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_restore_that_was_killed_is_run_again(
    sqlite_settings: IntakeSettings, slow_sealing: BackupKeys, new_place: NewPlace, tmp_path: Path, kind: str
) -> None:
    """It is killed when its keys are written, and its tables wait for another's transaction to end."""
    target, folder = new_place(kind), tmp_path / "backup"
    await _backed_up(sqlite_settings, folder, slow_sealing)
    async with _database_held(target):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from intake_api.commands.intake import intake; intake()",
                "restore",
                str(folder),
            ],
            env=os.environ | environment(target) | _passphrase_in(tmp_path),
            stderr=subprocess.DEVNULL,
        )
        while not (target.folder / "audit.key").exists():
            assert process.poll() is None
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    await _restored(folder, slow_sealing, target)
    assert _without_last_entry(await _rows(target)) == _without_last_entry(await _rows(sqlite_settings))


def _passphrase_in(folder: Path) -> dict[str, str]:
    file = folder / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)
    return {"REPORTLINE_BACKUP_PASSPHRASE_FILE": str(file)}


@asynccontextmanager
async def _database_held(target: IntakeSettings) -> AsyncIterator[None]:
    place = target.database_place()
    if isinstance(place, Path):
        target.folder.mkdir(parents=True)
        place.touch(0o600)
    async with (
        database_opened(place) as database,
        database.engine.execution_options(writes=True).connect() as connection,
    ):
        await connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        yield
        await connection.rollback()


def _run(settings: IntakeSettings, *arguments: str, typed: str | None = None, **more: str) -> Result:
    return CliRunner().invoke(intake, arguments, input=typed, env=environment(settings) | more)


def test_the_commands_ask_for_a_passphrase_and_say_what_is_left_to_do(
    postgresql_settings: IntakeSettings, new_place: NewPlace, tmp_path: Path
) -> None:
    folder, target = str(tmp_path / "backup"), new_place("sqlite")
    short = _run(postgresql_settings, "backup", folder, typed="too short\ntoo short\n")
    assert (short.exit_code, "16 characters or more" in short.stderr) == (1, True)
    made = _run(postgresql_settings, "backup", folder, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert (made.exit_code, "keep that elsewhere" in made.stdout) == (0, True)
    wrong = _run(target, "restore", folder, typed=f"{PASSPHRASE}s\n")
    assert (wrong.exit_code, "This passphrase does not open" in wrong.stderr) == (1, True)
    short = _run(target, "restore", folder, typed="another\n")
    assert (short.exit_code, "This passphrase does not open" in short.stderr) == (1, True)
    assert not target.data_dir.exists()
    restored = _run(target, "restore", folder, typed=f"{PASSPHRASE}\n")
    assert (restored.exit_code, "revoke" in restored.stdout) == (0, True)
    assert "No head was here to compare the backup with." in restored.stdout
    assert "If a seal or vault key was made after this backup, put it back" in restored.stdout
    assert PASSPHRASE not in made.output + wrong.output + restored.output


def test_without_a_terminal_the_file_of_the_passphrase_is_named(
    sqlite_settings: IntakeSettings, tmp_path: Path
) -> None:
    """As under a timer: nobody is there to be asked."""
    command = [sys.executable, "-m", "reportline", "intake", "backup", str(tmp_path / "backup")]
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"]} | environment(sqlite_settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "There is no terminal on which to ask for the passphrase. Write it into a file of mode 600, and name "
        "that in REPORTLINE_BACKUP_PASSPHRASE_FILE.\n"
    )


def test_a_passphrase_that_others_can_read_is_refused(
    sqlite_settings: IntakeSettings, tmp_path: Path
) -> None:
    more = _passphrase_in(tmp_path)
    (tmp_path / "passphrase").chmod(0o640)
    ended = _run(sqlite_settings, "backup", str(tmp_path / "backup"), **more)
    assert (ended.exit_code, "Close it" in ended.stderr) == (1, True)
    (tmp_path / "passphrase").unlink()
    ended = _run(sqlite_settings, "backup", str(tmp_path / "backup"), **more)
    assert (ended.exit_code, "Write the passphrase into it" in ended.stderr) == (1, True)


async def test_a_restore_tells_what_the_log_of_this_machine_had_beyond_the_backup(
    settings: IntakeSettings, new_place: NewPlace, slow_sealing: BackupKeys, tmp_path: Path
) -> None:
    """Where the head that the machine kept is still there; afterwards the doctor is at peace."""
    folder, kind = tmp_path / "backup", "sqlite" if settings.database_url is None else "postgresql"
    await _backed_up(settings, folder, slow_sealing)
    async with opened(settings) as api, api.intake.database.writing() as session:
        api.intake.audit.add(session, NOON, "somebody", "searched", *(str(number) for number in range(29)))
    target = new_place(kind)
    target.folder.mkdir(parents=True, mode=0o700)
    shutil.copy(settings.folder / "audit.head", target.folder)
    restored = await asyncio.to_thread(_run, target, "restore", str(folder), typed=f"{PASSPHRASE}\n")
    assert "No head was here" not in restored.stdout
    assert "log went to entry 38; the backup ends at 8: 30 entries are missing." in restored.stdout
    assert restored.exit_code == 0
    last = (await _rows(target))["audit_log"][-1]
    assert (last["what"], json.loads(last["content"])["lost_head"][:3]) == ("restored", "38:")
    assert await asyncio.to_thread(_fault, target) is None


def _fault(settings: IntakeSettings) -> str | None:
    return next((look.advice for look in check_intake(settings) if not look.fine), None)


async def _take_up(settings: IntakeSettings, purpose: str) -> None:
    async with database_opened(settings.database_place()) as database:
        if purpose == "seal":
            await rotate_seal(database, settings.folder)
        elif purpose == "vault":
            await rotate_vault(database, settings.folder, _nobody)
        else:
            await reindex_all(database, settings.folder, None, NOON, _nobody)


def _nobody(_: int) -> None:
    pass


def _newer_keys(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*-k*.key") if "-k1-" not in file.name}


@pytest.mark.parametrize("order", [("seal", "vault", "index"), ("index", "vault", "seal")])
async def test_keys_that_are_newer_than_the_backup_are_taken_up(
    settings: IntakeSettings,
    new_place: NewPlace,
    sealing: BackupKeys,
    tmp_path: Path,
    order: tuple[str, ...],
) -> None:
    """Reports that wait on a bot's disk are sealed to them; one command does not wait for another."""
    async with opened(settings) as api:
        await api.take_in(a_report("https://example.com/before"))
    await _backed_up(settings, tmp_path / "backup", sealing)
    for purpose in ("seal", "seal", "vault", "index"):
        await _take_up(settings, purpose)
    target = new_place("sqlite" if settings.database_url is None else "postgresql")
    await _restored(tmp_path / "backup", sealing, target)
    _bring_tokens(settings, target)
    newer = _newer_keys(settings.folder)
    for name in newer:
        shutil.copy(settings.folder / name, target.folder)
    for purpose in order:
        with pytest.raises(NotReady, match=r"restored from a backup older than that key, run it again"):
            async with opened(target):
                pass
        await _take_up(target, purpose)
    assert _newer_keys(target.folder) == newer
    assert await asyncio.to_thread(_fault, target) is None
    told = " ".join([look.advice for look in await asyncio.to_thread(check_intake, target)])
    assert "is made, and nothing" not in told
    async with opened(target) as api:
        for key_id, private in read_keys(target.folder).seals.items():
            report = a_report()
            sealed = seal(report, public_half(key_id, private)).model_dump()
            answer = await api.channel.put(f"/v1/reports/{report.draft_id}", json=sealed)
            assert answer.status_code == 202
        # Reports of one hour come in any order, and those just handed in may be merged by now.
        assert "https://example.com/before" in await api.queue()


async def test_a_head_of_another_intake_is_in_the_way(
    sqlite_settings: IntakeSettings, new_place: NewPlace, sealing: BackupKeys, tmp_path: Path
) -> None:
    await _backed_up(sqlite_settings, tmp_path / "backup", sealing)
    target = new_place("sqlite")
    target.folder.mkdir(parents=True, mode=0o700)
    write_head(target.folder, AuditLog(bytes(32)), Head(1, bytes(32)))
    with pytest.raises(NotReady, match="of another intake"):
        await _restored(tmp_path / "backup", sealing, target)
    assert [file.name for file in target.folder.iterdir()] == ["audit.head"]
