"""The peers' bots, fed as ours are: by webhooks and by polling."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

import httpx
from aiogram import Bot
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from telegram.ext import Application, Updater

from benchmarks.peers.aiogram_bot import dispatcher
from benchmarks.peers.python_telegram_bot import application
from benchmarks.talks.stubs import BotApiStub, IntakeStub

TOKEN: Final = "234567:peer"  # noqa: S105 - it opens nothing
_SECRET: Final = "s" * 64


def _client(intake: IntakeStub) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=intake, base_url="http://intake.example")


@dataclass(frozen=True, slots=True)
class AiogramWebhook:
    """aiogram's own handler of webhooks: one update at a time, from a request's body to the calls."""

    handler: SimpleRequestHandler
    at_once: int = 1

    def turn(self, updates: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Prepare a request."""
        [update] = updates
        body = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
        body.feed_data(update.encode())
        body.feed_eof()
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": _SECRET}
        request = make_mocked_request("POST", "/telegram", headers, payload=body)

        async def turn() -> None:
            answer = await self.handler.handle(request)
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"aiogram answers {answer.status}")

        return turn


@asynccontextmanager
async def aiogram_webhook(intake: IntakeStub) -> AsyncIterator[AiogramWebhook]:
    """Serve aiogram's bot by webhooks."""
    async with _client(intake) as client:
        bot = Bot(TOKEN)
        handler = SimpleRequestHandler(
            dispatcher(client), bot, handle_in_background=False, secret_token=_SECRET
        )
        yield AiogramWebhook(handler)
        await bot.session.close()


@dataclass(frozen=True, slots=True)
class PythonTelegramBotPolling:
    """python-telegram-bot's own polling: many updates at a time, from getUpdates' answer to the calls."""

    application: Application[Any, Any, Any, Any, Any, Any]
    stub: BotApiStub
    at_once: int

    def turn(self, updates: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Prepare an answer to getUpdates."""
        batch = f'{{"ok":true,"result":[{",".join(updates)}]}}'.encode()

        async def turn() -> None:
            await self.stub.bring(batch)
            await self.application.update_queue.join()

        return turn


@asynccontextmanager
async def python_telegram_bot_polling(
    intake: IntakeStub, stub: BotApiStub, at_once: int
) -> AsyncIterator[PythonTelegramBotPolling]:
    """Serve python-telegram-bot's bot by polling."""
    async with _client(intake) as client:
        made = application(TOKEN, client)
        async with made:
            await made.start()
            updater = cast("Updater", made.updater)
            await updater.start_polling()
            await stub.asked()
            yield PythonTelegramBotPolling(made, stub, at_once)
            await updater.stop()
            await made.stop()
