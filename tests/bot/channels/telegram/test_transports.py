"""Polling and webhooks keep the same promises, each against a real Bot API server."""

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram.failures import Pace
from tests.bot.channels.telegram.transports import TOKEN, TRANSPORTS, World, until, world_of
from tests.reporter import Reporter

LOGGERS = ("telegram.Bot", "telegram.request", "httpx", "httpcore.connection", "aiogram", "aiohttp.client")


@pytest.fixture(params=TRANSPORTS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Start a Bot API server; the transport is the test's to start."""
    async with world_of(TRANSPORTS[request.param]) as world:
        yield world


async def test_talk(world: World) -> None:
    """A card is sent once and then edited; what the reporter wrote is deleted; a tap is ended."""
    async with world.serving():
        first = await world.reporter.start("ar")
        card = await world.reporter.sees("heard /start ar")
        await world.reporter.say("https://example.com/")
        assert (await world.reporter.sees("heard https://example.com/")).number == card.number
        tap = await world.reporter.tap("Enviar")
        assert (await world.reporter.sees("heard [send]")).number == card.number
        await until(world.reporter.own_messages, [])
    assert first in await world.chat("deleted")
    await until(lambda: world.chat("ended_taps"), [tap])


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
        await until(world.waiting, 0)


async def test_graceful_stop(world: World) -> None:
    """A stop finishes the batch in hand, shows its answer and confirms it, so that nothing comes again."""
    world.host.gates["hola"] = asyncio.Event()
    async with world.serving():
        await world.reporter.say("hola")
        await world.host.started.get()
        asyncio.get_running_loop().call_later(0.05, world.host.gates["hola"].set)
    assert await world.waiting() == 0
    assert [seen.text for seen in await world.reporter.messages()] == ["heard hola"]


async def test_poison(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """An update on which the host fails again and again is skipped after its tries, and holds up no other."""
    world.host.failures["poison"] = [ValueError("x")] * 3
    await world.reporter.say("poison")
    await Reporter(world.control, chat=5000000002).say("other")
    async with world.serving():
        await world.reporter.say("fine")
        await world.reporter.sees("heard fine")
        await until(world.waiting, 0)
    assert world.host.words == ["other", "fine"]
    assert capsys.readouterr().err.count("update_skipped") == 1


async def test_tap_on_poison_ends(world: World) -> None:
    """A tap on which the host fails is ended all the same."""
    world.host.failures["[send]"] = [ValueError("x")] * 3
    async with world.serving():
        tap = await world.reporter.tap_data("1a2b3c4d.1.send", 5)
        await until(lambda: world.chat("ended_taps"), [tap])


async def test_store_away(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """An update waits for as long as the host's store is away, longer than any poison is tried."""
    world.host.failures["hola"] = [OSError("disk")] * 10
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
    assert "update_skipped" not in capsys.readouterr().err


async def test_order_in_an_outage(world: World) -> None:
    """What is tried again is not overtaken by what the chat sent later."""
    world.host.failures["one"] = [OSError("disk")] * 5
    await world.reporter.say("one")
    await world.reporter.say("two")
    async with world.serving():
        await world.reporter.sees("heard two")
    assert world.host.words == ["one", "two"]


async def test_outage_is_told_once(world: World) -> None:
    """However often an update comes in vain, the reporter is told once, and that is gone when all is well."""
    async with world.serving():
        for times, words in enumerate(("hola", "again"), 1):
            world.host.failures[words] = [OSError("disk")] * 10_000
            await world.reporter.say(words)
            await until(lambda: _told(world), times)
            assert "please wait (es)" in await _texts(world)
            world.host.failures[words] = []
            await until(lambda: _texts(world), [f"heard {words}"])
        assert await _told(world) == 2


async def test_notices_go_with_the_process(world: World) -> None:
    """Whoever was told that we are away is not left with it by a stop."""
    world.host.failures["hola"] = [OSError("disk")] * 10_000
    async with world.serving():
        await world.reporter.say("hola")
        await until(lambda: _told(world), 1)
    assert await _texts(world) == []


async def _told(world: World) -> int:
    said = await world.control.calls("sendMessage")
    return sum(call["parameters"]["text"] == "please wait (es)" for call in said)


async def _texts(world: World) -> list[str]:
    return [seen.text for seen in await world.reporter.messages()]


async def test_outage_of_who_remembers_the_card(world: World) -> None:
    """A card whose number cannot be kept now is kept later, before the next update is handled."""
    world.host.failures["shown"] = [OSError("disk")] * 4
    async with world.serving():
        await world.reporter.say("hola")
        first = await world.reporter.sees("heard hola")
        await world.reporter.say("again")
        await until(lambda: _texts(world), ["heard again"])
        assert [seen.number for seen in await world.reporter.messages()] == [first.number]


@pytest.mark.alone("an answer has less than a second")
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
        await until(world.waiting, 0)
        assert world.host.words == ["one", "two", "three"]
        await world.reporter.sees("heard three")
        await until(world.reporter.own_messages, [])
    assert [seen.text for seen in await world.reporter.messages()] == ["heard three"]


@pytest.mark.parametrize("order", [{"status": 500}, {"status": 502}, {"drop": True}, {"lose": True}])
async def test_server_in_trouble(world: World, order: dict[str, Any]) -> None:
    """A card and a deletion go through although the server fails twice on each."""
    for method in ("sendMessage", "deleteMessage"):
        await world.control.fail(method, times=2, **order)
    async with world.serving():
        await world.reporter.say("hola")
        await world.reporter.sees("heard hola")
        await until(world.reporter.own_messages, [])


async def test_not_given_up(world: World) -> None:
    """A card that fails again and again is shown in the end, and then the old messages are deleted."""
    await world.control.fail("sendMessage", status=500, times=8)
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await until(world.reporter.own_messages, [])


async def test_blocked(world: World) -> None:
    """A 403 and the notice of a block both let the host forget the talk."""
    await world.control.fail("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
    async with world.serving():
        await world.reporter.say("hola")
        await until(lambda: _gone(world), 1)
        await world.reporter.block()
        await until(lambda: _gone(world), 2)
        await world.reporter.unblock()
        await world.reporter.start()
        await world.reporter.sees("heard /start")


async def _gone(world: World) -> int:
    return len(world.host.gone_chats)


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
        await until(lambda: world.chat("deleted"), [number - 2, number])
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


async def test_what_is_deleted_is_told(world: World) -> None:
    """The host hears that a message is gone, also if Telegram will never delete it, and not before."""
    await world.control.fail("deleteMessage", status=502)
    await world.control.fail("deleteMessage", status=400, description="Bad Request: message can't be deleted")
    chat = str(world.reporter.chat)
    async with world.serving():
        first = await world.reporter.say("one")
        await until(lambda: _deleted(world), [(chat, first)])
        second = await world.reporter.say("two")
        await until(lambda: _deleted(world), [(chat, first), (chat, second)])
    assert await world.reporter.own_messages() == [first]


async def _deleted(world: World) -> list[tuple[str, int]]:
    return world.host.deleted_messages


async def test_an_odd_answer_costs_no_more_than_the_number_of_the_card(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """The card may be there, so it is not sent again; what waits behind it is done."""
    await world.control.fail("sendMessage", status=200, raw='{"ok": true, "result": true}')
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await until(world.reporter.own_messages, [])
        await world.reporter.say("two")
        await world.reporter.sees("heard two")
    told = capsys.readouterr().err
    assert "telegram_odd_answer" in told
    assert "unexpected_error" not in told


async def test_the_line_of_a_pin_is_deleted(world: World) -> None:
    """It quotes the card, and no update of the talk's."""
    async with world.serving():
        await world.reporter.send(pinned_message={"message_id": 7, "text": "card"})
        await until(world.waiting, 0)
        await until(world.reporter.own_messages, [])
    assert world.host.arrivals == []


async def test_network_loss(world: World) -> None:
    """A server that goes down and comes up again is polled on, and nothing is lost."""
    async with world.serving():
        await world.reporter.say("one")
        await world.reporter.sees("heard one")
        await world.bot_api.stop()
        await asyncio.sleep(0.05)
        await world.bot_api.start()
        await world.reporter.say("two")
        await world.reporter.sees("heard two")


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
        await until(world.waiting, 0)
    said = await world.control.calls("sendMessage")
    assert [call["parameters"]["text"] for call in said if call["status"] == 200] == ["private only (es)"]
    assert (await world.control.get(f"chats/{group['id']}"))["closed"]
    assert world.host.arrivals == []


async def test_group_that_was_upgraded(world: World) -> None:
    """It hears the sentence under its new number, and is left."""
    old, new = -5000000091, -1005000000091
    world.bot_api.api.chat(new).kind = "supergroup"
    adder = {"id": 5000000001, "is_bot": False, "first_name": "Canary", "language_code": "es"}
    upgraded = {"status": 400, "description": "Bad Request: group chat was upgraded", "migrated": new}
    await world.control.fail("*", chat=old, times=10_000, **upgraded)
    states = {"old_chat_member": {"status": "left"}, "new_chat_member": {"status": "member"}}
    group = {"id": old, "type": "group"}
    await world.control.push({"my_chat_member": {"chat": group, "from": adder, "date": 1, **states}})
    async with world.serving():
        await until(lambda: _closed(world, new), "bot is not a member of the supergroup chat")
    said = await world.control.calls("sendMessage")
    assert [call["parameters"]["text"] for call in said if call["status"] == 200] == ["private only (es)"]


async def _closed(world: World, chat: int) -> str:
    return str((await world.control.get(f"chats/{chat}", timeout=0))["closed"])


async def test_token_in_no_log(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """The token, and what reporters write, are in no line of any logger at any level, nor in a traceback."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        await _meet_every_trouble(world)
        logging.getLogger("test").debug("heard")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for name in LOGGERS:
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
    for order in ({"status": 401}, {"drop": True}, {"status": 403}):
        await world.control.fail("sendMessage", **order)
    await world.reporter.say("words-canary")
    async with world.serving():
        await world.reporter.say("hola")
        await until(lambda: _gone(world), 1)
