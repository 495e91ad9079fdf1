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
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.channels.telegram.calls import Call
from bot.fleet.webhook_keys import opens
from reportline.http_server import Reason, TimedConnection
from reportline.logs import log_failure

MAXIMUM_BODY: Final = 256 * 1024
_PREFIX: Final = "/telegram/"
_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
_REFUSALS: Final[Mapping[Reason, int]] = {"malformed": 400, "too-slow": 408, "busy": 503}


class Receives(Protocol):
    """A bot that takes updates."""

    async def receive(self, update: Any) -> Call | None:
        """Take one update, any JSON; on return it is safe or skipped, and a call may travel in the answer.

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
            answer = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - its words must not get out
            log_failure("unexpected_error", error)
            answer = _answer(500)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path: str = request.scope["path"]
        match request.method, path:
            case "POST", _ if path.startswith(_PREFIX):
                return await self._take_update(request, path.removeprefix(_PREFIX))
            case "GET", "/healthz":
                return _answer(200, {"status": "ok"})
            case "GET", "/readyz":
                words = await self.readiness()
                return _answer(200 if {*words.values()} <= {"ok"} else 503, words)
            case "GET", "/metrics":
                return await self._metrics(request)
        return _answer(404)

    async def _metrics(self, request: Request) -> Response:
        if opens(f"Bearer {self.metrics_token}", _header(request, "Authorization")):
            # First, so that the numbers say how each thing is now.
            await self.readiness()
            return _answer(200, self.numbers(), CONTENT_TYPE_LATEST)
        return _answer(404)

    async def _take_update(self, request: Request, path: str) -> Response:
        bot = self.admit(path, _header(request, _SECRET_HEADER))
        if bot is None:
            return _answer(404)
        if _header(request, "Content-Type").partition(";")[0].strip().lower() != "application/json":
            return _answer(415)
        body = await _body(request)
        if body is None:
            return _answer(413)
        try:
            update = json.loads(body.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            return _answer(400)
        return await _hand_over(bot, update)


async def _hand_over(bot: Receives, update: Any) -> Response:
    try:
        call = await bot.receive(update)
    except OSError:
        return _answer(503)
    return _answer(200) if call is None else _answer(200, {**call.parameters, "method": call.method})


async def _body(request: Request) -> bytes | None:
    """Read the body, or None once it is beyond MAXIMUM_BODY bytes, announced or not."""
    announced = _header(request, "Content-Length")
    if announced.isdigit() and int(announced) > MAXIMUM_BODY:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAXIMUM_BODY:
            return None
    return bytes(body)


def _header(request: Request, name: str) -> str:
    return request.headers.get(name, "")


def _refuse(constant: str) -> Any:
    # Python's JSON knows NaN and Infinity, the standard's does not.
    raise ValueError(constant)


def _answer(status: int, told: Mapping[str, Any] | bytes = b"", media_type: str | None = None) -> Response:
    if not isinstance(told, bytes):
        # In ASCII, since half a surrogate pair cannot be written otherwise.
        told, media_type = json.dumps(told).encode(), "application/json"
    return Response(told, status, {"Cache-Control": "no-store"}, media_type)
