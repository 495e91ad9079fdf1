"""Keeps which chats were sent a notice that the bot is away: one notice each, deleted later."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.telegram.calls import Call

MOST_CHATS = 10_000


@dataclass(slots=True)
class _Notice:
    forget: asyncio.TimerHandle
    number: int | None = None


class Notices:
    """The notices that are in chats now, in MOST_CHATS chats at most.

    `words` gives the sentence in a hinted language; `take_away` is called `seconds` later, to delete the
    notice of a chat.
    """

    def __init__(
        self,
        words: Callable[[str | None], str],
        take_away: Callable[[str], None],
        seconds: float,
    ) -> None:
        self._words, self._take_away, self._seconds = words, take_away, seconds
        self._notices: dict[str, _Notice] = {}

    @property
    def chats(self) -> tuple[str, ...]:
        """Every chat that has a notice, or is about to get one."""
        return tuple(self._notices)

    def tell(self, chat: str, language: str | None) -> tuple[Call, ...]:
        """Give the call that sends a chat the notice, or none if it has one."""
        if chat in self._notices or len(self._notices) >= MOST_CHATS:
            return ()
        forget = asyncio.get_running_loop().call_later(self._seconds, self._take_away, chat)
        self._notices[chat] = _Notice(forget)
        words = {"chat_id": int(chat), "text": self._words(language), "disable_notification": True}
        return (Call("sendMessage", words, is_notice=True),)

    def stands(self, chat: str, number: int) -> None:
        """Remember the number of the message with a chat's notice."""
        if chat in self._notices:
            self._notices[chat].number = number

    def take_back(self, chat: str) -> tuple[Call, ...]:
        """Give the call that deletes a chat's notice, or none if the chat has no notice."""
        notice = self._notices.pop(chat, None)
        if notice is None:
            return ()
        notice.forget.cancel()
        if notice.number is None:
            return ()
        return (Call("deleteMessage", {"chat_id": int(chat), "message_id": notice.number}),)
