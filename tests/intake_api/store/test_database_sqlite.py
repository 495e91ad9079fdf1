"""Who waits for the one writer of SQLite waits once, and neither a stop nor anybody else waits with them."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from intake_api.settings import IntakeSettings
from intake_api.store.away import DatabaseAway
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from tests.intake_api.running_api import a_report, opened

SECONDS_TO_WAIT = 30


@contextmanager
def _held_by_another_program(settings: IntakeSettings) -> Iterator[None]:
    with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


async def _write(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE reports SET revision = revision"))


async def test_all_who_wait_are_told_so_after_one_wait(
    sqlite_settings: IntakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is not thirty seconds for each who came before."""
    ahead = 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + ahead)
    async with database_opened(sqlite_settings.database_place()) as database:
        with _held_by_another_program(sqlite_settings):
            waiting = [asyncio.create_task(_write(database)) for _ in range(12)]
            await asyncio.sleep(0)
            ahead = SECONDS_TO_WAIT - 5
            done, _ = await asyncio.wait(waiting, timeout=1)
            assert not done
            ahead = SECONDS_TO_WAIT
            ended = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
        assert [type(one) for one in ended] == [DatabaseAway] * 12
        await _write(database)


async def test_who_waits_for_another_program_goes_on_when_it_has_ended(
    sqlite_settings: IntakeSettings,
) -> None:
    async with database_opened(sqlite_settings.database_place()) as database:
        with _held_by_another_program(sqlite_settings):
            waiting = [asyncio.create_task(_write(database)) for _ in range(4)]
            # Longer than one wait inside SQLite.
            done, _ = await asyncio.wait(waiting, timeout=1.5)
            assert not done
        await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_an_error_other_than_a_lock_is_not_waited_for(tmp_path: Path) -> None:
    async with database_opened(tmp_path / "nowhere" / "reportline.db") as database:
        with pytest.raises(DatabaseAway):
            await asyncio.wait_for(_write(database), 5)


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


async def test_no_thread_outlives_a_database(tmp_path: Path) -> None:
    """A thread that ends after the event loop would print a traceback: nobody is there to hear its result."""
    before = _threads()
    async with database_opened(tmp_path / "nowhere" / "reportline.db") as database:
        ended = await asyncio.gather(*(database.empty_journal() for _ in range(20)), return_exceptions=True)
    assert {type(one) for one in ended} == {DatabaseAway}
    assert not _threads() - before


async def test_an_intake_stops_though_another_program_holds_the_database(
    sqlite_settings: IntakeSettings,
) -> None:
    """A report waits to be merged, and another is being handed in."""
    async with AsyncExitStack() as running:
        api = await running.enter_async_context(opened(sqlite_settings))
        await api.take_in(a_report())
        async with api.intake.database.writing() as session:
            await session.execute(text("UPDATE reports SET merged_revision = 0"))
        with _held_by_another_program(sqlite_settings):
            handing_in = asyncio.create_task(api.hand_in(a_report()))
            await asyncio.wait({handing_in}, timeout=0.5)
            handing_in.cancel()
            begun = time.monotonic()
            await running.aclose()
            assert time.monotonic() - begun < 8
    async with opened(sqlite_settings) as api:
        await api.merged()
