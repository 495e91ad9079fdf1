"""What is erased leaves SQLite's write-ahead log too, within the hour, while the intake runs."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from intake_api.settings import IntakeSettings
from intake_api.store.journal import SECONDS_BETWEEN
from intake_api.store.models import Item, StoredReport
from tests.intake_api.running_api import RunningApi, a_report, opened, withdrawn


class Clock:
    """The event loop's clock, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        """Give the time in seconds, as the loop does."""
        return time.monotonic() + self.ahead


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let a test move the clock of its event loop."""
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock.now)
    return clock


def _files(settings: IntakeSettings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.folder.glob("reportline.db*")}


def _journal(settings: IntakeSettings) -> Path:
    return settings.folder / "reportline.db-wal"


async def _handed_in_and_withdrawn(api: RunningApi) -> tuple[bytes, bytes]:
    """Hand a report in, and withdraw it; gives what was stored of its words and of its address."""
    report = a_report("https://example.com/1", note="what was said")
    await api.take_in(report)
    words, address = await api.scalar(select(StoredReport.content)), await api.scalar(select(Item.given))
    await api.take_in(withdrawn(report))
    assert await api.scalar(select(StoredReport.content)) is None
    assert await api.scalar(select(Item.given)) is None
    return words, address


async def _emptied(settings: IntakeSettings) -> None:
    async with asyncio.timeout(10):
        while _journal(settings).stat().st_size:
            await asyncio.sleep(0.01)


async def test_within_the_hour_nothing_that_was_withdrawn_is_in_any_file(
    sqlite_settings: IntakeSettings, clock: Clock
) -> None:
    async with opened(sqlite_settings) as api:
        words, address = await _handed_in_and_withdrawn(api)
        assert words in _journal(sqlite_settings).read_bytes()
        clock.ahead += SECONDS_BETWEEN + 1
        await _emptied(sqlite_settings)
        for content in _files(sqlite_settings).values():
            assert words not in content
            assert address not in content
        assert (await api.hand_in(a_report())).status_code == 202


async def test_while_somebody_reads_it_is_tried_again_a_minute_later(
    sqlite_settings: IntakeSettings, clock: Clock
) -> None:
    async with opened(sqlite_settings) as api:
        async with api.intake.database.reading() as reader:
            await reader.execute(text("SELECT count(*) FROM reports"))
            await _handed_in_and_withdrawn(api)
            assert not await api.intake.database.empty_journal()
            clock.ahead += SECONDS_BETWEEN + 1
            # It begins before anything that comes now, and writers keep their turns.
            assert (await api.hand_in(a_report())).status_code == 202
            assert _journal(sqlite_settings).stat().st_size
        clock.ahead += 61
        await _emptied(sqlite_settings)


async def test_a_log_that_one_reader_has_let_grow_gives_its_space_back_by_itself(
    sqlite_settings: IntakeSettings,
) -> None:
    async with opened(sqlite_settings) as api:
        async with api.intake.database.reading() as reader:
            await reader.execute(text("SELECT count(*) FROM reports"))
            async with api.intake.database.writing() as writer:
                await writer.execute(text("CREATE TABLE large (content BLOB)"))
                await writer.execute(text("INSERT INTO large VALUES (randomblob(8000000))"))
            assert _journal(sqlite_settings).stat().st_size > 8_000_000
        for _ in range(3):
            await api.take_in(a_report())
        assert _journal(sqlite_settings).stat().st_size < 1_000_000


async def test_postgresql_has_no_such_log(postgresql_settings: IntakeSettings) -> None:
    async with opened(postgresql_settings) as api:
        assert await api.intake.database.empty_journal()
