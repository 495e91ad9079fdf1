"""The network of the benchmarks: one Bot API under all libraries and one intake, which answer at once."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, Self
from unittest.mock import patch

import httpx
import msgspec
from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import FormData
from telegram.request import HTTPXRequest, RequestData

SENT_AT: Final = 1767225600
_BOT: Final = {"id": 123456, "is_bot": True, "first_name": "Reports", "username": "reports_bot"}


class BotApiStub:
    """What Telegram keeps of one bot: `cards` holds the newest message of the bot in each chat.

    Updates are asked for by getUpdates, which waits until there are some.
    """

    def __init__(self) -> None:
        self.cards: dict[int, dict[str, Any]] = {}
        self.called: Counter[str] = Counter()
        self._numbers: Iterator[int] = itertools.count(1)
        self._updates: asyncio.Queue[bytes] = asyncio.Queue()
        self._asked = asyncio.Event()

    def next_message(self) -> int:
        """Give the number of the next message."""
        return next(self._numbers)

    async def bring(self, updates: bytes) -> None:
        """Answer getUpdates with these; returns once it is asked for the next ones."""
        self._asked.clear()
        self._updates.put_nowait(updates)
        await self.asked()

    async def asked(self) -> None:
        """Wait until getUpdates waits for updates."""
        await self._asked.wait()

    async def polled(self, given: Mapping[str, str]) -> bytes:
        """Answer getUpdates."""
        if given.get("timeout", "0") == "0":
            return b'{"ok":true,"result":[]}'
        self._asked.set()
        return await self._updates.get()

    def call(self, method: str, given: Mapping[str, str]) -> bytes:
        """Answer any other method, as it comes over the wire."""
        self.called[method] += 1
        match method:
            case "sendMessage":
                return _answer(self._shown(given, self.next_message()))
            case "editMessageText":
                return _answer(self._shown(given, int(given["message_id"])))
            case "getMe":
                return _answer(_BOT)
        return b'{"ok":true,"result":true}'

    def _shown(self, given: Mapping[str, str], number: int) -> dict[str, Any]:
        chat = int(given["chat_id"])
        card = {
            "message_id": number,
            "from": _BOT,
            "chat": {"id": chat, "type": "private", "first_name": "Maria", "username": "maria_example"},
            "date": SENT_AT,
            "text": given["text"],
            "reply_markup": _read(given["reply_markup"]),
        }
        self.cards[chat] = card
        return card


def _read(markup: Any) -> Any:
    # aiogram and python-telegram-bot write it into a field of a form.
    return msgspec.json.decode(markup) if isinstance(markup, str) else markup


def _answer(result: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"ok": True, "result": result})


class IntakeStub(httpx.AsyncBaseTransport):
    """An intake that takes every report at once, and counts them."""

    def __init__(self) -> None:
        self.reports = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take a report."""
        await request.aread()
        self.reports += 1
        return httpx.Response(
            HTTPStatus.ACCEPTED, json={"receipt": "0000-0000-0000-0000-0", "status": "received"}
        )


@contextmanager
def no_network(bots: Mapping[str, BotApiStub]) -> Iterator[None]:
    """Let aiogram and python-telegram-bot reach these bots, by their tokens, and nobody else.

    Each library does all of its work but that of its HTTP client.
    """

    async def session(_: AiohttpSession) -> _Session:
        return _Session(bots)

    async def do_request(
        _: HTTPXRequest, url: str, *, request_data: RequestData | None = None, **__: object
    ) -> tuple[int, bytes]:
        stub, method = _called(bots, url)
        given = request_data.json_parameters if request_data else {}
        answer = await stub.polled(given) if method == "getUpdates" else stub.call(method, given)
        return HTTPStatus.OK, answer

    with (
        patch.object(AiohttpSession, "create_session", session),
        patch.object(HTTPXRequest, "do_request", do_request),
    ):
        yield


def _called(bots: Mapping[str, BotApiStub], url: str) -> tuple[BotApiStub, str]:
    start, method = url.rsplit("/", 1)
    return bots[start.rsplit("/bot", 1)[1]], method


class _Session:
    """What aiogram uses of aiohttp's client."""

    def __init__(self, bots: Mapping[str, BotApiStub]) -> None:
        self._bots = bots

    def post(self, url: str, *, data: FormData | bytes, **_: object) -> "_Response":
        stub, method = _called(self._bots, url)
        if isinstance(data, bytes):
            return _Response(stub.call(method, msgspec.json.decode(data)))
        fields = data._fields
        return _Response(stub.call(method, {options["name"]: value for options, _, value in fields}))


class _Response:
    status = HTTPStatus.OK

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content

    async def text(self) -> str:
        return self._content.decode()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass
