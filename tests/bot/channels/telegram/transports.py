"""Starts and stops polling or webhooks for a test, with a host that answers with the event that it got."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.telegram.chats import Sentences
from bot.channels.telegram.failures import Pace
from bot.channels.telegram.polling import TelegramPolling
from bot.channels.telegram.updates import UPDATE_KINDS
from bot.exchange import Answer, Arrival, Card, CardButton, Host, TalkHandle
from bot.fleet.bots import Fleet, SharedParts
from bot.fleet.bots_file import BotEntry
from bot.fleet.numbers import FleetNumbers
from bot.fleet.webhook_keys import WebhookKeys
from bot.fleet.webhooks import WebhookApp, WebhookConnection
from conversations.events import Attached, Chose, Commanded, Event, Opened, Said
from reportline.http_server import listen, server
from tests.bot_api_server import BotApiServer
from tests.reporter import BotApiControl, Reporter
from tests.webhook_delivery import DeliveryPace

TOKEN = "123456:Token-canary_AAF0x1y2z3"
SENTENCES = Sentences(lambda hint: f"private only ({hint})", lambda hint: f"please wait ({hint})")
HASTE = Pace(cards_a_second=1000, poll=5, answer=5, first_pause=0.01, longest_pause=0.1, grace=5, tries=3)


class EchoHost:
    """A host that says what arrived, edits its card, deletes what was written, and fails when told to."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.live: dict[str, int] = {}
        self.gone_chats: list[str] = []
        self.deleted_messages: list[tuple[str, int]] = []
        self.failures: dict[str, list[Exception]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.started: asyncio.Queue[str] = asyncio.Queue()

    @property
    def words(self) -> list[str]:
        """What arrived and was handled, in order."""
        return [words_of(arrival.event) for arrival in self.arrivals]

    async def handle(self, arrival: Arrival) -> Answer:
        """Echo; waits at a gate, or fails, where a test has put one for these words."""
        words = words_of(arrival.event)
        await self.started.put(words)
        if words in self.gates:
            await self.gates[words].wait()
        if self.failures.get(words):
            raise self.failures[words].pop(0)
        self.arrivals.append(arrival)
        card = Card(f"heard {words}", ((CardButton("Enviar", f"1a2b3c4d.{len(self.arrivals)}.send"),),))
        erase = (arrival.message,) if arrival.message else ()
        return Answer(card, self.live.get(arrival.talk.chat), erase)

    async def shown(self, talk: TalkHandle, message: int, *, again: bool = False) -> None:  # noqa: ARG002 - the host's shape
        """Remember the live card."""
        if self.failures.get("shown"):
            raise self.failures["shown"].pop(0)
        self.live[talk.chat] = message

    async def deleted(self, talk: TalkHandle, messages: Sequence[int]) -> None:
        """Note which messages are gone."""
        self.deleted_messages += [(talk.chat, number) for number in messages]

    async def gone(self, talk: TalkHandle) -> None:
        """Forget the chat."""
        self.gone_chats.append(talk.chat)
        self.live.pop(talk.chat, None)


def words_of(event: Event) -> str:
    """Say what arrived in a word or two."""
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


class Transport(Protocol):
    """One way between Telegram and a host."""

    def serving(self, bot_api: BotApiServer, host: Host, pace: Pace) -> Any:
        """Serve while the context lasts, and stop as a signal would."""
        ...


class Polling:
    """python-telegram-bot, which asks for updates."""

    @asynccontextmanager
    async def serving(self, bot_api: BotApiServer, host: Host, pace: Pace) -> AsyncIterator[None]:
        """Poll."""
        polling = TelegramPolling(
            host, TOKEN, bot_api.api_url, presentations=(), sentences=SENTENCES, pace=pace
        )
        task = asyncio.create_task(polling.run())
        try:
            yield
        finally:
            await stopped(task)


class Webhooks:
    """A fleet of one bot over a real socket, to which updates are brought; aiogram makes its calls."""

    @asynccontextmanager
    async def serving(self, bot_api: BotApiServer, host: Host, pace: Pace) -> AsyncIterator[None]:
        """Serve the webhook, and tell Telegram its URL."""
        keys = WebhookKeys(b"k" * 32)
        entry = BotEntry("ar", "reports_bot", TOKEN, ("es", "en"), paused=False)
        async with fleet_of(bot_api, host, pace, keys) as (fleet, url):
            fleet.apply([entry])
            await bot_api.api.call(TOKEN, "setWebhook", webhook_of(keys, entry, url))
            yield
        await bot_api.api.call(TOKEN, "deleteWebhook", {})


@asynccontextmanager
async def fleet_of(
    bot_api: BotApiServer, host: Host, pace: Pace, keys: WebhookKeys
) -> AsyncIterator[tuple[Fleet, str]]:
    """Serve a fleet without bots; gives it, and its URL."""
    # Here, since it loads aiogram, which takes seconds that other tests need not wait.
    from bot.channels.telegram.sender import TelegramSender  # noqa: PLC0415

    async def ready() -> dict[str, str]:
        return {}

    numbers = FleetNumbers(lambda: 0.0, lambda: (0, 0))
    fleet = Fleet(
        keys,
        SharedParts(
            lambda _: host,
            lambda token: TelegramSender(token, bot_api.api_url, pace),
            SENTENCES,
            numbers,
            pace,
        ),
    )
    app = WebhookApp(fleet.admit, ready, numbers.exposition, "m" * 64)
    listener = listen("127.0.0.1", 0)
    serving = server(app, WebhookConnection)
    task = asyncio.create_task(serving.serve(sockets=[listener]))
    try:
        yield fleet, f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        serving.should_exit = True
        await task
        await fleet.close()


def webhook_of(keys: WebhookKeys, entry: BotEntry, url: str) -> dict[str, Any]:
    """Give what setWebhook is told of a bot."""
    return {
        "url": f"{url}/telegram/{keys.path(entry.bot_id)}",
        "secret_token": keys.secret(entry.bot_id),
        "allowed_updates": [*UPDATE_KINDS],
    }


TRANSPORTS: dict[str, Transport] = {"polling": Polling(), "fleet": Webhooks()}


@dataclass
class World:
    """A Bot API server, a host, and a transport between them that is the test's to start."""

    bot_api: BotApiServer
    control: BotApiControl
    host: EchoHost
    reporter: Reporter
    transport: Transport

    def serving(self, pace: Pace = HASTE) -> Any:
        """Serve while the context lasts."""
        return self.transport.serving(self.bot_api, self.host, pace)

    async def waiting(self) -> int:
        """How many updates are not confirmed."""
        return int((await self.control.get("state"))["waiting"])

    async def chat(self, what: str) -> Any:
        """Give one thing of what is in the reporter's chat."""
        return (await self.control.get(f"chats/{self.reporter.chat}"))[what]


@asynccontextmanager
async def world_of(transport: Transport) -> AsyncIterator[World]:
    """Start a Bot API server."""
    async with BotApiServer(TOKEN) as bot_api, BotApiControl(bot_api.url) as control:
        bot_api.world.pace = DeliveryPace(answer=10, first_pause=0.01, longest_pause=0.1)
        yield World(bot_api, control, EchoHost(), Reporter(control), transport)


async def stopped(task: "asyncio.Task[None]") -> None:
    """Stop what runs, as a signal would."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(ask: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Wait until the answer is the wanted one."""
    async with asyncio.timeout(10):
        while await ask() != wanted:
            await asyncio.sleep(0.01)
