"""The tests' Bot API server refuses the same calls as Telegram, also as a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bot_api_server import BotApiServer
from tests.reporter import PLAIN, BotApiControl, Reporter

TOKEN = "123456:test"
ROOT = Path(__file__).parents[4]
CHAT = 5000000001


class Client:
    """Calls methods as a bot does."""

    def __init__(self, server: BotApiServer) -> None:
        self.server = server
        self.http = httpx.AsyncClient(base_url=server.url, trust_env=False, verify=PLAIN)

    async def ask(self, method: str, token: str = TOKEN, **given: Any) -> dict[str, Any]:
        """Call with JSON; gives the whole answer."""
        answer: dict[str, Any] = (await self.http.post(f"/bot{token}/{method}", json=given)).json()
        return answer


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Serve a bot to which one reporter has written."""
    async with BotApiServer(TOKEN) as server, BotApiControl(server.url) as control:
        await Reporter(control, CHAT).say("hola")
        client = Client(server)
        yield client
        await client.http.aclose()


def _keyboard(data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Enviar", "callback_data": data}]]}


REFUSALS = [
    ("getMe", {"token": "123456:other"}, 401, "Unauthorized"),
    ("getMe", {"token": "nonsense"}, 404, "Not Found"),
    ("getNothing", {}, 404, "method not found"),
    ("sendMessage", {"chat_id": 7, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": CHAT, "text": " "}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": CHAT, "text": "x" * 4097}, 400, "message is too long"),
    ("sendMessage", {"chat_id": CHAT, "text": "\U0001f642" * 2049}, 400, "message is too long"),
    (
        "sendMessage",
        {"chat_id": CHAT, "text": "x", "reply_markup": _keyboard("é" * 33)},
        400,
        "BUTTON_DATA_INVALID",
    ),
    ("editMessageText", {"chat_id": CHAT, "message_id": 99, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": CHAT, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("deleteMessage", {"chat_id": CHAT, "message_id": 99}, 400, "message to delete not found"),
    ("deleteMessages", {"chat_id": CHAT, "message_ids": []}, 400, "identifiers are not specified"),
    ("answerCallbackQuery", {"callback_query_id": "none"}, 400, "query is too old"),
    ("leaveChat", {"chat_id": CHAT}, 400, "private chats"),
    ("setMyCommands", {"commands": [{"command": "No!", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "no", "description": ""}]}, 400, "DESCRIPTION_INVALID"),
    ("setMyDescription", {"description": "x" * 513}, 400, "too long"),
    ("setMyShortDescription", {"short_description": "x" * 121}, 400, "too long"),
    ("setMyName", {"name": "x", "language_code": "spa"}, 400, "invalid language code"),
]


@pytest.mark.parametrize(("method", "given", "status", "words"), REFUSALS)
async def test_refusal(client: Client, method: str, given: dict[str, Any], status: int, words: str) -> None:
    """What Telegram refuses is refused with its status and in its words."""
    answer = await client.ask(method, **given)
    assert (answer["ok"], answer["error_code"]) == (False, status)
    assert words in answer["description"]


async def test_blocked(client: Client) -> None:
    """A reporter who has blocked the bot gets nothing any more."""
    client.server.api.chat(CHAT).closed = "bot was blocked by the user"
    answer = await client.ask("sendMessage", chat_id=CHAT, text="x")
    assert answer["error_code"] == 403


async def test_ways_to_ask(client: Client) -> None:
    """Parameters come as JSON, as a form or in the address, and a method in any case."""
    given = {"chat_id": str(CHAT), "text": "hola", "reply_markup": json.dumps(_keyboard("a.1.b"))}
    form = (await client.http.post(f"/bot{TOKEN}/SENDMESSAGE", data=given)).json()["result"]
    query = (await client.http.get(f"/bot{TOKEN}/sendMessage", params=given)).json()["result"]
    assert form["reply_markup"] == query["reply_markup"] == _keyboard("a.1.b")


async def test_same_content(client: Client) -> None:
    """An edit that changes nothing is refused; one that takes the buttons away is none of these."""
    sent = (await client.ask("sendMessage", chat_id=CHAT, text="a", reply_markup=_keyboard("a.1.b")))[
        "result"
    ]
    where = {"chat_id": CHAT, "message_id": sent["message_id"]}
    same = await client.ask("editMessageText", **where, text="a", reply_markup=_keyboard("a.1.b"))
    assert "message is not modified" in same["description"]
    assert (await client.ask("editMessageText", **where, text="a"))["ok"]


async def test_offset_confirms(client: Client) -> None:
    """An update comes again until an offset behind it is asked for."""
    (update,) = (await client.ask("getUpdates"))["result"]
    assert (await client.ask("getUpdates"))["result"] == [update]
    assert (await client.ask("getUpdates", offset=update["update_id"] + 1))["result"] == []
    assert (await client.ask("getUpdates"))["result"] == []


async def test_offset_far_ahead_confirms_nothing(client: Client) -> None:
    """An offset of before the numbers began anew is answered from the oldest update that waits."""
    (update,) = (await client.ask("getUpdates"))["result"]
    number = update["update_id"]
    assert (await client.ask("getUpdates", offset=number + 1 + 11))["result"] == [update]
    assert (await client.ask("getUpdates", offset=number + 1 + 10))["result"] == []


async def test_same_offset_at_once_gets_one_update(client: Client) -> None:
    """Who asks for the same again within half a second is told of one update only."""
    await client.server.api.push({"message": {"chat": {"id": CHAT, "type": "private"}, "text": "again"}})
    told = [len((await client.ask("getUpdates", offset=1))["result"]) for _ in range(2)]
    assert told == [2, 1]


async def test_two_pollers(client: Client) -> None:
    """A second poller ends the first one's poll with a 409."""
    (update,) = (await client.ask("getUpdates"))["result"]
    first = asyncio.create_task(client.ask("getUpdates", offset=update["update_id"] + 1, timeout=5))
    async with asyncio.timeout(5):
        while client.server.api.updates:  # the first poll confirms, which tells that it is there
            await asyncio.sleep(0.01)
    await client.ask("getUpdates")
    assert (await first)["error_code"] == 409


async def test_flood(client: Client) -> None:
    """A flood ordered by a test tells how long to wait, as often as ordered."""
    async with BotApiControl(client.server.url) as control:
        await control.fail("sendMessage", status=429, retry_after=3)
    answer = await client.ask("sendMessage", chat_id=CHAT, text="x")
    assert answer["parameters"] == {"retry_after": 3}
    assert (await client.ask("sendMessage", chat_id=CHAT, text="x"))["ok"]


async def test_own_process() -> None:
    """The server runs as a process of its own and prints its address."""
    command = [sys.executable, "-m", "tests.bot_api_server", "--token", TOKEN]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as http:
            assert (await http.get(f"{url}/bot{TOKEN}/getMe")).json()["result"]["is_bot"]
    finally:
        process.kill()
        await process.wait()
