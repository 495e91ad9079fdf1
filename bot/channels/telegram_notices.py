"""One honest sentence for a reporter who meets an outage of ours, once, and taken back when it is over."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram import Call
from bot.channels.telegram_calls import CallError

MOST_CHATS = 10_000
SECONDS_REMEMBERED = 3600


@dataclass(frozen=True, slots=True)
class _Told:
    since: float
    number: "asyncio.Task[int | None]"


class Notices:
    """Which chats were told that we are away; at most MOST_CHATS, for an hour at most.

    `request` makes one call and raises only CallError; `words` gives the sentence in a hinted language.
    """

    def __init__(self, request: Callable[[Call], Awaitable[Any]], words: Callable[[str | None], str]) -> None:
        self._request, self._words = request, words
        self._told: OrderedDict[str, _Told] = OrderedDict()
        self._leaving: set[asyncio.Task[None]] = set()

    def tell(self, chat: str, language: str | None) -> None:
        """Tell the chat, unless it was told since the last time that all was well."""
        now = time.monotonic()
        while self._told and next(iter(self._told.values())).since < now - SECONDS_REMEMBERED:
            self._told.popitem(last=False)
        if chat not in self._told and len(self._told) < MOST_CHATS:
            self._told[chat] = _Told(now, asyncio.create_task(self._send(chat, language)))

    def take_back(self, chat: str) -> None:
        """Delete what the chat was told, if it was."""
        told = self._told.pop(chat, None)
        if told is not None:
            leaving = asyncio.create_task(self._delete(chat, told.number))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def take_all_back(self) -> "set[asyncio.Task[Any]]":
        """Delete everything that was told, since nobody else could; gives what has to end for that."""
        for chat in [*self._told]:
            self.take_back(chat)
        return {*self._leaving}

    async def _send(self, chat: str, language: str | None) -> int | None:
        words = {"chat_id": int(chat), "text": self._words(language), "disable_notification": True}
        # Whoever could not be told is not told again: an outage is no time to insist.
        with suppress(CallError):
            number: int = (await self._request(Call("sendMessage", words)))["message_id"]
            return number
        return None

    async def _delete(self, chat: str, told: "asyncio.Task[int | None]") -> None:
        number = await told
        if number is not None:
            with suppress(CallError):
                await self._request(Call("deleteMessage", {"chat_id": int(chat), "message_id": number}))
