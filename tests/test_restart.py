"""With the store in Valkey, a talk goes on when any process dies and comes back in the middle of it."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from bot.sessions.store import SECONDS_OF_SILENCE
from conversations.wire.report import Reached
from intake_api.hand_in.reports import Content, content_of
from intake_api.keys import read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened
from intake_api.store.models import StoredReport
from intake_api.vault import Vault
from tests.bot_api_chats import Failure
from tests.forked import Forked
from tests.ports import next_port
from tests.reporter import BotApiControl, Reporter
from tests.system import System, set_up_system
from tests.valkeys import Valkey, valkey

LINK = "https://forum.example/thread/4711"
LOGGED = {"event", "level", "hour", "house", "channel", "number", "error", "place", "incident"}


@asynccontextmanager
async def _set_up_system(folder: Path, server: Valkey) -> AsyncIterator[tuple[System, Reporter]]:
    """Set a system up with no process running yet, and a reporter."""
    async with set_up_system(folder / "data", next_port()) as system:
        system.environment["REPORTLINE_VALKEY_URL"] = server.url.get_secret_value()
        async with BotApiControl(system.telegram.url) as control:
            yield system, Reporter(control, language="en")


@asynccontextmanager
async def _intake(system: System) -> AsyncIterator[None]:
    async with system.running("intake", "serve"):
        await system.intake_answers()
        yield


async def _reports(system: System) -> list[Content]:
    settings = IntakeSettings(data_dir=system.data)
    vault = Vault(read_keys(settings.folder))
    async with opened(settings.database_file) as database, database.reading() as session:
        return [content_of(vault, report) for report in await session.scalars(select(StoredReport))]


async def test_killed_bots_go_on_with_the_talk_at_the_same_button(tmp_path: Path) -> None:
    """Killed before a tap and in the middle of one, they take each tap once; there is one report."""
    with valkey(tmp_path / "valkey") as server:
        async with _set_up_system(tmp_path, server) as (system, reporter), _intake(system):
            async with system.running("bot", "poll") as bot:
                await reporter.say(LINK)
                await reporter.sees("Not sent yet")
                _kill(bot)
            async with system.running("bot", "poll") as bot:
                await reporter.tap("send")
                await reporter.sees("We have received it")
                with server.paused():
                    await reporter.tap("details")
                    _kill(bot)
            async with system.running("bot", "poll"):
                await reporter.sees()
                await reporter.tap("search")
                await reporter.sees()
            (report,) = await _reports(system)
    assert [address.given for address in report.addresses] == [LINK]
    assert report.reached == Reached.SEARCH


async def test_what_a_killed_bot_did_not_delete_is_deleted_by_the_next_tap_and_by_clear(
    tmp_path: Path,
) -> None:
    """The numbers stand in the talk until the deletion is known done, however the bot ended."""
    with valkey(tmp_path / "valkey") as server:
        async with _set_up_system(tmp_path, server) as (system, reporter):
            for choice, shown in (("rules", ""), ("forget", "cleared")):
                system.telegram.api.failures = [
                    Failure(method, status=502, times=1_000_000)
                    for method in ("deleteMessage", "deleteMessages")
                ]
                async with system.running("bot", "poll") as bot:
                    link = await reporter.say(LINK)
                    await reporter.sees("Not sent yet")
                    await _confirmed(system)
                    _kill(bot)
                assert link in await reporter.own_messages()
                system.telegram.api.failures.clear()
                async with system.running("bot", "poll"):
                    await reporter.tap(choice)
                    await reporter.sees(shown)
                    await _gone(reporter, link)


async def _confirmed(system: System) -> None:
    async with asyncio.timeout(30):
        while system.telegram.api.waiting:
            await asyncio.sleep(0.01)


async def _gone(reporter: Reporter, message: int) -> None:
    async with asyncio.timeout(10):
        while message in await reporter.own_messages():
            await asyncio.sleep(0.01)


async def test_a_store_that_starts_again_loses_no_talk_and_no_tap(tmp_path: Path) -> None:
    """What is tapped while Valkey is away waits; a bot may even start meanwhile."""
    with valkey(tmp_path / "valkey") as server:
        async with _set_up_system(tmp_path, server) as (system, reporter), _intake(system):
            async with system.running("bot", "poll"):
                await reporter.say(LINK)
                await reporter.sees("Not sent yet")
                await asyncio.to_thread(server.stop)
                await reporter.tap("send")
                await _tried_in_vain(system, 1)
            async with system.running("bot", "poll"):
                await _tried_in_vain(system, 2)
                await asyncio.to_thread(server.start)
                await reporter.sees("We have received it")
            assert len(await _reports(system)) == 1
            (key,) = server.stored()
            assert 0 < server.client.ttl(key) <= SECONDS_OF_SILENCE


async def _tried_in_vain(system: System, bots: int) -> None:
    """Wait until so many bots have told that the store is away, in words without anything of it or a talk."""
    log = system.data / "bot-poll.log"
    async with asyncio.timeout(30):
        while log.read_text().count("store_away") < bots:
            await asyncio.sleep(0.05)
    for line in log.read_text().splitlines():
        assert {*json.loads(line)} <= LOGGED


async def test_without_its_secrets_a_stored_talk_is_an_old_talk(tmp_path: Path) -> None:
    """Deleting their file between two bots ends every open talk, kindly."""
    with valkey(tmp_path / "valkey") as server:
        async with _set_up_system(tmp_path, server) as (system, reporter):
            async with system.running("bot", "poll"):
                await reporter.say(LINK)
                await reporter.sees("Not sent yet")
            (system.data / "bot" / "talk_secrets").unlink()
            assert server.stored()
            async with system.running("bot", "poll"):
                await reporter.tap("send")
                await reporter.sees("old talk")
            assert not [*(system.data / "bot" / "outbox").glob("*.json")]


def _kill(bot: Forked | subprocess.Popen[bytes]) -> None:
    bot.kill()
    bot.wait()
