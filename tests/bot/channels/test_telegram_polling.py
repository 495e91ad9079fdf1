"""The polling against a real Bot API server: what is confirmed, what is shown, and what never happens."""

import asyncio
import io
import logging
import signal
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import Presentation
from bot.channels.telegram_calls import Pace, TokenRefusedError
from bot.channels.telegram_chats import Sentences
from bot.channels.telegram_polling import TelegramPolling
from bot.exchange import Answer, Arrival, Card, CardButton, TalkHandle
from conversations.events import Attached, Chose, Commanded, Event, Opened, Said
from tests.bot_api_server import BotApiServer
from tests.reporter import BotApiControl, Reporter

TOKEN = "123456:Token-canary_AAF0x1y2z3"
SENTENCES = Sentences(lambda hint: f"private only ({hint})", lambda hint: f"please wait ({hint})")
HASTE = Pace(poll=5, answer=5, first_pause=0.01, longest_pause=0.1, grace=5, tries=3)
ROOT = Path(__file__).parents[3]


class EchoHost:
    """A host that says what arrived, edits its card, deletes what was written, and fails when told to."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.live: dict[str, int] = {}
        self.gone_chats: list[str] = []
        self.failures: dict[str, list[Exception]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.started: asyncio.Queue[str] = asyncio.Queue()

    @property
    def words(self) -> list[str]:
        """What arrived and was handled, in order."""
        return [_words(arrival.event) for arrival in self.arrivals]

    async def handle(self, arrival: Arrival) -> Answer:
        """Echo; waits at a gate, or fails, where a test has put one for these words."""
        words = _words(arrival.event)
        await self.started.put(words)
        if words in self.gates:
            await self.gates[words].wait()
        if self.failures.get(words):
            raise self.failures[words].pop(0)
        self.arrivals.append(arrival)
        card = Card(f"heard {words}", ((CardButton("Enviar", f"1a2b3c4d.{len(self.arrivals)}.send"),),))
        erase = (arrival.message,) if arrival.message else ()
        return Answer(card, self.live.get(arrival.talk.chat), erase)

    async def shown(self, talk: TalkHandle, message: int) -> None:
        """Remember the live card."""
        self.live[talk.chat] = message

    async def gone(self, talk: TalkHandle) -> None:
        """Forget the chat."""
        self.gone_chats.append(talk.chat)
        self.live.pop(talk.chat, None)


def _words(event: Event) -> str:
    match event:
        case Said(text=text, edited=edited):
            return f"{text}*" if edited else text
        case Attached(media=media):
            return f"<{media.value}>"
        case Chose(choice=choice):
            return f"[{choice}]"
        case Commanded(command=command):
            return f"/{command.value}"
        case Opened(start=start):
            return f"/start {start}"
    return "?"


def _polling(host: EchoHost, api_url: str, **more: Any) -> TelegramPolling:
    given = {"presentations": (), "sentences": SENTENCES, "pace": HASTE, **more}
    return TelegramPolling(host, TOKEN, api_url, **given)


class World:
    """A server, a host, and the polling between them."""

    def __init__(self, server: BotApiServer, control: BotApiControl) -> None:
        self.server, self.control, self.host = server, control, EchoHost()
        self.reporter = Reporter(control)

    @asynccontextmanager
    async def serving(self, **more: Any) -> AsyncIterator[TelegramPolling]:
        """Run the polling, and stop it as a signal would."""
        polling = _polling(self.host, self.server.api_url, **more)
        task = asyncio.create_task(polling.run())
        try:
            yield polling
        finally:
            await _stop(task)

    async def waiting(self) -> int:
        """How many updates are not confirmed."""
        return int((await self.control.get("state"))["waiting"])


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await met():
            await asyncio.sleep(0.01)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Start a server; the polling is the test's to start."""
    async with BotApiServer(TOKEN) as server, BotApiControl(server.url) as control:
        yield World(server, control)


async def test_talk(world: World) -> None:
    """A card is sent once and then edited; what the reporter wrote is deleted; a tap is ended."""
    async with world.serving():
        first = await world.reporter.start("ar")
        card = await world.reporter.sees("heard /start ar")
        await world.reporter.say("https://example.com/")
        assert (await world.reporter.sees("heard https://example.com/")).number == card.number
        tap = await world.reporter.tap("Enviar")
        assert (await world.reporter.sees("heard [send]")).number == card.number
        await _until(lambda: _holds(world.reporter.own_messages, []))
    chat = await world.control.get(f"chats/{world.reporter.chat}")
    assert first in chat["deleted"]
    assert chat["ended_taps"] == [tap]


async def _holds(ask: Callable[[], Awaitable[Any]], wanted: Any) -> bool:
    return bool(await ask() == wanted)


async def test_every_kind(world: World) -> None:
    """Pictures are deleted, edits are told as such, and commands by name."""
    async with world.serving():
        await world.reporter.send(photo=[], caption="see")
        await world.reporter.sees("heard <picture>")
        await world.reporter.say("/help")
        await world.reporter.sees("heard /help")
        number = await world.reporter.say("http://")
        await world.reporter.sees("heard http://")
        await world.reporter.edit(number, "http://example.com/")
        await world.reporter.sees("heard http://example.com/*")


async def test_order(world: World) -> None:
    """Updates that waited are handled in order within a chat, and different chats at the same time."""
    other = Reporter(world.control, chat=5000000002)
    world.host.gates["a1"] = asyncio.Event()
    for text in ("a1", "a2", "a3"):
        await world.reporter.say(text)
    await other.say("b1")
    async with world.serving():
        await other.sees("heard b1")
        assert world.host.words == ["b1"]
        world.host.gates["a1"].set()
        await world.reporter.sees("heard a3")
    assert world.host.words == ["b1", "a1", "a2", "a3"]


async def test_confirmed_after_handling(world: World) -> None:
    """An update counts as waiting until the host has returned."""
    world.host.gates["slow"] = asyncio.Event()
    async with world.serving():
        await world.reporter.say("slow")
        assert await world.host.started.get() == "slow"
        assert await world.waiting() == 1
        world.host.gates["slow"].set()
        await _until(lambda: _holds(world.waiting, 0))


STUCK = """
import asyncio, sys
from bot.channels.telegram_chats import Sentences
from bot.channels.telegram_polling import TelegramPolling
class StuckHost:
    async def handle(self, arrival):
        print("handling", flush=True)
        await asyncio.Event().wait()
    async def shown(self, talk, message): ...
    async def gone(self, talk): ...
polling = TelegramPolling(StuckHost(), sys.argv[1], sys.argv[2], presentations=(), sentences=Sentences(str, str))
asyncio.run(polling.run())
"""


async def test_killed(world: World) -> None:
    """An update in the hands of a killed process comes again."""
    command = [sys.executable, "-c", STUCK, TOKEN, world.server.api_url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    await world.reporter.say("hola")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"handling\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with world.serving():
        await world.reporter.sees("heard hola")


async def test_graceful_stop(world: World) -> None:
    """A stop finishes the batch in hand, shows its answer and confirms it, so that nothing comes again."""
    world.host.gates["hola"] = asyncio.Event()
    async with world.serving():
        await world.reporter.say("hola")
        await world.host.started.get()
        asyncio.get_running_loop().call_later(0.05, world.host.gates["hola"].set)
    assert await world.waiting() == 0
    assert [seen.text for seen in await world.reporter.messages()] == ["heard hola"]


async def test_stop_has_an_end(world: World) -> None:
    """A stop waits no longer than its grace; what is unfinished stays unconfirmed."""
    world.host.gates["hola"] = asyncio.Event()
    began = time.monotonic()
    async with world.serving(pace=Pace(poll=5, grace=0.1)):
        await world.reporter.say("hola")
        await world.host.started.get()
    assert time.monotonic() - began < 3
    assert await world.waiting() == 1


@pytest.mark.parametrize("update", [{"message": {"text": "no chat"}}, {"message": 7}])
async def test_unreadable(world: World, update: dict[str, Any]) -> None:
    """An unreadable update is counted and skipped, and stops neither its batch nor the next."""
    await world.reporter.say("before")
    world.server.api.updates.append({"update_id": 700000002, **update})
    async with world.serving() as polling:
        await world.reporter.sees("heard before")
        await world.control.push({"update_id": 700000003, "my_chat_member": "no chat"})
        await world.reporter.say("after")
        await world.reporter.sees("heard after")
        await _until(lambda: _holds(world.waiting, 0))
    assert polling.skipped == 2


async def test_poison(world: World) -> None:
    """An update on which the host fails again and again is skipped after its tries, and holds up no other."""
    world.host.failures["poison"] = [ValueError("x")] * 3
    await world.reporter.say("poison")
    await Reporter(world.control, chat=5000000002).say("other")
    async with world.serving() as polling:
        await world.reporter.say("fine")
        await world.reporter.sees("heard fine")
        await _until(lambda: _holds(world.waiting, 0))
    assert world.host.words == ["other", "fine"]
    assert polling.skipped == 1


async def test_tap_on_poison_ends(world: World) -> None:
    """A tap on which the host fails is ended all the same."""
    world.host.failures["[send]"] = [ValueError("x")] * 3
    async with world.serving():
        tap = await world.reporter.tap_data("1a2b3c4d.1.send", 5)
        await _until(lambda: _chat_holds(world, "ended_taps", [tap]))


async def _chat_holds(world: World, what: str, wanted: Any) -> bool:
    return bool((await world.control.get(f"chats/{world.reporter.chat}"))[what] == wanted)


async def test_store_away(world: World) -> None:
    """An update waits for as long as the host's store is away, longer than any poison is tried."""
    world.host.failures["hola"] = [OSError("disk")] * 10
    async with world.serving() as polling:
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
    assert polling.skipped == 0


async def test_flood_wait(world: World) -> None:
    """A 429 is waited out and tried again, while other chats are answered."""
    other = Reporter(world.control, chat=5000000002)
    await world.control.fail("sendMessage", status=429, retry_after=1, chat=world.reporter.chat)
    async with world.serving(pace=Pace(poll=5)):
        began = time.monotonic()
        await world.reporter.say("hola")
        await other.say("b1")
        await other.sees("heard b1")
        assert time.monotonic() - began < 0.9
        await world.reporter.sees("heard hola")
        assert time.monotonic() - began >= 1


async def test_flood_without_end(world: World) -> None:
    """Within one chat that is slowed down, updates are handled on, and only the newest card is shown."""
    await world.control.fail("sendMessage", status=429, retry_after=1, chat=world.reporter.chat)
    async with world.serving(pace=Pace(poll=5)):
        for text in ("one", "two", "three"):
            await world.reporter.say(text)
        await _until(lambda: _holds(world.waiting, 0))
        assert world.host.words == ["one", "two", "three"]
        await world.reporter.sees("heard three")
        await _until(lambda: _holds(world.reporter.own_messages, []))
    assert [seen.text for seen in await world.reporter.messages()] == ["heard three"]


@pytest.mark.parametrize("order", [{"status": 500}, {"status": 502}, {"drop": True}, {"lose": True}])
async def test_server_in_trouble(world: World, order: dict[str, Any]) -> None:
    """A card and a deletion go through although the server fails twice on each."""
    for method in ("sendMessage", "deleteMessage"):
        await world.control.fail(method, times=2, **order)
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
        await _until(lambda: _holds(world.reporter.own_messages, []))


async def test_given_up(world: World) -> None:
    """A card that fails again and again is given up; the next thing that the reporter does is answered."""
    await world.control.fail("sendMessage", status=500, times=3)
    async with world.serving():
        await world.reporter.say("one")
        await _until(lambda: _holds(world.reporter.own_messages, []))
        assert await world.reporter.messages() == []
        await world.reporter.say("two")
        await world.reporter.sees("heard two")


async def test_blocked(world: World) -> None:
    """A 403 and the notice of a block both let the host forget the talk."""
    await world.control.fail("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
    async with world.serving():
        await world.reporter.say("hola")
        await _until(lambda: _gone(world, 1))
        await world.reporter.block()
        await _until(lambda: _gone(world, 2))
        await world.reporter.unblock()
        await world.reporter.start()
        await world.reporter.sees("heard /start")


async def _gone(world: World, times: int) -> bool:
    return len(world.host.gone_chats) == times


async def test_edit_of_a_lost_card(world: World) -> None:
    """A card that is no longer there to be edited is sent anew, and the host learns its number."""
    world.host.live[str(world.reporter.chat)] = 999
    async with world.serving():
        await world.reporter.say("hola")
        card = await world.reporter.sees("heard hola")
        await world.reporter.say("adiós")
        assert (await world.reporter.sees("heard adiós")).number == card.number


async def test_same_card(world: World) -> None:
    """A card that already looks so is left alone: nothing is sent anew."""
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
        world.host.arrivals.clear()
        number = await world.reporter.say("hola")
        await _until(lambda: _chat_holds(world, "deleted", [number - 2, number]))
    assert len(await world.control.calls("sendMessage")) == 1


async def test_deletion_refused(world: World) -> None:
    """A deletion that cannot be done is let go, and the chat goes on."""
    await world.control.fail("deleteMessage", status=400, description="Bad Request: message can't be deleted")
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    assert len(await world.control.calls("deleteMessage")) == 2


async def test_network_loss(world: World) -> None:
    """A server that goes down and comes up again is polled on, and nothing is lost."""
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await world.server.stop()
        await asyncio.sleep(0.05)
        await world.server.start()
        await world.reporter.say("two")
        await world.reporter.sees("heard two")


async def test_server_not_yet_up() -> None:
    """The polling waits for a server that is not up at start."""
    server = BotApiServer(TOKEN)
    await server.start()
    await server.stop()
    host = EchoHost()
    task = asyncio.create_task(_polling(host, server.api_url).run())
    async with server, BotApiControl(server.url) as control:
        reporter = Reporter(control)
        await reporter.say("hola")
        await reporter.sees("heard hola")
        await _stop(task)


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
        world.host, "123456:wrong", world.server.api_url, presentations=(), sentences=SENTENCES, pace=HASTE
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


async def test_group(world: World) -> None:
    """A group hears once that the bot works in private only, and is left; its members are not listened to."""
    group = {"id": -5000000090, "type": "group", "title": "Canary-group"}
    adder = {"id": 5000000001, "is_bot": False, "first_name": "Canary", "language_code": "es"}
    states = {"old_chat_member": {"status": "left"}, "new_chat_member": {"status": "member"}}
    await world.control.push({"my_chat_member": {"chat": group, "from": adder, "date": 1, **states}})
    await world.control.push(
        {"message": {"chat": group, "from": adder, "date": 1, "group_chat_created": True}}
    )
    await world.control.push(
        {"message": {"chat": group, "from": adder, "date": 1, "text": "https://example.com/"}}
    )
    async with world.serving():
        await _until(lambda: _holds(world.waiting, 0))
    said = await world.control.calls("sendMessage")
    assert [call["parameters"]["text"] for call in said if call["status"] == 200] == ["private only (es)"]
    assert (await world.control.get(f"chats/{group['id']}"))["closed"]
    assert world.host.arrivals == []


async def test_presented(world: World) -> None:
    """Commands and descriptions are set in each language, beside the polling."""
    english = Presentation(None, (("help", "Help"),), "What we do", "Reports")
    spanish = Presentation("es", (("help", "Ayuda"),), "Qué hacemos", "Informes")
    await world.control.fail("setMyDescription", status=429, retry_after=1)
    async with world.serving(presentations=[english, spanish]):
        await _until(lambda: _presented(world, "setMyShortDescription", {"": "Reports", "es": "Informes"}))
        assert await _presented(world, "setMyDescription", {"": "What we do", "es": "Qué hacemos"})
    commands = (await world.control.get("state"))["presented"]["setMyCommands"]
    assert commands["es"] == [{"command": "help", "description": "Ayuda"}]


async def _presented(world: World, method: str, wanted: dict[str, str]) -> bool:
    return bool((await world.control.get("state"))["presented"].get(method) == wanted)


async def test_token_in_no_log(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """The token, and what reporters write, are in no line of any logger at any level, nor in a traceback."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("telegram", "telegram.Bot", "telegram.request", "httpx", "httpcore", "httpcore.connection"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        await _meet_every_trouble(world)
        logging.getLogger("test").debug("heard")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for name in ("telegram.Bot", "telegram.request", "httpcore.connection"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    out, err = capfd.readouterr()
    written = lines.getvalue() + out + err
    assert "heard" in written
    for secret in (TOKEN, TOKEN.partition(":")[2], "words-canary", "Canary", "5000000001"):
        assert secret not in written


async def _meet_every_trouble(world: World) -> None:
    world.host.failures["words-canary"] = [ValueError("words-canary")] * 3
    for order in ({"status": 500}, {"drop": True}, {"status": 429, "retry_after": 1}, {"status": 409}):
        await world.control.fail("getUpdates", **order)
    for order in ({"drop": True}, {"status": 403}):
        await world.control.fail("sendMessage", **order)
    await world.reporter.say("words-canary")
    async with world.serving():
        await world.reporter.say("hola")
        await _until(lambda: _gone(world, 1))
    await world.control.fail("*", status=401, times=3)
    try:
        await _polling(world.host, world.server.api_url).run()
    except TokenRefusedError:
        logging.getLogger("test").debug("stopped", exc_info=True)
        logging.getLogger("test").debug(traceback.format_exc())
