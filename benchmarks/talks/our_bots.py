"""Our bots as they are shipped, by webhooks and by polling, with talks in memory and the network stubbed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.types import Message

from benchmarks.talks.stubs import BotApiStub, IntakeStub
from bot.assembly import sentences
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.sender import TelegramSender
from bot.delivery.courier import Courier
from bot.delivery.intake import HttpIntake
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import Outbox
from bot.fleet.bots import Fleet, SharedParts
from bot.fleet.bots_file import BotEntry
from bot.fleet.numbers import FleetNumbers
from bot.fleet.webhook_keys import KEY_BYTES, WebhookKeys
from bot.fleet.webhooks import WebhookApp
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import MemorySessions
from bot.settings import PORTALS
from bot.talks.limits import Alarm, Budgets
from bot.talks.portals import read_portals
from bot.talks.runner import Delivery, Limits, Runner
from conversations.wire.sealing import new_private_key, public_half
from locales.catalogues import KNOWN_LANGUAGES

TOKEN: Final = "123456:ours"  # noqa: S105 - it opens nothing
PORTAL: Final = "international"
API_URL: Final = "https://api.telegram.org/bot"
# As fast as it goes: what Telegram allows is not what is measured.
PACE: Final = replace(Pace(), calls_a_second=1e6, cards_a_second=1e6)
_METRICS_TOKEN: Final = "0" * 64


def a_runner(folder: Path, intake_stub: IntakeStub) -> Runner:
    """Host talks in memory, with the outbox in a folder."""
    outbox, key = Outbox(folder), public_half("k1", new_private_key())
    intake = IntakeWatch(HttpIntake("http://intake.example", "token", transport=intake_stub), key)
    delivery = Delivery(key, outbox, Courier(outbox, intake), intake)
    limits = Limits(Budgets(TalkSecrets(time.monotonic), time.monotonic), Alarm(time.time))
    return Runner(
        MemorySessions(TalkSecrets(time.monotonic), time.monotonic),
        delivery,
        limits,
        portals=read_portals(PORTALS, KNOWN_LANGUAGES),
        portal=PORTAL,
        now=lambda: datetime.now(UTC),
    )


@dataclass(frozen=True, slots=True)
class OurFleet:
    """Our webhooks: one update at a time, from the bytes of a request's body to the calls and the answer."""

    app: WebhookApp
    path: str
    secret: str
    stub: BotApiStub
    at_once: int = 1

    def turn(self, updates: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Prepare a request."""
        [update] = updates
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": self.secret}
        scope: Mapping[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": self.path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        body: Message = {"type": "http.request", "body": update.encode(), "more_body": False}
        sent: list[Message] = []

        async def receive() -> Message:
            return body

        async def send(message: Message) -> None:
            sent.append(message)

        async def turn() -> None:
            await self.app(dict(scope), receive, send)
            self._take(sent)

        return turn

    def _take(self, sent: Sequence[Message]) -> None:
        """Make the call that travels in the answer's body."""
        if sent[0]["status"] != HTTPStatus.OK:
            raise RuntimeError(f"the fleet answers {sent[0]['status']}")
        if sent[1]["body"]:
            given = json.loads(sent[1]["body"])
            self.stub.call(given["method"], given)


@asynccontextmanager
async def our_fleet(runner: Runner, stub: BotApiStub) -> AsyncIterator[OurFleet]:
    """Serve one bot by webhooks."""
    entry = BotEntry(PORTAL, "reports_bot", TOKEN, tuple(sorted(KNOWN_LANGUAGES)), paused=False)
    keys = WebhookKeys(b"k" * KEY_BYTES)
    shared = SharedParts(
        host_of=lambda _: runner,
        sender_of=lambda token: TelegramSender(token, API_URL, PACE),
        sentences=sentences(),
        numbers=FleetNumbers(time.time, lambda: (0, 0)),
        pace=PACE,
    )
    fleet = Fleet(keys, shared)
    fleet.apply([entry])
    app = WebhookApp(fleet.admit, _ready, shared.numbers.exposition, _METRICS_TOKEN)
    try:
        yield OurFleet(app, f"/telegram/{keys.path(entry.bot_id)}", keys.secret(entry.bot_id), stub)
    finally:
        await fleet.close()


async def _ready() -> Mapping[str, str]:
    return {"store": "ok"}


@dataclass(frozen=True, slots=True)
class OurPolling:
    """Our polling: many updates at a time, from the bytes of getUpdates' answer to the calls."""

    stub: BotApiStub
    at_once: int

    def turn(self, updates: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Prepare an answer to getUpdates."""
        batch = f'{{"ok":true,"result":[{",".join(updates)}]}}'.encode()
        standing = asyncio.all_tasks()

        async def turn() -> None:
            await self.stub.bring(batch)
            while sending := asyncio.all_tasks() - standing - {asyncio.current_task()}:
                await asyncio.wait(sending)

        return turn


@asynccontextmanager
async def our_polling(runner: Runner, stub: BotApiStub, at_once: int) -> AsyncIterator[OurPolling]:
    """Serve one bot by polling."""
    polling = TelegramPolling(runner, TOKEN, API_URL, presentations=(), sentences=sentences(), pace=PACE)
    running = asyncio.create_task(polling.run())
    await stub.asked()
    try:
        yield OurPolling(stub, at_once)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
