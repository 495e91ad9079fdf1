"""Serves a fleet of one bot with its real server, and makes the requests to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from bot.channels.telegram.calls import Call
from bot.channels.telegram.raw_updates import Update
from bot.fleet.webhook_keys import KEY_BYTES, WebhookKeys, opens
from bot.fleet.webhooks import Receives, WebhookApp, WebhookConnection
from reportline.http_server import TimedConnection, listen, server

TOKEN = "0123456789abcdef" * 4
KEYS = WebhookKeys(b"k" * KEY_BYTES)
PATH, SECRET = f"/telegram/{KEYS.path('1')}", KEYS.secret("1")
JSON = "Content-Type: application/json"
KEYED = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: fleet.example\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncache-control: no-store\r\ncontent-length: 0\r\n\r\n"


@dataclass
class Bot:
    """A bot that keeps what it takes, and answers as it is told to."""

    taken: list[Any] = field(default_factory=list)
    answer: Call | Exception | None = None
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, update: Update) -> Call | None:
        """Take an update; keeps its number."""
        await self.go.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        self.taken.append(update.update_id)
        return self.answer


@dataclass
class Fleet:
    """The app of one bot, and the answers to its readiness and metrics."""

    bot: Bot = field(default_factory=Bot)
    words: dict[str, str] = field(default_factory=lambda: {"store": "ok"})
    port: int = 0

    def anew(self) -> Self:
        """Forget what happened."""
        self.bot, self.words = Bot(), {"store": "ok"}
        self.bot.go.set()
        return self

    def app(self) -> WebhookApp:
        """Build the app."""
        return WebhookApp(self.admit, self.readiness, lambda: b"reportline_fleet_bots 1.0\n", TOKEN)

    def admit(self, path: str, secret: str) -> Receives | None:
        """Let the bot's own updates in."""
        is_there = path == KEYS.path("1")
        return self.bot if opens(SECRET if is_there else None, secret) else None

    async def readiness(self) -> Mapping[str, str]:
        """Say how the fleet is."""
        return self.words


@asynccontextmanager
async def served_fleet(protocol: type[TimedConnection] = WebhookConnection) -> AsyncIterator[Fleet]:
    """Serve a fleet in this process, and stop its server at the end."""
    fleet = Fleet().anew()
    with listen("127.0.0.1", 0) as listener:
        fleet.port = listener.getsockname()[1]
        running = server(fleet.app(), protocol)
        running.config.timeout_graceful_shutdown = 1
        task = asyncio.create_task(running.serve(sockets=[listener]))
        try:
            yield fleet
        finally:
            running.should_exit = True
            await task


def request(method: str, path: str, *fields: str, body: bytes = b"") -> bytes:
    """Write a request; `fields` are header lines."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: fleet.example", *fields])
    return f"{head}\r\n\r\n".encode() + body


def post(body: bytes, *fields: str, path: str = PATH) -> bytes:
    """Write a request that brings an update; `fields` are header lines."""
    return request("POST", path, *fields, f"Content-Length: {len(body)}", body=body)


async def whole(reader: asyncio.StreamReader) -> bytes:
    """Read one whole answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def ask(fleet: Fleet, asked: bytes) -> bytes:
    """Ask on a connection of its own; gives the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", fleet.port)
    try:
        writer.write(asked)
        return await asyncio.wait_for(whole(reader), 5)
    finally:
        writer.close()


async def status_for(fleet: Fleet, body: bytes, *fields: str) -> int:
    """Bring an update, with the secret unless other header lines are given; gives the answer's status."""
    answer = await ask(fleet, post(body, *(fields or (JSON, KEYED))))
    status, told = int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]
    assert told == b""
    return status
