"""Sends a bot's updates to its webhook as Telegram does: again until confirmed, a chat's one by one.

Telegram's behaviour, also the words of its refusals, was read in the source of its own Bot API server,
github.com/tdlib/telegram-bot-api.
"""

import asyncio
import json
import re
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.bot_api_chats import BotApiError
from tests.webhook_posts import Balancer, Posts, Reply, straight

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NOT_IN_BODY = ("get", "setwebhook", "deletewebhook", "close", "logout")


@dataclass(frozen=True)
class Webhook:
    """What setWebhook has set."""

    url: str
    secret: str
    max_connections: int

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Webhook":
        """Read what was asked for, or fail as the Bot API does."""
        url, secret = given.get("url", ""), given.get("secret_token", "")
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise BotApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > 256:
            raise BotApiError(400, "Bad Request: secret token is too long")
        if not re.fullmatch("[A-Za-z0-9_-]*", secret):
            raise BotApiError(400, "Bad Request: secret token contains unallowed characters")
        return cls(url, secret, min(100, max(1, int(given.get("max_connections", 40)))))


@dataclass(frozen=True)
class Handling:
    """How one update is brought when a test wants disorder.

    It comes `again` so many times after it was confirmed; the chat's next update goes first when it is to be
    `overtaken`; `at_once` it waits for no other update of its chat.
    """

    again: int = 0
    overtaken: bool = False
    at_once: bool = False


@dataclass(frozen=True)
class DeliveryPace:
    """Seconds: to wait for an answer, of pauses after failures, until nothing overtakes any more.

    What was confirmed, and comes again since a test wants that, does so within `repeating` seconds.
    """

    answer: float = 60
    first_pause: float = 0.1
    longest_pause: float = 2
    overtaking: float = 1
    repeating: float = 0

    def pause(self, failures: int, random: Random) -> float:
        """Give the seconds until the next try: doubling, bounded, and no two in step."""
        doubled: float = self.first_pause * 2.0 ** min(failures - 1, 16)
        return min(self.longest_pause, doubled) * random.uniform(0.5, 1)


@dataclass
class World:
    """What all deliveries of a server share; a test changes it before a webhook is set."""

    pace: DeliveryPace = field(default_factory=DeliveryPace)
    balancer: Balancer = straight
    tls: ssl.SSLContext | None = None
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - disorder, no secret


@dataclass
class _Parcel:
    update: dict[str, Any]
    handling: Handling
    body: bytes


@dataclass
class _Line:
    """The updates of one chat in their order."""

    parcels: deque[_Parcel] = field(default_factory=deque)
    more: asyncio.Event = field(default_factory=asyncio.Event)


class Delivery:
    """The updates of one bot on their way to its webhook; `carry_out` does what an answer's body asks."""

    def __init__(
        self, webhook: Webhook, world: World, carry_out: Callable[[str, dict[str, Any]], Awaitable[object]]
    ) -> None:
        self.webhook = webhook
        self.last_error: tuple[int, str] | None = None
        self.posted = 0
        self._world, self._carry_out = world, carry_out
        self._waiting: dict[int, _Parcel] = {}
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._posts = Posts(webhook.url, world.balancer, world.tls)
        self._paused = False
        self._free = asyncio.Semaphore(webhook.max_connections)

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """What is not confirmed yet."""
        return [parcel.update for parcel in self._waiting.values()]

    def count(self) -> int:
        """Tell how many are not confirmed yet."""
        return len(self._waiting)

    def put(self, update: dict[str, Any], handling: Handling) -> None:
        """Let an update be brought."""
        parcel = _Parcel(update, handling, json.dumps(update).encode())
        self._waiting[update["update_id"]] = parcel
        if not self._paused:
            self._send_out(parcel)

    def resume(self) -> None:
        """Go on bringing what is not confirmed yet, from the oldest."""
        if self._paused:
            self._paused = False
            for _, parcel in sorted(self._waiting.items()):
                self._send_out(parcel)

    async def pause(self) -> None:
        """Stop bringing anything."""
        self._paused = True
        for task in (tasks := [*self._tasks]):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()
        self._posts.close()

    def _send_out(self, parcel: _Parcel) -> None:
        chat = _chat_of(parcel.update)
        if parcel.handling.at_once:
            self._begin(self._bring(parcel))
        elif (line := self._lines.get(chat)) is None:
            line = self._lines[chat] = _Line(deque([parcel]))
            self._begin(self._serve(chat, line))
        else:
            line.parcels.append(parcel)
            line.more.set()

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat: str, line: _Line) -> None:
        while line.parcels:
            if line.parcels[0].handling.overtaken:
                await self._let_pass(line)
            await self._bring(line.parcels.popleft())
        del self._lines[chat]

    async def _let_pass(self, line: _Line) -> None:
        """Wait for another update of the chat, and bring that one before the first."""
        line.more.clear()
        if len(line.parcels) == 1:
            with suppress(TimeoutError):
                await asyncio.wait_for(line.more.wait(), self._world.pace.overtaking)
        first = line.parcels.popleft()
        if line.parcels:
            await self._bring(line.parcels.popleft())
        line.parcels.appendleft(_Parcel(first.update, Handling(first.handling.again), first.body))

    async def _bring(self, parcel: _Parcel) -> None:
        reply = await self._confirmed(parcel)
        self._waiting.pop(parcel.update["update_id"], None)
        if parcel.handling.again:
            repeated = Handling(parcel.handling.again - 1, at_once=True)
            self._begin(self._bring_later(_Parcel(parcel.update, repeated, parcel.body)))
        await self._do(reply.body)

    async def _bring_later(self, parcel: _Parcel) -> None:
        await asyncio.sleep(self._world.random.uniform(0, self._world.pace.repeating))
        await self._bring(parcel)

    async def _confirmed(self, parcel: _Parcel) -> Reply:
        failures = 0
        while True:
            async with self._free:
                reply, trouble = await self._post(parcel.body)
            if reply is not None and not trouble:
                return reply
            failures += 1
            self.last_error = (int(time.time()), trouble)
            wait = reply.retry_after if reply else 0
            await asyncio.sleep(wait or self._world.pace.pause(failures, self._world.random))

    async def _post(self, body: bytes) -> tuple[Reply | None, str]:
        self.posted += 1
        try:
            async with asyncio.timeout(self._world.pace.answer):
                reply = await self._posts.post(body, self.webhook.secret)
        except TimeoutError:
            return None, "Read timeout expired"
        except ConnectionRefusedError:
            return None, "Connection refused"
        except (OSError, EOFError):
            return None, "Webhook connection closed"
        good = 200 <= reply.status <= 299
        return reply, "" if good else f"Wrong response from the webhook: {reply.status}"

    async def _do(self, body: bytes) -> None:
        with suppress(ValueError):
            asked = json.loads(body) if body else {}
            method = asked.pop("method", "")
            if method and not method.lower().startswith(_NOT_IN_BODY):
                await self._carry_out(method, asked)


def _chat_of(update: dict[str, Any]) -> str:
    """Give the chat whose updates keep their order; "0" for what belongs to none."""
    content = next((part for part in update.values() if isinstance(part, dict)), {})
    source = content.get("chat") or content.get("message", {}).get("chat") or content.get("from") or {}
    return str(source.get("id", 0))
