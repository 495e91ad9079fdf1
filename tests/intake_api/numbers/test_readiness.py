"""Health and readiness tell the truth within seconds, to anybody, and write nothing into the log."""

import asyncio
import json
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from intake_api.items.urgency import ALLOWANCE_HOURS, Urgency
from intake_api.keys import make_key
from intake_api.known_keys.access_keys import add_key
from intake_api.roles import Role
from intake_api.server.app import build
from intake_api.server.assembly import assemble
from intake_api.settings import IntakeSettings
from intake_api.store.models import Item, QueuePlace, StoredReport
from intake_api.upkeep.rotation import rotate_seal, rotate_vault
from reportline.readiness import NotReady
from tests.disks import BALLAST, fill, mount, small_disk
from tests.intake_api.key_files import key_file
from tests.intake_api.running_api import Clock, RunningApi, a_report, client, opened

DISK_BYTES = 3 * 1024 * 1024
READY = {"status": "ok", "database": "ok", "keys": "ok", "audit": "ok", "overdue_hours": 0}


async def _ready(api: RunningApi) -> httpx.Response:
    async with client(api.app) as nobody:
        answer = await nobody.get("/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer


def _assert_unready(answer: httpx.Response, **told: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert {name: answer.json()[name] for name in told} == told


async def test_health_tells_that_the_process_is_up(api: RunningApi) -> None:
    async with client(api.app) as nobody:
        answer = await nobody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


async def test_an_old_queue_is_told_and_makes_nothing_unready(api: RunningApi) -> None:
    assert (await _ready(api)).json() == READY
    await api.take_in(a_report("https://example.com/1"))
    api.clock.move(hours=112)
    answer = await _ready(api)
    assert (answer.status_code, answer.json()) == (200, READY | {"overdue_hours": 100})


async def test_an_item_whose_claim_has_run_out_is_overdue(api: RunningApi) -> None:
    """Its analyst went home, and nobody has claimed since."""
    await api.take_in(a_report("https://example.com/1", live="yes"), a_report("https://example.com/2"))
    assert len(await api.claim()) == 1
    api.clock.move(hours=50)
    assert (await _ready(api)).json()["overdue_hours"] == 50 - ALLOWANCE_HOURS[Urgency.LIVE]
    async with api.intake.database.writing() as session:
        lead = await add_key(session, api.intake.audit, Role.LEAD, "somebody", api.clock())
    async with client(api.app, lead) as prometheus:
        metrics = (await prometheus.get("/metrics")).text
    assert "reportline_oldest_waiting_overdue_hours 48.0" in metrics


async def test_a_claim_that_holds_is_not_overdue(api: RunningApi) -> None:
    await api.take_in(a_report("https://example.com/1"))
    api.clock.move(hours=50)
    assert len(await api.claim()) == 1
    assert (await _ready(api)).json()["overdue_hours"] == 0


async def test_a_claim_that_ran_out_within_the_hour_of_arrival_is_not_the_oldest(api: RunningApi) -> None:
    """Nor does its age tell when it came."""
    ways = [{"portal": f"p{number}"} for number in range(4)]
    await api.take_in(*(a_report("https://example.com/1", live="yes", **way) for way in ways))
    await api.claim()
    async with api.intake.database.writing() as session:
        await session.execute(update(Item).values(lease_expires=api.clock()))
    assert (await _ready(api)).json()["overdue_hours"] == 0


async def test_an_item_that_came_within_the_hour_is_not_the_oldest(api: RunningApi) -> None:
    """Else its age would tell when it came: what many report is overdue as soon as it arrives."""
    await api.take_in(a_report("https://example.com/1", live="yes"))
    async with api.intake.database.writing() as session:
        raised = update(QueuePlace).values(due_hour=api.clock() - timedelta(hours=6))
        await session.execute(raised)
    assert (await _ready(api)).json()["overdue_hours"] == 0
    api.clock.move(hours=1)
    assert (await _ready(api)).json()["overdue_hours"] == 7


async def test_a_database_of_another_revision_is_told(api: RunningApi) -> None:
    async with api.intake.database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    _assert_unready(await _ready(api), database="other_revision", keys="unknown")


async def test_a_database_that_goes_and_comes_back_is_told_and_not_logged(
    postgresql_settings: IntakeSettings, server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    assert postgresql_settings.database_url
    name = postgresql_settings.database_url.get_secret_value().rpartition("/")[2]
    intake = assemble(postgresql_settings, Clock())
    async with client(build(intake)) as nobody:
        assert (await nobody.get("/readyz")).json() == READY
        server.run(f"DROP DATABASE {name} WITH (FORCE)")
        for _ in range(3):
            _assert_unready(await nobody.get("/readyz"), database="away", keys="unknown")
        server.run(f"CREATE DATABASE {name} TEMPLATE fresh STRATEGY file_copy")
        assert (await nobody.get("/readyz")).json() == READY
    await intake.database.close()
    assert not capfd.readouterr().err


async def test_keys_that_came_into_use_are_no_others_while_the_database_is_away(
    postgresql_settings: IntakeSettings, server: Any
) -> None:
    """The folder alone is looked at then."""
    assert postgresql_settings.database_url
    name = postgresql_settings.database_url.get_secret_value().rpartition("/")[2]
    intake = assemble(postgresql_settings, Clock())
    async with client(build(intake)) as nobody:
        assert (await nobody.get("/readyz")).json() == READY
        await rotate_seal(intake.database, postgresql_settings.folder)
        intake.keys.current()
        intake.keys.use_all_but(frozenset())
        server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await intake.database.close()
        _assert_unready(await nobody.get("/readyz"), keys="unknown")
        key_file(postgresql_settings.folder, "seal", 2).unlink()
        _assert_unready(await nobody.get("/readyz"), keys="kept")
    await intake.database.close()


@pytest.fixture
def silent() -> Iterator[int]:
    """Listen and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_a_silent_database_is_told_within_seconds(
    sqlite_settings: IntakeSettings, silent: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """However many ask, one connection is tried."""
    url = SecretStr(f"postgresql://reportline:none@127.0.0.1:{silent}/none")
    intake = assemble(sqlite_settings.model_copy(update={"database_url": url}), Clock())
    began = time.monotonic()
    async with client(build(intake)) as nobody:
        for answer in await asyncio.gather(*(nobody.get("/readyz") for _ in range(20))):
            _assert_unready(answer, database="away", keys="unknown")
        assert (await nobody.get("/healthz")).status_code == 200
    assert time.monotonic() - began < 5
    pool: Any = intake.database.engine.pool
    assert pool.checkedout() <= 1
    assert not capfd.readouterr().err


@pytest.mark.parametrize("name", ["receipts", "seal"])
async def test_a_lost_key_is_told_and_takes_nothing_down_that_runs(api: RunningApi, name: str) -> None:
    [file] = api.intake.settings.folder.glob(f"{name}*.key")
    file.unlink()
    answer = await _ready(api)
    assert (answer.status_code, answer.json()) == (200, READY | {"keys": "kept"})
    assert (await api.hand_in(a_report())).status_code == 202


@pytest.mark.parametrize("purpose", ["seal", "vault"])
async def test_a_lost_key_in_use_is_told_where_an_older_one_is_left(api: RunningApi, purpose: str) -> None:
    """An older vault key may go: the rotation says when."""
    folder, database = api.intake.settings.folder, api.intake.database
    if purpose == "seal":
        await rotate_seal(database, folder)
    else:
        await rotate_vault(database, folder, lambda _: None)
    older, newer = key_file(folder, purpose), key_file(folder, purpose, 2)
    elsewhere = newer.rename(folder.parent / newer.name)
    assert (await _ready(api)).json() == READY | {"keys": "kept"}
    elsewhere.rename(newer)
    older.unlink()
    assert (await _ready(api)).json() == READY


@pytest.mark.parametrize("name", ["receipts", "audit"])
async def test_a_key_that_was_replaced_by_a_valid_one_is_told(api: RunningApi, name: str) -> None:
    file = api.intake.settings.folder / f"{name}.key"
    own = file.read_text()
    file.write_text(f"{bytes(32).hex()}\n")
    assert (await _ready(api)).json() == READY | {"keys": "kept"}
    file.write_text(own)
    assert (await _ready(api)).json() == READY


async def test_an_older_key_that_was_replaced_is_told(api: RunningApi) -> None:
    """A name of an earlier version has no fingerprint, so only the bytes tell."""
    folder = api.intake.settings.folder
    earlier = folder / "vault-k0.key"
    earlier.touch(mode=0o600)
    earlier.write_text(f"{bytes(32).hex()}\n")
    assert (await _ready(api)).json() == READY
    earlier.write_text(f"{(b'1' * 32).hex()}\n")
    assert (await _ready(api)).json() == READY | {"keys": "kept"}


async def test_a_new_key_is_taken_up(api: RunningApi) -> None:
    make_key(api.intake.settings.folder, "seal")
    assert (await _ready(api)).json() == READY


async def test_a_key_that_cannot_be_taken_up_makes_the_process_unready(api: RunningApi) -> None:
    """Channels and other processes seal with it meanwhile."""
    for purpose in ("seal", "vault"):
        damaged = api.intake.settings.folder / f"{purpose}-k2.key"
        damaged.touch(mode=0o600)
        _assert_unready(await _ready(api), database="ok", keys="behind")
        damaged.unlink()
        assert (await _ready(api)).json() == READY


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk that is full with some hundred reports."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


async def test_a_full_disk_is_told_and_nothing_is_lost_by_it(
    fresh_folder: Path, disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The database can be read all the while."""
    shutil.copytree(fresh_folder, disk / "data")
    async with opened(IntakeSettings(data_dir=disk / "data")) as api:
        taken = a_report("https://example.com/taken")
        await api.take_in(taken)
        async with api.intake.database.writing() as session:
            auditor = await add_key(session, api.intake.audit, Role.AUDITOR, "somebody", api.clock())
        fill(disk)
        refused = [a_report(note="x" * 900) for _ in range(20)]
        statuses = {(await api.hand_in(report)).status_code for report in refused}
        assert statuses == {503}
        _assert_unready(await _ready(api), database="full", keys="ok")
        async with client(api.app, auditor) as prometheus:
            metrics = await prometheus.get("/metrics")
        assert 'reportline_healthy{part="database"} 0.0' in metrics.text
        (disk / BALLAST).unlink()
        assert (await _ready(api)).json() == READY
        await api.take_in(*refused)
        assert await api.scalar(select(func.count()).select_from(StoredReport)) == 21
    events = {json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()}
    assert events == {"database_full"}


async def test_a_database_that_refuses_to_be_written_is_told(
    postgresql_settings: IntakeSettings, server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    assert postgresql_settings.database_url
    name = postgresql_settings.database_url.get_secret_value().rpartition("/")[2]
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our own
    async with opened(postgresql_settings) as api:
        server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on", ended)
        assert (await api.hand_in(a_report())).status_code == 503
        _assert_unready(await _ready(api), database="read_only", keys="ok")
        server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = off", ended)
        assert (await _ready(api)).json() == READY
        assert (await api.hand_in(a_report())).status_code == 202
    events = {json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()}
    # The merger may have been reading just when its connection was ended.
    assert events - {"merge_failed"} == {"database_read_only"}


async def test_a_database_that_refuses_the_intake_is_told(
    postgresql_settings: IntakeSettings, server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is there, so nobody needs to look for it: the role may not come in, or may not write."""
    assert postgresql_settings.database_url
    written = urlsplit(postgresql_settings.database_url.get_secret_value())
    role, name = f"desk_{secrets.token_hex(6)}", written.path.removeprefix("/")
    server.run(f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{role}' IN ROLE pg_read_all_data")
    url = SecretStr(written._replace(netloc=f"{role}:{role}@127.0.0.1:{written.port}").geturl())
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our own
    async with opened(postgresql_settings.model_copy(update={"database_url": url})) as api:
        server.run(f"ALTER ROLE {role} NOLOGIN", ended)
        assert (await api.hand_in(a_report())).status_code == 503
        _assert_unready(await _ready(api), database="refuses", keys="unknown")
        server.run(f"ALTER ROLE {role} LOGIN NOSUPERUSER", ended)
        assert (await api.hand_in(a_report())).status_code == 503
        _assert_unready(await _ready(api), database="refuses", keys="ok")
        server.run(f"ALTER ROLE {role} SUPERUSER", ended)
        assert (await _ready(api)).json() == READY
        assert (await api.hand_in(a_report())).status_code == 202
    server.run(ended, f"DROP ROLE {role}")
    events = {json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()}
    # The merger may have been reading just when its connection was ended.
    assert events - {"merge_failed", "database_away"} == {"database_refuses"}


async def test_being_asked_leaves_no_mark_of_the_time_beside_the_reports(settings: IntakeSettings) -> None:
    """Neither in PostgreSQL's transaction numbers nor in SQLite's journal: a monitor asks regularly."""
    marks = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    async with opened(settings) as api:
        await api.take_in(a_report())

        async def mark() -> object:
            if settings.database_url is None:
                return sorted((file.name, file.read_bytes()) for file in settings.folder.glob("*.db-wal"))
            return await api.scalar(marks)

        before = await mark()
        for _ in range(3):
            assert (await _ready(api)).json() == READY
        assert await mark() == before


async def test_what_cannot_be_written_is_not_served(fresh_folder: Path, disk: Path) -> None:
    """After a crash a system may bring a damaged disk back for reading alone."""
    shutil.copytree(fresh_folder, disk / "data")
    fill(disk)
    with pytest.raises(NotReady, match="The disk of the database is full"):
        async with opened(IntakeSettings(data_dir=disk / "data")):
            pass
    (disk / BALLAST).unlink()
    assert mount("-o", "remount,ro", str(disk))
    with pytest.raises(
        NotReady, match=r"is read-only\..* reportline\.db, reportline\.db-wal and reportline\.db-shm"
    ):
        async with opened(IntakeSettings(data_dir=disk / "data")):
            pass
