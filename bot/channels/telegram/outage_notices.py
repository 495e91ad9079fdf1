"""Which chats were sent the notice that we are away: one each, deleted later."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.telegram.updates import Call

MOST_CHATS = 10_000


@dataclass(slots=True)
class _Told:
    forget: asyncio.TimerHandle
    number: int | None = None


class Notices:
    """The notices that stand in chats now; beyond MOST_CHATS no further chat is told.

    `words` gives the sentence in a hinted language; `take_away` is asked to take a notice away that has stood
    for `seconds`.
    """

    def __init__(
        self,
        words: Callable[[str | None], str],
        take_away: Callable[[str], None],
        seconds: float,
    ) -> None:
        self._words, self._take_away, self._seconds = words, take_away, seconds
        self._told: dict[str, _Told] = {}

    @property
    def chats(self) -> tuple[str, ...]:
        """Every chat in which a notice stands, or is about to."""
        return tuple(self._told)

    def tell(self, chat: str, language: str | None) -> tuple[Call, ...]:
        """Give the call that tells a chat, or none if it was told."""
        if chat in self._told or len(self._told) >= MOST_CHATS:
            return ()
        forget = asyncio.get_running_loop().call_later(self._seconds, self._take_away, chat)
        self._told[chat] = _Told(forget)
        words = {"chat_id": int(chat), "text": self._words(language), "disable_notification": True}
        return (Call("sendMessage", words, is_notice=True),)

    def stands(self, chat: str, number: int) -> None:
        """Note the number of the message that tells a chat."""
        if chat in self._told:
            self._told[chat].number = number

    def take_back(self, chat: str) -> tuple[Call, ...]:
        """Give the call that deletes what the chat was told, or none if nothing stands there."""
        told = self._told.pop(chat, None)
        if told is None:
            return ()
        told.forget.cancel()
        if told.number is None:
            return ()
        return (Call("deleteMessage", {"chat_id": int(chat), "message_id": told.number}),)
