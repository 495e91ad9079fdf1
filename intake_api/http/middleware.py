"""Middleware that limits bodies, forbids caching and guessing at types, and hides unexpected errors' details.

FastAPI's own `max_body_size` would answer 413 even where the key is refused, and without a problem document.
"""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_api.http.errors import document
from reportline.logs import log_failure

MAXIMUM_BODY = 256 * 1024


class BodyLimit:
    """Refuses a body of more than MAXIMUM_BODY bytes, announced or not, without keeping it.

    The refusal comes only when the body is read, so a caller without a key is told about the key first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count the bytes of its body."""
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


class ErrorBoundary:
    """Forbids caching and guessing at types, and answers an unexpected error with an incident number.

    The number is in the log too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and catch any unexpected error, since the server would log its message.

        A request that is cancelled as the server stops is told so: the server would answer in plain text.
        """
        started = False

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"], headers["X-Content-Type-Options"] = "no-store", "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, marked)
        except asyncio.CancelledError:
            if not started:
                await document("stopping")(scope, receive, marked)
        except Exception as error:  # noqa: BLE001 - its words must not get out
            incident = log_failure("unexpected_error", error)
            if not started:
                await document("fault", incident=incident)(scope, receive, marked)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope.get("headers", ()) if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
