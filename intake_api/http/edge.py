"""The outermost layer: bodies are bounded, nothing is cached, and no unforeseen error tells what it saw.

FastAPI's own `max_body_size` would put a plain 413 in the place of any other refusal, that of a key too.
"""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_api.http.errors import document
from reportline.logs import log_failure

MAXIMUM_BODY = 256 * 1024


class BoundedBody:
    """Refuses a body beyond MAXIMUM_BODY bytes, announced or not, without keeping it.

    It is refused once somebody wants to read it: who may not come in at all is told that first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        announced, taken = _announced(scope), 0

        async def counted() -> Message:
            nonlocal taken
            if announced > MAXIMUM_BODY:
                raise HTTPException(413)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAXIMUM_BODY:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class Guarded:
    """Forbids caching, and answers an unforeseen error with an incident number that the log has too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and catch what nobody foresaw: the server would log its words.

        That a stop cuts a request off counts as unforeseen: the server would answer in plain text.
        """
        started = False

        async def uncached(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, receive, uncached)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - its words must not get out
            incident = log_failure("unexpected_error", error)
            if not started:
                await document("fault", incident=incident)(scope, receive, uncached)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope.get("headers", ()) if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
