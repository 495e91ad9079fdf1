"""Polling against a real Bot API server: when it confirms updates, and the faults that only polling has."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.calls import Presentation
from bot.channels.telegram.failures import Pace, TokenRefusedError
from bot.channels.telegram.polling import TelegramPolling
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


@pytest.mark.parametrize("number", [500000000, 900000000, 2_000_000_000])
async def test_numbers_that_begin_anew(world: World, number: int) -> None:
    """After a quiet week Telegram numbers updates from a random number: they are handled once, confirmed."""
    other = Reporter(world.control, chat=5000000002)
    async with world.serving():
        await world.reporter.say("before")
        await world.reporter.sees("heard before")
        await until(world.waiting, 0)
        world.bot_api.api.number_anew(number)
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await other.say("two")
        await other.sees("heard two")
        await until(world.waiting, 0)
    assert world.host.words == ["before", "one", "two"]
    assert len(await world.control.calls("getUpdates")) < 20


STUCK = """
import asyncio, sys
from bot.channels.telegram.chats import Sentences
from bot.channels.telegram.polling import TelegramPolling
class StuckHost:
    async def handle(self, arrival):
        print("handling", flush=True)
        await asyncio.Event().wait()
    async def shown(self, talk, message, *, again=False): ...
    async def deleted(self, talk, messages): ...
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


async def test_confirmed_once_answered(world: World) -> None:
    """While the card is not shown, or the message not deleted, a kill lets the update come again."""
    for method in ("sendMessage", "deleteMessage"):
        await world.control.fail(method, status=200, slow=0.3)
    async with world.serving():
        await world.reporter.say("hola")
        waiting = await world.waiting()
        while await world.reporter.own_messages():
            assert waiting == 1
            waiting = await world.waiting()
        await until(world.waiting, 0)


async def test_an_answer_is_waited_for_a_second(world: World) -> None:
    """If Telegram takes longer, the update is confirmed before."""
    await world.control.fail("sendMessage", status=200, slow=4)
    async with world.serving():
        await world.reporter.say("hola")
        await until(world.waiting, 0)
        assert await world.chat("shown") == 0
        await world.reporter.sees("heard hola")


@pytest.mark.parametrize("order", [{"status": 429, "retry_after": 60}, {"status": 502, "times": 10_000}])
async def test_an_answer_that_telegram_holds_up_is_not_waited_for(
    world: World, order: dict[str, Any]
) -> None:
    """The update is confirmed at once, in the chat that was held up before too."""
    await world.control.fail("sendMessage", chat=world.reporter.chat, **order)
    async with world.serving(replace(HASTE, confirm=1000, grace=0.1)):
        for text in ("one", "two"):
            await world.reporter.say(text)
            await until(world.waiting, 0)
        assert world.host.words == ["one", "two"]


async def test_an_answer_is_not_waited_for_while_all_chats_are_held_up(world: World) -> None:
    """Three chats were told to wait, so the bot may be too fast: the next is confirmed unanswered."""
    others = [Reporter(world.control, chat=5000000002 + number) for number in range(3)]
    async with world.serving(replace(HASTE, confirm=1000, grace=0.1)):
        for other in others:
            await world.control.fail("sendMessage", status=429, retry_after=60, chat=other.chat)
            await other.say("hola")
            await until(world.waiting, 0)
        await world.control.fail("sendMessage", status=200, slow=2, chat=world.reporter.chat)
        await world.reporter.say("hola")
        await until(world.waiting, 0)
        assert await world.chat("shown") == 0
        await world.reporter.sees("heard hola")


async def test_a_slow_host_holds_up_nobody_else(world: World) -> None:
    """Others are answered meanwhile; the chat's own next update waits, and none is handled twice."""
    other = Reporter(world.control, chat=5000000002)
    world.host.gates["slow"] = asyncio.Event()
    async with world.serving():
        await world.reporter.say("slow")
        await until(_begun(world), ["slow"])
        await world.reporter.say("after")
        for text in ("b1", "b2"):
            await other.say(text)
            await other.sees(f"heard {text}")
        assert await world.waiting() == 4
        world.host.gates["slow"].set()
        await until(world.waiting, 0)
    assert world.host.words == ["b1", "b2", "slow", "after"]


def _begun(world: World) -> Callable[[], Awaitable[list[str]]]:
    begun: list[str] = []

    async def look() -> list[str]:
        while not world.host.started.empty():
            begun.append(world.host.started.get_nowait())
        return begun

    return look


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


def _crowd(world: World, number: int) -> list[Reporter]:
    return [Reporter(world.control, chat=5000000100 + place) for place in range(number)]


async def _left(crowd: list[Reporter]) -> int:
    return sum([bool(await reporter.own_messages()) for reporter in crowd])


async def _answered(crowd: list[Reporter]) -> int:
    return sum([len(await reporter.messages()) == 1 for reporter in crowd])


@pytest.mark.alone("a stop has so many calls a second")
async def test_a_stop_works_off_what_waits(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """However slow a bot must be, everybody gets the card, and no message of a reporter's stays."""
    crowd = _crowd(world, 20)
    async with world.serving(Pace(poll=5, calls_a_second=8)):
        for reporter in crowd:
            await reporter.say("hola")
        await until(_handled(world), 20)
    assert (await _left(crowd), await _answered(crowd), await world.waiting()) == (0, 20, 0)
    assert capsys.readouterr().err == ""


@pytest.mark.alone("a stop has so many calls a second")
async def test_a_stop_that_is_too_short_deletes_first_and_confirms_nothing_unanswered(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who is not answered yet is answered after the next start, and it is said in how many chats."""
    crowd = _crowd(world, 20)
    async with world.serving(Pace(poll=5, calls_a_second=8, grace=3)):
        for reporter in crowd:
            await reporter.say("hola")
        await until(_handled(world), 20)
    undone = 20 - await _answered(crowd)
    assert (await _left(crowd), undone > 0) == (0, True)
    assert await world.waiting() >= undone
    (told,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (told["event"], told["number"]) == ("chats_left_undone", undone)
    async with world.serving():
        await until(world.waiting, 0)
    assert await _answered(crowd) == 20


def _handled(world: World) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return len(world.host.arrivals)

    return count


async def test_a_stop_does_not_wait_for_a_store_that_is_away(world: World) -> None:
    """The update comes again to the next process, and nobody waits for the whole grace."""
    world.host.failures["hola"] = [OSError("disk")] * 10_000
    async with world.serving(replace(HASTE, grace=60, longest_pause=60, first_pause=60)):
        await world.reporter.say("hola")
        await world.host.started.get()
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert await world.waiting() == 1


async def test_a_stop_does_not_wait_for_telegram_when_nothing_gets_through(world: World) -> None:
    await world.control.fail("sendMessage", status=502, times=10_000)
    async with world.serving(replace(HASTE, grace=60, standstill=0.3)):
        await world.reporter.say("hola")
        await until(_handled(world), 1)
        began = time.monotonic()
    assert time.monotonic() - began < 5


async def test_a_second_stop_ends_at_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It does not wait for Telegram, and says what it leaves."""
    await world.control.fail("sendMessage", status=502, times=10_000)
    polling = TelegramPolling(
        world.host,
        TOKEN,
        world.bot_api.api_url,
        presentations=(),
        sentences=SENTENCES,
        pace=replace(HASTE, grace=60, standstill=60),
    )
    task = asyncio.create_task(polling.run())
    await world.reporter.say("hola")
    await until(_handled(world), 1)
    task.cancel()
    await asyncio.wait({task}, timeout=0.5)
    assert not task.done()
    began = time.monotonic()
    await stopped(task)
    assert time.monotonic() - began < 5
    assert "chats_left_undone" in capsys.readouterr().err


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


PAGE = {"status": 404, "raw": "<html>not found</html>"}
REFUSALS = [
    ({"status": 401, "description": "Unauthorized"}, "telegram_token_refused"),
    ({"status": 404, "description": "Not Found"}, "telegram_token_refused"),
    (PAGE, "telegram_odd_answer"),
    ({"status": 404, "raw": '{"message": "no route"}'}, "telegram_odd_answer"),
    ({"status": 200, "raw": "<html>sign in</html>"}, "telegram_odd_answer"),
    ({"status": 200, "raw": '{"ok": true}'}, "telegram_odd_answer"),
    ({"status": 200, "raw": '{"ok": true, "result": null}'}, "telegram_odd_answer"),
    ({"status": 200, "raw": '{"ok": true, "result": true}'}, "telegram_odd_answer"),
    ({"status": 200, "raw": '{"ok": true, "result": {}}'}, "telegram_odd_answer"),
    ({"status": 200, "raw": '{"ok": true, "result": [{}, "x"]}'}, "telegram_odd_answer"),
]


@pytest.mark.parametrize(("order", "event"), REFUSALS)
async def test_no_answer_ends_a_polling_that_was_answered(
    world: World, order: dict[str, Any], event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told by its cause, and asked again: it may be gone soon, and to end would lose open talks."""
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await world.control.fail("getUpdates", times=3, **order)
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
        await until(world.waiting, 0)
    told = {json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()}
    assert told == {event}


async def test_a_page_of_a_proxy_is_no_word_about_the_token(world: World) -> None:
    """At the start too, it is asked again."""
    await world.control.fail("deleteWebhook", times=3, **PAGE)
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")


async def test_a_webhook_that_somebody_sets_is_deleted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said so, and nobody is looked for who polls too."""
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await world.bot_api.api.call(TOKEN, "setWebhook", {"url": "http://127.0.0.1:9/none"})
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    told = capsys.readouterr().err
    assert "telegram_webhook_deleted" in told
    assert "telegram_other_poller" not in told


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
    kinds = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert json.loads(poll["parameters"]["allowed_updates"]) == kinds


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
