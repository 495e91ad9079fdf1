"""A process says which keys it has; one that was not heard of for long is passed over, and writes nothing."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update

from intake_api.keys import KeyRing
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import KeyCheck, ServingProcess, StoredReport
from intake_api.store.processes import present, wait_until_none_serves, what_each_has
from reportline.readiness import NotReady
from tests.intake_api.key_files import key_file
from tests.intake_api.running_api import RunningApi, a_report, client, opened


@pytest.fixture
async def database(settings: IntakeSettings) -> AsyncIterator[Database]:
    """Open the database of an intake."""
    async with database_opened(settings.database_place()) as database:
        yield database


async def _age(database: Database, minutes: int) -> None:
    """Let every process have been heard so much longer ago."""
    async with database.writing() as session:
        await session.execute(update(ServingProcess).values(minute=ServingProcess.minute - minutes))


async def _told(database: Database, name: str) -> list[str | None]:
    async with database.writing() as session:
        return list(await what_each_has(session, name))


async def _left(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(ServingProcess)) or 0


async def test_a_process_says_which_keys_it_has_from_its_start_to_its_end(
    database: Database, settings: IntakeSettings
) -> None:
    name = key_file(settings.folder, "vault").stem
    async with opened(settings):
        assert await _told(database, name) == ["in use"]
        assert await _told(database, "audit") == ["key"]
        assert await _told(database, "vault-k2-0123456789ab") == [None]
    assert await _left(database) == 0


async def test_a_process_has_no_key_of_another_value(database: Database, settings: IntakeSettings) -> None:
    """Its file was changed after its check value was written; only what fits the database is held."""
    async with present(database, KeyRing(settings.folder)):
        await _forge(database, "receipts")
        async with asyncio.timeout(20):
            while await _told(database, "receipts") != ["nothing"]:
                await asyncio.sleep(0.05)


async def _forge(database: Database, name: str) -> None:
    async with database.writing() as session:
        await session.execute(update(KeyCheck).where(KeyCheck.name == name).values(value=bytes(32)))


async def test_a_process_that_is_silent_for_two_minutes_still_counts(
    database: Database, settings: IntakeSettings
) -> None:
    async with opened(settings):
        await _age(database, 1)
        assert len(await _told(database, "audit")) == 1


async def test_a_process_that_was_passed_over_writes_nothing_and_says_so(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was stopped for ten minutes, and somebody made new keys meanwhile."""
    database, report = api.intake.database, a_report()
    async with database_opened(api.intake.settings.database_place()) as other:
        await _age(other, 10)
        assert await _told(other, "audit") == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)
    for _ in range(2):
        answer = await api.hand_in(report)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (503, "left-behind")
        assert answer.headers["Retry-After"]
        assert (await api.analyst.post("/v1/queue/claims", json={})).status_code == 503
    async with client(api.app) as nobody:
        answer = await nobody.get("/readyz")
    assert (answer.status_code, answer.json()["keys"]) == (503, "behind")
    assert await api.scalar(select(func.count()).select_from(StoredReport)) == 0
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["left_behind"]
    assert await _left(database) == 0


async def test_a_process_that_was_passed_over_merges_nothing(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database_opened(api.intake.settings.database_place()) as other:
        await api.take_in(a_report())
        async with other.writing() as session:
            await session.execute(update(StoredReport).values(merged_revision=0))
        await _age(other, 10)
        assert await _told(other, "audit") == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)
    await asyncio.wait_for(api.intake.merger.run(), 10)
    assert await api.scalar(select(StoredReport.merged_revision)) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["left_behind"]


async def test_started_again_it_writes(settings: IntakeSettings, database: Database) -> None:
    async with opened(settings):
        await _age(database, 10)
        assert await _told(database, "audit") == []
    async with opened(settings) as api:
        assert (await api.hand_in(a_report())).status_code == 202


async def test_no_process_begins_without_a_key_that_is_in_use(settings: IntakeSettings) -> None:
    key_file(settings.folder, "vault").rename(settings.data_dir / "elsewhere")
    shutil.copy(settings.folder / "receipts.key", settings.folder / "vault-k1.key")
    with pytest.raises(NotReady, match=r"is missing, and is in use\. Copy it from a machine that has it"):
        async with opened(settings):
            pass


async def test_who_waits_until_none_serves_hears_of_one_that_goes_on(
    database: Database, settings: IntakeSettings
) -> None:
    async with opened(settings):
        waiting = asyncio.create_task(wait_until_none_serves(database))
        ended, _ = await asyncio.wait({waiting}, timeout=1)
        assert not ended
        await _age(database, -1)
        with pytest.raises(NotReady, match=r"An intake is running\. Stop every one"):
            await waiting


async def test_who_waits_until_none_serves_waits_no_longer_than_a_process_counts(
    database: Database, settings: IntakeSettings
) -> None:
    async with opened(settings):
        await _age(database, 10)
        await asyncio.wait_for(wait_until_none_serves(database), 1)
