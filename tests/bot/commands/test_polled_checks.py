"""The doctor asks Telegram and the polled bot itself, and says what it could not look at."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from bot.commands.polled_checks import check_running, check_telegram
from bot.settings import BotSettings
from reportline.checks import Check
from tests.bot_api_chats import Failure
from tests.bot_api_server import BotApiServer
from tests.ports import next_port

TOKEN = "7001:" + "aB3_-" * 7
WELL = {"telegram": "ok", "store": "ok", "intake": "ok", "outbox": "ok"}


def _settings(**more: Any) -> BotSettings:
    return BotSettings.model_validate({"telegram_token": TOKEN, **more})


async def _asked(telegram: BotApiServer) -> Check:
    return await asyncio.to_thread(check_telegram, _settings(telegram_api_url=telegram.url))


async def test_a_bot_that_is_polled_and_has_no_webhook_is_well() -> None:
    async with BotApiServer(TOKEN) as telegram:
        asked = await _asked(telegram)
    assert asked == Check("Telegram", fine=True, advice="takes the token, and has no webhook for this bot")


async def test_a_webhook_is_a_fault_and_its_address_is_not_shown() -> None:
    async with BotApiServer(TOKEN) as telegram:
        await telegram.api.call(TOKEN, "setWebhook", {"url": "http://127.0.0.1:9/marker"})
        asked = await _asked(telegram)
    assert (asked.fine, "A webhook is set" in asked.advice, "marker" in asked.advice) == (False, True, False)


async def test_an_answer_about_webhooks_that_is_none_is_a_fault() -> None:
    async with BotApiServer(TOKEN) as telegram:
        telegram.api.failures.append(Failure("getWebhookInfo", status=200, raw="<html>"))
        asked = await _asked(telegram)
    assert (asked.fine, "does not speak as Telegram does" in asked.advice) == (False, True)


@contextmanager
def _answering(status: int, said: str) -> Iterator[int]:
    """Answer every request so; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's name for it
            assert self.path == "/readyz"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_bot_that_is_well_says_so() -> None:
    with _answering(200, json.dumps(WELL)) as port:
        assert check_running(_settings(), port) == Check(
            "running bot", fine=True, advice="says that it is well"
        )


OTHERS: dict[str, tuple[int, str, str]] = {
    "two parts": (
        503,
        json.dumps({**WELL, "telegram": "other_poller", "outbox": "full"}),
        "telegram: other_poller, outbox: full",
    ),
    "a fleet": (200, json.dumps({"store": "ok", "intake": "ok", "outbox": "ok"}), "is no polled bot"),
    "a page": (200, "<html>", "is no polled bot"),
    "a list": (200, "[]", "is no polled bot"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_not_well_is_a_fault_with_its_reason(other: str) -> None:
    status, said, reason = OTHERS[other]
    with _answering(status, said) as port:
        found = check_running(_settings(), port)
    assert (found.fine, reason in found.advice) == (False, True), found.advice


def test_a_bot_that_does_not_run_is_a_fault() -> None:
    port = next_port()
    found = check_running(_settings(), port)
    assert not found.fine
    assert f"`reportline bot poll --health-port {port}`" in found.advice


@pytest.mark.parametrize(
    ("look", "told"),
    [
        (lambda: check_running(_settings(), None), "not looked at; name the port"),
        (lambda: check_running(_settings(telegram_token=None), 8091), "no bot is polled"),
        (lambda: check_telegram(_settings(telegram_token=None)), "no bot is polled"),
    ],
)
def test_what_is_not_looked_at_is_said_and_no_fault(
    monkeypatch: pytest.MonkeyPatch, look: Callable[[], Check], told: str
) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_TOKEN_FILE"):
        monkeypatch.delenv(f"REPORTLINE_{name}", raising=False)
    found = look()
    assert (found.fine, told in found.advice) == (True, True), found.advice
