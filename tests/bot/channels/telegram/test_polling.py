"""Polling against a real Bot API server: when it confirms updates, and the faults that only polling has."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.failures import Pace, TokenRefusedError
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.updates import Presentation
from tests.bot.channels.telegram.transports import (
    HASTE,
    SENTENCES,
    TOKEN,
    EchoHost,
    Polling,
    World,
    stopped,
    until,
    world_of,
)
from tests.bot_api_server import BotApiServer
from tests.reporter import BotApiControl, Reporter

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Start a server; the polling is the test's to start."""
    async with world_of(Polling()) as world:
        yield world


STUCK = """
import asyncio, sys
from bot.channels.telegram.chats import Sentences
from bot.channels.telegram.polling import TelegramPolling
class StuckHost:
    async def handle(self, arrival):
        print("handling", flush=True)
        await asyncio.Event().wait()
    async def shown(self, talk, message): ...
    async def gone(self, talk): ...
quiet = Sentences(str, str)
polling = TelegramPolling(StuckHost(), sys.argv[1], sys.argv[2], presentations=(), sentences=quiet)
asyncio.run(polling.run())
"""


async def test_killed(world: World) -> None:
    """An update in the hands of a killed process comes again."""
    command = [sys.executable, "-c", STUCK, TOKEN, world.bot_api.api_url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    await world.reporter.say("hola")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"handling\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with world.serving():
        await world.reporter.sees("heard hola")


@pytest.mark.alone("a stop has three seconds at most")
async def test_stop_has_an_end(world: World) -> None:
    """A stop waits no longer than its grace; what is unfinished stays unconfirmed."""
    world.host.gates["hola"] = asyncio.Event()
    began = time.monotonic()
    async with world.serving(Pace(poll=5, grace=0.1)):
        await world.reporter.say("hola")
        await world.host.started.get()
    assert time.monotonic() - began < 3
    assert await world.waiting() == 1


@pytest.mark.parametrize("update", [{"message": {"text": "no chat"}}, {"message": 7}])
async def test_unreadable(world: World, update: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """An unreadable update is counted and skipped, and stops neither its batch nor the next."""
    await world.reporter.say("before")
    world.bot_api.api.updates.append({"update_id": 700000002, **update})
    async with world.serving():
        await world.reporter.sees("heard before")
        await world.control.push({"update_id": 700000003, "my_chat_member": "no chat"})
        await world.reporter.say("after")
        await world.reporter.sees("heard after")
        await until(world.waiting, 0)
    assert capsys.readouterr().err.count("update_skipped") == 2


async def test_server_not_yet_up() -> None:
    """The polling waits for a server that is not up at start."""
    server = BotApiServer(TOKEN)
    await server.start()
    await server.stop()
    host = EchoHost()
    async with Polling().serving(server, host, HASTE), server, BotApiControl(server.url) as control:
        reporter = Reporter(control)
        await reporter.say("hola")
        await reporter.sees("heard hola")


@pytest.mark.parametrize("failure", [{"status": 500}, {"status": 429, "retry_after": 1}, {"drop": True}])
async def test_poll_in_trouble(world: World, failure: dict[str, Any]) -> None:
    """A poll that fails is tried again until it goes through, however often."""
    await world.control.fail("getUpdates", times=5, **failure)
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")


async def test_wrong_token(world: World) -> None:
    """A token that Telegram does not know stops the polling with an error that says nothing else."""
    polling = TelegramPolling(
        world.host, "123456:wrong", world.bot_api.api_url, presentations=(), sentences=SENTENCES, pace=HASTE
    )
    with pytest.raises(TokenRefusedError) as caught:
        await polling.run()
    assert str(caught.value) == ""
    assert caught.value.__context__ is None


async def test_other_poller(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A second poller is told of in the log; the first goes on."""
    await world.control.fail(
        "getUpdates", status=409, description="Conflict: terminated by other getUpdates request"
    )
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
    assert "telegram_other_poller" in capsys.readouterr().err


async def test_webhook_is_taken_away(world: World) -> None:
    """A webhook of earlier days is removed before the first poll, and what waits is kept."""
    await world.reporter.say("hola")
    async with world.serving():
        await world.reporter.sees("heard hola")
    first, *_ = await world.control.calls("deleteWebhook", "getUpdates")
    assert first["method"] == "deleteWebhook"
    assert first["parameters"]["drop_pending_updates"] == "false"


async def test_only_what_is_served_is_asked_for(world: World) -> None:
    """No kind of update is asked for that the talk has no use for."""
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
    poll, *_ = await world.control.calls("getUpdates")
    kinds = '["message", "edited_message", "callback_query", "my_chat_member"]'
    assert poll["parameters"]["allowed_updates"] == kinds


async def test_presented(world: World) -> None:
    """Commands and descriptions are set in each language, beside the polling."""
    english = Presentation(None, (("help", "Help"),), "What we do", "Reports")
    spanish = Presentation("es", (("help", "Ayuda"),), "Qué hacemos", "Informes")
    await world.control.fail("setMyDescription", status=429, retry_after=1)
    polling = TelegramPolling(
        world.host,
        TOKEN,
        world.bot_api.api_url,
        presentations=[english, spanish],
        sentences=SENTENCES,
        pace=HASTE,
    )
    task = asyncio.create_task(polling.run())
    told = world.bot_api.api.presented
    await until(lambda: _of(told, "setMyShortDescription"), {"": "Reports", "es": "Informes"})
    await stopped(task)
    assert told["setMyDescription"] == {"": "What we do", "es": "Qué hacemos"}
    assert told["setMyCommands"]["es"] == [{"command": "help", "description": "Ayuda"}]


async def _of(told: dict[str, dict[str, Any]], method: str) -> dict[str, Any]:
    return told.get(method, {})
