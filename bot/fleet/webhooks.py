"""Takes the updates that Telegram sends; answers 2xx only once an update is safe; tells strangers nothing.

A caller without a bot's path and secret gets the answer of an unknown path, before a byte of the body is
read. Nothing that names a client is read: no address, no proxy's header, no query.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import Message, Receive, Scope, Send

from bot.channels.telegram.answers import as_json
from bot.channels.telegram.calls import Call
from bot.channels.telegram.raw_updates import NoJsonError, Update, read_update
from bot.fleet.webhook_keys import opens
from reportline.http_server import Reason, TimedConnection
from reportline.logs import log_failure

MAXIMUM_BODY: Final = 256 * 1024
_PREFIX: Final = "/telegram/"
_SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"
_REFUSALS: Final[Mapping[Reason, int]] = {"malformed": 400, "too-slow": 408, "busy": 503}


class ClientDisconnect(Exception):  # noqa: N818 - it names what happened, not an error
    """The client has left in the middle of its request."""


class Receives(Protocol):
    """A bot that takes updates."""

    async def receive(self, update: Update) -> Call | None:
        """Take one update, of any shape: it is safe or skipped, and a call may travel in the answer.

        Raises OSError when it cannot be made safe now, so that Telegram has to bring it again.
        """
        ...


class WebhookConnection(TimedConnection):
    """A connection to a fleet; the server's own refusals are a status and nothing else."""

    @staticmethod
    def refusal(reason: Reason) -> bytes:
        """Give a status and no body, and end the connection."""
        status = HTTPStatus(_REFUSALS[reason])
        return (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "cache-control: no-store\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        ).encode()


@dataclass(frozen=True, slots=True)
class WebhookApp:
    """The ASGI app of a fleet: POST /telegram/{path}, GET /healthz, /readyz and /metrics.

    `admit` gives the bot of a path and a secret, or None after the same work. `readiness` says in a word how
    each thing is that the fleet needs: "ok", or else. `numbers` gives Prometheus's text, to requests with
    its token.
    """

    admit: Callable[[str, str], Receives | None]
    readiness: Callable[[], Awaitable[Mapping[str, str]]]
    numbers: Callable[[], bytes]
    metrics_token: str = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an unexpected error is logged by its kind and answered with 500.

        A request that a stop cuts off is answered so too, since the server would answer in its own words.
        """
        try:
            answer = await self._answer(scope, receive)
        except ClientDisconnect:
            return
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - its words must not get out
            log_failure("unexpected_error", error)
            answer = _answer(500)
        await send(answer.start)
        await send(answer.body)

    async def _answer(self, scope: Scope, receive: Receive) -> "_Answer":
        path: str = scope["path"]
        match scope["method"], path:
            case "POST", _ if path.startswith(_PREFIX):
                return await self._take_update(_headers(scope), receive, path.removeprefix(_PREFIX))
            case "GET", "/healthz":
                return _answer(200, {"status": "ok"})
            case "GET", "/readyz":
                words = await self.readiness()
                return _answer(200 if {*words.values()} <= {"ok"} else 503, words)
            case "GET", "/metrics":
                return await self._metrics(_headers(scope))
        return _answer(404)

    async def _metrics(self, headers: "_Headers") -> "_Answer":
        if opens(f"Bearer {self.metrics_token}", headers.get(b"authorization", b"").decode("latin-1")):
            # First, so that the numbers say how each thing is now.
            await self.readiness()
            return _answer(200, self.numbers(), CONTENT_TYPE_LATEST)
        return _answer(404)

    async def _take_update(self, headers: "_Headers", receive: Receive, path: str) -> "_Answer":
        bot = self.admit(path, headers.get(_SECRET_HEADER, b"").decode("latin-1"))
        if bot is None:
            return _answer(404)
        media_type = headers.get(b"content-type", b"").decode("latin-1")
        if media_type.partition(";")[0].strip().lower() != "application/json":
            return _answer(415)
        body = await _body(headers, receive)
        if body is None:
            return _answer(413)
        try:
            update = read_update(body)
        except NoJsonError:
            return _answer(400)
        return await _hand_over(bot, update)


async def _hand_over(bot: Receives, update: Update) -> "_Answer":
    try:
        call = await bot.receive(update)
    except OSError:
        return _answer(503)
    if call is None:
        return _TAKEN
    return _answer(200, as_json({**call.parameters, "method": call.method}), "application/json")


async def _body(headers: "_Headers", receive: Receive) -> bytes | None:
    """Read the body, or None once it is beyond MAXIMUM_BODY bytes, announced or not."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MAXIMUM_BODY:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAXIMUM_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


# Starlette would make objects of its own for the same. Each name is in lower case; of a name that comes
# twice, the first counts.
_Headers = Mapping[bytes, bytes]


def _headers(scope: Scope) -> _Headers:
    return dict(reversed(scope["headers"]))


@dataclass(frozen=True, slots=True)
class _Answer:
    """The two messages of an answer."""

    start: Message
    body: Message


def _answer(status: int, told: Mapping[str, Any] | bytes = b"", media_type: str = "") -> _Answer:
    if not isinstance(told, bytes):
        told, media_type = json.dumps(told).encode(), "application/json"
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"%d" % len(told))]
    if media_type:
        headers.append((b"content-type", media_type.encode()))
    return _Answer(
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": told},
    )


_TAKEN: Final = _answer(200)
