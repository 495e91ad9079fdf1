"""The tests' Bot API server sends updates to webhooks as Telegram does, for many bots at once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.bot_api import BotApi, BotApiError, Handling
from tests.bot_api_server import BotApiServer
from tests.reporter import PLAIN, BotApiControl, Reporter
from tests.webhook_delivery import DeliveryPace
from tests.webhook_stand_in import StandIn

TOKEN, OTHER = "123456:test", "654321:test"
SECRET = "a-Secret_7"
FIRST, SECOND = 5000000001, 5000000002
QUICK = DeliveryPace(answer=0.3, first_pause=0.01, longest_pause=0.05, overtaking=0.3)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    """Serve two bots, with little patience."""
    async with BotApiServer(TOKEN) as server:
        server.world.pace = QUICK
        server.add(OTHER)
        yield server


@pytest.fixture
async def hook(server: BotApiServer) -> AsyncIterator[StandIn]:
    """Listen where the first bot's webhook leads."""
    async with StandIn() as hook:
        await server.api.call(TOKEN, "setWebhook", {"url": hook.url, "secret_token": SECRET})
        yield hook
        await server.api.pause()


def _message(chat: int, text: str = "hola") -> dict[str, Any]:
    return {"message": {"chat": {"id": chat, "type": "private"}, "from": {"id": chat}, "text": text}}


async def _push(api: BotApi, chat: int, handling: Handling | None = None) -> int:
    return int((await api.push(_message(chat), handling or Handling()))["update_id"])


async def test_an_update_comes_as_json_with_the_secret_and_is_confirmed_by_a_2xx(
    server: BotApiServer, hook: StandIn
) -> None:
    """What came and was answered well comes no more."""
    number = await _push(server.api, FIRST)
    await hook.until(lambda: not server.api.waiting)
    ((update, fields),) = hook.came
    assert update["update_id"] == number
    assert update["message"]["text"] == "hola"
    assert fields["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    assert fields["Content-Type"] == "application/json"


async def test_without_a_secret_there_is_no_header(server: BotApiServer) -> None:
    """A webhook that was set without a secret gets none."""
    async with StandIn() as hook:
        await server.api.call(TOKEN, "setWebhook", {"url": hook.url})
        await _push(server.api, FIRST)
        await hook.until(lambda: hook.came)
        assert "X-Telegram-Bot-Api-Secret-Token" not in hook.came[0][1]


@pytest.mark.parametrize("status", [503, 404, 302, 0])
async def test_whatever_is_no_2xx_comes_again(server: BotApiServer, hook: StandIn, status: int) -> None:
    """A refusal, or a connection that is cut, does not confirm; getWebhookInfo tells of it."""
    hook.replies = [(status, {}, b"")] * 3
    number = await _push(server.api, FIRST)
    await hook.until(lambda: not server.api.waiting)
    assert hook.numbers == [number] * 4
    info = await server.api.call(TOKEN, "getWebhookInfo", {})
    assert abs(info["last_error_date"] - time.time()) < 10
    told = f"Wrong response from the webhook: {status}" if status else "Webhook connection closed"
    assert info["last_error_message"] == told
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)


async def test_no_answer_in_time_does_not_confirm(server: BotApiServer, hook: StandIn) -> None:
    """What is held too long comes again."""
    hook.open.clear()
    number = await _push(server.api, FIRST)
    await hook.until(lambda: len(hook.came) > 1)
    hook.open.set()
    await hook.until(lambda: not server.api.waiting)
    assert set(hook.numbers) == {number}
    info = await server.api.call(TOKEN, "getWebhookInfo", {})
    assert info["last_error_message"] == "Read timeout expired"


async def test_retry_after_is_obeyed(server: BotApiServer, hook: StandIn) -> None:
    """A webhook may say in how many seconds an update is to come again."""
    hook.replies = [(503, {"Retry-After": "1"}, b"")]
    began = time.monotonic()
    await _push(server.api, FIRST)
    await hook.until(lambda: not server.api.waiting)
    assert time.monotonic() - began >= 1


async def test_a_chats_updates_come_one_by_one_and_chats_beside_one_another(
    server: BotApiServer, hook: StandIn
) -> None:
    """Of each chat one is on its way; the next follows once it is confirmed."""
    hook.open.clear()
    numbers = [await _push(server.api, chat) for chat in (FIRST, FIRST, FIRST, SECOND)]
    await hook.until(lambda: len(hook.came) == 2)
    assert hook.numbers == [numbers[0], numbers[3]]
    hook.open.set()
    await hook.until(lambda: not server.api.waiting)
    assert [number for number in hook.numbers if number != numbers[3]] == numbers[:3]


async def test_no_more_are_on_their_way_than_were_asked_for(server: BotApiServer) -> None:
    """max_connections bounds how many are brought at once."""
    async with StandIn() as hook:
        await server.api.call(TOKEN, "setWebhook", {"url": hook.url, "max_connections": 3})
        hook.open.clear()
        for chat in range(20):
            await _push(server.api, FIRST + chat)
        await hook.until(lambda: len(hook.came) == 3)
        hook.open.set()
        await hook.until(lambda: not server.api.waiting)
        assert hook.busy_most == 3
        assert len(hook.came) == 20


async def test_a_call_in_the_answers_body_is_carried_out(server: BotApiServer, hook: StandIn) -> None:
    """It is done and written down as one that came in a body; what a webhook may not ask for is not done."""
    body = {"method": "sendMessage", "chat_id": FIRST, "text": "en el cuerpo"}
    hook.replies = [
        (200, {"Content-Type": "application/json"}, json.dumps(body).encode()),
        (200, {}, b'{"method": "deleteWebhook"}'),
    ]
    await _push(server.api, FIRST)
    await _push(server.api, FIRST)
    await hook.until(lambda: server.api.journal)
    parameters = {"chat_id": FIRST, "text": "en el cuerpo"}
    noted = {"method": "sendMessage", "parameters": parameters, "status": 200, "in_body": True}
    await hook.until(lambda: not server.api.waiting)
    assert server.api.journal == [noted]
    assert (await server.api.call(TOKEN, "getWebhookInfo", {}))["url"] == hook.url


async def test_disorder_is_what_a_test_asks_for(server: BotApiServer, hook: StandIn) -> None:
    """An update comes again after it was confirmed, is overtaken, or waits for no other."""
    again = await _push(server.api, FIRST, Handling(again=2))
    await hook.until(lambda: hook.numbers == [again] * 3)
    overtaken = await _push(server.api, FIRST, Handling(overtaken=True))
    overtaking = await _push(server.api, FIRST)
    await hook.until(lambda: hook.numbers[3:] == [overtaking, overtaken])
    alone = await _push(server.api, FIRST, Handling(overtaken=True))
    await hook.until(lambda: hook.numbers[5:] == [alone])
    hook.open.clear()
    together = [await _push(server.api, FIRST, Handling(at_once=True)) for _ in range(2)]
    await hook.until(lambda: hook.numbers[6:] == together)
    hook.open.set()


async def test_a_balancer_passes_over_who_refuses(server: BotApiServer) -> None:
    """A function chooses among processes; where a connection is refused, the next one gets the update."""
    async with StandIn() as gone, StandIn() as there:
        ports = (gone.port, there.port)
        server.world.balancer = lambda _: [("127.0.0.1", port) for port in ports]
        await server.api.call(TOKEN, "setWebhook", {"url": "https://fleet.example/a/path"})
        await _push(server.api, FIRST)
        await gone.until(lambda: not server.api.waiting)
        assert (len(gone.came), len(there.came)) == (1, 0)
        await gone.__aexit__()
        await _push(server.api, FIRST)
        await there.until(lambda: there.came and not server.api.waiting)


async def test_updates_wait_where_there_is_no_webhook(server: BotApiServer, hook: StandIn) -> None:
    """Polling and a webhook exclude one another; what waits goes over from one to the other."""
    with pytest.raises(BotApiError, match="can't use getUpdates method while webhook is active"):
        await server.api.call(TOKEN, "getUpdates", {})
    hook.replies = [(500, {}, b"")] * 1000
    number = await _push(server.api, FIRST)
    await hook.until(lambda: hook.came)
    await server.api.call(TOKEN, "deleteWebhook", {"drop_pending_updates": False})
    (update,) = await server.api.call(TOKEN, "getUpdates", {})
    assert update["update_id"] == number
    hook.replies, hook.came = [], []
    await server.api.call(TOKEN, "setWebhook", {"url": hook.url})
    await hook.until(lambda: hook.numbers == [number])


async def test_a_webhook_that_is_set_ends_the_poll(server: BotApiServer) -> None:
    """A getUpdates that waits is told so."""
    poll = asyncio.create_task(server.api.call(TOKEN, "getUpdates", {"timeout": 5}))
    await asyncio.sleep(0)
    await server.api.call(TOKEN, "setWebhook", {"url": "https://fleet.example/x"})
    with pytest.raises(BotApiError, match="terminated by setWebhook request"):
        await poll


async def test_pending_updates_are_dropped_when_asked(server: BotApiServer) -> None:
    """drop_pending_updates forgets what waits, also as a form writes it."""
    await _push(server.api, FIRST)
    await server.api.call(TOKEN, "deleteWebhook", {"drop_pending_updates": "true"})
    assert server.api.waiting == 0


async def test_only_the_allowed_kinds_come(server: BotApiServer) -> None:
    """allowed_updates holds for a webhook too, and is told."""
    async with StandIn() as hook:
        given = {"url": hook.url, "allowed_updates": '["callback_query"]'}
        await server.api.call(TOKEN, "setWebhook", given)
        await _push(server.api, FIRST)
        tap = {"callback_query": {"id": "1", "from": {"id": FIRST}, "data": "x"}}
        await server.api.push(tap)
        await hook.until(lambda: hook.came and not server.api.waiting)
        assert [list(update) for update, _ in hook.came] == [["callback_query", "update_id"]]
        info = await server.api.call(TOKEN, "getWebhookInfo", {})
        assert info["allowed_updates"] == ["callback_query"]


REFUSED = [
    ({"url": "http://fleet.example/x"}, "HTTPS URL must be provided"),
    ({"url": "https://fleet.example/x", "secret_token": "x" * 257}, "secret token is too long"),
    ({"url": "https://fleet.example/x", "secret_token": "a b"}, "unallowed characters"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
async def test_what_telegram_refuses_sets_no_webhook(
    server: BotApiServer, hook: StandIn, given: dict[str, Any], words: str
) -> None:
    """The webhook that was set stays."""
    with pytest.raises(BotApiError, match=words):
        await server.api.call(TOKEN, "setWebhook", given)
    assert (await server.api.call(TOKEN, "getWebhookInfo", {}))["url"] == hook.url


async def test_a_revoked_token_takes_its_webhook_along_and_leaves_the_updates(
    server: BotApiServer, hook: StandIn
) -> None:
    """Under the new token there is no webhook until one is set; then what waits comes."""
    hook.replies = [(500, {}, b"")] * 1000
    number = await _push(server.api, FIRST)
    await hook.until(lambda: hook.came)
    async with BotApiControl(server.url, "123456") as control:
        await control.post("token", {"token": "123456:new"})
    with pytest.raises(BotApiError, match="Unauthorized"):
        await server.api.call(TOKEN, "getMe", {})
    info = await server.api.call("123456:new", "getWebhookInfo", {})
    assert (info["url"], info["pending_update_count"]) == ("", 1)
    hook.replies, hook.came = [], []
    await server.api.call("123456:new", "setWebhook", {"url": hook.url})
    await hook.until(lambda: hook.numbers == [number])


async def test_many_bots_know_nothing_of_one_another(server: BotApiServer) -> None:
    """Each has its own chats, updates and token; a token with the right id only is refused."""
    async with BotApiControl(server.url, "654321") as control:
        await Reporter(control, FIRST).say("hola")
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, verify=PLAIN) as http:
        waiting = {
            token: (await http.post(f"/bot{token}/getUpdates", json={})).json().get("result")
            for token in (TOKEN, OTHER, "654321:test2")
        }
        assert (await http.post(f"/bot{OTHER}/getMe")).json()["result"]["id"] == 654321
        sent = await http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": FIRST, "text": "x"})
    assert [len(found or ()) for found in waiting.values()] == [0, 1, 0]
    assert waiting["654321:test2"] is None
    assert sent.json()["description"] == "Bad Request: chat not found"


async def test_what_was_set_for_a_language_is_told(server: BotApiServer) -> None:
    """Names, descriptions and commands are told as they were set, commands by their scope too."""

    async def call(method: str, **given: Any) -> Any:
        return await server.api.call(TOKEN, method, given)

    private = {"type": "all_private_chats"}
    commands = [{"command": "help", "description": "Ayuda"}]
    await call("setMyName", name="Informes", language_code="es")
    await call("setMyDescription", description="Qué hacemos", language_code="es")
    await call("setMyShortDescription", short_description="Breve", language_code="es")
    await call("setMyCommands", commands=json.dumps(commands), scope=private, language_code="es")
    assert await call("getMyName", language_code="es") == {"name": "Informes"}
    assert await call("getMyName") == {"name": "Reports"}
    assert await call("getMyDescription", language_code="es") == {"description": "Qué hacemos"}
    assert await call("getMyDescription") == {"description": ""}
    assert await call("getMyShortDescription", language_code="es") == {"short_description": "Breve"}
    assert await call("getMyCommands", scope=private, language_code="es") == commands
    assert await call("getMyCommands", language_code="es") == []
    await call("deleteMyCommands", scope=private, language_code="es")
    assert await call("getMyCommands", scope=private, language_code="es") == []


async def test_a_stopped_server_brings_nothing_until_it_starts_again(
    server: BotApiServer, hook: StandIn
) -> None:
    """What waited, and what happened meanwhile, comes then."""
    await server.stop()
    number = await _push(server.api, FIRST)
    await asyncio.sleep(0)
    assert not hook.came
    await server.start()
    await hook.until(lambda: hook.numbers == [number])


async def test_the_control_side_takes_handling(server: BotApiServer, hook: StandIn) -> None:
    """Over HTTP too a test says how an update comes, and the update itself holds nothing of that."""
    async with BotApiControl(server.url) as control:
        number = (await control.push({**_message(FIRST), "handling": {"again": 1}}))["update_id"]
    await hook.until(lambda: hook.numbers == [number] * 2)
    assert "handling" not in hook.came[0][0]


async def test_a_journal_that_is_switched_off_stays_empty(server: BotApiServer) -> None:
    """Thousands of calls are then kept nowhere."""
    server.api.journaling = False
    await server.api.answer(TOKEN, "getMe", {})
    assert server.api.journal == []
